#!/usr/bin/env python3
"""microgpt.py: train a GPT and let it invent names, with nothing but Python's standard library.

What it all amounts to is guessing the next letter. The model gives a probability to every letter
that might come next; training moves its parameters, little by little, so that the letters which did
come next become more probable; and a model that guesses well can write, one guess after another.

Read it once from top to bottom; every section uses only what stands above it. It is a whole
language model: the data, the tokenizer, automatic differentiation, the parameters, the Transformer,
the optimizer, and the sampling at the end. What it prints is the log that every smaller script of
this project reproduces byte for byte.

The model is GPT-2 in miniature. What differs from it: RMSNorm, without learned gains, in place of
LayerNorm, no biases, ReLU in place of GELU, one layer, a matrix of its own for the logits, and the
last norm comes right after the embedding, not before the logits.

    python3 microgpt.py     learns from input.txt in the current folder, a document (here: a name)
                            on each line; without one it fetches the names of the published log
"""
import hashlib
import math
import os
import random
import sys
import urllib.request

# ---- Hyperparameters: the few numbers that are chosen, not learned --------------------------
N_LAYER = 1               # blocks of attention and MLP, one after the other
N_EMBD = 16               # width: numbers that stand for one token inside the network
N_HEAD = 4                # attention heads; each works on its own part of the width
BLOCK_SIZE = 16           # context: tokens that the model can look back on
N_HIDDEN = 4 * N_EMBD     # neurons of the MLP
STEPS = 1000              # training steps, one document each
LEARNING_RATE = 0.01      # at the first step; falls in a straight line towards zero
BETA1, BETA2 = 0.85, 0.99                   # Adam's memory of the gradients and of their squares
EPSILON_ADAM, EPSILON_NORM = 1e-8, 1e-5     # keep two divisions away from zero
SAMPLES = 20
TEMPERATURE = 0.5         # below 1 the samples keep closer to what is likely
assert N_EMBD % N_HEAD == 0, "N_EMBD must be a multiple of N_HEAD: the heads share the width"


# ---- Tokenizer: the model reads numbers, so each character gets one -------------------------
def make_vocabulary(documents):
    """The sorted distinct characters. Character k is token k.

    The number after the last is BOS, "beginning of sequence"; here it ends a document, too.
    """
    return sorted(set("".join(documents)))


def encode(document, characters):
    """'ann' -> [BOS, a, n, n, BOS]: the same token opens a document and closes it."""
    bos = len(characters)
    return [bos] + [characters.index(character) for character in document] + [bos]


# ---- Autograd: numbers that remember how they were made -------------------------------------
class Value:
    """One number of the computation, its gradient, and the inputs that it was made from.

    The loss is one number that says how bad the guesses were. `grad` answers: by how much would the
    loss change if this number grew a little? The chain rule finds it: each number hands every one
    of its inputs (own gradient) x (local gradient), the derivative of this one operation. So
    `inputs` and `local_grads` are all that must be kept. Values enter `tape` in the order in which
    they are made. Walked backwards, each gradient is complete when its turn comes: nothing needs
    sorting. With the functions below, and y = (a b)^2 for the loss:

    >>> a, b = Value(3.0), Value(2.0)
    >>> product = dot([a], [b])
    >>> y = dot([product], [product])
    >>> y.grad = 1.0
    >>> backward()
    >>> y, a, b                                  # dy/da = 2 a b^2 and dy/db = 2 a^2 b
    (Value(36.0, grad=1.0), Value(3.0, grad=24.0), Value(2.0, grad=36.0))
    """
    __slots__ = ("data", "grad", "inputs", "local_grads")
    tape = []

    def __init__(self, data, inputs=(), local_grads=()):
        self.data, self.grad = data, 0.0
        self.inputs, self.local_grads = inputs, local_grads
        if inputs:
            Value.tape.append(self)

    def __repr__(self):
        return f"Value({self.data}, grad={self.grad})"


