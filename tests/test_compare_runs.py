"""The referee: who is valid, who is not, and that no entry can spoil the run."""
import json
import os
import tempfile
import time
import unittest

from common import path, run_python

LOG = ("num docs: 2", "vocab size: 3", "num params: 9", "step    1 / 2 | loss 3.0000",
       "step    2 / 2 | loss 2.5000", "", "--- inference (new, hallucinated names) ---",
       "sample  1: ab")
GOOD = "print(%r)" % "\n".join(LOG)
ENTRIES = {
    "good.py": (GOOD, True, "ok"),
    "crash.py": (GOOD + "\nraise SystemExit(3)", False, "exit 3"),
    "loss.py": (GOOD.replace("2.5000", "2.5001"), False, "ok"),
    "sample.py": (GOOD.replace("1: ab", "1: abc"), False, "ok"),
    "extra.py": (GOOD + "\nprint()", False, "ok"),
    "hang.py": (GOOD + "\nimport time\ntime.sleep(60)", False, "no end within 3 s"),
    "child.py": ("import subprocess,sys\nsubprocess.Popen([sys.executable,'-c','import time;"
                 "time.sleep(60)'])\n" + GOOD, True, "ok"),
    "flood.py": ("while True: print('x' * 9999)", False, "more than 1 MiB of output"),
    "writer.py": ("open('input.txt','w').write('mine')\nopen('junk','w').write('mine')\n" + GOOD,
                  True, "ok"),
    "alone.py": ("import os\nassert sorted(os.listdir()) == ['alone.py', 'input.txt']\n"
                 "assert open('input.txt').read() == 'a\\nb\\n'\n" + GOOD, True, "ok"),
    "silent.py": ("pass", False, "ok"),
    "latin.py": ("#coding:l1\n#\xe9\n" + GOOD, True, "ok"),
}


class Referee(unittest.TestCase):
    """One run over entries of every kind, then its results one by one."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = cls.place.name
        for name, (source, _, _) in ENTRIES.items():
            with open(os.path.join(cls.folder, name), "w", encoding="latin-1") as file:
                file.write(source)
        with open(os.path.join(cls.folder, "data.txt"), "w") as file:
            file.write("a\nb\n")
        begun = time.time()
        cls.done = cls.referee(*ENTRIES, "--timeout", "3", "--json")
        cls.seconds = time.time() - begun
        cls.table = json.loads(cls.done.stdout.decode())
        cls.rows = {row["name"]: row for row in cls.table["entries"]}

    @classmethod
    def referee(cls, *arguments):
        """compare_runs.py in the folder, with good.py for the reference unless another is named."""
        return run_python(path("compare_runs.py"), "--reference", "good.py", "--input", "data.txt",
                          *arguments, cwd=cls.folder)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_each_entry_gets_its_verdict(self):
        self.assertEqual(self.done.returncode, 1)
        for name, (source, valid, status) in ENTRIES.items():
            row = self.rows["good-2.py" if name == "good.py" else name]
            self.assertEqual((row["valid"], row["status"]), (valid, status), name)
            self.assertEqual(row["bytes"], len(source.encode("latin-1")))
            self.assertEqual(row["characters"], len(source))
        self.assertLess(self.seconds, 40, "an entry held the run up")

    def test_the_parts_that_differ_are_named(self):
        for name, same in (("loss.py", [True, False, True, False]),
                           ("sample.py", [True, True, False, False]),
                           ("extra.py", [True, True, True, False])):
            row = self.rows[name]
            self.assertEqual([row[part] for part in ("metadata", "losses", "samples", "log")], same)

    def test_valid_entries_come_first_the_smallest_on_top(self):
        order = [(row["valid"], row["bytes"]) for row in self.table["entries"]]
        self.assertEqual(order, sorted(order, key=lambda key: (not key[0], key[1])))

    def test_by_characters_fewer_characters_win_though_they_are_more_bytes(self):
        sources = {"narrow.py": "#abcdef\n" + GOOD, "wide.py": "#\u4e00\u4e01\u4e02\n" + GOOD}
        for name, source in sources.items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(source)
        for unit, first in (("bytes", "narrow.py"), ("characters", "wide.py")):
            run = self.referee(*sources, "--by", unit, "--json")
            rows = json.loads(run.stdout.decode())["entries"]
            self.assertEqual((run.returncode, rows[0]["name"]), (0, first))
            self.assertLess(rows[0][unit], rows[1][unit])

    def test_results_hold_logs_losses_and_differences(self):
        folder = os.path.join(self.folder, self.table["results"])
        self.assertEqual(sorted(os.listdir(folder)),
                         sorted(["summary.txt", "good-2.py"] + list(ENTRIES)))
        with open(os.path.join(folder, "loss.py", "diff.txt")) as file:
            self.assertIn("+step    2 / 2 | loss 2.5001\n", file.read())
        with open(os.path.join(folder, "good.py", "losses.csv")) as file:
            self.assertEqual(file.read(), "step,loss\n1,3.0000\n2,2.5000\n")
        self.assertLess(os.path.getsize(os.path.join(folder, "flood.py", "log.txt")), 2 << 20)

    def test_entries_cannot_change_the_data(self):
        with open(os.path.join(self.folder, "data.txt")) as file:
            self.assertEqual(file.read(), "a\nb\n")

    def test_exit_status_is_0_when_all_are_valid(self):
        run = self.referee("good.py", "latin.py")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.decode().count(" valid"), 2)

    def test_misuse_exits_2(self):
        for words, *arguments in (
                (b"nothing.py: no such file", "nothing.py"), (b".: is not a file", "."),
                (b"nowhere: no such file", "good.py", "--input", "nowhere"),
                (b"--timeout", "good.py", "--timeout", "0"),
                (b"--timeout", "good.py", "--timeout", "nan"),
                (b"no program no-such-python", "good.py", "--python", "no-such-python"),
                (b"nothing.py: no such file", "good.py", "--reference", "nothing.py")):
            run = self.referee(*arguments)
            self.assertEqual((run.returncode, words in run.stderr), (2, True), run.stderr)
            self.assertNotIn(b"Traceback", run.stderr)

    def test_a_reference_without_a_log_is_an_error(self):
        for reference, words in (("silent.py", b"the reference silent.py printed no log"),
                                 ("crash.py", b"the reference crash.py failed: exit 3")):
            run = self.referee("good.py", "--reference", reference)
            self.assertEqual((run.returncode, words in run.stderr), (1, True), run.stderr)


if __name__ == "__main__":
    unittest.main()
