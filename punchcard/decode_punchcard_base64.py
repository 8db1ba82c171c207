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
import files  # noqa: E402


def drawing(card):
    """A card as lines of text: the interpreted columns, then its twelve rows, # for a hole."""
    lines = ["     " + cards.interpreted(card, " ").rstrip()]
    for row in cards.ROWS:
        lines.append("%3d |%s|" % (row, "".join("#" if column & cards.BIT[row] else "." for column in card)))
    return "\n".join(lines + ["     " + "".join("%-10d" % i for i in range(1, 81, 10)).rstrip()])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("deck", nargs="?", metavar="DECK", default=os.path.join(HERE, "punchcard_encoding.json"),
                         help="file to read, - for standard input (punchcard_encoding.json beside this script)")
    options.add_argument("-o", metavar="FILE", default="attogpt_decoded.py", help="file to write (attogpt_decoded.py)")
    options.add_argument("--force", action="store_true", help="write over a file that differs")
    options.add_argument("--deck", dest="name", metavar="NAME", help="which one, if the file holds cards of several")
    options.add_argument("--show", type=int, metavar="N", help="draw the N-th card of the file; write nothing")
    arguments = options.parse_args()
    if not arguments.o or not arguments.deck:
        options.error("DECK, -o: name a file; -o -: print")
    data = files.read(arguments.deck, cards.LARGEST_FILE)
    with files.about(arguments.deck, cards.BadDeck):
        kind, found = cards.read_deck(data)
        if arguments.show is None:
            payload, notes = deck.recover(found, arguments.name)
    if arguments.show is not None:
        if not 1 <= arguments.show <= len(found):
            options.error("--show: the file holds cards 1 to %d" % len(found))
        card = found[arguments.show - 1]
        if not card:
            raise files.Trouble("%s: card %d is not 80 columns of rows 12, 11, 0 to 9" % (
                arguments.deck, arguments.show))
        return print(drawing(card))
    if arguments.o == "-":
        return files.show(payload)
    there = files.keep(arguments.o, payload, arguments.force)
    print("%s: %s, %d cards" % (arguments.deck, kind, len(found)))
    print("\n".join(notes))
    print("%s: %d bytes, SHA-256 agrees%s" % (arguments.o, len(payload), ", was there already" * there))


if __name__ == "__main__":
    files.run(main)
