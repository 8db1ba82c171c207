"""Strict parity: the five scripts of the chain print the same log, byte for byte."""
import ast
import contextlib
import glob
import hashlib
import io
import os
import random
import subprocess
import sys
import tempfile
import unittest
import urllib.request
import warnings
from unittest import mock

from common import CANONICAL, CHAIN, canonical, command, log_of, path, read, run_log

import microgpt

HEAD = 23                     # lines: three of numbers, then 20 steps
EDGES = {
    "inner spaces": b"mary ann\njean  luc\nanna\nde la cruz\n" * 6,
    "one character": b"a\nb\nc\na\nz\n",
    "one document": b"a",
    "longer than the context": b"bartholomew christopherson the third\nabcdefghijklmnop\nabcdefghijklmno\nx\n" * 5,
    "exactly at the context": b"abcdefghijklmnopq\nabcdefghijklmnop\nabcdefghijklmno\n",
    "fewer than 20 documents": b"emma\nolivia\nava\n",
    "CRLF, blank and padded lines": b"emma\r\n\r\n  olivia \t\r\n\r\nava\r\n   \r\n",
    "old Mac line ends": b"emma\rolivia\rava\r",
    "any Unicode": "zoë\nŁukasz\n李小龍\n👩‍🚀 hé\nمحمد\n\u3000李\u3000\nß\u00a0ß\nA\u2028B\n".encode(),
    "no final newline": b"emma\nolivia",
    "quotes and percents": b"100%\n'a'\n\"b\"\n{c}\nd\\n\n%s\n",
    "more than a hundred characters": "".join(chr(0x4E00 + i) + chr(33 + i % 90) + "\n" for i in range(150)).encode(),
}


def full_on_own():
    """The scripts whose whole log on our own data is compared; the two packed ones run whole on the canonical set.

    (They run the bytes of femtogpt.py, as test_deflate shows. Where that set is missing, here as well.)"""
    return CHAIN[:3] if os.path.isdir(CANONICAL) else CHAIN


def start():
    """Start everything at once: the cores then work while the cases wait in their order."""
    for script in full_on_own():
        log_of(script, read("input.txt"))
    try:
        for script in CHAIN:
            log_of(script, canonical("input.txt"))
    except unittest.SkipTest:
        pass
    for data in EDGES.values():
        for script in CHAIN:
            log_of(script, data, HEAD)


class Parity(unittest.TestCase):
    """Full logs on the two data sets, and the log's head on hard ones."""

    @classmethod
    def setUpClass(cls):
        start()

    def same(self, script, data, expected, lines=None):
        out, err = log_of(script, data, lines).result()
        if out != expected:
            first = next((i for i, (a, b) in enumerate(zip(out.split(b"\n"), expected.split(b"\n"))) if a != b), "end")
            self.fail("%s: line %s differs; stderr: %s" % (script, first, err.decode(errors="replace")[-300:]))

    def test_edges(self):
        for name, data in EDGES.items():
            with self.subTest(name):
                expected, err = log_of("microgpt.py", data, HEAD).result()
                self.assertEqual(expected.count(b"\n"), HEAD, err)
                for script in CHAIN[1:]:
                    self.same(script, data, expected, HEAD)

    def test_silence(self):
        """Nothing on standard error: no warning that a reader would have to explain away."""
        for script in CHAIN:
            self.assertEqual(log_of(script, EDGES["one document"], HEAD).result()[1], b"", script)

    def test_counts_are_computed(self):
        out = log_of("microgpt.py", EDGES["any Unicode"], HEAD).result()[0].decode().split("\n")
        lines = [line.strip() for line in EDGES["any Unicode"].decode().split("\n") if line.strip()]
        vocabulary = len(set("".join(lines))) + 1
        self.assertEqual(out[:3], ["num docs: %d" % len(lines), "vocab size: %d" % vocabulary,
                                   "num params: %d" % (32 * vocabulary + 3328)])


def _full(script, name):
    def canonical_log(self):
        self.same(script, canonical("input.txt"), canonical("expected.log"))

    def own_log(self):
        """On our own data, the log of microgpt.py, which must be whole."""
        expected, err = log_of("microgpt.py", read("input.txt")).result()
        self.assertEqual((expected.count(b"\n"), err), (1025, b""))
        if script in full_on_own():
            self.same(script, read("input.txt"), expected)
        else:
            self.same(script, read("input.txt"), b"".join(expected.splitlines(True)[:HEAD]), HEAD)
    setattr(Parity, "test_canonical_" + name, canonical_log)
    setattr(Parity, "test_own_" + name, own_log)


for _script in CHAIN:
    _full(_script, _script[:-3])


class Gradients(unittest.TestCase):
    """microgpt.py's autograd against central differences of its own loss."""

    def test_central_differences(self):
        state = random.getstate()
        random.seed(7)
        weights = microgpt.make_parameters(5)
        for matrix in weights.values():
            for row in matrix:
                for p in row:
                    p.data *= 4                  # far from zero, where attention and relu have something to do
        tokens = [4, 0, 1, 2, 0, 3, 3, 1, 4]
        microgpt.loss_and_gradients(weights, tokens)
        grads = {name: [[p.grad for p in row] for row in matrix] for name, matrix in weights.items()}
        self.assertEqual(len(microgpt.Value.tape), 0)
        checked = 0
        for name, matrix in weights.items():
            for _ in range(25):
                i, j = random.randrange(len(matrix)), random.randrange(len(matrix[0]))
                parameter, h, losses = matrix[i][j], 1e-5, []
                middle = parameter.data
                for parameter.data in (middle + h, middle - h):
                    losses.append(microgpt.loss_and_gradients(weights, tokens))
                parameter.data = middle
                slope = (losses[0] - losses[1]) / (2 * h)
                self.assertAlmostEqual(grads[name][i][j], slope, delta=1e-7 + 1e-5 * abs(slope), msg=(name, i, j))
                checked += abs(slope) > 1e-4
        random.setstate(state)
        self.assertGreater(checked, 100)


