"""A deck punched from bytes, and read back from files or photographs."""
from typing import NamedTuple

from common.command import file_bytes

from . import card_drawing, card_files
from .cards import CHECK_CARDS, DeckError
from .deck import build, recover


class Deck(NamedTuple):
    """A deck of cards and what it carries.

    payload: bytes; cards: lists of 80 columns, each an integer of 12 bits, row 12 the highest;
    notes: lines about what was turned, missing or repaired when it was read.
    """
    payload: bytes
    cards: list
    notes: tuple = ()

    def to_json(self):
        """The bytes of a JSON file: a list of cards, of columns, of punched rows."""
        return card_files.to_json(self.cards)

    def to_h80(self):
        """The bytes of a deck in Douglas Jones's H80 format."""
        return card_files.to_h80(self.cards)

    def to_bin(self):
        """The bytes of a binary card image, as SIMH's card readers take it."""
        return card_files.to_bin(self.cards)

    def to_svg(self):
        """The bytes of an SVG, drawn to scale."""
        return card_drawing.to_svg(self.cards)


def punch(data, name, layout="binary", checks=None):
    """Bytes as a Deck called `name`, one to four of A-Z and 0-9.

    layout: "binary", two base64 digits to a column, or "text", one, which a keypunch can type.
    checks: check cards, 0 or 2; None for 2 in the binary layout and 0 in the text layout. DeckError
    where the data do not fit or an argument is out of its range.
    """
    if checks is None:
        checks = CHECK_CARDS if layout == "binary" else 0
    return Deck(bytes(data), build(data, name, layout, checks))


def read(*files, name=None):
    """The Deck whose cards these files hold, in any order, either way round, one or many in each.

    files: pictures, JSON, H80, binary card images or our SVG, each as bytes or as a path. name:
    which deck, where there are several. DeckError where it cannot be had; the payload of a Deck
    that is returned agrees with the SHA-256 on its cards. OSError where there is no such file.
    """
    if not files:
        raise DeckError("no files: give at least one")
    cards = []
    for file in files:
        cards += card_files.read_deck(file_bytes(file))[1]
    payload, notes = recover(cards, name)
    return Deck(payload, cards, tuple(notes))
