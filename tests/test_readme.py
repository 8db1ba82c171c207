"""The README's numbers are what the files say now, and its files exist."""
import hashlib
import json
import os
import re
import tokenize
import unittest

from common import CHAIN, canonical, path, read
from test_chain import EDGES

import find_prime


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
        for kind, name in (("plain ASCII source", "femtogpt.py"), ("printable ASCII", "attogpt.py"),
                           ("any bytes", "zeptogpt.py")):
            self.assertIn("| {} | {:,} | `{}` |".format(kind, len(read(name)), name), text())
        self.assertIn("to one of %d bytes" % min(len(read(name)) for name in CHAIN), text())

    def test_paste(self):
        """The block to paste is attogpt.py."""
        block = re.search("```python\n(.*?)\n```", text(), re.S).group(1)
        self.assertEqual(block, read("attogpt.py").decode().rstrip("\n"))
        wrapper = len(read("attogpt.py")) - len(re.search(rb"b85decode\('(.*)'\)", read("attogpt.py")).group(1))
        self.assertIn("with a %d-byte wrapper" % wrapper, text())

    def test_artifacts(self):
        prime = find_prime.number_in(path("verify_prime.py"))
        digits = find_prime.decimal(prime)
        self.assertIn("The prime: {:,} decimal digits, {:,} bits".format(len(digits), prime.bit_length()), text())
        self.assertIn("    prime        {:,} digits\n".format(len(digits)), text())
        self.assertIn("    femtogpt.py  {:,} bytes\n".format(len(read("femtogpt.py"))), text())
        packed = len("%x" % prime) // 2 - find_prime.unpacked(prime)[1]
        self.assertIn("    gzip file    {:,} bytes\n".format(packed), text())
        steps = len(re.findall(rb"^\[\d+\]", read("prime", "certificate.primo"), re.M))
        self.assertIn("certificate.primo, %d steps" % steps, text())
        words = "zero one two three four five six seven eight nine ten eleven twelve".split()
        cards = json.loads(read("punchcard", "punchcard_encoding.json"))
        self.assertIn("on %s IBM cards of eighty columns: %s with data and two check cards" % (
            words[len(cards)], words[len(cards) - 2]), text())
        self.assertEqual({len(card) for card in cards}, {80})
        modules = int(re.search(r'viewBox="0 0 (\d+)', read("qr", "picogpt.svg").decode()).group(1)) - 8
        self.assertIn("version %d, where" % ((modules - 17) // 4), text())

    def test_data_sets(self):
        """As many awkward ones as the README says."""
        self.assertEqual((len(EDGES), "on a dozen awkward" in text()), (12, True))

    def test_names(self):
        self.assertIn("the data set: {:,} given names".format(read("input.txt").count(b"\n")), text())

    def test_files_exist(self):
        for name in re.findall(r"`((?:[\w.-]+/)*[\w-]+\.(?:py|txt|md|template)|[\w.-]+/)`", text()):
            if name not in ("run_results/", "yours.py", "names.txt", "log.txt"):
                self.assertTrue(os.path.exists(path(name)), name)
        shown = re.findall(r'src="([^"]+)"|\]\((?!http)([^)]+)\)', text())
        self.assertGreaterEqual(len(shown), 7)
        for name in ("".join(pair) for pair in shown):
            self.assertTrue(os.path.isfile(path(*name.split("/"))), name)

    def test_hashes(self):
        for name in ("input.txt", "expected.log"):
            self.assertIn(hashlib.sha256(canonical(name)).hexdigest(), text())


if __name__ == "__main__":
    unittest.main()
