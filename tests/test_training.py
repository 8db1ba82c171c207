"""fastgpt.py train and sample: training that survives anything, and what it says."""
import contextlib
import hashlib
import itertools
import math
import os
import random
import re
import signal
import subprocess
import sys
import time
import unittest
from collections import Counter

import fastgpt
from support import InFolder, environment, need, path, share, some

FAST = path("fastgpt.py")
WORDS = "".join(a + b + c + "\n" for a in ("ka", "mi", "to", "su") for b in ("ra", "ne", "lo")
                for c in ("n", "ko", ""))


def losses(run):
    """{step: (loss, smoothed)} as printed."""
    lines = re.findall(r"step +(\d+) / +\d+ \| loss (\S+) \| smoothed (\S+)", run.stdout.decode())
    return {int(step): pair for step, *pair in lines}


class TrainingCase(InFolder):
    def setUp(self):
        super().setUp()
        self.put("my.txt", WORDS)

    def train(self, *arguments, data="my.txt", model="my.gpt"):
        """The command `train` in the folder, which succeeds."""
        return self.assert_succeeds(FAST, "train", "--data", data, "--model", model, *arguments)

    def start(self, *arguments, out=subprocess.PIPE):
        """The command `train` as a process."""
        return subprocess.Popen([sys.executable, FAST, "train", "--data", "my.txt", *arguments],
                                cwd=self.folder, env=environment(), stdout=out,
                                stderr=subprocess.PIPE)

    def load(self, name):
        return fastgpt.Checkpoint.load(os.path.join(self.folder, name))


class Resuming(TrainingCase):
    def test_a_killed_run_ends_with_the_same_losses_and_file(self):
        whole = self.train("--steps", "300", "--log-every", "1", model="whole.gpt")
        process = self.start("--model", "parts.gpt", "--steps", "300", "--log-every", "1",
                             "--save-every", "7")
        for _ in range(share(9)):
            process.stdout.readline()
        process.kill()
        process.communicate()
        rest = self.train("--log-every", "1", model="parts.gpt")
        self.assertTrue(0 < len(losses(rest)) <= 300)
        for step, shown in losses(rest).items():
            self.assertEqual(losses(whole)[step], shown)
        self.assertEqual(self.get("whole.gpt"), self.get("parts.gpt"))
        self.assertEqual(losses(self.train(model="parts.gpt")), {})

    def test_kills_lose_nothing(self):
        """kill -9 at random moments: the file is whole each time."""
        rng = random.Random(11)
        options = ("--steps", "150", "--save-every", "1")
        self.train(*options[:2], "--save-every", "50", model="whole.gpt")
        for _ in range(20):
            process = self.start("--model", "k.gpt", *options)
            time.sleep(0.1 + 0.15 * rng.random())
            process.kill()
            process.communicate()
            if os.path.exists(os.path.join(self.folder, "k.gpt")):
                self.load("k.gpt")
        self.train(*options[:2], model="k.gpt")
        self.assertEqual(self.get("whole.gpt"), self.get("k.gpt"))

    def test_steps_can_be_raised_but_nothing_else_changed(self):
        self.train("--steps", "2")
        self.train("--steps", "4")
        self.assertEqual(self.load("my.gpt").step, 4)
        self.assert_fails(1, "has done 4 steps: give --steps above that", FAST, "train", "--data",
                          "my.txt", "--model", "my.gpt", "--steps", "1")
        self.assert_fails(1, "was started with width = 16", FAST, "train", "--data", "my.txt",
                          "--model", "my.gpt", "--width", "32")


