#!/usr/bin/env python3
"""Find a prime number that is a script: the next prime after the script's gzip file and padding.

    find_prime.py           golf/payload.py -> verify_prime.py, prime/primegpt.hex and .txt
    find_prime.py --check   compare these three with golf/payload.py; exit 1 if one is stale
    find_prime.py MY.py     MY.prime.py, MY.prime.hex and MY.prime.txt beside MY.py

A gzip reader stops where the stream ends, so whatever the search adds to the number disturbs only
the padding, some zero bytes. The stream comes from golf/deflate.py where that is beside this
script (else from zlib: the prime gets longer), and the answer is the smallest prime above, so it is
the same on every machine, with any --jobs.

Near N every ln(N)-th number is a prime. Trial division rules out most of the others, as deep as it
saves time; what is left meets a strong test to base 2, and what passes that meets Baillie-PSW and
24 more rounds of Miller-Rabin, each of which a composite passes with a probability of at most 1/4:
together below 4^-24, or 10^-14, were Baillie-PSW to fail (no composite is known that passes it).
prime/prove_prime.py leaves no doubt at all.
"""
import argparse
import collections
import contextlib
import hashlib
import itertools
import math
import multiprocessing
import os
import random
import re
import signal
import struct
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
GZIP_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"    # RFC 1952: deflate, no name, no time
MAX_SOURCE = 65536             # bytes, as much as golf/deflate.py packs
MILLER_RABIN_ROUNDS = 24       # beyond Baillie-PSW
FOLD_MIN_BITS = 1500           # from here on folding beats the division that is built into pow()
SIEVE_MIN_BITS = 256           # from here on sieving a window beats testing number by number
SEGMENT = 1 << 22              # numbers that are sieved for primes at once
WINDOW = 30                    # times ln N, the length of a window: e^-30 is the chance of no prime
PRIMES_A_REMAINDER = 24        # primes whose product takes one remainder of a large number
SMALL_PRIMES = [p for p in range(2, 212) if all(p % q for q in range(2, 15) if q < p)]
MAX_UNPACKED = 1 << 20         # bytes


class UserError(Exception):
    """Something that the user can put right. The message is the whole line but for the command."""


# ---- The gzip file --------------------------------------------------------------------------
def packer():
    """(a function bytes -> raw deflate stream, its name): golf/deflate.py's, or zlib's."""
    folder = os.path.join(HERE, "golf")
    if os.path.isfile(os.path.join(folder, "deflate.py")):
        sys.path.insert(0, folder)
        import deflate
        return deflate.deflate, "golf/deflate.py"

    def smallest(source):
        streams = []
        for memory, strategy in itertools.product(range(1, 10), range(4)):
            stream = zlib.compressobj(9, zlib.DEFLATED, -15, memory, strategy)
            streams.append(stream.compress(source) + stream.flush())
        return min(streams, key=len)
    return smallest, "zlib"


def gzip_container(source, pack):
    """Source bytes -> a gzip file. ValueError if there are none."""
    if not source:
        raise ValueError("is empty: nothing to turn into a number")
    return GZIP_HEADER + pack(source) + struct.pack("<II", zlib.crc32(source), len(source))


def unpack(number):
    """A number whose bytes begin with a gzip file -> (its content, bytes after the gzip file).

    zlib.error or ValueError if they do not, if the CRC disagrees, or if the content is larger than
    MAX_UNPACKED.
    """
    reader = zlib.decompressobj(31)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    content = reader.decompress(data, MAX_UNPACKED)
    if not reader.eof:
        raise ValueError("the gzip file does not end, or holds more than a megabyte")
    return content, len(reader.unused_data)


