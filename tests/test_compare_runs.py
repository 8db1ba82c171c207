"""The referee: who is valid, who is not, and that no entry can spoil the run."""
import json
import os
import tempfile
import time
import unittest

from common import command, path

LOG = ("num docs: 2", "vocab size: 3", "num params: 9", "step    1 / 2 | loss 3.0000", "step    2 / 2 | loss 2.5000",
       "", "--- inference (new, hallucinated names) ---", "sample  1: ab")
GOOD = "print(%r)" % "\n".join(LOG)
ENTRIES = {
    "good.py": (GOOD, True, "ok"),
    "crash.py": (GOOD + "\nraise SystemExit(3)", False, "exit 3"),
    "loss.py": (GOOD.replace("2.5000", "2.5001"), False, "ok"),
    "sample.py": (GOOD.replace("1: ab", "1: abc"), False, "ok"),
    "extra.py": (GOOD + "\nprint()", False, "ok"),
    "hang.py": (GOOD + "\nimport time\ntime.sleep(60)", False, "no end within 3 s"),
    "child.py": ("import subprocess,sys\nsubprocess.Popen([sys.executable,'-c','import time;time.sleep(60)'])\n" + GOOD,
                 True, "ok"),
    "flood.py": ("while True: print('x' * 9999)", False, "more than 1 MiB of output"),
    "writer.py": ("open('input.txt','w').write('mine')\nopen('junk','w').write('mine')\n" + GOOD, True, "ok"),
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
        cls.done = command(path("compare_runs.py"), *ENTRIES, "--reference", "good.py", "--input", "data.txt",
                           "--timeout", "3", "--json", cwd=cls.folder)
        cls.seconds = time.time() - begun
        cls.table = json.loads(cls.done.stdout.decode())
        cls.rows = {row["name"]: row for row in cls.table["entries"]}

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_verdicts(self):
        self.assertEqual(self.done.returncode, 1)
        for name, (source, valid, status) in ENTRIES.items():
            row = self.rows["good-2.py" if name == "good.py" else name]
            self.assertEqual((row["valid"], row["status"]), (valid, status), name)
            self.assertEqual(row["bytes"], len(source.encode("latin-1")))
            self.assertEqual(row["characters"], len(source))
        self.assertLess(self.seconds, 40, "an entry held the run up")

    def test_what_differs(self):
        self.assertEqual([self.rows["loss.py"][key] for key in ("metadata", "losses", "samples", "log")],
                         [True, False, True, False])
        self.assertEqual([self.rows["sample.py"][key] for key in ("metadata", "losses", "samples", "log")],
                         [True, True, False, False])
        self.assertEqual([self.rows["extra.py"][key] for key in ("metadata", "losses", "samples", "log")],
                         [True, True, True, False])

    def test_ranking(self):
        order = [(row["valid"], row["bytes"]) for row in self.table["entries"]]
        self.assertEqual(order, sorted(order, key=lambda key: (not key[0], key[1])))

    def test_files(self):
        folder = os.path.join(self.folder, self.table["results"])
        self.assertEqual(sorted(os.listdir(folder)), sorted(
            ["summary.txt", "good-2.py"] + list(ENTRIES)))
        with open(os.path.join(folder, "loss.py", "diff.txt")) as file:
            self.assertIn("+step    2 / 2 | loss 2.5001\n", file.read())
        with open(os.path.join(folder, "good.py", "losses.csv")) as file:
            self.assertEqual(file.read(), "step,loss\n1,3.0000\n2,2.5000\n")
        self.assertLess(os.path.getsize(os.path.join(folder, "flood.py", "log.txt")), 2 << 20)
        with open(os.path.join(self.folder, "data.txt")) as file:
            self.assertEqual(file.read(), "a\nb\n")

    def test_all_valid(self):
        run = command(path("compare_runs.py"), "good.py", "latin.py", "--reference", "good.py", "--input", "data.txt",
                      cwd=self.folder)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.decode().count(" valid"), 2)

    def test_wrong_calls(self):
        for arguments in (("nothing.py",), ("good.py", "--input", "nowhere"), ("good.py", "--timeout", "0"),
                          ("good.py", "--python", "no-such-python"), ("good.py", "--reference", "nothing.py")):
            run = command(path("compare_runs.py"), *arguments, cwd=self.folder)
            self.assertEqual(run.returncode, 2, arguments)
            self.assertNotIn(b"Traceback", run.stderr)
        run = command(path("compare_runs.py"), "good.py", "--reference", "silent.py", "--input", "data.txt",
                      cwd=self.folder)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"printed no log", run.stderr)
        run = command(path("compare_runs.py"), "good.py", "--reference", "crash.py", "--input", "data.txt",
                      cwd=self.folder)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"the reference crash.py failed", run.stderr)


if __name__ == "__main__":
    unittest.main()
