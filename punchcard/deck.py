"""A payload as a deck of cards, and back from whatever is left of the deck.

    bytes -> frame -> base64 -> symbols -> 72 columns a card, two check cards -> labels in 73-80

The frame is the first 8 bytes of the payload's SHA-256, its length in 2 bytes, the payload, and
zeros to the end of the last card. A symbol is what one column carries: in the binary layout two
base64 digits, their 6 + 6 bits punched as they are; in the text layout one digit, punched as its
character. Check cards (repair.py) carry symbols of the same kind.
"""
import base64
import hashlib
import itertools
import re
from collections import Counter

from . import cards
from .cards import CHECK_CARDS, DATA_COLUMNS, DeckError
from .repair import Field, consistent_choices, repair_rows

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DIGITS = {"binary": 2, "text": 1}                # base64 digits of 6 bits in a column
HASH_BYTES, LENGTH_BYTES = 8, 2                  # of the frame, before the payload
HEADER_BYTES = HASH_BYTES + LENGTH_BYTES
MAX_CHOICES = 1000                               # ways to choose among cards that claim one place
MAX_LINEAR_CLAIMS = 500                          # cards above one a place that elimination is given


def card_bytes(layout):
    """Bytes that the data columns of one card hold."""
    return DATA_COLUMNS * DIGITS[layout] * 6 // 8


def frame(payload):
    """Payload -> hash, length, payload."""
    digest = hashlib.sha256(payload).digest()[:HASH_BYTES]
    return digest + len(payload).to_bytes(LENGTH_BYTES, "big") + payload


def unframe(data):
    """The payload of a frame with zeros after it; None if hash, length or zeros disagree."""
    length = int.from_bytes(data[HASH_BYTES:HEADER_BYTES], "big")
    payload = data[HEADER_BYTES:HEADER_BYTES + length]
    return payload if frame(payload).ljust(len(data), b"\0") == data else None


