#!/usr/bin/env python3
"""Write a QR code symbol (ISO/IEC 18004, model 2) with nothing but the standard library.

    encode_qr.py                    ../picogpt.py -> picogpt.png and picogpt.svg, beside this script
    encode_qr.py --check            compare these with picogpt.py; exit 1 if stale
    encode_qr.py FILE               FILE's symbol as FILE.png and FILE.svg
    encode_qr.py https://example.org                        of a text, shown in the terminal
    encode_qr.py https://example.org -o site.png            in a file: .png, .svg or .txt
    encode_qr.py FILE --scale 8 --dark navy --level H -o big.svg

SOURCE is a file where there is one of that name, - for standard input, or else the text itself.
It takes the smallest version that the data fit in, then the highest error correction level that
this version has room for. --level L, M, Q or H (7, 15, 25, 30 % of the codewords may be wrong) and
--version 1 to 40 fix one or both.
"""
import argparse
import os
import re
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("encode_qr.py: common/ is missing; copy it next to qr/")

from common.command import (
    UserError, error_context, program_name, read_input, run, whole_number, would_overwrite,
    write_or_check, write_stdout)
from qr.encoding import encode
from qr.images import to_png, to_svg, to_text
from qr.qrcode_tables import LEVELS, QRError
from qr.style import PLAIN, Style, contrast_warning, parse_colour

HERE = os.path.dirname(os.path.realpath(__file__))
MAX_INPUT = 1 << 20                              # bytes; what a symbol holds is checked later
WRITERS = {".png": to_png, ".svg": to_svg, ".txt": to_text}
FILE_ENDING = r"(?i).*\.(py|txt|md|csv|json|html?|svg|png|jpe?g|pdf|c|js|sh|toml|ya?ml)"


def add_arguments(parser):
    parser.add_argument("source", nargs="?", metavar="SOURCE",
                        help="file, - for standard input, or a text (../picogpt.py)")
    parser.add_argument("--text", help="a text that might be taken for the name of a file")
    parser.add_argument("--level", choices=list(LEVELS),
                        help="error correction (the highest that fits)")
    parser.add_argument("--version", type=whole_number(1, 40), metavar="N",
                        help="1 to 40 (the smallest that fits)")
    parser.add_argument("-o", "--out", action="append", metavar="FILE",
                        help="FILE.png, FILE.svg or FILE.txt; may be given more than once")
    parser.add_argument("--scale", type=whole_number(1, 100), metavar="N", default=PLAIN.scale,
                        help=f"pixels a module ({PLAIN.scale})")
    parser.add_argument("--border", type=whole_number(0, 100), metavar="N", default=PLAIN.border,
                        help=f"light modules around the symbol ({PLAIN.border})")
    for name, default in (("dark", "black"), ("light", "white")):
        parser.add_argument("--" + name, metavar="COLOUR", type=colour, default=default,
                            help=f"#RRGGBB or one of HTML's 16 names ({default})")
    parser.add_argument("--terminal", action="store_true", help="show it in the terminal")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")


def colour(text):
    """An argument's type: a colour."""
    try:
        return parse_colour(text)
    except QRError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arguments(parser)
    arguments = parser.parse_args()
    source = arguments.source
    if source == "" or arguments.text == "":
        parser.error("SOURCE: name a file, give a text, or - for standard input")
    if source and arguments.text:
        parser.error("give SOURCE or --text, not both")
    if any(os.path.splitext(target)[1] not in WRITERS for target in arguments.out or ()):
        parser.error("--out: name a file that ends in .png, .svg or .txt")
    if source == "-" and not arguments.out and not arguments.terminal:
        parser.error("give --out FILE.png (.svg, .txt) or --terminal")
    if arguments.dark == arguments.light:
        parser.error("--dark and --light are the same colour: nothing could be read")
    # A missing file name is probably a typo, so do not encode it as text.
    if source and source != "-" and not os.path.exists(source) \
            and not re.fullmatch(FILE_ENDING, source):
        arguments.source, arguments.text = None, source
    if arguments.text and not arguments.out:
        arguments.terminal = True
    return parser, arguments


def output_files(arguments, style):
    """The paths to write: as --out says, our own files beside this script, or beside the source."""
    if arguments.out or arguments.terminal:
        return arguments.out or []
    if arguments.source:
        stem = os.path.splitext(arguments.source)[0]
    else:
        own = arguments.level is None and arguments.version is None and style == PLAIN
        stem = os.path.join(HERE, "picogpt") if own else "picogpt"
    return [stem + ".png", stem + ".svg"]


def read_source(parser, arguments, targets):
    """(the bytes to encode, what to call them)."""
    if arguments.text:
        return arguments.text.encode("utf-8", "surrogateescape"), "the text"
    source = arguments.source or os.path.join(os.path.dirname(HERE), "picogpt.py")
    if arguments.source is None and not os.path.exists(source):
        parser.error("../picogpt.py is not here; name the file to encode")
    if arguments.source and arguments.source != "-" and not os.path.exists(source):
        raise UserError(f"{source}: No such file; for these words themselves, --text {source}")
    if would_overwrite(targets, source):
        parser.error(f"{source} would be overwritten by its own symbol; copy it to another name")
    return read_input(source, MAX_INPUT), source


def main():
    parser, arguments = parse_arguments()
    style = Style(arguments.scale, arguments.border, arguments.dark, arguments.light)
    targets = output_files(arguments, style)
    data, source = read_source(parser, arguments, targets)
    with error_context(source, QRError):
        symbol = encode(data, arguments.version, arguments.level)
    outputs = [(target, WRITERS[os.path.splitext(target)[1]](symbol.matrix, style))
               for target in targets]
    stale = write_or_check(outputs, source, arguments.check)
    if arguments.terminal:
        lines = to_text(symbol.matrix, style).splitlines()
        write_stdout(b"".join(b"\x1b[40;97m" + line + b"\x1b[0m\n" for line in lines))
    else:
        side = len(symbol.matrix)
        print(f"version {symbol.version}, level {symbol.level}, mask {symbol.mask}: "
              f"{side} x {side} modules, {len(data)} bytes")
    warning = contrast_warning(style)
    if warning:
        print(f"{program_name()}: careful: {warning}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    run(main)
