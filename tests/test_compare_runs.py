"""The referee: who is valid, who is not and why, and that nothing of an entry survives."""
import contextlib
import functools
import io
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

from referee import runs
from referee.data_sets import DataSet, awkward_sets, draw_datasets, whole_sets
from referee.judging import Judgement
from referee.records import CLASSES, RECORDS
from referee.scoreboard import describe_fault, rank_key, scoreboard
from referee.scripts import Script, find_class, measure, standing
from support import InFolder, environment, path, read, run_log, some

# A small reference that computes a log from the data, in no time.
SMALL = '''import random
random.seed(42)
docs = [line.strip() for line in open("input.txt", encoding="utf-8") if line.strip()]
print("num docs:", len(docs))
print("vocab size:", len(set("".join(docs))) + 1)
print("num params:", 32 * len(set("".join(docs))))
random.shuffle(docs)
for step in range(20):
    loss = random.random() + len(docs[step % len(docs)])
    print(f"step {step + 1:4} / 20 | loss {loss:.4f}")
print("\\n--- inference (new, hallucinated names) ---")
for i in range(20):
    print(f"sample {i + 1:2}: {random.choice(docs)[:16]}")
'''
DATA = "emma\nolivia\nava\n"
WRITES = "refused: it writes to "
OPENS = "refused: it opens "
STARTS = "refused: it starts a process"
SUBCLASS = '''class Path(str):
    def __eq__(self, other):
        return True
    __hash__ = str.__hash__
print(open(Path("/etc/passwd")).read())
'''
BLINDED = '''import builtins, os, posix
os._exit = posix._exit = lambda code: None
for name in ("type", "str", "set", "tuple", "isinstance", "BaseException"):
    setattr(builtins, name, lambda *a: True)
'''
# What the referee must refuse -> the reason that it must give. The first are those of the issue
# that asked for this referee: each of them was once "valid".
CHEATS = {
    "overwrites.py": (SMALL + "open(__file__, 'w').write('1')\n", WRITES),
    "peeks.py": ("import glob\nprint(open(max(glob.glob('../run_results/*/*/log.txt'))).read())",
                 "refused: it lists "),
    "peeks_by_name.py": ("print(open('../run_results/log.txt').read())", OPENS + "../run_results"),
    "asks_parent.py": ("import os\nexec(open(f'/proc/{os.getppid()}/cmdline').read())",
                       OPENS + "/proc/"),
    "leaves_child.py": (SMALL + "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', "
                        "'import time; time.sleep(9)'], start_new_session=True)",
                        "refused: it imports _posixsubprocess"),
    "numpy_user.py": ("import numpy\n" + SMALL, "exit 1: ModuleNotFoundError: No module named"),
    "fetches.py": ("import socket\nsocket.create_connection(('127.0.0.1', 9))",
                   "refused: it opens a socket (socket."),
    "writes_above.py": (SMALL + "open('../stray', 'w').write('mine')", WRITES + "../stray"),
    # Ten and more of our own invention.
    "forks.py": ("import os\nos.fork()\n" + SMALL, STARTS + " (os.fork)"),
    "shell.py": ("import os\nos.system('cat ../*/log.txt')", STARTS + " (os.system)"),
    "becomes.py": ("import os\nos.execv('/bin/sh', ['sh', '-c', 'echo'])",
                   "refused: it starts another program (os.exec)"),
    "ctypes_user.py": ("import ctypes\n" + SMALL, "refused: it imports ctypes"),
    "low_writer.py": (SMALL + "import os\nos.open('x', os.O_CREAT | os.O_WRONLY)", WRITES + "x"),
    "renames.py": (SMALL + "import os\nos.rename('input.txt', 'x')", "refused: it does (os.rename"),
    "moves.py": ("import os\nos.chdir('..')\n" + SMALL, "refused: it does (os.chdir)"),
    "path_user.py": ("import sys\nsys.path.append('/usr/lib/python3/dist-packages')\nimport pip",
                     "refused: it lists /usr/lib/python3/dist-packages"),
    "subclass.py": (SUBCLASS, OPENS + "an object"),
    "blinded.py": (BLINDED + "print(open('/etc/passwd').read())", OPENS + "/etc/passwd"),
    "silenced.py": ("import os\nos.close(2)\nopen('/etc/passwd')",
                    "refused: it breaks a rule, and hides which"),
    "redirected.py": ("import os\nr, w = os.pipe()\nos.dup2(w, 2)\nopen('/etc/passwd')",
                      "refused: it breaks a rule, and hides which"),
    "kills.py": ("import os\nos.kill(os.getppid(), 9)", "refused: it signals a process (os.kill)"),
    "traces.py": ("import sys\nsys.settrace(print)\n" + SMALL, "refused: it does (sys.settrace)"),
    "collects.py": ("import gc\nprint(gc.get_objects())", "refused: it does (gc.get_objects)"),
    "frames.py": ("import sys\nspace = sys._getframe(1).f_globals\n"
                  "print(open('/etc/passwd').read(), space.get('make_hook'))",
                  OPENS + "/etc/passwd"),
    "fifo.py": ("import os\nos.mkfifo('x')\n" + SMALL, "exit 1: AttributeError: module 'os' has"),
    "no_flags.py": ("import os\nos.O_CREAT = 0\nos.open('x', 65)\n" + SMALL, WRITES + "x"),
    "readline_user.py": ("import readline as r\nr.read_history_file('/etc/passwd')",
                         "refused: it imports readline"),
    "dotted.py": ("from importlib import util as u\no = u.find_spec('_bisect').origin or ''\n"
                  "s = u.spec_from_file_location('x._posixsubprocess', o)\nu.module_from_spec(s)\n",
                  ("refused: it imports _posixsubprocess", "exit 1")),
    "subclass_name.py": ("class S(str):\n    __hash__ = lambda self: 0\n__import__(S('zlib'))\n",
                         "refused: it imports a module by what is not plainly its name"),
    "collector.py": ("import gc, sys\nframes = []\n"
                     "gc.callbacks.append(lambda *a: frames.append(sys._getframe(1)))\n"
                     "gc.set_threshold(1)\nfor i in range(999): open(__file__).close()\n" + SMALL,
                     "refused: it breaks a rule, and hides which"),
    "alarm.py": ("import signal\nsignal.setitimer(0, 1e-4, 1e-4)\n" + SMALL,
                 "has no attribute 'setitimer'"),
    "torn.py": ("import os\nos.set_blocking(2, 0)\ntry:\n    while 1: os.write(2, b'x' * 4096)\n"
                "except OSError: pass\nopen('/etc/passwd')",
                ("refused: it breaks a rule, and hides which", "refused: it opens /etc/passwd",
                 "more than 1 MiB of output")),
    "undecodable.py": ("#coding:undefined\n" + SMALL, "Python cannot be sure to read it"),
    "free_characters.py": ("#coding:iso2022_jp\n#\x1b(B\x1b(J\x1b(B\n" + SMALL,
                           "Python cannot be sure to read it"),
    "escapes.py": ("#coding:unicode_escape\\nprint(1)\n" + SMALL,
                   "Python cannot be sure to read it"),
    "forger.py": ("import os\nos.write(2, b'\\n\\0compile 0\\n\\n\\0x ')\n" + SMALL + "print()",
                  "it prints more than the log"),
    "unflushed.py": (SMALL + "import os\nos._exit(0)", "it prints nothing"),
    "hangs.py": (SMALL + "while 1: pass", "no end within 3 s"),
    "floods.py": ("while 1: print('x' * 9999, end='')", "more than 1 MiB of output"),
    "crashes.py": (SMALL + "raise SystemExit(3)", "exit 3"),
    "stumbles.py": (SMALL + "1 / 0", "exit 1: ZeroDivisionError: division by zero"),
    "unfinished.py": ("print(", "exit 1: SyntaxError"),
}
# Entries that break no rule and print another log -> the guess that the referee must make.
WRONG_LOGS = {
    "hard_coded.py": ("print('''num docs: 3\nvocab size: 9\nnum params: 256''')", "the first line"),
    "silent.py": ("pass", "it prints nothing"),
    "headless.py": (re.sub(r'print\("num.*\n|print\("voc.*\n', "", SMALL),
                    "the three lines of counts are missing"),
    "unstripped.py": (SMALL.replace("line.strip() for", "line.strip('\\n') for"),
                      "lines are not stripped of white space"),
    "blank_lines.py": (SMALL.replace(" if line.strip()", ""), "lines that are blank"),
    "digits.py": (SMALL.replace(".4f", ".5f"), "another number of digits"),
    "spaced.py": (SMALL.replace("{step + 1:4}", "{step + 1}"), "the spacing is another"),
    "order.py": (SMALL.replace("42)", "42);random.gauss(0, 1)"), "parameters are drawn in another"),
    "drifts.py": (SMALL.replace("random.random()", "random.random() + step / 1e4"),
                  "a small error adds up"),
    "short.py": (SMALL.replace("in range(20):\n    print(f\"s", "in range(19):\n    print(f\"s"),
                 "it ends early, after 19 samples"),
    "cut.py": (SMALL.replace("[:16]", "[:2]"), "sampling differs"),
    "longer.py": (SMALL + "print('done')", "it prints more than the log"),
}
FAIR = {
    "good.py": SMALL,
    "reads_itself.py": SMALL + "assert len(open(__file__).read()) > 99\n"
                       "assert b''.join(open('./input.txt', 'rb'))\n",
    "alone.py": SMALL + "import os, sys\nassert sorted(os.listdir()) == ['alone.py', 'input.txt']\n"
                "assert (__name__, sys.argv) == ('__main__', ['alone.py'])\n"
                "assert not {'HOME', 'PATH', 'PWD'} & {*os.environ} and not sys.stdin.read()\n"
                "assert os.path.samefile(__file__, 'alone.py') and len(os.listdir()) == 2\n"
                "assert sys.modules['__main__'].docs is docs and '__file__' in vars()\n"
                "assert 'launch' not in vars()\n"
                "for descriptor in range(3, 99):\n    try:\n        os.fstat(descriptor)\n"
                "    except OSError:\n        continue\n    raise SystemExit('inherited')\n"
                "exit()\n",
    "latin.py": "#coding:l1\n#\xe9\n" + SMALL,
    "marked.py": "\ufeff" + SMALL,
    "library.py": "import signal, gc, threading, glob\nsignal.signal(2, signal.SIG_IGN)\n"
                  "gc.disable()\nassert glob.glob('*.txt') == ['input.txt']\n"
                  "import json, decimal, heapq, functools, statistics, string\n" + SMALL,
    "late.py": "import io, sys\nout, sys.stdout = sys.stdout, io.StringIO()\n" + SMALL
               + "out.write(sys.stdout.getvalue())\n",
}


