"""A QR code symbol, made or read."""
from typing import NamedTuple

from .images import to_png, to_svg, to_text
from .style import PLAIN


class Symbol(NamedTuple):
    """What a symbol carries and how; `matrix` is a list of rows of modules, 0 (light) or 1 (dark).

    payload: bytes; version: 1 to 40; level: L, M, Q or H; mask: 0 to 7. corners: of a symbol that
    was read, four (x, y) in pixels of the picture, from the upper left clockwise as the symbol
    lies; else None.
    """
    payload: bytes
    version: int
    level: str
    mask: int
    matrix: list
    corners: tuple = None

    def to_png(self, style=PLAIN):
        """The bytes of a PNG, one bit a pixel."""
        return to_png(self.matrix, style)

    def to_svg(self, style=PLAIN):
        """The bytes of an SVG."""
        return to_svg(self.matrix, style)

    def to_text(self, style=PLAIN):
        """Half blocks in UTF-8, for light letters on dark ground."""
        return to_text(self.matrix, style)
