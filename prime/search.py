"""The search for the next prime in a progression: a sieve, then probable-prime tests.

Near N every ln(N)-th number is a prime, of the odd ones every ln(N)/2-th. Trial division rules out
most of the others, as deep as it saves time; what is left meets a strong test to base 2, and what
passes that meets Baillie-PSW and 24 more rounds of Miller-Rabin, each of which a composite passes
with a probability of at most 1/4: together below 4^-24, or 10^-14, were Baillie-PSW to fail (no
composite is known that passes it).

A gzip file read as a little-endian number is odd, as its first byte is 1f. Its bytes 4 to 7 are
MTIME, a date, which no reader minds: a progression of step 2^32, over the whole seconds since 1970.
"""
import hashlib
import itertools
import math
import random
import time

from common.primality import (
    baillie_psw, reducer, strong_lucas_probable_prime, strong_probable_prime, unpack)

from .container import gzip_container, smallest_zlib
from .workers import Workers

MILLER_RABIN_ROUNDS = 24       # beyond Baillie-PSW
SIEVE_MIN_BITS = 256           # from here on sieving a window beats testing number by number
SEGMENT = 1 << 22              # numbers that are sieved for primes at once
WINDOW = 30                    # times ln N, the length of a window: e^-30 is the chance of no prime
PRIMES_A_REMAINDER = 24        # primes whose product takes one remainder of a large number
STEP = 1 << 32                 # between two dates of a gzip file, read as little-endian numbers
GZIP_BYTES = 18                # of header and trailer
EULER_GAMMA, DEPTH = 0.5772156649, 1 << 24       # trial division's, about, as expected beforehand


def random_bases(n, rounds=MILLER_RABIN_ROUNDS):
    """Bases for Miller-Rabin, drawn evenly from 2 ... n - 2, seeded by n: they can be redone."""
    rng = random.Random(hashlib.sha256(b"%x" % n).digest())
    return [rng.randrange(2, n - 1) for _ in range(rounds)]


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
    """(n, step, length, low, high) -> the k in 1 ... length where a prime divides n + k step.

    Of the primes p with low <= p < high, low > 5; step is a power of two. A remainder of a large
    number is what costs, so one serves the product of many primes. Dividing by the step modulo that
    product is adding the multiple of it that clears n's low bits (Montgomery 1985).
    """
    n, step, length, low, high = task
    offsets, bits, mask = [], step.bit_length() - 1, step - 1
    for start in range(low, high, SEGMENT):
        primes = list(primes_between(start, min(start + SEGMENT, high)))
        for i in range(0, len(primes), PRIMES_A_REMAINDER):
            group = primes[i:i + PRIMES_A_REMAINDER]
            product = math.prod(group)
            rest = n % product
            rest += (-rest * pow(product, -1, step) & mask) * product
            rest = product - (rest >> bits) % product
            if low <= length:
                offsets += [k for p in group for k in range(rest % p, length + 1, p)]
            else:
                offsets += [rest % p for p in group if rest % p <= length]
    return offsets


def passes_base_2(n):
    """Does n pass the strong test to base 2?"""
    return strong_probable_prime(n, 2)


def passes_test(task):
    """(n, base) -> does n pass: the strong Lucas test for base None, Miller-Rabin otherwise?"""
    n, base = task
    return strong_lucas_probable_prime(n) if base is None else strong_probable_prime(n, base)


def squaring_seconds(n, squarings=100):
    """Seconds that one squaring mod n takes now."""
    reduce, x, start = reducer(n), n // 3, time.perf_counter()
    for _ in range(squarings):
        x = reduce(x * x)
    return (time.perf_counter() - start) / squarings


def mean_gap(n, step):
    """How many of n + k step there are to a prime, on average: half as many if all are odd."""
    return math.log(2) * n.bit_length() / (2 if step > 1 else 1)