# ---- Payload to deck ------------------------------------------------------------------------
def build(payload, name, layout="binary", checks=CHECK_CARDS):
    """Bytes -> the deck, a list of cards, `checks` (0 or 2) of them check cards.

    name: one to four of A-Z and 0-9; layout: "binary" or "text". DeckError for anything else, or
    if the payload is empty, or longer than a numbered deck holds.
    """
    if not re.fullmatch("[A-Z0-9]{1,4}", name):
        raise DeckError(f"deck name {name!r}: a name is one to four of A-Z and 0-9")
    if layout not in DIGITS:
        raise DeckError(f"layout {layout!r}: the layouts are " + " and ".join(DIGITS))
    if checks not in (0, CHECK_CARDS):
        raise DeckError(f"{checks} check cards: a deck has none or {CHECK_CARDS}")
    if not payload:
        raise DeckError("is empty: nothing to punch")
    capacity, field = card_bytes(layout), Field(6 * DIGITS[layout])
    data_cards = -(-(HEADER_BYTES + len(payload)) // capacity)
    limit = cards.MAX_DATA_CARDS
    if checks:
        limit = min(limit, field.order - CHECK_CARDS)
    if data_cards > limit:
        raise DeckError(
            f"is too long: {limit} data cards of the {layout} layout hold "
            f"{limit * capacity - HEADER_BYTES} bytes, it has {len(payload)}")
    digits = base64.b64encode(frame(payload).ljust(data_cards * capacity, b"\0")).decode()
    values = [BASE64.index(digit) for digit in digits]
    if layout == "text":
        symbols = values
    else:
        symbols = [a << 6 | b for a, b in zip(values[::2], values[1::2])]
    rows = [symbols[i:i + DATA_COLUMNS] for i in range(0, len(symbols), DATA_COLUMNS)]
    if checks:
        rows, _ = repair_rows(field, rows + [None] * CHECK_CARDS, CHECK_CARDS)
    labels = [cards.label(name, number, data_cards) for number in range(1, len(rows) + 1)]
    return [punch_row(row, layout) + cards.punch_text(label) for row, label in zip(rows, labels)]


def punch_row(row, layout):
    """The symbols of a card -> its 72 data columns."""
    return [cards.CODE[BASE64[symbol]] for symbol in row] if layout == "text" else row


# ---- Deck to payload ------------------------------------------------------------------------
def detect_layout(deck):
    """`text` if most data columns are base64 characters, of which there are 64 in 4096 columns."""
    columns = [column for card in deck for column in card[:DATA_COLUMNS]]
    readable = sum(cards.CHARACTER.get(column, " ") in BASE64 for column in columns)
    return "text" if 2 * readable > len(columns) else "binary"


def row_of(card, layout):
    """The data columns of a card as symbols; 0 where a text card has no base64 character."""
    columns = card[:DATA_COLUMNS]
    if layout == "binary":
        return columns
    return [max(0, BASE64.find(cards.CHARACTER.get(column, " "))) for column in columns]


def doubts_of(card, layout):
    """The data columns of a card that may be wrong: doubtful ones, and no base64 characters."""
    unreadable = [] if layout == "binary" else \
        [k for k, column in enumerate(card[:DATA_COLUMNS])
         if cards.CHARACTER.get(column, " ") not in BASE64]
    return cards.doubtful_columns(card) | set(unreadable)


def read_rows(rows, layout):
    """The rows of the data cards in order -> payload, or None if the frame is not whole."""
    symbols = [symbol for row in rows for symbol in row]
    if layout == "binary":
        symbols = [value for symbol in symbols for value in (symbol >> 6, symbol & 63)]
    return unframe(base64.b64decode("".join(BASE64[value] for value in symbols)))


def enumerate_words(numbers):
    """[1, 2, 3] -> "1, 2 and 3"."""
    words = [str(number) for number in numbers]
    return " and ".join(([", ".join(words[:-1])] if words[1:] else []) + words[-1:])


def plural(numbers):
    """[1, 2, 3] -> "cards 1, 2 and 3"."""
    return ("card " if len(numbers) == 1 else "cards ") + enumerate_words(numbers)


def possible_labels(card):
    """The labels that a card has in its four orientations."""
    return filter(None, map(cards.read_label, cards.orientations(card)))


def sort_cards(found):
    """Cards of a file, None for an unreadable one -> (decks, notes).

    decks: {(name, data cards): {number: [the different cards that claim it]}}, the cards oriented.
    """
    notes, decks = [], {}
    # By chance a turned card has another label, but hardly that of a deck that is as complete.
    labels = Counter((name, data_cards) for card in filter(None, found)
                     for name, _, data_cards in possible_labels(card))
    completeness = lambda label: labels[label[0], label[2]] / (label[2] + CHECK_CARDS)
    for position, card in enumerate(found, 1):
        oriented, was_turned = cards.orient(card, completeness) if card else (None, False)
        label = cards.read_label(oriented) if oriented else None
        if not label:
            notes.append(f"card {position} of the input has no readable label in columns 73-80; "
                         "ignored")
            continue
        if was_turned:
            notes.append(f"card {position} of the input lay the wrong way round; turned")
        name, number, data_cards = label
        claims = decks.setdefault((name, data_cards), {}).setdefault(number, {})
        if tuple(oriented) in claims:
            notes.append(f"card {position} of the input is a second copy of card {number}; ignored")
        claims[tuple(oriented)] = oriented
    return {key: {number: list(claims.values()) for number, claims in deck.items()}
            for key, deck in decks.items()}, notes


def select_deck(decks, name):
    """The key of the deck called `name`, or of the one with the most cards; and notes.

    DeckError if there is none, or if two have as many.
    """
    sizes = sorted(((len(deck), key) for key, deck in decks.items() if name in (None, key[0])),
                   reverse=True)
    if not sizes:
        raise DeckError(f"holds no card of a deck {name}; without --deck it reads the largest deck"
                        if name and decks else
                        "holds no card with a label in columns 73-80, so none of our decks")
    largest = sizes[0][1]
    if len(sizes) > 1 and sizes[0][0] == sizes[1][0]:
        raise DeckError(f"holds as many cards of deck {largest[0]} as of {sizes[1][1][0]}; "
                        "take one deck out, or name one with --deck")
    notes = [f"deck {other[0]} of {other[1]} data cards: {plural(sorted(deck))} ignored"
             for other, deck in sorted(decks.items()) if other != largest]
    return largest, notes


class Recovery:
    """What is known of one deck: the rows that claim each number, and how to read a choice."""

    def __init__(self, claims, data_cards):
        self.data_cards = data_cards
        self.layout = detect_layout([card for each in claims.values() for card in each])
        self.field = Field(6 * DIGITS[self.layout])
        has_room = data_cards + CHECK_CARDS <= self.field.order      # or it cannot have check cards
        self.checks = CHECK_CARDS if has_room else 0
        self.numbers = range(1, data_cards + self.checks + 1)
        self.lost = [number for number in self.numbers if number not in claims]
        self.candidates = [[row_of(card, self.layout) for card in claims.get(number, ())]
                           for number in self.numbers]
        self.doubts = [doubts_of(claims[number][0], self.layout)
                       if len(claims.get(number, ())) == 1 else () for number in self.numbers]

    def read(self, rows, doubts=()):
        """One row or None for each number -> (payload, positions corrected), or None.

        doubts: for each number the columns that may be wrong.
        """
        repaired = repair_rows(self.field, rows, self.checks, doubts)
        payload = repaired and read_rows(repaired[0][:self.data_cards], self.layout)
        return None if payload is None else (payload, repaired[1])

    def choices(self):
        """Yield ways to choose one row, or none, for each number; the likely ones first."""
        extra = sum(len(rows) - 1 for rows in self.candidates if rows)
        if self.checks and len(self.lost) < CHECK_CARDS and 0 < extra <= MAX_LINEAR_CLAIMS:
            yield from consistent_choices(self.field, self.candidates, MAX_CHOICES)
        # Of two rows that claim one number neither may be right.
        options = [(rows or [None]) + [None] * (len(rows) > 1) for rows in self.candidates]
        yield from itertools.islice(itertools.product(*options), MAX_CHOICES)

    def solve(self):
        """(payload, positions corrected) of the first choice that reads, or None.

        DeckError if the cards left over are another whole deck.
        """
        for rows in self.choices():
            solution = self.read(list(rows)) or \
                any(self.doubts) and self.read(list(rows), self.doubts)
            if solution:
                others = [next((row for row in claimed if row is not chosen), chosen)
                          for chosen, claimed in zip(rows, self.candidates)]
                second = self.read(others)
                if second and second[0] != solution[0]:
                    raise DeckError("holds two whole decks of the same name and size, mixed; "
                                    "take one of them out")
                return solution
        return None

    def failure(self, name):
        """Why the deck called `name` cannot be read, as the text of an error."""
        contested = [number for number, rows in zip(self.numbers, self.candidates)
                     if len(rows) > 1]
        if self.lost and not self.checks:
            return f"deck {name} lacks {plural(self.lost)}, and it has no check cards"
        if len(self.lost) > self.checks:
            first, second = self.numbers[-CHECK_CARDS:]
            return (f"deck {name} lacks {plural(self.lost)} ({first} and {second} are check "
                    f"cards): {CHECK_CARDS} can be rebuilt, not {len(self.lost)}")
        if contested:
            return (f"deck {name} has different versions of {plural(contested)}, and no choice of "
                    "them is whole; if two decks are mixed, take one out")
        if self.lost:
            return (f"deck {name} is damaged beyond repair: it lacks {plural(self.lost)}, and "
                    "holes are wrong on others")
        return f"deck {name} is damaged beyond repair: holes are wrong on more than one card"


def recover(found, name=None):
    """Cards of a file (None: an unreadable one) -> (payload, notes: lines about the deck).

    name: which deck, where the file holds several. DeckError if the payload cannot be had; what
    is returned agrees with the SHA-256 in the frame.
    """
    decks, notes = sort_cards(found)
    (name, data_cards), more_notes = select_deck(decks, name)
    claims = decks[name, data_cards]
    deck = Recovery(claims, data_cards)
    solution = deck.solve()
    if not solution:
        raise DeckError(deck.failure(name))
    payload, corrected = solution
    notes = [f"deck {name}: {data_cards} data cards, {deck.layout} layout", *notes, *more_notes]
    if not deck.checks or deck.lost == list(deck.numbers[-CHECK_CARDS:]):
        notes.append("no check cards")
    elif deck.lost:
        notes.append(f"{plural(deck.lost)} lost; rebuilt")
    if corrected:
        notes.append(f"{plural(sorted(i + 1 for i in corrected))} had wrong holes; corrected")
    for number, claimed in sorted(claims.items()):
        if len(claimed) > 1:
            notes.append(f"{len(claimed)} different cards claim to be card {number}; "
                         "the right one was found")
    return payload, notes
