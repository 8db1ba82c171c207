#!/usr/bin/env python3
"""The referee: run GPT scripts under the rules and say which of them print the reference's log.

    compare_runs.py                       the chain of this folder
    compare_runs.py MY.py OTHER.py        your entries
    compare_runs.py --quick MY.py         a minute of data sets, without the whole run on input.txt
    compare_runs.py --input names.txt     the whole run on another file

An entry is valid when it exits with 0 and prints what microgpt.py prints, byte for byte: the whole
log of input.txt and of two small data sets, and the first steps of a dozen awkward ones. These are
drawn anew each time, from --seed. Every script is read once, before anything runs, and runs alone
in an empty folder with input.txt, under an audit hook that ends it when it reads another file,
writes, opens a socket or starts a process. That is a referee, not a prison: docs/competition.md.

The scoreboard goes to standard output, logs and differences to run_results/<time>/. Exit status:
0 when every entry is valid, 1 when one is not, 2 for misuse.
"""
import argparse
import ast
import concurrent.futures
import difflib
import inspect
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tokenize
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
CHAIN = ("picogpt.py", "femtogpt.py", "attogpt.py", "zeptogpt.py", "yoctogpt.py")
MAX_OUTPUT = 1 << 20               # bytes of either stream that are kept; the log has about 30,000
FULL = "input.txt"                 # the name of the whole run on the file that the user gives
HEAD = 3 + 10                      # lines compared on an awkward data set: counts and ten steps
SHORT_HEAD = 3 + 3                 # the same of a large one
STEP = re.compile(r"step +(\d+) / +(\d+) \| loss (\S+)$")
SAMPLE = re.compile(r"sample +\d+: (.*)$")

CLASSES = {"plain": "plain ASCII that unpacks nothing", "printable": "printable ASCII",
           "any": "any bytes", "characters": "fewest characters"}
RECORDS = {                        # class: (size, script, date, by whom, how); see CONTRIBUTING.md
    "plain": (1247, "femtogpt.py", "2026-11-26", "this project",
              "by hand; one function makes every vector"),
    "printable": (1003, "attogpt.py", "2026-11-26", "this project",
                  "raw deflate in base 85"),
    "any": (818, "zeptogpt.py", "2026-11-26", "this project",
            "raw deflate in a string of Latin-1"),
    "characters": (475, "yoctogpt.py", "2026-11-26", "this project",
                   "raw deflate in ideographs"),
}


class UserError(Exception):
    """Something that the user can put right. The message is the whole line but for the command."""


# ---- Data sets ------------------------------------------------------------------------------
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def draw_word(rng, low, high, letters=LETTERS):
    """A random word of low to high characters."""
    return "".join(rng.choice(letters) for _ in range(rng.randint(low, high)))


def draw_words(rng, count, low, high, letters=LETTERS):
    """A text of `count` random words, a line each."""
    return "".join(draw_word(rng, low, high, letters) + "\n" for _ in range(count))


def awkward_sets(seed):
    """Twelve legal and awkward data sets, drawn anew from each seed: {kind: bytes}."""
    rng = random.Random(seed)
    phrases = [f"{draw_word(rng, 1, 5)} {' ' * (i % 2)}{draw_word(rng, 1, 4)}" for i in range(9)]
    foreign = ["zo\u00eb", "\u0141ukasz", "\u674e\u5c0f\u9f8d",
               "h\u00e9 \U0001f469\u200d\U0001f680", "\u0645\u062d\u0645\u062f",
               "\u3000\u674e\u3000", "\u00df\u00a0\u00df", "A\u2028B", "A\x0bB", "\x85e\u0301\x1c"]
    foreign += [draw_word(rng, 1, 4, [chr(rng.randint(0x370, 0x4ff)) for _ in range(5)])]
    spread = "".join(chr(0x4e00 + i) + chr(33 + rng.randrange(90)) + "\n" for i in range(200))
    marks = ["100%", "'a'", '"b"', "{c}", "d\\n", "%s", "\\", "{", "a#b", "<c>"]
    sets = {
        "inner spaces": "\n".join(phrases) + "\n",
        "one character": draw_words(rng, rng.randint(4, 9), 1, 1),
        "one document": draw_word(rng, 1, 3),
        "longer than the context": draw_words(rng, 5, 17, 40),
        "exactly at the context": "".join(draw_word(rng, n, n) + "\n" for n in (17, 16, 15, 1)),
        "fewer than 20 documents": draw_words(rng, rng.randint(2, 8), 2, 6),
        "CRLF, blank and padded lines": "".join(
            rng.choice(("", "  ")) + draw_word(rng, 2, 6) + end
            for end in ("\r\n\r\n", " \t\r\n", "\r\n", "\n   \n", "\t\r\n\r\n", "  \r\n")),
        "old Mac line ends": draw_words(rng, 4, 2, 6).replace("\n", "\r"),
        "any Unicode": "\ufeff" + "\n".join(rng.sample(foreign, len(foreign))) + "\n",
        "no final newline": draw_words(rng, 3, 2, 6)[:-1],
        "quotes and percents": "\n".join(rng.sample(marks, len(marks))) + "\n",
        "hundreds of characters": spread}
    return {kind: text.encode() for kind, text in sets.items()}


