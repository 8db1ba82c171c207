#!/usr/bin/env python3
"""Check a proof that a number is prime: an elliptic-curve certificate in the Primo 4 text format.

    prove_prime.py                              certificate.primo, beside this script
    prove_prime.py --number ../verify_prime.py  ... and is it about the number in that file?
    prove_prime.py CERTIFICATE                  another one; - for standard input
    prove_prime.py --check                      only: is it about the number? Proves nothing

Without --number and CERTIFICATE the number is primegpt.txt's, beside this script.

certificates.py says what is checked, and why it proves the number.
"""
import argparse
import os
import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("prove_prime.py: common/ is missing; copy it next to prime/")

from common.command import error_context, read_input, run, show_progress, whole_number
from common.primality import decimal, read_number
from prime.certificates import CertificateError, parse, prove

HERE = os.path.dirname(os.path.realpath(__file__))
OWN_CERTIFICATE = os.path.join(HERE, "certificate.primo")
OWN_NUMBER = os.path.join(HERE, "primegpt.txt")
MAX_FILE = 64 << 20                              # bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("certificate", nargs="?", help="certificate in Primo's format 4, - for "
                        "standard input (certificate.primo beside this script)")
    parser.add_argument("--number", metavar="FILE",
                        help="file with the number that it must be about: a verifier, or digits")
    parser.add_argument("--check", action="store_true",
                        help="only compare the certificate's number; prove nothing")
    parser.add_argument("--jobs", type=whole_number(1, 99), default=os.cpu_count() or 1,
                        help="processes (one a core)")
    arguments = parser.parse_args()
    if "" in (arguments.certificate, arguments.number) or arguments.number == "-":
        parser.error("CERTIFICATE, --number: name a file")
    source = arguments.certificate or OWN_CERTIFICATE
    number, number_file = None, arguments.number
    if not arguments.certificate:
        number_file = number_file or OWN_NUMBER
    if number_file:
        with error_context(number_file, ValueError):
            number = read_number(number_file, OWN_NUMBER)
    text = read_input(source, MAX_FILE, OWN_CERTIFICATE).decode("latin-1").replace("\r\n", "\n")
    start_time = time.perf_counter()
    if arguments.check:
        with error_context(source, CertificateError):
            stale = number not in (None, parse(text)[0])
        verdict = f"does not match {os.path.basename(number_file)}; run make certificate" \
            if stale else "up to date"
        print(f"{os.path.basename(source)}: {verdict}")
        return 1 if stale else 0
    with error_context(f"{source}: not proved", CertificateError):
        N, steps = prove(text, number, arguments.jobs, lambda done, steps: show_progress(
            f"{done} of {steps} steps, {time.perf_counter() - start_time:.0f} s", done == steps))
    print(f"proved prime: {N.bit_length()} bits, {len(decimal(N))} digits, by {steps} steps, "
          "each of which holds")
    return 0


if __name__ == "__main__":
    run(main)
