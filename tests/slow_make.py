"""make and make check in a copy: whatever no longer matches its source is made, or named."""
import os
import shutil
import subprocess
import tempfile
import unittest

from common import ROOT, need

COPIES = ("attogpt.py", "zeptogpt.py", "yoctogpt.py", "verify_prime.py", "primegpt.hex",
          "primegpt.txt", "punchcard_encoding.json", "primegpt.mid", "index.html", "README.md",
          "deck.svg")


class Make(unittest.TestCase):
    def setUp(self):
        need(shutil.which("make"), "make")
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.copy = os.path.join(temporary.name, "copy")
        shutil.copytree(ROOT, self.copy, ignore=shutil.ignore_patterns(".git", "run_results",
                                                                       "__pycache__"))

    def make(self, *targets):
        """(exit status, standard output)."""
        run = subprocess.run(["make", "--silent", *targets], cwd=self.copy,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return run.returncode, run.stdout.decode()

    def stale(self, output):
        """The files that make check names."""
        return {line.split(":")[0] for line in output.splitlines()
                if "does not match" in line or "is missing" in line}

    def test_one_changed_byte_of_the_golfed_source_reaches_every_copy(self):
        name = os.path.join(self.copy, "golf", "payload.py")
        with open(name, "rb") as file:
            source = file.read()
        with open(name, "wb") as file:
            file.write(source.replace(b"seed(42)", b"seed(43)"))
        status, output = self.make("check")
        self.assertNotEqual(status, 0)
        self.assertLessEqual({"payload.py", "attogpt.py", "zeptogpt.py", "yoctogpt.py",
                              "verify_prime.py", "primegpt.txt"}, self.stale(output))
        self.assertEqual(self.make()[0], 0)
        status, output = self.make("check")
        # The template is behind the script, and the proof takes a command of its own.
        self.assertEqual(self.stale(output), {"payload.py", "certificate.primo"})
        self.assertIn("certificate.primo: does not match primegpt.txt; run make certificate",
                      output)
        self.assertNotEqual(status, 0)

    def test_make_restores_every_deleted_copy(self):
        before = {}
        for folder, _, names in os.walk(self.copy):
            for name in COPIES:
                if name in names and name != "README.md":
                    path = os.path.join(folder, name)
                    with open(path, "rb") as file:
                        before[path] = file.read()
                    os.unlink(path)
        self.assertEqual(len(before), len(COPIES) - 1)
        self.assertEqual(self.make()[0], 0)
        for path, data in before.items():
            with open(path, "rb") as file:
                self.assertEqual(file.read(), data, path)


if __name__ == "__main__":
    unittest.main()
