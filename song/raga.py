"""The melody of a number: which swara a digit takes, and when it is played.

Digits are ranked by how often they occur; the most frequent takes Sa, the tonic, the rarest the Ni
below it. Times are in slots, the length of a note. The piece:

    alap    the notes of 0, 1, ..., 9 in order, each four slots and two of silence: a key
    rest    four slots
    phrase  ten digits: nine notes of a slot, one of two slots, and a slot of breath; twelve slots
    ...     phrase after phrase; the last one may be shorter
"""
import collections

# By rank: name, letter in sargam notation, semitones above Sa.
SWARAS = (("Sa", "S", 0), ("Pa", "P", 7), ("Sa'", "S'", 12), ("Re", "R", 2), ("Ga", "G", 4),
          ("Ma", "m", 5), ("Komal Dha", "d", 8), ("Ni", "N", 11), ("Ga'", "G'", 16),
          ("'Ni", "'N", -1))
DIGITS = "0123456789"
ALAP_NOTE, ALAP_STEP, REST = 4, 6, 4                       # slots
PHRASE_NOTES, PHRASE_STEP, LAST_NOTE = 10, 12, 2           # notes, slots, slots
MELODY = 10 * ALAP_STEP + REST                             # slot of the first phrase
# 0 to 1, by the position in a phrase: firm at the start, swelling to the middle and the close.
LOUDNESS = (0.95, 0.82, 0.86, 0.82, 0.9, 1.0, 0.88, 0.82, 0.86, 0.95)
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


def schedule(count):
    """Yield (start, length, position) of the alap's notes and of `count` digits, in slots.

    position: of a note in its phrase, from 0; None in the alap.
    """
    for i in range(10):
        yield i * ALAP_STEP, ALAP_NOTE, None
    for i in range(count):
        phrase, position = divmod(i, PHRASE_NOTES)
        length = LAST_NOTE if position == PHRASE_NOTES - 1 else 1
        yield MELODY + phrase * PHRASE_STEP + position, length, position


def loudness(position):
    """How loud the note at a position of a phrase is, 0 to 1; None: in the alap."""
    return ALAP_LOUDNESS if position is None else LOUDNESS[position]


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
