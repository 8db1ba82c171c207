"""PNG files (ISO/IEC 15948): written with one bit a pixel; all kinds read, as greys.

Filters join each byte with those of the same place in the pixels beside and above it only. So bytes
of one place form a plane that is unfiltered alone, and planes that no grey needs (the low bytes of
16-bit samples) are not unfiltered at all.
"""
import array
import itertools
import struct
import sys
import zlib

from .grey import Grey, PictureError, add_bytes

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS, MAX_SIDE = 50_000_000, 65_500
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}        # of a colour type (table 6)
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6         # colour types
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
LUMA = (0.299, 0.587, 0.114)                     # weights of red, green and blue (ITU-R BT.601)
LUMA_TABLES = [bytes(round(weight * value) for value in range(256)) for weight in LUMA]
# First column and row, and the steps across and down, of the seven passes (section 8.2).
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))
NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
MAX_COLOUR_PIXELS = 20_000_000                   # of more, green alone makes the grey
INFLATE_STEP = 1 << 20                           # bytes of a scan line's data unpacked at a time


# ---- Writing --------------------------------------------------------------------------------
def stored_zlib(data):
    """A zlib stream of uncompressed data: compressed bytes differ between builds of zlib."""
    blocks = [data[i:i + 65535] for i in range(0, len(data), 65535)]
    body = b"".join(
        struct.pack("<BHH", i == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
        for i, block in enumerate(blocks))
    return b"\x78\x01" + body + struct.pack(">I", zlib.adler32(data))


def chunk(kind, data):
    """A chunk of a PNG: length, kind, data, CRC (section 5.3)."""
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data)))


