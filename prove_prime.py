#!/usr/bin/env python3
"""Check a proof that a number is prime: an elliptic-curve certificate (Atkin and Morain) in the Primo 4 text format.

    python3 prove_prime.py                              prime/certificate.primo, for the number in verify_prime.py
    python3 prove_prime.py CERTIFICATE --number FILE    another one; FILE: a verifier or decimal digits

The theorem (Goldwasser and Kilian 1986; Atkin and Morain 1993). Let N > 1 have no factor 2 or 3, let E be the curve
y^2 = x^3 + ax + b with 4a^3 + 27b^2 prime to N, let P be a point of E modulo N, and let R be a *prime* with
R > (N^(1/4) + 1)^2. If for some S the point S.P is not O modulo any prime factor of N, while R.(S.P) is O, then N is
prime. For if not, N has a prime factor p <= sqrt(N), and modulo p the point S.P has order exactly R, so that E would
have at least R points modulo p. But it has at most (sqrt(p) + 1)^2 by Hasse's bound, which is less than R.

So a step reduces "N is prime" to "R is prime", and R is the N of the next step. The last is small enough for
Miller's test with the first thirteen primes as bases, which makes no mistake below 3317044064679887385961981 (Sorenson
and Webster 2015).

A step gives S, W, T and J, or A and B in place of J. N + 1 - W = S R counts the points. With J, A = 3J(1728 - J) and
B = 2J(1728 - J)^2. With L = T^3 + AT + B the curve has a = A L^2 and b = B L^3, and P = (TL, L^2) is on it: the
square of L^2 is L^3 times L.
"""
import argparse
import math
import os
import re
import sys
import time

import files
import find_prime

HERE = os.path.dirname(os.path.abspath(__file__))
LARGEST_FILE = 64 << 20                          # bytes
CERTAIN = 3317044064679887385961981
BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


class Rejected(Exception):
    """The certificate proves nothing; the message says where and why."""


def certainly_prime(n):
    """Is n < CERTAIN a prime? Without a doubt."""
    return n in BASES or n > 1 and all(n % p for p in BASES) and all(
        find_prime.strong_probable_prime(n, p) for p in BASES)


def multiple(k, x, z, a, b, n):
    """The x coordinate (X : Z) of k.P on y^2 = x^3 + ax + b modulo n, for P's (x : z), k > 0. Z = 0 means O.

    Montgomery's ladder with the difference P, on the curve as it stands (Brier and Joye 2002, section 4): Q = m.P and
    R = (m+1).P for the leading bits m of k. It needs no division and has no exceptions: for each prime factor of n, not
    2 or 3, modulo which the curve is not singular and P is not O, it gives that curve's multiple, never (0 : 0)."""
    mod = find_prime.reducer(n)

    def double(X, Z):
        square, cross, end = mod(X * X), mod(X * Z), mod(Z * Z)
        aZ, bZ = mod(a * end), mod(b * end)
        return mod((square - aZ) ** 2 - 8 * cross * bZ), mod(4 * (cross * (square + aZ) + bZ * end))

    def add(X1, Z1, X2, Z2):
        left, right, ends = mod(X1 * Z2), mod(X2 * Z1), mod(Z1 * Z2)
        apart = mod((left - right) ** 2)
        both = mod(2 * (left + right) * mod(X1 * X2 + a * ends) + 4 * b * mod(ends * ends))
        return mod(z * both - x * apart), mod(z * apart)

    Q, R = (x, z), double(x, z)
    for bit in bin(k)[3:]:
        Q, R = (double(*Q), add(*Q, *R)) if bit == "0" else (add(*Q, *R), double(*R))
    return Q[0] % n, Q[1] % n


def check_step(step):
    """A step (N, fields) -> None if it reduces the primality of N to that of `quotient(step)`, else what is wrong."""
    N, fields = step
    S, W, T = fields["S"], fields["W"], fields["T"]
    if math.gcd(N, 6) > 1:
        return "N has the factor 2 or 3"
    if W * W >= 4 * N:
        return "W is outside Hasse's bound"
    R = quotient(step)
    if R is None:
        return "S does not divide N + 1 - W"
    root = math.isqrt(N) + 1
    if R <= root + 2 * (math.isqrt(root) + 1) + 1:
        return "R is not above (N^(1/4) + 1)^2"
    A, B = fields.get("A"), fields.get("B")
    if "J" in fields:
        J = fields["J"]
        A, B = 3 * J * (1728 - J) % N, 2 * J * (1728 - J) ** 2 % N
    L = (T ** 3 + A * T + B) % N
    a, b, x = A * L * L % N, B * L ** 3 % N, T * L % N
    if math.gcd(4 * a ** 3 + 27 * b * b, N) > 1:
        return "the curve is singular"
    x, z = multiple(S, x, 1, a, b, N)
    if math.gcd(z, N) > 1:
        return "S.P is O"
    x, z = multiple(R, x, z, a, b, N)
    return "R.(S.P) is not O" if z else None


