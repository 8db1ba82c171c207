"""Pictures in the forms that people have them: PNG, JPEG, BMP, PBM, PGM and PPM, as greys."""
import re
import struct

from . import jpeg, png
from .grey import Grey, PictureError, halve
from .png import check_size, luminance

MAX_FILE = 200 << 20                             # bytes
CONVERT = "convert it: magick INPUT OUTPUT.png"
BMP_HEADER, BMP_DEPTHS = 54, (1, 4, 8, 24, 32)
BMP_HEADERS = (40, 52, 56, 64, 108, 124)         # the sizes of the header after the file's own


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
    """Does a file begin like a picture of a kind that is read?"""
    return data.startswith((png.SIGNATURE, jpeg.SIGNATURE)) or is_bmp(data) or is_netpbm(data)


def is_bmp(data):
    """Does a file begin like a BMP: is its header's size one of the standard ones?"""
    return data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in BMP_HEADERS


def is_netpbm(data):
    """Does a file begin like a binary PBM, PGM or PPM?"""
    return bool(re.match(rb"P[456]\s", data))


def read(data):
    """The bytes of a file, any but a JPEG -> Grey."""
    if data.startswith(png.SIGNATURE):
        return png.read_png(data)
    if is_bmp(data):
        return read_bmp(data)
    if is_netpbm(data):
        return read_netpbm(data)
    raise PictureError("is no PNG, JPEG, BMP, PBM, PGM or PPM; " + CONVERT)


# ---- PBM, PGM, PPM (netpbm's formats P4 to P6) ----------------------------------------------
def netpbm_header(data, count):
    """(`count` numbers of a header, where it ends); comments begin with #."""
    pattern = rb"P\d" + rb"(?:\s|#[^\n]*\n)+(\d{1,6})" * count       # one way to match only
    match = re.match(pattern, data)
    if not match:
        raise PictureError("is a PBM, PGM or PPM without a whole header; take another copy")
    return list(map(int, match.groups())), match.end()


def netpbm_samples(data, start, count, maximum):
    """The samples after a header, each scaled to a byte; of two bytes the high one counts."""
    step = 1 if maximum < 256 else 2
    samples = data[start + 1:start + 1 + count * step:step]
    top = maximum if step == 1 else maximum >> 8
    if top == 255:
        return samples
    return samples.translate(bytes(min(value, top) * 255 // max(1, top) for value in range(256)))


def netpbm_bits(data, start, width, height):
    """The greys of the rows of a PBM, packed eight pixels to a byte."""
    stride = (width + 7) // 8
    bits = [bytes(255 * (byte >> shift & 1 ^ 1) for shift in range(7, -1, -1))
            for byte in range(256)]
    return b"".join(b"".join(map(bits.__getitem__, data[k:k + stride]))[:width]
                    for k in range(start + 1, start + 1 + stride * height, stride))


def read_netpbm(data):
    """A PBM, PGM or PPM -> Grey."""
    kind = data[:2]
    (width, height, *rest), start = netpbm_header(data, 2 if kind == b"P4" else 3)
    maximum = rest[0] if rest else 1
    check_size(width, height)
    if not 0 < maximum < 65536:
        raise PictureError("is a PGM or PPM with an illegal maximum; take another copy")
    if kind == b"P4":
        grey = netpbm_bits(data, start, width, height)
    else:
        channels = 3 if kind == b"P6" else 1
        samples = netpbm_samples(data, start, width * height * channels, maximum)
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
    if depth not in BMP_DEPTHS or compression:
        raise PictureError("is a BMP of an unusual kind; " + CONVERT)
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