def encode(name, source):
    """A source as its file's bytes."""
    return source.encode("latin-1" if name == "latin.py" else "utf-8")


def printed(source, data):
    """The log that a source prints on a data set, run in this process."""
    out = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "input.txt")
        with open(name, "wb") as file:
            file.write(data)
        with contextlib.redirect_stdout(out):
            exec(source.replace('"input.txt"', repr(name)), {"__name__": "__main__"})
    return out.getvalue().encode()


def make_run(stdout, status="ok", seconds=1.0):
    """A Run that needed no process."""
    return runs.Run(stdout, b"", seconds, status, False)


@functools.lru_cache(maxsize=None)
def this_python():
    """An Arena of the Python that runs the tests."""
    return runs.Arena(sys.executable, 60)


class RefereeCase(InFolder):
    """Cases with a folder that holds the small reference and a data set."""

    @classmethod
    def setUpClass(cls):
        cls.arena = this_python()

    def setUp(self):
        super().setUp()
        self.put("small.py", SMALL)
        self.put("data.txt", DATA)

    def referee(self, *arguments, **options):
        """compare_runs.py in the folder, against the small reference."""
        return self.run_here(path("compare_runs.py"), "--reference", "small.py", "--input",
                             "data.txt", *arguments, **options)

    def run_alone(self, name, data=None):
        """The Run of a script in the folder, written anew if it is given."""
        if data is not None:
            self.put(name, data)
        script = self.script(name)
        return self.arena.run(script, DATA.encode())

    def script(self, name):
        """A file of the folder as the referee reads it."""
        return Script(os.path.join(self.folder, name), self.get(name))

    def rows(self, *arguments, **options):
        """{name: row} of the referee's --json."""
        done = self.referee(*arguments, "--json", **options)
        self.assertNotEqual(done.stdout, b"", done.stderr)
        return {row["name"]: row for row in json.loads(done.stdout.decode())["entries"]}


