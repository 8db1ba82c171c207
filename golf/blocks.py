"""DEFLATE blocks: finding matches, the cheapest parse under given costs, and exact sizes.

A token is (1, 0, 0) for a literal or (length, distance code, distance) for a match. Costs are
integers in units of 1/256 bit, so that no machine rounds them another way.
"""
import bisect
import operator

from .huffman import (
    DISTANCES, END_OF_BLOCK, FIXED, LENGTH_CODE, LENGTHS, MAX_BITS, MAX_MATCH, MIN_MATCH,
    canonical_codes, dynamic_header, huffman_lengths, reverse_bits)

UNIT = 256
INFINITE_COST = 1 << 40        # of a symbol that has no code
LONG_MATCH = 130               # bytes: of longer matches only the longest lengths are tried, ...
LONG_MATCH_LENGTHS = 8         # ... so many, or repetitive data would take hours
DYNAMIC, STATIC = 2, 1         # block types (section 3.2.3)


def find_matches(data):
    """For each position [(length, distance code, distance)], by falling length.

    The longest match that each distance code offers: a cost depends on the distance only through
    its code, so nothing is lost.
    """
    seen, matches = {}, []
    for i in range(len(data)):
        key, found = data[i:i + MIN_MATCH], []
        if len(key) == MIN_MATCH:
            earlier = seen.setdefault(key, [])
            high = len(earlier)
            for code, (base, extra) in enumerate(DISTANCES):
                if not high:
                    break
                low = bisect.bisect_left(earlier, i - (base + (1 << extra) - 1), 0, high)
                length, distance = _longest_match(data, i, earlier[low:high])
                if length:
                    found.append((length, code, distance))
                high = low
            earlier.append(i)
        found.sort(key=lambda match: (-match[0], match[1]))
        matches.append(found)
    return matches


def _longest_match(data, i, positions):
    """(length, distance) of the longest match at i with one of the positions, or (0, 0).

    All of them share MIN_MATCH bytes with i; of equals the nearest counts.
    """
    limit = min(MAX_MATCH, len(data) - i)
    length, distance = 0, 0
    for j in reversed(positions):
        if length and data[j + length] != data[i + length]:
            continue
        k = MIN_MATCH
        while k < limit and data[j + k] == data[i + k]:
            k += 1
        if k > length:
            length, distance = k, i - j
            if k == limit:
                break
    return length, distance


def optimal_parse(data, start, end, matches, costs):
    """The cheapest tokens for data[start:end].

    costs: (of each literal/length symbol, of each distance code), in units.
    """
    lit_cost, dist_cost = costs
    dist_total = [c + UNIT * extra for c, (_, extra) in zip(dist_cost, DISTANCES)]
    length_total = [0] * MIN_MATCH
    for n in range(MIN_MATCH, MAX_MATCH + 1):
        code = LENGTH_CODE[n]
        length_total.append(lit_cost[257 + code] + UNIT * LENGTHS[code][1])
    best, step = [0] * (end - start + 1), [None] * (end - start)
    literal = (1, 0, 0)
    for i in range(end - 1, start - 1, -1):
        at = i - start
        low, choice = best[at + 1] + lit_cost[data[i]], literal
        found, k = matches[i], 0
        if found:
            cheapest, code, distance = INFINITE_COST, 0, 0
            longest = min(found[0][0], end - i)
            shortest = MIN_MATCH if longest < LONG_MATCH else longest - LONG_MATCH_LENGTHS + 1
            for length in range(longest, shortest - 1, -1):
                while k < len(found) and found[k][0] >= length:
                    if dist_total[found[k][1]] < cheapest:
                        _, code, distance = found[k]
                        cheapest = dist_total[code]
                    k += 1
                total = best[at + length] + length_total[length] + cheapest
                if total < low:
                    low, choice = total, (length, code, distance)
        best[at], step[at] = low, choice
    tokens, at = [], 0
    while at < end - start:
        tokens.append(step[at])
        at += step[at][0]
    return tokens


def histogram(data, start, tokens):
    """(literal/length frequencies, distance frequencies, extra bits) of a block, with its end."""
    lit, dist, extra, i = [0] * 286, [0] * 30, 0, start
    for length, code, _ in tokens:
        if length == 1:
            lit[data[i]] += 1
        else:
            index = LENGTH_CODE[length]
            lit[257 + index] += 1
            dist[code] += 1
            extra += LENGTHS[index][1] + DISTANCES[code][1]
        i += length
    lit[END_OF_BLOCK] = 1
    return lit, dist, extra


class Block:
    """Tokens of data[start:] with Huffman codes; `bits` is the exact size, header included."""

    def __init__(self, data, start, tokens, lengths=None, thorough=True):
        """lengths: code lengths of both tables; the optimal ones unless given."""
        self.start, self.tokens = start, tokens
        self.lit, self.dist, self.extra = histogram(data, start, tokens)
        self.kind = DYNAMIC
        self.lengths = lengths or (huffman_lengths(self.lit, MAX_BITS),
                                   huffman_lengths(self.dist, MAX_BITS))
        header, self.header = dynamic_header(*self.lengths, thorough)
        self.bits = 3 + header + self.payload_bits(self.lengths)
        fixed = 3 + self.payload_bits(FIXED)
        if fixed <= self.bits:
            self.bits, self.lengths, self.header, self.kind = fixed, FIXED, [], STATIC

    def payload_bits(self, lengths):
        """Bits of the tokens under these code lengths, without a header."""
        lit_bits, dist_bits = lengths
        return (self.extra + sum(map(operator.mul, self.lit, lit_bits))
                + sum(map(operator.mul, self.dist, dist_bits)))

    def write(self, writer, data, last):
        """Append the block to a BitWriter."""
        writer.write([(last, 1), (self.kind, 2)] + self.header)
        (lit_bits, dist_bits), i = self.lengths, self.start
        lit = [reverse_bits(c, b) for c, b in zip(canonical_codes(lit_bits), lit_bits)]
        dist = [reverse_bits(c, b) for c, b in zip(canonical_codes(dist_bits), dist_bits)]
        for length, code, distance in self.tokens:
            if length == 1:
                writer.write([(lit[data[i]], lit_bits[data[i]])])
            else:
                (base, extra), symbol = LENGTHS[LENGTH_CODE[length]], 257 + LENGTH_CODE[length]
                dist_base, dist_extra = DISTANCES[code]
                writer.write([(lit[symbol], lit_bits[symbol]), (length - base, extra),
                              (dist[code], dist_bits[code]), (distance - dist_base, dist_extra)])
            i += length
        writer.write([(lit[END_OF_BLOCK], lit_bits[END_OF_BLOCK])])
