"""The whole piece as recordings: our sound at several rates, through codecs, and other people's synthesizer."""
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import wave

import test_song
from common import command, need, path, read

import find_prime
import listening
import midi


def run(*arguments):
    quiet = subprocess.DEVNULL
    subprocess.run(arguments, stdin=quiet, stdout=quiet, stderr=quiet, check=True)


class Recordings(unittest.TestCase):
    """Every one of them is the prime again."""

    @classmethod
    def setUpClass(cls):
        cls.digits = str(find_prime.number_in(path("verify_prime.py")))
        cls.place = tempfile.TemporaryDirectory()
        cls.folder = cls.place.name
        for rate in (44100, 22050, 8000):
            done = command(test_song.ENCODE, "--midi", cls.at("prime.mid"), "--wav", cls.at("%d.wav" % rate),
                           "--rate", str(rate))
            if done.returncode:
                raise AssertionError(done.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    @classmethod
    def at(cls, name):
        return os.path.join(cls.folder, name)

    def same(self, name):
        with open(self.at(name), "rb") as file:
            self.assertEqual(listening.decode(*listening.listen(file)), self.digits, name)

    def changed(self, name, change, channels=1, width=2):
        """22050.wav with its samples changed, as another file."""
        with wave.open(self.at("22050.wav"), "rb") as file:
            samples = memoryview(file.readframes(file.getnframes())).cast("h") if sys.byteorder == "little" else None
        need(samples is not None, "a little-endian machine")
        with open(self.at(name), "wb") as file:
            file.write(test_song.wav(list(map(change, samples)), 22050, width, channels))
        return samples

    def test_rates(self):
        for name in ("44100.wav", "22050.wav", "8000.wav"):
            self.same(name)

    def test_kinds(self):
        self.changed("quiet.wav", lambda v: v // 4, channels=2)
        self.changed("eight.wav", lambda v: v, width=1)
        for name in ("quiet.wav", "eight.wav"):
            self.same(name)

    def test_noise(self):
        with wave.open(self.at("22050.wav"), "rb") as file:
            samples = memoryview(file.readframes(file.getnframes())).cast("h")
        dice, level = random.Random(1), math.sqrt(sum(v * v for v in samples) / len(samples) / 10)
        self.changed("noise.wav", lambda v: max(-32768, min(32767, round(v + dice.gauss(0, level)))))
        self.same("noise.wav")

    def test_codecs(self):
        need(shutil.which("ffmpeg"), "ffmpeg")
        for name, *options in (("opus.opus", "-c:a", "libopus", "-b:a", "32k"), ("mp3.mp3", "-b:a", "64k"),
                               ("vorbis.ogg", "-c:a", "libvorbis")):
            run("ffmpeg", "-y", "-i", self.at("44100.wav"), *options, self.at(name))
            run("ffmpeg", "-y", "-i", self.at(name), self.at(name + ".wav"))
            self.same(name + ".wav")
        run("ffmpeg", "-y", "-i", self.at("44100.wav"), "-ar", "96000", "-c:a", "pcm_s24le", self.at("96.wav"))
        self.same("96.wav")

    def test_speed(self):
        need(shutil.which("sox"), "sox")
        for speed in ("1.03", "0.97"):
            run("sox", self.at("22050.wav"), self.at(speed + ".wav"), "speed", speed)
            self.same(speed + ".wav")

    def test_synthesizer(self):
        """fluidsynth with Debian's FluidR3: church organ, reed organ, accordion, harmonica."""
        font = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
        need(shutil.which("fluidsynth") and os.path.isfile(font), "fluidsynth and fluid-soundfont-gm")
        data = read("song", "primegpt.mid")
        change = data.index(bytes([0xC0, midi.PROGRAM]))
        for program in (19, 20, 21, 22):
            with open(self.at("program.mid"), "wb") as file:
                file.write(data[:change + 1] + bytes([program]) + data[change + 2:])
            for rate in ("22050", "44100"):
                run("fluidsynth", "-ni", "-g", "0.5", "-r", rate, "-F", self.at("synth.wav"), font,
                    self.at("program.mid"))
                self.same("synth.wav")

    def test_another_song(self):
        """The tune of another number is heard, and refused."""
        other = str(int(self.digits) // 7)[:300]
        with open(self.at("other.wav"), "wb") as file:
            file.write(test_song.wav(test_song.rendered(other, 22050), 22050))
        done = command(test_song.DECODE, self.at("other.wav"), "-o", self.at("none.py"))
        self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (1, b"", 1))
        self.assertFalse(os.path.exists(self.at("none.py")))


if __name__ == "__main__":
    unittest.main()
