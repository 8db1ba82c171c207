"""pack.py: scripts that unpack and run themselves, and carry exactly their source."""
import html
import json
import os
import random
import re
import string
import unicodedata
import unittest

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

    def test_every_letter_is_one_of_2002_that_nothing_rearranges(self):
        old = unicodedata.ucd_3_2_0
        self.assertEqual(old.unidata_version, "3.2.0")
        for letter in self.letters:
            for data in (old, unicodedata):
                self.assertEqual((data.category(letter), data.combining(letter),
                                  data.bidirectional(letter), data.decomposition(letter)),
                                 ("Lo", 0, "L", ""), hex(ord(letter)))
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
                text = packing.ideographs(number, base)
                if text:
                    value, tried = 0, tried + 1
                    for letter in text:
                        value = value * base + ord(letter)
                    self.assertEqual(value, number)
                    self.assertTrue(any(ord(text[0]) in block for block in packing.IDEOGRAPHS))
            self.assertTrue(tried or size < 700, size)

    def test_streams_of_any_size_become_a_script(self):
        rng = random.Random(12)
        for size in some((1, 2, 3, 11, 7, 150, 50)):
            source = bytes(rng.randrange(32, 127) for _ in range(size))
            script = packing.unicode_script(compressor.deflate(source, 12))
            self.assertEqual(unpacked(script), source)

    def test_the_base_is_the_largest_with_every_residue(self):
        codes = [code for block in packing.IDEOGRAPHS for code in block]
        self.assertEqual(len({code % packing.MAX_BASE for code in codes}), packing.MAX_BASE)
        for base in range(packing.MAX_BASE + 1, packing.MAX_BASE + 20):
            self.assertLess(len({code % base for code in codes}), base)
        for base in (packing.MIN_BASE, packing.MAX_BASE - 1):
            self.assertEqual(len({code % base for code in codes}), base)


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
