"""pack.py: scripts that unpack and run themselves, and carry exactly their source."""
import html
import json
import os
import random
import re
import string
import unicodedata
import unittest
import zlib

from golf import compressor, packing
from support import InFolder, path, read, some

PACK = path("golf", "pack.py")


def unpacked(script):
    """What a packed script would hand to exec."""
    scope = {}
    exec(compile(script.replace(b"exec(", b"got=("), "packed", "exec"), scope)
    return scope["got"]


class Packed(unittest.TestCase):
    def test_every_packed_script_hands_exec_the_payload(self):
        for name in ("attogpt.py", "zeptogpt.py", "yoctogpt.py"):
            self.assertEqual(unpacked(read(name)), read("golf", "payload.py"), name)

    def test_a_latin_1_literal_reads_back_whatever_the_bytes(self):
        rng = random.Random(9)
        for _ in range(300):
            data = bytes(rng.choice((0, 10, 13, 34, 39, 92, 48, 55, 56, 120, 255))
                         for _ in range(rng.randrange(12)))
            scope = {}
            source = b"#coding:l1\ngot=bytes(" + packing.latin1_literal(data) + b",'l1')"
            exec(compile(source, "literal", "exec"), scope)
            self.assertEqual(scope["got"], data)

    def test_escapes_are_counted_as_the_literal_writes_them(self):
        rng = random.Random(10)
        for _ in range(200):
            data = bytes(rng.choice((0, 10, 13, 34, 39, 92, 65)) for _ in range(12))
            self.assertEqual(len(packing.latin1_literal(data)) - 14, packing.count_escapes(data))


class Post(unittest.TestCase):
    """yoctogpt.py: what has to hold for a script that travels as one post."""

    @classmethod
    def setUpClass(cls):
        cls.text = read("yoctogpt.py").decode("utf-8")
        cls.letters = re.search("'([^']{99,})'", cls.text)[1]

    def test_it_fits_into_a_post_of_500_characters(self):
        self.assertLessEqual(len(self.text), 500)

    def test_every_letter_is_one_that_nothing_rearranges(self):
        """By the Unicode of this Python, as far as it knows the letter."""
        for letter in self.letters:
            self.assertTrue(any(ord(letter) in block for block in packing.LETTERS))
            if unicodedata.category(letter) != "Cn":
                self.assertEqual((unicodedata.combining(letter), unicodedata.bidirectional(letter),
                                  unicodedata.decomposition(letter)), (0, "L", ""))
                self.assertIn(unicodedata.category(letter), ("Lo", "Lm", "So"))
        self.assertTrue(set(self.text) - set(self.letters) <= set("\n" + string.printable[:95]))

    def test_no_client_that_trims_spaces_or_blank_lines_changes_it(self):
        lines = self.text.split("\n")
        self.assertEqual([line.strip() for line in lines if line.strip()], lines)
        self.assertNotIn("  ", self.text)

    def test_it_survives_the_ways_of_a_post(self):
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            self.assertEqual(unicodedata.normalize(form, self.text), self.text, form)
        for encoding in ("utf-8", "utf-16", "utf-16-be", "utf-32"):
            self.assertEqual(self.text.encode(encoding).decode(encoding), self.text, encoding)
        self.assertEqual(html.unescape(html.escape(self.text)), self.text)
        self.assertEqual(json.loads(json.dumps(self.text)), self.text)
        self.assertEqual(unpacked(self.text.replace("\n", "\r\n").encode()),
                         read("golf", "payload.py"))

    def test_any_bytes_are_written_in_letters_and_read_back(self):
        rng = random.Random(11)
        for size in (1, 2, 3, 10, 100, 700):
            data = bytes([rng.randrange(1, 256)] + [rng.randrange(256) for _ in range(size - 1)])
            number, tried = int.from_bytes(data, "big"), 0
            for base in range(packing.MAX_BASE, packing.MIN_BASE, -1):
                text = packing.letters(number, base)
                if text:
                    value, tried = 0, tried + 1
                    for letter in text:
                        value = value * base + ord(letter)
                    self.assertEqual(value, number)
                    self.assertTrue(any(ord(text[0]) in block for block in packing.LETTERS))
                    break
            self.assertTrue(tried or size < 700, size)

    def test_streams_of_any_size_become_a_script(self):
        rng = random.Random(12)
        for size in some((1, 2, 3, 11, 7, 150, 50)):
            source = bytes(rng.randrange(32, 127) for _ in range(size))
            script = packing.unicode_script(compressor.deflate(source, 12), -9)
            self.assertEqual(unpacked(script), source)

    def test_a_base_in_which_a_digit_has_no_letter_is_passed_over(self):
        taken = {code % packing.MAX_BASE for block in packing.LETTERS for code in block}
        gap = next(code for code in range(packing.MAX_BASE) if code not in taken)
        self.assertIsNone(packing.letter(gap, packing.MAX_BASE))
        number = (0x4E00 * packing.MAX_BASE + gap) * packing.MAX_BASE + 0x4E00
        self.assertIsNone(packing.letters(number, packing.MAX_BASE))
        self.assertEqual(packing.letters(0x4E00 * packing.MAX_BASE + 0x3400, packing.MAX_BASE),
                         "\u4e00\u3400")


