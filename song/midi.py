"""A melody as a Standard MIDI File, format 0, and back (MIDI 1.0, RP-001)."""
import re
import struct

from . import raga

DIVISION = 480                                   # ticks of a quarter note, which is four slots
TICKS = DIVISION // 4                            # of a slot
SILENCE = 24                                     # ticks between the end of a note and the next
PROGRAM = 20                                     # reed organ, General MIDI number 21 from 1
FULL_VELOCITY = 108                              # of 127, for loudness 1


class SongError(ValueError):
    """A number that cannot be set to music, or a file that is no song of ours; one line."""


def check_digits(digits):
    """SongError for a text that is not 1 to raga.MAX_DIGITS decimal digits."""
    if not re.fullmatch("[0-9]+", digits):
        raise SongError(f"{digits[:20]!r} is no positive number in decimal digits")
    if len(digits) > raga.MAX_DIGITS:
        raise SongError(f"has {len(digits)} digits; at most {raga.MAX_DIGITS} are set to music")


# ---- Writing --------------------------------------------------------------------------------
def encode_vlq(number):
    """A variable-length quantity: seven bits a byte, the highest first."""
    out = [number & 127]
    while number > 127:
        number >>= 7
        out.insert(0, number & 127 | 128)
    return bytes(out)


def to_midi(digits, sa=60, rate=4.0):
    """A text of digits -> the file. sa: MIDI number of Sa; rate: notes a second.

    SongError for a text that `check_digits` refuses.
    """
    check_digits(digits)
    notes = raga.assign_swaras(digits)
    tempo = round(4e6 / rate).to_bytes(3, "big")             # microseconds of a quarter note
    # (tick, order among events of the same tick, event)
    events = [(0, 0, b"\xff\x51\x03" + tempo), (0, 0, b"\xff\x03\x05prime"),
              (0, 0, bytes([0xC0, PROGRAM]))]
    part_before = None
    for digit, start, length, part, position in raga.compose(digits):
        name, _, semitones = notes[digit]
        velocity = round(FULL_VELOCITY * raga.loudness(part, position))
        on, off = round(start * TICKS), round((start + length) * TICKS) - SILENCE
        if part != part_before:
            events.append((on, 2, b"\xff\x06" + encode_vlq(len(part)) + part.encode()))
            part_before = part
        events += [(on, 2, b"\xff\x05" + encode_vlq(len(name)) + name.encode()),
                   (on, 3, bytes([0x90, sa + semitones, velocity])),
                   (off, 1, bytes([0x80, sa + semitones, 0]))]
    track, now = b"", 0
    for tick, _, event in sorted(events, key=lambda event: event[:2]):
        track, now = track + encode_vlq(tick - now) + event, tick
    track += encode_vlq(2 * DIVISION) + b"\xff\x2f\0"
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, DIVISION)
    return header + b"MTrk" + struct.pack(">I", len(track)) + track


# ---- Reading --------------------------------------------------------------------------------
class TrackReader:
    """The bytes of a track, taken from the front. IndexError at the end."""

    def __init__(self, track):
        self.track, self.offset = track, 0

    def byte(self):
        """The next byte."""
        self.offset += 1
        return self.track[self.offset - 1]

    def vlq(self):
        """The next variable-length quantity, of four bytes at most."""
        value = 0
        for _ in range(4):
            byte = self.byte()
            value = value << 7 | byte & 127
            if byte < 128:
                return value
        raise IndexError

    def skip(self, count):
        """Pass over so many bytes."""
        self.offset += count


def note_ons(track):
    """[(tick, pitch)] of a track's notes in the order in which they begin.

    SongError if an event is truncated or unknown.
    """
    reader, status, pitches, now = TrackReader(track), 0, [], 0
    try:
        while True:
            now += reader.vlq()                  # the time since the event before
            if track[reader.offset] & 128:       # else the status is the last event's
                status = reader.byte()
            if status == 0xFF:                   # meta event
                kind = reader.byte()
                reader.skip(reader.vlq())
                if kind == 0x2F:                 # end of track
                    return pitches
            elif status in (0xF0, 0xF7):         # system exclusive
                reader.skip(reader.vlq())
            elif status >> 4 in (0xC, 0xD):      # program, channel pressure
                reader.byte()
            elif status >> 4 in (0x8, 0x9, 0xA, 0xB, 0xE):
                pitch, velocity = reader.byte(), reader.byte()
                if status >> 4 == 9 and velocity:
                    pitches.append((now, pitch))
            else:
                raise SongError(f"holds the unknown MIDI event {status:#04x}; export it again")
    except IndexError:
        raise SongError("is a truncated MIDI file; take a whole copy") from None


def chunks(data):
    """[(kind, data)] of a MIDI file. SongError where one is truncated."""
    found, offset = [], 0
    while offset + 8 <= len(data):
        length = int.from_bytes(data[offset + 4:offset + 8], "big")
        body = data[offset + 8:offset + 8 + length]
        found.append((data[offset:offset + 4], body))
        if len(body) < length:
            raise SongError("is a truncated MIDI file; take a whole copy")
        offset += 8 + length
    return found


def notes(data):
    """[(tick, pitch)] of the notes of all tracks of a MIDI file, in the order in which they begin.

    SongError for what is no MIDI file of format 0 or 1.
    """
    if data[:4] != b"MThd" or data[8:10] not in (b"\0\0", b"\0\1"):
        raise SongError("is no MIDI file of format 0 or 1; export it as one of these")
    tracks = [body for kind, body in chunks(data) if kind == b"MTrk"]
    if not tracks:
        raise SongError("is a MIDI file without a track; take a whole copy")
    return sorted((note for track in tracks for note in note_ons(track)),
                  key=lambda note: note[0])
