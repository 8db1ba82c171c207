"""README and docs: their numbers are what the files say now, and their files and links exist."""
import ast
import hashlib
import json
import os
import re
import shutil
import unittest

from common import primality
from docs import excerpts
from referee.data_sets import awkward_sets
from support import InFolder, canonical, path, read, run_python, tracked_files

PAGES = ["README.md", "CONTRIBUTING.md"] + sorted(
    os.path.join("docs", name) for name in os.listdir(path("docs")) if name.endswith(".md"))
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
# Names that a reader is to replace, or that a command makes.
EXAMPLES = {"run_results/", "yours.py", "names.txt", "log.txt", "MY.py", "FILE", "my.txt",
            "attogpt_decoded.py", "MY.txt", "pyodide/", "python_stdlib.zip", "pyodide-lock.json"}


def page(name="README.md"):
    return read(*name.split(os.sep)).decode("utf-8")


def prose(name="README.md"):
    """The page with every line break and run of spaces as one space."""
    return " ".join(page(name).split())


class Numbers(unittest.TestCase):
    def test_generated_parts_are_up_to_date(self):
        """All but the golf notes, which pack every trick anew; `make check` has these, too."""
        pages = [name.replace(os.sep, "/") for name in PAGES
                 if name not in ("CONTRIBUTING.md", os.path.join("docs", "golf-notes.md"))]
        done = run_python(path("docs", "fill_docs.py"), "--check", *pages)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        self.assertGreaterEqual(done.stdout.count(b"up to date"), 3)

    def test_the_smallest_script_has_as_many_bytes_as_the_readme_says(self):
        self.assertIn(f"to one of {len(read('zeptogpt.py'))} bytes", prose())

    def test_the_post_is_as_short_as_the_readme_says(self):
        self.assertIn("a post of 500 characters", prose())
        self.assertLessEqual(len(read("yoctogpt.py").decode()), 500)

    def test_wrapper_of_the_packed_script(self):
        script = read("attogpt.py")
        wrapper = len(script) - len(re.search(rb"b85decode\('(.*)'\)", script)[1])
        self.assertIn(f"with a {wrapper}-byte wrapper", prose("docs/packing.md"))

    def test_prime_deck_and_symbol(self):
        prime = primality.read_number(path("verify_prime.py"))
        self.assertIn(f"a prime number of {len(primality.decimal(prime)):,} digits", prose())
        cards = json.loads(read("punchcard", "punchcard_encoding.json"))
        self.assertIn(f"on {NUMBERS[len(cards)]} 80-column IBM cards: "
                      f"{NUMBERS[len(cards) - 2]} with data and two check cards", prose())
        self.assertEqual({len(card) for card in cards}, {80})
        box = re.search(r'viewBox="0 0 (\d+)', read("qr", "picogpt.svg").decode())
        self.assertIn(f"QR code of version {(int(box[1]) - 8 - 17) // 4}", prose())

    def test_data_sets_are_as_many_as_the_pages_say(self):
        self.assertEqual(len(awkward_sets(1)), 12)
        self.assertRegex(page(), "on a dozen awkward data sets")
        self.assertIn(f"{read('input.txt').count(10):,} given names", prose("docs/parity.md"))

    def test_hashes_of_the_canonical_set(self):
        for name in ("input.txt", "expected.log"):
            digest = hashlib.sha256(canonical(name)).hexdigest()
            self.assertIn(digest, prose("docs/parity.md"))

    def test_the_log_that_the_readme_shows_is_printed(self):
        shown = re.findall(r"^    ((?:step|sample) .*)$", page(), re.M)
        self.assertGreaterEqual(len(shown), 3)
        log = run_python(path("fastgpt.py"), cwd=path()).stdout.decode().splitlines()
        names = set(read("input.txt").decode().split())
        for line in shown:
            self.assertIn(line, log)
            self.assertNotIn(line.split(": ")[-1], names)
        new = [line for line in log[-20:] if line.split(": ")[-1] not in names]
        self.assertIn(f"{len(new)} of the names are not among the {len(names):,}",
                      prose())

    def test_figures_of_speed_are_those_of_the_records(self):
        """Each figure with a link to a record lies where the record has it."""
        chain = read("bench", "records", "chain.txt").decode()
        times = {name: float(value) for name, value in
                 re.findall(r"^(\w+\.py) .* ([\d.e+]+)$", chain, re.M)}
        self.assertEqual(round(times["microgpt.py"], -1), 20)
        for name in ("picogpt.py", "femtogpt.py", "attogpt.py", "yoctogpt.py"):
            self.assertTrue(4 <= times[name] <= 7, times)
        whole = [int(value) for value in re.findall(
            r": (\d+) times faster", read("bench", "records", "fastgpt.txt").decode())]
        self.assertGreater(min(whole), 1500)
        self.assertIn("more than 1,500 times faster", prose())
        memory = re.search(r": (\d+) MB", read("bench", "records", "fastgpt-memory.txt").decode())
        self.assertIn(f"training takes {memory[1]} MB", page(os.path.join("docs", "speed.md")))
        for name in os.listdir(path("bench", "records")):
            head = read("bench", "records", name).decode().split("\n")
            self.assertRegex(head[0], r"^\$ python3 bench/\w+\.py")
            self.assertRegex(head[1], r"^# 20\d\d-\d\d-\d\d; .* cores, .*, (CPython|PyPy)")


