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
import json
import os
import random
import shutil
import signal
import sys
import time

if __name__ == "__main__":
    for folder in ("common", "referee"):
        if not os.path.isdir(os.path.join(sys.path[0], folder)):
            sys.exit(f"compare_runs.py: {folder}/ is missing; copy it next to this script")

from common.chain import CHAIN
from common.command import UserError, read_own
from referee.data_sets import draw_datasets
from referee.judging import Judgement
from referee.records import RECORDS
from referee.runs import Arena
from referee.scoreboard import printable, rank_key, scoreboard, write_results
from referee.scripts import Script
from referee.tournament import Tournament

HERE = os.path.dirname(os.path.realpath(__file__))
RESULTS = "run_results"
REFERENCE, INPUT = os.path.join(HERE, "microgpt.py"), os.path.join(HERE, "input.txt")


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
    parser.add_argument("--input", metavar="FILE", default=INPUT,
                        help="the data set of the whole run (this folder's input.txt)")
    parser.add_argument("--reference", metavar="FILE", default=REFERENCE,
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
    parser.add_argument("--json", action="store_true", help="print the scoreboard as JSON")
    arguments = parser.parse_args()
    if not arguments.timeout > 0:
        parser.error("--timeout: a number of seconds above 0")
    if arguments.jobs is not None and not 0 < arguments.jobs <= 1000:
        parser.error("--jobs: a number from 1 to 1000")
    if not arguments.entries:
        chain = [os.path.join(HERE, name) for name in list(CHAIN)[1:]]
        arguments.entries = [path for path in chain if os.path.isfile(path)]
        if not arguments.entries:
            parser.error("none of the chain's scripts is here; name the scripts to judge")
    inputs = [] if arguments.quick else [arguments.input]
    for path in [arguments.reference] + inputs + arguments.entries:
        if not (os.path.isfile(path) or is_own(path)):
            problem = "is not a file" if os.path.exists(path) else "no such file"
            parser.error(f"{printable(path)}: {problem}; name another")
    if not shutil.which(arguments.python):
        parser.error(f"--python: no program {arguments.python}")
    return arguments


def is_own(path):
    """Is it the reference or the data set that this program brings, perhaps inside a .pyz?"""
    try:
        return path in (REFERENCE, INPUT) and bool(read_own(path))
    except OSError:
        return False


def read(path):
    """The bytes of a file, or of one of our own inside a .pyz."""
    if is_own(path):
        return read_own(path)
    with open(path, "rb") as file:
        return file.read()


def check_results(parent):
    """UserError if a folder cannot be made there: better now than after the last run."""
    place = os.path.abspath(parent)
    while not os.path.lexists(place):
        place = os.path.dirname(place)
    if not (os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK)):
        raise UserError(f"{parent}: cannot be made here; change to a folder that can be written")


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
    judgements = [Judgement(name, Script(path, read(path)))
                  for name, path in zip(unique_names(paths), paths)]
    data = None if arguments.quick else read(arguments.input)
    check_results(RESULTS)
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    datasets = draw_datasets(seed, data)
    arena = Arena(arguments.python, arguments.timeout)
    tournament = Tournament(arena, datasets, arguments.jobs, SIGNALS)
    reference, *entries = judgements
    tournament.play(reference, entries)
    if SIGNALS:
        return 128 + SIGNALS[0]
    sees_compile = arena.implementation == "cpython"
    rows = [each.row(datasets, reference.runs, sees_compile) for each in judgements]
    rows[1:] = sorted(rows[1:], key=rank_key)
    conditions = (f"{len(datasets)} data sets, --seed {seed}; {arena.implementation} "
                  f"{arena.version}; " + ("no network, a process namespace for each run"
                                          if arena.namespaces else "no namespaces here"))
    text = scoreboard(rows[0], rows[1:], arguments.quick) + "\n\n" + conditions + "\n"
    if not arguments.json:
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        print(scoreboard(rows[0], rows[1:], arguments.quick, color) + "\n\n" + conditions)
    folder = results_folder(RESULTS)
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

def run():
    """main() with its errors in one line: status 1; a signal ends it with its own status."""
    for ending in ENDING:
        signal.signal(ending, lambda number, _: SIGNALS.append(number))
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"compare_runs.py: {error}")
    except OSError as error:
        sys.exit(f"compare_runs.py: {error.filename or 'standard output'}: {error.strerror}")


if __name__ == "__main__":
    run()