class Interrupted(TrainingCase):
    @contextlib.contextmanager
    def training(self, model, workers, lines, kernels="native"):
        """An endless training, once it has printed so many lines; its output goes to `out`."""
        with open(os.path.join(self.folder, "out"), "w+b") as out:
            process = self.start("--model", model, "--workers", workers, "--steps", "100000",
                                 "--batch", "6", "--log-every", "1", "--kernels", kernels, out=out)
            deadline = time.monotonic() + 60
            while (self.get("out").count(b"\n") < lines and process.poll() is None
                   and time.monotonic() < deadline):
                time.sleep(0.01)
            yield process

    @unittest.skipIf(os.name == "nt", "no SIGINT to one process there")
    def test_ctrl_c_saves_and_exits_with_130(self):
        for kernels in ("native", "python"):
            with self.training(kernels + ".gpt", "2", lines=5, kernels=kernels) as process:
                process.send_signal(signal.SIGINT)
                errors = process.communicate(timeout=30)[1]
            self.assertEqual((errors, process.returncode), (b"", 130))
            last = max(int(step) for step in re.findall(rb"step +(\d+)", self.get("out")))
            self.assertEqual(self.load(kernels + ".gpt").step, last)
            self.assertIn(b"the same command resumes", self.get("out"))

    @unittest.skipIf(os.name == "nt", "no SIGINT to one process there")
    def test_ctrl_c_during_a_report_ends_with_a_saved_step(self):
        """A report takes a moment; Ctrl-C then must not say "saved" before it is."""
        source = (f"import os, signal, sys; sys.path.insert(0, {path('.')!r}); import fastgpt\n"
                  "class Trainer(fastgpt.Trainer):\n"
                  "    def report(self, step, loss, end):\n"
                  "        super().report(step, loss, end)\n"
                  "        if step == 3: os.kill(os.getpid(), signal.SIGINT)\n"
                  "fastgpt.Trainer = Trainer\n"
                  "try: fastgpt.main()\n"
                  "except KeyboardInterrupt: sys.exit(130)\n")
        done = self.run_here("-c", source, "train", "--data", "my.txt", "--model", "m.gpt",
                             "--log-every", "1", "--workers", "1")
        self.assertEqual((done.returncode, done.stderr), (130, b""))
        last = max(map(int, re.findall(rb"step +(\d+)", done.stdout)))
        self.assertIn(b"stopped; saved", done.stdout)
        self.assertEqual(self.load("m.gpt").step, last)

    @unittest.skipIf(os.name == "nt", "no SIGINT to one process there")
    def test_ctrl_c_three_times_leaves_no_part_of_a_file(self):
        for gap, kernels in some(itertools.product((0.003, 0, 0.02), ("native", "python"))):
            with self.training("i.gpt", "3", lines=3, kernels=kernels) as process:
                for _ in range(3):
                    process.send_signal(signal.SIGINT)
                    time.sleep(gap)
                errors = process.communicate(timeout=30)[1]
            self.assertEqual((errors, process.returncode), (b"", 130), gap)
            self.assertEqual([n for n in os.listdir(self.folder) if n.endswith(".part")], [])
            self.load("i.gpt")

    @unittest.skipIf(os.name == "nt", "needs /proc")
    def test_a_killed_worker_ends_the_training_with_one_line(self):
        need(os.path.isdir("/proc/self/task"), "/proc")
        with self.training("k.gpt", "2", lines=5, kernels="python") as process:
            with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
                os.kill(int(file.read().split()[0]), signal.SIGKILL)
            errors = process.communicate(timeout=60)[1]
        self.assertEqual((process.returncode, errors.count(b"\n")), (1, 1))
        self.assertIn(b"a worker was killed", errors)


class FirstLine(TrainingCase):
    def first_line(self, *arguments):
        done = self.train(*arguments)
        return done.stdout.decode().split("\n")[0]

    def test_it_ends_with_the_time_that_training_takes(self):
        """Whenever the first line of progress comes, and though there is none."""
        for arguments in some((("--steps", "40", "--log-every", "1"), ("--steps", "90"),
                               ("--steps", "30", "--log-every", "20", "--sample-every", "1"))):
            line = self.first_line("--width", "32", "--kernels", "python", *arguments)
            self.assertRegex(line, r"pieces to learn from.*; about [\d.]+ (s|min|h) to go$")
            os.unlink(os.path.join(self.folder, "my.gpt"))

    def test_nothing_to_do_is_said(self):
        self.assertTrue(self.first_line("--steps", "2").endswith("; soon done"))
        self.assertIn("; nothing left to do", self.first_line("--steps", "2"))

    def test_times_are_in_units_of_people(self):
        self.assertEqual([fastgpt.describe_seconds(s) for s in (0.04, 2.94, 3, 99, 100, 6000)],
                         ["0.0 s", "2.9 s", "3 s", "99 s", "2 min", "1.7 h"])


