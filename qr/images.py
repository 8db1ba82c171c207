"""Pictures of symbols: PNG and SVG, written; PNG of any kind but interlaced, and our SVG, read.

A matrix is a list of rows of 0 (light) and 1 (dark). PNG: ISO/IEC 15948.
"""
import re
import struct
import zlib

from qrcode_tables import QRError

QUIET = 4                                        # light modules around a symbol
SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS, MOST_BYTES, LONGEST = 1 << 23, 1 << 25, 10000
LARGEST_FILE = 64 << 20                          # bytes


def framed(matrix):
    """A matrix with its quiet zone."""
    side = [0] * QUIET
    blank = [[0] * (len(matrix) + 2 * QUIET) for _ in range(QUIET)]
    return blank + [side + row + side for row in matrix] + blank


# ---- Writing --------------------------------------------------------------------------------------------------------
def stored(data):
    """A zlib stream of the data as it is. Compressed bytes differ between builds of zlib; these do not."""
    blocks = [data[i:i + 65535] for i in range(0, len(data), 65535)]
    return b"\x78\x01" + b"".join(struct.pack("<BHH", i == len(blocks) - 1, len(block), len(block) ^ 0xFFFF) + block
                                  for i, block in enumerate(blocks)) + struct.pack(">I", zlib.adler32(data))


