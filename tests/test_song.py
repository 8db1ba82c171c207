"""The raga: its mapping, the MIDI file, the sound, and what the ear makes of recordings good and bad."""
import array
import io
import math
import os
import random
import struct
import sys
import tempfile
import unittest
import wave

from common import command, path, read

sys.path.insert(0, path("song"))
import decode_song  # noqa: E402
import find_prime  # noqa: E402
import harmonium  # noqa: E402
import listening  # noqa: E402
import midi  # noqa: E402
import raga  # noqa: E402
import score  # noqa: E402

ENCODE, DECODE = path("song", "encode_song.py"), path("song", "decode_song.py")


def rendered(digits, hertz=8000, sa=60, rate=4.0):
    """Our sound of a text of digits, as samples."""
    out = []
    harmonium.render(digits, out.append, sa, rate, hertz)
    samples = array.array("h", b"".join(out))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def wav(samples, hertz, width=2, channels=1):
    """Samples as a WAV file of 8, 16, 24 or 32 bits."""
    if width == 1:
        data = bytes((v >> 8) + 128 for v in samples for _ in range(channels))
    else:
        data = b"".join((v << 8 * width - 16).to_bytes(width, "little", signed=True) for v in samples
                        for _ in range(channels))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, hertz, 0, "NONE", ""))
        file.writeframes(data)
    return out.getvalue()


def heard(data):
    return listening.decode(*listening.listen(io.BytesIO(data)))


class Mapping(unittest.TestCase):
    def test_published(self):
        """The counts of the published prime give the published order."""
        counts = {"3": 390, "0": 384, "9": 375, "2": 371, "8": 361, "5": 357, "4": 350, "7": 348, "1": 344, "6": 320}
        digits = "".join(digit * count for digit, count in sorted(counts.items()))
        self.assertEqual(raga.ranked(digits), list("3092854716"))
        self.assertEqual([raga.swaras(digits)[d][2] for d in "3092854716"], [0, 7, 12, 2, 4, 5, 8, 11, 16, -1])
        self.assertEqual([raga.swaras(digits)[d][0] for d in "306"], ["Sa", "Pa", "'Ni"])

    def test_ties(self):
        self.assertEqual(raga.ranked("7733"), list("3701245689"))

    def test_schedule(self):
        notes = list(raga.schedule(12))
        self.assertEqual([start for start, _, _ in notes[:10]], list(range(0, 60, 6)))
        self.assertEqual(notes[10][0], 64)
        self.assertEqual(notes[19], (73, 2, 9))
        self.assertEqual(notes[20], (76, 1, 0))


class Midi(unittest.TestCase):
    def test_file(self):
        """primegpt.mid is the prime; format 0, reed organ, tempo, swaras as lyrics."""
        data, P = read("song", "primegpt.mid"), find_prime.number_in(path("verify_prime.py"))
        self.assertEqual(midi.from_midi(data), str(P))
        self.assertEqual(decode_song.script_in(str(P)), (str(P), read("femtogpt.py")))
        self.assertEqual(data[:14], b"MThd\0\0\0\6\0\0\0\1\1\xe0")
        self.assertIn(bytes([0xC0, 20]), data)
        self.assertIn(b"\xff\x51\x03\x0f\x42\x40", data)
        self.assertEqual(data.count(b"\xff\x05"), 1965)
        for text in (score.to_text(str(P)), read("song", "sargam.txt")):
            letters = text.decode().split("\n\n")[2].replace("|", " ").split()
            back = {letter: digit for digit, (_, letter, _) in raga.swaras(str(P)).items()}
            self.assertEqual("".join(back[letter] for letter in letters), str(P))

    def test_others(self):
        """Another key and tempo; note-on of velocity 0, running status, system exclusive, controllers."""
        self.assertEqual(midi.from_midi(midi.to_midi("31415926535", 45, 7.5)), "31415926535")
        track = b"\0\xf0\3abc\0\xb0\7\x64" + b"\0\x90" + b"\0".join(bytes([60 + i, 80]) + b"\1" + bytes([60 + i, 0])
                                                                 for i in range(10))
        track += b"\0\x90\x43\x40\1\x43\0\0\x90\x3c\x40" + b"\0\xff\x2f\0"
        data = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + struct.pack(">I", len(track)) + track
        self.assertEqual(midi.from_midi(data), "70")

    def test_broken(self):
        data = read("song", "primegpt.mid")
        dice = random.Random(1)
        for i in [14, 20, 22, 30, 500] + [dice.randrange(len(data)) for _ in range(60)]:
            with self.assertRaises(midi.BadSong):
                midi.from_midi(data[:i])
        digits = midi.from_midi(data)
        for _ in range(60):
            i = dice.randrange(22, len(data))
            try:
                out = midi.from_midi(data[:i] + bytes([dice.getrandbits(8)]) + data[i + 1:])
                if out != digits:
                    decode_song.script_in(out)
                    self.fail("a changed tune passed")
            except midi.BadSong as error:
                self.assertNotIn("\n", str(error))


