"""Proofs that a number is prime: elliptic-curve certificates in the Primo 4 text format, checked.

The theorem (Goldwasser and Kilian 1986; Atkin and Morain 1993). Let N > 1 have no factor 2 or 3,
let E be the curve y^2 = x^3 + ax + b with 4a^3 + 27b^2 prime to N, let P be a point of E modulo N,
and let R be a *prime* with R > (N^(1/4) + 1)^2. If for some S the point S.P is not O modulo any
prime factor of N, while R.(S.P) is O, then N is prime. For if not, N has a prime factor
p <= sqrt(N), and modulo p the point S.P has order exactly R, so that E would have at least R points
modulo p. But it has at most (sqrt(p) + 1)^2 by Hasse's bound, which is less than R.

So a step reduces "N is prime" to "R is prime", and R is the N of the next step. The last is small
enough for Miller's test with the first thirteen primes as bases, which makes no mistake below
3317044064679887385961981 (Sorenson and Webster 2015).

A step gives S, W, T and J, or A and B in place of J. N + 1 - W = S R counts the points. With J,
A = 3J(1728 - J) and B = 2J(1728 - J)^2. With L = T^3 + AT + B the curve has a = A L^2 and
b = B L^3, and P = (TL, L^2) is on it: the square of L^2 is L^3 times L.
"""
import math
import re

from common.command import file_bytes
from common.primality import reducer, strong_probable_prime

from .workers import Workers

CERTAIN = 3317044064679887385961981
BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


class CertificateError(ValueError):
    """The certificate proves nothing; the message says where and why."""


def certainly_prime(n):
    """Is n < CERTAIN prime? Without a doubt."""
    if n < 2 or n in BASES:
        return n in BASES
    return all(n % p for p in BASES) and all(strong_probable_prime(n, p) for p in BASES)


# ---- A step ---------------------------------------------------------------------------------
def multiple(k, x, z, a, b, n):
    """The x coordinate (X : Z) of k.P on y^2 = x^3 + ax + b modulo n, for P's (x : z), k > 0.

    Z = 0 means O. Montgomery's ladder with the difference P, on the curve as it stands (Brier and
    Joye 2002, section 4): Q = m.P and R = (m+1).P for the leading bits m of k. It needs no division
    and has no exceptions: for each prime factor of n, not 2 or 3, modulo which the curve is not
    singular and P is not O, it gives that curve's multiple, never (0 : 0).
    """
    mod = reducer(n)

    def double(X, Z):
        square, cross, end = mod(X * X), mod(X * Z), mod(Z * Z)
        aZ, bZ = mod(a * end), mod(b * end)
        return mod((square - aZ) ** 2 - 8 * cross * bZ), mod(4 * (cross * (square + aZ) + bZ * end))

    def add(X1, Z1, X2, Z2):
        left, right, ends = mod(X1 * Z2), mod(X2 * Z1), mod(Z1 * Z2)
        difference = mod((left - right) ** 2)
        both = mod(2 * (left + right) * mod(X1 * X2 + a * ends) + 4 * b * mod(ends * ends))
        return mod(z * both - x * difference), mod(z * difference)

    Q, R = (x, z), double(x, z)
    for bit in bin(k)[3:]:
        Q, R = (double(*Q), add(*Q, *R)) if bit == "0" else (add(*Q, *R), double(*R))
    return Q[0] % n, Q[1] % n


def quotient(step):
    """R = (N + 1 - W) / S of a step (N, fields); None if that is no integer above 1."""
    N, fields = step
    if fields["S"] <= 0:
        return None
    R, rest = divmod(N + 1 - fields["W"], fields["S"])
    return R if rest == 0 and R > 1 else None


def check_step(step):
    """A step (N, fields) -> None if N is prime provided that `quotient(step)` is; else a reason."""
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


