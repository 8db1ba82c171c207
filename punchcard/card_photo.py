"""Cards in photographs and scans: found, straightened, and each of their 960 places judged.

A card is straightened by a projection that its outline gives roughly and its holes precisely: they
lie in columns 0.087 inch apart and rows 0.25 inch apart. Its lengths are those of card_drawing.py,
in thousandths of an inch.
"""
import cmath
import math

import grey
import outline
from card_drawing import (CARD_HEIGHT, CARD_WIDTH, COLUMN_PITCH, COLUMN_X, HOLE_HEIGHT, HOLE_WIDTH,
                          ROW_PITCH, ROW_Y)
from cards import COLUMNS, ROWS, Card, orient, read_label
from geometry import fit_projection, project, sampler

ROW_POSITIONS = [ROW_Y[row] for row in ROWS]
CORNERS = [(0, 0), (CARD_WIDTH, 0), (CARD_WIDTH, CARD_HEIGHT), (0, CARD_HEIGHT)]
MAX_PIXELS = 8_000_000                           # of the size that is looked at
BLOCKS = (10, 6, 16, 26)                         # pixels; about a column's pitch
SHIFTS = (1, -1, 2, -2)                          # columns
STEPS = (8, 4, 16, 2, 32)                           # greys between neighbouring blocks of one shade
ACROSS, DOWN = 6, 12                             # samples a pitch of the straightened card
CELL_X, CELL_Y = COLUMN_PITCH / ACROSS, ROW_PITCH / DOWN
WIDE, HIGH = round(CARD_WIDTH / CELL_X), round(CARD_HEIGHT / CELL_Y)
TILES_X, TILES_Y, TILE_COLUMNS, TILE_ROWS = 7, 2, 16, 6
GROUND = (2, 3.5)                                # spans of greys, of that of the plainest quarter
CLEAR = 0.9                                      # quality that is not looked at again
MIN_QUALITY = 0.7                                # of a card that is taken for one
MIN_HOLES = 8                                    # of a card with a label
MAX_HOLES = 950                                  # of 960: more are a striped thing
MAX_SPILL = 0.5                                  # contrast between columns beside a hole
STRONGEST = 8                                    # places whose contrast is that of a hole
MIN_CONTRAST = 0.12                              # of a hole, relative to the card
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


# ---- The straightened card ------------------------------------------------------------------
def straighten(image, h):
    """Rows of greys of the whole card, a cell of CELL_X x CELL_Y each: the nearest pixels."""
    pixels, width, rows = image.pixels, image.width, []
    right, bottom = image.width - 1, image.height - 1
    step_u, step_v, step_w = h[0] * CELL_X, h[3] * CELL_X, h[6] * CELL_X
    for i in range(HIGH):
        x, y = CELL_X / 2, (i + 0.5) * CELL_Y
        u, v = h[0] * x + h[1] * y + h[2], h[3] * x + h[4] * y + h[5]
        w = h[6] * x + h[7] * y + 1
        row = []
        for _ in range(WIDE):
            p, q = int(u / w), int(v / w)
            if not 0 <= p <= right:
                p = 0 if p < 0 else right
            if not 0 <= q <= bottom:
                q = 0 if q < 0 else bottom
            row.append(pixels[q * width + p])
            u, v, w = u + step_u, v + step_v, w + step_w
        rows.append(row)
    return rows


