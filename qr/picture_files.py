"""Pictures in any form that people have them: PNG, JPEG, PBM, PGM, PPM and BMP, as greys.

The same text stands in punchcard/ and qr/.
"""
import itertools
import re
import struct

import jpeg
import png
from grey import Grey, PictureError, halve
from png import check_size, luminance

MAX_FILE = 200 << 20                             # bytes
# Other files that people have, by their first bytes: name, and what converts them.
CONVERT = "magick INPUT OUTPUT.png"
OTHER_FILES = (
    (rb"RIFF....WEBP", "a WebP picture", CONVERT), (rb"GIF8", "a GIF picture", CONVERT),
    (rb"....ftyp(hei|hev|mif|msf|avi)", "a HEIC or AVIF picture", CONVERT),
    (rb"(II\*\0|MM\0\*)", "a TIFF picture", CONVERT), (rb"\xff\x0a|....JXL ", "a JPEG XL picture",
                                                       CONVERT),
    (rb"%PDF", "a PDF document", "pdftoppm -r 150 -png INPUT OUTPUT"))
BMP_HEADER, BMP_DEPTHS = 54, (1, 4, 8, 24, 32)
OS2_HEADER, BMP_HEADERS = 12, (12, 40, 52, 56, 64, 108, 124)       # their sizes
BITFIELDS = 3                                    # the masks of 32 bits that everyone writes


