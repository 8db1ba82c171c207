"""What every command shares: files written whole or not at all, and errors told in one line."""
import argparse
import contextlib
import importlib
import io
import os
import re
import signal
import sys
import tempfile
import time

PROGRESS_SECONDS = 20          # between two lines of progress where stderr is no terminal


class UserError(Exception):
    """Something that the user can put right. The message is the whole line but for the command."""


@contextlib.contextmanager
def error_context(path, *kinds):
    """A block in which errors of these kinds become a UserError: `path: what is wrong`."""
    try:
        yield
    except kinds as error:
        raise UserError(f"{path}: {error}") from None


# ---- Arguments ------------------------------------------------------------------------------
def whole_number(low, high):
    """An argparse type: a whole number from `low` to `high`."""
    def parse(text):
        if not re.fullmatch("[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {low} to {high}")
        return int(text)
    return parse


# ---- Input and output -----------------------------------------------------------------------
def read_own(path):
    """The bytes of one of the project's own files, in a folder or inside a .pyz."""
    loader = __spec__.loader
    if hasattr(loader, "archive"):                   # whose path is relative before Python 3.9
        path = os.path.relpath(path, os.path.realpath(loader.archive))
    return loader.get_data(path)


def file_bytes(source):
    """Bytes as they are; a path (str or os.PathLike) as the bytes of that file."""
    if isinstance(source, (bytes, bytearray)):
        return bytes(source)
    with open(source, "rb") as file:
        return file.read()


def read_input(path, limit, own=None):
    """The bytes of a file, `-` for standard input. UserError if there are more than `limit`.

    own: the path of the project's own file, which may be inside a .pyz.
    """
    if path == own:
        return read_own(path)
    if path == "-":
        if sys.stdin is None:
            raise UserError("standard input is closed; name a file")
        data = sys.stdin.buffer.read(limit + 1)
    else:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise UserError(f"{path}: is larger than {limit} bytes; give a smaller file")
    return data


def write_stdout(data):
    """Bytes to standard output."""
    if sys.stdout is None:
        raise UserError("standard output is closed")
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


@contextlib.contextmanager
def atomic_write(path):
    """A binary file to write to, which takes its place only if the block ends without an error.

    Otherwise what was there stays. A symbolic link stays, and the file that it leads to changes;
    a device is written to, not replaced.
    """
    target = os.path.realpath(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:           # a directory fails here
                yield file
            return
        handle, part = tempfile.mkstemp(dir=os.path.dirname(target),
                                        prefix=os.path.basename(target) + ".")
        try:
            with open(handle, "wb") as file:
                yield file
            mode = os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o644
            os.chmod(part, mode)
            os.replace(part, target)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        if error.filename and not str(error.filename).startswith(target + "."):
            raise                                    # about another file
        raise OSError(error.errno, error.strerror, path) from None


def existing_bytes(path, limit=None):
    """The bytes of a regular file, at most `limit`; None where there is none."""
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        return file.read(limit)


def open_input(path, own):
    """A binary file to read from. own: the path of the project's file, perhaps inside a .pyz."""
    return io.BytesIO(read_own(own)) if path == own else open(path, "rb")


def is_same_file(path, other):
    """Do two paths lead to one file? False where one of them leads to none."""
    if path == other:
        return True
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)


def would_overwrite(targets, source):
    """Is one of these paths the file that is the source?"""
    return os.path.exists(source) and any(is_same_file(path, source) for path in targets)


def write_or_check(outputs, source, check):
    """Write outputs, a list of (path, bytes), all or none; with `check` only compare them.

    Prints a line for each. Returns how many of the compared files differ or are missing.
    """
    if not check:
        with contextlib.ExitStack() as stack:
            opened = []
            for path, data in outputs:
                opened.append(stack.enter_context(atomic_write(path)))
                opened[-1].write(data)
            for file in opened:      # a full disk must show before the first file takes its place
                file.flush()
        for path, data in outputs:
            print(f"{os.path.basename(path)}: {len(data)} bytes")
        return 0
    stale = 0
    for path, data in outputs:
        existing = existing_bytes(path)
        if existing == data:
            verdict = "up to date"
        else:
            stale += 1
            problem = "is missing" if existing is None else \
                f"does not match {os.path.basename(source)}"
            verdict = f"{problem}; run {program_name()}"
        print(f"{os.path.basename(path)}: {verdict}")
    return stale


def write_if_safe(path, data, force):
    """Write decoded bytes, but over a file that differs only with `force`.

    Returns True if exactly these bytes were there already.
    """
    existing = existing_bytes(path, len(data) + 1)
    if existing is not None and existing != data and not force:
        raise UserError(f"{path} exists and differs; give --force, or another -o")
    if existing != data:
        with atomic_write(path) as file:
            file.write(data)
    return existing == data


def show_progress(text, last=False):
    """Put a line of progress over the one before, on a terminal; elsewhere a line now and then."""
    if sys.stderr is None:
        return
    if sys.stderr.isatty():
        print(f"\r{program_name()}: {text}\x1b[K", end="\n" if last else "",
              file=sys.stderr, flush=True)
    elif time.monotonic() - show_progress.last > PROGRESS_SECONDS:
        show_progress.last = time.monotonic()
        print(f"{program_name()}: {text}", file=sys.stderr, flush=True)


show_progress.last = time.monotonic()


# ---- Running a command ----------------------------------------------------------------------
def interrupt_once(*_):
    """What Ctrl-C does: raise KeyboardInterrupt, once; pressing it again changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def run(main):
    """Run a command: main() returns its exit status; an error is one line on stderr and status 1.

    Ctrl-C is status 130. Nothing that a user can cause ends in a traceback.
    """
    signal.signal(signal.SIGINT, interrupt_once)
    show_progress.last = time.monotonic()
    if sys.stderr is None:                           # it is closed: nobody wants to know
        sys.stderr = open(os.devnull, "w")
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="backslashreplace")    # for a terminal without the characters
    try:
        status = main()
        signal.signal(signal.SIGINT, signal.SIG_IGN)     # done: too late to stop it
        if sys.stdout is not None:
            sys.stdout.flush()
        sys.exit(status)
    except KeyboardInterrupt:
        sys.exit(130)
    except UserError as error:
        message = str(error)
    except MemoryError:
        message = "out of memory; try it with something smaller"
    except OSError as error:
        message = f"{error.filename or 'standard output'}: {error.strerror or error}"
        if not error.filename and sys.stdout is not None:
            with contextlib.suppress(OSError):       # or the interpreter would flush it once more
                sys.stdout.close()
            sys.stdout = None
    sys.exit(f"{program_name()}: {message}")


def program_name():
    """The name that the command was called by."""
    return os.path.basename(sys.argv[0])


def run_command(package, modules):
    """`python3 -m qr decode PHOTO`: run the command that the first argument names.

    modules: {word: name of a module with a `main`}.
    """
    def main():
        words = " or ".join(modules)
        usage = f"usage: {program_name()} {words} ...; add --help to see the rest"
        if sys.argv[1:2] in (["-h"], ["--help"]):
            print(usage)
            return 0
        if sys.argv[1:2] == [] or sys.argv[1] not in modules:
            print(usage, file=sys.stderr)
            return 2
        word = sys.argv.pop(1)
        sys.argv[0] = f"{program_name()} {word}"
        return importlib.import_module(modules[word]).main()

    if program_name() == "__main__.py":                  # python3 -m qr
        sys.argv[0] = package
    run(main)
