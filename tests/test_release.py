"""make release: the same bytes each time, sums that sha256sum confirms, and a folder that runs."""
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import time
import unittest
import zipfile

import test_compare_runs

from page import build_release
from support import ROOT, InFolder, need, path, read, run_python, some

BUILD = path("page", "build_release.py")


class Release(InFolder):
    def setUp(self):
        super().setUp()
        need(shutil.which("git") and os.path.isdir(path(".git")), "git, in a clone")

    def build(self, folder):
        """The three files in a folder of their own -> their names."""
        self.assert_succeeds(BUILD, folder)
        return sorted(os.listdir(os.path.join(self.folder, folder)))

    def test_archives_hold_every_tracked_file_and_run(self):
        names = self.build("a")
        name = next(name for name in names if name.endswith(".tar"))[:-len(".tar")]
        self.assertEqual(set(names), {"SHA256SUMS", name + ".tar", name + ".zip"} | {
            f"{tool}.pyz" for tool in build_release.TOOLS})
        tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, stdout=subprocess.PIPE)
        expected = sorted(f"{name}/{each}" for each in tracked.stdout.decode().split("\n")[:-1])
        with zipfile.ZipFile(os.path.join(self.folder, "a", name + ".zip")) as archive:
            self.assertEqual(archive.namelist(), expected)
            self.assertIsNone(archive.testzip())
        with tarfile.open(os.path.join(self.folder, "a", name + ".tar")) as archive:
            self.assertEqual(archive.getnames(), expected)
            script = archive.extractfile(f"{name}/zeptogpt.py").read()
            self.assertEqual(script, read("zeptogpt.py"))
        for line in self.get("a/SHA256SUMS").decode().splitlines():
            digest, each = line.split("  ")
            self.assertEqual(hashlib.sha256(self.get("a/" + each)).hexdigest(), digest)
        self.assert_succeeds("-m", "zipfile", "-e", f"a/{name}.zip", ".")
        done = run_python("fastgpt.py", cwd=os.path.join(self.folder, name))
        self.assertIn(b"sample 20: ", done.stdout)

    def test_each_tool_is_one_file_that_runs_in_an_empty_place(self):
        self.build("a")
        self.put("my.py", "print(1)\n")
        self.put("input.txt", "ab\nba\n")
        for tool, arguments, words in some((
                ("qr", ("decode",), read("picogpt.py")),
                ("qr", ("encode", "hi", "-o", "hi.png"), b"version 1"),
                ("song", ("decode", "-o", "-"), read("golf", "payload.py")),
                ("punchcard", ("decode", "-o", "-"), read("attogpt.py")),
                ("punchcard", ("encode", "my.py"), b"9 bytes of payload"),
                ("golf", ("search", "--seconds", "0.1"), b""),
                ("prime", ("prove", "--check"), b"certificate.primo: up to date"),
                ("prime", ("find", "my.py"), b"my.prime.py"),
                ("golf", ("pack", "my.py"), b"my.yocto.py"),
                ("fastgpt", (), b"sample 20: "))):
            with self.subTest(tool=tool, arguments=arguments):
                done = self.run_here(f"a/{tool}.pyz", *arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(words, done.stdout)
        self.put("small.py", test_compare_runs.SMALL)
        done = self.run_here("a/compare_runs.pyz", "small.py", "--reference", "small.py", "--quick")
        self.assertIn(b" valid so far", done.stdout, done.stderr)
        for tool in ("qr", "prime"):
            self.assert_fails(2, f"usage: {tool}.pyz ", f"a/{tool}.pyz", "no-such-command")

    def test_the_same_bytes_at_another_time_and_from_another_clone(self):
        names = self.build("a")
        clone = os.path.join(self.folder, "clone")
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns(
            "__pycache__", "run_results", "release"))
        for file_name in ("README.md", "common/command.py"):
            os.utime(os.path.join(clone, file_name), (time.time() - 5, time.time() - 5))
            os.chmod(os.path.join(clone, file_name), 0o600)
        self.assert_succeeds(os.path.join(clone, "page", "build_release.py"))
        for each in names:
            self.assertEqual(self.get("a/" + each), self.get("clone/release/" + each), each)

    def test_without_git_it_says_so(self):
        os.mkdir(os.path.join(self.folder, "page"))
        shutil.copytree(path("common"), os.path.join(self.folder, "common"))
        self.put("page/build_release.py", read("page", "build_release.py"))
        self.assert_fails(1, "CHANGELOG.md: No such file", "page/build_release.py")
        self.put("CHANGELOG.md", "# Changes\n")
        self.assert_fails(1, "no heading as", "page/build_release.py")
        self.put("CHANGELOG.md", "# Changes\n\n## 1.2.3, 2026-01-01\n")
        self.assert_fails(1, "git does not list", "page/build_release.py")

    def test_the_version_stands_in_one_place(self):
        number = re.search(r"^## ([\d.]+), ", read("CHANGELOG.md").decode(), re.M)[1]
        for name in ("README.md", "Makefile", "fastgpt.py", "page/build_release.py"):
            text = read(*name.split("/")).decode().replace("`## 1.0.0, 2026-11-27`", "")
            self.assertNotIn(number, text, name)


if __name__ == "__main__":
    unittest.main()