class Verdicts(RefereeCase):
    """Entries of every kind, each run once; in tests/slow_referee.py by the whole referee."""

    def test_every_cheat_is_refused_with_its_reason(self):
        reference = self.run_alone("small.py")
        dataset = DataSet("data", DATA.encode())
        self.arena.timeout = 3
        self.addCleanup(setattr, self.arena, "timeout", 60)
        before = self.snapshot()
        for name, (source, reason) in CHEATS.items():
            with self.subTest(name):
                judgement = Judgement(name, Script(name, source.encode()))
                if not judgement.failed:
                    judgement.runs["data"] = self.arena.run(judgement.script, dataset.data)
                row = judgement.row([dataset], {"data": reference}, True)
                self.assertFalse(row["valid"])
                reasons = reason if isinstance(reason, tuple) else (reason,)
                self.assertTrue(any(each in row["reason"] for each in reasons), row["reason"])
                self.assertEqual(row["bytes"], len(source.encode()))
        self.assertEqual(self.snapshot(), before, "an entry has left a file")

    def test_a_wrong_log_is_refused_with_a_guess(self):
        """Runs built in memory, on a data set where each mistake shows."""
        data = b"  emma \n\nolivia\nava\nzoe\n"
        expected = printed(SMALL, data)
        for name, (source, reason) in WRONG_LOGS.items():
            with self.subTest(name):
                judgement = Judgement(name, Script(name, source.encode()))
                judgement.runs["data"] = make_run(printed(source, data))
                row = judgement.row([DataSet("data", data)], {"data": make_run(expected)}, True)
                self.assertFalse(row["valid"])
                self.assertIn(reason, row["reason"])

    def test_fair_entries_are_valid(self):
        for name, source in FAIR.items():
            with self.subTest(name):
                data = encode(name, source)
                run = self.run_alone(name, data)
                self.assertEqual((run.status, run.stderr), ("ok", b""))
                self.assertEqual(run.stdout, self.run_alone("small.py").stdout)
                self.assertEqual(measure(data)[1:],
                                 (len(source.lstrip("\ufeff")), len(data)))

    def test_a_traceback_is_the_entry_s_own(self):
        self.put("stumbles.py", "def f():\n    return 1 / 0\n\nf()\n")
        run = self.run_alone("stumbles.py")
        alone = self.run_here("stumbles.py")
        lines = [re.sub('".*stumbles.py"', '"stumbles.py"', error.decode()).split("\n")
                 for error in (run.stderr, alone.stderr)]
        self.assertEqual(*lines)

    def test_the_bytes_are_read_once_before_anything_runs(self):
        self.put("good.py", SMALL)
        script = self.script("good.py")
        self.put("good.py", "1")
        run = self.arena.run(script, DATA.encode())
        self.assertEqual(run.stdout, self.run_alone("small.py").stdout)


