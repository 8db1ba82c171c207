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

from common import ROOT, InFolder, need, path, read, run_python

BUILD = path("docs", "build_release.py")


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
        name = names[1][:-len(".tar")]
        self.assertEqual(names, ["SHA256SUMS", name + ".tar", name + ".zip"])
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

    def test_the_same_bytes_at_another_time_and_from_another_clone(self):
        names = self.build("a")
        clone = os.path.join(self.folder, "clone")
        shutil.copytree(ROOT, clone, ignore=shutil.ignore_patterns("__pycache__", "run_results"))
        for file_name in ("README.md", "qr/command.py"):
            os.utime(os.path.join(clone, file_name), (time.time() - 5, time.time() - 5))
            os.chmod(os.path.join(clone, file_name), 0o600)
        self.assert_succeeds(os.path.join(clone, "docs", "build_release.py"))
        for each in names:
            self.assertEqual(self.get("a/" + each), self.get("clone/release/" + each), each)

    def test_without_git_it_says_so(self):
        os.mkdir(os.path.join(self.folder, "docs"))
        os.mkdir(os.path.join(self.folder, "qr"))
        self.put("docs/build_release.py", read("docs", "build_release.py"))
        self.put("qr/command.py", read("qr", "command.py"))
        self.assert_fails(1, "CHANGELOG.md: No such file", "docs/build_release.py")
        self.put("CHANGELOG.md", "# Changes\n")
        self.assert_fails(1, "no heading as", "docs/build_release.py")
        self.put("CHANGELOG.md", "# Changes\n\n## 1.2.3, 2026-01-01\n")
        self.assert_fails(1, "git does not list", "docs/build_release.py")

    def test_the_version_stands_in_one_place(self):
        number = re.search(r"^## ([\d.]+), ", read("CHANGELOG.md").decode(), re.M)[1]
        for name in ("README.md", "Makefile", "fastgpt.py", "docs/build_release.py"):
            text = read(*name.split("/")).decode().replace("`## 1.0.0, 2026-11-27`", "")
            self.assertNotIn(number, text, name)


if __name__ == "__main__":
    unittest.main()
