#!/usr/bin/env python3
"""Pack a script into scripts that unpack and run themselves.

    pack.py             ../femtogpt.py -> ../attogpt.py (printable ASCII) and
                        ../zeptogpt.py (any bytes)
    pack.py --check     compare these with femtogpt.py; exit 1 if one is stale
    pack.py MY.py       MY.atto.py and MY.zepto.py beside MY.py

The packed bytes come from deflate.py, so they are the same on every machine.
"""
import argparse
import base64
import os
import sys

import deflate
from command import error_context, read_input, run, would_overwrite, write_or_check

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
# Bytes that cannot stand in a string literal, beside its quote.
ESCAPES = {0: b"\\0", 10: b"\\n", 13: b"\\r", 92: b"\\\\"}


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


def pack(source):
    """Source bytes -> (ASCII script, Latin-1 script), of the stream with the fewest escapes."""
    packed = deflate.deflate(source, penalty=count_escapes)
    return ascii_script(packed), latin1_script(packed)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", help="script to pack (../femtogpt.py)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    if arguments.source in ("", "-"):
        parser.error("SOURCE: name a file; the packed scripts are named after it")
    path = arguments.source or os.path.join(ROOT, "femtogpt.py")
    if not arguments.source and not os.path.exists(path):
        parser.error("../femtogpt.py is not here; name the script to pack")
    stem = os.path.splitext(path)[0]
    targets = [stem + ".atto.py", stem + ".zepto.py"] if arguments.source else \
        [os.path.join(ROOT, name) for name in ("attogpt.py", "zeptogpt.py")]
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
