#!/usr/bin/env python3
"""Find a prime number that is a script: its bytes, the lowest first, are the script's gzip file.

    find_prime.py           golf/payload.py -> verify_prime.py, prime/primegpt.gz and .txt
    find_prime.py --check   compare these three with golf/payload.py; exit 1 if one is stale
    find_prime.py MY.py     MY.prime.py, MY.prime.gz and MY.prime.txt beside MY.py

A gzip file has a date, which no reader minds. The search tries one second of 1970 after the other
until the number is prime. The stream comes from golf/ where that is beside this script (else from
zlib: the prime gets longer), and the answer is the first date, so it is the same on every machine,
with any --jobs.

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
    error_context, read_input, run, show_progress, whole_number, would_overwrite, write_or_check)
from common.primality import decimal
from prime import container, search, verifier

HERE = os.path.dirname(os.path.realpath(__file__))
LONG = 120                                       # seconds that a user is warned of
UNITS = ((365 * 86400, "years"), (86400, "days"), (3600, "hours"), (60, "minutes"))


def packer():
    """A function bytes -> raw deflate stream: golf/deflate.py's, or else zlib's."""
    if importlib.util.find_spec("golf"):
        from golf.compressor import deflate
        return deflate
    print("find_prime.py: golf/ is missing; zlib packs instead, and the prime will be a "
          "little longer", file=sys.stderr)
    return container.smallest_zlib


def warn_of_length(source, jobs):
    """Say beforehand, on stderr, if the search will take long."""
    size = len(container.smallest_zlib(source))
    seconds = search.expected_seconds(size, jobs)
    if seconds > LONG:
        unit, name = next(unit for unit in UNITS if seconds >= 2 * unit[0])
        hopeless = "hopeless: " if seconds > UNITS[1][0] else ""
        print(f"find_prime.py: {hopeless}about {seconds / unit:,.0f} {name} expected, for a prime "
              f"of some {round(2.41 * size, -2):,.0f} digits; Ctrl-C stops it", file=sys.stderr,
              flush=True)


def show_search(tested, expected, seconds):
    """How far the search is, on stderr."""
    show_progress(f"{tested} candidates tested, of which one in {expected:.0f} is a prime; "
                  f"{seconds:.0f} s so far")


def parse_arguments():
    """(options, path of the source, the three paths to write)."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?",
                        help="script to turn into a prime (golf/payload.py)")
    parser.add_argument("--jobs", type=whole_number(1, 99), default=os.cpu_count() or 1,
                        help="processes (as many as cores)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    if arguments.source in ("", "-"):
        parser.error("SOURCE: name a file; the prime's files are named after it")
    if arguments.source:
        source, stem = arguments.source, os.path.splitext(arguments.source)[0] + ".prime"
        targets = [stem + ".py", stem + ".gz", stem + ".txt"]
    else:
        source = os.path.join(HERE, "golf", "payload.py")
        if not os.path.exists(source):
            parser.error("golf/payload.py is not here; name the script to turn into a prime")
        targets = [os.path.join(HERE, "verify_prime.py"),
                   os.path.join(HERE, "prime", "primegpt.gz"),
                   os.path.join(HERE, "prime", "primegpt.txt")]
    if would_overwrite(targets, source):
        parser.error(f"{source} would be overwritten by its own prime; copy it to another name")
    return arguments, source, targets


def main():
    arguments, path, targets = parse_arguments()
    source, pack = read_input(path, container.MAX_SOURCE), packer()
    with error_context(path, ValueError):
        if source:
            warn_of_length(source, arguments.jobs)
        prime = search.find(source, arguments.jobs, pack, show_search)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    outputs = zip(targets, verifier.render(prime, os.path.basename(targets[0])))
    stale = write_or_check(list(outputs), path, arguments.check)
    print(f"a prime of {len(decimal(prime))} digits ({prime.bit_length()} bits)")
    return 1 if stale else 0


if __name__ == "__main__":
    run(main)
