"""What every command here shares: files written whole or not at all, and errors told in one line.

The same text stands in golf/, prime/, punchcard/, qr/ and song/, so that each folder works alone.
"""
import contextlib
import os
import signal
import sys
import tempfile


class UserError(Exception):
    """Something that the user can put right. The message is the whole line but for the command."""


@contextlib.contextmanager
def error_context(path, *kinds):
    """A block in which errors of these kinds become a UserError: `path: what is wrong`."""
    try:
        yield
    except kinds as error:
        raise UserError(f"{path}: {error}") from None


# ---- Input and output -----------------------------------------------------------------------
def read_input(path, limit):
    """The bytes of a file, `-` for standard input. UserError if there are more than `limit`."""
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


def would_overwrite(targets, source):
    """Is one of these paths the file that is the source?"""
    return os.path.exists(source) and any(
        os.path.exists(path) and os.path.samefile(path, source) for path in targets)


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
            verdict = f"{problem}; run {os.path.basename(sys.argv[0])}"
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
    """Put a line of progress over the one before, on a terminal; elsewhere nothing."""
    if sys.stderr is not None and sys.stderr.isatty():
        print(f"\r{os.path.basename(sys.argv[0])}: {text}\x1b[K", end="\n" if last else "",
              file=sys.stderr, flush=True)


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
    sys.exit(f"{os.path.basename(sys.argv[0])}: {message}")
