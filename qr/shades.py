"""From the greys of modules to dark and light: each judged by its surroundings, with its certainty.

A matrix is a list of rows of modules, 0 (light) or 1 (dark).
"""
from itertools import accumulate

REACH = 6                                        # modules around one that its threshold is made of
ROUNDS = 2


def box_sums(table, reach):
    """For each entry the sum of the entries up to `reach` away, across and down."""
    def lines(rows):
        for row in rows:
            sums, n = [0.0, *accumulate(row)], len(row)
            yield [sums[min(n, i + reach + 1)] - sums[max(0, i - reach)] for i in range(n)]

    across = list(lines(table))
    return [list(column) for column in zip(*lines(zip(*across)))]


def sharpen(greys, amount):
    """Undo some of the blur: away from the mean of the four neighbours."""
    if not amount:
        return greys
    rows = [greys[0]] + greys + [greys[-1]]
    sharp = []
    for above, row, below in zip(rows, greys, rows[2:]):
        left, right = [row[0]] + row[:-1], row[1:] + [row[-1]]
        sharp.append([v + amount * (v - (a + b + c + d) / 4)
                      for v, a, b, c, d in zip(row, above, below, left, right)])
    return sharp


def binarize(greys):
    """(matrix, certainty of each module: 0 at the threshold, about 1 for full black or white).

    The threshold lies halfway between the mean of the dark and of the light modules nearby; which
    these are is found in rounds, beginning with the mean of all nearby.
    """
    n = len(greys)
    counts = box_sums([[1.0] * n] * n, REACH)
    means = box_sums(greys, REACH)
    threshold = [[m / c for m, c in zip(*rows)] for rows in zip(means, counts)]
    dark_mean = light_mean = threshold
    for _ in range(ROUNDS):
        dark = [[float(v < t) for v, t in zip(*rows)] for rows in zip(greys, threshold)]
        masked = [[v * d for v, d in zip(*rows)] for rows in zip(greys, dark)]
        dark_count, dark_sum = box_sums(dark, REACH), box_sums(masked, REACH)
        dark_mean = [[s / c if c > 0.5 else 0.0 for s, c in zip(*rows)]
                     for rows in zip(dark_sum, dark_count)]
        light_mean = [[(m - s) / (a - c) if a - c > 0.5 else 255.0 for m, s, a, c in zip(*rows)]
                      for rows in zip(means, dark_sum, counts, dark_count)]
        threshold = [[(d + w) / 2 for d, w in zip(*rows)] for rows in zip(dark_mean, light_mean)]
    matrix = [[int(v < t) for v, t in zip(*rows)] for rows in zip(greys, threshold)]
    certainty = [[abs(v - t) * 2 / max(1.0, w - d) for v, t, d, w in zip(*rows)]
                 for rows in zip(greys, threshold, dark_mean, light_mean)]
    return matrix, certainty
