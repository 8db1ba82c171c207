"""A payload as a deck of cards, and back from whatever is left of the deck.

    bytes -> frame -> base64 -> symbols -> 72 columns a card, and two check cards -> labels in columns 73-80

The frame is the first 8 bytes of the payload's SHA-256, its length in 2 bytes, the payload, and zeros to the end of the
last card. A symbol is what stands in one column: in the binary layout two base64 digits, their 6 + 6 bits punched as
they are; in the text layout one digit, punched as its character. Check cards (repair.py) carry symbols of that kind.
"""
import base64
import hashlib
import itertools

import cards
from cards import BASE64, DATA_COLUMNS, BadDeck
from repair import Field, mended

DIGITS = {"binary": 2, "text": 1}                # base64 digits in a column, of 6 bits each
HASH, LENGTH = 8, 2                              # bytes of the frame in front of the payload
CHECKS = 2                                       # check cards
MOST_TRIES = 1000                                # ways to choose among cards that claim the same place


def room(layout):
    """Bytes that the data columns of a card hold."""
    return DATA_COLUMNS * DIGITS[layout] * 6 // 8


def frame(payload):
    """Payload -> hash, length, payload."""
    return hashlib.sha256(payload).digest()[:HASH] + len(payload).to_bytes(LENGTH, "big") + payload


def unframed(data):
    """What `frame` framed, with zeros behind it, or None if hash, length and zeros do not agree with it."""
    length = int.from_bytes(data[HASH:HASH + LENGTH], "big")
    payload = data[HASH + LENGTH:HASH + LENGTH + length]
    return payload if frame(payload).ljust(len(data), b"\0") == data else None


def build(payload, name, layout="binary", checks=CHECKS):
    """Bytes -> the deck, a list of cards. BadDeck if there is nothing, or more than a numbered deck holds."""
    if not payload:
        raise BadDeck("is empty: nothing to punch")
    size = room(layout)
    data_cards = -(-(HASH + LENGTH + len(payload)) // size)
    most = min(cards.MOST_CARDS, Field(6 * DIGITS[layout]).order - CHECKS if checks else cards.MOST_CARDS)
    if data_cards > most:
        raise BadDeck("is too long: %d data cards of the %s layout hold %d bytes, it has %d" % (
            most, layout, most * size - HASH - LENGTH, len(payload)))
    digits = base64.b64encode(frame(payload).ljust(data_cards * size, b"\0")).decode()
    values = [BASE64.index(digit) for digit in digits]
    symbols = values if layout == "text" else [a << 6 | b for a, b in zip(values[::2], values[1::2])]
    rows = [symbols[i:i + DATA_COLUMNS] for i in range(0, len(symbols), DATA_COLUMNS)]
    if checks:
        rows = mended(Field(6 * DIGITS[layout]), rows + [None] * CHECKS, CHECKS)[0]
    return [[cards.CODE[BASE64[symbol]] if layout == "text" else symbol for symbol in row]
            + cards.punched(cards.label(name, number, data_cards)) for number, row in enumerate(rows, 1)]


def layout_of(deck):
    """The layout of some cards: text if most of their data columns are base64 characters, of which 64 in 4096 are."""
    columns = [column for card in deck for column in card[:DATA_COLUMNS]]
    readable = sum(cards.CHARACTER.get(column, " ") in BASE64 for column in columns)
    return "text" if 2 * readable > len(columns) else "binary"


def symbols_of(card, layout):
    """The data columns of a card as symbols; 0 where a column is no base64 character but should be one."""
    columns = card[:DATA_COLUMNS]
    return columns if layout == "binary" else [max(0, BASE64.find(cards.CHARACTER.get(c, " "))) for c in columns]


def payload_of(rows, layout):
    """Rows of symbols, the data cards of a deck in order -> payload, or None if it is not whole."""
    symbols = [symbol for row in rows for symbol in row]
    values = symbols if layout == "text" else [value for symbol in symbols for value in (symbol >> 6, symbol & 63)]
    return unframed(base64.b64decode("".join(BASE64[value] for value in values)))


def listed(numbers):
    """1, 2 and 3."""
    words = [str(number) for number in numbers]
    return " and ".join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])


