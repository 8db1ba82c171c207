#!/usr/bin/env python3
"""Test everything: the scripts of the chain against one log, the artifacts against their source and outside tools.

    python3 test_parity.py             all of it, nothing to install; some minutes
    python3 test_parity.py deflate     only the cases whose name has that word
    python3 test_parity.py --slow      the long checks that CI adds

A case that needs a tool or a data set that is not here is skipped and says so; where CI=true that is a failure. Exit
status: 0 only when nothing failed. `python3 -m pytest` runs the same cases.
"""
import argparse
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def cases(suite):
    """The single cases of a suite."""
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from cases(part)
        else:
            yield part


class Progress(unittest.TestResult):
    """Prints each case as it ends, with its seconds; a case with a failed subtest counts once."""

    def __init__(self):
        super().__init__()
        self.passed, self.failed, self.total = 0, 0, 0

    def startTest(self, test):
        super().startTest(test)
        self.begun, self.before = time.time(), [len(kind) for kind in (self.failures, self.errors, self.skipped)]

    def stopTest(self, test):
        super().stopTest(test)
        bad = self.failures[self.before[0]:] + self.errors[self.before[1]:]
        if bad:
            said = "FAILED"
            self.failed += 1
        elif len(self.skipped) > self.before[2]:
            said = "skipped: " + self.skipped[-1][1]
        else:
            said = "ok"
            self.passed += 1
        print("%-60s %6.1f s  %s" % (test.id(), time.time() - self.begun, said), flush=True)
        for _, trace in bad:
            print(trace, flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("word", nargs="?", default="", help="run only the cases with this in their name")
    options.add_argument("--slow", action="store_true", help="the long checks instead of the usual ones")
    arguments = options.parse_args()
    sys.path.insert(0, os.path.join(HERE, "tests"))
    loaded = unittest.TestLoader().discover(os.path.join(HERE, "tests"), "slow_*.py" if arguments.slow else "test_*.py")
    chosen = [case for case in cases(loaded) if arguments.word in case.id()]
    if not chosen:
        sys.exit("test_parity.py: no case has '%s' in its name" % arguments.word)
    waiting = ("test_chain.Parity", "test_fastgpt.Log")                         # for the logs that run meanwhile
    chosen.sort(key=lambda case: case.id().startswith(waiting))
    modules = {type(case).__module__: sys.modules[type(case).__module__] for case in chosen}
    if any(case.id().startswith("test_chain.Parity") for case in chosen):
        modules["test_chain"].start()
    result = Progress()
    begun = time.time()
    unittest.TestSuite(chosen).run(result)
    extra = len(result.failures) + len(result.errors) - result.failed           # a module that did not even load
    result.failed += max(0, extra if not result.testsRun else 0)
    print("%.0f s" % (time.time() - begun))
    print("%d passed, %d failed, %d skipped" % (result.passed, result.failed, len(result.skipped)), flush=True)
    os._exit(1 if result.failed or result.errors or result.failures else 0)     # without waiting for unneeded runs


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        os._exit(130)
