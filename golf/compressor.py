"""The smallest DEFLATE stream (RFC 1951) that we know how to find, the same on every machine.

zlib's output depends on its build; an artifact that must be reproduced byte for byte cannot. This
encoder is exact and slow: an optimal parse under the current Huffman costs, repeated until the
costs agree with the parse, with random restarts from a fixed seed. It is meant for a few
kilobytes; 64 KiB at most.
"""
import functools
import itertools
import math
import random

from .blocks import DYNAMIC, INFINITE_COST, STATIC, UNIT, Block, find_matches, optimal_parse
from .huffman import DISTANCES, MAX_BITS, BitWriter, dynamic_header, huffman_lengths

MAX_INPUT = 65536              # bytes; the search is quadratic in places
MAX_STORED = 65535             # bytes of a stored block (section 3.2.4)
WINDOW = 32768                 # furthest distance (section 2)
SEED, STREAM_SEED = 2, 8       # of every random choice: the best of the first few, on our texts
MAX_PAYLOAD_LOSS = 64          # bits that a longer payload may cost to make the header shorter
MAX_STEP_LOSS = 24             # the same for one change
MAX_PERTURBED = 0.4            # share of the statistics that a restart changes at most
DRAFT_PARSES = 8               # parses that decide whether to split a block
MIN_SPLIT_BYTES = 1024         # below this a second header never pays
MIN_SPLIT_TOKENS = 200         # the same in tokens
MAX_HEADER_GAIN = 8            # bits that exchanged code lengths may lose, if the header gains them
REFINED_STREAMS = 6            # streams whose matches are chosen anew for a lower cost
RUN_LENGTHS = (1, 2, 3, 4, 5, 6, 8, 12)      # symbols whose frequencies are made alike


def entropy_costs(lit, dist):
    """Costs in units from frequencies, fractions too; an unseen symbol costs as if seen once."""
    tables = []
    for freqs in (lit, dist):
        total = sum(freqs) or 1
        tables.append([round(UNIT * math.log2(max(total, f) / (f or 1))) for f in freqs])
    return tables


def exact_costs(lengths):
    """Costs in units from code lengths; a symbol without a code costs INFINITE_COST."""
    return [[UNIT * bits if bits else INFINITE_COST for bits in table] for table in lengths]


# ---- One block ------------------------------------------------------------------------------
def perturb(freqs, rng, share):
    """Frequencies with a random share of them replaced by another symbol's."""
    return [freqs[int(rng.random() * len(freqs))] if rng.random() < share else f for f in freqs]


def search_block(data, start, end, matches, iterations):
    """The smallest Block of data[start:end] in `iterations` parses.

    Each parse is the cheapest under the costs that the one before led to; where that comes to
    rest, the best statistics are perturbed.
    """
    rng = random.Random(SEED)
    costs = [8 * UNIT] * 256 + [7 * UNIT] * 30, [5 * UNIT] * 30
    best, sizes = None, set()
    for _ in range(iterations):
        tokens = optimal_parse(data, start, end, matches, costs)
        block = Block(data, start, tokens, thorough=False)
        if best is None or block.bits < best.bits:
            best = block
        if block.bits in sizes:
            share = rng.random() * MAX_PERTURBED
            costs = entropy_costs(perturb(best.lit, rng, share), perturb(best.dist, rng, share))
            sizes = set()
        else:
            sizes.add(block.bits)
            costs = entropy_costs(block.lit, block.dist)
    return best


def level_frequencies(freqs, propose):
    """Offer frequencies in which neighbours are alike: equal code lengths make a short header.

    propose(frequencies) -> bool says whether they are taken; they then stay.
    """
    for run_length in RUN_LENGTHS:
        for i in range(len(freqs) - run_length + 1):
            old = freqs[i:i + run_length]
            used = [f for f in old if f]
            if not used:
                continue
            if run_length > 1:
                values = {min(used), max(used), sum(used) / run_length}
            else:
                values = {old[0] * k for k in (.5, .7, 1.4, 2)}
            for value in sorted(values):
                freqs[i:i + run_length] = [value] * run_length
                if propose(freqs):
                    old = freqs[i:i + run_length]
                freqs[i:i + run_length] = old


