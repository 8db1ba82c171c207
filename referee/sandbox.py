"""The process that an entry runs in: python -I -S -B sandbox.py FOLDER SCRIPT REPORT.

Where there is fork, the parent supervises and the child runs the entry, under an audit hook that
refuses what the rules do not allow and reports what decides the entry's class. Standard input
begins with what the hook must know: lengths in eight digits, and bytes: first its secret number,
then what stands in the script.

This file runs twice: as __main__, whose namespace becomes the entry's, it executes its own text in
a namespace of its own; there `launch` executes it once more, with builtins of its own, for the
hook. So nothing of it is within the entry's reach.
"""


def launch(program):
    """Run one entry under the rules. program: the text of this file, as bytes."""
    import builtins
    import os
    import sys
    import time

    folder, name, report = sys.argv[1], sys.argv[2], int(sys.argv[3])
    nonce, *literals = read_parts(folder, name)
    if hasattr(os, "fork"):
        wait, ready = os.pipe()
        child = os.fork()
        if child:
            become_subreaper()
            start_time = time.perf_counter()
            os.write(ready, b".")
            supervise(child, start_time, report, folder, name)
        os.read(wait, 1)
        os.setsid()
        for descriptor in (report, wait, ready):
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
    limit_resources()
    path = os.path.join(folder, name)
    with open(path, "rb") as file:
        source = file.read()
    stdlib = [each for each in sys.path if os.path.isabs(each)]
    main = as_started_by_hand(folder, name, path)
    private = {"__builtins__": dict(vars(builtins)), "__name__": "rules"}
    exec(program, private)
    try:
        code = compile(source, main["__file__"], "exec", dont_inherit=True)
        sys.addaudithook(private.pop("make_hook")(folder, name, stdlib, nonce, literals))
        del private, program, nonce, literals
        exec(code, main)
    except SystemExit:
        raise
    except BaseException as error:
        error.__traceback__ = error.__traceback__.tb_next      # from the entry's own frame on
        sys.excepthook(type(error), error, error.__traceback__)
        sys.exit(1)


def remove_folder(folder, name):
    """Clear up what the referee, now gone, put there; it would have seen what else is left."""
    import os

    for remove, path in ((os.unlink, os.path.join(folder, "input.txt")),
                         (os.unlink, os.path.join(folder, name)), (os.rmdir, folder)):
        try:
            remove(path)
        except OSError:
            pass


def read_parts(folder, name):
    """What standard input begins with: a list of bytes. If it ends early, the folder goes."""
    import os

    def take(size):
        data = b""
        while len(data) < size:
            part = os.read(0, size - len(data))
            if not part:
                remove_folder(folder, name)
                os._exit(1)                # the referee is gone
            data += part
        return data

    return [take(int(take(8))) for _ in range(int(take(8)))]


def as_started_by_hand(folder, name, path):
    """Leave the interpreter as `python3 SCRIPT` would have it -> the namespace of __main__."""
    import _sitebuiltins
    import builtins
    import os
    import sys
    from importlib.machinery import SourceFileLoader

    builtins.exit = _sitebuiltins.Quitter("exit", "Ctrl-D (i.e. EOF)")
    builtins.quit = _sitebuiltins.Quitter("quit", "Ctrl-D (i.e. EOF)")
    builtins.help = _sitebuiltins._Helper()
    for word in ("copyright", "credits", "license"):
        setattr(builtins, word, _sitebuiltins._Printer(word, getattr(sys, "copyright", "")))
    # No audit event tells of these files and signals; the latter could run code in the hook.
    for module, words in (("posix", "mkfifo mknod chroot"), ("_thread", "interrupt_main"),
                          ("_signal", "alarm setitimer raise_signal pthread_kill")):
        for word in words.split():
            function = vars(sys.modules.get(module, os)).pop(word, None)
            vars(os).pop(word, None)
            for group in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
                group.discard(function)
    sys.argv[:] = [name]
    sys.orig_argv = [sys.executable, name]
    sys.path.insert(0, folder)
    sys.setrecursionlimit(sys.getrecursionlimit() + 3)     # the launcher's own depth
    for module in ("resource", "zlib"):
        sys.modules.pop(module, None)
    main = sys.modules["__main__"].__dict__
    for left in set(main) - {"__name__", "__package__", "__spec__", "__builtins__"}:
        del main[left]
    main["__doc__"], main["__annotations__"] = None, {}
    main["__loader__"] = SourceFileLoader("__main__", path)
    main["__file__"] = path if sys.version_info >= (3, 9) else name
    main["__cached__"] = None
    return main


