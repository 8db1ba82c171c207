#!/usr/bin/env python3
"""What each trick of the golf saves: undo it alone, in femtogpt.py and in payload.py, and measure.

    notes.py

Prints the table of docs/golf-notes.md: the bytes that the trick saves femtogpt.py, plain, and
payload.py, packed (by a quick parse, to within a byte or so), all the other tricks in place and the
letters as they are. (A new search of the letters would win back a part of the packed bytes.) Each
undone script must still run. Copied without femtogpt.py above it, it measures payload.py alone.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("notes.py: common/ is missing; copy it next to golf/")

from common.command import UserError, read_input, run
from golf.search import PROOFS, Meter, prove
from golf.template import VARIABLE, load
from golf.tricks import TRICKS

HERE = os.path.dirname(os.path.realpath(__file__))
MAX_SOURCE = 65536             # bytes


def packed_size(text):
    """Bytes of the deflate block, and eighths: what the search goes by."""
    return Meter().quick_bits(text) / 8


def savings(text, path, index, measure, spell=str):
    """For each trick, the bytes that it saves a script, or None where the script does not have it.

    text: the script as the changes of tricks.py name it; spell(text) is what runs.
    """
    log, size = prove(spell(text), sys.executable, PROOFS[:1]), measure(spell(text))
    for words, *changes in TRICKS:
        undone = text
        for old, new in changes[index] or ():
            if old not in undone:
                raise UserError(f"{path}: has no {old!r}; tricks.py must follow the script")
            undone = undone.replace(old, new)
        undone = spell(undone)
        if prove(undone, sys.executable, PROOFS[:1]) != log:
            raise UserError(f"{path}: prints another log without this trick: {words}\n{undone}")
        yield round(measure(undone) - size) if changes[index] else None


def femtogpt_savings(path):
    """The bytes that each trick saves femtogpt.py as it is."""
    return savings(read_input(path, MAX_SOURCE).decode(), path, 0, len)


def payload_savings():
    """The bytes that each trick saves payload.py packed, and last what the choice of letters does.

    tricks.py has the template's variables.
    """
    template, best = load()
    text = template.spell(dict(best, names={name: "$" + name for name in best["names"]}))

    def spell(text):
        return VARIABLE.sub(lambda match: best["names"][match[1]], text)

    yield from savings(text, "payload.template", 1, packed_size, spell)
    unsearched = template.spell(dict(best, names=template.plain()["names"]))
    yield round(packed_size(unsearched) - packed_size(spell(text)))


def main():
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    femtogpt = os.path.join(os.path.dirname(HERE), "femtogpt.py")
    plain = femtogpt_savings(femtogpt) if os.path.exists(femtogpt) else [None] * len(TRICKS)
    print("| trick | plain | packed |\n| --- | --- | --- |")
    names = [words for words, *_ in TRICKS] + ["few letters for many variables, by search"]
    for words, *numbers in zip(names, [*plain, None], payload_savings()):
        cells = ["" if number is None else str(number) for number in numbers]
        print(f"| {words} | {' | '.join(cells)} |")


if __name__ == "__main__":
    run(main)
