#!/usr/bin/env python3
"""Build a release: the repository as a ZIP and a tar, each tool as one file, SHA-256 sums of all.

    build_release.py             gpt-VERSION.zip, gpt-VERSION.tar, qr.pyz, punchcard.pyz, song.pyz,
                                 prime.pyz, golf.pyz, fastgpt.pyz, compare_runs.pyz and SHA256SUMS
                                 in ../release/
    build_release.py FOLDER      the same in FOLDER

`python3 qr.pyz decode photo.jpg` runs a tool that needs nothing beside it. The version is that of
the first heading in CHANGELOG.md; the files are those that git tracks, as they lie here. The same
files give the same bytes on every machine: names are sorted, times are those of 1980, and nothing
is compressed, since zlib's bytes differ from build to build. Unpacked, by `python3 -m zipfile -e
gpt-VERSION.zip .` for instance, the ZIP is a folder that runs.
"""
import argparse
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import zipfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common import command

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
EXECUTABLE = (".ci/run",)
# Of each tool: what its file holds (folders end in /), and the function that runs it.
TOOLS = {
    "qr": (("common/", "qr/"), "qr.__main__:main"),
    "punchcard": (("common/", "punchcard/"), "punchcard.__main__:main"),
    "song": (("common/", "song/"), "song.__main__:main"),
    "prime": (("common/", "golf/", "prime/", "find_prime.py"), "prime.__main__:main"),
    "golf": (("common/", "golf/"), "golf.__main__:main"),
    "fastgpt": (("native/", "fastgpt.py"), "fastgpt:run"),
    "compare_runs": (("common/", "referee/", "compare_runs.py", "microgpt.py", "input.txt"),
                     "compare_runs:run")}
SHEBANG = b"#!/usr/bin/env python3\n"
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
    return 0o755 if name.endswith(EXECUTABLE) else 0o644


def to_zip(files, prefix=b""):
    """A ZIP of {name: bytes}, stored, after some bytes that a reader of ZIPs passes over."""
    out = io.BytesIO()
    out.write(prefix)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3              # Unix, whatever this is: the permissions count
            entry.external_attr = (0o100000 | mode_of(name)) << 16
            archive.writestr(entry, data)
    return out.getvalue()


def to_pyz(files, parts, entry_point):
    """A tool as a file that Python runs (zipapp's format). parts, entry_point: as in TOOLS."""
    module, function = entry_point.split(":")
    start = f"from {module} import {function}\n\nif __name__ == '__main__':\n    {function}()\n"
    held = {name: data for name, data in files.items()
            if name in parts or name.split("/")[0] + "/" in parts}
    return to_zip({**held, "__main__.py": start.encode()}, SHEBANG)


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
                        help="where the files go (../release)")
    target = parser.parse_args().folder
    name, files = f"gpt-{version()}", tracked_files()
    archives = {
        name + ".zip": to_zip({f"{name}/{each}": data for each, data in files.items()}),
        name + ".tar": to_tar(files, name),
        **{f"{tool}.pyz": to_pyz(files, *parts) for tool, parts in TOOLS.items()}}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {file_name}\n"
                   for file_name, data in archives.items())
    archives["SHA256SUMS"] = sums.encode()
    os.makedirs(target, exist_ok=True)
    outputs = [(os.path.join(target, file_name), data) for file_name, data in archives.items()]
    command.write_or_check(outputs, "the files in it", False)
    return 0


if __name__ == "__main__":
    command.run(main)
