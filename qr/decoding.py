"""From the modules of a symbol to the bytes that it carries (ISO/IEC 18004, clause 12, steps j on).

A matrix is a list of rows of modules, 0 (light) or 1 (dark). How certain each is may be given as
well: codewords of doubtful modules are then erasures, half as costly to repair as errors.
"""
from .qrcode_tables import (
    ALPHANUMERIC, ALPHANUMERICS, BYTE, ECI, KANJI, LEVELS, MASKS, MISDECODE_PROTECTION, NUMERIC,
    VERSIONS, QRError, block_sizes, count_bits, data_positions, format_information,
    format_positions, version_information, version_positions)
from .reed_solomon import Uncorrectable, correct

MAX_BCH_ERRORS = 3             # wrong bits of 15 or 18 that format and version information correct
BEYOND_REPAIR = "is damaged beyond what its error correction can correct; take a better picture"
DOUBTFUL = 0.3                 # certainty below which a module may make its codeword an erasure
MARGIN = 4                     # check codewords left to confirm a correction that erasures led to


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


def codeword_certainty(certainty, version):
    """How certain each codeword is: as its least certain module."""
    modules = [certainty[i][j] for i, j in data_positions(version)]
    return [min(modules[i:i + 8]) for i in range(0, len(modules) // 8 * 8, 8)]


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


def read_format(matrix, version):
    """((level, mask), wrong bits) of the format information nearest to what a matrix has."""
    formats = {(level, mask): format_information(level, mask)
               for level in LEVELS for mask in range(8)}
    return closest(matrix, format_positions(version), formats)


def correct_block(block, checks, budget, certainty):
    """A block corrected; with erasures where it is beyond repair without. Uncorrectable if not."""
    try:
        return correct(block, checks, budget)
    except Uncorrectable:
        if not certainty:
            raise
    doubtful = sorted((value, i) for i, value in enumerate(certainty) if value < DOUBTFUL)
    for count in range(2, min(budget - MARGIN, len(doubtful)) + 1, 2):
        try:
            return correct(block, checks, budget - MARGIN, [i for _, i in doubtful[:count]])
        except Uncorrectable:
            pass
    raise Uncorrectable


def data_codewords(matrix, version, certainty=None):
    """(corrected data codewords, level, mask) of a symbol. QRError if it is damaged too much."""
    (level, mask), distance = read_format(matrix, version)
    if distance > MAX_BCH_ERRORS:
        raise QRError("is damaged: its format information cannot be read; take a better picture")
    if version >= 7:
        versions = {v: version_information(v) for v in VERSIONS[6:]}
        declared, distance = closest(matrix, version_positions(version), versions)
        if distance <= MAX_BCH_ERRORS and declared != version:
            raise QRError(f"is {len(matrix)} modules wide but declares version {declared}; "
                          "take a better picture")
    sizes, checks = block_sizes(version, level)
    budget = checks - MISDECODE_PROTECTION.get((version, level), 0)
    blocks = deinterleave(read_codewords(matrix, version, mask), sizes, checks)
    certainties = [None] * len(blocks)
    if certainty:
        certainties = deinterleave(codeword_certainty(certainty, version), sizes, checks)
    data = []
    for block, block_certainty in zip(blocks, certainties):
        try:
            data += correct_block(block, checks, budget, block_certainty)[:-checks]
        except Uncorrectable:
            raise QRError(BEYOND_REPAIR) from None
    return data, level, mask


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


def decode(matrix, version, certainty=None):
    """A matrix of modules, some of them wrong -> (payload, level, mask). QRError if too many are.

    certainty: for each module, 0 where it may be either, about 1 where it is clear.
    """
    codewords, level, mask = data_codewords(matrix, version, certainty)
    return read_payload(codewords, version), level, mask
