#!/usr/bin/env python3
"""Read a QR code symbol from a clean picture with nothing but the standard library.

    decode_qr.py                 picogpt.png beside this script
    decode_qr.py IMAGE           a PNG (any but interlaced) or an SVG of encode_qr.py; - for
                                 standard input
    decode_qr.py IMAGE -o FILE   write what it carries to FILE

It prints the bytes that the symbol carries, and runs nothing. The symbol may stand on any side, or
mirrored; nothing else may be in the picture. Modules may be wrong as far as the symbol's error
correction goes; beyond that it says so and prints nothing.
"""
import argparse
import os

from command import error_context, read_input, run, write_if_safe, write_stdout
from images import MAX_FILE, read_image
from qrcode_tables import (
    ALPHANUMERIC, ALPHANUMERICS, BYTE, ECI, KANJI, LEVELS, MASKS, MISDECODE_PROTECTION, NUMERIC,
    VERSIONS, QRError, block_sizes, count_bits, data_positions, format_information,
    format_positions, function_patterns, symbol_size, version_information, version_positions)
from reed_solomon import Uncorrectable, correct

HERE = os.path.dirname(os.path.abspath(__file__))
MIN_AGREEMENT = 0.7            # of the function patterns; any other picture agrees in about half
MAX_BCH_ERRORS = 3             # wrong bits of 15 or 18 that format and version information correct
BEYOND_REPAIR = "is damaged beyond what its error correction can correct; take a better picture"


