"""deflate.py: streams that zlib reads, small, and the same everywhere."""
import hashlib
import os
import random
import subprocess
import sys
import unittest
import zlib

from golf import blocks, compressor, huffman
from support import InFolder, path, read, some

DEFLATE = path("golf", "deflate.py")
TEXT = (b"from random import*\nfrom cmath import*\nseed(42)\n"
        b"D=[s for l in open('input.txt')if(s:=l.strip())]\nshuffle(D)\nC=")


class StreamCase(unittest.TestCase):
    """Every stream must come back through zlib's inflate, which we did not write."""

    def assert_inflates(self, data, iterations=12, **options):
        packed = compressor.deflate(data, iterations, **options)
        reader = zlib.decompressobj(-15)
        self.assertEqual(reader.decompress(packed) + reader.flush(), data)
        self.assertTrue(reader.eof)
        self.assertEqual(reader.unused_data, b"")
        return packed


class Streams(StreamCase):
    def test_small_and_odd_data(self):
        for data in (b"", b"a", b"ab", b"abc", b"aaaa", bytes(300), b"ab" * 400, bytes(range(256)),
                     b"\xff" * 259):
            self.assert_inflates(data)

    def test_random_alphabets(self):
        rng = random.Random(5)
        for letters in some((3, 1, 2, 17, 256)):
            for length in (10, 300):
                self.assert_inflates(bytes(rng.randrange(letters) for _ in range(length)), 4)

    def test_a_match_reaches_back_as_far_as_the_window_and_no_further(self):
        rng = random.Random(6)
        phrase = bytes(rng.randrange(256) for _ in range(200))
        for gap in (32768 - 200, 32768 - 199):
            noise = bytes(rng.randrange(256) for _ in range(gap))
            matches = blocks.find_matches(phrase + noise + phrase)[200 + gap]
            reaches = any(distance == 200 + gap for _, _, distance in matches)
            self.assertEqual(reaches, gap + 200 <= 32768)

    def test_more_than_64_kib_is_refused(self):
        """The slow test packs as much as is allowed."""
        with self.assertRaisesRegex(ValueError, "at most 65536 bytes, not 65537"):
            compressor.deflate(bytes(65537))

    def test_incompressible_data_is_stored(self):
        data = random.Random(8).getrandbits(8 * 1500).to_bytes(1500, "big")
        self.assertEqual(len(self.assert_inflates(data, 2)), 1505)
        self.assertEqual(zlib.decompress(compressor.write_stored(bytes(70000)), -15), bytes(70000))

    def test_the_cheapest_stream_costs_less_and_is_hardly_longer(self):
        """And these are the same bytes on every machine: artifacts depend on it."""
        data = TEXT[:110]
        found = compressor.smallest_blocks(data)
        plain, chosen = compressor.write_blocks(found, data), compressor.cheapest_stream(
            data, found, sum, trials=200)
        self.assertEqual(zlib.decompress(chosen, -15), data)
        self.assertLessEqual(len(chosen), len(plain) + 1)
        self.assertLess(sum(chosen), sum(plain))
        self.assertEqual(hashlib.sha256(chosen).hexdigest()[:16], "806bc03c43731a20")

    def test_smaller_than_zlib(self):
        data = read("picogpt.py")[:120]
        self.assertLess(len(compressor.deflate(data, 3)), len(zlib.compress(data, 9)) - 6)

    def test_same_bytes_whatever_the_hash_seed_and_the_machine(self):
        program = ("import golf.compressor as c,hashlib,sys;data=sys.argv[1].encode();"
                   "print(hashlib.sha256(c.deflate(data,40)).hexdigest())")
        digests = {subprocess.run([sys.executable, "-c", program, TEXT[:60].decode()],
                                  cwd=path(), env=dict(os.environ, PYTHONHASHSEED=seed),
                                  stdout=subprocess.PIPE, check=True).stdout.strip()
                   for seed in ("1", "2")}
        ours = hashlib.sha256(compressor.deflate(TEXT[:60], 40)).hexdigest()
        self.assertEqual(digests, {ours.encode()})
        self.assertEqual(ours[:16], "99a28dc1fba6af75")


