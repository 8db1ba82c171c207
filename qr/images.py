"""Symbols as pictures: PNG, SVG and text, written; any picture and our own SVG, read.

A matrix is a list of rows of modules, 0 (light) or 1 (dark).
"""
import re

from common.pictures import png
from common.pictures.grey import PictureError, from_rows
from common.pictures.picture_files import Picture, open_picture

from .qrcode_tables import QRError
from .style import PLAIN

SVG_SCALE = 4                                    # pixels a module is drawn with
MAX_SVG_SIDE = 1000                              # modules; a symbol has at most 185 with its zone


def to_png(matrix, style=PLAIN):
    """A PNG of one bit a pixel."""
    palette = (style.dark, style.light) if style.has_own_colours() else None
    return png.write_png(style.with_border(matrix), style.scale, palette)


def fill(colour, default):
    """Attributes for a colour, `default` when it is that which an SVG takes without any."""
    *parts, alpha = colour
    words = "" if (*parts, alpha) == default else f'fill="#{bytes(parts).hex()}" '
    return words + (f'fill-opacity="{alpha / 255:.3g}" ' if alpha < 255 else "")


def to_svg(matrix, style=PLAIN):
    """An SVG: paper, and one path of all dark modules, a rectangle for each run in a row.

    Without a scale of one's own it has no size, and fills what it is put into.
    """
    n = len(matrix) + 2 * style.border
    size = f'width="{n * style.scale}" height="{n * style.scale}" ' \
        if style.scale != PLAIN.scale else ""
    runs = []
    for i, row in enumerate(style.with_border(matrix)):
        for run in re.finditer("1+", "".join(map(str, row))):
            length = len(run.group())
            runs.append(f"M{run.start()} {i}h{length}v1h-{length}z")
    paper = fill(style.light, None).replace("#ffffff", "#fff")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" {size}viewBox="0 0 {n} {n}" '
            f'shape-rendering="crispEdges"><path {paper}d="M0 0h{n}v{n}H0z"/>'
            f'<path {fill(style.dark, PLAIN.dark)}d="{"".join(runs)}"/></svg>\n').encode()


def to_text(matrix, style=PLAIN):
    """Half blocks, two rows a line, light modules drawn: for light letters on dark ground."""
    rows = style.with_border(matrix)
    rows += [[1] * len(rows[0])] * (len(rows) % 2)
    lines = ("".join("█▀▄ "[2 * upper + lower] for upper, lower in zip(*pair))
             for pair in zip(rows[::2], rows[1::2]))
    return "".join(line + "\n" for line in lines).encode()


def read_svg(data):
    """The modules of an SVG that `to_svg` wrote, one pixel a module, with the quiet zone."""
    box = re.search(rb'viewBox="0 0 (\d{1,4}) \1"', data)
    if not box or int(box[1]) > MAX_SVG_SIDE:
        raise QRError("is an SVG that encode_qr.py did not write; save the symbol as PNG")
    n = int(box[1])
    rows = [[0] * n for _ in range(n)]
    for numbers in re.findall(rb"M(\d{1,4}) (\d{1,4})h(\d{1,4})v1h", data):
        x, y, width = map(int, numbers)
        if y >= n or x + width > n:
            raise QRError("is an SVG with modules outside its frame; save the symbol as PNG")
        rows[y][x:x + width] = [1] * width
    return rows


def picture_of_rows(rows, scale):
    """A Picture of rows of modules, `scale` pixels each."""
    lines = [b"".join((b"\0" if module else b"\xff") * scale for module in row) for row in rows]
    return Picture(from_rows([line for line in lines for _ in range(scale)]))


def read_image(data):
    """The bytes of a picture, or of our SVG -> Picture. QRError for what cannot be read."""
    if b"<svg" in data[:1000]:
        return picture_of_rows(read_svg(data), SVG_SCALE)
    try:
        return open_picture(data)
    except PictureError as error:
        raise QRError(str(error)) from None
