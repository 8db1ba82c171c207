#!/usr/bin/env python3
"""fastgpt.py: the same GPT and the same log as microgpt.py, as fast as pure Python goes, and models of your own.

    python3 fastgpt.py                                               print the log, from input.txt
    python3 fastgpt.py train --data my.txt --model my.gpt            train, or go on with what my.gpt holds
    python3 fastgpt.py train --data play.txt --stream --model p.gpt  one long text instead of a document a line
    python3 fastgpt.py sample --model my.gpt --prompt an             let it write

Where the speed comes from: straight-line code. Nearly all the work is one operation, rows against rows, and an inner
product written out (a0*b0+a1*b1+...) over local variables runs about three times faster than any loop over it. So each
width that is needed gets its own function, written and compiled when first used (`product_kernel`, `adam_kernel`).
Gradients are derived by hand, layer by layer, instead of number by number as in microgpt.py.

A model file is data only. A line of ASCII: `fastgpt 1 HASH LENGTH`, with the SHA-256 of all that follows and the bytes
of the header; then the header, a JSON object (settings, vocabulary, step, ...); then float64, little endian: all
parameters in the contract's order, then Adam's two running means in the same order.
"""
import argparse
import array
import contextlib
import functools
import gc
import hashlib
import json
import math
import multiprocessing
import os
import random
import signal
import sys
import time

VERSION = 1
BETA1, BETA2, EPSILON_ADAM, EPSILON_NORM = 0.85, 0.99, 1e-8, 1e-5
WIDEST = 64               # longest inner product written out; longer ones are sums of such
MOST = 10 ** 6            # largest size and number of steps that a model file may name
SMOOTHING = 0.98          # weight of the past in the loss that the progress lines show

class Trouble(Exception):
    """Something that the user can mend; told in one line."""

class Misuse(Trouble):
    """Options that make no sense."""


# ---- Straight-line kernels ------------------------------------------------------------------------------------------
def hurry():
    """Set the interpreter up for arithmetic: PyPy compiles sooner, as the whole log takes but a second; CPython looks
    for no reference cycles, as no step makes any."""
    if "pypyjit" in sys.builtin_module_names:
        __import__("pypyjit").set_param("threshold=300,trace_eagerness=60,decay=0")
    else:
        gc.disable()

def compiled(source):
    """The function `kernel` that a source text defines."""
    space = {}
    exec(source, space)
    return space["kernel"]

def pieces(width):
    """(start, end) of the stretches of at most WIDEST that a row is cut into."""
    return [(start, min(start + WIDEST, width)) for start in range(0, width, WIDEST)]

def names(letter, width):
    """The source of `width` local variables, a0,a1,...,"""
    return "".join("%s%d," % (letter, i) for i in range(width))

@functools.lru_cache(maxsize=None)
def product_kernel(width):
    """A function of two matrices, rows of `width`: [[a . b for b in B] for a in A], A times B transposed.

    One flat comprehension: in two nested ones the a's would be variables of an outer function, which are slower."""
    terms = "+".join("a%d*b%d" % (i, i) for i in range(width))
    return compiled("def kernel(A, B):\n flat, n = [%s for %s in A for %s in B], len(B)\n"
                    " return [flat[i:i + n] for i in range(0, len(flat), n or 1)]"
                    % (terms, names("a", width), names("b", width)))

@functools.lru_cache(maxsize=None)
def combination_kernel(width):
    """A function of coefficients C and rows B of `width`: the sum of c * b for each row of C, C times B.

    It steps over zeros, of which relu leaves five in six."""
    x, b, sums = names("x", width), names("b", width), ";".join("x%d+=c*b%d" % (i, i) for i in range(width))
    return compiled("def kernel(C, B):\n out = []\n for cs in C:\n  %s=0.0\n  for c, b in zip(cs, B):\n"
                    "   if c:\n    %s=b;%s\n  out.append([%s])\n return out" % (x[:-1].replace(",", "="), b, sums, x))

@functools.lru_cache(maxsize=None)
def adam_kernel(width):
    """`adam` for rows of one width."""
    w, m, v, g = [names(letter, width) for letter in "wmvg"]
    moves = ";".join("m#=%r*m#+g#;v#=%r*v#+g#*g#;w#-=rate*m#/(sqrt(v#)+epsilon)".replace("#", str(i)) % (BETA1, BETA2)
                     for i in range(width))
    return compiled("from math import sqrt\ndef kernel(W, M, V, G, rate, epsilon, sqrt=sqrt):\n"
                    " for i, (%s) in enumerate(G):\n  %s=W[i];%s=M[i];%s=V[i];%s\n"
                    "  W[i]=[%s];M[i]=[%s];V[i]=[%s]\n return W, M, V" % (g, w, m, v, moves, w, m, v))

