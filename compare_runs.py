#!/usr/bin/env python3
"""The referee: run GPT scripts against the reference and say which of them print the same log.

    python3 compare_runs.py                       the chain of this folder
    python3 compare_runs.py MY.py OTHER.py        your entries
    python3 compare_runs.py --input names.txt     on another data set

The reference (microgpt.py) and each entry run one after the other, each alone in an empty temporary folder that holds
the script and input.txt. An entry is valid when it exits with 0 and its whole standard output is the reference's, byte
for byte. Results go to run_results/<time>/ and the scoreboard to standard output, the valid entries first, the smallest
on top. Exit status: 0 when every entry is valid, 1 when one is not, 2 for a wrong call.
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
CHAIN = ("picogpt.py", "femtogpt.py", "attogpt.py", "zeptogpt.py")
MOST_OUTPUT = 1 << 20              # bytes of either stream that are kept; the log has about 30,000
MOST_FILE = 64 << 20               # bytes that an entry may write into one file
STEP = re.compile(r"step +(\d+) / +\d+ \| loss (\S+)$")
SAMPLE = re.compile(r"sample +\d+: (.*)$")


# ---- running one script ------------------------------------------------------------------------------------------

def _limit_file_size():
    """In the child, where the system can: no file above MOST_FILE, so that no entry fills the disk."""
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE, MOST_FILE))


def _stop(process):
    """End the script and whatever it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, ProcessLookupError, PermissionError):
        process.kill()


def _collect(stream, kept, progress, too_much):
    """Read a stream to its end into `kept`, MOST_OUTPUT bytes at most."""
    while True:
        chunk = stream.read1(65536)
        if not chunk:
            return
        kept += chunk[:max(0, MOST_OUTPUT - len(kept))]
        if len(kept) >= MOST_OUTPUT:
            too_much.set()
        if progress:
            progress(kept)


def run_script(python, script, data, timeout, progress=None):
    """Run a script on `data` as its input.txt, in a folder of its own.

    -> {"stdout": bytes, "stderr": bytes, "seconds": float, "status": "ok" or what went wrong}"""
    folder = tempfile.mkdtemp(prefix="compare_runs_")
    too_much = threading.Event()
    try:
        copy = shutil.copy(script, os.path.join(folder, os.path.basename(script)))
        with open(os.path.join(folder, "input.txt"), "wb") as file:
            file.write(data)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        environment.update(PYTHONUTF8="1", PYTHONDONTWRITEBYTECODE="1", HOME=folder, TMPDIR=folder)
        start = time.perf_counter()
        process = subprocess.Popen(
            [python, "-u", copy], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True, preexec_fn=_limit_file_size if os.name == "posix" else None)
        kept = bytearray(), bytearray()
        readers = [threading.Thread(target=_collect, args=(stream, buffer, show, too_much), daemon=True)
                   for stream, buffer, show in ((process.stdout, kept[0], progress), (process.stderr, kept[1], None))]
        try:
            for reader in readers:
                reader.start()
            status = None
            while process.poll() is None and not status:
                if time.perf_counter() - start > timeout:
                    status = "no end within %g s" % timeout
                elif too_much.wait(0.05):
                    status = "more than 1 MiB of output"
            seconds = time.perf_counter() - start
        finally:
            _stop(process)
            process.wait()
        for reader in readers:
            reader.join(5)
        if not status:
            code = process.returncode
            status = "ok" if code == 0 else "exit %d" % code if code > 0 else "signal %d" % -code
        out = bytes(kept[0]).replace(b"\r\n", b"\n") if os.linesep == "\r\n" else bytes(kept[0])
        return {"stdout": out, "stderr": bytes(kept[1]), "seconds": seconds, "status": status}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- judging --------------------------------------------------------------------------------------------------------

def parts(log):
    """A log (bytes) -> {"metadata": lines, "losses": [(step, loss)], "samples": [text]}, as they are printed."""
    lines = log.decode("utf-8", "replace").split("\n")
    return {"metadata": [line for line in lines if line.startswith(("num docs: ", "vocab size: ", "num params: "))],
            "losses": [match.groups() for match in map(STEP.match, lines) if match],
            "samples": [match.group(1) for match in map(SAMPLE.match, lines) if match]}


def size(path):
    """(lines, characters, bytes) of a script; characters under the coding that it declares, None if it breaks it."""
    with open(path, "rb") as file:
        data = file.read()
    try:
        with open(path, "rb") as file:
            coding = tokenize.detect_encoding(file.readline)[0]
        characters = len(data.decode(coding))
    except (SyntaxError, UnicodeDecodeError):
        characters = None
    return data.count(b"\n") + (not data.endswith(b"\n")), characters, len(data)


def judge(name, path, run, reference):
    """One row of the scoreboard, a dict; `run` and `reference` as from run_script."""
    lines, characters, length = size(path)
    mine, theirs = parts(run["stdout"]), parts(reference["stdout"])
    return {"name": name, "lines": lines, "characters": characters, "bytes": length, "status": run["status"],
            "seconds": round(run["seconds"], 2), "ratio": round(run["seconds"] / reference["seconds"], 3),
            "metadata": mine["metadata"] == theirs["metadata"], "losses": mine["losses"] == theirs["losses"],
            "samples": mine["samples"] == theirs["samples"], "log": run["stdout"] == reference["stdout"],
            "valid": run["status"] == "ok" and run["stdout"] == reference["stdout"]}