def dot(a, b):
    """Sum of a[i] * b[i]. Nearly all of a GPT is this one operation.

    d/da[i] = b[i] and d/db[i] = a[i]. In dot(x, x) every x[i] is an input twice, each time with the
    local gradient x[i]; backward adds the two, which is right: (x[i]^2)' = 2 x[i].
    """
    a_data, b_data = [v.data for v in a], [v.data for v in b]
    return Value(sum(x * y for x, y in zip(a_data, b_data)), a + b, b_data + a_data)


def add(a, b):
    """Two vectors, element by element. Both local gradients are 1."""
    return [Value(u.data + v.data, (u, v), (1.0, 1.0)) for u, v in zip(a, b)]


def scale(vector, factor):
    """A vector times one Value."""
    return [Value(v.data * factor.data, (v, factor), (factor.data, v.data)) for v in vector]


def relu(vector):
    """What is negative becomes 0 and passes no gradient. The MLP's only nonlinearity."""
    return [Value(v.data, (v,), (1.0,)) if v.data > 0 else Value(0.0) for v in vector]


def softmax(logits):
    """Logits -> probabilities, positive, with sum 1: exp(x[i]) / sum of all exp(x[j]).

    A logit is a score of any size: the logarithm of a probability, but for a constant.
    """
    max_logit = max(v.data for v in logits)      # subtracted, it cancels out; exp cannot overflow
    exps = []
    for logit in logits:
        e = math.exp(logit.data - max_logit)
        exps.append(Value(e, (logit,), (e,)))                            # (e^x)' = e^x
    total = sum(e.data for e in exps)
    inverse = Value(1 / total, exps, [-1 / total ** 2] * len(exps))      # (1/t)' = -1/t^2
    return scale(exps, inverse)


def rmsnorm(x):
    """A vector brought to mean square 1, so that no layer is handed numbers too large or small."""
    square = dot(x, x)
    mean = square.data / len(x) + EPSILON_NORM
    factor = Value(mean ** -0.5, (square,), (-0.5 * mean ** -1.5 / len(x),))   # (m^-1/2)'
    return scale(x, factor)


def backward():
    """Backpropagation: hand every gradient on the tape back to the inputs, last made first.

    Clears the tape.
    """
    for value in reversed(Value.tape):
        grad = value.grad
        if grad:
            for source, local_grad in zip(value.inputs, value.local_grads):
                source.grad += local_grad * grad
    Value.tape.clear()


