"""From a recording to digits: the alap teaches tempo and sound, the rest is compared with it.

The decoder is told neither the key nor the instrument nor the speed. Its steps are textbook signal
processing: an energy envelope and its threshold crossings as onsets; a line fitted to ten equally
spaced onsets by least squares for the tempo; then, for each note of the melody, the amplitudes of a
discrete Fourier transform under a Hann window, at the frequencies that are strong in the alap,
matched to the ten templates by cosine similarity. (Oppenheim and Schafer, Discrete-Time Signal
Processing, for the transform and the window; Bello and others 2005, "A Tutorial on Onset Detection
in Music Signals", for the envelope.)

Thresholds were chosen by trial on the recordings of tests/slow_song.py, in the middle of the range
in which all of them are read. Times inside are in hops, steps of the envelope.
"""
import math
import operator

import raga
from midi import SongError

HOP = 0.01                     # seconds between two values of the envelope
SMOOTHING_HOPS = 2             # on either side, over which the envelope is averaged

# The alap: ten onsets that are equally far apart.
ONSET_LEVELS = (0.04, 0.07, 0.12, 0.18, 0.25, 0.35, 0.5)     # of a loud note's energy, in turn
LOUD_QUANTILE = 0.9            # of the envelope: what is taken for a loud note's energy
MAX_ONSETS, MAX_FIRST = 400, 60          # onsets looked at; of these, for the alap's first note
MAX_BETWEEN = 12               # onsets, true or false, from the alap's first note to its second
MIN_STEP, MAX_STEP = 20, 1000  # hops from note to note of the alap: 30 to 0.6 notes a second
MAX_DEVIATION = 0.07           # of a step, how far an onset may be off its place
BETTER = 0.01                  # of a step, by which another fit must be better to be preferred
MAX_GAP_ENERGY = 0.3           # of the note before, in the silence at the end of each step

# Pitch.
WINDOW = 0.72                  # of a slot, the length of the window
WINDOW_START = 0.25            # of a slot after the onset: after the attack, before the next note
ALAP_WINDOWS, ALAP_WINDOW_STEP = 10, 0.32    # windows in a note of the alap; slots between them
LOWEST, SPACING = 55.0, 6.0    # Hz, of the first frequencies that are compared
STRONGEST = 96                 # frequencies of the alap that are then compared
AMPLITUDE_EXPONENT = 0.7       # below 1, so that weak partials count
REVERBERATION = 0.25           # share of the note before that is subtracted from the next
DETUNINGS = (0.98, 0.985, 0.99, 0.996, 1.004, 1.01, 1.015, 1.02)       # of unclear notes
CLEAR_SIMILARITY, CLEAR_MARGIN = 0.965, 0.1  # of a note that needs no other tuning
MIN_SIMILARITY = 0.5           # cosine, below which a sound is no note of the alap

# Tempo and the end of the piece.
SEARCH = 0.3                   # of a slot, how far off its place a phrase's first onset is sought
ONSET_RISE = 0.15              # of the way from silence to the note, where its onset is measured
MIN_CONTRAST = 4               # of the note's energy to the breath's, for an onset to be trusted
START_GAIN, SLOT_GAIN = 0.4, 0.05        # share of the error by which start and tempo follow
SILENCE = 0.12                 # of the alap's energy: below it nothing sounds
FADING = 0.4                   # of the energy just before: below it a note is dying away


# ---- Rhythm ---------------------------------------------------------------------------------
def envelope(samples, rate):
    """Mean square of each hop of the samples, their mean removed."""
    size = HOP * rate
    edges = [round(i * size) for i in range(int(len(samples) / size) + 1)]
    mean = sum(samples) / max(1, len(samples))
    return [sum([(v - mean) ** 2 for v in samples[a:b]]) / (b - a)
            for a, b in zip(edges, edges[1:])]


def moving_average(values, width):
    """Means over 2 width + 1 values, fewer at the ends."""
    sums, n = [0.0], len(values)
    for value in values:
        sums.append(sums[-1] + value)
    edges = [(max(0, i - width), min(n, i + width + 1)) for i in range(n)]
    return [(sums[b] - sums[a]) / (b - a) for a, b in edges]


def mean_between(values, start, end):
    """The mean of values[start] ... values[end], as far as there are any; else 0."""
    part = values[max(0, int(start)):max(0, int(end)) + 1]
    return sum(part) / len(part) if part else 0.0


def rising_edges(values, level):
    """Where values rise through a level: fractions of an index, by linear interpolation."""
    return [i - 1 + (level - a) / (b - a)
            for i, (a, b) in enumerate(zip(values, values[1:]), 1) if a < level <= b]


