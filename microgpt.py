#!/usr/bin/env python3
"""microgpt.py: train a GPT and let it invent names, with nothing but Python's standard library.

Read it once from top to bottom; every section uses only what stands above it. It is a whole language model: the data,
the tokenizer, an automatic differentiator, the parameters, the Transformer, the optimizer, and the sampling at the end.
What it prints is the log that every smaller script of this project reproduces byte for byte.

    python3 microgpt.py           learns from input.txt in the current folder, a document (here: a name) on each line;
                                  where there is none, it fetches the names that the published log was made from
"""
import hashlib
import math
import os
import random
import sys
import urllib.request

# ---- Hyperparameters: the few numbers that are chosen, not learned --------------------------------------------------
WIDTH = 16                # numbers that stand for one token inside the network
HEADS = 4                 # attention heads; each looks at WIDTH / HEADS = 4 of those numbers
CONTEXT = 16              # tokens that the model can look back on
HIDDEN = 4 * WIDTH        # neurons of the MLP
STEPS = 1000              # training steps, one document each
LEARNING_RATE = 0.01      # at the first step; falls in a straight line to zero
BETA1, BETA2 = 0.85, 0.99                   # how slowly Adam's running means of the gradient and of its square forget
EPSILON_ADAM, EPSILON_NORM = 1e-8, 1e-5     # keep two divisions away from zero
SAMPLES = 20
TEMPERATURE = 0.5         # below 1 the samples keep closer to what is likely

NAMES_URL = "https://raw.githubusercontent.com/karpathy/makemore/refs/heads/master/names.txt"
NAMES_SHA256 = "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"


# ---- Data -----------------------------------------------------------------------------------------------------------
def fetch_names(path):
    """Download the 32,033 names that the published log was made from; `path` appears only when they are whole."""
    try:
        with urllib.request.urlopen(NAMES_URL, timeout=20) as response:
            data = response.read(1 << 20)
        if hashlib.sha256(data).hexdigest() != NAMES_SHA256:
            raise ValueError("what came is not the file we know")
        with open(path + ".part", "wb") as file:
            file.write(data)
        os.replace(path + ".part", path)
        print(f"microgpt.py: no {path} was here; fetched {NAMES_URL}", file=sys.stderr)
    except (OSError, ValueError) as error:
        sys.exit(f"microgpt.py: {path} is missing and was not fetched ({error}); put a text file of that name here")

def read_documents(path):
    """The lines of a UTF-8 file, stripped, without the empty ones: list of str, at least one."""
    if not os.path.exists(path):
        fetch_names(path)
    try:
        with open(path, encoding="utf-8") as file:
            documents = [line.strip() for line in file if line.strip()]
    except OSError as error:
        sys.exit(f"microgpt.py: cannot read {path}: {error.strerror}")
    except UnicodeDecodeError as error:
        sys.exit(f"microgpt.py: {path} is not UTF-8 text (byte {error.start}); save it as UTF-8")
    return documents or sys.exit(f"microgpt.py: {path} holds no text; put a document on each line")


# ---- Tokenizer: the model reads numbers, so each character gets one -------------------------------------------------
def make_vocabulary(documents):
    """The sorted distinct characters. Character k is token k; the number after the last is BOS, "a document's edge"."""
    return sorted(set("".join(documents)))

def encode(document, characters):
    """'ann' -> [BOS, a, n, n, BOS]: the same token opens a document and closes it."""
    bos = len(characters)
    return [bos] + [characters.index(character) for character in document] + [bos]


# ---- Autograd: numbers that remember how they were made -------------------------------------------------------------
class Value:
    """One number of the computation, its gradient, and the inputs it came from.

    `grad` answers: by how much would the loss change if this number grew a little? The chain rule finds it: whoever
    used this number adds (own gradient) x (local slope), so `inputs` and `slopes` are all that must be kept.
    Values enter `tape` in the order in which they are made. Walked backwards, each gradient is complete when its turn
    comes: nothing needs sorting."""
    __slots__ = ("data", "grad", "inputs", "slopes")
    tape = []

    def __init__(self, data, inputs=(), slopes=()):
        self.data, self.grad, self.inputs, self.slopes = data, 0.0, inputs, slopes
        if inputs:
            Value.tape.append(self)

