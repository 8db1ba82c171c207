"""Strict parity: every script prints the same log, byte for byte.

Here the whole log of the quick scripts, and of most on a small data set; in tests/slow_logs.py the
referee has the whole published log of each. The packed scripts run the bytes of golf/payload.py
(tests/test_pack.py), so attogpt.py stands for all of them.
"""
import itertools
import unittest

from referee.data_sets import awkward_sets
from support import CHAIN, InFolder, canonical, log_of, path, read

EDGES = awkward_sets(42)
SHORT_NAMES = b"a\nb\nc\nd\n"
HEAD = 6                      # lines: three counts, then 3 steps
SHORT_HEAD = 5                # the same with 2 steps, so that one gradient has been taken
SCRIPTS = CHAIN + ("fastgpt.py",)
DIFFERENT = ("microgpt.py", "femtogpt.py", "attogpt.py", "fastgpt.py")       # slow_logs.py: all
WHOLE_LOG = ("fastgpt.py", "attogpt.py")       # the slow test: all


def start():
    """Start everything at once: the cores then work while the cases wait in their order."""
    for script in WHOLE_LOG:
        log_of(script, SHORT_NAMES)
    try:
        data = canonical("input.txt")
        for script in SCRIPTS:
            log_of(script, data, None if script in ("microgpt.py", "fastgpt.py") else HEAD)
    except unittest.SkipTest:
        pass
    for script in SCRIPTS:
        log_of(script, read("input.txt"), HEAD)
    for data in EDGES.values():
        for script in DIFFERENT:
            log_of(script, data, SHORT_HEAD)


class LogCase(InFolder):
    def assert_prints(self, script, data, expected, lines=None):
        """A script prints `expected`, or its first lines, and nothing on standard error."""
        out, errors = log_of(script, data, lines).result()
        if out != expected:
            pairs = zip(out.split(b"\n"), expected.split(b"\n"))
            first = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), "the last")
            self.fail(f"{script}: line {first} differs; stderr: {errors[-300:]!r}")
        self.assertEqual(errors, b"", script)


class Logs(LogCase):
    @classmethod
    def setUpClass(cls):
        start()

    def test_published_log_is_printed_by_microgpt_and_fastgpt(self):
        for script in ("microgpt.py", "fastgpt.py"):
            self.assert_prints(script, canonical("input.txt"), canonical("expected.log"))

    def test_published_log_begins_the_same_in_every_script(self):
        expected = b"".join(canonical("expected.log").splitlines(True)[:HEAD])
        for script in SCRIPTS[1:-1]:
            self.assert_prints(script, canonical("input.txt"), expected, HEAD)

    def test_whole_log_of_short_names_is_the_same(self):
        expected, errors = log_of("fastgpt.py", SHORT_NAMES).result()
        self.assertEqual((expected.count(b"\n"), errors), (1025, b""))
        for script in WHOLE_LOG[1:]:
            self.assert_prints(script, SHORT_NAMES, expected)

    def test_our_names_begin_the_same_in_every_script(self):
        expected = log_of("microgpt.py", read("input.txt"), HEAD).result()[0]
        for script in SCRIPTS[1:]:
            self.assert_prints(script, read("input.txt"), expected, HEAD)

    def test_awkward_data_sets_begin_the_same_in_every_script(self):
        for name, data in EDGES.items():
            with self.subTest(name):
                expected, errors = log_of("microgpt.py", data, SHORT_HEAD).result()
                self.assertEqual((expected.count(b"\n"), errors), (SHORT_HEAD, b""))
                for script in DIFFERENT[1:]:
                    self.assert_prints(script, data, expected, SHORT_HEAD)

    def test_machine_code_prints_the_same(self):
        """fastgpt.py where it lies, beside native/: whole logs, and heads of microgpt.py's."""
        for data, lines, expected in itertools.chain(
                [(canonical("input.txt"), None, canonical("expected.log")),
                 (SHORT_NAMES, None, log_of("fastgpt.py", SHORT_NAMES).result()[0]),
                 (read("input.txt"), HEAD,
                  log_of("microgpt.py", read("input.txt"), HEAD).result()[0])],
                ((data, SHORT_HEAD, log_of("microgpt.py", data, SHORT_HEAD).result()[0])
                 for data in EDGES.values())):
            self.put("input.txt", data)
            done = self.assert_succeeds(path("fastgpt.py"), "--kernels", "native")
            self.assertEqual(done.stdout.count(b"\n"), 1025)
            out = b"".join(done.stdout.splitlines(True)[:lines])
            self.assertEqual(out, expected, data[:40])

    def test_counts_are_computed(self):
        data = EDGES["any Unicode"]
        out = log_of("microgpt.py", data, SHORT_HEAD).result()[0].decode().split("\n")
        lines = [line.strip() for line in data.decode().split("\n") if line.strip()]
        vocabulary = len(set("".join(lines))) + 1
        self.assertEqual(out[:3], [f"num docs: {len(lines)}", f"vocab size: {vocabulary}",
                                   f"num params: {32 * vocabulary + 3328}"])


if __name__ == "__main__":
    unittest.main()
