"""When the notes are played: the two alaps found, and the phrases between them followed.

Loudness is taken in decibels below the loud notes, within a range, so that neither the instrument's
decay nor the gain of a phone counts much. An alap is ten even notes with silence between: the
envelope is compared with that comb at every tempo and place (a matched filter), and what fits best
must also sound like ten different notes. Phrases are followed by the onset after each breath.
(Bello and others 2005, "A Tutorial on Onset Detection in Music Signals".)
"""
import math

from . import raga
from .spectra import HOP, Prefix, dot, envelope, moving_average, normalise

SMOOTHING = 2                  # hops on either side over which the envelope is averaged
RANGE = 20.0                   # decibels below the loud notes that count
LOUD_QUANTILE = 0.9            # of the envelope: what is taken for a loud note's energy

# Alap: places in quarters of a slot, from the onset of a note.
QUARTERS = 4
NOTE_QUARTERS, GAP_QUARTERS = (1, 6), (-5, -1)
MIN_SLOT, MAX_SLOT, TEMPO_STEP = 0.12, 1.4, 1.01             # seconds; from a tempo to the next
MIN_COMB = 3.0                 # decibels, from the gaps to the notes of an alap
CANDIDATES = 30                # places and tempos whose sounds are compared
MIN_GOOD, MIN_CONTRAST = 8, 2.0          # of ten notes: that stand out by so many decibels
GOOD_NOTE = 4.0                # decibels that a note is worth, to choose between alaps
AFTER_OPENING, BEFORE_CLOSING = (60.2, 63.8), (-3.8, -0.3)   # rests, in slots
MOMENTS = (0.25, 0.9)          # slots after the onset of which the sounds are compared

# Onsets, in slots.
SEARCH, RISE = 0.4, 0.3        # how far off its place an onset is sought; over what time it rises
MAX_DEVIATION = 0.2            # of an alap's onset from its place
FOLLOWED, FIRM = 8, 6.0        # phrases over which the tempo is fitted; decibels of a clear onset
ANCHOR, UNHEARD = 20.0, 0.5    # weight of an onset that is known, and of one that is guessed
STEADY = 100                   # slots over which the tempo known before is as good as a fitted one
OUTLIER = 0.25                 # slots off the line of its neighbours, where an onset is another's


class Loudness:
    """A recording's loudness in decibels, 0 to RANGE; times in seconds."""

    def __init__(self, samples, rate):
        energies = moving_average(envelope(samples, rate), SMOOTHING)
        loud = sorted(energies)[int(len(energies) * LOUD_QUANTILE)] if energies else 0.0
        floor = loud * 10 ** (-RANGE / 10) + 1e-9
        self.values = [max(0.0, min(RANGE, RANGE + 10 * math.log10((e + floor) / (loud + floor))))
                       for e in energies]
        self.prefix = Prefix(self.values)
        self.seconds = len(energies) * HOP

    def mean(self, start, end):
        """The mean from one second to another."""
        return self.prefix.mean(start / HOP + 0.5, end / HOP + 0.5)

    def rise(self, second, before, after):
        """By how much the mean of so many seconds after exceeds that of so many before."""
        return self.mean(second, second + after) - self.mean(second - before, second)

    def onset(self, second, reach, before, after):
        """(second, decibels) of the steepest rise within `reach` of a second."""
        steps = max(1, round(reach / HOP))
        rises = [(self.rise(second + k * HOP, before, after), -abs(k), k)
                 for k in range(-steps, steps + 1)]
        height, _, k = max(rises)
        return second + k * HOP, height


# ---- The alap -------------------------------------------------------------------------------
def comb(loudness, slot, first, last):
    """[(decibels, second)]: how well ten notes fit from each place on, a quarter slot apart."""
    step = slot / QUARTERS / HOP
    low, count = first / HOP, int((last - first) / HOP / step)
    size, sums = loudness.prefix.size, loudness.prefix.sums
    note_end, gap_start = NOTE_QUARTERS[1], GAP_QUARTERS[0]
    cycle = QUARTERS * raga.ALAP_STEP
    places = range(gap_start, count + 10 * cycle + note_end + 1)
    at = [sums[min(size, max(0, int(low + i * step)))] for i in places]

    def means(start, end):
        """Of each place from `first` on: the mean between two quarters after it."""
        a, b = at[start - gap_start:], at[end - gap_start:]
        return [(y - x) / ((end - start) * step) for x, y in zip(a, b)]

    notes, gaps = means(*NOTE_QUARTERS), means(*GAP_QUARTERS)
    contrast = [note - gap for note, gap in zip(notes, gaps)]
    totals = contrast[:count]
    for k in range(1, 10):
        totals = [a + b for a, b in zip(totals, contrast[k * cycle:])]
    totals = [a - b for a, b in zip(totals, gaps[10 * cycle:])]
    return [(total / 10, first + i * step * HOP) for i, total in enumerate(totals)]


