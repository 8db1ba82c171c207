"""What a change of a text does to its packed size, estimated from the changed part alone.

An optimal parse under fixed costs is kept. Where the text changes, the tokens there, and the
matches whose source has changed, are parsed anew between the boundaries of the tokens around them;
all others stay. So an estimate is never below the cheapest parse under these costs. What it leaves
out is that other frequencies would have other codes: a few bits, for a small change.
"""
import bisect
import itertools
import typing

from .blocks import UNIT
from .huffman import DISTANCES, LENGTH_CODE, LENGTHS, MAX_MATCH, MIN_MATCH

MAX_NEW_MATCHES = 3            # places after a change that are tried for a match with it
# The code of each distance; 0 for a literal, which has none.
CODES = [0] + [code for code, (_, extra) in enumerate(DISTANCES) for _ in range(1 << extra)]


def changed_parts(old, new):
    """[(start, end in old, start, end in new)] of what differs, in order.

    For texts of one length each run of different bytes, else one part from first to last.
    """
    if len(old) == len(new):
        parts = []
        for i in [i for i, (a, b) in enumerate(zip(old, new)) if a != b]:
            if parts and i <= parts[-1][1] + 1:
                parts[-1] = (parts[-1][0], i + 1) * 2
            else:
                parts.append((i, i + 1, i, i + 1))
        return parts
    shorter = min(len(old), len(new))
    start = _common(shorter, lambda k: old[:k] == new[:k])
    end = _common(shorter - start, lambda k: old[len(old) - k:] == new[len(new) - k:])
    return [(start, len(old) - end, start, len(new) - end)]


