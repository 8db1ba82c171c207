"""encode_punchcard_base64.py and decode_punchcard_base64.py, from another folder."""
import os
import random
import re
import unittest

from punchcard import cards, deck
from support import InFolder, path, read, run_python

ENCODE = path("punchcard", "encode_punchcard_base64.py")
DECODE = path("punchcard", "decode_punchcard_base64.py")
POEM = "Röslein\n".encode() * 40


class Decode(InFolder):
    def test_default_deck_gives_attogpt(self):
        self.assert_succeeds(DECODE)
        self.assertEqual(os.listdir(self.folder), ["attogpt_decoded.py"])
        self.assertEqual(self.get("attogpt_decoded.py"), read("attogpt.py"))
        self.assertIn(b"was there already", self.assert_succeeds(DECODE).stdout)
        self.assertEqual(self.assert_succeeds(DECODE, "-o", "-").stdout, read("attogpt.py"))

    def test_a_file_that_differs_is_kept_unless_forced(self):
        self.put("attogpt_decoded.py", b"mine")
        self.assert_fails(1, "attogpt_decoded.py exists and differs; give --force", DECODE)
        self.assert_succeeds(DECODE, "--force")
        self.assertEqual(self.get("attogpt_decoded.py"), read("attogpt.py"))

    def test_output_is_named_after_the_deck(self):
        self.put("poem.txt", POEM)
        self.assert_succeeds(ENCODE, "poem.txt")
        self.assert_succeeds(DECODE, "poem.cards.json")
        self.assertEqual(self.get("poem_decoded"), POEM)
        with open(os.path.join(self.folder, "poem.h80"), "rb") as file:
            self.assert_succeeds(DECODE, "-", stdin=file)
        self.assertEqual(self.get("deck_decoded"), POEM)

    def test_show_draws_the_holes(self):
        lines = run_python(DECODE, "--show", "3").stdout.decode().split("\n")
        card = deck.build(read("attogpt.py"), "ATTO")[2]
        self.assertIn("ATTO0310", lines[0])
        for row, line in zip(cards.ROWS, lines[1:]):
            holes = "".join("#" if column & cards.BIT[row] else "." for column in card)
            self.assertEqual(re.sub(r"^.*?\|", "", line), holes + "|")

    def test_bad_decks_are_refused_in_one_line(self):
        self.put("noise.bin", bytes(random.Random(1).getrandbits(8) for _ in range(3000)))
        self.put("cut.h80", read("punchcard", "attogpt.h80")[:900])
        self.put("photo.png", b"P5 300 150 255\n" + bytes(45000))
        self.put("odd.json", b'[[[1, 2]], 5, [["x"]], null]')
        for words, *arguments in (
                ("no deck that is known", "noise.bin"), ("shows no punched card", "photo.png"),
                ("lacks cards", "cut.h80"),
                ("with a label", "odd.json"),
                ("card 2 is not 80 columns", "odd.json", "--show", "2"),
                ("No such file", "none.json"), ("Is a directory", "."),
                ("no card of a deck NONE", "--deck", "NONE"),
                ("No such file", "-o", os.path.join("none", "x.py"))):
            self.assert_fails(1, words, DECODE, *arguments)

    def test_misuse_exits_2(self):
        self.assert_fails(2, "--show: the file holds cards 1 to 12", DECODE, "--show", "13")
        self.assert_fails(2, "--show: the file holds cards 1 to 12", DECODE, "--show", "0")
        self.assert_fails(2, "-o: name a file", DECODE, "-o", "")
        self.assert_fails(2, "DECK", DECODE, "")


class Encode(InFolder):
    def test_committed_deck_is_up_to_date(self):
        self.assertEqual(self.assert_succeeds(ENCODE, "--check").stdout.count(b"up to date"), 4)

    def test_any_file_makes_four_that_read_back(self):
        self.put("my poem.txt", POEM)
        for layout in ("binary", "text"):
            self.assert_succeeds(ENCODE, "my poem.txt", "--layout", layout)
        made = sorted(set(os.listdir(self.folder)) - {"my poem.txt"})
        self.assertEqual(len(made), 8)
        for name in made:
            self.assertEqual(self.assert_succeeds(DECODE, name, "-o", "-").stdout, POEM, name)
        self.assertIn(b"MYPO0104", self.run_here(DECODE, "my poem.h80", "--show", "1").stdout)

    def test_check_tells_which_file_is_stale_and_writes_nothing(self):
        self.put("a.txt", b"first")
        self.assert_succeeds(ENCODE, "a.txt")
        self.put("a.bin", b"changed")
        os.unlink(os.path.join(self.folder, "a.h80"))
        before = self.snapshot()
        done = self.run_here(ENCODE, "a.txt", "--check")
        self.assertEqual((done.returncode, self.snapshot()), (1, before))
        for line in (b"a.cards.json: up to date", b"a.cards.svg: up to date",
                     b"a.bin: does not match a.txt; run encode_punchcard_base64.py",
                     b"a.h80: is missing; run encode_punchcard_base64.py"):
            self.assertIn(line, done.stdout)

    def test_name_and_check_cards_are_the_users_choice(self):
        self.put("a.txt", b"x" * 200)
        self.assert_succeeds(ENCODE, "a.txt", "--name", "LOVE", "--check-cards", "0")
        self.assertIn(b"LOVE0202", self.run_here(DECODE, "a.h80", "--show", "2").stdout)
        self.assert_fails(2, "cards 1 to 2", DECODE, "a.h80", "--show", "3")

    def test_bad_sources_are_refused_in_one_line(self):
        self.put("empty.py", b"")
        self.put("long.py", b"x" * 20000)
        for words, source in (("empty.py: is empty", "empty.py"), ("too long", "long.py"),
                              ("No such file", "none.py"), ("Is a directory", ".")):
            self.assert_fails(1, words, ENCODE, source)

    def test_paper_is_named_in_any_case(self):
        self.put("a.py", b"print(1)\n")
        self.assert_succeeds(ENCODE, "a.py", "--print", "a4")
        self.assertIn(b"size:210mm 297mm", self.get("a.A4.html"))
        self.assert_fails(2, "invalid choice: 'a5'", ENCODE, "a.py", "--print", "a5")

    def test_misuse_exits_2(self):
        self.put("noise.bin", b"noise")
        self.put("a.py", b"1")
        for words, *arguments in (
                ("--name", "a.py", "--name", "toolong"), ("layout", "--layout", "ebcdic"),
                ("SOURCE: name a file", "-"), ("SOURCE: name a file", ""),
                ("would be overwritten", "noise.bin")):
            self.assert_fails(2, words, ENCODE, *arguments)


if __name__ == "__main__":
    unittest.main()
