#!/usr/bin/env python3
"""Find a prime number that is a script: the next prime after the script's gzip file with some zero bytes behind it.

    python3 find_prime.py                   femtogpt.py -> verify_prime.py, prime/primegpt.hex, prime/primegpt.txt
    python3 find_prime.py --check           say whether these three are what femtogpt.py makes; exit 1 if not
    python3 find_prime.py MY.py             MY.prime.py, MY.prime.hex and MY.prime.txt beside MY.py

A gzip reader stops where the stream ends, so whatever the search adds to the number disturbs only the padding. The
stream comes from deflate.py and the answer is the smallest prime above, so the same on every machine, with any --jobs.

Near N every ln(N)-th number is a prime. Trial division strikes out most of the others, as deep as it saves time; what
is left meets a strong test to base 2, what passes that meets Baillie-PSW and 24 more rounds of Miller-Rabin, each of
which a composite passes with a probability of at most 1/4: together below 4^-24, or 10^-14, were Baillie-PSW
to fail (no composite is known that passes it). prove_prime.py leaves no doubt at all.
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
import time
import zlib

import deflate
import files

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"       # RFC 1952: deflate, no flags, no time, packed slowly, system unknown
ROUNDS = 24                                      # of Miller-Rabin, beyond Baillie-PSW
FOLDED = 1500                                    # bits from which folding beats the division built into pow()
SIEVED = 256                                     # bits from which sieving a window beats testing number by number
SEGMENT = 1 << 22                                # numbers that are sieved for primes at once
WINDOW = 30                                      # the window is so many times ln N: the chance of no prime is e^-30
SMALL_PRIMES = [p for p in range(2, 212) if all(p % q for q in range(2, 15) if q < p)]


# ---- The container --------------------------------------------------------------------------------------------------
def container(source):
    """Source bytes -> a gzip file, the same one everywhere. ValueError if there is nothing, or more than 64 KiB."""
    if not source:
        raise ValueError("is empty: nothing to turn into a number")
    return HEADER + deflate.deflate(source) + struct.pack("<II", zlib.crc32(source), len(source))


def unpacked(number):
    """A number whose bytes begin with a gzip file -> (what that holds, how many bytes stand behind it).

    zlib.error or ValueError if they do not, if the CRC does not agree, or if it unpacks to more than a megabyte."""
    reader = zlib.decompressobj(31)
    data = reader.decompress(number.to_bytes((number.bit_length() + 7) // 8, "big"), 1 << 20)
    if not reader.eof:
        raise ValueError("the gzip file does not end, or holds more than a megabyte")
    return data, len(reader.unused_data)


# ---- Powers ---------------------------------------------------------------------------------------------------------
def reducer(n):
    """A function: x -> a number congruent to x mod n, between -n and 2 n for |x| < 256 n^2. Faster than % for large n.

    Python divides by the schoolbook but multiplies by Karatsuba. So fold first: what stands above 3/2 of n's length is
    multiplied by that power of two mod n, which leaves 3/2; then what stands above 5/4, and above 9/8. The quotient of
    what is left is short, so that its estimate by a reciprocal (Barrett 1986) is cheap; the caller needs no better."""
    bits = n.bit_length()
    if bits < FOLDED:
        return n.__rmod__
    # Cuts between CPython's digits of 30 bits spare the multiplications one digit each.
    cuts = [-(-bits * eighths // 240) * 30 for eighths in (12, 10, 9)]
    (s, m, c), (t, o, d), (u, p, e) = [(cut, (1 << cut) - 1, (1 << cut) % n) for cut in cuts]
    low, scale = bits - 8, u + 40                # what is left is below 2^(u + 32)
    reciprocal, back = (1 << scale) // n, scale - low

    def reduce(x):
        x = (x >> s) * c + (x & m)
        x = (x >> t) * d + (x & o)
        x = (x >> u) * e + (x & p)
        return x - ((x >> low) * reciprocal >> back) * n
    return reduce


def power(base, exponent, n):
    """base^exponent mod n, exponent > 0: pow(), with the faster reduction where n is large.

    Sliding windows: whatever the base, seven bits or fewer take one product. Base 2 takes none."""
    if n.bit_length() < FOLDED or sys.implementation.name != "cpython":
        return pow(base, exponent, n)
    reduce, bits, x = reducer(n), bin(exponent)[2:], 1
    if base == 2:
        for window in re.findall("[01]{1,2}", bits):
            for _ in window:
                x = reduce(x * x)
            x <<= int(window, 2)
        return x % n
    square, odd = reduce(base * base), [base]
    while len(odd) < 64:
        odd.append(reduce(odd[-1] * square))
    for window in re.findall("1(?:[01]{0,5}1)?|0", bits):
        for _ in window:
            x = reduce(x * x)
        if window != "0":
            x = reduce(x * odd[int(window, 2) >> 1])
    return x % n


# ---- Tests of a number ----------------------------------------------------------------------------------------------
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
    """The strong Lucas test with Selfridge's parameters, of an odd n > 2 (Baillie and Wagstaff 1980, section 5)."""
    if math.isqrt(n) ** 2 == n:
        return False                             # no D would be found
    D = 5
    while jacobi(D, n) != -1:
        if jacobi(D, n) == 0 and abs(D) % n:
            return False
        D = -D - 2 if D > 0 else -D + 2
    Q, reduce = (1 - D) // 4, reducer(n)         # P = 1
    if math.gcd(Q, n) > 1:
        return False                             # then no U or V is 0 for the factor that they share
    # The sequence of P' = P^2/Q - 2 and Q' = 1 takes two products a step, not three. V_2k = Q^k V'_k, and D U_k^2 and
    # V_k^2 are Q^k (V'_k - 2) and Q^k (V'_k + 2): U_d or V_d is 0 just where (V'_d, V'_{d+1}) is (2, P') or (-2, -P').
    P = (pow(Q, -1, n) - 2) % n
    d = n + 1
    s = (d & -d).bit_length() - 1
    V, W = P, reduce(P * P) - 2                  # V'_k and V'_{k+1}, for k = the first bits of d >> s
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


