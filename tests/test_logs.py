"""Strict parity: every script prints the same log, byte for byte.

Here the published log, whole from the quick scripts and the first steps of the others, and the
twelve awkward data sets with three steps for 1,000. In tests/slow_logs.py the referee has the whole
log of each script. The packed scripts run the bytes of golf/payload.py (tests/test_pack.py), so
attogpt.py stands for all of them.
"""
import contextlib
import io
import os
import re
import unittest
from unittest import mock

import fastgpt
import microgpt
from referee.data_sets import awkward_sets
from support import CHAIN, InFolder, canonical, path, read, run_log, some

EDGES = awkward_sets(42)
SHORT_NAMES = b"a\nb\nc\nd\n"
HEAD = 6                      # lines: three counts, then 3 steps
STEPS = {"microgpt.py": 60, "picogpt.py": 6, "femtogpt.py": 6, "attogpt.py": 6,
         "zeptogpt.py": 1, "yoctogpt.py": 1}     # of the published log; slow_logs.py: all
# Three steps for 1,000, and two samples for twenty; what depends on these counts shrinks alike.
SHORTER = (("1021", "6"), ("1020", "5"), ("1001", "4"), ("1000", "3"), ("999", "2"))


class LogCase(InFolder):
    def assert_same(self, script, out, expected, errors=b""):
        """Two logs are equal, and nothing came on standard error."""
        if out != expected:
            pairs = zip(out.split(b"\n"), expected.split(b"\n"))
            first = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), "the last")
            self.fail(f"{script}: line {first} differs; stderr: {errors[-300:]!r}")
        self.assertEqual(errors, b"", script)

    def fastgpt_log(self, data, kernels):
        """The log that fastgpt.py prints beside native/."""
        self.put("input.txt", data)
        return self.assert_succeeds(path("fastgpt.py"), "--kernels", kernels).stdout.replace(
            b"\r\n", b"\n")


class Published(LogCase):
    def test_fastgpt_prints_all_of_it_with_both_kernels(self):
        for kernels in ("native", "python"):
            out = self.fastgpt_log(canonical("input.txt"), kernels)
            self.assert_same(f"fastgpt.py, {kernels} kernels", out, canonical("expected.log"))

    def test_every_script_prints_its_beginning(self):
        for script, steps in STEPS.items():
            lines = 3 + steps
            expected = b"".join(canonical("expected.log").splitlines(True)[:lines])
            out, errors = run_log(script, canonical("input.txt"), lines)
            self.assert_same(script, out, expected, errors)


class OurNames(LogCase):
    def test_every_script_begins_the_same(self):
        expected, errors = run_log("microgpt.py", read("input.txt"), HEAD)
        self.assertEqual((expected.count(b"\n"), errors), (HEAD, b""))
        for script in CHAIN[1:] + ("fastgpt.py",):
            out, errors = run_log(script, read("input.txt"), HEAD)
            self.assert_same(script, out, expected, errors)

    def test_whole_logs_of_short_names_are_the_same(self):
        expected, errors = run_log("microgpt.py", SHORT_NAMES)
        self.assertEqual((expected.count(b"\n"), errors), (1025, b""))
        self.assert_same("fastgpt.py", self.fastgpt_log(SHORT_NAMES, "native"), expected)


class Awkward(LogCase):
    """The twelve data sets, three steps and two samples, in this process."""

    def printed(self, function, *arguments):
        """What a function prints in the folder, runs of spaces as one."""
        out = io.StringIO()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        with contextlib.redirect_stdout(out):
            function(*arguments)
        return re.sub(" +", " ", out.getvalue())

    def reference(self):
        """The log of microgpt.py."""
        rate = microgpt.LEARNING_RATE * 3 / 1000         # so that a step has the rate of 1,000's
        with mock.patch.multiple(microgpt, STEPS=3, SAMPLES=2, LEARNING_RATE=rate):
            return self.printed(lambda: microgpt.train_and_sample(
                microgpt.read_documents("input.txt")))

    def assert_golfed(self, edges, *name):
        """A golfed script, its counts shortened, prints what microgpt.py prints."""
        source = read(*name).decode()
        for old, new in SHORTER:
            source = source.replace(old, new)
        program = compile(source, name[-1], "exec")
        for title, data in edges:
            with self.subTest(title):
                self.put("input.txt", data)
                expected = self.reference()
                self.assertEqual(expected.count("\n"), 3 + 3 + 2 + 2)
                self.assertEqual(self.printed(exec, program, {"__name__": "__main__"}), expected)

    def test_picogpt(self):
        self.assert_golfed(some(EDGES.items()), "picogpt.py")

    def test_femtogpt(self):
        self.assert_golfed(some(EDGES.items()), "femtogpt.py")

    def test_payload(self):
        self.assert_golfed(EDGES.items(), "golf", "payload.py")

    def test_fastgpt(self):
        """It, too, with either kernels."""
        for title, data in EDGES.items():
            with self.subTest(title):
                self.put("input.txt", data)
                expected = self.reference()
                rate = fastgpt.LOG_RATE * 3 / 1000
                with mock.patch.multiple(fastgpt, LOG_STEPS=3, LOG_SAMPLES=2, LOG_RATE=rate):
                    for kernels in ("native", "python"):
                        self.assertEqual(self.printed(fastgpt.print_log, kernels), expected)

    def test_counts_are_computed(self):
        data = EDGES["any Unicode"]
        self.put("input.txt", data)
        lines = [line.strip() for line in data.decode().split("\n") if line.strip()]
        vocabulary = len(set("".join(lines))) + 1
        self.assertEqual(self.reference().split("\n")[:3], [
            f"num docs: {len(lines)}", f"vocab size: {vocabulary}",
            f"num params: {32 * vocabulary + 3328}"])


if __name__ == "__main__":
    unittest.main()
