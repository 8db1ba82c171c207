"""Photographs of symbols and decks, made by qr_photos.py and card_photos.py, are read.

A quarter or a tenth of a set; `bench/photos.py` reads whole ones, beside zbar and ZXing.
"""
import base64
import json
import os
import random
import shutil
import struct
import subprocess
import tempfile
import unittest

import test_photos

from common.pictures import picture_files, png
from common.pictures.grey import PictureError
from punchcard import card_codes, card_files, cards, deck
from qr import style
from qr.qrcode_tables import QRError
from support import judge, matrix_of, need, path, read, read_symbol, run_python

SEED, PART, PARTS = 5, 1, 4
CARD_PART, CARD_PARTS = 2, 11


def make(script, modules, folder, part, parts):
    """The list of the pictures that a script of the tests made in a folder."""
    subprocess.run([judge(modules), path("tests", script), folder, "--seed", str(SEED), "--part",
                    str(part), str(parts)], check=True, stdout=subprocess.PIPE)
    with open(os.path.join(folder, "photos.json"), encoding="utf-8") as file:
        return json.load(file)


class Folder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def data(self, name):
        """The bytes of a picture."""
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()


class Symbols(Folder):
    def test_photos_of_symbols_are_read(self):
        """96 of 100, as 188 of 196; never other bytes than one of the picture's symbols carries."""
        photos = make("qr_photos.py", "numpy, PIL", self.folder, PART, PARTS)
        self.assertEqual(len(photos), 49)
        missed = []
        for photo in photos:
            try:
                payload = read_symbol(self.data(photo["file"]))[0]
            except QRError:
                missed.append(photo["file"])
                continue
            self.assertIn(base64.b64encode(payload).decode(), photo["payloads"], photo["file"])
        self.assertLessEqual(len(missed), 2, missed)