def _common(limit, is_equal):
    """The largest k up to limit with is_equal(k), which holds up to some k and not beyond."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_equal(middle) else (low, middle - 1)
    return low


class Change(typing.NamedTuple):
    """Another text, and how its parse differs from the one that is kept."""
    text: bytes
    patches: list              # (first token, last + 1, the tokens in their place)
    moved: list                # (token, its new distance)


class Estimator:
    """The parse of one text under fixed costs, and what other texts would cost instead.

    text: bytes, not empty. tokens: (length, distance code, distance) each, and costs in units of
    1/256 bit, as of `blocks.optimal_parse`.
    """

    def __init__(self, text, tokens, costs):
        lit_cost, dist_cost = costs
        self.literal = lit_cost[:256]
        self.length = [0] * MIN_MATCH + [
            lit_cost[257 + LENGTH_CODE[n]] + UNIT * LENGTHS[LENGTH_CODE[n]][1]
            for n in range(MIN_MATCH, MAX_MATCH + 1)]
        self.distance = [0]
        for cost, (_, extra) in zip(dist_cost, DISTANCES):
            self.distance += [cost + UNIT * extra] * (1 << extra)
        self._take(text, [(length, distance) for length, _, distance in tokens])

    def _take(self, text, tokens):
        """Keep a text and its tokens, (length, distance) each."""
        self.text, self.tokens = text, tokens
        self.starts = [0, *itertools.accumulate(length for length, _ in tokens)]
        self.sums = [0, *itertools.accumulate(
            self.length[length] + self.distance[distance] if distance else self.literal[text[start]]
            for (length, distance), start in zip(tokens, self.starts))]
        self.matches = [k for k, (_, distance) in enumerate(tokens) if distance]

    def estimate(self, new):
        """Bytes, not empty -> (units that it costs more than the text that is kept, the Change)."""
        if new == self.text:
            return 0, Change(new, [], [])
        parts = changed_parts(self.text, new)
        shift = len(new) - len(self.text)
        dirty, moved = self._dirty_tokens(new, parts, shift)
        total, patches = 0, []
        for low, high in dirty:
            start, end = self.starts[low], self.starts[high]
            start += shift if shift and start > parts[0][0] else 0
            end += shift if shift and end >= parts[0][1] else 0
            cost, tokens = self._parse(new, start, end)
            total += cost - self.sums[high] + self.sums[low]
            patches.append((low, high, tokens))
        for k, distance in moved:
            at = bisect.bisect_right(dirty, (k, len(self.tokens))) - 1
            if at < 0 or k >= dirty[at][1]:
                total += self.distance[distance] - self.distance[self.tokens[k][1]]
        return total, Change(new, patches, moved)

    def accept(self, change):
        """Keep the text of a Change, parsed as its estimate has it."""
        if change.patches or change.moved:
            self._take(change.text, self._tokens_after(change))

    def block_tokens(self, change):
        """The tokens of a Change's text as (length, distance code, distance), for a Block."""
        return [(length, CODES[distance], distance)
                for length, distance in self._tokens_after(change)]

    def _tokens_after(self, change):
        tokens = list(self.tokens)
        for k, distance in change.moved:
            tokens[k] = (tokens[k][0], distance)
        for low, high, fresh in reversed(change.patches):
            tokens[low:high] = fresh
        return tokens

    def _dirty_tokens(self, new, parts, shift):
        """([(first, last + 1)] of tokens to parse anew, [(token, new distance)] of the rest)."""
        starts, count = self.starts, len(self.tokens)
        broken, moved = self._check_matches(new, parts, shift)
        ranges = broken + self._possible_matches(new, parts, shift)
        for start, end, _, _ in parts:                   # the tokens there, and their neighbours
            low, high = bisect.bisect_right(starts, start) - 2, bisect.bisect_left(starts, end) + 1
            ranges.append((max(0, low), min(count, high)))
        ranges.sort()
        dirty = []
        for low, high in ranges:
            if dirty and low <= dirty[-1][1]:
                dirty[-1] = (dirty[-1][0], max(high, dirty[-1][1]))
            elif low < high:
                dirty.append((low, high))
        return dirty, moved

    def _check_matches(self, new, parts, shift):
        """([(k, k + 1)] of matches whose source differs, [(k, new distance)] of others)."""
        broken, moved = [], []
        for k in self.matches:
            length, distance = self.tokens[k]
            at = self.starts[k]
            source = at - distance
            if shift:
                at += shift if at >= parts[0][1] else 0
                source += shift if source >= parts[0][1] else 0
                if at - source != distance and at > source:
                    moved.append((k, at - source))
            if at <= source or new[at:at + length] != new[source:source + length]:
                broken.append((k, k + 1))
        return broken, moved

    def _possible_matches(self, new, parts, shift):
        """[(first, last + 1)] of tokens where the text after a change begins as the change does."""
        starts, count, ranges = self.starts, len(self.tokens), []
        for _, _, start, end in parts:
            for i in range(max(0, start - MIN_MATCH + 1), min(end, len(new) - MIN_MATCH + 1)):
                key, at = new[i:i + MIN_MATCH], i
                for _ in range(MAX_NEW_MATCHES):
                    at = new.find(key, at + 1)
                    if at < 0:
                        break
                    old = max(0, at - shift if shift and at >= start else at)
                    k = bisect.bisect_right(starts, old) - 1
                    if k < count and starts[k + 1] - old < MIN_MATCH:
                        ranges.append((k, min(count, bisect.bisect_left(starts, old + MIN_MATCH))))
        return ranges

    def _parse(self, text, start, end):
        """(units, tokens) of the cheapest parse of text[start:end]; matches begin anywhere before.

        Of each length only the nearest source is tried.
        """
        literal, length_cost, distance_cost = self.literal, self.length, self.distance
        best, step = [0] * (end - start + 1), [None] * (end - start)
        rfind = text.rfind
        for i in range(end - 1, start - 1, -1):
            at = i - start
            low, choice = best[at + 1] + literal[text[i]], (1, 0)
            limit, length = min(end - i, MAX_MATCH), MIN_MATCH
            j = rfind(text[i:i + length], 0, i + length - 1) if limit >= length else -1
            while j >= 0:
                cost = distance_cost[i - j]
                while True:
                    total = best[at + length] + length_cost[length] + cost
                    if total < low:
                        low, choice = total, (length, i - j)
                    length += 1
                    if length > limit or text[j + length - 1] != text[i + length - 1]:
                        break
                if length > limit:
                    break
                j = rfind(text[i:i + length], 0, j + length - 1)
            best[at], step[at] = low, choice
        tokens, at = [], 0
        while at < end - start:
            tokens.append(step[at])
            at += step[at][0]
        return best[0], tokens
