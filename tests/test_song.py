"""The raga: its mapping, the MIDI file, the sound, and what the ear makes of recordings."""
import array
import io
import math
import random
import struct
import sys
import unittest
import wave

from common import path, read

import decode_song
import harmonium
import listening
import midi
import primality
import raga
import score
import wav
from midi import SongError


def render(digits, sample_rate=8000, sa=60, rate=4.0):
    """Our sound of a text of digits, as samples."""
    out = []
    harmonium.render(digits, out.append, sa, rate, sample_rate)
    samples = array.array("h", b"".join(out))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def make_wav(samples, sample_rate, width=2, channels=1):
    """Samples as a WAV file of 8, 16, 24 or 32 bits."""
    if width == 1:
        frames = [bytes([(v >> 8) + 128]) for v in samples]
    else:
        frames = [(v << 8 * width - 16).to_bytes(width, "little", signed=True) for v in samples]
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, sample_rate, 0, "NONE", ""))
        file.writeframes(b"".join(frame * channels for frame in frames))
    return out.getvalue()


def hear(data):
    """The digits of a WAV file."""
    return listening.Listener(*wav.read_wav(io.BytesIO(data))).decode()


class Mapping(unittest.TestCase):
    def test_published_counts_give_the_published_order(self):
        counts = {"3": 390, "0": 384, "9": 375, "2": 371, "8": 361, "5": 357, "4": 350, "7": 348,
                  "1": 344, "6": 320}
        digits = "".join(digit * count for digit, count in sorted(counts.items()))
        swaras = raga.assign_swaras(digits)
        self.assertEqual(raga.rank_digits(digits), list("3092854716"))
        self.assertEqual([swaras[d][2] for d in "3092854716"], [0, 7, 12, 2, 4, 5, 8, 11, 16, -1])
        self.assertEqual([swaras[d][0] for d in "306"], ["Sa", "Pa", "'Ni"])

    def test_of_equally_frequent_digits_the_smaller_comes_first(self):
        self.assertEqual(raga.rank_digits("7733"), list("3701245689"))

    def test_schedule_is_alap_rest_and_phrases(self):
        notes = list(raga.schedule(12))
        self.assertEqual(notes[:2], [(0, 4, None), (6, 4, None)])
        self.assertEqual([start for start, _, _ in notes[:10]], list(range(0, 60, 6)))
        self.assertEqual((notes[10], notes[19], notes[20]), ((64, 1, 0), (73, 2, 9), (76, 1, 0)))

    def test_pitch_names(self):
        self.assertEqual([raga.midi_pitch(name) for name in ("C4", "a3", "F#3", "C2", "G4")],
                         [60, 57, 54, 36, 67])
        for name in ("H3", "C", "", "C44", "B1", "G#4"):
            self.assertRaises(ValueError, raga.midi_pitch, name)


