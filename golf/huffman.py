"""DEFLATE's codes and headers (RFC 1951): tables, Huffman code lengths, and writing bits."""
import functools
import itertools
import operator

END_OF_BLOCK = 256
MIN_MATCH, MAX_MATCH = 3, 258
MAX_BITS, MAX_BITS_CL = 15, 7                    # code length limits (section 3.2.7)
CL_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)    # section 3.2.7
CL_EXTRA = {16: 2, 17: 3, 18: 7}                 # extra bits of the run-length symbols
# Costs of the 19 code-length symbols with which the search for a header begins.
FIRST_CL_COSTS = ([4] * 16 + [4, 5, 6], [5] * 16 + [2, 2, 2], [3] * 16 + [9, 3, 3])
UNUSED_CL_COST = 7                               # bits, of a code-length symbol without a code


def _ranges(first, plain, per_group):
    """30 (base, extra bits): `plain` codes of one value, then groups with one bit more each."""
    table, base = [], first
    while len(table) < 30:
        extra = max(0, (len(table) - plain) // per_group + 1)
        table.append((base, extra))
        base += 1 << extra
    return table


LENGTHS = _ranges(3, 8, 4)[:28] + [(258, 0)]     # codes 257-285 (section 3.2.5)
DISTANCES = _ranges(1, 4, 2)                     # codes 0-29
LENGTH_CODE = [0] * (MAX_MATCH + 1)              # match length -> index into LENGTHS
for _code, (_base, _extra) in enumerate(LENGTHS):
    for _length in range(_base, min(_base + (1 << _extra), MAX_MATCH + 1)):
        LENGTH_CODE[_length] = _code
# Section 3.2.6; two of the codes are never used.
FIXED = ([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8, [5] * 30)


# ---- Huffman codes --------------------------------------------------------------------------
def huffman_lengths(freqs, limit):
    """Optimal code lengths of at most `limit` bits for symbol frequencies; 0 = not used.

    One used symbol alone gets length 1, as the RFC asks.
    """
    leaves = sorted((f, s) for s, f in enumerate(freqs) if f)
    lengths = [0] * len(freqs)
    if len(leaves) < 2:
        for _, symbol in leaves:
            lengths[symbol] = 1
        return lengths
    # The two lightest nodes become one (van Leeuwen 1976): made in order, inner nodes are sorted.
    count = len(leaves)
    weights, parents = [f for f, _ in leaves], [0] * (2 * count - 1)
    leaf, inner = 0, count
    for node in range(count, 2 * count - 1):
        weight = 0
        for _ in range(2):
            if inner == node or leaf < count and weights[leaf] <= weights[inner]:
                child, leaf = leaf, leaf + 1
            else:
                child, inner = inner, inner + 1
            parents[child] = node
            weight += weights[child]
        weights.append(weight)
    depth = [0] * (2 * count - 1)
    for node in range(2 * count - 3, -1, -1):
        depth[node] = depth[parents[node]] + 1
    for bits, (_, symbol) in zip(depth, leaves):
        lengths[symbol] = bits
    return lengths if max(lengths) <= limit else _limited_lengths(leaves, len(freqs), limit)


def _limited_lengths(leaves, symbols, limit):
    """Optimal lengths by package-merge (Larmore and Hirschberg 1990), where Huffman's exceed."""
    lengths, packages, leaves = [0] * symbols, [], [(f, (s,)) for f, s in leaves]
    for _ in range(limit):
        pairs = zip(packages[::2], packages[1::2])
        packages = sorted(leaves + [(a[0] + b[0], a[1] + b[1]) for a, b in pairs])
    for _, members in packages[:2 * len(leaves) - 2]:
        for s in members:
            lengths[s] += 1
    return lengths


def canonical_codes(lengths):
    """The code of each symbol, most significant bit first (section 3.2.2)."""
    codes, code = [0] * len(lengths), 0
    for bits in range(1, max(lengths) + 1):
        code <<= 1
        for symbol, length in enumerate(lengths):
            if length == bits:
                codes[symbol] = code
                code += 1
    return codes


def reverse_bits(code, width):
    """`code` with its `width` bits reversed: Huffman codes go out most significant bit first."""
    return int(f"{code:0{width}b}"[::-1], 2) if width else 0


# ---- The header of a dynamic block: run-length coded code lengths (section 3.2.7) -----------
@functools.lru_cache(maxsize=None)
def _cheapest_run(count, literal, c16, c17, c18, zeros):
    """The cheapest way to write `count` equal code lengths: (cost, literals, 16s, 17s, 18s).

    Any mix of codes covers every count between the sum of its shortest and the sum of its longest
    runs. Zeros stand alone; other values have been written once already, so a 16 may come first.
    """
    best = (count * literal, count, 0, 0, 0)
    most16 = min(6, count // 3) if zeros else count // 3
    most17, most18 = (min(4, count // 3), min(3, count // 11)) if zeros else (0, 0)
    for n18, n17, n16 in itertools.product(range(most18 + 1), range(most17 + 1),
                                           range(most16 + 1)):
        plain = max(0, count - 6 * n16 - 10 * n17 - 138 * n18)
        if zeros and n16 and not (plain or n17 or n18):
            plain = 1
        if plain + 3 * n16 + 3 * n17 + 11 * n18 <= count:
            cost = plain * literal + n16 * (c16 + 2) + n17 * (c17 + 3) + n18 * (c18 + 7)
            best = min(best, (cost, plain, n16, n17, n18))
    return best


def _plan_runs(lengths, cost):
    """The cheapest coding of each run of equal lengths: [(value, count, literals, 16s, 17s, 18s)].

    `count` is what follows a first literal, which all values but zero need.
    """
    plan, repeats = [], cost[16:]
    for value, run in itertools.groupby(lengths):
        count = len(list(run)) - (value > 0)
        if count:
            _, *numbers = _cheapest_run(count, cost[value], *repeats, value == 0)
        else:
            numbers = 0, 0, 0, 0
        plan.append((value, count, *numbers))
    return plan


def run_length_code(lengths, cost):
    """The cheapest run-length coding of code lengths: [(symbol, extra value)].

    cost: bits of each of the 19 code-length symbols.
    """
    coded = []
    for value, count, plain, n16, n17, n18 in _plan_runs(lengths, cost):
        coded += [(value, 0)] * (plain + (value > 0))
        spare = count - plain - 3 * n16 - 3 * n17 - 11 * n18
        for symbol, number, slack in ((18, n18, 127), (17, n17, 7), (16, n16, 3)):
            for _ in range(number):
                more = min(slack, spare)
                spare -= more
                coded.append((symbol, more))
    return coded


def _code_code_lengths(plan):
    """(bits of the header, code lengths of the 19 symbols, how many of these are sent)."""
    freqs = [0] * 19
    for value, _, plain, n16, n17, n18 in plan:
        freqs[value] += plain + (value > 0)
        freqs[16] += n16
        freqs[17] += n17
        freqs[18] += n18
    if sum(map(bool, freqs)) == 1:               # a lone code must not be incomplete
        freqs[freqs.index(0)] = 1
    lengths = huffman_lengths(freqs, MAX_BITS_CL)
    sent = max(k + 1 for k, s in enumerate(CL_ORDER) if lengths[s] or k < 4)
    bits = (14 + 3 * sent + sum(map(operator.mul, freqs, lengths))
            + 2 * freqs[16] + 3 * freqs[17] + 7 * freqs[18])
    return bits, lengths, sent


def dynamic_header(lit_lengths, dist_lengths, thorough=True):
    """(bits, fields): a dynamic block's header after the three bits of its type.

    fields: (value, width) in writing order; None unless thorough, which also tries more ways.
    """
    hlit = max([257] + [s + 1 for s, bits in enumerate(lit_lengths) if bits])
    hdist = max([1] + [s + 1 for s, bits in enumerate(dist_lengths) if bits])
    sequence, answer = lit_lengths[:hlit] + dist_lengths[:hdist], None
    for cost in FIRST_CL_COSTS[:3 if thorough else 1]:
        while True:
            bits, lengths, sent = _code_code_lengths(_plan_runs(sequence, cost))
            if answer and answer[0] <= bits:
                break
            answer = bits, cost, lengths, sent
            cost = [b or UNUSED_CL_COST for b in lengths]
    bits, cost, lengths, sent = answer
    if not thorough:
        return bits, None
    codes = canonical_codes(lengths)
    fields = [(hlit - 257, 5), (hdist - 1, 5), (sent - 4, 4)]
    fields += [(lengths[s], 3) for s in CL_ORDER[:sent]]
    for symbol, extra in run_length_code(sequence, cost):
        fields.append((reverse_bits(codes[symbol], lengths[symbol]), lengths[symbol]))
        if symbol in CL_EXTRA:
            fields.append((extra, CL_EXTRA[symbol]))
    return bits, fields


@functools.lru_cache(maxsize=None)
def _bit_string(value, width):
    """`value` in `width` binary digits, least significant first."""
    return f"{value:0{width}b}"[::-1] if width else ""


class BitWriter:
    """Bits to bytes, least significant bit first (section 3.1.1)."""

    def __init__(self):
        self.strings, self.bits = [], 0

    def write(self, fields):
        """Append (value, width) fields."""
        for value, width in fields:
            self.strings.append(_bit_string(value, width))
            self.bits += width

    def align(self):
        """Fill the last byte with zeros."""
        self.write([(0, -self.bits % 8)])

    def to_bytes(self):
        """What was written, the last byte filled with zeros."""
        value = int("".join(reversed("".join(self.strings))) or "0", 2)
        return value.to_bytes((self.bits + 7) // 8, "little")
