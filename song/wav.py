"""WAV files, read: down to the low rate at which the ear listens, and to one channel.

Source: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991).
"""
import array
import struct
import sys

from .midi import SongError

# About so many samples a second are kept: the fundamentals of all notes and their first harmonics
# are below half of it, and listening to ten minutes takes seconds.
LISTENING_RATE = 2700
FRAMES_AT_ONCE = 1 << 18
MAX_SOUND = 1 << 30                              # bytes
MIN_RATE, MAX_RATE, MAX_CHANNELS = 6000, 200000, 8
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE            # format tags
FORMATS = ((PCM, 8), (PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32), (FLOAT, 64))
UNKNOWN_LENGTHS = (0, 0xFFFFFFFF)
MAX_FLOAT = 100                                  # louder samples, and NaN, are silence


def seek_chunk(file, kind):
    """Move to the data of a RIFF chunk -> its length. SongError if there is none."""
    while True:
        header = file.read(8)
        if len(header) < 8:
            raise SongError(f"is a WAV file without {kind.decode().strip()}; take a whole copy")
        name, length = struct.unpack("<4sI", header)
        if name == kind:
            return length
        file.seek(length + length % 2, 1)


def read_format(file):
    """Move over the format chunk -> (format tag, channels, sample rate, bits). Or SongError."""
    size = seek_chunk(file, b"fmt ")
    fields = file.read(min(size, 40))
    file.seek(max(0, size + size % 2 - 40), 1)
    if len(fields) < 16:
        raise SongError("is a truncated WAV file; take a whole copy")
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", fields[:16])
    if tag == EXTENSIBLE and len(fields) >= 26:
        tag = struct.unpack("<H", fields[24:26])[0]
    if ((tag, bits) not in FORMATS or not 1 <= channels <= MAX_CHANNELS
            or not MIN_RATE <= rate <= MAX_RATE):
        raise SongError("is a WAV file of an unsupported kind: give PCM of 8 to 32 bits or "
                        "float, at 8 to 96 kHz")
    return tag, channels, rate, bits


def to_samples(data, tag, width):
    """Interleaved little-endian samples -> an array, all within 16 bits' range, 24 and 32 cut."""
    if tag == FLOAT:
        values = array.array("f" if width == 4 else "d", data)
        if sys.byteorder == "big":
            values.byteswap()
        return array.array("f", [32767 * v if abs(v) < MAX_FLOAT else 0.0 for v in values])
    if width == 1:
        return array.array("h", [byte - 128 << 8 for byte in data])
    if width > 2:
        high = bytearray(len(data) // width * 2)
        high[0::2], high[1::2] = data[width - 2::width], data[width - 1::width]
        data = bytes(high)
    values = array.array("h", data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def bytes_left(file):
    """How many bytes of a file are left."""
    here = file.tell()
    end = file.seek(0, 2)
    file.seek(here)
    return end - here


def read_wav(file, report=lambda *_: None):
    """An open WAV file -> (samples, the mean of all channels, about LISTENING_RATE; that rate).

    SongError if it is none, or of an unsupported kind. report(bytes done, all) on the way.
    """
    if file.read(4) != b"RIFF" or file.read(8)[4:] != b"WAVE":
        raise SongError("is not a WAV file; convert the recording: ffmpeg -i INPUT OUTPUT.wav")
    tag, channels, rate, bits = read_format(file)
    length, width = seek_chunk(file, b"data"), bits // 8
    if length in UNKNOWN_LENGTHS:                # who writes to a pipe cannot know it
        length = bytes_left(file)
    return read_sound(file, length, tag, channels, rate, width, report)


def read_sound(file, length, tag, channels, rate, width, report, arrange=bytes):
    """As `read_wav`, of `length` bytes of samples; arrange makes them little-endian."""
    if length > MAX_SOUND:
        raise SongError(f"holds {length >> 20} MB of sound; cut it to the piece, or lower its rate")
    step = max(1, round(rate / LISTENING_RATE))              # frames that become one sample
    block, samples, done = step * channels, array.array("f"), 0
    chunk = FRAMES_AT_ONCE // step * block * width
    while done < length:
        data = arrange(file.read(min(length - done, chunk)))
        done += len(data)
        values = to_samples(data[:len(data) // (width * block) * width * block], tag, width)
        if not values:
            break
        samples.extend([sum(values[i:i + block]) / block for i in range(0, len(values), block)])
        report(done, length)
    return samples, rate / step
