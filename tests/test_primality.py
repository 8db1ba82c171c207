"""The number theory of the prime, against lists that others have published."""
import math
import os
import random
import signal
import unittest

import support  # noqa: F401  (puts the project on the path)
from common import primality
from common.command import UserError
from prime import search
from prime.workers import Workers

# From outside: OEIS A001262, A217255, A002997, and prime gaps from A002386/A000101 and the tables
# of primes after 10^k.
STRONG_BASE_2 = (2047, 3277, 4033, 4681, 8321, 15841, 29341, 42799, 49141, 52633, 65281, 74665,
                 80581, 85489, 88357)
STRONG_LUCAS = (5459, 5777, 10877, 16109, 18971, 22499, 24569, 25199, 40309, 58519, 75077, 97439,
                100127, 113573)
CARMICHAEL = (561, 1105, 1729, 2465, 2821, 6601, 8911, 10585, 15841, 29341, 41041, 825265,
              321197185, 9746347772161)
MERSENNE = (2, 3, 5, 7, 13, 17, 19, 31, 61, 89, 107, 127, 521, 607, 1279, 2203, 2281, 3217, 4253)
GAPS = ((1327, 1361), (31397, 31469), (370261, 370373), (2010733, 2010881), (20831323, 20831533),
        (25056082087, 25056082543), (304599508537, 304599509051), (-5, 2), (0, 2), (1, 2), (2, 3),
        (7, 11), (24, 29), (10 ** 100, 10 ** 100 + 267), (10 ** 200, 10 ** 200 + 357),
        (10 ** 300, 10 ** 300 + 331))


