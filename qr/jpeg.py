"""JPEG files (ITU-T T.81), baseline and progressive: their luminance, whole or at a fraction.

A picture that is larger than needed is decoded at a half, a quarter or an eighth of its size: each
block of 8 x 8 pixels becomes one of n x n, made from its n x n lowest frequencies. Then the other
coefficients need no value, only to be skipped, several at a time; colour is skipped as well. What
a truncated file still has is decoded, the rest stays grey. The same text stands in punchcard/ and
qr/.
"""
import array
import math
import re
import struct

from grey import Grey, PictureError, flip, mirror, transpose
from png import check_size

SIGNATURE = b"\xff\xd8\xff"
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2                 # frames that are read
OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
DHT, SOI, EOI, SOS, DQT, DRI, APP1, APP14 = 0xC4, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1, 0xEE
WINDOW = 16                                      # bits that are looked up at once
REFILL_BITS, CHUNK_BYTES = 1800, 128             # a block takes at most 64 x (16 + 11) = 1728 bits
END = 128                                        # a step beyond all 64 coefficients of a block
MAX_TABLES = 200                                 # Huffman tables of a file; ten scans have 40
UNDECODED = 128                                  # grey of what is missing
CLIP = bytes(min(255, max(0, i - 4096 + 128)) for i in range(8192))     # of a sample plus 4096
DAMAGED = "is a damaged JPEG; take another copy"