class Midi(unittest.TestCase):
    def test_committed_file_is_the_prime(self):
        data = read("song", "primegpt.mid")
        digits = str(primality.read_number(path("verify_prime.py")))
        self.assertEqual(midi.from_midi(data), digits)
        script = primality.unpack(int(digits))[0]
        self.assertEqual(decode_song.script_in(digits), (digits, script))

    def test_committed_file_is_format_0_for_a_reed_organ_with_lyrics(self):
        data, digits = read("song", "primegpt.mid"), read("prime", "primegpt.txt").split()
        self.assertEqual(data[:14], b"MThd\0\0\0\6\0\0\0\1\1\xe0")
        self.assertIn(bytes([0xC0, 20]), data)
        self.assertIn(b"\xff\x51\x03\x0f\x42\x40", data)
        self.assertEqual(data.count(b"\xff\x05"), 10 + len(b"".join(digits)))

    def test_sargam_spells_the_prime(self):
        digits = str(primality.read_number(path("verify_prime.py")))
        letters = read("song", "sargam.txt").decode().split("\n\n")[2].replace("|", " ").split()
        digit_of = {letter: digit for digit, (_, letter, _) in raga.assign_swaras(digits).items()}
        self.assertEqual("".join(digit_of[letter] for letter in letters), digits)
        self.assertEqual(score.to_text(digits), read("song", "sargam.txt"))

    def test_any_key_and_tempo_is_read(self):
        self.assertEqual(midi.from_midi(midi.to_midi("31415926535", 45, 7.5)), "31415926535")

    def test_other_peoples_events_are_read(self):
        """Running status, note-on of velocity 0, system exclusive, controllers, pressure."""
        notes = b"\0".join(bytes([60 + i, 80]) + b"\1" + bytes([60 + i, 0]) for i in range(10))
        track = b"\0\xf0\3abc\0\xb0\7\x64\0\xd0\x33\0\x90" + notes
        track += b"\0\x90\x43\x40\1\x43\0\x81\0\x90\x3c\x40\0\xff\x2f\0"
        data = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + struct.pack(">I", len(track)) + track
        self.assertEqual(midi.from_midi(data), "70")
        unknown = data.replace(b"\0\xff\x2f", b"\0\xf4\x2f")
        for wrong, words in ((unknown, "unknown MIDI event 0xf4"),
                             (data.replace(b"\x90\x43", b"\x90\x63"), "note 11 whose pitch"),
                             (data[:9] + b"\2" + data[10:], "no MIDI file of format 0 or 1")):
            with self.assertRaisesRegex(SongError, words):
                midi.from_midi(wrong)

    def test_format_1_and_rmid_are_read(self):
        """As other programs save it: a track of tempo, and the notes on two more."""
        data = read("song", "primegpt.mid")
        digits, track, notes = midi.from_midi(data), data[22:], []
        for tick, pitch in midi.note_ons(track):
            notes.append((tick, pitch))
        tracks = [b"\0\xff\x51\3\7\xa1\x20\0\xff\x2f\0"]
        for part in (notes[0::2], notes[1::2]):
            events, now = b"", 0
            for tick, pitch in part:
                events += midi.encode_vlq(tick - now) + bytes([0x91, pitch, 70])
                events += b"\1" + bytes([0x81, pitch, 0])
                now = tick + 1
            tracks.append(events + b"\0\xff\x2f\0")
        whole = b"MThd" + struct.pack(">IHHH", 6, 1, 3, 480) + b"".join(
            b"MTrk" + struct.pack(">I", len(each)) + each for each in tracks)
        self.assertEqual(midi.from_midi(whole), digits)
        rmid = b"RIFF" + struct.pack("<I", len(whole) + 12) + b"RMIDdata" + struct.pack(
            "<I", len(whole)) + whole
        self.assertEqual(midi.from_midi(rmid), digits)
        with self.assertRaisesRegex(SongError, "without a track"):
            midi.from_midi(whole[:14])

    def test_truncated_files_are_refused(self):
        data, rng = read("song", "primegpt.mid"), random.Random(1)
        for end in [14, 20, 22, 30, 500] + [rng.randrange(len(data)) for _ in range(60)]:
            with self.assertRaises(SongError):
                midi.from_midi(data[:end])

    def test_a_changed_byte_gives_the_prime_or_an_error(self):
        data, rng = read("song", "primegpt.mid"), random.Random(2)
        digits, refused = midi.from_midi(data), 0
        for _ in range(60):
            i = rng.randrange(22, len(data))
            try:
                out = midi.from_midi(data[:i] + bytes([rng.getrandbits(8)]) + data[i + 1:])
                if out != digits:
                    self.fail(f"a changed tune passed: {decode_song.script_in(out)}")
            except SongError as error:
                self.assertNotIn("\n", str(error))
                refused += 1
        self.assertGreater(refused, 5)


class Numbers(unittest.TestCase):
    """From digits to the script, or to what is wrong."""

    @classmethod
    def setUpClass(cls):
        cls.digits = str(primality.read_number(path("verify_prime.py")))

    def test_an_echo_of_the_last_note_is_dropped(self):
        for echo in ("3", "99"):
            self.assertEqual(decode_song.script_in(self.digits + echo)[0], self.digits)

    def test_the_least_certain_notes_are_put_right(self):
        """Three wrong notes among the dozen least certain; but none where all sound certain."""
        rng = random.Random(3)
        wrong, doubts = list(self.digits), [(0.5 + rng.random() / 2, "0") for _ in self.digits]
        for k, note in enumerate(rng.sample(range(len(wrong)), 12)):
            doubts[note] = 0.1 * rng.random(), str((int(wrong[note]) + 1 + k % 9) % 10)
            if k < 3:                            # heard the other way round
                doubts[note] = doubts[note][0], wrong[note]
                wrong[note] = str((int(wrong[note]) + 3) % 10)
        heard = "".join(wrong)
        self.assertEqual(decode_song.script_in(heard, doubts)[0], self.digits)
        self.assertNotEqual(heard, self.digits)
        with self.assertRaisesRegex(SongError, "do not unpack"):
            decode_song.script_in(heard, [(margin + 9, other) for margin, other in doubts][:5])

    def test_corrections_come_in_the_order_of_their_doubts(self):
        found = list(decode_song.corrections("111", [(0.1, "2"), (0.25, "3"), (0.3, "4")]))
        self.assertEqual(found, ["111", "211", "131", "114", "231", "214", "134", "234"])

    def test_other_numbers_are_refused_with_their_cause(self):
        number = int(self.digits)
        for digits, words in (("3" * 19, "holds 19 notes"), ("3" * 6001, "holds 6001 notes"),
                              (str(number + 2), "is no prime"), ("7" * 400, "do not unpack"),
                              (self.digits[:9] + "0" + self.digits[10:], "do not unpack")):
            with self.assertRaisesRegex(SongError, words):
                decode_song.script_in(digits)

    def test_a_number_that_ends_early_is_told_from_a_wrong_one(self):
        for heard in (30, 500, len(self.digits) - 1):
            missing = len(self.digits) - heard
            with self.assertRaisesRegex(SongError, f"{heard} notes were heard and about {missing}"):
                decode_song.script_in(self.digits[:heard])


