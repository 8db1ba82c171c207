"""A model in training whose arithmetic is machine code: what fastgpt.py uses where it can.

`find_assembler` says which processor this is; `NativeModel` has the face of fastgpt.Model.
"""
import ctypes
import functools
import math
import os
import struct
import sys

from . import aarch64, x86_64
from .engine import Engine, Sizes, TooLarge  # noqa: F401  (for fastgpt.py)
from .memory import Code

MAX_BYTES = 1 << 31                # of parameters, or of what a document leaves: 32-bit offsets
MAX_PARTS = 8                      # parts of a batch that are summed by themselves
PART_NUMBERS = 4 << 20             # parameters in all parts' gradients, if more than two parts
CHUNK = 1 << 16                    # numbers that are read from a model at a time


@functools.lru_cache(maxsize=None)
def find_assembler():
    """(assembler class, why) for this processor; (None, why not) where there is none."""
    machine = (os.uname().machine if hasattr(os, "uname")
               else os.environ.get("PROCESSOR_ARCHITECTURE", "")).lower()
    if sys.byteorder != "little" or struct.calcsize("P") != 8:
        return None, "this system is not a little-endian one of 64 bits"
    try:
        if machine in ("x86_64", "amd64"):
            answer = (ctypes.c_uint64 * 2)()
            Code(x86_64.probe()).function(ctypes.addressof(answer))
            kind = x86_64.AVX2 if x86_64.has_avx2(*answer) else x86_64.SSE2
            windows = sys.platform == "win32"
            return functools.partial(kind, windows), kind.name
        if machine in ("aarch64", "arm64"):
            Code(aarch64.probe()).function(0)
            return aarch64.NEON, aarch64.NEON.name
    except (OSError, AttributeError, ImportError, ValueError) as error:
        return None, f"machine code is refused here ({error})"
    return None, f"no assembler for {machine or 'this processor'}"


class NativeModel:
    """Parameters and Adam's state of a model, in machine code's memory."""

    def __init__(self, shape, betas, groups):
        """groups: up to three iterables of numbers in a file's order: parameters, means, squares.

        betas: Adam's two. TooLarge for a shape that is too large.
        """
        self.shape, self.betas = shape, betas
        sizes = Sizes(shape.vocabulary, shape.layers, shape.width, shape.heads, shape.context)
        self.engine = Engine(sizes, find_assembler()[0], MAX_BYTES)
        self.buffers = (self.engine.parameters, self.engine.means, self.engine.squares)
        for buffer, numbers in zip(self.buffers, groups):
            self.engine.write(buffer, numbers)

    def chunks(self):
        """All numbers in a file's order, as arrays of at most CHUNK or a row."""
        for buffer in self.buffers:
            yield from self.engine.read(buffer, CHUNK)

    def parts_for(self, documents):
        """Documents in parts that are the same whoever computes them: [[document]]."""
        count = max(2, min(MAX_PARTS, PART_NUMBERS // self.shape.size()))
        size = -(-len(documents) // count)
        return [documents[i:i + size] for i in range(0, len(documents), size)]

    def update(self, documents, rate, epsilon, workers=1):
        """Learn from documents, with so many threads -> their mean loss.

        Where the loss is not finite, the parameters stay as they were. rate, epsilon: for Adam's
        running sums, as fastgpt.adam takes them.
        """
        parts = self.parts_for(documents)
        accumulators = self.engine.first_accumulators(len(parts))
        if workers > 1 and len(parts) > 1:
            losses = list(start_threads(workers).map(sum_losses, accumulators, parts))
        else:
            losses = list(map(sum_losses, accumulators, parts))
        loss = sum(losses) / len(documents)
        if math.isfinite(loss):
            self.engine.gather(len(parts))
            self.engine.step(*self.betas, rate, epsilon, 1 / len(documents))
        return loss

    def loss(self, tokens):
        """The mean loss of a document, of at most `context` predictions."""
        return mean_loss(self.engine.first_accumulators(1)[0].score(tokens))

    def new_cache(self):
        """The tokens that were read; see next_logits."""
        return []

    def next_logits(self, tokens, cache):
        """Logits of what follows `tokens`, which follow those of the cache: [float]."""
        cache += tokens
        return self.engine.first_accumulators(1)[0].logits(cache)


def mean_loss(target_probs):
    """The mean of -log p; NaN stays NaN."""
    return -sum(math.log(p or 5e-324) for p in target_probs) / len(target_probs)


def sum_losses(accumulator, documents):
    """The sum of the losses of documents, whose gradients the accumulator adds up."""
    return sum(mean_loss(accumulator.learn(tokens)) for tokens in documents)


@functools.lru_cache(maxsize=None)
def start_threads(count):
    """A pool of threads: ctypes lets go of the interpreter's lock while machine code runs."""
    from concurrent.futures import ThreadPoolExecutor  # here, since it takes long to load

    return ThreadPoolExecutor(count)