def to_png(matrix, scale=4):
    """A PNG of one bit a pixel, `scale` pixels a module."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b""
    for row in framed(matrix):
        bits = "".join("01"[not module] * scale for module in row)
        bits += "0" * (-len(bits) % 8)
        lines += (b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")) * scale
    side = (len(matrix) + 2 * QUIET) * scale
    return (SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
            + chunk(b"IDAT", stored(lines)) + chunk(b"IEND", b""))


def to_svg(matrix):
    """An SVG: white ground, and one path of all dark modules, runs along a row as one rectangle."""
    n = len(matrix) + 2 * QUIET
    runs = "".join("M%d %dh%dv1h-%dz" % (run.start(), i, len(run.group()), len(run.group()))
                   for i, row in enumerate(framed(matrix))
                   for run in re.finditer("1+", "".join(map(str, row))))
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">'
            '<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>\n' % (n, n, n, n, runs)).encode()


def to_text(matrix):
    """Half blocks, two rows a line, light modules drawn: for a terminal of light letters on dark ground."""
    rows = framed(matrix)
    rows += [[1] * len(rows[0])] * (len(rows) % 2)
    return "".join("".join("█▀▄ "[2 * upper + lower] for upper, lower in zip(*pair)) + "\n"
                   for pair in zip(rows[::2], rows[1::2])).encode()


# ---- Reading --------------------------------------------------------------------------------------------------------
def chunks(data):
    """(kind, data) of each chunk of a PNG whose CRC agrees; QRError where the file ends early or a CRC does not."""
    place = len(SIGNATURE)
    while True:
        head = data[place:place + 8]
        if len(head) < 8:
            raise QRError("is a PNG that is cut short")
        length, kind = struct.unpack(">I4s", head)
        body, crc = data[place + 8:place + 8 + length], data[place + 8 + length:place + 12 + length]
        if len(crc) < 4:
            raise QRError("is a PNG that is cut short")
        if struct.unpack(">I", crc)[0] != zlib.crc32(kind + body):
            raise QRError("is a damaged PNG: a checksum does not agree")
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + length


def unfiltered(raw, height, stride, step):
    """The scan lines of a PNG with their filters undone (section 9); step: bytes from a pixel to the next."""
    lines, before = [], bytearray(stride)
    for y in range(height):
        kind, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        if kind == 1:
            for i in range(step, stride):
                line[i] = line[i] + line[i - step] & 255
        elif kind == 2:
            line = bytearray(a + b & 255 for a, b in zip(line, before))
        elif kind == 3:
            for i in range(stride):
                line[i] = line[i] + ((line[i - step] if i >= step else 0) + before[i]) // 2 & 255
        elif kind == 4:
            for i in range(stride):
                a, b, c = (line[i - step], before[i], before[i - step]) if i >= step else (0, before[i], 0)
                p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                line[i] = line[i] + (a if p <= q and p <= r else b if q <= r else c) & 255
        elif kind:
            raise QRError("is a PNG with a filter that there is not")
        lines.append(bytes(line))
        before = line
    return lines


def dark_pixels(data):
    """The pixels of a PNG as rows of 0 (light) and 1 (dark), transparent ones on white. QRError where that fails."""
    found = list(chunks(data))
    if not found or found[0][0] != b"IHDR" or len(found[0][1]) != 13:
        raise QRError("is a PNG without a header")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", found[0][1])
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colour)
    if not channels or depth not in {0: (1, 2, 4, 8, 16), 3: (1, 2, 4, 8)}.get(colour, (8, 16)) or interlaced:
        raise QRError("is a PNG of a kind that is not read; save it as greyscale or RGB, not interlaced")
    stride, step = (width * channels * depth + 7) // 8, max(1, channels * depth // 8)
    size = height * (stride + 1)
    if not 0 < width * height <= MOST_PIXELS or size > MOST_BYTES or max(width, height) > LONGEST:
        raise QRError("is %d x %d pixels; at most %d million are read, make it smaller" % (
            width, height, MOST_PIXELS // 10 ** 6))
    try:
        raw = zlib.decompressobj().decompress(b"".join(body for kind, body in found if kind == b"IDAT"), size)
    except zlib.error:
        raise QRError("is a damaged PNG: its pixels do not unpack") from None
    if len(raw) < size:
        raise QRError("is a PNG with fewer pixels than it declares")
    parts = {kind: body for kind, body in found}
    palette, alphas = parts.get(b"PLTE", b""), parts.get(b"tRNS", b"")
    most = (1 << depth) - 1

    def dark(values):
        """Is a pixel of these channel values nearer to black than to white?"""
        if colour == 3:
            rgb, k = palette[3 * values[0]:3 * values[0] + 3], values[0]
            if len(rgb) < 3:
                raise QRError("is a PNG with a colour that is not in its palette")
            alpha, top = alphas[k] / 255 if k < len(alphas) else 1, 255
        else:
            rgb, alpha, top = values[:3] if channels > 2 else values[:1] * 3, 1, most
            if colour in (4, 6):
                alpha = values[-1] / most
            elif len(alphas) == 2 * channels and struct.unpack(">%dH" % channels, alphas) == tuple(values):
                alpha = 0
        grey = (0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]) / top
        return int(grey * alpha + 1 - alpha < 0.5)

    known, rows = {}, []
    for line in unfiltered(raw, height, stride, step):
        if depth < 8:
            bits = "{:0{}b}".format(int.from_bytes(line, "big"), 8 * stride)
            pixels = [(int(bits[i:i + depth], 2),) for i in range(0, width * depth, depth)]
        else:
            values = line if depth == 8 else struct.unpack(">%dH" % (width * channels), line)
            pixels = zip(*[iter(values)] * channels)
        row = []
        for pixel in pixels:
            if pixel not in known:
                if len(known) > 1 << 16:
                    known.clear()
                known[pixel] = dark(pixel)
            row.append(known[pixel])
        rows.append(row)
    return rows


def from_svg(data):
    """The modules of an SVG that `to_svg` wrote, one pixel a module, with the quiet zone."""
    box = re.search(rb'viewBox="0 0 (\d{1,4}) \1"', data)
    if not box or int(box.group(1)) > 1000:
        raise QRError("is an SVG, but not one that encode_qr.py wrote")
    n = int(box.group(1))
    rows = [[0] * n for _ in range(n)]
    for x, y, width in re.findall(rb"M(\d{1,4}) (\d{1,4})h(\d{1,4})v1h", data):
        x, y, width = int(x), int(y), int(width)
        if y >= n or x + width > n:
            raise QRError("is an SVG with modules outside its frame")
        rows[y][x:x + width] = [1] * width
    return rows


def read_image(data):
    """The bytes of a picture -> rows of pixels, 0 or 1. QRError for what is neither PNG nor our SVG."""
    if data.startswith(SIGNATURE):
        return dark_pixels(data)
    if b"<svg" in data[:1000]:
        return from_svg(data)
    raise QRError("is neither a PNG nor an SVG of encode_qr.py; save the symbol as PNG")