class Mutants(unittest.TestCase):
    """Files with wrong bytes give a picture or one line, whatever they are."""

    @staticmethod
    def with_checksums(data):
        """A PNG whose chunks have the checksums that they should have."""
        out, offset = bytes(data[:8]), 8
        while offset + 12 <= len(data):
            length = int.from_bytes(data[offset:offset + 4], "big") % 100_000
            out += png.chunk(bytes(data[offset + 4:offset + 8]),
                             bytes(data[offset + 8:offset + 8 + length]))
            offset += 12 + length
        return out

    def test_mutated_files_of_each_kind(self, trials=400):
        rng = random.Random(21)
        symbol = style.Style().with_border(matrix_of(b"mutant"))
        grey = bytes(255 * (1 - module) for row in symbol for module in row)
        side = len(symbol)
        bmp = b"BM" + struct.pack("<IIIIiiHHIIiiII", 0, 0, 54, 40, side, side, 1, 24, 0, 0, 0, 0,
                                  0, 0) + bytes((3 * side + 3) // 4 * 4 * side)
        for good in (read("tests", "baseline.jpg"), read("tests", "progressive.jpg"),
                     png.write_png(symbol, 2), b"P5 %d %d 255\n" % (side, side) + grey, bmp):
            read_whole = 0
            for _ in range(trials):
                data = bytearray(good)
                for _ in range(rng.randrange(1, 5)):
                    place = rng.randrange(len(data) if rng.randrange(2) else min(300, len(data)))
                    data[place] = rng.randrange(256)
                data = data[:rng.randrange(len(data))] if rng.randrange(8) == 0 else data
                if good.startswith(png.SIGNATURE):           # else its checksums tell
                    data = self.with_checksums(data)
                try:
                    picture = picture_files.open_picture(bytes(data))
                    picture.grey(1)
                    read_whole += 1
                except PictureError as error:
                    self.assertNotIn("\n", str(error))
            self.assertGreater(read_whole, 0, good[:4])


class Decks(Folder):
    def test_photos_of_decks_are_read(self):
        """95 of 100 exactly, and nothing but what was punched."""
        photos = make("card_photos.py", "numpy, PIL", self.folder, CARD_PART, CARD_PARTS)
        self.assertGreaterEqual(len(photos), 6)
        missed = []
        for photo in photos:
            found = [card for name in photo["files"]
                     for card in card_files.read_deck(self.data(name))[1]]
            if "text" in photo:
                texts = [card_codes.read_text(card, "029", card.cut) for card in found]
                self.assertEqual(texts, [photo["text"]])
                continue
            try:
                payload = deck.recover(found)[0]
            except cards.DeckError as error:
                missed.append((photo["files"], str(error)))
                continue
            self.assertEqual(base64.b64encode(payload).decode(), photo["payload"])
        self.assertEqual(missed, [])

    def test_drawing_is_read_at_any_size(self):
        need(shutil.which("rsvg-convert"), "rsvg-convert (Debian's librsvg2-bin)")
        for dpi in ("100", "300"):
            done = subprocess.run(["rsvg-convert", "-d", dpi, "-p", dpi,
                                   path("punchcard", "cards.svg")], stdout=subprocess.PIPE)
            _, found = card_files.read_deck(done.stdout)
            self.assertEqual(deck.recover(found)[0], read("attogpt.py"), dpi)

    def test_printed_sheets_hold_whole_cards_and_are_read(self):
        need(shutil.which("chromium") and shutil.which("pdftoppm"),
             "chromium and pdftoppm (Debian's poppler-utils)")
        encode = path("punchcard", "encode_punchcard_base64.py")
        for paper in ("A4", "letter"):
            run_python(encode, "--print", paper, cwd=self.folder)
            subprocess.run(
                ["chromium", "--headless", "--no-sandbox", "--no-pdf-header-footer",
                 f"--print-to-pdf={paper}.pdf", f"attogpt.{paper}.html"], cwd=self.folder,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, timeout=120)
            subprocess.run(["pdftoppm", "-r", "100", "-gray", f"{paper}.pdf", paper],
                           cwd=self.folder, check=True)
            sheets = sorted(name for name in os.listdir(self.folder)
                            if name.startswith(paper) and name.endswith(".pgm"))
            found = [card_files.read_deck(self.data(name))[1] for name in sheets]
            self.assertEqual([len(each) for each in found], [3, 3, 3, 3])
            self.assertEqual(deck.recover(sum(found, []))[0], read("attogpt.py"))


class OtherPeoplesCards(test_photos.CardCase):
    def test_they_are_read_as_text(self):
        text = "PRINT 10, (A(I)) * 2.5 = B/C-D"
        codes = {character: column for column, character in card_codes.characters("029").items()}
        card = [codes[character] for character in text.ljust(80)]
        self.put("card.pgm", self.photo(card, 8, 185))
        decode = path("punchcard", "decode_punchcard_base64.py")
        done = self.assert_succeeds(decode, "card.pgm", "--text")
        self.assertEqual(done.stdout.decode().splitlines(), [text])
        self.assert_fails(1, "no card with a label", decode, "card.pgm")


class HostileJpegs(unittest.TestCase):
    assert_line = test_photos.Hostile.assert_line

    def test_jpegs_of_fill_bytes_tables_and_scans(self):
        data = read("tests", "progressive.jpg")
        self.assert_line(data[:2] + b"\xff" * 300000, "without a picture")
        table = b"\xff\xc4\0\x14\x30" + b"\1" + bytes(15) + b"\5"
        self.assert_line(data[:2] + table * 50 + data[2:], "is a damaged JPEG")
        start = data.index(b"\xff\xda")
        scan = data[start:start + 2 + int.from_bytes(data[start + 2:start + 4], "big")]
        height = data.index(b"\xff\xc2") + 5
        large = data[:height] + struct.pack(">HH", 7000, 7000) + data[height + 4:start]
        self.assert_line(large + scan * 60, "no QR code symbol")


if __name__ == "__main__":
    unittest.main()
