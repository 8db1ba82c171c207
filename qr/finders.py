"""Finder patterns in a picture: where a symbol may lie (ISO/IEC 18004, clause 12, steps a to c).

A line through the middle of a finder pattern, in any direction, crosses dark and light in the
ratios 1 : 1 : 3 : 1 : 1.
"""
import itertools
import math
import re

RATIOS = (1, 1, 3, 1, 1)
TOLERANCE = 0.5                                  # of a module, how far a run may be off its ratio
PIXEL = 0.7                                      # more, as a run ends between two pixels
MAX_FINDERS = 40
MAX_CHECKS = 30_000                              # of crossings; in noise there is no end of them
MAX_TRIPLES = 150
MIN_SIDE, MAX_SIDE = 12, 190                     # modules between finder patterns: 14 to 170
dark_runs = re.compile(b"\1+").finditer


class Finder:
    """A finder pattern: its middle, the length of a module, and how often it was crossed."""

    def __init__(self, x, y, module):
        self.x, self.y, self.module, self.count = x, y, module, 1

    def is_near(self, x, y, module):
        """Is this the same pattern?"""
        reach = 2.5 * max(module, self.module)
        return abs(x - self.x) < reach and abs(y - self.y) < reach

    def add(self, x, y, module):
        """Take another crossing into the mean."""
        n = self.count
        self.x, self.y = (self.x * n + x) / (n + 1), (self.y * n + y) / (n + 1)
        self.module = (self.module * n + module) / (n + 1)
        self.count += 1


def module_of(runs):
    """The module's length if five runs are those of a finder pattern, else None."""
    module = sum(runs) / 7
    for run, ratio in zip(runs, RATIOS):
        if abs(run - ratio * module) > TOLERANCE * module * max(1, ratio / 2) + PIXEL:
            return None
    return module


def crossing(line, centre):
    """(middle, module) of the finder pattern around a dark pixel of a line, else None."""
    if not line[centre]:
        return None
    right = line.find(0, centre)
    right_ring = line.find(1, right) if right >= 0 else -1
    if right_ring < 0:
        return None
    right_end = line.find(0, right_ring)
    if right_end < 0:
        right_end = len(line)
    left = line.rfind(0, 0, centre)
    left_ring = line.rfind(1, 0, left) if left > 0 else -1
    if left_ring < 0:
        return None
    left_end = line.rfind(0, 0, left_ring)
    edges = (left_end + 1, left_ring + 1, left + 1, right, right_ring, right_end)
    module = module_of([b - a for a, b in zip(edges, edges[1:])])
    if not module:
        return None
    return sum(edges) / 6, module


def find_finders(rows):
    """Finder patterns in rows of 0 and 1, the ones most often crossed first."""
    finders, step, checks = [], 2 if len(rows) > 500 else 1, 0
    for y in range(0, len(rows), step):
        row = rows[y]
        spans = [match.span() for match in dark_runs(row)]
        for (a, b), (c, d), (e, f) in zip(spans, spans[1:], spans[2:]):
            ring, core = b - a, d - c            # most runs fail here already
            if core < 2 * ring - 2 or core > 6 * ring + 3:
                continue
            if module_of((ring, c - b, core, e - d, f - e)) and checks < MAX_CHECKS:
                checks += 1
                add_finder(finders, rows, (c + d) // 2, y, f - a)
    finders = [finder for finder in finders if finder.count > 1] or finders
    return sorted(finders, key=lambda finder: -finder.count)[:MAX_FINDERS]


def add_finder(finders, rows, x, y, width):
    """Check the crossing of row y at column x by the column, and that by its middle row."""
    top = max(0, y - width)
    column = bytes(row[x] for row in rows[top:y + width + 1])
    down = crossing(column, y - top)
    if not down:
        return
    middle = min(len(rows) - 1, int(top + down[0]))
    across = crossing(rows[middle], x)
    if not across or not 0.5 < across[1] / down[1] < 2:
        return
    x, y, module = across[0], top + down[0], (across[1] + down[1]) / 2
    for finder in finders:
        if finder.is_near(x, y, module):
            finder.add(x, y, module)
            return
    finders.append(Finder(x, y, module))


def triples(finders):
    """Triples (corner, right, lower) of finder patterns that may be one symbol's, likely first.

    They make about a right angle with legs of about one length, and their modules are alike. Seen
    from the front, `right` lies clockwise before `lower`.
    """
    found = []
    for three in itertools.combinations(finders, 3):
        modules = [finder.module for finder in three]
        if max(modules) > 2.2 * min(modules):
            continue
        for k in range(3):
            corner, a, b = three[k], three[k - 1], three[k - 2]
            ax, ay, bx, by = a.x - corner.x, a.y - corner.y, b.x - corner.x, b.y - corner.y
            long_a, long_b = math.hypot(ax, ay), math.hypot(bx, by)
            module = sum(modules) / 3
            if not (MIN_SIDE * 0.6 * module < min(long_a, long_b)
                    and max(long_a, long_b) < MAX_SIDE * module):
                continue
            cosine = (ax * bx + ay * by) / (long_a * long_b)
            uneven = abs(math.log(long_a / long_b))
            if abs(cosine) > 0.5 or uneven > 0.6:
                continue
            cost = (abs(cosine) + uneven + math.log(max(modules) / min(modules))
                    - 0.02 * min(10, min(finder.count for finder in three)))
            right, lower = (a, b) if ax * by - ay * bx > 0 else (b, a)
            found.append((cost, len(found), (corner, right, lower)))
    return [triple for _, _, triple in sorted(found)[:MAX_TRIPLES]]
