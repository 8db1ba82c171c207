"""From a recording to notes: the two alaps give key, sound and tempo, the grid between them places.

The listener is told neither the key nor the instrument nor the speed. It finds the alaps and how
fast they are (rhythm.py), tells how many notes there may be, places them (placing.py) and compares
what is heard there with the alaps' notes (recognition.py). What the notes mean, it does not know:
that is restoring.py's matter.
"""
import functools

from . import parity, placing, raga, recognition, rhythm
from .midi import SongError
from .spectra import Analyser, dot, normalise

# Windows of the transform, in slots: where it begins after the onset, and its length.
MELODY_WINDOW, CODA_WINDOW = (0.25, 0.72), (0.1, 0.63)
MAX_WINDOW = 0.4               # seconds
SEARCHED = 90.0                # seconds at either end in which an alap begins
BEFORE = 5.0                   # seconds before a recording's start at which an alap may have begun
SAME_TEMPO = 0.03              # share by which the tempos of the two alaps may differ
ALIKE_MOMENT, MIN_ALIKE = 0.5, 7         # slots after the onset; notes that must be the same
COUNTED = 8.0                  # slots by which a number of digits may miss the time between alaps
MIN_TEMPLATE = 3.0             # decibels by which a note of an alap stands out, to be learned from
MAX_ENDINGS, FITTED = 6, 60    # divisions into phrases that are tried; phrases they are judged by
PREFIX = 12                    # notes at the beginning that tell how many there are


BOTH = OPENING, CLOSING = "opening", "closing"