def relief(rows):
    """(rows of relative contrasts: a grey against the card's own shade around; whether holes are
    darker than the card)."""
    size_x, size_y = 4 * ACROSS, 2 * DOWN
    dark, bright = [], []
    for y in range(0, HIGH, size_y):
        blocks = [sorted([v for row in rows[y:y + size_y] for v in row[x:x + size_x]])
                  for x in range(0, WIDE, size_x)]
        dark.append([max(1.0, block[int(0.7 * len(block))]) for block in blocks])
        bright.append([max(1.0, block[int(0.3 * len(block))]) for block in blocks])
    dark, bright = median_of_neighbours(dark), median_of_neighbours(bright)

    def against(shades):
        return [[value / shades[i // size_y][j // size_x] - 1 for j, value in enumerate(row)]
                for i, row in enumerate(rows)]

    darker, brighter = against(dark), against(bright)
    inner = range(DOWN // 2, HIGH - DOWN // 2)
    edge = 2 * ACROSS
    weight = [sum(min(1.0, abs(v)) ** 2 for i in inner for v in table[i][edge:-edge] if test(v))
              for table, test in ((darker, lambda v: v < -0.1), (brighter, lambda v: v > 0.1))]
    if weight[0] >= weight[1]:
        return [[-v for v in row] for row in darker], True
    return brighter, False


def median_of_neighbours(table):
    """Each entry replaced by the median of itself and its neighbours across and down."""
    height, width = len(table), len(table[0])
    medians = []
    for i in range(height):
        lines = table[max(0, i - 1):i + 2]
        around = [sorted(sum((line[max(0, j - 1):j + 2] for line in lines), []))
                  for j in range(width)]
        medians.append([values[len(values) // 2] for values in around])
    return medians


def box(table, x, y, width, height):
    """The mean of a table's cells in a rectangle around (x, y), in thousandths of an inch."""
    j0, j1 = round((x - width / 2) / CELL_X), round((x + width / 2) / CELL_X)
    i0, i1 = round((y - height / 2) / CELL_Y), round((y + height / 2) / CELL_Y)
    total = sum([sum(table[i][j0:j1]) for i in range(i0, i1)])
    return total / max(1, (j1 - j0) * (i1 - i0))


def contrasts(table):
    """For each row its 80 contrasts in the middle of a hole's place."""
    return [[box(table, x, y, HOLE_WIDTH * 0.8, HOLE_HEIGHT * 0.7) for x in COLUMN_X]
            for y in ROW_POSITIONS]


def strength(places):
    """The contrast of a hole: the median of the strongest ones."""
    return sorted(value for row in places for value in row)[-STRONGEST // 2 - 1]


def phase(profile, period):
    """(offset, strength) of a comb of a period in a profile: its first Fourier coefficient.

    offset: of the comb's teeth from the middle of each period, -1/2 to 1/2 of a period.
    """
    turn = 2j * math.pi / period
    value = sum(v * cmath.exp(-turn * (k + 0.5)) for k, v in enumerate(profile))
    # Teeth at the middles of the periods have phase pi.
    return ((0.5 - cmath.phase(value) / (2 * math.pi)) % 1 + 0.5) % 1 - 0.5, abs(value)


def tile_offsets(table):
    """[(x, y, dx, dy, strength)] of TILES_X x TILES_Y parts of a card: how far its holes are off.

    In thousandths of an inch; dx is known up to whole columns, and chosen to agree with the tiles
    beside it.
    """
    positive = [[v if v > 0 else 0.0 for v in row] for row in table]
    found = {}
    for p in range(TILES_X):
        first = p * (COLUMNS - TILE_COLUMNS) // (TILES_X - 1)
        left = COLUMN_X[first] - COLUMN_PITCH / 2
        j0 = round(left / CELL_X)
        j1 = j0 + TILE_COLUMNS * ACROSS
        for q in range(TILES_Y):
            top = ROW_POSITIONS[q * TILE_ROWS] - ROW_PITCH / 2
            i0 = round(top / CELL_Y)
            rows = [row[j0:j1] for row in positive[i0:i0 + TILE_ROWS * DOWN]]
            dx, strength_x = phase([sum(column) for column in zip(*rows)], ACROSS)
            dy, _ = phase(list(map(sum, rows)), DOWN)
            # Cells are whole; what rounding took away is part of the offset.
            dx = dx * COLUMN_PITCH + j0 * CELL_X - left
            dy = dy * ROW_PITCH + i0 * CELL_Y - top
            found[p, q] = [left + TILE_COLUMNS * COLUMN_PITCH / 2,
                           top + TILE_ROWS * ROW_PITCH / 2, dx, dy, strength_x]
    unwrap(found)
    return list(found.values())


def unwrap(tiles):
    """Add whole columns to the dx of tiles, from the clearest on, until neighbours agree."""
    order = sorted(tiles, key=lambda key: -tiles[key][4])
    done = [order[0]]
    while len(done) < len(order):
        _, key, near = min((abs(p - r) + abs(q - s) - tiles[p, q][4] / (1 + tiles[order[0]][4]),
                            (p, q), (r, s))
                           for p, q in order if (p, q) not in done for r, s in done)
        difference = (tiles[key][2] - tiles[near][2]) / COLUMN_PITCH
        tiles[key][2] -= round(difference) * COLUMN_PITCH
        done.append(key)
    total = sum(tile[4] for tile in tiles.values()) or 1.0
    mean = sum(tile[2] * tile[4] for tile in tiles.values()) / total
    for tile in tiles.values():
        tile[2] -= round(mean / COLUMN_PITCH) * COLUMN_PITCH


def align_tiles(h, table):
    """A projection from the card to pixels, made to agree with the holes of large parts."""
    tiles = tile_offsets(table)
    top = max(tile[4] for tile in tiles) or 1.0
    sources = [(x, y) for x, y, *_ in tiles] + CORNERS
    targets = [project(h, x + dx, y + dy) for x, y, dx, dy, _ in tiles] \
        + [project(h, x, y) for x, y in CORNERS]
    weights = [strength / top for *_, strength in tiles] + [0.02] * 4
    return fit_projection(sources, targets, weights)


def hole_offsets(table, limit):
    """[((x, y) of a hole's place, (x, y) of its centre of mass)] where the contrast is strong."""
    found = []
    half_x, half_y = COLUMN_PITCH * 0.5, ROW_PITCH * 0.4
    for y in ROW_POSITIONS:
        i0, i1 = round((y - half_y) / CELL_Y), round((y + half_y) / CELL_Y)
        for x in COLUMN_X:
            if box(table, x, y, 40, 80) < limit:
                continue
            j0, j1 = round((x - half_x) / CELL_X), round((x + half_x) / CELL_X)
            total = mx = my = 0.0
            for i in range(i0, min(HIGH, i1)):
                for j, value in enumerate(table[i][j0:j1], j0):
                    if value > limit / 2:
                        total += value
                        mx += value * (j + 0.5)
                        my += value * (i + 0.5)
            if total:
                found.append(((x, y), (mx / total * CELL_X, my / total * CELL_Y)))
    return found


def refine(image, h):
    """A projection from the card to pixels, made to agree with the holes; None if none are seen."""
    for _ in range(2):
        h = align_tiles(h, relief(straighten(image, h))[0])
    for _ in range(2):
        table, _ = relief(straighten(image, h))
        limit = strength(contrasts(table)) / 2
        if limit < MIN_CONTRAST / 2:
            return None
        offsets = hole_offsets(table, limit)
        if len(offsets) < MIN_HOLES:
            return None
        # Corners keep a projection of few holes in check.
        sources = [place for place, _ in offsets] + CORNERS
        targets = [project(h, *centre) for _, centre in offsets] + \
            [project(h, *corner) for corner in CORNERS]
        h = fit_projection(sources, targets, [1.0] * len(offsets) + [1.0] * 4)
    return h


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
    """Which corner is cut off, 0 to 3: the one whose shade differs most from the card's beside it.
    """
    sample = sampler(image)
    def step(k):
        (x, y), (mx, my) = CORNERS[k], (CARD_WIDTH / 2, CARD_HEIGHT / 2)
        right, down = (1 if x < mx else -1), (1 if y < my else -1)
        outer = sum(sample(*project(h, x + right * a, y + down * b))
                    for a, b in ((40, 60), (60, 90), (50, 150), (90, 60)))
        inner = sum(sample(*project(h, x + right * a, y + down * b))
                    for a, b in ((330, 100), (130, 420), (450, 100), (130, 500)))
        return abs(outer - inner)

    return max(range(4), key=step)


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
            tables += [(outline.figures(spans, factor), size, 0) for factor in GROUND
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
