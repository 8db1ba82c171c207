"""A melody as a Standard MIDI File, format 0, and back (MIDI 1.0, RP-001)."""
import struct

import raga

DIVISION = 480                                   # ticks of a quarter note, which is four slots
PROGRAM = 20                                     # reed organ, General MIDI number 21 counted from 1


class BadSong(Exception):
    """What is no song of ours; told in one line."""


def quantity(number):
    """A variable-length quantity."""
    out = [number & 127]
    while number > 127:
        number >>= 7
        out.insert(0, number & 127 | 128)
    return bytes(out)


def to_midi(digits, sa=60, rate=4.0):
    """A text of digits -> the file. sa: MIDI number of Sa; rate: notes a second."""
    notes, ticks = raga.swaras(digits), DIVISION // 4
    events = [(0, 0, b"\xff\x51\x03" + round(4e6 / rate).to_bytes(3, "big")), (0, 0, b"\xff\x03\x05prime"),
              (0, 0, bytes([0xC0, PROGRAM]))]
    for digit, (start, length, place) in zip("0123456789" + digits, raga.schedule(len(digits))):
        name, _, semitones = notes[digit]
        events += [(start * ticks, 2, b"\xff\x05" + quantity(len(name)) + name.encode()),
                   (start * ticks, 3, bytes([0x90, sa + semitones, round(108 * raga.loudness(place))])),
                   ((start + length) * ticks - 24, 1, bytes([0x80, sa + semitones, 0]))]
    track, now = b"", 0
    for time, _, event in sorted(events, key=lambda event: event[:2]):
        track, now = track + quantity(time - now) + event, time
    track += quantity(2 * DIVISION) + b"\xff\x2f\0"
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, DIVISION) + b"MTrk" + struct.pack(">I", len(track)) + track


def note_ons(track):
    """The pitches of a track's notes, in the order in which they begin. BadSong if an event is cut short or unknown."""
    place, status, pitches = 0, 0, []

    def number():
        nonlocal place
        value = 0
        for _ in range(4):
            byte = track[place]
            place, value = place + 1, value << 7 | byte & 127
            if byte < 128:
                return value
        raise IndexError

    try:
        while place < len(track):
            number()
            if track[place] & 128:
                status, place = track[place], place + 1
            if status == 0xFF:
                kind, place = track[place], place + 1
                length = number()
                place += length
                if kind == 0x2F:
                    return pitches
            elif status in (0xF0, 0xF7):
                length = number()
                place += length
            elif status >> 4 in (0x8, 0x9, 0xA, 0xB, 0xE):
                if status >> 4 == 9 and track[place + 1]:
                    pitches.append(track[place])
                place += 2
            elif status >> 4 in (0xC, 0xD):
                place += 1
            else:
                raise BadSong("holds a MIDI event that there is not")
    except IndexError:
        pass
    raise BadSong("is a MIDI file that is cut short")


def from_midi(data):
    """The file -> the text of digits: the first ten notes tell which pitch is which digit. BadSong if they do not."""
    if data[:4] != b"MThd" or data[14:18] != b"MTrk" or data[8:10] != b"\0\0":
        raise BadSong("is no MIDI file of one track")
    pitches = note_ons(data[22:22 + int.from_bytes(data[18:22], "big")])
    digits = {pitch: str(i) for i, pitch in enumerate(pitches[:10])}
    if len(digits) < 10:
        raise BadSong("does not begin with the ten notes of an alap")
    for i, pitch in enumerate(pitches):
        if pitch not in digits:
            raise BadSong("loses the tune at note %d: its pitch is not in the alap" % (i + 1))
    return "".join(digits[pitch] for pitch in pitches[10:])
