"""Pictures as people have them: their formats, and symbols and cards seen at an angle.

The JPEG files were written by Pillow. What is photographed here is drawn by plain projection; the
slow tests read photographs that other programs made.
"""
import math
import random
import struct
import unittest
import zlib

from common.pictures import geometry, grey, jpeg, picture_files, png
from punchcard import card_codes, card_files, cards, deck
from punchcard.card_drawing import (
    CARD_HEIGHT, CARD_WIDTH, COLUMN_X, CUT_ACROSS, CUT_DOWN, HOLE_HEIGHT, HOLE_WIDTH, ROW_Y)
from qr import photo, reed_solomon
from qr.qrcode_tables import QRError
from support import InFolder, matrix_of, path, read, read_symbol, share, some

TEXT = b"a photo"


# ---- A camera -------------------------------------------------------------------------------
def photograph(shade, h, width, height, samples=2):
    """A picture of a plane: shade(x, y) gives its greys, h takes pixels to the plane."""
    rows = []
    for i in range(height):
        row = []
        for j in range(width):
            total = 0
            for k in range(samples * samples):
                x, y = geometry.project(h, j + (k % samples + 0.5) / samples,
                                        i + (k // samples + 0.5) / samples)
                total += shade(x, y)
            row.append(total // (samples * samples))
        rows.append(bytes(row))
    return grey.from_rows(rows)


def symbol_shade(matrix):
    """The shade of a symbol on paper, a module long in each direction."""
    n = len(matrix)

    def shade(x, y):
        i, j = int(y), int(x)
        return 20 if 0 <= i < n and 0 <= j < n and x > 0 and y > 0 and matrix[i][j] else 235

    return shade


def card_shade(card):
    """The shade of a card on a table, in thousandths of an inch."""
    def shade(x, y):
        if not (0 <= x < CARD_WIDTH and 0 <= y < CARD_HEIGHT):
            return 40
        if x / CUT_ACROSS + y / CUT_DOWN < 1:
            return 40
        column = round((x - COLUMN_X[0]) / (COLUMN_X[1] - COLUMN_X[0]))
        if 0 <= column < cards.COLUMNS and abs(x - COLUMN_X[column]) < HOLE_WIDTH / 2:
            for row, centre in ROW_Y.items():
                if card[column] & cards.BIT[row] and abs(y - centre) < HOLE_HEIGHT / 2:
                    return 40
        return 215

    return shade


def view(width, height, angle, margin=1.35, tilt=0.0, mirrored=False):
    """(projection, width, height of the picture) of a plane of one unit a pixel, turned."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    wide = int(margin * (abs(c) * width + abs(s) * height)) + 8
    high = int(margin * (abs(s) * width + abs(c) * height)) + 8
    f = -1 if mirrored else 1
    corners = [(-wide / 2, -high / 2), (wide / 2, -high / 2), (wide / 2, high / 2),
               (-wide / 2, high / 2)]
    plane = [(f * (c * x + s * y) * (1 + tilt * y / high) + width / 2,
              (-s * x + c * y) + height / 2) for x, y in corners]
    pixels = [(x + wide / 2, y + high / 2) for x, y in corners]
    return geometry.fit_projection(pixels, plane), wide, high


def take(matrix, scale, angle, **options):
    """A Picture of a symbol, `scale` pixels a module, turned by an angle in degrees."""
    n = len(matrix)
    h, wide, high = view(n * scale, n * scale, angle, **options)
    shade = symbol_shade(matrix)
    return photograph(lambda x, y: shade(x / scale, y / scale), h, wide, high)


# ---- Files ----------------------------------------------------------------------------------
class Jpeg(unittest.TestCase):
    # (column, row): the luminance that Pillow decodes there.
    BASELINE = {(0, 0): 205, (75, 65): 30, (149, 130): 205, (30, 40): 197, (61, 22): 207}
    PROGRESSIVE = {(0, 0): 205, (75, 65): 31, (149, 130): 205, (30, 40): 197, (61, 22): 207}

    def test_greys_are_pillows(self):
        for name, known in (("baseline.jpg", self.BASELINE), ("progressive.jpg", self.PROGRESSIVE)):
            data = read("tests", name)
            image = jpeg.read_jpeg(data)
            if name == "baseline.jpg":           # it is to be turned; Pillow did not
                self.assertEqual((image.width, image.height), (131, 150))
                image = grey.flip(grey.transpose(image))
            self.assertEqual((image.width, image.height), (150, 131))
            for (x, y), value in known.items():
                self.assertAlmostEqual(image.row(y)[x], value, delta=2)

    def test_fractions_are_means_of_the_whole(self):
        for name in ("baseline.jpg", "progressive.jpg"):
            data = read("tests", name).replace(b"Exif\0", b"    \0")       # as it lies
            whole = jpeg.read_jpeg(data)
            for shrink in (2, 4, 8):
                whole = grey.halve(whole)
                small = jpeg.read_jpeg(data, shrink)
                difference = [abs(a - b) for y in range(whole.height)
                              for a, b in zip(whole.row(y), small.row(y))]
                self.assertLess(sum(difference) / len(difference), 6, (name, shrink))

    def test_symbols_are_read(self):
        for name in ("baseline.jpg", "progressive.jpg"):
            self.assertEqual(read_symbol(read("tests", name))[0], TEXT)

    def test_a_truncated_file_gives_what_was_there(self):
        data = read("tests", "baseline.jpg")
        whole, half = jpeg.read_jpeg(data), jpeg.read_jpeg(data[:len(data) * 2 // 3])
        same = sum(a == b for a, b in zip(whole.pixels, half.pixels)) / len(whole.pixels)
        self.assertTrue(0.2 < same < 0.9, same)

    def test_damaged_files_give_a_picture_or_a_line(self):
        rng, pictures = random.Random(8), 0
        for name in ("baseline.jpg", "progressive.jpg"):
            good = read("tests", name)
            for _ in range(share(25)):
                data = bytearray(good)
                for _ in range(rng.randrange(1, 6)):
                    data[rng.randrange(len(data))] = rng.randrange(256)
                try:
                    picture_files.open_picture(bytes(data)).grey(1)
                    pictures += 1
                except grey.PictureError as error:
                    self.assertNotIn("\n", str(error))
        self.assertGreater(pictures, share(25))


class Hostile(unittest.TestCase):
    """Files that once took minutes, a gigabyte, or a traceback: a line, soon."""

    def assert_line(self, data, words="."):
        with self.assertRaisesRegex((QRError, grey.PictureError), words) as context:
            photo.find_symbols(picture_files.open_picture(data))
        self.assertNotIn("\n", str(context.exception))

    def test_thin_pictures(self):
        for width, height in ((1, 1), (300, 1), (1, 5000), (3, 20000), (60000, 2), (15, 15)):
            self.assert_line(b"P5 %d %d 255\n" % (width, height) + bytes(width * height),
                             "no QR code symbol")

    def test_netpbm_headers_without_an_end(self):
        self.assert_line(b"P6" + b" " * 40 + b"x", "whole header")
        self.assert_line(b"P6 " + b"# #\n" * 50000, "whole header")

    def test_a_height_that_comes_after_the_scan(self):
        data = read("tests", "baseline.jpg")
        at = data.index(b"\xff\xc0") + 5
        late = data[:at] + b"\0\0" + data[at + 2:-2] + b"\xff\xdc\0\4" + data[at:at + 2] \
            + data[-2:]
        self.assertEqual(jpeg.read_jpeg(late).pixels, jpeg.read_jpeg(data).pixels)

    def test_pngs_of_empty_chunks_and_of_one_byte_each(self):
        good = png.write_png([[0] * 40] * 40, 1)
        start = good.index(b"IDAT") - 4
        empty = png.chunk(b"IDAT", b"") + png.chunk(b"tEXt", b"")
        self.assert_line(good[:start] + empty * 100_000 + good[start:], "no QR code symbol")


class OtherFiles(unittest.TestCase):
    def test_interlaced_pngs_are_read(self):
        rng = random.Random(9)
        rows = [bytes(rng.randrange(256) for _ in range(13)) for _ in range(11)]
        lines = b""
        for x, y, dx, dy in png.PASSES:
            for row in rows[y::dy]:
                if row[x::dx]:
                    lines += b"\0" + row[x::dx]
        header = struct.pack(">IIBBBBB", 13, 11, 8, 0, 0, 0, 1)
        data = png.SIGNATURE + b"".join(png.chunk(*each) for each in (
            (b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")))
        self.assertEqual(png.read_png(data).pixels, b"".join(rows))

    def test_binary_netpbm_is_read(self):
        known = bytes([0, 255, 255, 0, 0, 255])
        colours = b"".join(bytes([value] * 3) for value in known)
        for data in (b"P4 3 2\n\x80\xc0", b"P4\n# a comment\n3 2\n\x80\xc0",
                     b"P5 3 2 255\n" + known,
                     b"P5 3 2 65535\n" + b"".join(bytes([value] * 2) for value in known),
                     b"P6 3 2 255\n" + colours):
            image = picture_files.open_picture(data).grey(1)
            self.assertEqual((image.width, image.height, image.pixels), (3, 2, known), data)
        for data in (b"P5 3 2 255\n12", b"P5 3", b"P6 99999 99999 255\n"):
            with self.assertRaises(grey.PictureError):
                picture_files.open_picture(data)

    def test_bmps_of_24_and_8_and_1_bits_are_read(self):
        known = bytes([0, 255, 255, 0, 0, 255])
        for depth, palette, lines in (
                (24, b"", [known[3:6], known[0:3]]),
                (8, b"\0\0\0\0\xff\xff\xff\0", [b"\0\0\1\0", b"\0\1\1\0"]),
                (1, b"\0\0\0\0\xff\xff\xff\0", [b"\x20\0\0\0", b"\x60\0\0\0"])):
            if depth == 24:
                lines = [b"".join(bytes([v] * 3) for v in line) + b"\0\0\0" for line in lines]
            start = 54 + len(palette)
            header = b"BM" + struct.pack("<IIIIiiHHIIiiII", 0, 0, start, 40, 3, 2, 1, depth, 0, 0,
                                         0, 0, len(palette) // 4, 0)
            image = picture_files.open_picture(header + palette + b"".join(lines)).grey(1)
            self.assertEqual(image.pixels, known, depth)

    def test_other_formats_are_refused_with_what_converts_them(self):
        for data in (b"RIFF\0\0\0\0WEBPVP8 ", b"\0\0\0\x18ftypheic", b"II*\0", b"P2 3 2 0 1", b""):
            with self.assertRaisesRegex(grey.PictureError, "convert it: magick INPUT OUTPUT.png"):
                picture_files.open_picture(data)


# ---- Symbols --------------------------------------------------------------------------------
class Symbols(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.small = matrix_of(b"seen at an angle", "M")

    def assert_read(self, image, payload=b"seen at an angle"):
        symbols = photo.find_symbols(picture_files.Picture(image))
        self.assertEqual([symbol.payload for symbol in symbols], [payload])

    def test_any_angle_and_the_mirror(self):
        for angle, mirrored in some(((33, True), (3, False), (45, False), (158, False),
                                     (270, True))):
            self.assert_read(take(self.small, 4, angle, mirrored=mirrored))

    def test_perspective_of_an_eighth_and_more(self):
        for tilt in (0.12, 0.25):
            self.assert_read(take(self.small, 6, 12, tilt=tilt))

    def test_version_7_and_its_alignment_patterns(self):
        data = bytes(range(100))
        self.assert_read(take(matrix_of(data, "M", 7), 4, 8, tilt=0.1), data)

    def test_light_on_dark_shade_and_noise(self):
        image, rng = take(self.small, 5, 5), random.Random(2)
        self.assert_read(grey.invert(image))
        shaded = grey.from_rows([bytes(int(v * (1 - 0.6 * x / image.width))
                                       for x, v in enumerate(row)) for row in image.rows()])
        self.assert_read(shaded)
        noisy = grey.Grey(image.width, image.height, bytes(
            min(255, max(0, int(v + rng.gauss(0, 40)))) for v in image.pixels))
        self.assert_read(noisy)

    def test_doubtful_modules_are_erasures(self):
        """More codewords than can be corrected as errors, and one that nobody doubted."""
        rng = random.Random(12)
        for _ in range(20):
            data = [rng.randrange(256) for _ in range(60)]
            block = data + reed_solomon.check_codewords(data, 20)
            damaged, lost = block[:], rng.sample(range(80), 16)
            for i in lost:
                damaged[i] ^= rng.randrange(1, 256)
            with self.assertRaises(reed_solomon.Uncorrectable):
                reed_solomon.correct(damaged, 20, 20)
            self.assertEqual(reed_solomon.correct(damaged, 20, 20, lost), block)
            damaged[rng.choice([i for i in range(80) if i not in lost])] ^= 5
            self.assertEqual(reed_solomon.correct(damaged, 20, 20, lost), block)
            with self.assertRaises(reed_solomon.Uncorrectable):
                reed_solomon.correct(damaged, 20, 17, lost)


class Commands(InFolder):
    def test_of_two_symbols_one_is_printed_with_a_note_or_all(self):
        both = [matrix_of(text, "M", 2) for text in (b"left", b"right")]
        gap = [0] * 6
        rows = [gap + a + gap + b + gap for a, b in zip(*both)]
        blank = [[0] * len(rows[0])] * 6
        self.put("two.png", png.write_png(blank + rows + blank, 4))
        done = self.run_here(path("qr", "decode_qr.py"), "two.png")
        self.assertEqual((done.returncode, done.stdout), (0, b"left"))
        self.assertIn(b"shows 2 symbols", done.stderr)
        decode = path("qr", "decode_qr.py"), "two.png", "--all"
        self.assertEqual(self.assert_succeeds(*decode).stdout, b"left\nright\n")
        self.assert_succeeds(*decode, "-o", "out.txt")
        self.assertEqual((self.get("out-1.txt"), self.get("out-2.txt")), (b"left", b"right"))


# ---- Cards ----------------------------------------------------------------------------------
class CardCase(InFolder):
    def photo(self, card, scale, angle, **options):
        """A PGM of a card, `scale` pixels a column, turned by an angle."""
        unit = (COLUMN_X[1] - COLUMN_X[0]) / scale
        h, wide, high = view(CARD_WIDTH / unit, CARD_HEIGHT / unit, angle, 1.12, **options)
        shade = card_shade(card)
        image = photograph(lambda x, y: shade(x * unit, y * unit), h, wide, high, 1)
        return b"P5 %d %d 255\n" % (wide, high) + image.pixels


class Cards(CardCase):
    def test_photos_of_the_cards_give_the_payload(self):
        """In any order, turned, from the back, at an angle; and two are not there."""
        payload = b"photographed, card by card"
        built = deck.build(payload * 5, "FOTO")
        self.put("b.pgm", self.photo(built[0], 8, 176, tilt=0.08))
        self.put("c.pgm", self.photo(built[3], 8, 2, mirrored=True))
        done = self.assert_succeeds(path("punchcard", "decode_punchcard_base64.py"), "c.pgm",
                                    "b.pgm", "-o", "out")
        self.assertEqual(self.get("out"), payload * 5)
        self.assertIn(b"cards 2 and 3 lost; rebuilt", done.stdout)

    def test_026_has_its_own_signs(self):
        for name, text in (("029", "A+B=(C)*'D'"), ("026", "A+B=(C)*'D'")):
            codes = {sign: column for column, sign in card_codes.characters(name).items()}
            card = [codes[sign] for sign in text] + [0] * (80 - len(text))
            self.assertEqual(card_codes.read_text(card, name), text)
        self.assertNotEqual(*(card_codes.characters(name)[cards.punches(12, 8, 4)]
                              for name in ("029", "026")))

    def test_doubtful_columns_are_rebuilt(self):
        """Two cards, each with doubtful columns that are wrong."""
        built = deck.build(bytes(range(250)), "ODD")
        for number, columns in ((0, (3, 4, 50)), (1, (4, 9))):
            wrong = [column ^ 0b101 if k in columns else column
                     for k, column in enumerate(built[number])]
            built[number] = cards.Card(wrong, columns)
        self.assertEqual(deck.recover(built)[0], bytes(range(250)))
        built[0] = list(built[0])                # were they not known to be doubtful
        built[1] = list(built[1])
        with self.assertRaises(cards.DeckError):
            deck.recover(built)


class Geometry(unittest.TestCase):
    def test_a_projection_is_found_again(self):
        rng = random.Random(4)
        for _ in range(20):
            h = tuple(rng.uniform(-1, 1) for _ in range(6)) + (rng.uniform(-.001, .001),
                                                               rng.uniform(-.001, .001), 1.0)
            points = [(rng.uniform(0, 200), rng.uniform(0, 200)) for _ in range(9)]
            found = geometry.fit_projection(points, [geometry.project(h, *p) for p in points])
            for x, y in points:
                for a, b in zip(geometry.project(h, x, y), geometry.project(found, x, y)):
                    self.assertAlmostEqual(a, b, places=4)

    def test_points_on_a_line_have_no_projection(self):
        line = [(k, k) for k in range(5)]
        with self.assertRaises(ZeroDivisionError):
            geometry.fit_projection([(0, 0)] * 5, line)


class NothingThere(unittest.TestCase):
    def test_noise_and_stripes_give_no_bytes(self):
        rng = random.Random(1)
        stripes = grey.from_rows([bytes(255 * (x // 6 % 2) for x in range(110))] * 110)
        noise = grey.Grey(100, 100, bytes(rng.randrange(256) for _ in range(10000)))
        for image in (stripes, noise):
            with self.assertRaisesRegex(QRError, "no QR code symbol"):
                photo.find_symbols(picture_files.Picture(image))
            data = b"P5 %d %d 255\n" % (image.width, image.height) + image.pixels
            with self.assertRaisesRegex(cards.DeckError, "no punched card"):
                card_files.read_deck(data)


if __name__ == "__main__":
    unittest.main()
