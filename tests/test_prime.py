"""The prime: its number theory, the three files, the certificate, and everything that must be refused."""
import gzip
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

from common import InFolder, command, need, path, read

import files
import find_prime
import prove_prime

# From outside: OEIS A001262, A217255, A002997, and prime gaps from A002386/A000101 and the tables of primes after 10^k.
STRONG_BASE_2 = (2047, 3277, 4033, 4681, 8321, 15841, 29341, 42799, 49141, 52633, 65281, 74665, 80581, 85489, 88357)
STRONG_LUCAS = (5459, 5777, 10877, 16109, 18971, 22499, 24569, 25199, 40309, 58519, 75077, 97439, 100127, 113573)
CARMICHAEL = (561, 1105, 1729, 2465, 2821, 6601, 8911, 10585, 15841, 29341, 41041, 825265, 321197185, 9746347772161)
MERSENNE = (2, 3, 5, 7, 13, 17, 19, 31, 61, 89, 107, 127, 521, 607, 1279, 2203, 2281, 3217, 4253, 4423)
GAPS = ((1327, 1361), (31397, 31469), (370261, 370373), (2010733, 2010881), (20831323, 20831533),
        (25056082087, 25056082543), (304599508537, 304599509051), (-5, 2), (0, 2), (1, 2), (2, 3), (7, 11), (24, 29),
        (10 ** 100, 10 ** 100 + 267), (10 ** 200, 10 ** 200 + 357), (10 ** 300, 10 ** 300 + 331))


