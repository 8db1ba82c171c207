"""index.html in a browser: Chromium, with Pyodide from its npm package in the place of the CDN."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from common import CANONICAL, canonical, need, path, read

import find_prime

sys.path.insert(0, path("song"))
import raga  # noqa: E402


class Page(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        playwright, pyodide = os.environ.get("PLAYWRIGHT", ""), os.environ.get("PYODIDE", "")
        need(os.path.isfile(os.path.join(playwright, "index.mjs")),
             "PLAYWRIGHT=folder of the npm package playwright-core")
        need(os.path.isfile(os.path.join(pyodide, "pyodide.js")), "PYODIDE=folder of the npm package pyodide 314")
        need(shutil.which("node") and shutil.which("chromium"), "node and chromium (Debian)")
        canonical("input.txt")
        cls.folder = tempfile.TemporaryDirectory()
        cls.picture = os.path.join(cls.folder.name, "symbol.png")
        run = subprocess.run(["node", path("tests", "play_page.mjs"), playwright, shutil.which("chromium"), pyodide,
                              path("index.html"), os.path.join(CANONICAL, "input.txt"), cls.picture],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        assert run.returncode == 0, run.stderr.decode()[-2000:]
        cls.seen = json.loads(run.stdout.decode())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_run(self):
        """A click runs attogpt.py, its first lines are the contract's, the loss is drawn, and it can be stopped."""
        lines = self.seen["log"].splitlines()
        self.assertGreaterEqual(len(lines), 15)
        self.assertEqual(lines, canonical("expected.log").decode().splitlines()[:len(lines)])
        self.assertGreaterEqual(self.seen["points"], 11)
        self.assertEqual((self.seen["stopped"], self.seen["quiet"]), ("Stopped.", True))

    def test_stop_and_refuse(self):
        """A file that is not UTF-8 is refused in words; Stop at once leaves nothing running; focus stays."""
        self.assertEqual(self.seen["refused"], "Your file cannot be used: it is not UTF-8 text.")
        self.assertEqual((self.seen["idle"], self.seen["focus"], self.seen["sounding"]), (True, "stop", True))

    def test_nothing_else_is_fetched(self):
        """No address but the page's own and the CDN's; no error in any script."""
        self.assertEqual(self.seen["errors"], [])
        others = {address for address in self.seen["asked"] if not address.startswith("file://")}
        self.assertTrue(others)
        for address in others:
            self.assertTrue(address.startswith("https://cdn.jsdelivr.net/pyodide/v314."), address)

    def test_deck(self):
        """The cards carry attogpt.py, and their holes are those of the deck."""
        deck = json.loads(read("punchcard", "punchcard_encoding.json"))
        self.assertEqual(len(self.seen["cards"]), len(deck))
        carried = "".join(text.split("of attogpt.py: ")[1] for _, text, _ in self.seen["cards"] if "base64" in text)
        self.assertEqual(carried, read("attogpt.py").decode().replace("\n", "\u00b7"))
        for number, ((label, text, holes), card) in enumerate(zip(self.seen["cards"], deck), 1):
            self.assertIn("say ATTO%02d10: deck ATTO, card %02d, 10 with data" % (number, number), label)
            self.assertEqual("check card" in text, number > 10)
            shown = [line.split(": ")[1].split() for line in holes.splitlines()]
            self.assertEqual([[] if rows == ["none"] else [int(row) for row in rows] for rows in shown], card)

    def test_prime(self):
        prime = find_prime.number_in(path("verify_prime.py"))
        self.assertEqual((int(self.seen["hex"], 16), self.seen["decimal"]), (prime, find_prime.decimal(prime)))
        self.assertEqual(self.seen["unpacked"].encode(), read("femtogpt.py"))

    def test_symbol(self):
        """A photograph of the page's symbol, read by zbar."""
        need(shutil.which("zbarimg"), "zbarimg (Debian: zbar-tools)")
        run = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", self.picture], stdout=subprocess.PIPE)
        self.assertEqual(run.stdout, read("picogpt.py"))

    def test_song(self):
        """The notes are the raga's, one is lit as it sounds, none when it was stopped."""
        digits = self.seen["decimal"]
        self.assertEqual([tuple(note) for note in self.seen["notes"]],
                         [(digit, start, length) for digit, (start, length, _) in
                          zip("0123456789" + digits, raga.schedule(len(digits)))])
        self.assertEqual((self.seen["lit"], self.seen["lights"]), ("0", 0))

    def test_phone_and_screen_reader(self):
        """No wider than a phone; every control has a name."""
        self.assertEqual((self.seen["wide"], self.seen["unnamed"]), (360, []))


if __name__ == "__main__":
    unittest.main()
