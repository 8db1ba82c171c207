"""Grey pictures, and what is done to all their pixels at the speed of bytes.

Python works on single pixels slowly, but slices, translates and adds whole rows of them fast: a row
taken as one integer has a pixel in each of its bytes.
"""
import functools


class PictureError(ValueError):
    """A picture that cannot be read, told in one line."""


class Grey:
    """A picture: `width` x `height` pixels of a byte each, row after row, 0 black to 255 white."""

    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels

    def row(self, y):
        """The pixels of row y."""
        return self.pixels[y * self.width:(y + 1) * self.width]

    def rows(self):
        """All rows, from the top."""
        return [self.row(y) for y in range(self.height)]


def from_rows(rows):
    """A picture of rows of bytes, all of one length."""
    return Grey(len(rows[0]), len(rows), b"".join(rows))


# ---- Rows as integers -----------------------------------------------------------------------
@functools.lru_cache(maxsize=64)
def repeat(byte, count):
    """An integer with `count` equal bytes."""
    return int.from_bytes(bytes([byte]) * count, "little")


def add_bytes(a, b):
    """The sums of two rows of bytes, each modulo 256."""
    low, x, y = repeat(0x7F, len(a)), int.from_bytes(a, "little"), int.from_bytes(b, "little")
    return ((x & low) + (y & low) ^ (x ^ y) & ~low).to_bytes(len(a), "little")


def mean_bytes(a, b):
    """The means of two rows of bytes, rounded down."""
    x, y = int.from_bytes(a, "little"), int.from_bytes(b, "little")
    return ((x & y) + ((x ^ y) >> 1 & repeat(0x7F, len(a)))).to_bytes(len(a), "little")


# ---- Whole pictures -------------------------------------------------------------------------
def halve(image):
    """A picture of half the size: each pixel is the mean of four."""
    width, height = image.width // 2, image.height // 2
    rows = []
    for y in range(0, 2 * height, 2):
        row = mean_bytes(image.row(y), image.row(y + 1))
        rows.append(mean_bytes(row[0:2 * width:2], row[1:2 * width:2]))
    return Grey(width, height, b"".join(rows))


def smooth(image):
    """Every pixel with its eight neighbours, weighted 1 2 1 across and down."""
    rows = []
    for row in image.rows():
        sides = mean_bytes(row[:1] + row[:-1], row[1:] + row[-1:])
        rows.append(mean_bytes(row, sides))
    padded = rows[:1] + rows + rows[-1:]
    return from_rows([mean_bytes(row, mean_bytes(above, below))
                      for above, row, below in zip(padded, rows, padded[2:])])


def invert(image):
    """Black for white."""
    return Grey(image.width, image.height, image.pixels.translate(bytes(range(255, -1, -1))))


def transpose(image):
    """Rows as columns."""
    return Grey(image.height, image.width,
                b"".join(image.pixels[x::image.width] for x in range(image.width)))


def flip(image):
    """The lowest row first."""
    return Grey(image.width, image.height, b"".join(image.rows()[::-1]))


def mirror(image):
    """The last column first."""
    return Grey(image.width, image.height, b"".join(row[::-1] for row in image.rows()))


# ---- Dark and light -------------------------------------------------------------------------
@functools.lru_cache(maxsize=None)
def threshold_table(threshold):
    """A table for bytes.translate: 1 (dark) below a threshold, 0 from there on."""
    return bytes(int(value < threshold) for value in range(256))


def histogram(image):
    """How many pixels have each of the 256 values."""
    return [image.pixels.count(value) for value in range(256)]


def otsu_threshold(counts):
    """The threshold that separates a histogram's two groups best (Otsu 1979)."""
    total, mass = sum(counts), sum(i * count for i, count in enumerate(counts))
    best, threshold, below, below_mass = -1.0, 128, 0, 0
    for i, count in enumerate(counts[:-1]):
        below += count
        below_mass += i * count
        if below and below < total:
            gap = below_mass / below - (mass - below_mass) / (total - below)
            variance = below * (total - below) * gap * gap
            if variance > best:
                best, threshold = variance, i + 1
    return threshold


def binarize(image):
    """Rows of 0 (light) and 1 (dark), by one threshold for the whole picture."""
    table = threshold_table(otsu_threshold(histogram(image)))
    return [row.translate(table) for row in image.rows()]


def block_levels(image, size):
    """(darkest, lightest) of each block of size x size pixels: two lists of rows."""
    darkest, lightest = [], []
    for y in range(0, image.height, size):
        rows = [image.row(k) for k in range(y, min(y + size, image.height))]
        blocks = [b"".join(row[x:x + size] for row in rows) for x in range(0, image.width, size)]
        darkest.append([min(block) for block in blocks])
        lightest.append([max(block) for block in blocks])
    return darkest, lightest


def spread(table, pick, reach):
    """pick (min or max) over each entry's neighbours up to `reach` away, across and down."""
    wide = [[pick(row[max(0, i - reach):i + reach + 1]) for i in range(len(row))] for row in table]
    return [list(map(pick, zip(*wide[max(0, i - reach):i + reach + 1]))) for i in range(len(wide))]


def binarize_locally(image, size=8, reach=2, min_contrast=24):
    """Rows of 0 (light) and 1 (dark), by a threshold for each block of size x size pixels.

    It lies halfway between the darkest and the lightest pixel nearby, up to `reach` blocks away.
    Where these differ by less than min_contrast all is light, as in the middle of empty paper.
    """
    darkest, lightest = block_levels(image, size)
    darkest, lightest = spread(darkest, min, reach), spread(lightest, max, reach)
    rows = []
    for k, (lows, highs) in enumerate(zip(darkest, lightest)):
        tables = [threshold_table((low + high + 1) // 2 if high - low >= min_contrast else 0)
                  for low, high in zip(lows, highs)]
        for y in range(k * size, min((k + 1) * size, image.height)):
            row = image.row(y)
            rows.append(b"".join(row[i * size:(i + 1) * size].translate(table)
                                 for i, table in enumerate(tables)))
    return rows
