"""The picture that goes with links to this project: 1280 x 640 pixels, a PNG of two colours.

The symbol of picogpt.py, to scan, and what the project is, in letters of 5 x 7 dots.
"""
import json
import os

from common.pictures import png
from punchcard import cards
from qr.encoding import encode
from qr.style import PLAIN

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WIDTH, HEIGHT, SCALE = 320, 160, 4               # dots, and pixels a dot
INK, PAPER = (43, 43, 43, 255), (250, 241, 218, 255)
COLUMN, ROW = 6, 11                              # dots from letter to letter, from line to line
SYMBOL_LEFT, TEXT_LEFT, TEXT_TOP = 8, 146, 16
CARD_TOP = 118                                   # of the punched rows below the text
GLYPHS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 11110 10001 10001 10001 11110",
    "C": "01111 10000 10000 10000 10000 10000 01111",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "G": "01111 10000 10000 10011 10001 10001 01111",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "K": "10001 10010 10100 11000 10100 10010 10001",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "N": "10001 11001 10101 10101 10011 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "Q": "01110 10001 10001 10001 10101 10010 01101",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "U": "10001 10001 10001 10001 10001 10001 01110",
    "V": "10001 10001 10001 10001 01010 01010 00100",
    "W": "10001 10001 10001 10101 10101 11011 10001",
    "X": "10001 01010 00100 00100 00100 01010 10001",
    "Y": "10001 01010 00100 00100 00100 00100 00100",
    "Z": "11111 00001 00010 00100 01000 10000 11111",
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11110 00001 00001 01110 00001 00001 11110",
    "4": "00010 00110 01010 10010 11111 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "00110 01000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 00100 01000 01000",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00010 01100",
    ",": "00000 00000 00000 00000 00110 00100 01000",
    ".": "00000 00000 00000 00000 00000 01100 01100",
    "'": "00100 00100 01000 00000 00000 00000 00000",
    ":": "00000 01100 01100 00000 01100 01100 00000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
}


def put(dots, x, y, rows):
    """Set the dots of some rows of 0 and 1 from (x, y) on."""
    for j, row in enumerate(rows):
        for i, dot in enumerate(row):
            if dot:
                dots[y + j][x + i] = 1


def put_text(dots, x, y, words, size=1):
    """Set a line of text, each dot of a letter size x size."""
    for k, letter in enumerate(words):
        rows = [[int(dot) for dot in row for _ in range(size)]
                for row in GLYPHS[letter].split() for _ in range(size)]
        put(dots, x + k * COLUMN * size, y, rows)


def sizes():
    """(bytes of the smallest file, characters of the shortest)."""
    with open(os.path.join(ROOT, "zeptogpt.py"), "rb") as file:
        smallest = len(file.read())
    with open(os.path.join(ROOT, "yoctogpt.py"), encoding="utf-8") as file:
        return smallest, len(file.read())


def draw():
    """The picture as the bytes of a PNG file."""
    dots = [[0] * WIDTH for _ in range(HEIGHT)]
    with open(os.path.join(ROOT, "picogpt.py"), "rb") as file:
        symbol = PLAIN.with_border(encode(file.read(), level=None).matrix)
    put(dots, SYMBOL_LEFT, (HEIGHT - len(symbol)) // 2, symbol)
    put_text(dots, TEXT_LEFT, TEXT_TOP, "A COMPLETE GPT", 2)
    smallest, shortest = sizes()
    for k, words in enumerate((
            "TRAINED AND RUN BY PYTHON'S", "STANDARD LIBRARY, IN", f"{smallest} BYTES OR",
            f"{shortest} CHARACTERS, AND AS A", "PRIME, A SONG, A DECK OF",
            "CARDS. SCAN: PICOGPT.PY")):
        put_text(dots, TEXT_LEFT, TEXT_TOP + 26 + ROW * k, words)
    deck = os.path.join(ROOT, "punchcard", "punchcard_encoding.json")
    with open(deck, encoding="utf-8") as file:
        card = json.load(file)[0]
    for i, column in enumerate(card):            # the first card of the deck, its twelve rows
        for row in column:
            put(dots, TEXT_LEFT + 2 * i, CARD_TOP + 3 * cards.ROWS.index(row), [[1], [1]])
    return png.write_png(dots, SCALE, (INK, PAPER))
