"""index.html in a browser: Chromium, with Pyodide from its npm package in the place of the CDN."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from common import primality
from song import raga
from support import CANONICAL, CHAIN, canonical, need, path, read, run_python


class Page(unittest.TestCase):
    costly_fixture = True

    @classmethod
    def setUpClass(cls):
        playwright, pyodide, axe = (os.environ.get(name, "")
                                    for name in ("PLAYWRIGHT", "PYODIDE", "AXE"))
        need(os.path.isfile(os.path.join(playwright, "index.mjs")),
             "PLAYWRIGHT=folder of the npm package playwright-core")
        need(os.path.isfile(os.path.join(pyodide, "pyodide.js")),
             "PYODIDE=folder of the npm package pyodide 314")
        axe = os.path.join(axe, "axe.min.js")
        need(os.path.isfile(axe), "AXE=folder of the npm package axe-core")
        need(shutil.which("node") and shutil.which("chromium"), "node and chromium (Debian)")
        canonical("input.txt")
        cls.folder = tempfile.TemporaryDirectory()
        cls.picture = os.path.join(cls.folder.name, "symbol.png")
        need(shutil.which("rsvg-convert"), "rsvg-convert (Debian's librsvg2-bin)")
        cls.deck = os.path.join(cls.folder.name, "deck.png")
        subprocess.run(["rsvg-convert", "-d", "90", "-p", "90", "-b", "white",
                        path("punchcard", "cards.svg"), "-o", cls.deck], check=True)
        run = subprocess.run(
            ["node", path("tests", "play_page.mjs"), playwright, shutil.which("chromium"), pyodide,
             axe, path("index.html"), os.path.join(CANONICAL, "input.txt"), cls.picture, cls.deck],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=500)
        assert run.returncode == 0, run.stderr.decode()[-2000:]
        cls.seen = json.loads(run.stdout.decode())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_a_click_runs_attogpt_until_it_is_stopped(self):
        """Its first lines are those of the published log, and the loss is drawn."""
        lines = self.seen["log"].splitlines()
        self.assertGreaterEqual(len(lines), 15)
        self.assertEqual(lines, canonical("expected.log").decode().splitlines()[:len(lines)])
        self.assertGreaterEqual(self.seen["points"], 11)
        self.assertEqual((self.seen["stopped"], self.seen["quiet"]), ("Stopped.", True))

    def test_pictures_are_read_on_the_page(self):
        """Its own symbol, from a screenshot, chosen and dropped; and a rendering of the deck."""
        status, text = self.seen["symbol"]
        self.assertIn("a QR code symbol, version", status)
        self.assertEqual(text.encode(), read("picogpt.py"))
        self.assertEqual(self.seen["dropped"].encode(), read("picogpt.py"))
        status, text = self.seen["photos"]
        self.assertIn("12 punched cards", status)
        self.assertIn("SHA-256 on the cards agrees", status)
        self.assertEqual(text.encode(), read("attogpt.py"))

    def test_a_file_that_is_not_utf_8_is_refused(self):
        """In words; Stop at once leaves nothing running; focus stays."""
        self.assertEqual(self.seen["refused"], "Your file cannot be used: it is not UTF-8 text.")
        self.assertEqual((self.seen["idle"], self.seen["focus"], self.seen["sounding"]),
                         (True, "stop", True))

    def test_nothing_else_is_fetched(self):
        """No address but the page's own and the CDN's; no error in any script."""
        self.assertEqual(self.seen["errors"], [])
        others = {address for address in self.seen["asked"] if not address.startswith("file://")}
        self.assertTrue(others)
        for address in others:
            self.assertTrue(address.startswith("https://cdn.jsdelivr.net/npm/pyodide@314."),
                            address)

    def test_cards_carry_attogpt(self):
        """The cards carry attogpt.py, and their holes are those of the deck."""
        deck = json.loads(read("punchcard", "punchcard_encoding.json"))
        self.assertEqual(len(self.seen["cards"]), len(deck))
        carried = "".join(text.split("of attogpt.py: ")[1] for _, text, _ in self.seen["cards"]
                          if "base64" in text)
        self.assertEqual(carried, read("attogpt.py").decode().replace("\n", "\u00b7"))
        for number, ((label, text, holes), card) in enumerate(zip(self.seen["cards"], deck), 1):
            self.assertIn(f"say ATTO{number:02d}10: deck ATTO, card {number:02d}, 10 with data",
                          label)
            self.assertEqual("check card" in text, number > 10)
            shown = [line.split(": ")[1].split() for line in holes.splitlines()]
            rows = [[] if words == ["none"] else list(map(int, words)) for words in shown]
            self.assertEqual(rows, card)

    def test_the_prime_unpacks(self):
        prime = primality.read_number(path("verify_prime.py"))
        self.assertEqual(self.seen["decimal"], primality.decimal(prime))
        self.assertEqual(self.seen["unpacked"].encode(), read("golf", "payload.py"))

    def test_zbar_reads_the_symbol(self):
        """A photograph of the page's symbol, read by zbar."""
        need(shutil.which("zbarimg"), "zbarimg (Debian: zbar-tools)")
        run = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", self.picture],
                             stdout=subprocess.PIPE)
        self.assertEqual(run.stdout, read("picogpt.py"))

    def test_notes_are_the_ragas(self):
        """The notes are the raga's, one is lit as it sounds, none when it was stopped."""
        digits = self.seen["decimal"]
        self.assertEqual([tuple(note) for note in self.seen["notes"]],
                         [(digit, start, length) for digit, start, length, _, _ in
                          raga.compose(digits)])
        self.assertEqual((self.seen["lit"], self.seen["lights"]), ("0", 0))

    def test_it_fits_every_screen_and_axe_core_finds_no_violation(self):
        """At 360, 800 and 1,280 pixels, light and dark; every control has a name."""
        self.assertEqual(self.seen["violations"], [])
        self.assertEqual(len(self.seen["widths"]), 6)
        for width, needed in self.seen["widths"]:
            self.assertEqual(width, needed)
        self.assertEqual(self.seen["unnamed"], [])

    def test_a_changed_file_of_pyodide_is_not_run(self):
        self.assertIn("python_stdlib.zip is not the file that this page knows by its SHA-256",
                      self.seen["changed"])

    def test_fastgpt_runs_to_the_end_from_a_local_copy_of_pyodide(self):
        """It is what runs unless another is chosen, and prints the log of the project's names."""
        status, log = self.seen["fast"]
        self.assertRegex(status, r"^fastgpt.py has finished, in \d+ s\.$")
        run = run_python(path("fastgpt.py"), cwd=path())
        self.assertEqual(log.strip(), run.stdout.decode().strip())
        self.assertEqual(self.seen["local"], [])

    def test_a_recorded_run_is_shown_until_there_is_another(self):
        log, points, kind = self.seen["recorded"]
        self.assertEqual(log.encode(), run_python(path("fastgpt.py"), cwd=path()).stdout)
        self.assertEqual((points, kind), (1000, "recorded"))

    def test_reduced_motion_lights_nothing(self):
        lit, time = self.seen["still"]
        self.assertEqual(lit, 0)
        self.assertIn(" of 10:", time)

    def test_every_script_can_be_copied_or_saved(self):
        """zeptogpt.py only saved, as its bytes are no text."""
        copied = self.seen["copied"]
        for name in CHAIN + ("fastgpt.py",):
            self.assertEqual(base64.b64decode(copied["saved " + name]), read(name), name)
            self.assertEqual(copied.get(name, "").encode(),
                             b"" if name == "zeptogpt.py" else read(name), name)


if __name__ == "__main__":
    unittest.main()
