"""encode_qr.py and decode_qr.py, from another folder."""
import os
import unittest

from common import InFolder, path, read

ENCODE, DECODE = path("qr", "encode_qr.py"), path("qr", "decode_qr.py")
URL = b"https://example.org/?q=1"


class Encode(InFolder):
    def test_committed_symbol_is_up_to_date(self):
        self.assertEqual(self.assert_succeeds(ENCODE, "--check").stdout.count(b"up to date"), 2)

    def test_a_file_makes_png_and_svg_that_read_back(self):
        self.put("me.txt", URL)
        self.assert_succeeds(ENCODE, "me.txt")
        self.assertEqual(sorted(os.listdir(self.folder)), ["me.png", "me.svg", "me.txt"])
        for name in ("me.png", "me.svg"):
            self.assertEqual(self.assert_succeeds(DECODE, name).stdout, URL)

    def test_standard_input_goes_where_out_says(self):
        self.put("me.txt", URL)
        with open(os.path.join(self.folder, "me.txt"), "rb") as file:
            done = self.assert_succeeds(ENCODE, "-", "--level", "H", "--out", "h.png",
                                        "--out", "h.txt", stdin=file)
        self.assertIn(b"level H", done.stdout)
        with open(os.path.join(self.folder, "h.png"), "rb") as file:
            self.assertEqual(self.assert_succeeds(DECODE, "-", stdin=file).stdout, URL)
        lines = self.get("h.txt").decode().split("\n")[:-1]
        self.assertEqual(len(set(map(len, lines))), 1)

    def test_terminal_shows_the_symbol_and_writes_nothing(self):
        self.put("me.txt", URL)
        done = self.assert_succeeds(ENCODE, "me.txt", "--terminal")
        self.assertIn("█", done.stdout.decode().split("\n")[0])
        self.assertEqual(os.listdir(self.folder), ["me.txt"])

    def test_bad_sources_are_refused_in_one_line(self):
        for words, *arguments in (
                ("No such file", "none.txt"), ("Is a directory", ".", "--out", "x.png"),
                ("does not fit", path("picogpt.py"), "--version", "5", "--out", "x.png"),
                ("too long", path("microgpt.py"), "--out", "x.png"),
                ("is empty", "-", "--terminal")):
            self.assert_fails(1, words, ENCODE, *arguments)

    def test_misuse_exits_2(self):
        self.put("me.txt", URL)
        self.put("me.png", b"mine")
        for words, *arguments in (
                ("--out", "me.txt", "--out", "x.gif"), ("--out", "-"),
                ("--version", "me.txt", "--version", "41"), ("--level", "--level", "X"),
                ("would be overwritten", "me.txt", "--out", "me.txt"),
                ("would be overwritten", "me.png"), ("SOURCE", "")):
            self.assert_fails(2, words, ENCODE, *arguments)


class Decode(InFolder):
    def setUp(self):
        super().setUp()
        self.put("me.txt", URL)
        self.run_here(ENCODE, "me.txt")

    def test_default_prints_picogpt(self):
        self.assertEqual(self.assert_succeeds(DECODE).stdout, read("picogpt.py"))

    def test_output_file_is_kept_unless_forced(self):
        done = self.assert_succeeds(DECODE, "me.png", "-o", "out.txt")
        self.assertIn(b"out.txt: 24 bytes, from version 2", done.stdout)
        self.put("out.txt", b"mine")
        self.assert_fails(1, "out.txt exists and differs; give --force", DECODE, "me.png",
                          "-o", "out.txt")
        self.assert_succeeds(DECODE, "me.png", "-o", "out.txt", "--force")
        self.assertEqual(self.get("out.txt"), URL)
        self.assertEqual(self.assert_succeeds(DECODE, "me.png", "-o", "-").stdout, URL)

    def test_bad_pictures_are_refused_in_one_line(self):
        self.put("cut.png", self.get("me.png")[:-30])
        for words, *arguments in (
                ("No such file", "none.png"), ("is no picture", "me.txt"), ("Is a directory", "."),
                ("cut.png: is a truncated PNG", "cut.png")):
            self.assert_fails(1, words, DECODE, *arguments)

    def test_misuse_exits_2(self):
        self.assert_fails(2, "-o: name a file", DECODE, "-o", "")
        self.assert_fails(2, "IMAGE", DECODE, "")


if __name__ == "__main__":
    unittest.main()
