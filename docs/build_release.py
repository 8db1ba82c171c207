#!/usr/bin/env python3
"""Build a release: the repository's files as a ZIP and a tar, and SHA-256 sums of both.

    build_release.py             gpt-VERSION.zip, gpt-VERSION.tar and SHA256SUMS in ../release/
    build_release.py FOLDER      the same in FOLDER

The version is that of the first heading in CHANGELOG.md; the files are those that git tracks, as
they lie here. The same files give the same bytes on every machine: names are sorted, times are
those of 1980, and nothing is compressed, since zlib's bytes differ from build to build. Unpacked,
by `python3 -m zipfile -e gpt-VERSION.zip .` for instance, it is a folder that runs.
"""
import argparse
import hashlib
import importlib
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
# This is a tool of the repository, not a unit: it may use all of them.
sys.path.insert(0, os.path.join(ROOT, "qr"))
command = importlib.import_module("command")

EXECUTABLE = (".ci/run",)
EPOCH = (1980, 1, 1, 0, 0, 0)                    # the earliest time that a ZIP can tell
EPOCH_SECONDS = 315532800                        # the same in seconds of 1970


def version():
    """The version, from CHANGELOG.md: the only place where it stands."""
    with open(os.path.join(ROOT, "CHANGELOG.md"), encoding="utf-8") as file:
        match = re.search(r"^## (\d+\.\d+\.\d+), ", file.read(), re.M)
    if not match:
        raise command.UserError("CHANGELOG.md: no heading as `## 1.0.0, 2026-11-27`; write one")
    return match[1]


def tracked_files():
    """{name: bytes} of the files that git tracks, by name."""
    try:
        run = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    except OSError:
        run = None
    if run is None or run.returncode or not run.stdout:
        raise command.UserError("a release is made in a clone: git does not list its files here")
    files = {}
    for name in sorted(os.fsdecode(run.stdout).rstrip("\0").split("\0")):
        with open(os.path.join(ROOT, name), "rb") as file:
            files[name] = file.read()
    return files


def mode_of(name):
    """The permissions of a file in an archive."""
    return 0o755 if name in EXECUTABLE else 0o644


def to_zip(files, folder):
    """A ZIP of the files in a folder of this name, stored."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", EPOCH)
            entry.create_system = 3              # Unix, whatever this is: the permissions count
            entry.external_attr = (0o100000 | mode_of(name)) << 16
            archive.writestr(entry, data)
    return out.getvalue()


def to_tar(files, folder):
    """A tar of the files in a folder of this name, in the format of POSIX 1988."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mtime, entry.mode = len(data), EPOCH_SECONDS, mode_of(name)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", default=os.path.join(ROOT, "release"),
                        help="where the three files go (../release)")
    target = parser.parse_args().folder
    name, files = f"gpt-{version()}", tracked_files()
    archives = {name + ".zip": to_zip(files, name), name + ".tar": to_tar(files, name)}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {file_name}\n"
                   for file_name, data in archives.items())
    archives["SHA256SUMS"] = sums.encode()
    os.makedirs(target, exist_ok=True)
    outputs = [(os.path.join(target, file_name), data) for file_name, data in archives.items()]
    command.write_or_check(outputs, "the files in it", False)
    return 0


if __name__ == "__main__":
    command.run(main)
