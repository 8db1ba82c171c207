"""Scripts that unpack and run themselves: printable ASCII, any bytes, or the fewest characters."""
import base64
import math

from . import compressor

# Bytes that cannot stand in a string literal, beside its quote.
ESCAPES = {0: b"\\0", 10: b"\\n", 13: b"\\r", 92: b"\\\\"}


# ---- Scripts --------------------------------------------------------------------------------
def ascii_script(packed):
    """Deflate stream -> a script of printable ASCII: base 85 has no quote and no backslash."""
    return (b"import zlib,base64\nexec(zlib.decompress(base64.b85decode('"
            + base64.b85encode(packed) + b"'),-15))")


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


def latin1_script(packed):
    """Deflate stream -> a script that carries it as it is, one Latin-1 character a byte."""
    return (b"#coding:l1\nimport zlib\nexec(zlib.decompress(bytes(" + latin1_literal(packed)
            + b",'l1'),-15))")


def count_escapes(packed):
    """How many bytes of a stream must be escaped in a Latin-1 literal."""
    return sum(map(packed.count, ESCAPES)) + min(packed.count(39), packed.count(34))


# ---- Digits that are letters ----------------------------------------------------------------
# CJK Unified Ideographs and CJK Extension B as Unicode 3.2 (2002) has them: letters that no
# normalization changes and that every client takes for text.
IDEOGRAPHS = (range(0x4E00, 0x9FA6), range(0x20000, 0x2A6D7))
# Up to this base (and down to 45,101) their code points are a complete residue system: modulo the
# base the second range begins within the first and goes on to where the first began.
MAX_BASE = 51271
MIN_BASE = 49000                             # a smaller base only makes the text longer


def ideograph(residue, base):
    """The first ideograph whose code point leaves this residue modulo `base`."""
    return next(code for code in range(residue, IDEOGRAPHS[-1].stop, base)
                if any(code in block for block in IDEOGRAPHS))


def ideographs(number, base):
    """A number -> letters that `n = n * base + ord(letter)` turns back into it, or None.

    The code points are digits as they are, without an offset. They are larger than the base, so a
    number has such digits only if its leading ones come out right: about one in ten.
    """
    leading = 2 ** (math.log2(number) % math.log2(base))        # the first digit, or nearly
    if not any(block.start - 8 < leading * k < block.stop + 8
               for k in (1, base) for block in IDEOGRAPHS):
        return None
    text = []
    while number > 0:
        code = ideograph(number % base, base)
        number = (number - code) // base
        text.append(chr(code))
    return None if number else "".join(reversed(text))


def number_texts(packed):
    """Deflate stream -> (text, base, size, byte order) of numbers that begin with it as bytes.

    The stream itself in any base; a short one fits none, and gets trailing bytes, which zlib
    ignores.
    """
    number, size = int.from_bytes(packed, "big"), len(packed)
    exact = False
    for base in range(MAX_BASE, MIN_BASE, -1):
        text = ideographs(number, base)
        if text:
            exact = True
            yield text, base, size, "big"
    number = int.from_bytes(packed, "little")
    while not exact:
        number += 256 ** size
        text = ideographs(number, MAX_BASE)
        if text:
            yield text, MAX_BASE, (number.bit_length() + 7) // 8, "little"
            return


def unicode_script(packed):
    """Deflate stream -> a script of the fewest characters: a letter carries 15.6 bits."""
    scripts = ("import zlib\nn=0\n"
               f"for c in'{text}':n=n*{base}+ord(c)\n"
               f"exec(zlib.decompress(n.to_bytes({size},'{order}'),-15))"
               for text, base, size, order in number_texts(packed))
    return min(scripts, key=len).encode()


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
    return ascii_script(packed), latin1_script(escaped), unicode_script(packed)
