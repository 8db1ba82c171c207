"""The grid of a symbol in a picture: from three finder patterns to a grey for every module.

The steps are those of the reference decode algorithm (ISO/IEC 18004, clause 12), with projections
for the photographer's angle. The edges of the finder patterns give twelve precise points and so a
first projection; the timing patterns tell the version; the alignment patterns, found one after
another outwards, make the projection precise and show how the paper bends.
"""
import math

from common.pictures.geometry import fit_line_robustly, fit_projection, intersect, project, sampler

from .qrcode_tables import VERSIONS, alignment_positions, symbol_size, version_information

ALONG = [k / 2 for k in range(-5, 6)]            # places along an edge of a finder, in modules
PROFILE = [k / 8 for k in range(-8, 9)]          # places across an edge, in modules
MIN_TIMING = 0.5                                 # agreement with the timing patterns, of 1
MAX_CANDIDATES = 3
MAX_BCH_ERRORS = 3                               # wrong bits of a version's 18
MIN_ALIGNMENT = 0.5                              # correlation with an alignment pattern
CORNER_WEIGHT = 0.5                              # of a finder's corner against a pattern's centre
SEARCH = (1.6, 0.8, 0.35, 0.15)                  # search radii in modules; step = radius / 4
ALIGNMENT = [(i, j, 1 if max(abs(i), abs(j)) != 1 else -1)
             for i in range(-2, 3) for j in range(-2, 3)]           # 17 dark, 8 light


# ---- Finder patterns ------------------------------------------------------------------------
def edge_points(sample, centre, out, side):
    """Points of the outer edge of a finder pattern on the side of the vector `out`.

    out, side: vectors of one module's length, at about a right angle.
    """
    (x, y), (ox, oy), (sx, sy) = centre, out, side
    points = []
    for t in ALONG:
        values = [sample(x + (3.5 + r) * ox + t * sx, y + (3.5 + r) * oy + t * sy)
                  for r in PROFILE]
        middle = (min(values) + max(values)) / 2
        crossings = [r + (middle - a) / (b - a) / 8
                     for r, a, b in zip(PROFILE, values, values[1:]) if a < middle <= b]
        if crossings:
            r = 3.5 + min(crossings, key=abs)
            points.append((x + r * ox + t * sx, y + r * oy + t * sy))
    return points


def finder_corners(sample, finder, right, down):
    """The corners of a finder pattern from the upper left clockwise, or None.

    right, down: vectors of about one module's length.
    """
    centre = finder.x, finder.y
    for _ in range(2):
        (rx, ry), (dx, dy) = right, down
        lines = []
        for out, side in (((-rx, -ry), down), ((rx, ry), down), ((-dx, -dy), right),
                          ((dx, dy), right)):
            points = edge_points(sample, centre, out, side)
            if len(points) < 5:
                return None
            lines.append(fit_line_robustly(points))
        a, b, c, d = lines
        try:
            corners = [intersect(a, c), intersect(b, c), intersect(b, d), intersect(a, d)]
        except ZeroDivisionError:
            return None
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
        centre = (x0 + x1 + x2 + x3) / 4, (y0 + y1 + y2 + y3) / 4
        right = (x1 + x2 - x0 - x3) / 14, (y1 + y2 - y0 - y3) / 14
        down = (x2 + x3 - x0 - x1) / 14, (y2 + y3 - y0 - y1) / 14
        if math.hypot(centre[0] - finder.x, centre[1] - finder.y) > 3 * finder.module:
            return None
    return corners


def leg_modules(corner, other, corner_points, other_points, k):
    """About how many modules lie between two finders; k: 1 across, 3 down (a corner's number)."""
    sides = [math.dist(points[0], points[k]) for points in (corner_points, other_points)]
    length = math.hypot(other.x - corner.x, other.y - corner.y)
    return length / max(1e-9, sum(sides) / 14)


