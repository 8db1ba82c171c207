"""What the page does with pictures that are dropped on it, by the readers of qr/ and punchcard/.

It runs in the browser, beside these packages.
"""
import json

from common.pictures.grey import PictureError
from common.pictures.picture_files import open_picture
from punchcard import card_codes, deck
from punchcard.card_photo import find_cards
from punchcard.cards import DeckError
from qr.photo import find_symbols
from qr.qrcode_tables import QRError


def read_files(files):
    """[(name, bytes)] -> JSON: notes, a line for each thing seen, and what it carries, as text.

    Symbols give their payloads; the cards of all pictures together are one deck.
    """
    notes, texts, cards = [], [], []
    for name, data in files:
        try:
            picture = open_picture(data)
            symbols, reason = look_for_symbols(picture)
            found = [] if symbols else find_cards(picture)
            if not symbols and not found:
                raise QRError(reason)
        except (QRError, PictureError) as error:
            notes.append(f"{name}: {error}")
            continue
        cards += found
        texts += [symbol.payload for symbol in symbols]
        notes += [f"{name}: a QR code symbol, version {symbol.version}, level {symbol.level}, "
                  f"{len(symbol.payload)} bytes" for symbol in symbols]
        if found:
            notes.append(f"{name}: {len(found)} punched card" + "s" * (len(found) > 1))
    if cards:
        more, text = read_cards(cards)
        notes += more
        texts.append(text)
    return json.dumps({"notes": notes, "texts": [text.decode("utf-8", "replace")
                                                 for text in texts]})


def look_for_symbols(picture):
    """(the symbols of a picture, why there are none or None)."""
    try:
        return find_symbols(picture), None
    except QRError as error:
        return [], str(error)


def read_cards(cards):
    """(notes, what the cards carry: the payload of a deck, or else the text of each card)."""
    try:
        payload, notes = deck.recover(cards)
        return notes + [f"{len(payload)} bytes; the SHA-256 on the cards agrees"], payload
    except DeckError as error:
        lines = [card_codes.read_text(card, "029", card.cut) for card in cards]
        return ([f"The cards: {error}. In the 029 code they say:"],
                "\n".join(lines).encode())