class Scoreboard(RefereeCase):
    def test_valid_entries_come_first_the_smallest_on_top(self):
        data = b"a\nb\n"
        log = printed(SMALL, data)
        entries = {"a.py": (SMALL + "#wider", log), "b.py": ("1", b""), "c.py": (SMALL, log)}
        rows = []
        for name, (source, out) in entries.items():
            judgement = Judgement(name, Script(name, source.encode()))
            judgement.runs["data"] = make_run(out)
            rows.append(judgement.row([DataSet("data", data)], {"data": make_run(log)}, True))
        rows.sort(key=rank_key)
        self.assertEqual([row["name"] for row in rows], ["c.py", "a.py", "b.py"])
        table = scoreboard(dict(rows[0]), rows, quick=True).split("\n")
        self.assertEqual([line.split()[:2] for line in table[1:5]],
                         [["ref", "c.py"], ["1", "c.py"], ["2", "a.py"], ["-", "b.py"]])
        self.assertIn("b.py: not valid on \"data\": it prints nothing", "\n".join(table))

    def test_classes_and_standing(self):
        """By the file's bytes and by what the run has compiled."""
        packed = "import zlib\nexec(zlib.decompress(b'%s'))" % "".join(
            f"\\x{byte:02x}" for byte in __import__("zlib").compress(SMALL.encode()))
        literal = "exec('''" + SMALL.replace("\\", "\\\\") + "''')\n"
        computed = f"exec({SMALL[::-1]!r}[::-1])"
        entries = {
            "plain.py": (SMALL, "plain"), "literal.py": (literal, "plain"),
            "short_eval.py": (SMALL + "for i in range(9): eval(f'{i}+{i}')\n", "plain"),
            "many_evals.py": (SMALL + "for i in range(999): eval(f'{i}+{i}')\n", "printable"),
            "packed.py": (packed, "printable"), "computed.py": (computed, "printable"),
            "tree.py": ("import ast\nexec(compile(ast.parse('1'), '', 'exec'))\n" + SMALL,
                        "printable"),
            "code.py": ("import marshal\nexec(marshal.loads(marshal.dumps(compile('1', '', 'exec')"
                        ")))\n" + SMALL, "printable"),
            "replaced.py": ("f = lambda: 1\nf.__code__ = f.__code__.replace(co_name='g')\n" + SMALL,
                            "printable"),
            "sorted.py": (f"from collections import *\nUserList([{SMALL[::-1]!r}[::-1]])"
                          ".sort(key=exec)", "printable"),
            "masked.py": (f"import os\nos.write(2, b'\\n\\0x ')\nexec({SMALL[::-1]!r}[::-1])",
                          "printable"),
            "unframed.py": (
                "import sys, collections as c\nclass F: f_code = c.namedtuple.__code__\n"
                f"sys._getframe = lambda n: F\nexec({SMALL[::-1]!r}[::-1])", "printable"),
            "tuples.py": ("from collections import namedtuple\nP = namedtuple('P', 'a b_1 c')\n"
                          "Q = namedtuple('Q', 'one')\nexec('')\n" + SMALL, "plain"),
            "own_bytes.py": (
                "if 1:\r\n import sys\r\n if not hasattr(sys, 'x'):\r\n  sys.x = 1\r\n"
                "  exec(open(__file__, 'rb').read())\r\n  exit()\r\n" + SMALL, "plain"),
            "borrowed.py": ("import collections\nexec(compile('1' * 99, collections.__file__, "
                            "'exec'))\n" + SMALL, "printable"),
            "latin.py": ("#coding:l1\n#\xe9\n" + SMALL, "any"),
            "utf8.py": ("#\u00e6\n" + SMALL, "characters"),
            "accent.py": ("#\u00e9\n" + SMALL, "any"),
            "private.py": ("#\ue000\n" + SMALL, "any"),
            "escaped.py": ("#coding:raw_unicode_escape\n#\\u00e9\n" + SMALL, "printable")}
        if sys.version_info < (3, 9):      # there the hook cannot tell code objects from imports
            del entries["code.py"], entries["replaced.py"]
        for name, (source, kind) in some(entries.items()):
            with self.subTest(name):
                data = encode(name, source)
                run = self.run_alone(name, data)
                self.assertEqual(run.status, "ok")
                self.assertEqual(run.stdout, self.run_alone("small.py").stdout)
                self.assertEqual(find_class(data, run.unpacks)[0], kind, run.unpacks)
                self.assertEqual(run.unpacks == "", kind == "plain" or name in
                                 ("latin.py", "utf8.py", "accent.py", "private.py", "escaped.py"))
        self.assertEqual(standing(len(SMALL), "plain"),
                         f"a new record by {RECORDS['plain'][0] - len(SMALL)}")

    def test_what_does_not_survive_a_post_is_told(self):
        row = {"name": "a.py", "valid": True, "outside": find_class("#\ue000".encode(), "")[1]}
        self.assertEqual(describe_fault(row), [
            "", "a.py: not in the class fewest characters that can be posted: character 2, U+E000, "
            "does not survive a post: it is of private use"])
        row["outside"] = find_class("#\u4e00".encode(), "")[1]
        self.assertEqual(describe_fault(row), [])

    def test_standing(self):
        record = RECORDS["any"][0]
        self.assertEqual([standing(record + d, "any") for d in (-3, 0, 7)],
                         ["a new record by 3", "level with the record", "7 above the record"])

    def test_what_is_seen_of_a_failure(self):
        """The first line that differs, in both versions; quick runs say so; no colours in a pipe"""
        self.put("cut.py", SMALL.replace("{loss:.4f}", "{loss + (step == 4):.4f}"))
        done = self.referee("cut.py", "small.py", "--quick", "--seed", "8")
        self.assertEqual(done.returncode, 1)
        text = done.stdout.decode()
        self.assertRegex(text, r'cut.py: not valid on "inner spaces": the gradient .*; line 8 diff')
        lines = re.findall(r"    (expected|printed ) +step    5 / 20 \| loss (\d+\.\d{4})", text)
        self.assertEqual([word for word, _ in lines], ["expected", "printed "])
        self.assertAlmostEqual(float(lines[1][1]) - float(lines[0][1]), 1, 3)
        self.assertRegex(text, r"small-2.py +\d.*  valid so far, ")
        self.assertIn("14 data sets, --seed 8", text)
        self.assertNotIn("\x1b", text)

    def test_the_data_sets_change_with_the_seed_and_only_with_it(self):
        for draw, count in ((awkward_sets, 12), (whole_sets, 2)):
            self.assertEqual(len(draw(1)), count)
            self.assertEqual(draw(1), draw(1))
            differing = sum(draw(1)[kind] != draw(2)[kind] for kind in draw(1))
            self.assertEqual(differing, count)
            for text in draw(1).values():
                self.assertTrue(text.decode().strip())
        seeds = {draw_datasets(seed, None)[0].data for seed in range(9)}
        self.assertEqual(len(seeds), 9)

    def test_results_hold_logs_losses_and_differences(self):
        self.put("loss.py", SMALL.replace("{loss:.4f}", "{loss + 1:.4f}"))
        done = self.referee("loss.py", "--json")
        folder = json.loads(done.stdout.decode())["results"]
        self.assertEqual(sorted(os.listdir(os.path.join(self.folder, folder))),
                         ["logs", "summary.txt"])
        log = self.get(f"{folder}/logs/small.py/input.txt/log.txt").decode()
        self.assertTrue(log.startswith("num docs: 3\n"))
        first = re.search(r"step +1 / 20 \| loss (\S+)", log)[1]
        losses = self.get(f"{folder}/logs/small.py/input.txt/losses.csv").decode()
        self.assertEqual(losses.split("\n")[:2], ["step,loss", "1," + first])
        failed = os.listdir(os.path.join(self.folder, folder, "logs", "loss.py"))
        self.assertIn("inner_spaces", failed)
        self.assertNotIn("input.txt", failed)

    def test_misuse_exits_2(self):
        for words, *arguments in (
                (b"nothing.py: no such file", "nothing.py"), (b".: is not a file", "."),
                (b"nowhere: no such file", "small.py", "--input", "nowhere"),
                (b"--timeout", "small.py", "--timeout", "0"),
                (b"--timeout", "small.py", "--timeout", "nan"),
                (b"--jobs", "small.py", "--jobs", "0"), (b"--seed", "small.py", "--seed", "x"),
                (b"no program no-such-python", "small.py", "--python", "no-such-python"),
                (b"nothing.py: no such file", "small.py", "--reference", "nothing.py")):
            run = self.referee(*arguments)
            self.assertEqual((run.returncode, words in run.stderr), (2, True), run.stderr)
            self.assertNotIn(b"Traceback", run.stderr)

    def test_a_reference_without_a_log_is_an_error(self):
        self.put("silent.py", "pass")
        self.put("crash.py", "exit(3)")
        for words, *arguments in (
                ("the reference silent.py on \"inner spaces\": printed no log", "--reference",
                 "silent.py"), ("the reference crash.py on \"inner spaces\": exit 3", "--reference",
                                "crash.py"), ("does not run", "--python", "/bin/true")):
            self.assert_fails(1, words, path("compare_runs.py"), "small.py", "--input", "data.txt",
                              "--quick", *arguments)