def whole_sets(seed):
    """Two small data sets for whole runs, drawn anew from each seed: {kind: bytes}.

    The names of the first are short, but for one in five, so that some samples have 16 characters,
    spaces, quotes and backslashes among them. The other is learned by heart, until the loss is
    0.0000.
    """
    rng = random.Random(seed)
    opening, *short = rng.sample(LETTERS + "\u00e9\u6c34", 14) + ["\U0001f469"]
    inner = [" ", rng.choice("'\""), "\\", rng.choice(LETTERS)]
    mixed = [opening + draw_word(rng, 17, 20, inner) if i % 5 == 0 else short[i % 14]
             for i in range(1000)]
    return {"short names and very long ones": "\n".join(mixed).encode(),
            "one document, to the end": draw_word(rng, 1, 2).encode()}


# ---- In the entry's process: these functions' text is what `python -c` is given ----------------
def launch(rules):
    """Run one entry under the rules: python -I -S -c ... FOLDER SCRIPT REPORT.

    Standard input begins with what the hook must know: lengths in eight digits, and bytes: first
    its secret number, then what stands in the script. Where there is fork, the parent supervises
    and the child runs the entry. `rules` is the source of make_hook and what it needs, which gets a
    namespace and builtins of its own, out of the entry's reach.
    """
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
            begun = time.perf_counter()
            os.write(ready, b".")
            supervise(child, begun, report, folder, name)
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
    private = {"__builtins__": dict(vars(builtins))}
    exec(rules, private)
    try:
        code = compile(source, main["__file__"], "exec", dont_inherit=True)
        sys.addaudithook(private.pop("make_hook")(folder, name, stdlib, nonce, literals))
        del private, rules, nonce, literals
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
    sys.setrecursionlimit(sys.getrecursionlimit() + 4)     # the launcher's own depth
    for module in ("resource", "zlib"):
        sys.modules.pop(module, None)
    main = sys.modules["__main__"].__dict__
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


def supervise(child, begun, report, folder, name):
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
    seconds = time.perf_counter() - begun
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


LAUNCHER = "\n".join(map(inspect.getsource, (
    launch, remove_folder, read_parts, as_started_by_hand, limit_resources, become_subreaper,
    supervise,
    end_descendants, descendants)))
RULES = "\n".join(map(inspect.getsource, (
    make_hook, make_code_rules, is_namedtuple, make_import_rule, make_reporter, make_path_rules,
    make_writing_rule, make_file_rules)))


# ---- Running one script ---------------------------------------------------------------------
class Script:
    """A script as it was when the referee read it: path, name, data (bytes)."""

    def __init__(self, path):
        self.path, self.name = path, os.path.basename(path)
        with open(path, "rb") as file:
            self.data = file.read()
        self.literals = literal_texts(self.data)

    def parts(self):
        """What the launcher is told: the hook's secret number, and what stands in the script."""
        return [b"%032x" % random.SystemRandom().getrandbits(128), *self.literals]


class Run:
    """How one run went: stdout, stderr (bytes), seconds, status ("ok" or what went wrong).

    `unpacks` says how the script unpacked itself, "" if it did not; `stopped` whether the referee
    had seen enough.
    """

    def __init__(self, stdout, stderr, seconds, status, stopped, nonce=b"-"):
        self.stdout, self.seconds, self.status, self.stopped = stdout, seconds, status, stopped
        self.unpacks = ""
        reports = rb"\n\x00%s (\w+)((?: (?:[0-9a-f]{2})*)+)\n" % nonce
        self.stderr = re.sub(reports, self.take_report, stderr)
        if nonce in self.stderr and self.status == "ok":
            self.status = "refused: it garbles what the audit hook reports"

    def take_report(self, match):
        """One line of the audit hook's."""
        details = [bytes.fromhex(part).decode("utf-8", "replace")
                   for part in match[2].decode().split(" ")[1:]]
        if match[1] == b"refused":
            self.status = "refused: " + name_refusal(*details)
        else:
            self.unpacks = self.unpacks or "it runs " + details[0]
        return b""


