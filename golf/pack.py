#!/usr/bin/env python3
"""Pack a script into scripts that unpack and run themselves.

    pack.py             payload.py, here -> ../attogpt.py (printable ASCII), ../zeptogpt.py (any
                        bytes) and ../yoctogpt.py (the fewest characters)
    pack.py --check     compare these with payload.py; exit 1 if one is stale
    pack.py MY.py       MY.atto.py, MY.zepto.py and MY.yocto.py beside MY.py

The packed bytes come from deflate.py, so they are the same on every machine.
"""
import argparse
import base64
import math
import os
import sys

import deflate
from command import error_context, read_input, run, would_overwrite, write_or_check

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
KINDS = ("atto", "zepto", "yocto")
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
    blocks = deflate.smallest_blocks(source)
    if not blocks:
        packed = escaped = deflate.write_stored(source)
    else:
        packed = deflate.write_blocks(blocks, source)
        escaped = deflate.cheapest_stream(source, blocks, lambda stream: len(stream)
                                          + count_escapes(stream))
    return ascii_script(packed), latin1_script(escaped), unicode_script(packed)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", help="script to pack (payload.py beside this one)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    if arguments.source in ("", "-"):
        parser.error("SOURCE: name a file; the packed scripts are named after it")
    path = arguments.source or os.path.join(HERE, "payload.py")
    stem = os.path.splitext(path)[0]
    targets = [f"{stem}.{kind}.py" if arguments.source else os.path.join(ROOT, f"{kind}gpt.py")
               for kind in KINDS]
    if would_overwrite(targets, path):
        parser.error(f"{path} would be overwritten by its packed script; copy it to another name")
    source = read_input(path, deflate.MAX_INPUT)
    with error_context(path, SyntaxError, ValueError):
        compile(source, path, "exec")
        if sys.stderr.isatty():
            print("pack.py: looking for the smallest stream, some seconds ...", file=sys.stderr)
        scripts = pack(source)
    return 1 if write_or_check(list(zip(targets, scripts)), path, arguments.check) else 0


if __name__ == "__main__":
    run(main)
