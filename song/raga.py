"""The melody of a number: which swara a digit takes, and when.

Digits are ranked by how often they occur; the most frequent takes Sa, the tonic, the rarest the Ni below it. Times are
in slots, the length of a note. The piece:

    alap    the notes of 0, 1, ..., 9 in order, each four slots and two of silence: a key to all that follows
    rest    four slots
    phrase  ten digits: nine notes of a slot, one of two slots, and a slot of breath; twelve slots in all
    ...     phrase after phrase; the last one may be shorter
"""
import collections

# by rank: name, letter in sargam, semitones above Sa
SWARAS = (("Sa", "S", 0), ("Pa", "P", 7), ("Sa'", "S'", 12), ("Re", "R", 2), ("Ga", "G", 4), ("Ma", "m", 5),
          ("Komal Dha", "d", 8), ("Ni", "N", 11), ("Ga'", "G'", 16), ("'Ni", "'N", -1))
ALAP_NOTE, ALAP_STEP, REST = 4, 6, 4
PHRASE, PHRASE_STEP, LAST_NOTE = 10, 12, 2
MELODY = 10 * ALAP_STEP + REST                   # where the first phrase begins
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def ranked(digits):
    """The ten digits from the most to the least frequent in a text of digits; of equals, the smaller first."""
    counts = collections.Counter(digits)
    return sorted("0123456789", key=lambda digit: (-counts[digit], digit))


def swaras(digits):
    """{digit: (name, letter, semitones above Sa)} for a text of digits."""
    return dict(zip(ranked(digits), SWARAS))


def schedule(count):
    """(start, length, place) of each note in slots, alap and then `count` digits; place: in the phrase, or None."""
    for i in range(10):
        yield i * ALAP_STEP, ALAP_NOTE, None
    for i in range(count):
        phrase, place = divmod(i, PHRASE)
        yield MELODY + phrase * PHRASE_STEP + place, LAST_NOTE if place == PHRASE - 1 else 1, place


def loudness(place):
    """How loud a note of a phrase is, 0 to 1: it opens firmly, sinks, and swells to the middle and the close."""
    return 0.8 if place is None else (0.95, 0.82, 0.86, 0.82, 0.9, 1.0, 0.88, 0.82, 0.86, 0.95)[place]


def midi_pitch(name):
    """C4, F#3, ... -> the MIDI number of the note (C4 is 60). ValueError for what is none, or too near to the ends."""
    letter, octave = name[:-1].upper(), name[-1:]
    if letter not in NOTES or octave not in tuple("0123456789"):
        raise ValueError("%r is no note such as C4 or F#3" % name)
    pitch = 12 * (int(octave) + 1) + NOTES.index(letter)
    if not 36 <= pitch <= 67:
        raise ValueError("%s is too low or too high for Sa; C2 to G4 will do" % name)
    return pitch
