"""From bytes to the modules of a symbol (ISO/IEC 18004, clause 7), in the standard's order."""
import re

from .qrcode_tables import (
    ALPHANUMERIC, ALPHANUMERICS, BYTE, LEVELS, MASKS, NUMERIC, PADS, VERSIONS, QRError,
    block_sizes, capacity, count_bits, data_positions, format_information, format_positions,
    function_patterns, symbol_size, version_information, version_positions)
from .reed_solomon import check_codewords
from .symbol import Symbol

MODES = (NUMERIC, ALPHANUMERIC, BYTE)
# Sixths of a bit that a character takes: 10/3, 11/2 and 8 bits.
SIXTHS = {NUMERIC: 20, ALPHANUMERIC: 33, BYTE: 48}
MAX_CHARACTERS = 7089                            # in the largest symbol, digits only


# ---- Data -----------------------------------------------------------------------------------
def fits_mode(byte, mode):
    """Can a byte stand in a segment of this mode?"""
    return mode == BYTE or byte in (b"0123456789" if mode == NUMERIC else ALPHANUMERICS)


def split_segments(data, version):
    """Bytes -> [(mode, bytes)], the split into segments that takes the fewest bits.

    A shortest path: for each mode, the cheapest way to write what has been read and be in it.
    """
    paths = {None: (0, ())}                      # mode: (sixths of a bit, segment starts, linked)
    for position, byte in enumerate(data):
        extended = {}
        for mode in filter(lambda mode: fits_mode(byte, mode), MODES):
            header = 6 * (4 + count_bits(mode, version))
            ways = []
            for old, (cost, starts) in paths.items():
                if old != mode:                  # the old segment ends with a whole bit
                    cost, starts = -(-cost // 6) * 6 + header, (starts, (mode, position))
                ways.append((cost + SIXTHS[mode], starts))
            extended[mode] = min(ways, key=lambda way: way[0])
        paths = extended
    starts, linked = [], min(paths.values(), key=lambda path: -(-path[0] // 6))[1]
    while linked:
        linked, start = linked
        starts.insert(0, start)
    ends = [start for _, start in starts[1:]] + [len(data)]
    return [(mode, data[start:end]) for (mode, start), end in zip(starts, ends)]


def segment_bits(mode, data, version):
    """A segment as a string of 0 and 1: mode, count, characters (7.4).

    QRError if it has more characters than its count can tell.
    """
    width = count_bits(mode, version)
    if len(data) >> width:
        raise QRError(f"is too long for one segment of version {version}")
    bits = f"{mode:04b}{len(data):0{width}b}"
    if mode == NUMERIC:
        groups = [data[i:i + 3] for i in range(0, len(data), 3)]
        return bits + "".join(f"{int(group):0{3 * len(group) + 1}b}" for group in groups)
    if mode == ALPHANUMERIC:
        values = [ALPHANUMERICS.index(byte) for byte in data]
        pairs = "".join(f"{45 * a + b:011b}" for a, b in zip(values[::2], values[1::2]))
        return bits + pairs + (f"{values[-1]:06b}" if len(values) % 2 else "")
    return bits + "".join(f"{byte:08b}" for byte in data)


def make_codewords(bits, version, level):
    """Bits of all segments -> the codewords of the symbol in order.

    Terminated and padded (7.4.9, 7.4.10), with check codewords, interleaved (7.6).
    """
    room = capacity(version, level)
    bits += "0" * min(4, room - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = [int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)]
    data += [PADS[i % 2] for i in range(room // 8 - len(data))]
    sizes, checks = block_sizes(version, level)
    blocks = [[data.pop(0) for _ in range(size)] for size in sizes]
    check_blocks = [check_codewords(block, checks) for block in blocks]
    return [block[i] for group in (blocks, check_blocks) for i in range(max(map(len, group)))
            for block in group if i < len(block)]


# ---- The symbol -----------------------------------------------------------------------------
def draw_symbol(version, level, mask, codewords):
    """The matrix of a symbol with these codewords under a mask (0 to 7)."""
    modules = dict(function_patterns(version))
    for copies, word, width in ((format_positions(version), format_information(level, mask), 15),
                                (version_positions(version), version_information(version), 18)):
        for copy in copies:
            modules.update((position, word >> width - 1 - k & 1)
                           for k, position in enumerate(copy))
    bits, pattern = "".join(f"{word:08b}" for word in codewords), MASKS[mask]
    positions = data_positions(version)
    for (i, j), bit in zip(positions, bits.ljust(len(positions), "0")):      # remainder bits: 0
        modules[i, j] = int(bit) ^ (not pattern(i, j))
    n = range(symbol_size(version))
    return [[modules[i, j] for j in n] for i in n]


def penalty(matrix):
    """The four penalties of 7.8.3: runs, blocks, false finders, imbalance of dark and light."""
    n, total = len(matrix), 0
    lines = ["".join(map(str, line)) for line in [*matrix, *zip(*matrix)]]
    for line in lines:
        total += sum(len(run) - 2 for run in re.findall("0{5,}|1{5,}", line))
        total += 40 * len(re.findall("(?=10111010000|00001011101)", line))
    rows, pairs = [int(line, 2) for line in lines[:n]], (1 << n - 1) - 1
    for upper, lower in zip(rows, rows[1:]):
        vertical = upper ^ lower
        differs = vertical | vertical >> 1 | (upper ^ upper >> 1)
        total += 3 * bin(~differs & pairs).count("1")
    dark = sum(map(sum, matrix))
    return total + 10 * (abs(20 * dark - 10 * n * n) // (n * n))


def fit(data, level, version, split):
    """(bits of all segments, version, level), the smallest version and then the highest level.

    level, version: None where they are free. QRError if the data do not fit.
    """
    for candidate in VERSIONS if version is None else [version]:
        if candidate in (1, 10, 27) or version is not None:      # here the count's width changes
            segments = split(data, candidate)
        try:
            bits = "".join(segment_bits(*segment, candidate) for segment in segments)
        except QRError:
            continue
        fitting = [each for each in (LEVELS if level is None else level)
                   if capacity(candidate, each) >= len(bits)]
        if fitting:
            return bits, candidate, fitting[-1]
    largest = version or 40
    room = (capacity(largest, level or "L") - 4 - count_bits(BYTE, largest)) // 8
    within = (f" of version {version}" if version else "") + (f" at level {level}" if level else "")
    raise QRError(f"does not fit: {len(data)} bytes; the largest symbol{within} holds {room}")


def check_arguments(data, version, level, mask):
    """QRError, with the limit, for arguments that no symbol can have."""
    if not data:
        raise QRError("is empty: nothing to encode")
    if len(data) > MAX_CHARACTERS:
        raise QRError(f"is too long for a QR code: {len(data)} bytes; at most 2953 fit")
    if version is not None and version not in VERSIONS:
        raise QRError(f"version {version!r}: versions go from 1 to 40")
    if level is not None and level not in tuple(LEVELS):
        raise QRError(f"level {level!r}: the levels are L, M, Q and H")
    if mask is not None and mask not in range(len(MASKS)):
        raise QRError(f"mask {mask!r}: masks go from 0 to 7")


def encode(data, version=None, level="L", mask=None, split=split_segments):
    """Bytes, or a text (as UTF-8), as a Symbol.

    version: 1 to 40, None for the smallest that the data fit in. level: L, M, Q or H, None for the
    highest that this version has room for. mask: 0 to 7, None for the one of the lowest penalty.
    split makes the segments. QRError where the data do not fit, or an argument is out of its range.
    """
    if isinstance(data, str):
        data = data.encode()
    check_arguments(data, version, level, mask)
    bits, version, level = fit(data, level, version, split)
    codewords = make_codewords(bits, version, level)
    if mask is None:
        matrices = [draw_symbol(version, level, each, codewords) for each in range(len(MASKS))]
        mask = min(range(len(MASKS)), key=lambda each: penalty(matrices[each]))
        return Symbol(data, version, level, mask, matrices[mask])
    return Symbol(data, version, level, mask, draw_symbol(version, level, mask, codewords))