class Sound(unittest.TestCase):
    """A short tune through our sound and back; other people's synthesizers are slow tests."""

    @classmethod
    def setUpClass(cls):
        rng = random.Random(4)
        cls.digits = "".join(rng.choice("0123456789") for _ in range(37)) + "7700"
        cls.samples = render(cls.digits)

    def test_pcm_of_all_widths_is_read(self):
        for width, channels in ((1, 1), (2, 2), (3, 1), (4, 2)):
            data = make_wav(self.samples, 8000, width, channels)
            self.assertEqual(hear(data), self.digits, (width, channels))

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

    def test_any_rate_key_and_tempo_is_read(self):
        for sample_rate, sa, rate in ((22050, 57, 5.0), (11025, 67, 4.0)):
            digits = self.digits[:7]
            data = make_wav(render(digits, sample_rate, sa, rate), sample_rate)
            self.assertEqual(hear(data), digits, (sample_rate, sa, rate))

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

    def test_the_sound_has_no_clicks(self):
        """No step from a sample to the next is larger than the notes' own waves make."""
        steps = [abs(a - b) for a, b in zip(self.samples, self.samples[1:])]
        frequency = 440 * 2 ** ((60 - 69 + 16) / 12)
        slope = sum(a * 2 * math.pi * k * frequency / 8000
                    for k, a in enumerate(harmonium.REED, 1)) / sum(harmonium.REED)
        self.assertLess(max(steps), harmonium.PEAK * (slope + 1))
        self.assertLess(max(map(abs, self.samples)), 20000)


class NotSongs(unittest.TestCase):
    """Recordings in which there is no song, or no end of it."""

    @classmethod
    def setUpClass(cls):
        cls.digits = "314159265358979323846264338327950288"
        cls.samples = render(cls.digits)
        cls.good = make_wav(cls.samples, 8000)

    def assert_refused(self, data, words):
        with self.assertRaises(SongError) as context:
            hear(data)
        self.assertIn(words, str(context.exception))
        self.assertNotIn("\n", str(context.exception))

    def test_other_files_are_refused(self):
        self.assert_refused(b"", "neither a MIDI nor a WAV")
        self.assert_refused(b"OggS" * 99, "neither a MIDI nor a WAV")
        self.assert_refused(b"RIFF", "neither a MIDI nor a WAV")

    def test_truncated_and_unsupported_headers_are_refused(self):
        good = self.good
        self.assert_refused(good[:30], "truncated WAV")
        self.assert_refused(good[:36], "without data")
        self.assert_refused(good[:16] + b"\xff\xff\xff\xff" + good[20:], "without data")
        self.assert_refused(good[:20] + b"\7\0" + good[22:], "unsupported kind")
        self.assert_refused(good[:22] + b"\x09\0" + good[24:], "unsupported kind")
        self.assert_refused(good[:24] + b"\1\0\0\0" + good[28:], "unsupported kind")
        self.assert_refused(good[:40] + b"\xff\xff\xff\x7f" + good[44:], "holds 2047 MB")

    def test_recordings_without_an_alap_are_refused(self):
        rng = random.Random(6)
        noise = [rng.randrange(-9000, 9000) for _ in range(100000)]
        tune = [round(8000 * math.sin(i * (0.1 + 0.03 * (i // 3000 % 7)))) for i in range(200000)]
        for samples in ([0] * 100000, noise, tune, self.samples[:9], self.samples[:80000]):
            self.assert_refused(make_wav(samples, 8000), "does not begin with the ten even notes")

    def test_a_cut_after_the_alap_gives_the_first_notes_or_an_error(self):
        for tenths in range(144, 165, 4):
            try:
                heard = hear(make_wav(self.samples[:800 * tenths], 8000))
                self.assertTrue(self.digits.startswith(heard))
            except SongError:
                pass

    def test_a_gap_is_reported_by_its_second(self):
        samples = list(self.samples[:140000]) + [0] * 6000 + list(self.samples[146000:])
        self.assert_refused(make_wav(samples, 8000),
                            "loses the tune at second 17.5: a note is missing")

    def test_another_sound_in_the_middle_is_reported(self):
        rng = random.Random(7)
        noise = [rng.randrange(-20000, 20000) for _ in range(8000)]
        samples = list(self.samples[:144000]) + noise + list(self.samples[152000:])
        try:
            self.assertNotEqual(hear(make_wav(samples, 8000)), self.digits)
        except SongError as error:
            self.assertIn("loses the tune at second", str(error))

    def test_parts_of_the_rhythm_agree_with_their_definitions(self):
        self.assertEqual(listening.rising_edges([0, 1, 2, 0, 4], 1.5), [1.5, 3.375])
        self.assertEqual(listening.moving_average([3, 0, 0, 9], 1), [1.5, 1, 3, 4.5])
        self.assertEqual(listening.fit_line([100 + 30 * k for k in range(10)]), (100, 30, 0))
        onsets = [10.0 + 40 * k for k in range(12)] + [37.0]
        self.assertEqual(listening.equally_spaced(onsets, 10.0, 50.0), onsets[:10])
        self.assertIsNone(listening.equally_spaced(onsets, 10.0, 37.0))
        self.assertIsNone(listening.equally_spaced(onsets[:9], 10.0, 50.0))


if __name__ == "__main__":
    unittest.main()
