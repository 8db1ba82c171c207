"""Pictures of symbols: PNG of all kinds, our SVG, and files that must be refused."""
import random
import struct
import unittest
import zlib

import qr
from common.pictures import png
from qr import images, style
from qr.qrcode_tables import QRError
from support import matrix_of, read_symbol


def make_png(width, height, depth, colour, lines, *extra, interlaced=0):
    """A PNG from its header's fields and filtered lines; extra: (kind, data) chunks before them."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    chunks = (b"IHDR", header), *extra, (b"IDAT", zlib.compress(lines)), (b"IEND", b"")
    return png.SIGNATURE + b"".join(png.chunk(kind, data) for kind, data in chunks)


def filter_line(kind, line, above, step):
    """A scan line filtered, by the formulas of section 9.2."""
    out = []
    for i, byte in enumerate(line):
        a, b = (line[i - step] if i >= step else 0), above[i]
        c = above[i - step] if i >= step else 0
        nearest = min((a, b, c), key=lambda x, p=a + b - c: abs(x - p))
        out.append(byte - (0, a, b, (a + b) // 2, nearest)[kind] & 255)
    return bytes([kind]) + bytes(out)


def colour_png(rows, colour, depth, dark, light, rng, *extra):
    """Modules as a PNG of one colour type and depth, each line with another filter."""
    lines, above, channels = b"", None, png.CHANNELS[colour]
    for row in rows:
        values = [value for module in row for value in (dark if module else light)]
        bits = "".join(f"{value:0{depth}b}" for value in values)
        bits += "0" * (-len(bits) % 8)
        line = int(bits, 2).to_bytes(len(bits) // 8, "big")
        above = above or bytes(len(line))
        lines += filter_line(rng.randrange(5), line, above, max(1, channels * depth // 8))
        above = line
    return make_png(len(rows[0]), len(rows), depth, colour, lines, *extra)


class Kinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, version, level, _, cls.matrix, _ = qr.encode(b"colours", level=None)
        cls.answer = (b"colours", version, level)
        cls.rows = style.Style().with_border(cls.matrix)

    def test_every_colour_type_depth_and_filter_is_read(self):
        rng = random.Random(6)
        for colour, depths in png.DEPTHS.items():
            for depth in depths:
                top = (1 << depth) - 1
                dark, light = {
                    0: ([0], [top]), 2: ([top // 3, 0, top // 2], [top, top, top // 2]),
                    3: ([1], [0]), 4: ([top // 5, top], [0, 0]),
                    6: ([0, top // 4, 0, top], [0, 0, 0, 0])}[colour]
                extra = [(b"PLTE", b"\xff\xff\xf0\x20\0\x40")] if colour == 3 else []
                data = colour_png(self.rows, colour, depth, dark, light, rng, *extra)
                self.assertEqual(read_symbol(data), self.answer, (colour, depth))

    def test_transparency_is_white_paper(self):
        """A transparent grey, colour, and palette entry, all black underneath."""
        rng, palette = random.Random(16), (b"PLTE", b"\0\0\0\1\1\1")
        for colour, dark, light, *extra in (
                (0, [1], [0], (b"tRNS", b"\0\0")),
                (2, [1, 0, 0], [0, 0, 0], (b"tRNS", bytes(6))),
                (3, [1], [0], palette, (b"tRNS", b"\0\xff"))):
            data = colour_png(self.rows, colour, 8, dark, light, rng, *extra)
            self.assertEqual(read_symbol(data), self.answer, colour)

    def test_any_scale_is_read(self):
        for scale in (1, 2, 3, 7, 10):
            data = images.to_png(self.matrix, style.Style(scale))
            self.assertEqual(read_symbol(data), self.answer)


class Refused(unittest.TestCase):
    def assert_refused(self, data, words):
        with self.assertRaises(QRError) as context:
            read_symbol(data)
        self.assertIn(words, str(context.exception))
        self.assertNotIn("\n", str(context.exception))

    def test_other_files_are_refused(self):
        self.assert_refused(b"", "is no PNG")
        self.assert_refused(b"GIF89a" * 50, "convert it: magick")
        self.assert_refused(b"<svg>", "did not write")
        self.assert_refused(b'<svg viewBox="0 0 9999 9999">', "did not write")
        self.assert_refused(b'<svg viewBox="0 0 29 29"><path d="M99 99h9v1h-9z"/></svg>', "outside")

    def test_truncated_and_damaged_pngs_are_refused(self):
        good = images.to_png(matrix_of(b"good"))
        for end in (8, 20, 100, len(good) - 12, len(good) - 1):
            self.assert_refused(good[:end], "truncated")
        self.assert_refused(good[:60] + b"\0\0\0" + good[63:], "checksum disagrees")
        self.assert_refused(make_png(50, 50, 8, 0, b"\0" * 99), "fewer pixels")
        broken = good.replace(b"IDATx\1", b"IDATx\2")
        start = broken.index(b"IDAT")
        length = struct.unpack(">I", broken[start - 4:start])[0]
        crc = struct.pack(">I", zlib.crc32(broken[start:start + 4 + length]))
        self.assert_refused(broken[:start + 4 + length] + crc + broken[start + 8 + length:],
                            "do not unpack")

    def test_unsupported_pngs_are_refused(self):
        self.assert_refused(make_png(50, 50, 7, 0, b""), "unknown kind")
        self.assert_refused(make_png(50, 50, 8, 5, b""), "unknown kind")
        self.assert_refused(make_png(50, 50, 8, 0, b"", interlaced=2), "unknown kind")
        self.assert_refused(make_png(50, 50, 8, 0, (b"\7" + bytes(50)) * 50),
                            "unknown PNG filter 7")
        self.assert_refused(make_png(9, 9, 8, 3, bytes(90)), "outside its palette")
        self.assert_refused(png.SIGNATURE + png.chunk(b"IEND", b""), "without a header")

    def test_sizes_that_lie_are_refused_before_anything_is_unpacked(self):
        for width, height, depth, colour in ((10 ** 9, 10 ** 9, 8, 2), (0, 5, 8, 0),
                                             (1, 1 << 22, 8, 0), (8000, 8000, 16, 6)):
            self.assert_refused(make_png(width, height, depth, colour, b""), "at most 50 million")
        self.assert_refused(make_png(50, 50, 8, 0, bytes(10 ** 8)), "shows no QR code symbol")

    def test_pictures_without_a_symbol_are_refused(self):
        rng = random.Random(7)
        white = make_png(50, 50, 8, 0, (b"\0" + b"\xff" * 50) * 50)
        noise = b"".join(b"\0" + bytes(rng.getrandbits(8) for _ in range(70)) for _ in range(70))
        self.assert_refused(white, "shows no QR code symbol")
        self.assert_refused(make_png(70, 70, 8, 0, noise), "shows no QR code symbol")

    def test_flipped_bits_give_the_payload_or_an_error(self):
        """The checksums made right again, so that the damage reaches what is behind them."""
        good, rng, read = images.to_png(matrix_of(b"good")), random.Random(17), 0
        chunks = png.read_chunks(good)
        for _ in range(300):
            kind = rng.choice((b"IHDR", b"IDAT"))
            changed = []
            for name, body in chunks:
                if name == kind:
                    i = rng.randrange(len(body))
                    body = body[:i] + bytes([body[i] ^ 1 << rng.randrange(8)]) + body[i + 1:]
                changed.append(png.chunk(name, body))
            try:
                payload = read_symbol(png.SIGNATURE + b"".join(changed))[0]
            except QRError as error:
                self.assertNotIn("\n", str(error))
                continue
            self.assertEqual(payload, b"good")
            read += 1
        self.assertGreater(read, 20)


if __name__ == "__main__":
    unittest.main()
