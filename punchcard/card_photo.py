"""Cards in photographs and scans: found, straightened, and each of their 960 places judged.

A place is a hole if it differs from the card beside it by more than half of what the strongest
places do. A projection takes points of the card, in thousandths of an inch as in card_drawing.py,
to pixels.
"""
from common.pictures import grey
from common.pictures.geometry import fit_projection, project, sampler

from . import outline
from .alignment import (
    CORNERS, MIN_CONTRAST, MIN_HOLES, ROW_POSITIONS, box, contrasts, refine, relief, straighten,
    strength)
from .card_drawing import CARD_HEIGHT, CARD_WIDTH, COLUMN_PITCH, COLUMN_X, HOLE_WIDTH
from .cards import COLUMNS, Card, orient, read_label

MAX_PIXELS = 8_000_000                           # of the size that is looked at
BLOCKS = (10, 6, 16, 26)                         # pixels; about a column's pitch
SHIFTS = (1, -1, 2, -2)                          # columns
STEPS = (8, 4, 16, 2, 32)                        # greys between neighbouring blocks of one shade
GROUND = (2, 3.5)                                # spans of greys, of that of the plainest quarter
CLEAR = 0.9                                      # quality that is not looked at again
MIN_QUALITY = 0.7                                # of a card that is taken for one
MAX_HOLES = 950                                  # of 960: more holes means a pattern, not a card
MAX_SPILL = 0.5                                  # contrast between columns beside a hole
DOUBT = 0.16                                     # of a hole's contrast, around the threshold
MAX_DOUBTFUL = 0.12                              # part of the places
MAX_BETWEEN = 0.3                                # contrast between rows, where no hole can be


class CardPhoto(Card):
    """A card as it was read.

    corners: in pixels of the whole picture, from that of column 1 and row 12 clockwise; quality:
    how well its places divide into holes and none, 1 at best; cut: which of the corners is cut off.
    """

    def __init__(self, columns, doubtful, corners, quality):
        super().__init__(columns, doubtful)
        self.corners, self.quality, self.cut = corners, quality, 0

    def middle(self):
        """The middle of the corners."""
        xs, ys = zip(*self.corners)
        return sum(xs) / 4, sum(ys) / 4

    def covers(self, x, y):
        """Is a point inside the corners?"""
        signs = [(p - a) * (y - b) - (q - b) * (x - a) > 0
                 for (a, b), (p, q) in zip(self.corners, self.corners[1:] + self.corners[:1])]
        return all(signs) or not any(signs)


# ---- One card -------------------------------------------------------------------------------
def place_contrasts(rows):
    """For each row of places its 80 greys relative to the card's own shade beside them.

    That is the median of the places between rows, where no hole can be, three columns to each side.
    """
    between = []
    for y, z in zip(ROW_POSITIONS, ROW_POSITIONS[1:]):
        line = [box(rows, x, (y + z) / 2, HOLE_WIDTH, 50) for x in COLUMN_X]
        between.append([max(1.0, sorted(line[max(0, k - 3):k + 4])[min(3, len(line) - 1)])
                        for k in range(COLUMNS)])
    between = between[:1] + between + between[-1:]
    return [[2 * value / (above + below) - 1 for value, above, below in zip(places, *shades)]
            for places, shades in zip(contrasts(rows), zip(between, between[1:]))]


def spill(table, columns):
    """The mean contrast halfway from holes to the column on their right.

    It is little beside real holes, and nearly theirs in lines of anything else that is dark.
    """
    values = [box(table, (x + z) / 2, y, 20, 70) for bit, y in enumerate(ROW_POSITIONS)
              for k, (x, z) in enumerate(zip(COLUMN_X, COLUMN_X[1:])) if columns[k] >> 11 - bit & 1]
    return sum(values) / max(1, len(values))


def judge(image, h, shrink):
    """The CardPhoto of a projection from the card to pixels, or None if no card is there."""
    rows = straighten(image, h)
    table, darker = relief(rows)
    places = [[-value if darker else value for value in row] for row in place_contrasts(rows)]
    whole = strength(places)
    if whole < MIN_CONTRAST:
        return None
    threshold, doubt = whole / 2, DOUBT * whole
    columns, doubtful = [0] * COLUMNS, set()
    uncertain = holes = 0
    for bit, row in enumerate(places):
        for column, value in enumerate(row):
            if value > threshold:
                columns[column] |= 1 << 11 - bit
                holes += 1
            if abs(value - threshold) < doubt:
                doubtful.add(column)
                uncertain += 1
    between = [abs(box(table, x, (y + z) / 2, HOLE_WIDTH, 60)) / whole
               for y, z in zip(ROW_POSITIONS, ROW_POSITIONS[1:]) for x in COLUMN_X[::3]]
    mean_between = sum(between) / len(between)
    quality = 1 - uncertain / 960 / MAX_DOUBTFUL - mean_between / MAX_BETWEEN
    if (not MIN_HOLES <= holes <= MAX_HOLES or quality < MIN_QUALITY
            or spill(table, columns) > MAX_SPILL * whole):
        return None
    corners = [tuple(shrink * v for v in project(h, x, y)) for x, y in CORNERS]
    return CardPhoto(columns, doubtful, corners, quality)