def equally_spaced(onsets, first, second):
    """Ten onsets, about as far apart as the first two; None if they are not all there."""
    chain, step = [first, second], second - first
    if not MIN_STEP <= step <= MAX_STEP:
        return None
    while len(chain) < 10:
        expected = chain[-1] + (chain[-1] - first) / (len(chain) - 1)
        nearest = min(onsets, key=lambda onset: abs(onset - expected))
        if abs(nearest - expected) > MAX_DEVIATION * step:
            return None
        chain.append(nearest)
    return chain


def fit_line(chain):
    """(start, step, largest deviation in steps) of ten onsets, by least squares."""
    step = sum((k - 4.5) * onset for k, onset in enumerate(chain)) / 82.5
    start = sum(chain) / 10 - 4.5 * step
    return start, step, max(abs(onset - start - k * step) for k, onset in enumerate(chain)) / step


def is_alap(loud, start, step):
    """Do ten notes sound for two thirds of a step each, with hardly anything before the next?"""
    for k in range(10):
        note = mean_between(loud, start + (k + 0.1) * step, start + (k + 0.6) * step)
        gap = mean_between(loud, start + (k + 0.85) * step, start + (k + 0.96) * step)
        if gap >= MAX_GAP_ENERGY * note:
            return False
    return True


def find_alap(loud):
    """(start, slot) in hops of the ten notes of an alap. SongError if there are none.

    The lower the level, the nearer an onset is to the note's beginning, however it swells and
    beats; but noise and a drone must lie below it. So the levels are tried from the lowest.
    """
    loudest = sorted(loud)[int(len(loud) * LOUD_QUANTILE)] if loud else 0.0
    for level in ONSET_LEVELS:
        onsets, best = rising_edges(loud, loudest * level)[:MAX_ONSETS], None
        for i, first in enumerate(onsets[:MAX_FIRST]):
            for second in onsets[i + 1:i + MAX_BETWEEN]:
                chain = equally_spaced(onsets, first, second)
                if chain:
                    start, step, deviation = fit_line(chain)
                    better = best is None or deviation < best[0] - BETTER
                    if better and is_alap(loud, start, step):
                        best = deviation, start, step / raga.ALAP_STEP
        if best:
            return best[1:]
    raise SongError("does not begin with the ten even notes of an alap, as far as can be heard; "
                    "is it another song, or does the recording start late?")


# ---- Pitch ----------------------------------------------------------------------------------
def normalise(vector):
    """Numbers as a vector of length 1; zeros stay zeros."""
    vector = list(vector)
    norm = math.sqrt(sum([v * v for v in vector])) or 1.0
    return [v / norm for v in vector]


def cosine(a, b):
    """The cosine similarity of two vectors of length 1."""
    return sum(map(operator.mul, a, b))


def mean_vector(vectors):
    """The direction of the sum of vectors."""
    return normalise(map(sum, zip(*vectors)))


class SpectrumAnalyser:
    """Amplitudes of the samples at some frequencies, in Hz, through a Hann window, in seconds."""

    def __init__(self, samples, rate, seconds, frequencies):
        self.samples, self.size = samples, int(seconds * rate)
        window = [0.5 - 0.5 * math.cos(2 * math.pi * (i + 0.5) / self.size)
                  for i in range(self.size)]
        self.waves = []
        for frequency in frequencies:
            w = 2 * math.pi * frequency / rate
            self.waves.append(([v * math.cos(w * i) for i, v in enumerate(window)],
                               [v * math.sin(w * i) for i, v in enumerate(window)]))

    def spectrum(self, start):
        """The amplitudes from sample `start` on, compressed, as a vector of length 1."""
        start = max(0, start)
        part = self.samples[start:start + self.size]
        return normalise([math.hypot(cosine(part, c), cosine(part, s)) ** AMPLITUDE_EXPONENT
                          for c, s in self.waves])