class Survivors(RefereeCase):
    """Nothing of an entry outlives its run, though the hook were fooled."""

    CHILD = ("import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n"
             "        time.sleep(1)\n        print('late', flush=True)\n"
             "        os.mkdir('{}/stray')\n    os._exit(0)\n")

    def open_arena(self):
        """An arena whose hook allows everything."""
        rules = "def make_hook(*_):\n    return lambda *_: None\n\n\n"
        text = read("referee", "sandbox.py").decode().replace("if __name__", rules + "if __name__")
        self.put("sandbox.py", text)
        patch = mock.patch.object(runs, "SANDBOX", os.path.join(self.folder, "sandbox.py"))
        patch.start()
        self.addCleanup(patch.stop)
        return runs.Arena(sys.executable, 20)

    def run_source(self, arena, source):
        script = self.script(self.put("entry.py", source))
        return arena.run(script, b"a\n")

    @unittest.skipUnless(os.path.isdir("/proc"), "needs /proc")
    def test_a_child_in_a_session_of_its_own_is_ended_and_told(self):
        arena = self.open_arena()
        for namespaces in {True: (arena.namespaces, []), False: ([],)}[bool(arena.namespaces)]:
            arena.namespaces = namespaces
            begun = time.monotonic()
            run = self.run_source(arena, self.CHILD.format(self.folder))
            self.assertLess(time.monotonic() - begun, 8)
            self.assertRegex(run.status, r"refused: it leaves \d other process(es)? running")
            self.assertEqual(run.stdout, b"")
        time.sleep(1.5)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "stray")))

    @unittest.skipUnless(os.name == "posix", "needs resource limits")
    def test_no_byte_is_written_though_the_hook_allowed_it(self):
        source = f"with open({os.path.join(self.folder, 'x')!r}, 'w') as file: file.write('1')"
        run = self.run_source(self.open_arena(), source)
        self.assertEqual((run.status, self.get("x")), ("exit 1", b""), run.stderr)

    def test_a_network_is_not_there_where_there_are_namespaces(self):
        arena = self.open_arena()
        if not arena.namespaces:
            self.skipTest("needs unshare and permission to use it")
        run = self.run_source(arena, "import os, socket\nprint(os.getpid() < 9, "
                                     "socket.if_nameindex())")
        self.assertEqual(run.stdout, b"True [(1, 'lo')]\n", run.stderr)

    @unittest.skipUnless(os.path.isdir("/proc/self/fd"), "needs /proc")
    def test_ten_runs_leave_nothing(self):
        """No process, no file, no descriptor."""
        arena = runs.Arena(sys.executable, 20)
        self.put("entry.py", "print(1)\n")
        script = self.script("entry.py")
        temporary = os.path.join(self.folder, "temporary")
        os.mkdir(temporary)
        with mock.patch.object(tempfile, "tempdir", temporary):
            arena.run(script, b"a\n")
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(10):
                self.assertEqual(arena.run(script, b"a\n").stdout, b"1\n")
        self.assertEqual((os.listdir(temporary), len(os.listdir("/proc/self/fd"))), ([], before))
        self.assertEqual(running_in(temporary), [])

    @unittest.skipUnless(os.path.isdir("/proc"), "needs /proc")
    def test_an_interrupted_or_killed_referee_leaves_nothing(self):
        self.put("hangs.py", "while 1: pass")
        for sent, code in some(((signal.SIGKILL, -9), (signal.SIGTERM, 143),
                                (signal.SIGHUP, 129))):
            temporary = os.path.join(self.folder, f"temporary{sent}")
            os.mkdir(temporary)
            process = subprocess.Popen(
                [sys.executable, path("compare_runs.py"), "hangs.py", "--reference", "small.py",
                 "--input", "data.txt"], cwd=self.folder, stderr=subprocess.PIPE,
                env=dict(environment(), TMPDIR=temporary))
            self.wait_until(lambda folder=temporary: any(
                b"hangs.py" in line for line in running_in(folder)))
            process.send_signal(sent)
            errors = process.communicate(timeout=30)[1]
            self.assertEqual((process.returncode, errors), (code, b""))
            self.wait_until(lambda folder=temporary: not running_in(folder))
            self.wait_until(lambda folder=temporary: not os.listdir(folder))
            self.assertNotIn("run_results", os.listdir(self.folder))

    def test_a_referee_killed_before_it_says_anything_leaves_nothing(self):
        """The launcher, which waits for what it is to run, then clears up."""
        folder = os.path.join(self.folder, "left")
        os.mkdir(folder)
        for name in ("entry.py", "input.txt"):
            self.put(os.path.join("left", name), "")
        arena = runs.Arena(sys.executable, 20)
        process, report = arena.start(folder, "entry.py", False)
        os.close(report)
        process.stdin.write(b"00000001")
        process.communicate(timeout=30)
        self.assertFalse(os.path.exists(folder))

    def wait_until(self, happens):
        deadline = time.monotonic() + 20
        while not happens():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)


