"""The training loop in PyTorch (eager, one thread, float64), in NumPy, and in fastgpt.py.

    rivals.py torch|numpy|fastgpt      run in a folder with input.txt

Prints the seconds of 1000 steps, the loop alone, and the last loss, so that all three can be seen
to have done the same work.
"""
import argparse
import importlib
import os
import random
import sys
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
def with_fastgpt():
    sys.path.insert(0, ROOT)
    fastgpt = importlib.import_module("fastgpt")
    fastgpt.tune_interpreter()
    documents, vocabulary = read_data()
    shape = fastgpt.Shape(vocabulary)
    model = fastgpt.init_model(shape, random)
    start = time.perf_counter()
    for step in range(STEPS):
        tokens = documents[step % len(documents)]
        loss, gradients = fastgpt.loss_and_gradients(shape, model.matrices, tokens)
        model.step(gradients, 0.01 * (1 - step / STEPS), step + 1)
    return time.perf_counter() - start, loss


if __name__ == "__main__":
    kinds = {"torch": with_torch, "numpy": with_numpy, "fastgpt": with_fastgpt}
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rival", choices=kinds, help="what to time")
    print(*kinds[parser.parse_args().rival]())
