"""The scripts of the chain: microgpt.py's gradients and errors, and what the files promise."""
import ast
import contextlib
import doctest
import glob
import hashlib
import io
import os
import random
import subprocess
import sys
import unittest
import urllib.request
import warnings
from unittest import mock

import microgpt
from support import InFolder, canonical, path, read, run_log, share

MICROGPT = path("microgpt.py")


class Reading(unittest.TestCase):
    """What microgpt.py says of itself."""

    def test_its_worked_example_is_right(self):
        result = doctest.testmod(microgpt)
        self.assertEqual((result.failed, result.attempted > 4), (0, True))

    def test_heads_that_do_not_share_the_width_are_refused(self):
        text = read("microgpt.py").decode()
        for old, new in (("N_HEAD = 4 ", "N_HEAD = 3 "), ("N_EMBD = 16 ", "N_EMBD = 10 ")):
            self.assertIn(old, text)
            with self.assertRaisesRegex(AssertionError, "must be a multiple of N_HEAD"):
                exec(text.replace(old, new), {"__name__": "microgpt"})


class Gradients(unittest.TestCase):
    """microgpt.py's autograd against central differences of its own loss."""

    def setUp(self):
        state = random.getstate()
        self.addCleanup(random.setstate, state)
        random.seed(7)
        self.parameters = microgpt.make_parameters(5)
        self.tokens = [4, 0, 1, 2, 0, 3, 3, 1, 4]

    def slope(self, parameter, h=1e-5):
        """The central difference of the loss by a parameter."""
        middle, losses = parameter.data, []
        for parameter.data in (middle + h, middle - h):
            losses.append(microgpt.loss_and_gradients(self.parameters, self.tokens))
        parameter.data = middle
        return (losses[0] - losses[1]) / (2 * h)

    def test_every_matrix_agrees_with_central_differences(self):
        for matrix in self.parameters.values():
            for p in sum(matrix, []):
                p.data *= 4                      # far from zero, where attention and relu work
        microgpt.loss_and_gradients(self.parameters, self.tokens)
        grads = {name: [[p.grad for p in row] for row in matrix]
                 for name, matrix in self.parameters.items()}
        self.assertEqual(len(microgpt.Value.tape), 0)
        checked = 0
        for name, matrix in self.parameters.items():
            for _ in range(share(12)):
                i, j = random.randrange(len(matrix)), random.randrange(len(matrix[0]))
                slope = self.slope(matrix[i][j])
                self.assertAlmostEqual(grads[name][i][j], slope,
                                       delta=1e-7 + 1e-5 * abs(slope), msg=(name, i, j))
                checked += abs(slope) > 1e-4
        self.assertGreater(checked, share(50))

    def test_two_layers_are_no_harder_than_one(self):
        with mock.patch.object(microgpt, "N_LAYER", 2):
            self.parameters = microgpt.make_parameters(5)
            self.assertEqual(len(self.parameters), 3 + 2 * 6)
            microgpt.loss_and_gradients(self.parameters, self.tokens)
            parameter = self.parameters["layer1.mlp_fc1"][3][4]
            grad = parameter.grad
            self.assertAlmostEqual(grad, self.slope(parameter), delta=1e-9 + 1e-5 * abs(grad))
            self.assertNotEqual(grad, 0)

    def test_dot_of_a_vector_with_itself_has_twice_its_gradient(self):
        x = [microgpt.Value(3.0), microgpt.Value(-2.0)]
        microgpt.dot(x, x).grad = 1.0
        microgpt.backward()
        self.assertEqual([v.grad for v in x], [6.0, -4.0])


class BadInput(InFolder):
    """microgpt.py tells in one line what is wrong with its input."""

    def test_unreadable_input_is_one_line(self):
        for data, words in ((b"", "no text"), (b" \n\t\n", "no text"), (b"ab\xff", "not UTF-8")):
            self.put("input.txt", data)
            self.assert_fails(1, words, MICROGPT)
        os.unlink(os.path.join(self.folder, "input.txt"))
        os.mkdir(os.path.join(self.folder, "input.txt"))
        self.assert_fails(1, "cannot read input.txt", MICROGPT)

    def test_only_help_is_an_argument(self):
        self.assertIn(b"GPT-2", self.assert_succeeds(MICROGPT, "--help").stdout)
        self.assert_fails(2, "takes no arguments", MICROGPT, "names.txt")

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_is_one_line(self):
        self.put("input.txt", b"a")
        with open("/dev/full", "wb") as full:
            run = subprocess.run([sys.executable, "-u", MICROGPT], cwd=self.folder, stdout=full,
                                 stderr=subprocess.PIPE)
        self.assertEqual((run.returncode, run.stderr.count(b"\n")), (1, 1), run.stderr)

    def test_lines_are_flushed_while_it_trains(self):
        """A reader of a pipe sees a step before the run has ended."""
        self.put("input.txt", b"abcdefghijklmnop\n")
        process = subprocess.Popen([sys.executable, MICROGPT], cwd=self.folder,
                                   stdout=subprocess.PIPE)
        lines = [process.stdout.readline() for _ in range(4)]
        running = process.poll() is None
        process.kill()
        process.communicate()
        self.assertEqual((lines[3][:19], running), (b"step    1 / 1000 | ", True))