def name_refusal(event, detail):
    """What an entry did against the rules, in words, from an audit event."""
    kinds = {"open": "it opens {}", "write": "it writes to {}", "import": "it imports {}",
             "os.listdir": "it lists {}"}
    if event in kinds:
        return kinds[event].format(ascii(detail)[1:-1] or "something")
    starts = (("socket.", "it opens a socket"), ("subprocess.", "it starts a process"),
              ("os.system", "it starts a process"), ("os.fork", "it starts a process"),
              ("os.posix_spawn", "it starts a process"), ("os.exec", "it starts another program"),
              ("os.spawn", "it starts a process"), ("pty.", "it starts a process"),
              ("ctypes.", "it uses ctypes"), ("os.kill", "it signals a process"))
    words = next((words for start, words in starts if event.startswith(start)), "it does")
    return f"{words} ({event})"


class Collector(threading.Thread):
    """Reads a stream to its end and keeps MAX_OUTPUT bytes of it in `data`."""

    def __init__(self, stream, enough, listener=None):
        super().__init__(daemon=True)
        self.stream, self.enough, self.listener = stream, enough, listener
        self.data = bytearray()
        self.start()

    def run(self):
        while True:
            chunk = self.stream.read1(65536)
            if not chunk:
                return self.stream.close()
            self.data += chunk[:max(0, MAX_OUTPUT - len(self.data))]
            if len(self.data) >= MAX_OUTPUT:
                self.enough.set()
            if self.listener:
                self.listener(self.data)


class Arena:
    """Where scripts run: which Python, in how many namespaces, with how much time."""

    def __init__(self, python, timeout):
        """UserError where `python` does not run or has no audit hooks."""
        self.timeout = timeout
        probe = ("import json, sys; print(json.dumps([sys.executable, sys.implementation.name, "
                 "sys.version_info[:3], hasattr(sys, 'addaudithook')]))")
        try:
            answer = subprocess.run([python, "-c", probe], stdout=subprocess.PIPE, timeout=60,
                                    stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL).stdout
            self.python, self.implementation, version, hooks = json.loads(answer.decode())
        except (OSError, ValueError, subprocess.TimeoutExpired):
            raise UserError(f"--python: {python} does not run; name another") from None
        if not hooks:
            raise UserError(f"--python: {python} has no audit hooks; Python 3.8 or later has")
        self.version = ".".join(map(str, version))
        self.namespaces = find_namespaces()
        self.running, self.lock, self.closed = set(), threading.Lock(), False

    def run(self, script, data, lines=None, progress=None):
        """Run a script alone in a folder with `data` as its input.txt -> Run.

        With `lines`, it is ended as soon as it has printed so many.
        """
        folder = os.path.realpath(tempfile.mkdtemp(prefix="compare_runs_"))
        try:
            name = script.name if script.name != "input.txt" else "entry.py"
            for file_name, content in ((name, script.data), ("input.txt", data)):
                with open(os.path.join(folder, file_name), "wb") as file:
                    file.write(content)
            run = self.run_in(folder, name, script.parts(), lines, progress)
            left = set(os.listdir(folder) if os.path.isdir(folder) else ()) - {name, "input.txt"}
            if left and run.status == "ok":
                run.status = f"refused: it leaves {ascii(min(left))[1:-1]} in its folder"
            return run
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def run_in(self, folder, name, parts, lines, progress):
        """Run what lies in a folder -> Run."""
        begun, enough = time.perf_counter(), threading.Event()
        process, report = self.start(folder, name, lines is not None)

        def listen(data):
            if lines and data.count(b"\n") >= lines:
                enough.set()
            if progress:
                progress(data)

        out = Collector(process.stdout, enough, listen)
        errors = Collector(process.stderr, enough)
        try:
            send_parts(process, parts)
            status = self.wait(process, enough)
        finally:
            end_process(process)
            with self.lock:
                self.running.discard(process)
        seconds = time.perf_counter() - begun
        with os.fdopen(report, "rb") as file:
            facts = file.read().split()
        for collector in (out, errors):
            collector.join(2)              # a stream that stays open is a fault of its own
        return make_run(out, errors, seconds, status, facts, process.returncode, parts[0])

    def start(self, folder, name, unbuffered):
        """Start the launcher -> (its process, the descriptor to read the supervisor's report)."""
        reads, report = os.pipe()
        program = f"exec({LAUNCHER + f'{chr(10)}launch({RULES!r})'!r}, {{}})"
        command = [*self.namespaces, self.python, "-I", "-S", "-B", *["-u"] * unbuffered, "-X",
                   "utf8", "-c", program, folder, name, str(report)]
        keep = {key: os.environ[key] for key in ("SYSTEMROOT",) if key in os.environ}
        posix = {"pass_fds": (report,), "start_new_session": True} if os.name == "posix" else {}
        with self.lock:
            try:
                process = subprocess.Popen(
                    command, cwd=folder, env=keep, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, **posix)
            except BaseException:
                os.close(reads)
                raise
            finally:
                os.close(report)
            self.running.add(process)
            if self.closed:
                close_input(process)
        return process, reads

    def wait(self, process, enough):
        """Wait for the end, or bring it about -> "stopped" or why, None if it ended by itself."""
        status, deadline = None, time.perf_counter() + self.timeout
        while process.poll() is None and not status:
            if time.perf_counter() > deadline:
                status = f"no end within {self.timeout:g} s"
            elif enough.wait(0.02):
                status = "stopped"
        if status:
            end_process(process)
        return status

    def close(self):
        """End whatever runs, and start nothing more."""
        with self.lock:
            self.closed, running = True, list(self.running)
        for process in running:
            close_input(process)


