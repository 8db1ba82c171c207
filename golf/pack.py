#!/usr/bin/env python3
"""Pack a script into scripts that unpack and run themselves.

    pack.py             payload.py, here -> ../attogpt.py (printable ASCII), ../zeptogpt.py (any
                        bytes) and ../yoctogpt.py (the fewest characters)
    pack.py --check     compare these with payload.py; exit 1 if one is stale
    pack.py MY.py       MY.atto.py, MY.zepto.py and MY.yocto.py beside MY.py

The packed bytes come from compressor.py, so they are the same on every machine.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("pack.py: common/ is missing; copy it next to golf/")

from common.command import error_context, read_input, run, would_overwrite, write_or_check
from golf.compressor import MAX_INPUT
from golf.packing import pack

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
KINDS = ("atto", "zepto", "yocto")


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
    source = read_input(path, MAX_INPUT)
    with error_context(path, SyntaxError, ValueError):
        compile(source, path, "exec")
        if sys.stderr.isatty():
            print("pack.py: looking for the smallest stream, some seconds ...", file=sys.stderr)
        scripts = pack(source)
    return 1 if write_or_check(list(zip(targets, scripts)), path, arguments.check) else 0


if __name__ == "__main__":
    run(main)
