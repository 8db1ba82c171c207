"""Recordings in any form that people have them: WAV, AIFF, and with ffmpeg all that it reads.

Source of AIFF: Apple, Audio Interchange File Format 1.3 (1989), and AIFF-C (1991).
"""
import re
import shutil
import struct
import subprocess
import tempfile

from . import wav
from .midi import SongError

# AIFF-C's kinds of samples: format tag, bits (None: as the header says), whether big-endian.
AIFF_KINDS = {b"NONE": (wav.PCM, None, True), b"twos": (wav.PCM, None, True),
              b"sowt": (wav.PCM, None, False), b"fl32": (wav.FLOAT, 32, True),
              b"FL32": (wav.FLOAT, 32, True), b"fl64": (wav.FLOAT, 64, True)}
# How the recordings begin that ffmpeg is trusted with: MP3, Ogg, FLAC, M4A, WebM, AMR, WMA, CAF.
RECORDINGS = re.compile(rb"ID3|\xff[\xe2-\xff]|OggS|fLaC|....ftyp|\x1a\x45\xdf\xa3|#!AMR"
                        rb"|\x30\x26\xb2\x75|caff", re.S)
DECODED_RATE = 22050                             # samples a second that ffmpeg is asked for


def read_sound_file(file, path, report=lambda *_: None):
    """An open recording -> (samples, their rate), as wav.read_wav. SongError if it is none.

    path: its name, which ffmpeg is given where the file is of no kind that is read here.
    """
    start = file.read(12)
    file.seek(0)
    if start[:4] == b"FORM" and start[8:] in (b"AIFF", b"AIFC"):
        return read_aiff(file, report)
    if start[:4] == b"RIFF" and start[8:] == b"WAVE":
        return wav.read_wav(file, report)
    program = shutil.which("ffmpeg") if RECORDINGS.match(start) else None
    if not program:
        raise SongError("is no MIDI, WAV or AIFF file; convert it: ffmpeg -i INPUT OUTPUT.wav")
    return read_with_ffmpeg(program, path, report)


def read_with_ffmpeg(program, path, report):
    """What ffmpeg makes of a file. SongError where it cannot read it."""
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(
            [program, "-v", "error", "-nostdin", "-i", "file:" + path, "-map", "0:a:0", "-ac", "1",
             "-ar", str(DECODED_RATE), "-f", "wav", "-"], stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.PIPE)
        if done.returncode:
            lines = done.stderr.decode("utf-8", "replace").split("\n")
            raise SongError(f"is no MIDI, WAV or AIFF file, and ffmpeg cannot read it: {lines[0]}")
        out.seek(0)
        return wav.read_wav(out, report)


# ---- AIFF -----------------------------------------------------------------------------------
def extended(data):
    """A number of 80 bits (IEEE 754 double extended), as AIFF has its sample rate."""
    exponent, mantissa = struct.unpack(">HQ", data)
    return mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63)


def big_endian(width, is_signed_byte):
    """A function that makes big-endian samples of `width` bytes little-endian."""
    if width == 1:
        flipped = bytes(value ^ 0x80 for value in range(256))
        return lambda data: data.translate(flipped) if is_signed_byte else data

    def swap(data):
        swapped = bytearray(len(data) // width * width)
        for k in range(width):
            swapped[k::width] = data[width - 1 - k:len(swapped):width]
        return bytes(swapped)

    return swap


def read_aiff(file, report):
    """An open AIFF or AIFF-C file -> (samples, their rate). SongError if it is of another kind."""
    file.seek(12)
    common = None
    while True:
        header = file.read(8)
        if len(header) < 8:
            raise SongError("is an AIFF file without sound; take a whole copy")
        name, length = struct.unpack(">4sI", header)
        if name == b"SSND":
            break
        body = file.read(min(length, 64))
        if name == b"COMM":
            common = body
        file.seek(length + length % 2 - len(body), 1)
    if not common or len(common) < 18:
        raise SongError("is an AIFF file without a header; take a whole copy")
    channels, _, bits = struct.unpack(">hIh", common[:8])
    tag, fixed, is_big = AIFF_KINDS.get(common[18:22] or b"NONE", (None, None, None))
    bits, rate = fixed or (bits + 7) // 8 * 8, extended(common[8:18])
    if ((tag, bits) not in wav.FORMATS or not 1 <= channels <= wav.MAX_CHANNELS
            or not wav.MIN_RATE <= rate <= wav.MAX_RATE):
        raise SongError("is an AIFF file of an unsupported kind; convert it: "
                        "ffmpeg -i INPUT OUTPUT.wav")
    offset = struct.unpack(">I", file.read(8)[:4].ljust(4, b"\0"))[0]
    file.seek(offset, 1)
    arrange = big_endian(bits // 8, tag == wav.PCM) if is_big or bits == 8 else bytes
    return wav.read_sound(file, min(length - 8 - offset, wav.bytes_left(file)), tag, channels,
                          rate, bits // 8, report, arrange)