class Tests(unittest.TestCase):
    """Primes and composites that others have listed."""

    def test_strong_pseudoprimes_pass_one_test_but_not_both(self):
        for n in STRONG_BASE_2:
            self.assertTrue(primality.strong_probable_prime(n, 2), n)
            self.assertFalse(primality.baillie_psw(n), n)
        for n in STRONG_LUCAS:
            self.assertTrue(primality.strong_lucas_probable_prime(n), n)
            self.assertFalse(primality.baillie_psw(n), n)

    def test_carmichael_numbers_and_squares_are_composite(self):
        squares = tuple(k * k for k in range(-3, 400)) + (1093 ** 2, 3511 ** 2)
        for n in CARMICHAEL + squares + (0, 1, -2, -7):
            self.assertFalse(primality.baillie_psw(n), n)

    def test_primes_below_20000_are_2262(self):
        primes = [n for n in range(3, 20000, 2) if primality.baillie_psw(n)]
        self.assertEqual(len(primes), 2261)
        self.assertTrue(primality.baillie_psw(2))

    def test_lucas_pseudoprimes_below_6000_are_two(self):
        lucas = [n for n in range(3, 6000, 2) if primality.strong_lucas_probable_prime(n)]
        self.assertEqual([n for n in lucas if not primality.baillie_psw(n)], [5459, 5777])

    def test_mersenne_primes_are_the_known_ones(self):
        for exponent in filter(primality.baillie_psw, range(2, 620)):
            self.assertEqual(primality.baillie_psw(2 ** exponent - 1), exponent in MERSENNE)
        for exponent in MERSENNE[-4:]:
            self.assertTrue(primality.baillie_psw(2 ** exponent - 1), exponent)

    def test_jacobi_symbols_agree_with_eulers_criterion(self):
        for p in (3, 5, 7, 11, 13, 101):
            for a in range(-30, 2 * p):
                euler = pow(a % p, (p - 1) // 2, p)
                self.assertEqual(primality.jacobi(a, p), -1 if euler == p - 1 else euler)
        self.assertEqual([primality.jacobi(a, 15) for a in range(8)], [0, 1, 1, 0, 1, 0, 0, -1])

    def test_random_bases_are_in_range_and_reproducible(self):
        for n in (101, 10 ** 30 + 57):
            bases = search.random_bases(n)
            self.assertEqual(len(bases), 24)
            self.assertTrue(all(2 <= base <= n - 2 for base in bases))
            self.assertEqual(bases, search.random_bases(n))


class Arithmetic(unittest.TestCase):
    def test_reduction_and_powers_agree_with_pythons(self):
        rng = random.Random(7)
        for bits in (60, 1499, 1500, 1501, 1530, 1531, 2999, 3000, 3001, 4423, 6493):
            n = rng.getrandbits(bits) | 1 << bits - 1 | 1
            reduce = primality.reducer(n)
            for x in (0, 1, n - 1, n, n * n - 1, rng.randrange(n * n), 256 * n * n - 1):
                for number in (x, -x):
                    self.assertEqual(reduce(number) % n, number % n)
                    self.assertTrue(-n < reduce(number) < 2 * n)
            for base in (2, 3, rng.randrange(n)):
                exponent = rng.getrandbits(200)
                self.assertEqual(primality.power(base, exponent, n), pow(base, exponent, n))

    def test_sieve_finds_the_primes_of_any_interval(self):
        primes = [n for n in range(3, 20000, 2) if primality.baillie_psw(n)]
        self.assertEqual(primes, [3, 5] + sorted(search.primes_between(7, 20000)))
        for low, high in ((10007, 19997), (10008, 19998), (6, 12), (48, 50), (49, 49),
                          (2203, 2204)):
            self.assertEqual([n for n in primes if low <= n < high],
                             sorted(search.primes_between(low, high)))

    def test_composite_offsets_are_those_with_a_small_factor(self):
        n, length = 10 ** 40 + 1, 3000
        for low, high in ((7, 400), (3001, 5000)):
            primes = list(search.primes_between(low, high))
            for step in (1, 2, 1 << 32):
                expected = {k for k in range(1, length + 1)
                            if any((n + k * step) % p == 0 for p in primes)}
                offsets = search.composite_offsets((n, step, length, low, high))
                self.assertEqual(set(offsets) - {0}, expected)


class NextPrime(unittest.TestCase):
    def test_known_gaps(self):
        for n, prime in GAPS:
            self.assertEqual(search.next_prime(n), prime)
        for n in (-2 ** 300, -7, 0, 1):
            self.assertEqual(search.next_prime(n), 2)

    def test_limit_is_inclusive(self):
        self.assertIsNone(search.next_prime(-7, limit=8))
        self.assertIsNone(search.next_prime(31397, limit=71))
        self.assertEqual(search.next_prime(31397, limit=72), 31469)
        self.assertIsNone(search.next_prime(10 ** 100, limit=266))
        self.assertEqual(search.next_prime(10 ** 100, limit=267), 10 ** 100 + 267)

    def test_steps_are_kept(self):
        """By number and by sieve, against trying one after the other."""
        for n in (7, 10 ** 20 + 3, 10 ** 90 + 1):
            for step in (2, 1 << 32):
                k = next(k for k in range(1, 9999) if primality.baillie_psw(n + k * step))
                self.assertEqual(search.next_prime(n, step=step), n + k * step)
                self.assertEqual(search.next_prime(n, step=step, limit=k), n + k * step)
                self.assertIsNone(search.next_prime(n, step=step, limit=k - 1))


class Processes(unittest.TestCase):
    def test_results_come_in_order_whatever_the_calls(self):
        """Nested calls, empty ones, and ones that are abandoned."""
        for jobs in (1, 2, 3):
            with Workers(jobs) as workers:
                expected = [math.factorial(i) for i in range(20)]
                self.assertEqual(list(workers.map(math.factorial, range(20))), expected)
                self.assertEqual(list(workers.map(math.factorial, ())), [])
                next(iter(workers.map(math.factorial, [900, 901, 902])))
                for i, root in enumerate(workers.map(math.isqrt, range(40))):
                    self.assertEqual(root, math.isqrt(i))
                    self.assertEqual(list(workers.map(abs, [-i, i, 7])), [i, i, 7])

    def test_a_killed_worker_is_an_error(self):
        with self.assertRaisesRegex(UserError, "a worker was killed"):
            with Workers(2) as workers:
                list(workers.map(signal.raise_signal, [0, 0, signal.SIGKILL, 0, 0]))

    def test_processes_end_with_the_block(self):
        with Workers(2) as workers:
            processes = list(workers.processes)
            self.assertEqual(len(processes), 2)
        self.assertFalse(any(process.is_alive() for process in processes))
        self.assertEqual(len(Workers(1).processes), 0)
        self.assertNotIn(os.getpid(), [process.pid for process in processes])


if __name__ == "__main__":
    unittest.main()
