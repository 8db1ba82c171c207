"""PNG files: written with one bit a pixel; read in any kind but interlaced (ISO/IEC 15948)."""
import struct
import zlib

from qrcode_tables import QRError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS, MAX_BYTES, MAX_SIDE = 1 << 23, 1 << 25, 10000
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}        # of a colour type (table 6)
PALETTE, GREY_ALPHA, RGB_ALPHA = 3, 4, 6         # colour types
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
LUMA = (0.299, 0.587, 0.114)                     # weights of red, green and blue (ITU-R BT.601)
MAX_KNOWN = 1 << 16                              # colours of which the shade is remembered


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


def write_png(rows, scale):
    """Rows of modules -> a PNG of one bit a pixel, `scale` x `scale` pixels a module."""
    lines = b""
    for row in rows:
        bits = "".join("01"[not module] * scale for module in row)
        bits += "0" * (-len(bits) % 8)
        lines += (b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")) * scale
    header = struct.pack(">IIBBBBB", len(rows[0]) * scale, len(rows) * scale, 1, 0, 0, 0, 0)
    return (SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", stored_zlib(lines))
            + chunk(b"IEND", b""))


# ---- Reading --------------------------------------------------------------------------------
def read_chunks(data):
    """[(kind, data)] of the chunks of a PNG. QRError where it ends early or a CRC disagrees."""
    chunks, offset = [], len(SIGNATURE)
    while not chunks or chunks[-1][0] != b"IEND":
        header = data[offset:offset + 8]
        length, kind = struct.unpack(">I4s", header) if len(header) == 8 else (0, b"")
        body, crc = data[offset + 8:offset + 8 + length], data[offset + 8 + length:][:4]
        if len(crc) < 4:
            raise QRError("is a truncated PNG; take a whole copy")
        if struct.unpack(">I", crc)[0] != zlib.crc32(kind + body):
            raise QRError("is a damaged PNG, a checksum disagrees; take an undamaged copy")
        chunks.append((kind, body))
        offset += 12 + length
    return chunks


def paeth(a, b, c):
    """Which of left, above and upper left is nearest to a + b - c (section 9.4)."""
    p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
    if p <= q and p <= r:
        return a
    return b if q <= r else c


def unfilter_line(kind, line, above, step):
    """Undo filter `kind` of a scan line, a bytearray, in place (section 9.2).

    above: the line before, unfiltered; step: bytes from a pixel to the next.
    """
    if kind == 1:
        for i in range(step, len(line)):
            line[i] = line[i] + line[i - step] & 255
    elif kind == 2:
        line[:] = bytes(a + b & 255 for a, b in zip(line, above))
    elif kind == 3:
        for i in range(len(line)):
            left = line[i - step] if i >= step else 0
            line[i] = line[i] + (left + above[i]) // 2 & 255
    elif kind == 4:
        for i in range(len(line)):
            left, upper_left = (line[i - step], above[i - step]) if i >= step else (0, 0)
            line[i] = line[i] + paeth(left, above[i], upper_left) & 255
    elif kind:
        raise QRError(f"has the unknown PNG filter {kind}; save it again as PNG")


def unfilter(raw, height, stride, step):
    """Yield the scan lines of `stride` bytes without their filters."""
    above = bytearray(stride)
    for y in range(height):
        start = y * (stride + 1)
        line = bytearray(raw[start + 1:start + 1 + stride])
        unfilter_line(raw[start], line, above, step)
        yield bytes(line)
        above = line


class Header:
    """The fields of a PNG's header. QRError for a picture of another kind, or a huge one."""

    def __init__(self, chunks):
        kind, body = chunks[0]
        if kind != b"IHDR" or len(body) != 13:
            raise QRError("is a PNG without a header; save it again as PNG")
        self.width, self.height, self.depth, self.colour, _, _, interlaced = struct.unpack(
            ">IIBBBBB", body)
        if interlaced or self.depth not in DEPTHS.get(self.colour, ()):
            raise QRError("is a PNG of an unsupported kind; save it as greyscale or RGB, "
                          "not interlaced")
        self.channels = CHANNELS[self.colour]
        bits = self.channels * self.depth
        self.stride, self.step = (self.width * bits + 7) // 8, max(1, bits // 8)
        self.size = self.height * (self.stride + 1)
        pixels = self.width * self.height
        if (not 0 < pixels <= MAX_PIXELS or self.size > MAX_BYTES
                or max(self.width, self.height) > MAX_SIDE):
            raise QRError(f"is {self.width} x {self.height} pixels; at most "
                          f"{MAX_PIXELS // 10 ** 6} million are read, make it smaller")

    def samples(self, line):
        """A scan line -> an iterable of pixels, each a tuple of its channels' values."""
        if self.depth < 8:
            bits = f"{int.from_bytes(line, 'big'):0{8 * self.stride}b}"
            ends = range(0, self.width * self.depth, self.depth)
            return [(int(bits[i:i + self.depth], 2),) for i in ends]
        if self.depth == 16:
            line = struct.unpack(f">{self.width * self.channels}H", line)
        return zip(*[iter(line)] * self.channels)


def brightness(pixel, header, palette, transparency):
    """0 (black) to 1 (white) of a pixel, a tuple of its channels' values, over white paper."""
    maximum, alpha = (1 << header.depth) - 1, 1
    if header.colour == PALETTE:
        index, maximum = pixel[0], 255
        rgb = palette[3 * index:3 * index + 3]
        if len(rgb) < 3:
            raise QRError("is a PNG with a colour outside its palette; save it again as PNG")
        if index < len(transparency):
            alpha = transparency[index] / 255
    else:
        rgb = pixel[:3] if header.channels > 2 else pixel[:1] * 3
        if header.colour in (GREY_ALPHA, RGB_ALPHA):
            alpha = pixel[-1] / maximum
        elif transparency == struct.pack(f">{header.channels}H", *pixel):
            alpha = 0
    grey = sum(weight * value for weight, value in zip(LUMA, rgb)) / maximum
    return grey * alpha + 1 - alpha


def read_png(data):
    """The pixels of a PNG as rows of 0 (light) and 1 (dark). QRError where that fails."""
    chunks = read_chunks(data)
    header, parts = Header(chunks), dict(chunks)
    packed = b"".join(body for kind, body in chunks if kind == b"IDAT")
    try:
        raw = zlib.decompressobj().decompress(packed, header.size)
    except zlib.error:
        raise QRError("is a damaged PNG, its pixels do not unpack; take another copy") from None
    if len(raw) < header.size:
        raise QRError("is a PNG with fewer pixels than it declares; take a whole copy")
    palette, transparency = parts.get(b"PLTE", b""), parts.get(b"tRNS", b"")
    dark, rows = {}, []
    for line in unfilter(raw, header.height, header.stride, header.step):
        row = []
        for pixel in header.samples(line):
            if pixel not in dark:
                if len(dark) > MAX_KNOWN:
                    dark.clear()
                dark[pixel] = int(brightness(pixel, header, palette, transparency) < 0.5)
            row.append(dark[pixel])
        rows.append(row)
    return rows
