"""Scripts that unpack and run themselves: printable ASCII, any bytes, or the fewest characters."""
import base64
import math

from . import compressor

# Bytes that cannot stand in a string literal, beside its quote.
ESCAPES = {0: b"\\0", 10: b"\\n", 13: b"\\r", 92: b"\\\\"}
ONE_BUFFER = 1 << 14           # bytes that zlib.decompress unpacks before it takes another buffer


# ---- Scripts --------------------------------------------------------------------------------
def window_bits(source):
    """What `zlib.decompress` is given to read a raw stream of a source.

    -9 for a window of 512 bytes, a character less than -15. A match may go back further, as long as
    all output is in one buffer: seen with zlib 1.2 to 1.3.2 on CPython 3.8 to 3.15 and PyPy, and
    with zlib-ng 2.3.
    """
    return -9 if len(source) <= ONE_BUFFER else -15


def ascii_script(packed, bits):
    """Deflate stream -> a script of printable ASCII: base 85 has no quote and no backslash."""
    return (b"import zlib,base64\nexec(zlib.decompress(base64.b85decode('"
            + base64.b85encode(packed) + b"'),%d))" % bits)


def latin1_literal(packed):
    """Bytes -> a literal in a Latin-1 source, in the quotes that it has fewer of.

    Only what must be escaped is.
    """
    quote = min(b"'", b'"', key=packed.count)
    escapes = {**ESCAPES, ord(quote): b"\\" + quote}
    literal = b""
    for byte, following in zip(packed, [*packed[1:], None]):
        if byte == 0 and following is not None and following in b"01234567":
            literal += b"\\x00"                  # a digit would be taken into \0
        else:
            literal += escapes.get(byte, bytes([byte]))
    return quote + literal + quote


def latin1_script(packed, bits):
    """Deflate stream -> a script that carries it as it is, one Latin-1 character a byte."""
    return (b"#coding:l1\nimport zlib\nexec(zlib.decompress(bytes(" + latin1_literal(packed)
            + b",'l1'),%d))" % bits)


def count_escapes(packed):
    """How many bytes of a stream must be escaped in a Latin-1 literal."""
    return sum(map(packed.count, ESCAPES)) + min(packed.count(39), packed.count(34))


# ---- Digits that are letters ----------------------------------------------------------------
# Blocks of letters that a post leaves as they are (referee/postable.py): CJK ideographs and the
# syllables of Yi, hieroglyphs, Tangut, and the ideographs beyond U+20000, Extensions B to I.
LETTERS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA48D), range(0x13460, 0x143FB),
           range(0x17000, 0x187F8), range(0x18800, 0x18CD6), range(0x20000, 0x2A6E0),
           range(0x2A700, 0x2B73A), range(0x2B740, 0x2B81E), range(0x2B820, 0x2CEA2),
           range(0x2CEB0, 0x2EBE1), range(0x2EBF0, 0x2EE5E), range(0x30000, 0x3134B),
           range(0x31350, 0x323B0))
MAX_BASE, MIN_BASE = 99999, 30000            # five digits; a smaller base makes the text longer


def letter(residue, base):
    """The first letter whose code point leaves this residue modulo `base`, None if there is none.
    """
    return next((code for code in range(residue, LETTERS[-1].stop, base)
                 if any(code in block for block in LETTERS)), None)


def letters(number, base):
    """A number -> letters that `n = n * base + ord(letter)` turns back into it, or None.

    The code points are digits as they are, without an offset. In a large base some residues have no
    letter, and as the code points may be larger than the base the leading ones must come out right:
    a number can be written so in some bases, and in others not.
    """
    leading = 2 ** (math.log2(number) % math.log2(base))        # the first digit, or nearly
    if not any(block.start - 8 < leading * k < block.stop + 8
               for k in (1, base) for block in LETTERS):
        return None
    text = []
    while number > 0:
        code = letter(number % base, base)
        if code is None:
            return None
        number = (number - code) // base
        text.append(chr(code))
    return None if number else "".join(reversed(text))


def number_text(packed):
    """Deflate stream -> (text, base, size, byte order) of a number that begins with it as bytes.

    The stream itself in the largest base that will do; a short one fits none, and gets trailing
    bytes, which zlib ignores.
    """
    number, size = int.from_bytes(packed, "big"), len(packed)
    for base in range(MAX_BASE, MIN_BASE, -1):
        text = letters(number, base)
        if text:
            return text, base, size, "big"
    number = int.from_bytes(packed, "little")
    while True:
        number += 256 ** size
        for base in range(MAX_BASE, MIN_BASE, -997):
            text = letters(number, base)
            if text:
                return text, base, (number.bit_length() + 7) // 8, "little"


def unicode_script(packed, bits):
    """Deflate stream -> a script of the fewest characters: a letter carries 16.5 bits."""
    text, base, size, order = number_text(packed)
    return ("import zlib\nn=0\n"
            f"for c in'{text}':n=n*{base}+ord(c)\n"
            f"exec(zlib.decompress(n.to_bytes({size},'{order}'),{bits}))").encode()


def pack(source):
    """Source bytes -> (ASCII, Latin-1, Unicode script).

    The Latin-1 script's stream may be larger than the others', if fewer bytes must be escaped.
    """
    blocks = compressor.smallest_blocks(source)
    if not blocks:
        packed = escaped = compressor.write_stored(source)
    else:
        packed = compressor.write_blocks(blocks, source)
        escaped = compressor.cheapest_stream(source, blocks, lambda stream: len(stream)
                                          + count_escapes(stream))
    bits = window_bits(source)
    return ascii_script(packed, bits), latin1_script(escaped, bits), unicode_script(packed, bits)
