#!/usr/bin/env python3
"""fastgpt.py: the same GPT and the same log as microgpt.py, as fast as pure Python goes, and models of your own.

    python3 fastgpt.py                                               print the log, from input.txt
    python3 fastgpt.py train --data my.txt --model my.gpt            train, or go on with what my.gpt holds
    python3 fastgpt.py train --data play.txt --stream --model p.gpt  one long text instead of a document a line
    python3 fastgpt.py sample --model my.gpt --prompt an             let it write

Where the speed comes from: straight-line code. Nearly all the work is rows against rows, and an inner product written
out (a0*b0+a1*b1+...) over local variables runs about three times faster than any loop over it. So each width that is
needed gets its own function, written from a template and compiled when first used (`kernel`); and gradients are
derived by hand, layer by layer, instead of number by number as in microgpt.py.

A model file is data only: a line of ASCII, `fastgpt 2 HASH LENGTH`, with the SHA-256 of all that follows and the bytes
of the header; the header, a JSON object (settings, vocabulary, step, ...); then float64, little endian: all parameters
in the contract's order, then Adam's two running sums in the same order.
"""
import argparse
import array
import collections
import contextlib
import functools
import gc
import hashlib
import itertools
import json
import math
import multiprocessing
import os
import random
import re
import signal
import struct
import sys
import time

VERSION = 2
BETA1, BETA2, EPSILON_ADAM, EPSILON_NORM = 0.85, 0.99, 1e-8, 1e-5
PYPY = sys.implementation.name == "pypy"
WIDEST = 64 if PYPY else 256     # columns that a kernel takes; PyPy compiles no longer functions
PARTS = 16                       # at most so many sums does a batch consist of, whoever computes them
MOST = 10 ** 6                   # largest size and number of steps that a model file may name
SMOOTHING = 0.98                 # weight of the past in the loss that the progress lines show

class Trouble(Exception):
    """Something that the user can mend, told in one line."""