class Links(unittest.TestCase):
    def test_files_that_are_named_exist(self):
        named = r"`((?:[\w.-]+/)*[\w-]+\.(?:py|txt|md|template|state|json|svg|mid)|[\w.-]+/)`"
        for name in PAGES:
            for file_name in set(re.findall(named, page(name))) - EXAMPLES:
                self.assertTrue(os.path.exists(path(file_name)), (name, file_name))

    def test_scripts_in_commands_exist(self):
        for name in PAGES:
            for script in re.findall(r"python3 ([\w./]+\.py)(?!z)", page(name)):
                self.assertTrue(script in ("yours.py", "../microgpt.py")
                                or os.path.isfile(path(script)), (name, script))

    def test_links_and_pictures_lead_somewhere(self):
        links = 0
        for name in PAGES:
            folder = os.path.dirname(path(name))
            for groups in re.findall(r'src="([^"]+)"|\]\((?!http)([^)]+)\)', page(name)):
                target, _, anchor = "".join(groups).partition("#")
                file_name = os.path.normpath(os.path.join(folder, target))
                self.assertTrue(os.path.isfile(file_name), (name, target))
                links += 1
                if anchor:
                    with open(file_name, encoding="utf-8") as file:
                        titles = re.findall(r"^#+ (.*)$", file.read(), re.M)
                    self.assertIn(anchor, [title.lower().replace(" ", "-") for title in titles])
        self.assertGreaterEqual(links, 20)

    def test_the_index_has_a_line_for_every_page_and_the_readme_links_to_it(self):
        index = page(os.path.join("docs", "index.md"))
        for name in os.listdir(path("docs")):
            if name.endswith(".md") and name != "index.md":
                self.assertEqual(index.count(f"]({name}): "), 1, name)
        self.assertIn("(docs/index.md)", page())

    def test_every_folder_is_explained(self):
        for name in {name.split("/")[0] for name in tracked_files() if "/" in name} - {".ci"}:
            self.assertIn(f"{name}/", page(), name)


class Benchmarks(InFolder):
    def test_misuse_exits_2_and_a_failed_run_leaves_no_record(self):
        for script, *arguments in (("original.py", "0"), ("original.py", "x"), ("record.py",),
                                   ("record.py", "../name", "bench/original.py")):
            self.assert_fails(2, "original.py" if script == "original.py" else "record.py NAME",
                              path("bench", script), *arguments)
        before = os.listdir(path("bench", "records"))
        done = self.run_here(path("bench", "record.py"), "none", "bench/original.py", "0")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(os.listdir(path("bench", "records")), before)


class Reading(unittest.TestCase):
    def test_every_line_of_picogpt_is_shown_once_beside_functions_of_microgpt(self):
        shown, names = [], []
        text = page(os.path.join("docs", "reading.md"))
        markers = re.findall("<!-- begin excerpts (.*) -->", text)
        for functions, runs in map(excerpts.parse_marker, markers):
            names += functions
            for run in runs:
                start, lines = excerpts.pico_lines(*run)
                shown += range(start, start + len(lines))
        lines = read("picogpt.py").decode().split("\n")
        missing = [line for i, line in enumerate(lines, 1) if line and i not in shown]
        self.assertEqual(missing, [])
        self.assertEqual(len(shown), len(set(shown)))
        needed = set(excerpts.functions()) - {"main", "read_documents", "fetch_names"}
        self.assertEqual(needed, set(names))


    def test_the_table_of_names_has_those_of_picogpt(self):
        """All that it defines, each once."""
        tree, bound = ast.parse(read("picogpt.py")), set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound.add(node.id)
            elif isinstance(node, ast.arg):
                bound.add(node.arg)
            elif isinstance(node, ast.FunctionDef):
                bound.add(node.name)
        text = page(os.path.join("docs", "reading.md"))
        rows = re.findall(r"^\| (`.*`) \| .* \|$", text, re.M)
        listed = re.findall("`(.*?)`", " ".join(rows))
        self.assertEqual(sorted(listed), sorted(bound - {"_"}))


class Stale(InFolder):
    def test_a_changed_part_is_named(self):
        """In a copy of the pages' folder the check is of that copy."""
        os.mkdir(os.path.join(self.folder, "docs"))
        for name in ("common", "referee"):
            shutil.copytree(path(name), os.path.join(self.folder, name))
        for name in ("fill_docs.py", "excerpts.py"):
            shutil.copy(path("docs", name), os.path.join(self.folder, "docs"))
        self.put("attogpt.py", b"print(1)\n")
        self.put("README.md", "a\n<!-- begin paste -->\nold\n<!-- end paste -->\nz\n")
        script = os.path.join("docs", "fill_docs.py")
        done = self.run_here(script, "--check")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(b"README.md: does not match", done.stdout)
        self.assert_succeeds(script)
        self.assertEqual(self.get("README.md").decode(),
                         "a\n<!-- begin paste -->\n\n```python\nprint(1)\n```\n\n"
                         "<!-- end paste -->\nz\n")
        self.put("README.md", "<!-- begin nothing -->\n<!-- end nothing -->\n")
        self.assert_fails(1, "unknown part nothing", script)
        self.put("README.md", "<!-- begin paste -->\n<!-- end chain -->\n")
        self.assert_fails(1, "a part without its end", script)


if __name__ == "__main__":
    unittest.main()