class Download(InFolder):
    """The names are fetched where input.txt is missing: whole and right, or nothing is left."""

    def read(self, answer):
        """read_documents with this answer of the network: bytes, or an error."""
        outcome = {"side_effect": answer} if isinstance(answer, OSError) else \
            {"return_value": io.BytesIO(answer)}
        with mock.patch.object(urllib.request, "urlopen", **outcome) as opened, \
                contextlib.redirect_stderr(io.StringIO()):
            documents = microgpt.read_documents(os.path.join(self.folder, "input.txt"))
        self.assertGreater(opened.call_args[1]["timeout"], 0)
        return documents

    def test_no_network_or_another_file_leaves_nothing(self):
        for answer, words in ((OSError("no network"), "no network"),
                              (b"<html>", "not the file we know")):
            with self.assertRaises(SystemExit) as end:
                self.read(answer)
            self.assertIn(words, str(end.exception))
            self.assertNotIn("\n", str(end.exception))
            self.assertEqual(os.listdir(self.folder), [])

    def test_the_right_file_is_kept(self):
        right = b"anna\nbert\n"
        digest = hashlib.sha256(right).hexdigest()
        with mock.patch.object(microgpt, "NAMES_SHA256", digest):
            self.assertEqual(self.read(right), ["anna", "bert"])
        self.assertEqual(os.listdir(self.folder), ["input.txt"])

    def test_the_known_hash_is_the_canonical_file_s(self):
        digest = hashlib.sha256(canonical("input.txt")).hexdigest()
        self.assertEqual(digest, microgpt.NAMES_SHA256)


class Files(unittest.TestCase):
    """What the files promise of themselves."""

    def test_our_names_are_many_sorted_and_lower_case(self):
        names = read("input.txt").decode("ascii").split("\n")
        self.assertEqual(names.pop(), "")
        self.assertGreaterEqual(len(names), 4000)
        self.assertEqual(names, sorted(set(names)))
        for name in names:
            self.assertRegex(name, r"\A[a-z]{2,15}\Z")
        self.assertEqual(len(set("".join(names))), 26)

    def test_records_have_not_grown(self):
        for name, limit in (("picogpt.py", 1367), ("femtogpt.py", 1206), ("attogpt.py", 995),
                            ("zeptogpt.py", 812)):
            self.assertLessEqual(len(read(name)), limit, name)
        self.assertLessEqual(len(read("yoctogpt.py").decode("utf-8")), 455)

    def test_picogpt_fits_one_screen(self):
        lines = read("picogpt.py").decode("ascii").split("\n")
        self.assertLessEqual(len(lines), 51)
        self.assertLessEqual(max(map(len, lines)), 100)

    def test_femtogpt_and_attogpt_are_printable_ascii(self):
        printable = set(b"\n" + bytes(range(32, 127)))
        self.assertLessEqual(set(read("femtogpt.py")), printable)
        atto = read("attogpt.py")
        self.assertLessEqual(set(atto), printable)
        self.assertEqual((atto.count(b"'"), atto.count(b"\\")), (2, 0))

    def test_git_treats_zeptogpt_as_binary(self):
        self.assertIn(b"zeptogpt.py binary", read(".gitattributes"))

    def test_plain_scripts_import_random_and_math_only(self):
        for name in ("picogpt.py", "femtogpt.py", "golf/payload.py"):
            tree = ast.parse(read(name))
            imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
                       for alias in node.names}
            imports |= {node.module for node in ast.walk(tree)
                        if isinstance(node, ast.ImportFrom)}
            self.assertLessEqual(imports, {"random", "math"}, name)

    def test_microgpt_uses_the_words_of_the_field(self):
        text = read("microgpt.py").decode()
        for word in ("embedding", "logits", "Cross-entropy", "Backpropagation", "causal",
                     "KV cache", "head dimension", "residual stream", "GPT-2", "LayerNorm"):
            self.assertIn(word, text)


class Versions(unittest.TestCase):
    def test_every_file_is_python_3_8_without_warnings(self):
        names = [name for name in glob.glob(path("**", "*.py"), recursive=True)
                 if "run_results" not in name]
        self.assertGreater(len(names), 40)
        for name in names:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                with open(name, "rb") as file:
                    ast.parse(file.read(), os.path.basename(name), feature_version=(3, 8))

    def test_run_log_stops_where_it_was_asked_to(self):
        """The tool that the cases of test_logs.py lean on."""
        self.assertEqual(run_log("microgpt.py", b"ab\n", 5)[0].count(b"\n"), 5)


if __name__ == "__main__":
    unittest.main()