class Learning(TrainingCase):
    def test_any_number_of_workers_gives_the_same_file(self):
        for kernels in ("native", "python"):
            digests = set()
            for workers in "123":
                name = f"{kernels}{workers}.gpt"
                self.train("--steps", "8", "--batch", "5", "--workers", workers, "--kernels",
                           kernels, model=name)
                digests.add(hashlib.sha256(self.get(name)).hexdigest())
            self.assertEqual(len(digests), 1, kernels)

    def test_it_beats_unigrams_and_bigrams_on_held_out_words(self):
        rng = random.Random(12)
        syllables = [a + b for a in ("ba", "ki", "tu", "ne", "so") for b in "rn"]
        words = {"".join(rng.choice(syllables) for _ in range(3)) + "a" for _ in range(700)}
        self.put("lang.txt", "\n".join(sorted(words)))
        run = self.train("--steps", "1200", "--save-every", "500", data="lang.txt",
                         model="lang.gpt")
        ours = float(re.findall(rb"validation loss (\S+)", run.stdout)[-1])
        data = fastgpt.prepare(os.path.join(self.folder, "lang.txt"), False, 16, 42)
        self.assertLess(ours, min(self.unigram(data), self.bigram(data)))

    def unigram(self, data):
        """The loss on the held-out words of how often each character occurs in the others."""
        counts = Counter(t for tokens in data.training for t in tokens[1:])
        total = sum(counts.values()) + len(data.characters) + 1
        targets = [t for tokens in data.validation for t in tokens[1:]]
        return -sum(math.log((counts[t] + 1) / total) for t in targets) / len(targets)

    def bigram(self, data):
        """The same of each character after the one before."""
        pairs = Counter(pair for tokens in data.training for pair in zip(tokens, tokens[1:]))
        firsts = Counter(t for tokens in data.training for t in tokens[:-1])
        size = len(data.characters) + 1
        targets = [pair for tokens in data.validation for pair in zip(tokens, tokens[1:])]
        return -sum(math.log((pairs[a, b] + 1) / (firsts[a] + size))
                    for a, b in targets) / len(targets)

    def test_a_tenth_is_held_out_and_nothing_is_lost(self):
        for lines, held_out in ((9, 0), (10, 1), (99, 9), (100, 10)):
            self.put("lines.txt", "".join(f"{i}\n" for i in range(lines)))
            data = fastgpt.prepare(os.path.join(self.folder, "lines.txt"), False, 16, 1)
            self.assertEqual((len(data.validation), len(data.training)),
                             (held_out, lines - held_out))
            texts = {"".join(data.characters[t] for t in tokens[1:-1])
                     for tokens in data.training + data.validation}
            self.assertEqual(texts, {str(i) for i in range(lines)})

    def test_order_depends_on_the_seed_only(self):
        name = os.path.join(self.folder, "my.txt")
        orders = [fastgpt.prepare(name, False, 16, seed).training for seed in (1, 1, 2)]
        self.assertEqual(orders[0], orders[1])
        self.assertNotEqual(orders[0], orders[2])