def scoreboard(rows):
    """Rows -> text: the reference as it stands, then the valid entries by size, then the others."""
    head = ("", "script", "bytes", "chars", "lines", "seconds", "ratio", "metadata", "losses", "samples", "log", "")
    table, place = [head], 0
    for k, row in enumerate(rows):
        if k and row["valid"]:
            place += 1
        rank = "ref" if not k else str(place) if row["valid"] else "-"
        said = ["same" if row[key] else "DIFFERS" for key in ("metadata", "losses", "samples", "log")]
        verdict = "" if not k else "valid" if row["valid"] else \
            "NOT VALID" + ("" if row["status"] == "ok" else " (%s)" % row["status"])
        characters = "-" if row["characters"] is None else row["characters"]
        table.append([str(cell) for cell in (rank, row["name"], row["bytes"], characters, row["lines"],
                                             "%.1f" % row["seconds"], "%.2f" % row["ratio"], *said, verdict)])
    widths = [max(len(line[k]) for line in table) for k in range(len(head))]
    left = (1, 11)
    return "\n".join("  ".join(cell.ljust(width) if k in left else cell.rjust(width)
                               for k, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in table)


def write_results(folder, name, run, reference):
    """One folder for one script: log, losses.csv, samples.txt, status.txt, and how its log differs."""
    place = os.path.join(folder, name)
    os.makedirs(place)
    found = parts(run["stdout"])
    files = {"log.txt": run["stdout"], "stderr.txt": run["stderr"],
             "losses.csv": "".join("%s,%s\n" % pair for pair in [("step", "loss")] + found["losses"]).encode(),
             "samples.txt": "".join(s + "\n" for s in found["samples"]).encode(),
             "status.txt": ("%s\n%.2f seconds\n" % (run["status"], run["seconds"])).encode()}
    if reference is not run:
        ours, theirs = [r["stdout"].decode("utf-8", "replace").splitlines(True) for r in (run, reference)]
        files["diff.txt"] = "".join(difflib.unified_diff(theirs, ours, "reference", name, n=0)).encode()
    for file_name, data in files.items():
        with open(os.path.join(place, file_name), "wb") as file:
            file.write(data)


# ---- the command ----------------------------------------------------------------------------------------------------

def unique_names(paths):
    """A short name for each path: its file name, with a number where two are alike."""
    names = []
    for path in paths:
        stem, ending = os.path.splitext(os.path.basename(path))
        name, k = stem + ending, 2
        while name in names:
            name, k = "%s-%d%s" % (stem, k, ending), k + 1
        names.append(name)
    return names


def progress_line(name):
    """A function of the output so far that keeps one line of progress on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def show(kept):
        steps = re.findall(rb"step +(\d+) / +(\d+)", bytes(kept[-200:]))
        if steps:
            sys.stderr.write("\r%-20s step %4d / %d" % (name, int(steps[-1][0]), int(steps[-1][1])))
            sys.stderr.flush()
    return show


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("entries", nargs="*", metavar="ENTRY.py", help="scripts to judge (default: the chain)")
    options.add_argument("--input", metavar="FILE", default=os.path.join(HERE, "input.txt"),
                         help="the data set (default: this folder's input.txt)")
    options.add_argument("--reference", metavar="FILE", default=os.path.join(HERE, "microgpt.py"),
                         help="whose log counts (default: microgpt.py)")
    options.add_argument("--timeout", metavar="S", type=float, default=1800, help="seconds for each script (1800)")
    options.add_argument("--python", metavar="EXE", default=sys.executable, help="the Python that runs them all")
    options.add_argument("--results", metavar="DIR", default="run_results", help="where the results go (run_results)")
    options.add_argument("--json", action="store_true", help="print the scoreboard as JSON")
    arguments = options.parse_args()
    if not arguments.timeout > 0:
        options.error("--timeout: a number of seconds above 0")
    entries = arguments.entries or [os.path.join(HERE, name) for name in CHAIN]
    for path in [arguments.reference, arguments.input] + entries:
        if not os.path.isfile(path):
            options.error("%s: no such file" % path if not os.path.exists(path) else "%s is not a file" % path)
    if not shutil.which(arguments.python):
        options.error("--python: no program %s" % arguments.python)
    with open(arguments.input, "rb") as file:
        data = file.read()

    folder = os.path.join(arguments.results, time.strftime("%Y-%m-%d_%H-%M-%S"))
    while os.path.exists(folder):
        folder += "+"
    os.makedirs(folder)
    paths = [arguments.reference] + entries
    rows, reference = [], None
    for k, (name, path) in enumerate(zip(unique_names(paths), paths)):
        print("%d of %d: %s ..." % (k + 1, len(paths), name), file=sys.stderr)
        run = run_script(arguments.python, path, data, arguments.timeout, progress_line(name))
        reference = reference or run
        write_results(folder, name, run, reference)
        rows.append(judge(name, path, run, reference))
        again = "\r" if sys.stderr and sys.stderr.isatty() else ""
        print("%s%s: %s, %.1f s" % (again, name, run["status"], run["seconds"]),
              file=sys.stderr)
        if run is reference and run["status"] == "ok" and not all(parts(run["stdout"]).values()):
            sys.exit("compare_runs.py: the reference %s printed no log to compare with" % path)
        if run is reference and run["status"] != "ok":
            last = run["stderr"].decode("utf-8", "replace").strip().split("\n")[-1]
            sys.exit("compare_runs.py: the reference %s failed: %s (%s)" % (path, run["status"], last[:200]))
    rows[1:] = sorted(rows[1:], key=lambda row: (not row["valid"], row["bytes"], row["name"]))
    text = scoreboard(rows) + "\n"
    with open(os.path.join(folder, "summary.txt"), "w", encoding="utf-8") as file:
        file.write(text)
    print(json.dumps({"reference": rows[0], "entries": rows[1:], "results": folder}, indent=1)
          if arguments.json else text + "\nlogs and differences: " + folder)
    sys.exit(0 if all(row["valid"] for row in rows) else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit("compare_runs.py: %s: %s" % (error.filename or "standard output", error.strerror))