class Listener:
    """A recording whose alap has been found and learned; `decode` reads the melody after it."""

    def __init__(self, samples, rate):
        """SongError if no alap is found."""
        self.rate = rate
        self.loud = moving_average(envelope(samples, rate), SMOOTHING_HOPS)
        self.first, self.slot = find_alap(self.loud)
        self.learn(samples)
        notes = [self.first + (raga.ALAP_STEP * k + 1) * self.slot for k in range(10)]
        self.alap_energy = sum(mean_between(self.loud, at, at) for at in notes) / 10
        self.alap_slot, self.retunes = self.slot, False

    def learn(self, samples):
        """Choose the frequencies that are strong in the alap, and keep the spectra of its notes."""
        seconds = self.slot * HOP * WINDOW
        count = int((self.rate / 2.1 - LOWEST) / SPACING)
        grid = [LOWEST + SPACING * k for k in range(count)]
        coarse = self.alap_spectra(SpectrumAnalyser(samples, self.rate, seconds, grid))
        strength = [max(column) for column in zip(*map(mean_vector, coarse))]
        strongest = [f for _, f in sorted(zip(strength, grid), reverse=True)[:STRONGEST]]
        self.analyser = SpectrumAnalyser(samples, self.rate, seconds, strongest)
        self.detuned = [SpectrumAnalyser(samples, self.rate, seconds,
                                         [f * factor for f in strongest]) for factor in DETUNINGS]
        self.templates = self.alap_spectra(self.analyser)
        self.means = [mean_vector(spectra) for spectra in self.templates]

    def alap_spectra(self, analyser):
        """For each digit the spectra of its note: as it speaks, and as it sounds on and beats."""
        spectra = []
        for digit in range(10):
            slots = [raga.ALAP_STEP * digit + WINDOW_START + ALAP_WINDOW_STEP * k
                     for k in range(ALAP_WINDOWS)]
            spectra.append([analyser.spectrum(self.sample_at(self.first + slot * self.slot))
                            for slot in slots])
        return spectra

    def sample_at(self, hops):
        """Hops -> the index of a sample."""
        return round(hops * HOP * self.rate)

    def decode(self, report=lambda *_: None, retunes=False):
        """The text of digits. SongError, with the second, where the tune is lost.

        retunes: compare unclear notes at other tunings, too, as the speed of a tape or a hand may
        waver; that takes two to three times as long.
        """
        self.slot, self.retunes = self.alap_slot, retunes
        self.start, self.digits = self.first + raga.MELODY * self.slot, []
        self.doubts = []             # for each digit how much likelier it is than another, and that
        while self.read_phrase():
            report(self.start * HOP)
            self.start += raga.PHRASE_STEP * self.slot
        return "".join(self.digits)

    def follow_breath(self):
        """Correct start and tempo by the first onset after a breath, where it is clear."""
        start, slot, loud = self.start, self.slot, self.loud
        quiet = mean_between(loud, start - 0.4 * slot, start - 0.2 * slot)
        note = mean_between(loud, start + 0.3 * slot, start + 0.8 * slot)
        begin = max(0, int(start - SEARCH * slot))
        around = loud[begin:int(start + SEARCH * slot) + 2]
        level = quiet + ONSET_RISE * (note - quiet)
        onsets = [begin + edge for edge in rising_edges(around, level)]
        if onsets and note > MIN_CONTRAST * quiet:
            error = min(onsets, key=lambda onset: abs(onset - start)) - start
            self.start += START_GAIN * error
            if self.digits:
                self.slot += SLOT_GAIN * error / raga.PHRASE_STEP

    def read_phrase(self):
        """Append the digits of a phrase; False if the piece ends in it."""
        self.follow_breath()
        for position in range(raga.PHRASE_NOTES):
            at = self.start + position * self.slot
            if not self.read_note(at, position):
                return False
        return True

    def read_note(self, at, position):
        """Append the digit of the note at hop `at`; False if the piece has ended."""
        slot, silence = self.slot, SILENCE * self.alap_energy
        energy = mean_between(self.loud, at + 0.45 * slot, at + 0.9 * slot)
        is_last = mean_between(self.loud, at + 1.1 * slot, at + 8 * slot) < silence
        if energy < silence:
            if self.digits and is_last:
                return False
            raise SongError(f"loses the tune at second {at * HOP:.1f}: a note is missing")
        similarities = self.recognise(at, position)
        second, best = sorted(range(10), key=similarities.__getitem__)[-2:]
        digit, similarity = str(best), similarities[best]
        before = mean_between(self.loud, at - 0.5 * slot, at - 0.1 * slot)
        if is_last and energy < FADING * before and self.digits and digit == self.digits[-1]:
            return False                         # the last note, dying away
        if similarity < MIN_SIMILARITY:
            raise SongError(f"loses the tune at second {at * HOP:.1f}: "
                            "this sounds like no note of the alap")
        self.digits.append(digit)
        self.doubts.append((similarity - similarities[second], str(second)))
        return True

    def recognise(self, at, position):
        """The cosine similarities of the note at hop `at` to those of the ten digits."""
        start = self.sample_at(at + WINDOW_START * self.slot)
        best = self.similarities(self.analyser.spectrum(start), position)
        second, first = sorted(best)[-2:]
        if self.retunes and (first < CLEAR_SIMILARITY or first - second < CLEAR_MARGIN):
            for analyser in self.detuned:
                best = list(map(max, best, self.similarities(analyser.spectrum(start), position)))
        return best

    def similarities(self, spectrum, position):
        """The cosine similarities of a spectrum to the notes of the ten digits."""
        if position:                             # after a breath nothing rings on
            before = self.means[int(self.digits[-1])]
            share = REVERBERATION * cosine(spectrum, before)
            spectrum = normalise([max(0.0, v - share * w) for v, w in zip(spectrum, before)])
        return [max(cosine(spectrum, template) for template in templates)
                for templates in self.templates]
