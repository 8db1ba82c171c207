#!/usr/bin/env python3
"""Punch a script into IBM cards: a deck that a card reader could read, and that can be dropped.

    encode_punchcard_base64.py                  ../attogpt.py -> the four files of the deck, here
    encode_punchcard_base64.py --check          compare these with attogpt.py; exit 1 if stale
    encode_punchcard_base64.py MY.py            MY.cards.json, MY.h80, MY.bin and MY.cards.svg
                                                beside MY.py
    encode_punchcard_base64.py --print A4       attogpt.A4.html: three cards a sheet at true size,
                                                to print from a browser at 100 % and cut out
    encode_punchcard_base64.py --layout text    attogpt_text.cards.json, ...: a deck that a
                                                keypunch can type

binary layout: two base64 digits to a column ("column binary"), and two check cards: any two lost
cards, or one with wrong holes, can be rebuilt. text layout: one base64 character to a column, in
the code of the IBM 029; check cards on request. Columns 73-80 of each card name the deck and
number the card.

The four files hold the same deck: JSON (a list of cards, of columns, of punched rows), H80
(Douglas Jones's format), a binary card image (SIMH's card readers), and a drawing to scale.
"""
import argparse
import os
import re
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("encode_punchcard_base64.py: common/ is missing; copy it next to punchcard/")

from common.command import error_context, read_input, run, would_overwrite, write_or_check
from punchcard import card_drawing, card_files, cards, deck

HERE = os.path.dirname(os.path.realpath(__file__))
WRITERS = (card_files.to_json, card_files.to_h80, card_files.to_bin, card_drawing.to_svg)
OWN_FILES = ("punchcard_encoding.json", "attogpt.h80", "attogpt.bin", "cards.svg")
ENDINGS = (".cards.json", ".h80", ".bin", ".cards.svg")
MAX_SOURCE = 1 << 20                             # bytes; what a deck holds is checked later


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", help="file to punch (../attogpt.py)")
    parser.add_argument("--layout", choices=list(deck.DIGITS), default="binary",
                        help="see above (binary)")
    parser.add_argument("--check-cards", type=int, choices=(0, cards.CHECK_CARDS), metavar="0|2",
                        help="how many (2 in the binary layout, 0 in the text layout)")
    parser.add_argument("--name", help="what columns 73-76 say (first letters of the file's name)")
    papers = {paper.lower(): paper for paper in card_drawing.PAPERS}
    parser.add_argument("--print", dest="paper", choices=list(card_drawing.PAPERS),
                        type=lambda text: papers.get(text.lower(), text),
                        help="make sheets to print, and nothing else")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    if arguments.source in ("", "-"):
        parser.error("SOURCE: name a file; the deck's files are named after it")
    if arguments.name is not None and not re.fullmatch("[A-Z0-9]{1,4}", arguments.name):
        parser.error(f"--name: {arguments.name!r} is not one to four of A-Z and 0-9")
    return parser, arguments


def output_files(arguments):
    """The paths to write: our own files, here, or others named after the source."""
    options = (arguments.layout, arguments.check_cards, arguments.name)
    if arguments.source is None and options == ("binary", None, None) and not arguments.paper:
        return [os.path.join(HERE, name) for name in OWN_FILES]
    stem = os.path.splitext(arguments.source)[0] if arguments.source else "attogpt"
    stem += "_text" if arguments.layout == "text" else ""
    if arguments.paper:
        return [f"{stem}.{arguments.paper}.html"]
    return [stem + ending for ending in ENDINGS]


def main():
    parser, arguments = parse_arguments()
    source = arguments.source or os.path.join(os.path.dirname(HERE), "attogpt.py")
    if arguments.source is None and not os.path.exists(source):
        parser.error("../attogpt.py is not here; name the file to punch")
    targets = output_files(arguments)
    if would_overwrite(targets, source):
        parser.error(f"{source} would be overwritten by its own deck; copy it to another name")
    title = os.path.splitext(os.path.basename(source))[0]
    name = arguments.name or re.sub("[^A-Z0-9]", "", title.upper())[:cards.NAME_LENGTH] or "DECK"
    checks = arguments.check_cards
    if checks is None:
        checks = cards.CHECK_CARDS if arguments.layout == "binary" else 0
    payload = read_input(source, MAX_SOURCE)
    with error_context(source, cards.DeckError):
        built = deck.build(payload, name, arguments.layout, checks)
    writers = WRITERS
    if arguments.paper:
        writers = [lambda built: card_drawing.to_sheets(built, arguments.paper)]
    outputs = [(target, write(built)) for target, write in zip(targets, writers)]
    stale = write_or_check(outputs, source, arguments.check)
    print(f"deck {name}: {len(built) - checks} data cards and {checks} check cards, "
          f"{arguments.layout} layout, {len(payload)} bytes of payload")
    return 1 if stale else 0


if __name__ == "__main__":
    run(main)
