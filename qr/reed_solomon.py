"""Reed-Solomon codes over GF(256) as ISO/IEC 18004 uses them: check codewords, and correction.

A codeword is a byte. A block is a list of codewords, data first, check codewords last; as a
polynomial its first codeword is the highest coefficient. The generator of `checks` check codewords
is the product of (x - 2^i) for 0 <= i < checks (7.5.2 and annex A).
"""
import functools

EXP = [1]                    # powers of 2 in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1 (7.5.2)
for _ in range(509):
    EXP.append(EXP[-1] << 1 ^ (EXP[-1] >> 7) * 0b100011101)
LOG = {value: k for k, value in enumerate(EXP[:255])}


class Uncorrectable(Exception):
    """A block with more wrong codewords than its check codewords can correct."""


def multiply(x, y):
    """x y in GF(256)."""
    return EXP[LOG[x] + LOG[y]] if x and y else 0


def divide(x, y):
    """x / y in GF(256), for y != 0."""
    return EXP[(LOG[x] - LOG[y]) % 255] if x else 0


def evaluate(polynomial, power):
    """The value at 2^power of a polynomial, its coefficients from the constant up."""
    value = 0
    for k, coefficient in enumerate(polynomial):
        value ^= multiply(coefficient, EXP[power * k % 255])
    return value


# ---- Encoding -------------------------------------------------------------------------------
@functools.lru_cache(maxsize=None)
def generator(checks):
    """The generator's coefficients from the highest down, without the leading 1."""
    product = [1]
    for i in range(checks):
        product = [a ^ multiply(b, EXP[i]) for a, b in zip(product + [0], [0] + product)]
    return product[1:]


def check_codewords(data, checks):
    """The remainder of data(x) x^checks divided by the generator: `checks` codewords (7.5.2)."""
    remainder, divisor = [0] * checks, generator(checks)
    for codeword in data:
        factor = codeword ^ remainder[0]
        remainder = remainder[1:] + [0]
        if factor:
            shift = LOG[factor]
            remainder = [r ^ EXP[LOG[d] + shift] for r, d in zip(remainder, divisor)]
    return remainder


# ---- Correcting -----------------------------------------------------------------------------
def syndromes(block, checks):
    """The block's values at 2^0 ... 2^(checks - 1), all 0 where nothing is wrong."""
    values = []
    for i in range(checks):
        value = 0
        for codeword in block:                   # Horner's rule, the highest coefficient first
            value = codeword ^ multiply(value, EXP[i])
        values.append(value)
    return values


def erasure_locator(erasures):
    """The polynomial with a root for each of these positions, counted from a block's end."""
    locator = [1]
    for k in erasures:
        locator = [a ^ multiply(b, EXP[k]) for a, b in zip(locator + [0], [0] + locator)]
    return locator


def error_locator(values, erased):
    """The shortest recurrence of the syndromes (Berlekamp 1968, Massey 1969) that `erased` divides.

    erased: an erasure_locator. Coefficients from the constant 1 up; the degree is the number of
    errors and erasures.
    """
    count = len(erased) - 1
    locator, previous, length, shift, scale = erased, erased, count, 1, 1
    for i in range(count, len(values)):
        discrepancy = 0
        for k in range(min(length, len(locator) - 1) + 1):
            discrepancy ^= multiply(locator[k], values[i - k])
        if discrepancy:
            factor = divide(discrepancy, scale)
            adjusted = locator + [0] * max(0, len(previous) + shift - len(locator))
            for k, coefficient in enumerate(previous):
                adjusted[k + shift] ^= multiply(factor, coefficient)
            if 2 * length <= i + count:
                previous, scale = locator, discrepancy
                length, shift = i + 1 + count - length, 0
            locator = adjusted
        shift += 1
    return locator[:length + 1]


def correct(block, checks, budget, erasures=()):
    """A block corrected. Uncorrectable if that takes more than `budget` check codewords.

    An error takes two, an erasure (the index of a codeword that is doubtful) one. The errors lie
    at the locator's roots (Chien's search); their values are Forney's (1965).
    """
    values = syndromes(block, checks)
    if not any(values):
        return block
    n = len(block)
    locator = error_locator(values, erasure_locator([n - 1 - i for i in erasures]))
    errors = [k for k in range(n) if not evaluate(locator, -k % 255)]    # k before the last
    found = len(locator) - 1
    if 2 * found - len(erasures) > budget or len(errors) != found:
        raise Uncorrectable
    evaluator = [0] * checks                     # syndromes times locator, modulo x^checks
    for i, value in enumerate(values):
        for k, coefficient in enumerate(locator[:checks - i]):
            evaluator[i + k] ^= multiply(value, coefficient)
    derivative = [coefficient if k % 2 == 0 else 0 for k, coefficient in enumerate(locator[1:])]
    block = block[:]
    for k in errors:
        # The generator's roots begin at 2^0, hence the factor 2^k.
        numerator = multiply(EXP[k], evaluate(evaluator, -k % 255))
        block[n - 1 - k] ^= divide(numerator, evaluate(derivative, -k % 255))
    return block
