"""The referee over all entries of the usual tests at once, and its seeds."""
import json
import os

import test_compare_runs

from support import environment

ENTRIES = {**test_compare_runs.CHEATS, **test_compare_runs.WRONG_LOGS}


class Tournament(test_compare_runs.RefereeCase):
    def test_every_cheat_is_refused_with_its_reason_and_the_scoreboard_is_full(self):
        os.mkdir(os.path.join(self.folder, "temporary"))
        for name, (source, _) in ENTRIES.items():
            self.put(name, source)
        before = self.snapshot()
        done = self.referee(*ENTRIES, "--timeout", "3", "--json", "--seed", "5",
                            env=dict(environment(), TMPDIR=os.path.join(self.folder, "temporary")))
        self.assertEqual(done.returncode, 1, done.stderr)
        rows = {row["name"]: row for row in json.loads(done.stdout.decode())["entries"]}
        self.assertEqual(set(rows), set(ENTRIES))
        for name, (source, reason) in ENTRIES.items():
            with self.subTest(name):
                self.assertFalse(rows[name]["valid"])
                reasons = reason if isinstance(reason, tuple) else (reason,)
                self.assertTrue(any(each in rows[name]["reason"] for each in reasons),
                                rows[name]["reason"])
                self.assertEqual(rows[name]["bytes"], len(source.encode()))
        left = {name for name in self.snapshot() if "run_results" not in name}
        self.assertEqual(left, set(before), "an entry has left a file")

    def test_seeds_are_drawn_anew(self):
        seeds = [json.loads(self.referee("small.py", "--quick", "--json").stdout.decode())["seed"]
                 for _ in range(2)]
        self.assertNotEqual(*seeds)

    def test_odd_names_and_an_ascii_terminal(self):
        """A name that is not UTF-8, one that the terminal lacks, and ours."""
        names = [b"bad\xff.py", "\u00e9.py".encode(), b"summary.txt", b"input.txt", b"a b\n.py"]
        try:
            for name in names:
                with open(os.path.join(self.folder.encode(), name), "wb") as file:
                    file.write(test_compare_runs.SMALL.encode())
        except OSError:
            self.skipTest("needs a file system that takes any bytes")
        done = self.referee(*map(os.fsdecode, names), "--quick",
                            env=dict(environment(), PYTHONIOENCODING="ascii"))
        self.assertEqual(done.returncode, 0, done.stderr)
        table = done.stdout.decode("ascii")
        self.assertEqual(table.count("valid so far"), 5, table)
        for name in ("bad\\udcff.py", "\\xe9.py", "summary.txt", "input.txt", "a b\\n.py"):
            self.assertIn(name, table)