class CodeTuner:
    """Trades longer codes for a shorter header: the same tokens under other code lengths."""

    def __init__(self, block):
        self.block, self.freqs = block, (block.lit, block.dist)
        self.bits, self.lengths = block.bits, block.lengths
        self.payload = block.payload_bits(block.lengths)
        optimal = [huffman_lengths(f, MAX_BITS) for f in self.freqs]
        self.max_payload = block.payload_bits(optimal) + MAX_PAYLOAD_LOSS
        self.tried = set()                       # what was proposed: most comes up again and again

    def propose(self, which, lengths):
        """Take code lengths for table `which` (0: literals, 1: distances) if they save bits.

        Each symbol that occurs must have a code.
        """
        tables = [lengths if k == which else self.lengths[k] for k in (0, 1)]
        if self.is_known((tuple(tables[0]), tuple(tables[1]))):
            return False
        payload = self.block.payload_bits(tables)
        if payload > min(self.max_payload, self.payload + MAX_STEP_LOSS):
            return False
        bits = 3 + payload + dynamic_header(*tables, False)[0]
        if bits >= self.bits:
            return False
        self.bits, self.payload, self.lengths = bits, payload, tables
        return True

    def is_known(self, proposal):
        """Was this proposed before? From now on it was."""
        known = proposal in self.tried
        self.tried.add(proposal)
        return known

    def propose_frequencies(self, which, freqs):
        """Propose the optimal code lengths for these frequencies."""
        if self.is_known((which, tuple(freqs), tuple(self.lengths[1 - which]))):
            return False
        return self.propose(which, huffman_lengths(freqs, MAX_BITS))

    def exchange(self, which):
        """Propose that any two symbols exchange their code lengths."""
        freqs = self.freqs[which]
        used = [s for s, f in enumerate(freqs) if f]
        for a, b in itertools.permutations(used, 2):
            bits = self.lengths[which]
            growth = (freqs[a] - freqs[b]) * (bits[b] - bits[a])
            if bits[a] < bits[b] and growth <= MAX_HEADER_GAIN:
                lengths = list(bits)
                lengths[a], lengths[b] = bits[b], bits[a]
                self.propose(which, lengths)

    def tune(self):
        """The code lengths of the smallest block found."""
        levelled, before = [list(f) for f in self.freqs], None
        while before != self.bits:
            before = self.bits
            for which in (0, 1):
                level_frequencies(levelled[which],
                                  functools.partial(self.propose_frequencies, which))
                self.exchange(which)
        return self.lengths


def tune_codes(block, data):
    """The block under the code lengths that make it smallest, header included."""
    if block.kind == STATIC:
        return block
    return Block(data, block.start, block.tokens, CodeTuner(block).tune())


def polish(block, data, end, matches):
    """Tune the code lengths, parse again under exactly these, and so on while it gains."""
    best = Block(data, block.start, block.tokens)
    while True:
        tuned = tune_codes(best, data)
        tokens = optimal_parse(data, block.start, end, matches, exact_costs(tuned.lengths))
        options = (tuned, Block(data, block.start, tokens, tuned.lengths),
                   Block(data, block.start, tokens))
        smallest = min(options, key=lambda option: option.bits)
        if smallest.bits >= best.bits:
            return best
        best = smallest


def smallest_block(data, start, end, matches, iterations):
    """The smallest Block that we find, polished unless it is noise, to be stored as it is."""
    draft = search_block(data, start, end, matches, iterations)
    return draft if draft.bits >= 8 * (end - start) else polish(draft, data, end, matches)


# ---- Several blocks -------------------------------------------------------------------------
def find_cuts(data, start, end, matches):
    """Positions in data[start:end] where a new block is worth its header.

    The best cut, if it gains, and then the cuts of both sides.
    """
    if end - start < MIN_SPLIT_BYTES:
        return []
    whole = search_block(data, start, end, matches, DRAFT_PARSES)
    tokens = whole.tokens
    if len(tokens) < MIN_SPLIT_TOKENS:
        return []
    starts = list(itertools.accumulate((token[0] for token in tokens), initial=start))

    def split_bits(at):
        return sum(Block(data, starts[a], tokens[a:b], thorough=False).bits
                   for a, b in ((0, at), (at, len(tokens))))

    step = len(tokens) // 24
    at = min(range(step, len(tokens) - step, step), key=split_bits)
    while step > 1:
        step //= 2
        at = min((at - step, at, at + step), key=split_bits)
    cut = starts[at]
    halves = [search_block(data, a, b, matches, DRAFT_PARSES)
              for a, b in ((start, cut), (cut, end))]
    if sum(half.bits for half in halves) >= whole.bits:
        return []
    return find_cuts(data, start, cut, matches) + [cut] + find_cuts(data, cut, end, matches)


def write_blocks(blocks, data):
    """The blocks as one stream."""
    writer = BitWriter()
    for block in blocks:
        block.write(writer, data, block is blocks[-1])
    return writer.to_bytes()


def write_stored(data):
    """`data` in stored blocks (section 3.2.4): five bytes more for each MAX_STORED."""
    writer = BitWriter()
    for i in range(0, len(data), MAX_STORED):
        chunk = data[i:i + MAX_STORED]
        writer.write([(i + MAX_STORED >= len(data), 1), (0, 2)])
        writer.align()
        writer.write([(len(chunk), 16), (len(chunk) ^ 0xFFFF, 16)] + [(byte, 8) for byte in chunk])
    return writer.to_bytes()


