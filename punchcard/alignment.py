"""A card straightened by its own holes: from a rough outline to a projection that is precise.

They lie in columns 0.087 inch apart and rows 0.25 inch apart. In parts of the card the phase of
this comb tells how far off it is; then each hole's centre of mass does. A projection takes points
of the card, in thousandths of an inch as in card_drawing.py, to pixels.
"""
import cmath
import math

from common.pictures.geometry import fit_projection, project

from .card_drawing import (
    CARD_HEIGHT, CARD_WIDTH, COLUMN_PITCH, COLUMN_X, HOLE_HEIGHT, HOLE_WIDTH, ROW_PITCH, ROW_Y)
from .cards import COLUMNS, ROWS

ROW_POSITIONS = [ROW_Y[row] for row in ROWS]
CORNERS = [(0, 0), (CARD_WIDTH, 0), (CARD_WIDTH, CARD_HEIGHT), (0, CARD_HEIGHT)]
ACROSS, DOWN = 6, 12                             # samples a pitch of the straightened card
CELL_X, CELL_Y = COLUMN_PITCH / ACROSS, ROW_PITCH / DOWN
WIDE, HIGH = round(CARD_WIDTH / CELL_X), round(CARD_HEIGHT / CELL_Y)
TILES_X, TILES_Y, TILE_COLUMNS, TILE_ROWS = 7, 2, 16, 6
MIN_HOLES = 8                                    # of a card with a label
STRONGEST = 8                                    # places whose contrast is that of a hole
MIN_CONTRAST = 0.12                              # of a hole, relative to the card


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