def product(A, B):
    """A times B transposed, both as lists of rows of one width."""
    if len(A[0]) <= WIDEST:
        return product_kernel(len(A[0]))(A, B)
    return functools.reduce(plus, [product([a[i:j] for a in A], [b[i:j] for b in B]) for i, j in pieces(len(A[0]))])

def combination(C, B):
    """C times B, both as lists of rows; a row of C is as long as B has rows."""
    if len(B[0]) <= WIDEST:
        return combination_kernel(len(B[0]))(C, B)
    return [sum(rows, []) for rows in zip(*[combination(C, [b[i:j] for b in B]) for i, j in pieces(len(B[0]))])]

def product_where(mask, A, B):
    """A times B transposed where `mask`, of the same shape, is not zero; zero elsewhere."""
    rows = []
    for there, a in zip(mask, A):
        found = iter(sum(product([a], [b for b, v in zip(B, there) if v]), []))
        rows.append([next(found) if v else 0.0 for v in there])
    return rows

def adam(W, M, V, G, rate, epsilon):
    """Parameters W moved by their gradients G, and the new M and V, all lists of rows: Adam (Kingma, Ba 2015).

    M = sum of BETA1^k g and V = sum of BETA2^k g^2 over the steps so far: sums, for whose factors rate and epsilon are
    made to stand in by the caller. The rows' lists may be the old ones."""
    if len(W[0]) <= WIDEST:
        return adam_kernel(len(W[0]))(W, M, V, G, rate, epsilon)
    parts = [adam(*[[row[i:j] for row in A] for A in (W, M, V, G)], rate, epsilon) for i, j in pieces(len(W[0]))]
    return [[sum(rows, []) for rows in zip(*part)] for part in zip(*parts)]

def turned(A):
    """The transpose, as a list of rows."""
    return list(zip(*A))

def plus(A, B):
    """The sum of two matrices."""
    return [[x + y for x, y in zip(a, b)] for a, b in zip(A, B)]

# ---- The model ------------------------------------------------------------------------------------------------------
class Settings:
    """What fixes a model's shape: layers, width, heads, context, and the size of its vocabulary."""

    def __init__(self, vocabulary, layers=1, width=16, heads=4, context=16):
        if min(vocabulary, layers, width, heads, context) < 1 or width % heads:
            raise Misuse("--width (%d) must be a multiple of --heads (%d)" % (width, heads))
        self.vocabulary, self.layers, self.width, self.heads, self.context = vocabulary, layers, width, heads, context

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
        dF = product_where(R, dX, turned(fc2))
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
    if not want_gradients:
        return loss, None
    return loss, backward(settings, matrices, tokens[:n], trace, [[v / n for v in row] for row in dL])

def flat(*parts):
    """All numbers of lists of matrices, in order, as an array of float64."""
    return array.array("d", [v for matrices in parts for matrix in matrices for row in matrix for v in row])

def unflat(settings, numbers, start=0):
    """The opposite of `flat` for the list of matrices, in the settings' shapes, that begins at `start`."""
    matrices = []
    for rows, columns in settings.shapes():
        end = start + rows * columns
        matrices.append([numbers[i:i + columns].tolist() for i in range(start, end, columns)])
        start = end
    return matrices

class Model:
    """Parameters with Adam's state: `matrices`, `means`, `squares`, each a list of matrices, each a list of rows."""

    def __init__(self, settings, numbers):
        """numbers: an array of the parameters and Adam's two running means, flat; the means may be left out."""
        self.settings, size = settings, settings.size()
        numbers = numbers if len(numbers) > size else numbers + array.array("d", bytes(16 * size))
        self.matrices, self.means, self.squares = (unflat(settings, numbers, k * size) for k in range(3))

    def step(self, gradients, rate, s):
        """One step of Adam, number s from 1, at a learning rate."""
        bias1, root = (1 - BETA1 ** s) / (1 - BETA1), ((1 - BETA2) / (1 - BETA2 ** s)) ** 0.5
        moved = [adam(*four, rate / bias1 / root, EPSILON_ADAM / root)
                 for four in zip(self.matrices, self.means, self.squares, gradients)]
        self.matrices, self.means, self.squares = map(list, zip(*moved))

