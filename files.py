"""What all commands here share: files that are written whole or not at all, and errors told in one line."""
import contextlib
import os
import signal
import sys
import tempfile


class Trouble(Exception):
    """Something that the user can mend; the message is the whole line, but for the command's name."""


@contextlib.contextmanager
def about(path, *kinds):
    """A block in which errors of these kinds become Trouble with a file: `path: what is wrong`."""
    try:
        yield
    except kinds as error:
        raise Trouble("%s: %s" % (path, error)) from None


def read(path, limit):
    """The bytes of a file, - for standard input. Trouble if it has more than `limit`."""
    if path == "-":
        if sys.stdin is None:
            raise Trouble("standard input is closed")
        data = sys.stdin.buffer.read(limit + 1)
    else:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    if len(data) > limit:
        raise Trouble("%s: is larger than %d bytes; give a smaller file" % (path, limit))
    return data


def show(data):
    """Bytes to standard output."""
    if sys.stdout is None:
        raise Trouble("standard output is closed")
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


@contextlib.contextmanager
def whole(path):
    """A file to write to, which takes its place when the block ends well; else what stood there before stays.

    A link stays, what it leads to changes; a device is written to, not replaced."""
    target = os.path.realpath(path)
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:               # a directory fails here
                yield file
            return
        handle, part = tempfile.mkstemp(dir=os.path.dirname(target), prefix=os.path.basename(target) + ".")
        try:
            with open(handle, "wb") as file:
                yield file
            os.chmod(part, os.stat(target).st_mode & 0o777 if os.path.exists(target) else 0o644)
            os.replace(part, target)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        if error.filename and not str(error.filename).startswith(target + "."):
            raise                                        # about another file
        raise OSError(error.errno, error.strerror, path) from None


def write_whole(path, data):
    """Write a file so that it is there whole or not at all."""
    with whole(path) as file:
        file.write(data)


def overwrites(targets, source):
    """Is one of these paths the file that is the source?"""
    return os.path.exists(source) and any(os.path.exists(path) and os.path.samefile(path, source) for path in targets)


def settle(made, source, check):
    """[(path, bytes)] made from a source: all written, or none; with `check` only compared. -> how many differ.

    It says which, a line each."""
    stale, opened = 0, []
    with contextlib.ExitStack() as stack:
        for path, data in made:
            if check:
                there = None
                if os.path.exists(path):
                    with open(path, "rb") as file:
                        there = file.read()
                stale += there != data
                print("%s: %s" % (os.path.basename(path), "up to date" if there == data else "%s; run %s" % (
                    "is missing" if there is None else "does not match %s" % os.path.basename(source),
                    os.path.basename(sys.argv[0]))))
            else:
                opened.append(stack.enter_context(whole(path)))
                opened[-1].write(data)
        for file in opened:                          # a full disk must show before the first of them takes its place
            file.flush()
    for path, data in () if check else made:
        print("%s: %d bytes" % (os.path.basename(path), len(data)))
    return stale


def keep(path, data, force):
    """Write what was decoded, but never over a file that differs, unless forced. -> was it there already?"""
    there = None
    if os.path.isfile(path):
        with open(path, "rb") as file:
            there = file.read(len(data) + 1)
    if there not in (None, data) and not force:
        raise Trouble("%s is there already and differs; give --force, or another -o" % path)
    if there != data:
        write_whole(path, data)
    return there == data


def leave(*_):
    """What Ctrl-C does: it raises KeyboardInterrupt, once; whoever presses it again changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def run(main):
    """Run a command: its errors as one line on stderr and exit status 1, Ctrl-C as 130; else what main() returns."""
    signal.signal(signal.SIGINT, leave)
    if sys.stderr is None:                           # it is closed: then nobody wants to know
        sys.stderr = open(os.devnull, "w")
    for stream in filter(None, (sys.stdout, sys.stderr)):        # a name that it cannot encode is no reason to fail
        stream.reconfigure(errors="backslashreplace")
    try:
        status = main()
        signal.signal(signal.SIGINT, signal.SIG_IGN)     # done: too late to stop it
        if sys.stdout is not None:
            sys.stdout.flush()
        sys.exit(status)
    except KeyboardInterrupt:
        sys.exit(130)
    except Trouble as error:
        told = str(error)
    except MemoryError:
        told = "there is not enough memory; try it with something smaller"
    except OSError as error:
        told = "%s: %s" % (error.filename or "standard output", error.strerror or error)
        if not error.filename and sys.stdout is not None:
            with contextlib.suppress(OSError):           # or the interpreter would fail to flush it once more
                sys.stdout.close()
            sys.stdout = None
    sys.exit("%s: %s" % (os.path.basename(sys.argv[0]), told))
