#!/usr/bin/env python3
"""Pack a file by the smallest DEFLATE stream that compressor.py finds.

    deflate.py FILE               how many bytes FILE packs to, beside zlib's best
    deflate.py FILE -o PACKED     write the raw stream (zlib.decompress(packed, -15) reads it)
"""
import argparse
import os
import sys
import zlib

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("deflate.py: common/ is missing; copy it next to golf/")

from common.command import atomic_write, read_input, run, would_overwrite
from golf.compressor import MAX_INPUT, deflate


def main():
    """The command line; the module's docstring is its help."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", help="what to pack; - for standard input")
    parser.add_argument("-o", metavar="PACKED", help="write the raw deflate stream there")
    arguments = parser.parse_args()
    if arguments.o in ("", "-"):
        parser.error("-o: name a file")
    if arguments.o and would_overwrite([arguments.o], arguments.file):
        parser.error("-o: name another file than the source")
    data = read_input(arguments.file, MAX_INPUT)
    packed = deflate(data)
    if arguments.o:
        with atomic_write(arguments.o) as file:
            file.write(packed)
    print(f"{arguments.file}: {len(data)} bytes, packed {len(packed)} "
          f"(zlib level 9: {len(zlib.compress(data, 9)) - 6})")


if __name__ == "__main__":
    run(main)