# ---- Versions -------------------------------------------------------------------------------
def timing_agreement(sample, h, n):
    """How well the timing patterns lie where a projection puts them: 1 perfectly, 0 by chance."""
    agreement = total = 0.0
    for across in (True, False):
        values = [sample(*(project(h, k + 0.5, 6.5) if across else project(h, 6.5, k + 0.5)))
                  for k in range(7, n - 7)]
        for k, (a, b) in enumerate(zip(values, values[1:])):
            agreement += b - a if k % 2 else a - b       # module 7 is light, module 8 is dark
            total += abs(b - a)
    return agreement / total if total else 0.0


def directions(triple):
    """(unit vector to the right, unit vector down, module along them / along rows of pixels)."""
    corner, right, lower = triple
    vectors = []
    for finder in (right, lower):
        x, y = finder.x - corner.x, finder.y - corner.y
        length = math.hypot(x, y)
        vectors.append((x / length, y / length))
    # Finders are measured along rows and columns, which is longer than along a tilted side.
    return (*vectors, max(map(abs, vectors[0])))


def declared_version(sample, h, n):
    """The version that a symbol of 7 or higher declares beside a finder; None if it is unclear.

    h: a projection from modules to pixels, of a symbol of n modules; precise near the finders.
    """
    greys = [[sample(*project(h, x + 0.5, y + 0.5)) for x, y in positions] for positions in (
        [(n - 11 + j, i) for i in range(5, -1, -1) for j in (2, 1, 0)],
        [(i, n - 11 + j) for i in range(5, -1, -1) for j in (2, 1, 0)])]
    best = (MAX_BCH_ERRORS + 1, None)
    for values in greys:
        middle = (min(values) + max(values)) / 2
        bits = int("".join("01"[value < middle] for value in values), 2)
        best = min([best] + [(bin(bits ^ version_information(v)).count("1"), v)
                             for v in VERSIONS[6:]], key=lambda entry: entry[0])
    return best[1]


def candidates(image, triple):
    """[(agreement, version, projection from modules to pixels, finder corners)], the best first."""
    sample = sampler(image)
    corner, right, lower = triple
    (rx, ry), (dx, dy), tilt = directions(triple)
    corners = []
    for finder in triple:
        m = finder.module * tilt
        corners.append(finder_corners(sample, finder, (rx * m, ry * m), (dx * m, dy * m)))
        if not corners[-1]:
            return []
    estimate = 7 + (leg_modules(corner, right, corners[0], corners[1], 1)
                    + leg_modules(corner, lower, corners[0], corners[2], 3)) / 2
    pixels = [point for points in corners for point in points]
    found = []
    for version in VERSIONS:
        n = symbol_size(version)
        if abs(n - estimate) > 4 + 0.1 * n:
            continue
        modules = [(x + dx, y + dy) for x, y in ((0, 0), (n - 7, 0), (0, n - 7))
                   for dx, dy in ((0, 0), (7, 0), (7, 7), (0, 7))]
        try:
            h = fit_projection(modules, pixels)
        except ZeroDivisionError:
            continue
        agreement = timing_agreement(sample, h, n)
        if version >= 7 and declared_version(sample, h, n) == version:
            agreement += 1
        if agreement > MIN_TIMING:
            found.append((agreement, version, h, list(zip(modules, pixels))))
    return sorted(found, key=lambda entry: -entry[0])[:MAX_CANDIDATES]


# ---- Alignment patterns ---------------------------------------------------------------------
def alignment_score(sample, h, x, y):
    """The correlation of an alignment pattern with the picture, were its middle at (x, y)."""
    values = [sample(*project(h, x + j, y + i)) for i, j, _ in ALIGNMENT]
    mean = sum(values) / 25
    spread = math.sqrt(sum((value - mean) ** 2 for value in values))
    if spread < 40:                              # eight grey levels a module: nothing to see
        return -1.0
    # The pattern's own mean is 9/25, and its spread about it 4.665; dark is low.
    return -sum(sign * (value - mean) for value, (_, _, sign) in zip(values, ALIGNMENT)) \
        / spread / 4.665


def find_alignment(sample, h, x, y):
    """(score, x, y in modules) of the alignment pattern that a projection puts near (x, y)."""
    best = (alignment_score(sample, h, x, y), x, y)
    for reach in SEARCH:
        _, cx, cy = best
        for i in range(-4, 5):
            for j in range(-4, 5):
                px, py = cx + reach * j / 4, cy + reach * i / 4
                best = max(best, (alignment_score(sample, h, px, py), px, py))
    return best


