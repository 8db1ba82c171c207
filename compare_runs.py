#!/usr/bin/env python3
"""The referee: run GPT scripts against the reference and say which of them print the same log.

    compare_runs.py                       the chain of this folder
    compare_runs.py MY.py OTHER.py        your entries
    compare_runs.py --input names.txt     on another data set
    compare_runs.py --by characters       ranked by characters, not by bytes

The reference (microgpt.py) and each entry run one after the other, each alone in an empty temporary
folder that holds the script and input.txt. An entry is valid when it exits with 0 and its whole
standard output is the reference's, byte for byte. Results go to run_results/<time>/ and the
scoreboard to standard output, the valid entries first, the smallest on top. Exit status: 0 when
every entry is valid, 1 when one is not, 2 for misuse.
"""
import argparse
import difflib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tokenize

HERE = os.path.dirname(os.path.abspath(__file__))
CHAIN = ("picogpt.py", "femtogpt.py", "attogpt.py", "zeptogpt.py", "yoctogpt.py")
MAX_OUTPUT = 1 << 20               # bytes of either stream that are kept; the log has about 30,000
MAX_FILE = 64 << 20                # bytes that an entry may write into one file
STEP = re.compile(r"step +(\d+) / +\d+ \| loss (\S+)$")
SAMPLE = re.compile(r"sample +\d+: (.*)$")
COUNTS = ("num docs: ", "vocab size: ", "num params: ")
COMPARED = ("metadata", "losses", "samples", "log")
COLUMNS = ("", "script", "bytes", "chars", "lines", "seconds", "ratio", *COMPARED, "")
LEFT_ALIGNED = (1, 11)             # columns of text


class UserError(Exception):
    """Something that the user can put right. The message is the whole line but for the command."""


# ---- Running one script ---------------------------------------------------------------------
def limit_file_size():
    """In the child, where the system can: no file above MAX_FILE, so that none fills the disk."""
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE, MAX_FILE))


