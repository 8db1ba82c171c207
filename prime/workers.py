"""Processes that map functions over tasks in order."""
import collections
import contextlib
import itertools
import multiprocessing
import signal

from common.command import UserError


def worker_loop(pipe, others):
    """What a worker does: answer each (function, task) with function(task) until the pipe closes.

    others: the parent's ends of pipes, which a fork has copied and only the parent should hold.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)     # Ctrl-C is for the parent, which ends this
    for other in others:
        other.close()
    with contextlib.suppress(EOFError, OSError, MemoryError):
        while True:
            function, task = pipe.recv()
            pipe.send(function(task))


class Workers:
    """A block with so many processes, which end with it; with one job there is no process.

    There are pipes and no locks, unlike in multiprocessing.Pool, which can hang when it is ended
    early and does when a worker is killed; here that is a UserError.
    """

    def __init__(self, jobs):
        self.jobs, self.pipes, self.processes = jobs, [], []
        self.numbers, self.busy, self.results = itertools.count(), {}, {}

    def __enter__(self):
        # Processes that begin now take over that SIGINT is ignored.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for _ in range(self.jobs if self.jobs > 1 else 0):
            ours, theirs = multiprocessing.Pipe()
            self.pipes.append(ours)
            self.processes.append(multiprocessing.Process(
                target=worker_loop, args=(theirs, self.pipes[:]), daemon=True))
            self.processes[-1].start()
            theirs.close()
        signal.signal(signal.SIGINT, handler)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.pid:
                process.kill()
                process.join()

    def map(self, function, tasks):
        """Yield function(task) for each task in order; tasks are taken a few ahead.

        One call may begin before another has ended.
        """
        if not self.pipes:
            yield from map(function, tasks)
            return
        tasks, running = iter(tasks), collections.deque()
        try:
            while True:
                free = [pipe for pipe in self.pipes if pipe not in self.busy]
                for pipe, task in zip(free, tasks):
                    self.busy[pipe] = next(self.numbers)
                    running.append(self.busy[pipe])
                    pipe.send((function, task))
                if running and running[0] in self.results:
                    yield self.results.pop(running.popleft())
                elif free and not running:
                    return
                else:
                    self.collect()
        except (EOFError, OSError):
            raise UserError("a worker was killed (is there too little memory?); "
                            "try fewer --jobs") from None

    def collect(self):
        """Wait for results of any call."""
        from multiprocessing.connection import wait  # not in Pyodide, without processes
        for pipe in wait(list(self.busy)):
            self.results[self.busy.pop(pipe)] = pipe.recv()