class Codes(unittest.TestCase):
    def test_code_lengths_are_complete_and_limited_however_steep(self):
        for limit in (7, 15):
            freqs = [2 ** k if k < 19 else 0 for k in range(25)]
            lengths = huffman.huffman_lengths(freqs, limit)
            self.assertEqual(max(lengths), min(limit, 18))
            self.assertEqual(sum(2 ** -bits for bits in lengths if bits), 1)
        self.assertEqual(huffman.huffman_lengths([5, 1, 1, 3], 15), [1, 3, 3, 2])
        self.assertEqual(huffman.huffman_lengths([0, 7, 0], 15), [0, 1, 0])

    def test_tables_are_those_of_the_rfc(self):
        """Rows of the tables of section 3.2.5."""
        for code, base, extra in ((257, 3, 0), (265, 11, 1), (273, 35, 3), (284, 227, 5),
                                  (285, 258, 0)):
            self.assertEqual(huffman.LENGTHS[code - 257], (base, extra))
        for code, base, extra in ((0, 1, 0), (4, 5, 1), (13, 97, 5), (29, 24577, 13)):
            self.assertEqual(huffman.DISTANCES[code], (base, extra))
        self.assertEqual([huffman.LENGTH_CODE[n] + 257 for n in (3, 10, 11, 12, 13, 257, 258)],
                         [257, 264, 265, 265, 266, 284, 285])

    def test_run_length_code_reads_back_and_is_cheapest(self):
        rng, cost = random.Random(9), [4] * 16 + [4, 5, 6]
        for _ in range(60):
            lengths = [value for _ in range(12) for value in
                       [rng.choice((0, 0, 5, 7))] * rng.choice((1, 2, 3, 7, 12, 140))]
            decoded = []
            for symbol, extra in huffman.run_length_code(lengths, cost):
                decoded += {16: decoded[-1:] * (3 + extra), 17: [0] * (3 + extra),
                            18: [0] * (11 + extra)}.get(symbol, [symbol])
            self.assertEqual(decoded, lengths)

    def test_a_run_of_zeros_takes_the_long_code_where_that_is_cheaper(self):
        cost = [4] * 16 + [4, 5, 6]
        self.assertEqual(huffman.run_length_code([0] * 138, cost), [(18, 127)])
        self.assertEqual(huffman.run_length_code([0] * 10, cost), [(17, 7)])
        self.assertEqual(huffman.run_length_code([5] * 7, cost), [(5, 0), (16, 3)])

    def test_block_size_is_the_size_of_what_is_written(self):
        data = read("golf", "payload.py")[:300]
        block = compressor.search_block(data, 0, len(data), blocks.find_matches(data), 5)
        for each in (blocks.Block(data, 0, block.tokens), compressor.tune_codes(block, data)):
            writer = huffman.BitWriter()
            each.write(writer, data, True)
            self.assertEqual(writer.bits, each.bits)

    def test_tuning_never_makes_a_block_larger(self):
        data = read("golf", "payload.py")
        block = compressor.search_block(data, 0, len(data), blocks.find_matches(data), 3)
        self.assertLess(compressor.tune_codes(block, data).bits, block.bits)


class CommandLine(InFolder):
    def test_the_stream_is_written(self):
        self.put("a", b"hello hello hello\n")
        done = self.assert_succeeds(DEFLATE, "a", "-o", "b")
        self.assertEqual(zlib.decompress(self.get("b"), -15), b"hello hello hello\n")
        self.assertIn(b"a: 18 bytes, packed ", done.stdout)

    def test_standard_input_is_packed(self):
        self.put("a", b"hello hello hello\n")
        with open(os.path.join(self.folder, "a"), "rb") as file:
            self.assertIn(b"-: 18 bytes", self.assert_succeeds(DEFLATE, "-", stdin=file).stdout)

    def test_bad_files_are_refused_in_one_line(self):
        self.put("large", bytes(65537))
        self.put("a", b"hello")
        for words, *arguments in (("larger than 65536", "large"), ("Is a directory", "."),
                                  ("No such file", "none"), ("Is a directory", "a", "-o", "."),
                                  ("No such file", "a", "-o", os.path.join("no", "b"))):
            self.assert_fails(1, words, DEFLATE, *arguments)

    def test_the_source_is_not_overwritten(self):
        self.put("a", b"hello")
        self.assert_fails(2, "another file than the source", DEFLATE, "a", "-o", "a")
        self.assert_fails(2, "-o: name a file", DEFLATE, "a", "-o", "-")

    @unittest.skipUnless(os.name == "posix", "needs devices and symbolic links")
    def test_devices_and_links_stay_what_they_are(self):
        self.put("a", b"hello")
        self.assert_succeeds(DEFLATE, "a", "-o", os.devnull)
        self.assertFalse(os.path.isfile(os.devnull))
        os.symlink("target", os.path.join(self.folder, "link"))
        self.assert_succeeds(DEFLATE, "a", "-o", "link")
        self.assertTrue(os.path.islink(os.path.join(self.folder, "link")))
        self.assertTrue(os.path.isfile(os.path.join(self.folder, "target")))


if __name__ == "__main__":
    unittest.main()
