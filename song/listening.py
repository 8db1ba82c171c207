"""From a recording to digits: the alap gives the tempo and what each digit sounds like, the rest is compared with that.

The decoder is told neither the key nor the instrument nor the speed. It brings the recording down to about 2.7 kHz,
finds the ten equal notes of the alap by their loudness, and keeps the spectrum of each. It follows
the breath before each phrase, and takes each note for the digit whose spectrum is the most similar.
"""
import array
import math
import operator
import struct
import sys

import raga
from midi import BadSong

BAND = 2700                                      # samples a second that are listened to, about
HOP = 0.01                                       # seconds between two values of the loudness
SPACING = 6.0                                    # Hz between the frequencies that are compared
LOWEST = 55.0                                    # Hz
STRONGEST = 96                                   # so many frequencies are compared, the strongest of the alap
PRESSED = 0.7                                    # power of the amplitudes that are compared
RINGING = 0.25                                   # of what is like the note before is taken off the next
CHUNK = 1 << 18                                  # frames read at once
LARGEST = 1 << 30                                # bytes of a file


# ---- The file -------------------------------------------------------------------------------------------------------
def chunk_at(file, wanted):
    """Move to the data of a RIFF chunk and return its length. BadSong if there is none."""
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise BadSong("is a WAV file without %s" % wanted.decode().strip())
        kind, length = struct.unpack("<4sI", head)
        if kind == wanted:
            return length
        file.seek(length + length % 2, 1)


