"""The chain on every Python there is: 3.8 to 3.13 of pyenv, PyPy, and 3.14 in WebAssembly."""
import glob
import os
import shutil
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

from common import CANONICAL, CHAIN, canonical, command, need, path, read, run_log

HEAD = 23
PYENV = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))


def pythons():
    """(version, program) of each CPython from 3.8 up that pyenv has, oldest first."""
    found = []
    for program in glob.glob(os.path.join(PYENV, "versions", "3.*", "bin", "python")):
        version = tuple(int(part) for part in program.split(os.sep)[-3].split("."))
        if version >= (3, 8):
            found.append((version, program))
    return sorted(found)


def in_pyodide(script, lines=None):
    """What a script prints on the canonical set in CPython 3.14 on Node. -> (stdout, version)"""
    folder = os.environ.get("PYODIDE", "")
    need(os.path.isfile(os.path.join(folder, "pyodide.mjs")) and shutil.which("node"),
         "Node, and PYODIDE=folder of the npm package pyodide 314")
    run = subprocess.run(["node", path("tests", "run_in_pyodide.mjs"), folder, path(script),
                          os.path.join(CANONICAL, "input.txt")] + ([str(lines)] if lines else []),
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1500)
    assert run.returncode == 0, run.stderr[-500:]
    return run.stdout, run.stderr.decode().split()[0]


class Versions(unittest.TestCase):

    def setUp(self):
        self.data, self.expected = canonical("input.txt"), canonical("expected.log")
        self.head = b"".join(self.expected.splitlines(True)[:HEAD])

    def test_heads(self):
        """The first 20 steps of all five, everywhere, and nothing on standard error."""
        self.assertGreaterEqual(len(pythons()), 5 if os.environ.get("CI") == "true" else 0)
        jobs = [(version, script, program) for version, program in pythons() for script in CHAIN]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            runs = pool.map(lambda job: run_log(job[1], self.data, HEAD, job[2]), jobs)
            for (version, script, _), (out, err) in zip(jobs, runs):
                with self.subTest(python=version, script=script):
                    self.assertEqual((out, err), (self.head, b""))

    def test_pyodide_heads(self):
        for script in CHAIN:
            with self.subTest(script):
                out, version = in_pyodide(script, HEAD)
                self.assertEqual(out, self.head)
                self.assertTrue(version.startswith("3.14."), version)

    def test_pypy(self):
        """All five in full on PyPy."""
        need(shutil.which("pypy3"), "pypy3 (Debian: apt-get install pypy3)")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for script, (out, err) in zip(CHAIN, pool.map(
                    lambda script: run_log(script, self.data, None, shutil.which("pypy3")), CHAIN)):
                with self.subTest(script):
                    self.assertEqual((out, err), (self.expected, b""))

    def test_oldest_and_newest(self):
        """attogpt.py in full on the oldest CPython here and on 3.14."""
        need(pythons(), "a CPython from 3.8 up in pyenv")
        with ThreadPoolExecutor(2) as pool:
            newest = pool.submit(in_pyodide, "attogpt.py")
            oldest = pool.submit(run_log, "attogpt.py", self.data, None, pythons()[0][1])
            self.assertEqual(oldest.result()[0], self.expected)
            self.assertEqual(newest.result()[0], self.expected)

    def test_artifacts_on_others(self):
        """The oldest and newest CPython here, and PyPy, make the same bytes of every artifact, and read them all."""
        programs = [program for _, program in pythons()[:1] + pythons()[-1:]] + [shutil.which("pypy3")]
        need(len(programs) == 3 and programs[-1], "two other CPythons, and pypy3")
        makers = ("pack.py", "punchcard/encode_punchcard_base64.py", "qr/encode_qr.py", "song/encode_song.py",
                  "find_prime.py", "pictures/draw_pictures.py", "page/build_page.py")
        readers = (("verify_prime.py", "femtogpt.py"), ("punchcard/decode_punchcard_base64.py -o -", "attogpt.py"),
                   ("qr/decode_qr.py", "picogpt.py"))
        for program in programs:
            with tempfile.TemporaryDirectory() as folder:
                for maker in makers:
                    run = command(path(maker), "--check", cwd=folder, python=program)
                    self.assertEqual((run.returncode, run.stderr), (0, b""), (program, maker, run.stdout))
                for reader, source in readers:
                    script, *options = reader.split()
                    run = command(path(script), *options, cwd=folder, python=program)
                    self.assertEqual((run.stdout, run.stderr), (read(source), b""), (program, reader))
                wav = os.path.join(folder, "song.wav")
                for script, *options in (("punchcard/decode_punchcard_base64.py", path("punchcard", "cards.svg")),
                                         ("song/encode_song.py", "--midi", "song.mid", "--wav", wav, "--rate", "8000"),
                                         ("song/decode_song.py", wav), ("song/decode_song.py",),
                                         ("prove_prime.py", "--help")):
                    run = command(path(script), *options, cwd=folder, python=program)
                    self.assertEqual((run.returncode, run.stderr), (0, b""), (program, script))


if __name__ == "__main__":
    unittest.main()
