#!/usr/bin/env python3
"""fastgpt.py: microgpt.py's GPT and log, faster than PyTorch, and models of your own.

    fastgpt.py                                               print the log, from input.txt
    fastgpt.py train --data my.txt --model my.gpt            train, or resume what my.gpt holds
    fastgpt.py train --data play.txt --stream --model p.gpt  one long text, not a document a line
    fastgpt.py sample --model my.gpt --prompt an             let it write

Where the speed comes from: gradients are derived by hand, layer by layer, instead of number by
number as in microgpt.py; and with the folder native/ beside this file, the arithmetic is machine
code that Python writes (--version says whether). Without it, it is straight-line code: nearly all
the work is rows against rows, and an inner product written out (a0*b0+a1*b1+...) over local
variables runs about three times faster than any loop over it. So each width that is needed gets its
own function, written from a template and compiled when first used (`kernel`).

A model file is data only: a line of ASCII, `fastgpt 2 HASH LENGTH`, with the SHA-256 of all that
follows and the bytes of the header; the header, a JSON object (settings, vocabulary, step, ...);
then float64, little endian: all parameters in the order in which they are drawn, then Adam's two
running sums in the same order.
"""
import argparse
import array
import contextlib
import functools
import gc
import hashlib
import importlib.util
import itertools
import json
import math
import os
import random
import re
import signal
import sys
import time
from typing import NamedTuple

FORMAT = 2                       # of model files
BETA1, BETA2, EPSILON_ADAM, EPSILON_NORM = 0.85, 0.99, 1e-8, 1e-5
PYPY = sys.implementation.name == "pypy"
LOG_STEPS, LOG_SAMPLES, LOG_RATE = 1000, 20, 0.01          # of the log that microgpt prints, too
MAX_KERNEL_WIDTH = 64 if PYPY else 256       # columns; PyPy does not compile longer functions
MAX_PARTS = 16                   # sums that a batch is split into, whoever computes them
MAX_SETTING = 10 ** 6            # of any size or number of steps
SMOOTHING = 0.98                 # weight of the past in the loss that progress lines show
HELD_OUT = 10                    # one document in so many is kept for validation
MAX_VALIDATION = 200             # documents
ESTIMATE_AFTER = 0.3             # seconds of training after which train says how long it takes
STREAM_SAMPLE = 20               # contexts that a sample of a stream is long


class UserError(Exception):
    """Something that the user can put right. The message is the whole line but for the command."""


# ---- Kernels --------------------------------------------------------------------------------
# A matrix is a list of rows. In a template <text> is repeated for each column, # its number;
# <text|+> puts + between the copies.
MATMUL_TRANSPOSED = """
def kernel(A, B):
    flat, n = [<a#*b#|+> for <a#,> in A for <b#,> in B], len(B)    # two nested ones are slower
    return [flat[i:i + n] for i in range(0, len(flat), n or 1)]
"""
MATMUL = """
def kernel(A, B):
    out = []
    for row in A:
        <x#=>0.0
        for a, b in zip(row, B):
            if a:                              # relu leaves zeros, five in six
                <b#,>=b; <x#+=a*b#|;>
        out.append([<x#,>])
    return out
"""
ADAM = """
def kernel(W, M, V, G, rate, epsilon, beta1=BETA1, beta2=BETA2, sqrt=math.sqrt):
    for i, (<g#,>) in enumerate(G):
        <w#,>=W[i]; <m#,>=M[i]; <v#,>=V[i]
        <m#=beta1*m#+g#; v#=beta2*v#+g#*g#; w#-=rate*m#/(sqrt(v#)+epsilon)|;>
        W[i], M[i], V[i] = [<w#,>], [<m#,>], [<v#,>]
    return W, M, V
"""


@functools.lru_cache(maxsize=None)
def kernel(template, width):
    """The function that a template gives for rows of `width`."""
    def columns(part):
        return part[2].join(part[1].replace("#", str(i)) for i in range(width))

    space = dict(globals())
    exec(re.sub(r"<([^|>]+)\|?([^>]*)>", columns, template), space)
    return space["kernel"]


def split_columns(A):
    """A as blocks of at most MAX_KERNEL_WIDTH columns."""
    if not A or len(A[0]) <= MAX_KERNEL_WIDTH:
        return [A]
    return [[row[i:i + MAX_KERNEL_WIDTH] for row in A]
            for i in range(0, len(A[0]), MAX_KERNEL_WIDTH)]


def join_columns(blocks):
    """The inverse of `split_columns`."""
    return blocks[0] if len(blocks) == 1 else [sum(rows, []) for rows in zip(*blocks)]


def matmul_transposed(A, B):
    """A (n x k) times the transpose of B (m x k) -> n x m: rows against rows."""
    blocks = zip(split_columns(A), split_columns(B))
    return functools.reduce(add, [kernel(MATMUL_TRANSPOSED, len(a[0]))(a, b) for a, b in blocks])


def matmul(A, B):
    """A (n x k) times B (k x m) -> n x m; zeros in A cost nothing."""
    return join_columns([kernel(MATMUL, len(b[0]))(A, b) for b in split_columns(B)])


def transpose(A):
    """The transpose, as a list of rows."""
    return list(zip(*A))


def add(A, B):
    """The sum of two matrices."""
    return [[x + y for x, y in zip(a, b)] for a, b in zip(A, B)]


def softmax(row, scale=1.0):
    """exp(scale * v) for each v of a row, divided by their sum."""
    max_logit = max(row)
    exps = [math.exp(scale * (v - max_logit)) for v in row]
    inverse = 1 / sum(exps)
    return [e * inverse for e in exps]