class Picture:
    """A picture of which greys of several sizes can be had."""

    def __init__(self, image, shrink=1, jpeg_data=None):
        """image: what is there already, at 1/shrink; jpeg_data: of which the rest can be made."""
        self.cache, self.jpeg_data = {shrink: image}, jpeg_data
        self.side = shrink * max(image.width, image.height)      # of the whole, about
        self.pixels = shrink * shrink * image.width * image.height

    def grey(self, shrink):
        """The Grey picture at 1/shrink of its size; shrink: 1, 2, 4 or 8."""
        if shrink not in self.cache:
            self.cache[shrink] = jpeg.read_jpeg(self.jpeg_data, shrink) if self.jpeg_data \
                else halve(self.grey(shrink // 2))
        return self.cache[shrink]


def open_picture(data):
    """The bytes of a file -> Picture. PictureError for another kind of file, or a damaged one."""
    if data.startswith(jpeg.SIGNATURE):
        return Picture(jpeg.read_jpeg(data, 8), 8, data)
    return Picture(read(data))


def is_picture(data):
    """Does a file begin like a picture, of a kind that is read or of one that is only named?"""
    kinds = (png.SIGNATURE, jpeg.SIGNATURE)
    return (data.startswith(kinds) or is_bmp(data) or bool(re.match(rb"P[1-6]\s", data))
            or any(re.match(pattern, data, re.S) for pattern, *_ in OTHER_FILES))


def is_bmp(data):
    """Does a file begin like a BMP: its header's size is one of those that there are?"""
    return data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in BMP_HEADERS


def read(data):
    """The bytes of a file, any but a JPEG -> Grey."""
    if data.startswith(png.SIGNATURE):
        return png.read_png(data)
    if is_bmp(data):
        return read_bmp(data)
    if re.match(rb"P[1-6]\s", data):
        return read_netpbm(data)
    for pattern, kind, command in OTHER_FILES:
        if re.match(pattern, data, re.S):
            raise PictureError(f"is {kind}; convert it: {command}")
    raise PictureError("is no picture that is known here; give a PNG, JPEG, BMP, PBM, PGM or PPM")


# ---- PBM, PGM, PPM (netpbm's formats P1 to P6) ----------------------------------------------
def netpbm_header(data, count):
    """(`count` numbers of a header, where it ends); comments begin with #."""
    pattern = rb"P\d" + rb"(?:\s|#[^\n]*\n)+(\d{1,6})" * count       # one way to match only
    match = re.match(pattern, data)
    if not match:
        raise PictureError("is a PBM, PGM or PPM without a whole header; take another copy")
    return list(map(int, match.groups())), match.end()


def netpbm_samples(data, kind, start, count, maximum):
    """The samples after a header, each scaled to a byte."""
    if kind <= 3:                                # written in decimal; of P1, single digits
        text = re.sub(rb"#[^\n]*", b"", data[start:])
        if kind == 1:
            digits = text.translate(bytes(255 * (value == 49) for value in range(256)),
                                    b" \t\r\n\v\f")
            return digits[:count]
        numbers = itertools.islice(re.finditer(rb"\d{1,6}", text), count)
        return bytes(min(int(number[0]), maximum) * 255 // maximum for number in numbers)
    step = 1 if maximum < 256 else 2
    samples = data[start + 1:start + 1 + count * step:step]      # of two bytes the high one
    top = maximum if step == 1 else maximum >> 8
    if top == 255:
        return samples
    return samples.translate(bytes(min(value, top) * 255 // max(1, top) for value in range(256)))


def read_netpbm(data):
    """A PBM, PGM or PPM -> Grey."""
    kind = data[1] - ord("0")
    bitmap = kind in (1, 4)
    (width, height, *rest), start = netpbm_header(data, 2 if bitmap else 3)
    maximum = rest[0] if rest else 1
    check_size(width, height)
    if not 0 < maximum < 65536:
        raise PictureError("is a PGM or PPM with an illegal maximum; take another copy")
    if kind == 4:
        stride = (width + 7) // 8
        bits = [bytes(255 * (byte >> shift & 1 ^ 1) for shift in range(7, -1, -1))
                for byte in range(256)]
        rows = [b"".join(map(bits.__getitem__, data[k:k + stride]))[:width]
                for k in range(start + 1, start + 1 + stride * height, stride)]
        grey = b"".join(rows)
    else:
        channels = 3 if kind in (3, 6) else 1
        samples = netpbm_samples(data, kind, start, width * height * channels, maximum)
        if kind == 1:
            samples = samples.translate(bytes(range(255, -1, -1)))
        grey = luminance([samples[k:len(samples) // channels * channels:channels]
                          for k in range(channels)])
    if len(grey) != width * height:
        raise PictureError("is a truncated PBM, PGM or PPM; take a whole copy")
    return Grey(width, height, grey)


# ---- BMP ------------------------------------------------------------------------------------
def read_bmp(data):
    """An uncompressed BMP -> Grey."""
    if len(data) < BMP_HEADER:
        raise PictureError("is a truncated BMP; take a whole copy")
    start, size, width, height, _, depth, compression, _, _, _, colours = struct.unpack(
        "<IIiiHHIIiiI", data[10:50])
    if size == OS2_HEADER:
        raise PictureError(f"is a BMP of an unusual kind; convert it: {CONVERT}")
    if depth not in BMP_DEPTHS or compression and (depth, compression) != (32, BITFIELDS):
        raise PictureError(f"is a BMP of an unusual kind; convert it: {CONVERT}")
    check_size(width, abs(height))
    stride = (width * depth + 31) // 32 * 4
    if width < 0 or len(data) < start + stride * abs(height):
        raise PictureError("is a truncated BMP; take a whole copy")
    reader = bmp_line_reader(data, 14 + size, depth, colours)
    rows = [reader(data[start + k * stride:start + (k + 1) * stride])[:width]
            for k in range(abs(height))]
    return Grey(width, abs(height), b"".join(rows if height < 0 else rows[::-1]))


def bmp_line_reader(data, palette_start, depth, colours):
    """A function from a line of a BMP to its greys."""
    if depth > 8:
        step = depth // 8
        return lambda line: luminance([line[k:len(line) // step * step:step] for k in (2, 1, 0)])
    count = min(colours or 1 << depth, 1 << depth)
    palette = data[palette_start:palette_start + 4 * count]
    palette = palette[:len(palette) // 4 * 4]
    greys = luminance([palette[k::4] for k in (2, 1, 0)]).ljust(1 << depth, b"\0")
    shifts = range(8 - depth, -1, -depth)
    table = [bytes(greys[byte >> shift & (1 << depth) - 1] for shift in shifts)
             for byte in range(256)]
    return lambda line: b"".join(map(table.__getitem__, line))