def drawn(settings, source):
    """A new model, its parameters drawn from a random source by the contract."""
    return Model(settings, array.array("d", (source.gauss(0, 0.08) for _ in range(settings.size()))))

def sample(model, random_source, bos, prompt=(), length=None, temperature=0.5, stream=False):
    """Yield token after token behind `prompt` (tokens): until BOS, or `length` tokens (default: the context).

    A stream has no end: BOS is never drawn. Where the context is full, its second half is read again from its start."""
    settings, tokens = model.settings, [bos] + list(prompt)
    unread, past = tokens[-settings.context:], None
    for _ in range(length or settings.context - len(prompt)):
        if past is None or len(past[0][0]) + len(unread) > settings.context:
            past = [([], []) for _ in range(settings.layers)]
            if len(tokens) > settings.context:
                unread = tokens[-(settings.context + 1) // 2:]
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
    bos = len(characters)
    settings = Settings(bos + 1)
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
FIELDS = {"layers": int, "width": int, "heads": int, "context": int, "characters": str, "stream": bool, "data": str,
          "seed": int, "steps": int, "batch": int, "lr": float, "step": int, "smooth": float}

def save(path, model, header):
    """Write the model whole or not at all: beside the target, flushed to the disk, then put in its place."""
    floats = flat(model.matrices, model.means, model.squares)
    if sys.byteorder == "big":
        floats.byteswap()
    text = json.dumps(header, sort_keys=True).encode()
    body = text + floats.tobytes()
    if os.path.exists(path) and not os.path.isfile(path):
        raise Trouble("%s is not a file: name another --model" % path)
    try:
        with open(path + ".part", "wb") as file:
            file.write(b"fastgpt %d %s %d\n" % (VERSION, hashlib.sha256(body).hexdigest().encode(), len(text)) + body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".part", path)
    except OSError as error:
        if os.path.exists(path + ".part"):
            os.unlink(path + ".part")
        raise Trouble("%s: %s" % (path, error.strerror)) from None

def load(path):
    """(model, header) of a file that `save` wrote; Trouble for any other."""
    with open(path, "rb") as file:
        head, body = file.readline(200).split(), file.read()
    if len(head) != 4 or head[0] != b"fastgpt" or not head[1].isdigit() or not head[3].isdigit():
        raise Trouble("%s is not a model of fastgpt.py" % path)
    if int(head[1]) != VERSION:
        raise Trouble("%s has format %d, this fastgpt.py reads format %d" % (path, int(head[1]), VERSION))
    if hashlib.sha256(body).hexdigest().encode() != head[2]:
        raise Trouble("%s is damaged: its checksum does not agree; take a copy that is whole" % path)
    try:
        header, floats = json.loads(body[:int(head[3])].decode()), array.array("d")
        if (any(type(header[key]) is not kind for key, kind in FIELDS.items()) or header["step"] < 0
                or not all(0 < header[key] <= MOST for key in ("layers", "width", "heads", "context", "batch", "steps"))
                or not (0 < header["lr"] < math.inf and math.isfinite(header["smooth"]))
                or len(set(header["characters"])) != len(header["characters"].encode().decode())):
            raise ValueError
        settings = Settings(len(header["characters"]) + 1, *(header[key] for key in list(FIELDS)[:4]))
        floats.frombytes(body[int(head[3]):])
        if len(floats) != 3 * settings.size():
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError, Trouble):
        raise Trouble("%s is not a whole model: its header and its size do not agree" % path) from None
    if sys.byteorder == "big":
        floats.byteswap()
    return Model(settings, floats), header


# ---- Training on a text of your own ---------------------------------------------------------------------------------
DEFAULTS = {"layers": 1, "width": 16, "heads": 4, "context": 16, "stream": False, "seed": 42, "steps": 1000, "batch": 1,
            "lr": 0.01}

def tree_sum(settings, matrices, documents, first, last, known=()):
    """(sum of losses, sum of gradients) of documents[first:last]: the sum of two halves, and so on down to one.

    The tree is the same whoever computes a part of it (`known`: {(first, last): sum}), and so is the result."""
    if (first, last) in known:
        return known[first, last]
    if last - first == 1:
        return loss_and_gradients(settings, matrices, documents[first])
    middle = (first + last) // 2
    (loss, A), (other, B) = [tree_sum(settings, matrices, documents, *half, known)
                             for half in ((first, middle), (middle, last))]
    return loss + other, [plus(a, b) for a, b in zip(A, B)]

