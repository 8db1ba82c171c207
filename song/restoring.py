"""From notes, some of them unclear or lost, to the number and the script that it is.

A song is anything with `closing` (None if its second alap was not found), `beginning()`,
`counts()`, `hear(count)`, `unending()`, `endings()` and `where(k)`: what it sounds like
(listening.py) or what is written (written.py). Its notes come as the log-likelihoods of the ten
digits, None for a note that is not there. Three things tell right from wrong: the number's lowest
bytes are those that a gzip file begins with, which also tells where its digits end (in versions
before 1.2 they were the highest, which told how many digits there are); the coda's parity; and the
gzip file's CRC, without which nothing is accepted. The number must be prime besides.

The least certain symbols are given to the parity as lost, more and more of them (Forney 1966,
"Generalized Minimum Distance Decoding"); where there is no coda, the least certain notes are
exchanged, the likeliest corrections first.
"""
import functools
import heapq
import zlib
from decimal import Context, Decimal

from common.primality import baillie_psw, decimal, unpack

from . import parity, raga
from .midi import SongError

GZIP_START = 0x1f8b0800                          # first four bytes of a gzip file without flags
MIN_DIGITS = 20                                  # of a number that is sought
PREFIX = 9                                       # digits that these bytes determine, in front
GZIP_END, SUFFIX = 0x00088b1f, 32                # the same bytes, lowest first; digits and bits
MAX_UNLIKELY = 30.0                              # log-likelihood that the beginning may lose
MISSING, MAX_MISSING = -5.0, 3                   # log-likelihood for a missing note; so many
MAX_COUNTS = 12                                  # numbers of digits that are tried
ERASED_STEP = 6                                  # symbols by which more and more are given up
MAX_DOUBTFUL, MAX_TRIES = 300, 20000             # notes, and corrections that are tried
CERTAIN = 10.0                                   # margin of a note that is not exchanged
UNCLEAR = 3.0                                    # margin below which a note counts as unclear
LOST = -1.0                                      # margin of a note that is not there


def begins_gzip(number):
    """Are a number's first bytes those of a gzip file without flags?"""
    size = (number.bit_length() + 7) // 8
    return number >> max(0, 8 * (size - 4)) == GZIP_START


def ends_gzip(digits):
    """Are a number's lowest bytes those? Its last SUFFIX digits tell, as text: 10^32 is 0 mod 2^32.
    """
    return int(digits[-SUFFIX:]) % (1 << SUFFIX) == GZIP_END


@functools.lru_cache(maxsize=None)
def gzip_beginnings():
    """{number of digits: the first digits} of the numbers that begin with a gzip file."""
    context = Context(prec=50, Emax=10 * raga.MAX_DIGITS)
    beginnings, number = {}, Decimal(GZIP_START << 32)
    while number.adjusted() < raga.MAX_DIGITS:
        digits = "".join(map(str, number.as_tuple().digits))
        beginnings[number.adjusted() + 1] = digits[:PREFIX]
        number = context.multiply(number, Decimal(256))
    return beginnings


def unpacked_of(text):
    """(Unpacked, whether the number is prime) of a text of digits; None if it does not unpack."""
    number = int(text or "0")
    if not (begins_gzip(number) or ends_gzip(text or "0")):
        return None
    try:
        unpacked = unpack(number)
    except (zlib.error, ValueError):
        return None
    return unpacked, baillie_psw(number)


# ---- Notes ----------------------------------------------------------------------------------
def best_digits(rows):
    """The likeliest digit of each note, None for one that is not there."""
    return [None if row is None else max(range(10), key=row.__getitem__) for row in rows]


def margins(rows):
    """By how much the likeliest digit of each note is likelier than the next."""
    found = []
    for row in rows:
        second, first = sorted(row)[-2:] if row else (0.0, LOST)
        found.append(first - second)
    return found


def beginning_fits(rows, prefix):
    """The log-likelihood that the first notes lose if they are these digits, 0 to minus many."""
    if len(rows) < len(prefix) or rows[:len(prefix)].count(None) > MAX_MISSING:
        return -float("inf")
    return sum(row[int(digit)] - max(row) if row else MISSING for row, digit in zip(rows, prefix))


def likely_counts(rows):
    """Numbers of digits that the first notes tell, the likeliest first: [(count, likelihood)]."""
    fits = [(beginning_fits(rows, prefix), count) for count, prefix in gzip_beginnings().items()]
    return [(count, fit) for fit, count in sorted(fits, reverse=True) if fit > -MAX_UNLIKELY]


