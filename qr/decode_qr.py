#!/usr/bin/env python3
"""Read a QR code symbol from a clean, upright picture with nothing but the standard library.

    python3 decode_qr.py                 picogpt.png beside this script
    python3 decode_qr.py IMAGE           PNG (any but interlaced) or an SVG of encode_qr.py; - for standard input
    python3 decode_qr.py IMAGE -o FILE   write what it carries to FILE

It prints the bytes that the symbol carries, and runs nothing. Modules may be wrong as far as the symbol's error
correction goes; beyond that it says so and prints nothing.
"""
import argparse
import os
import sys

from images import LARGEST_FILE, read_image
from qrcode_tables import (ALPHANUMERIC, ALPHANUMERICS, BYTE, ECI, EXP, GUARDS, KANJI, LEVELS, LOG, MASKS, NUMERIC,
                           VERSIONS, QRError, block_sizes, count_bits, data_places, format_information, format_places,
                           function_patterns, size_of, times, version_information, version_places)

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import files  # noqa: E402


# ---- From pixels to modules -----------------------------------------------------------------------------------------
def sampled(pixels, top, left, height, width, version):
    """The modules of a symbol of this version that fills the given rectangle of pixels: what lies in their middles."""
    n = size_of(version)
    rows = [top + (2 * i + 1) * height // (2 * n) for i in range(n)]
    columns = [left + (2 * j + 1) * width // (2 * n) for j in range(n)]
    return [[pixels[i][j] for j in columns] for i in rows]


def modules_of(pixels):
    """(matrix, version) of the symbol that all dark pixels together are. QRError if there is none.

    The version is the one whose finder and other fixed patterns agree best with what lies there."""
    rows = [i for i, row in enumerate(pixels) if 1 in row]
    if not rows:
        raise QRError("shows nothing dark")
    top, height = rows[0], rows[-1] - rows[0] + 1
    left = min(pixels[i].index(1) for i in rows)
    width = max(len(pixels[i]) - pixels[i][::-1].index(1) for i in rows) - left
    best = (0, None, None)
    for version in VERSIONS:
        if size_of(version) > min(height, width):
            break
        matrix = sampled(pixels, top, left, height, width, version)
        patterns = function_patterns(version)
        agreement = sum(matrix[i][j] == module for (i, j), module in patterns.items()) / len(patterns)
        if agreement > best[0]:
            best = (agreement, matrix, version)
    if best[0] < 0.7:
        raise QRError("shows no upright QR code symbol, or other things beside it; cut the picture to the symbol")
    return best[1], best[2]


# ---- From modules to codewords --------------------------------------------------------------------------------------
def nearest(matrix, places, choices):
    """The key of the choice {key: bits} that differs least from what stands in either of two places, and how much."""
    found = [sum(matrix[i][j] << len(where) - 1 - k for k, (i, j) in enumerate(where)) for where in places]
    distance, key = min((bin(read ^ bits).count("1"), key) for key, bits in choices.items() for read in found)
    return key, distance


def corrected(block, checks, most):
    """A block of codewords with at most `most` wrong ones set right. QRError if there are more.

    Syndromes, Berlekamp and Massey's locator, its roots (Chien) and Forney's values, over GF(256)."""
    n = len(block)
    syndromes = []
    for i in range(checks):
        value = 0
        for codeword in block:
            value = codeword ^ times(value, EXP[i])
        syndromes.append(value)
    if not any(syndromes):
        return block
    locator, before, length, shift, scale = [1], [1], 0, 1, 1                # coefficients from the constant up
    for i in range(checks):
        difference = 0
        for k in range(min(length, len(locator) - 1) + 1):
            difference ^= times(locator[k], syndromes[i - k])
        if difference:
            factor = EXP[(LOG[difference] - LOG[scale]) % 255]
            adjusted = locator + [0] * max(0, len(before) + shift - len(locator))
            for k, coefficient in enumerate(before):
                adjusted[k + shift] ^= times(factor, coefficient)
            if 2 * length <= i:
                before, scale, length, shift = locator, difference, i + 1 - length, 0
            locator = adjusted
        shift += 1

    def value_at(polynomial, power):
        """A polynomial at 2^power."""
        total = 0
        for k, coefficient in enumerate(polynomial):
            total ^= times(coefficient, EXP[power * k % 255])
        return total

    wrong = [k for k in range(n) if not value_at(locator, -k % 255)]         # the codeword k places from the last
    if length > most or len(wrong) != length:
        raise QRError("is damaged beyond what its error correction can mend")
    evaluator = [0] * checks
    for i, a in enumerate(syndromes):
        for k, b in enumerate(locator[:checks - i]):
            evaluator[i + k] ^= times(a, b)
    slope = [coefficient if k % 2 == 0 else 0 for k, coefficient in enumerate(locator[1:])]
    block = block[:]
    for k in wrong:
        # the generator's roots begin with 2^0, hence the factor 2^k
        error = times(EXP[k], value_at(evaluator, -k % 255))
        block[n - 1 - k] ^= times(error, EXP[-LOG[value_at(slope, -k % 255)] % 255])
    return block


def data_codewords(matrix, version):
    """The data codewords of a symbol, corrected: (codewords, level). QRError if that cannot be."""
    n = len(matrix)
    formats = {(level, mask): format_information(level, mask) for level in LEVELS for mask in range(8)}
    (level, mask), distance = nearest(matrix, format_places(version), formats)
    if distance > 3:
        raise QRError("is damaged: its format information cannot be read")
    if version >= 7:
        told, distance = nearest(matrix, version_places(version), {v: version_information(v) for v in VERSIONS[6:]})
        if distance <= 3 and told != version:
            raise QRError("is %d modules wide but says that it is version %d" % (n, told))
    masked = MASKS[mask]
    bits = [matrix[i][j] ^ (not masked(i, j)) for i, j in data_places(version)]
    words = iter([int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits) // 8 * 8, 8)])
    sizes, checks = block_sizes(version, level)
    blocks = [[] for _ in sizes]
    for i in range(max(sizes)):
        for block, size in zip(blocks, sizes):
            if i < size:
                block.append(next(words))
    for _ in range(checks):
        for block in blocks:
            block.append(next(words))
    most = (checks - GUARDS.get((version, level), 0)) // 2
    return [word for block in blocks for word in corrected(block, checks, most)[:-checks]], level


# ---- From codewords to the payload ----------------------------------------------------------------------------------
def payload(words, version):
    """The bytes of all segments. Kanji come as Shift JIS; what an ECI says of the bytes' code is left out."""
    bits, place, out = "".join(map("{:08b}".format, words)), 0, b""

    def take(count):
        nonlocal place
        place += count
        if place > len(bits):
            raise QRError("ends in the middle of a segment")
        return int(bits[place - count:place], 2)

    while len(bits) - place >= 4:
        mode = take(4)
        if mode == 0:
            break
        if mode == ECI:
            take(8)
            ahead = bits[place - 8:place]
            if ahead[0] == "1":
                take(8 if ahead[1] == "0" else 16)
            continue
        if mode not in (NUMERIC, ALPHANUMERIC, BYTE, KANJI):
            raise QRError("has a segment of mode %d, which is not read here" % mode)
        count = take(count_bits(mode, version))
        if mode == BYTE:
            out += bytes(take(8) for _ in range(count))
        elif mode == KANJI:
            for _ in range(count):
                high, low = divmod(take(13), 0xC0)
                pair = (high << 8 | low) + 0x8140
                out += (pair if pair <= 0x9FFC else pair + 0x4000).to_bytes(2, "big")
        elif mode == NUMERIC:
            for left in range(count, 0, -3):
                digits = min(3, left)
                number = take(3 * digits + 1)
                if number >= 10 ** digits:
                    raise QRError("has a number that is none")
                out += b"%0*d" % (digits, number)
        else:
            for left in range(count, 0, -2):
                pair = take(11 if left > 1 else 6)
                if pair >= 45 ** min(2, left):
                    raise QRError("has a character that is none")
                out += bytes([ALPHANUMERICS[pair // 45]] * (left > 1) + [ALPHANUMERICS[pair % 45]])
    return out


def decode(matrix, version):
    """A matrix of modules, some of them wrong -> (payload, level). QRError if too many are."""
    words, level = data_codewords(matrix, version)
    return payload(words, version), level


def read(data):
    """The bytes of a picture -> (payload, version, level). QRError if it shows no symbol that can be read."""
    matrix, version = modules_of(read_image(data))
    carried, level = decode(matrix, version)
    return carried, version, level


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("image", nargs="?", metavar="IMAGE", default=os.path.join(HERE, "picogpt.png"),
                         help="PNG or SVG, - for standard input (picogpt.png beside this script)")
    options.add_argument("-o", metavar="FILE", help="file to write instead of printing")
    options.add_argument("--force", action="store_true", help="write over a file that differs")
    arguments = options.parse_args()
    if "" in (arguments.o, arguments.image):
        options.error("IMAGE, -o: name a file")
    data = files.read(arguments.image, LARGEST_FILE)
    with files.about(arguments.image, QRError):
        carried, version, level = read(data)
    if not arguments.o:
        return files.show(carried)
    files.keep(arguments.o, carried, arguments.force)
    print("%s: %d bytes, from version %d, level %s" % (arguments.o, len(carried), version, level))


if __name__ == "__main__":
    files.run(main)
