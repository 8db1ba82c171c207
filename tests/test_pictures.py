"""Pictures and page are up to date, whole XML and HTML, and fetch nothing from elsewhere."""
import base64
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

from page import build_page
from pictures import draw_pictures, training_step
from support import CHAIN, ROOT, need, path, read, run_python

PICTURES = ("pictures/ladder.svg", "pictures/loss.svg", "pictures/map.svg", "pictures/deck.svg",
            "pictures/step.svg",
            "song/score.svg", "qr/picogpt.svg", "punchcard/cards.svg")


class Pictures(unittest.TestCase):
    def test_committed_pictures_are_up_to_date(self):
        run = run_python(path("pictures", "draw_pictures.py"), "--check")
        self.assertEqual((run.returncode, run.stderr), (0, b""), run.stdout)
        self.assertEqual(run.stdout.count(b"up to date"), 6)

    def test_pictures_are_well_formed_and_fetch_nothing(self):
        foreign = r"(?:href|src)=\"(?!#)|url\((?!#)|https?:(?!//www.w3.org/2000/svg)|<script"
        for name in PICTURES:
            text = read(*name.split("/")).decode()
            self.assertTrue(ElementTree.fromstring(text).tag.endswith("svg"), name)
            self.assertEqual(re.findall(foreign, text), [], name)

    def test_ladder_has_every_script_with_its_size(self):
        ladder = read("pictures", "ladder.svg").decode()
        for name in CHAIN:
            self.assertIn(f">{name}<", ladder)
            encoding = "latin-1" if name == "zeptogpt.py" else "utf-8"
            self.assertIn(f">{len(read(name).decode(encoding)):,}<", ladder)

    def test_loss_is_drawn_from_the_log(self):
        log = "vocab size: 3\n" + "".join(f"step {i} / 10 | loss {2 - i / 10}\n"
                                         for i in range(1, 11))
        drawing = draw_pictures.loss(log).decode()
        self.assertIn("ln 3 = 1.10", drawing)
        raw = re.search(r'class="raw"[^>]* d="M([^"]*)"', drawing)[1].split("L")
        self.assertEqual(len(raw), 10)
        heights = [float(point.split()[1]) for point in raw]
        self.assertEqual(heights, sorted(heights))

    def test_deck_has_as_many_holes_as_the_cards(self):
        deck = json.loads(read("punchcard", "punchcard_encoding.json"))
        drawing = ElementTree.fromstring(read("pictures", "deck.svg").decode())
        self.assertEqual(sum(len(column) for card in deck for column in card),
                         sum(element.get("d").count("v") for element in drawing.iter()
                             if element.get("class") == "hole"))

    def test_the_boxes_of_the_step_name_what_microgpt_has(self):
        source, drawing = read("microgpt.py").decode(), read("pictures", "step.svg").decode()
        named = set(re.findall(r"[a-z_]+", " ".join(name for _, name, _, _ in
                                                    training_step.STEPS)))
        for name in named | {"backward", "adam"}:
            self.assertRegex(source, rf'def {name}\(|"{name}"|{name} = |\b{name}:', name)
            self.assertIn(name, drawing)

    def test_cards_of_the_deck_are_numbered(self):
        drawing = read("pictures", "deck.svg").decode()
        self.assertEqual(re.findall(r'class="number"[^>]*>([^<]*)<', drawing),
                         [str(i) for i in range(1, 11)] + ["11, a check card", "12, a check card"])

    def test_every_note_of_the_score_has_its_digit(self):
        drawing = read("song", "score.svg").decode()
        written = re.findall(r'class="on"[^>]*>(\d)<', drawing)
        self.assertEqual(written, re.findall(r"<title>(\d) = ", drawing))
        self.assertEqual("".join(written[:10]), "0123456789")

    def test_zbar_reads_the_social_picture_of_1280_by_640(self):
        data = read("pictures", "social.png")
        self.assertEqual(struct.unpack(">II", data[16:24]), (1280, 640))
        run = run_python(path("qr", "decode_qr.py"), path("pictures", "social.png"), "-o", "-")
        self.assertEqual(run.stdout, read("picogpt.py"))
        need(shutil.which("zbarimg"), "zbarimg (Debian: zbar-tools)")
        zbar = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary",
                               path("pictures", "social.png")], stdout=subprocess.PIPE)
        self.assertEqual(zbar.stdout, read("picogpt.py"))