def ended_counts(rows):
    """Numbers of digits after which a melody may have ended, the likeliest first.

    Those whose last SUFFIX digits have a gzip file's first bytes for their lowest ones, as heard or
    with one of them exchanged.
    """
    digits, second, found = best_digits(rows), [], []
    for row in rows:
        second.append(None if row is None else sorted(range(10), key=row.__getitem__)[-2])
    uncertain = margins(rows)
    for count in range(SUFFIX, len(rows) + 1):
        first, last = count - SUFFIX, digits[count - SUFFIX:count]
        if None in last:
            continue
        value = int("".join(map(str, last)))
        if (value - GZIP_END) % (1 << SUFFIX) == 0:
            found.append((-1.0, count))
        for k in range(first, count):
            changed = value + (second[k] - digits[k]) * 10 ** (count - 1 - k)
            if (changed - GZIP_END) % (1 << SUFFIX) == 0:
                found.append((uncertain[k], count))
    return list(dict.fromkeys(count for _, count in sorted(found)))


# ---- With the coda --------------------------------------------------------------------------
def symbol_margins(rows):
    """The least margin of the notes of each symbol, the last symbol first."""
    found = margins(rows)
    found = [float("inf")] * (-len(found) % parity.SYMBOL) + found
    return [min(found[i:i + parity.SYMBOL])
            for i in range(len(found) - parity.SYMBOL, -1, -parity.SYMBOL)]


def repaired(melody, coda, spare=0, shape=None):
    """Yield texts that the parity makes of the notes, from none to all of it spent on erasures."""
    digits, check = best_digits(melody), best_digits(coda)
    codewords, size = shape or parity.shape(len(melody))
    order = sorted([(margin, k, True) for k, margin in enumerate(symbol_margins(melody))]
                   + [(margin, k, False) for k, margin in enumerate(symbol_margins(coda))])
    seen = set()
    for erased in range(0, codewords * size + 1, ERASED_STEP):
        for _, k, in_melody in order[max(0, erased - ERASED_STEP):erased]:
            notes = digits if in_melody else check
            first = len(notes) - parity.SYMBOL * (k + 1)
            notes[max(0, first):first + parity.SYMBOL] = (
                [None] * (parity.SYMBOL + min(0, first)))
        try:
            for text in parity.repair(digits, check, spare, (codewords, size)):
                if text not in seen:
                    seen.add(text)
                    yield text
        except parity.TooManyErrors:
            continue


# ---- Without it -----------------------------------------------------------------------------
def corrections(rows):
    """Yield texts of digits with the least certain notes exchanged, likeliest corrections first.

    At most MAX_TRIES, of MAX_DOUBTFUL notes: sets of them in the order of their summed margins.
    """
    if None in rows or not rows:
        return
    digits = "".join(map(str, best_digits(rows)))
    yield digits
    doubtful = sorted((margin, k) for k, margin in enumerate(margins(rows))
                      if margin < CERTAIN)[:MAX_DOUBTFUL]
    queue = [(doubtful[0][0], (0,))] if doubtful else []
    for _ in range(MAX_TRIES):
        if not queue:
            return
        total, chosen = heapq.heappop(queue)
        changed = list(digits)
        for i in chosen:
            note = doubtful[i][1]
            changed[note] = str(sorted(range(10), key=rows[note].__getitem__)[-2])
        yield "".join(changed)
        last = chosen[-1]
        if last + 1 < len(doubtful):             # the next note instead of the last one, or as well
            step = doubtful[last + 1][0]
            heapq.heappush(queue, (total - doubtful[last][0] + step, chosen[:-1] + (last + 1,)))
            heapq.heappush(queue, (total + step, chosen + (last + 1,)))


# ---- A song ---------------------------------------------------------------------------------
class Restored:
    """What a song was found to be: digits, script; notes misheard and not heard on the way.

    is_old: a number of versions before 1.2, in big-endian order.
    """

    def __init__(self, digits, unpacked, melody):
        digits = digits.lstrip("0")              # those before a beginning that was misplaced
        heard = best_digits(melody)[-len(digits):]
        heard = [None] * (len(digits) - len(heard)) + heard
        self.digits, self.script, self.is_old = digits, unpacked.content, unpacked.order == "big"
        self.lost = heard.count(None)
        self.wrong = sum(a is not None and str(a) != b for a, b in zip(heard, digits))


