"""Punched cards: the 029 card code, and the label that says whose card it is.

A column is an integer of 12 bits, its punches: row 12 is the most significant bit (2048), then
11, 0, 1, ..., 9 (1). A card is a list of 80 columns. On every card columns 1-72 carry data; 73-80
say in the 029 code where the card belongs: four characters name the deck, two digits number the
card from 01, two digits tell how many data cards the deck has. Check cards are numbered after the
data cards.

Source: IBM 29 Card Punch reference manual (GA24-3332).
"""
import re

COLUMNS, DATA_COLUMNS = 80, 72
NAME_LENGTH = 4
CHECK_CARDS = 2
MAX_DATA_CARDS = 99 - CHECK_CARDS                # two digits number all cards of a deck
ROWS = (12, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
BIT = {row: 1 << 11 - i for i, row in enumerate(ROWS)}


class DeckError(ValueError):
    """Data that cannot be punched, a file that is no deck, or a deck that cannot be read."""


# ---- The card code --------------------------------------------------------------------------
def punches(*rows):
    """Row names, each one of ROWS -> the column with these rows punched."""
    return sum(BIT[row] for row in rows)


def card_code():
    """{character: column} of the characters used here: the 029 code, lower case as in EBCDIC."""
    code = {" ": 0, "+": punches(12, 8, 6), "/": punches(0, 1), "=": punches(8, 6)}
    code.update((str(digit), punches(digit)) for digit in range(10))
    zones = (((12,), "ABCDEFGHI", 1), ((11,), "JKLMNOPQR", 1), ((0,), "STUVWXYZ", 2),
             ((12, 0), "abcdefghi", 1), ((12, 11), "jklmnopqr", 1), ((11, 0), "stuvwxyz", 2))
    for zone, letters, first_digit in zones:
        for digit, letter in enumerate(letters, first_digit):
            code[letter] = punches(*zone, digit)
    return code


CODE = card_code()
CHARACTER = {column: character for character, column in CODE.items()}


def punch_text(text):
    """Text -> its columns. KeyError for a character that is not in CODE."""
    return [CODE[character] for character in text]


def interpret(columns, unknown="?"):
    """Columns -> the text that an interpreter would print above them."""
    return "".join(CHARACTER.get(column, unknown) for column in columns)


# ---- The label in columns 73-80 -------------------------------------------------------------
def label(name, number, data_cards):
    """The eight characters of columns 73-80; `number` and `data_cards` are below 100."""
    return f"{name[:NAME_LENGTH]:{NAME_LENGTH}}{number:02d}{data_cards:02d}"


def read_label(card):
    """(name, number, data cards) of a card, or None where columns 73-80 hold no label."""
    match = re.fullmatch(r"([A-Z0-9 ]{4})(\d\d)(\d\d)", interpret(card[DATA_COLUMNS:]))
    if not match:
        return None
    name, number, data_cards = match[1].strip(), int(match[2]), int(match[3])
    legal = name and data_cards >= 1 and 1 <= number <= data_cards + CHECK_CARDS
    return (name, number, data_cards) if legal else None


def flip_rows(column):
    """A column with its rows in reverse."""
    return int(f"{column:012b}"[::-1], 2)


class Card(list):
    """A card of which some columns, by their index, are doubtful."""

    def __init__(self, columns, doubtful):
        super().__init__(columns)
        self.doubtful = frozenset(doubtful)


def doubtful_columns(card):
    """The indices of a card's doubtful columns."""
    return getattr(card, "doubtful", frozenset())


def orientations(card):
    """A card as it is, mirrored, flipped, and turned by 180 degrees."""
    doubtful = doubtful_columns(card)
    mirrored = Card(card[::-1], [COLUMNS - 1 - column for column in doubtful])
    return (card, mirrored, Card(map(flip_rows, card), doubtful),
            Card(map(flip_rows, mirrored), mirrored.doubtful))


def orient(card, count=lambda label: 1):
    """A card the right way round: (card, whether it had to be turned), judged by its label.

    Of several orientations that have a label it is the one with the greatest count(label). A card
    without a label in any of the four comes back as it is.
    """
    labelled = [turned for turned in orientations(card) if read_label(turned)]
    if not labelled:
        return card, False
    best = max(labelled, key=lambda turned: count(read_label(turned)))
    return best, best is not card
