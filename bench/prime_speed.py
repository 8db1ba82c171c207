#!/usr/bin/env python3
"""find_prime.py with two jobs against gmpy2's next_prime on one core: by turns, from the same numbers of its size.

    python3 bench/prime_speed.py [--starts 12] [--python PYTHON]

--python: a Python that has gmpy2 (pip install gmpy2), by default this one. The starts are drawn from a fixed seed; the
ratio is of the averages, because the gap before a prime varies from a few to five times the mean of 4,500.
"""
import argparse
import os
import random
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)
import find_prime  # noqa: E402

RIVAL = ("import gmpy2,sys,time;n=int(sys.stdin.read(),16);s=time.perf_counter();p=gmpy2.next_prime(n);"
         "print(time.perf_counter()-s,p.digits(16))")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--starts", type=find_prime.count, default=12, help="how many numbers to start from (12)")
    options.add_argument("--python", default=sys.executable, help="a Python with gmpy2")
    options = options.parse_args()
    if subprocess.run([options.python, "-c", "import gmpy2"], stderr=subprocess.DEVNULL).returncode:
        sys.exit("prime_speed.py: %s has no gmpy2; pip install gmpy2, or name another --python" % options.python)
    prime = find_prime.number_in(os.path.join(ROOT, "verify_prime.py"))
    dice, mine, rival = random.Random(1), [], []
    for _ in range(options.starts):
        start = 1 << prime.bit_length() - 1 | dice.getrandbits(prime.bit_length() - 1)
        begun = time.perf_counter()
        found = find_prime.next_prime(start, 2)
        mine.append(time.perf_counter() - begun)
        out = subprocess.run([options.python, "-c", RIVAL], input=b"%x" % start,
                             stdout=subprocess.PIPE, check=True).stdout
        rival.append(float(out.split()[0]))
        if int(out.split()[1], 16) != found:
            sys.exit("prime_speed.py: not the same prime")
        print("the prime %6d above: find_prime.py %6.2f s, gmpy2 %6.2f s" % (
            found - start, mine[-1], rival[-1]), flush=True)
    print("average of %d: find_prime.py, 2 jobs %.2f s; gmpy2.next_prime, one core %.2f s; ratio %.2f" % (
        len(mine), sum(mine) / len(mine), sum(rival) / len(rival), sum(mine) / sum(rival)))


if __name__ == "__main__":
    main()