# ---- The certificate ------------------------------------------------------------------------
def parse_sections(text):
    """The text of a certificate -> {section: {name: value}}. CertificateError if malformed."""
    sections, section, steps = {}, None, 0
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        title = re.fullmatch(r"\[(.*)\]", line)
        if title:
            section = title[1]
            if section in sections:
                raise CertificateError(f"line {number}: duplicate section {section[:30]!r}")
            if section.isdigit():
                steps += 1
                if section != str(steps):
                    raise CertificateError(f"line {number}: step {section[:20]!r} is out of order")
            sections[section] = {}
        elif line and section != "Comments":
            key, equals, value = line.partition("=")
            if section is None or not equals:
                raise CertificateError(f"line {number}: neither [section] nor name=value")
            if key in sections[section]:
                raise CertificateError(f"line {number}: duplicate {key[:20]!r} in a section")
            sections[section][key] = value
    return sections


def parse_integers(fields, section):
    """Fields with hexadecimal values, 0x... or $..., perhaps negative -> {name: integer}."""
    numbers = {}
    for key, value in fields.items():
        match = re.fullmatch(r"(-?)(?:0x|\$)([0-9A-Fa-f]+)", value)
        if not match:
            raise CertificateError(f"{section}: {key[:20]!r} is not a hexadecimal number")
        numbers[key] = int(match[1] + match[2], 16)
    return numbers


def parse(text):
    """The text of a certificate -> (N, list of the steps' fields {letter: integer}).

    CertificateError if it is not whole.
    """
    sections = parse_sections(text)
    header = sections.get("PRIMO - Primality Certificate", {})
    if header.get("Format") != "4":
        raise CertificateError("no certificate in Primo's format 4")
    steps = [parse_integers(fields, f"step {name[:20]}")
             for name, fields in sections.items() if name.isdigit()]
    if header.get("TestCount") != str(len(steps)) or not steps:
        raise CertificateError(f"TestCount does not agree with the {len(steps)} steps: "
                               "is the file truncated?")
    N = parse_integers(sections.get("Candidate", {}), "[Candidate]").get("N", 0)
    for i, fields in enumerate(steps, 1):
        if set(fields) not in ({"S", "W", "T", "J"}, {"S", "W", "T", "A", "B"}):
            raise CertificateError(f"step {i}: must have S, W, T and J, or S, W, T, A and B")
        if max(map(abs, fields.values())) > N:
            raise CertificateError(f"step {i}: a field is larger than N")
    return N, steps


def link(N, steps):
    """([(N, fields)] with every N the R of the step before, the last R).

    CertificateError where the chain breaks.
    """
    linked = []
    for i, fields in enumerate(steps, 1):
        linked.append((N, fields))
        N = quotient(linked[-1])
        if N is None:
            raise CertificateError(f"step {i}: S does not divide N + 1 - W into something above 1")
    return linked, N


def prove(text, number=None, jobs=1, report=lambda *_: None):
    """Check the text of a certificate -> (N, its number of steps).

    number: which it must be about, None for any. jobs: processes. report(steps done, all steps) is
    called on the way. CertificateError if the proof fails.
    """
    N, steps = parse(text)
    if number is not None and N != number:
        raise CertificateError(f"it is about another number ({N.bit_length()} bits, "
                               f"not {number.bit_length()})")
    linked, last = link(N, steps)
    if last >= CERTAIN:
        raise CertificateError(f"it stops at a number of {last.bit_length()} bits, too large to be "
                               "tested directly")
    if not certainly_prime(last):
        raise CertificateError(f"the last number, {last}, is composite")
    with Workers(jobs) as workers:
        for i, problem in enumerate(workers.map(check_step, linked), 1):
            if problem:
                raise CertificateError(f"step {i}: {problem}")
            report(i, len(linked))
    return N, len(linked)


def verify(certificate, number=None, jobs=1):
    """The number that a certificate proves to be prime.

    certificate: the bytes of a file in Primo's format 4, or its path. number: the integer that it
    must be about, None for any. jobs: processes. CertificateError if it proves nothing.
    """
    text = file_bytes(certificate).decode("latin-1").replace("\r\n", "\n")
    return prove(text, number, jobs)[0]
