"""JPEG files (ITU-T T.81), baseline and progressive: their luminance, whole or at a fraction.

A picture that is larger than needed is decoded at a half, a quarter or an eighth of its size: each
block of 8 x 8 pixels becomes one of n x n, made from its n x n lowest frequencies. Then the other
coefficients need no value, only to be skipped, several at a time; colour is skipped as well. What
a truncated file still has is decoded, the rest stays grey.
"""
import re
import struct

from .grey import Grey, PictureError, flip, mirror, transpose
from .jpeg_codes import DAMAGED, END, REFILL_BITS, BitReader, Code, extend
from .jpeg_frame import Frame, Scan, ceiling, units
from .jpeg_progressive import Progression
from .jpeg_transform import TRANSFORMS

SIGNATURE = b"\xff\xd8\xff"
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2                 # frames that are read
OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
DHT, SOI, EOI, SOS, DQT, DRI, APP1, APP14 = 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1, 0xEE
MAX_TABLES = 200                                 # Huffman tables of a file; ten scans have 40
UNDECODED = 128                                  # grey of what is missing


def zigzag():
    """[(row, column)] of the 64 frequencies in their order in the file (figure 5)."""
    diagonal = lambda i, j: (i + j, i if (i + j) % 2 else j)
    return sorted(((i, j) for i in range(8) for j in range(8)), key=lambda p: diagonal(*p))


ZIGZAG = zigzag()


class Plane:
    """The samples of the luminance, n x n for each block.

    place: for each coefficient in zigzag order its index in the n x n lowest frequencies, row
    after row, or n x n where it is none of them; last: the last one that is one.
    """

    def __init__(self, frame, n):
        self.n, self.columns, self.lines = n, frame.luma.columns, frame.luma.lines
        self.stride = self.columns * n
        self.out = bytearray([UNDECODED]) * (self.stride * self.lines * n)
        self.place = [i * n + j if max(i, j) < n else n * n for i, j in ZIGZAG]
        self.last = max(k for k in range(64) if self.place[k] < n * n)
        self.transform = TRANSFORMS[n]

    def put(self, line, column, frequencies):
        """Transform a block: n x n dequantised frequencies and a number without meaning."""
        start = (line * self.columns * self.n + column) * self.n
        try:
            self.transform(frequencies, self.out, start, self.stride)
        except IndexError:                       # out of all range: the file is damaged
            pass

    def picture(self, frame):
        """The Grey picture, cut to the frame's size."""
        n, luma = self.n, frame.luma
        width = ceiling(frame.width * luma.across * n, 8 * frame.most_across)
        height = ceiling(frame.height * luma.down * n, 8 * frame.most_down)
        view = memoryview(self.out)
        return Grey(width, height, b"".join(
            view[y * self.stride:y * self.stride + width] for y in range(height)))


# ---- The file -------------------------------------------------------------------------------
def orientation(body):
    """The EXIF orientation, 1 to 8, of an APP1 segment; 1 where there is none."""
    order = {b"II": "<", b"MM": ">"}.get(body[6:8])
    if body[:6] != b"Exif\0\0" or not order:
        return 1
    tiff = body[6:]
    try:
        start = struct.unpack(order + "I", tiff[4:8])[0]
        for k in range(struct.unpack(order + "H", tiff[start:start + 2])[0]):
            tag, _, _, value = struct.unpack(order + "HHIH", tiff[start + 2 + 12 * k:][:10])
            if tag == 0x0112 and 1 <= value <= 8:
                return value
    except struct.error:
        pass
    return 1


def upright(image, value):
    """A picture turned by its EXIF orientation."""
    if value >= 5:
        image = transpose(image)
    if value in (2, 3, 6, 7):
        image = mirror(image)
    if value in (3, 4, 7, 8):
        image = flip(image)
    return image


