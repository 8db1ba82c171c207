#!/usr/bin/env python3
"""Read a deck of punched cards back into the file that was punched.

    decode_punchcard_base64.py                  the deck beside this script -> attogpt_decoded.py
    decode_punchcard_base64.py MY.cards.json    another deck -> MY_decoded
    decode_punchcard_base64.py DECK -o FILE     choose where it goes; - prints it
    decode_punchcard_base64.py --show 3         draw the third card of the file in the terminal

DECK is JSON, H80, a binary card image or our SVG. Only the holes are read. The cards may come in
any order and either way round, twice, or among those of another deck. Two lost cards are rebuilt,
or one that is wrong. What comes out has the SHA-256 that the deck carries, or nothing comes out.
It is not run, and an existing file that differs is left alone.
"""
import argparse
import os

import card_files
import cards
import deck
from command import (UserError, error_context, read_input, run, write_if_safe, write_stdout)

HERE = os.path.dirname(os.path.abspath(__file__))
OWN_DECK = os.path.join(HERE, "punchcard_encoding.json")


def draw_card(card):
    """A card as lines of text: the interpreted columns, then its twelve rows, # for a hole."""
    lines = ["     " + cards.interpret(card, " ").rstrip()]
    for row in cards.ROWS:
        holes = "".join("#" if column & cards.BIT[row] else "." for column in card)
        lines.append(f"{row:3} |{holes}|")
    ruler = "".join(f"{i:<10}" for i in range(1, cards.COLUMNS + 1, 10)).rstrip()
    return "\n".join(lines + ["     " + ruler])


def output_name(path):
    """The file that the payload of a deck goes to unless -o says; in the current folder."""
    if path != "-" and os.path.exists(OWN_DECK) and os.path.samefile(path, OWN_DECK):
        return "attogpt_decoded.py"
    stem = "deck" if path == "-" else os.path.basename(path).split(".")[0]
    return (stem or "deck") + "_decoded"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deck", nargs="?", metavar="DECK", default=OWN_DECK,
                        help="deck file, - for standard input (punchcard_encoding.json, here)")
    parser.add_argument("-o", metavar="FILE", help="file to write, - prints it (DECK_decoded)")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    parser.add_argument("--deck", dest="name", metavar="NAME",
                        help="which deck, if the file holds several")
    parser.add_argument("--show", type=int, metavar="N",
                        help="draw the N-th card of the file; write nothing")
    arguments = parser.parse_args()
    if arguments.o == "" or not arguments.deck:
        parser.error("DECK, -o: name a file; -o - prints")
    return parser, arguments


def main():
    parser, arguments = parse_arguments()
    data = read_input(arguments.deck, card_files.MAX_FILE)
    with error_context(arguments.deck, cards.DeckError):
        kind, found = card_files.read_deck(data)
        if arguments.show is None:
            payload, notes = deck.recover(found, arguments.name)
    if arguments.show is not None:
        if not 1 <= arguments.show <= len(found):
            parser.error(f"--show: the file holds cards 1 to {len(found)}")
        card = found[arguments.show - 1]
        if not card:
            raise UserError(f"{arguments.deck}: card {arguments.show} is not 80 columns of rows "
                            "12, 11, 0 to 9")
        print(draw_card(card))
    elif arguments.o == "-":
        write_stdout(payload)
    else:
        target = arguments.o or output_name(arguments.deck)
        was_there = write_if_safe(target, payload, arguments.force)
        print(f"{arguments.deck}: {kind}, {len(found)} cards", *notes, sep="\n")
        print(f"{target}: {len(payload)} bytes, SHA-256 agrees"
              + (", was there already" if was_there else ""))


if __name__ == "__main__":
    run(main)
