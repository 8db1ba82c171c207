"""The search for the next prime above a number: a sieve, then probable-prime tests.

Near N every ln(N)-th number is a prime. Trial division rules out most of the others, as deep as it
saves time; what is left meets a strong test to base 2, and what passes that meets Baillie-PSW and
24 more rounds of Miller-Rabin, each of which a composite passes with a probability of at most 1/4:
together below 4^-24, or 10^-14, were Baillie-PSW to fail (no composite is known that passes it).
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

    Above 2^64 it is a probable prime, by the tests that stand at the top of this file.
    report(tested, expected, seconds) tells how far the search is.
    """
    if n < 1 << SIEVE_MIN_BITS:
        return next_small_prime(n, limit)
    with Workers(jobs) as workers:
        start_time, tested, base = time.perf_counter(), 0, n
        while limit is None or base < n + limit:
            length = int(WINDOW * math.log(2) * n.bit_length())
            if limit is not None:
                length = min(length, n + limit - base)
            candidates = sieve(base, length, workers)
            expected = len(candidates) * math.log(2) * n.bit_length() / length
            results = workers.map(passes_base_2, ((base, k) for k in candidates))
            for k, passed in zip(candidates, results):
                tested += 1
                report(tested, expected, time.perf_counter() - start_time)
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


def find(source, padding=None, jobs=1, pack=smallest_zlib, report=lambda *_: None):
    """Source bytes -> the smallest prime whose bytes begin with a gzip file of the source.

    padding: how many zero bytes follow the gzip file before the search, 1 or more; None for as few
    as there is a prime. jobs: processes. pack: a function bytes -> raw deflate stream. report: as
    of `next_prime`. ValueError where the source is empty or too large, or the padding leaves no
    room for a prime.
    """
    if padding is not None and padding < 1:
        raise ValueError(f"padding {padding}: it takes 1 byte or more")
    container, prime = gzip_container(source, pack), None
    for size in itertools.count(1) if padding is None else [padding]:
        start = int.from_bytes(container + bytes(size), "big")
        prime = next_prime(start, jobs, 256 ** size - 1, report)
        if prime:
            break
    if not prime:
        raise ValueError(f"has no prime within {padding} byte{'s' if padding > 1 else ''} of "
                         "padding; leave --pad out")
    assert unpack(prime) == (source, size), "the prime does not unpack to the source"
    return prime
