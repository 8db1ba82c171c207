#!/usr/bin/env python3
"""Find a prime number that is a script: the next prime after the script's gzip file and padding.

    find_prime.py           golf/payload.py -> verify_prime.py, prime/primegpt.hex and .txt
    find_prime.py --check   compare these three with golf/payload.py; exit 1 if one is stale
    find_prime.py MY.py     MY.prime.py, MY.prime.hex and MY.prime.txt beside MY.py

A gzip reader stops where the stream ends, so whatever the search adds to the number disturbs only
the padding, some zero bytes. The stream comes from golf/ where that is beside this script
(else from zlib: the prime gets longer), and the answer is the smallest prime above, so it is
the same on every machine, with any --jobs.

The search is in prime/search.py. Its answer is a prime but for a chance below 10^-14;
prime/prove_prime.py leaves no doubt at all.
"""
import argparse
import importlib.util
import os
import sys

if __name__ == "__main__":
    for folder in ("common", "prime"):
        if not os.path.isdir(os.path.join(sys.path[0], folder)):
            sys.exit(f"find_prime.py: {folder}/ is missing; copy it next to this script")

from common.command import (
    error_context, read_input, run, whole_number, would_overwrite, write_or_check)
from common.primality import decimal
from prime import container, search, verifier

HERE = os.path.dirname(os.path.realpath(__file__))


def packer():
    """A function bytes -> raw deflate stream: golf/deflate.py's, or else zlib's."""
    if importlib.util.find_spec("golf"):
        from golf.compressor import deflate
        return deflate
    print("find_prime.py: golf/ is missing; zlib packs instead, and the prime will be a "
          "little longer", file=sys.stderr)
    return container.smallest_zlib


def show_search(tested, expected, seconds):
    """A line of progress, written over the last one, on a terminal."""
    if sys.stderr.isatty():
        left = max(0, seconds / tested * (expected - tested))
        print(f"\rfind_prime.py: {tested} candidates tested, about {expected:.0f} expected, "
              f"{seconds:.0f} s, about {left:.0f} s left\x1b[K",
              end="", file=sys.stderr, flush=True)


def parse_arguments():
    """(options, path of the source, the three paths to write)."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?",
                        help="script to turn into a prime (golf/payload.py)")
    parser.add_argument("--pad", type=whole_number(1, 99), default=None,
                        help="zero bytes after the gzip file (as few as there is a prime)")
    parser.add_argument("--jobs", type=whole_number(1, 99), default=os.cpu_count() or 1,
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
    if would_overwrite(targets, source):
        parser.error(f"{source} would be overwritten by its own prime; copy it to another name")
    return arguments, source, targets


def main():
    arguments, path, targets = parse_arguments()
    source, pack = read_input(path, container.MAX_SOURCE), packer()
    if sys.stderr.isatty():
        print("find_prime.py: packing, then dividing by small primes ...", file=sys.stderr)
    with error_context(path, ValueError):
        prime = search.find(source, arguments.pad, arguments.jobs, pack, show_search)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    outputs = zip(targets, verifier.render(prime, source, os.path.basename(targets[0])))
    stale = write_or_check(list(outputs), path, arguments.check)
    print(f"a prime of {len(decimal(prime))} digits ({prime.bit_length()} bits)")
    return 1 if stale else 0


if __name__ == "__main__":
    run(main)