def leave(*_):
    """What Ctrl-C does: it raises KeyboardInterrupt, once; whoever presses it again changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt

def hurry():
    """Set the interpreter up: PyPy compiles sooner, as the log takes but a second; CPython looks for no cycles."""
    if PYPY:
        __import__("pypyjit").set_param("threshold=300,trace_eagerness=60,decay=0")
    else:
        gc.disable()

# ---- Straight-line kernels ------------------------------------------------------------------------------------------
# Matrices are lists of rows. In a template <text> is repeated for each column, # its number; <text|+> puts + between.
PRODUCT = """
def kernel(A, B):
    flat, n = [<a#*b#|+> for <a#,> in A for <b#,> in B], len(B)    # two nested comprehensions are slower
    return [flat[i:i + n] for i in range(0, len(flat), n or 1)]
"""
COMBINATION = """
def kernel(C, B):
    out = []
    for cs in C:
        <x#=>0.0
        for c, b in zip(cs, B):
            if c:                              # relu leaves zeros, five in six
                <b#,>=b; <x#+=c*b#|;>
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

def blocks(A):
    """A cut into blocks of at most WIDEST columns."""
    if not A or len(A[0]) <= WIDEST:
        return [A]
    return [[row[i:i + WIDEST] for row in A] for i in range(0, len(A[0]), WIDEST)]

def joined(parts):
    """The opposite of `blocks`."""
    return parts[0] if len(parts) == 1 else [sum(rows, []) for rows in zip(*parts)]

def product(A, B):
    """A times B transposed: [[a . b for b in B] for a in A], rows of one width."""
    return functools.reduce(plus, [kernel(PRODUCT, len(a[0]))(a, b) for a, b in zip(blocks(A), blocks(B))])

def combination(C, B):
    """C times B: for each row of C the sum of c * b; a row of C is as long as B has rows."""
    return joined([kernel(COMBINATION, len(b[0]))(C, b) for b in blocks(B)])

def adam(W, M, V, G, rate, epsilon):
    """Parameters W moved by their gradients G, and the new M and V, all of one shape: Adam (Kingma, Ba 2015).

    M and V are sums, of BETA1^k g and BETA2^k g^2; for their factors the caller's rate and epsilon stand in."""
    moved = [kernel(ADAM, len(four[0][0]))(*four, rate, epsilon) for four in zip(*map(blocks, (W, M, V, G)))]
    return [joined(parts) for parts in zip(*moved)]

def turned(A):
    """The transpose, as a list of rows."""
    return list(zip(*A))

def plus(A, B):
    """The sum of two matrices."""
    return [[x + y for x, y in zip(a, b)] for a, b in zip(A, B)]

# ---- The model ------------------------------------------------------------------------------------------------------
class Settings(collections.namedtuple("Settings", "vocabulary layers width heads context", defaults=(1, 16, 4, 16))):
    """What fixes a model's shape; `heads` divides `width`."""

    def shapes(self):
        """(rows, columns) of each matrix, in the order in which they are drawn and stored; wq, wk, wv are one."""
        d = self.width
        return ([(self.vocabulary, d), (self.context, d), (self.vocabulary, d)]
                + [(3 * d, d), (d, d), (4 * d, d), (d, 4 * d)] * self.layers)

    def size(self):
        """The number of parameters."""
        return sum(rows * columns for rows, columns in self.shapes())

def normalised(X):
    """rmsnorm of each row: (rows, the factor of each)."""
    factors = [(sum([v * v for v in x]) / len(x) + EPSILON_NORM) ** -0.5 for x in X]
    return [[v * f for v in x] for x, f in zip(X, factors)], factors

def normalised_back(Y, factors, dY):
    """Gradient of rmsnorm's input from that of its output Y."""
    dX = []
    for y, f, dy in zip(Y, factors, dY):
        mean = sum([a * b for a, b in zip(y, dy)]) / len(y)
        dX.append([f * (b - a * mean) for a, b in zip(y, dy)])
    return dX

def softmax(row, scale=1.0):
    """exp(scale * v) for each v of a row, divided by their sum."""
    top = max(row)
    powers = [math.exp(scale * (v - top)) for v in row]
    total = 1 / sum(powers)
    return [p * total for p in powers]

def forward(settings, matrices, tokens, past=None):
    """Logits for what follows each token: (rows of `vocabulary`, trace for `backward`).

    past: one (keys, values) of row lists for each layer; the tokens stand behind these, which grow by them."""
    wte, wpe, lm_head = matrices[:3]
    d, size = settings.width, settings.width // settings.heads
    first = len(past[0][0]) if past else 0
    X, f = normalised([[a + b for a, b in zip(wte[token], wpe[first + i])] for i, token in enumerate(tokens)])
    trace = [(X, f)]
    for layer in range(settings.layers):
        wqkv, wo, fc1, fc2 = matrices[3 + 4 * layer:7 + 4 * layer]
        H, fh = normalised(X)
        QKV = product(H, wqkv)
        keys, values = past[layer] if past else ([], [])
        keys += [row[d:2 * d] for row in QKV]
        values += [row[2 * d:] for row in QKV]
        heads, found = [], []
        for a in range(0, d, size):
            q, k, v = [[row[a:a + size] for row in rows] for rows in (QKV, keys, values)]
            P = [softmax(row[:first + i + 1], size ** -0.5) + [0.0] * (len(tokens) - 1 - i)
                 for i, row in enumerate(product(q, k))]
            heads.append((q, k, v, P))
            found.append(combination(P, v))
        A = [sum(rows, []) for rows in zip(*found)]
        X = plus(X, product(A, wo))
        N, fn = normalised(X)
        R = [[v if v > 0 else 0.0 for v in row] for row in product(N, fc1)]
        X = plus(X, combination(R, turned(fc2)))
        trace.append((H, fh, heads, A, N, fn, R))
    trace.append(X)
    return product(X, lm_head), trace

def backward(settings, matrices, tokens, trace, dL):
    """Gradients of all matrices from dL, those of the logits: a matrix each, in the order of `shapes`."""
    wte, wpe, lm_head = matrices[:3]
    size, X = settings.width // settings.heads, trace[-1]
    dlm_head, dX, grads = combination(turned(dL), X), combination(dL, lm_head), []
    for layer in reversed(range(settings.layers)):
        wqkv, wo, fc1, fc2 = matrices[3 + 4 * layer:7 + 4 * layer]
        H, fh, heads, A, N, fn, R = trace[1 + layer]
        dfc2 = turned(combination(turned(R), dX))
        columns = turned(fc2)                      # only those are needed where relu let something through
        found = [iter(sum(product([a], list(itertools.compress(columns, r))), [])) for a, r in zip(dX, R)]
        dF = [[next(row) if v else 0.0 for v in r] for row, r in zip(found, R)]
        dfc1 = combination(turned(dF), N)
        dX = plus(dX, normalised_back(N, fn, combination(dF, fc1)))
        dwo = combination(turned(dX), A)
        dA, dq, dk, dv = combination(dX, wo), [], [], []
        for h, (q, k, v, P) in enumerate(heads):
            dO = [row[h * size:(h + 1) * size] for row in dA]
            dS = []
            for p, dp in zip(P, product(dO, v)):
                mean = sum([a * b for a, b in zip(p, dp)])
                dS.append([a * (b - mean) * size ** -0.5 for a, b in zip(p, dp)])
            dq.append(combination(dS, k))
            dk.append(combination(turned(dS), q))
            dv.append(combination(turned(P), dO))
        dQKV = [sum(rows, []) for rows in zip(*dq, *dk, *dv)]
        dwqkv = combination(turned(dQKV), H)
        dX = plus(dX, normalised_back(H, fh, combination(dQKV, wqkv)))
        grads = [dwqkv, dwo, dfc1, dfc2] + grads
    dE = normalised_back(*trace[0], dX)
    dwte, dwpe = [[0.0] * settings.width for _ in wte], [[0.0] * settings.width for _ in wpe]
    for i, (token, row) in enumerate(zip(tokens, dE)):
        dwte[token], dwpe[i] = [a + b for a, b in zip(dwte[token], row)], row
    return [dwte, dwpe, dlm_head] + grads

def loss_and_gradients(settings, matrices, tokens, want_gradients=True):
    """Mean of -log p(next token) over one document's tokens, at most `context` predictions: (loss, gradients)."""
    n = min(settings.context, len(tokens) - 1)
    logits, trace = forward(settings, matrices, tokens[:n])
    loss, dL = 0.0, [softmax(row) for row in logits]
    for row, target in zip(dL, tokens[1:]):
        loss -= math.log(row[target] or 5e-324) / n
        row[target] -= 1
    dL = [[v / n for v in row] for row in dL]
    return loss, backward(settings, matrices, tokens[:n], trace, dL) if want_gradients else None

def flat(*groups):
    """All numbers of lists of matrices, in order."""
    return array.array("d", [v for matrices in groups for matrix in matrices for row in matrix for v in row])

def shaped(settings, numbers):
    """The next list of matrices of an iterator over numbers, in the settings' shapes."""
    return [[list(itertools.islice(numbers, columns)) for _ in range(rows)] for rows, columns in settings.shapes()]

class Model:
    """Parameters with Adam's state: `matrices`, `means`, `squares`, each a list of matrices, each a list of rows."""

    def __init__(self, settings, numbers):
        """numbers: the parameters, then perhaps Adam's two running sums, flat."""
        numbers, self.settings = itertools.chain(numbers, itertools.repeat(0.0)), settings
        self.matrices, self.means, self.squares = [shaped(settings, numbers) for _ in range(3)]

    def step(self, gradients, rate, s):
        """One step of Adam, number s from 1, at a learning rate."""
        bias1, root = (1 - BETA1 ** s) / (1 - BETA1), ((1 - BETA2) / (1 - BETA2 ** s)) ** 0.5
        moved = [adam(*four, rate / bias1 / root, EPSILON_ADAM / root)
                 for four in zip(self.matrices, self.means, self.squares, gradients)]
        self.matrices, self.means, self.squares = map(list, zip(*moved))

def drawn(settings, source):
    """A new model, its parameters drawn from a random source by the contract."""
    return Model(settings, [source.gauss(0, 0.08) for _ in range(settings.size())])

def sample(model, random_source, bos, prompt=(), length=None, temperature=0.5, stream=False):
    """Yield token after token behind `prompt` (tokens): until BOS, or `length` tokens (default: the context).

    A stream has no end: BOS is never drawn. Where the context is full, its second half is read again from its start."""
    settings, tokens, past = model.settings, [bos] + list(prompt), None
    for _ in range(length or settings.context - len(prompt)):
        if past is None or len(past[0][0]) == settings.context:
            past = [([], []) for _ in range(settings.layers)]
            unread = tokens if len(tokens) <= settings.context else tokens[-(settings.context + 1) // 2:]
        logits = forward(settings, model.matrices, unread, past)[0][-1]
        if stream:
            logits[bos] = -math.inf
        token = random_source.choices(range(len(logits)), weights=softmax(logits, 1 / max(temperature, 1e-6)))[0]
        if token == bos:
            return
        yield token
        tokens.append(token)
        unread = [token]

# ---- The log of the contract ----------------------------------------------------------------------------------------
def read(path):
    """(text, documents) of a UTF-8 file: its lines, stripped, without the empty ones."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise Trouble("%s is not UTF-8 text (byte %d); save it as UTF-8" % (path, error.start)) from None
    documents = [line.strip() for line in text.split("\n") if line.strip()]
    if not documents:
        raise Trouble("%s holds no text; put a document on each line" % path)
    return text, documents

def print_log(path="input.txt"):
    """Train on `path` and sample, all by the contract, and print its log."""
    documents, steps = read(path)[1], 1000
    random.seed(42)
    random.shuffle(documents)
    characters = sorted(set("".join(documents)))
    bos, settings = len(characters), Settings(len(characters) + 1)
    print("num docs: %d\nvocab size: %d\nnum params: %d" % (len(documents), bos + 1, settings.size()))
    model = drawn(settings, random)
    for s in range(steps):
        tokens = [bos] + [characters.index(c) for c in documents[s % len(documents)]] + [bos]
        loss, gradients = loss_and_gradients(settings, model.matrices, tokens)
        model.step(gradients, 0.01 * (1 - s / steps), s + 1)
        print("step %4d / %4d | loss %.4f" % (s + 1, steps, loss))
    print("\n--- inference (new, hallucinated names) ---")
    for i in range(20):
        print("sample %2d: %s" % (i + 1, "".join(characters[t] for t in sample(model, random, bos))))

# ---- Model files ----------------------------------------------------------------------------------------------------
SHAPE = ("layers", "width", "heads", "context")
KEPT = {"layers": (1, "blocks of attention and MLP"), "width": (16, "numbers that stand for a token"),
        "heads": (4, "attention heads; they divide the width"), "context": (16, "tokens that the model looks back on"),
        "steps": (1000, "of training"), "batch": (1, "documents a step"), "seed": (42, "of everything random"),
        "lr": (0.01, "learning rate of the first step; it falls to 0")}
DEFAULTS = dict({key: default for key, (default, _) in KEPT.items()}, stream=False)
FIELDS = {key: type(v) for key, v in dict(DEFAULTS, characters="", data="", step=0, smooth=0.0).items()}  # of a header

def save(path, model, header):
    """Write the model whole or not at all: beside the target, flushed to the disk, then put in its place."""
    numbers, text = flat(model.matrices, model.means, model.squares), json.dumps(header, sort_keys=True).encode()
    body, path = text + struct.pack("<%dd" % len(numbers), *numbers), os.path.realpath(path)
    part = "%s.%d.part" % (path, os.getpid())
    try:
        with open(part, "wb") as file:
            file.write(b"fastgpt %d %s %d\n" % (VERSION, hashlib.sha256(body).hexdigest().encode(), len(text)) + body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise Trouble("%s: %s" % (path, error.strerror)) from None
    finally:
        if os.path.exists(part):
            os.unlink(part)

def load(path):
    """(model, header) of a file that `save` wrote; Trouble for any other."""
    with open(path, "rb") as file:
        found, body = re.match(rb"fastgpt (\d+) (\w{64}) (\d+)\n$", file.readline(200)), file.read()
    if not found or int(found[1]) != VERSION:
        raise Trouble("%s is not a model of fastgpt.py in format %d%s" % (
            path, VERSION, ", but in format %d" % int(found[1]) if found else ""))
    if hashlib.sha256(body).hexdigest().encode() != found[2]:
        raise Trouble("%s is damaged: its checksum does not agree; take a copy that is whole" % path)
    try:
        header, body = json.loads(body[:int(found[3])].decode()), body[int(found[3]):]
        header = {key: header[key] for key in FIELDS}
        count = len(set(header["characters"].encode().decode()))
        if (any(type(header[key]) is not kind for key, kind in FIELDS.items()) or not 0 <= header["step"] <= MOST
                or not all(0 < header[key] <= MOST for key in SHAPE + ("batch", "steps", "lr"))
                or header["width"] % header["heads"] or not 0 < count == len(header["characters"])):
            raise ValueError
        settings = Settings(count + 1, *[header[key] for key in SHAPE])
        numbers = struct.unpack("<%dd" % (3 * settings.size()), body)
        if not all(map(math.isfinite, numbers + (header["smooth"],))) or min(numbers[2 * settings.size():]) < 0:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        raise Trouble("%s is not a whole model: its header, size and numbers do not agree" % path) from None
    return Model(settings, numbers), header

# ---- Training on a text of your own ---------------------------------------------------------------------------------
def total(arrays):
    """The sum of arrays of one length."""
    return functools.reduce(lambda a, b: array.array("d", [x + y for x, y in zip(a, b)]), arrays)

def part_total(settings, numbers, documents):
    """Loss and gradients, one array, summed over some documents of a batch. numbers: the parameters, flat."""
    matrices = shaped(settings, iter(numbers))
    pairs = (loss_and_gradients(settings, matrices, tokens) for tokens in documents)
    return total(array.array("d", [loss]) + flat(gradients) for loss, gradients in pairs)

def serve(pipe, others):
    """What a worker does: `part_total` of all jobs of a list, and of the next list. others: ends that a fork copied."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)      # Ctrl-C is for the other process, with which this one ends
    for other in others:
        other.close()
    with contextlib.suppress(Exception):              # then the pipe closes, and the other process knows
        while True:
            pipe.send([part_total(*job) for job in pipe.recv()])

@functools.lru_cache(maxsize=None)
def crew(workers):
    """Pipes to so many processes. A pool of the library's can hang when one of its workers is killed."""
    pipes = []
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)            # which processes that begin now take over
    for _ in range(workers):
        ours, its = multiprocessing.Pipe()
        pipes.append(ours)
        multiprocessing.Process(target=serve, args=(its, pipes[:]), daemon=True).start()
        its.close()
    signal.signal(signal.SIGINT, handler)
    return pipes

def batch_gradients(model, documents, workers=1):
    """(mean loss, mean gradients) of the documents."""
    n, settings = len(documents), model.settings
    if n == 1:
        return loss_and_gradients(settings, model.matrices, documents[0])
    size, numbers = max(2, -(-n // PARTS)), flat(model.matrices)     # whatever `workers` is, so the result is the same
    jobs = [(settings, numbers, documents[i:i + size]) for i in range(0, n, size)]
    pipes, share = crew(workers) if workers > 1 else (), -(-len(jobs) // workers)
    try:
        for i, pipe in enumerate(pipes):
            pipe.send(jobs[i * share:(i + 1) * share])
        loss, *gradients = total([part for pipe in pipes for part in pipe.recv()] or [part_total(*job) for job in jobs])
    except (EOFError, OSError):
        raise Trouble("a worker was killed or failed (too little memory?); the same command goes on") from None
    return loss / n, shaped(settings, (g / n for g in gradients))

def prepare(path, stream, context, seed):
    """(characters, training documents as tokens, held-out ones, hash of the text), in an order fixed by the seed.

    A document has as many tokens as are used: at most one more than the context."""
    text, lines = read(path)
    characters = sorted(set(text if stream else "".join(lines)))
    number, bos = {c: k for k, c in enumerate(characters)}, len(characters)
    if stream:                                       # a window begins with what stood before it, and has no end
        tokens = [bos] + [number[c] for c in text]
        documents = [tokens[i:i + context + 1] for i in range(0, len(text), context)]
    else:
        documents = [([bos] + [number[c] for c in line] + [bos])[:context + 1] for line in lines]
        random.Random(seed).shuffle(documents)
    validation = [documents.pop() for _ in range(len(documents) // 10)]
    random.Random(seed + 1).shuffle(documents)
    return characters, documents, validation, hashlib.sha256(text.encode()).hexdigest()

def validation_loss(model, documents):
    """Mean loss of a prediction over documents that were kept out of training."""
    losses = [(len(tokens) - 1) * loss_and_gradients(model.settings, model.matrices, tokens, False)[0]
              for tokens in documents]
    return sum(losses) / sum(len(tokens) - 1 for tokens in documents)

def begin(options):
    """(model, header, training documents, held-out ones) to go on with, from --model or new."""
    given = {key: getattr(options, key) for key in DEFAULTS if getattr(options, key) is not None}
    model, header = load(options.model) if os.path.exists(options.model) else (None, dict(DEFAULTS, **given))
    for key in set(given) - {"steps"}:
        if given[key] != header[key]:
            raise Trouble("%s was begun with %s = %s: name another --model" % (options.model, key, header[key]))
    if header["width"] % header["heads"]:
        options.misuse("--width (%(width)d) must be a multiple of --heads (%(heads)d)" % header)
    characters, *documents, digest = prepare(options.data, *[header[key] for key in ("stream", "context", "seed")])
    if not model:
        header.update(characters="".join(characters), data=digest, step=0, smooth=0.0)
        model = drawn(Settings(len(characters) + 1, *[header[key] for key in SHAPE]), random.Random(header["seed"]))
    if (header["data"], header["characters"]) != (digest, "".join(characters)):
        raise Trouble("%s was trained on another text than %s: name another --model" % (options.model, options.data))
    header["steps"] = given.get("steps", header["steps"])
    if header["steps"] < header["step"]:
        raise Trouble("%s has %d steps behind it: give --steps above that" % (options.model, header["step"]))
    return (model, header, *documents)

def train(options):
    """The command `train`."""
    model, header, training, validation = begin(options)
    save(options.model, model, header)
    steps, batch, characters, first = [header[key] for key in ("steps", "batch", "characters", "step")]
    print("%d pieces to learn from, %d held out to validate; %d characters; %d parameters; %d of %d steps done" % (
        len(training), len(validation), len(characters), model.settings.size(), first, steps), flush=True)
    stop, begun, seen = [], time.perf_counter(), 0
    signal.signal(signal.SIGINT, lambda *_: leave() if stop else stop.append(1))
    for s in range(first + 1, steps + 1):
        documents = [training[k % len(training)] for k in range((s - 1) * batch, s * batch)]
        loss, gradients = batch_gradients(model, documents, options.workers)
        if not math.isfinite(loss):
            raise Trouble("step %d: the loss is not a number any more: try a lower --lr" % s)
        model.step(gradients, header["lr"] * (1 - (s - 1) / steps), s)
        smooth = SMOOTHING * header["smooth"] + (1 - SMOOTHING) * loss if s > 1 else loss
        header.update(step=s, smooth=smooth)
        seen, seconds, end = seen + sum(map(len, documents)) - batch, time.perf_counter() - begun, stop or s == steps
        say = functools.partial(print, "step %4d / %4d |" % (s, steps), flush=True)
        if end or s % options.log_every == 0:
            say("loss %.4f | smoothed %.4f | %d tokens/s | %d s left" % (
                loss, smooth, seen / seconds, seconds / (s - first) * (steps - s)))
        if validation and (s == steps or s % (options.eval_every or steps) == 0):
            say("validation loss %.4f" % validation_loss(model, validation[:200]))
        if s % (options.sample_every or steps + 1) == 0:
            tokens = sample(model, random.Random(s), len(characters), stream=header["stream"])
            say("sample: " + "".join(characters[t] for t in tokens))
        if end or s % options.save_every == 0:
            save(options.model, model, header)
        if stop:
            print("stopped; saved in %s: the same command goes on" % options.model, flush=True)
            leave()
    print("saved in %s" % options.model)

def write(options):
    """The command `sample`."""
    model, header = load(options.model)
    characters, source = header["characters"], random.Random(options.seed)
    for c in options.prompt:
        if c not in characters:
            raise Trouble("--prompt: the model has never seen %r; it knows %r" % (c, characters[:200]))
    prompt = [characters.index(c) for c in options.prompt]
    length = options.length or max(1, model.settings.context - len(prompt)) * (20 if header["stream"] else 1)
    for _ in range(options.count or (1 if header["stream"] else 20)):
        tokens = sample(model, source, len(characters), prompt, length, options.temperature, header["stream"])
        print(options.prompt + "".join(characters[t] for t in tokens), flush=True)

# ---- The command line -----------------------------------------------------------------------------------------------
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", metavar="{train,sample}")
    one = commands.add_parser("train", help="train a model on a text, or go on training it")
    one.add_argument("--data", required=True, help="UTF-8 text, a document a line")
    one.add_argument("--model", required=True, help="file to save to, and to go on from when it exists")
    two = commands.add_parser("sample", help="let a model write")
    two.add_argument("--model", required=True, help="file that train has written")
    two.add_argument("--prompt", default="", help="how each sample begins")
    one.add_argument("--stream", action="store_const", const=True, help="the text is one document (prose, a play)")
    for key, (default, said) in KEPT.items():
        one.add_argument("--" + key, type=type(default), help="%s (%s)" % (said, default))
    for command, key, kind, default, said in (
            (one, "workers", int, 1, "processes; with any number the result is the same (1)"),
            (one, "save-every", int, 100, "steps between two savings (100)"),
            (one, "log-every", int, 10, "steps between two lines of the log (10)"),
            (one, "eval-every", int, None, "steps between two validations (only at the end)"),
            (one, "sample-every", int, None, "steps between two samples (none)"),
            (two, "count", int, None, "samples (20; of a stream 1)"),
            (two, "length", int, None, "characters at most (what the context holds; of a stream 20 times that)"),
            (two, "temperature", float, 0.5, "below 1: closer to what is likely (0.5)"),
            (two, "seed", int, None, "the same seed, the same samples (each time others)")):
        command.add_argument("--" + key, type=kind, default=default, help=said)
    options = parser.parse_args()
    options.misuse = one.error
    for key, value in vars(options).items():
        if value == "" and key != "prompt" or type(value) in (int, float) and key != "seed" and not 0 < value <= MOST:
            advice = "name a file" if value == "" else "give a number above 0, up to a million"
            parser.error("--%s cannot be %r: %s" % (key.replace("_", "-"), value, advice))
    if sys.stdout is None:
        raise Trouble("standard output is closed")
    sys.stdout.reconfigure(errors="backslashreplace")            # for a terminal that cannot show every character
    hurry()
    {"train": train, "sample": write, None: lambda _: print_log()}[options.command](options)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, leave)
    try:
        main()
    except BrokenPipeError:                          # whoever read the output has had enough
        os._exit(0)
    except Trouble as error:
        sys.exit("fastgpt.py: %s" % error)
    except OSError as error:
        sys.exit("fastgpt.py: %s: %s" % (error.filename or "output", error.strerror))
    except (ArithmeticError, MemoryError, ValueError) as error:
        sys.exit("fastgpt.py: numbers run out of range, or out of memory (%s): try a lower --lr or --width" % error)
    except KeyboardInterrupt:
        sys.exit(130)
