#!/usr/bin/env python3
"""fastgpt.py against the original, C, PyTorch and NumPy; the Python kernels as they grow.

    fastgpt_speed.py [--pypy pypy3] [--torch PYTHON]
                     [--part original|rivals|large|start|growth|workers|memory]

Each line names what was timed against what, in the same run, and the ratio; on the canonical names
where they are. --torch: a Python that has torch and numpy (pip install torch numpy); without it
they are left out, as C is without gcc. The rivals are in rivals.py and rival.c, written for this
comparison.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
import fastgpt

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

ORIGINAL = os.path.join(ROOT, "bench", "original.py")
RIVALS = os.path.join(ROOT, "bench", "rivals.py")
FASTGPT = os.path.join(ROOT, "fastgpt.py")
MEMORY = ("import sys,random,resource;sys.path.insert(0,sys.argv[1]);import fastgpt as f;"
          "s=f.Shape(27,2,208,4,16);m=f.init_model(s,random.Random(1));"
          "t=[26]+[k%26 for k in range(16)];"
          "[m.step(f.loss_and_gradients(s,m.matrices,t)[1],.001,i+1) for i in range(2)];"
          "print(s.size(),resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024)")


def run(*command, cwd=None):
    """(seconds of the whole process, its standard output)."""
    start = time.perf_counter()
    out = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, check=True).stdout.decode()
    return time.perf_counter() - start, out


def show_ratio(what, ours, rival):
    print(f"{what:66} {ours:8.2f} {rival:8.2f}  ratio {ours / rival:6.2f}", flush=True)


def original_seconds():
    """Seconds that the original would take now, by bench/original.py."""
    return float(run(sys.executable, ORIGINAL, "10")[1].split("about")[1].split()[0])


def against_original(_, folder):
    """Whole log against the estimate of the original, which is measured before and after."""
    for _ in range(3):
        before = original_seconds()
        ours = run(sys.executable, FASTGPT, cwd=folder)[0]
        original = (before + original_seconds()) / 2
        print(f"fastgpt.py, whole log: {ours:.2f} s; the original about {original:.0f} s: "
              f"{original / ours:.0f} times faster", flush=True)


def time_rivals(contestants, folder, rounds):
    """{name: (best seconds of the loop, of the whole process, last loss)}, by turns."""
    times = {}
    for _ in range(rounds):
        for name, kind, python in contestants:
            if python and shutil.which(python):
                whole, out = run(python, RIVALS, kind, cwd=folder)
                loop, loss = map(float, out.split())
                times.setdefault(name, []).append((loop, whole, loss))
    print("last losses:", {name: round(rows[-1][2], 4) for name, rows in times.items()})
    return {name: [min(values) for values in zip(*rows)] for name, rows in times.items()}


def against_rivals(options, folder):
    """The training loop of the log in C, PyTorch, NumPy and in fastgpt.py with either kernels."""
    here = sys.executable
    best = time_rivals((("native", "fastgpt", here), ("c", "c", shutil.which("gcc") and here),
                        ("numpy", "numpy", options.torch), ("torch", "torch", options.torch),
                        ("python", "python", here), ("pypy", "python", options.pypy)), folder, 3)
    for name, (loop, _, _) in best.items():
        show_ratio(f"training loop, 1000 steps, s: native kernels against {name}",
                   best["native"][0], loop)


def large(options, folder):
    """A step of a model of 800 thousand parameters, batches of 8 times 64 predictions."""
    here = sys.executable
    best = time_rivals((("native", "fastgpt-large", here), ("two", "two-threads-large", here),
                        ("torch", "torch-large", options.torch)), folder, 3)
    if "torch" in best:
        show_ratio("large model, s a step: one thread against PyTorch's", best["native"][0],
                   best["torch"][0])
    show_ratio("large model, s a step: one thread against two", best["native"][0], best["two"][0])


def start(*_):
    """What the process takes beyond an empty one: loading, making the code, 1 step's worth."""
    times = {"fastgpt.py --version": [], "python3 -c pass": []}
    for _ in range(9):
        times["fastgpt.py --version"].append(run(sys.executable, FASTGPT, "--version")[0])
        times["python3 -c pass"].append(run(sys.executable, "-c", "pass")[0])
    model = ("import sys,time;sys.path.insert(0,sys.argv[1]);import fastgpt as f,random;"
             "m=f.init_model(f.Shape(27),random,'native');t=time.perf_counter();"
             "m.update([[26,1,26]],.01,1e-8);print(time.perf_counter()-t)")
    made = min(float(run(sys.executable, "-c", model, ROOT)[1]) for _ in range(5))
    fast, empty = (min(values) for values in times.values())
    print(f"start: {fast - empty:.3f} s above an empty process, and {made:.3f} s for the code "
          "and a first step")


def growth(*_):
    """Seconds for each parameter and token from 4 thousand to 1 million parameters."""
    first, tokens = None, [26] + [k % 26 for k in range(16)]
    for width, layers, repeats in ((16, 1, 40), (32, 2, 10), (64, 2, 4), (128, 2, 2), (208, 2, 1)):
        shape = fastgpt.Shape(27, layers, width, 4, 16)
        model, times = fastgpt.init_model(shape, random.Random(1)), []
        for step in range(repeats + 1):
            start = time.perf_counter()
            gradients = fastgpt.loss_and_gradients(shape, model.matrices, tokens)[1]
            model.step(gradients, 0.001, step + 1)
            times.append(time.perf_counter() - start)
        cost = min(times[1:]) / shape.size() / 16 * 1e9
        first = first or cost
        show_ratio(f"ns a parameter and token, {shape.size():7} parameters, against the smallest",
                   cost, first)


def workers(*_):
    """Batches of 8 documents, about 100,000 parameters: one process against two."""
    shape = fastgpt.Shape(27, 2, 64, 4, 16)
    documents = [[26] + [(k * j) % 26 for k in range(16)] for j in range(1, 9)]
    seconds = {1: [], 2: []}
    for _ in range(4):
        for count in (1, 2):
            model = fastgpt.init_model(shape, random.Random(1))
            fastgpt.batch_gradients(model, documents, count)
            start = time.perf_counter()
            for step in range(2):
                gradients = fastgpt.batch_gradients(model, documents, count)[1]
                model.step(gradients, 0.001, step + 1)
            seconds[count].append(time.perf_counter() - start)
    show_ratio(f"two workers, {shape.size()} parameters, batch 8: one against two",
               min(seconds[1]), min(seconds[2]))


def memory(*_):
    """Peak memory of a training step with a million parameters, in a process of its own."""
    size, peak = run(sys.executable, "-c", MEMORY, ROOT)[1].split()
    print(f"peak memory, {size} parameters: {float(peak):.0f} MB")


def main():
    parts = {"original": against_original, "rivals": against_rivals, "large": large,
             "start": start, "growth": growth,
             "workers": workers, "memory": memory}
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pypy", default="pypy3", help="a PyPy (pypy3)")
    parser.add_argument("--torch", help="a Python with torch and numpy")
    parser.add_argument("--part", choices=parts, help="only this one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(os.path.join(ROOT, "input.txt"), folder)
        for name, part in parts.items():
            if options.part in (None, name):
                part(options, folder)


if __name__ == "__main__":
    main()
