"""Where cards may lie in a picture: quadrilaterals of about a card's proportions.

The picture is divided into blocks about as wide as a column. The upper quartile of a block's greys
is the card's own shade, however many dark holes it has (a third of a card at most is holes); the
lower quartile is that of a card with bright holes. Neighbouring blocks of nearly one shade make a
region, so that shade across the table does no harm. So does what lies on empty ground, where a thin
line is all that parts card and paper. A region whose hull has four long sides, in a card's
proportions, is a candidate.
"""
import math

from common.pictures.geometry import fit_line_robustly, intersect

MIN_BLOCKS = 250                                 # of a region; a card has about 80 x 35
ASPECT = (1.5, 3.4)                              # a card's is 2.27, from the front
MIN_FILL = 0.6                                   # of the hull that a region fills
MIN_JUMP = 8                                     # greys of an edge, of two pixels together
DARK_HOLES, BRIGHT_HOLES = 0.8, 0.2              # quantiles of a block that are the card's shade


def block_shades(image, size):
    """({quantile: the greys below which that part of each block's pixels lies}, spans of greys).

    Each is a list of rows of blocks.
    """
    shades, spans = {DARK_HOLES: [], BRIGHT_HOLES: []}, []
    for y in range(0, image.height - size + 1, size):
        rows = [image.row(k) for k in range(y, y + size)]
        blocks = [sorted(b"".join([row[x:x + size] for row in rows]))
                  for x in range(0, image.width - size + 1, size)]
        for quantile, lines in shades.items():
            k = int(quantile * size * size)
            lines.append([block[k] for block in blocks])
        spans.append([block[-1] - block[0] for block in blocks])
    return shades, spans


