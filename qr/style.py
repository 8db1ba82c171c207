"""How a symbol looks: pixels a module, the border around it, and its two colours."""
import re
from typing import NamedTuple

from .qrcode_tables import QRError

QUIET_ZONE = 4                                   # light modules around a symbol (6.3.8)
# The sixteen colours of HTML 4.01, section 6.5, and the absence of one.
NAMES = {"black": "000000", "silver": "c0c0c0", "gray": "808080", "white": "ffffff",
         "maroon": "800000", "red": "ff0000", "purple": "800080", "fuchsia": "ff00ff",
         "green": "008000", "lime": "00ff00", "olive": "808000", "yellow": "ffff00",
         "navy": "000080", "blue": "0000ff", "teal": "008080", "aqua": "00ffff",
         "transparent": "ffffff00"}


class Style(NamedTuple):
    """scale: pixels a module; border: modules; dark, light: (red, green, blue, alpha), 0 to 255."""
    scale: int = 4
    border: int = QUIET_ZONE
    dark: tuple = (0, 0, 0, 255)
    light: tuple = (255, 255, 255, 255)

    def has_own_colours(self):
        """Is it anything but black on white?"""
        return (self.dark, self.light) != (PLAIN.dark, PLAIN.light)

    def with_border(self, matrix):
        """A matrix with light modules all around."""
        side = [0] * self.border
        blank = [[0] * (len(matrix) + 2 * self.border) for _ in range(self.border)]
        return blank + [side + row + side for row in matrix] + blank


PLAIN = Style()


def parse_colour(text):
    """A name, #RGB, #RRGGBB or #RRGGBBAA, the # optional -> (red, green, blue, alpha)."""
    digits = NAMES.get(text.lower(), text.lstrip("#"))
    if not re.fullmatch("[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}", digits):
        raise QRError(f"{text!r} is no colour: give #RRGGBB, or one of " + ", ".join(NAMES))
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    return tuple(bytes.fromhex(digits.ljust(8, "f")))


def luminance(colour):
    """Relative luminance on white paper, 0 to 1 (WCAG 2.2)."""
    *parts, alpha = colour
    on_white = [(part * alpha + 255 * (255 - alpha)) / 255 / 255 for part in parts]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in on_white]
    return sum(weight * v for weight, v in zip((0.2126, 0.7152, 0.0722), linear))


def contrast_warning(style):
    """What may keep a scanner from reading it, in words; None if nothing does."""
    dark, light = luminance(style.dark), luminance(style.light)
    if dark > light:
        return ("the dark colour is lighter than the light one: many scanners cannot read "
                "reversed symbols")
    if (light + 0.05) / (dark + 0.05) < 3:
        return "the two colours are so alike that scanners may not tell them apart"
    if style.border < QUIET_ZONE:
        return f"a border below {QUIET_ZONE} modules needs as much light ground around it"
    return None
