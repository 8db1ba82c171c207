#!/usr/bin/env python3
"""find_prime.py's search with two jobs against gmpy2 on one core, by turns, over one progression.

    prime_speed.py [--starts 12] [--python PYTHON]

The progression is the search's, n + k 2^32; gmpy2 tries one number after the other with is_prime,
which divides by small primes first. --python: a Python that has gmpy2 (pip install gmpy2), by
default this one. The starts are numbers of our prime's size from a fixed seed; the ratio is of the
averages, because the gap before a prime varies from a few to five times the mean of some 2,100.
"""
import argparse
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common import primality
from common.command import whole_number
from prime.search import STEP, next_prime

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

RIVAL = """import gmpy2, sys, time
n = gmpy2.mpz(sys.stdin.read(), 16)
start = time.perf_counter()
n += 1 << 32
while not gmpy2.is_prime(n):
    n += 1 << 32
print(time.perf_counter() - start, n.digits(16))
"""


def race(start, python):
    """(k of the first prime start + k 2^32, our seconds, gmpy2's seconds)."""
    start_time = time.perf_counter()
    prime = next_prime(start, 2, step=STEP)
    ours = time.perf_counter() - start_time
    out = subprocess.run([python, "-c", RIVAL], input=b"%x" % start, stdout=subprocess.PIPE,
                         check=True).stdout
    seconds, digits = out.split()
    if int(digits, 16) != prime:
        sys.exit("prime_speed.py: not the same prime")
    return (prime - start) // STEP, ours, float(seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--starts", type=whole_number(1, 99), default=12,
                        help="how many numbers to start from (12)")
    parser.add_argument("--python", default=sys.executable, help="a Python with gmpy2")
    options = parser.parse_args()
    probe = [options.python, "-c", "import gmpy2"]
    if subprocess.run(probe, stderr=subprocess.DEVNULL).returncode:
        sys.exit(f"prime_speed.py: {options.python} has no gmpy2; pip install gmpy2, or name "
                 "another --python")
    bits = primality.read_number(os.path.join(ROOT, "verify_prime.py")).bit_length()
    rng, ours, theirs = random.Random(1), [], []
    for _ in range(options.starts):
        gap, our_seconds, their_seconds = race(1 << bits - 1 | rng.getrandbits(bits - 1) | 1,
                                               options.python)
        ours.append(our_seconds)
        theirs.append(their_seconds)
        print(f"the prime at k = {gap:5}: find_prime.py {our_seconds:6.2f} s, "
              f"gmpy2 {their_seconds:6.2f} s", flush=True)
    n = options.starts
    print(f"average of {n}: find_prime.py, 2 jobs {sum(ours) / n:.2f} s; gmpy2.is_prime, "
          f"one core {sum(theirs) / n:.2f} s; ratio {sum(ours) / sum(theirs):.2f}")


if __name__ == "__main__":
    main()
