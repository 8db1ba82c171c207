"""The sound: a harmonium over a tanpura, as 16-bit PCM.

The piece is made of few different slots: a pitch at a place of the phrase over a piece of the drone. Each is computed
once and its bytes are put together, which is what lets plain Python render ten minutes in seconds.
"""
import array
import functools
import math
import sys

import raga

RATE = 44100
FULL = 9000                                      # peak of a note, of 32767
REED = (1.0, 0.55, 0.36, 0.22, 0.12, 0.08, 0.05)         # harmonics of a reed
BEAT = 0.9                                       # Hz: how far the two reeds of a note are apart
ATTACK, RELEASE = 0.035, 0.045                   # seconds
DRONE = 0.055                                    # of a note's peak, for each string
STRINGS = (-5, 0, 0, -12)                        # of the tanpura, semitones above Sa, one every three slots


def tone(hertz, seconds, rate):
    """Samples of two reeds sounding together, -1 to 1, with the reed's slow attack and a release; no clicks."""
    count, step = round(seconds * rate), 2 * math.pi / rate
    samples = [0.0] * count
    for detuned, part in ((hertz - BEAT / 2, 0.5), (hertz + BEAT / 2, 0.5)):
        for k, amplitude in enumerate(REED, 1):
            if k * hertz < rate * 0.45:
                w, a = step * k * detuned, part * amplitude / sum(REED)
                samples = [s + a * math.sin(w * i) for i, s in enumerate(samples)]
    attack, release = round(ATTACK * rate), round(RELEASE * rate)
    for i in range(min(attack, count)):
        samples[i] *= 0.5 - 0.5 * math.cos(math.pi * i / attack)
    for i in range(min(release, count)):
        samples[-1 - i] *= 0.5 - 0.5 * math.cos(math.pi * i / release)
    return samples


def drone(sa, slot, rate):
    """Samples of a tanpura for one phrase, after which it begins again: Pa, Sa, Sa, low Sa, plucked every three slots.

    The strings ring on over the end into the beginning."""
    count = round(raga.PHRASE_STEP * slot * rate)
    samples = [0.0] * count
    for i, semitones in enumerate(STRINGS):
        hertz, start = sa * 2 ** (semitones / 12), i * count // 4
        for k in range(1, 9):
            w, decay = 2 * math.pi * k * hertz / rate, math.exp(-(0.5 + 0.16 * k) / rate)
            level = DRONE * (0.3 + 0.7 / k)
            ring = round(2.4 * raga.PHRASE_STEP * slot * rate / 3)
            for j in range(min(ring, count)):
                rise, fade = min(1.0, j / (0.02 * rate)), min(1.0, (min(ring, count) - j) / (0.2 * rate))
                samples[(start + j) % count] += level * rise * fade * math.sin(w * j)
                level *= decay
    return samples


def render(digits, write, sa=60, rate=4.0, hertz=RATE, say=lambda *_: None):
    """Render a text of digits: write(bytes of mono 16-bit PCM) is called piece by piece, say(done, all) on the way."""
    notes, slot = raga.swaras(digits), 1 / rate
    tonic = 440 * 2 ** ((sa - 69) / 12)
    ground = drone(tonic, slot, hertz)
    edges = [round(i * len(ground) / raga.PHRASE_STEP) for i in range(raga.PHRASE_STEP + 1)]

    def below(phase, slots):
        """The drone for so many slots from a place of the phrase on; the alap's notes may run over its end."""
        end = phase + slots
        return ground[edges[phase]:edges[min(end, raga.PHRASE_STEP)]] + ground[:edges[max(0, end - raga.PHRASE_STEP)]]

    @functools.lru_cache(maxsize=None)
    def melody(digit, slots, loud):
        """The samples of a note of so many slots."""
        return [loud * sample for sample in tone(tonic * 2 ** (notes[digit][2] / 12), slots * slot, hertz)]

    @functools.lru_cache(maxsize=None)
    def piece(phase, slots, digit=None, loud=0):
        """The bytes of some slots from a place of the drone on, with a note or without."""
        return mixed(melody(digit, slots, loud) if digit else [], below(phase, slots))

    now, total = 0, len(digits) + 10
    for i, (digit, (start, slots, place)) in enumerate(zip("0123456789" + digits, raga.schedule(len(digits)))):
        while now < start:
            write(piece((now - raga.MELODY) % raga.PHRASE_STEP, 1))
            now += 1
        write(piece((now - raga.MELODY) % raga.PHRASE_STEP, slots, digit, raga.loudness(place)))
        now += slots
        say(i + 1, total)
    tail = below((now - raga.MELODY) % raga.PHRASE_STEP, raga.PHRASE_STEP)
    write(mixed([], [sample * (1 - i / len(tail)) for i, sample in enumerate(tail)]))


def mixed(above, below):
    """The bytes of two lists of samples together; as long as the second."""
    samples = array.array("h", [round(FULL * (a + b)) for a, b in zip(above + [0.0] * len(below), below)])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