def refine(loudness, start, slot):
    """(start, slot) of an alap from the onsets of its notes, a line by least squares.

    Onsets that are far off their places are left out.
    """
    for reach in (SEARCH, SEARCH / 2):
        found = [(k, loudness.onset(start + raga.ALAP_STEP * k * slot, reach * slot, slot, slot)[0])
                 for k in range(10)]
        errors = sorted(at - raga.ALAP_STEP * k * slot for k, at in found)
        middle = (errors[4] + errors[5]) / 2
        kept = [(k, at) for k, at in found
                if abs(at - raga.ALAP_STEP * k * slot - middle) < MAX_DEVIATION * slot]
        if len(kept) > 4:
            mean_k = sum(k for k, _ in kept) / len(kept)
            mean_at = sum(at for _, at in kept) / len(kept)
            step = (sum((k - mean_k) * at for k, at in kept)
                    / sum((k - mean_k) ** 2 for k, _ in kept))
            start, slot = mean_at - step * mean_k, step / raga.ALAP_STEP
    return start, slot


def contrasts(loudness, start, slot):
    """Decibels from the gap before each of ten notes to the note."""
    onsets = [start + raga.ALAP_STEP * k * slot for k in range(10)]
    return [loudness.mean(at + 0.2 * slot, at + 1.5 * slot)
            - loudness.mean(at - 1.3 * slot, at - 0.2 * slot) for at in onsets]


def distinct(analyser, start, slot):
    """Of ten notes: by how much each is more like itself, a moment later, than like any other."""
    sounds = []
    for k in range(10):
        moments = [start + (raga.ALAP_STEP * k + moment) * slot for moment in MOMENTS]
        sounds.append([normalise(s) for s in analyser.spectrum(*moments)])
    margins = []
    for k, (early, _) in enumerate(sounds):
        alike = [dot(early, late) for _, late in sounds]
        margins.append(alike[k] - max(alike[:k] + alike[k + 1:]))
    return margins


def quality(loudness, analyser, start, slot, rest):
    """How good an alap ten notes are; None: not good enough.

    Notes count that stand out and are like no other; then how loud they are beside the gaps, and
    beside the rest, so many slots from `start` on.
    """
    loud = contrasts(loudness, start, slot)
    margins = distinct(analyser, start, slot)
    good = sum(a > MIN_CONTRAST and b > 0 for a, b in zip(loud, margins))
    if good < MIN_GOOD:
        return None
    notes = sum(loudness.mean(start + (raga.ALAP_STEP * k + 0.2) * slot,
                              start + (raga.ALAP_STEP * k + 1.5) * slot) for k in range(10)) / 10
    silent = loudness.mean(start + rest[0] * slot, start + rest[1] * slot)
    return GOOD_NOTE * good + sum(loud) / 10 + (notes - silent)


def find_alap(loudness, analyser_of, first, last, rest, slots=None):
    """(quality, start, slot), in seconds, of the alap that begins between two seconds, or None.

    analyser_of(slot) gives spectra of sounds at a tempo; rest: where it must be silent, in slots
    from the first note on; slots: the tempos that are tried.
    """
    if slots is None:
        count = int(math.log(MAX_SLOT / MIN_SLOT) / math.log(TEMPO_STEP))
        slots = [MIN_SLOT * TEMPO_STEP ** k for k in range(count)]
    fits = []
    for slot in slots:
        fits += [(height, second, slot) for height, second in comb(loudness, slot, first, last)
                 if height > MIN_COMB]
    fits.sort(reverse=True)
    best, tried = None, []
    for _, second, slot in fits:
        if any(abs(second - at) < 2 * slot and abs(math.log(slot / s)) < 0.04 for at, s in tried):
            continue
        tried.append((second, slot))
        start, exact = refine(loudness, second, slot)
        good = quality(loudness, analyser_of(exact), start, exact, rest)
        if good is not None and (best is None or good > best[0]):
            best = good, start, exact
        if len(tried) == CANDIDATES:
            break
    return best


# ---- Phrases --------------------------------------------------------------------------------
def follow(loudness, start, slot, places):
    """Seconds of the phrases that begin at `places`, in slots from `start` on; they may go back.

    The place is predicted by a line through the clear onsets before and after, but those far off.
    """
    known, slopes = [(0.0, start, ANCHOR)], []
    for place in places:
        expected, slot = predict(known[-FOLLOWED:], slot, place)
        slopes.append(slot)
        at, height = loudness.onset(expected, SEARCH * slot, 0.8 * slot, RISE * slot)
        known.append((place, at, height) if height > FIRM else (place, expected, UNHEARD))
    seconds = []
    for k, (place, slot) in enumerate(zip(places, slopes), 1):
        near = known[max(0, k - FOLLOWED):k + FOLLOWED + 1]
        about, _ = predict(near, slot, place)
        errors = [abs(at - about - slot * (p - place)) for p, at, _ in near]
        near = [n for n, error in zip(near, errors) if error < OUTLIER * slot] or near
        seconds.append(predict(near, slot, place)[0])
    return seconds


def predict(known, slot, place):
    """(second of a place, slope) by a line through known ones whose slope is nearly `slot`.

    known: [(place, second, weight)].
    """
    total = sum(w for _, _, w in known)
    mean_p = sum(w * p for p, _, w in known) / total
    mean_s = sum(w * s for _, s, w in known) / total
    prior = ANCHOR * STEADY ** 2
    spread = sum(w * (p - mean_p) ** 2 for p, _, w in known)
    slope = (slot * prior + sum(w * (p - mean_p) * (s - mean_s) for p, s, w in known)) / (
        prior + spread)
    return mean_s + slope * (place - mean_p), slope
