"""Frame and scan headers of JPEG files (ITU-T T.81, B.2.2, B.2.3), and the order of blocks."""
import re
import struct

from .grey import PictureError
from .jpeg_codes import DAMAGED
from .png import check_size


def ceiling(a, b):
    """a / b, rounded up."""
    return -(-a // b)


class Component:
    """One of a frame's components: its sampling, and how many blocks it has."""

    def __init__(self, identifier, sampling, table):
        self.identifier, self.table = identifier, table
        self.across, self.down = sampling >> 4, sampling & 15
        if not (1 <= self.across <= 4 and 1 <= self.down <= 4):
            raise PictureError(DAMAGED)
        self.columns = self.lines = self.wide = self.high = 0


class Frame:
    """The frame header (B.2.2). `luma` is the component that is decoded."""

    def __init__(self, body, progressive, is_rgb):
        self.progressive = progressive
        precision, self.height, self.width, count = struct.unpack(">BHHB", body[:6])
        if precision != 8 or count not in (1, 3):
            raise PictureError("is a JPEG of an unusual kind (CMYK or 12 bits); save it as RGB")
        check_size(self.width, self.height)
        self.components = [Component(*body[6 + 3 * i:9 + 3 * i]) for i in range(count)]
        self.most_across = max(c.across for c in self.components)
        self.most_down = max(c.down for c in self.components)
        self.mcus_across = ceiling(self.width, 8 * self.most_across)
        self.mcus_down = ceiling(self.height, 8 * self.most_down)
        for c in self.components:
            c.columns, c.lines = self.mcus_across * c.across, self.mcus_down * c.down
            c.wide = ceiling(ceiling(self.width * c.across, self.most_across), 8)
            c.high = ceiling(ceiling(self.height * c.down, self.most_down), 8)
        is_rgb = is_rgb or bytes(c.identifier for c in self.components) == b"RGB"
        # Of red, green and blue, which hardly any JPEG has, green stands for the luminance.
        self.luma = self.components[1 if is_rgb and count == 3 else 0]


class Scan:
    """The scan header (B.2.3), and the entropy-coded data after it, in restart intervals."""

    def __init__(self, frame, body, data):
        count = body[0]
        by_name = {c.identifier: c for c in frame.components}
        self.parts = []                          # [(component, DC table, AC table)]
        for name, tables in zip(body[1:1 + 2 * count:2], body[2:2 + 2 * count:2]):
            self.parts.append((by_name[name], tables >> 4, tables & 15))
        self.first, self.last, bits = body[1 + 2 * count:4 + 2 * count]
        self.high, self.low = bits >> 4, bits & 15
        if not (self.parts and self.first <= self.last < 64 and self.low < 14):
            raise PictureError(DAMAGED)
        self.intervals = [part.replace(b"\xff\0", b"\xff")
                          for part in re.split(rb"\xff[\xd0-\xd7]", data)]


def units(frame, scan, restart):
    """Yield (the data of a restart interval, (line, column) of each of its units), in order.

    A unit is an MCU; in a scan of one component, a block.
    """
    if len(scan.parts) > 1:
        across, total = frame.mcus_across, frame.mcus_across * frame.mcus_down
    else:
        component = scan.parts[0][0]
        across, total = component.wide, component.wide * component.high
    interval = restart or total
    for index, start in enumerate(range(0, total, interval)):
        if index >= len(scan.intervals):
            return
        yield scan.intervals[index], (divmod(k, across)
                                      for k in range(start, min(start + interval, total)))
