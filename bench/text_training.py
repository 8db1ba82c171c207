#!/usr/bin/env python3
"""A model of 320 thousand parameters on a real text: fastgpt.py against PyTorch, same settings.

    text_training.py TEXT --torch PYTHON [--steps 1500] [--workers 2]

Both draw the same parameters, take the same batches in the same order and hold out the same tenth.
Prints seconds and validation losses, and a sample of fastgpt.py's model. --torch: a Python that has
torch (pip install torch numpy); both use as many threads as --workers.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
import fastgpt

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
SETTINGS = fastgpt.Settings(layers=2, width=112, heads=4, context=64, batch=16, lr=0.004,
                            stream=True)


def train_fastgpt(text, steps, workers, folder):
    """(seconds, validation loss, a sample) of fastgpt.py."""
    model = os.path.join(folder, "text.gpt")
    arguments = [f"--{name}={getattr(SETTINGS, name)}" for name in
                 ("layers", "width", "heads", "context", "batch", "lr", "seed")]
    command = [sys.executable, os.path.join(ROOT, "fastgpt.py")]
    start = time.perf_counter()
    out = subprocess.run(command + ["train", "--data", text, "--model", model, "--stream",
                                    f"--steps={steps}", f"--workers={workers}", *arguments],
                         check=True, stdout=subprocess.PIPE).stdout.decode()
    seconds = time.perf_counter() - start
    sample = subprocess.run(command + ["sample", "--model", model, "--length=400", "--seed=1"],
                            check=True, stdout=subprocess.PIPE).stdout.decode()
    return seconds, float(re.findall(r"validation loss (\S+)", out)[-1]), sample


def train_torch(text, steps, workers):
    """(seconds, validation loss) of the same in PyTorch: eager, float64, on the CPU."""
    import torch
    torch.set_num_threads(workers)
    torch.set_default_dtype(torch.float64)
    start = time.perf_counter()
    data = fastgpt.prepare(text, True, SETTINGS.context, SETTINGS.seed)
    shape, rng = SETTINGS.shape(len(data.characters) + 1), random.Random(SETTINGS.seed)
    numbers = iter([rng.gauss(0, 0.08) for _ in range(shape.size())])
    weights = [torch.tensor(matrix, requires_grad=True)
               for matrix in fastgpt.unflatten(shape, numbers)]
    optimizer = torch.optim.Adam(weights, betas=(fastgpt.BETA1, fastgpt.BETA2), eps=1e-8)
    for step in range(steps):
        documents = [data.training[k % len(data.training)]
                     for k in range(step * SETTINGS.batch, (step + 1) * SETTINGS.batch)]
        loss = mean_loss(torch, shape, weights, documents)
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = SETTINGS.lr * (1 - step / steps)
        optimizer.step()
    with torch.no_grad():
        held_out = data.validation[:fastgpt.MAX_VALIDATION]
        total = sum(float(mean_loss(torch, shape, weights, [tokens])) * (len(tokens) - 1)
                    for tokens in held_out)
    return time.perf_counter() - start, total / sum(len(tokens) - 1 for tokens in held_out)


def mean_loss(torch, shape, weights, documents):
    """The mean over documents of the mean loss of a prediction; shorter ones are padded."""
    n, d = max(map(len, documents)) - 1, shape.width
    tokens = torch.tensor([list(tokens) + [0] * (n + 1 - len(tokens)) for tokens in documents])
    counts = torch.tensor([len(tokens) - 1 for tokens in documents])
    mask = torch.full((n, n), float("-inf")).triu(1)

    def rmsnorm(x):
        return x * (x.square().mean(-1, keepdim=True) + 1e-5).rsqrt()

    x = rmsnorm(weights[0][tokens[:, :-1]] + weights[1][:n])
    for wqkv, wo, fc1, fc2 in zip(*[iter(weights[3:])] * 4):
        q, k, v = [part.view(len(tokens), n, shape.heads, -1).transpose(1, 2)
                   for part in (rmsnorm(x) @ wqkv.T).split(d, -1)]
        attention = (q @ k.transpose(2, 3) * shape.head_dim() ** -0.5 + mask).softmax(-1)
        x = x + (attention @ v).transpose(1, 2).reshape(len(tokens), n, d) @ wo.T
        x = x + (rmsnorm(x) @ fc1.T).relu() @ fc2.T
    losses = torch.nn.functional.cross_entropy((x @ weights[2].T).flatten(0, 1),
                                               tokens[:, 1:].flatten(), reduction="none")
    real = torch.arange(n) < counts[:, None]
    return ((losses.view(len(tokens), n) * real).sum(1) / counts).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", help="UTF-8 text, a megabyte or so")
    parser.add_argument("--torch", metavar="PYTHON", help="a Python with torch")
    parser.add_argument("--steps", type=int, default=1500, help="of training (1500)")
    parser.add_argument("--workers", type=int, default=2, help="threads (2)")
    parser.add_argument("--rival", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rival:
        print(*train_torch(options.text, options.steps, options.workers))
        return
    with tempfile.TemporaryDirectory() as folder:
        seconds, loss, sample = train_fastgpt(options.text, options.steps, options.workers, folder)
    print(f"fastgpt.py: {seconds:.1f} s, validation loss {loss:.4f}", flush=True)
    if options.torch:
        out = subprocess.run([options.torch, os.path.abspath(__file__), options.text, "--rival",
                              f"--steps={options.steps}", f"--workers={options.workers}"],
                             check=True, stdout=subprocess.PIPE).stdout
        rival_seconds, rival_loss = map(float, out.split())
        print(f"PyTorch: {rival_seconds:.1f} s, validation loss {rival_loss:.4f}; "
              f"ratio of times {seconds / rival_seconds:.2f}")
    print(sample)


if __name__ == "__main__":
    main()
