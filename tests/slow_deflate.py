"""deflate.py against zopfli: our own sources (15,000 iterations), and ten varied texts (500)."""
import os
import random
import shutil
import subprocess
import tempfile
import unittest
import zlib
from concurrent.futures import ProcessPoolExecutor

import test_deflate

from golf import blocks, compressor
from support import need, read


def texts():
    """Ten texts of 0.5 to 8 KB: prose, programs, tables, names, markup, base 64, and made up."""
    rng = random.Random(10)
    words = [bytes(rng.choice(b"etaoinshrdlu") for _ in range(rng.randrange(2, 9)))
             for _ in range(150)]
    digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return [
        read("README.md")[:8000],
        read("microgpt.py")[:6000],
        read("referee", "sandbox.py")[3000:7000],
        read("LICENSE"),
        read("input.txt")[:3000],
        read("tests", "run_in_pyodide.mjs")[:500],
        b" ".join(rng.choice(words) for _ in range(1200))[:5000],
        b"".join(b"%d,%d,%.3f\n" % (k, k * k % 97, rng.random()) for k in range(200))[:2500],
        b"".join(b"<tr><td>%d</td><td class='n'>%x</td></tr>\n" % (k, rng.getrandbits(16))
                 for k in range(60))[:2000],
        bytes(rng.choice(digits) for _ in range(1000)),
    ]


def zopfli(data, iterations):
    """Bytes of zopfli's raw deflate stream."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "text")
        with open(name, "wb") as file:
            file.write(data)
        subprocess.run(["zopfli", f"--i{iterations}", "--deflate", name], check=True,
                       stdout=subprocess.DEVNULL)
        return os.path.getsize(name + ".deflate")


class AgainstZopfli(unittest.TestCase):

    def compare(self, sources, iterations):
        """[(bytes, ours, zopfli's)], printed too: none of ours is larger."""
        need(shutil.which("zopfli"), "zopfli (Debian: apt-get install zopfli)")
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            packed = list(pool.map(compressor.deflate, sources))
        for source, stream in zip(sources, packed):
            self.assertEqual(zlib.decompress(stream, -15), source)
        rows = [(len(source), len(stream), zopfli(source, iterations))
                for source, stream in zip(sources, packed)]
        print("bytes, ours, zopfli:", *rows, sep="\n  ")
        for row in rows:
            self.assertLessEqual(row[1], row[2], row)
        return rows

    def test_as_much_as_is_allowed_is_packed(self):
        noise = random.Random(4).getrandbits(8 << 16).to_bytes(1 << 16, "big")
        self.assertEqual(zlib.decompress(compressor.deflate(noise, 1), -15), noise)

    def test_our_sources_are_never_larger(self):
        names = ("golf/payload.py", "femtogpt.py", "picogpt.py")
        self.compare([read(name) for name in names], 15000)

    def test_ten_texts_are_never_larger_and_smaller_in_total(self):
        sources = texts()
        self.assertEqual((len(sources), len(set(sources))), (10, 10))
        self.assertTrue(all(500 <= len(source) <= 8192 for source in sources))
        rows = self.compare(sources, 500)
        self.assertLess(sum(row[1] for row in rows), sum(row[2] for row in rows))


class Blocks(test_deflate.StreamCase):
    def test_different_halves_get_blocks_of_their_own(self):
        rng = random.Random(7)
        data = b"".join(bytes(rng.choice(letters) for _ in range(1500))
                        for letters in (b"abc", b"0123456789"))
        cuts = compressor.find_cuts(data, 0, len(data), blocks.find_matches(data))
        self.assertEqual([abs(cut - 1500) < 100 for cut in cuts], [True])
        self.assert_inflates(data, 4)


if __name__ == "__main__":
    unittest.main()