def running_in(folder):
    """The command lines of the processes that name a folder."""
    lines = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline", "rb") as file:
                line = file.read()
        except OSError:
            continue
        if folder.encode() in line:
            lines.append(line)
    return lines


class Records(unittest.TestCase):
    def test_the_table_holds_what_the_files_are(self):
        """Each record's size and class by the referee's own measure, and a date."""
        self.assertEqual(list(RECORDS), list(CLASSES))
        arena = runs.Arena(sys.executable, 300)
        for kind, (size, name, date, by, how) in RECORDS.items():
            with self.subTest(name):
                script = Script(path(name), read(name))
                lines, characters, count = measure(script.data)
                self.assertEqual(size, characters if kind == "characters" else count)
                run = arena.run(script, b"ab\nba\n", 5)
                self.assertEqual(find_class(script.data, run.unpacks), (kind, None))
                head = run_log("microgpt.py", b"ab\nba\n", 5)[0]
                self.assertEqual(run.stdout, head)
                self.assertRegex(date, r"\A20\d\d-\d\d-\d\d\Z")
                self.assertTrue(by and how)

    def test_the_page_has_the_records(self):
        text = read("docs", "competition.md").decode()
        for size, name, date, _, how in RECORDS.values():
            self.assertRegex(text, rf"\| {size:,} (bytes|characters) \| `{name}` \| {date} \|.*"
                                   + re.escape(how))


if __name__ == "__main__":
    unittest.main()
