#!/usr/bin/env python3
"""Punch a script into IBM cards: a deck that a card reader could read, and that survives being dropped.

    python3 encode_punchcard_base64.py                    ../attogpt.py -> the four files of the deck, here
    python3 encode_punchcard_base64.py --check            say whether they are what attogpt.py makes; exit 1 if not
    python3 encode_punchcard_base64.py MY.py              MY.cards.json, MY.h80, MY.bin, MY.cards.svg beside MY.py
    python3 encode_punchcard_base64.py --layout text      attogpt_text.cards.json, ...: a deck that a keypunch can type

binary layout: two base64 digits to a column ("column binary"), and two check cards: any two lost cards, or one with
wrong holes, can be rebuilt. text layout: one base64 character to a column, in the code of the IBM 029; check cards on
request.
Columns 73-80 of each card name the deck and number the card.

The four files hold the same deck: JSON (a list of cards, of columns, of punched rows), H80 (Douglas Jones's format), a
binary card image (SIMH's card readers), and a drawing to scale.
"""
import argparse
import os
import re
import sys

import cards
import deck

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import files  # noqa: E402

FORMATS = (cards.to_json, cards.to_h80, cards.to_bin, cards.to_svg)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("source", nargs="?", help="file to punch (default: ../attogpt.py, as seen from this script)")
    options.add_argument("--layout", choices=list(deck.DIGITS), default="binary", help="see above (binary)")
    options.add_argument("--check-cards", type=int, choices=(0, deck.CHECKS), metavar="0|2",
                         help="how many (2 in the binary layout, 0 in the text layout)")
    options.add_argument("--name", help="what columns 73-76 say (default: the first letters of the file's name)")
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    source = arguments.source or os.path.join(os.path.dirname(HERE), "attogpt.py")
    title = os.path.splitext(os.path.basename(source))[0]
    stem = os.path.splitext(source)[0] if arguments.source else "attogpt"       # with options: in the current folder
    plain = (arguments.source, arguments.layout, arguments.check_cards, arguments.name) == (None, "binary", None, None)
    stem += "_text" * (arguments.layout == "text")
    ours = ("punchcard_encoding.json", "attogpt.h80", "attogpt.bin", "cards.svg")
    targets = [os.path.join(HERE, name) for name in ours] if plain else [
        stem + end for end in (".cards.json", ".h80", ".bin", ".cards.svg")]
    name = arguments.name or re.sub("[^A-Z0-9]", "", title.upper())[:cards.NAME_LENGTH] or "DECK"
    if arguments.source == "":
        options.error("SOURCE: name a file")
    if not re.fullmatch("[A-Z0-9]{1,%d}" % cards.NAME_LENGTH, name):
        options.error("--name: %r is not one to four of A-Z and 0-9" % name)
    if files.overwrites(targets, source):
        options.error("%s would be overwritten by what is made from it; copy it to another name" % source)
    checks = arguments.check_cards
    checks = checks if checks is not None else deck.CHECKS if arguments.layout == "binary" else 0
    payload = files.read(source, 1 << 20)
    with files.about(source, cards.BadDeck):
        punched = deck.build(payload, name, arguments.layout, checks)
    made = [(target, convert(punched)) for target, convert in zip(targets, FORMATS)]
    stale = files.settle(made, source, arguments.check)
    print("deck %s: %d data cards and %d check cards, %s layout, %d bytes of payload" % (
        name, len(punched) - checks, checks, arguments.layout, len(payload)))
    return 1 if stale else 0


if __name__ == "__main__":
    files.run(main)
