#!/usr/bin/env python3
"""Write a QR code symbol (ISO/IEC 18004, model 2) with nothing but the standard library.

    python3 encode_qr.py                              ../picogpt.py -> picogpt.png and picogpt.svg, beside this script
    python3 encode_qr.py --check                      say whether these are what picogpt.py makes; exit 1 if not
    python3 encode_qr.py FILE                         FILE's symbol as FILE.png and FILE.svg
    echo -n https://example.org | python3 encode_qr.py - --terminal
    python3 encode_qr.py FILE --level H --out FILE.png|.svg|.txt

It takes the smallest version that the data fit in, then the highest error correction level that this version has room
for. --level L, M, Q or H (7, 15, 25, 30 % of the codewords may be wrong) and --version 1 to 40 fix one or both.
"""
import argparse
import os
import re
import sys

from images import to_png, to_svg, to_text
from qrcode_tables import (ALPHANUMERIC, ALPHANUMERICS, BYTE, LEVELS, MASKS, NUMERIC, PADS, VERSIONS, QRError,
                           block_sizes, capacity, check_codewords, count_bits, data_places, format_information,
                           format_places, function_patterns, size_of, version_information, version_places)

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import files  # noqa: E402

MODES = (NUMERIC, ALPHANUMERIC, BYTE)
SIXTHS = {NUMERIC: 20, ALPHANUMERIC: 33, BYTE: 48}       # of a bit that a character takes: 10/3, 11/2 and 8 bits
MOST = 7089                                              # characters that the largest symbol holds, digits only


# ---- Data -----------------------------------------------------------------------------------------------------------
def fits(byte, mode):
    """Can a byte stand in a segment of this mode?"""
    return mode == BYTE or byte in (b"0123456789" if mode == NUMERIC else ALPHANUMERICS)