def sorted_out(found, name):
    """Cards of a file -> ({number: cards that claim it}, deck's name, data cards, notes): one deck, set right.

    The deck is the one of that name, or the one with the most cards; BadDeck if there is none, or two as large."""
    notes, decks = [], {}
    for place, card in enumerate(found, 1):
        turned, was_turned = cards.set_right(card) if card else (None, False)
        said = turned and cards.read_label(turned)
        if not said:
            notes.append("card %d of the file: its columns 73-80 do not say where it belongs; left out" % place)
            continue
        if was_turned:
            notes.append("card %d of the file lay the wrong way round; turned" % place)
        numbered = decks.setdefault((said[0], said[2]), {}).setdefault(said[1], {})
        if tuple(turned) in numbered:
            notes.append("card %d of the file is card %d once more; left out" % (place, said[1]))
        else:
            numbered[tuple(turned)] = turned
    sizes = sorted(((len(numbered), key) for key, numbered in decks.items() if name in (None, key[0])), reverse=True)
    if not sizes:
        raise BadDeck("holds no card of a deck %s" % name if name and decks else
                      "holds no card that says where it belongs")
    if len(sizes) > 1 and sizes[0][0] == sizes[1][0]:
        raise BadDeck("holds as many cards of deck %s as of %s; take one deck out, or say --deck NAME" % (
            sizes[0][1][0], sizes[1][1][0]))
    chosen = sizes[0][1]
    for other, numbered in sorted(decks.items()):
        if other != chosen:
            notes.append("deck %s of %d data cards: card %s ignored" % (other[0], other[1], listed(sorted(numbered))))
    claims = {number: list(claimed.values()) for number, claimed in decks[chosen].items()}
    return claims, chosen[0], chosen[1], notes


def recover(found, name=None):
    """Cards of a file (None: one that makes no sense) -> (payload, what there is to say, as lines).

    BadDeck if the payload cannot be had; what comes back has the frame's SHA-256."""
    claims, name, data_cards, notes = sorted_out(found, name)
    layout = layout_of([card for claimed in claims.values() for card in claimed])
    notes.insert(0, "deck %s: %d data cards, %s layout" % (name, data_cards, layout))
    field = Field(6 * DIGITS[layout])
    checks = CHECKS if data_cards + CHECKS <= field.order else 0         # a longer deck cannot have any
    everything = range(1, data_cards + checks + 1)
    lost = [number for number in everything if number not in claims]
    options = [[symbols_of(card, layout) for card in claims.get(number, [])] or [None] for number in everything]
    options = [rows + [None] * (len(rows) > 1) for rows in options]    # of two that claim a place neither may be right
    for rows in itertools.islice(itertools.product(*options), MOST_TRIES):
        mending = mended(field, list(rows), checks)
        payload = mending and payload_of(mending[0][:data_cards], layout)
        if payload is not None:
            break
    else:
        if lost and not checks:
            raise BadDeck("cards %s of deck %s are missing, and it has no check cards" % (listed(lost), name))
        if len(lost) > CHECKS:
            raise BadDeck("cards %s of deck %s are missing (%d and %d are check cards): %d can be rebuilt, not %d" % (
                listed(lost), name, *everything[-CHECKS:], CHECKS, len(lost)))
        raise BadDeck("deck %s is damaged beyond repair: %s holes are wrong on more than one card" % (
            name, "cards %s are missing and" % listed(lost) if lost else "its"))
    if not checks or lost == list(everything[-CHECKS:]):
        notes.append("no check cards")
    elif lost:
        notes.append("card%s %s lost; rebuilt" % ("s" * (len(lost) > 1), listed(lost)))
    if mending[1]:
        notes.append("card%s %s had wrong holes; set right" % (
            "s" * (len(mending[1]) > 1), listed(sorted(i + 1 for i in mending[1]))))
    for number, claimed in sorted(claims.items()):
        if len(claimed) > 1:
            notes.append("%d different cards say that they are card %d; the right one found" % (len(claimed), number))
    return payload, notes