class Decoder:
    """Reads the segments of a file one after another; `picture` is what comes of them."""

    def __init__(self, n):
        self.n, self.frame, self.plane, self.orientation = n, None, None, 1
        self.quantisation, self.codes, self.restart = {}, {}, 0
        self.progression, self.tables, self.is_rgb = None, 0, False

    def segment(self, marker, body, scan_data):
        """Take in one segment, and the scan data after it."""
        if marker in (BASELINE, EXTENDED, PROGRESSIVE):
            if self.frame:
                raise PictureError(DAMAGED)
            self.frame = Frame(body, marker == PROGRESSIVE, self.is_rgb)
            self.plane = Plane(self.frame, self.n)
        elif marker in OTHER_FRAMES:
            raise PictureError("is a lossless or arithmetic-coded JPEG; save it again as JPEG")
        elif marker == DHT:
            self.huffman_tables(body)
        elif marker == DQT:
            self.quantisation_tables(body)
        elif marker == DRI:
            self.restart = struct.unpack(">H", body[:2])[0]
        elif marker == APP14 and body[:5] == b"Adobe" and len(body) > 11:
            self.is_rgb = body[11] == 0          # no transform of its colours
        elif marker == APP1 and self.orientation == 1:
            self.orientation = orientation(body)
        elif marker == SOS:
            if not self.frame:
                raise PictureError(DAMAGED)
            self.scan(Scan(self.frame, body, scan_data))

    def huffman_tables(self, body):
        """Huffman tables (B.2.4.2)."""
        while len(body) >= 17:
            counts = body[1:17]
            end = 17 + sum(counts)
            self.tables += 1
            if body[0] & 0xEC or self.tables > MAX_TABLES:
                raise PictureError(DAMAGED)
            self.codes[body[0]] = Code(counts, body[17:end])
            body = body[end:]

    def quantisation_tables(self, body):
        """Quantisation tables (B.2.4.1)."""
        while body:
            size = 1 + (body[0] >> 4 > 0)
            values = body[1:1 + 64 * size]
            if len(values) < 64 * size:
                raise PictureError(DAMAGED)
            self.quantisation[body[0] & 15] = list(struct.unpack(
                ">64" + "BH"[size - 1], values))
            body = body[1 + 64 * size:]

    def scan(self, scan):
        """Decode a scan."""
        if not self.frame.progressive:
            baseline_scan(self, scan)
            return
        if self.progression is None:
            self.progression = Progression(self)
        self.progression.scan(scan)

    def picture(self):
        """The Grey picture of all that was decoded."""
        if self.progression:
            self.progression.finish()
        return upright(self.plane.picture(self.frame), self.orientation)


def baseline_scan(decoder, scan):
    """Decode a scan of a sequential frame (F.2)."""
    frame, single = decoder.frame, len(scan.parts) == 1
    for data, places in units(frame, scan, decoder.restart):
        reader, predictions = BitReader(data), [0] * len(scan.parts)
        steps = []
        for index, (component, dc, ac) in enumerate(scan.parts):
            tables = decoder.codes.get(dc), decoder.codes.get(0x10 | ac)
            if None in tables or component.table not in decoder.quantisation:
                raise PictureError(DAMAGED)
            down, across = (1, 1) if single else (component.down, component.across)
            is_luma = component is frame.luma
            steps += [(index, is_luma, down, across, i, j, *tables)
                      for i in range(down) for j in range(across)]
        quantisers = decoder.quantisation[frame.luma.table] \
            if frame.luma.table in decoder.quantisation else [1] * 64
        read_luma = luma_reader(decoder.plane, quantisers)
        for line, column in places:
            if reader.ended():
                break
            for index, is_luma, down, across, i, j, dc, ac in steps:
                if reader.left < REFILL_BITS:
                    reader.fill()
                if is_luma:
                    predictions[index] = read_luma(reader, dc, ac, predictions[index],
                                                   line * down + i, column * across + j)
                else:
                    skip_block(reader, dc, ac)