def write_png(rows, scale, palette=None):
    """Rows of modules -> a PNG of one bit a pixel, `scale` x `scale` pixels a module.

    Dark modules are black and light ones white, or as in `palette`: the two as (red, green, blue,
    alpha), 0 to 255.
    """
    lines = b""
    for row in rows:
        bits = "".join("01"[not module] * scale for module in row)
        bits += "0" * (-len(bits) % 8)
        lines += (b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")) * scale
    kind = 3 if palette else 0
    header = struct.pack(">IIBBBBB", len(rows[0]) * scale, len(rows) * scale, 1, kind, 0, 0, 0)
    extra = b""
    if palette:
        extra = chunk(b"PLTE", b"".join(bytes(colour[:3]) for colour in palette))
        extra += chunk(b"tRNS", bytes(colour[3] for colour in palette))
    return (SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", stored_zlib(lines))
            + chunk(b"IEND", b""))


# ---- Reading: the file ----------------------------------------------------------------------
def read_chunks(data):
    """[(kind, data)] of the chunks of a PNG that are needed.

    PictureError where it ends early or a CRC disagrees.
    """
    chunks, offset, kind = [], len(SIGNATURE), b""
    while kind != b"IEND":
        header = data[offset:offset + 8]
        length, kind = struct.unpack(">I4s", header) if len(header) == 8 else (0, b"")
        end = offset + 8 + length
        body, crc = data[offset + 8:end], data[end:end + 4]
        if len(crc) < 4:
            raise PictureError("is a truncated PNG; take a whole copy")
        if struct.unpack(">I", crc)[0] != zlib.crc32(body, zlib.crc32(kind)):
            raise PictureError("is a damaged PNG, a checksum disagrees; take an undamaged copy")
        if not chunks or kind in NEEDED and (body or kind != b"IDAT"):
            chunks.append((kind, body))
        offset = end + 4
    return chunks


def check_size(width, height):
    """PictureError for a picture of no pixels, or of too many."""
    if not 0 < width * height <= MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise PictureError(f"is {width} x {height} pixels; at most {MAX_PIXELS // 10 ** 6} "
                           f"million are read, and {MAX_SIDE} on a side")


class Header:
    """The fields of a PNG's header. PictureError for an unknown kind, or a huge picture."""

    def __init__(self, chunks):
        kind, body = chunks[0]
        if kind != b"IHDR" or len(body) != 13:
            raise PictureError("is a PNG without a header; save it again as PNG")
        self.width, self.height, self.depth, self.colour, _, _, self.interlaced = struct.unpack(
            ">IIBBBBB", body)
        if self.interlaced > 1 or self.depth not in DEPTHS.get(self.colour, ()):
            raise PictureError("is a PNG of an unknown kind; save it again as PNG")
        self.channels = CHANNELS[self.colour]
        check_size(self.width, self.height)

    def line_bytes(self, width):
        """Bytes of a scan line of so many pixels, without its filter."""
        return (width * self.channels * self.depth + 7) // 8


def scan_lines(packed, lengths):
    """Yield scan lines of these lengths, unpacked as they are needed."""
    unpacker, buffer, offset = zlib.decompressobj(), b"", 0
    try:
        for length in lengths:
            while len(buffer) - offset < length:
                more = unpacker.decompress(packed, INFLATE_STEP)
                if not more:
                    raise PictureError(
                        "is a PNG with fewer pixels than it declares; take a whole copy")
                packed = unpacker.unconsumed_tail
                buffer, offset = buffer[offset:] + more, 0
            yield buffer[offset:offset + length]
            offset += length
    except zlib.error:
        raise PictureError(
            "is a damaged PNG, its pixels do not unpack; take another copy") from None


# ---- Reading: filters (section 9) -----------------------------------------------------------
def unfilter_average(plane, above):
    """Each byte plus half the sum of the ones on its left and above."""
    out, left = bytearray(), 0
    for byte, b in zip(plane, above):
        left = byte + (left + b >> 1) & 255
        out.append(left)
    return out


def unfilter_paeth(plane, above):
    """Each byte plus that of left, above and upper left which is nearest to a + b - c."""
    out, a, c = bytearray(), 0, 0
    for byte, b in zip(plane, above):
        p, q = b - c, a - c                      # distances of a and b from a + b - c
        r = p + q
        p, q, r = abs(p), abs(q), abs(r)
        if p > q or p > r:
            a = b if q <= r else c
        a = byte + a & 255
        out.append(a)
        c = b
    return out


def unfilter_sub(plane, _above):
    """Each byte plus the one on its left: sums from the left, of which the low bytes count."""
    sums = array.array("I", itertools.accumulate(plane))
    return sums.tobytes()[0 if sys.byteorder == "little" else sums.itemsize - 1::sums.itemsize]


UNFILTER = (lambda plane, _above: plane, unfilter_sub, add_bytes, unfilter_average,
            unfilter_paeth)


# ---- Reading: greys -------------------------------------------------------------------------
def over_white(grey, alpha):
    """Greys as they look on white paper, given how opaque each is."""
    if not alpha.strip(b"\xff"):
        return grey
    return bytes([(g * a + 255 * (255 - a) + 127) // 255 for g, a in zip(grey, alpha)])


def palette_greys(palette, transparency):
    """The grey of each entry of a palette, on white paper."""
    whole = palette[:len(palette) // 3 * 3]
    grey = luminance([whole[0::3], whole[1::3], whole[2::3]])
    return over_white(grey, transparency[:len(grey)].ljust(len(grey), b"\xff"))


def luminance(planes):
    """Planes of red, green and blue, or one of grey -> greys. No sum exceeds 255."""
    if len(planes) == 1:
        return bytes(planes[0])
    red, green, blue = (int.from_bytes(plane.translate(table), "little")
                        for plane, table in zip(planes, LUMA_TABLES))
    return (red + green + blue).to_bytes(len(planes[0]), "little")


class LineReader:
    """Scan lines of a PNG, filtered -> rows of greys."""

    def __init__(self, header, palette, transparency):
        self.header, self.colour = header, header.colour
        self.key = None                          # bytes of the colour that is transparent
        self.size = max(1, header.depth // 8)    # bytes of a sample
        if header.colour in (GREY, RGB) and transparency:
            self.key = tuple(transparency[:2 * header.channels])
            if self.size == 1:
                self.key = self.key[1::2]
        self.step = header.channels * self.size
        self.offsets = range(0, self.step, 1 if self.key else self.size)
        if header.channels > 2 and not self.key and \
                header.width * header.height > MAX_COLOUR_PIXELS:
            self.offsets = self.offsets[1::2]    # green, and alpha where there is one
        self.table, maximum = None, (1 << min(header.depth, 8)) - 1
        self.known = 256
        if self.colour == PALETTE:
            self.table = palette_greys(palette, transparency)
            self.known = len(self.table)
            self.table = self.table.ljust(256, b"\0")
        elif header.depth < 8:
            self.table = bytes(255 if self.key == (value,) else min(value, maximum) * 255 // maximum
                               for value in range(256))
        self.spread = None
        if header.depth < 8:                     # a byte -> its samples
            shifts = range(8 - header.depth, -1, -header.depth)
            self.spread = [bytes(byte >> shift & maximum for shift in shifts)
                           for byte in range(256)]

    def read(self, lines, width):
        """Yield rows of `width` greys from scan lines."""
        above = [bytes(len(self.plane(b"\0" * self.header.line_bytes(width), offset)))
                 for offset in self.offsets]
        for line in lines:
            if line[0] >= len(UNFILTER):
                raise PictureError(f"has the unknown PNG filter {line[0]}; save it again as PNG")
            unfilter = UNFILTER[line[0]]
            above = [unfilter(self.plane(line, 1 + offset), plane)
                     for offset, plane in zip(self.offsets, above)]
            yield self.greys(above, width)

    def plane(self, line, offset):
        """The bytes of a line that lie at one place of each pixel."""
        return line[offset::self.step]

    def greys(self, planes, width):
        """A row of greys from unfiltered planes."""
        if self.spread:
            samples = b"".join(map(self.spread.__getitem__, planes[0]))[:width]
        else:
            samples = planes[0]
        if self.table:
            if max(samples) >= self.known:
                raise PictureError(
                    "is a PNG with a colour outside its palette; save it again as PNG")
            return samples.translate(self.table)
        high = planes[::self.size] if self.key else planes
        if self.colour in (GREY_ALPHA, RGB_ALPHA):
            return over_white(luminance(high[:-1]), high[-1])
        grey = luminance(high)
        if self.key:
            grey = bytes([255 if pixel == self.key else g
                          for pixel, g in zip(zip(*planes), grey)])
        return grey


def read_png(data):
    """The bytes of a PNG -> a Grey picture, on white paper. PictureError where that fails."""
    chunks = read_chunks(data)
    header, parts = Header(chunks), dict(chunks)
    reader = LineReader(header, parts.get(b"PLTE", b""), parts.get(b"tRNS", b""))
    width, height = header.width, header.height
    passes = [(x, y, dx, dy, (width - x + dx - 1) // dx, (height - y + dy - 1) // dy)
              for x, y, dx, dy in (PASSES if header.interlaced else ((0, 0, 1, 1),))]
    lengths = (1 + header.line_bytes(columns) for *_, columns, rows in passes if columns > 0
               for _ in range(rows))
    lines = scan_lines(b"".join(body for kind, body in chunks if kind == b"IDAT"), lengths)
    pixels = bytearray(width * height)
    for x, y, dx, dy, columns, rows in passes:
        if columns > 0:
            rows_of_pass = reader.read(itertools.islice(lines, max(0, rows)), columns)
            for k, row in enumerate(rows_of_pass):
                start = (y + k * dy) * width
                pixels[start + x:start + width:dx] = row
    return Grey(width, height, bytes(pixels))
