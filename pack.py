#!/usr/bin/env python3
"""Pack femtogpt.py into scripts that unpack and run themselves: attogpt.py (printable ASCII), zeptogpt.py (any bytes).

    python3 pack.py             make both from femtogpt.py, beside this script
    python3 pack.py --check     say whether they are what femtogpt.py makes; exit 1 if not
    python3 pack.py MY.py       pack another script: MY.atto.py and MY.zepto.py beside it

The packed bytes come from deflate.py, so they are the same on every machine.
"""
import argparse
import base64
import os
import sys

import deflate
import files

HERE = os.path.dirname(os.path.abspath(__file__))
ESCAPES = {0: b"\\0", 10: b"\\n", 13: b"\\r", 92: b"\\\\"}     # bytes that cannot stand in a literal, beside its quote


def ascii_script(packed):
    """Deflate stream -> a script of printable ASCII: base 85 has no quote, no backslash and no space to lose."""
    return (b"import zlib,base64\nexec(zlib.decompress(base64.b85decode('" + base64.b85encode(packed) + b"'),-15))")


def latin1_literal(packed):
    """Bytes -> a literal in a Latin-1 source, in the quotes that it has fewer of, only what must be escaped escaped."""
    quote = min(b"'", b'"', key=packed.count)
    escapes = {**ESCAPES, ord(quote): b"\\" + quote}
    follows = [packed[i:i + 1] for i in range(1, len(packed) + 1)]
    inside = b"".join(b"\\x00" if byte == 0 and after and after in b"01234567" else escapes.get(byte, bytes([byte]))
                      for byte, after in zip(packed, follows))
    return quote + inside + quote


def latin1_script(packed):
    """Deflate stream -> a script that carries it as it is, one Latin-1 character a byte."""
    return b"#coding:l1\nimport zlib\nexec(zlib.decompress(bytes(" + latin1_literal(packed) + b",'l1'),-15))"


def escapes(packed):
    """How many bytes of a stream must be escaped in a Latin-1 literal."""
    return sum(map(packed.count, ESCAPES)) + min(packed.count(39), packed.count(34))


def make(source):
    """Source bytes -> (ASCII script, Latin-1 script).

    Of the streams of the smallest size it takes the one that needs the fewest escapes."""
    packed = deflate.deflate(source, badness=escapes)
    return ascii_script(packed), latin1_script(packed)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("source", nargs="?", help="script to pack (default: femtogpt.py beside this one)")
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    if arguments.source == "":
        options.error("SOURCE: name a file")
    path = arguments.source or os.path.join(HERE, "femtogpt.py")
    stem = os.path.splitext(path)[0]
    targets = ([os.path.join(HERE, name) for name in ("attogpt.py", "zeptogpt.py")] if not arguments.source
               else [stem + ".atto.py", stem + ".zepto.py"])
    if files.overwrites(targets, path):
        options.error("%s would be overwritten by what is made from it; copy it to another name" % path)
    source = files.read(path, deflate.LIMIT)
    with files.about(path, SyntaxError, ValueError):
        compile(source, path, "exec")
        if sys.stderr.isatty():
            print("pack.py: looking for the smallest stream, some seconds ...", file=sys.stderr)
        scripts = make(source)
    return 1 if files.settle(list(zip(targets, scripts)), path, arguments.check) else 0


if __name__ == "__main__":
    files.run(main)