def find_namespaces():
    """The command that gives a process namespaces of its own, without a network; [] if none."""
    command = ["unshare", "-Urnpi", "--fork", "--kill-child", "--mount-proc"]
    try:
        done = subprocess.run(command + ["true"], stdin=subprocess.DEVNULL, timeout=10,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return command if done.returncode == 0 else []


def close_input(process):
    """Close standard input, though what was written there is not wanted any more."""
    try:
        process.stdin.close()
    except OSError:
        pass


def end_process(process):
    """End a launcher and what it runs: the supervisor does it when its standard input closes."""
    close_input(process)
    try:
        process.wait(8 if os.name == "posix" else 0)
    except subprocess.TimeoutExpired:
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        process.kill()
        process.wait()


def send_parts(process, parts):
    """What read_parts reads."""
    try:
        process.stdin.write(b"%08d" % len(parts))
        for part in parts:
            process.stdin.write(b"%08d" % len(part) + part)
        process.stdin.flush()
    except OSError:
        pass                               # it has ended already, and its status says so


def make_run(out, errors, seconds, status, facts, code, nonce):
    """The Run of what was collected; `facts` are the words of the supervisor's report."""
    others = 0
    if facts:
        wait_status, seconds, others = facts[0], float(facts[1]), int(facts[2])
        if wait_status != b"None":
            signal_number, code = int(wait_status) & 127, int(wait_status) >> 8
            code = -signal_number if signal_number else code
    if max(len(out.data), len(errors.data)) >= MAX_OUTPUT:
        status = "more than 1 MiB of output"
    elif status is None and out.is_alive() or errors.is_alive():
        status = "refused: it ends, but its output stays open"
    elif status in (None, "stopped") and others:
        status = f"refused: it leaves {others} other process{'es' * (others > 1)} running"
    elif status is None and os.name == "posix" and not facts:
        status = "refused: it ended the process that watches it"
    elif status is None and code == 99 and nonce + b" refused" not in errors.data:
        status = "refused: it breaks a rule, and hides which"
    elif status is None and code:
        status = f"exit {code}" if code > 0 else f"signal {-code}"
    stdout = bytes(out.data)
    if os.linesep == "\r\n":
        stdout = stdout.replace(b"\r\n", b"\n")
    stopped = status == "stopped"
    return Run(stdout, bytes(errors.data), seconds, "ok" if stopped else status or "ok", stopped,
               nonce)


# ---- Size and class -------------------------------------------------------------------------
def decode_source(data):
    """A script's text by the encoding that it declares, None if that is not certain.

    It must be the same line by line, as Python reads a file, and it must give the bytes again: in
    some encodings bytes say nothing, and characters could be had for free.
    """
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        text = data.decode(encoding)
        lines = "".join(line.decode(encoding) for line in data.splitlines(True))
        again = text.encode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return None
    return text if text == lines and again == data else None


def measure(data):
    """(lines, characters, bytes) of a script; characters are None where it cannot be decoded."""
    text = decode_source(data)
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return lines, None if text is None else len(text), len(data)


def literal_texts(data):
    """What stands literally in a script, as bytes: itself, and what its string literals mean."""
    text = decode_source(data) or ""
    texts = [data, text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(data)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        nodes = []
    for node in nodes:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogatepass")
        if isinstance(value, bytes) and not any(value in each for each in texts):
            texts.append(value)
    return texts


def find_class(data, unpacks):
    """The class of a script, a key of CLASSES."""
    text = decode_source(data)
    if set(data) <= {*b"\t\r\n", *range(32, 127)}:
        return "printable" if unpacks or text != data.decode("ascii") else "plain"
    return "characters" if text is not None and len(text) < len(data) else "any"


def standing(size, kind):
    """How a size in its class's unit stands against that class's record, in words."""
    difference = size - RECORDS[kind][0]
    if difference < 0:
        return f"a new record by {-difference}"
    return f"{difference} above the record" if difference else "level with the record"


# ---- Judging --------------------------------------------------------------------------------
def split_log(log):
    """The lines of a log, bytes, without their ends; an unfinished last one is marked as such."""
    lines = log.decode("utf-8", "backslashreplace").split("\n")
    last = lines.pop()
    return lines + [last + " (no newline)"] * bool(last)


def first_difference(expected, printed):
    """(line number from 1, expected line, printed line), None for a line that there is not."""
    for number in range(max(len(expected), len(printed))):
        pair = [lines[number] if number < len(lines) else None for lines in (expected, printed)]
        if pair[0] != pair[1]:
            return (number + 1, *pair)
    return None


def guess(difference, expected, printed, data):
    """A likely reason for a first difference between two logs, in words, "" if there is none."""
    number, right, wrong = difference
    text = io.StringIO(data.decode("utf-8", "replace"), newline=None).read()
    if not printed:
        return "it prints nothing"
    if expected[3:] and printed[:len(expected) - 3] == expected[3:]:
        return "the three lines of counts are missing"
    if wrong is None:
        samples = sum(map(bool, map(SAMPLE.match, printed)))
        return f"it ends early, after {samples} samples" if number > 3 else "it ends at once"
    if right is None:
        return "it prints more than the log"
    if wrong == right + " (no newline)":
        return "the last line has no newline"
    if right.split() == wrong.split() or right.replace(" ", "") == wrong.replace(" ", ""):
        return "the spacing is another"
    if number == 1:
        return guess_count(wrong, text)
    if number == 2:
        if wrong.endswith((f": {len(set(text) - {chr(10)}) + 1}", f": {len(set(text)) + 1}")):
            return "lines are not stripped of white space"
        return "BOS is a token too, and each distinct character is one"
    return guess_number(number, right, wrong)


def guess_count(wrong, text):
    """Why "num docs" differs."""
    ends = text.count("\n")
    if wrong.endswith((f": {ends}", f": {ends + 1}")):
        return "lines that are blank once stripped count"
    if wrong.endswith(f": {len([line for line in text.splitlines() if line.strip()])}"):
        return "str.splitlines splits at more than line ends"
    if wrong.endswith(f": {len(text.split())}"):
        return "str.split splits at inner spaces"
    return "the first line is the number of documents"


def guess_number(number, right, wrong):
    """Why a step or a sample differs."""
    pair = STEP.match(right), STEP.match(wrong)
    if all(pair):
        try:
            losses = [float(match[3]) for match in pair]
        except ValueError:
            return "the loss is no number"
        if pair[0][1] != pair[1][1]:
            return "the steps are counted otherwise"
        if losses[0] == losses[1] or abs(losses[0] - losses[1]) < 1e-3 and len(wrong) != len(right):
            return "the loss is printed with another number of digits"
        if number == 4:
            return "parameters are drawn in another order (gauss), or the forward pass differs"
        if abs(losses[0] - losses[1]) < 2e-4:
            return "a small error adds up, in the optimiser perhaps"
        return "the gradient or the optimiser differs, or which document a step takes"
    if SAMPLE.match(right) and SAMPLE.match(wrong):
        return "sampling differs: temperature 0.5, at most 16 tokens, one choices for each"
    return ""


class Judgement:
    """What the referee knows of one entry: its runs by data set, and where it failed first."""

    def __init__(self, name, script):
        self.name, self.script, self.runs = name, script, {}
        self.readable = decode_source(script.data) is not None
        self.failed = not self.readable    # known to be invalid: it need not run again

    def fault(self, test, reference):
        """(reason, difference or None) where the run of a test is not the reference's, or None."""
        run = self.runs[test.kind]
        expected, printed = (split_log(each.stdout)[:test.lines] for each in (reference, run))
        difference = first_difference(expected, printed)
        if run.status == "ok":
            return difference and (guess(difference, expected, printed, test.data), difference)
        last = run.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        if run.status.startswith("refused"):
            return run.status, None
        return run.status + f": {ascii(last[:160])[1:-1]}" * bool(last), difference

    def row(self, tests, references, sees_compile):
        """A row of the scoreboard, for JSON too."""
        lines, characters, size = measure(self.script.data)
        unpacks = next((run.unpacks for run in self.runs.values() if run.unpacks), "")
        kind = find_class(self.script.data, unpacks or not sees_compile)
        row = {"name": self.name, "path": self.script.path, "bytes": size,
               "characters": characters, "lines": lines, "class": kind, "unpacks": unpacks,
               "standing": standing(characters if kind == "characters" else size, kind),
               "valid": True, "seconds": None, "ratio": None,
               "data_set": None, "reason": None, "difference": None}
        if not self.readable:
            row.update(valid=False, reason=(
                "Python cannot be sure to read it: its bytes and its encoding disagree"))
        for test in tests:
            if test.kind not in self.runs:
                continue
            fault = self.fault(test, references[test.kind])
            if fault:
                row.update(valid=False, data_set=test.kind, reason=fault[0])
                if fault[1]:
                    row["difference"] = dict(zip(("line", "expected", "printed"), fault[1]))
                break
        full = self.runs.get(FULL)
        if full:
            row["seconds"] = round(full.seconds, 2)
            row["ratio"] = round(full.seconds / references[FULL].seconds, 3)
        return row


# ---- The scoreboard -------------------------------------------------------------------------
COLUMNS = ("", "script", "bytes", "chars", "lines", "seconds", "ratio", "class", "")
LEFT_ALIGNED = (1, 7, 8)           # columns of text
GREEN, RED, PLAIN = "\033[32m", "\033[31m", "\033[0m"


def rank_key(row, unit):
    """Sorts the rows of entries: the valid ones first, the smallest in `unit` on top."""
    size = row[unit]
    return not row["valid"], size is None, size or 0, row["bytes"], row["name"]


def verdict(row, quick):
    """The last cell of an entry's row."""
    if not row["valid"]:
        return "NOT VALID"
    return f"valid{' so far' * quick}, {row['standing']}"


def show(value, form="{}"):
    """A cell; what is unknown is a dash."""
    return "-" if value is None else form.format(value)


def scoreboard(reference, rows, quick, color=False):
    """The reference's row and those of the entries in their order -> text, a fault each below."""
    table, ranks = [COLUMNS], iter(range(1, len(rows) + 1))
    for row in [reference] + rows:
        is_entry = row is not reference
        rank = str(next(ranks)) if is_entry and row["valid"] else "-" if is_entry else "ref"
        table.append((rank, printable(row["name"]), str(row["bytes"]), show(row["characters"]),
                      str(row["lines"]), show(row["seconds"], "{:.1f}"),
                      show(row["ratio"], "{:.2f}"), CLASSES[row["class"]] if is_entry else "",
                      verdict(row, quick) if is_entry else ""))
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = []
    for cells in table:
        padded = [cell.ljust(width) if i in LEFT_ALIGNED else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(cells, widths))]
        line = "  ".join(padded).rstrip()
        paint = GREEN if cells[-1].startswith("valid") else RED if cells[-1] else ""
        lines.append(paint + line + PLAIN if color and paint else line)
    for row in rows:
        lines += describe_fault(row)
    return "\n".join(lines)


def describe_fault(row):
    """The lines that say why an entry is not valid; for a valid one, none."""
    if row["valid"]:
        return []
    where = f" on \"{row['data_set']}\"" if row["data_set"] else ""
    lines = ["", f"{printable(row['name'])}: not valid{where}: {row['reason']}"]
    if row["difference"]:
        lines[1] += f"; line {row['difference']['line']} differs" * bool(row["reason"])
        for word in ("expected", "printed"):
            text = row["difference"][word]
            lines.append(f"    {word:8}  " + ("(nothing)" if text is None else printable(text)))
    return lines


def printable(text):
    """Text for any terminal: without control characters, and what has no glyph there escaped."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:200])
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def write_results(folder, judgements, references, text):
    """summary.txt and logs/: for each script and data set its log, errors and differences."""
    os.makedirs(os.path.join(folder, "logs"))
    write_file(os.path.join(folder, "summary.txt"), text.encode("utf-8", "backslashreplace"))
    for judgement in judgements:
        for kind, run in judgement.runs.items():
            part = os.path.join(folder, "logs", judgement.name, kind.replace(" ", "_"))
            os.makedirs(part)
            files = {"log.txt": run.stdout, "stderr.txt": run.stderr,
                     "status.txt": f"{run.status}\n{run.seconds:.2f} seconds\n".encode()}
            losses = [match.groups() for match in map(STEP.match, split_log(run.stdout)) if match]
            files["losses.csv"] = "step,loss\n" + "".join(f"{s},{x}\n" for s, _, x in losses)
            if run is not references[kind] and not run.stopped:
                lines = [split_log(each.stdout) for each in (references[kind], run)]
                files["diff.txt"] = "".join(line + "\n" for line in difflib.unified_diff(
                    *lines, "reference", judgement.name, n=0, lineterm=""))
            for file_name, content in files.items():
                if isinstance(content, str):
                    content = content.encode("utf-8", "backslashreplace")
                write_file(os.path.join(part, file_name), content)


def write_file(path, data):
    with open(path, "wb") as file:
        file.write(data)


# ---- The tournament -------------------------------------------------------------------------
class Test:
    """A data set: kind, data (bytes), and how many lines of the log count, None for all."""

    def __init__(self, kind, data, lines=None):
        self.kind, self.data, self.lines = kind, data, lines


def make_tests(seed, data):
    """What every entry must pass, the quick ones first; `data` None leaves the whole run out."""
    tests = [Test(kind, text, HEAD if len(text) < 1000 else SHORT_HEAD)
             for kind, text in awkward_sets(seed).items()]
    tests += [Test(kind, text) for kind, text in whole_sets(seed).items()]
    return tests + ([] if data is None else [Test(FULL, data)])


class Progress:
    """A line on a terminal's standard error: what runs, how far it is, and the time left."""

    def __init__(self):
        self.shown = sys.stderr is not None and sys.stderr.isatty()
        self.begun, self.done, self.total, self.lock = None, 0.0, 0.0, threading.Lock()

    def begin(self, weights):
        """A phase begins, whose runs have these weights: the reference's seconds, or guesses."""
        self.begun, self.done, self.total = time.perf_counter(), 0.0, sum(weights)

    def finish(self, weight):
        with self.lock:
            self.done += weight

    def listener(self, name, kind):
        """A function of the output so far, for Arena.run."""
        def show_steps(data):
            steps = STEP.findall(bytes(data[-200:]).decode("utf-8", "replace").rpartition("\n")[0]
                                 .rpartition("\n")[2])
            where = f"step {steps[0][0]} / {steps[0][1]}" if steps else ""
            left = ""
            if self.done:
                spent = time.perf_counter() - self.begun
                left = f", {spent * (self.total - self.done) / self.done:.0f} s left"
            print(f"\r\033[K{printable(name)}, {kind}: {where}{left}", end="", file=sys.stderr,
                  flush=True)
        return show_steps if self.shown else None

    def end(self):
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Tournament:
    """Runs the reference and the entries on all data sets, in memory until the end."""

    def __init__(self, arena, tests, jobs):
        self.arena, self.tests, self.jobs, self.progress = arena, tests, jobs, Progress()
        self.references = {}

    def play(self, reference, entries):
        """Fill in the runs of Judgements. UserError where the reference fails."""
        small = [test for test in self.tests if test.kind != FULL]
        large = [test for test in self.tests if test.kind == FULL]
        cores = os.cpu_count() or 1
        self.play_round([(reference, test) for test in small + large], cores,
                        lambda test: len(test.data) + 1000 * (test.lines is None))
        for test in () if SIGNALS else self.tests:
            check_reference(reference.script.path, reference.runs[test.kind], test)
        self.references = reference.runs
        for tests, jobs in ((small, self.jobs or cores), (large, self.jobs or 1)):
            self.play_round([(entry, test) for entry in entries for test in tests], jobs,
                            lambda test: self.references[test.kind].seconds)
        self.progress.end()

    def play_round(self, pairs, jobs, weigh):
        self.progress.begin([weigh(test) for _, test in pairs])
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = futures = [pool.submit(self.play_one, judgement, test, weigh(test))
                                 for judgement, test in pairs]
            while waiting:
                waiting = concurrent.futures.wait(futures, timeout=0.1).not_done
                if SIGNALS:
                    self.arena.close()     # so that the pool's threads end
                    waiting = ()
        if not SIGNALS:
            for future in futures:
                future.result()            # raises what went wrong in it

    def play_one(self, judgement, test, weight):
        if not judgement.failed and not SIGNALS:
            judgement.runs[test.kind] = self.arena.run(
                judgement.script, test.data, test.lines,
                self.progress.listener(judgement.name, test.kind))
            if test.kind in self.references:
                fault = judgement.fault(test, self.references[test.kind])
                judgement.failed = fault is not None
        self.progress.finish(weight)


def check_reference(path, run, test):
    """UserError unless the reference has printed a log to compare with."""
    where = f"the reference {path} on \"{test.kind}\""
    if run.status != "ok":
        last = run.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise UserError(f"{where}: {run.status}" + f" ({ascii(last[:200])[1:-1]})" * bool(last))
    if not any(map(STEP.match, split_log(run.stdout))):
        raise UserError(f"{where}: printed no log to compare with")


# ---- The command line -----------------------------------------------------------------------
def unique_names(paths):
    """A short name for each path: its file name, with a number where two are alike."""
    names = []
    for path in paths:
        stem, ending = os.path.splitext(os.path.basename(path))
        name, k = stem + ending, 2
        while name in names:
            name, k = f"{stem}-{k}{ending}", k + 1
        names.append(name)
    return names


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", nargs="*", metavar="ENTRY.py",
                        help="scripts to judge (the chain)")
    parser.add_argument("--input", metavar="FILE", default=os.path.join(HERE, "input.txt"),
                        help="the data set of the whole run (this folder's input.txt)")
    parser.add_argument("--reference", metavar="FILE", default=os.path.join(HERE, "microgpt.py"),
                        help="whose log counts (microgpt.py)")
    parser.add_argument("--quick", action="store_true",
                        help="leave the whole run out: valid so far")
    parser.add_argument("--seed", metavar="N", type=int,
                        help="what the other data sets are drawn from (anew each time)")
    parser.add_argument("--timeout", metavar="S", type=float, default=1800,
                        help="seconds for each run (1800)")
    parser.add_argument("--python", metavar="EXE", default=sys.executable,
                        help="the Python that runs them all (this one)")
    parser.add_argument("--jobs", metavar="N", type=int,
                        help="runs side by side (whole runs one by one, others on all cores)")
    parser.add_argument("--results", metavar="DIR", default="run_results",
                        help="where logs and differences go (run_results)")
    parser.add_argument("--by", choices=("bytes", "characters"), default="bytes",
                        help="what the valid entries are ranked by (bytes)")
    parser.add_argument("--json", action="store_true", help="print the scoreboard as JSON")
    arguments = parser.parse_args()
    if not arguments.timeout > 0:
        parser.error("--timeout: a number of seconds above 0")
    if arguments.jobs is not None and not 0 < arguments.jobs <= 1000:
        parser.error("--jobs: a number from 1 to 1000")
    if not arguments.entries:
        chain = [os.path.join(HERE, name) for name in CHAIN]
        arguments.entries = [path for path in chain if os.path.isfile(path)]
        if not arguments.entries:
            parser.error("none of the chain's scripts is here; name the scripts to judge")
    inputs = [] if arguments.quick else [arguments.input]
    for path in [arguments.reference] + inputs + arguments.entries:
        if not os.path.isfile(path):
            problem = "is not a file" if os.path.exists(path) else "no such file"
            parser.error(f"{printable(path)}: {problem}; name another")
    if not shutil.which(arguments.python):
        parser.error(f"--python: no program {arguments.python}")
    return arguments


