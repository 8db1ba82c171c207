#!/usr/bin/env python3
"""The smallest DEFLATE stream (RFC 1951) that we know how to find, and the same one on every machine.

zlib's output depends on its build; an artifact that must be reproduced byte for byte cannot. This encoder is exact and
slow: an optimal parse under the current Huffman costs, again and again until the costs agree with the parse, with
random restarts from a fixed seed. Meant for a few kilobytes; 64 KiB at most.

    python3 deflate.py FILE               how many bytes FILE packs to, beside zlib's best
    python3 deflate.py FILE -o PACKED     write the raw stream (zlib.decompress(packed, -15) reads it)
"""
import argparse
import bisect
import functools
import heapq
import itertools
import math
import random
import zlib

import files

LIMIT = 65536             # bytes of input; the search is quadratic in places
WINDOW = 32768            # furthest distance (RFC 1951, section 2)
MIN_MATCH, MAX_MATCH = 3, 258
END = 256                 # end-of-block symbol
MAX_BITS, MAX_BITS_CL = 15, 7                                                    # code length limits (section 3.2.7)
CL_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)    # section 3.2.7
UNIT = 256                # costs are integers, in 1/256 bit, so that no machine rounds them another way
NEVER = 1 << 40           # cost of a symbol that must not be used
WORTH = 64                # bits that a longer payload may cost at most where it shortens the header
DRAFT = 8                 # parses that decide whether to split a block
SHORTEST_SPLIT = 1024     # bytes: below this a second header never pays
FEWEST_TOKENS = 200       # the same in tokens
LONG = 130                # bytes: of a longer match, only the longest lengths are tried, or runs take hours


