"""Native kernels on every Python; on AArch64 under qemu, in Debian's Python for that processor.

ARM64 names a folder with that Python and its libraries, unpacked; .ci/run makes it.
"""
import glob
import os
import shutil
import subprocess
import unittest

from slow_versions import pythons

from referee.data_sets import awkward_sets, whole_sets
from support import InFolder, canonical, need, path


class Emulated(InFolder):
    def setUp(self):
        super().setUp()
        root = os.environ.get("ARM64", "")
        programs = sorted(glob.glob(os.path.join(root, "usr", "bin", "python3.*")))
        need(root and programs, "ARM64=folder with Debian's python3-minimal for arm64, unpacked")
        need(shutil.which("qemu-aarch64-static"), "qemu-aarch64-static (Debian: qemu-user-static)")
        self.python = ["qemu-aarch64-static", "-L", root, programs[0], "-B"]

    def emulate(self, *arguments):
        done = subprocess.run(self.python + list(arguments), cwd=self.folder, timeout=1200,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr.decode()[-2000:])
        return done

    def test_kernels_and_gradients_are_the_same(self):
        names = ["Kernels"] + ["Models." + name for name in (
            "test_gradients_agree_with_central_differences", "test_logits_continue_a_cache",
            "test_padding_stays_zero")]
        done = self.emulate(path("tests", "test_native.py"), *names)
        self.assertRegex(done.stderr.decode(), r"Ran 10 tests(.|\n)*\nOK\n")

    def test_the_published_log_is_printed(self):
        self.put("input.txt", canonical("input.txt"))
        done = self.emulate(path("fastgpt.py"))
        self.assertEqual(done.stdout, canonical("expected.log"))
        self.assertIn(b"native (AArch64 with NEON)", self.emulate(path("fastgpt.py"),
                                                                  "--version").stdout)


class Unusual(InFolder):
    def test_whole_logs_of_awkward_data_sets_are_those_of_the_other_kernels(self):
        sets = {**awkward_sets(1), **whole_sets(1)}
        for kind, data in sets.items():
            self.put("input.txt", data)
            logs = {self.assert_succeeds(path("fastgpt.py"), "--kernels", kernels).stdout
                    for kernels in ("native", "python")}
            self.assertEqual([log.count(b"\n") for log in logs], [1025], kind)


class Versions(InFolder):
    def test_every_python_uses_machine_code(self):
        """All of pyenv's and PyPy; the published log from each."""
        programs = [program for _, program in pythons()] + [shutil.which("pypy3")]
        need(len(programs) > 5 and programs[-1], "CPythons in pyenv, and pypy3")
        self.put("input.txt", canonical("input.txt"))
        for program in programs:
            with self.subTest(program):
                version = self.run_here(path("fastgpt.py"), "--version", python=program)
                self.assertIn(b"kernels: native (", version.stdout)
                log = self.run_here(path("fastgpt.py"), python=program)
                self.assertEqual(log.stdout, canonical("expected.log"))


if __name__ == "__main__":
    unittest.main()