class Listener:
    """A recording of the song: `opening` and `closing`, the (start, slot) of its alaps or None."""

    def __init__(self, samples, rate):
        """SongError if neither alap is found."""
        self.samples, self.rate = samples, rate
        self.loudness = rhythm.Loudness(samples, rate)
        self.analyser = functools.lru_cache(maxsize=None)(
            lambda seconds: Analyser(samples, rate, seconds))
        self.find_alaps()

    def window(self, share, slot):
        """The analyser whose window is a share of a slot."""
        return self.analyser(round(min(MAX_WINDOW, share * slot), 2))

    def find_alaps(self):
        """Find both alaps; where their tempos differ, only the better one is one."""
        seconds = self.loudness.seconds

        def find(first, last, rest):
            return rhythm.find_alap(self.loudness, lambda slot: self.window(0.72, slot), first,
                                    last, rest)

        opening = find(-BEFORE, min(SEARCHED, seconds / 2), rhythm.AFTER_OPENING)
        closing = find(max(seconds - SEARCHED, seconds / 2), seconds, rhythm.BEFORE_CLOSING)
        if opening and closing and not self.agree(opening, closing):
            opening, closing = (opening, None) if opening > closing else (None, closing)
        if not opening and not closing:
            raise SongError("has no alap, ten slow even notes, at its beginning or its end, as far "
                            "as can be heard; is it another song?")
        self.opening, self.closing = opening and opening[1:], closing and closing[1:]
        slots = [slot for _, slot in self.alaps()]
        self.slot = sum(slots) / len(slots)

    def agree(self, opening, closing):
        """Are two alaps apart, of one tempo, and are their notes the same ones?"""
        (_, start, slot), (_, end, closing_slot) = opening, closing
        if end < start + raga.MELODY * slot or abs(slot / closing_slot - 1) > SAME_TEMPO:
            return False
        first, last = ([normalise(x) for x in self.spectra(
            [at + (raga.ALAP_STEP * digit + ALIKE_MOMENT) * slot for digit in range(10)],
            MELODY_WINDOW, slot)] for _, at, slot in (opening, closing))
        alike = [[dot(a, b) for b in last] for a in first]
        return sum(row[k] == max(row) for k, row in enumerate(alike)) >= MIN_ALIKE

    def alaps(self):
        """The alaps that were found."""
        return [alap for alap in (self.opening, self.closing) if alap]

    # ---- How many notes ---------------------------------------------------------------------
    def counts(self):
        """Numbers of digits that fit the time between the alaps, the likeliest first."""
        if not (self.opening and self.closing):
            return []
        slots = (self.closing[0] - self.opening[0]) / self.slot
        about = max(1, round((slots - 2 * raga.MELODY) / 1.33))
        off = {count: abs(raga.Layout(count).closing_start - slots)
               for count in range(about, min(raga.MAX_DIGITS, about + about // 8 + 60))}
        return sorted((count for count in off if off[count] < COUNTED + 0.003 * slots),
                      key=off.__getitem__)

    def beginning(self):
        """Of the first notes after the opening alap the log-likelihoods of the ten digits."""
        if not self.opening:
            return []
        start, slot = self.opening
        at = [start + place * slot for place, _, _ in raga.Layout(PREFIX).melody]
        return self.recognise(at, [p == 0 for _, _, p in raga.Layout(PREFIX).melody],
                              MELODY_WINDOW)

    def unending(self):
        """Yield the melody as placed from the opening alap alone, on to the recording's end."""
        if self.opening:
            slots = (self.loudness.seconds - self.opening[0]) / self.slot - raga.MELODY
            count = int(slots * raga.PHRASE_NOTES / raga.PHRASE_STEP)
            yield self.hear(max(1, min(raga.MAX_DIGITS, count)), [OPENING])[0]

    def endings(self):
        """Yield (melody, coda, shape of the parity) as placed from the closing alap alone.

        Of more notes than can have been recorded, those before the recording None; for the few
        divisions into phrases that are possible, the likeliest by their rhythm first.
        """
        if not self.closing:
            return
        counts = raga.late_counts(self.closing[0] / self.slot)
        counts.sort(key=lambda count: -self.rhythm_fit(raga.Layout(count)))
        for count in counts[:MAX_ENDINGS]:
            yield (*self.hear(count, [CLOSING]), parity.shape(count))

    def rhythm_fit(self, layout):
        """Decibels from the breaths to the notes after them, of the last phrases of a layout."""
        start, slot = self.closing[0] - layout.closing_start * self.slot, self.slot
        places = [p for p, _, position in layout.melody + layout.coda if position == 0]
        breath = placing.BREATH * slot
        return sum(self.loudness.rise(start + p * slot, breath, breath)
                   for p in places[-FITTED:]) / FITTED

    def where(self, count, k):
        """Where the note k of so many is heard, in words."""
        layout = raga.Layout(count)
        return f"around second {max(0, self.place(layout, layout.melody)[k]):.0f}"

    # ---- Where they are ---------------------------------------------------------------------
    def hear(self, count, alaps=BOTH):
        """(melody, coda) of so many digits: for each note the log-likelihoods of the ten digits.

        None for a note before the beginning or after the end of the recording. alaps: which of them
        place the notes.
        """
        layout = raga.Layout(count)
        notes = layout.melody + layout.coda
        seconds = self.place(layout, notes, alaps)
        size = len(layout.melody)
        breaths = [position == 0 for _, _, position in notes]
        return (self.recognise(seconds[:size], breaths[:size], MELODY_WINDOW),
                self.recognise(seconds[size:], breaths[size:], CODA_WINDOW))

    def place(self, layout, notes, alaps=BOTH):
        """The second at which each of the notes begins."""
        places = [start for start, _, position in notes if position == 0]
        seconds, steps = placing.place_phrases(
            self.loudness, self.slot, places, layout.closing_start,
            self.opening[0] if self.opening and OPENING in alaps else None,
            self.closing[0] if self.closing and CLOSING in alaps else None)
        phrase = [k for k, (_, _, position) in enumerate(notes) if position == 0] + [len(notes)]

        def spread(first, last, anchor=None):
            """Seconds of the notes of the phrases from `first` to before `last`.

            anchor: a phrase from which on, and back, the grid is to run evenly.
            """
            out = []
            for k in range(first, last):
                known = k if anchor is None else anchor
                out += [seconds[known] + (notes[i][0] - places[known]) * self.slot
                        for i in range(phrase[k], phrase[k + 1])]
            return out

        out = spread(0, len(places))
        for k in steps:                          # which notes are before the step, which after?
            first, last = k - 1, min(k + 1, len(places))
            early, late = spread(first, last, k - 1), spread(first, last, k)
            at = placing.best_switch(*(self.clarities(each) for each in (early, late)))
            out[phrase[first]:phrase[last]] = early[:at] + late[at:]
        return out

    def clarities(self, seconds):
        """How closely the sound at each time matches some alap note."""
        recogniser = self.recogniser(MELODY_WINDOW)
        return [recogniser.clarity(x) for x in self.spectra(seconds, MELODY_WINDOW)]

    # ---- What they are ----------------------------------------------------------------------
    def spectra(self, seconds, window, slot=None):
        """The spectra of the notes that begin at these seconds."""
        (offset, share), slot = window, slot or self.slot
        analyser, out = self.window(share, slot), []
        at = [second + offset * slot for second in seconds]
        for k in range(0, len(at), 2):
            out += analyser.spectrum(at[k], at[min(k + 1, len(at) - 1)])
        return out[:len(at)]

    def recogniser(self, window):
        """A Recogniser that has heard the alaps through this window."""
        notes = [[] for _ in range(10)]
        for start, slot in self.alaps():
            loud = rhythm.contrasts(self.loudness, start, slot)
            for digit in range(10):
                at = [start + (raga.ALAP_STEP * digit + moment) * slot
                      for moment in recognition.ALAP_MOMENTS]
                if loud[digit] > MIN_TEMPLATE:
                    notes[digit] += self.spectra(at, window)
        silence = self.spectra([-2 * MAX_WINDOW - 1], window)
        return recognition.Recogniser([digit or silence for digit in notes])

    def recognise(self, seconds, breaths, window):
        """For each note the log-likelihoods of the ten digits; None where nothing is recorded."""
        end = self.loudness.seconds - 0.5 * self.slot
        inside = [k for k, second in enumerate(seconds) if -0.25 * self.slot < second < end]
        out = [None] * len(seconds)
        if inside:
            spectra = self.spectra([seconds[k] for k in inside], window)
            found = self.recogniser(window).recognise(spectra, [breaths[k] for k in inside])
            for k, marginal in zip(inside, found):
                out[k] = marginal
        return out