def samples(data, kind, width):
    """Interleaved little-endian samples -> numbers of about 16 bits' range, as an array. 24 and 32 bits are cut."""
    if kind == 3:
        out = array.array("f" if width == 4 else "d", data)
        if sys.byteorder == "big":
            out.byteswap()
        return array.array("f", [32767 * v if v == v and abs(v) < 100 else 0.0 for v in out])
    if width == 1:
        return array.array("h", [byte - 128 << 8 for byte in data])
    if width > 2:
        high = bytearray(len(data) // width * 2)
        high[0::2], high[1::2] = data[width - 2::width], data[width - 1::width]
        data = bytes(high)
    out = array.array("h", data)
    if sys.byteorder == "big":
        out.byteswap()
    return out


def listen(file, say=lambda *_: None):
    """An open WAV file -> (samples of about BAND a second, mean of all channels; that rate). BadSong if it is none."""
    if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
        raise BadSong("is neither a MIDI nor a WAV file; convert the recording to WAV")
    size = chunk_at(file, b"fmt ")
    fields = file.read(min(size, 40))
    file.seek(max(0, size + size % 2 - 40), 1)
    if len(fields) < 16:
        raise BadSong("is a WAV file that is cut short")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", fields[:16])
    if kind == 0xFFFE and len(fields) >= 26:
        kind = struct.unpack("<H", fields[24:26])[0]
    if (kind, bits) not in ((1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)) or not 1 <= channels <= 8 or \
            not 6000 <= rate <= 200000:
        raise BadSong("is a WAV file of a kind that is not read: give PCM of 8 to 32 bits, 8 to 96 kHz")
    length, width = chunk_at(file, b"data"), bits // 8
    if length > LARGEST:
        raise BadSong("holds %d MB of sound; cut it to the piece, or lower its rate" % (length >> 20))
    step = max(1, round(rate / BAND))
    block, out, done = step * channels, array.array("f"), 0
    while done < length:
        data = file.read(min(length - done, CHUNK // step * step * channels * width))
        done += len(data)
        values = samples(data[:len(data) // (width * block) * width * block], kind, width)
        if not values:
            break
        out.extend([sum(values[i:i + block]) / block for i in range(0, len(values), block)])
        say(done, length)
    return out, rate / step


# ---- Rhythm ---------------------------------------------------------------------------------------------------------
def energies(sound, rate):
    """Mean square of each HOP of the sound, its mean removed."""
    size = HOP * rate
    cuts = [round(i * size) for i in range(int(len(sound) / size) + 1)]
    mean = sum(sound) / max(1, len(sound))
    return [sum([(v - mean) ** 2 for v in sound[a:b]]) / (b - a) for a, b in zip(cuts, cuts[1:])]


def smoothed(values, width):
    """Running means over 2 width + 1 values."""
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    n = len(values)
    return [(sums[min(n, i + width + 1)] - sums[max(0, i - width)]) / (min(n, i + width + 1) - max(0, i - width))
            for i in range(n)]


def rises(loud, level):
    """Where the loudness rises through a level, in HOPs, between two values where it must be."""
    return [i - 1 + (level - a) / (b - a) for i, (a, b) in enumerate(zip(loud, loud[1:]), 1) if a < level <= b]


def find_alap(loud):
    """(beginning, slot) in HOPs of the ten notes of an alap. BadSong if there are none.

    For several levels it looks at the rises of the loudness for ten that are equally far apart. The lower the level,
    the nearer to a note's beginning, however it swells and beats; but noise and a drone must lie below it."""
    top = sorted(loud)[int(len(loud) * 0.9)] if loud else 0.0
    best = None
    for share in (0.04, 0.07, 0.12, 0.18, 0.25, 0.35, 0.5):
        starts = rises(loud, top * share)[:400]
        for i, first in enumerate(starts[:60]):
            for second in starts[i + 1:i + 12]:
                found, step = [first, second], second - first
                while 20 <= step <= 1000 and len(found) < 10:
                    expected = found[-1] + (found[-1] - first) / (len(found) - 1)
                    near = min(starts, key=lambda start, at=expected: abs(start - at))
                    if abs(near - expected) > 0.07 * step:
                        break
                    found.append(near)
                if len(found) == 10:
                    step = sum((k - 4.5) * start for k, start in enumerate(found)) / 82.5        # least squares
                    begin = sum(found) / 10 - 4.5 * step
                    error = max(abs(start - begin - k * step) for k, start in enumerate(found)) / step
                    if (best is None or error < best[0] - 0.01) and sounding(loud, begin, step):
                        best = (error, begin, step / raga.ALAP_STEP)
        if best:
            return best[1:]
    raise BadSong("does not begin with the ten even notes of an alap, as far as can be heard")


def sounding(loud, first, step):
    """Do ten notes that begin at `first` sound for two thirds of a step, with hardly anything before the next?"""
    def mean(begin, end):
        part = loud[max(0, int(begin)):int(end) + 1]
        return sum(part) / len(part) if part else 0.0
    return all(mean(first + (k + 0.85) * step, first + (k + 0.96) * step)
               < 0.3 * mean(first + (k + 0.1) * step, first + (k + 0.6) * step) for k in range(10))


# ---- Pitch ----------------------------------------------------------------------------------------------------------
def unit(vector):
    """Numbers as a vector of length 1."""
    vector = list(vector)
    norm = math.sqrt(sum([v * v for v in vector])) or 1.0
    return [v / norm for v in vector]


class Ear:
    """The sound's spectrum at a set of frequencies, through a window of one length."""

    def __init__(self, sound, rate, seconds, frequencies):
        self.sound, self.size = sound, int(seconds * rate)
        window = [0.5 - 0.5 * math.cos(2 * math.pi * (i + 0.5) / self.size) for i in range(self.size)]
        self.waves = [[[w * wave(2 * math.pi * f / rate * i) for i, w in enumerate(window)]
                       for wave in (math.cos, math.sin)] for f in frequencies]

    def spectrum(self, start):
        """Amplitudes from sample `start` on, pressed so that weak partials count, as a vector of length 1."""
        piece = self.sound[max(0, start):max(0, start) + self.size]
        return unit([math.hypot(sum(map(operator.mul, piece, c)), sum(map(operator.mul, piece, s))) ** PRESSED
                     for c, s in self.waves])


def decode(sound, rate, say=lambda *_: None):
    """Samples -> the text of digits. BadSong, with the second, where the tune is lost. say(second) on the way."""
    loud = smoothed(energies(sound, rate), 2)
    first, slot = find_alap(loud)
    hop, seconds = HOP * rate, slot * HOP * 0.72
    grid = [LOWEST + SPACING * k for k in range(int((rate / 2.1 - LOWEST) / SPACING))]

    def keys(ear):
        """The spectra of each note of the alap: as it speaks, and as it sounds on and beats."""
        starts = [[first + (raga.ALAP_STEP * k + 0.25 + 0.32 * part) * slot for part in range(10)] for k in range(10)]
        return [[ear.spectrum(round(start * hop)) for start in note] for note in starts]

    means = [unit(map(sum, zip(*key))) for key in keys(Ear(sound, rate, seconds, grid))]
    strength = [max(column) for column in zip(*means)]
    ear = Ear(sound, rate, seconds, [f for _, f in sorted(zip(strength, grid), reverse=True)[:STRONGEST]])
    templates = keys(ear)
    means = [unit(map(sum, zip(*key))) for key in templates]

    def level(begin, end):
        part = loud[max(0, int(begin)):max(0, int(end)) + 1]
        return sum(part) / len(part) if part else 0.0

    full = sum(level(at, at) for at in (first + (raga.ALAP_STEP * k + 1) * slot for k in range(10))) / 10

    digits, start = [], first + raga.MELODY * slot
    while True:
        # the breath: follow the first note's rise, as far as it is where it may be
        quiet = level(start - 0.4 * slot, start - 0.2 * slot)
        loudest = level(start + 0.3 * slot, start + 0.8 * slot)
        begin = max(0, int(start - 0.3 * slot))
        near = rises(loud[begin:int(start + 0.3 * slot) + 2], quiet + 0.15 * (loudest - quiet))
        if near and loudest > 4 * quiet:
            error = begin + min(near, key=lambda rise: abs(begin + rise - start)) - start
            start += 0.4 * error
            slot += 0.05 * error / raga.PHRASE_STEP if len(digits) else 0
        for place in range(raga.PHRASE):
            at = start + place * slot
            here, after = level(at + 0.45 * slot, at + 0.9 * slot), level(at + 1.1 * slot, at + 8 * slot)
            last, fading = after < 0.12 * full, here < 0.4 * level(at - 0.5 * slot, at - 0.1 * slot)
            if digits and last and here < 0.12 * full:
                return "".join(digits)
            if here < 0.12 * full:
                raise BadSong("loses the tune at second %.1f: a note is missing" % (at * HOP))
            heard = ear.spectrum(round((at + 0.25 * slot) * hop))
            if place:                            # the note before may ring on: some of what is like it is taken off
                before = means[int(digits[-1])]
                share = RINGING * sum(map(operator.mul, heard, before))
                heard = unit([max(0.0, v - share * w) for v, w in zip(heard, before)])
            likeness = [max(sum(map(operator.mul, heard, key)) for key in spectra) for spectra in templates]
            digit = max(range(10), key=likeness.__getitem__)
            if last and fading and digits and str(digit) == digits[-1]:
                return "".join(digits)           # the last note, dying away
            if likeness[digit] < 0.5:
                raise BadSong("loses the tune at second %.1f: this sounds like no note of the alap" % (at * HOP))
            digits.append(str(digit))
        say(start * HOP)
        start += raga.PHRASE_STEP * slot
