#!/usr/bin/env python3
"""Check that every script prints the same log, and each artifact against source and outside tools.

    test_parity.py             the usual tests, nothing to install; a minute on two cores
    test_parity.py deflate     only the cases whose name has that word
    test_parity.py --slow      the long checks that CI adds
    test_parity.py --record    write how long each case took to tests/durations.txt, too

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
    """Collects an Outcome for each case; a case with a failed subtest counts once."""

    def __init__(self):
        super().__init__()
        self.outcomes = []
        self.mark()

    def mark(self):
        """What is recorded from here on belongs to the next Outcome."""
        self.start_time = time.perf_counter()
        self.seen = [len(each) for each in (self.failures, self.errors, self.skipped)]

    def startTest(self, test):
        super().startTest(test)
        if self.outcomes:                            # a class's fixture is its first case's time
            self.mark()

    def stopTest(self, test):
        super().stopTest(test)
        self.record(test.id())

    def record(self, name):
        """Append the Outcome of all that was recorded since the mark."""
        problems = self.failures[self.seen[0]:] + self.errors[self.seen[1]:]
        verdict = "ok"
        if problems:
            verdict = "FAILED"
        elif len(self.skipped) > self.seen[2]:
            verdict = "skipped: " + self.skipped[-1][1]
        self.outcomes.append(Outcome(name, time.perf_counter() - self.start_time, verdict,
                                     [trace for _, trace in problems]))


def run_cases(names):
    """Run a case, or some of one class, by their names -> [Outcome]. In a process of its own."""
    if TESTS not in sys.path:
        sys.path.insert(0, TESTS)
    gc.set_threshold(100_000, 20, 20)                # the tapes of a GPT are many small objects
    recorder = Recorder()
    unittest.defaultTestLoader.loadTestsFromNames(names).run(recorder)
    if not recorder.outcomes:                        # setUpClass failed, or skipped all of them
        for name in names:
            recorder.record(name)
    return recorder.outcomes


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
    """Record how long cases took, the longest first; those that did not run keep their time."""
    durations = {**read_durations(), **{each.name: each.seconds for each in outcomes}}
    with open(DURATIONS, "w", encoding="utf-8") as file:
        for name, seconds in sorted(durations.items(), key=lambda item: -item[1]):
            if seconds >= SHORTEST_RECORDED:
                file.write(f"{seconds:6.1f} {name}\n")


def collect(pattern, word):
    """[names of cases to run together], the longest first.

    That is one case, but for classes with `costly_fixture`, whose cases share what setUpClass made.
    """
    sys.path.insert(0, TESTS)
    durations, units = read_durations(), {}
    for case in cases(unittest.defaultTestLoader.discover(TESTS, pattern)):
        name = case.id()
        if word.lower() in name.lower():
            unit = name.rsplit(".", 1)[0] if getattr(case, "costly_fixture", False) else name
            units.setdefault(unit, []).append(name)
    return sorted(units.values(), key=lambda names: -sum(
        durations.get(name, UNKNOWN_SECONDS) for name in names))


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
    units = collect("slow_*.py" if arguments.slow else "test_*.py", arguments.word)
    if not units:
        sys.exit(f"test_parity.py: no case has {arguments.word!r} in its name")
    start, outcomes = time.perf_counter(), []
    with concurrent.futures.ProcessPoolExecutor(max(1, arguments.jobs)) as pool:
        futures = [pool.submit(run_cases, names) for names in units]
        for future in concurrent.futures.as_completed(futures):
            for outcome in future.result():
                outcomes.append(outcome)
                show(outcome)
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