def on_curve_multiples(N, fields):
    """A step checked the slow way, in affine coordinates modulo the prime N: is S.P not O, and R.S.P O?"""
    A, B = fields.get("A"), fields.get("B")
    if "J" in fields:
        A, B = 3 * fields["J"] * (1728 - fields["J"]), 2 * fields["J"] * (1728 - fields["J"]) ** 2
    L = fields["T"] ** 3 + A * fields["T"] + B
    a, P = A * L * L % N, (fields["T"] * L % N, L * L % N)

    def plus(Q, R):
        if not Q or not R:
            return Q or R
        if Q[0] == R[0] and (Q[1] + R[1]) % N == 0:
            return None
        over = (R[0] - Q[0], R[1] - Q[1]) if Q != R else (2 * Q[1], 3 * Q[0] ** 2 + a)
        slope = over[1] * pow(over[0] % N, N - 2, N)
        x = (slope * slope - Q[0] - R[0]) % N
        return x, (slope * (Q[0] - x) - Q[1]) % N

    def times(k, Q):
        total = None
        while k:
            total, Q, k = plus(total, Q) if k & 1 else total, plus(Q, Q), k >> 1
        return total

    SP = times(fields["S"], P)
    return SP is not None and times((N + 1 - fields["W"]) // fields["S"], SP) is None


class Numbers(unittest.TestCase):
    """Primes and composites that others have listed."""

    def test_pseudoprimes(self):
        for n in STRONG_BASE_2:
            self.assertTrue(find_prime.strong_probable_prime(n, 2), n)
            self.assertFalse(find_prime.baillie_psw(n), n)
        for n in STRONG_LUCAS:
            self.assertTrue(find_prime.strong_lucas_probable_prime(n), n)
            self.assertFalse(find_prime.baillie_psw(n), n)
        for n in CARMICHAEL + tuple(k * k for k in range(-3, 400)) + (0, 1, -2, -7, 1093 ** 2, 3511 ** 2):
            self.assertFalse(find_prime.baillie_psw(n), n)

    def test_small_primes(self):
        sieve = [n for n in range(3, 20000, 2) if find_prime.baillie_psw(n)]
        self.assertEqual(len(sieve), 2261)                   # pi(20000) = 2262
        self.assertEqual(sieve, [3, 5] + sorted(find_prime.primes_between(7, 20000)))
        for low, high in ((10007, 19997), (10008, 19998), (6, 12), (48, 50), (49, 49), (2203, 2204)):
            self.assertEqual([n for n in sieve if low <= n < high], sorted(find_prime.primes_between(low, high)))
        lucas = [n for n in range(3, 6000, 2) if find_prime.strong_lucas_probable_prime(n)]
        self.assertEqual([n for n in lucas if n not in sieve], [5459, 5777])

    def test_mersenne(self):
        for e in range(2, 620):
            if find_prime.baillie_psw(e):
                self.assertEqual(find_prime.baillie_psw(2 ** e - 1), e in MERSENNE, e)
        for e in MERSENNE[-7:]:
            self.assertTrue(find_prime.baillie_psw(2 ** e - 1), e)

    def test_power(self):
        dice = random.Random(7)
        for bits in (60, 1499, 1500, 1501, 1530, 1531, 2999, 3000, 3001, 4423, 6493):
            n = dice.getrandbits(bits) | 1 << bits - 1 | 1
            reduce = find_prime.reducer(n)
            for x in (0, 1, n - 1, n, n * n - 1, dice.randrange(n * n), (n - 1) ** 2, 256 * n * n - 1):
                for number in (x, -x):
                    self.assertEqual(reduce(number) % n, number % n)
                    self.assertTrue(-n < reduce(number) < 2 * n)
            for base in (2, 3, dice.randrange(n)):
                e = dice.getrandbits(200)
                self.assertEqual(find_prime.power(base, e, n), pow(base, e, n))

    def test_next_prime(self):
        for n, prime in GAPS:
            self.assertEqual(find_prime.next_prime(n), prime)
        for n in (-2 ** 300, -7, 0, 1):
            self.assertEqual(find_prime.next_prime(n), 2)
        self.assertIsNone(find_prime.next_prime(-7, limit=8))
        self.assertIsNone(find_prime.next_prime(31397, limit=71))
        self.assertEqual(find_prime.next_prime(31397, limit=72), 31469)
        self.assertIsNone(find_prime.next_prime(10 ** 100, limit=266))
        self.assertEqual(find_prime.next_prime(10 ** 100, limit=267), 10 ** 100 + 267)

    def test_jobs(self):
        source = b"print('a prime')\n"
        primes = {find_prime.find(source, 4, jobs) for jobs in (1, 2, 3)}
        self.assertEqual(len(primes), 1)
        self.assertEqual(find_prime.unpacked(primes.pop()), (source, 4))


class Workers(InFolder):
    """The processes that search and prove: results in order, ended early, killed, interrupted."""

    def test_order(self):
        for jobs in (1, 2, 3):
            with find_prime.crew(jobs) as each:
                self.assertEqual(list(each(math.factorial, range(20))), [math.factorial(i) for i in range(20)])
                self.assertEqual(list(each(math.factorial, ())), [])
                next(iter(each(math.factorial, [900, 901, 902])))       # and the others are not waited for
                for i, root in enumerate(each(math.isqrt, range(40))):
                    self.assertEqual(root, math.isqrt(i))
                    self.assertTrue(all(each(math.gcd, ())) and sum(each(abs, [-i, i, 7])) == 2 * i + 7)

    def test_interrupted_start(self):
        """Ctrl-C while the workers are being made: no traceback from any of them."""
        need(os.path.isdir("/proc/self/task"), "/proc")
        self.put("a.py", read("femtogpt.py"))         # long enough not to be done by then
        for wait in range(8):
            running = subprocess.Popen([sys.executable, path("find_prime.py"), "a.py", "--jobs", "8"],
                                       cwd=self.folder, stderr=subprocess.PIPE, start_new_session=True)
            children = "/proc/%d/task/%d/children" % (running.pid, running.pid)
            while running.poll() is None and not read(children):
                pass
            time.sleep(0.001 * wait)
            os.killpg(running.pid, signal.SIGINT)
            time.sleep(0.1)
            if running.poll() is None:               # the first came while they were being made, and was ignored
                os.killpg(running.pid, signal.SIGINT)
            self.assertEqual((running.communicate(timeout=60)[1], running.returncode), (b"", 130))
            self.assertEqual(os.listdir(self.folder), ["a.py"])

    def test_killed_worker(self):
        with self.assertRaisesRegex(files.Trouble, "worker was killed"), find_prime.crew(2) as each:
            list(each(signal.raise_signal, [0, 0, signal.SIGKILL, 0, 0]))

    def test_interrupted(self):
        """Ctrl-C ends it at once; a parent that is killed leaves no process behind; nothing is written."""
        shutil.copy(path("femtogpt.py"), self.folder)
        for end, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
            running = subprocess.Popen([sys.executable, path("find_prime.py"), "femtogpt.py", "--jobs", "3"],
                                       cwd=self.folder, stderr=subprocess.PIPE, start_new_session=True)
            time.sleep(2)
            os.killpg(running.pid, end) if end == signal.SIGINT else running.send_signal(end)   # as a terminal does
            self.assertEqual((running.communicate(timeout=60)[1], running.returncode), (b"", status))
            for _ in range(300):                     # the error stream has ended, so have all; but not yet reaped
                try:
                    os.killpg(running.pid, 0)
                except ProcessLookupError:
                    break
                time.sleep(0.1)
            else:
                self.fail("processes are left")
            self.assertEqual(os.listdir(self.folder), ["femtogpt.py"])


class Files(InFolder):
    """What the folder holds, and what find_prime.py writes and refuses."""

    def bad(self, words, *arguments, code=1):
        before = sorted(os.listdir(self.folder))
        done = command(*arguments, cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout), (code, b""))
        self.assertIn(words, done.stderr.decode().strip().split("\n")[-1])
        self.assertNotIn(b"Traceback", done.stderr)
        if code == 1:
            self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertEqual(before, sorted(os.listdir(self.folder)))

    def test_prime(self):
        """The number, in three files, is femtopgt.py: by our verifier, by zlib, by gunzip; and it is small."""
        P = find_prime.number_in(path("verify_prime.py"))
        self.assertEqual("%x" % P, read("prime", "primegpt.hex").decode().replace("\n", ""))
        digits = read("prime", "primegpt.txt").decode().replace("\n", "")
        self.assertEqual(str(P), digits)
        self.assertLessEqual(len(digits), 1960)
        data = P.to_bytes((P.bit_length() + 7) // 8, "big")
        self.assertEqual(zlib.decompressobj(31).decompress(data), read("femtogpt.py"))
        start = int.from_bytes(find_prime.container(read("femtogpt.py")) + bytes(4), "big")
        self.assertTrue(0 < P - start < 1 << 32)
        self.assertEqual(gzip.decompress(find_prime.container(b"some text" * 9)), b"some text" * 9)
        done = command(path("verify_prime.py"), cwd=self.folder)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, read("femtogpt.py"), b""))
        need(shutil.which("gunzip"), "gunzip")
        out = subprocess.run(["gunzip", "-c"], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual(out.stdout, read("femtogpt.py"))

    def test_readme(self):
        """The README shows the same number, and its figures are right."""
        text = read("README.md").decode()
        for name in ("primegpt.hex", "primegpt.txt"):
            self.assertIn("\n```\n%s```\n" % read("prime", name).decode(), text)
        P, steps = find_prime.number_in(path("verify_prime.py")), read("prime", "certificate.primo").count(b"\nS=")
        for words in ("{:,} decimal digits, {:,} bits".format(len(str(P)), P.bit_length()), "%d steps, checked" % steps,
                      "gzip file    %d bytes" % ((P.bit_length() + 7) // 8 - 4)):
            self.assertIn(words, text)

    def test_verifier(self):
        done = command(path("verify_prime.py"), "--check", cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(command(path("verify_prime.py"), "--help").returncode, 0)
        done = command(path("verify_prime.py"), "--chekc")
        self.assertEqual((done.returncode, done.stdout), (2, b""))
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([sys.executable, path("verify_prime.py")], stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        self.assertEqual((done.returncode, b"Traceback" in done.stderr), (1, False))
        text = read("verify_prime.py").decode()
        end = text.index('\n""".replace') - 1
        self.put("composite.py", (text[:end] + "%x" % (int(text[end], 16) ^ 6) + text[end + 1:]).encode())
        done = command("composite.py", "--check", cwd=self.folder)
        self.assertIn(b"COMPOSITE", done.stdout)
        self.assertEqual(done.returncode, 1)
        self.put("other.py", re.sub('== "[0-9a-f]{8}', '== "00000000', text).encode())
        done = command("other.py", "--check", cwd=self.folder)
        self.assertIn(b"DOES NOT AGREE", done.stdout)
        self.assertEqual(done.returncode, 1)

    def test_own_source(self):
        self.put("my.py", b"print(6 * 7)\n")
        script = path("find_prime.py")
        for _ in range(2):
            done = command(script, "my.py", "--jobs", "2", cwd=self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(sorted(os.listdir(self.folder)), ["my.prime.hex", "my.prime.py", "my.prime.txt", "my.py"])
        self.assertEqual(command("my.prime.py", cwd=self.folder).stdout, b"print(6 * 7)\n")
        self.assertEqual(command("my.prime.py", "--check", cwd=self.folder).returncode, 0)
        self.assertEqual(command(script, "my.py", "--check", cwd=self.folder).returncode, 0)
        self.put("my.prime.hex", b"1f8b")
        done = command(script, "my.py", "--check", cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"my.prime.hex: does not match my.py; run find_prime.py", done.stdout)

    def test_odd_names(self):
        """The name of a file is text, never code; and what is made does not overwrite what it is made from."""
        for name in ('say "hi".py', "100%.py", 'x"+str(open("PWNED","w"))+".py', "\u00e9.py"):
            self.put(name, b"print(1)\n")
            run = command(path("find_prime.py"), name, "--jobs", "1", cwd=self.folder)
            self.assertEqual((run.returncode, run.stderr), (0, b""), name)
            run = command(name[:-3] + ".prime.py", "--check", cwd=self.folder)
            self.assertEqual((run.returncode, run.stderr), (0, b""), name)
        self.assertNotIn("PWNED", os.listdir(self.folder))
        self.put("a.py", b"print(1)\n")
        os.symlink("a.py", os.path.join(self.folder, "a.prime.py"))
        self.bad("would be overwritten", path("find_prime.py"), "a.py", "--jobs", "1", code=2)

    @unittest.skipIf(os.name == "nt", "no limit of a file's size there")
    def test_all_or_none(self):
        """Where one of the three files cannot be written whole, none is."""
        self.put("c.py", b"print(2)\n")
        before = os.listdir(self.folder)
        limited = ("import resource,runpy,sys,signal;signal.signal(signal.SIGXFSZ,signal.SIG_IGN);"
                   "resource.setrlimit(resource.RLIMIT_FSIZE,(1024,1024));sys.argv=%r;"
                   "sys.path.insert(0,%r);runpy.run_path(sys.argv[0],run_name='__main__')")
        script = [path("find_prime.py"), "c.py", "--jobs", "1"]
        run = command("-c", limited % (script, path()), cwd=self.folder)
        self.assertEqual((run.returncode, run.stderr.count(b"\n")), (1, 1), run.stderr)
        self.assertEqual(os.listdir(self.folder), before)

    def test_refused_sources(self):
        script = path("find_prime.py")
        self.put("empty.py", b"")
        self.put("large.py", b"x = 1\n" * 180000)
        self.put("padless.py", b"print('no prime within 255', 2)\n")
        os.mkdir(os.path.join(self.folder, "folder"))
        self.bad("empty.py: is empty", script, "empty.py")
        self.bad("65536 bytes", script, "large.py")
        self.bad("folder: Is a directory", script, "folder")
        self.bad("none.py: No such file", script, "none.py")
        self.bad("use --pad 2", script, "padless.py", "--pad", "1")
        self.bad("'0' is not a whole number from 1 to 99", script, "large.py", "--jobs", "0", code=2)
        self.bad("from 1 to 99", script, "padless.py", "--pad", "9" * 30, code=2)
        run = command(script, "padless.py", "--check", cwd=self.folder)
        self.assertEqual((run.returncode, run.stderr, run.stdout.count(b"is missing; run find_prime.py")), (1, b"", 3))


class Certificates(unittest.TestCase):
    """prove_prime.py on a small certificate, which PARI/GP made, on ours, and on broken ones."""

    def setUp(self):
        self.small = read("tests", "small.primo").decode()

    def test_small(self):
        N, steps = prove_prime.prove(self.small)
        self.assertTrue(find_prime.baillie_psw(N))
        self.assertEqual(steps, 5)
        self.assertEqual(prove_prime.prove(self.small, N, jobs=2), (N, 5))
        for n, fields in prove_prime.chain(*prove_prime.parse(self.small))[0]:
            self.assertTrue(on_curve_multiples(n, fields))

    def test_every_field(self):
        """Each field of each step changed in many ways: rejected, or a proof that stands up to the slow check."""
        dice, accepted, tried = random.Random(3), 0, 0
        N, steps = prove_prime.parse(self.small)
        for i, step in enumerate(steps):
            for key, value in step.items():
                for new in (0, 1, -1, 2, value + 1, value - 1, -value, 2 * value, value ^ 4, value // 2, N - 1,
                            dice.randrange(N), dice.randrange(1, 1 << 20)):
                    changed = dict(step, **{key: new})
                    if new == value:
                        continue
                    tried += 1
                    text = self.written(N, steps[:i] + [changed] + steps[i + 1:])
                    try:
                        prove_prime.prove(text)
                    except prove_prime.Rejected as error:
                        self.assertNotIn("\n", str(error))
                        continue
                    accepted += 1
                    for n, fields in prove_prime.chain(*prove_prime.parse(text))[0]:
                        self.assertTrue(on_curve_multiples(n, fields), (i, key, new))
        self.assertGreater(tried, 200)
        self.assertLess(accepted, tried // 4)

    @staticmethod
    def written(N, steps, count=None):
        """A certificate's text."""
        text = "[PRIMO - Primality Certificate]\nFormat=4\nTestCount=%d\n\n[Comments]\nmade = for a test\n\n" % (
            len(steps) if count is None else count)
        text += "[Candidate]\nN=0x%x\n" % N
        for i, fields in enumerate(steps, 1):
            text += "\n[%d]\n" % i + "".join("%s=%s0x%x\n" % (k, "-" * (v < 0), abs(v)) for k, v in fields.items())
        return text

    def test_composite(self):
        """No composite gets through on the strength of a prime's certificate, nor one with a composite end."""
        N, steps = prove_prime.parse(self.small)
        for n in (N + 2, N * 3, N * N, 9, 561, 3215031751):
            with self.assertRaises(prove_prime.Rejected):
                prove_prime.prove(self.written(n, steps))
        with self.assertRaisesRegex(prove_prime.Rejected, "another number"):
            prove_prime.prove(self.small, N + 2)
        # y^2 = x^3 + ax + b modulo N = 11 * 31: a point's order there must not pass for one of a prime's
        for n in (341, 2047, 65281):
            for W in range(-20, 21):
                for T in range(1, 6):
                    with self.assertRaises(prove_prime.Rejected):
                        prove_prime.prove(self.written(n, [{"S": 1, "W": W, "J": 5, "T": T}]))

    def test_last_number(self):
        N, steps = prove_prime.parse(self.small)
        self.assertTrue(all(prove_prime.certainly_prime(p) for p in (2, 41, 43, 2 ** 61 - 1)))
        self.assertFalse(any(map(prove_prime.certainly_prime, STRONG_BASE_2 + CARMICHAEL + (0, 1, 3215031751, 43 * 43,
                                                                                            3825123056546413051))))
        with self.assertRaisesRegex(prove_prime.Rejected, "too large to be tested"):
            prove_prime.prove(self.written(N, steps[:1]))
        last, fields = prove_prime.chain(N, steps)[0][-1]
        with self.assertRaisesRegex(prove_prime.Rejected, "the last number, .* is composite"):
            prove_prime.prove(self.written(last, [dict(fields, W=last + 1 - fields["S"] * 9, S=fields["S"])]))

    def test_command_line(self):
        N, steps = prove_prime.parse(self.small)
        with tempfile.TemporaryDirectory() as folder:
            def put(name, data):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(data)
            put("number.txt", "%d\n" % N)
            put("small.primo", self.small)
            good = command(path("prove_prime.py"), "small.primo", "--number", "number.txt", cwd=folder)
            self.assertEqual((good.returncode, good.stderr), (0, b""))
            self.assertIn(b"proved prime: ", good.stdout)
            lines, middle = self.small.split("\n"), self.small.index("[3]")
            bad = {"cut.primo": (self.small[:middle + 40], "TestCount does not agree"),
                   "field.primo": (self.small[:self.small.rindex("T=")] + "\n", "must have S, W, T"),
                   "order.primo": (self.small.replace("[2]", "[x]").replace("[3]", "[2]").replace("[x]", "[3]"),
                                   "out of order"),
                   "zero.primo": (self.written(N, [dict(steps[0], S=0)] + steps[1:]), "step 1: S does not divide"),
                   "huge.primo": (self.written(N, [dict(steps[0], T=1 << 100000)] + steps[1:]), "larger than N"),
                   "twice.primo": ("\n".join(lines[:14] + lines[13:14] + lines[14:]), "twice"),
                   "other.primo": (self.written(N + 2, steps), "about another number"),
                   "point.primo": (self.written(N, [dict(steps[0], T=steps[0]["T"] + 1)] + steps[1:]), "step 1: "),
                   "titles.primo": ("[\x1b%s]\n" % ("x" * 9000) * 2, "comes twice"),
                   "many.primo": ("".join("[%d]\n" % i for i in range(1, 60000)), "no certificate"),
                   "empty.primo": ("", "no certificate in Primo's format"),
                   "text.primo": ("What is this?", "line 1: neither"),
                   "hex.primo": (self.small.replace("T=0x", "T=0y"), "not a hexadecimal number")}
            for name, (text, words) in bad.items():
                put(name, text)
                done = command(path("prove_prime.py"), name, "--number", "number.txt", cwd=folder)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (1, b"", 1), name)
                self.assertIn(words, done.stderr.decode())
                self.assertLess(len(done.stderr), 200)
                self.assertNotIn(b"\x1b", done.stderr)
            for name, words in (("none.primo", "No such file"), (".", "Is a directory")):
                done = command(path("prove_prime.py"), name, cwd=folder)
                self.assertEqual((done.returncode, done.stderr.count(b"\n")), (1, 1))
                self.assertIn(words, done.stderr.decode())
            done = command(path("prove_prime.py"), "small.primo", "--number", "small.primo", cwd=folder)
            self.assertIn(b"small.primo: holds no number", done.stderr)
            done = command(path("prove_prime.py"), "small.primo", cwd=folder)
            self.assertIn(b"about another number", done.stderr)

    def test_ours(self):
        """Our certificate is about our number, its chain is whole, and its last steps hold; the slow test does all."""
        N, steps = prove_prime.parse(read("prime", "certificate.primo").decode())
        self.assertEqual(N, find_prime.number_in(path("verify_prime.py")))
        linked, last = prove_prime.chain(N, steps)
        self.assertTrue(prove_prime.certainly_prime(last))
        for step in linked[-60:]:
            self.assertIsNone(prove_prime.check_step(step))


if __name__ == "__main__":
    unittest.main()