def limit_resources():
    """No byte into any regular file, no core dump, 4 GiB of memory: where the system can."""
    try:
        import resource
    except ImportError:
        return
    for limit, most in (("FSIZE", 0), ("CORE", 0), ("AS", 4 << 30)):
        try:
            resource.setrlimit(getattr(resource, "RLIMIT_" + limit), (most, most))
        except (AttributeError, ValueError, OSError):
            pass


def become_subreaper():
    """Orphans among this process's descendants come to it, where the system can: Linux."""
    import os

    if os.getpid() != 1:                   # they come to the first of a PID namespace anyway
        try:
            import ctypes
            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)            # PR_SET_CHILD_SUBREAPER
        except (ImportError, OSError, AttributeError):
            pass


def supervise(child, start_time, report, folder, name):
    """Wait for the child, or for the end of standard input, end what is left, report; no return.

    The report: wait status or None, seconds, number of other processes.
    """
    import os
    import select
    import signal
    import time

    for descriptor in (1, 2):
        os.close(descriptor)
    wake, alarm = os.pipe()
    os.set_blocking(alarm, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(alarm)
    others, status, stopped = 0, None, False
    while status is None and not stopped:
        pid, ended = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            status = ended
        elif pid:
            others += 1
        else:
            ready = select.select([0, wake], [], [], 1)[0]
            stopped = 0 in ready
            if wake in ready:
                os.read(wake, 4096)
    seconds = time.perf_counter() - start_time
    others += end_descendants(child) - (status is None)
    if stopped:                            # perhaps because the referee is gone: leave nothing
        remove_folder(folder, name)
    try:
        os.write(report, f"{status} {seconds:.6f} {others}".encode())
    finally:
        os._exit(0)


def end_descendants(child):
    """Kill the child's group and all that descends from here -> the number of processes reaped."""
    import os
    import time

    reaped, deadline = 0, time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.killpg(child, 9)
        except OSError:
            pass
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                reaped += 1
                continue
        except ChildProcessError:
            break
        for pid in descendants():
            try:
                os.kill(pid, 9)
            except OSError:
                pass
        time.sleep(0.002)
    return reaped


def descendants():
    """The numbers of all processes that descend from this one, where /proc tells."""
    import os

    children = {}
    for number in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else ()):
        try:
            with open(f"/proc/{number}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(number))
    family = [os.getpid()]
    for pid in family:
        family += children.get(pid, [])
    return family[1:]


def make_hook(folder, name, stdlib, nonce, literals):
    """The audit hook: refuses what the rules do not allow, reports what decides a class.

    It uses the exact types of what it is given, so that none of the entry's own code runs in it;
    code that does all the same (a callback of the garbage collector's) cannot ask for a frame.
    """
    from _thread import get_ident
    from os import _exit as end

    harmless = frozenset((
        "object.__getattr__", "object.__setattr__", "object.__delattr__", "sys._getframe",
        "sys._getframemodulename", "sys.excepthook", "sys.unraisablehook", "builtins.id",
        "builtins.input", "builtins.input/result", "array.__new__", "function.__new__",
        "time.sleep", "marshal.dumps", "pickle.find_class", "os.walk", "glob.glob", "glob.glob/2",
        "pathlib.Path.glob", "pathlib.Path.rglob", "_thread.start_new_thread",
        "_thread.start_joinable_thread", "cpython._PySys_ClearAuditHooks",
        "cpython.PyInterpreterState_Clear"))
    refuse, remember = make_reporter(nonce)
    file_checks, is_stdlib, holds, reading = make_file_rules(folder, name, stdlib, refuse)
    code_checks, texts = make_code_rules(refuse, remember, is_stdlib, holds, literals)
    checks, busy = {**file_checks, **code_checks}, [None]

    def hook(event, facts):
        if event == "exec":
            return
        if event == "compile" and type(facts[0]) is bytes and facts[0] in texts:
            return                         # what a script evaluates over and over costs no time
        me = get_ident()
        if busy[0] == me:
            if event == "open" and facts[0] is reading[0]:
                return
            end(99)
        try:
            busy[0] = me
            if event in checks:
                checks[event](*facts)
            elif event not in harmless:
                refuse(event, facts[0] if facts else "")
            busy[0] = None
        except BaseException:
            end(99)
    return hook


def make_code_rules(refuse, remember, is_stdlib, holds, literals):
    """({event: check} of what is imported and run, the texts that were seen to be harmless).

    literals: what stands in the script, as bytes. A text of 32 bytes may also be computed, 256
    bytes in all.
    """
    import sys

    texts, short = set(), [0]

    def check_compile(source, path):
        if type(source) is str:
            source = source.encode("utf-8", "surrogatepass")
        if type(source) is not bytes:
            remember("what is not text")
            return
        if holds(path, source, 0) or is_namedtuple(source):
            return
        if not any(source.strip() in text for text in literals):
            short[0] += len(source)
            if len(source) > 32 or short[0] > 256:
                remember("a text that it has computed")
        if len(texts) < 4096:
            texts.add(source)

    def check_marshal(data, *_):
        if not holds(None, data, 16):
            remember("marshal")

    def remember_code(*_):
        remember("a code object made by hand")

    checks = {"import": make_import_rule(refuse, remember, is_stdlib), "compile": check_compile,
              "marshal.loads": check_marshal, "marshal.load": remember_code,
              "code.__new__": remember_code}
    if sys.version_info < (3, 9):
        checks["code.__new__"] = lambda *_: None           # there each import raises it
    return checks, texts


def is_namedtuple(source):
    """Is it what collections.namedtuple evaluates?"""
    for start, middle in ((b"lambda _cls, ", b": _tuple_new(_cls, ("),
                          (b"def __new__(_cls, ", b"): return _tuple_new(_cls, (")):
        names, _, rest = source.partition(middle)
        if source.startswith(start) and rest == names[len(start):] + b"))":
            return rest[:-2].replace(b", ", b"").replace(b"_", b"").strip(b",").isalnum()
    return False


def make_import_rule(refuse, remember, is_stdlib):
    """check(module, path of an extension or None, ...)."""
    banned = frozenset((
        "ctypes", "_ctypes", "_posixsubprocess", "_interpreters", "_xxsubinterpreters", "_testcapi",
        "_testinternalcapi", "_multiprocessing", "_posixshmem", "mmap", "_cffi_backend", "_signal",
        "readline", "_gdbm", "_dbm", "_sqlite3", "_curses", "_tkinter", "nis", "posix", "nt"))
    unpackers = frozenset(("zlib", "gzip", "bz2", "lzma", "zipfile", "tarfile", "_bz2", "_lzma",
                           "_zstd", "compression"))

    def check_import(module, path, *_):
        if type(module) is not str:
            refuse("import", "a module by what is not plainly its name")
        names = {module, module.rpartition(".")[2]}
        if type(path) is str:
            names.add(path.replace("\\", "/").rpartition("/")[2].partition(".")[0])
            if not is_stdlib(path):
                refuse("import", path)
        if names & banned:
            refuse("import", min(names & banned))
        if names & unpackers:
            remember(min(names & unpackers))

    return check_import


def make_reporter(nonce):
    """refuse(event, detail), which ends the entry, and remember(how it unpacks itself).

    Reports are lines on standard error with a number that the entry does not know.
    """
    from os import _exit, fstat, write

    def identity():
        """Which file standard error is."""
        facts = fstat(2)
        return facts.st_dev, facts.st_ino

    def tell(word, *details):
        """A line on standard error, if that is still what it was; short, so that it stays whole."""
        if identity() != pipe:
            _exit(99)
        line = b"\n\0" + nonce + b" " + word
        for detail in details:
            detail = detail if type(detail) is str else "something"
            line += b" " + detail[:200].encode("utf-8", "surrogatepass").hex().encode()
        if write(2, line + b"\n") != len(line) + 1:
            _exit(99)

    def refuse(event, detail=""):
        try:
            tell(b"refused", event, detail)
        finally:
            _exit(99)

    def remember(how):
        if how not in seen:
            seen.add(how)
            tell(b"unpacks", how)

    pipe, seen = identity(), set()
    return refuse, remember


def make_path_rules(stdlib):
    """(plain, is_stdlib): how paths are read."""
    from os import name as system
    from os import sep as separator

    prefixes = tuple(each + separator for each in stdlib)

    def plain(path):
        """A path as text with the system's separators; None if it is of no plain type."""
        if type(path) is bytes:
            path = path.decode("utf-8", "surrogateescape")
        if type(path) is not str:
            return None
        path = path.replace("/", separator) if system == "nt" else path
        while path.startswith("." + separator):
            path = path[2:].lstrip(separator)
        return path

    def is_stdlib(path):
        """Is it the absolute path of a file of the standard library?"""
        parts = path.split(separator)
        return path.startswith(prefixes) and not {"..", "site-packages", "dist-packages"} & {*parts}

    return plain, is_stdlib


def make_writing_rule():
    """is_writing(mode, flags): does a file that is opened so change?

    mode: as of open, or None; flags: as of os.open.
    """
    import os

    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def is_writing(mode, flags):
        if mode is None:
            return type(flags) is not int or flags & writing
        return type(mode) is not str or {*mode} & {*"wax+"}

    return is_writing


def make_file_rules(folder, name, stdlib, refuse):
    """({event: check} of files, is_stdlib, holds, [the path that holds is reading])."""
    import os
    from os import close, read
    from os import open as open_file
    from os import sep as separator

    own = frozenset(start + each for each in (name, "input.txt")
                    for start in ("", folder + separator))
    cache = folder + separator + "__pycache__" + separator
    listed = frozenset((folder, folder + separator, ".", "", *stdlib))
    last, reading = [""], [None]           # last: the file of the library that was opened last
    plain, is_stdlib = make_path_rules(stdlib)
    is_writing = make_writing_rule()

    def holds(path, content, start):
        """Has a file of the standard library (None: opened last) this content from an offset?"""
        path = last[0] if path is None else plain(path)
        if path is None or not is_stdlib(path) or type(content) is not bytes:
            return False
        reading[0] = path
        try:
            descriptor = open_file(path, os_read_only)
        except OSError:
            return False
        finally:
            reading[0] = None
        data = read(descriptor, 1 << 24)
        close(descriptor)
        return data[start:] == content

    def check_open(path, mode, flags):
        if type(path) is int:
            if path not in (0, 1, 2):
                refuse("open", "a descriptor")
            return
        path = plain(path)
        if path is None:
            refuse("open", "an object")
        if is_writing(mode, flags):
            refuse("write", path)
        if is_stdlib(path):
            last[0] = path
        elif not is_own(path):
            refuse("open", path)

    def is_own(path):
        """input.txt, the script, its cache; or <string>, where a SyntaxError looks for its line."""
        return (path in own or path.startswith(cache) and ".." not in path
                or path[:1] + path[-1:] == "<>" and separator not in path)

    def check_list(path):
        path = "." if path is None else plain(path)
        if path is None or path not in listed and not is_stdlib(path):
            refuse("os.listdir", path)

    os_read_only = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    checks = {"open": check_open, "os.listdir": check_list, "os.scandir": check_list}
    return checks, is_stdlib, holds, reading


if __name__ == "__main__":
    with open(__file__, "rb") as own_file:
        own_text = own_file.read()
    if __file__.endswith("sandbox of compare_runs.py"):      # a copy, from a .pyz
        __import__("os").unlink(__file__)
    sandbox = {"__name__": "sandbox"}
    exec(own_text, sandbox)
    sandbox["launch"](own_text)
