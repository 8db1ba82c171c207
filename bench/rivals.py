"""The training loop in PyTorch (eager, one thread, float64), NumPy, C, and in fastgpt.py.

    rivals.py torch|numpy|c|fastgpt|python      run in a folder with input.txt
    rivals.py torch-large|fastgpt-large|two-threads-large

c needs gcc; fastgpt has native kernels, python the other ones. Prints the seconds of 1000 steps,
the loop alone, and the last loss, so that all can be seen to have done the same work. The large
ones print the seconds of their fastest step.
"""
import argparse
import array
import importlib
import os
import random
import subprocess
import sys
import tempfile
import time

STEPS = 1000
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read_data():
    """(documents as lists of tokens, vocabulary size), shuffled as microgpt.py does."""
    with open("input.txt", encoding="utf-8") as file:
        documents = [line.strip() for line in file if line.strip()]
    random.seed(42)
    random.shuffle(documents)
    characters = sorted(set("".join(documents)))
    bos = len(characters)
    tokens = [[bos] + [characters.index(c) for c in document] + [bos]
              for document in documents[:STEPS]]
    return tokens, bos + 1


def draw_parameters(vocabulary):
    """The nine matrices, lists of rows: wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2."""
    shapes = [(vocabulary, 16), (16, 16), (vocabulary, 16)] + [(16, 16)] * 4 + [(64, 16), (16, 64)]
    return [[[random.gauss(0, 0.08) for _ in range(columns)] for _ in range(rows)]
            for rows, columns in shapes]


# ---- PyTorch --------------------------------------------------------------------------------
def torch_loss(torch, weights, mask, tokens):
    """The loss of a document, a tensor of tokens."""
    def rmsnorm(x):
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()

    wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2 = weights
    n = min(16, len(tokens) - 1)
    x = rmsnorm(wte[tokens[:n]] + wpe[:n])
    h = rmsnorm(x)
    q, k, v = [(h @ w.T).view(n, 4, 4).transpose(0, 1) for w in (wq, wk, wv)]
    attention = (q @ k.transpose(1, 2) * 0.5 + mask[:n, :n]).softmax(-1)
    x = x + (attention @ v).transpose(0, 1).reshape(n, 16) @ wo.T
    x = x + (rmsnorm(x) @ fc1.T).relu() @ fc2.T
    return torch.nn.functional.cross_entropy(x @ lm_head.T, tokens[1:n + 1])


def with_torch():
    import torch
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    documents, vocabulary = read_data()
    weights = [torch.tensor(matrix, requires_grad=True) for matrix in draw_parameters(vocabulary)]
    optimizer = torch.optim.Adam(weights, lr=0.01, betas=(0.85, 0.99), eps=1e-8)
    mask = torch.full((16, 16), float("-inf")).triu(1)
    start = time.perf_counter()
    for step in range(STEPS):
        tokens = torch.tensor(documents[step % len(documents)])
        loss = torch_loss(torch, weights, mask, tokens)
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 - step / STEPS)
        optimizer.step()
    return time.perf_counter() - start, loss.item()


# A larger model: some 800 thousand parameters, batches of 8 documents of 64 predictions.
LARGE = {"vocabulary": 96, "layers": 4, "width": 128, "heads": 4, "context": 64}
BATCH, LARGE_STEPS = 8, 12


def large_batches():
    """Random tokens: LARGE_STEPS batches of BATCH lists of context + 1 tokens."""
    rng = random.Random(5)
    return [[[rng.randrange(LARGE["vocabulary"]) for _ in range(LARGE["context"] + 1)]
             for _ in range(BATCH)] for _ in range(LARGE_STEPS)]