class Grid:
    """Where the modules of a symbol lie: a projection, and how far each pattern is off it."""

    def __init__(self, image, version, h, points):
        """points: [((x, y) in modules, (x, y) in pixels)] of the finders' corners."""
        self.sample, self.version, self.h = sampler(image), version, h
        self.n, self.known = symbol_size(version), points
        self.weights = [CORNER_WEIGHT] * len(points)
        self.lines = alignment_positions(version)
        self.refine()
        self.offsets = self.bend()

    def refine(self):
        """Find the alignment patterns, from the finders outwards, fitting after each."""
        lines, n = self.lines, self.n
        finders = ((3, 3), (3, n - 4), (n - 4, 3))
        centres = [(i, j) for i in lines for j in lines
                   if (i, j) not in ((6, 6), (6, n - 7), (n - 7, 6))]
        centres.sort(key=lambda c: min(math.hypot(c[0] - i, c[1] - j) for i, j in finders))
        for i, j in centres:
            x, y = j + 0.5, i + 0.5
            score, px, py = find_alignment(self.sample, self.h, x, y)
            if score > MIN_ALIGNMENT and math.hypot(px - x, py - y) < 2.5:
                self.known.append(((x, y), project(self.h, px, py)))
                self.weights.append(score)
                try:
                    self.h = fit_projection(*zip(*self.known), self.weights)
                except ZeroDivisionError:
                    self.known.pop()
                    self.weights.pop()

    def bend(self):
        """{(column, row) of the alignment lines: how many pixels the paper is off there}."""
        found = {}
        for (x, y), (px, py) in self.known:
            ux, uy = project(self.h, x, y)
            key = (min(range(len(self.lines)), key=lambda k: abs(self.lines[k] + 0.5 - x)),
                   min(range(len(self.lines)), key=lambda k: abs(self.lines[k] + 0.5 - y))) \
                if self.lines else (0, 0)
            found.setdefault(key, []).append((px - ux, py - uy))
        return {key: (sum(dx for dx, _ in each) / len(each), sum(dy for _, dy in each) / len(each))
                for key, each in found.items()}

    def axis(self, k):
        """(index of the alignment line before module k, how far it is to the next, 0 to 1)."""
        lines = self.lines
        if len(lines) < 2:
            return 0, 0.0
        index = max([i for i in range(len(lines) - 1) if lines[i] <= k] or [0])
        part = (k - lines[index]) / (lines[index + 1] - lines[index])
        return index, min(1.0, max(0.0, part))

    def centres(self):
        """Rows of the pixels (x, y) of all modules' middles."""
        axis = [self.axis(k) for k in range(self.n)]
        zero, get, h = (0.0, 0.0), self.offsets.get, self.h
        for i, (row, down) in enumerate(axis):
            points = []
            for j, (column, across) in enumerate(axis):
                x, y = project(h, j + 0.5, i + 0.5)
                for key, weight in (((column, row), (1 - across) * (1 - down)),
                                    ((column + 1, row), across * (1 - down)),
                                    ((column, row + 1), (1 - across) * down),
                                    ((column + 1, row + 1), across * down)):
                    if weight:
                        dx, dy = get(key, zero)
                        x, y = x + weight * dx, y + weight * dy
                points.append((x, y))
            yield points

    def module_vectors(self):
        """The pixels of one module across and one down, in the middle of the symbol."""
        m = self.n / 2
        x, y = project(self.h, m, m)
        return [(u - x, v - y) for u, v in (project(self.h, m + 1, m), project(self.h, m, m + 1))]

    def greys(self):
        """A row of greys for each row of modules: each the mean of five points about its middle."""
        (ax, ay), (bx, by) = self.module_vectors()
        r = 0.22
        offsets = ((0, 0), (r * ax, r * ay), (-r * ax, -r * ay), (r * bx, r * by),
                   (-r * bx, -r * by))
        sample = self.sample
        return [[sum([sample(x + dx, y + dy) for dx, dy in offsets]) / 5 for x, y in points]
                for points in self.centres()]
