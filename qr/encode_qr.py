#!/usr/bin/env python3
"""Write a QR code symbol (ISO/IEC 18004, model 2) with nothing but the standard library.

    encode_qr.py                    ../picogpt.py -> picogpt.png and picogpt.svg, beside this script
    encode_qr.py --check            compare these with picogpt.py; exit 1 if stale
    encode_qr.py FILE               FILE's symbol as FILE.png and FILE.svg
    encode_qr.py https://example.org                        of a text, shown in the terminal
    encode_qr.py https://example.org -o site.png            in a file: .png, .svg or .txt
    encode_qr.py FILE --scale 8 --dark navy --level H -o big.svg

SOURCE is a file where there is one of that name, - for standard input, or else the text itself.
It takes the smallest version that the data fit in, then the highest error correction level that
this version has room for. --level L, M, Q or H (7, 15, 25, 30 % of the codewords may be wrong) and
--version 1 to 40 fix one or both.
"""
import argparse
import os
import re
import sys

from command import (UserError, error_context, read_input, run, would_overwrite,
                     write_or_check, write_stdout)
from images import to_png, to_svg, to_text
from look import PLAIN, Look, doubts, parse_colour
from qrcode_tables import (
    ALPHANUMERIC, ALPHANUMERICS, BYTE, LEVELS, MASKS, NUMERIC, PADS, VERSIONS, QRError,
    block_sizes, capacity, count_bits, data_positions, format_information, format_positions,
    function_patterns, symbol_size, version_information, version_positions)
from reed_solomon import check_codewords

HERE = os.path.dirname(os.path.abspath(__file__))
MODES = (NUMERIC, ALPHANUMERIC, BYTE)
# Sixths of a bit that a character takes: 10/3, 11/2 and 8 bits.
SIXTHS = {NUMERIC: 20, ALPHANUMERIC: 33, BYTE: 48}
MAX_CHARACTERS = 7089                            # in the largest symbol, digits only
MAX_INPUT = 1 << 20                              # bytes; what a symbol holds is checked later
WRITERS = {".png": to_png, ".svg": to_svg, ".txt": to_text}


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


def encode(data, level=None, version=None, mask=None, split=split_segments):
    """Bytes -> (matrix, version, level, mask). What is None is chosen.

    The smallest version, the highest level that fits it, the mask of the lowest penalty. `split`
    makes the segments. QRError if the data do not fit.
    """
    if len(data) > MAX_CHARACTERS:
        raise QRError(f"is too long for a QR code: {len(data)} bytes; at most 2953 fit")
    bits, version, level = fit(data, level, version, split)
    codewords = make_codewords(bits, version, level)
    if mask is None:
        matrices = [draw_symbol(version, level, each, codewords) for each in range(8)]
        mask = min(range(8), key=lambda each: penalty(matrices[each]))
        return matrices[mask], version, level, mask
    return draw_symbol(version, level, mask, codewords), version, level, mask


# ---- The command line -----------------------------------------------------------------------
FILE_ENDING = r"(?i).*\.(py|txt|md|csv|json|html?|svg|png|jpe?g|pdf|c|js|sh|toml|ya?ml)"


def add_arguments(parser):
    parser.add_argument("source", nargs="?", metavar="SOURCE",
                        help="file, - for standard input, or a text (../picogpt.py)")
    parser.add_argument("--text", help="a text that might be taken for the name of a file")
    parser.add_argument("--level", choices=list(LEVELS),
                        help="error correction (the highest that fits)")
    parser.add_argument("--version", type=number(1, 40), metavar="N",
                        help="1 to 40 (the smallest that fits)")
    parser.add_argument("-o", "--out", action="append", metavar="FILE",
                        help="FILE.png, FILE.svg or FILE.txt; may be given more than once")
    parser.add_argument("--scale", type=number(1, 100), metavar="N", default=PLAIN.scale,
                        help=f"pixels a module ({PLAIN.scale})")
    parser.add_argument("--border", type=number(0, 100), metavar="N", default=PLAIN.border,
                        help=f"light modules around the symbol ({PLAIN.border})")
    for name, default in (("dark", "black"), ("light", "white")):
        parser.add_argument("--" + name, metavar="COLOUR", type=colour, default=default,
                            help=f"#RRGGBB or one of HTML's 16 names ({default})")
    parser.add_argument("--terminal", action="store_true", help="show it in the terminal")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")