def check_results(parent):
    """UserError if a folder cannot be made there: better now than after the last run."""
    place = os.path.abspath(parent)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not (os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)):
        raise UserError(f"--results: cannot make {printable(parent)}; name a folder that can be "
                        "written")


def results_folder(parent):
    """A new folder, named after the time."""
    folder = os.path.join(parent, time.strftime("%Y-%m-%d_%H-%M-%S"))
    while os.path.exists(folder):
        folder += "+"
    os.makedirs(folder)
    return folder


def main():
    arguments = parse_arguments()
    if sys.stdout is None:
        raise UserError("standard output is closed")
    paths = [arguments.reference] + arguments.entries
    judgements = [Judgement(name, Script(path)) for name, path in zip(unique_names(paths), paths)]
    data = None
    if not arguments.quick:
        with open(arguments.input, "rb") as file:
            data = file.read()
    check_results(arguments.results)
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    tests = make_tests(seed, data)
    arena = Arena(arguments.python, arguments.timeout)
    tournament = Tournament(arena, tests, arguments.jobs)
    reference, *entries = judgements
    tournament.play(reference, entries)
    if SIGNALS:
        return 128 + SIGNALS[0]
    sees_compile = arena.implementation == "cpython"
    rows = [each.row(tests, reference.runs, sees_compile) for each in judgements]
    rows[1:] = sorted(rows[1:], key=lambda row: rank_key(row, arguments.by))
    conditions = (f"{len(tests)} data sets, --seed {seed}; {arena.implementation} "
                  f"{arena.version}; " + ("no network, a process namespace for each run"
                                          if arena.namespaces else "no namespaces here"))
    text = scoreboard(rows[0], rows[1:], arguments.quick) + "\n\n" + conditions + "\n"
    if not arguments.json:
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(scoreboard(rows[0], rows[1:], arguments.quick, color) + "\n\n" + conditions)
    folder = results_folder(arguments.results)
    write_results(folder, judgements, reference.runs, text)
    if arguments.json:
        print(json.dumps({"seed": seed, "quick": arguments.quick, "python": arena.version,
                          "implementation": arena.implementation,
                          "namespaces": bool(arena.namespaces), "records": RECORDS,
                          "reference": rows[0], "entries": rows[1:], "results": folder}, indent=1))
    else:
        print(f"logs and differences: {printable(folder)}")
    return 0 if all(row["valid"] for row in rows) else 1


ENDING = [number for number in signal.Signals if number.name in ("SIGINT", "SIGTERM", "SIGHUP")]
SIGNALS = []                       # those that have come: the tournament ends, and nothing is lost

if __name__ == "__main__":
    for ending in ENDING:
        signal.signal(ending, lambda number, _: SIGNALS.append(number))
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"compare_runs.py: {error}")
    except OSError as error:
        sys.exit(f"compare_runs.py: {error.filename or 'standard output'}: {error.strerror}")
