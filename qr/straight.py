"""A symbol that fills a clean, straight picture, read without looking for its finder patterns.

This is for pictures of a program, which have nothing but the symbol: there a finder pattern may be
as damaged as anything else.
"""
from .qrcode_tables import VERSIONS, QRError, function_patterns, symbol_size

MIN_AGREEMENT = 0.7            # of the function patterns; any other picture agrees in about half


def sample(rows, top, left, height, width, version):
    """The modules of a symbol that fills a rectangle of pixels: the pixels at their centres."""
    n = symbol_size(version)
    lines = [top + (2 * i + 1) * height // (2 * n) for i in range(n)]
    columns = [left + (2 * j + 1) * width // (2 * n) for j in range(n)]
    return [[rows[i][j] for j in columns] for i in lines]


def rotate(matrix):
    """A matrix turned by a quarter, clockwise."""
    return [list(row) for row in zip(*matrix[::-1])]


def turn_upright(matrix):
    """A matrix turned until the corner least like a finder pattern is at the lower right."""
    def finder_modules(corner):
        """Modules of a finder pattern that are found in the upper left corner of a matrix."""
        return sum(corner[i][j] == (max(abs(i - 3), abs(j - 3)) != 2)
                   for i in range(7) for j in range(7))

    turns = [matrix]
    for _ in range(3):
        turns.append(rotate(turns[-1]))
    missing = min(range(4), key=lambda k: finder_modules(turns[k]))
    return turns[(missing + 2) % 4]


def find_modules(rows):
    """(matrix, version) of the symbol that all dark pixels together form. QRError if none does.

    rows: of 0 and 1. The version is the one whose function patterns agree best with the picture.
    """
    used = [i for i, row in enumerate(rows) if 1 in row]
    if not used:
        raise QRError("shows nothing dark; give a picture of a symbol")
    top, height = used[0], used[-1] - used[0] + 1
    left = min(rows[i].index(1) for i in used)
    width = max(len(rows[i]) - rows[i][::-1].index(1) for i in used) - left
    best_agreement, best_matrix, best_version = 0, None, None
    for version in VERSIONS:
        if symbol_size(version) > min(height, width):
            break
        matrix = turn_upright(sample(rows, top, left, height, width, version))
        patterns = function_patterns(version)
        equal = sum(matrix[i][j] == module for (i, j), module in patterns.items())
        if equal / len(patterns) > best_agreement:
            best_agreement = equal / len(patterns)
            best_matrix, best_version = matrix, version
    if best_agreement < MIN_AGREEMENT:
        raise QRError("shows no straight symbol")
    return best_matrix, best_version