def segments(data, version):
    """Bytes -> [(mode, bytes)], the way to cut them that takes the fewest bits in this version.

    For each mode it keeps the cheapest way to write what has been read and to be in that mode: a shortest path."""
    ways = {None: (0, ())}                               # mode: (sixths of a bit, ((mode, start), ...))
    for place, byte in enumerate(data):
        new = {}
        for mode in MODES:
            if fits(byte, mode):
                for old, (cost, cuts) in ways.items():
                    if old != mode:                      # a segment ends with a whole bit, then a head of another
                        cost, cuts = (cost + 5) // 6 * 6 + 6 * (4 + count_bits(mode, version)), (cuts, (mode, place))
                    if mode not in new or cost + SIXTHS[mode] < new[mode][0]:
                        new[mode] = cost + SIXTHS[mode], cuts
        ways = new
    starts, cuts = [], min(ways.values(), key=lambda way: (way[0] + 5) // 6)[1]
    while cuts:
        cuts, start = cuts
        starts.insert(0, start)
    ends = [start for _, start in starts[1:]] + [len(data)]
    return [(mode, data[start:end]) for (mode, start), end in zip(starts, ends)]


def segment_bits(mode, data, version):
    """A segment as a string of 0 and 1: mode, count, characters (7.4). QRError if it is longer than a count can say."""
    if len(data) >> count_bits(mode, version):
        raise QRError("is too long for one segment of version %d" % version)
    bits = "{:04b}{:0{}b}".format(mode, len(data), count_bits(mode, version))
    if mode == NUMERIC:
        groups = [data[i:i + 3] for i in range(0, len(data), 3)]
        return bits + "".join("{:0{}b}".format(int(group), 3 * len(group) + 1) for group in groups)
    if mode == ALPHANUMERIC:
        values = [ALPHANUMERICS.index(byte) for byte in data]
        pairs = ["{:011b}".format(45 * a + b) for a, b in zip(values[::2], values[1::2])]
        return bits + "".join(pairs) + "{:06b}".format(values[-1]) * (len(values) % 2)
    return bits + "".join(map("{:08b}".format, data))


def codewords(bits, version, level):
    """Bits of all segments -> the codewords of the symbol: terminated, padded, with check codewords, interleaved."""
    room = capacity(version, level)
    bits += "0" * min(4, room - len(bits))
    bits += "0" * (-len(bits) % 8)
    data = [int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)]
    data += [PADS[i % 2] for i in range(room // 8 - len(data))]
    sizes, checks = block_sizes(version, level)
    blocks = [[data.pop(0) for _ in range(size)] for size in sizes]
    behind = [check_codewords(block, checks) for block in blocks]
    return [part[i] for parts in (blocks, behind) for i in range(max(map(len, parts))) for part in parts
            if i < len(part)]


# ---- The symbol -----------------------------------------------------------------------------------------------------
def drawn(version, level, mask, words):
    """The matrix of a symbol with these codewords under a mask (0 to 7)."""
    modules = dict(function_patterns(version))
    for places, word, bits in ((format_places(version), format_information(level, mask), 15),
                               (version_places(version), version_information(version), 18)):
        for where in places:
            modules.update((place, word >> bits - 1 - k & 1) for k, place in enumerate(where))
    bits, masked = "".join(map("{:08b}".format, words)), MASKS[mask]
    places = data_places(version)
    for (i, j), bit in zip(places, bits.ljust(len(places), "0")):            # the remainder bits are zeros
        modules[i, j] = int(bit) ^ (not masked(i, j))
    n = range(size_of(version))
    return [[modules[i, j] for j in n] for i in n]


def penalty(matrix):
    """The four penalties of 7.8.3: runs, blocks, what looks like a finder, too much of a shade."""
    n, total = len(matrix), 0
    lines = ["".join(map(str, line)) for line in [*matrix, *zip(*matrix)]]
    for line in lines:
        total += sum(len(run) - 2 for run in re.findall("0{5,}|1{5,}", line))
        total += 40 * len(re.findall("(?=10111010000|00001011101)", line))
    rows, mask = [int(line, 2) for line in lines[:n]], (1 << n - 1) - 1
    for upper, lower in zip(rows, rows[1:]):
        unlike = (upper ^ lower) | (upper ^ lower) >> 1 | (upper ^ upper >> 1)
        total += 3 * bin(~unlike & mask).count("1")
    dark = sum(map(sum, matrix))
    return total + 10 * (abs(20 * dark - 10 * n * n) // (n * n))


def encode(data, level=None, version=None, mask=None, cut=segments):
    """Bytes -> (matrix, version, level, mask). What is None is chosen: the smallest version, the highest level that
    fits it, the mask of the lowest penalty. cut: how the data become segments. QRError if they do not fit."""
    if len(data) > MOST:
        raise QRError("is too long for a QR code: %d bytes; the largest symbol holds 2953" % len(data))
    for candidate in VERSIONS if version is None else [version]:
        if candidate in (1, 10, 27) or version is not None:                  # the counts' lengths change here
            parts = cut(data, candidate)
        try:
            bits = "".join(segment_bits(*part, candidate) for part in parts)
        except QRError:
            continue
        fitting = [each for each in (LEVELS if level is None else level) if capacity(candidate, each) >= len(bits)]
        if fitting:
            break
    else:
        within = (" of version %d" % version if version else "") + (" at level %s" % level if level else "")
        raise QRError("does not fit: %d bytes; the largest symbol%s holds %d" % (
            len(data), within, (capacity(version or 40, level or "L") - 4 - count_bits(BYTE, version or 40)) // 8))
    words = codewords(bits, candidate, fitting[-1])
    symbols = [(drawn(candidate, fitting[-1], each, words), each) for each in (range(8) if mask is None else [mask])]
    matrix, mask = min(symbols, key=lambda symbol: penalty(symbol[0])) if len(symbols) > 1 else symbols[0]
    return matrix, candidate, fitting[-1], mask


# ---- The command line -----------------------------------------------------------------------------------------------
def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("source", nargs="?", help="file to encode, - for standard input (default: ../picogpt.py)")
    options.add_argument("--level", choices=list(LEVELS), help="error correction (the highest that fits)")
    options.add_argument("--version", type=int, choices=VERSIONS, metavar="N", help="1 to 40 (the smallest that fits)")
    options.add_argument("--out", action="append", metavar="FILE",
                         help="FILE.png, FILE.svg or FILE.txt; may come twice")
    options.add_argument("--terminal", action="store_true", help="show it in the terminal")
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    source = arguments.source or os.path.join(os.path.dirname(HERE), "picogpt.py")
    plain = not (arguments.source or arguments.level or arguments.version)
    stem = os.path.join(HERE, "picogpt") if plain else os.path.splitext(os.path.basename(source) if not arguments.source
                                                                        else source)[0]
    targets = arguments.out or [stem + ".png", stem + ".svg"] * (source != "-" and not arguments.terminal)
    makers = {".png": to_png, ".svg": to_svg, ".txt": to_text}
    if arguments.source == "":
        options.error("SOURCE: name a file, or -")
    if any(os.path.splitext(target)[1] not in makers for target in targets):
        options.error("--out: name a file that ends in .png, .svg or .txt")
    if not targets and not arguments.terminal:
        options.error("give --out FILE.png (.svg, .txt) or --terminal")
    if files.overwrites(targets, source):
        options.error("%s would be overwritten by what is made from it; copy it to another name" % source)
    data = files.read(source, 1 << 20)
    with files.about(source, QRError):
        if not data:
            raise QRError("is empty: nothing to encode")
        matrix, version, level, mask = encode(data, arguments.level, arguments.version)
    made = [(target, makers[os.path.splitext(target)[1]](matrix)) for target in targets]
    stale = files.settle(made, source, arguments.check)
    if arguments.terminal:
        lines = to_text(matrix).splitlines()
        files.show(b"".join(b"\x1b[40;97m" + line + b"\x1b[0m\n" for line in lines))
    else:
        print("version %d, level %s, mask %d: %d x %d modules, %d bytes" % (
            version, level, mask, len(matrix), len(matrix), len(data)))
    return 1 if stale else 0


if __name__ == "__main__":
    files.run(main)
