"""What the test files share: where things are, running scripts, skipping only where allowed.

Importing it puts the project's folder on the path, for this process only.
"""
import functools
import importlib.util
import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common import chain, command
from qr import encoding
from qr.images import read_image
from qr.photo import find_symbols

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
CANONICAL = os.path.join(os.path.dirname(ROOT), "shared", "canonical")
FOLDERS = ("golf", "native", "prime", "punchcard", "qr", "referee", "song")      # packages
CHAIN = tuple(chain.CHAIN)


# ---- Files ----------------------------------------------------------------------------------
def path(*names):
    """The path of a file of the repository."""
    return os.path.join(ROOT, *names)


def read(*names):
    """The bytes of a file of the repository."""
    with open(path(*names), "rb") as file:
        return file.read()


@functools.lru_cache(maxsize=None)
def tracked_files():
    """The names of the files that git tracks, with /."""
    need(shutil.which("git") and os.path.exists(path(".git")), "a clone, and git")
    out = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE,
                         check=True).stdout
    return os.fsdecode(out).rstrip("\0").split("\0")


def canonical(name):
    """The bytes of a file of the canonical set, which the repository does not ship."""
    file_name = os.path.join(CANONICAL, name)
    need(os.path.isfile(file_name), "../shared/canonical/" + name)
    with open(file_name, "rb") as file:
        return file.read()


# ---- Skipping -------------------------------------------------------------------------------
def need(present, what):
    """Skip the case where a tool or a file is missing; where CI=true that is a failure."""
    if not present:
        if os.environ.get("CI") == "true":
            raise AssertionError("CI must have " + what)
        raise unittest.SkipTest("needs " + what)


def judge(modules):
    """A Python that has these modules from PyPI: $JUDGES or this one; else the case is skipped."""
    for python in filter(None, (os.environ.get("JUDGES"), sys.executable)):
        probe = [python, "-c", "import " + modules]
        if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return need(False, f"{modules} (from PyPI) in $JUDGES")


def share(count):
    """A third of a number of points; all of them where CI=true."""
    return count if os.environ.get("CI") == "true" else max(1, count // 3)


def some(items):
    """A third of the items, the first among them; all of them where CI=true."""
    items = list(items)
    return items if os.environ.get("CI") == "true" else items[::3]


# ---- Symbols --------------------------------------------------------------------------------
def matrix_of(data, level=None, version=None, mask=None, split=encoding.split_segments):
    """The matrix of a QR code symbol; what is None is chosen."""
    return encoding.encode(data, version, level, mask, split).matrix


def read_symbol(picture):
    """(payload, version, level) of the first QR code symbol that is found in a picture."""
    symbol = find_symbols(read_image(picture))[0]
    return symbol.payload, symbol.version, symbol.level


# ---- Running scripts ------------------------------------------------------------------------
def environment():
    """The tests' environment without Python's own switches, and with UTF-8 everywhere."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return dict(clean, PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1")


@functools.lru_cache(maxsize=None)
def load_command(script):
    """The module of a command of ours, given by its path; None for any other file.

    It is loaded from its file: golf.pack is a function, golf/pack.py a command.
    """
    name = os.path.relpath(script, ROOT) if os.path.isabs(script) else ".."
    if name.startswith("..") or not name.endswith(".py") or b"\n    run(main)" not in read(name):
        return None
    spec = importlib.util.spec_from_file_location("command " + name, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def invoke(script, *argv, cwd=None):
    """Run a command in this process, with its own arguments, streams and folder.

    script: the path of one that ends in `run(main)`. -> CompletedProcess, as of run_python.
    """
    main = load_command(script).main
    kept = sys.argv, sys.stdin, sys.stdout, sys.stderr, os.getcwd()
    handler = signal.getsignal(signal.SIGINT)
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(3)]
    try:
        sys.argv = [script, *argv]
        sys.stdin, sys.stdout, sys.stderr = streams
        os.chdir(cwd or ".")
        command.run(main)
    except SystemExit as ending:
        code = ending.code
        if isinstance(code, str):
            print(code, file=streams[2])
            code = 1
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr, folder = kept
        os.chdir(folder)
        signal.signal(signal.SIGINT, handler)
    for stream in streams[1:]:
        stream.flush()
    out, errors = (stream.buffer.getvalue() for stream in streams[1:])
    return subprocess.CompletedProcess([script, *argv], code or 0, out, errors)


def run_python(*arguments, cwd=None, timeout=300, python=sys.executable, **options):
    """Run a script with arguments -> CompletedProcess, stdout and stderr captured as bytes.

    A command of ours that needs no process of its own is run in this one.
    """
    if python == sys.executable and not options and load_command(arguments[0]):
        return invoke(*arguments, cwd=cwd)
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("env", environment())
    return subprocess.run([python, *arguments], cwd=cwd, timeout=timeout, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, **options)


def run_log(script, data, lines=None, python=sys.executable):
    """What a script of the chain prints, alone in a folder with `data` as its input.txt.

    With `lines`, it is stopped after so many. -> (stdout without \\r, stderr)
    """
    folder = tempfile.mkdtemp()
    try:
        shutil.copy(path(script), folder)
        with open(os.path.join(folder, "input.txt"), "wb") as file:
            file.write(data)
        with open(os.path.join(folder, "stderr"), "w+b") as errors:
            process = subprocess.Popen(
                [python, "-u", script], cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=errors)
            if lines is None:
                out = process.stdout.read()
            else:
                out = b"".join(process.stdout.readline() for _ in range(lines))
                process.kill()
            process.wait()
            process.stdout.close()
            errors.seek(0)
            return out.replace(b"\r\n", b"\n"), errors.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class InFolder(unittest.TestCase):
    """Cases that have a folder of their own, self.folder, which goes when they end."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = temporary.name

    def put(self, name, data):
        """Write bytes, or text as UTF-8, to a file in the folder -> its name."""
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        return name

    def get(self, name):
        """The bytes of a file in the folder."""
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def run_here(self, *arguments, **options):
        """run_python in the folder."""
        return run_python(*arguments, cwd=self.folder, **options)

    def snapshot(self):
        """{name: (size, time of change)} of everything in the folder."""
        names = [os.path.join(folder, name) for folder, folders, files in os.walk(self.folder)
                 for name in folders + files]
        return {name: (os.lstat(name).st_size, os.lstat(name).st_mtime_ns)
                for name in names if not os.path.isdir(name)}

    def assert_fails(self, code, words, *arguments, **options):
        """A command fails with this code and these words, in one line, and changes no file.

        Code 2 may print a usage first. Nothing goes to standard output.
        """
        before = self.snapshot()
        done = self.run_here(*arguments, **options)
        message = done.stderr.decode("utf-8", "replace")
        self.assertEqual(done.returncode, code, (arguments, message))
        self.assertIn(words, message, arguments)
        self.assertNotIn("Traceback", message, arguments)
        self.assertEqual(done.stdout, b"", arguments)
        if code == 1:
            self.assertEqual(message.count("\n"), 1, message)
        self.assertEqual(self.snapshot(), before, arguments)

    def assert_succeeds(self, *arguments, **options):
        """A command succeeds without a word on standard error -> CompletedProcess."""
        done = self.run_here(*arguments, **options)
        self.assertEqual((done.returncode, done.stderr), (0, b""), arguments)
        return done