def ceiling(a, b):
    """a / b, rounded up."""
    return -(-a // b)


def zigzag():
    """[(row, column)] of the 64 frequencies in their order in the file (figure 5)."""
    diagonal = lambda i, j: (i + j, i if (i + j) % 2 else j)
    return sorted(((i, j) for i in range(8) for j in range(8)), key=lambda p: diagonal(*p))


ZIGZAG = zigzag()


# ---- Huffman codes --------------------------------------------------------------------------
def extend(bits, size):
    """The number that `size` further bits stand for (table F.1): the lower half are negative."""
    return bits if bits >> size - 1 else bits - (1 << size) + 1


class Code:
    """A Huffman code (annex C), as a table of all 16-bit windows.

    An entry is (bits, step, value). bits: how many of the window are used; step: by how many
    coefficients to go on; value: of the last of them. Where the window is too short for a value
    this is None, the bits are those of the code alone, and sizes[step] says how many follow.
    """

    def __init__(self, counts, symbols):
        code, entries, position = 0, [], 0
        self.symbols = []
        for length in range(1, 17):
            for symbol in symbols[position:position + counts[length - 1]]:
                if code >> length:
                    raise PictureError(DAMAGED)
                self.symbols.append((length, symbol))
                entries += self.entries(length, symbol)
                code += 1
            position += counts[length - 1]
            code <<= 1
        # Windows that are no code end the block.
        self.table = (entries + [(WINDOW, END, 0)] * ((1 << WINDOW) - len(entries)))[:1 << WINDOW]
        self.skips, self.numbers = [None] * (1 << WINDOW), None

    def entries(self, length, symbol):
        """The entries of all windows that begin with a symbol's code, in order."""
        run, size = symbol >> 4, symbol & 15
        room = WINDOW - length - size
        if size == 0:
            step = 16 if run == 15 else END
            return [(length, step, 0)] * (1 << WINDOW - length)
        if room < 0:
            return [(length, run + 1 << 4 | size, None)] * (1 << WINDOW - length)
        found = []
        for bits in range(1 << size):
            found += [(length + size, run + 1, extend(bits, size))] * (1 << room)
        return found

    def symbol_table(self):
        """(bits of its code, symbol) for each window: the symbols as they are."""
        if not self.numbers:
            entries = []
            for length, symbol in self.symbols:
                entries += [(length, symbol)] * (1 << WINDOW - length)
            self.numbers = (entries + [(WINDOW, 0)] * (1 << WINDOW))[:1 << WINDOW]
        return self.numbers

    def skip(self, window):
        """(bits, step, whether the block ends) of as many whole coefficients as a window has."""
        used = steps = 0
        while True:
            bits, step, value = self.table[window << used & 0xFFFF]
            if value is None or used + bits > WINDOW or (step == END and used):
                break
            used, steps = used + bits, steps + step
            if step == END:
                break
        entry = (used, steps, steps >= END) if used else (0, 0, False)
        self.skips[window] = entry
        return entry


class BitReader:
    """The bits of a restart interval; zeros after its end."""

    def __init__(self, data):
        self.data, self.position, self.bits, self.left = data, 0, 0, 0

    def fill(self):
        """Have at least REFILL_BITS bits: the lowest `left` of `bits`."""
        while self.left < REFILL_BITS:
            part = self.data[self.position:self.position + CHUNK_BYTES]
            self.bits = ((self.bits & (1 << self.left) - 1) << 8 * CHUNK_BYTES
                         | int.from_bytes(part.ljust(CHUNK_BYTES, b"\0"), "big"))
            self.position += CHUNK_BYTES
            self.left += 8 * CHUNK_BYTES

    def ended(self):
        """Have more bits been used than there are?"""
        return 8 * self.position - self.left > 8 * len(self.data)

    def take(self, count):
        """The next bits, as a number. At most 32 since the last `fill` or `take`."""
        if self.left < 64:
            self.fill()
        self.left -= count
        return self.bits >> self.left & (1 << count) - 1

    def symbol(self, table):
        """The next symbol, by a symbol_table."""
        if self.left < 64:
            self.fill()
        bits, symbol = table[self.bits >> self.left - WINDOW & 0xFFFF]
        self.left -= bits
        return symbol


# ---- The inverse cosine transform (A.3.3), from the n x n lowest frequencies ----------------
C1, C2, C3, C4, C5, C6, C7 = (math.cos(k * math.pi / 16) / 2 for k in range(1, 8))


def samples_8(f):
    """Eight samples of a line from its eight frequencies."""
    f0, f1, f2, f3, f4, f5, f6, f7 = f
    if not (f1 or f2 or f3 or f4 or f5 or f6 or f7):
        return (C4 * f0,) * 8
    s, t, u, v = C4 * (f0 + f4), C4 * (f0 - f4), C2 * f2 + C6 * f6, C6 * f2 - C2 * f6
    a, b, c, d = s + u, t + v, t - v, s - u
    e = C1 * f1 + C3 * f3 + C5 * f5 + C7 * f7
    g = C3 * f1 - C7 * f3 - C1 * f5 - C5 * f7
    h = C5 * f1 - C1 * f3 + C7 * f5 + C3 * f7
    i = C7 * f1 - C5 * f3 + C3 * f5 - C1 * f7
    return a + e, b + g, c + h, d + i, d - i, c - h, b - g, a - e


def samples_4(f):
    """Four samples of a line from four of its eight frequencies."""
    f0, f1, f2, f3 = f
    s, t = (f0 + f2) * C4, (f0 - f2) * C4
    u, v = C2 * f1 + C6 * f3, C6 * f1 - C2 * f3
    return s + u, t + v, t - v, s - u


def transform_8(f, out, start, stride):
    """A block of 8 x 8 samples, written to `out` from `start` on."""
    columns = [samples_8(f[i:64:8]) for i in range(8)]
    for row in zip(*columns):
        out[start:start + 8] = bytes([CLIP[int(x + 4096.5)] for x in samples_8(row)])
        start += stride


def transform_4(f, out, start, stride):
    """A block of 4 x 4 samples."""
    columns = [samples_4(f[i:16:4]) for i in range(4)]
    for row in zip(*columns):
        out[start:start + 4] = bytes([CLIP[int(x + 4096.5)] for x in samples_4(row)])
        start += stride


def transform_2(f, out, start, stride):
    """A block of 2 x 2 samples."""
    f0, f1, f2, f3, _ = f
    s, t, u, v = f0 + f1 + 32768, f0 - f1 + 32768, f2 + f3, f2 - f3
    out[start] = CLIP[s + u >> 3]
    out[start + 1] = CLIP[t + v >> 3]
    out[start + stride] = CLIP[s - u >> 3]
    out[start + stride + 1] = CLIP[t - v >> 3]


def transform_1(f, out, start, _stride):
    """A block of one sample, the mean."""
    out[start] = CLIP[(f[0] >> 3) + 4096]


TRANSFORMS = {8: transform_8, 4: transform_4, 2: transform_2, 1: transform_1}


class Plane:
    """The samples of the luminance, n x n for each block; coefficients as they come are turned in.

    place: for each coefficient in zigzag order its index in the n x n lowest frequencies, row
    after row, or n x n where it is none of them; last: the last one that is.
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


def units(frame, scan, restart):
    """Yield (interval, [(line, column) of the MCU, or of the one block of a scan that has one
    component]) in the order of the file."""
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


# ---- Progressive frames (annex G) -----------------------------------------------------------
class Progression:
    """The coefficients of the luminance, as scans make them more precise.

    Where less than the whole size is asked for, refinements of all but the mean are left out: what
    they add is below a grey level or two.
    """

    def __init__(self, decoder):
        self.decoder, self.frame = decoder, decoder.frame
        luma = self.frame.luma
        self.coefficients = array.array("h", bytes(128 * luma.columns * luma.lines))

    def scan(self, scan):
        """Decode a scan, unless nothing of it is needed."""
        decoder, luma = self.decoder, self.frame.luma
        if all(part[0] is not luma for part in scan.parts):
            return
        if scan.first and (scan.first > decoder.plane.last or scan.high and decoder.n < 8):
            return
        for data, places in units(self.frame, scan, decoder.restart):
            reader = BitReader(data)
            if not scan.first:
                self.dc_interval(scan, reader, places)
            elif scan.high:
                self.refine_interval(scan, reader, places)
            else:
                self.ac_interval(scan, reader, places)

    def table(self, number):
        """The symbols of a Huffman table."""
        if number not in self.decoder.codes:
            raise PictureError(DAMAGED)
        return self.decoder.codes[number].symbol_table()

    def dc_interval(self, scan, reader, places):
        """The means of blocks, or one more bit of them (G.1.2.1)."""
        luma, low, coefficients = self.frame.luma, scan.low, self.coefficients
        single = len(scan.parts) == 1
        predictions = [0] * len(scan.parts)
        tables = [None if scan.high else self.table(dc) for _, dc, _ in scan.parts]
        steps = []
        for index, (component, _, _) in enumerate(scan.parts):
            down, across = (1, 1) if single else (component.down, component.across)
            steps += [(index, component is luma, down, across, i, j)
                      for i in range(down) for j in range(across)]
        for line, column in places:
            if reader.ended():
                break
            for index, is_luma, down, across, i, j in steps:
                if scan.high:
                    value = reader.take(1) << low
                else:
                    size = reader.symbol(tables[index]) & 15
                    if size:
                        predictions[index] += extend(reader.take(size), size)
                    value = predictions[index] << low
                if is_luma:
                    place = 64 * ((line * down + i) * luma.columns + column * across + j)
                    if scan.high:
                        coefficients[place] |= value
                    else:
                        coefficients[place] = clamp(value)

    def ac_interval(self, scan, reader, places):
        """The first bits of the frequencies from scan.first to scan.last (G.1.2.2)."""
        columns, coefficients = self.frame.luma.columns, self.coefficients
        first, last, low = scan.first, scan.last, scan.low
        table, idle = self.table(0x10 | scan.parts[0][2]), 0
        for line, column in places:
            if idle:                             # an end of several blocks
                idle -= 1
                continue
            if reader.ended():
                break
            start, k = 64 * (line * columns + column), first
            while k <= last:
                symbol = reader.symbol(table)
                run, size = symbol >> 4, symbol & 15
                if size:
                    k += run
                    value = extend(reader.take(size), size) << low
                    if k <= last:
                        coefficients[start + k] = clamp(value)
                    k += 1
                elif run == 15:
                    k += 16
                else:
                    idle = (1 << run) - 1 + reader.take(run)
                    break

    def refine_interval(self, scan, reader, places):
        """One more bit of the frequencies from scan.first to scan.last (G.1.2.3)."""
        columns, table, idle = self.frame.luma.columns, self.table(0x10 | scan.parts[0][2]), 0
        for line, column in places:
            if reader.ended():
                break
            start = 64 * (line * columns + column)
            if not idle:
                idle = self.refine_block(scan, reader, table, start)
            else:
                self.refine(scan, reader, start, scan.first, 64)
                idle -= 1

    def refine_block(self, scan, reader, table, start):
        """Refine one block -> how many more blocks have no new coefficients."""
        k = scan.first
        while k <= scan.last:
            symbol = reader.symbol(table)
            run, size = symbol >> 4, symbol & 15
            value = 0
            if size:
                value = (1 if reader.take(1) else -1) << scan.low
            elif run < 15:
                idle = (1 << run) - 1 + reader.take(run)
                self.refine(scan, reader, start, k, 64)
                return idle
            k = self.refine(scan, reader, start, k, run)
            if value and k <= scan.last:
                self.coefficients[start + k] = value
            k += 1
        return 0

    def refine(self, scan, reader, start, k, zeros):
        """Refine coefficients from number k on, past so many zeros -> where it stops."""
        coefficients, bit = self.coefficients, 1 << scan.low
        while k <= scan.last:
            value = coefficients[start + k]
            if value:
                if reader.take(1) and not abs(value) & bit:
                    coefficients[start + k] = clamp(value + (bit if value > 0 else -bit))
            elif zeros == 0:
                break
            else:
                zeros -= 1
            k += 1
        return k

    def finish(self):
        """Transform all blocks."""
        plane, luma = self.decoder.plane, self.frame.luma
        quantisers = self.decoder.quantisation.get(luma.table)
        if not quantisers:
            raise PictureError(DAMAGED)
        wanted = [(plane.place[k], k, quantisers[k]) for k in range(64)
                  if plane.place[k] < plane.n ** 2]
        wanted.sort()
        numbers, factors = [k for _, k, _ in wanted], [q for *_, q in wanted]
        for index in range(luma.lines * luma.columns):
            found = self.coefficients[64 * index:64 * index + 64]
            if not any(found):                   # as grey as what is missing
                continue
            block = [found[k] * q for k, q in zip(numbers, factors)]
            plane.put(*divmod(index, luma.columns), block + [0])


def clamp(value):
    """A number as 16 bits hold it: a damaged file may ask for more."""
    return max(-32768, min(32767, value))


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