def tell_reason(song, counts, composite):
    """The SongError of a song whose notes could not be made a script of."""
    if composite:
        return SongError("is a number that unpacks but is no prime; find_prime.py makes one")
    heard = max((sum(row is not None for row in rows) for rows in song.unending()), default=0)
    if not counts and heard and not song.closing:
        return SongError(f"ends early: {heard} notes were heard after the opening alap and none of "
                         "them ends a gzip file; record it to its end")
    if not counts:
        return SongError("is no number that unpacks, as far as can be heard: it begins and ends "
                         "like none; is it another song?")
    melody, _ = song.hear(counts[0])
    lost = sum(row is None for row in melody)
    if melody[-1] is None and lost:
        return SongError(f"ends early: {len(melody) - lost} notes were heard and {lost} are "
                         "missing; record it to its end")
    found = margins(melody)
    unclear = sum(margin < UNCLEAR for margin in found)
    worst = min(range(len(found)), key=lambda k: sum(found[max(0, k - 9):k + 10]))
    return SongError(f"is {len(melody)} notes that do not unpack, {unclear} of them unclear, most "
                     f"{song.where(len(melody), worst)}; too many were misheard, or this is "
                     "another song")


def possible_counts(song):
    """Yield the numbers of digits that a song may have, the likeliest first, MAX_COUNTS at most.

    What the beginning tells, of numbers of earlier versions; what the time between the alaps tells
    best; what the end of the melody tells; and the rest that fits the time.
    """
    def all_counts():
        likely, timed = [count for count, _ in likely_counts(song.beginning())], song.counts()
        yield from [count for count in likely if count in timed] + likely[:3]
        yield from timed[:1]
        for rows in song.unending():
            yield from ended_counts(rows)
        yield from timed[1:]

    seen = set()
    for count in all_counts():
        if count >= MIN_DIGITS and count not in seen and len(seen) < MAX_COUNTS:
            seen.add(count)
            yield count


def candidates(song, counts, report):
    """Yield (text, melody): what a song may stand for, and the notes that were heard.

    As heard or as the parity has it; then if its beginning is lost; then with notes exchanged.
    counts: a list that takes the numbers of digits that were tried.
    """
    first = []
    for count in possible_counts(song):
        counts.append(count)
        report(f"{count} notes")
        melody, coda = song.hear(count)
        first = first or melody
        for text in attempts(melody, coda):
            yield text, melody
    for melody, coda, shape in song.endings():
        for text in attempts_from_end(melody, coda, shape):
            yield text, melody
    for tries, text in enumerate(corrections(first), 1):
        if tries % 1000 == 0:
            report(f"correction {tries} of the least certain notes")
        yield text, first


def restore(song, report=lambda *_: None):
    """A song -> Restored. SongError, with the cause, where it is no song of a script.

    report(what is being tried) is called on the way.
    """
    decimal(0)                                   # which lifts the limit on the length of numbers
    counts, composite = [], False
    for text, melody in candidates(song, counts, report):
        found = unpacked_of(text)
        if found and found[1]:
            return Restored(text, found[0], melody)
        composite = composite or found is not None
    raise tell_reason(song, counts, composite)


def attempts(melody, coda):
    """Yield the texts that notes may stand for: as heard, then as the parity has them."""
    if None not in melody:
        yield "".join(map(str, best_digits(melody)))
    if any(coda):
        yield from repaired(melody, coda)


def attempts_from_end(melody, coda, shape):
    """Yield the texts of notes whose beginning is lost or not known."""
    heard = [k for k, row in enumerate(melody) if row is not None]
    if not heard:
        return
    melody = melody[heard[0]:]
    beginnings = gzip_beginnings()
    fits = sorted(((beginning_fits(melody[k:], beginnings[len(melody) - k]), k)
                   for k in range(len(melody)) if len(melody) - k in beginnings), reverse=True)
    for fit, k in fits[:2]:
        if fit > -MAX_UNLIKELY and parity.shape(len(melody) - k) == shape:
            yield from attempts(melody[k:], coda)
    codewords, size = shape
    for spare in range(parity.SYMBOL * codewords * size * 3 // 4, 0, -size):
        yield from repaired(melody, coda, spare, shape)
