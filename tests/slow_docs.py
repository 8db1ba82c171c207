"""Every command of README and docs runs as it stands, in a fresh copy; long ones shortened."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import test_compare_runs
from test_docs import PAGES, page

from support import ROOT, environment, need, path

COMMAND = r"(?:python3|gunzip|make|echo|printf|tr|mkdir|fluidsynth|\.ci/run)\b"
# What takes minutes, needs a network, or a file of the reader's -> what is run instead.
FEW_LINES = r"timeout 20 python3 -u \1 2>&1 | grep -m 1 'step    1 / 1000'"
SHORT = (
    (r"python3 (attogpt\.py)", FEW_LINES),
    (r'python3 (-c "\$\(python3 verify_prime\.py\)")', FEW_LINES),
    (r"test_parity\.py( WORD)?(?=\s*#)", "test_parity.py test_command"),
    (r"test_parity\.py --slow", "test_parity.py --slow as_much_as_is_allowed"),
    (r"make check", "make --dry-run check"),
    (r"\.ci/run", "bash -n .ci/run"),
    (r"prove_prime\.py", "prove_prime.py --check"),
    (r"find_prime\.py(?=\s*#)", "find_prime.py tiny.py"),
    (r"compare_runs\.py( --quick)? yours\.py",
     "compare_runs.py --quick --reference yours.py yours.py"),
    (r"mkdir canonical", "mkdir canonical && cp input.txt canonical"),
    (r"--steps 4000", "--steps 100"), (r"--steps 1500", "--steps 20"),
    (r"--seconds 60", "--seconds 1"))


def blocks(name):
    """The blocks of commands of a page."""
    text = re.sub("```.*?```", "", page(name), flags=re.S)
    return [block for block in re.findall(r"(?:^    .*\n)+", text, re.M)
            if re.match("    " + COMMAND, block)]


def shorten(block):
    """A block's commands as a script, in the short form."""
    script = re.sub("^    ", "", block, flags=re.M)
    for pattern, replacement in SHORT:
        script = re.sub(pattern, replacement, script)
    return script


class Commands(unittest.TestCase):
    costly_fixture = True

    @classmethod
    def setUpClass(cls):
        for tool in ("bash", "make", "xxd", "rsvg-convert", "ffmpeg", "fluidsynth"):
            need(shutil.which(tool), tool)
        cls.temporary = tempfile.TemporaryDirectory()
        cls.copy = os.path.join(cls.temporary.name, "copy")
        shutil.copytree(ROOT, cls.copy, ignore=shutil.ignore_patterns(
            ".git", "run_results", "__pycache__", "canonical", "*.gpt"))
        scripts = {"tiny.py": "print(1)\n", "MY.py": "print(1)\n",
                   "yours.py": test_compare_runs.SMALL}
        for name, text in scripts.items():
            with open(os.path.join(cls.copy, name), "w", encoding="utf-8") as file:
                file.write(text)
        shutil.copy(path("input.txt"), os.path.join(cls.copy, "my.txt"))

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def run_script(self, script):
        return subprocess.run(["bash", "-e", "-c", script], cwd=self.copy,
                              env=environment(), stdin=subprocess.DEVNULL, timeout=300,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def assert_page_runs(self, name):
        found = blocks(name)
        for block in found:
            with self.subTest(page=name, block=block):
                done = self.run_script(shorten(block))
                self.assertEqual(done.returncode, 0, done.stderr[-600:])
                self.assertNotIn(b"Traceback", done.stderr)
        return sum(len(re.findall("^    " + COMMAND, block, re.M)) for block in found)

    def test_readme(self):
        self.assertGreaterEqual(self.assert_page_runs("README.md"), 14)
        shutil.copy(path("input.txt"), self.copy)    # one block, for an empty folder, writes it

    def test_other_pages(self):
        """The photographs are JPEG files of symbol and deck."""
        for name, source in (("symbol", "qr/picogpt.svg"), ("IMG_0001", "punchcard/cards.svg")):
            made = self.run_script(
                f"rsvg-convert -w 1200 -b white {source} -o {name}.png && "
                f"ffmpeg -v error -y -i {name}.png -q:v 2 {name}.jpg")
            self.assertEqual(made.returncode, 0, made.stderr)
        self.assertGreaterEqual(sum(map(self.assert_page_runs, PAGES[1:])), 30)

    def test_every_long_form_is_in_some_page(self):
        """No short form has outlived its command."""
        text = "\n".join(block for name in PAGES for block in blocks(name))
        for pattern, _ in SHORT:
            self.assertRegex(text, pattern)


if __name__ == "__main__":
    unittest.main()
