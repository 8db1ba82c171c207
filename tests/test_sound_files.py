"""Recordings as people have them: WAV of every kind, AIFF, and what ffmpeg reads."""
import array
import functools
import io
import os
import shutil
import struct
import subprocess
import sys
import unittest

import test_song

from song import listening, restoring, sound_files
from song.midi import SongError
from support import InFolder, need

RATE = 8000


def chunk(name, data, order="<"):
    """A chunk of a RIFF or IFF file."""
    return name + struct.pack(order + "I", len(data)) + data + b"\0" * (len(data) % 2)


def wav_file(tag, bits, data, length=None):
    """A WAV file of one channel; length: what its data chunk says instead of the truth."""
    header = struct.pack("<HHIIHH", tag, 1, RATE, RATE * bits // 8, bits // 8, bits)
    sound = chunk(b"data", data)
    if length is not None:
        sound = sound[:4] + struct.pack("<I", length) + sound[8:]
    return b"RIFF\xff\xff\xff\xffWAVE" + chunk(b"fmt ", header) + sound


def aiff_file(bits, data, kind=None):
    """An AIFF file of one channel, or AIFF-C of a kind of samples."""
    exponent = RATE.bit_length() - 1
    rate = struct.pack(">HQ", 16383 + exponent, RATE << 63 - exponent)
    common = struct.pack(">hIh", 1, 8 * len(data) // bits, bits) + rate
    if kind:
        common += kind + b"\0\0"
    body = (b"AIFC" if kind else b"AIFF") + chunk(b"COMM", common, ">")
    body += chunk(b"SSND", bytes(8) + data, ">")
    return b"FORM" + struct.pack(">I", len(body)) + body


@functools.lru_cache(maxsize=None)
def few_notes():
    """(samples, what is read of them as an ordinary WAV file)."""
    samples = test_song.render("3", RATE)[:40000]
    return samples, sound_files.read_sound_file(io.BytesIO(test_song.make_wav(samples, RATE)), "x")


class Kinds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.samples, cls.known = few_notes()

    def packed(self, order, width):
        """The samples as integers of `width` bytes."""
        return b"".join((v << 8 * width - 16).to_bytes(width, order, signed=True)
                        for v in self.samples)

    def assert_heard(self, data, error=1):
        """The samples are those of an ordinary WAV file, but for an error of so much."""
        samples, rate = sound_files.read_sound_file(io.BytesIO(data), "x")
        self.assertEqual((len(samples), rate), (len(self.known[0]), self.known[1]))
        self.assertLessEqual(max(abs(a - b) for a, b in zip(samples, self.known[0])), error)

    def test_lengths_that_a_pipe_does_not_know(self):
        for length in (0, 0xFFFFFFFF):
            self.assert_heard(wav_file(1, 16, self.packed("little", 2), length))

    def test_extensible_wav(self):
        header = struct.pack("<HHIIHH", 0xFFFE, 1, RATE, 2 * RATE, 2, 16)
        header += struct.pack("<HHIH", 22, 16, 4, 1) + b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
        self.assert_heard(b"RIFF\0\0\0\0WAVE" + chunk(b"fmt ", header)
                          + chunk(b"data", self.packed("little", 2)))

    def test_aiff_of_three_widths_and_aiff_c(self):
        for bits in (16, 24):
            self.assert_heard(aiff_file(bits, self.packed("big", bits // 8)))
        self.assert_heard(aiff_file(8, bytes((v >> 8) & 255 for v in self.samples)), 256)
        self.assert_heard(aiff_file(16, self.packed("little", 2), b"sowt"))
        floats = array.array("f", [v / 32768 for v in self.samples])
        if sys.byteorder == "little":
            floats.byteswap()
        self.assert_heard(aiff_file(32, floats.tobytes(), b"fl32"))

    def test_bad_aiff_is_refused(self):
        good = aiff_file(16, self.packed("big", 2)[:4000])
        for data, words in ((good[:20], "without sound"), (good[:12] + good[38:], "without a head"),
                            (aiff_file(16, bytes(100), b"ima4"), "unsupported kind")):
            with self.assertRaisesRegex(SongError, words):
                sound_files.read_sound_file(io.BytesIO(data), "x.aiff")


class WithFfmpeg(InFolder):
    def test_what_ffmpeg_reads_is_read_through_it(self):
        need(shutil.which("ffmpeg"), "ffmpeg")
        digits, samples = test_song.tune()
        self.put("tune.wav", test_song.make_wav(samples, 8000))
        for name, *options in (("-tune.m4a", "-b:a", "32k"),):
            path = os.path.join(self.folder, name)
            subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i",
                            os.path.join(self.folder, "tune.wav"), *options, path], check=True)
            with open(path, "rb") as file:
                samples, rate = sound_files.read_sound_file(file, path)
            heard = restoring.restore(listening.Listener(samples, rate))
            self.assertEqual(heard.digits, digits, name)
        self.put("bad.mp3", b"ID3" + bytes(3000))
        path = os.path.join(self.folder, "bad.mp3")
        with open(path, "rb") as file, self.assertRaisesRegex(SongError, "ffmpeg cannot read"):
            sound_files.read_sound_file(file, path)

    def test_without_ffmpeg_the_command_is_named(self):
        before = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        os.environ["PATH"] = self.folder
        for start in (b"OggS" + bytes(99), b"\0\0\0\x20ftypM4A " + bytes(9), b"text"):
            with self.assertRaisesRegex(SongError, "no MIDI, WAV or AIFF.*: ffmpeg -i INPUT"):
                sound_files.read_sound_file(io.BytesIO(start), "x")

    def test_ffmpeg_is_not_given_what_is_no_recording(self):
        """A playlist, say, would have it open other files."""
        need(shutil.which("ffmpeg"), "ffmpeg")
        with self.assertRaisesRegex(SongError, "no MIDI, WAV or AIFF"):
            sound_files.read_sound_file(io.BytesIO(b"ffconcat version 1.0\n"), "x")


if __name__ == "__main__":
    unittest.main()
