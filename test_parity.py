#!/usr/bin/env python3
"""Check that every script prints the same log, and each artifact against source and outside tools.

    test_parity.py             everything, nothing to install; under two minutes on two cores
    test_parity.py deflate     only the cases whose name has that word
    test_parity.py --slow      the long checks that CI adds

A case that needs a tool or a data set that is not here is skipped and says so; where CI=true that
is a failure. Exit status: 0 only when nothing failed. `python3 -m pytest` runs the same cases.
"""
import argparse
import collections
import concurrent.futures
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.join(HERE, "tests")
FIRST = ("test_logs", "slow_versions", "slow_song", "slow_prime")      # the longest begin first

Outcome = collections.namedtuple("Outcome", "name seconds verdict details")


class Recorder(unittest.TestResult):
    """Collects an Outcome for each case; a case with a failed subtest counts once."""

    def __init__(self):
        super().__init__()
        self.outcomes = []

    def startTest(self, test):
        super().startTest(test)
        self.begun = time.time()
        self.seen = [len(kind) for kind in (self.failures, self.errors, self.skipped)]

    def stopTest(self, test):
        super().stopTest(test)
        self.record(test.id())

    def record(self, name):
        """Append the Outcome of all that was recorded since `seen`."""
        problems = self.failures[self.seen[0]:] + self.errors[self.seen[1]:]
        verdict = "ok"
        if problems:
            verdict = "FAILED"
        elif len(self.skipped) > self.seen[2]:
            verdict = "skipped: " + self.skipped[-1][1]
        self.outcomes.append(Outcome(name, time.time() - self.begun, verdict,
                                     [trace for _, trace in problems]))


def run_cases(names):
    """Run the cases of one class, by their names -> [Outcome]. Called in a process of its own."""
    if TESTS not in sys.path:
        sys.path.insert(0, TESTS)
    recorder = Recorder()
    recorder.begun, recorder.seen = time.time(), [0, 0, 0]
    unittest.defaultTestLoader.loadTestsFromNames(names).run(recorder)
    if not recorder.outcomes:                        # setUpClass failed, or skipped all of them
        recorder.record(names[0].rsplit(".", 1)[0])
    return recorder.outcomes


def cases(suite):
    """The single cases of a suite."""
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from cases(part)
        else:
            yield part


def collect(pattern, word):
    """{class: names of its cases that have the word}, in the order in which to start them."""
    sys.path.insert(0, TESTS)
    groups = {}
    for case in cases(unittest.defaultTestLoader.discover(TESTS, pattern)):
        if word.lower() in case.id().lower():
            groups.setdefault(case.id().rsplit(".", 1)[0], []).append(case.id())
    order = sorted(groups, key=lambda name: not name.startswith(FIRST))
    return {name: groups[name] for name in order}


def show(outcome):
    """A line for a case, and what went wrong in it."""
    print(f"{outcome.name:90} {outcome.seconds:6.1f} s  {outcome.verdict}", flush=True)
    for trace in outcome.details:
        print(trace, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="",
                        help="run only the cases with this in their name")
    parser.add_argument("--slow", action="store_true",
                        help="the long checks instead of the usual ones")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1,
                        help="processes (one a core)")
    arguments = parser.parse_args()
    groups = collect("slow_*.py" if arguments.slow else "test_*.py", arguments.word)
    if not groups:
        sys.exit(f"test_parity.py: no case has {arguments.word!r} in its name")
    begun, counts = time.time(), collections.Counter()
    with concurrent.futures.ProcessPoolExecutor(max(1, arguments.jobs)) as pool:
        futures = [pool.submit(run_cases, names) for names in groups.values()]
        for future in concurrent.futures.as_completed(futures):
            for outcome in future.result():
                show(outcome)
                counts[outcome.verdict.split(":")[0]] += 1
    print(f"{time.time() - begun:.0f} s")
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped",
          flush=True)
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        os._exit(130)