class Sound(unittest.TestCase):
    """A short tune through our sound and back; the whole piece and other people's synthesizers are slow tests."""

    @classmethod
    def setUpClass(cls):
        dice = random.Random(4)
        cls.digits = "".join(dice.choice("0123456789") for _ in range(57)) + "7700"
        cls.low = rendered(cls.digits)

    def test_widths(self):
        for width, channels in ((1, 1), (2, 2), (3, 1), (4, 2)):
            self.assertEqual(heard(wav(self.low, 8000, width, channels)), self.digits, (width, channels))
        self.assertEqual(heard(wav([v // 4 for v in self.low], 8000)), self.digits)

    def test_float(self):
        data = array.array("f", [v / 32768 for v in self.low])
        if sys.byteorder == "big":
            data.byteswap()
        head = struct.pack("<HHIIHH", 3, 1, 8000, 32000, 4, 32)
        body = b"WAVEfmt " + struct.pack("<I", 16) + head + b"LIST\3\0\0\0abc\0data" + struct.pack("<I", 4 * len(data))
        self.assertEqual(heard(b"RIFF\0\0\0\0" + body + data.tobytes()), self.digits)

    def test_rates_and_keys(self):
        for hertz, sa, rate in ((22050, 57, 5.0), (44100, 62, 5.0), (11025, 67, 4.0), (16000, 48, 4.0)):
            digits = self.digits[:13]
            self.assertEqual(heard(wav(rendered(digits, hertz, sa, rate), hertz)), digits, (hertz, sa, rate))

    def test_speed_silence_noise(self):
        """Played 3 % faster or slower; with silence around it; under white noise at 10 dB."""
        for hertz in (7760, 8240):
            self.assertEqual(heard(wav(self.low, hertz)), self.digits)
        self.assertEqual(heard(wav([0] * 13000 + list(self.low) + [0] * 30000, 8000)), self.digits)
        dice = random.Random(5)
        level = math.sqrt(sum(v * v for v in self.low) / len(self.low) / 10)
        noisy = [max(-32768, min(32767, round(v + dice.gauss(0, level)))) for v in self.low]
        self.assertEqual(heard(wav(noisy, 8000)), self.digits)

    def test_no_clicks(self):
        """The loudest step from a sample to the next is no larger than what the notes' own waves make."""
        steps = [abs(a - b) for a, b in zip(self.low, self.low[1:])]
        hertz = 440 * 2 ** ((60 - 69 + 16) / 12)
        waves = sum(a * 2 * math.pi * k * hertz / 8000 for k, a in enumerate(harmonium.REED, 1)) / sum(harmonium.REED)
        self.assertLess(max(steps), harmonium.FULL * (waves + 1))
        self.assertLess(max(map(abs, self.low)), 20000)

    def test_lost(self):
        dice = random.Random(6)
        good = wav(self.low, 8000)
        tune = [round(8000 * math.sin(i * (0.1 + 0.03 * (i // 3000 % 7)))) for i in range(200000)]
        for data in (b"", b"RIFF", good[:30], good[:300], good[:len(good) // 6], wav([0] * 100000, 8000),
                     wav([dice.randrange(-9000, 9000) for _ in range(100000)], 8000), wav(tune, 8000), b"OggS" * 99,
                     good[:20] + b"\7\0" + good[22:],
                good[:16] + b"\xff\xff\xff\xff" + good[20:], good[:24] + b"\1\0\0\0" + good[28:]):
            with self.assertRaises(midi.BadSong) as trouble:
                heard(data)
            self.assertNotIn("\n", str(trouble.exception))
        for tenths in range(144, 165, 4):        # cut about where the alap ends: nothing, or the first notes
            try:
                self.assertEqual(self.digits.find(heard(wav(self.low[:800 * tenths], 8000))), 0)
            except midi.BadSong:
                pass
        with self.assertRaisesRegex(midi.BadSong, r"loses the tune at second 17\.5: a note is missing"):
            heard(wav(list(self.low[:140000]) + [0] * 6000 + list(self.low[146000:]), 8000))


class CommandLine(unittest.TestCase):
    def test_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            def run(script, *arguments):
                return command(script, *arguments, cwd=folder)

            def put(name, data):
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(data)

            done = run(DECODE)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertEqual(done.stdout.split()[0].decode(), str(find_prime.number_in(path("verify_prime.py"))))
            with open(os.path.join(folder, "femtogpt_decoded.py"), "rb") as file:
                self.assertEqual(file.read(), read("femtogpt.py"))
            self.assertEqual(run(DECODE).returncode, 0)
            self.assertEqual(run(ENCODE, "--check").returncode, 0)
            put("my.py", b"print('tune')\n")
            self.assertEqual(run(path("find_prime.py"), "my.py", "--jobs", "1").returncode, 0)
            done = run(ENCODE, "my.prime.py", "--sa", "A3", "--wav", "my.wav", "--rate", "8000")
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            for name in ("my.wav", "my.prime.mid"):
                done = run(DECODE, name, "-o", name + ".py")
                self.assertEqual((done.returncode, done.stderr), (0, b""), done.stderr)
                with open(os.path.join(folder, name + ".py"), "rb") as file:
                    self.assertEqual(file.read(), b"print('tune')\n")
            with open(os.path.join(folder, "my.wav"), "rb") as file:
                put("cut.wav", file.read()[:400000])
            put("noise.mid", os.urandom(500))
            put("number.mid", b"1234577\n")
            put("changed.mid", midi.to_midi(str(find_prime.number_in(path("verify_prime.py")) ^ 6)))
            put("femtogpt_decoded.py", b"mine")
            before = sorted(os.listdir(folder))
            for code, words, *arguments in (
                    (1, "differs; give --force", DECODE), (1, "No such file", DECODE, "none.mid"),
                    (1, "Is a directory", DECODE, "."), (1, "neither a MIDI nor a WAV", DECODE, "noise.mid"),
                    (1, "cut.wav", DECODE, "cut.wav"), (1, "no prime", DECODE, "changed.mid"),
                    (2, "-o", DECODE, "-o", ""),
                    (2, "no note", ENCODE, "--sa", "H9"),
                    (2, "overwritten", ENCODE, "number.mid"), (2, "FILE", DECODE, ""),
                    (2, "two files", ENCODE, "my.prime.py", "--wav", "my.prime.mid"),
                    (2, "from 1 to 5", ENCODE, "--notes-per-second", "0"),
                    (1, "no number", ENCODE, "my.py"), (1, "No such file", ENCODE, "none.py"),
                    (1, "Is a directory", ENCODE, "my.prime.py", "--midi", "m.mid", "--wav", ".")):
                done = run(*arguments)
                self.assertEqual(done.returncode, code, (arguments, done.stderr))
                self.assertIn(words, done.stderr.decode())
                self.assertNotIn(b"Traceback", done.stderr)
                self.assertTrue(code == 2 or done.stderr.count(b"\n") == 1, done.stderr)
            self.assertEqual(sorted(set(os.listdir(folder)) - {"m.mid"}), before)


if __name__ == "__main__":
    unittest.main()