def cut_corner(image, h):
    """Which corner is cut off, 0 to 3: where the shade differs most from the card's beside it."""
    sample = sampler(image)

    def contrast(k):
        (x, y), (mx, my) = CORNERS[k], (CARD_WIDTH / 2, CARD_HEIGHT / 2)
        right, down = (1 if x < mx else -1), (1 if y < my else -1)
        outer = sum(sample(*project(h, x + right * a, y + down * b))
                    for a, b in ((40, 60), (60, 90), (50, 150), (90, 60)))
        inner = sum(sample(*project(h, x + right * a, y + down * b))
                    for a, b in ((330, 100), (130, 420), (450, 100), (130, 500)))
        return abs(outer - inner)

    return max(range(4), key=contrast)


def read_candidate(image, corners, reach, shrink):
    """The best CardPhoto that rough corners lead to, or None."""
    better = outline.sharpen_sides(sampler(image), corners, reach)
    best = best_h = None
    for start in filter(None, (better, corners)):
        h = fit_projection(CORNERS, start)
        for _ in range(2):                       # from where the holes lie, once more
            h = refine(image, h)
            card = judge(image, h, shrink) if h else None
            if not card:
                break
            if not best or card.quality > best.quality:
                best, best_h = card, h
            if best.quality >= CLEAR:
                break
        if best and best.quality >= CLEAR:
            break
    if best:
        best.cut = cut_corner(image, best_h)
    if not best or has_label(best):
        return best
    for columns in SHIFTS:                       # a rough outline leaves a whole column open
        shifted = judge(image, shift_projection(best_h, columns), shrink)
        if shifted and has_label(shifted):
            return shifted
    return best


def has_label(card):
    """Do columns 73-80 say, in one of the four positions, whose card it is?"""
    return bool(read_label(orient(card)[0]))


def shift_projection(h, columns):
    """A projection from the card to pixels, moved by whole columns of the card."""
    corners = [(x + columns * COLUMN_PITCH, y) for x, y in CORNERS]
    return fit_projection(CORNERS, [project(h, x, y) for x, y in corners])


def stages(image):
    """Yield lists of (table of blocks, their size, the step between neighbours of one region)."""
    blocks = {size: outline.block_shades(image, size) for size in BLOCKS
              if min(image.width, image.height) >= 3 * size}
    for number, step in enumerate(STEPS):
        tables = [(table, size, step) for size, (shades, _) in blocks.items()
                  for table in shades.values()]
        if number == 0:
            tables += [(outline.foreground_mask(spans, factor), size, 0) for factor in GROUND
                       for size, (_, spans) in blocks.items()]
        yield tables


def add_card(cards, tried, image, corners, size, shrink):
    """Read a candidate, and put it among the cards unless a clearer one is there.

    tried: the corners of earlier ones; nothing comes of them a second time.
    """
    if any(all(abs(x - p) + abs(y - q) < size / 2 for (x, y), (p, q) in zip(corners, other))
           for other in tried):
        return
    tried.append(corners)
    x, y = (shrink * sum(corner[k] for corner in corners) / 4 for k in (0, 1))
    if any(card.covers(x, y) and card.quality >= CLEAR for card in cards):
        return
    try:
        card = read_candidate(image, corners, 1.5 * size, shrink)
    except (ZeroDivisionError, OverflowError, IndexError):
        return                                   # no card, and not even a plane
    if not card:
        return
    rivals = [other for other in cards if other.covers(*card.middle())
              or card.covers(*other.middle())]
    if all(card.quality > other.quality for other in rivals):
        cards[:] = [other for other in cards if other not in rivals] + [card]


def find_cards(picture, progress=lambda text, last: None):
    """The CardPhotos of a picture, from the upper left."""
    shrink = 1
    while picture.pixels / shrink ** 2 > MAX_PIXELS and shrink < 8:
        shrink *= 2
    cards = cards_at(picture, shrink, progress)
    if not cards and shrink > 1:
        cards = cards_at(picture, shrink // 2, progress)
    progress(f"{len(cards)} cards", True)
    return sorted(cards, key=lambda card: (round(card.middle()[1]), card.middle()[0]))


def cards_at(picture, shrink, progress):
    """The CardPhotos that are seen at 1/shrink of a picture's size."""
    image = grey.smooth(picture.grey(shrink))
    cards, tried = [], []
    for tables in stages(image):
        known = len(cards)
        for table, size, step in tables:
            progress(f"{len(cards)} cards", False)
            for corners in outline.candidates(table, size, step):
                add_card(cards, tried, image, corners, size, shrink)
        if known == len(cards) > 0 and all(card.quality >= CLEAR for card in cards):
            break                                # nothing new, and nothing to improve
    return cards
