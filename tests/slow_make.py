"""make and make check in a copy: whatever no longer matches its source is made, or named."""
import os
import shutil
import subprocess
import tempfile
import unittest

from support import ROOT, need

GONE = ("prime/primegpt.gz", "punchcard/attogpt.h80", "qr/picogpt.png",
        "song/primegpt.mid", "pictures/loss.svg", "index.html")


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

    def test_a_changed_source_and_deleted_copies_are_named_and_made(self):
        """One changed byte of the golfed source reaches every copy, also those that are gone."""
        name = os.path.join(self.copy, "golf", "payload.py")
        with open(name, "rb") as file:
            source = file.read()
        with open(name, "wb") as file:
            file.write(source.replace(b"seed(42)", b"seed(43)"))
        for gone in GONE:
            os.unlink(os.path.join(self.copy, *gone.split("/")))
        status, output = self.make("check")
        self.assertNotEqual(status, 0)
        self.assertLessEqual({"payload.py", "attogpt.py", "zeptogpt.py", "yoctogpt.py",
                              "verify_prime.py", "primegpt.txt", *map(os.path.basename, GONE)},
                             self.stale(output))
        self.assertEqual(self.make()[0], 0)
        status, output = self.make("check")
        # The template is behind the script, and the proof takes a command of its own.
        self.assertEqual(self.stale(output), {"payload.py", "certificate.primo"})
        self.assertIn("certificate.primo: does not match primegpt.txt; run make certificate",
                      output)
        self.assertNotEqual(status, 0)


if __name__ == "__main__":
    unittest.main()
