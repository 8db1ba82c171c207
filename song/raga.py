"""The melody of a number: which swara a digit takes, and when it is played.

Digits are ranked by how often they occur; the most frequent takes Sa, the tonic, the rarest the Ni
below it. Times are in slots, the length of a note of the melody. The piece:

    alap    the notes of 0, 1, ..., 9 in order, each four slots and two of silence: a key
    rest    four slots
    melody  phrases of ten digits: nine notes of a slot, one of two, and a slot of breath: twelve
            slots; the last phrase may be shorter, and a breath of two slots follows
    coda    the digits of parity (parity.py), a third faster: phrases of a cycle of sixteen notes,
            the last one held, and a breath; eighteen beats of three quarters of a slot
    rest    four slots, up to a whole one
    alap    again, for those who came late
"""
import collections
import math

from . import parity

# By rank: name, letter in sargam notation, semitones above Sa.
SWARAS = (("Sa", "S", 0), ("Pa", "P", 7), ("Sa'", "S'", 12), ("Re", "R", 2), ("Ga", "G", 4),
          ("Ma", "m", 5), ("Komal Dha", "d", 8), ("Ni", "N", 11), ("Ga'", "G'", 16),
          ("'Ni", "'N", -1))
DIGITS = "0123456789"
MAX_LATE = 320                                             # notes missing at the beginning
MAX_DIGITS = 6000                                          # that are set to music, and sought
ALAP_NOTE, ALAP_STEP, REST = 4, 6, 4                       # slots
PHRASE_NOTES, PHRASE_STEP, LAST_NOTE = 10, 12, 2           # notes, slots, slots
MELODY = 10 * ALAP_STEP + REST                             # slot of the first phrase
BREATH = 2                                                 # slots from the melody to the coda
BEAT, CYCLE_NOTES, CYCLE_STEP = 0.75, 16, 18               # slots; notes, beats of a coda's phrase
ALAP, THEME, CODA = "alap", "melody", "coda"               # names of the parts
# 0 to 1, by the position in a phrase: firm at the start, swelling to the middle and the close.
LOUDNESS = (0.95, 0.82, 0.86, 0.82, 0.9, 1.0, 0.88, 0.82, 0.86, 0.95)
# The sixteen beats of tintal: stress on the first, the fifth and the thirteenth, none on the ninth.
CYCLE_LOUDNESS = (1.0, 0.82, 0.82, 0.86, 0.95, 0.82, 0.82, 0.86,
                  0.78, 0.82, 0.82, 0.86, 0.95, 0.86, 0.9, 0.95)
ALAP_LOUDNESS = 0.8
NOTE_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MIN_SA, MAX_SA = 36, 67                                    # MIDI numbers: C2 to G4


def rank_digits(digits):
    """The ten digits from the most to the least frequent in a text; of equals the smaller first."""
    counts = collections.Counter(digits)
    return sorted(DIGITS, key=lambda digit: (-counts[digit], digit))


def assign_swaras(digits):
    """{digit: (name, letter, semitones above Sa)} for a text of digits."""
    return dict(zip(rank_digits(digits), SWARAS))


def phrases(start, count, beat, size, step):
    """(start, length, position) of `count` notes, in slots, from slot `start` on.

    beat: slots of a note; size: notes of a phrase, of which the last is held; step: its beats.
    """
    for i in range(count):
        phrase, position = divmod(i, size)
        length = LAST_NOTE if position == size - 1 else 1
        yield start + (phrase * step + position) * beat, length * beat, position


def alap(start):
    """(start, length, position) of the ten notes of an alap from slot `start` on."""
    return [(start + i * ALAP_STEP, ALAP_NOTE, i) for i in range(10)]


class Layout:
    """When the notes of a number of `count` digits are played: lists of (start, length, position).

    Slots from the first note of the piece on; positions in a phrase, from 0. alap, melody, coda,
    closing (the second alap); end: where the last note ends.
    """

    def __init__(self, count):
        codewords, size = parity.shape(count)
        self.alap = alap(0)
        self.melody = list(phrases(MELODY, count, 1, PHRASE_NOTES, PHRASE_STEP))
        start, length, _ = self.melody[-1]
        self.coda_start = start + length + BREATH
        checks = parity.SYMBOL * codewords * size
        self.coda = list(phrases(self.coda_start, checks, BEAT, CYCLE_NOTES, CYCLE_STEP))
        start, length, _ = self.coda[-1]
        self.closing_start = math.ceil(start + length + BEAT) + REST
        self.closing = alap(self.closing_start)
        self.end = self.closing_start + 9 * ALAP_STEP + ALAP_NOTE


def fewest(slots):
    """The smallest number of digits whose closing alap begins at a slot or after it.

    At most MAX_DIGITS.
    """
    low, high = 0, 1
    while high < MAX_DIGITS and Layout(high).closing_start < slots:
        low, high = high, min(MAX_DIGITS, 2 * high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if Layout(middle).closing_start < slots else (low, middle)
    return high


def late_counts(recorded):
    """Numbers of digits that a piece may have of which the beginning may be missing.

    recorded: slots that were recorded before the closing alap. One number for each way to end, by
    the shape of the parity and the notes of the last phrase; as large as all that was recorded.
    """
    counts, first = {}, fewest(recorded)
    for count in range(first, first + MAX_LATE):
        ending = parity.shape(count), count % PHRASE_NOTES
        if ending not in counts or Layout(count).closing_start - MELODY < recorded:
            counts[ending] = count
    return list(counts.values())


def compose(digits):
    """[(digit, start, length, part, position)] of all notes of a text of digits, in slots."""
    layout, coda = Layout(len(digits)), parity.parity(digits)
    parts = ((DIGITS, ALAP, layout.alap), (digits, THEME, layout.melody),
             (coda, CODA, layout.coda), (DIGITS, ALAP, layout.closing))
    return [(digit, start, length, part, position) for text, part, notes in parts
            for digit, (start, length, position) in zip(text, notes)]


def loudness(part, position):
    """How loud the note at a position of a phrase is, 0 to 1."""
    if part == ALAP:
        return ALAP_LOUDNESS
    return (CYCLE_LOUDNESS if part == CODA else LOUDNESS)[position]


def midi_pitch(name):
    """C4, F#3, ... -> the MIDI number of the note (C4 is 60).

    ValueError for what is no note, or too low or too high for Sa.
    """
    letter, octave = name[:-1].upper(), name[-1:]
    if letter not in NOTE_NAMES or octave not in tuple(DIGITS):
        raise ValueError(f"{name!r} is no note such as C4 or F#3")
    pitch = 12 * (int(octave) + 1) + NOTE_NAMES.index(letter)
    if not MIN_SA <= pitch <= MAX_SA:
        raise ValueError(f"{name} is too low or too high for Sa; choose C2 to G4")
    return pitch
