"""encode_qr.py and decode_qr.py, from another folder."""
import os
import struct
import unittest

from support import InFolder, path, read

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

    def test_a_text_is_shown_or_goes_where_o_says(self):
        shown = self.assert_succeeds(ENCODE, URL.decode()).stdout
        self.assertEqual(shown, self.assert_succeeds(ENCODE, "--text", URL.decode()).stdout)
        self.assertIn("█", shown.decode())
        self.assertEqual(os.listdir(self.folder), [])
        self.assert_succeeds(ENCODE, URL.decode(), "-o", "a.png", "-o", "a.svg")
        self.assert_succeeds(ENCODE, "--text", "me.txt", "-o", "me.png")
        for name, data in (("a.png", URL), ("a.svg", URL), ("me.png", b"me.txt")):
            self.assertEqual(self.assert_succeeds(DECODE, name).stdout, data)

    def test_scale_border_and_colours(self):
        """Sizes are those that were asked for, colours stand in the files, and both are read."""
        for name in ("a.png", "a.svg"):
            self.assert_succeeds(ENCODE, URL.decode(), "--scale", "7", "--border", "5", "--dark",
                                 "navy", "--light", "#ffeedd80", "-o", name)
            self.assertEqual(self.assert_succeeds(DECODE, name).stdout, URL)
        side = 7 * (25 + 10)                         # version 2
        data, drawing = self.get("a.png"), self.get("a.svg")
        self.assertEqual(struct.unpack(">II", data[16:24]), (side, side))
        self.assertIn(b"PLTE\0\0\x80\xff\xee\xdd", data)
        self.assertIn(b"tRNS\xff\x80", data)
        for words in (b'width="%d"' % side, b'fill="#ffeedd" fill-opacity="0.502"',
                      b'fill="#000080"'):
            self.assertIn(words, drawing)

    def test_what_scanners_may_not_read_is_said(self):
        for words, *arguments in (("is lighter than", "--dark", "white", "--light", "black"),
                                  ("so alike", "--dark", "lime"), ("border below", "--border", "0"),
                                  ("is lighter than", "--dark", "#fff", "--light", "#000080")):
            done = self.run_here(ENCODE, "hi there", *arguments, "-o", "a.png")
            self.assertEqual(done.returncode, 0)
            self.assertIn(words, done.stderr.decode())
        self.assertEqual(self.assert_succeeds(DECODE, "a.png").stdout, b"hi there")

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
                ("1 to 40", "me.txt", "--version", "41"), ("--level", "--level", "X"),
                ("would be overwritten", "me.txt", "--out", "me.txt"),
                ("would be overwritten", "me.png"), ("SOURCE", ""),
                ("not both", "a", "--text", "b"), ("is no colour", "a", "--dark", "nocolour"),
                ("from 1 to 100", "a", "--scale", "0"), ("whole number", "a", "--scale", "2.5"),
                ("the same colour", "a", "--dark", "white")):
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
                ("No such file", "none.png"), ("is no PNG", "me.txt"), ("Is a directory", "."),
                ("cut.png: is a truncated PNG", "cut.png")):
            self.assert_fails(1, words, DECODE, *arguments)

    def test_misuse_exits_2(self):
        self.assert_fails(2, "-o: name a file", DECODE, "-o", "")
        self.assert_fails(2, "IMAGE", DECODE, "")


if __name__ == "__main__":
    unittest.main()