def _ranges(first, plain, per_group):
    """(base, extra bits) of each code of section 3.2.5: `plain` codes of one value, then groups with one bit more."""
    table, base = [], first
    while len(table) < 30:
        extra = max(0, (len(table) - plain) // per_group + 1)
        table.append((base, extra))
        base += 1 << extra
    return table


LENGTHS = _ranges(3, 8, 4)[:28] + [(258, 0)]       # codes 257-285
DISTANCES = _ranges(1, 4, 2)                       # codes 0-29
LENGTH_CODE = [0] * (MAX_MATCH + 1)                # match length -> index into LENGTHS
for _code, (_base, _extra) in enumerate(LENGTHS):
    for _length in range(_base, min(_base + (1 << _extra), MAX_MATCH + 1)):
        LENGTH_CODE[_length] = _code
FIXED = ([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8, [5] * 30)     # section 3.2.6; two codes are never used


# ---- Huffman codes -------------------------------------------------------------------------------------------------

def huffman_lengths(freqs, limit):
    """Optimal code lengths, none above `limit`; 0 = not used. One used symbol alone gets length 1, as the RFC asks."""
    leaves = sorted((f, s) for s, f in enumerate(freqs) if f)
    lengths = [0] * len(freqs)
    if len(leaves) < 2:
        for _, symbol in leaves:
            lengths[symbol] = 1
        return lengths
    heap, parents, node = leaves[:], {}, len(freqs)
    while len(heap) > 1:
        light, a = heapq.heappop(heap)
        parents[a] = node
        heavy, b = heap[0]
        parents[b] = node
        heapq.heapreplace(heap, (light + heavy, node))
        node += 1
    depth = {node - 1: 0}
    for inner in range(node - 2, len(freqs) - 1, -1):
        depth[inner] = depth[parents[inner]] + 1
    for _, symbol in leaves:
        lengths[symbol] = depth[parents[symbol]] + 1
    return lengths if max(lengths) <= limit else _limited_lengths(leaves, lengths, limit)


def _limited_lengths(leaves, lengths, limit):
    """Optimal lengths of at most `limit` by package-merge (Larmore and Hirschberg 1990), where Huffman's are longer."""
    lengths, packages, leaves = [0] * len(lengths), [], [(f, (s,)) for f, s in leaves]
    for _ in range(limit):
        pairs = zip(packages[::2], packages[1::2])
        packages = sorted(leaves + [(a[0] + b[0], a[1] + b[1]) for a, b in pairs])
    for _, symbols in packages[:2 * len(leaves) - 2]:
        for s in symbols:
            lengths[s] += 1
    return lengths


def canonical_codes(lengths):
    """symbol -> code, most significant bit first (section 3.2.2)."""
    codes, code = [0] * len(lengths), 0
    for bits in range(1, max(lengths) + 1):
        code <<= 1
        for symbol, length in enumerate(lengths):
            if length == bits:
                codes[symbol] = code
                code += 1
    return codes


# ---- the header of a dynamic block: code lengths, run-length coded (section 3.2.7) -------------------------------

@functools.lru_cache(maxsize=None)
def _repeats(count, literal, c16, c17, c18, zeros):
    """The cheapest way to write `count` equal code lengths: (cost, literals, 16s, 17s, 18s).

    Any mix of codes covers every count between the sum of its shortest and the sum of its longest runs. Zeros stand
    alone; other values have been written once already, so that a 16 may come first."""
    best = (count * literal, count, 0, 0, 0)
    for n18 in range(min(3, count // 11) + 1 if zeros else 1):
        for n17 in range(min(4, count // 3) + 1 if zeros else 1):
            for n16 in range(min(6, count // 3) + 1 if zeros else count // 3 + 1):
                plain = max(0, count - 6 * n16 - 10 * n17 - 138 * n18)
                if zeros and n16 and not (plain or n17 or n18):
                    plain = 1
                if plain + 3 * n16 + 3 * n17 + 11 * n18 <= count:
                    total = plain * literal + n16 * (c16 + 2) + n17 * (c17 + 3) + n18 * (c18 + 7)
                    best = min(best, (total, plain, n16, n17, n18))
    return best


def _runs(lengths, cost):
    """The cheapest run-length coding of `lengths` under `cost` per code-length symbol: [(symbol, extra value)]."""
    coded = []
    for value, run in itertools.groupby(lengths):
        count = len(list(run))
        if value:
            coded.append((value, 0))
            count -= 1
        _, plain, n16, n17, n18 = _repeats(count, cost[value], *cost[16:], value == 0)
        coded += [(value, 0)] * plain
        spare = count - plain - 3 * n16 - 3 * n17 - 11 * n18
        for symbol, number, slack in ((18, n18, 127), (17, n17, 7), (16, n16, 3)):
            for _ in range(number):
                more = min(slack, spare)
                spare -= more
                coded.append((symbol, more))
    return coded


def dynamic_header(lit_lengths, dist_lengths, thorough=True):
    """(bits, fields): the header after the three bits of block type, as (value, width) fields in writing order."""
    hlit = max([257] + [s + 1 for s, bits in enumerate(lit_lengths) if bits])
    hdist = max([1] + [s + 1 for s, bits in enumerate(dist_lengths) if bits])
    sequence, answer = lit_lengths[:hlit] + dist_lengths[:hdist], None
    for cost in ([4] * 16 + [4, 5, 6], [5] * 16 + [2, 2, 2], [3] * 16 + [9, 3, 3])[:3 if thorough else 1]:
        while True:
            coded = _runs(sequence, cost)
            freqs = [0] * 19
            for symbol, _extra in coded:
                freqs[symbol] += 1
            if sum(map(bool, freqs)) == 1:           # a lone code-length code is not allowed to be incomplete
                freqs[freqs.index(0)] = 1
            lengths = huffman_lengths(freqs, MAX_BITS_CL)
            hclen = max(k + 1 for k, s in enumerate(CL_ORDER) if lengths[s] or k < 4)
            bits = (14 + 3 * hclen + sum(f * b for f, b in zip(freqs, lengths))
                    + 2 * freqs[16] + 3 * freqs[17] + 7 * freqs[18])
            if answer and answer[0] <= bits:
                break
            answer = bits, coded, lengths, hclen
            cost = [b or 7 for b in lengths]
    bits, coded, lengths, hclen = answer
    if not thorough:
        return bits, None
    codes = canonical_codes(lengths)
    fields = [(hlit - 257, 5), (hdist - 1, 5), (hclen - 4, 4)] + [(lengths[s], 3) for s in CL_ORDER[:hclen]]
    for symbol, extra in coded:
        fields.append((_reverse(codes[symbol], lengths[symbol]), lengths[symbol]))
        if symbol > 15:
            fields.append((extra, {16: 2, 17: 3, 18: 7}[symbol]))
    return bits, fields


def _reverse(code, width):
    """`code` with its `width` bits in the opposite order: Huffman codes go out most significant bit first."""
    return int(format(code, "0%db" % width)[::-1], 2) if width else 0


# ---- matches and the optimal parse -------------------------------------------------------------------------------

def find_matches(data):
    """For each position: [(length, distance code, distance)], the longest match that each distance code offers.

    A cost depends on the distance only through its code, so nothing is lost; sorted by falling length."""
    seen, matches = {}, []
    for i in range(len(data)):
        key, found = data[i:i + MIN_MATCH], []
        if len(key) == MIN_MATCH:
            before = seen.setdefault(key, [])
            longest_possible = min(MAX_MATCH, len(data) - i)
            high = len(before)
            for code, (base, extra) in enumerate(DISTANCES):
                if not high:
                    break
                low = bisect.bisect_left(before, i - (base + (1 << extra) - 1), 0, high)
                length, distance = 0, 0
                for j in reversed(before[low:high]):
                    if length and data[j + length] != data[i + length]:
                        continue
                    k = MIN_MATCH
                    while k < longest_possible and data[j + k] == data[i + k]:
                        k += 1
                    if k > length:
                        length, distance = k, i - j
                        if k == longest_possible:
                            break
                if length:
                    found.append((length, code, distance))
                high = low
            before.append(i)
        found.sort(key=lambda match: (-match[0], match[1]))
        matches.append(found)
    return matches


def optimal_parse(data, start, end, matches, costs):
    """The cheapest tokens for data[start:end] under costs = (per literal/length symbol, per distance code), in units.

    A token is (1, 0, 0) for a literal or (length, distance code, distance)."""
    lit_cost, dist_cost = costs
    dist_total = [c + UNIT * extra for c, (_, extra) in zip(dist_cost, DISTANCES)]
    length_total = [0] * MIN_MATCH + [lit_cost[257 + LENGTH_CODE[n]] + UNIT * LENGTHS[LENGTH_CODE[n]][1]
                                      for n in range(MIN_MATCH, MAX_MATCH + 1)]
    best, step = [0] * (end - start + 1), [None] * (end - start)
    literal = (1, 0, 0)
    for i in range(end - 1, start - 1, -1):
        at = i - start
        low, choice = best[at + 1] + lit_cost[data[i]], literal
        found, k = matches[i], 0
        if found:
            cheapest, code, distance = NEVER, 0, 0
            longest = min(found[0][0], end - i)
            for length in range(longest, MIN_MATCH - 1 if longest < LONG else longest - 8, -1):
                while k < len(found) and found[k][0] >= length:
                    if dist_total[found[k][1]] < cheapest:
                        cheapest, code, distance = dist_total[found[k][1]], found[k][1], found[k][2]
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
    """(literal/length frequencies, distance frequencies, extra bits) of one block, its end symbol included."""
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
    lit[END] = 1
    return lit, dist, extra


# ---- one block: from tokens to bits --------------------------------------------------------------------------------

class Block:
    """Tokens of data[start:] with the Huffman codes that carry them; `bits` is the exact size, header included."""

    def __init__(self, data, start, tokens, lengths=None, thorough=True):
        self.start, self.tokens = start, tokens
        self.lit, self.dist, self.extra = histogram(data, start, tokens)
        self.kind, self.lengths = 2, lengths or (huffman_lengths(self.lit, MAX_BITS),
                                                 huffman_lengths(self.dist, MAX_BITS))
        header, self.header = dynamic_header(*self.lengths, thorough)
        self.bits = 3 + header + self.payload(self.lengths)
        fixed = 3 + self.payload(FIXED)
        if fixed <= self.bits:
            self.bits, self.lengths, self.header, self.kind = fixed, FIXED, [], 1

    def payload(self, lengths):
        """Bits of the tokens under code `lengths`, without a header."""
        return self.extra + sum(f * b for freqs, table in zip((self.lit, self.dist), lengths)
                                for f, b in zip(freqs, table))

    def write(self, out, data, last):
        """Append the block's fields to the BitWriter `out`."""
        out.fields([(last, 1), (self.kind, 2)] + self.header)
        (lit_bits, dist_bits), i = self.lengths, self.start
        lit = [_reverse(c, b) for c, b in zip(canonical_codes(lit_bits), lit_bits)]
        dist = [_reverse(c, b) for c, b in zip(canonical_codes(dist_bits), dist_bits)]
        for length, code, distance in self.tokens:
            if length == 1:
                out.fields([(lit[data[i]], lit_bits[data[i]])])
            else:
                (base, extra), symbol = LENGTHS[LENGTH_CODE[length]], 257 + LENGTH_CODE[length]
                far, far_extra = DISTANCES[code]
                out.fields([(lit[symbol], lit_bits[symbol]), (length - base, extra),
                            (dist[code], dist_bits[code]), (distance - far, far_extra)])
            i += length
        out.fields([(lit[END], lit_bits[END])])


class BitWriter:
    """Bits to bytes, least significant bit first (section 3.1.1)."""

    def __init__(self):
        self.value, self.width, self.done = 0, 0, bytearray()

    def fields(self, fields):
        for value, width in fields:
            self.value |= value << self.width
            self.width += width
        while self.width > 7:
            self.done.append(self.value & 255)
            self.value >>= 8
            self.width -= 8

    def align(self):
        self.fields([(0, -self.width % 8)])


# ---- the search ------------------------------------------------------------------------------------------------------

def _entropy_costs(lit, dist):
    """Costs in units from (possibly fractional) frequencies; a symbol not seen costs as if seen once."""
    tables = []
    for freqs in (lit, dist):
        total = sum(freqs) or 1
        tables.append([round(UNIT * math.log2(max(total, f) / (f or 1))) for f in freqs])
    return tables


def _exact_costs(lengths):
    return [[UNIT * bits if bits else NEVER for bits in table] for table in lengths]


def _level(freqs, propose):
    """Offer frequencies in which neighbours are alike: equal code lengths in a row make the header short.

    propose(frequencies) -> bool says whether it liked them; they then stay."""
    for run in (1, 2, 3, 4, 5, 6, 8, 12):
        for i in range(len(freqs) - run + 1):
            old = freqs[i:i + run]
            if any(old):
                seen = [f for f in old if f]
                values = {min(seen), max(seen), sum(seen) / run} if run > 1 else {old[0] * k for k in (.5, .7, 1.4, 2)}
                for value in sorted(values):
                    freqs[i:i + run] = [value] * run
                    if propose(freqs):
                        old = freqs[i:i + run]
                    freqs[i:i + run] = old


def _tune(block, data):
    """Trade longer codes for a shorter header: the same tokens under other code lengths, never more bits."""
    if block.kind == 1:
        return block
    freqs = block.lit, block.dist
    best = [block.bits, block.lengths]

    def consider(which, lengths):
        if lengths == best[1][which] or any(f and not bits for f, bits in zip(freqs[which], lengths)):
            return False
        tables = [lengths if k == which else best[1][k] for k in (0, 1)]
        payload = 3 + block.payload(tables)
        if payload - optimum > WORTH:
            return False
        bits = payload + dynamic_header(*tables, False)[0]
        if bits >= best[0]:
            return False
        best[:] = bits, tables
        return True

    optimum = 3 + block.payload([huffman_lengths(f, MAX_BITS) for f in freqs])
    levelled = [list(f) for f in freqs]
    before = None
    while before != best[0]:
        before = best[0]
        for which in (0, 1):
            _level(levelled[which], lambda f, which=which: consider(which, huffman_lengths(f, MAX_BITS)))
            for a, b in itertools.permutations([s for s, f in enumerate(freqs[which]) if f], 2):
                lengths = list(best[1][which])
                if lengths[a] < lengths[b]:
                    lengths[a], lengths[b] = lengths[b], lengths[a]
                    consider(which, lengths)
    return Block(data, block.start, block.tokens, best[1])


def _shake(freqs, dice, share):
    """Frequencies with a random share of them taken from another symbol."""
    return [freqs[int(dice.random() * len(freqs))] if dice.random() < share else f for f in freqs]


def _search(data, start, end, matches, iterations):
    """The smallest Block of data[start:end] in so many parses, each under the costs that the one before it led to."""
    dice = random.Random(1951)
    costs, best, sizes = ([8 * UNIT] * 256 + [7 * UNIT] * 30, [5 * UNIT] * 30), None, set()
    for _ in range(iterations):
        block = Block(data, start, optimal_parse(data, start, end, matches, costs), None, False)
        if best is None or block.bits < best.bits:
            best = block
        if block.bits in sizes:                      # settled: shake the best statistics and go on from there
            share = dice.random() * 0.4
            costs = _entropy_costs(_shake(best.lit, dice, share), _shake(best.dist, dice, share))
            sizes = set()
        else:
            sizes.add(block.bits)
            costs = _entropy_costs(block.lit, block.dist)
    return best


def _polish(block, data, end, matches):
    """Tune the code lengths, parse again under exactly these, and so on for as long as it gains."""
    best = Block(data, block.start, block.tokens)
    while True:
        tuned = _tune(best, data)
        tokens = optimal_parse(data, block.start, end, matches, _exact_costs(tuned.lengths))
        smallest = min((tuned, Block(data, block.start, tokens, tuned.lengths), Block(data, block.start, tokens)),
                       key=lambda b: b.bits)
        if smallest.bits >= best.bits:
            return best
        best = smallest


def _cuts(data, start, end, matches):
    """Positions in data[start:end] where a new block is worth its header: the best cut, then the cuts of both sides."""
    if end - start < SHORTEST_SPLIT:
        return []
    whole = _search(data, start, end, matches, DRAFT)
    if len(whole.tokens) < FEWEST_TOKENS:
        return []
    starts = list(itertools.accumulate((token[0] for token in whole.tokens), initial=start))

    def both(at):
        return sum(Block(data, starts[a], whole.tokens[a:b], None, False).bits
                   for a, b in ((0, at), (at, len(whole.tokens))))

    step = len(whole.tokens) // 24
    at = min(range(step, len(whole.tokens) - step, step), key=both)
    while step > 1:
        step //= 2
        at = min((at - step, at, at + step), key=both)
    cut = starts[at]
    if sum(_search(data, a, b, matches, DRAFT).bits for a, b in ((start, cut), (cut, end))) >= whole.bits:
        return []
    return _cuts(data, start, cut, matches) + [cut] + _cuts(data, cut, end, matches)


def _same_size(blocks, data):
    """For each block and token, the tokens of the same size that copy the same bytes from elsewhere, itself too."""
    options = []
    for block in blocks:
        i, choices = block.start, []
        dist_bits = block.lengths[1]
        for token in block.tokens:
            length, code, _ = token
            same = [token]
            if length > 1:
                size = dist_bits[code] + DISTANCES[code][1]
                for other, (base, extra) in enumerate(DISTANCES):
                    if dist_bits[other] and dist_bits[other] + extra == size:
                        same += [(length, other, d) for d in range(base, min(base + (1 << extra), i + 1, WINDOW + 1))
                                 if all(data[i + k] == data[i + k - d] for k in range(length))]
            choices.append(same)
            i += length
        options.append(choices)
    return options


def deflate(data, iterations=None, badness=None, trials=2000):
    """`data` as a raw DEFLATE stream: bytes -> bytes. ValueError above 64 KiB.

    iterations: parses to try; the default spends seconds on a few kilobytes and gives all our artifacts their size.
    badness: bytes -> number; of `trials` streams of the smallest size, the one where it is lowest."""
    data = bytes(data)
    if len(data) > LIMIT:
        raise ValueError("deflate.py packs at most %d bytes, not %d" % (LIMIT, len(data)))
    iterations = iterations or max(12, min(300, 600000 // (len(data) + 1)))
    matches = find_matches(data)
    stored = len(data) + 5 * max(1, -(-len(data) // 65535))
    edges = [0] + _cuts(data, 0, len(data), matches) + [len(data)]
    blocks = [_search(data, a, b, matches, iterations) for a, b in zip(edges, edges[1:])]
    if sum(b.bits for b in blocks) < 8 * stored:
        blocks = [_polish(block, data, end, matches) for block, end in zip(blocks, edges[1:])]
    if stored < (sum(b.bits for b in blocks) + 7) // 8:
        return _write_stored(data)
    return _least_bad(blocks, data, badness, trials) if badness else _write(blocks, data)


def _trade_places(block, data, dice, most):
    """The block under other code lengths: two random symbols trade theirs. None if that is above `most` bits."""
    which = int(dice.random() < 0.15 and any(block.dist))
    freqs, bits = (block.lit, block.dist)[which], block.lengths[which]
    pairs = [(a, b) for a, b in itertools.combinations([s for s, f in enumerate(freqs) if f], 2)
             if bits[a] != bits[b] and abs((freqs[a] - freqs[b]) * (bits[b] - bits[a])) <= 8]
    if not pairs:
        return None
    a, b = pairs[int(dice.random() * len(pairs))]
    lengths = [list(table) for table in block.lengths]
    lengths[which][a], lengths[which][b] = bits[b], bits[a]
    if 3 + block.payload(lengths) + dynamic_header(*lengths, False)[0] > most + 8:
        return None
    other = Block(data, block.start, block.tokens, lengths)
    return other if other.bits <= most and other.kind == 2 else None


def _least_bad(blocks, data, badness, trials):
    """Of streams of as many bytes, the one where `badness` is lowest: other code lengths, other sources for matches.

    The bits that the last byte has to spare may be spent."""
    dice, spare = random.Random(1951), -sum(block.bits for block in blocks) % 8
    tables, now = {_write(blocks, data): blocks}, blocks
    for _ in range(3 * trials):
        k = int(dice.random() * len(now))
        spent = sum(a.bits - b.bits for a, b in zip(now, blocks))
        other = _trade_places(now[k], data, dice, now[k].bits + spare - spent) if now[k].kind == 2 else None
        if other:
            now = now[:k] + [other] + now[k + 1:]
            tables[_write(now, data)] = now
    best = min(tables, key=badness)
    for written in sorted(tables, key=badness)[:8]:
        stream, size = int.from_bytes(written, "little"), len(written)
        masks = []                                   # for each match with a choice: what each source changes
        for block, options in zip(tables[written], _same_size(tables[written], data)):
            tokens = block.tokens
            for i, same in enumerate(options):
                if len(same) > 1:
                    others = []
                    for token in same:
                        block.tokens = tokens[:i] + [token] + tokens[i + 1:]
                        others.append(stream ^ int.from_bytes(_write(tables[written], data), "little"))
                    masks.append(others)
            block.tokens = tokens
        chosen, lowest = [0] * len(masks), badness(written)
        for _ in range(20 * trials if masks else 0):
            i = int(dice.random() * len(masks))
            option = int(dice.random() * len(masks[i]))
            other = stream ^ masks[i][chosen[i]] ^ masks[i][option]
            bad = badness(other.to_bytes(size, "little"))
            if bad <= lowest + (dice.random() < 0.02):
                stream, chosen[i], lowest = other, option, bad
                best = min(best, other.to_bytes(size, "little"), key=badness)
    return best


def _write(blocks, data):
    """The blocks as one stream."""
    out = BitWriter()
    for block in blocks:
        block.write(out, data, block is blocks[-1])
    out.align()
    return bytes(out.done)


def _write_stored(data):
    """`data` in stored blocks (section 3.2.4): five bytes more for each 65,535."""
    out = BitWriter()
    for i in range(0, len(data), 65535):
        chunk = data[i:i + 65535]
        out.fields([(i + 65535 >= len(data), 1), (0, 2)])
        out.align()
        out.fields([(len(chunk), 16), (len(chunk) ^ 0xFFFF, 16)] + [(byte, 8) for byte in chunk])
    return bytes(out.done)


def main():
    """The command line; the module's docstring is its help."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", metavar="FILE", help="what to pack; - for standard input")
    options.add_argument("-o", metavar="PACKED", help="write the raw deflate stream there")
    arguments = options.parse_args()
    name = arguments.file
    if arguments.o == "" or arguments.o and files.overwrites([arguments.o], name):
        options.error("-o: name a file, and another one than the source")
    data = files.read(name, LIMIT)
    packed = deflate(data)
    if arguments.o:
        files.write_whole(arguments.o, packed)
    print("%s: %d bytes, packed %d (zlib level 9: %d)" % (
        name, len(data), len(packed), len(zlib.compress(data, 9)) - 6))


if __name__ == "__main__":
    files.run(main)
