"""What the test files share: where things are, running scripts, and skipping only where that is allowed."""
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CANONICAL = os.path.join(os.path.dirname(ROOT), "shared", "canonical")
sys.path.insert(0, ROOT)
import compare_runs  # noqa: E402

CHAIN = ("microgpt.py",) + compare_runs.CHAIN

_POOL = ThreadPoolExecutor(os.cpu_count() or 1)


def path(*names):
    """A file of the repository."""
    return os.path.join(ROOT, *names)


def read(*names):
    """Its bytes."""
    with open(path(*names), "rb") as file:
        return file.read()


def need(present, what):
    """Skip the case where a tool or a file is missing; where CI=true that is a failure."""
    if not present:
        if os.environ.get("CI") == "true":
            raise AssertionError("CI must have " + what)
        raise unittest.SkipTest("needs " + what)


def judge(module):
    """A Python that has a module from PyPI to judge by: $JUDGES, or this one. The case is skipped where neither has."""
    for python in (os.environ.get("JUDGES"), sys.executable):
        if python and not subprocess.run([python, "-c", "import " + module], stderr=subprocess.DEVNULL).returncode:
            return python
    return need(False, "%s (from PyPI) in $JUDGES" % module)


def canonical(name):
    """The bytes of a file of the canonical set, which the repository does not ship."""
    file_name = os.path.join(CANONICAL, name)
    need(os.path.isfile(file_name), "../shared/canonical/" + name)
    with open(file_name, "rb") as file:
        return file.read()


def environment():
    """The tests' environment without Python's own switches, and with UTF-8 everywhere."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return dict(clean, PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1")


def command(*arguments, cwd=None, timeout=300, python=sys.executable, **options):
    """Run a Python script with arguments and return the CompletedProcess, output captured as bytes."""
    return subprocess.run([python, *arguments], cwd=cwd, timeout=timeout, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment(), **dict({"stdin": subprocess.DEVNULL}, **options))


def run_log(script, data, lines=None, python=sys.executable):
    """What a script of the chain prints, alone in a folder with `data` as its input.txt.

    With `lines`, it is stopped after so many. -> (stdout without \\r, stderr)"""
    folder = tempfile.mkdtemp()
    try:
        shutil.copy(path(script), folder)
        with open(os.path.join(folder, "input.txt"), "wb") as file:
            file.write(data)
        with open(os.path.join(folder, "stderr"), "w+b") as errors:
            process = subprocess.Popen([python, "-u", script], cwd=folder, env=environment(),
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
            out = b"".join(process.stdout if lines is None else [process.stdout.readline() for _ in range(lines)])
            if lines is not None:
                process.kill()
            process.wait()
            process.stdout.close()
            errors.seek(0)
            return out.replace(b"\r\n", b"\n"), errors.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@functools.lru_cache(maxsize=None)
def _log_of(script, data, lines):
    return _POOL.submit(run_log, script, data, lines)


def log_of(script, data, lines=None):
    """run_log in the background, side by side with others on the cores there are: a Future, the same for each call."""
    return _log_of(script, data, lines)


class InFolder(unittest.TestCase):
    """Cases that have a folder of their own, self.folder, which goes when they end."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = place.name

    def put(self, name, data):
        """Write bytes to a file in the folder -> its name."""
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data)
        return name