def number(low, high):
    """An argument's type: a whole number from low to high."""
    def parse(text):
        if not re.fullmatch("[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {low} to {high}")
        return int(text)
    return parse


def colour(text):
    """An argument's type: a colour."""
    try:
        return parse_colour(text)
    except QRError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    arguments = parser.parse_args()
    source = arguments.source
    if source == "" or arguments.text == "":
        parser.error("SOURCE: name a file, give a text, or - for standard input")
    if source and arguments.text:
        parser.error("give SOURCE or --text, not both")
    if any(os.path.splitext(target)[1] not in WRITERS for target in arguments.out or ()):
        parser.error("--out: name a file that ends in .png, .svg or .txt")
    if source == "-" and not arguments.out and not arguments.terminal:
        parser.error("give --out FILE.png (.svg, .txt) or --terminal")
    if arguments.dark == arguments.light:
        parser.error("--dark and --light are the same colour: nothing could be read")
    # What looks like the name of a file and is none is a slip, not a text.
    if source and source != "-" and not os.path.exists(source) \
            and not re.fullmatch(FILE_ENDING, source):
        arguments.source, arguments.text = None, source
    if arguments.text and not arguments.out:
        arguments.terminal = True
    return parser, arguments


def output_files(arguments, look):
    """The paths to write: as --out says, our own files beside this script, or beside the source."""
    if arguments.out or arguments.terminal:
        return arguments.out or []
    if arguments.source:
        stem = os.path.splitext(arguments.source)[0]
    else:
        own = arguments.level is None and arguments.version is None and look == PLAIN
        stem = os.path.join(HERE, "picogpt") if own else "picogpt"
    return [stem + ".png", stem + ".svg"]


def read_source(parser, arguments, targets):
    """(the bytes to encode, what to call them)."""
    if arguments.text:
        return arguments.text.encode("utf-8", "surrogateescape"), "the text"
    source = arguments.source or os.path.join(os.path.dirname(HERE), "picogpt.py")
    if arguments.source is None and not os.path.exists(source):
        parser.error("../picogpt.py is not here; name the file to encode")
    if arguments.source and arguments.source != "-" and not os.path.exists(source):
        raise UserError(f"{source}: No such file; for these words themselves, --text {source}")
    if would_overwrite(targets, source):
        parser.error(f"{source} would be overwritten by its own symbol; copy it to another name")
    return read_input(source, MAX_INPUT), source


def main():
    parser, arguments = parse_arguments()
    look = Look(arguments.scale, arguments.border, arguments.dark, arguments.light)
    targets = output_files(arguments, look)
    data, source = read_source(parser, arguments, targets)
    with error_context(source, QRError):
        if not data:
            raise QRError("is empty: nothing to encode")
        matrix, version, level, mask = encode(data, arguments.level, arguments.version)
    outputs = [(target, WRITERS[os.path.splitext(target)[1]](matrix, look)) for target in targets]
    stale = write_or_check(outputs, source, arguments.check)
    if arguments.terminal:
        lines = to_text(matrix, look).splitlines()
        write_stdout(b"".join(b"\x1b[40;97m" + line + b"\x1b[0m\n" for line in lines))
    else:
        print(f"version {version}, level {level}, mask {mask}: {len(matrix)} x {len(matrix)} "
              f"modules, {len(data)} bytes")
    if doubts(look):
        print(f"encode_qr.py: careful: {doubts(look)}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    run(main)
