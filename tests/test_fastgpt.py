"""fastgpt.py: the same log, gradients that are right, training that survives anything, and files that are only data."""
import array
import contextlib
import hashlib
import json
import math
import os
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import unittest
from collections import Counter

from common import InFolder, canonical, command, environment, log_of, need, path, read
from test_chain import EDGES, HEAD

import fastgpt
import microgpt

WORDS = "".join(a + b + c + "\n" for a in ("ka", "mi", "to", "su") for b in ("ra", "ne", "lo") for c in ("n", "ko", ""))


def train(folder, *arguments, data="my.txt", model="my.gpt"):
    """Run the command `train` in a folder; CompletedProcess."""
    return command(path("fastgpt.py"), "train", "--data", data, "--model", model, *arguments, cwd=folder)


def losses(run):
    """{step: (loss, smoothed)} as printed."""
    return {int(step): pair for step, *pair in
            re.findall(r"step +(\d+) / +\d+ \| loss (\S+) \| smoothed (\S+)", run.stdout.decode())}


class Log(unittest.TestCase):
    """Strict parity."""

    def test_canonical(self):
        self.assertEqual(log_of("fastgpt.py", canonical("input.txt")).result(), (canonical("expected.log"), b""))

    def test_own(self):
        expected = log_of("microgpt.py", read("input.txt")).result()[0]
        self.assertEqual(log_of("fastgpt.py", read("input.txt")).result(), (expected, b""))

    def test_edges(self):
        for name, data in EDGES.items():
            with self.subTest(name):
                self.assertEqual(log_of("fastgpt.py", data, HEAD).result()[0],
                                 log_of("microgpt.py", data, HEAD).result()[0])


class Gradients(unittest.TestCase):
    """Every parameter's gradient against central differences, and against microgpt.py's autograd."""

    def test_central_differences(self):
        dice = random.Random(3)
        for layers, width, heads, context in ((1, 16, 4, 16), (2, 8, 2, 5), (3, 6, 3, 4), (1, 5, 1, 7)):
            settings = fastgpt.Settings(6, layers, width, heads, context)
            model = fastgpt.Model(settings, array.array("d", (dice.gauss(0, 0.5) for _ in range(settings.size()))))
            tokens = [5] + [dice.randrange(5) for _ in range(context + 2)] + [5]
            _, gradients = fastgpt.loss_and_gradients(settings, model.matrices, tokens)
            worst = 0
            for matrix, slopes in zip(model.matrices, gradients):
                self.assertEqual([len(row) for row in matrix], [len(row) for row in slopes])
                for row, slope in zip(matrix, slopes):
                    for j in range(len(row)):
                        if dice.random() < 300 / settings.size():
                            middle, found = row[j], []
                            for row[j] in (middle + 1e-5, middle - 1e-5):
                                found.append(fastgpt.loss_and_gradients(settings, model.matrices, tokens, False)[0])
                            row[j] = middle
                            expected = (found[0] - found[1]) / 2e-5
                            worst = max(worst, abs(expected - slope[j]) / (1e-3 + abs(expected)))
            self.assertLess(worst, 1e-5, (layers, width, heads))

    def test_against_microgpt(self):
        random.seed(9)
        weights = microgpt.make_parameters(7)
        names = ("wte", "wpe", "lm_head", ("attn_wq", "attn_wk", "attn_wv"), "attn_wo", "mlp_fc1", "mlp_fc2")
        groups = [name if isinstance(name, tuple) else (name,) for name in names]
        rows = [[row for name in group for row in weights[name]] for group in groups]
        for tokens in ([6, 1, 2, 6], [6, 6], [6] + [3, 0, 5] * 7 + [6]):
            loss = microgpt.loss_and_gradients(weights, tokens)
            mine, gradients = fastgpt.loss_and_gradients(
                fastgpt.Settings(7), [[[p.data for p in row] for row in matrix] for matrix in rows], tokens)
            self.assertAlmostEqual(loss, mine, delta=1e-12)
            for matrix, slopes in zip(rows, gradients):
                for row, slope in zip(matrix, slopes):
                    for p, s in zip(row, slope):
                        self.assertAlmostEqual(p.grad, s, delta=1e-12)
                        p.grad = 0.0

    def test_wide_kernels(self):
        """Inner products and Adam beyond the widest kernel agree with the plain formulas."""
        dice = random.Random(4)
        for width in (1, 63, 64, 65, 256, 257, 600):
            A, B = [[[dice.gauss(0, 1) for _ in range(width)] for _ in range(3)] for _ in range(2)]
            for row, a in zip(fastgpt.product(A, B), A):
                for value, b in zip(row, B):
                    self.assertAlmostEqual(value, sum(x * y for x, y in zip(a, b)), delta=1e-12)
            C = [[dice.choice([0.0, dice.gauss(0, 1)]) for _ in B] for _ in range(5)] + [[0.0] * len(B)]
            for cs, row in zip(C, fastgpt.combination(C, B)):
                for j, value in enumerate(row):
                    self.assertAlmostEqual(value, sum(c * b[j] for c, b in zip(cs, B)), delta=1e-12)
            W, M, V = [[row[:] for row in A] for _ in range(3)]
            V = [[v * v for v in row] for row in V]
            expected = [w - 0.1 * (0.85 * w + g) / ((0.99 * w * w + g * g) ** 0.5 + 1e-7) for w, g in zip(A[0], B[0])]
            W, M, V = fastgpt.adam(W, M, V, B, 0.1, 1e-7)
            for value, other in zip(W[0], expected):
                self.assertAlmostEqual(value, other, delta=1e-12)