def dot(a, b):
    """Sum of a[i] * b[i]. Nearly all of a GPT is this one operation. d/da[i] = b[i], d/db[i] = a[i]."""
    a_data, b_data = [v.data for v in a], [v.data for v in b]
    return Value(sum(map(float.__mul__, a_data, b_data)), a + b, b_data + a_data)

def add(a, b):
    """Two vectors, element by element. Both slopes are 1."""
    return [Value(u.data + v.data, (u, v), (1.0, 1.0)) for u, v in zip(a, b)]

def scale(vector, factor):
    """A vector times one Value."""
    return [Value(v.data * factor.data, (v, factor), (factor.data, v.data)) for v in vector]

def relu(vector):
    """What is negative becomes 0 and passes no gradient; the rest stays. The only bend in the MLP."""
    return [Value(v.data, (v,), (1.0,)) if v.data > 0 else Value(0.0) for v in vector]

def softmax(logits):
    """Any numbers -> positive ones that sum to 1: exp(x[i]) / sum of all exp(x[j])."""
    highest = max(v.data for v in logits)       # taking it off cancels out, and keeps exp from overflowing
    powers = [Value(p, (v,), (p,)) for v in logits for p in [math.exp(v.data - highest)]]    # (e^x)' = e^x
    total = sum(p.data for p in powers)
    return scale(powers, Value(1 / total, powers, [-1 / total ** 2] * len(powers)))          # (1/t)' = -1/t^2

def rmsnorm(x):
    """A vector brought to mean square 1, so that no layer is handed numbers too large or too small."""
    square = dot(x, x)
    mean = square.data / len(x) + EPSILON_NORM
    return scale(x, Value(mean ** -0.5, (square,), (-0.5 * mean ** -1.5 / len(x),)))         # (m^-1/2)' = -1/2 m^-3/2

def backward():
    """Hand every gradient on the tape back to the inputs, last made first, and clear the tape."""
    for value in reversed(Value.tape):
        grad = value.grad
        if grad:
            for source, slope in zip(value.inputs, value.slopes):
                source.grad += slope * grad
    Value.tape.clear()