def foreground_mask(spans, factor):
    """A table for `regions`: 0 for the empty ground around, 255 for what lies on it.

    Ground is what is connected to the picture's edge by blocks that have little more span of greys
    than most. A thin line around a card keeps it out.
    """
    flat = sorted(span for row in spans for span in row)
    limit = max(6, factor * flat[len(flat) // 4])
    height, width = len(spans), len(spans[0])
    table = [[255] * width for _ in range(height)]
    stack = [(i, j) for i in range(height) for j in range(width)
             if i in (0, height - 1) or j in (0, width - 1)]
    while stack:
        i, j = stack.pop()
        if 0 <= i < height and 0 <= j < width and table[i][j] and spans[i][j] <= limit:
            table[i][j] = 0
            stack += [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]
    return table


def regions(shades, step):
    """Yield lists of (column, row): connected blocks, neighbours in which differ by at most `step`.

    Only regions of at least MIN_BLOCKS.
    """
    height, width = len(shades), len(shades[0])
    flat = [shade for row in shades for shade in row]
    seen = bytearray(len(flat))
    for start in range(len(flat)):
        if seen[start]:
            continue
        seen[start] = 1
        stack, members = [start], []
        while stack:
            k = stack.pop()
            members.append(k)
            x, shade = k % width, flat[k]
            for other, inside in ((k - 1, x > 0), (k + 1, x < width - 1), (k - width, True),
                                  (k + width, True)):
                if inside and 0 <= other < width * height and not seen[other] \
                        and abs(flat[other] - shade) <= step:
                    seen[other] = 1
                    stack.append(other)
        if len(members) >= MIN_BLOCKS:
            yield [(k % width, k // width) for k in members]


# ---- From a region to a quadrilateral -------------------------------------------------------
def boundary(members):
    """The outermost points of a region of unit squares, by row and by column."""
    by_row, by_column = {}, {}
    for x, y in members:
        low, high = by_row.get(y, (x, x))
        by_row[y] = min(low, x), max(high, x)
        low, high = by_column.get(x, (y, y))
        by_column[x] = min(low, y), max(high, y)
    points = [(x, y + 0.5) for y, (low, high) in by_row.items() for x in (low, high + 1)]
    return points + [(x + 0.5, y) for x, (low, high) in by_column.items() for y in (low, high + 1)]


def hull(points):
    """The convex hull of points, counterclockwise on paper (Andrew 1979)."""
    points = sorted(set(points))
    chains = []
    for ordered in (points, points[::-1]):
        chain = []
        for x, y in ordered:
            while len(chain) > 1 and ((chain[-1][0] - chain[-2][0]) * (y - chain[-2][1])
                                      <= (chain[-1][1] - chain[-2][1]) * (x - chain[-2][0])):
                chain.pop()
            chain.append((x, y))
        chains += chain[:-1]
    return chains


def area(polygon):
    """The area of a polygon."""
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(polygon, polygon[1:] + polygon[:1]))) / 2


def smallest_rectangle(polygon):
    """(cosine, sine, low u, high u, low v, high v) of the smallest rectangle around a hull.

    u and v are the coordinates along and across the direction (cosine, sine).
    """
    best = None
    for (x, y), (p, q) in zip(polygon, polygon[1:] + polygon[:1]):
        length = math.hypot(p - x, q - y)
        c, s = (p - x) / length, (q - y) / length
        us = [c * a + s * b for a, b in polygon]
        vs = [c * b - s * a for a, b in polygon]
        size = (max(us) - min(us)) * (max(vs) - min(vs))
        if best is None or size < best[0]:
            best = size, (c, s, min(us), max(us), min(vs), max(vs))
    return best[1]


def quadrilateral(members):
    """The corners of a region's four sides, in order around it, from a long side on; None if it
    has no card's shape."""
    points = boundary(members)
    outline = hull(points)
    if len(members) < MIN_FILL * area(outline):
        return None
    c, s, u0, u1, v0, v1 = smallest_rectangle(outline)
    if u1 - u0 < v1 - v0:
        c, s, u0, u1, v0, v1 = -s, c, v0, v1, -u1, -u0
    if not ASPECT[0] < (u1 - u0) / max(1e-9, v1 - v0) < ASPECT[1]:
        return None
    sides = [[] for _ in range(4)]
    reach = 0.25 * (v1 - v0)
    for x, y in points:
        u, v = c * x + s * y, c * y - s * x
        distances = [v - v0, u1 - u, v1 - v, u - u0]         # top, right, bottom, left
        k = min(range(4), key=distances.__getitem__)
        if distances[k] < reach:
            sides[k].append((x, y))
    if min(map(len, sides)) < 6:
        return None
    return corners_of([fit_line_robustly(side, 0.6) for side in sides])


def corners_of(lines):
    """The corners of top, right, bottom and left lines, from the upper left clockwise, or None."""
    top, right, bottom, left = lines
    try:
        return [intersect(top, left), intersect(top, right), intersect(bottom, right),
                intersect(bottom, left)]
    except ZeroDivisionError:
        return None


def sharpen_sides(sample, corners, reach):
    """Corners with each side put where the picture changes most, up to `reach` pixels away."""
    lines = []
    steps = [k - reach for k in range(int(2 * reach) + 1)]
    for (x, y), (p, q) in zip(corners, corners[1:] + corners[:1]):
        length = math.hypot(p - x, q - y)
        if length < 8:
            return None
        nx, ny = (q - y) / length, (x - p) / length          # outwards or inwards
        points = []
        for k in range(4, 45):
            t = k / 48
            mx, my = x + t * (p - x), y + t * (q - y)
            values = [sample(mx + r * nx, my + r * ny) for r in steps]
            jumps = [abs(b + c - a - d) for a, d, b, c in
                     zip(values, values[1:], values[2:], values[3:])]
            best = max(range(len(jumps)), key=jumps.__getitem__)
            # Where there is no edge, as at the picture's own, the rough side stays.
            r = steps[best] + 1.5 if jumps[best] > MIN_JUMP else 0.0
            points.append((mx + r * nx, my + r * ny))
        lines.append(fit_line_robustly(points, 0.6))
    top, right, bottom, left = lines
    return corners_of([top, right, bottom, left])


def candidates(shades, size, step):
    """Yield the corners (in pixels, about `size` precise) of what may be a card.

    shades: of one quantile, as block_shades makes them.
    """
    if not shades or not shades[0]:
        return
    for members in regions(shades, step):
        corners = quadrilateral(members)
        if corners:
            yield [(x * size, y * size) for x, y in corners]
