"""deflate.py against zopfli (500 iterations): never larger on our own sources, smaller in total on ten varied texts."""
import os
import random
import shutil
import subprocess
import tempfile
import unittest
import zlib
from concurrent.futures import ProcessPoolExecutor

from common import need, read

import deflate


def texts():
    """Ten texts of 0.5 to 8 KB: prose, programs, tables, names, markup, base 64, and what is made up."""
    dice = random.Random(10)
    words = [bytes(dice.choice(b"etaoinshrdlu") for _ in range(dice.randrange(2, 9))) for _ in range(150)]
    return [
        read("README.md")[:8000],
        read("microgpt.py")[:6000],
        read("compare_runs.py")[3000:7000],
        read("LICENSE"),
        read("input.txt")[:3000],
        read("tests", "run_in_pyodide.mjs")[:500],
        b" ".join(dice.choice(words) for _ in range(1200))[:5000],
        b"".join(b"%d,%d,%.3f\n" % (k, k * k % 97, dice.random()) for k in range(200))[:2500],
        b"".join(b"<tr><td>%d</td><td class='n'>%x</td></tr>\n" % (k, dice.getrandbits(16)) for k in range(60))[:2000],
        bytes(dice.choice(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") for _ in range(1000)),
    ]


def zopfli(data):
    """Bytes of zopfli's raw deflate stream."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "text")
        with open(name, "wb") as file:
            file.write(data)
        subprocess.run(["zopfli", "--i500", "--deflate", name], check=True, stdout=subprocess.DEVNULL)
        return os.path.getsize(name + ".deflate")


class AgainstZopfli(unittest.TestCase):

    def compare(self, sources):
        need(shutil.which("zopfli"), "zopfli (Debian: apt-get install zopfli)")
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            packed = list(pool.map(deflate.deflate, sources))
        for source, stream in zip(sources, packed):
            self.assertEqual(zlib.decompress(stream, -15), source)
        rows = [(len(source), len(stream), zopfli(source)) for source, stream in zip(sources, packed)]
        print("bytes, ours, zopfli:", *rows, sep="\n  ")
        return rows

    def test_own_sources(self):
        for name, row in zip(("femto", "pico"), self.compare([read("femtogpt.py"), read("picogpt.py")])):
            self.assertLessEqual(row[1], row[2], name)

    def test_ten_texts(self):
        rows = self.compare(texts())
        self.assertEqual(len(rows), 10)
        for size, _, _ in rows:
            self.assertTrue(500 <= size <= 8192, size)
        self.assertLess(sum(row[1] for row in rows), sum(row[2] for row in rows))


if __name__ == "__main__":
    unittest.main()
