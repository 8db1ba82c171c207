"""Reed-Solomon parity over a deck: two check cards from which two lost cards, or one that is wrong, come back.

The symbols that stand in one column of all cards are a code word c_0, c_1, ... over GF(2^m): m = 12, the whole column,
in the binary layout, and m = 6, a base64 digit, in the text layout. The two check cards are such that, for a primitive
element a of the field,

    S_0 = sum of c_i = 0        S_1 = sum of a^i c_i = 0

One wrong symbol of value e at i leaves S_0 = e and S_1 = a^i e, which tell both. Symbols known to be missing are two
unknowns in two equations. (Reed and Solomon 1960; the distance is 3.)
"""
POLYNOMIALS = {12: 0b1000001010011, 6: 0b1000011}        # primitive: x^12 + x^6 + x^4 + x + 1, x^6 + x + 1


class Field:
    """GF(2^m) by powers of a = x: exp[k] = a^k for 0 <= k < 2(2^m - 1), log its inverse."""

    def __init__(self, bits):
        self.order = (1 << bits) - 1
        self.exp, self.log, power = [], {}, 1
        for k in range(self.order):
            self.exp.append(power)
            self.log[power] = k
            power <<= 1
            if power >> bits:
                power ^= POLYNOMIALS[bits]
        self.exp += self.exp

    def times(self, x, y):
        """x y."""
        return self.exp[self.log[x] + self.log[y]] if x and y else 0

    def over(self, x, y):
        """x / y, for y != 0."""
        return self.exp[self.log[x] - self.log[y] + self.order] if x else 0

    def syndromes(self, word):
        """(S_0, S_1) of a code word."""
        zeroth = first = 0
        for i, symbol in enumerate(word):
            zeroth ^= symbol
            first ^= self.times(symbol, self.exp[i])
        return zeroth, first

    def filled(self, word, missing):
        """A code word whose symbols at `missing` (two places, or fewer) come from the others; None if none fits."""
        word = [0 if i in missing else symbol for i, symbol in enumerate(word)]
        zeroth, first = self.syndromes(word)
        if len(missing) == 2:
            i, j = missing
            word[j] = self.over(first ^ self.times(zeroth, self.exp[i]), self.exp[i] ^ self.exp[j])
            word[i] = zeroth ^ word[j]
        elif missing:
            word[missing[0]] = zeroth
        return word if self.syndromes(word) == (0, 0) else None

    def corrected(self, word):
        """A code word with at most one symbol made right: (word, place or None); None if one is not enough."""
        zeroth, first = self.syndromes(word)
        if not zeroth and not first:
            return word, None
        place = self.log[self.over(first, zeroth)] if zeroth and first else self.order
        if place >= len(word):
            return None
        return word[:place] + [word[place] ^ zeroth] + word[place + 1:], place


def mended(field, rows, checks):
    """Rows of symbols, a card each, None for a lost one -> (whole rows, the set of those that had wrong symbols).

    checks: how many rows at the end are parity, 0 or 2. None if the damage is more than they can mend."""
    missing = [i for i, row in enumerate(rows) if row is None]
    if len(missing) > checks:
        return None
    if not checks:
        return rows, set()
    width = len(next(row for row in rows if row is not None))
    words, wrong = [], set()
    for word in zip(*[row or [0] * width for row in rows]):
        if missing:
            word = field.filled(word, missing)
        else:
            found = field.corrected(list(word))
            word = found and found[0]
            if found and found[1] is not None:
                wrong.add(found[1])
        if word is None:
            return None
        words.append(word)
    return [list(row) for row in zip(*words)], wrong