def softmax_backward(P, dP, scale):
    """Gradient of softmax's input, row by row: ds = p (dp - sum(p dp)) scale."""
    dS = []
    for p, dp in zip(P, dP):
        mean = sum([a * b for a, b in zip(p, dp)])
        dS.append([a * (b - mean) * scale for a, b in zip(p, dp)])
    return dS


def rmsnorm(X):
    """Each row brought to mean square 1: (rows, the factor of each)."""
    factors = [(sum([v * v for v in x]) / len(x) + EPSILON_NORM) ** -0.5 for x in X]
    return [[v * f for v in x] for x, f in zip(X, factors)], factors


def rmsnorm_backward(Y, factors, dY):
    """Gradient of rmsnorm's input, row by row: dx = f (dy - y mean(y dy))."""
    dX = []
    for y, f, dy in zip(Y, factors, dY):
        mean = sum([a * b for a, b in zip(y, dy)]) / len(y)
        dX.append([f * (b - a * mean) for a, b in zip(y, dy)])
    return dX


# ---- Model ----------------------------------------------------------------------------------
# Shapes in comments: n tokens, m positions (n and those before), d width, h head dimension,
# V vocabulary, rows x columns.
class Shape(NamedTuple):
    """What fixes a model's matrices; `heads` divides `width`."""
    vocabulary: int
    layers: int = 1
    width: int = 16
    heads: int = 4
    context: int = 16

    def matrices(self):
        """(rows, columns) of each matrix in the order in which they are drawn and stored.

        wte, wpe, lm_head; then for each layer wq, wk and wv as one matrix, wo, fc1, fc2.
        """
        d = self.width
        return ([(self.vocabulary, d), (self.context, d), (self.vocabulary, d)]
                + [(3 * d, d), (d, d), (4 * d, d), (d, 4 * d)] * self.layers)

    def size(self):
        """The number of parameters."""
        return sum(rows * columns for rows, columns in self.matrices())

    def head_dim(self):
        """Numbers of the width that one head works on."""
        return self.width // self.heads


class HeadTrace(NamedTuple):
    """What attention_backward needs of a head."""
    queries: list                    # n x h
    keys: list                       # m x h
    values: list                     # m x h
    weights: list                    # n x m


class AttentionTrace(NamedTuple):
    """What attention_backward needs of a layer."""
    normed: list                     # n x d, the input after rmsnorm
    factors: list                    # n, of that rmsnorm
    heads: list                      # of HeadTrace
    outputs: list                    # n x d, all heads side by side


class MLPTrace(NamedTuple):
    """What mlp_backward needs of a layer."""
    normed: list                     # n x d, the input after rmsnorm
    factors: list                    # n, of that rmsnorm
    hidden: list                     # n x 4d, after relu


class Trace(NamedTuple):
    """What `backward` needs of a forward pass."""
    embedded: list                   # n x d, after rmsnorm
    factors: list                    # n, of that rmsnorm
    layers: list                     # of (AttentionTrace, MLPTrace)
    final: list                      # n x d


def split_head(rows, start, head_dim):
    """The columns of a head."""
    return [row[start:start + head_dim] for row in rows]


def attention_forward(shape, X, wqkv, wo, cache):
    """X (n x d) plus what attention adds to it; and an AttentionTrace.

    cache: (keys, values), lists of rows for the positions before, which grow by n.
    """
    d, h, scale = shape.width, shape.head_dim(), shape.head_dim() ** -0.5
    normed, factors = rmsnorm(X)                                     # n x d
    QKV = matmul_transposed(normed, wqkv)                            # n x 3d
    all_keys, all_values = cache
    first = len(all_keys)
    all_keys += [row[d:2 * d] for row in QKV]                        # m x d
    all_values += [row[2 * d:] for row in QKV]                       # m x d
    heads, outputs = [], []
    for start in range(0, d, h):
        queries, keys, values = [split_head(rows, start, h)          # n x h, m x h, m x h
                                 for rows in (QKV, all_keys, all_values)]
        scores = matmul_transposed(queries, keys)                    # n x m
        weights = []                                                 # n x m
        for i, row in enumerate(scores):                             # causal: nothing after i
            seen = first + i + 1
            weights.append(softmax(row[:seen], scale) + [0.0] * (len(row) - seen))
        heads.append(HeadTrace(queries, keys, values, weights))
        outputs.append(matmul(weights, values))                      # n x h
    joined = [sum(rows, []) for rows in zip(*outputs)]               # n x d
    trace = AttentionTrace(normed, factors, heads, joined)
    return add(X, matmul_transposed(joined, wo)), trace


def attention_backward(shape, dX, wqkv, wo, trace):
    """Gradients of the input (n x d), of wqkv and of wo, from dX (n x d), that of the output.

    Of a product Y = X W^T they are dX = dY W and dW = dY^T X.
    """
    h, scale = shape.head_dim(), shape.head_dim() ** -0.5
    dwo = matmul(transpose(dX), trace.outputs)                       # d x d
    d_outputs = matmul(dX, wo)                                       # n x d
    dQ, dK, dV = [], [], []                                          # n x h, for each head
    for i, head in enumerate(trace.heads):
        d_head = split_head(d_outputs, i * h, h)                     # n x h
        d_weights = matmul_transposed(d_head, head.values)           # n x n
        d_scores = softmax_backward(head.weights, d_weights, scale)  # n x n
        dQ.append(matmul(d_scores, head.keys))
        dK.append(matmul(transpose(d_scores), head.queries))
        dV.append(matmul(transpose(head.weights), d_head))
    dQKV = [sum(rows, []) for rows in zip(*dQ, *dK, *dV)]            # n x 3d
    dwqkv = matmul(transpose(dQKV), trace.normed)                    # 3d x d
    d_normed = matmul(dQKV, wqkv)                                    # n x d
    return add(dX, rmsnorm_backward(trace.normed, trace.factors, d_normed)), dwqkv, dwo


