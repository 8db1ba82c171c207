"""Is a number prime, what does it unpack to, and where is it written down?"""
import math
import re
import sys
import typing
import zlib

from .command import open_input

FOLD_MIN_BITS = 1500           # from here on folding beats the division that is built into pow()
SMALL_PRIMES = [p for p in range(2, 212) if all(p % q for q in range(2, 15) if q < p)]
MAX_UNPACKED = 1 << 20         # bytes
GZIP_MAGIC = 0x8b1f            # the first two bytes of a gzip file, little-endian
ISIZE_BYTES = 4                # of the length that ends it
MAX_NUMBER_FILE = 1 << 20      # bytes


# ---- Numbers and files ----------------------------------------------------------------------
class Unpacked(typing.NamedTuple):
    """What a number unpacks to.

    content: bytes. file: the bytes of the gzip file. order: "little" where the number is that file,
    the first byte its lowest; "big" where the file is the number's beginning, as in versions before
    1.2. padding: bytes behind the file, 0 in little-endian order.
    """
    content: bytes
    file: bytes
    order: str
    padding: int


def unpack(number):
    """A number > 0 that carries a gzip file -> Unpacked.

    zlib.error or ValueError if it carries none, if the CRC disagrees, or if the content is larger
    than MAX_UNPACKED.
    """
    size = (number.bit_length() + 7) // 8
    order = "little" if number & 0xffff == GZIP_MAGIC else "big"
    # In little-endian order the file's last bytes are the number's highest; zeros do not show.
    data = number.to_bytes(size + ISIZE_BYTES * (order == "little"), order)
    reader = zlib.decompressobj(31)
    content, rest = reader.decompress(data, MAX_UNPACKED), reader.unused_data
    if not reader.eof:
        raise ValueError("the gzip file does not end, or holds more than a megabyte")
    if order == "little" and rest.strip(b"\0"):
        raise ValueError("the gzip file ends before the number does")
    return Unpacked(content, data[:len(data) - len(rest)], order,
                    len(rest) if order == "big" else 0)


def decimal(number):
    """The decimal digits of a number, however long."""
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    return str(number)


def read_number(path, own=None):
    """The number that a file holds: a verifier of find_prime.py, or decimal digits and white space.

    The verifier is read, never run. own: the path of the project's own file, perhaps inside a .pyz.
    ValueError for any other file, or one of more than a megabyte.
    """
    with open_input(path, own) as file:
        text = file.read(MAX_NUMBER_FILE + 1)
    digits = b"".join(text.split())
    match = re.search(rb'P = int\("""\s*([0-9a-f][0-9a-f\s]*)"""', text)
    if len(text) > MAX_NUMBER_FILE or not (match or digits.isdigit()):
        raise ValueError("holds no number; give verify_prime.py, or a file of decimal digits")
    if match:
        return int(b"".join(match[1].split()), 16)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    return int(digits)