def smallest_blocks(data, iterations=None):
    """Bytes -> the Blocks that we write them in, or None if stored blocks are smaller.

    ValueError above MAX_INPUT bytes. iterations: parses to try; the default spends seconds on a few
    kilobytes and gives all our artifacts their size.
    """
    if len(data) > MAX_INPUT:
        raise ValueError(f"deflate.py packs at most {MAX_INPUT} bytes, not {len(data)}")
    iterations = iterations or max(12, min(500, 1200000 // (len(data) + 1)))
    matches = find_matches(data)
    edges = [0] + find_cuts(data, 0, len(data), matches) + [len(data)]
    blocks = [smallest_block(data, a, b, matches, iterations) for a, b in zip(edges, edges[1:])]
    stored = len(data) + 5 * max(1, -(-len(data) // MAX_STORED))
    return None if stored < (sum(block.bits for block in blocks) + 7) // 8 else blocks


def deflate(data, iterations=None):
    """Bytes -> the smallest raw DEFLATE stream that we find; the rest as in smallest_blocks."""
    data = bytes(data)
    blocks = smallest_blocks(data, iterations)
    return write_blocks(blocks, data) if blocks else write_stored(data)


# ---- Streams that avoid some bytes ----------------------------------------------------------
def exchange_code_lengths(block, data, rng, limit):
    """The block with the code lengths of two random symbols exchanged.

    None if it then has more than `limit` bits.
    """
    which = int(rng.random() < 0.15 and any(block.dist))
    freqs, bits = (block.lit, block.dist)[which], block.lengths[which]
    used = [s for s, f in enumerate(freqs) if f]
    a, b = (used[int(rng.random() * len(used))] for _ in range(2))
    growth = (freqs[a] - freqs[b]) * (bits[b] - bits[a])
    if bits[a] == bits[b] or block.bits + growth > limit + MAX_HEADER_GAIN:
        return None
    lengths = [list(table) for table in block.lengths]
    lengths[which][a], lengths[which][b] = bits[b], bits[a]
    other = Block(data, block.start, block.tokens, lengths)
    return other if other.bits <= limit and other.kind == DYNAMIC else None


def equal_tokens(block, data):
    """For each token of a block, itself and those of equal size that copy the same bytes."""
    choices, dist_bits, i = [], block.lengths[1], block.start
    for token in block.tokens:
        length, code, _ = token
        equal = [token]
        if length > 1:
            size = dist_bits[code] + DISTANCES[code][1]
            for other, (base, extra) in enumerate(DISTANCES):
                if dist_bits[other] and dist_bits[other] + extra == size:
                    distances = range(base, min(base + (1 << extra), i + 1, WINDOW + 1))
                    equal += [(length, other, d) for d in distances
                              if all(data[i + k] == data[i + k - d] for k in range(length))]
        choices.append(equal)
        i += length
    return choices


def match_masks(blocks, data, stream):
    """For each match with a choice, what each of its equal tokens flips in the stream, an int."""
    masks = []
    for block in blocks:
        tokens = block.tokens
        for i, equal in enumerate(equal_tokens(block, data)):
            if len(equal) > 1:
                flips = []
                for token in equal:
                    block.tokens = tokens[:i] + [token] + tokens[i + 1:]
                    flips.append(stream ^ int.from_bytes(write_blocks(blocks, data), "little"))
                masks.append(flips)
        block.tokens = tokens
    return masks


def choose_matches(written, blocks, data, cost, rng, trials):
    """The stream of the lowest cost that other sources of the matches of `written` give."""
    stream, size, best = int.from_bytes(written, "little"), len(written), written
    masks = match_masks(blocks, data, stream)
    chosen, lowest = [0] * len(masks), cost(written)
    for _ in range(trials if masks else 0):
        i = int(rng.random() * len(masks))
        option = int(rng.random() * len(masks[i]))
        other = stream ^ masks[i][chosen[i]] ^ masks[i][option]
        value = cost(other.to_bytes(size, "little"))
        if value <= lowest + (rng.random() < 0.02):
            stream, chosen[i], lowest = other, option, value
            best = min(best, other.to_bytes(size, "little"), key=cost)
    return best


def cheapest_stream(data, blocks, cost, trials=20000):
    """Blocks of `data` -> the stream where `cost`, a function bytes -> number, is lowest.

    Tried are other code lengths, which may make it a byte longer than the smallest one, and then,
    for the best of these, other sources of matches.
    """
    rng, current = random.Random(STREAM_SEED), blocks
    written = write_blocks(blocks, data)
    limit, lowest, streams = 8 * len(written) + 8, cost(written), {written: blocks}
    for _ in range(trials):
        k = int(rng.random() * len(current))
        if current[k].kind != DYNAMIC:
            continue
        spare = limit - sum(block.bits for block in current)
        block = exchange_code_lengths(current[k], data, rng, current[k].bits + spare)
        if block:
            others = current[:k] + [block] + current[k + 1:]
            written = write_blocks(others, data)
            streams[written], value = others, cost(written)
            if value <= lowest + rng.random():
                current, lowest = others, value
    best = sorted(streams, key=cost)[:REFINED_STREAMS]
    return min((choose_matches(written, streams[written], data, cost, rng, trials)
                for written in best), key=cost)