class Texts(TrainingCase):
    def sample(self, *arguments):
        return self.assert_succeeds(FAST, "sample", *arguments).stdout.decode().replace("\r", "")

    def test_a_stream_is_learned_in_windows_and_written_without_end(self):
        self.put("play.txt", "to be, or not to be:\nthat is the question.\n" * 8)
        run = self.train("--stream", "--steps", "30", "--context", "12", "--eval-every", "15",
                         "--sample-every", "15", data="play.txt", model="play.gpt")
        self.assertEqual(len(re.findall(rb"validation loss", run.stdout)), 2)
        self.assertEqual(len(re.findall(rb"sample: ", run.stdout)), 2)
        for length in (1, 100):
            text = self.sample("--model", "play.gpt", "--prompt", "to be", "--length",
                               str(length), "--seed", "1")
            self.assertEqual((text[:5], len(text)), ("to be", 5 + length + 1))

    def test_windows_of_a_stream_overlap_by_one(self):
        self.put("abc.txt", "abcdefghij")
        data = fastgpt.prepare(os.path.join(self.folder, "abc.txt"), True, 4, 1)
        self.assertEqual(sorted(data.training), [[3, 4, 5, 6, 7], [7, 8, 9], [10, 0, 1, 2, 3]])

    def test_odd_texts_are_learned(self):
        for i, text in enumerate(("a", "a\n" * 30, "x" * 16 + "\n", "é\nü\n\n  ß \n",
                                  "\n".join(map(chr, range(0x4E00, 0x4F2C))))):
            self.put("odd.txt", text)
            self.train("--steps", "3", data="odd.txt", model=f"{i}.gpt")
            self.assertEqual(self.sample("--model", f"{i}.gpt", "--count", "3").count("\n"), 3)

    def test_lines_beyond_the_context_are_reported(self):
        self.put("long.txt", "x" * 40 + "\n" + "y" * 16 + "\n" + "z" * 24 + "\n")
        run = self.run_here(FAST, "train", "--data", "long.txt", "--model", "l.gpt",
                            "--steps", "2")
        self.assertEqual((run.returncode, run.stderr.count(b"\n")), (0, 1))
        self.assertIn(b"2 of 3 lines are longer than the context of 16 characters; 40 % of the "
                      b"text is cut off and not learned. The longest line has 40: raise --context",
                      run.stderr)
        self.train("--steps", "2", "--context", "40", data="long.txt", model="m.gpt")
        self.train("--steps", "2", "--stream", data="long.txt", model="n.gpt")

    def test_the_same_seed_gives_the_same_samples(self):
        self.train("--steps", "3")
        texts = [self.sample("--model", "my.gpt", "--count", "5", "--seed", seed)
                 for seed in ("7", "7", "8")]
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0], texts[2])


class Misuse(TrainingCase):
    def test_bad_files_are_refused_in_one_line(self):
        self.put("empty.txt", "\n \n")
        self.put("latin.txt", b"caf\xe9\n")
        self.put("other.txt", "hello\n")
        os.mkdir(os.path.join(self.folder, "dir"))
        self.train("--steps", "2")
        for words, data, model in (
                ("holds no text", "empty.txt", "new.gpt"), ("not UTF-8", "latin.txt", "new.gpt"),
                ("nothing.txt is missing", "nothing.txt", "new.gpt"),
                ("dir: Is a directory", "dir", "new.gpt"),
                ("dir: Is a directory", "my.txt", "dir"),
                ("was trained on another text", "other.txt", "my.gpt")):
            self.assert_fails(1, words, FAST, "train", "--data", data, "--model", model)
        self.assert_fails(1, "never seen 'Q'", FAST, "sample", "--model", "my.gpt", "--prompt",
                          "Q")
        for name, words in (("dir", "dir: Is a directory"), ("nothing.gpt", "No such file")):
            self.assert_fails(1, words, FAST, "sample", "--model", name)
        self.assert_fails(1, "input.txt is missing", FAST)

    def test_bad_numbers_exit_2(self):
        new = ("train", "--data", "my.txt", "--model", "new.gpt")
        for words, *arguments in (
                ("multiple of --heads", "--width", "10"), ("--lr", "--lr", "1e308"),
                ("--steps", "--steps", "0"), ("--steps", "--steps", "2000000"),
                ("--lr", "--lr", "nan"), ("--batch", "--batch", "-1")):
            self.assert_fails(2, words, FAST, *new, *arguments)
        self.assert_fails(2, "required", FAST, "train")
        self.assert_fails(2, "--model", FAST, "sample", "--model", "")
        self.assert_fails(2, "--data cannot be '-'", FAST, "train", "--data", "-", "--model", "m")

    def test_a_part_file_of_the_users_and_links_are_kept(self):
        self.put("x.part", WORDS)
        os.mkdir(os.path.join(self.folder, "far"))
        os.symlink(os.path.join("far", "y"), os.path.join(self.folder, "x"))
        self.train("--steps", "2", data="x.part", model="x")
        self.assertEqual(self.get("x.part"), WORDS.encode())
        self.assertTrue(os.path.islink(os.path.join(self.folder, "x")))
        self.assertEqual(os.listdir(os.path.join(self.folder, "far")), ["y"])


if __name__ == "__main__":
    unittest.main()