def kill_group(process):
    """End the script and whatever it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()


class Collector(threading.Thread):
    """Reads a stream to its end and keeps MAX_OUTPUT bytes of it in `data`."""

    def __init__(self, stream, overflow, progress=None):
        super().__init__(daemon=True)
        self.stream, self.overflow, self.progress = stream, overflow, progress
        self.data = bytearray()

    def run(self):
        while True:
            chunk = self.stream.read1(65536)
            if not chunk:
                return
            self.data += chunk[:max(0, MAX_OUTPUT - len(self.data))]
            if len(self.data) >= MAX_OUTPUT:
                self.overflow.set()
            if self.progress:
                self.progress(self.data)


def start(python, script, data, folder):
    """The process of a copy of a script in a folder with `data` as its input.txt."""
    copy = shutil.copy(script, os.path.join(folder, os.path.basename(script)))
    with open(os.path.join(folder, "input.txt"), "wb") as file:
        file.write(data)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment.update(PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1", HOME=folder, TMPDIR=folder)
    return subprocess.Popen(
        [python, "-u", copy], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        preexec_fn=limit_file_size if os.name == "posix" else None)


def wait_for(process, timeout, overflow):
    """Wait for the end of a process, or end it -> its status: "ok" or what went wrong."""
    begun, status = time.perf_counter(), None
    try:
        while process.poll() is None and not status:
            if time.perf_counter() - begun > timeout:
                status = f"no end within {timeout:g} s"
            elif overflow.wait(0.05):
                status = "more than 1 MiB of output"
    finally:
        kill_group(process)
        process.wait()
    if status:
        return status
    code = process.returncode
    if code == 0:
        return "ok"
    return f"exit {code}" if code > 0 else f"signal {-code}"


def run_script(python, script, data, timeout, progress=None):
    """Run a script on `data` as its input.txt, in a folder of its own.

    -> {"stdout": bytes, "stderr": bytes, "seconds": float, "status": "ok" or what went wrong}
    """
    folder = tempfile.mkdtemp(prefix="compare_runs_")
    try:
        overflow, begun = threading.Event(), time.perf_counter()
        process = start(python, script, data, folder)
        out = Collector(process.stdout, overflow, progress)
        errors = Collector(process.stderr, overflow)
        out.start()
        errors.start()
        status = wait_for(process, timeout, overflow)
        seconds = time.perf_counter() - begun
        out.join(5)
        errors.join(5)
        stdout = bytes(out.data)
        if os.linesep == "\r\n":
            stdout = stdout.replace(b"\r\n", b"\n")
        return {"stdout": stdout, "stderr": bytes(errors.data), "seconds": seconds,
                "status": status}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- Judging --------------------------------------------------------------------------------
def parse_log(log):
    """A log, bytes -> {"metadata": lines, "losses": [(step, loss)], "samples": [text]}."""
    lines = log.decode("utf-8", "replace").split("\n")
    return {"metadata": [line for line in lines if line.startswith(COUNTS)],
            "losses": [match.groups() for match in map(STEP.match, lines) if match],
            "samples": [match[1] for match in map(SAMPLE.match, lines) if match]}


def measure(path):
    """(lines, characters, bytes) of a script.

    Characters by the encoding that it declares, None if it breaks that.
    """
    with open(path, "rb") as file:
        data = file.read()
    try:
        with open(path, "rb") as file:
            encoding = tokenize.detect_encoding(file.readline)[0]
        characters = len(data.decode(encoding))
    except (SyntaxError, UnicodeDecodeError):
        characters = None
    return data.count(b"\n") + (not data.endswith(b"\n")), characters, len(data)


def judge(name, path, run, reference):
    """One row of the scoreboard, a dict; `run` and `reference` as from run_script."""
    lines, characters, size = measure(path)
    row = {"name": name, "lines": lines, "characters": characters, "bytes": size,
           "status": run["status"], "seconds": round(run["seconds"], 2),
           "ratio": round(run["seconds"] / reference["seconds"], 3)}
    ours, theirs = parse_log(run["stdout"]), parse_log(reference["stdout"])
    row.update((part, ours[part] == theirs[part]) for part in ours)
    row["log"] = run["stdout"] == reference["stdout"]
    row["valid"] = row["log"] and run["status"] == "ok"
    return row


def rank_key(row, unit):
    """Sorts the rows of entries: the valid ones first, the smallest in `unit` on top."""
    size = row[unit]
    return not row["valid"], size is None, size, row["bytes"], row["name"]


def verdict(row):
    """The last cell of an entry's row."""
    if row["valid"]:
        return "valid"
    return "NOT VALID" if row["status"] == "ok" else f"NOT VALID ({row['status']})"


def scoreboard(rows):
    """Rows, the reference first -> text."""
    table, rank = [COLUMNS], 0
    for i, row in enumerate(rows):
        rank += bool(i and row["valid"])
        place = str(rank) if row["valid"] else "-"
        characters = "-" if row["characters"] is None else str(row["characters"])
        table.append([place if i else "ref", row["name"], str(row["bytes"]), characters,
                      str(row["lines"]), f"{row['seconds']:.1f}", f"{row['ratio']:.2f}",
                      *("same" if row[part] else "DIFFERS" for part in COMPARED),
                      verdict(row) if i else ""])
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = []
    for cells in table:
        padded = [cell.ljust(width) if i in LEFT_ALIGNED else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(cells, widths))]
        lines.append("  ".join(padded).rstrip())
    return "\n".join(lines)


def write_results(folder, name, run, reference):
    """One folder for one script: log, losses.csv, samples.txt, status.txt, and a diff."""
    parts = parse_log(run["stdout"])
    losses = [("step", "loss")] + parts["losses"]
    files = {"log.txt": run["stdout"], "stderr.txt": run["stderr"],
             "losses.csv": "".join(f"{step},{loss}\n" for step, loss in losses).encode(),
             "samples.txt": "".join(sample + "\n" for sample in parts["samples"]).encode(),
             "status.txt": f"{run['status']}\n{run['seconds']:.2f} seconds\n".encode()}
    if reference is not run:
        ours, theirs = [each["stdout"].decode("utf-8", "replace").splitlines(True)
                        for each in (run, reference)]
        diff = difflib.unified_diff(theirs, ours, "reference", name, n=0)
        files["diff.txt"] = "".join(diff).encode()
    os.makedirs(os.path.join(folder, name))
    for file_name, data in files.items():
        with open(os.path.join(folder, name, file_name), "wb") as file:
            file.write(data)


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


