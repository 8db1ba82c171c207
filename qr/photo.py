"""Symbols in photographs, scans and screenshots: attempt after attempt until one is read.

An attempt is a version of the picture (size, smoothed or not, dark and light exchanged or not) and
a way to tell dark from light. The first attempt reads the symbol of any clear picture; the later
ones are for noise, shade, small modules and little contrast.
"""
import contextlib
import itertools
import math

from common.command import file_bytes
from common.pictures import grey
from common.pictures.geometry import project

from .decoding import decode, read_format
from .finders import Finder, find_finders, triples
from .grid import Grid, candidates
from .images import read_image
from .qrcode_tables import QRError, function_patterns
from .shades import binarize, sharpen
from .straight import find_modules
from .symbol import Symbol

GOOD_SIDE = 1600               # pixels of a picture's longer side that suffice for most
MIN_SHORTER = 16               # pixels of a picture's shorter side; a symbol has 21 modules
MIN_SIDE = 700                 # pixels below which a picture is enlarged as well
MIN_AGREEMENT = 0.8            # of the function patterns; any other picture agrees in about half
SHARPNESS = (0.0, 0.6, 1.2)    # how much of the blur between modules is taken back
MAX_POOLED = 12                # finder patterns that several attempts found
MAX_TRIPLES = 25               # triples of finder patterns that are tried in one attempt
NOTHING = "shows no QR code symbol; take a sharper picture, from the front and close up"


def covers(symbol, x, y):
    """Is a point of the picture inside the quadrilateral of a symbol's corners, or near it?"""
    xs, ys = zip(*symbol.corners)
    cx, cy = sum(xs) / 4, sum(ys) / 4
    return (abs(x - cx) <= 0.52 * (max(xs) - min(xs))
            and abs(y - cy) <= 0.52 * (max(ys) - min(ys)))


# ---- Attempts -------------------------------------------------------------------------------
def enlarge(image):
    """A picture of twice the size, smooth."""
    rows = []
    for row in image.rows():
        wide = bytearray(2 * image.width)
        wide[0::2], wide[1::2] = row, grey.mean_bytes(row, row[1:] + row[-1:])
        rows.append(bytes(wide))
    tall = []
    for row, below in zip(rows, rows[1:] + rows[-1:]):
        tall += [row, grey.mean_bytes(row, below)]
    return grey.from_rows(tall)


def brighten(image):
    """A picture as logarithms: a shadow, half of the light, is then a small step everywhere."""
    counts = grey.histogram(image)
    darkest = next(value for value, count in enumerate(counts) if count)
    scale = 255 / math.log(257 - darkest)
    table = bytes(int(scale * math.log(1 + max(0, value - darkest))) for value in range(256))
    return grey.Grey(image.width, image.height, image.pixels.translate(table))


def views(picture):
    """Yield (shrink, image): versions of a picture, the most promising first."""
    shrink = 1
    while picture.side / shrink > GOOD_SIDE and shrink < 8:
        shrink *= 2
    base = picture.grey(shrink)
    shorter = min(base.width, base.height)
    if shorter < MIN_SHORTER:
        return
    yield shrink, base
    yield shrink, grey.smooth(base)
    yield shrink, brighten(grey.smooth(base))
    if shorter > 125:
        yield 2 * shrink, grey.smooth(grey.halve(base))
    if max(base.width, base.height) < MIN_SIDE:
        yield shrink / 2, enlarge(base)
    if shrink > 1:
        yield shrink // 2, picture.grey(shrink // 2)
    elif shorter > 125:
        yield 1, grey.smooth(grey.smooth(base))
        yield 4, grey.smooth(grey.halve(grey.halve(base)))


def attempts(picture):
    """Yield (shrink, image, rows of 0 and 1)."""
    for shrink, image in views(picture):
        rows = grey.binarize_locally(image)
        yield shrink, image, rows
        yield shrink, grey.invert(image), [row.translate(b"\1\0" + bytes(254)) for row in rows]
        yield shrink, image, grey.binarize(image)


# ---- One symbol -----------------------------------------------------------------------------
def agreement(matrix, version):
    """The part of the function patterns' modules that are as they should be."""
    patterns = function_patterns(version)
    return sum(matrix[i][j] == module for (i, j), module in patterns.items()) / len(patterns)


def transpose(matrix):
    """A matrix seen in a mirror, along its diagonal."""
    return [list(row) for row in zip(*matrix)]