def trial(n):
    """What the small primes say of an integer: True (prime), False (not), None (they cannot tell)."""
    if n < 2 or any(n % p == 0 for p in SMALL_PRIMES):
        return n in SMALL_PRIMES
    return True if n < SMALL_PRIMES[-1] ** 2 else None


def baillie_psw(n):
    """Is the integer n a prime or, so far as anybody knows, none of its look-alikes? Certain below 2^64."""
    known = trial(n)
    return known if known is not None else strong_probable_prime(n, 2) and strong_lucas_probable_prime(n)


def bases(n, rounds=ROUNDS):
    """Bases for Miller-Rabin, drawn evenly from 2 ... n-2 by a source that n seeds, so that they can be redone."""
    source = random.Random(hashlib.sha256(b"%x" % n).digest())
    return [source.randrange(2, n - 1) for _ in range(rounds)]


# ---- Workers --------------------------------------------------------------------------------------------------------
def serve(pipe, others):
    """What a worker does: answer each (function, task) with function(task), until this process closes its end.

    others: ends that only that process should hold, but that a fork has copied."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)     # Ctrl-C is for that process, which ends this one
    for other in others:
        other.close()
    with contextlib.suppress(EOFError, OSError, MemoryError):
        while True:
            function, task = pipe.recv()
            pipe.send(function(task))


@contextlib.contextmanager
def crew(jobs):
    """A function each(function, tasks) that maps in order, on so many processes; they end with the block, at once.

    Like map it takes tasks as it goes, a few ahead: when a prime is found, few are in its way. A call may begin before
    another has ended. There are pipes and no locks, unlike in multiprocessing.Pool: it can hang when it is ended early,
    and does when a worker is killed, which is Trouble here."""
    if jobs == 1:
        yield map
        return
    from multiprocessing.connection import wait      # not in Pyodide, which has no processes
    pipes, workers, numbers, busy, done = [], [], itertools.count(), {}, {}

    def each(function, tasks):
        tasks, running = iter(tasks), collections.deque()
        try:
            while True:
                free = [pipe for pipe in pipes if pipe not in busy]
                for pipe, task in zip(free, tasks):
                    busy[pipe] = next(numbers)
                    running.append(busy[pipe])
                    pipe.send((function, task))
                if running and running[0] in done:
                    yield done.pop(running.popleft())
                    continue
                if free and not running:
                    return
                for pipe in wait(list(busy)):
                    done[busy.pop(pipe)] = pipe.recv()
        except (EOFError, OSError):
            raise files.Trouble("a worker was killed (is there too little memory?); try fewer --jobs") from None

    try:
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)       # which processes that begin now take over
        for _ in range(jobs):
            ours, its = multiprocessing.Pipe()
            pipes.append(ours)
            workers.append(multiprocessing.Process(target=serve, args=(its, pipes[:]), daemon=True))
            workers[-1].start()
            its.close()
        signal.signal(signal.SIGINT, handler)
        yield each
    finally:
        for worker in workers:
            if worker.pid:
                worker.kill()
                worker.join()


# ---- The search -----------------------------------------------------------------------------------------------------
def primes_between(low, high):
    """The primes p with low <= p < high, for low > 5, class after class mod 30: the numbers prime to 30, sieved."""
    sieving = [(p, -pow(30, -1, p)) for p in primes_between(7, math.isqrt(high) + 1)] if high > 49 else []
    for residue in (1, 7, 11, 13, 17, 19, 23, 29):
        numbers = range(low + (residue - low) % 30, high, 30)
        prime = bytearray(b"\1") * len(numbers)
        for p, inverse in sieving:
            i = numbers.start * inverse % p      # the first that p divides
            i += p * (numbers.start + 30 * i == p)
            prime[i::p] = bytes(len(range(i, len(numbers), p)))
        yield from itertools.compress(numbers, prime)


def struck(task):
    """(n, length, low, high) -> the k with 0 < k <= length for which a prime from low > 5 up to high divides n + k.

    A remainder of a large number costs most, so it is taken once for the product of 24 primes."""
    n, length, low, high = task
    hits = []
    for start in range(low, high, SEGMENT):
        primes = list(primes_between(start, min(start + SEGMENT, high)))
        for i in range(0, len(primes), 24):
            group = primes[i:i + 24]
            product = math.prod(group)
            rest = product - n % product
            hits += [k for p in group for k in range(rest % p, length + 1, p)] if low <= length else \
                    [rest % p for p in group if rest % p <= length]
    return hits


def survives(task):
    """(n, k) -> does n + k pass the strong test to base 2?"""
    n, k = task
    return strong_probable_prime(n + k, 2)


def confirmed(task):
    """(n, base) -> does n pass: the strong Lucas test for base None, Miller-Rabin else?"""
    n, base = task
    return strong_lucas_probable_prime(n) if base is None else strong_probable_prime(n, base)


def squaring_seconds(n):
    """Seconds that one squaring mod n takes now."""
    reduce, x, start = reducer(n), n // 3, time.perf_counter()
    for _ in range(100):
        x = reduce(x * x)
    return (time.perf_counter() - start) / 100


def sift(n, length, each, jobs):
    """The k with 0 < k <= length for which no prime up to some depth divides n + k, in order.

    Each doubling of the depth strikes out a share of the numbers that must be tested. It ends where the next doubling,
    by the time that the last one took, would cost more than those tests. each(function, tasks): a map over workers."""
    left = bytearray(b"\1") * (length + 1)
    left[0] = 0
    for p in (2, 3, 5):
        left[-n % p::p] = bytes(len(left[-n % p::p]))
    test, depth = squaring_seconds(n | 1) * n.bit_length(), 1 << 14
    low = 7
    while True:
        start = time.perf_counter()
        cuts = [low + (depth - low) * i // (2 * jobs) for i in range(2 * jobs + 1)]
        for hits in each(struck, [(n, length, a, b) for a, b in zip(cuts, cuts[1:])]):
            for k in hits:
                left[k] = 0
        spent, tests = time.perf_counter() - start, sum(left) * math.log(2) * n.bit_length() / length
        if 2 * spent > tests * (1 - math.log(depth) / math.log(2 * depth)) * test / jobs:
            return [k for k in range(1, length + 1) if left[k]]
        low, depth = depth, 2 * depth


def next_prime(n, jobs=1, limit=None, say=lambda *_: None):
    """The smallest prime above an integer n (probable above 2^64, see the top), or None if it is above n + limit.

    say(tested, expected, seconds) is told how far the search is."""
    if n < 1 << SIEVED:
        k = max(1, 2 - n)
        while limit is None or k <= limit:
            if baillie_psw(n + k) and (n + k < 1 << 64 or all(strong_probable_prime(n + k, b) for b in bases(n + k))):
                return n + k
            k += 1
        return None
    with crew(jobs) as each:
        begun, tested, base = time.perf_counter(), 0, n
        while limit is None or base < n + limit:
            length = int(WINDOW * math.log(2) * n.bit_length())
            length = length if limit is None else min(length, n + limit - base)
            left = sift(base, length, each, jobs)
            expected = len(left) * math.log(2) * n.bit_length() / length
            for k, passed in zip(left, each(survives, ((base, k) for k in left))):
                tested += 1
                say(tested, expected, time.perf_counter() - begun)
                if passed and all(each(confirmed, [(base + k, b) for b in [None] + bases(base + k)])):
                    return base + k
            base += length
    return None


# ---- The files ------------------------------------------------------------------------------------------------------
VERIFIER = '''#!/usr/bin/env python3
"""This prime number is a script. Its bytes are a gzip file with a little behind the end, which gzip does not read.

    python3 %(name)s                    print the script
    python3 %(name)s --check            is it whole, and does the number pass for a prime?
