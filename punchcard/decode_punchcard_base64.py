#!/usr/bin/env python3
"""Read a deck of punched cards back into the file that was punched.

    python3 decode_punchcard_base64.py                 punchcard_encoding.json beside this script -> attogpt_decoded.py
    python3 decode_punchcard_base64.py DECK -o FILE    JSON, H80, a binary card image, or our SVG; FILE: - prints it
    python3 decode_punchcard_base64.py --show 3        draw the third card of the file in the terminal

The holes are all that it looks at. The cards may come in any order and either way round, twice, or among those of
another deck. Two lost cards are rebuilt, or one that is wrong. What comes out has the SHA-256 that the deck carries,
or nothing comes out. It is not run, and a file that is there already and differs is left alone.
"""
import argparse
import os
import sys

import cards
import deck

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from deflate import write_whole  # noqa: E402


def drawing(card):
    """A card as lines of text: the interpreted columns, then its twelve rows, # for a hole."""
    lines = ["     " + cards.interpreted(card, " ").rstrip()]
    for row in cards.ROWS:
        lines.append("%3d |%s|" % (row, "".join("#" if column & cards.BIT[row] else "." for column in card)))
    return "\n".join(lines + ["     " + "".join("%-10d" % i for i in range(1, 81, 10)).rstrip()])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("deck", nargs="?", metavar="DECK", default=os.path.join(HERE, "punchcard_encoding.json"),
                         help="file to read (punchcard_encoding.json beside this script)")
    options.add_argument("-o", metavar="FILE", default="attogpt_decoded.py", help="file to write (attogpt_decoded.py)")
    options.add_argument("--force", action="store_true", help="write over a file that differs")
    options.add_argument("--deck", dest="name", metavar="NAME", help="which one, if the file holds cards of several")
    options.add_argument("--show", type=int, metavar="N", help="draw the N-th card of the file; write nothing")
    arguments = options.parse_args()
    if not arguments.o or not arguments.deck:
        options.error("DECK, -o: name a file; -o -: print")
    try:
        with open(arguments.deck, "rb") as file:
            kind, found = cards.read_deck(file.read(cards.LARGEST_FILE + 1))
        if arguments.show is not None:
            if not 1 <= arguments.show <= len(found):
                options.error("--show: the file holds cards 1 to %d" % len(found))
            if not found[arguments.show - 1]:
                raise cards.BadDeck("card %d is not 80 columns of rows 12, 11, 0 to 9" % arguments.show)
            return print(drawing(found[arguments.show - 1]))
        payload, notes = deck.recover(found, arguments.name)
        if arguments.o == "-":
            sys.stdout.buffer.write(payload)
            return sys.stdout.flush()
        print("%s: %s, %d cards" % (arguments.deck, kind, len(found)))
        print("\n".join(notes))
        there = None
        if os.path.isfile(arguments.o):
            with open(arguments.o, "rb") as file:
                there = file.read(len(payload) + 1)
        if there not in (None, payload) and not arguments.force:
            sys.exit("decode_punchcard_base64.py: %s is there already and differs; give --force, or another -o"
                     % arguments.o)
        if there != payload:
            write_whole(arguments.o, payload)
        print("%s: %d bytes, SHA-256 agrees%s" % (
            arguments.o, len(payload), ", was there already" * (there == payload)))
    except OSError as error:
        sys.exit("decode_punchcard_base64.py: %s: %s" % (error.filename or "standard output", error.strerror))
    except cards.BadDeck as error:
        sys.exit("decode_punchcard_base64.py: %s: %s" % (arguments.deck, error))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