def with_torch_large():
    """All documents of a batch at once."""
    import torch
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    vocabulary, layers, d, heads, n = LARGE.values()
    rng = random.Random(1)
    shapes = [(vocabulary, d), (n, d), (vocabulary, d)] + [
        (3 * d, d), (d, d), (4 * d, d), (d, 4 * d)] * layers
    weights = [torch.tensor([[rng.gauss(0, 0.08) for _ in range(columns)] for _ in range(rows)],
                            requires_grad=True) for rows, columns in shapes]
    mask = torch.full((n, n), float("-inf")).triu(1)
    optimizer = torch.optim.Adam(weights, lr=0.001, betas=(0.85, 0.99), eps=1e-8)

    def rmsnorm(x):
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()

    def loss_of(tokens):
        wte, wpe, lm_head = weights[:3]
        x = rmsnorm(wte[tokens[:, :-1]] + wpe)
        for wqkv, wo, fc1, fc2 in zip(*[iter(weights[3:])] * 4):
            q, k, v = [part.view(BATCH, n, heads, d // heads).transpose(1, 2)
                       for part in (rmsnorm(x) @ wqkv.T).split(d, -1)]
            attention = (q @ k.transpose(2, 3) * (d // heads) ** -0.5 + mask).softmax(-1)
            x = x + (attention @ v).transpose(1, 2).reshape(BATCH, n, d) @ wo.T
            x = x + (rmsnorm(x) @ fc1.T).relu() @ fc2.T
        return torch.nn.functional.cross_entropy((x @ lm_head.T).flatten(0, 1),
                                                 tokens[:, 1:].flatten())

    times = []
    for batch in large_batches():
        start = time.perf_counter()
        loss = loss_of(torch.tensor(batch))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    return min(times), loss.item()


def with_fastgpt_large(workers=1):
    sys.path.insert(0, ROOT)
    fastgpt = importlib.import_module("fastgpt")
    fastgpt.tune_interpreter()
    model = fastgpt.init_model(fastgpt.Shape(**LARGE), random.Random(1), "native")
    times = []
    for step, batch in enumerate(large_batches(), 1):
        start = time.perf_counter()
        loss = model.update(batch, *fastgpt.adam_rates(0.001, step), workers)
        times.append(time.perf_counter() - start)
    return min(times), loss


def with_two_threads_large():
    return with_fastgpt_large(2)


# ---- NumPy ----------------------------------------------------------------------------------
class NumPyModel:
    """Forward and backward pass by hand; the matrices are views of one flat array."""

    def __init__(self, np, vocabulary):
        self.np = np
        weights = [np.array(matrix) for matrix in draw_parameters(vocabulary)]
        self.flat = np.concatenate([w.ravel() for w in weights])
        ends = np.cumsum([0] + [w.size for w in weights])
        self.weights = [self.flat[a:b].reshape(w.shape)
                        for a, b, w in zip(ends, ends[1:], weights)]
        self.mask = np.triu(np.full((16, 16), -np.inf), 1)
        self.means, self.squares = np.zeros_like(self.flat), np.zeros_like(self.flat)

    def rmsnorm(self, x):
        factor = ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5
        return x * factor, factor

    def rmsnorm_backward(self, y, factor, dy):
        return factor * (dy - y * (y * dy).mean(-1, keepdims=True))

    def softmax(self, x):
        exps = self.np.exp(x - x.max(-1, keepdims=True))
        return exps / exps.sum(-1, keepdims=True)

    def loss_and_gradient(self, tokens):
        """The loss of a document, an array of tokens, and the flat gradient."""
        np, (wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2) = self.np, self.weights
        n = min(16, len(tokens) - 1)
        inputs, targets, rows = tokens[:n], tokens[1:n + 1], np.arange(n)
        x0, f0 = self.rmsnorm(wte[inputs] + wpe[:n])
        h, f1 = self.rmsnorm(x0)
        q, k, v = [(h @ w.T).reshape(n, 4, 4).swapaxes(0, 1) for w in (wq, wk, wv)]
        p = self.softmax(q @ k.swapaxes(1, 2) * 0.5 + self.mask[:n, :n])
        a = (p @ v).swapaxes(0, 1).reshape(n, 16)
        x1 = x0 + a @ wo.T
        m, f2 = self.rmsnorm(x1)
        r = np.maximum(m @ fc1.T, 0)
        x2 = x1 + r @ fc2.T
        e = self.softmax(x2 @ lm_head.T)
        loss = -np.log(e[rows, targets]).mean()
        e[rows, targets] -= 1
        e /= n
        dx = e @ lm_head
        dr = (dx @ fc2) * (r > 0)
        d_fc2, d_fc1, d_head = dx.T @ r, dr.T @ m, e.T @ x2
        dx = dx + self.rmsnorm_backward(m, f2, dr @ fc1)
        d_wo, da = dx.T @ a, (dx @ wo).reshape(n, 4, 4).swapaxes(0, 1)
        dp = da @ v.swapaxes(1, 2)
        ds = p * (dp - (p * dp).sum(-1, keepdims=True)) * 0.5
        dq, dk, dv = [g.swapaxes(0, 1).reshape(n, 16)
                      for g in (ds @ k, ds.swapaxes(1, 2) @ q, p.swapaxes(1, 2) @ da)]
        d_h = self.rmsnorm_backward(h, f1, dq @ wq + dk @ wk + dv @ wv)
        dx = self.rmsnorm_backward(x0, f0, dx + d_h)
        d_wte, d_wpe = np.zeros_like(wte), np.zeros_like(wpe)
        np.add.at(d_wte, inputs, dx)
        d_wpe[:n] = dx
        gradients = (d_wte, d_wpe, d_head, dq.T @ h, dk.T @ h, dv.T @ h, d_wo, d_fc1, d_fc2)
        return loss, np.concatenate([gradient.ravel() for gradient in gradients])

    def adam(self, gradient, step):
        self.means *= 0.85
        self.means += 0.15 * gradient
        self.squares *= 0.99
        self.squares += 0.01 * gradient * gradient
        root = self.np.sqrt(self.squares / (1 - 0.99 ** (step + 1))) + 1e-8
        rate = 0.01 * (1 - step / STEPS) / (1 - 0.85 ** (step + 1))
        self.flat -= rate * self.means / root


def with_numpy():
    import numpy as np
    documents, vocabulary = read_data()
    model = NumPyModel(np, vocabulary)
    start = time.perf_counter()
    for step in range(STEPS):
        loss, gradient = model.loss_and_gradient(np.array(documents[step % len(documents)]))
        model.adam(gradient, step)
    return time.perf_counter() - start, loss


# ---- fastgpt.py -----------------------------------------------------------------------------
def with_fastgpt(kernels="native"):
    sys.path.insert(0, ROOT)
    fastgpt = importlib.import_module("fastgpt")
    fastgpt.tune_interpreter()
    documents, vocabulary = read_data()
    model = fastgpt.init_model(fastgpt.Shape(vocabulary), random, kernels)
    start = time.perf_counter()
    for step in range(STEPS):
        rates = fastgpt.adam_rates(0.01 * (1 - step / STEPS), step + 1)
        loss = model.update([documents[step % len(documents)]], *rates)
    return time.perf_counter() - start, loss


def with_python():
    return with_fastgpt("python")


# ---- C --------------------------------------------------------------------------------------
def with_c():
    """rival.c, compiled with gcc -O3 -march=native, in a process of its own."""
    documents, vocabulary = read_data()
    matrices = draw_parameters(vocabulary)
    numbers = [vocabulary, STEPS]
    for step in range(STEPS):
        tokens = documents[step % len(documents)][:18]
        numbers += [len(tokens), *tokens]
    with tempfile.TemporaryDirectory() as folder:
        program, data = (os.path.join(folder, name) for name in ("rival", "data"))
        source = os.path.join(ROOT, "bench", "rival.c")
        subprocess.run(["gcc", "-O3", "-march=native", "-o", program, source, "-lm"], check=True)
        with open(data, "wb") as file:
            array.array("q", numbers).tofile(file)
            array.array("d", [v for matrix in matrices for row in matrix for v in row]).tofile(file)
        out = subprocess.run([program, data], check=True, stdout=subprocess.PIPE).stdout
    return map(float, out.split())


if __name__ == "__main__":
    kinds = {"torch": with_torch, "numpy": with_numpy, "c": with_c, "fastgpt": with_fastgpt,
             "python": with_python, "torch-large": with_torch_large,
             "fastgpt-large": with_fastgpt_large, "two-threads-large": with_two_threads_large}
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rival", choices=kinds, help="what to time")
    print(*kinds[parser.parse_args().rival]())