def mlp_forward(X, fc1, fc2):
    """X (n x d) plus what the MLP adds to it; and an MLPTrace."""
    normed, factors = rmsnorm(X)                                     # n x d
    hidden = [[v if v > 0 else 0.0 for v in row]                     # n x 4d
              for row in matmul_transposed(normed, fc1)]
    return add(X, matmul(hidden, transpose(fc2))), MLPTrace(normed, factors, hidden)


def mlp_backward(dX, fc1, fc2, trace):
    """Gradients of the input (n x d), of fc1 and of fc2, from dX (n x d), that of the output."""
    dfc2 = transpose(matmul(transpose(trace.hidden), dX))            # d x 4d
    columns, d_hidden = transpose(fc2), []                           # 4d x d, n x 4d
    for d_row, hidden in zip(dX, trace.hidden):
        # Only those columns are needed where relu let something through.
        open_columns = list(itertools.compress(columns, hidden))
        gradients = iter(sum(matmul_transposed([d_row], open_columns), []))
        d_hidden.append([next(gradients) if v else 0.0 for v in hidden])
    dfc1 = matmul(transpose(d_hidden), trace.normed)                 # 4d x d
    d_normed = matmul(d_hidden, fc1)                                 # n x d
    return add(dX, rmsnorm_backward(trace.normed, trace.factors, d_normed)), dfc1, dfc2


def layer_matrices(matrices, layer):
    """(wqkv, wo, fc1, fc2) of a layer."""
    return matrices[3 + 4 * layer:7 + 4 * layer]


def empty_cache(shape):
    """(keys, values) of each layer before the first token."""
    return [([], []) for _ in range(shape.layers)]


def forward(shape, matrices, tokens, cache=None):
    """Logits for what follows each token: (n x V, Trace).

    cache: as from `empty_cache`, of the tokens before these; it grows by these.
    """
    wte, wpe, lm_head = matrices[:3]
    cache = cache or empty_cache(shape)
    first = len(cache[0][0])
    X, factors = rmsnorm([[a + b for a, b in zip(wte[token], wpe[position])]       # n x d
                          for position, token in enumerate(tokens, first)])
    embedded, traces = X, []
    for layer in range(shape.layers):
        wqkv, wo, fc1, fc2 = layer_matrices(matrices, layer)
        X, attention = attention_forward(shape, X, wqkv, wo, cache[layer])         # n x d
        X, mlp = mlp_forward(X, fc1, fc2)                                          # n x d
        traces.append((attention, mlp))
    return matmul_transposed(X, lm_head), Trace(embedded, factors, traces, X)


def backward(shape, matrices, tokens, trace, d_logits):
    """Gradients of all matrices, in the order of `Shape.matrices`, from the logits' (n x V)."""
    wte, wpe, lm_head = matrices[:3]
    dlm_head = matmul(transpose(d_logits), trace.final)              # V x d
    dX, gradients = matmul(d_logits, lm_head), []                    # n x d
    for layer in reversed(range(shape.layers)):
        wqkv, wo, fc1, fc2 = layer_matrices(matrices, layer)
        attention, mlp = trace.layers[layer]
        dX, dfc1, dfc2 = mlp_backward(dX, fc1, fc2, mlp)
        dX, dwqkv, dwo = attention_backward(shape, dX, wqkv, wo, attention)
        gradients = [dwqkv, dwo, dfc1, dfc2] + gradients
    dX = rmsnorm_backward(trace.embedded, trace.factors, dX)         # n x d
    dwte = [[0.0] * shape.width for _ in wte]                        # V x d
    dwpe = [[0.0] * shape.width for _ in wpe]                        # context x d
    for i, (token, row) in enumerate(zip(tokens, dX)):
        dwte[token] = [a + b for a, b in zip(dwte[token], row)]
        dwpe[i] = row
    return [dwte, dwpe, dlm_head] + gradients


def loss_and_gradients(shape, matrices, tokens, want_gradients=True):
    """Cross-entropy of one document, at most `context` predictions: (loss, gradients or None)."""
    n = min(shape.context, len(tokens) - 1)
    logits, trace = forward(shape, matrices, tokens[:n])             # n x V
    loss, d_logits = 0.0, [softmax(row) for row in logits]           # n x V
    for row, target in zip(d_logits, tokens[1:]):
        loss -= math.log(row[target] or 5e-324) / n
        row[target] -= 1
    if not want_gradients:
        return loss, None
    d_logits = [[v / n for v in row] for row in d_logits]
    return loss, backward(shape, matrices, tokens[:n], trace, d_logits)


# ---- Optimiser ------------------------------------------------------------------------------
def flatten(*groups):
    """All numbers of lists of matrices, in order."""
    return array.array("d", [v for matrices in groups for matrix in matrices
                             for row in matrix for v in row])


def unflatten(shape, numbers):
    """The next list of matrices of an iterator over numbers."""
    return [[list(itertools.islice(numbers, columns)) for _ in range(rows)]
            for rows, columns in shape.matrices()]


def adam(W, M, V, G, rate, epsilon):
    """Parameters W moved by their gradients G, and the new M and V, all of one shape.

    Kingma and Ba 2015. M and V are sums, of BETA1^k g and BETA2^k g^2; rate and epsilon make up for
    their factors.
    """
    blocks = [kernel(ADAM, len(four[0][0]))(*four, rate, epsilon)
              for four in zip(*map(split_columns, (W, M, V, G)))]
    return [join_columns(parts) for parts in zip(*blocks)]


