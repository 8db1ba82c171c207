#!/usr/bin/env python3
"""About how long the original microgpt would take here, now: its kind of work, timed.

    original.py [STEPS]

The original is not part of this project. What it does for each number is known: every product and
every sum is an object with its inputs and local gradients, and each step sorts the graph before it
walks it backwards. This makes microgpt.py work in that way (here a dot product is one object, and
the tape needs no sorting), takes a few steps (5) on input.txt, and scales them to 1,000.
"""
import argparse
import os
import random
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

import microgpt  # noqa: E402

# Seconds of the original a second of this: the median of 12 turns with an estimator that had been
# calibrated against the original itself, on one machine, CPython 3.11. Turns differ by a quarter.
CALIBRATION = 3.0


def dot(a, b):
    """A dot product of which each product and each sum is a Value."""
    total = microgpt.Value(0.0)
    for u, v in zip(a, b):
        product = microgpt.Value(u.data * v.data, (u, v), (v.data, u.data))
        total = microgpt.Value(total.data + product.data, (total, product), (1.0, 1.0))
    return total


def sort_graph(ends):
    """Every Value that the ends depend on, each after its inputs, depth first."""
    order, seen, stack = [], set(ends), [(end, iter(end.inputs)) for end in ends]
    while stack:
        value, inputs = stack[-1]
        for source in inputs:
            if source not in seen:
                seen.add(source)
                stack.append((source, iter(source.inputs)))
                break
        else:
            order.append(stack.pop()[0])
    return order


def backward():
    """Backpropagation over the sorted graph, from the values that have been given a gradient."""
    for value in reversed(sort_graph([value for value in microgpt.Value.tape if value.grad])):
        for source, local_grad in zip(value.inputs, value.local_grads):
            source.grad += local_grad * value.grad
    microgpt.Value.tape.clear()


def original_seconds(steps=5):
    """Seconds that the original would take now for its whole log, of input.txt."""
    microgpt.dot, microgpt.backward = dot, backward
    documents = microgpt.read_documents(os.path.join(ROOT, "input.txt"))
    random.seed(42)
    random.shuffle(documents)
    characters = microgpt.make_vocabulary(documents)
    parameters = microgpt.make_parameters(len(characters) + 1)
    flat = [p for matrix in parameters.values() for row in matrix for p in row]
    means, squares, tokens = [0.0] * len(flat), [0.0] * len(flat), 0
    start_time = time.perf_counter()
    for step in range(steps):
        document = microgpt.encode(documents[step], characters)
        microgpt.loss_and_gradients(parameters, document)
        microgpt.adam(flat, means, squares, step)
        tokens += min(microgpt.BLOCK_SIZE, len(document) - 1)
    seconds = time.perf_counter() - start_time
    # Documents differ in length: scale by the tokens of 1,000 steps.
    whole = sum(min(microgpt.BLOCK_SIZE, len(documents[step % len(documents)]) + 1)
                for step in range(microgpt.STEPS))
    return CALIBRATION * seconds * whole / tokens


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps", nargs="?", type=int, default=5, metavar="STEPS",
                        help="1 to 1000 (5)")
    chosen = parser.parse_args().steps
    if not 1 <= chosen <= microgpt.STEPS:
        parser.error(f"STEPS: give a number from 1 to {microgpt.STEPS}")
    try:
        seconds = original_seconds(chosen)
    except KeyboardInterrupt:
        sys.exit(130)
    print(f"the original would take about {seconds:.0f} s")
