"""Plane geometry of photographs: projections between planes, and grey values between pixels.

A point is (x, y), x to the right and y down; the pixel in row i and column j covers j <= x <= j + 1
and i <= y <= i + 1. A projection (homography) is the tuple of nine numbers, the last 1, of the
matrix that takes homogeneous coordinates to homogeneous coordinates (Hartley and Zisserman 2004,
section 2.3).
"""
import math


def project(h, x, y):
    """The image of a point under a projection."""
    w = h[6] * x + h[7] * y + 1
    return (h[0] * x + h[1] * y + h[2]) / w, (h[3] * x + h[4] * y + h[5]) / w


def solve(matrix, vector):
    """The solution of linear equations, by elimination. ZeroDivisionError if there is none."""
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    n = len(rows)
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            if factor:
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k])]
    solution = [0.0] * n
    for k in range(n - 1, -1, -1):
        rest = sum(rows[k][j] * solution[j] for j in range(k + 1, n))
        solution[k] = (rows[k][n] - rest) / rows[k][k]
    return solution


def frame(points):
    """(centre x, centre y, scale) that bring points to about -1 to 1."""
    xs, ys = zip(*points)
    cx, cy = sum(xs) / len(xs), sum(ys) / len(ys)
    return cx, cy, max(max(abs(x - cx), abs(y - cy)) for x, y in points) or 1.0


def fit_projection(sources, targets, weights=None):
    """The projection that takes source points to target points, by least squares.

    At least four points, no three of them on a line; else ZeroDivisionError. The equations are
    those of the direct linear transformation, in coordinates from -1 to 1.
    """
    sx, sy, ss = frame(sources)
    tx, ty, ts = frame(targets)
    normal, right = [[0.0] * 8 for _ in range(8)], [0.0] * 8
    for k, ((x, y), (u, v)) in enumerate(zip(sources, targets)):
        x, y, u, v = (x - sx) / ss, (y - sy) / ss, (u - tx) / ts, (v - ty) / ts
        weight = weights[k] if weights else 1.0
        for row, value in (((x, y, 1, 0, 0, 0, -u * x, -u * y), u),
                           ((0, 0, 0, x, y, 1, -v * x, -v * y), v)):
            for i, a in enumerate(row):
                if a:
                    a *= weight
                    right[i] += a * value
                    line = normal[i]
                    for j, b in enumerate(row):
                        line[j] += a * b
    a, b, c, d, e, f, g, h = solve(normal, right)
    # Back to the points' own coordinates: target frame times h times inverse source frame.
    c, f, w = c - (a * sx + b * sy) / ss, f - (d * sx + e * sy) / ss, 1 - (g * sx + h * sy) / ss
    a, b, d, e, g, h = (value / ss for value in (a, b, d, e, g, h))
    rows = [ts * p + t * q for (p, q, t) in ((a, g, tx), (b, h, tx), (c, w, tx),
                                             (d, g, ty), (e, h, ty), (f, w, ty))]
    return tuple(value / w for value in rows + [g, h, w])


def inverse(h):
    """The projection that undoes another. ZeroDivisionError if there is none."""
    a, b, c, d, e, f, g, k, i = h
    rows = (e * i - f * k, c * k - b * i, b * f - c * e,
            f * g - d * i, a * i - c * g, c * d - a * f,
            d * k - e * g, b * g - a * k, a * e - b * d)
    return tuple(value / rows[8] for value in rows)


def fit_line(points):
    """(a, b, c) with a x + b y = c and a² + b² = 1 of the line nearest to points."""
    n = len(points)
    mx, my = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    xx = sum((x - mx) ** 2 for x, _ in points)
    yy = sum((y - my) ** 2 for _, y in points)
    xy = sum((x - mx) * (y - my) for x, y in points)
    angle = math.atan2(2 * xy, xx - yy) / 2 + math.pi / 2
    a, b = math.cos(angle), math.sin(angle)
    return a, b, a * mx + b * my


def fit_line_robustly(points, keep=0.7):
    """`fit_line` of the points that lie nearest to the line of all."""
    line = fit_line(points)
    for _ in range(2):
        a, b, c = line
        nearest = sorted(points, key=lambda p: abs(a * p[0] + b * p[1] - c))
        line = fit_line(nearest[:max(2, math.ceil(keep * len(points)))])
    return line


def intersect(line, other):
    """The point on two lines. ZeroDivisionError if they are parallel."""
    (a, b, c), (d, e, f) = line, other
    det = a * e - b * d
    return (c * e - b * f) / det, (a * f - c * d) / det


def sampler(image):
    """A function (x, y) -> the grey there, interpolated; beyond the edge, that of the edge."""
    pixels, width = image.pixels, image.width
    right, bottom = width - 1.001, image.height - 1.001

    def sample(x, y):
        x, y = x - 0.5, y - 0.5
        if not 0 <= x < right:
            x = 0.0 if x < 0 else max(0.0, right)
        if not 0 <= y < bottom:
            y = 0.0 if y < 0 else max(0.0, bottom)
        i, j = int(x), int(y)
        x, y, k = x - i, y - j, j * width + i
        top = pixels[k] + (pixels[k + 1] - pixels[k]) * x
        k += width
        return top + (pixels[k] + (pixels[k + 1] - pixels[k]) * x - top) * y

    return sample