"""
import hashlib
import sys
import zlib

P = int("""
%(hex)s
""".replace("\\n", ""), 16)
script = zlib.decompressobj(31).decompress(P.to_bytes(-(-P.bit_length() // 8), "big"))


def strong(base, d=P - 1):
    """Miller and Rabin's test: a composite number passes it for at most a quarter of the bases."""
    while d %% 2 == 0:
        d //= 2
    x = pow(base, d, P)
    return x == 1 or any(pow(x, 1 << i, P) == P - 1 for i in range((P - 1).bit_length() - d.bit_length() + 1))


def main():
    """Print the script, or with --check what can be said of it."""
    if sys.argv[1:] and sys.argv[1:] != ["--check"]:
        asked = sys.argv[1] in ("-h", "--help")
        print(__doc__, file=sys.stdout if asked else sys.stderr)
        return 0 if asked else 2
    if not sys.argv[1:]:
        sys.stdout.buffer.write(script)
        return sys.stdout.flush()
    whole = hashlib.sha256(script).hexdigest() == "%(hash)s"
    print("%%d bytes, SHA-256 %%s" %% (len(script), "agrees" if whole else "DOES NOT AGREE"))
    prime = all(map(strong, (2, 3, 5, 7, 11, 13)))
    found = "passed" if prime else "COMPOSITE"
    print("%%d bits, strong tests to bases 2, 3, 5, 7, 11, 13: %%s" %% (P.bit_length(), found))
    return int(not (whole and prime))