def read_grid(grid):
    """(payload, level, mask, matrix) of the symbol on a grid. QRError if it cannot be read."""
    greys, version = grid.greys(), grid.version
    reason = QRError(NOTHING)
    for amount in SHARPNESS:
        matrix, certainty = binarize(sharpen(greys, amount))
        if agreement(matrix, version) < MIN_AGREEMENT:
            continue
        mirrored = transpose(matrix)
        if read_format(mirrored, version)[1] < read_format(matrix, version)[1]:
            matrix, certainty = mirrored, transpose(certainty)
        try:
            return (*decode(matrix, version, certainty), matrix)
        except QRError as error:
            reason = error
    raise reason


def read_triple(image, triple, shrink):
    """The Symbol of three finder patterns. QRError where there is none."""
    reason = QRError(NOTHING)
    for _, version, h, points in candidates(image, triple):
        grid = Grid(image, version, h, points)
        try:
            payload, level, mask, matrix = read_grid(grid)
        except QRError as error:
            reason = error
            continue
        corners = [project(grid.h, x, y) for x, y in ((0, 0), (grid.n, 0), (grid.n, grid.n),
                                                      (0, grid.n))]
        return Symbol(payload, version, level, mask, matrix,
                      tuple((x * shrink, y * shrink) for x, y in corners))
    raise reason


def read_triples(shrink, image, finders, known):
    """([new Symbols], the reason why another one could not be read or None) of one attempt."""
    symbols, reason, used, tried = [], None, set(), 0
    for triple in triples(finders):
        if any(finder in used for finder in triple):
            continue
        if any(covers(symbol, finder.x * shrink, finder.y * shrink)
               for symbol in known + symbols for finder in triple):
            continue
        tried += 1
        if tried > MAX_TRIPLES:
            break
        try:
            symbols.append(read_triple(image, triple, shrink))
            used.update(triple)
        except QRError as error:
            if str(error) != NOTHING or not reason:
                reason = error
    return symbols, reason


def pooled(sightings, shrink):
    """The finder patterns that several attempts found, as in a picture of 1/shrink of the size.

    sightings: [(shrink, Finder)]. A shadow may hide one in each attempt, but not in all.
    """
    pool = []
    for scale, finder in sightings:
        factor = scale / shrink
        x, y, module = finder.x * factor, finder.y * factor, finder.module * factor
        for other in pool:
            if other.is_near(x, y, module):
                other.count += finder.count
                break
        else:
            pool.append(Finder(x, y, module))
            pool[-1].count = finder.count
    return sorted(pool, key=lambda finder: -finder.count)[:MAX_POOLED]


def read_straight(picture):
    """The Symbol that fills a clean picture. QRError if none does."""
    image = picture.grey(1)
    matrix, version = find_modules(grey.binarize(image))
    if read_format(transpose(matrix), version)[1] < read_format(matrix, version)[1]:
        matrix = transpose(matrix)
    payload, level, mask = decode(matrix, version)
    w, h = image.width, image.height
    return Symbol(payload, version, level, mask, matrix, ((0, 0), (w, 0), (w, h), (0, h)))


def find_symbols(picture, every=False, progress=lambda text, last: None):
    """The Symbols of a picture, from the upper left. QRError if none can be read.

    every: make all attempts, not only until a symbol has been found. progress(text, whether it is
    the last) is told of each attempt.
    """
    symbols, reasons, sightings, count = [], [], [], 0
    for count, (shrink, image, rows) in enumerate(attempts(picture), 1):
        if count > 1:
            progress(f"attempt {count}", False)
        finders = find_finders(rows)
        sightings += [(shrink, finder) for finder in finders if finder.count > 2]
        found, reason = read_triples(shrink, image, finders, symbols)
        symbols += found
        reasons += [reason] if reason else []
        if symbols and not every:
            break
    if not symbols:
        for shrink, image in itertools.islice(views(picture), 3):
            symbols += read_triples(shrink, image, pooled(sightings, shrink), symbols)[0]
    if not symbols and picture.side <= GOOD_SIDE:
        with contextlib.suppress(QRError):
            symbols.append(read_straight(picture))
    if count > 1:
        progress(f"{len(symbols)} read in {count} attempts", True)
    if not symbols:
        raise next((r for r in reasons if str(r) != NOTHING), QRError(NOTHING))
    return sorted(symbols, key=lambda symbol: (symbol.corners[0][1], symbol.corners[0][0]))


def read(picture):
    """All Symbols of a picture, from the upper left.

    picture: the bytes of a PNG, JPEG, BMP, PBM, PGM or PPM file or of our own SVG, or a path.
    QRError where no symbol can be read or the picture is damaged; OSError where there is no file.
    """
    return find_symbols(read_image(file_bytes(picture)), every=True)