def adam_rates(rate, step):
    """(rate, epsilon) for Adam's running sums, at a learning rate in step `step` from 1."""
    bias = (1 - BETA1 ** step) / (1 - BETA1)
    root = ((1 - BETA2) / (1 - BETA2 ** step)) ** 0.5
    return rate / bias / root, EPSILON_ADAM / root


class Model:
    """Parameters and Adam's state: `matrices`, `means`, `squares`, lists of matrices."""

    def __init__(self, shape, numbers):
        """numbers: the parameters, then perhaps Adam's two running sums, flat."""
        self.shape = shape
        numbers = itertools.chain(numbers, itertools.repeat(0.0))
        self.matrices, self.means, self.squares = [unflatten(shape, numbers) for _ in range(3)]

    def chunks(self):
        """All numbers in a file's order, as arrays."""
        for matrix in self.matrices + self.means + self.squares:
            yield flatten([matrix])

    def step(self, gradients, rate, step):
        """One step of Adam, number `step` from 1, at a learning rate."""
        self.apply(gradients, *adam_rates(rate, step))

    def apply(self, gradients, rate, epsilon):
        """One step of Adam, with what adam_rates gives."""
        moved = [adam(*four, rate, epsilon)
                 for four in zip(self.matrices, self.means, self.squares, gradients)]
        self.matrices, self.means, self.squares = map(list, zip(*moved))

    def update(self, documents, rate, epsilon, workers=1):
        """Learn from documents -> their mean loss. If that is not finite, nothing is changed."""
        loss, gradients = batch_gradients(self, documents, workers)
        if math.isfinite(loss):
            self.apply(gradients, rate, epsilon)
        return loss

    def loss(self, tokens):
        """The mean loss of a document."""
        return loss_and_gradients(self.shape, self.matrices, tokens, False)[0]

    def new_cache(self):
        """What next_logits remembers of the tokens before: nothing yet."""
        return empty_cache(self.shape)

    def next_logits(self, tokens, cache):
        """Logits of what follows `tokens`, which follow those of the cache: [float]."""
        return forward(self.shape, self.matrices, tokens, cache)[0][-1]


def init_model(shape, rng, kernels=None):
    """A new model, its parameters drawn from a random source in order. kernels: see make_model."""
    numbers = array.array("d", (rng.gauss(0, 0.08) for _ in range(shape.size())))
    return make_model(shape, [numbers], kernels) if kernels else Model(shape, numbers)


def make_model(shape, groups, kernels):
    """A model with machine code where `kernels` is "native" and it can be had, else a Model.

    groups: iterables of numbers: the parameters, then perhaps Adam's two running sums.
    """
    native, why = load_native() if kernels == "native" else (None, "--kernels python")
    if native:
        with contextlib.suppress(native.TooLarge):
            return native.NativeModel(shape, (BETA1, BETA2), groups)
    return Model(shape, itertools.chain(*groups))


@functools.lru_cache(maxsize=None)
def load_native():
    """(the module native.training or None, which kernels that means and why)."""
    beside = os.path.join(os.path.dirname(os.path.realpath(__file__)), "native", "__init__.py")
    spec = importlib.util.find_spec("native")
    if not spec or not spec.origin or os.path.realpath(spec.origin) != beside:
        return None, "python (the folder native/ is not beside fastgpt.py)"
    try:
        from native import training
        assembler, why = training.find_assembler()
    except ImportError as error:                               # a Python without ctypes or mmap
        return None, f"python ({error})"
    return (training, f"native ({why})") if assembler else (None, f"python ({why})")