def crew(workers):
    """A pool of so many processes, which leave Ctrl-C to this one; None for one worker."""
    return multiprocessing.Pool(workers, signal.signal, (signal.SIGINT, signal.SIG_IGN)) if workers > 1 else None

def batch_gradients(model, documents, pool, workers):
    """(mean loss, mean gradients) of the documents; `pool` from crew(workers)."""
    settings, n, parts, known = model.settings, len(documents), [(0, len(documents))], {}
    if pool:
        while len(parts) < min(workers, n):
            a, b = max(parts, key=lambda part: part[1] - part[0])
            parts.remove((a, b))
            parts += [(a, (a + b) // 2), ((a + b) // 2, b)]
        jobs = [(settings, model.matrices, documents, *part) for part in parts]
        known = dict(zip(parts, pool.starmap(tree_sum, jobs, 1)))
    loss, total = tree_sum(settings, model.matrices, documents, 0, n, known)
    return loss / n, [[[g / n for g in row] for row in matrix] for matrix in total] if n > 1 else total

def prepare(options):
    """(characters, training documents as tokens, held-out ones, hash of the data), in an order fixed by the seed."""
    text, pieces = read(options.data)
    if options.stream:
        pieces = [text[i:i + options.context] for i in range(0, len(text), options.context)]
    characters = sorted(set("".join(pieces)))
    number, bos = {c: k for k, c in enumerate(characters)}, len(characters)
    documents = [[bos] + [number[c] for c in piece] + [bos] for piece in pieces]
    if options.stream:                               # a window begins with what stood before it, and has no end
        documents = [[before[-2] if before else bos] + tokens[1:-1]
                     for before, tokens in zip([[]] + documents, documents)]
    else:
        random.Random(options.seed).shuffle(documents)
    cut = len(documents) - len(documents) // 10
    training, validation = documents[:cut], documents[cut:]
    random.Random(options.seed + 1).shuffle(training)
    digest = hashlib.sha256(json.dumps([options.stream, options.context, text]).encode()).hexdigest()
    return characters, training, validation, digest

def validation_loss(model, documents, most=200):
    """Mean loss of a prediction over at most `most` documents that were kept out of training."""
    sizes = [min(model.settings.context, len(tokens) - 1) for tokens in documents[:most]]
    return sum(n * loss_and_gradients(model.settings, model.matrices, tokens, False)[0]
               for n, tokens in zip(sizes, documents)) / sum(sizes)

def begin(options):
    """The model and header to train with, from --model or new, and the documents; fills in what is not given."""
    model, header = load(options.model) if os.path.exists(options.model) else (None, {})
    for key, default in DEFAULTS.items():
        given = getattr(options, key)
        if given in (None, False):
            setattr(options, key, header.get(key, default))
        elif model and key != "steps" and given != header[key]:
            raise Trouble("%s was begun with %s = %s: go on with that, or name another --model" % (
                options.model, key, header[key]))
    if model and options.steps < header["step"]:
        raise Trouble("%s has %d steps behind it: give --steps above that" % (options.model, header["step"]))
    characters, training, validation, digest = prepare(options)
    if model and header["data"] != digest:
        raise Trouble("%s was trained on another text than %s: name another --model" % (options.model, options.data))
    if not model:
        model = drawn(Settings(len(characters) + 1, *(getattr(options, key) for key in list(FIELDS)[:4])),
                      random.Random(options.seed))
        header = dict({key: getattr(options, key) for key in DEFAULTS}, characters="".join(characters), data=digest,
                      step=0, smooth=0.0)
    header["steps"] = options.steps
    return model, header, training, validation

def train(options):
    """The command `train`."""
    model, header, training, validation = begin(options)
    save(options.model, model, header)
    steps, characters, first = options.steps, header["characters"], header["step"]
    print("%d documents to learn from, %d held out; %d characters; %d parameters; %d of %d steps done" % (
        len(training), len(validation), len(characters), model.settings.size(), first, steps), flush=True)
    stop, pool, begun, seen = [], crew(options.workers), time.perf_counter(), 0
    usual = signal.signal(signal.SIGINT, lambda *_: stop.append(1))
    try:
        for s in range(first, steps):
            batch = [training[(s * options.batch + k) % len(training)] for k in range(options.batch)]
            loss, gradients = batch_gradients(model, batch, pool, options.workers)
            if not math.isfinite(loss):
                raise Trouble("step %d: the loss is not a number any more; %s holds step %d: try a lower --lr" % (
                    s + 1, options.model, s - s % options.save_every))
            model.step(gradients, options.lr * (1 - s / steps), s + 1)
            smooth = SMOOTHING * header["smooth"] + (1 - SMOOTHING) * loss if s else loss
            header.update(step=s + 1, smooth=smooth)
            seen += sum(min(options.context, len(tokens) - 1) for tokens in batch)
            seconds, last = time.perf_counter() - begun, s + 1 == steps
            say = functools.partial(print, "step %4d / %4d |" % (s + 1, steps), flush=True)
            if last or stop or (s + 1) % options.log_every == 0:
                say("loss %.4f | smoothed %.4f | %d tokens/s | %d s left" % (
                    loss, smooth, seen / seconds, seconds / (s + 1 - first) * (steps - s - 1)))
            if validation and (last or options.eval_every and (s + 1) % options.eval_every == 0):
                say("validation loss %.4f" % validation_loss(model, validation))
            if options.sample_every and (s + 1) % options.sample_every == 0:
                tokens = sample(model, random.Random(s), len(characters), stream=options.stream)
                say("sample: " + "".join(characters[t] for t in tokens))
            if last or stop or (s + 1) % options.save_every == 0:
                save(options.model, model, header)
            if stop:
                raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, usual)
        if pool:
            pool.terminate()
    print("saved in %s" % options.model)

def write(options):
    """The command `sample`."""
    model, header = load(options.model)
    characters, source = header["characters"], random.Random(options.seed)
    for c in options.prompt:
        if c not in characters:
            raise Trouble("--prompt: the model has never seen %r; it knows %s" % (c, characters[:200]))
    prompt = [characters.index(c) for c in options.prompt]
    length = options.length or max(1, model.settings.context - len(prompt)) * (20 if header["stream"] else 1)
    for _ in range(options.count or (1 if header["stream"] else 20)):
        tokens = sample(model, source, len(characters), prompt, length, options.temperature, header["stream"])
        print(options.prompt + "".join(characters[t] for t in tokens), flush=True)


# ---- The command line -----------------------------------------------------------------------------------------------
def above_zero(kind, said):
    """An argparse type: a number of a kind, above 0."""
    def convert(text):
        with contextlib.suppress(ValueError):
            if 0 < kind(text) < math.inf:
                return kind(text)
        raise argparse.ArgumentTypeError("%r is not %s" % (text, said))
    return convert

count, positive = above_zero(int, "a whole number from 1 up"), above_zero(float, "a number above 0")

def main():
    hurry()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", metavar="{train,sample}")
    one = commands.add_parser("train", help="train a model on a text, or go on training it")
    one.add_argument("--data", required=True, help="UTF-8 text, a document a line")
    one.add_argument("--model", required=True, help="file to save to, and to go on from when it exists")
    one.add_argument("--stream", action="store_true", help="the text is one long document (prose, a play)")
    for name, kind, said in (("layers", count, "layers"), ("width", count, "numbers a token"),
                             ("heads", count, "attention heads; they divide the width"),
                             ("context", count, "tokens that the model looks back on"), ("seed", int, "of all chance"),
                             ("steps", count, "steps of training"), ("batch", count, "documents a step"),
                             ("lr", positive, "learning rate at first; falls to 0")):
        one.add_argument("--" + name, type=kind, help="%s (%s)" % (said, DEFAULTS[name]))
    two = commands.add_parser("sample", help="let a model write")
    two.add_argument("--model", required=True)
    two.add_argument("--prompt", default="", help="how each sample begins")
    for command, name, kind, default, said in (
            (one, "workers", count, 1, "processes; the result is the same (1)"),
            (one, "save-every", count, 100, "steps (100)"), (one, "log-every", count, 10, "steps (10)"),
            (one, "eval-every", count, None, "steps; always at the end"), (one, "sample-every", count, None, "steps"),
            (two, "count", count, None, "samples (20; of a stream 1)"),
            (two, "length", count, None, "characters at most"),
            (two, "temperature", positive, 0.5, "below 1: closer to what is likely (0.5)"),
            (two, "seed", int, None, "for the same samples again (default: others each time)")):
        command.add_argument("--" + name, type=kind, default=default, help=said)
    options = parser.parse_args()
    {"train": train, "sample": write, None: lambda _: print_log()}[options.command](options)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:                          # whoever read the output has had enough
        os._exit(0)
    except (Trouble, OSError) as error:
        told = error if isinstance(error, Trouble) else "%s: %s" % (error.filename or "output", error.strerror)
        print("fastgpt.py: %s" % told, file=sys.stderr)
        sys.exit(2 if isinstance(error, Misuse) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
