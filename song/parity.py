"""Reed-Solomon parity over the digits of a number: what the coda plays, and what repairs a song.

Three digits are a symbol, a number modulo the prime 997, counted from the end of the text; symbols
are the coefficients of a polynomial that vanishes at the first powers of a primitive root. Symbols
lost (erasures) cost one symbol of parity each, symbols misheard two. The polynomial of a number's
unknown beginning has coefficients of zero, so that the length of the text need not be known.

997, 998 and 999 are congruent to 0, 1 and 2: where one of these six is restored, both readings are
possible, and the checksum of what the digits carry has to tell. (Reed and Solomon 1960; Berlekamp
1968, Massey 1969 and Forney 1965 for the decoder.)
"""
import itertools

FIELD, ROOT = 997, 7                             # a prime, and a primitive root modulo it
SYMBOL = 3                                       # digits
MAX_SYMBOLS = FIELD - 1                          # of a codeword, those of parity among them
MAX_PARITY = 80                                  # symbols of a codeword: 40 wrong or 80 missing
DIGITS_A_PAIR = 46                               # of a codeword, to each two symbols of parity
MAX_READINGS = 64                                # of ambiguous symbols together
POWERS = [pow(ROOT, i, FIELD) for i in range(FIELD - 1)]
INVERSES = [0] + [pow(i, FIELD - 2, FIELD) for i in range(1, FIELD)]


class TooManyErrors(Exception):
    """More symbols are lost or wrong than the parity can restore."""


def shape(count):
    """(codewords, symbols of parity in each) for a text of `count` digits."""
    symbols = -(-count // SYMBOL)
    codewords = -(-symbols // (MAX_SYMBOLS - MAX_PARITY))
    return codewords, min(MAX_PARITY, 2 * max(1, count // (DIGITS_A_PAIR * codewords)))


def symbols_of(digits):
    """A text of digits -> its symbols, the last first; a None among the digits gives None."""
    padded = [0] * (-len(digits) % SYMBOL) + list(digits)
    triples = [padded[i:i + SYMBOL] for i in range(len(padded) - SYMBOL, -1, -SYMBOL)]
    return [None if None in triple else int("".join(map(str, triple))) for triple in triples]


def text_of(symbols):
    """Symbols, the last first -> digits, three for each."""
    return "".join(f"{symbol:03d}" for symbol in reversed(symbols))


def parity(digits):
    """The digits of parity of a text of digits: three for each symbol, of all codewords in turn."""
    codewords, size = shape(len(digits))
    columns = []
    for k in range(codewords):
        remainder = [0] * size                   # of data * x^size by the generator, lowest first
        generator = generator_of(size)
        for symbol in reversed(symbols_of(digits)[k::codewords]):
            factor = (symbol + remainder[-1]) % FIELD
            remainder = [(low - factor * g) % FIELD
                         for low, g in zip([0] + remainder, generator)]
        columns.append([-value % FIELD for value in remainder])
    return "".join(f"{symbol:03d}" for row in zip(*columns) for symbol in row)


def generator_of(size):
    """The coefficients, lowest first and without the leading 1, of the product of x - ROOT^i."""
    generator = [1]
    for i in range(size):
        generator = [(low - POWERS[i] * high) % FIELD
                     for low, high in zip([0] + generator, generator + [0])]
    return generator[:-1]


def product(a, b, size):
    """The first `size` coefficients of the product of two polynomials."""
    out = [0] * size
    for i, x in enumerate(a[:size]):
        if x:
            for j, y in enumerate(b[:size - i]):
                out[i + j] += x * y
    return [value % FIELD for value in out]


def value_at(polynomial, x):
    """A polynomial's value, coefficients lowest first."""
    value = 0
    for coefficient in reversed(polynomial):
        value = (value * x + coefficient) % FIELD
    return value


def locator_of(syndromes, erased):
    """The polynomial whose roots are the inverses of the places of erasures and errors.

    Berlekamp's and Massey's algorithm, begun with the erasures.
    """
    locator = [1]
    for place in erased:
        locator = [(a - POWERS[place] * b) % FIELD for a, b in zip(locator + [0], [0] + locator)]
    before, length = locator, len(erased)
    for n in range(len(erased), len(syndromes)):
        before = [0] + before
        gap = sum(a * syndromes[n - i] for i, a in enumerate(locator) if i <= n) % FIELD
        if not gap:
            continue
        size = max(len(locator), len(before))
        longer = [(a - gap * b) % FIELD for a, b in zip(
            locator + [0] * (size - len(locator)), before + [0] * (size - len(before)))]
        if 2 * length <= n + len(erased):
            length = n + 1 + len(erased) - length
            before = [a * INVERSES[gap] % FIELD for a in locator]
        locator = longer
    while len(locator) > 1 and not locator[-1]:
        locator.pop()
    return locator


def restore(codeword, size):
    """A codeword, parity first, None for what is lost -> all symbols, modulo 997.

    size: the symbols of parity. TooManyErrors where they do not suffice.
    """
    erased = [i for i, symbol in enumerate(codeword) if symbol is None]
    if len(erased) > size or len(codeword) > MAX_SYMBOLS:
        raise TooManyErrors
    word = [(symbol or 0) % FIELD for symbol in codeword]
    syndromes = [value_at(word, POWERS[i]) for i in range(size)]
    if not any(syndromes):
        return word
    locator = locator_of(syndromes, erased)
    evaluator = product(syndromes, locator, size)
    slope = [i * a % FIELD for i, a in enumerate(locator)][1:]
    places = [i for i in range(len(word)) if not value_at(locator, POWERS[-i % (FIELD - 1)])]
    if len(places) != len(locator) - 1 or 2 * len(places) - len(erased) > size:
        raise TooManyErrors
    for place in places:
        inverse = POWERS[-place % (FIELD - 1)]
        error = -POWERS[place] * value_at(evaluator, inverse) * INVERSES[value_at(slope, inverse)]
        word[place] = (word[place] - error) % FIELD
    if any(value_at(word, POWERS[i]) for i in range(size)):
        raise TooManyErrors
    return word


def readings(heard, restored):
    """Yield lists of symbols, 0 to 999, that are congruent to those restored.

    As heard where that is congruent; else 0 to 996 first.
    """
    choices = []
    for before, after in zip(heard, restored):
        if before is not None and (before - after) % FIELD == 0:
            choices.append((before,))
        else:
            choices.append((after, after + FIELD) if after + FIELD < 10 ** SYMBOL else (after,))
    for chosen in itertools.islice(itertools.product(*choices), MAX_READINGS):
        yield list(chosen)


def repair(digits, check, spare=0, known_shape=None):
    """Digits as heard, and those of the coda -> an iterator over the texts they may stand for.

    digits, check: lists of digits, None for what was not heard; what was not heard at all of the
    coda's end may be left out. spare: digits that may be missing at the beginning besides; of the
    texts then leading zeros are taken away. known_shape: the shape, where it is not that of so many
    digits. TooManyErrors where too many are lost.
    """
    count = len(digits) + spare
    codewords, size = known_shape or shape(count)
    heard = symbols_of([None] * spare + list(digits))
    check = list(check) + [None] * (SYMBOL * codewords * size - len(check))
    rows = symbols_of(check)[::-1]
    restored = [None] * len(heard)
    for k in range(codewords):
        word = restore(rows[k::codewords] + heard[k::codewords], size)
        restored[k::codewords] = word[size:]
    return (text_of(chosen)[-count:].lstrip("0") if spare else text_of(chosen)[-count:]
            for chosen in readings(heard, restored))