def progress_line(name):
    """A function of the output so far that keeps one line of progress on a terminal, or None."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def show(data):
        steps = re.findall(rb"step +(\d+) / +(\d+)", bytes(data[-200:]))
        if steps:
            done, total = map(int, steps[-1])
            print(f"\r{name:20} step {done:4} / {total}", end="", file=sys.stderr, flush=True)
    return show


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", nargs="*", metavar="ENTRY.py",
                        help="scripts to judge (the chain)")
    parser.add_argument("--input", metavar="FILE", default=os.path.join(HERE, "input.txt"),
                        help="the data set (this folder's input.txt)")
    parser.add_argument("--reference", metavar="FILE", default=os.path.join(HERE, "microgpt.py"),
                        help="whose log counts (microgpt.py)")
    parser.add_argument("--timeout", metavar="S", type=float, default=1800,
                        help="seconds for each script (1800)")
    parser.add_argument("--python", metavar="EXE", default=sys.executable,
                        help="the Python that runs them all (this one)")
    parser.add_argument("--results", metavar="DIR", default="run_results",
                        help="where the results go (run_results)")
    parser.add_argument("--by", choices=("bytes", "characters"), default="bytes",
                        help="what the valid entries are ranked by (bytes)")
    parser.add_argument("--json", action="store_true", help="print the scoreboard as JSON")
    arguments = parser.parse_args()
    if not arguments.timeout > 0:
        parser.error("--timeout: a number of seconds above 0")
    if not arguments.entries:
        chain = [os.path.join(HERE, name) for name in CHAIN]
        arguments.entries = [path for path in chain if os.path.isfile(path)]
        if not arguments.entries:
            parser.error("none of the chain's scripts is here; name the scripts to judge")
    for path in [arguments.reference, arguments.input] + arguments.entries:
        if not os.path.isfile(path):
            problem = "is not a file" if os.path.exists(path) else "no such file"
            parser.error(f"{path}: {problem}; name another")
    if not shutil.which(arguments.python):
        parser.error(f"--python: no program {arguments.python}")
    return arguments


def results_folder(parent):
    """A new folder, named after the time."""
    folder = os.path.join(parent, time.strftime("%Y-%m-%d_%H-%M-%S"))
    while os.path.exists(folder):
        folder += "+"
    os.makedirs(folder)
    return folder


def check_reference(path, run):
    """UserError unless the reference has printed a log to compare with."""
    if run["status"] != "ok":
        last = run["stderr"].decode("utf-8", "replace").strip().split("\n")[-1]
        raise UserError(f"the reference {path} failed: {run['status']} ({last[:200]})")
    if not all(parse_log(run["stdout"]).values()):
        raise UserError(f"the reference {path} printed no log to compare with")


def main():
    arguments = parse_arguments()
    with open(arguments.input, "rb") as file:
        data = file.read()
    folder = results_folder(arguments.results)
    paths = [arguments.reference] + arguments.entries
    rows, reference = [], None
    for i, (name, path) in enumerate(zip(unique_names(paths), paths), 1):
        print(f"{i} of {len(paths)}: {name} ...", file=sys.stderr)
        run = run_script(arguments.python, path, data, arguments.timeout, progress_line(name))
        reference = reference or run
        write_results(folder, name, run, reference)
        rows.append(judge(name, path, run, reference))
        again = "\r" if sys.stderr and sys.stderr.isatty() else ""
        print(f"{again}{name}: {run['status']}, {run['seconds']:.1f} s", file=sys.stderr)
        if run is reference:
            check_reference(path, run)
    rows[1:] = sorted(rows[1:], key=lambda row: rank_key(row, arguments.by))
    text = scoreboard(rows) + "\n"
    with open(os.path.join(folder, "summary.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    if arguments.json:
        print(json.dumps({"reference": rows[0], "entries": rows[1:], "results": folder}, indent=1))
    else:
        print(f"{text}\nlogs and differences: {folder}")
    return 0 if all(row["valid"] for row in rows) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"compare_runs.py: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"compare_runs.py: {error.filename or 'standard output'}: {error.strerror}")