class BadInput(unittest.TestCase):
    """microgpt.py tells in one line what is wrong with its input."""

    def complaint(self, folder):
        run = command(path("microgpt.py"), cwd=folder)
        self.assertEqual((run.returncode, run.stdout, run.stderr.count(b"\n")), (1, b"", 1), run.stderr)
        return run.stderr.decode()

    def test_one_line(self):
        for data, words in ((b"", "no text"), (b" \n\t\n", "no text"), (b"ab\xff", "not UTF-8")):
            with tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "input.txt"), "wb") as file:
                    file.write(data)
                self.assertIn(words, self.complaint(folder))
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "input.txt"))
            self.assertIn("cannot read input.txt", self.complaint(folder))

    def test_arguments(self):
        for argument, code in (("--help", 0), ("names.txt", 2)):
            run = command(path("microgpt.py"), argument)
            self.assertEqual((run.returncode, bool(run.stdout), bool(run.stderr)), (code, not code, bool(code)))

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_full_disk(self):
        with tempfile.TemporaryDirectory() as folder, open("/dev/full", "wb") as full:
            with open(os.path.join(folder, "input.txt"), "w") as file:
                file.write("a")
            run = subprocess.run([sys.executable, "-u", path("microgpt.py")], cwd=folder, stdout=full,
                                 stderr=subprocess.PIPE)
            self.assertEqual((run.returncode, run.stderr.count(b"\n")), (1, 1), run.stderr)

    def test_the_download(self):
        """The names are fetched where input.txt is missing: whole and right, or nothing is left behind."""
        right = b"anna\nbert\n"
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
            target = os.path.join(folder, "input.txt")
            for answer, words in ((OSError("no network"), "no network"), (b"<html>", "not the file we know")):
                opened = mock.Mock(side_effect=answer) if isinstance(answer, OSError) else \
                    mock.Mock(return_value=io.BytesIO(answer))
                with mock.patch.object(urllib.request, "urlopen", opened), self.assertRaises(SystemExit) as end:
                    microgpt.read_documents(target)
                self.assertIn(words, str(end.exception))
                self.assertNotIn("\n", str(end.exception))
                self.assertEqual(os.listdir(folder), [])
                self.assertGreater(opened.call_args[1]["timeout"], 0)
            with mock.patch.object(urllib.request, "urlopen", return_value=io.BytesIO(right)), \
                    mock.patch.object(microgpt, "NAMES_SHA256", hashlib.sha256(right).hexdigest()):
                self.assertEqual(microgpt.read_documents(target), ["anna", "bert"])
            self.assertEqual(os.listdir(folder), ["input.txt"])

    def test_the_known_hash(self):
        self.assertEqual(hashlib.sha256(canonical("input.txt")).hexdigest(), microgpt.NAMES_SHA256)


class Files(unittest.TestCase):
    """What the files promise of themselves."""

    def test_names(self):
        data = read("input.txt")
        names = data.decode("ascii").split("\n")
        self.assertEqual(names.pop(), "")
        self.assertGreaterEqual(len(names), 4000)
        self.assertEqual(names, sorted(set(names)))
        for name in names:
            self.assertRegex(name, r"\A[a-z]{2,15}\Z")
        self.assertEqual(len(set("".join(names))), 26)

    def test_sizes(self):
        for name, most in (("picogpt.py", 1628), ("femtogpt.py", 1340), ("attogpt.py", 1060), ("zeptogpt.py", 860)):
            self.assertLessEqual(len(read(name)), most, name)

    def test_one_screen(self):
        lines = read("picogpt.py").decode("ascii").split("\n")
        self.assertLessEqual(len(lines), 51)
        self.assertLessEqual(max(map(len, lines)), 100)

    def test_plain_ascii(self):
        self.assertTrue(set(read("femtogpt.py")) <= set(b"\n" + bytes(range(32, 127))))
        atto = read("attogpt.py")
        self.assertTrue(set(atto) <= set(b"\n" + bytes(range(33, 127)) + b" "))
        self.assertEqual(len(atto.split(b"'")), 3, "no quote inside the one literal")
        self.assertNotIn(b"\\", atto)

    def test_git_leaves_zepto_alone(self):
        self.assertIn(b"zeptogpt.py binary", read(".gitattributes"))

    def test_no_network_nor_imports(self):
        """The golfed scripts import the standard library, and of that only what they are about."""
        for name, allowed in (("picogpt.py", {"random", "cmath"}), ("femtogpt.py", {"random", "cmath"})):
            imports = {word.strip() for line in read(name).decode().split("\n") if "import" in line
                       for word in line.replace("from", "").split("import")[0].split(",")}
            self.assertLessEqual(imports, allowed, name)


class Versions(unittest.TestCase):
    """Python 3.8 is enough for every file."""

    def test_syntax(self):
        files = [f for f in glob.glob(path("**", "*.py"), recursive=True) if "run_results" not in f]
        self.assertGreater(len(files), 10)
        for file_name in files:
            with open(file_name, "rb") as file:
                source = file.read()
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                ast.parse(source, os.path.basename(file_name), feature_version=(3, 8))

    def test_head_alone(self):
        """run_log stops a script at the line that it was asked for: the tool that the edge cases lean on."""
        out, _ = run_log("microgpt.py", b"ab\n", 5)
        self.assertEqual(out.count(b"\n"), 5)


if __name__ == "__main__":
    unittest.main()
