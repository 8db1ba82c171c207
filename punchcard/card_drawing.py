"""The deck as a drawing to scale: an SVG file, which can be read back, and sheets to print.

Lengths are in thousandths of an inch. Source: ANSI X3.21, the card's measures: 7 3/8 x 3 1/4 in,
holes of 0.055 x 0.125 in, columns 0.087 in apart, rows 0.25 in apart.
"""
import re

from .cards import BIT, CHARACTER, COLUMNS, DATA_COLUMNS, ROWS, interpret

CARD_WIDTH, CARD_HEIGHT, CARD_GAP = 7375, 3250, 250
HOLE_WIDTH, HOLE_HEIGHT = 55, 125
FIRST_COLUMN, COLUMN_PITCH = 251, 87
FIRST_ROW, ROW_PITCH = 250, 250
CUT_ACROSS, CUT_DOWN = 250, 433                  # the upper left corner, cut at 60 degrees
MM = 0.0254                                      # millimetres of a thousandth of an inch
PAPERS = {"A4": (210, 297), "letter": (215.9, 279.4)}              # millimetres
CARDS_A_SHEET = 3
TOLERANCE = 0.2                                  # of a pitch, how far a hole may be off its place

COLUMN_X = [FIRST_COLUMN + COLUMN_PITCH * i for i in range(COLUMNS)]
ROW_Y = {row: FIRST_ROW + ROW_PITCH * i for i, row in enumerate(ROWS)}
STYLE = (
    '<style>text{font-family:monospace;text-anchor:middle;fill:#7a6a4a;font-size:80px}'
    '.card{fill:#f4e9cd;stroke:#b8a67c;stroke-width:8}'
    f'.holes{{stroke:#2b2b2b;stroke-width:{HOLE_WIDTH}}}'
    '.top{fill:#2b2b2b;font-size:90px}.small{font-size:45px}</style>')


def hole_path(card):
    """A card's holes as an SVG path: for each a stroke from its upper to its lower edge."""
    return "".join(
        f"M{COLUMN_X[i]} {ROW_Y[row] - HOLE_HEIGHT / 2:g}v{HOLE_HEIGHT}"
        for i, column in enumerate(card) for row in ROWS if column & BIT[row])


def outline_path():
    """A card's outline as an SVG path, its upper left corner cut."""
    return f"M{CUT_ACROSS} 0H{CARD_WIDTH}V{CARD_HEIGHT}H0V{CUT_DOWN}z"


def blank_card():
    """Lines of SVG: definitions of the printed digits and of the card without holes."""
    digits = "".join(f'<text y="{ROW_Y[digit] + 28}">{digit}</text>' for digit in range(10))
    lines = [f'<defs><g id="digits">{digits}</g>',
             f'<g id="blank"><path class="card" d="{outline_path()}"/>',
             "".join(f'<use href="#digits" x="{x}"/>' for x in COLUMN_X)]
    tens = "".join(str((i + 1) // 10 or " ") for i in range(COLUMNS))
    ones = "".join(str((i + 1) % 10) for i in range(COLUMNS))
    for row in (0, 9):                           # column numbers below these rows
        for dy, digits in ((105, tens), (147, ones)):
            lines += [f'<text class="small" y="{ROW_Y[row] + dy}" x="{x}">{digit}</text>'
                      for x, digit in zip(COLUMN_X, digits) if digit != " "]
    return lines + ["</g></defs>"]


def draw_card(card):
    """A card as SVG: its holes, and readable text printed above its columns."""
    text = interpret(card, " ")
    if not all(column in CHARACTER for column in card[:DATA_COLUMNS]):
        text = " " * DATA_COLUMNS + text[DATA_COLUMNS:]          # binary: only the label is text
    printed = "".join(f'<text class="top" x="{x}" y="100">{character}</text>'
                      for x, character in zip(COLUMN_X, text) if character != " ")
    return (f'<use href="#blank"/><path class="holes" d="{hole_path(card)}"/>\n' + printed)


def to_svg(deck):
    """The deck, drawn card under card to scale."""
    height = len(deck) * (CARD_HEIGHT + CARD_GAP) - CARD_GAP
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{CARD_WIDTH / 1000:g}in" '
             f'height="{height / 1000:g}in" viewBox="0 0 {CARD_WIDTH} {height}">',
             f'<title>A deck of {len(deck)} punched cards</title>', STYLE, *blank_card()]
    for i, card in enumerate(deck):
        lines.append(f'<g transform="translate(0 {i * (CARD_HEIGHT + CARD_GAP)})">'
                     + draw_card(card) + "</g>")
    return ("\n".join(lines) + "\n</svg>\n").encode()


def to_sheets(deck, paper):
    """The deck as a page of HTML that prints at true size, whole cards on each sheet.

    paper: a key of PAPERS.
    """
    width, height = PAPERS[paper]
    margin = (width - CARD_WIDTH * MM) / 2
    gap = (height - CARDS_A_SHEET * CARD_HEIGHT * MM) / (CARDS_A_SHEET + 1)
    style = (f"@page{{size:{width:g}mm {height:g}mm;margin:0}}body{{margin:0}}"
             f".sheet{{height:{height - 1:g}mm;break-after:page;break-inside:avoid;"
             f"padding-left:{margin:.3f}mm;box-sizing:border-box;overflow:hidden}}"
             f"svg.one{{display:block;margin-top:{gap:.3f}mm;overflow:visible}}"
             "svg.none{position:absolute;width:0;height:0}"
             "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}")
    lines = ["<!DOCTYPE html>", '<html lang="en"><meta charset="utf-8">',
             f"<title>{len(deck)} punched cards on {paper}: print at 100 %, cut along the lines"
             "</title>", f"<style>{style}</style>", '<svg class="none">' + STYLE, *blank_card(),
             "</svg>"]
    for first in range(0, len(deck), CARDS_A_SHEET):
        lines.append('<div class="sheet">')
        lines += [f'<svg class="one" width="{CARD_WIDTH * MM:.3f}mm" '
                  f'height="{CARD_HEIGHT * MM:.3f}mm" viewBox="0 0 {CARD_WIDTH} {CARD_HEIGHT}">'
                  + draw_card(card) + "</svg>" for card in deck[first:first + CARDS_A_SHEET]]
        lines.append("</div>")
    return ("\n".join(lines) + "\n").encode()


def card_from_path(path):
    """A path as `hole_path` draws it -> a card; None if a hole is off its place."""
    card = [0] * COLUMNS
    for x, y in re.findall(rb"M(-?[\d.]{1,9}) (-?[\d.]{1,9})v", path):
        try:
            across = (float(x) - FIRST_COLUMN) / COLUMN_PITCH
            down = (float(y) + HOLE_HEIGHT / 2 - FIRST_ROW) / ROW_PITCH
        except ValueError:
            return None
        i, j = round(across), round(down)
        if not (0 <= i < COLUMNS and 0 <= j < len(ROWS)):
            return None
        if max(abs(across - i), abs(down - j)) > TOLERANCE:
            return None
        card[i] |= BIT[ROWS[j]]
    return card


def from_svg(data, limit):
    """At most `limit` cards of a drawing that `to_svg` made; None for a card that is not whole."""
    deck = []
    for match in re.finditer(rb'class="holes" d="([^"]*)"', data):
        deck.append(card_from_path(match[1]))
        if len(deck) == limit:
            break
    return deck
