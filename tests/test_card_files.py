"""The card code and the deck's files, against what others have written down."""
import json
import random
import shutil
import subprocess
import unittest

from test_deck import FILES, random_card

from punchcard import card_drawing, card_files, cards, deck
from support import need, path, read


def punched(*columns):
    """Columns as books write them, 12-8-6 -> integers."""
    return [cards.punches(*map(int, column.split("-"))) for column in columns]


class Code(unittest.TestCase):
    def test_characters_are_punched_as_in_the_029_manual(self):
        self.assertEqual(cards.punch_text("AIJRSZ09 +/="),
                         punched("12-1", "12-9", "11-1", "11-9", "0-2", "0-9", "0", "9") + [0]
                         + punched("12-8-6", "0-1", "8-6"))
        self.assertEqual(cards.punch_text("aijrsz"),
                         punched("12-0-1", "12-0-9", "12-11-1", "12-11-9", "11-0-2", "11-0-9"))

    def test_no_two_characters_share_a_column(self):
        self.assertEqual(len(set(cards.CODE.values())), len(cards.CODE))
        self.assertTrue(set(deck.BASE64) <= set(cards.CODE))

    def test_letters_and_digits_are_where_bcd_draws_them(self):
        program = shutil.which("bcd") or shutil.which("/usr/games/bcd")
        need(program, "bcd (Debian's bsdgames)")
        text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        done = subprocess.run([program, text], stdout=subprocess.PIPE)
        card = done.stdout.decode("latin-1").split("\n")
        start = next(i for i, line in enumerate(card) if "ABCDEFGHIJ" in line)
        left = card[start].index("A")
        for i, character in enumerate(text, left):
            column = sum(cards.BIT[row] for j, row in enumerate(cards.ROWS)
                         if card[start + 1 + j][i:i + 1] == "]")
            self.assertEqual(column, cards.CODE[character], character)

    def test_labels_out_of_range_are_no_labels(self):
        for text, label in (("ATTO0110", ("ATTO", 1, 10)), ("A   1210", ("A", 12, 10)),
                            ("ATTO1310", None), ("ATTO0010", None), ("ATTO0100", None),
                            ("    0110", None), ("atto0110", None), ("ATTO01 0", None)):
            card = [0] * 72 + cards.punch_text(text)
            self.assertEqual(cards.read_label(card), label, text)


class Files(unittest.TestCase):
    def test_formats_of_a_card_written_out_by_hand(self):
        card = [cards.punches(12), cards.punches(9), 0b101010101010] + [0] * 77
        h80, image = card_files.to_h80([card, card]), card_files.to_bin([card, card])
        self.assertEqual(h80[:3], b"H80")
        self.assertTrue(all(byte & 0x80 for byte in h80[3:6]))
        self.assertEqual(h80[6:12], bytes([0x80, 0x00, 0x01, 0xAA, 0xA0, 0x00]))
        self.assertEqual(len(h80), 3 + 2 * 123)
        self.assertEqual(image[:6], bytes([0x00, 0x80, 0x10, 0x00, 0xA0, 0xAA]))
        self.assertEqual(len(image), 320)
        self.assertEqual(json.loads(card_files.to_json([card]).decode())[0][:4],
                         [[12], [9], [12, 0, 2, 4, 6, 8], []])

    def test_every_format_reads_back(self):
        rng = random.Random(11)
        some = [random_card(rng) for _ in range(5)] + [[0] * 80, [4095] * 80]
        for kind, write in (("JSON", card_files.to_json), ("H80", card_files.to_h80),
                            ("card image", card_files.to_bin), ("SVG", card_drawing.to_svg)):
            self.assertEqual(card_files.read_deck(write(some)), (kind, some))

    def test_a_partial_card_at_the_end_is_ignored(self):
        some = [[i] * 80 for i in range(3)]
        for write in (card_files.to_h80, card_files.to_bin):
            self.assertEqual(card_files.read_deck(write(some)[:-1])[1], some[:2])

    def test_committed_files_hold_one_deck_and_only_holes(self):
        built = deck.build(read("attogpt.py"), "ATTO")
        for name in FILES:
            self.assertEqual(card_files.read_deck(read("punchcard", name))[1], built, name)
        self.assertNotIn(b"import", read("punchcard", "cards.svg"))
        allowed = set(b"0123456789[],\n")
        self.assertLessEqual(set(read("punchcard", "punchcard_encoding.json")), allowed)

    def test_drawing_is_to_scale_and_renders(self):
        text = read("punchcard", "cards.svg").decode()
        self.assertIn('width="7.375in"', text)
        self.assertEqual(text.count('class="holes"'), 12)
        need(shutil.which("rsvg-convert"), "rsvg-convert (Debian's librsvg2-bin)")
        done = subprocess.run(["rsvg-convert", "-w", "738", path("punchcard", "cards.svg")],
                              stdout=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout[:4]), (0, b"\x89PNG"))


class NotDecks(unittest.TestCase):
    def assert_refused(self, data, words):
        with self.assertRaises(cards.DeckError) as context:
            card_files.read_deck(data)
        self.assertIn(words, str(context.exception))

    def test_other_files_are_no_decks(self):
        for data in (read("song", "primegpt.mid"), read("index.html"), read("zeptogpt.py")):
            self.assert_refused(data, "is no deck that is known here; give a picture, JSON, H80")

    def test_pictures_without_a_card_are_refused(self):
        self.assert_refused(b"\xff\xd8\xff\xe0" + bytes(900), "is a JPEG without a picture")
        self.assert_refused(b"P5 150 70 255\n" + bytes(10500), "shows no punched card")

    def test_bytes_that_cannot_be_a_card_image_are_refused(self):
        rng = random.Random(12)
        self.assert_refused(bytes(rng.getrandbits(8) for _ in range(3000)), "no deck that is known")

    def test_json_of_something_else_is_refused(self):
        self.assert_refused(b"[" * 200000, "is not whole JSON")
        self.assert_refused(b'{"cards": 3}', "no list of cards")
        self.assert_refused(b"[]", "holds no card")
        self.assert_refused(b"", "holds no card")

    def test_json_cards_of_wrong_shape_become_none(self):
        odd = b'[[[1, 2]], 5, [["x"]], null, [' + b"[1e400]," * 79 + b"[1]], " \
            + b"[" + b"[13]," * 79 + b"[1]]]"
        self.assertEqual(card_files.read_deck(odd)[1], [None] * 6)

    def test_too_many_cards_are_refused_in_every_format(self):
        number = card_files.MAX_FILE_CARDS + 1
        for data in (b'<svg>' + b'<path class="holes" d="M0 0v1"/>' * (3 * number),
                     b"[" + b"[]," * number + b"[]]", b"H80" + bytes(123 * number),
                     bytes(160 * number)):
            self.assert_refused(data, f"holds more than {number - 1} cards")


if __name__ == "__main__":
    unittest.main()
