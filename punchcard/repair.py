"""Reed-Solomon parity over a deck: two check cards rebuild two lost cards, or one that is wrong.

The symbols in one column of all cards are a codeword c_0, c_1, ... over GF(2^m): m = 12, the
whole column, in the binary layout, and m = 6, a base64 digit, in the text layout. With a primitive
element a of the field, the check cards make both syndromes zero:

    S_0 = sum of c_i = 0        S_1 = sum of a^i c_i = 0

One wrong symbol at i, wrong by e, leaves S_0 = e and S_1 = a^i e, which tell both. Symbols known
to be missing are two unknowns in two equations. (Reed and Solomon 1960; the distance is 3.)
"""
MAX_ERASURES = 2                                 # in a column of all cards
POLYNOMIALS = {12: 0b1000001010011,              # x^12 + x^6 + x^4 + x + 1, primitive
               6: 0b1000011}                     # x^6 + x + 1, primitive


class Field:
    """GF(2^m) by powers of a = x: exp[k] = a^k for 0 <= k < 2 (2^m - 1); log is its inverse."""

    def __init__(self, bits):
        self.bits, self.order = bits, (1 << bits) - 1
        self.exp, self.log, power = [], {}, 1
        for k in range(self.order):
            self.exp.append(power)
            self.log[power] = k
            power <<= 1
            if power >> bits:
                power ^= POLYNOMIALS[bits]
        self.exp += self.exp

    def multiply(self, x, y):
        """x y."""
        return self.exp[self.log[x] + self.log[y]] if x and y else 0

    def divide(self, x, y):
        """x / y, for y != 0."""
        return self.exp[self.log[x] - self.log[y] + self.order] if x else 0

    def syndromes(self, word):
        """(S_0, S_1) of a codeword, a sequence of symbols."""
        s0 = s1 = 0
        for i, symbol in enumerate(word):
            s0 ^= symbol
            s1 ^= self.multiply(symbol, self.exp[i])
        return s0, s1

    def fill_erasures(self, word, missing):
        """The codeword whose symbols at the positions `missing`, at most two, follow from the rest.

        None if there is no such codeword.
        """
        word = [0 if i in missing else symbol for i, symbol in enumerate(word)]
        s0, s1 = self.syndromes(word)
        if len(missing) == 2:
            i, j = missing
            word[j] = self.divide(s1 ^ self.multiply(s0, self.exp[i]), self.exp[i] ^ self.exp[j])
            word[i] = s0 ^ word[j]
        elif missing:
            word[missing[0]] = s0
        return word if self.syndromes(word) == (0, 0) else None

    def correct_error(self, word):
        """(the codeword, the position corrected or None); None if more than one symbol is wrong."""
        s0, s1 = self.syndromes(word)
        if not s0 and not s1:
            return word, None
        if not s0 or not s1:
            return None
        position = self.log[self.divide(s1, s0)]
        if position >= len(word):
            return None
        return word[:position] + [word[position] ^ s0] + word[position + 1:], position


def repair_word(field, word, missing, doubtful):
    """(the codeword, positions corrected) of one column; None if it is beyond repair.

    missing: positions that have no symbol; doubtful: others that may be wrong, which are taken for
    missing where there are few enough of them.
    """
    extra = [i for i in doubtful if i not in missing]
    if extra and len(missing) + len(extra) <= MAX_ERASURES:
        filled = field.fill_erasures(word, missing + extra)
        if filled:
            return filled, [i for i in extra if filled[i] != word[i]]
    if missing:
        filled = field.fill_erasures(word, missing)
        return filled and (filled, [])
    correction = field.correct_error(list(word))
    return correction and (correction[0], [i for i in correction[1:] if i is not None])


def repair_rows(field, rows, checks, doubts=()):
    """Rows of symbols, one a card, None for a lost one -> (whole rows, positions corrected).

    checks: how many of the rows, at the end, are parity: 0 or 2. doubts: for each row the indices
    of symbols that may be wrong. None if the damage is beyond repair.
    """
    missing = [i for i, row in enumerate(rows) if row is None]
    if len(missing) > checks:
        return None
    if not checks:
        return rows, set()
    width = len(next(row for row in rows if row is not None))
    words, corrected = [], set()
    for k, word in enumerate(zip(*[row or [0] * width for row in rows])):
        doubtful = [i for i, columns in enumerate(doubts) if k in columns]
        repaired = repair_word(field, word, missing, doubtful)
        if repaired is None:
            return None
        words.append(repaired[0])
        corrected.update(repaired[1])
    return [list(row) for row in zip(*words)], corrected


def consistent_choices(field, candidates, limit):
    """Yield choices of one row a position for which both syndromes of every column vanish.

    candidates: for each position the rows that claim it; at most one position may have none, and
    is then left to `repair_rows`. Yields at most `limit` lists of rows, None for the empty one.

    A row's part in the syndromes is linear in its bits, so which rows to swap for the first ones
    is a linear system over GF(2), solved by elimination.
    """
    missing = [i for i, rows in enumerate(candidates) if not rows]

    def contribution(position, row):
        """The bits that a row adds to the equations: S_0 and S_1, or a^missing S_0 + S_1."""
        bits = 0
        for symbol in row:
            s1 = field.multiply(symbol, field.exp[position])
            if missing:
                equations = s1 ^ field.multiply(symbol, field.exp[missing[0]])
            else:
                equations = symbol << field.bits | s1
            bits = bits << 2 * field.bits | equations
        return bits

    swaps, target, pivots, kernel = [], 0, [], []
    for position, rows in enumerate(candidates):
        parts = [contribution(position, row) for row in rows]
        target ^= parts[0] if parts else 0
        for k in range(1, len(rows)):
            vector, combination = parts[k] ^ parts[0], 1 << len(swaps)
            swaps.append((position, k))
            vector, combination = reduce_vector(vector, combination, pivots)
            if vector:
                pivots.append((vector, combination))
            else:
                kernel.append(combination)
    rest, solution = reduce_vector(target, 0, pivots)
    if rest:
        return
    for i in range(min(limit, 1 << min(len(kernel), 20))):
        combination = solution
        for k, vector in enumerate(kernel[:20]):
            combination ^= vector * (i >> k & 1)
        chosen = [swap for k, swap in enumerate(swaps) if combination >> k & 1]
        if len({position for position, _ in chosen}) == len(chosen):
            picks = dict(chosen)
            yield [rows[picks.get(position, 0)] if rows else None
                   for position, rows in enumerate(candidates)]


def reduce_vector(vector, combination, pivots):
    """A vector of bits reduced by pivots [(vector, combination)] over GF(2), with what it took."""
    for pivot, pivot_combination in pivots:
        if vector ^ pivot < vector:              # the pivot's leading bit is set in the vector
            vector, combination = vector ^ pivot, combination ^ pivot_combination
    return vector, combination
