"""Decks of punched cards: punched from any bytes, and read back from files, scans and photographs.

>>> import punchcard
>>> deck = punchcard.punch(b"print('hello')", "HELO")
>>> len(deck.cards)                              # a data card and two check cards
3
>>> punchcard.read(deck.to_h80()).payload
b"print('hello')"

What cannot be punched or read raises DeckError, a ValueError with one line that says why.
"""
from .cards import DeckError
from .punching import Deck, punch, read

__all__ = ["Deck", "DeckError", "punch", "read"]
