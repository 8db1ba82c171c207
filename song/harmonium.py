"""The sound: a harmonium over a tanpura, as 16-bit PCM.

The piece is made of few different slots: a pitch at a position of the phrase over a part of the
drone. Each is computed once and its bytes are joined, which is what lets plain Python render ten
minutes in seconds.
"""
import array
import functools
import math
import sys

from . import raga

SAMPLE_RATE = 44100                              # samples a second
PEAK = 9000                                      # of a note, of 32767
REED = (1.0, 0.55, 0.36, 0.22, 0.12, 0.08, 0.05)         # harmonics of a reed
BEAT = 0.9                                       # Hz between the two reeds of a note
ATTACK, RELEASE = 0.035, 0.045                   # seconds
HIGHEST = 0.45                                   # of the sample rate: no harmonic above it
STRINGS = (-5, 0, 0, -12)                        # of the tanpura, semitones above Sa
PLUCK_SLOTS = 3                                  # slots from string to string
DRONE = 0.055                                    # of a note's peak, for each string
STRING_HARMONICS = 8
STRING_RISE, STRING_FADE = 0.02, 0.2             # seconds
QUARTERS = 4                                     # of a slot, of which all lengths are multiples
STRING_RING = 2.4                                # times PLUCK_SLOTS, how long a string rings


def tone(frequency, seconds, sample_rate):
    """Samples, -1 to 1, of two reeds sounding together, with a slow attack and a release."""
    count, step = round(seconds * sample_rate), 2 * math.pi / sample_rate
    samples = [0.0] * count
    for detuned in (frequency - BEAT / 2, frequency + BEAT / 2):
        for k, amplitude in enumerate(REED, 1):
            if k * frequency < sample_rate * HIGHEST:
                w, a = step * k * detuned, 0.5 * amplitude / sum(REED)
                samples = [s + a * math.sin(w * i) for i, s in enumerate(samples)]
    attack, release = round(ATTACK * sample_rate), round(RELEASE * sample_rate)
    for i in range(min(attack, count)):
        samples[i] *= 0.5 - 0.5 * math.cos(math.pi * i / attack)
    for i in range(min(release, count)):
        samples[-1 - i] *= 0.5 - 0.5 * math.cos(math.pi * i / release)
    return samples


def drone(tonic, slot, sample_rate):
    """Samples of a tanpura for one phrase, after which it repeats; tonic in Hz, slot in seconds.

    Pa, Sa, Sa, low Sa; the strings ring on over the end into the beginning.
    """
    count = round(raga.PHRASE_STEP * slot * sample_rate)
    ring = min(count, round(STRING_RING * raga.PHRASE_STEP * slot * sample_rate / PLUCK_SLOTS))
    samples = [0.0] * count
    for i, semitones in enumerate(STRINGS):
        frequency, start = tonic * 2 ** (semitones / 12), i * count // 4
        for k in range(1, STRING_HARMONICS + 1):
            w = 2 * math.pi * k * frequency / sample_rate
            decay = math.exp(-(0.5 + 0.16 * k) / sample_rate)
            level = DRONE * (0.3 + 0.7 / k)
            for j in range(ring):
                rise = min(1.0, j / (STRING_RISE * sample_rate))
                fade = min(1.0, (ring - j) / (STRING_FADE * sample_rate))
                samples[(start + j) % count] += level * rise * fade * math.sin(w * j)
                level *= decay
    return samples


def mix(melody, ground):
    """The bytes of two lists of samples together; as long as the second."""
    pairs = zip(melody + [0.0] * len(ground), ground)
    samples = array.array("h", [round(PEAK * (a + b)) for a, b in pairs])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def render(digits, write, sa=60, rate=4.0, sample_rate=SAMPLE_RATE, report=lambda *_: None,
           seconds=math.inf):
    """Render a text of digits: write(mono 16-bit PCM) is called piece by piece.

    sa: MIDI number of Sa; rate: notes a second; seconds: after which no note begins. report(notes
    done, all) is called on the way.
    """
    notes, slot, phrase = raga.assign_swaras(digits), 1 / rate, QUARTERS * raga.PHRASE_STEP
    tonic = 440 * 2 ** ((sa - 69) / 12)
    ground = drone(tonic, slot, sample_rate)
    edges = [round(i * len(ground) / phrase) for i in range(phrase + 1)]

    def ground_of(start, quarters):
        """The drone for so many quarter slots from a quarter of the phrase on; it may wrap."""
        end = start + quarters
        before_end = ground[edges[start]:edges[min(end, phrase)]]
        return before_end + ground[:edges[max(0, end - phrase)]]

    @functools.lru_cache(maxsize=None)
    def melody(digit, quarters, loudness):
        """The samples of a note of so many quarters of a slot."""
        frequency = tonic * 2 ** (notes[digit][2] / 12)
        seconds = quarters * slot / QUARTERS
        return [loudness * sample for sample in tone(frequency, seconds, sample_rate)]

    @functools.lru_cache(maxsize=None)
    def piece(start, quarters, digit=None, loudness=0):
        """The bytes of some quarters from one of the drone on, with a note or without."""
        return mix(melody(digit, quarters, loudness) if digit else [], ground_of(start, quarters))

    now, played = 0, raga.compose(digits)
    for i, (digit, start, slots, part, position) in enumerate(played, 1):
        if start * slot >= seconds:
            break
        start, quarters = round(QUARTERS * start), round(QUARTERS * slots)
        while now < start:
            silent = min(QUARTERS, start - now)
            write(piece((now - QUARTERS * raga.MELODY) % phrase, silent))
            now += silent
        loud = raga.loudness(part, position)
        write(piece((now - QUARTERS * raga.MELODY) % phrase, quarters, digit, loud))
        now += quarters
        report(i, len(played))
    tail = ground_of((now - QUARTERS * raga.MELODY) % phrase, phrase)
    write(mix([], [sample * (1 - i / len(tail)) for i, sample in enumerate(tail)]))
