"""The whole 029 and 026 card codes, for cards of other people: columns -> text.

Sources: IBM 29 Card Punch reference manual (GA24-3332); IBM 24/26 Card Punch reference manual
(A24-0520), the FORTRAN arrangement.
"""
from .cards import CODE, orient, orientations, punches, read_label

# Characters of a zone punch with 8 and 2 ... 8 and 7; a blank where there is none.
SPECIALS = {
    "029": {(): ":#@'=\"", (12,): "¢.<(+|", (11,): "!$*);¬", (0,): " ,%_>?"},
    "026": {(): " ='   ", (12,): " .)   ", (11,): " $*   ", (0,): " ,(   "}}
ZONES = {"029": {(12,): "&", (11,): "-"}, "026": {(12,): "+", (11,): "-"}}
UPPER_LEFT = 0                                   # the corner that is cut on most cards


def characters(name):
    """{column: character} of a code, "029" or "026"."""
    table = {column: character for character, column in CODE.items() if character.isalnum()}
    table[0], table[punches(0, 1)] = " ", "/"
    for zone, character in ZONES[name].items():
        table[punches(*zone)] = character
    for zone, specials in SPECIALS[name].items():
        for digit, character in enumerate(specials, 2):
            if character != " ":
                table[punches(*zone, 8, digit)] = character
    return table


def plausibility(card, table):
    """How much a card looks like text: columns with a character, less four times the others."""
    known = sum(column in table for column in card if column)
    return known - 4 * sum(column not in table for column in card)


def blanks_before(card):
    """How many columns before the first punched one."""
    return next((k for k, column in enumerate(card) if column), 0)


def turn_to_read(card, table, cut):
    """A card without a label, turned the way that its text is most likely meant.

    Its rows must make characters, its cut corner belongs at the top. Of front and back it is the
    one with the cut on the left; if that would be the back, the one where text begins sooner.
    """
    every = orientations(card)                   # as it is, mirrored, flipped, turned by 180
    front = 0 if cut in (0, 1) else 3
    if plausibility(every[3 - front], table) > plausibility(every[front], table):
        front, cut = 3 - front, (cut + 2) % 4
    back = front ^ 1
    if cut in (0, 2) or blanks_before(every[front]) <= blanks_before(every[back]):
        return every[front]
    return every[back]


def read_text(card, name, cut=UPPER_LEFT):
    """The text of a card in a code, "029" or "026"; other columns are "?".

    cut: which corner of the card, as it lies, is cut: 0 to 3 from the upper left clockwise.
    Trailing blanks are left out.
    """
    table = characters(name)
    card, was_labelled = orient(card)[0], bool(read_label(orient(card)[0]))
    if not was_labelled:
        card = turn_to_read(card, table, cut)
    return "".join(table.get(column, "?") for column in card).rstrip()
