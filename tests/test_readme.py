"""The README's numbers are what the files say now, and its files exist."""
import hashlib
import os
import re
import tokenize
import unittest

from common import CHAIN, canonical, path, read


def text():
    return read("README.md").decode("utf-8")


class Numbers(unittest.TestCase):

    def test_chain_table(self):
        for name in CHAIN:
            data = read(name)
            with open(path(name), "rb") as file:
                characters = len(data.decode(tokenize.detect_encoding(file.readline)[0]))
            lines = data.count(b"\n") + (not data.endswith(b"\n"))
            row = re.search(r"^\| `%s` \| ([\d,]+) \| ([\d,]+) \| (\d+) \| ([\d.]+) \|" % re.escape(name), text(), re.M)
            self.assertIsNotNone(row, name)
            cells = [int(cell.replace(",", "")) for cell in row.groups()[:3]]
            self.assertEqual(cells, [len(data), characters, lines], name)
            self.assertLess(0, float(row.group(4)))

    def test_competition_table(self):
        self.assertIn("| plain source | {:,} |".format(len(read("femtogpt.py"))), text())
        self.assertIn("| packed | {:,} |".format(len(read("attogpt.py"))), text())

    def test_names(self):
        self.assertIn("the data set: {:,} given names".format(read("input.txt").count(b"\n")), text())

    def test_files_exist(self):
        for name in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|txt|md|template)|[\w.-]+/)`", text()):
            if name not in ("run_results/", "yours.py", "names.txt", "log.txt"):
                self.assertTrue(os.path.exists(path(name)), name)

    def test_hashes(self):
        for name in ("input.txt", "expected.log"):
            self.assertIn(hashlib.sha256(canonical(name)).hexdigest(), text())


if __name__ == "__main__":
    unittest.main()