def quotient(step):
    """R of a step (N, fields): (N + 1 - W) / S, or None if S does not divide it or a quotient below 2 is left."""
    N, fields = step
    R, rest = divmod(N + 1 - fields["W"], fields["S"]) if fields["S"] > 0 else (0, 1)
    return R if rest == 0 and R > 1 else None


def parse(text):
    """The text of a certificate -> (N, list of the steps' fields {letter: integer}). Rejected if it is not whole."""
    sections, section, steps = {}, None, 0
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        title = re.fullmatch(r"\[(.*)\]", line)
        if title:
            section = title.group(1)
            if section in sections:
                raise Rejected("line %d: section %r comes twice" % (number, section[:30]))
            steps += section.isdigit()
            if section.isdigit() and section != str(steps):
                raise Rejected("line %d: step %r is out of order" % (number, section[:20]))
            sections[section] = {}
        elif line and section != "Comments":
            key, equals, value = line.partition("=")
            if section is None or not equals:
                raise Rejected("line %d: neither [section] nor name=value" % number)
            if key in sections[section]:
                raise Rejected("line %d: %r comes twice in a section" % (number, key[:20]))
            sections[section][key] = value
    if sections.get("PRIMO - Primality Certificate", {}).get("Format") != "4":
        raise Rejected("no certificate in Primo's format 4")
    steps = [integers(fields, "step %s" % name[:20]) for name, fields in sections.items() if name.isdigit()]
    if sections["PRIMO - Primality Certificate"].get("TestCount") != str(len(steps)) or not steps:
        raise Rejected("TestCount does not agree with the %d steps: is the file cut short?" % len(steps))
    N = integers(sections.get("Candidate", {}), "[Candidate]").get("N", 0)
    for i, fields in enumerate(steps, 1):
        if set(fields) not in ({"S", "W", "T", "J"}, {"S", "W", "T", "A", "B"}):
            raise Rejected("step %d: must have S, W, T and J, or S, W, T, A and B" % i)
        if max(map(abs, fields.values())) > N:
            raise Rejected("step %d: a field is larger than N" % i)
    return N, steps


def integers(fields, where):
    """Fields with their hexadecimal values (0x... or $..., perhaps negative) as integers."""
    numbers = {}
    for key, value in fields.items():
        found = re.fullmatch(r"(-?)(?:0x|\$)([0-9A-Fa-f]+)", value)
        if not found:
            raise Rejected("%s: %r is not a hexadecimal number" % (where, key[:20]))
        numbers[key] = int(found.group(1) + found.group(2), 16)
    return numbers


def chain(N, steps):
    """(N, fields) for each step, every N the R of the step before; and the last R. Rejected where it breaks."""
    linked = []
    for i, fields in enumerate(steps, 1):
        linked.append((N, fields))
        N = quotient(linked[-1])
        if N is None:
            raise Rejected("step %d: S does not divide N + 1 - W into something above 1" % i)
    return linked, N


def prove(text, number=None, jobs=1, say=lambda *_: None):
    """Check a certificate for `number` (default: whatever it is for): (N, how many steps). Rejected if it fails.

    say(steps done, all steps) is called on the way."""
    N, steps = parse(text)
    if number is not None and N != number:
        raise Rejected("it is about another number (%d bits, not %d)" % (N.bit_length(), number.bit_length()))
    linked, last = chain(N, steps)
    if last >= CERTAIN:
        raise Rejected("it stops at a number of %d bits, too large to be tested directly" % last.bit_length())
    if not certainly_prime(last):
        raise Rejected("the last number, %d, is composite" % last)
    with find_prime.crew(jobs) as each:
        for i, wrong in enumerate(each(check_step, linked), 1):
            if wrong:
                raise Rejected("step %d: %s" % (i, wrong))
            say(i, len(linked))
    return N, len(linked)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("certificate", nargs="?", default=os.path.join(HERE, "prime", "certificate.primo"),
                         help="certificate in Primo 4 format (prime/certificate.primo beside this script)")
    options.add_argument("--number", metavar="FILE", default=os.path.join(HERE, "verify_prime.py"),
                         help="what holds the number that it should prove (verify_prime.py beside this script)")
    options.add_argument("--jobs", type=find_prime.count, default=os.cpu_count() or 1, help="processes (one a core)")
    arguments = options.parse_args()
    if "" in (arguments.certificate, arguments.number):
        options.error("CERTIFICATE, --number: name a file")
    begun = time.perf_counter()

    def show(done, steps):
        print("\rprove_prime.py: %d of %d steps, %d s  " % (done, steps, time.perf_counter() - begun),
              end="\n" if done == steps else "", file=sys.stderr, flush=True)

    data = files.read(arguments.certificate, LARGEST_FILE)
    with files.about(arguments.number, ValueError):
        number = find_prime.number_in(arguments.number)
    with files.about("%s: not proved" % arguments.certificate, Rejected):
        N, steps = prove(data.decode("latin-1").replace("\r\n", "\n"), number, arguments.jobs,
                         show if sys.stderr.isatty() else lambda *_: None)
    print("proved prime: %d bits, %d digits, by %d steps, each of which holds" % (
        N.bit_length(), len(find_prime.decimal(N)), steps))


if __name__ == "__main__":
    files.run(main)