def sieve(n, step, length, workers):
    """The k in 1 ... length for which no prime up to some depth divides n + k step, in order.

    Each doubling of the depth rules out a share of the numbers that must be tested. It ends where
    the next doubling, judged by the last one's time, would cost more than those tests.
    """
    candidates = bytearray(b"\1") * (length + 1)
    candidates[0] = 0
    for p in (2, 3, 5):
        if step % p:
            multiples = slice(-n * pow(step, -1, p) % p, None, p)
            candidates[multiples] = bytes(len(candidates[multiples]))
    test_seconds = squaring_seconds(n | 1) * n.bit_length()
    low, depth, parts = 7, 1 << 14, 2 * workers.jobs
    while True:
        start = time.perf_counter()
        cuts = [low + (depth - low) * i // parts for i in range(parts + 1)]
        tasks = [(n, step, length, a, b) for a, b in zip(cuts, cuts[1:])]
        for offsets in workers.map(composite_offsets, tasks):
            for k in offsets:
                candidates[k] = 0
        seconds = time.perf_counter() - start
        tests = sum(candidates) * mean_gap(n, step) / length
        saved_share = 1 - math.log(depth) / math.log(2 * depth)
        if 2 * seconds > tests * saved_share * test_seconds / workers.jobs:
            return [k for k in range(1, length + 1) if candidates[k]]
        low, depth = depth, 2 * depth


def next_prime(n, jobs=1, limit=None, report=lambda *_: None, step=1):
    """The first prime of n + step, n + 2 step, ..., n + limit step, or None if there is none.

    n: an integer; step: 1, or a greater power of two and n odd and positive. limit: None for no
    end. Above 2^64 it is a probable prime, by the tests that stand at the top of this file.
    report(tested, expected, seconds) tells how far the search is.
    """
    if n < 1 << SIEVE_MIN_BITS:
        return next_small_prime(n, limit, step)
    with Workers(jobs) as workers:
        start_time, tested, done = time.perf_counter(), 0, 0
        while limit is None or done < limit:
            base, length = n + done * step, int(WINDOW * mean_gap(n, step))
            if limit is not None:
                length = min(length, limit - done)
            candidates = [base + k * step for k in sieve(base, step, length, workers)]
            expected = len(candidates) * mean_gap(n, step) / length
            for candidate, passed in zip(candidates, workers.map(passes_base_2, candidates)):
                tested += 1
                report(tested, expected, time.perf_counter() - start_time)
                if passed:
                    tests = [(candidate, base) for base in [None] + random_bases(candidate)]
                    if all(workers.map(passes_test, tests)):
                        return candidate
            done += length
    return None


def next_small_prime(n, limit, step):
    """As `next_prime`, number by number."""
    k = max(1, 2 - n)
    while limit is None or k <= limit:
        candidate = n + k * step
        if baillie_psw(candidate) and (candidate < 1 << 64 or all(
                strong_probable_prime(candidate, base) for base in random_bases(candidate))):
            return candidate
        k += 1
    return None


def expected_tests(n):
    """How many numbers `find` tests about n, on average, after trial division up to DEPTH.

    By Mertens' third theorem it leaves e^-gamma / ln DEPTH of all numbers, twice that of the odd.
    """
    return mean_gap(n, STEP) * 2 * math.exp(-EULER_GAMMA) / math.log(DEPTH)


def expected_seconds(size, jobs=1):
    """Seconds that `find` will take, on average, for a packed script of so many bytes.

    On this machine, whose speed is measured for a fraction of a second.
    """
    n = (1 << 8 * (size + GZIP_BYTES)) // 3 | 1
    return expected_tests(n) * squaring_seconds(n, 9) * n.bit_length() / jobs


def find(source, jobs=1, pack=smallest_zlib, report=lambda *_: None):
    """Source bytes -> the first prime that is, its lowest byte first, a gzip file of the source.

    First by its date, from one second after midnight of 1 January 1970. jobs: processes. pack: a
    function bytes -> raw deflate stream. report: as of `next_prime`. ValueError where the source is
    empty or too large.
    """
    start = int.from_bytes(gzip_container(source, pack), "little")
    prime = next_prime(start, jobs, STEP - 1, report, STEP)
    if not prime:
        raise ValueError("has no prime up to the year 2106; change a byte of it")
    assert unpack(prime).content == source, "the prime does not unpack to the source"
    return prime
