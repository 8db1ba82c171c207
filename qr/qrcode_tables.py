"""What encoder and decoder of QR code symbols both need (ISO/IEC 18004:2015, versions 1 to 40).

Table 9 (error correction blocks) and one odd alignment distance are written down; all else is
computed. A matrix is a list of rows of modules, 0 (light) or 1 (dark). A codeword is a byte.
"""
import functools
import math

LEVELS = "LMQH"                                  # error correction levels, weakest first
LEVEL_BITS = {"L": 1, "M": 0, "Q": 3, "H": 2}    # table 12
VERSIONS = range(1, 41)
NUMERIC, ALPHANUMERIC, BYTE, KANJI, ECI = 1, 2, 4, 8, 7            # mode indicators (table 2)
ALPHANUMERICS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"   # table 5
COUNT_BITS = {NUMERIC: (10, 12, 14), ALPHANUMERIC: (9, 11, 13),
              BYTE: (8, 16, 16), KANJI: (8, 10, 12)}               # table 3
PADS = (0b11101100, 0b00010001)                  # 7.4.10
MASKS = (lambda i, j: (i + j) % 2, lambda i, j: i % 2,
         lambda i, j: j % 3, lambda i, j: (i + j) % 3,
         lambda i, j: (i // 2 + j // 3) % 2, lambda i, j: i * j % 2 + i * j % 3,
         lambda i, j: (i * j % 2 + i * j % 3) % 2,
         lambda i, j: ((i + j) % 2 + i * j % 3) % 2)               # table 10; 0: invert

# Table 9, for versions 1 to 40: check codewords in a block, and the number of blocks.
ECC_PER_BLOCK = {
    "L": (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
          28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    "M": (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
          26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28),
    "Q": (13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
          28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30),
    "H": (17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
          30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30)}
BLOCKS = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
          8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
          17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
          23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
          25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81)}
# In small symbols some check codewords only guard against a wrong correction (table 9, p).
MISDECODE_PROTECTION = {(1, "L"): 3, (1, "M"): 2, (2, "L"): 2, (1, "Q"): 1, (1, "H"): 1,
                        (3, "L"): 1}


class QRError(ValueError):
    """Data that cannot be encoded, or a picture that cannot be read; the message is one line."""


# ---- Positions ------------------------------------------------------------------------------
def symbol_size(version):
    """Modules along a side."""
    return 17 + 4 * version


@functools.lru_cache(maxsize=None)
def alignment_positions(version):
    """Rows, and columns, of the centres of the alignment patterns.

    They are evenly spaced from the far end, and the first gap takes the rest. Annex E's table
    follows from this, except for version 32: its distance is 26, not the 28 of the rule.
    """
    if version == 1:
        return ()
    count, last = version // 7 + 2, symbol_size(version) - 7
    step = 26 if version == 32 else 2 * math.ceil((last - 6) / (count - 1) / 2)
    return (6,) + tuple(range(last - step * (count - 2), last + 1, step))


def format_positions(version):
    """(row, column) of the format information's 15 bits, the highest first: two copies (7.9.1)."""
    n = symbol_size(version)
    first = [(8, j) for j in (0, 1, 2, 3, 4, 5, 7, 8)] + [(i, 8) for i in (7, 5, 4, 3, 2, 1, 0)]
    second = [(n - 1 - i, 8) for i in range(7)] + [(8, n - 8 + j) for j in range(8)]
    return first, second


def version_positions(version):
    """(row, column) of the version information's 18 bits, the highest first: two copies (7.10).

    Below version 7 there is none: two empty lists.
    """
    if version < 7:
        return [], []
    n = symbol_size(version)
    first = [(i, n - 11 + j) for i in range(5, -1, -1) for j in (2, 1, 0)]
    return first, [(j, i) for i, j in first]


@functools.lru_cache(maxsize=None)
def function_patterns(version):
    """{(row, column): module} of all that is no data.

    Finders, separators, timing and alignment patterns, the module that is always dark, and, as 0,
    the positions of format and version information.
    """
    n, modules = symbol_size(version), {}
    for k in range(8, n - 8):
        modules[6, k] = modules[k, 6] = 1 - k % 2
    for top, left in ((0, 0), (0, n - 7), (n - 7, 0)):
        for i in range(max(0, top - 1), min(n, top + 8)):
            for j in range(max(0, left - 1), min(n, left + 8)):
                ring = max(abs(i - top - 3), abs(j - left - 3))
                modules[i, j] = int(ring in (0, 1, 3))
    centres = alignment_positions(version)
    for row, column in ((row, column) for row in centres for column in centres):
        if (row, column) not in ((6, 6), (6, n - 7), (n - 7, 6)):
            for i in range(-2, 3):
                for j in range(-2, 3):
                    modules[row + i, column + j] = int(max(abs(i), abs(j)) != 1)
    for positions in format_positions(version) + version_positions(version):
        modules.update((position, 0) for position in positions)
    modules[n - 8, 8] = 1
    return modules


@functools.lru_cache(maxsize=None)
def data_positions(version):
    """(row, column) of the data bits in their order (7.7.3).

    Up and down in columns of two, from the right; column 6 is timing.
    """
    n, functions, positions = symbol_size(version), function_patterns(version), []
    rights = [right for right in range(n - 1, 6, -2)] + [5, 3, 1]
    for k, right in enumerate(rights):
        for i in range(n) if k % 2 else range(n - 1, -1, -1):
            positions += [(i, j) for j in (right, right - 1) if (i, j) not in functions]
    return positions


# ---- Capacity -------------------------------------------------------------------------------
def block_sizes(version, level):
    """(data codewords of each block, check codewords of each); the short blocks come first."""
    total, blocks = len(data_positions(version)) // 8, BLOCKS[level][version - 1]
    checks = ECC_PER_BLOCK[level][version - 1]
    short, longer = divmod(total, blocks)
    return [short - checks] * (blocks - longer) + [short + 1 - checks] * longer, checks


def capacity(version, level):
    """Data bits of a symbol."""
    return 8 * sum(block_sizes(version, level)[0])


def count_bits(mode, version):
    """Bits of the character count at the beginning of a segment (table 3)."""
    return COUNT_BITS[mode][(version > 9) + (version > 26)]


# ---- Format and version information ---------------------------------------------------------
def bch(value, length, polynomial):
    """A value followed by its BCH check bits, `length` bits in all (annexes C and D)."""
    checks = polynomial.bit_length() - 1
    remainder = value << checks
    for k in range(length - 1, checks - 1, -1):
        if remainder >> k & 1:
            remainder ^= polynomial << k - checks
    return value << checks | remainder


def format_information(level, mask):
    """15 bits (7.9): level and mask with their check bits, masked so that never all are light."""
    return bch(LEVEL_BITS[level] << 3 | mask, 15, 0b10100110111) ^ 0b101010000010010


def version_information(version):
    """18 bits (7.10)."""
    return bch(version, 18, 0b1111100100101)
