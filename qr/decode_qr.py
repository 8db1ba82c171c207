#!/usr/bin/env python3
"""Read QR code symbols from pictures with nothing but the standard library.

    decode_qr.py                 picogpt.png beside this script
    decode_qr.py IMAGE           a photo, scan or screenshot: PNG, JPEG, BMP, PBM, PGM, PPM, or an
                                 SVG of encode_qr.py; - for standard input
    decode_qr.py IMAGE -o FILE   write what the symbol carries to FILE
    decode_qr.py IMAGE --all     print what every symbol in the picture carries, one after another

It prints the bytes that the symbol carries, and runs nothing. The symbol may be turned, mirrored,
seen at an angle, light on dark, in shade or among other things. Modules may be wrong as far as the
symbol's error correction goes; beyond that it says so and prints nothing.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("decode_qr.py: common/ is missing; copy it next to qr/")

from common.command import (
    error_context, program_name, read_input, run, show_progress, write_if_safe, write_stdout)
from common.pictures.grey import PictureError
from common.pictures.picture_files import MAX_FILE
from qr.images import read_image
from qr.photo import find_symbols
from qr.qrcode_tables import QRError

OWN_PICTURE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "picogpt.png")


def numbered(path, number):
    """out.txt, 2 -> out-2.txt."""
    stem, ending = os.path.splitext(path)
    return f"{stem}-{number}{ending}"


def print_all(symbols):
    """All payloads to standard output, each on lines of its own where there are several."""
    for symbol in symbols:
        ends = len(symbols) == 1 or symbol.payload.endswith(b"\n")
        write_stdout(symbol.payload + (b"" if ends else b"\n"))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", nargs="?", metavar="IMAGE",
                        default=OWN_PICTURE,
                        help="picture, - for standard input (picogpt.png beside this script)")
    parser.add_argument("-o", metavar="FILE",
                        help="file to write instead of printing; FILE-1, ... of several")
    parser.add_argument("--all", action="store_true", help="every symbol, not only one")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    arguments = parser.parse_args()
    if "" in (arguments.o, arguments.image):
        parser.error("IMAGE, -o: name a file")
    return arguments


def main():
    arguments = parse_arguments()
    data = read_input(arguments.image, MAX_FILE, OWN_PICTURE)
    with error_context(arguments.image, QRError, PictureError):
        symbols = find_symbols(read_image(data), arguments.all, show_progress)
    if len(symbols) > 1 and not arguments.all:
        print(f"{program_name()}: {arguments.image} shows {len(symbols)} symbols, "
              "this is one of them; --all gives all", file=sys.stderr)
        symbols = symbols[:1]
    if arguments.o in (None, "-"):
        print_all(symbols)
        return
    for number, symbol in enumerate(symbols, 1):
        path = numbered(arguments.o, number) if len(symbols) > 1 else arguments.o
        write_if_safe(path, symbol.payload, arguments.force)
        print(f"{path}: {len(symbol.payload)} bytes, from version {symbol.version}, "
              f"level {symbol.level}")


if __name__ == "__main__":
    run(main)