# ---- Powers ---------------------------------------------------------------------------------
def reducer(n):
    """A function: x -> a number congruent to x mod n, between -n and 2 n for |x| < 256 n^2.

    Faster than % for large n: Python divides by the schoolbook but multiplies by Karatsuba. So fold
    first: what is above 3/2 of n's length is multiplied by that power of two mod n, which leaves
    3/2; then what is above 5/4, and above 9/8. The quotient of the rest is short, so that its
    estimate by a reciprocal (Barrett 1986) is cheap; the caller needs no better one.
    """
    bits = n.bit_length()
    if bits < FOLD_MIN_BITS:
        return n.__rmod__
    # Cuts between CPython's digits of 30 bits spare each multiplication a digit.
    cuts = [-(-bits * eighths // 240) * 30 for eighths in (12, 10, 9)]
    (s, m, c), (t, o, d), (u, p, e) = [(cut, (1 << cut) - 1, (1 << cut) % n) for cut in cuts]
    low, scale = bits - 8, u + 40                # the rest is below 2^(u + 32)
    reciprocal, back = (1 << scale) // n, scale - low

    def reduce(x):
        x = (x >> s) * c + (x & m)
        x = (x >> t) * d + (x & o)
        x = (x >> u) * e + (x & p)
        return x - ((x >> low) * reciprocal >> back) * n
    return reduce


def power(base, exponent, n):
    """base^exponent mod n for exponent > 0: pow(), with the faster reduction where n is large.

    Sliding windows: whatever the base, up to seven bits take one product. Base 2 takes none.
    """
    if n.bit_length() < FOLD_MIN_BITS or sys.implementation.name != "cpython":
        return pow(base, exponent, n)
    reduce, bits, x = reducer(n), bin(exponent)[2:], 1
    if base == 2:
        for window in re.findall("[01]{1,2}", bits):
            for _ in window:
                x = reduce(x * x)
            x <<= int(window, 2)
        return x % n
    square, odd_powers = reduce(base * base), [base]
    while len(odd_powers) < 64:
        odd_powers.append(reduce(odd_powers[-1] * square))
    for window in re.findall("1(?:[01]{0,5}1)?|0", bits):
        for _ in window:
            x = reduce(x * x)
        if window != "0":
            x = reduce(x * odd_powers[int(window, 2) >> 1])
    return x % n


# ---- Probable-prime tests -------------------------------------------------------------------
def strong_probable_prime(n, base):
    """Miller's test of an odd n > 2: False proves that n is composite; a prime always passes."""
    d = n - 1
    s = (d & -d).bit_length() - 1
    x = power(base % n, d >> s, n)
    if x in (1, n - 1):
        return True
    for _ in range(s - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False


def jacobi(a, n):
    """The Jacobi symbol (a/n) of an odd n > 0: -1, 0 or 1."""
    a, sign = a % n, 1
    while a:
        while a % 2 == 0:
            a //= 2
            if n % 8 in (3, 5):
                sign = -sign
        a, n = n, a
        if a % 4 == n % 4 == 3:
            sign = -sign
        a %= n
    return sign if n == 1 else 0


def strong_lucas_probable_prime(n):
    """The strong Lucas test of an odd n > 2, with Selfridge's parameters.

    Source: Baillie and Wagstaff 1980, section 5.
    """
    if math.isqrt(n) ** 2 == n:
        return False                             # no D would be found
    D = 5
    while jacobi(D, n) != -1:
        if jacobi(D, n) == 0 and abs(D) % n:
            return False
        D = -D - 2 if D > 0 else -D + 2
    Q, reduce = (1 - D) // 4, reducer(n)         # P = 1
    if math.gcd(Q, n) > 1:
        return False                             # then no U or V is 0 for the factor they share
    # The sequence of P' = P^2/Q - 2 and Q' = 1 takes two products a step, not three. V_2k is
    # Q^k V'_k, and D U_k^2 and V_k^2 are Q^k (V'_k - 2) and Q^k (V'_k + 2): U_d or V_d is 0 just
    # where (V'_d, V'_{d+1}) is (2, P') or (-2, -P').
    P = (pow(Q, -1, n) - 2) % n
    d = n + 1
    s = (d & -d).bit_length() - 1
    V, W = P, reduce(P * P) - 2                  # V'_k and V'_{k+1}, k = the first bits of d >> s
    for bit in bin(d >> s)[3:]:
        if bit == "1":
            V, W = reduce(V * W) - P, reduce(W * W) - 2
        else:
            V, W = reduce(V * V) - 2, reduce(V * W) - P
    if (V % n, W % n) in ((2, P), (n - 2, n - P)):
        return True
    for _ in range(s - 1):
        if V % n == 0:
            return True
        V = V * V % n - 2
    return False


def trial_division(n):
    """What the small primes say of an integer: True (prime), False (not), None (undecided)."""
    if n < 2 or any(n % p == 0 for p in SMALL_PRIMES):
        return n in SMALL_PRIMES
    return True if n < SMALL_PRIMES[-1] ** 2 else None


def baillie_psw(n):
    """Does the integer n pass the Baillie-PSW test? No composite that does is known.

    Certain below 2^64.
    """
    verdict = trial_division(n)
    if verdict is None:
        verdict = strong_probable_prime(n, 2) and strong_lucas_probable_prime(n)
    return verdict