def decimal(number):
    """The decimal digits of a number, however long."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    return str(number)


# ---- Powers ---------------------------------------------------------------------------------
def reducer(n):
    """A function: x -> a number congruent to x mod n, between -n and 2 n for |x| < 256 n^2.

    Faster than % for large n: Python divides by the schoolbook but multiplies by Karatsuba. So fold
    first: what is above 3/2 of n's length is multiplied by that power of two mod n, which leaves
    3/2; then what is above 5/4, and above 9/8. The quotient of the rest is short, so that its
    estimate by a reciprocal (Barrett 1986) is cheap; the caller needs no better one.
    """
    bits = n.bit_length()
    if bits < FOLD_MIN_BITS:
        return n.__rmod__
    # Cuts between CPython's digits of 30 bits spare each multiplication a digit.
    cuts = [-(-bits * eighths // 240) * 30 for eighths in (12, 10, 9)]
    (s, m, c), (t, o, d), (u, p, e) = [(cut, (1 << cut) - 1, (1 << cut) % n) for cut in cuts]
    low, scale = bits - 8, u + 40                # the rest is below 2^(u + 32)
    reciprocal, back = (1 << scale) // n, scale - low

    def reduce(x):
        x = (x >> s) * c + (x & m)
        x = (x >> t) * d + (x & o)
        x = (x >> u) * e + (x & p)
        return x - ((x >> low) * reciprocal >> back) * n
    return reduce


def power(base, exponent, n):
    """base^exponent mod n for exponent > 0: pow(), with the faster reduction where n is large.

    Sliding windows: whatever the base, up to seven bits take one product. Base 2 takes none.
    """
    if n.bit_length() < FOLD_MIN_BITS or sys.implementation.name != "cpython":
        return pow(base, exponent, n)
    reduce, bits, x = reducer(n), bin(exponent)[2:], 1
    if base == 2:
        for window in re.findall("[01]{1,2}", bits):
            for _ in window:
                x = reduce(x * x)
            x <<= int(window, 2)
        return x % n
    square, odd_powers = reduce(base * base), [base]
    while len(odd_powers) < 64:
        odd_powers.append(reduce(odd_powers[-1] * square))
    for window in re.findall("1(?:[01]{0,5}1)?|0", bits):
        for _ in window:
            x = reduce(x * x)
        if window != "0":
            x = reduce(x * odd_powers[int(window, 2) >> 1])
    return x % n


# ---- Probable-prime tests -------------------------------------------------------------------
def strong_probable_prime(n, base):
    """Miller's test of an odd n > 2: False proves that n is composite; a prime always passes."""
    d = n - 1
    s = (d & -d).bit_length() - 1
    x = power(base % n, d >> s, n)
    if x in (1, n - 1):
        return True
    for _ in range(s - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def jacobi(a, n):
    """The Jacobi symbol (a/n) of an odd n > 0: -1, 0 or 1."""
    a, sign = a % n, 1
    while a:
        while a % 2 == 0:
            a //= 2
            if n % 8 in (3, 5):
                sign = -sign
        a, n = n, a
        if a % 4 == n % 4 == 3:
            sign = -sign
        a %= n
    return sign if n == 1 else 0


def strong_lucas_probable_prime(n):
    """The strong Lucas test of an odd n > 2, with Selfridge's parameters.

    Source: Baillie and Wagstaff 1980, section 5.
    """
    if math.isqrt(n) ** 2 == n:
        return False                             # no D would be found
    D = 5
    while jacobi(D, n) != -1:
        if jacobi(D, n) == 0 and abs(D) % n:
            return False
        D = -D - 2 if D > 0 else -D + 2
    Q, reduce = (1 - D) // 4, reducer(n)         # P = 1
    if math.gcd(Q, n) > 1:
        return False                             # then no U or V is 0 for the factor they share
    # The sequence of P' = P^2/Q - 2 and Q' = 1 takes two products a step, not three. V_2k is
    # Q^k V'_k, and D U_k^2 and V_k^2 are Q^k (V'_k - 2) and Q^k (V'_k + 2): U_d or V_d is 0 just
    # where (V'_d, V'_{d+1}) is (2, P') or (-2, -P').
    P = (pow(Q, -1, n) - 2) % n
    d = n + 1
    s = (d & -d).bit_length() - 1
    V, W = P, reduce(P * P) - 2                  # V'_k and V'_{k+1}, k = the first bits of d >> s
    for bit in bin(d >> s)[3:]:
        if bit == "1":
            V, W = reduce(V * W) - P, reduce(W * W) - 2
        else:
            V, W = reduce(V * V) - 2, reduce(V * W) - P
    if (V % n, W % n) in ((2, P), (n - 2, n - P)):
        return True
    for _ in range(s - 1):
        if V % n == 0:
            return True
        V = V * V % n - 2
    return False


def trial_division(n):
    """What the small primes say of an integer: True (prime), False (not), None (undecided)."""
    if n < 2 or any(n % p == 0 for p in SMALL_PRIMES):
        return n in SMALL_PRIMES
    return True if n < SMALL_PRIMES[-1] ** 2 else None


def baillie_psw(n):
    """Does the integer n pass the Baillie-PSW test? No composite that does is known.

    Certain below 2^64.
    """
    verdict = trial_division(n)
    if verdict is None:
        verdict = strong_probable_prime(n, 2) and strong_lucas_probable_prime(n)
    return verdict


def random_bases(n, rounds=MILLER_RABIN_ROUNDS):
    """Bases for Miller-Rabin, drawn evenly from 2 ... n - 2, seeded by n: they can be redone."""
    rng = random.Random(hashlib.sha256(b"%x" % n).digest())
    return [rng.randrange(2, n - 1) for _ in range(rounds)]


# ---- Workers --------------------------------------------------------------------------------
def worker_loop(pipe, others):
    """What a worker does: answer each (function, task) with function(task) until the pipe closes.

    others: the parent's ends of pipes, which a fork has copied and only the parent should hold.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)     # Ctrl-C is for the parent, which ends this
    for other in others:
        other.close()
    with contextlib.suppress(EOFError, OSError, MemoryError):
        while True:
            function, task = pipe.recv()
            pipe.send(function(task))


class Workers:
    """A block with so many processes, which end with it; with one job there is no process.

    There are pipes and no locks, unlike in multiprocessing.Pool, which can hang when it is ended
    early and does when a worker is killed; here that is a UserError.
    """

    def __init__(self, jobs):
        self.jobs, self.pipes, self.processes = jobs, [], []
        self.numbers, self.busy, self.results = itertools.count(), {}, {}

    def __enter__(self):
        # Processes that begin now take over that SIGINT is ignored.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        for _ in range(self.jobs if self.jobs > 1 else 0):
            ours, theirs = multiprocessing.Pipe()
            self.pipes.append(ours)
            self.processes.append(multiprocessing.Process(
                target=worker_loop, args=(theirs, self.pipes[:]), daemon=True))
            self.processes[-1].start()
            theirs.close()
        signal.signal(signal.SIGINT, handler)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            if process.pid:
                process.kill()
                process.join()

    def map(self, function, tasks):
        """Yield function(task) for each task in order; tasks are taken a few ahead.

        One call may begin before another has ended.
        """
        if not self.pipes:
            yield from map(function, tasks)
            return
        tasks, running = iter(tasks), collections.deque()
        try:
            while True:
                free = [pipe for pipe in self.pipes if pipe not in self.busy]
                for pipe, task in zip(free, tasks):
                    self.busy[pipe] = next(self.numbers)
                    running.append(self.busy[pipe])
                    pipe.send((function, task))
                if running and running[0] in self.results:
                    yield self.results.pop(running.popleft())
                elif free and not running:
                    return
                else:
                    self.collect()
        except (EOFError, OSError):
            raise UserError("a worker was killed (is there too little memory?); "
                            "try fewer --jobs") from None

    def collect(self):
        """Wait for results of any call."""
        from multiprocessing.connection import wait      # not in Pyodide, without processes
        for pipe in wait(list(self.busy)):
            self.results[self.busy.pop(pipe)] = pipe.recv()


# ---- The search -----------------------------------------------------------------------------
def primes_between(low, high):
    """The primes p with low <= p < high, for low > 5, residue by residue mod 30, sieved."""
    sieving = []
    if high > 49:
        sieving = [(p, -pow(30, -1, p)) for p in primes_between(7, math.isqrt(high) + 1)]
    for residue in (1, 7, 11, 13, 17, 19, 23, 29):
        numbers = range(low + (residue - low) % 30, high, 30)
        is_prime = bytearray(b"\1") * len(numbers)
        for p, inverse in sieving:
            i = numbers.start * inverse % p      # the first that p divides
            i += p * (numbers.start + 30 * i == p)
            is_prime[i::p] = bytes(len(range(i, len(numbers), p)))
        yield from itertools.compress(numbers, is_prime)


def composite_offsets(task):
    """(n, length, low, high) -> the k in 1 ... length where a prime in low ... high divides n + k.

    low > 5. A remainder of a large number is what costs, so one serves the product of many primes.
    """
    n, length, low, high = task
    offsets = []
    for start in range(low, high, SEGMENT):
        primes = list(primes_between(start, min(start + SEGMENT, high)))
        for i in range(0, len(primes), PRIMES_A_REMAINDER):
            group = primes[i:i + PRIMES_A_REMAINDER]
            product = math.prod(group)
            rest = product - n % product
            if low <= length:
                offsets += [k for p in group for k in range(rest % p, length + 1, p)]
            else:
                offsets += [rest % p for p in group if rest % p <= length]
    return offsets


def passes_base_2(task):
    """(n, k) -> does n + k pass the strong test to base 2?"""
    n, k = task
    return strong_probable_prime(n + k, 2)


def passes_test(task):
    """(n, base) -> does n pass: the strong Lucas test for base None, Miller-Rabin otherwise?"""
    n, base = task
    return strong_lucas_probable_prime(n) if base is None else strong_probable_prime(n, base)


def squaring_seconds(n):
    """Seconds that one squaring mod n takes now."""
    reduce, x, start = reducer(n), n // 3, time.perf_counter()
    for _ in range(100):
        x = reduce(x * x)
    return (time.perf_counter() - start) / 100


def sieve(n, length, workers):
    """The k in 1 ... length for which no prime up to some depth divides n + k, in order.

    Each doubling of the depth rules out a share of the numbers that must be tested. It ends where
    the next doubling, judged by the last one's time, would cost more than those tests.
    """
    candidates = bytearray(b"\1") * (length + 1)
    candidates[0] = 0
    for p in (2, 3, 5):
        candidates[-n % p::p] = bytes(len(candidates[-n % p::p]))
    test_seconds = squaring_seconds(n | 1) * n.bit_length()
    low, depth, parts = 7, 1 << 14, 2 * workers.jobs
    while True:
        start = time.perf_counter()
        cuts = [low + (depth - low) * i // parts for i in range(parts + 1)]
        tasks = [(n, length, a, b) for a, b in zip(cuts, cuts[1:])]
        for offsets in workers.map(composite_offsets, tasks):
            for k in offsets:
                candidates[k] = 0
        seconds = time.perf_counter() - start
        tests = sum(candidates) * math.log(2) * n.bit_length() / length
        saved_share = 1 - math.log(depth) / math.log(2 * depth)
        if 2 * seconds > tests * saved_share * test_seconds / workers.jobs:
            return [k for k in range(1, length + 1) if candidates[k]]
        low, depth = depth, 2 * depth


def next_prime(n, jobs=1, limit=None, report=lambda *_: None):
    """The smallest prime above an integer n, or None if it is above n + limit.

    Probable above 2^64, see the top. report(tested, expected, seconds) tells how far the search is.
    """
    if n < 1 << SIEVE_MIN_BITS:
        return next_small_prime(n, limit)
    with Workers(jobs) as workers:
        begun, tested, base = time.perf_counter(), 0, n
        while limit is None or base < n + limit:
            length = int(WINDOW * math.log(2) * n.bit_length())
            if limit is not None:
                length = min(length, n + limit - base)
            candidates = sieve(base, length, workers)
            expected = len(candidates) * math.log(2) * n.bit_length() / length
            results = workers.map(passes_base_2, ((base, k) for k in candidates))
            for k, passed in zip(candidates, results):
                tested += 1
                report(tested, expected, time.perf_counter() - begun)
                if passed:
                    tests = [(base + k, b) for b in [None] + random_bases(base + k)]
                    if all(workers.map(passes_test, tests)):
                        return base + k
            base += length
    return None


def next_small_prime(n, limit):
    """As `next_prime`, number by number."""
    k = max(1, 2 - n)
    while limit is None or k <= limit:
        candidate = n + k
        if baillie_psw(candidate) and (candidate < 1 << 64 or all(
                strong_probable_prime(candidate, base) for base in random_bases(candidate))):
            return candidate
        k += 1
    return None


def find_prime(source, padding, jobs, pack, report=lambda *_: None):
    """Source bytes -> the prime. ValueError where the source or the padding will not do.

    padding: how many zero bytes follow the gzip file; None for as few as there is a prime.
    """
    container, prime = gzip_container(source, pack), None
    for size in [padding] if padding else itertools.count(1):
        start = int.from_bytes(container + bytes(size), "big")
        prime = next_prime(start, jobs, 256 ** size - 1, report)
        if prime:
            break
        if padding:
            raise ValueError(f"has no prime within {padding} byte{'s' if padding > 1 else ''} of "
                             "padding; leave --pad out")
    padding = size
    if unpack(prime) != (source, padding):
        raise AssertionError("the prime does not unpack to the source")
    return prime


# ---- The files ------------------------------------------------------------------------------
VERIFIER = '''#!/usr/bin/env python3
"""This prime number is a script: its bytes are a gzip file and a few more, which gzip ignores.

    python3 @NAME@                    print the script
    python3 @NAME@ --check            is it whole, and does the number pass for a prime?
"""
import hashlib
import sys
import zlib

P = int("""
@HEX@
""".replace("\\n", ""), 16)
SHA256 = "@SHA256@"
BASES = (2, 3, 5, 7, 11, 13)
script = zlib.decompressobj(31).decompress(P.to_bytes(-(-P.bit_length() // 8), "big"))


def strong_probable_prime(base):
    """Miller and Rabin's test: a composite P passes it for at most a quarter of the bases."""
    d = P - 1
    s = (d & -d).bit_length() - 1
    x = pow(base, d >> s, P)
    return x == 1 or any(pow(x, 1 << i, P) == P - 1 for i in range(s))


def main():
    """Print the script, or with --check what can be said of it."""
    if sys.argv[1:] and sys.argv[1:] != ["--check"]:
        wants_help = sys.argv[1] in ("-h", "--help")
        print(__doc__, file=sys.stdout if wants_help else sys.stderr)
        return 0 if wants_help else 2
    if not sys.argv[1:]:
        sys.stdout.buffer.write(script)
        return sys.stdout.flush()
    whole = hashlib.sha256(script).hexdigest() == SHA256
    prime = all(map(strong_probable_prime, BASES))
    print(f"{len(script)} bytes, SHA-256 {'agrees' if whole else 'DOES NOT AGREE'}")
    print(f"{P.bit_length()} bits, strong tests to bases {', '.join(map(str, BASES))}: "
          f"{'passed' if prime else 'COMPOSITE'}")
    return 0 if whole and prime else 1


try:
    sys.exit(main())
except (AttributeError, OSError) as error:       # standard output is closed, or full
    sys.exit(f"@NAME@: standard output: {error}")
except KeyboardInterrupt:
    sys.exit(130)
'''


def wrap(text, width):
    """A long word, broken into lines."""
    return "\n".join(text[i:i + width] for i in range(0, len(text), width))


def render_outputs(prime, source, name):
    """The three files as bytes: the verifier, called `name`, hexadecimal, decimal.

    The verifier is Python, so a name that could mean something there is left out of it.
    """
    name = name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else "this_file.py"
    verifier = VERIFIER.replace("@NAME@", name).replace("@HEX@", wrap(f"{prime:x}", 100))
    verifier = verifier.replace("@SHA256@", hashlib.sha256(source).hexdigest())
    numbers = [wrap(digits, 100) + "\n" for digits in (f"{prime:x}", decimal(prime))]
    return [text.encode() for text in [verifier] + numbers]


def write_all(outputs):
    """Write [(path, bytes)], all of them or none; a symbolic link stays one."""
    parts = []
    try:
        for path, data in outputs:
            target = os.path.realpath(path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            handle, part = tempfile.mkstemp(dir=os.path.dirname(target),
                                            prefix=os.path.basename(target) + ".")
            parts.append((part, target, path))
            with open(handle, "wb") as file:
                file.write(data)
            os.chmod(part, 0o644)
        for part, target, _ in parts:
            os.replace(part, target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, parts[-1][2] if parts else path) from None
    finally:
        for part, _, _ in parts:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)
    for path, data in outputs:
        print(f"{os.path.basename(path)}: {len(data)} bytes")


def check_all(outputs, source):
    """Compare [(path, bytes)] with what is there, a line for each -> how many differ."""
    stale = 0
    for path, data in outputs:
        existing, verdict = None, "up to date"
        if os.path.isfile(path):
            with open(path, "rb") as file:
                existing = file.read()
        if existing != data:
            stale += 1
            verdict = "is missing" if existing is None else \
                f"does not match {os.path.basename(source)}"
            verdict += "; run find_prime.py"
        print(f"{os.path.basename(path)}: {verdict}")
    return stale


# ---- The command line -----------------------------------------------------------------------
def show_progress(tested, expected, seconds):
    """A line of progress, written over the last one, on a terminal."""
    if sys.stderr.isatty():
        left = max(0, seconds / tested * (expected - tested))
        print(f"\rfind_prime.py: {tested} candidates tested, about {expected:.0f} expected, "
              f"{seconds:.0f} s, about {left:.0f} s left\x1b[K",
              end="", file=sys.stderr, flush=True)


def small_count(text):
    """argparse type: a whole number from 1 to 99."""
    if not re.fullmatch("[0-9]{1,2}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 99")
    return int(text)


def parse_arguments():
    """(options, path of the source, the three paths to write)."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?",
                        help="script to turn into a prime (golf/payload.py)")
    parser.add_argument("--pad", type=small_count, default=None,
                        help="zero bytes after the gzip file (as few as there is a prime)")
    parser.add_argument("--jobs", type=small_count, default=os.cpu_count() or 1,
                        help="processes (as many as cores)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    if arguments.source in ("", "-"):
        parser.error("SOURCE: name a file; the prime's files are named after it")
    if arguments.source:
        source, stem = arguments.source, os.path.splitext(arguments.source)[0] + ".prime"
        targets = [stem + ".py", stem + ".hex", stem + ".txt"]
    else:
        source = os.path.join(HERE, "golf", "payload.py")
        if not os.path.exists(source):
            parser.error("golf/payload.py is not here; name the script to turn into a prime")
        targets = [os.path.join(HERE, "verify_prime.py"),
                   os.path.join(HERE, "prime", "primegpt.hex"),
                   os.path.join(HERE, "prime", "primegpt.txt")]
    if os.path.exists(source) and any(
            os.path.exists(path) and os.path.samefile(path, source) for path in targets):
        parser.error(f"{source} would be overwritten by its own prime; copy it to another name")
    return arguments, source, targets


def main():
    arguments, path, targets = parse_arguments()
    with open(path, "rb") as file:
        source = file.read(MAX_SOURCE + 1)
    if len(source) > MAX_SOURCE:
        raise UserError(f"{path}: is larger than {MAX_SOURCE} bytes; give a smaller file")
    pack, name = packer()
    if name == "zlib":
        print("find_prime.py: golf/deflate.py is not here; zlib packs instead, and the prime "
              "will be a little longer", file=sys.stderr)
    if sys.stderr.isatty():
        print("find_prime.py: packing, then dividing by small primes ...", file=sys.stderr)
    try:
        prime = find_prime(source, arguments.pad, arguments.jobs, pack, show_progress)
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None
    if sys.stderr.isatty():
        print(file=sys.stderr)
    texts = render_outputs(prime, source, os.path.basename(targets[0]))
    outputs = list(zip(targets, texts))
    stale = check_all(outputs, path) if arguments.check else write_all(outputs)
    print(f"a prime of {len(decimal(prime))} digits ({prime.bit_length()} bits)")
    return 1 if stale else 0


def interrupt_once(*_):
    """What Ctrl-C does: raise KeyboardInterrupt, once; pressing it again changes nothing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def run():
    """main() with its errors in one line on stderr: status 1, or 130 for Ctrl-C."""
    signal.signal(signal.SIGINT, interrupt_once)
    if sys.stderr is None:                           # it is closed: nobody wants to know
        sys.stderr = open(os.devnull, "w")
    if sys.stdout is None:
        sys.exit("find_prime.py: standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")
    try:
        status = main()
        sys.stdout.flush()
        signal.signal(signal.SIGINT, signal.SIG_IGN)     # done: too late to stop it
        sys.exit(status)
    except KeyboardInterrupt:
        sys.exit(130)
    except UserError as error:
        message = str(error)
    except MemoryError:
        message = "out of memory; try fewer --jobs"
    except OSError as error:
        message = f"{error.filename or 'standard output'}: {error.strerror or error}"
        if not error.filename:
            with contextlib.suppress(OSError):       # or the interpreter would flush it once more
                sys.stdout.close()
            sys.stdout = None
    sys.exit(f"find_prime.py: {message}")


if __name__ == "__main__":
    run()
