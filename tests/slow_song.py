"""The whole piece as recordings: our sound at several rates, through codecs, and fluidsynth's."""
import array
import math
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import wave

import test_song
import test_song_commands
from test_song import hear, make_wav, render

from common import primality
from song import listening, midi, restoring, wav, written
from song.midi import SongError
from support import judge, need, path, read, run_python

SOUND_FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
# Of tests/song_recordings.py: one of each kind, or two; the whole set is some eighty.
KINDS = ("gm0.clean", "gm24.clean", "gm104.clean", "ours.late-3", "gm20.late-30", "ours.early-60",
         "gm20.cut-1", "gm20.resumed-12", "ours.talk-10", "gm20.wow-1-6", "gm20.room", "gm20.phone",
         "ours.noise-10", "gm20.speed-0.9", "gm21.clean")


def run(*arguments):
    quiet = subprocess.DEVNULL
    subprocess.run(arguments, stdin=quiet, stdout=quiet, stderr=quiet, check=True)


class Recordings(unittest.TestCase):
    """Every one of them is the prime again."""

    costly_fixture = True

    @classmethod
    def setUpClass(cls):
        cls.digits = str(primality.read_number(path("verify_prime.py")))
        cls.temporary = tempfile.TemporaryDirectory()
        for rate in (44100, 22050, 8000):
            done = run_python(test_song_commands.ENCODE, "--midi", cls.at("prime.mid"), "--wav",
                              cls.at(f"{rate}.wav"), "--rate", str(rate))
            if done.returncode:
                raise AssertionError(done.stderr)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def at(cls, name):
        return os.path.join(cls.temporary.name, name)

    def assert_heard(self, name):
        with open(self.at(name), "rb") as file:
            samples, rate = wav.read_wav(file)
        found = restoring.restore(listening.Listener(samples, rate))
        self.assertEqual(found.digits, self.digits, name)
        return found

    def samples(self):
        """Those of 22050.wav."""
        with wave.open(self.at("22050.wav"), "rb") as file:
            samples = array.array("h", file.readframes(file.getnframes()))
        if sys.byteorder == "big":
            samples.byteswap()
        return samples

    def write(self, name, samples, width=2, channels=1):
        with open(self.at(name), "wb") as file:
            file.write(make_wav(samples, 22050, width, channels))

    def test_our_sound_at_every_rate(self):
        for name in ("44100.wav", "22050.wav", "8000.wav"):
            self.assert_heard(name)

    def test_quiet_stereo_and_eight_bits(self):
        self.write("quiet.wav", [v // 4 for v in self.samples()], channels=2)
        self.write("eight.wav", self.samples(), width=1)
        for name in ("quiet.wav", "eight.wav"):
            self.assert_heard(name)

    def test_opus_mp3_vorbis_and_24_bits(self):
        need(shutil.which("ffmpeg"), "ffmpeg")
        for name, *options in (("opus.opus", "-c:a", "libopus", "-b:a", "32k"),
                               ("mp3.mp3", "-b:a", "64k"), ("vorbis.ogg", "-c:a", "libvorbis")):
            run("ffmpeg", "-y", "-i", self.at("44100.wav"), *options, self.at(name))
            run("ffmpeg", "-y", "-i", self.at(name), self.at(name + ".wav"))
            self.assert_heard(name + ".wav")
        run("ffmpeg", "-y", "-i", self.at("44100.wav"), "-ar", "96000", "-c:a", "pcm_s24le",
            self.at("96.wav"))
        self.assert_heard("96.wav")

    def test_recordings_as_people_make_them(self):
        """Instruments, cuts, talk, noise, wow, speeds, rooms, phones: by song_recordings.py."""
        python = judge("numpy")
        need(all(map(shutil.which, ("sox", "ffmpeg", "fluidsynth"))) and os.path.isfile(SOUND_FONT),
             "sox, ffmpeg, fluidsynth and fluid-soundfont-gm")
        run(python, path("tests", "song_recordings.py"), self.at("kinds"), "--seed", "2", *KINDS)
        names = sorted(os.listdir(self.at("kinds")))
        names = [name for name in names if name.endswith(".wav")]
        self.assertEqual(len(names), len(KINDS))
        for name in names:
            found = self.assert_heard(os.path.join("kinds", name))
            print(f"{name}: {found.wrong} notes misheard, {found.lost} not heard", flush=True)

    def test_fluidsynth_on_organs(self):
        """Debian's FluidR3: church organ, reed organ, the latter at two rates."""
        need(shutil.which("fluidsynth") and os.path.isfile(SOUND_FONT),
             "fluidsynth and fluid-soundfont-gm")
        data = read("song", "primegpt.mid")
        change = data.index(bytes([0xC0, midi.PROGRAM]))
        for program in (19, 20):
            with open(self.at("program.mid"), "wb") as file:
                file.write(data[:change + 1] + bytes([program]) + data[change + 2:])
            for rate in ("22050", "44100") if program == 20 else ("44100",):
                run("fluidsynth", "-ni", "-g", "0.5", "-r", rate, "-F", self.at("synth.wav"),
                    SOUND_FONT, self.at("program.mid"))
                self.assert_heard("synth.wav")

    def test_the_tune_of_another_number_is_heard_and_refused(self):
        other = str(int(self.digits) // 7)[:300]
        with open(self.at("other.wav"), "wb") as file:
            file.write(make_wav(render(other, 22050), 22050))
        done = run_python(test_song_commands.DECODE, self.at("other.wav"), "-o",
                          self.at("none.py"))
        self.assertEqual((done.returncode, done.stdout, done.stderr.count(b"\n")), (1, b"", 1))
        self.assertFalse(os.path.exists(self.at("none.py")))


class OurRecordings(test_song.TuneCase):
    """The short tune as others might record it."""

    def test_a_false_start_and_a_cut_are_found(self):
        samples = list(self.samples)
        for changed in ((samples[:150000] + [0] * 9000 + samples[150000:],
                             samples[:56000] + samples)):
            self.assertEqual(hear(make_wav(changed, 8000)), self.digits)

    def test_any_rate_key_and_tempo_is_read(self):
        for sample_rate, sa, rate in ((11025, 57, 5.0), (8000, 36, 3.0)):
            data = make_wav(render(self.digits, sample_rate, sa, rate), sample_rate)
            self.assertEqual(hear(data), self.digits, (sample_rate, sa, rate))

    def test_a_quiet_recording_is_read(self):
        self.assertEqual(hear(make_wav([v // 4 for v in self.samples], 8000)), self.digits)

    def test_float_samples_and_other_chunks_are_read(self):
        data = array.array("f", [v / 32768 for v in self.samples])
        data[5], data[6] = math.nan, math.inf
        if sys.byteorder == "big":
            data.byteswap()
        header = struct.pack("<HHIIHH", 3, 1, 8000, 32000, 4, 32)
        body = (b"WAVEfmt " + struct.pack("<I", 16) + header + b"LIST\3\0\0\0abc\0data"
                + struct.pack("<I", 4 * len(data)))
        self.assertEqual(hear(b"RIFF\0\0\0\0" + body + data.tobytes()), self.digits)

    def test_three_percent_of_speed_is_followed(self):
        for sample_rate in (7760, 8240):
            self.assertEqual(hear(make_wav(self.samples, sample_rate)), self.digits)

    def test_silence_around_the_piece_is_ignored(self):
        data = make_wav([0] * 13000 + list(self.samples) + [0] * 30000, 8000)
        self.assertEqual(hear(data), self.digits)

    def test_white_noise_at_ten_decibels_is_no_obstacle(self):
        rng = random.Random(5)
        level = math.sqrt(sum(v * v for v in self.samples) / len(self.samples) / 10)
        noisy = [max(-32768, min(32767, round(v + rng.gauss(0, level)))) for v in self.samples]
        self.assertEqual(hear(make_wav(noisy, 8000)), self.digits)

    def test_another_sound_in_the_middle_gives_the_prime_or_an_error(self):
        rng = random.Random(7)
        noise = [rng.randrange(-20000, 20000) for _ in range(8000)]
        samples = list(self.samples[:144000]) + noise + list(self.samples[152000:])
        try:
            self.assertEqual(hear(make_wav(samples, 8000)), self.digits)
        except SongError as error:
            self.assertNotIn("\n", str(error))

    def test_recordings_without_an_alap_are_refused(self):
        rng = random.Random(6)
        noise = [rng.randrange(-9000, 9000) for _ in range(100000)]
        tune = [round(8000 * math.sin(i * (0.1 + 0.03 * (i // 3000 % 7)))) for i in range(200000)]
        for samples in ([0] * 100000, noise, tune, self.samples[:9], self.samples[:80000]):
            self.assert_refused(make_wav(samples, 8000), "is it another song?")

    def assert_refused(self, data, words):
        with self.assertRaisesRegex(SongError, words):
            hear(data)


class HostileNotes(unittest.TestCase):
    def test_hostile_notes_are_refused_soon(self):
        """Notes all at once, very many, and alaps a million slots apart."""
        early = [(k, 60 + k) for k in range(10)]
        late = [(200000000 + k, pitch) for k, pitch in early]
        for notes in (early + late, [(0, 50)] + late, early + [(10, 60)] * 100000,
                      [(0, pitch) for _, pitch in early] * 9, [], early[:3]):
            with self.assertRaises(SongError):
                restoring.restore(written.WrittenSong(notes))


if __name__ == "__main__":
    unittest.main()
