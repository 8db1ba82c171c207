"""The training loop of the contract in PyTorch (eager, one thread, float64), in NumPy, and in fastgpt.py: 1000 steps.

    python3 bench/rivals.py torch|numpy|fastgpt      run in a folder with input.txt

Prints the seconds of the loop alone and the last loss, so that all three can be seen to have done the same work.
"""
import argparse
import os
import random
import sys
import time

STEPS = 1000


def data():
    """(documents as token lists, vocabulary size), shuffled by the contract."""
    with open("input.txt", encoding="utf-8") as file:
        documents = [line.strip() for line in file if line.strip()]
    random.seed(42)
    random.shuffle(documents)
    characters = sorted(set("".join(documents)))
    bos = len(characters)
    return [[bos] + [characters.index(c) for c in d] + [bos] for d in documents[:STEPS]], bos + 1


def shapes(vocabulary):
    return [(vocabulary, 16), (16, 16), (vocabulary, 16)] + [(16, 16)] * 4 + [(64, 16), (16, 64)]


def with_torch():
    import torch
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    documents, vocabulary = data()
    weights = [torch.tensor([[random.gauss(0, 0.08) for _ in range(c)] for _ in range(r)], requires_grad=True)
               for r, c in shapes(vocabulary)]
    wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2 = weights
    optimizer = torch.optim.Adam(weights, lr=0.01, betas=(0.85, 0.99), eps=1e-8)

    def rmsnorm(x):
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()

    mask = torch.full((16, 16), float("-inf")).triu(1)
    start = time.perf_counter()
    for s in range(STEPS):
        tokens = torch.tensor(documents[s % len(documents)])
        n = min(16, len(tokens) - 1)
        x = rmsnorm(wte[tokens[:n]] + wpe[:n])
        h = rmsnorm(x)
        q, k, v = [(h @ w.T).view(n, 4, 4).transpose(0, 1) for w in (wq, wk, wv)]
        attention = (q @ k.transpose(1, 2) * 0.5 + mask[:n, :n]).softmax(-1)
        x = x + (attention @ v).transpose(0, 1).reshape(n, 16) @ wo.T
        x = x + (rmsnorm(x) @ fc1.T).relu() @ fc2.T
        loss = torch.nn.functional.cross_entropy(x @ lm_head.T, tokens[1:n + 1])
        optimizer.zero_grad()
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 - s / STEPS)
        optimizer.step()
    return time.perf_counter() - start, loss.item()


def with_numpy():
    import numpy as np
    documents, vocabulary = data()
    weights = [np.array([[random.gauss(0, 0.08) for _ in range(c)] for _ in range(r)]) for r, c in shapes(vocabulary)]
    sizes = [w.size for w in weights]
    flat = np.concatenate([w.ravel() for w in weights])
    ends = np.cumsum([0] + sizes)
    wte, wpe, lm_head, wq, wk, wv, wo, fc1, fc2 = [
        flat[a:b].reshape(w.shape) for a, b, w in zip(ends, ends[1:], weights)]
    means, squares = np.zeros_like(flat), np.zeros_like(flat)

    def rmsnorm(x):
        f = ((x * x).mean(-1, keepdims=True) + 1e-5) ** -0.5
        return x * f, f

    def back(y, f, dy):
        return f * (dy - y * (y * dy).mean(-1, keepdims=True))

    mask = np.triu(np.full((16, 16), -np.inf), 1)
    start = time.perf_counter()
    for s in range(STEPS):
        tokens = np.array(documents[s % len(documents)])
        n = min(16, len(tokens) - 1)
        inputs, targets = tokens[:n], tokens[1:n + 1]
        x0, f0 = rmsnorm(wte[inputs] + wpe[:n])
        h, f1 = rmsnorm(x0)
        q, k, v = [(h @ w.T).reshape(n, 4, 4).swapaxes(0, 1) for w in (wq, wk, wv)]
        scores = q @ k.swapaxes(1, 2) * 0.5 + mask[:n, :n]
        p = np.exp(scores - scores.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        a = (p @ v).swapaxes(0, 1).reshape(n, 16)
        x1 = x0 + a @ wo.T
        m, f2 = rmsnorm(x1)
        r = np.maximum(m @ fc1.T, 0)
        x2 = x1 + r @ fc2.T
        logits = x2 @ lm_head.T
        e = np.exp(logits - logits.max(-1, keepdims=True))
        e /= e.sum(-1, keepdims=True)
        loss = -np.log(e[np.arange(n), targets]).mean()
        e[np.arange(n), targets] -= 1
        e /= n
        dx = e @ lm_head
        dr = (dx @ fc2) * (r > 0)
        d_fc2, d_fc1, d_head = dx.T @ r, dr.T @ m, e.T @ x2
        dx = dx + back(m, f2, dr @ fc1)
        d_wo, da = dx.T @ a, (dx @ wo).reshape(n, 4, 4).swapaxes(0, 1)
        dp = da @ v.swapaxes(1, 2)
        ds = p * (dp - (p * dp).sum(-1, keepdims=True)) * 0.5
        dq, dk, dv = [g.swapaxes(0, 1).reshape(n, 16) for g in (ds @ k, ds.swapaxes(1, 2) @ q, p.swapaxes(1, 2) @ da)]
        dx = back(x0, f0, dx + back(h, f1, dq @ wq + dk @ wk + dv @ wv))
        d_wte, d_wpe = np.zeros_like(wte), np.zeros_like(wpe)
        np.add.at(d_wte, inputs, dx)
        d_wpe[:n] = dx
        g = np.concatenate([d.ravel() for d in (
            d_wte, d_wpe, d_head, dq.T @ h, dk.T @ h, dv.T @ h, d_wo, d_fc1, d_fc2)])
        means *= 0.85
        means += 0.15 * g
        squares *= 0.99
        squares += 0.01 * g * g
        flat -= 0.01 * (1 - s / STEPS) * means / (1 - 0.85 ** (s + 1)) / (
            np.sqrt(squares / (1 - 0.99 ** (s + 1))) + 1e-8)
    return time.perf_counter() - start, loss


def with_fastgpt():
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import fastgpt
    fastgpt.hurry()
    documents, vocabulary = data()
    settings = fastgpt.Settings(vocabulary)
    model = fastgpt.drawn(settings, random)
    start = time.perf_counter()
    for s in range(STEPS):
        loss, gradients = fastgpt.loss_and_gradients(settings, model.matrices, documents[s % len(documents)])
        model.step(gradients, 0.01 * (1 - s / STEPS), s + 1)
    return time.perf_counter() - start, loss


if __name__ == "__main__":
    kinds = {"torch": with_torch, "numpy": with_numpy, "fastgpt": with_fastgpt}
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("rival", choices=kinds, help="what to time")
    print(*kinds[options.parse_args().rival]())
