#!/usr/bin/env python3
"""fastgpt.py against the original, against PyTorch and NumPy, against itself as it grows, and with two workers.

    python3 bench/fastgpt_speed.py [--pypy pypy3] [--torch PYTHON] [--part original|torch|growth|workers|memory]

Each line names what was timed against what, in the same run, and the ratio; on the canonical names where they are.
--torch: a Python that has torch and numpy (pip install torch numpy); without it that part is left out. The rivals are
written here, for this comparison.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)
import fastgpt  # noqa: E402

YARDSTICK = os.path.join(os.path.dirname(ROOT), "shared", "yardstick.py")
RIVALS = os.path.join(ROOT, "bench", "rivals.py")


def run(*command, cwd=None):
    """(seconds of the whole process, its standard output)."""
    start = time.perf_counter()
    out = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, check=True).stdout.decode()
    return time.perf_counter() - start, out


def line(what, mine, rival):
    print("%-66s %8.2f %8.2f  ratio %6.2f" % (what, mine, rival, mine / rival), flush=True)


def against_original(options, folder):
    """Whole log against the estimate of the original, which is measured before and after."""
    if not os.path.isfile(YARDSTICK):
        return print("original: left out, needs ../shared/yardstick.py")
    for _ in range(3):
        estimates = [float(run(sys.executable, YARDSTICK, "60")[1].split("about")[1].split()[0])]
        mine = run(sys.executable, os.path.join(ROOT, "fastgpt.py"), cwd=folder)[0]
        estimates.append(float(run(sys.executable, YARDSTICK, "60")[1].split("about")[1].split()[0]))
        rival = sum(estimates) / 2
        print("fastgpt.py, whole log: %.2f s; the original about %.0f s: %.0f times faster" % (
            mine, rival, rival / mine), flush=True)


def against_torch(options, folder):
    """Training loops alone, then whole processes, by turns."""
    if not options.torch:
        return print("torch: left out, needs --torch PYTHON")
    loops = {}
    for _ in range(2):
        for name, python in (("fastgpt", sys.executable), ("torch", options.torch), ("numpy", options.torch),
                             ("pypy", options.pypy)):
            if python and shutil.which(python):
                kind = name if name in ("torch", "numpy") else "fastgpt"
                whole, out = run(python, RIVALS, kind, cwd=folder)
                loop, loss = map(float, out.split())
                loops.setdefault(name, []).append((loop, whole, loss))
    best = {name: [min(values) for values in zip(*rows)] for name, rows in loops.items()}
    for name in best:
        line("training loop, 1000 steps: fastgpt on CPython against %s" % name, best["fastgpt"][0], best[name][0])
        line("whole process: fastgpt on CPython against %s" % name, best["fastgpt"][1], best[name][1])
    if "pypy" in best:
        line("training loop: fastgpt on PyPy against torch", best["pypy"][0], best["torch"][0])
    print("last losses:", {name: round(rows[2], 4) for name, rows in best.items()})


def growth(options, folder):
    """Seconds for each parameter and token from 4 thousand to 1 million parameters."""
    first = None
    for width, layers, repeats in ((16, 1, 40), (32, 2, 10), (64, 2, 4), (128, 2, 2), (208, 2, 1)):
        settings = fastgpt.Settings(27, layers, width, 4, 16)
        model, tokens = fastgpt.drawn(settings, random.Random(1)), [26] + [k % 26 for k in range(16)]
        times = []
        for s in range(repeats + 1):
            start = time.perf_counter()
            model.step(fastgpt.loss_and_gradients(settings, model.matrices, tokens)[1], 0.001, s + 1)
            times.append(time.perf_counter() - start)
        cost = min(times[1:]) / settings.size() / 16 * 1e9
        first = first or cost
        line("ns a parameter and token, %7d parameters, against the smallest" % settings.size(), cost, first)


def workers(options, folder):
    """Batches of 8 documents, about 100,000 parameters: one process against two."""
    settings = fastgpt.Settings(27, 2, 64, 4, 16)
    documents = [[26] + [(k * j) % 26 for k in range(16)] for j in range(1, 9)]
    seconds = {1: [], 2: []}
    for _ in range(4):
        for count in (1, 2):
            model = fastgpt.drawn(settings, random.Random(1))
            fastgpt.batch_gradients(model, documents, count)
            start = time.perf_counter()
            for s in range(2):
                model.step(fastgpt.batch_gradients(model, documents, count)[1], 0.001, s + 1)
            seconds[count].append(time.perf_counter() - start)
    line("two workers, %d parameters, batch 8: one against two" % settings.size(), min(seconds[1]), min(seconds[2]))


def memory(options, folder):
    """Peak memory of a training step with a million parameters, in a process of its own."""
    program = ("import sys,random,resource;sys.path.insert(0,%r);import fastgpt as f;s=f.Settings(27,2,208,4,16);"
               "m=f.drawn(s,random.Random(1));t=[26]+[k%%26 for k in range(16)];"
               "[m.step(f.loss_and_gradients(s,m.matrices,t)[1],.001,i+1) for i in range(2)];"
               "print(s.size(),resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)" % ROOT)
    size, peak = run(sys.executable, "-c", program)[1].split()
    print("peak memory, %s parameters: %.0f MB" % (size, float(peak)))


def main():
    parts = {"original": against_original, "torch": against_torch, "growth": growth, "workers": workers,
             "memory": memory}
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pypy", default="pypy3")
    options.add_argument("--torch", help="a Python with torch and numpy")
    options.add_argument("--part", choices=parts, help="only this one")
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        canonical = os.path.join(os.path.dirname(YARDSTICK), "canonical", "input.txt")
        shutil.copy(canonical if os.path.isfile(canonical) else os.path.join(ROOT, "input.txt"), folder)
        for name, part in parts.items():
            if options.part in (None, name):
                part(options, folder)


if __name__ == "__main__":
    main()