class Training(InFolder):
    """A model of one's own, in a folder of its own."""

    def setUp(self):
        super().setUp()
        self.put("my.txt", WORDS)

    def put(self, name, text):
        return super().put(name, text.encode())

    def get(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def test_resume(self):
        """Stopped and gone on with, by another batch of steps, or not at all: the same losses and the same file."""
        whole = train(self.folder, "--steps", "600", "--log-every", "1", model="whole.gpt")
        self.assertEqual((whole.returncode, whole.stderr), (0, b""))
        process = subprocess.Popen(
            [sys.executable, path("fastgpt.py"), "train", "--data", "my.txt", "--model", "parts.gpt", "--steps", "600",
             "--log-every", "1", "--save-every", "7"], cwd=self.folder, env=environment(), stdout=subprocess.PIPE)
        for _ in range(20):
            process.stdout.readline()
        process.kill()
        process.communicate()
        rest = train(self.folder, "--log-every", "1", model="parts.gpt")
        self.assertEqual(rest.returncode, 0, rest.stderr)
        self.assertTrue(0 < len(losses(rest)) <= 600)
        for step, shown in losses(rest).items():
            self.assertEqual(losses(whole)[step], shown)
        self.assertEqual(self.get("whole.gpt"), self.get("parts.gpt"))
        again = train(self.folder, model="parts.gpt")
        self.assertEqual((again.returncode, losses(again)), (0, {}))

    def test_twenty_kills(self):
        """kill -9 at random moments: the file is whole each time, and nothing of the log is lost."""
        dice = random.Random(11)
        whole = train(self.folder, "--steps", "400", "--log-every", "1", "--save-every", "5", model="whole.gpt")
        for _ in range(20):
            process = subprocess.Popen(
                [sys.executable, path("fastgpt.py"), "train", "--data", "my.txt", "--model", "k.gpt", "--steps", "400",
                 "--save-every", "1"], cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
            time.sleep(0.1 + 0.25 * dice.random())
            process.kill()
            process.wait()
            if os.path.exists(os.path.join(self.folder, "k.gpt")):
                fastgpt.load(os.path.join(self.folder, "k.gpt"))
        rest = train(self.folder, "--steps", "400", "--log-every", "1", model="k.gpt")
        self.assertEqual(rest.returncode, 0, rest.stderr)
        for step, shown in losses(rest).items():
            self.assertEqual(losses(whole)[step], shown)
        self.assertEqual(self.get("whole.gpt"), self.get("k.gpt"))

    @contextlib.contextmanager
    def training(self, model, workers, lines):
        """An endless training with workers, once it has printed so many lines; its output goes to the file out."""
        with open(os.path.join(self.folder, "out"), "w+b") as out:
            process = subprocess.Popen(
                [sys.executable, path("fastgpt.py"), "train", "--data", "my.txt", "--model", model, "--workers",
                 workers, "--steps", "100000", "--batch", "6", "--log-every", "1"], cwd=self.folder, env=environment(),
                stdout=out, stderr=subprocess.PIPE)
            deadline = time.monotonic() + 60
            while self.get("out").count(b"\n") < lines and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            yield process

    @unittest.skipIf(os.name == "nt", "no SIGINT to one process there")
    def test_ctrl_c(self):
        with self.training("c.gpt", "2", lines=5) as process:
            process.send_signal(signal.SIGINT)
            self.assertEqual((process.communicate(timeout=30)[1], process.returncode), (b"", 130))
        last = max(int(step) for step in re.findall(rb"step +(\d+)", self.get("out")))
        self.assertEqual(fastgpt.load(os.path.join(self.folder, "c.gpt"))[1]["step"], last)

    @unittest.skipIf(os.name == "nt", "no SIGINT to one process there")
    def test_impatient_ctrl_c(self):
        """Pressed three times, whenever: no traceback, no half a file, and what is there is whole."""
        for gap in (0, 0.001, 0.003, 0.01, 0.02, 0.04):
            with self.training("i.gpt", "3", lines=3) as process:
                for _ in range(3):
                    process.send_signal(signal.SIGINT)
                    time.sleep(gap)
                self.assertEqual((process.communicate(timeout=30)[1], process.returncode), (b"", 130), gap)
            self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".part")], [])
            fastgpt.load(os.path.join(self.folder, "i.gpt"))

    @unittest.skipIf(os.name == "nt", "needs /proc")
    def test_killed_worker(self):
        """A worker that is killed ends the training with one line."""
        need(os.path.isdir("/proc/self/task"), "/proc")
        with self.training("k.gpt", "2", lines=5) as process:
            with open("/proc/%d/task/%d/children" % (process.pid, process.pid)) as file:
                os.kill(int(file.read().split()[0]), signal.SIGKILL)
            errors = process.communicate(timeout=60)[1]
        self.assertEqual((process.returncode, errors.count(b"\n"), b"a worker was killed" in errors), (1, 1, True))

    def test_file_beside_the_model(self):
        """A file called like the model and .part is nobody else's business; a link stays a link."""
        self.put("x.part", WORDS)
        os.mkdir(os.path.join(self.folder, "far"))
        os.symlink(os.path.join("far", "y"), os.path.join(self.folder, "x"))
        run = train(self.folder, "--steps", "2", data="x.part", model="x")
        self.assertEqual((run.returncode, run.stderr), (0, b""))
        self.assertEqual(self.get("x.part"), WORDS.encode())
        self.assertTrue(os.path.islink(os.path.join(self.folder, "x")))
        self.assertEqual(os.listdir(os.path.join(self.folder, "far")), ["y"])

    def test_workers(self):
        """One, two or three processes: the same file."""
        files = set()
        for workers in "123":
            run = train(self.folder, "--steps", "12", "--batch", "5", "--workers", workers, model=workers + ".gpt")
            self.assertEqual(run.returncode, 0, run.stderr)
            files.add(hashlib.sha256(self.get(workers + ".gpt")).hexdigest())
        self.assertEqual(len(files), 1)

    def test_learns(self):
        """On held-out words of a made-up language the model beats a unigram and a bigram model of the same text."""
        dice = random.Random(12)
        words = {"".join(dice.choice(("ba", "ki", "tu", "ne", "so")) + dice.choice(("r", "n")) for _ in range(3)) + "a"
                 for _ in range(900)}
        self.put("lang.txt", "\n".join(sorted(words)))
        run = train(self.folder, "--steps", "1500", "--save-every", "500", data="lang.txt", model="lang.gpt")
        self.assertEqual(run.returncode, 0, run.stderr)
        mine = float(re.findall(rb"validation loss (\S+)", run.stdout)[-1])

        characters, training, validation, _ = fastgpt.prepare(os.path.join(self.folder, "lang.txt"), False, 16, 42)
        one = Counter(t for tokens in training for t in tokens[1:])
        two = Counter(pair for tokens in training for pair in zip(tokens, tokens[1:]))
        first = Counter(t for tokens in training for t in tokens[:-1])
        pairs = [pair for tokens in validation for pair in zip(tokens, tokens[1:])]
        size = len(characters) + 1
        unigram = -sum(math.log((one[b] + 1) / (sum(one.values()) + size)) for _, b in pairs) / len(pairs)
        bigram = -sum(math.log((two[a, b] + 1) / (first[a] + size)) for a, b in pairs) / len(pairs)
        self.assertLess(mine, unigram)
        self.assertLess(mine, bigram)

    def test_stream_and_sample(self):
        self.put("play.txt", "to be, or not to be:\nthat is the question.\n" * 8)
        run = train(self.folder, "--stream", "--steps", "30", "--context", "12", "--eval-every", "15",
                    "--sample-every", "15", data="play.txt", model="play.gpt")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(re.findall(rb"validation loss", run.stdout)), 2)
        for length in ("1", "100"):
            run = command(path("fastgpt.py"), "sample", "--model", "play.gpt", "--prompt", "to be", "--length", length,
                          "--seed", "1", cwd=self.folder)
            self.assertEqual(run.returncode, 0, run.stderr)
            text = run.stdout.decode().replace("\r\n", "\n")
            self.assertEqual((text[:5], len(text)), ("to be", 5 + int(length) + 1))

    def test_odd_texts(self):
        for text in ("a", "a\n" * 30, "x" * 40 + "\n", "\n".join(map(chr, range(0x4E00, 0x4F2C))), "é\nü\n\n  ß \n"):
            self.put("odd.txt", text)
            name = hashlib.sha256(text.encode()).hexdigest()[:8] + ".gpt"
            run = train(self.folder, "--steps", "3", data="odd.txt", model=name)
            self.assertEqual((run.returncode, run.stderr), (0, b""), text[:20])
            run = command(path("fastgpt.py"), "sample", "--model", name, "--count", "3", cwd=self.folder)
            self.assertEqual((run.returncode, run.stdout.count(b"\n")), (0, 3), run.stderr)

    def bad(self, code, words, *arguments):
        run = command(path("fastgpt.py"), *arguments, cwd=self.folder)
        self.assertEqual((run.returncode, words in run.stderr.decode().split("\n")[-2]), (code, True), run.stderr)
        if code == 1:
            self.assertEqual(run.stderr.count(b"\n"), 1)

    def test_bad_calls(self):
        train(self.folder, "--steps", "2")
        self.put("other.txt", "hello\n")
        self.put("empty.txt", "\n \n")
        os.mkdir(os.path.join(self.folder, "dir"))
        with open(os.path.join(self.folder, "latin.txt"), "wb") as file:
            file.write(b"caf\xe9\n")
        new = ("train", "--model", "new.gpt", "--data")
        self.bad(1, "never seen 'Q'", "sample", "--model", "my.gpt", "--prompt", "Q")
        self.bad(1, "begun with width = 16", "train", "--data", "my.txt", "--model", "my.gpt", "--width", "32")
        self.bad(1, "another text", "train", "--data", "other.txt", "--model", "my.gpt")
        self.bad(1, "holds no text", *new, "empty.txt")
        self.bad(1, "not UTF-8", *new, "latin.txt")
        self.bad(1, "nothing.txt", *new, "nothing.txt")
        self.bad(1, "dir", *new, "dir")
        self.bad(2, "multiple of --heads", *new, "my.txt", "--width", "10")
        self.bad(1, "dir", "sample", "--model", "dir")
        self.bad(1, "nothing.gpt", "sample", "--model", "nothing.gpt")
        self.bad(1, "steps behind it", "train", "--data", "my.txt", "--model", "my.gpt", "--steps", "1")
        self.bad(2, "--lr", *new, "my.txt", "--lr", "1e308")
        self.bad(1, "dir: Is a directory", *new[:1], "--data", "my.txt", "--model", "dir")
        self.bad(2, "--steps", *new, "my.txt", "--steps", "0")
        self.bad(2, "--steps", *new, "my.txt", "--steps", "2000000")
        self.bad(2, "--model", "sample", "--model", "")
        self.bad(2, "--lr", *new, "my.txt", "--lr", "nan")
        self.bad(2, "required", "train")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "new.gpt")))
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".part")], [])
        self.bad(1, "input.txt")

    def test_damaged_models(self):
        """A bit turned, a byte missing, another version, a header that lies: one line, and never a traceback."""
        train(self.folder, "--steps", "2")
        good, dice = self.get("my.gpt"), random.Random(13)
        head, body = good.split(b"\n", 1)
        length = int(head.split()[3])

        def signed(text, rest):
            return b"fastgpt 2 %s %d\n" % (hashlib.sha256(text + rest).hexdigest().encode(), len(text)) + text + rest
        header = json.loads(body[:length])
        lies = [dict(header, **change) for change in (
            {"width": 32}, {"width": "16"}, {"layers": -1}, {"heads": 3}, {"characters": ["a"]}, {"step": -5},
            {"smooth": None}, {"stream": 1}, {"layers": 10 ** 30}, {"batch": 0}, {"characters": "\ud800"},
            {"characters": "aa"}, {"lr": math.nan}, {"context": 10 ** 9})]
        lies += [dict(header, **change) for change in ({"step": 10 ** 400}, {"characters": ""}, {"steps": 10 ** 7})]
        lies += [[], {}, {k: header[k] for k in list(header)[3:]}]
        cases = [(b"", "not a model"), (b"hello\n", "not a model"), (good[:-1], "damaged"), (good + b"x", "damaged"),
                 (good.replace(b"fastgpt 2", b"fastgpt 3", 1), "format 3"), (good[:50], "not a model"),
                 (random.Random(1).getrandbits(8000).to_bytes(1000, "big"), "not a model")]
        cases += [(signed(json.dumps(lie).encode(), body[length:]), "not a whole model") for lie in lies]
        size, doubles = (len(body) - length) // 8, array.array("d")
        for place, number in ((5, math.nan), (size - 1, math.inf), (size - 1, -1.0)):
            doubles = array.array("d", struct.unpack("<%dd" % size, body[length:]))
            doubles[place] = number
            cases.append((signed(body[:length], struct.pack("<%dd" % size, *doubles)), "not a whole model"))
        cases += [(signed(body[:length], body[length:-8]), "not a whole model"),
                  (signed(b"{", body[length:]), "not a whole model"),
                  (signed(b"[" * 100000, body[length:]), "not a whole model")]
        for _ in range(40):
            i = dice.randrange(len(good))
            cases.append((good[:i] + bytes([good[i] ^ 1 << dice.randrange(8)]) + good[i + 1:], ""))
        for data, words in cases:
            with open(os.path.join(self.folder, "bad.gpt"), "wb") as file:
                file.write(data)
            with self.assertRaises(fastgpt.Trouble) as trouble:
                fastgpt.load(os.path.join(self.folder, "bad.gpt"))
            self.assertIn(words, str(trouble.exception))
            self.assertNotIn("\n", str(trouble.exception))
        huge = signed(body[:length], struct.pack("<d", 1e308) * size)
        other = signed(json.dumps(dict(header, characters="xyzabcdefghijk"[:len(header["characters"])])).encode(),
                       body[length:])
        for data, command_line, words in ((huge, ("sample",), "out of range"),
                                          (huge, ("train", "--data", "my.txt", "--steps", "9"), "not a number any"),
                                          (huge, ("train", "--data", "my.txt", "--workers", "2", "--steps", "9"), ""),
                                          (other, ("train", "--data", "my.txt"), "another text")):
            with open(os.path.join(self.folder, "odd.gpt"), "wb") as file:
                file.write(data)
            self.bad(1, words, command_line[0], "--model", "odd.gpt", *command_line[1:])
        self.assertEqual(shutil.copy(os.path.join(self.folder, "my.gpt"), os.path.join(self.folder, "bad.gpt"))[-7:],
                         "bad.gpt")
        self.assertEqual(fastgpt.load(os.path.join(self.folder, "bad.gpt"))[1], header)


if __name__ == "__main__":
    unittest.main()