# ---- From pixels to modules -----------------------------------------------------------------
def sample(pixels, top, left, height, width, version):
    """The modules of a symbol that fills a rectangle of pixels: the pixels at their centres."""
    n = symbol_size(version)
    rows = [top + (2 * i + 1) * height // (2 * n) for i in range(n)]
    columns = [left + (2 * j + 1) * width // (2 * n) for j in range(n)]
    return [[pixels[i][j] for j in columns] for i in rows]


def rotate(matrix):
    """A matrix turned by a quarter, clockwise."""
    return [list(row) for row in zip(*matrix[::-1])]


def turn_upright(matrix):
    """A matrix turned until the corner least like a finder pattern is at the lower right."""
    def finder_modules(corner):
        """Modules of a finder pattern that are found in the upper left corner of a matrix."""
        return sum(corner[i][j] == (max(abs(i - 3), abs(j - 3)) != 2)
                   for i in range(7) for j in range(7))

    turns = [matrix]
    for _ in range(3):
        turns.append(rotate(turns[-1]))
    missing = min(range(4), key=lambda k: finder_modules(turns[k]))
    return turns[(missing + 2) % 4]


def find_modules(pixels):
    """(matrix, version) of the symbol that all dark pixels together form. QRError if none does.

    The version is the one whose function patterns agree best with the picture.
    """
    rows = [i for i, row in enumerate(pixels) if 1 in row]
    if not rows:
        raise QRError("shows nothing dark; give a picture of a symbol")
    top, height = rows[0], rows[-1] - rows[0] + 1
    left = min(pixels[i].index(1) for i in rows)
    width = max(len(pixels[i]) - pixels[i][::-1].index(1) for i in rows) - left
    best_agreement, best_matrix, best_version = 0, None, None
    for version in VERSIONS:
        if symbol_size(version) > min(height, width):
            break
        matrix = turn_upright(sample(pixels, top, left, height, width, version))
        patterns = function_patterns(version)
        equal = sum(matrix[i][j] == module for (i, j), module in patterns.items())
        if equal / len(patterns) > best_agreement:
            best_agreement = equal / len(patterns)
            best_matrix, best_version = matrix, version
    if best_agreement < MIN_AGREEMENT:
        raise QRError("shows no straight QR code symbol, or other things beside it; "
                      "crop the picture to the symbol")
    return best_matrix, best_version


# ---- From modules to codewords --------------------------------------------------------------
def closest(matrix, copies, choices):
    """The key in {key: bits} whose bits differ least from either copy, and by how many.

    copies: lists of (row, column), the highest bit first.
    """
    values = [sum(matrix[i][j] << len(copy) - 1 - k for k, (i, j) in enumerate(copy))
              for copy in copies]
    distance, key = min((bin(value ^ bits).count("1"), key)
                        for key, bits in choices.items() for value in values)
    return key, distance


def read_codewords(matrix, version, mask):
    """All codewords of a symbol in the order of the data positions."""
    pattern = MASKS[mask]
    bits = [matrix[i][j] ^ (not pattern(i, j)) for i, j in data_positions(version)]
    return [int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits) // 8 * 8, 8)]


def deinterleave(codewords, sizes, checks):
    """Codewords of a symbol -> its blocks, data codewords first (7.6)."""
    stream, blocks = iter(codewords), [[] for _ in sizes]
    for i in range(max(sizes)):
        for block, size in zip(blocks, sizes):
            if i < size:
                block.append(next(stream))
    for _ in range(checks):
        for block in blocks:
            block.append(next(stream))
    return blocks


def data_codewords(matrix, version):
    """(the corrected data codewords of a symbol, its level). QRError if it is damaged too much."""
    formats = {(level, mask): format_information(level, mask)
               for level in LEVELS for mask in range(8)}
    (level, mask), distance = closest(matrix, format_positions(version), formats)
    if distance > MAX_BCH_ERRORS:
        raise QRError("is damaged: its format information cannot be read; take a better picture")
    if version >= 7:
        versions = {v: version_information(v) for v in VERSIONS[6:]}
        declared, distance = closest(matrix, version_positions(version), versions)
        if distance <= MAX_BCH_ERRORS and declared != version:
            raise QRError(f"is {len(matrix)} modules wide but declares version {declared}; "
                          "take a better picture")
    sizes, checks = block_sizes(version, level)
    limit = (checks - MISDECODE_PROTECTION.get((version, level), 0)) // 2
    data = []
    for block in deinterleave(read_codewords(matrix, version, mask), sizes, checks):
        try:
            data += correct(block, checks, limit)[:-checks]
        except Uncorrectable:
            raise QRError(BEYOND_REPAIR) from None
    return data, level


# ---- From codewords to the payload ----------------------------------------------------------
class BitReader:
    """Bits of codewords, taken from the front."""

    def __init__(self, codewords):
        self.bits, self.position = "".join(f"{word:08b}" for word in codewords), 0

    def left(self):
        """How many bits have not been taken."""
        return len(self.bits) - self.position

    def take(self, width):
        """The next `width` bits as an integer. QRError if there are fewer."""
        if width > self.left():
            raise QRError("ends in the middle of a segment")
        self.position += width
        return int(self.bits[self.position - width:self.position] or "0", 2)


def skip_eci(bits):
    """Take an ECI designator of one, two or three bytes (7.4.3): the encoding is left to you."""
    first = bits.take(8)
    if first >= 0b11000000:
        bits.take(16)
    elif first >= 0b10000000:
        bits.take(8)


def read_numeric(bits, count):
    """Three digits in ten bits; two in seven, one in four (7.4.4)."""
    out = b""
    for left in range(count, 0, -3):
        digits = min(3, left)
        number = bits.take(3 * digits + 1)
        if number >= 10 ** digits:
            raise QRError(f"has the illegal group {number} of {digits} digits")
        out += b"%0*d" % (digits, number)
    return out


def read_alphanumeric(bits, count):
    """Two characters in eleven bits; one in six (7.4.5)."""
    out = b""
    for left in range(count, 0, -2):
        size = min(2, left)
        pair = bits.take(11 if size == 2 else 6)
        if pair >= 45 ** size:
            raise QRError(f"has the illegal alphanumeric group {pair}")
        out += bytes([ALPHANUMERICS[pair // 45]] * (size == 2) + [ALPHANUMERICS[pair % 45]])
    return out


def read_bytes(bits, count):
    """A byte in eight bits (7.4.6)."""
    return bytes(bits.take(8) for _ in range(count))


def read_kanji(bits, count):
    """A character of Shift JIS in thirteen bits (7.4.7)."""
    out = b""
    for _ in range(count):
        high, low = divmod(bits.take(13), 0xC0)
        code = (high << 8 | low) + 0x8140
        out += (code if code <= 0x9FFC else code + 0x4000).to_bytes(2, "big")
    return out


READERS = {NUMERIC: read_numeric, ALPHANUMERIC: read_alphanumeric, BYTE: read_bytes,
           KANJI: read_kanji}


def read_payload(codewords, version):
    """The bytes of all segments (7.4). Kanji come as Shift JIS; ECI designators are skipped."""
    bits, out = BitReader(codewords), b""
    while bits.left() >= 4:
        mode = bits.take(4)
        if mode == 0:
            break
        if mode == ECI:
            skip_eci(bits)
        elif mode in READERS:
            out += READERS[mode](bits, bits.take(count_bits(mode, version)))
        else:
            raise QRError(f"has a segment of mode {mode}, which is not supported")
    return out


def decode(matrix, version):
    """A matrix of modules, some of them wrong -> (payload, level). QRError if too many are."""
    codewords, level = data_codewords(matrix, version)
    return read_payload(codewords, version), level


def read(data):
    """The bytes of a picture -> (payload, version, level). QRError if no symbol can be read."""
    matrix, version = find_modules(read_image(data))
    try:
        payload, level = decode(matrix, version)
    except QRError:
        mirrored = [list(row) for row in zip(*matrix)]
        try:
            payload, level = decode(mirrored, version)
        except QRError:
            payload = None
        if payload is None:
            raise
    return payload, version, level


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", nargs="?", metavar="IMAGE",
                        default=os.path.join(HERE, "picogpt.png"),
                        help="PNG or SVG, - for standard input (picogpt.png beside this script)")
    parser.add_argument("-o", metavar="FILE", help="file to write instead of printing")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    arguments = parser.parse_args()
    if "" in (arguments.o, arguments.image):
        parser.error("IMAGE, -o: name a file")
    data = read_input(arguments.image, MAX_FILE)
    with error_context(arguments.image, QRError):
        payload, version, level = read(data)
    if arguments.o in (None, "-"):
        write_stdout(payload)
    else:
        write_if_safe(arguments.o, payload, arguments.force)
        print(f"{arguments.o}: {len(payload)} bytes, from version {version}, level {level}")


if __name__ == "__main__":
    run(main)
