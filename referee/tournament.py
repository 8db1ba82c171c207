"""The tournament: the reference and the entries on all data sets, as many at once as is fair."""
import concurrent.futures
import os
import sys
import threading
import time

from common.command import UserError

from .data_sets import FULL
from .judging import STEP, split_log
from .scoreboard import printable


class Progress:
    """A line on a terminal's standard error: what runs, how far it is, and the time left."""

    def __init__(self):
        self.shown = sys.stderr is not None and sys.stderr.isatty()
        self.start_time, self.done, self.total, self.lock = None, 0.0, 0.0, threading.Lock()

    def begin(self, weights):
        """A phase begins, whose runs have these weights: the reference's seconds, or guesses."""
        self.start_time, self.done, self.total = time.perf_counter(), 0.0, sum(weights)

    def finish(self, weight):
        with self.lock:
            self.done += weight

    def listener(self, name, dataset):
        """A function of the output so far, for Arena.run."""
        def show_steps(data):
            steps = STEP.findall(bytes(data[-200:]).decode("utf-8", "replace").rpartition("\n")[0]
                                 .rpartition("\n")[2])
            where = f"step {steps[0][0]} / {steps[0][1]}" if steps else ""
            left = ""
            if self.done:
                spent = time.perf_counter() - self.start_time
                left = f", {spent * (self.total - self.done) / self.done:.0f} s left"
            print(f"\r\033[K{printable(name)}, {dataset}: {where}{left}", end="", file=sys.stderr,
                  flush=True)
        return show_steps if self.shown else None

    def end(self):
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Tournament:
    """Runs the reference and the entries on all data sets, in memory until the end."""

    def __init__(self, arena, datasets, jobs=None, signals=()):
        """jobs: runs side by side, None for as many as is fair. signals: a list of the numbers of
        signals that have come; when there is one, no run begins and those that go on end."""
        self.arena, self.datasets, self.jobs, self.signals = arena, datasets, jobs, signals
        self.references, self.progress = {}, Progress()

    def play(self, reference, entries):
        """Fill in the runs of Judgements. UserError where the reference fails."""
        small = [dataset for dataset in self.datasets if dataset.name != FULL]
        large = [dataset for dataset in self.datasets if dataset.name == FULL]
        cores = os.cpu_count() or 1
        self.play_round([(reference, dataset) for dataset in small + large], cores,
                        lambda dataset: len(dataset.data) + 1000 * (dataset.lines is None))
        for dataset in () if self.signals else self.datasets:
            check_reference(reference.script.path, reference.runs[dataset.name], dataset)
        self.references = reference.runs
        for datasets, jobs in ((small, self.jobs or cores), (large, self.jobs or 1)):
            self.play_round([(entry, dataset) for entry in entries for dataset in datasets], jobs,
                            lambda dataset: self.references[dataset.name].seconds)
        self.progress.end()

    def play_round(self, pairs, jobs, weigh):
        self.progress.begin([weigh(dataset) for _, dataset in pairs])
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            waiting = futures = [pool.submit(self.play_one, judgement, dataset, weigh(dataset))
                                 for judgement, dataset in pairs]
            while waiting:
                waiting = concurrent.futures.wait(futures, timeout=0.1).not_done
                if self.signals:
                    self.arena.close()     # so that the pool's threads end
                    waiting = ()
        if not self.signals:
            for future in futures:
                future.result()            # raises what went wrong in it

    def play_one(self, judgement, dataset, weight):
        if not judgement.failed and not self.signals:
            judgement.runs[dataset.name] = self.arena.run(
                judgement.script, dataset.data, dataset.lines,
                self.progress.listener(judgement.name, dataset.name))
            if dataset.name in self.references:
                fault = judgement.fault(dataset, self.references[dataset.name])
                judgement.failed = fault is not None
        self.progress.finish(weight)


def check_reference(path, run, dataset):
    """UserError unless the reference has printed a log to compare with."""
    where = f"the reference {path} on \"{dataset.name}\""
    if run.status != "ok":
        last = run.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise UserError(f"{where}: {run.status}" + f" ({ascii(last[:200])[1:-1]})" * bool(last))
    if not any(map(STEP.match, split_log(run.stdout))):
        raise UserError(f"{where}: printed no log to compare with")
