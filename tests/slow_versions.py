"""The chain on every Python there is: 3.8 to 3.13 of pyenv, PyPy, and 3.14 in WebAssembly."""
import glob
import inspect
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

import test_logs
import test_postable

from support import CANONICAL, CHAIN, canonical, need, path, read, run_log, run_python

CANONICAL_NAMES = os.path.join(CANONICAL, "input.txt")
SHORT_NAMES = test_logs.SHORT_NAMES
HEAD = 23                     # lines: three counts, then 20 steps
PYENV = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
MAKERS = ("golf/spell.py", "golf/pack.py", "punchcard/encode_punchcard_base64.py",
          "qr/encode_qr.py", "song/encode_song.py", "pictures/draw_pictures.py",
          "page/build_page.py", "docs/fill_docs.py", "find_prime.py", "prime/prove_prime.py")


def pythons():
    """(version, program) of each CPython from 3.8 up that pyenv has, oldest first."""
    found = []
    for program in glob.glob(os.path.join(PYENV, "versions", "3.*", "bin", "python")):
        version = tuple(int(part) for part in program.split(os.sep)[-3].split("."))
        if version >= (3, 8):
            found.append((version, program))
    return sorted(found)


def in_pyodide(script, lines=None, names=CANONICAL_NAMES):
    """(what a script prints on a data set in CPython 3.14 on Node, that version)."""
    folder = os.environ.get("PYODIDE", "")
    need(os.path.isfile(os.path.join(folder, "pyodide.mjs")) and shutil.which("node"),
         "Node, and PYODIDE=folder of the npm package pyodide 314")
    arguments = [path("tests", "run_in_pyodide.mjs"), folder, path(script),
                 names] + ([str(lines)] if lines else [])
    run = subprocess.run(["node", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         timeout=1500)
    assert run.returncode == 0, run.stderr[-500:]
    return run.stdout, run.stderr.decode().split()[0]


class Versions(unittest.TestCase):
    def setUp(self):
        self.data, self.expected = canonical("input.txt"), canonical("expected.log")
        self.head = b"".join(self.expected.splitlines(True)[:HEAD])

    def test_every_cpython_prints_the_first_steps(self):
        self.assertGreaterEqual(len(pythons()), 5 if os.environ.get("CI") == "true" else 0)
        jobs = [(version, script, program) for version, program in pythons()
                for script in CHAIN + ("fastgpt.py",)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = pool.map(lambda job: run_log(job[1], self.data, HEAD, job[2]), jobs)
            for (version, script, _), (out, errors) in zip(jobs, runs):
                with self.subTest(python=version, script=script):
                    self.assertEqual((out, errors), (self.head, b""))

    def test_python_3_14_prints_the_first_steps(self):
        """In WebAssembly, where fastgpt.py has no native kernels."""
        for script in CHAIN + ("fastgpt.py",):
            with self.subTest(script):
                out, version = in_pyodide(script, HEAD)
                self.assertEqual(out, self.head)
                self.assertTrue(version.startswith("3.14."), version)

    def test_postable_characters_are_those_of_unicode_16(self):
        """All of them, by the unicodedata of CPython 3.14."""
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "list.py")
            with open(script, "w") as file:
                file.write("import unicodedata\n" + inspect.getsource(test_postable.is_postable)
                           + "assert unicodedata.unidata_version == '16.0.0'\n"
                           "print(*[f'{c:x}' for c in range(127, 0x110000)"
                           " if is_postable(chr(c))])")
            out, _ = in_pyodide(script)
        self.assertEqual({int(code, 16) for code in out.split()}, test_postable.listed())

    def test_pypy_prints_whole_logs(self):
        """Of fastgpt.py on the canonical names, of all others on names of one letter."""
        pypy = shutil.which("pypy3")
        need(pypy, "pypy3 (Debian: apt-get install pypy3)")
        short = run_log("fastgpt.py", SHORT_NAMES)[0]
        jobs = [("fastgpt.py", self.data, self.expected)]
        jobs += [(script, SHORT_NAMES, short) for script in CHAIN]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = pool.map(lambda job: run_log(job[0], job[1], None, pypy), jobs)
            for (script, _, expected), (out, errors) in zip(jobs, runs):
                with self.subTest(script):
                    self.assertEqual((out, errors), (expected, b""))

    def test_oldest_and_newest_print_whole_logs_of_attogpt(self):
        need(pythons(), "a CPython from 3.8 up in pyenv")
        with tempfile.NamedTemporaryFile(suffix=".txt") as file:
            file.write(SHORT_NAMES)
            file.flush()
            newest, _ = in_pyodide("attogpt.py", names=file.name)
        expected = run_log("fastgpt.py", SHORT_NAMES)[0]
        self.assertEqual(run_log("attogpt.py", SHORT_NAMES, None, pythons()[0][1])[0], expected)
        self.assertEqual(newest, expected)


class Artifacts(unittest.TestCase):
    """The oldest and newest CPython here, and PyPy, make the same bytes, and read them all."""

    def setUp(self):
        self.programs = [program for _, program in pythons()[:1] + pythons()[-1:]]
        self.programs.append(shutil.which("pypy3"))
        need(len(self.programs) == 3 and self.programs[-1], "two other CPythons, and pypy3")
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def assert_runs(self, program, script, *arguments):
        run = run_python(path(script), *arguments, cwd=self.folder, python=program)
        # Progress: a line every 20 seconds where stderr is no terminal.
        errors = re.sub(rb"find_prime\.py: \d+ candidates tested, of which one in \d+ is a prime; "
                        rb"\d+ s so far\n", b"", run.stderr)
        self.assertEqual((run.returncode, errors), (0, b""), (program, script, run.stdout))
        return run.stdout

    def test_every_artifact_is_up_to_date(self):
        """Search and proof of the prime, which take long, on the oldest CPython and on PyPy."""
        oldest, newest, pypy = self.programs
        for program, scripts in ((oldest, MAKERS), (newest, MAKERS[:-2]), (pypy, MAKERS)):
            for script in scripts:
                self.assert_runs(program, script, "--check")

    def test_every_artifact_is_read(self):
        for program in self.programs:
            for script, arguments, source in (
                    ("verify_prime.py", (), "golf/payload.py"),
                    ("punchcard/decode_punchcard_base64.py", ("-o", "-"), "attogpt.py"),
                    ("punchcard/decode_punchcard_base64.py",
                     (path("punchcard", "cards.svg"), "-o", "-"), "attogpt.py"),
                    ("qr/decode_qr.py", (), "picogpt.py"),
                    ("song/decode_song.py", ("-o", "-"), "golf/payload.py")):
                self.assertEqual(self.assert_runs(program, script, *arguments), read(source))

    def test_the_song_is_rendered_and_heard(self):
        recording = os.path.join(self.folder, "song.wav")
        for program in self.programs:
            self.assert_runs(program, "song/encode_song.py", "--midi", "song.mid", "--wav",
                             recording, "--rate", "8000")
            script = self.assert_runs(program, "song/decode_song.py", recording, "-o", "-")
            self.assertEqual(script, read("golf", "payload.py"))


if __name__ == "__main__":
    unittest.main()
