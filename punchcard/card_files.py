"""The files that decks are kept in: JSON, H80, and binary card images; written and read.

Sources: Douglas Jones, "Punched Card Codes" and his standard for emulated card decks, for H80;
SIMH's card readers, for the card image.
"""
import json

from common.pictures.grey import PictureError
from common.pictures.picture_files import is_picture, open_picture

from .card_drawing import from_svg
from .card_photo import find_cards
from .cards import BIT, COLUMNS, ROWS, DeckError, punches

MAX_FILE = 4 << 20                               # bytes
MAX_FILE_CARDS = 5000                            # more than fifty decks of the largest size
H80_SIGNATURE, H80_STOCK, H80_CARD = b"H80", b"\x80\x80\x80", 123          # bytes, length of a card
IMAGE_CARD = 2 * COLUMNS                         # bytes of a card in a card image
FORMATS = "give a picture, JSON, H80, a card image, or an SVG of encode_punchcard_base64.py"


def to_json(deck):
    """A list of cards, each a list of columns, each the list of its punched rows."""
    lines = []
    for card in deck:
        rows = [[row for row in ROWS if column & BIT[row]] for column in card]
        lines.append(json.dumps(rows, separators=(",", ":")))
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def card_from_lists(lists):
    """80 lists of row names -> a card; None for anything else."""
    try:
        if len(lists) != COLUMNS:
            return None
        return [punches(*{int(row) for row in rows}) for rows in lists]
    except (TypeError, ValueError, KeyError, OverflowError):
        return None


def from_json(data):
    """The cards of a JSON deck; None in the place of one that is not 80 lists of row names."""
    try:
        cards = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise DeckError("is not whole JSON; take an undamaged copy") from None
    if not isinstance(cards, list):
        raise DeckError("is JSON, but no list of cards; " + FORMATS)
    return [card_from_lists(lists) for lists in cards[:MAX_FILE_CARDS + 1]]


def to_h80(deck):
    """Jones's format: the signature, then for each card 3 bytes about its stock and 120 of columns.

    Two columns take three bytes. The stock's bytes have only their leading bit set: a plain card.
    """
    cards = [int("".join(f"{column:012b}" for column in card), 2).to_bytes(120, "big")
             for card in deck]
    return H80_SIGNATURE + b"".join(H80_STOCK + card for card in cards)


def from_h80(data):
    """The cards of an H80 file; trailing bytes after the last whole card are ignored."""
    deck = []
    for start in range(len(H80_SIGNATURE), len(data) - H80_CARD + 1, H80_CARD):
        columns = data[start + len(H80_STOCK):start + H80_CARD]
        bits = f"{int.from_bytes(columns, 'big'):0960b}"
        deck.append([int(bits[i:i + 12], 2) for i in range(0, 960, 12)])
    return deck


def to_bin(deck):
    """SIMH's binary card image: a little-endian word a column, the 12 bits above four zeros."""
    return b"".join((column << 4).to_bytes(2, "little") for card in deck for column in card)


def from_bin(data):
    """The cards of a binary card image. DeckError if the data cannot be one."""
    whole = len(data) // IMAGE_CARD * IMAGE_CARD
    words = [int.from_bytes(data[i:i + 2], "little") for i in range(0, whole, 2)]
    if 2 * sum(word & 15 == 0 for word in words) < len(words):
        raise DeckError("is no deck that is known here; " + FORMATS)
    columns = [word >> 4 for word in words]
    return [columns[i:i + COLUMNS] for i in range(0, len(columns), COLUMNS)]


def read_deck(data, progress=lambda text, last: None):
    """The bytes of a file -> (the name of its format, its cards; None for an unreadable card).

    Cards of a picture are CardPhotos. DeckError for a file that is no deck, or that holds no card
    or more than MAX_FILE_CARDS; progress is told of pictures.
    """
    if is_picture(data):
        try:
            found = find_cards(open_picture(data), progress)
        except PictureError as error:
            raise DeckError(str(error)) from None
        if not found:
            raise DeckError("shows no punched card; take the whole card, from the front, on plain "
                            "ground, at 8 pixels a column or more")
        return "picture", found
    if len(data) > MAX_FILE:
        raise DeckError(f"is larger than {MAX_FILE} bytes; give a smaller file")
    if data.startswith(H80_SIGNATURE):
        kind, deck = "H80", from_h80(data)
    elif b"<svg" in data[:1000]:
        kind, deck = "SVG", from_svg(data, MAX_FILE_CARDS + 1)
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        kind, deck = "JSON", from_json(data)
    else:
        kind, deck = "card image", from_bin(data)
    if not deck:
        raise DeckError("holds no card; " + FORMATS)
    if len(deck) > MAX_FILE_CARDS:
        raise DeckError(f"holds more than {MAX_FILE_CARDS} cards; split it")
    return kind, deck
