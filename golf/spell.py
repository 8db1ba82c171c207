#!/usr/bin/env python3
"""Spell the script that a template and the state of a search stand for.

    spell.py             payload.template and payload.state -> payload.py, all beside this script
    spell.py --check     compare; exit 1 if payload.py is not what they spell

search.py writes the state. Whoever edits payload.py by hand leaves the template behind: the script
counts, and the template must follow it before the next search.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("spell.py: common/ is missing; copy it next to golf/")

from common.command import run, write_or_check
from golf.template import HERE, TEMPLATE, load

PAYLOAD = os.path.join(HERE, "payload.py")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    template, spelling = load()
    outputs = [(PAYLOAD, template.spell(spelling).encode())]
    return 1 if write_or_check(outputs, TEMPLATE, arguments.check) else 0


if __name__ == "__main__":
    run(main)