# ---- Data -----------------------------------------------------------------------------------
def read_text(path):
    """(text, documents) of a UTF-8 file: its lines, stripped, without the empty ones."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        raise UserError(f"{path} is missing; put a text there, a document on each line") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start}); "
                        "save it as UTF-8") from None
    documents = [line.strip() for line in text.split("\n") if line.strip()]
    if not documents:
        raise UserError(f"{path} holds no text; put a document on each line")
    return text, documents


class Data(NamedTuple):
    """A text as tokens, in an order fixed by the seed."""
    characters: str                  # the vocabulary but for BOS
    training: list                   # of documents, lists of tokens, at most context + 1 of each
    validation: list                 # of documents that are held out
    digest: str                      # of the text
    cut_lines: int                   # lines longer than the context
    lines: int
    cut_characters: int              # in these, after the context
    size: int                        # characters in all lines
    longest: int                     # characters in the longest line


def prepare(path, stream, context, seed):
    """A file as Data: a document a line, or one long text."""
    text, lines = read_text(path)
    characters = "".join(sorted(set(text if stream else "".join(lines))))
    number, bos = {c: k for k, c in enumerate(characters)}, len(characters)
    if stream:                       # a window begins with what came before it, and has no end
        tokens = [bos] + [number[c] for c in text]
        documents = [tokens[i:i + context + 1] for i in range(0, len(text), context)]
        lines = []
    else:
        documents = [([bos] + [number[c] for c in line] + [bos])[:context + 1] for line in lines]
        random.Random(seed).shuffle(documents)
    validation = [documents.pop() for _ in range(len(documents) // HELD_OUT)]
    random.Random(seed + 1).shuffle(documents)
    excess = [len(line) - context for line in lines if len(line) > context]
    return Data(characters, documents, validation, hashlib.sha256(text.encode()).hexdigest(),
                len(excess), len(lines), sum(excess), sum(map(len, lines)),
                max(map(len, lines), default=0))


# ---- Checkpoint -----------------------------------------------------------------------------
class Settings(NamedTuple):
    """What `train` can be told and a model file keeps."""
    layers: int = 1
    width: int = 16
    heads: int = 4
    context: int = 16
    steps: int = 1000
    batch: int = 1
    seed: int = 42
    lr: float = 0.01
    stream: bool = False

    def shape(self, vocabulary):
        """The Shape of a model of these settings."""
        return Shape(vocabulary, self.layers, self.width, self.heads, self.context)

    def are_legal(self):
        """Are all of the right type and within limits?"""
        types = all(type(value) is kind for value, kind in zip(self, SETTING_TYPES))
        return types and self.width % self.heads == 0 and all(
            0 < getattr(self, name) <= MAX_SETTING for name in LIMITED_SETTINGS)


SETTING_TYPES = [type(value) for value in Settings()]
LIMITED_SETTINGS = ("layers", "width", "heads", "context", "steps", "batch", "lr")


class Checkpoint:
    """A model in training: all that a model file holds."""

    def __init__(self, settings, characters, digest, model, step=0, smooth=0.0):
        """digest: SHA-256 of the text; step: how many are done; smooth: their smoothed loss."""
        self.settings, self.characters, self.digest = settings, characters, digest
        self.model, self.step, self.smooth = model, step, smooth

    def save(self, path):
        """Write the file whole or not at all: beside the target, then put in its place."""
        header = dict(self.settings._asdict(), characters=self.characters, data=self.digest,
                      step=self.step, smooth=self.smooth)
        text = json.dumps(header, sort_keys=True).encode()
        digest = hashlib.sha256(text)
        for numbers in self.model.chunks():
            digest.update(little_endian(numbers))
        target = os.path.realpath(path)
        part = f"{target}.{os.getpid()}.part"
        try:
            with open(part, "wb") as file:
                file.write(f"fastgpt {FORMAT} {digest.hexdigest()} {len(text)}\n".encode() + text)
                for numbers in self.model.chunks():
                    file.write(little_endian(numbers))
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, target)
        except OSError as error:
            raise UserError(f"{path}: {error.strerror}") from None
        finally:
            if os.path.exists(part):
                os.unlink(part)

    @classmethod
    def load(cls, path, kernels="native"):
        """A file that `save` wrote; UserError for any other. kernels: see make_model."""
        with open(path, "rb") as file:
            match = re.match(rb"fastgpt (\d+) (\w{64}) (\d+)\n$", file.readline(200))
            if not match:
                raise UserError(f"{path} is not a model of fastgpt.py in format {FORMAT}")
            if int(match[1]) != FORMAT:
                raise UserError(f"{path} is not a model of fastgpt.py in format {FORMAT}, but in "
                                f"format {int(match[1])}")
            start, digest = file.tell(), hashlib.sha256()
            for part in iter(lambda: file.read(1 << 20), b""):
                digest.update(part)
            if digest.hexdigest().encode() != match[2]:
                raise UserError(f"{path} is damaged: its checksum disagrees; take an undamaged "
                                "copy")
            length = file.tell() - start - int(match[3])
            file.seek(start)
            try:
                return cls.parse(file.read(int(match[3])), file, length, kernels)
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError, EOFError):
                raise UserError(f"{path} is not a whole model: its header, size and numbers do not "
                                "agree") from None

    @classmethod
    def parse(cls, text, file, length, kernels):
        """Build a Checkpoint from the header and the `length` bytes after it.

        ValueError, or another error of a malformed header, if they disagree.
        """
        header = json.loads(text.decode())
        settings = Settings(*[header[name] for name in Settings._fields])
        characters, digest = header["characters"], header["data"]
        step, smooth = header["step"], header["smooth"]
        vocabulary = len(set(characters.encode().decode()))
        if not (settings.are_legal() and type(digest) is str and type(characters) is str
                and type(step) is int and type(smooth) is float and math.isfinite(smooth)
                and 0 <= step <= MAX_SETTING and 0 < vocabulary == len(characters)):
            raise ValueError
        shape = settings.shape(vocabulary + 1)
        if length != 3 * 8 * shape.size():
            raise ValueError
        groups = [read_numbers(file, shape.size(), lowest) for lowest in (-math.inf, -math.inf, 0)]
        return cls(settings, characters, digest, make_model(shape, groups, kernels), step, smooth)


def little_endian(numbers):
    """An array of float64 as bytes; the array may be changed."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def read_numbers(file, count, lowest):
    """Yield the next so many float64 of a file. ValueError for one that is not finite or too low.
    """
    while count:
        numbers = array.array("d")
        numbers.fromfile(file, min(count, 1 << 16))
        if sys.byteorder == "big":
            numbers.byteswap()
        if not all(map(math.isfinite, numbers)) or min(numbers) < lowest:
            raise ValueError("non-finite or negative value")
        yield from numbers
        count -= len(numbers)


# ---- Training -------------------------------------------------------------------------------
def sum_arrays(arrays):
    """The sum of arrays of one length."""
    return functools.reduce(
        lambda a, b: array.array("d", [x + y for x, y in zip(a, b)]), arrays)


def sum_gradients(shape, numbers, documents):
    """Loss and gradients, one flat array, summed over documents; numbers: the parameters, flat."""
    matrices = unflatten(shape, iter(numbers))
    pairs = (loss_and_gradients(shape, matrices, tokens) for tokens in documents)
    return sum_arrays(array.array("d", [loss]) + flatten(gradients) for loss, gradients in pairs)