def skip_coefficients(reader, ac, k):
    """Skip a block's coefficients from number k on."""
    bits, left, skips, table = reader.bits, reader.left, ac.skips, ac.table
    while k < 64:
        window = bits >> left - 16 & 0xFFFF
        used, step, ends = skips[window] or ac.skip(window)
        if used and k + step <= 64 or ends and step == END:
            left, k = left - used, k + step
            continue
        used, step, value = table[window]        # too near the end for several at once
        left -= used
        if value is None:
            left -= step & 15
            step >>= 4
        k += step
    reader.left = left


def skip_block(reader, dc, ac):
    """Skip a block."""
    used, step, value = dc.table[reader.bits >> reader.left - 16 & 0xFFFF]
    reader.left -= used + (step & 15 if value is None else 0)
    skip_coefficients(reader, ac, 1)


def luma_reader(plane, quantisers):
    """A function that decodes a block of the luminance and puts it into the plane."""
    n, place, last, put = plane.n, plane.place, plane.last, plane.put
    blank = [0] * (n * n + 1)

    def read(reader, dc, ac, prediction, line, column):
        """-> the DC coefficient, for the next block."""
        bits, left, table = reader.bits, reader.left, ac.table
        used, step, value = dc.table[bits >> left - 16 & 0xFFFF]
        left -= used
        if value is None:
            left -= step & 15
            value = extend(bits >> left & (1 << (step & 15)) - 1, step & 15)
        prediction += value
        block = blank[:]
        block[0] = prediction * quantisers[0]
        k = 1
        while k <= last:
            used, step, value = table[bits >> left - 16 & 0xFFFF]
            left -= used
            if value is None:
                size = step & 15
                left -= size
                value = extend(bits >> left & (1 << size) - 1, size)
                step >>= 4
            k += step
            if k <= 64:
                block[place[k - 1]] = value * quantisers[k - 1]
        reader.left = left
        if k < 64:
            skip_coefficients(reader, ac, k)
        put(line, column, block)
        return prediction

    return read


# ---- Segments -------------------------------------------------------------------------------
# Not stuffing, not a restart marker; of several bytes 0xff before it the last one.
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")


def segments(data):
    """Yield (marker, body, scan data after it), until the file ends or is cut off."""
    position = 2
    while True:
        match = MARKER.search(data, position)
        if not match or match[1][0] == EOI:
            return
        marker, start = match[1][0], match.end()
        if marker in (SOI, 0x01):                # without a body
            position = start
            continue
        length = int.from_bytes(data[start:start + 2], "big")
        body, position = data[start + 2:start + length], start + max(2, length)
        if marker == SOS:
            after = MARKER.search(data, position)
            end = after.start() if after else len(data)
            yield marker, body, data[position:end]
            position = end
        else:
            yield marker, body, b""


def with_height(data):
    """A file whose frame leaves its height to a DNL segment after the scan (B.2.5), put right."""
    frame = re.search(rb"\xff[\xc0-\xc2]..\x08\0\0", data[:1 << 20], re.S)
    late = frame and re.search(rb"\xff\xdc\0\x04(..)", data[frame.end():], re.S)
    return data[:frame.end() - 2] + late[1] + data[frame.end():] if late else data


def read_jpeg(data, shrink=1):
    """The bytes of a JPEG -> its luminance as a Grey picture, at 1/shrink of its size.

    shrink: 1, 2, 4 or 8. PictureError where nothing can be decoded. A damaged or truncated file
    gives what was decoded before.
    """
    decoder = Decoder(8 // shrink)
    data = with_height(data)
    try:
        for marker, body, scan_data in segments(data):
            decoder.segment(marker, body, scan_data)
    except (KeyError, IndexError, ValueError, struct.error, OverflowError, TypeError):
        if not decoder.plane:
            raise PictureError(DAMAGED) from None
    if not decoder.plane:
        raise PictureError("is a JPEG without a picture; take a whole copy")
    return decoder.picture()