# ---- Parameters: what is learned; random at first -------------------------------------------
def make_parameters(vocabulary_size):
    """Name -> matrix, a list of rows, a row for each output: 4192 Values for 27 tokens.

    Normal random numbers of mean 0 and standard deviation 0.08.
    """
    shapes = {                                         # (rows, columns)
        "wte": (vocabulary_size, N_EMBD),              # token embedding: what a token means
        "wpe": (BLOCK_SIZE, N_EMBD),                   # position embedding: what its place means
        "lm_head": (vocabulary_size, N_EMBD),          # final vector -> a logit for each next token
    }
    for layer in range(N_LAYER):
        shapes.update({
            f"layer{layer}.attn_wq": (N_EMBD, N_EMBD),     # vector -> query: what do I look for?
            f"layer{layer}.attn_wk": (N_EMBD, N_EMBD),     # vector -> key: what do I offer?
            f"layer{layer}.attn_wv": (N_EMBD, N_EMBD),     # vector -> value: what do I hand on?
            f"layer{layer}.attn_wo": (N_EMBD, N_EMBD),     # all heads' outputs -> residual stream
            f"layer{layer}.mlp_fc1": (N_HIDDEN, N_EMBD),   # vector -> neurons: what is in it?
            f"layer{layer}.mlp_fc2": (N_EMBD, N_HIDDEN),   # neurons -> residual stream
        })
    return {name: [[Value(random.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in shapes.items()}


# ---- Model: one token in, a score for every possible next token out -------------------------
def linear(matrix, x):
    """Matrix times vector: a dot product for each row."""
    return [dot(row, x) for row in matrix]


def attention(query, keys, values):
    """One vector of N_EMBD: what this position takes from itself and those before it.

    query: N_EMBD. keys, values: an N_EMBD vector for each position so far. A head is a part of
    N_EMBD / N_HEAD numbers, the head dimension; it compares its part of the query with its part of
    every key, and returns the mean of the values, weighted by how well the keys fit.
    """
    head_dim, head_outputs = N_EMBD // N_HEAD, []
    for start in range(0, N_EMBD, head_dim):
        head = slice(start, start + head_dim)
        # Without this factor wider heads would have larger scores.
        scaled_query = scale(query[head], Value(head_dim ** -0.5))           # head_dim
        scores = [dot(scaled_query, key[head]) for key in keys]              # one a position
        weights = softmax(scores)                                            # one a position
        head_outputs += [dot(weights, [value[i] for value in values])
                         for i in range(start, start + head_dim)]            # head_dim more
    return head_outputs                                                      # N_EMBD


def gpt(parameters, token, position, kv_cache):
    """Logits for what follows `token`: unnormalised scores, a Value for each token there is.

    kv_cache: for each layer (keys, values), lists of an N_EMBD vector for each position so far;
    this call appends its own. That is all that a position sees of the others: the attention is
    causal, it never sees the future, and nothing of the past is computed twice.
    """
    # x is the residual stream, the vector that runs through all layers: every block reads it and
    # adds what it has found.
    x = rmsnorm(add(parameters["wte"][token], parameters["wpe"][position]))          # N_EMBD
    for layer in range(N_LAYER):
        prefix = f"layer{layer}."
        keys, values = kv_cache[layer]

        # Attention: positions exchange what they know.
        normed = rmsnorm(x)                                                          # N_EMBD
        keys.append(linear(parameters[prefix + "attn_wk"], normed))                  # N_EMBD
        values.append(linear(parameters[prefix + "attn_wv"], normed))                # N_EMBD
        query = linear(parameters[prefix + "attn_wq"], normed)                       # N_EMBD
        attended = attention(query, keys, values)                                    # N_EMBD
        x = add(x, linear(parameters[prefix + "attn_wo"], attended))                 # N_EMBD

        # MLP (multi-layer perceptron): each position thinks for itself.
        hidden = relu(linear(parameters[prefix + "mlp_fc1"], rmsnorm(x)))            # N_HIDDEN
        x = add(x, linear(parameters[prefix + "mlp_fc2"], hidden))                   # N_EMBD
    return linear(parameters["lm_head"], x)                                          # vocabulary


def empty_cache():
    """A KV cache before the first token."""
    return [([], []) for _ in range(N_LAYER)]


# ---- Training -------------------------------------------------------------------------------
def loss_and_gradients(parameters, tokens):
    """Cross-entropy of one document: the mean of -log(probability given to what came next).

    Leaves d(loss)/d(parameter) in every parameter's grad. The loss itself is no Value: its
    derivative is known, so it is written straight into each p_target.
    """
    n = min(BLOCK_SIZE, len(tokens) - 1)
    kv_cache, loss = empty_cache(), 0.0
    for position in range(n):
        logits = gpt(parameters, tokens[position], position, kv_cache)
        p_target = softmax(logits)[tokens[position + 1]]
        loss -= math.log(p_target.data) / n
        p_target.grad = -1 / (p_target.data * n)     # (-log p)' = -1/p
    # Backpropagation starts here, at the p_targets.
    backward()
    return loss


def adam(parameters, means, squares, step):
    """Step 0, 1, ...: move each parameter against its gradient, and forget the gradient.

    means, squares: running means of every gradient and of its square, kept from step to step. The
    one gives the direction, the root of the other how large this gradient usually is.
    (Kingma and Ba 2015)
    """
    rate = LEARNING_RATE * (1 - step / STEPS)
    # After k steps the weights in a mean sum to 1 - BETA^k; divided by that, to 1.
    unbias1, unbias2 = 1 - BETA1 ** (step + 1), 1 - BETA2 ** (step + 1)
    for i, p in enumerate(parameters):
        means[i] = BETA1 * means[i] + (1 - BETA1) * p.grad
        squares[i] = BETA2 * squares[i] + (1 - BETA2) * p.grad ** 2
        p.data -= rate * (means[i] / unbias1) / (math.sqrt(squares[i] / unbias2) + EPSILON_ADAM)
        p.grad = 0.0


# ---- Sampling: draw a token, take it for the truth, continue --------------------------------
def sample(parameters, characters):
    """A new document: at most BLOCK_SIZE characters, fewer if the model draws BOS."""
    bos = len(characters)
    token, kv_cache, text = bos, empty_cache(), ""
    for position in range(BLOCK_SIZE):
        logits = gpt(parameters, token, position, kv_cache)
        probabilities = softmax([Value(v.data / TEMPERATURE) for v in logits])
        token = random.choices(range(bos + 1), weights=[p.data for p in probabilities])[0]
        if token == bos:
            break
        text += characters[token]
    Value.tape.clear()                               # nothing is learned here
    return text


def train_and_sample(documents):
    """Print the log, line by line."""
    random.seed(42)                                  # the same "random" numbers in every run
    random.shuffle(documents)
    print("num docs:", len(documents))
    characters = make_vocabulary(documents)
    print("vocab size:", len(characters) + 1)
    parameters = make_parameters(len(characters) + 1)
    flat = [p for matrix in parameters.values() for row in matrix for p in row]
    print("num params:", len(flat))
    means, squares = [0.0] * len(flat), [0.0] * len(flat)
    for step in range(STEPS):
        tokens = encode(documents[step % len(documents)], characters)
        loss = loss_and_gradients(parameters, tokens)
        adam(flat, means, squares, step)
        print(f"step {step + 1:4d} / {STEPS:4d} | loss {loss:.4f}", flush=True)
    print("\n--- inference (new, hallucinated names) ---")
    for i in range(SAMPLES):
        print(f"sample {i + 1:2d}: {sample(parameters, characters)}", flush=True)


# ---- Reading the documents. Nothing below is about GPTs. ------------------------------------
NAMES_URL = "https://raw.githubusercontent.com/karpathy/makemore/refs/heads/master/names.txt"
NAMES_SHA256 = "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d"


def fetch_names(path):
    """Download the 32,033 names of the published log; `path` appears only when they are whole."""
    with urllib.request.urlopen(NAMES_URL, timeout=20) as response:
        data = response.read(1 << 20)
    if hashlib.sha256(data).hexdigest() != NAMES_SHA256:
        raise OSError("what came is not the file we know")
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.replace(path + ".part", path)
    print(f"microgpt.py: no {path} was here; fetched {NAMES_URL}", file=sys.stderr)


def read_documents(path):
    """The lines of a UTF-8 file, stripped, without the empty ones: list of str, at least one."""
    if not os.path.exists(path):
        try:
            fetch_names(path)
        except OSError as error:
            sys.exit(f"microgpt.py: {path} is missing and was not fetched ({error}); "
                     "put a text file of that name here")
    try:
        with open(path, encoding="utf-8") as file:
            documents = [line.strip() for line in file if line.strip()]
    except OSError as error:
        sys.exit(f"microgpt.py: cannot read {path}: {error.strerror}")
    except UnicodeDecodeError as error:
        sys.exit(f"microgpt.py: {path} is not UTF-8 text (byte {error.start}); save it as UTF-8")
    if not documents:
        sys.exit(f"microgpt.py: {path} holds no text; put a document on each line")
    return documents


def main():
    """The command: no arguments but --help; errors in one line."""
    if sys.argv[1:]:
        wants_help = sys.argv[1] in ("-h", "--help")
        print(__doc__ if wants_help else "microgpt.py: takes no arguments, reads input.txt",
              file=sys.stdout if wants_help else sys.stderr)
        sys.exit(0 if wants_help else 2)
    try:
        train_and_sample(read_documents("input.txt"))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:                          # whoever read the log has had enough
        os._exit(0)
    except OSError as error:
        print(f"microgpt.py: cannot write the log: {error.strerror}", file=sys.stderr)
        os._exit(1)


if __name__ == "__main__":
    main()