def worker_loop(pipe, others):
    """What a worker does: `sum_gradients` of all jobs of a list, and of the next list.

    others: the parent's ends of pipes, which a fork has copied.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)      # Ctrl-C is for the parent, which ends this
    for other in others:
        other.close()
    with contextlib.suppress(Exception):              # then the pipe closes, and the parent knows
        while True:
            pipe.send([sum_gradients(*job) for job in pipe.recv()])


@functools.lru_cache(maxsize=None)
def start_workers(count):
    """Pipes to so many processes. multiprocessing.Pool can hang when a worker is killed."""
    import multiprocessing  # here, since it takes long to load

    pipes = []
    # Processes that begin now take over that SIGINT is ignored.
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    for _ in range(count):
        ours, theirs = multiprocessing.Pipe()
        pipes.append(ours)
        multiprocessing.Process(target=worker_loop, args=(theirs, pipes[:]), daemon=True).start()
        theirs.close()
    signal.signal(signal.SIGINT, handler)
    return pipes


def batch_gradients(model, documents, workers=1):
    """(mean loss, mean gradients) of documents: the same with any number of workers."""
    n, shape = len(documents), model.shape
    if n == 1:
        return loss_and_gradients(shape, model.matrices, documents[0])
    size, numbers = max(2, -(-n // MAX_PARTS)), flatten(model.matrices)
    jobs = [(shape, numbers, documents[i:i + size]) for i in range(0, n, size)]
    pipes, share = start_workers(workers) if workers > 1 else (), -(-len(jobs) // workers)
    try:
        for i, pipe in enumerate(pipes):
            pipe.send(jobs[i * share:(i + 1) * share])
        parts = [part for pipe in pipes for part in pipe.recv()]
    except (EOFError, OSError):
        raise UserError("a worker was killed or failed (too little memory?); "
                        "the same command resumes") from None
    loss, *gradients = sum_arrays(parts or [sum_gradients(*job) for job in jobs])
    return loss / n, unflatten(shape, (g / n for g in gradients))


def validation_loss(model, documents):
    """Mean loss of a prediction over documents that were held out."""
    losses = [(len(tokens) - 1) * model.loss(tokens) for tokens in documents]
    return sum(losses) / sum(len(tokens) - 1 for tokens in documents)


def load_or_init(options):
    """(Checkpoint, Data) to continue with: from --model, or new. UserError if they disagree."""
    path = options.model
    given = {name: getattr(options, name) for name in Settings._fields
             if getattr(options, name) is not None}
    checkpoint = Checkpoint.load(path, options.kernels) if os.path.exists(path) else None
    settings = checkpoint.settings if checkpoint else Settings(**given)
    for name in set(given) - {"steps"}:
        if given[name] != getattr(settings, name):
            raise UserError(f"{path} was started with {name} = {getattr(settings, name)}: "
                            "name another --model")
    if settings.width % settings.heads:
        options.misuse(f"--width ({settings.width}) must be a multiple of --heads "
                       f"({settings.heads})")
    data = prepare(options.data, settings.stream, settings.context, settings.seed)
    if not checkpoint:
        shape = settings.shape(len(data.characters) + 1)
        model = init_model(shape, random.Random(settings.seed), options.kernels)
        checkpoint = Checkpoint(settings, data.characters, data.digest, model)
    if (checkpoint.digest, checkpoint.characters) != (data.digest, data.characters):
        raise UserError(f"{path} was trained on another text than {options.data}: "
                        "name another --model")
    checkpoint.settings = settings._replace(steps=given.get("steps", settings.steps))
    if checkpoint.settings.steps < checkpoint.step:
        raise UserError(f"{path} has done {checkpoint.step} steps: give --steps above that")
    return checkpoint, data


def warn_of_cut_lines(data, context):
    """Say on stderr how much of the text is not learned, where lines exceed the context."""
    if data.cut_lines:
        share = 100 * data.cut_characters / data.size
        print(f"fastgpt.py: {data.cut_lines} of {data.lines} lines are longer than the context of "
              f"{context} characters; {share:.0f} % of the text is cut off and not learned. "
              f"The longest line has {data.longest}: raise --context, or give --stream for prose",
              file=sys.stderr)


def describe_seconds(seconds):
    """A time as people say it: 0.4 s, 50 s, 7 min, 3.5 h."""
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 3 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class Trainer:
    """Steps of training, with progress, validation, samples and saving as the options say."""

    def __init__(self, checkpoint, data, options):
        self.checkpoint, self.data, self.options = checkpoint, data, options
        self.first, self.start_time = checkpoint.step, time.perf_counter()
        self.tokens, self.stopping, self.estimated = 0, False, False

    def on_interrupt(self, *_):
        """The first Ctrl-C ends after the step; another one at once."""
        if self.stopping:
            interrupt_once()
        self.stopping = True

    def run(self):
        """All steps that are left."""
        signal.signal(signal.SIGINT, self.on_interrupt)
        checkpoint, path = self.checkpoint, self.options.model
        for step in range(self.first + 1, checkpoint.settings.steps + 1):
            loss = self.take_step(step)
            stopping = self.stopping          # asked once: a Ctrl-C from here on ends the next step
            end = stopping or step == checkpoint.settings.steps
            self.estimate(step)
            self.report(step, loss, end)
            if end or step % self.options.save_every == 0:
                checkpoint.save(path)
            if stopping:
                print(f"stopped; saved in {path}: the same command resumes", flush=True)
                interrupt_once()
        if self.first == checkpoint.settings.steps:
            print("nothing left to do: give more --steps to go on")
            self.estimated = True
        print(f"saved in {path}")

    def seconds_left(self, step):
        """How long the rest will take, as long as what was done took."""
        seconds = time.perf_counter() - self.start_time
        return seconds / (step - self.first) * (self.checkpoint.settings.steps - step)

    def estimate(self, step):
        """Finish the status line with a time estimate as soon as there is one."""
        soon = time.perf_counter() - self.start_time < ESTIMATE_AFTER
        due = [self.options.log_every, self.options.eval_every, self.options.sample_every]
        if self.estimated or soon and not self.stopping and \
                step < self.checkpoint.settings.steps and all(step % (n or step + 1) for n in due):
            return
        self.estimated = True
        left = self.seconds_left(step)
        print(f"about {describe_seconds(left)} to go" if left >= 0.05 else "soon done", flush=True)

    def take_step(self, step):
        """Learn from the next batch -> its loss."""
        checkpoint, settings, training = self.checkpoint, self.checkpoint.settings, \
            self.data.training
        numbers = range((step - 1) * settings.batch, step * settings.batch)
        documents = [training[k % len(training)] for k in numbers]
        rates = adam_rates(settings.lr * (1 - (step - 1) / settings.steps), step)
        loss = checkpoint.model.update(documents, *rates, self.options.workers)
        if not math.isfinite(loss):
            raise UserError(f"step {step}: the loss is no longer a number: try a lower --lr")
        checkpoint.smooth = \
            SMOOTHING * checkpoint.smooth + (1 - SMOOTHING) * loss if step > 1 else loss
        checkpoint.step = step
        self.tokens += sum(map(len, documents)) - settings.batch
        return loss

    def report(self, step, loss, end):
        """Print what is due after a step."""
        checkpoint, options, steps = self.checkpoint, self.options, self.checkpoint.settings.steps
        log_line = functools.partial(print, f"step {step:4d} / {steps:4d} |", flush=True)
        if end or step % options.log_every == 0:
            seconds = time.perf_counter() - self.start_time
            log_line(f"loss {loss:.4f} | smoothed {checkpoint.smooth:.4f} | "
                     f"{self.tokens / seconds:.0f} tokens/s | "
                     f"{describe_seconds(self.seconds_left(step))} left")
        if self.data.validation and (step == steps or step % (options.eval_every or steps) == 0):
            held_out = self.data.validation[:MAX_VALIDATION]
            log_line(f"validation loss {validation_loss(checkpoint.model, held_out):.4f}")
        if step % (options.sample_every or steps + 1) == 0:
            tokens = sample(checkpoint.model, random.Random(step), len(checkpoint.characters),
                            stream=checkpoint.settings.stream)
            log_line("sample: " + "".join(checkpoint.characters[token] for token in tokens))


def train_command(options):
    """The command `train`."""
    checkpoint, data = load_or_init(options)
    checkpoint.save(options.model)
    warn_of_cut_lines(data, checkpoint.settings.context)
    print(f"{len(data.training)} pieces to learn from, {len(data.validation)} held out to "
          f"validate; {len(data.characters)} characters; {checkpoint.model.shape.size()} "
          f"parameters; {checkpoint.step} of {checkpoint.settings.steps} steps done; kernels: "
          + describe_kernels(options.kernels, checkpoint.model), end="; ", flush=True)
    trainer = Trainer(checkpoint, data, options)
    try:
        trainer.run()
    finally:
        if not trainer.estimated:
            print(flush=True)


# ---- Sampling -------------------------------------------------------------------------------
def sample(model, rng, bos, prompt=(), length=None, temperature=0.5, stream=False):
    """Yield token after token that follow `prompt` (tokens): until BOS, or `length` tokens.

    length: what the context holds, unless given. A stream has no end: BOS is never drawn. Where the
    context is full, its second half is read again from its start.
    """
    context, tokens, cache, read = model.shape.context, [bos] + list(prompt), None, 0
    for _ in range(length or context - len(prompt)):
        if cache is None or read == context:
            cache, read = model.new_cache(), 0
            full = len(tokens) > context
            unread = tokens[-(context + 1) // 2:] if full else tokens
        logits = model.next_logits(unread, cache)
        read += len(unread)
        if stream:
            logits[bos] = -math.inf
        weights = softmax(logits, 1 / max(temperature, 1e-6))
        token = rng.choices(range(len(logits)), weights=weights)[0]
        if token == bos:
            return
        yield token
        tokens.append(token)
        unread = [token]


def print_log(kernels, path="input.txt"):
    """Train on `path` and sample, as microgpt.py does, and print its log."""
    documents = read_text(path)[1]
    random.seed(42)
    random.shuffle(documents)
    characters = sorted(set("".join(documents)))
    bos, shape = len(characters), Shape(len(characters) + 1)
    print(f"num docs: {len(documents)}\nvocab size: {bos + 1}\nnum params: {shape.size()}")
    model = init_model(shape, random, kernels)
    for step in range(LOG_STEPS):
        document = documents[step % len(documents)]
        tokens = [bos] + [characters.index(c) for c in document] + [bos]
        loss = model.update([tokens], *adam_rates(LOG_RATE * (1 - step / LOG_STEPS), step + 1))
        print(f"step {step + 1:4d} / {LOG_STEPS:4d} | loss {loss:.4f}")
    print("\n--- inference (new, hallucinated names) ---")
    for i in range(LOG_SAMPLES):
        text = "".join(characters[token] for token in sample(model, random, bos))
        print(f"sample {i + 1:2d}: {text}")


def sample_command(options):
    """The command `sample`."""
    checkpoint = Checkpoint.load(options.model, options.kernels)
    characters, stream = checkpoint.characters, checkpoint.settings.stream
    for c in options.prompt:
        if c not in characters:
            raise UserError(f"--prompt: the model has never seen {c!r}; "
                            f"it knows {characters[:200]!r}")
    rng, prompt = random.Random(options.seed), [characters.index(c) for c in options.prompt]
    room = max(1, checkpoint.settings.context - len(prompt))
    length = options.length or (room * STREAM_SAMPLE if stream else room)
    for _ in range(options.count or (1 if stream else 20)):
        tokens = sample(checkpoint.model, rng, len(characters), prompt, length,
                        options.temperature, stream)
        print(options.prompt + "".join(characters[token] for token in tokens), flush=True)


# ---- The command line -----------------------------------------------------------------------
SETTING_HELP = {
    "layers": "blocks of attention and MLP", "width": "numbers that stand for a token",
    "heads": "attention heads; they divide the width",
    "context": "characters that it can look back on", "steps": "training steps",
    "batch": "documents per step (with --stream: windows of --context characters)",
    "seed": "of all random choices",
    "lr": "learning rate of the first step; it falls to 0"}


def add_train_arguments(parser):
    parser.add_argument("--data", required=True, help="UTF-8 text, one document per line")
    parser.add_argument("--model", required=True,
                        help="file to save to, and to resume from when it exists")
    parser.add_argument("--stream", action="store_const", const=True,
                        help="treat the text as one document (prose, a play)")
    defaults = Settings()._asdict()
    for name, text in SETTING_HELP.items():
        parser.add_argument("--" + name, type=type(defaults[name]),
                            help=f"{text} ({defaults[name]})")
    for name, default, text in (
            ("workers", 1, "threads or processes; the result does not depend on them (1)"),
            ("save-every", 100, "steps between two saves (100)"),
            ("log-every", 10, "steps between two lines of progress (10)"),
            ("eval-every", None, "steps between two validations (only at the end)"),
            ("sample-every", None, "steps between two samples (none)")):
        parser.add_argument("--" + name, type=int, default=default, help=text)


def add_sample_arguments(parser):
    parser.add_argument("--model", required=True, help="model file written by train")
    parser.add_argument("--prompt", default="", help="how each sample begins")
    for name, kind, default, text in (
            ("count", int, None, "number of samples (20; of a stream 1)"),
            ("length", int, None, "maximum number of characters (the context; of a stream 20 "
             "times that)"),
            ("temperature", float, 0.5, "below 1 favours likely characters (0.5)"),
            ("seed", int, None, "fixes the samples (different ones each time)")):
        parser.add_argument("--" + name, type=kind, default=default, help=text)


def describe_kernels(kernels, model=None):
    """Which kernels are in use, and why."""
    if kernels == "python":
        return "python (--kernels python)"
    why = load_native()[1]
    if isinstance(model, Model) and load_native()[0]:
        return "python (the model is too large for native ones)"
    return why


class ShowVersion(argparse.Action):
    """--version: this program's model format, the Python, and the kernels."""

    def __call__(self, parser, *_):
        print(f"fastgpt.py, model format {FORMAT}; Python {sys.version.split()[0]}; "
              f"kernels: {describe_kernels('native')}")
        parser.exit()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", action=ShowVersion, nargs=0,
                        help="show which kernels are in use, and why")
    commands = parser.add_subparsers(dest="command", metavar="{train,sample}")
    train_parser = commands.add_parser("train", help="train a model on a text, or resume it")
    add_train_arguments(train_parser)
    sample_parser = commands.add_parser("sample", help="generate text with a model")
    add_sample_arguments(sample_parser)
    for each in (parser, train_parser, sample_parser):
        each.add_argument("--kernels", choices=("native", "python"), default="native",
                          help="machine code where available (default), or pure Python")
    options = parser.parse_args()
    options.misuse = train_parser.error
    for name, value in vars(options).items():
        shown = "--" + name.replace("_", "-")
        if value in ("", "-") and name in ("data", "model"):
            parser.error(f"{shown} cannot be {value!r}: name a file")
        if type(value) in (int, float) and name != "seed" and not 0 < value <= MAX_SETTING:
            parser.error(f"{shown} cannot be {value!r}: give a number above 0, up to a million")
    return options


