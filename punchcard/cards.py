"""Punched cards: the 029 card code, the columns of a deck, and the files that decks are kept in.

A column is an integer of 12 bits, its punches: row 12 is the most significant bit (2048), then 11, 0, 1, ..., 9 (1). A
card is a list of 80 columns. On every card columns 1-72 carry data; 73-80 say in the 029 code whose card it is: four
characters name the deck, two digits number the card from 01, two digits tell how many data cards the deck has. Check
cards are numbered on behind the data cards.

Sources: IBM 29 Card Punch reference manual (GA24-3332), for the code; ANSI X3.21, for the card's measures; Douglas
Jones, "Punched Card Codes" and his standard for emulated card decks, for H80; SIMH's card readers, for the card image.
"""
import json
import re

COLUMNS, DATA_COLUMNS = 80, 72
NAME_LENGTH, MOST_CARDS = 4, 97                  # two digits number 97 data cards and two check cards
ROWS = (12, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
BIT = {row: 1 << 11 - i for i, row in enumerate(ROWS)}
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LARGEST_FILE = 4 << 20                          # bytes
H80_HEADER = b"\x80\x80\x80"


class BadDeck(Exception):
    """A file that is no deck, or one from which nothing can be had."""


# ---- The card code --------------------------------------------------------------------------------------------------
def punches(*rows):
    """Rows, by name -> the column with these punched."""
    return sum(BIT[row] for row in rows)


def _code():
    """{character: column} of the characters that our cards use, in the 029 code with EBCDIC's lower case."""
    code = {" ": 0, "+": punches(12, 8, 6), "/": punches(0, 1), "=": punches(8, 6)}
    code.update((str(digit), punches(digit)) for digit in range(10))
    for zones, letters, first in (((12,), "ABCDEFGHI", 1), ((11,), "JKLMNOPQR", 1), ((0,), "STUVWXYZ", 2),
                                  ((12, 0), "abcdefghi", 1), ((12, 11), "jklmnopqr", 1), ((11, 0), "stuvwxyz", 2)):
        code.update((letter, punches(*zones, first + i)) for i, letter in enumerate(letters))
    return code


CODE = _code()
CHARACTER = {column: character for character, column in CODE.items()}


def punched(text):
    """Text -> its columns. KeyError for a character that is not in the code."""
    return [CODE[character] for character in text]


def interpreted(columns, unknown="?"):
    """Columns -> the text that an interpreter would print over them."""
    return "".join(CHARACTER.get(column, unknown) for column in columns)


def label(name, number, data_cards):
    """The text of columns 73-80."""
    return "%-*s%02d%02d" % (NAME_LENGTH, name[:NAME_LENGTH], number, data_cards)


def read_label(card):
    """(name, number, data cards) of a card, or None where columns 73-80 do not say."""
    text = interpreted(card[DATA_COLUMNS:])
    found = re.fullmatch(r"([A-Z0-9 ]{4})(\d\d)(\d\d)", text)
    if not found:
        return None
    name, number, data_cards = found.group(1).strip(), int(found.group(2)), int(found.group(3))
    return (name, number, data_cards) if name and 1 <= number <= data_cards + 2 and data_cards >= 1 else None


def upside_down(column):
    """A column with its rows in reverse."""
    return int("{:012b}".format(column)[::-1], 2)


def set_right(card):
    """A card as it should be read: (card, True if it had to be turned), by what columns 73-80 say, if anything."""
    back = card[::-1]
    for turned in (card, back, list(map(upside_down, card)), list(map(upside_down, back))):
        if read_label(turned):
            return turned, turned is not card
    return card, False


# ---- Files ----------------------------------------------------------------------------------------------------------
def to_json(deck):
    """A list of cards, each a list of columns, each the list of its punched rows."""
    lines = [json.dumps([[row for row in ROWS if column & BIT[row]] for column in card], separators=(",", ":"))
             for card in deck]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def from_json(data):
    """The cards of a JSON deck; one with anything but 80 lists of rows in it comes back as None."""
    def column(rows):
        return punches(*{int(row) for row in rows})

    try:
        cards = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BadDeck("is not whole JSON") from None
    if not isinstance(cards, list):
        raise BadDeck("is JSON, but no list of cards")
    deck = []
    for card in cards:
        try:
            deck.append([column(rows) for rows in card] if len(card) == COLUMNS else None)
        except (TypeError, ValueError, KeyError, OverflowError):
            deck.append(None)
    return deck


def to_h80(deck):
    """Jones's format: H80, then for each card three bytes about its stock and 120 bytes, two columns in three.

    The stock's bytes are written with nothing but their leading bit, the plainest card; they are not looked at."""
    return b"H80" + b"".join(H80_HEADER + int("".join(map("{:012b}".format, card)), 2).to_bytes(120, "big")
                             for card in deck)


def from_h80(data):
    """The cards of an H80 file; what is left over behind the last whole one is left."""
    deck = []
    for start in range(6, len(data) - 119, 123):
        bits = "{:0960b}".format(int.from_bytes(data[start:start + 120], "big"))
        deck.append([int(bits[i:i + 12], 2) for i in range(0, 960, 12)])
    return deck


def to_bin(deck):
    """The binary card image of SIMH: a little-endian word for each column, row 12 its highest bit, four zeros last."""
    return b"".join((column << 4).to_bytes(2, "little") for card in deck for column in card)


def from_bin(data):
    """The cards of a binary card image."""
    words = [int.from_bytes(data[i:i + 2], "little") >> 4 for i in range(0, len(data) // 160 * 160, 2)]
    return [words[i:i + COLUMNS] for i in range(0, len(words), COLUMNS)]


# ---- The drawing ----------------------------------------------------------------------------------------------------
# Lengths in thousandths of an inch (ANSI X3.21): a card of 7 3/8 x 3 1/4 in, holes of 0.055 x 0.125 in, columns 0.087
# in apart, rows 0.25 in apart.
WIDTH, HEIGHT, BETWEEN = 7375, 3250, 250
HOLE_WIDTH, HOLE_HEIGHT = 55, 125
FIRST_COLUMN, COLUMN_PITCH = 251, 87
FIRST_ROW, ROW_PITCH = 250, 250
CUT_ACROSS, CUT_DOWN = 250, 433                  # the upper left corner, cut at 60 degrees


def holes(card):
    """A card's holes as the path of an SVG drawing: a stroke for each, from its upper to its lower edge."""
    return "".join("M%d %gv%d" % (
        FIRST_COLUMN + COLUMN_PITCH * i, FIRST_ROW + ROW_PITCH * j - HOLE_HEIGHT / 2, HOLE_HEIGHT)
        for i, column in enumerate(card) for j, row in enumerate(ROWS) if column & BIT[row])


def to_svg(deck):
    """The deck, drawn card under card to scale. A hole is a stroke as wide as it, from its upper to its lower edge."""
    height = len(deck) * (HEIGHT + BETWEEN) - BETWEEN
    x = [FIRST_COLUMN + COLUMN_PITCH * i for i in range(COLUMNS)]
    y = dict(zip(ROWS, range(FIRST_ROW, HEIGHT, ROW_PITCH)))
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" width="%gin" height="%gin" viewBox="0 0 %d %d">' % (
                 WIDTH / 1000, height / 1000, WIDTH, height),
             '<title>A deck of %d punched cards</title>' % len(deck),
             '<style>text{font-family:monospace;text-anchor:middle;fill:#7a6a4a;font-size:80px}'
             '.card{fill:#f4e9cd;stroke:#b8a67c;stroke-width:8}.holes{stroke:#2b2b2b;stroke-width:%d}'
             '.top{fill:#2b2b2b;font-size:90px}.small{font-size:45px}</style>' % HOLE_WIDTH,
             '<defs><g id="digits">%s</g>' % "".join('<text y="%d">%d</text>' % (y[d] + 28, d) for d in range(10)),
             '<g id="blank"><path class="card" d="M%d 0H%dV%dH0V%dz"/>' % (CUT_ACROSS, WIDTH, HEIGHT, CUT_DOWN),
             "".join('<use href="#digits" x="%d"/>' % place for place in x)]
    for under in (0, 9):                         # the columns' numbers, their tens over their ones
        for down, digits in ((0, "".join(str((i + 1) // 10 or " ") for i in range(COLUMNS))),
                             (42, "".join(str((i + 1) % 10) for i in range(COLUMNS)))):
            for place, digit in zip(x, digits):
                if digit != " ":
                    lines.append('<text class="small" y="%d" x="%d">%s</text>' % (y[under] + 105 + down, place, digit))
    lines.append("</g></defs>")
    for i, card in enumerate(deck):
        text = interpreted(card, " ")
        if not all(column in CHARACTER for column in card[:DATA_COLUMNS]):
            text = " " * DATA_COLUMNS + text[DATA_COLUMNS:]          # binary: only the label can be read
        lines.append('<g transform="translate(0 %d)"><use href="#blank"/><path class="holes" d="%s"/>' % (
            i * (HEIGHT + BETWEEN), holes(card)))
        lines.append("".join('<text class="top" x="%d" y="100">%s</text>' % (place, character)
                             for place, character in zip(x, text) if character != " ") + "</g>")
    return ("\n".join(lines) + "\n</svg>\n").encode()


def from_svg(data):
    """The cards of a drawing that `to_svg` made, from where the holes lie; a card with a hole off its place is None."""
    deck = []
    for path in re.findall(rb'class="holes" d="([^"]*)"', data):
        card = [0] * COLUMNS
        for across, down in re.findall(rb"M(-?[\d.]{1,9}) (-?[\d.]{1,9})v", path):
            try:
                column = (float(across) - FIRST_COLUMN) / COLUMN_PITCH
                row = (float(down) + HOLE_HEIGHT / 2 - FIRST_ROW) / ROW_PITCH
            except ValueError:
                column = row = -1
            i, j = round(column), round(row)
            if not (0 <= i < COLUMNS and 0 <= j < len(ROWS)) or max(abs(column - i), abs(row - j)) > 0.2:
                card = None
                break
            card[i] |= BIT[ROWS[j]]
        deck.append(card)
    return deck


def read_deck(data):
    """The bytes of a file -> (the name of its format, its cards; None for a card that makes no sense). Or BadDeck."""
    if data[:3] == b"H80":
        kind, deck = "H80", from_h80(data)
    elif b"<svg" in data[:1000]:
        kind, deck = "SVG", from_svg(data)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        kind, deck = "JSON", from_json(data)
    else:
        kind, deck = "card image", from_bin(data)
    if not deck:
        raise BadDeck("holds no card; a deck is JSON, H80, a binary card image or our SVG")
    return kind, deck