try:
    sys.exit(main())
except (AttributeError, OSError) as error:       # standard output is closed, or full
    sys.exit("%(name)s: standard output: %%s" %% error)
except KeyboardInterrupt:
    sys.exit(130)
'''


def wrapped(text, width):
    """A long word, broken into lines."""
    return "\n".join(text[i:i + width] for i in range(0, len(text), width))


def decimal(number):
    """The decimal digits of a number, however long."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    return str(number)


def forms(prime, source, name):
    """The texts of the three files, as bytes: verifier, hexadecimal, decimal. `name` is what the verifier is called.

    The verifier is Python, so a name that could mean something there is left out of it."""
    name = name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else "this_file.py"
    verifier = VERIFIER % {"name": name, "hex": wrapped("%x" % prime, 112), "hash": hashlib.sha256(source).hexdigest()}
    numbers = [wrapped(digits, 100) + "\n" for digits in ("%x" % prime, decimal(prime))]
    return [text.encode() for text in [verifier] + numbers]


def number_in(path):
    """The prime that a file holds: a verifier that this script wrote, or nothing but decimal digits and white space.

    ValueError for any other file, or one of more than a megabyte. The verifier is read, never run."""
    with open(path, "rb") as file:
        text = file.read(1 << 20 | 1)
    digits = b"".join(text.split())
    found = re.search(rb'P = int\("""\s*([0-9a-f][0-9a-f\s]*)"""', text)
    if len(text) > 1 << 20 or not (found or digits.isdigit()):
        raise ValueError("holds no number; give verify_prime.py, or a file of decimal digits")
    if not found and hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    return int(b"".join(found.group(1).split()), 16) if found else int(digits)


def find(source, pad, jobs, say=lambda *_: None):
    """Source bytes -> the prime. ValueError where the source or the padding will not do."""
    start = int.from_bytes(container(source) + bytes(pad), "big")
    prime = next_prime(start, jobs, 256 ** pad - 1, say)
    if prime is None:
        enough = next(q for q in itertools.count(1) if 256 ** q > WINDOW * math.log(2) * (start.bit_length() + 8 * q))
        raise ValueError("has no prime within %d byte%s of padding; use --pad %d" % (pad, "s" * (pad != 1), enough))
    if unpacked(prime) != (source, pad):
        raise AssertionError("the prime does not unpack to the source")
    return prime


def show(tested, expected, seconds):
    """A line of progress, written over the last one."""
    print("\rfind_prime.py: %d candidates tested, about %d expected, %d s, about %d s left  " % (
        tested, expected, seconds, max(0, seconds / tested * (expected - tested))), end="", file=sys.stderr, flush=True)


def count(text):
    """argparse type: a whole number from 1 to 99."""
    if not re.fullmatch("[0-9]{1,2}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError("%r is not a whole number from 1 to 99" % text)
    return int(text)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("source", nargs="?", help="script to turn into a prime (default: femtogpt.py beside this one)")
    options.add_argument("--pad", type=count, default=4, help="zero bytes behind the gzip file (4)")
    options.add_argument("--jobs", type=count, default=os.cpu_count() or 1, help="processes (as many as cores)")
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    if arguments.source == "":
        options.error("SOURCE: name a file")
    path = arguments.source or os.path.join(HERE, "femtogpt.py")
    stem = os.path.splitext(path)[0] + ".prime"
    targets = [stem + ".py", stem + ".hex", stem + ".txt"] if arguments.source else [
        os.path.join(HERE, name) for name in ("verify_prime.py", "prime/primegpt.hex", "prime/primegpt.txt")]
    if files.overwrites(targets, path):
        options.error("%s would be overwritten by what is made from it; copy it to another name" % path)
    shown = sys.stderr.isatty()
    source = files.read(path, deflate.LIMIT)
    if shown:
        print("find_prime.py: packing, then dividing by small primes ...", file=sys.stderr)
    with files.about(path, ValueError):
        prime = find(source, arguments.pad, arguments.jobs, show if shown else lambda *_: None)
    if shown:
        print(file=sys.stderr)
    os.makedirs(os.path.dirname(os.path.abspath(targets[1])), exist_ok=True)
    texts = forms(prime, source, os.path.basename(targets[0]))
    stale = files.settle(list(zip(targets, texts)), path, arguments.check)
    print("a prime of %d digits (%d bits)" % (len(decimal(prime)), prime.bit_length()))
    return 1 if stale else 0


if __name__ == "__main__":
    files.run(main)