class Window(unittest.TestCase):
    """zlib.decompress(stream, -9), with matches from further back than its window of 512 bytes."""

    def test_it_reads_matches_from_as_far_as_one_buffer_goes(self):
        noise = random.Random(7).getrandbits(8 * 8000).to_bytes(8000, "big")
        for source in (noise + b"-" * (packing.ONE_BUFFER - 16000) + noise, noise[:700] * 2,
                       read("golf", "payload.py")):
            self.assertEqual(packing.window_bits(source), -9)
            stream = zlib.compress(source, 9)[2:-4]
            self.assertLess(len(stream), len(source) * 3 // 4)      # there are such matches
            self.assertEqual(zlib.decompress(stream, -9), source)

    def test_larger_sources_get_the_whole_window(self):
        self.assertEqual(packing.window_bits(bytes(packing.ONE_BUFFER + 1)), -15)


class CommandLine(InFolder):
    def test_a_script_becomes_three_that_run(self):
        self.put("my.py", b"print('hello from a packed script')\n" * 9)
        self.assert_succeeds(PACK, "my.py")
        for name in ("my.atto.py", "my.zepto.py", "my.yocto.py"):
            done = self.assert_succeeds(name)
            self.assertEqual(done.stdout.split(b"\n")[8].strip(), b"hello from a packed script")

    def test_check_notices_missing_and_stale_files_and_writes_nothing(self):
        self.put("my.py", b"print(1)\n")
        done = self.run_here(PACK, "my.py", "--check")
        self.assertEqual((done.returncode, os.listdir(self.folder)), (1, ["my.py"]))
        self.assert_succeeds(PACK, "my.py")
        self.assert_succeeds(PACK, "my.py", "--check")
        self.put("my.py", b"print(1)\n#\n")
        before = self.snapshot()
        done = self.run_here(PACK, "my.py", "--check")
        self.assertEqual((done.returncode, self.snapshot()), (1, before))
        self.assertIn(b"my.atto.py: does not match my.py; run pack.py", done.stdout)

    def test_bad_sources_are_refused(self):
        self.put("my.py", b"print(")
        self.assert_fails(1, "my.py: ", PACK, "my.py")
        self.assert_fails(1, "No such file", PACK, "none.py")
        self.put("my.atto.py", b"1")
        os.rename(os.path.join(self.folder, "my.py"), os.path.join(self.folder, "my"))
        self.assert_fails(2, "SOURCE: name a file", PACK, "-")


if __name__ == "__main__":
    unittest.main()