# ---- Parameters: what is learned; random at first -------------------------------------------------------------------
def make_parameters(vocabulary_size):
    """Name -> matrix, a list of rows, one row for each output. Normal random numbers, mean 0, deviation 0.08."""
    shapes = {
        "wte": (vocabulary_size, WIDTH),        # token -> what it means
        "wpe": (CONTEXT, WIDTH),                # position -> what it means to stand there
        "lm_head": (vocabulary_size, WIDTH),    # final vector -> a score for each next token
        "attn_wq": (WIDTH, WIDTH),              # vector -> query: what am I looking for?
        "attn_wk": (WIDTH, WIDTH),              # vector -> key: what do I offer?
        "attn_wv": (WIDTH, WIDTH),              # vector -> value: what do I hand on?
        "attn_wo": (WIDTH, WIDTH),              # what the heads found -> back into the residual stream
        "mlp_fc1": (HIDDEN, WIDTH),
        "mlp_fc2": (WIDTH, HIDDEN),
    }
    return {name: [[Value(random.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in shapes.items()}


# ---- Model: one token in, a score for every possible next token out -------------------------------------------------
def linear(matrix, x):
    """Matrix times vector: a dot product for each row."""
    return [dot(row, x) for row in matrix]

def gpt(weights, token, position, keys, values):
    """Logits (vocabulary_size Values) for what follows `token`.

    keys, values: one vector of WIDTH for each position so far; this call adds its own. That is all that a position can
    see of the past, and it never sees the future."""
    x = rmsnorm(add(weights["wte"][token], weights["wpe"][position]))

    # Attention: every head compares its part of the query with that part of all the keys, and takes the mean of the
    # values, weighted by how well the keys fit. The result is added to x: the residual stream keeps what it had.
    h = rmsnorm(x)
    query = linear(weights["attn_wq"], h)
    keys.append(linear(weights["attn_wk"], h))
    values.append(linear(weights["attn_wv"], h))
    size, found = WIDTH // HEADS, []
    for start in range(0, WIDTH, size):
        part = slice(start, start + size)
        shrunk = scale(query[part], Value(size ** -0.5))       # or else wider heads would score higher
        attention = softmax([dot(shrunk, key[part]) for key in keys])
        found += [dot(attention, [value[i] for value in values]) for i in range(start, start + size)]
    x = add(x, linear(weights["attn_wo"], found))

    # MLP: each position thinks for itself.
    h = relu(linear(weights["mlp_fc1"], rmsnorm(x)))
    x = add(x, linear(weights["mlp_fc2"], h))
    return linear(weights["lm_head"], x)


# ---- Training -------------------------------------------------------------------------------------------------------
def loss_and_gradients(weights, tokens):
    """Mean surprise, -log p, at each next token of one document; leaves d(loss)/d(parameter) in every .grad."""
    n = min(CONTEXT, len(tokens) - 1)
    keys, values, loss = [], [], 0.0
    for position in range(n):
        probabilities = softmax(gpt(weights, tokens[position], position, keys, values))
        likely = probabilities[tokens[position + 1]]
        loss -= math.log(likely.data) / n
        likely.grad = -1 / (likely.data * n)                   # (-log p)' = -1/p: here the way back begins
    backward()
    return loss

def adam(parameters, means, squares, s):
    """Step s, from 0: move each parameter against its gradient, measured by that gradient's usual size; forget it.

    means, squares: running means of each gradient and of its square, kept from step to step."""
    rate = LEARNING_RATE * (1 - s / STEPS)
    unbias1, unbias2 = 1 - BETA1 ** (s + 1), 1 - BETA2 ** (s + 1)          # the means start at 0, which is too low
    for i, p in enumerate(parameters):
        means[i] = BETA1 * means[i] + (1 - BETA1) * p.grad
        squares[i] = BETA2 * squares[i] + (1 - BETA2) * p.grad ** 2
        p.data -= rate * (means[i] / unbias1) / (math.sqrt(squares[i] / unbias2) + EPSILON_ADAM)
        p.grad = 0.0


# ---- Sampling: guess, take the guess for the truth, go on -----------------------------------------------------------
def sample(weights, characters):
    """A new document: at most CONTEXT characters, fewer if the model says BOS."""
    bos = len(characters)
    token, keys, values, text = bos, [], [], ""
    for position in range(CONTEXT):
        logits = gpt(weights, token, position, keys, values)
        probabilities = softmax([Value(v.data / TEMPERATURE) for v in logits])
        token = random.choices(range(bos + 1), weights=[p.data for p in probabilities])[0]
        if token == bos:
            break
        text += characters[token]
    Value.tape.clear()
    return text

def main():
    """The log, line by line."""
    documents = read_documents("input.txt")
    random.seed(42)                                            # the same "random" numbers in every run
    random.shuffle(documents)
    print("num docs:", len(documents))
    characters = make_vocabulary(documents)
    print("vocab size:", len(characters) + 1)
    weights = make_parameters(len(characters) + 1)
    parameters = [p for matrix in weights.values() for row in matrix for p in row]
    print("num params:", len(parameters))
    means, squares = [0.0] * len(parameters), [0.0] * len(parameters)
    for s in range(STEPS):
        tokens = encode(documents[s % len(documents)], characters)
        loss = loss_and_gradients(weights, tokens)
        adam(parameters, means, squares, s)
        print(f"step {s + 1:4d} / {STEPS:4d} | loss {loss:.4f}")
    print("\n--- inference (new, hallucinated names) ---")
    for i in range(SAMPLES):
        print(f"sample {i + 1:2d}: {sample(weights, characters)}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:                                           # there is nothing to choose
        asked = sys.argv[1] in ("-h", "--help")
        print(__doc__ if asked else "microgpt.py: takes no arguments, reads input.txt",
              file=sys.stdout if asked else sys.stderr)
        sys.exit(0 if asked else 2)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:                                    # whoever read the log has had enough
        os._exit(0)
    except OSError as error:
        print(f"microgpt.py: cannot write the log: {error.strerror}", file=sys.stderr)
        os._exit(1)
