"""The pictures and the page are up to date, whole XML and HTML, and fetch nothing from elsewhere."""
import json
import os
import re
import shutil
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from common import CHAIN, ROOT, command, path, read

sys.path.insert(0, path("page"))
import build_page  # noqa: E402

PICTURES = ("pictures/ladder.svg", "pictures/loss.svg", "pictures/map.svg", "pictures/deck.svg", "song/score.svg",
            "qr/picogpt.svg", "punchcard/cards.svg")


class Pictures(unittest.TestCase):

    def test_up_to_date(self):
        run = command(path("pictures", "draw_pictures.py"), "--check")
        self.assertEqual((run.returncode, run.stderr, run.stdout.count(b"up to date")), (0, b"", 4), run.stdout)

    def test_well_formed(self):
        for name in PICTURES:
            text = read(*name.split("/")).decode()
            self.assertTrue(ElementTree.fromstring(text).tag.endswith("svg"), name)
            foreign = r"(?:href|src)=\"(?!#)|url\((?!#)|https?:(?!//www.w3.org/2000/svg)|<script"
            self.assertEqual(re.findall(foreign, text), [], name)

    def test_ladder(self):
        """Each script's size stands in the ladder."""
        ladder = read("pictures", "ladder.svg").decode()
        for name in CHAIN:
            self.assertIn(">{:,}<".format(len(read(name))), ladder)

    def test_deck(self):
        """As many holes as the deck has."""
        deck = json.loads(read("punchcard", "punchcard_encoding.json"))
        self.assertEqual(sum(len(column) for card in deck for column in card),
                         sum(path.get("d").count("v") for path in ElementTree.fromstring(
                             read("pictures", "deck.svg").decode()).iter() if path.get("class") == "hole"))

    def test_stale(self):
        """In a copy whose script has changed, --check says which picture and which page do not match, and exits 1."""
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy")
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "run_results", "__pycache__"))
            with open(os.path.join(copy, "zeptogpt.py"), "ab") as file:
                file.write(b"#")
            run = command(os.path.join(copy, "pictures", "draw_pictures.py"), "--check")
            self.assertEqual((run.returncode, run.stderr), (1, b""))
            self.assertIn(b"ladder.svg: does not match", run.stdout)
            self.assertIn(b"deck.svg: up to date", run.stdout)
            run = command(os.path.join(copy, "page", "build_page.py"), "--check")
            self.assertEqual((run.returncode, run.stdout.count(b"index.html: does not match")), (1, 1))
            os.unlink(os.path.join(copy, "input.txt"))
            for script in ("pictures/draw_pictures.py", "page/build_page.py"):
                run = command(os.path.join(copy, *script.split("/")), cwd=folder)
                self.assertEqual((run.returncode, b"Traceback" in run.stderr), (1, False))
                self.assertIn(b"input.txt", run.stderr)


class Page(unittest.TestCase):

    def test_up_to_date(self):
        run = command(path("page", "build_page.py"), "--check")
        self.assertEqual((run.returncode, run.stderr), (0, b""), run.stdout)

    def test_self_contained(self):
        """Nothing is loaded, by tag or style; the one address that is used is Pyodide's, of a pinned release."""
        found, opened = [], []

        class Parser(HTMLParser):
            def handle_starttag(self, tag, attributes):
                opened.append(tag)
                found.extend((tag, key, value) for key, value in attributes if key in ("src", "href", "action"))
        text = read("index.html").decode()
        Parser().feed(text)
        self.assertGreater(len(opened), 50)
        self.assertEqual([item for item in found if not item[2].startswith("#")],
                         [("a", "href", "https://pyodide.org")])
        self.assertEqual(len(re.findall(r"@import|url\(", text)), 0)
        addresses = set(re.findall(r"https?://[^\s\"'<>;]+", text))
        addresses -= {"https://pyodide.org", "http://www.w3.org/2000/svg"}
        self.assertEqual({address for address in addresses if not re.fullmatch(
            r"https://cdn\.jsdelivr\.net(/pyodide/v\d+\.\d+\.\d+/full/)?", address)}, set())

    def test_guards(self):
        """A policy that lets nothing else be fetched; and no text of the data can end the script that holds it."""
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', read("index.html").decode()).group(1)
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        self.assertEqual((rules["default-src"], rules["base-uri"]), ("'none'", "'none'"))
        for rule in rules.values():
            self.assertLessEqual({word for word in rule.split() if ":" in word}, {"https://cdn.jsdelivr.net", "blob:"})
        data = build_page.embedded({"name": "</script><!--<script>"})
        self.assertNotIn("<", data)
        self.assertEqual(json.loads(data), {"name": "</script><!--<script>"})

    def test_one_release(self):
        """The page's Pyodide is of the series that CI tests."""
        self.assertIn("pyodide/v%s." % re.search(r"pyodide@(\d+)", read(".ci", "run").decode()).group(1),
                      read("index.html").decode())


if __name__ == "__main__":
    unittest.main()