def tune_interpreter():
    """PyPy compiles sooner, as the log takes but a second; CPython looks for no cycles."""
    if PYPY:
        __import__("pypyjit").set_param("threshold=300,trace_eagerness=60,decay=0")
    else:
        gc.disable()


def interrupt_once(*_):
    """What Ctrl-C does: raise KeyboardInterrupt, once; pressing it again changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def main():
    options = parse_arguments()
    if sys.stdout is None:
        raise UserError("standard output is closed")
    sys.stdout.reconfigure(errors="backslashreplace")     # for a terminal without the characters
    tune_interpreter()
    if options.command == "train":
        train_command(options)
    elif options.command == "sample":
        sample_command(options)
    else:
        print_log(options.kernels)


def run():
    """main() with its errors in one line: status 1, or 130 for Ctrl-C."""
    signal.signal(signal.SIGINT, interrupt_once)
    try:
        main()
    except BrokenPipeError:                               # whoever read the output has had enough
        os._exit(0)
    except UserError as error:
        sys.exit(f"fastgpt.py: {error}")
    except OSError as error:
        sys.exit(f"fastgpt.py: {error.filename or 'standard output'}: {error.strerror}")
    except (ArithmeticError, MemoryError, ValueError) as error:
        sys.exit(f"fastgpt.py: numbers are out of range, or memory is ({error}): "
                 "try a lower --lr or --width")
    except KeyboardInterrupt:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(130)                                     # threads are not waited for


if __name__ == "__main__":
    run()
