#!/usr/bin/env python3
"""Read a deck of punched cards, from a file or from photos of it: the file that was punched.

    decode_punchcard_base64.py                  the deck beside this script -> attogpt_decoded.py
    decode_punchcard_base64.py MY.cards.json    another deck -> MY_decoded
    decode_punchcard_base64.py IMG_1.jpg IMG_2.jpg -o MY.txt
                                                scans or photos, one card or many in each
    decode_punchcard_base64.py DECK -o FILE     choose where it goes; - prints it
    decode_punchcard_base64.py --show 3         draw the third card in the terminal
    decode_punchcard_base64.py card.jpg --text  print the text of any cards, in the 029 code

DECK is a picture (PNG, JPEG, BMP, PBM, PGM, PPM), JSON, H80, a binary card image or our SVG; cards
of several files are one deck. Only the holes are read. The cards may come in any order and either
way round, twice, or among those of another deck. Two lost cards are rebuilt, or one that is wrong.
What comes out has the SHA-256 that the deck carries, or nothing comes out. It is not run, and an
existing file that differs is left alone.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("decode_punchcard_base64.py: common/ is missing; copy it next to punchcard/")

from common.command import (
    UserError, error_context, is_same_file, read_input, run, show_progress, write_if_safe,
    write_stdout)
from common.pictures.picture_files import MAX_FILE
from punchcard import card_codes, card_files, cards, deck

HERE = os.path.dirname(os.path.realpath(__file__))
OWN_DECK = os.path.join(HERE, "punchcard_encoding.json")
MAX_NAMED = 6                                    # columns that a note names


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
    if is_same_file(path, OWN_DECK):
        return "attogpt_decoded.py"
    stem = "deck" if path == "-" else os.path.basename(path).split(".")[0]
    return (stem or "deck") + "_decoded"


def read_files(paths):
    """(cards of all files, notes: a line for each file and each card that was hard to read)."""
    found, notes = [], []
    for path in paths:
        data = read_input(path, MAX_FILE, OWN_DECK)
        with error_context(path, cards.DeckError):
            kind, more = card_files.read_deck(data, lambda text, last, name=path: show_progress(
                f"{name}: {text}", last))
        found += more
        notes.append(f"{path}: {kind}, {len(more)} card" + "s" * (len(more) > 1))
        notes += [f"{path}, card {number}: {name_columns(card)} hard to read"
                  for number, card in enumerate(more, 1) if card and cards.doubtful_columns(card)]
    return found, notes


def name_columns(card):
    """The doubtful columns of a card in words."""
    columns = sorted(column + 1 for column in cards.doubtful_columns(card))
    if len(columns) > MAX_NAMED:
        return f"{len(columns)} columns from {columns[0]} to {columns[-1]}"
    return ("column " if len(columns) == 1 else "columns ") + deck.enumerate_words(columns)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("decks", nargs="*", metavar="DECK", default=[OWN_DECK],
                        help="deck files or pictures, - for standard input "
                             "(punchcard_encoding.json, here)")
    parser.add_argument("-o", metavar="FILE", help="file to write, - prints it (DECK_decoded)")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    parser.add_argument("--deck", dest="name", metavar="NAME",
                        help="which deck, if the file holds several")
    parser.add_argument("--show", type=int, metavar="N",
                        help="draw the N-th card; write nothing")
    parser.add_argument("--text", nargs="?", const="029", choices=tuple(card_codes.ZONES),
                        help="print every card's text, in the 029 code or in 026 (FORTRAN)")
    arguments = parser.parse_args()
    if arguments.o == "" or "" in arguments.decks:
        parser.error("DECK, -o: name a file; -o - prints")
    return parser, arguments


def card_to_show(found, number, parser):
    """The card that --show names."""
    if not 1 <= number <= len(found):
        parser.error(f"--show: the file holds cards 1 to {len(found)}")
    if not found[number - 1]:
        raise UserError(f"card {number} is not 80 columns of rows 12, 11, 0 to 9")
    return found[number - 1]


def recover(found, name, paths, notes):
    """(payload, notes) of a deck. UserError that names what was hard to read, if it cannot be."""
    where = paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more"
    try:
        return deck.recover(found, name)
    except cards.DeckError as error:
        hard = [note for note in notes if note.endswith("hard to read")]
        more = "; " + "; ".join(hard[:MAX_NAMED]) if hard else ""
        raise UserError(f"{where}: {error}{more}") from None


def main():
    parser, arguments = parse_arguments()
    found, notes = read_files(arguments.decks)
    if arguments.show is not None:
        with error_context(arguments.decks[0], UserError):
            print(draw_card(card_to_show(found, arguments.show, parser)))
    elif arguments.text:
        for card in found:
            cut = getattr(card, "cut", card_codes.UPPER_LEFT)
            print(card_codes.read_text(card, arguments.text, cut) if card else "")
    else:
        payload, more_notes = recover(found, arguments.name, arguments.decks, notes)
        if arguments.o == "-":
            write_stdout(payload)
            return
        target = arguments.o or output_name(arguments.decks[0])
        was_there = write_if_safe(target, payload, arguments.force)
        print(*notes, *more_notes, sep="\n")
        print(f"{target}: {len(payload)} bytes, SHA-256 agrees"
              + (", was there already" if was_there else ""))


if __name__ == "__main__":
    run(main)
