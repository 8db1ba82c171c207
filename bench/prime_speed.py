#!/usr/bin/env python3
"""find_prime.py with two jobs against gmpy2's next_prime on one core, by turns.

    prime_speed.py [--starts 12] [--python PYTHON]

--python: a Python that has gmpy2 (pip install gmpy2), by default this one. The starts are numbers
of our prime's size from a fixed seed; the ratio is of the averages, because the gap before a prime
varies from a few to five times the mean of 4,500.
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
from prime.search import next_prime

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

RIVAL = ("import gmpy2,sys,time;n=int(sys.stdin.read(),16);s=time.perf_counter();"
         "p=gmpy2.next_prime(n);print(time.perf_counter()-s,p.digits(16))")


def race(start, python):
    """(gap, our seconds, gmpy2's seconds) of the next prime after `start`."""
    start_time = time.perf_counter()
    prime = next_prime(start, 2)
    ours = time.perf_counter() - start_time
    out = subprocess.run([python, "-c", RIVAL], input=b"%x" % start, stdout=subprocess.PIPE,
                         check=True).stdout
    seconds, digits = out.split()
    if int(digits, 16) != prime:
        sys.exit("prime_speed.py: not the same prime")
    return prime - start, ours, float(seconds)


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
        gap, our_seconds, their_seconds = race(1 << bits - 1 | rng.getrandbits(bits - 1),
                                               options.python)
        ours.append(our_seconds)
        theirs.append(their_seconds)
        print(f"the prime {gap:6} above: find_prime.py {our_seconds:6.2f} s, "
              f"gmpy2 {their_seconds:6.2f} s", flush=True)
    n = options.starts
    print(f"average of {n}: find_prime.py, 2 jobs {sum(ours) / n:.2f} s; gmpy2.next_prime, "
          f"one core {sum(theirs) / n:.2f} s; ratio {sum(ours) / sum(theirs):.2f}")


if __name__ == "__main__":
    main()
