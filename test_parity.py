#!/usr/bin/env python3
"""Check that every script prints the same log, and each artifact against source and outside tools.

    test_parity.py             the usual tests, nothing to install; a minute on two cores
    test_parity.py deflate     only the cases whose name has that word
    test_parity.py --slow      the long checks that CI adds
    test_parity.py --record    the usual tests, and write how long each took to tests/durations.txt

A case that needs a tool or a data set that is not here is skipped and says so; where CI=true that
is a failure. Property tests take a third of their points, and all of them where CI=true. Exit
status: 0 only when nothing failed. `python3 -m pytest` runs the same cases.
"""
import argparse
import collections
import concurrent.futures
import gc
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(HERE, "tests")
DURATIONS = os.path.join(TESTS, "durations.txt")
UNKNOWN_SECONDS = 1.0                            # of a case whose duration is not recorded
SHORTEST_RECORDED = 0.2                          # seconds

Outcome = collections.namedtuple("Outcome", "name seconds verdict details")


class Recorder(unittest.TestResult):
    """Collects what went wrong, and why cases were skipped."""

    def verdict(self):
        """One word for all that was run, with the reason where it was skipped."""
        if self.failures or self.errors:
            return "FAILED"
        return "skipped: " + self.skipped[-1][1] if self.skipped else "ok"


def run_case(name):
    """Run one case by its name -> Outcome. Called in a process of its own."""
    if TESTS not in sys.path:
        sys.path.insert(0, TESTS)
    gc.set_threshold(100_000, 20, 20)                # the tapes of a GPT are many small objects
    recorder, start = Recorder(), time.perf_counter()
    unittest.defaultTestLoader.loadTestsFromName(name).run(recorder)
    problems = [trace for _, trace in recorder.failures + recorder.errors]
    return Outcome(name, time.perf_counter() - start, recorder.verdict(), problems)


def cases(suite):
    """The single cases of a suite."""
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from cases(part)
        else:
            yield part


def read_durations():
    """{name of a case: seconds that it took when it was recorded}."""
    durations = {}
    if os.path.exists(DURATIONS):
        with open(DURATIONS, encoding="utf-8") as file:
            for line in file:
                seconds, name = line.split()
                durations[name] = float(seconds)
    return durations


def write_durations(outcomes):
    """Record how long cases took, the longest first."""
    with open(DURATIONS, "w", encoding="utf-8") as file:
        for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds):
            if outcome.seconds >= SHORTEST_RECORDED:
                file.write(f"{outcome.seconds:6.1f} {outcome.name}\n")


def collect(pattern, word):
    """The names of the cases that have the word, the longest first."""
    sys.path.insert(0, TESTS)
    names = [case.id() for case in cases(unittest.defaultTestLoader.discover(TESTS, pattern))]
    durations = read_durations()
    return sorted((name for name in names if word.lower() in name.lower()),
                  key=lambda name: -durations.get(name, UNKNOWN_SECONDS))


def show(outcome):
    """A line for a case, and what went wrong in it."""
    print(f"{outcome.name:90} {outcome.seconds:6.1f} s  {outcome.verdict}", flush=True)
    for trace in outcome.details:
        print(trace, flush=True)


def cpu_seconds():
    """CPU seconds of this process and of those that it has waited for."""
    return sum(os.times()[:4])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="",
                        help="run only the cases with this in their name")
    parser.add_argument("--slow", action="store_true",
                        help="the long checks instead of the usual ones")
    parser.add_argument("--record", action="store_true",
                        help="write how long the cases took to tests/durations.txt")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1,
                        help="processes (one a core)")
    arguments = parser.parse_args()
    names = collect("slow_*.py" if arguments.slow else "test_*.py", arguments.word)
    if not names:
        sys.exit(f"test_parity.py: no case has {arguments.word!r} in its name")
    start, outcomes = time.perf_counter(), []
    with concurrent.futures.ProcessPoolExecutor(max(1, arguments.jobs)) as pool:
        futures = [pool.submit(run_case, name) for name in names]
        for future in concurrent.futures.as_completed(futures):
            outcomes.append(future.result())
            show(outcomes[-1])
    if arguments.record:
        write_durations(outcomes)
    counts = collections.Counter(outcome.verdict.split(":")[0] for outcome in outcomes)
    print(f"{time.perf_counter() - start:.0f} s, {cpu_seconds():.0f} s of CPU")
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped",
          flush=True)
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        os._exit(130)