class Stale(unittest.TestCase):
    def test_pictures_and_page_of_a_changed_copy_are_named(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy")
            ignored = shutil.ignore_patterns(".git", "run_results", "__pycache__")
            shutil.copytree(ROOT, copy, ignore=ignored)
            with open(os.path.join(copy, "zeptogpt.py"), "ab") as file:
                file.write(b"#")
            run = run_python(os.path.join(copy, "pictures", "draw_pictures.py"), "--check")
            self.assertEqual((run.returncode, run.stderr), (1, b""))
            self.assertIn(b"ladder.svg: does not match", run.stdout)
            self.assertIn(b"deck.svg: up to date", run.stdout)
            run = run_python(os.path.join(copy, "page", "build_page.py"), "--check")
            self.assertEqual(run.returncode, 1)
            self.assertIn(b"index.html: does not match", run.stdout)
            os.unlink(os.path.join(copy, "input.txt"))
            for script in ("pictures/draw_pictures.py", "page/build_page.py"):
                run = run_python(os.path.join(copy, *script.split("/")), cwd=folder)
                self.assertEqual((run.returncode, b"Traceback" in run.stderr), (1, False))
                self.assertIn(b"input.txt", run.stderr)


class Links(HTMLParser):
    """The tags of a page, and what they refer to."""

    def __init__(self):
        super().__init__()
        self.tags, self.references = 0, []

    def handle_starttag(self, tag, attributes):
        self.tags += 1
        self.references += [(tag, key, value) for key, value in attributes
                            if key in ("src", "href", "action") and not value.startswith("#")]


class Page(unittest.TestCase):
    def test_committed_page_is_up_to_date(self):
        run = run_python(path("page", "build_page.py"), "--check")
        self.assertEqual((run.returncode, run.stderr), (0, b""), run.stdout)

    def test_tags_and_styles_load_nothing(self):
        text, links = read("index.html").decode(), Links()
        links.feed(text)
        self.assertGreater(links.tags, 50)
        self.assertEqual(links.references, [("a", "href", "https://pyodide.org")])
        self.assertEqual(re.findall(r"@import|url\(", text), [])

    def test_the_only_address_is_pyodides_of_a_pinned_release(self):
        addresses = set(re.findall(r"https?://[^\s\"'<>;\\]+", read("index.html").decode()))
        addresses -= {"https://pyodide.org", "http://www.w3.org/2000/svg"}
        pinned = r"https://cdn\.jsdelivr\.net/npm/pyodide@\d+\.\d+\.\d+/"
        self.assertEqual([a for a in addresses if not re.fullmatch(pinned, a)], [])

    def test_the_policy_lets_nothing_else_be_fetched(self):
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"',
                           read("index.html").decode())[1]
        rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
        self.assertEqual((rules["default-src"], rules["base-uri"]), ("'none'", "'none'"))
        for rule in rules.values():
            self.assertLessEqual({word for word in rule.split() if ":" in word},
                                 {build_page.PYODIDE, "blob:"})

    def test_no_data_can_end_the_script_that_holds_it(self):
        data = build_page.embed({"name": "</script><!--<script>"})
        self.assertNotIn("<", data)
        self.assertEqual(json.loads(data), {"name": "</script><!--<script>"})

    def test_scripts_in_the_page_are_those_of_the_folder(self):
        text = read("index.html").decode()
        data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S)[1])
        self.assertEqual(set(data["scripts"]), set(CHAIN) | {"fastgpt.py"})
        for name, encoded in data["scripts"].items():
            self.assertEqual(base64.b64decode(encoded), read(name), name)

    def test_release_is_the_one_that_ci_installs(self):
        """The page's Pyodide is the one that CI tests."""
        release = re.search(r"pyodide@([\d.]+)", read(".ci", "run").decode())[1]
        self.assertEqual(release, build_page.RELEASE)
        self.assertIn(f"npm/pyodide@{release}/", read("index.html").decode())

    def test_hashes_are_those_of_the_release(self):
        folder = os.environ.get("PYODIDE", "")
        need(os.path.isfile(os.path.join(folder, "pyodide.js")),
             f"PYODIDE=folder of the npm package pyodide {build_page.RELEASE}")
        for name, (digest, size) in build_page.PYODIDE_FILES.items():
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            self.assertEqual((hashlib.sha256(data).hexdigest(), len(data)), (digest, size), name)


if __name__ == "__main__":
    unittest.main()
