"""The raga: its mapping, the MIDI file, the sound, and what the ear makes of recordings."""
import array
import cmath
import functools
import io
import itertools
import math
import random
import struct
import sys
import unittest
import unittest.mock
import wave

import prime
from common import primality
from prime import search
from prime.container import gzip_container
from song import (
    harmonium, listening, midi, parity, placing, raga, recognition, restoring, rhythm, score,
    spectra, wav, written)
from song.midi import SongError
from support import path, read, share, some

TUNE = b"print('tune')\n"


@functools.lru_cache(maxsize=None)
def small_prime():
    """The digits of a prime of TUNE."""
    return str(prime.find(TUNE))


def read_midi(data):
    """What the notes of a MIDI file are: a restoring.Restored."""
    return restoring.restore(written.WrittenSong(midi.notes(data)))


def rows_of(digits, margin=20.0):
    """Rows of log-likelihoods for digits that are certain; None for one that is None."""
    return [None if digit is None else
            [0.0 if d == int(digit) else -margin for d in range(10)] for digit in digits]


class Notes:
    """A song whose notes are known: what restoring.py asks for."""

    def __init__(self, melody, coda, opening=True):
        self.melody, self.coda, self.opening, self.closing = melody, coda, opening, any(coda)

    def beginning(self):
        return self.melody[:12] if self.opening else []

    def counts(self):
        return [len(self.melody)] if self.opening and self.closing else []

    def unending(self):
        if self.opening:
            yield self.melody

    def hear(self, count):
        rest = [None] * (count - len(self.melody))
        return (self.melody + rest)[:count], self.coda

    def endings(self):
        if not self.opening:
            yield self.melody, self.coda, (1, len(self.coda) // parity.SYMBOL)

    def where(self, count, k):
        return f"around note {k} of {count}"


def render(digits, sample_rate=8000, sa=60, rate=4.0):
    """Our sound of a text of digits, as samples."""
    out = []
    harmonium.render(digits, out.append, sa, rate, sample_rate)
    samples = array.array("h", b"".join(out))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


@functools.lru_cache(maxsize=None)
def tune():
    """(digits, samples at 8 kHz) of a short tune."""
    return small_prime(), render(small_prime())


@functools.lru_cache(maxsize=None)
def tune_wav():
    """The tune as a WAV file."""
    return make_wav(tune()[1], 8000)


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
    return restoring.restore(listening.Listener(*wav.read_wav(io.BytesIO(data)))).digits


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

    def test_layout_is_alap_phrases_coda_and_alap(self):
        layout = raga.Layout(12)
        self.assertEqual(layout.alap[:2], [(0, 4, 0), (6, 4, 1)])
        self.assertEqual([start for start, _, _ in layout.alap], list(range(0, 60, 6)))
        self.assertEqual((layout.melody[0], layout.melody[9], layout.melody[10]),
                         ((64, 1, 0), (73, 2, 9), (76, 1, 0)))
        self.assertEqual(layout.coda, [(80 + 0.75 * k, 0.75, k) for k in range(6)])
        self.assertEqual((layout.closing[0], layout.closing[9]), ((90, 4, 0), (144, 4, 9)))

    def test_the_coda_and_the_second_alap_make_the_piece_less_than_an_eighth_longer(self):
        """12 per cent at most, of the length that the prime had without them."""
        layout = raga.Layout(len(str(primality.read_number(path("verify_prime.py")))))
        start, length, _ = layout.melody[-1]
        self.assertLess(layout.end / (start + length), 1.12)

    def test_fewest_digits_of_a_length(self):
        for slots in (1, 100, 200.5, 2495):
            count = raga.fewest(slots)
            self.assertGreaterEqual(raga.Layout(count).closing_start, slots)
            if count > 1:
                self.assertLess(raga.Layout(count - 1).closing_start, slots)

        self.assertEqual(raga.fewest(10 ** 9), raga.MAX_DIGITS)

    def test_late_counts_have_every_way_to_end_and_all_that_was_recorded(self):
        layout = raga.Layout(1852)
        for lost in (3, 70, 120):                # slots at the beginning
            recorded = layout.closing_start - lost
            counts = raga.late_counts(recorded)
            endings = [(parity.shape(count), count % 10) for count in counts]
            self.assertEqual(len(set(endings)), len(counts))
            self.assertIn((parity.shape(1852), 2), endings)
            for count in counts:
                self.assertGreaterEqual(raga.Layout(count).closing_start, recorded)

    def test_pitch_names(self):
        self.assertEqual([raga.midi_pitch(name) for name in ("C4", "a3", "F#3", "C2", "G4")],
                         [60, 57, 54, 36, 67])
        for name in ("H3", "C", "", "C44", "B1", "G#4"):
            self.assertRaises(ValueError, raga.midi_pitch, name)


class Midi(unittest.TestCase):

    def test_committed_file_is_format_0_for_a_reed_organ_with_lyrics(self):
        data, digits = read("song", "primegpt.mid"), read("prime", "primegpt.txt").split()
        self.assertEqual(data[:14], b"MThd\0\0\0\6\0\0\0\1\1\xe0")
        self.assertIn(bytes([0xC0, 20]), data)
        self.assertIn(b"\xff\x51\x03\x0f\x42\x40", data)
        digits = b"".join(digits).decode()
        self.assertEqual(data.count(b"\xff\x05"), 20 + len(digits + parity.parity(digits)))
        self.assertEqual(data.count(b"\xff\x06\4coda"), 1)

    def test_sargam_spells_the_prime_and_its_parity(self):
        digits = str(primality.read_number(path("verify_prime.py")))
        parts = read("song", "sargam.txt").decode().replace("|", " ").split("\n\n")
        digit_of = {letter: digit for digit, (_, letter, _) in raga.assign_swaras(digits).items()}
        melody, coda = ("".join(digit_of[letter] for letter in parts[k].split()) for k in (2, 4))
        self.assertEqual((melody, coda), (digits, parity.parity(digits)))
        self.assertIn("coda", parts[3])
        self.assertEqual(score.to_text(digits), read("song", "sargam.txt"))

    def test_any_key_and_tempo_is_read(self):
        self.assertEqual(read_midi(midi.to_midi(small_prime(), 45, 7.5)).digits, small_prime())

    def test_other_peoples_events_are_read(self):
        """Running status, note-on of velocity 0, system exclusive, controllers, pressure."""
        on = b"\0".join(bytes([60 + i, 80]) + b"\1" + bytes([60 + i, 0]) for i in range(10))
        track = b"\0\xf0\3abc\0\xb0\7\x64\0\xd0\x33\0\x90" + on
        track += b"\0\x90\x43\x40\1\x43\0\x81\0\x90\x3c\x40\0\xff\x2f\0"
        data = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk" + struct.pack(">I", len(track)) + track
        self.assertEqual([pitch for _, pitch in midi.notes(data)],
                         [*range(60, 70), 67, 60])
        unknown = data.replace(b"\0\xff\x2f", b"\0\xf4\x2f")
        for wrong, words in ((unknown, "unknown MIDI event 0xf4"),
                             (data[:9] + b"\2" + data[10:], "no MIDI file of format 0 or 1")):
            with self.assertRaisesRegex(SongError, words):
                midi.notes(wrong)

    def test_format_1_is_read(self):
        """As other programs save it: a track of tempo, and the notes on two more."""
        data = read("song", "primegpt.mid")
        notes = midi.notes(data)
        tracks = [b"\0\xff\x51\3\7\xa1\x20\0\xff\x2f\0"]
        for part in (notes[0::2], notes[1::2]):
            tracks.append(make_track(part))
        whole = b"MThd" + struct.pack(">IHHH", 6, 1, 3, 480) + b"".join(
            b"MTrk" + struct.pack(">I", len(each)) + each for each in tracks)
        self.assertEqual(midi.notes(whole), notes)
        with self.assertRaisesRegex(SongError, "without a track"):
            midi.notes(whole[:14])

    def test_missing_wrong_and_added_notes_are_restored(self):
        """As many missing as there are symbols of parity, half as many wrong, one of the alaps, and
        added ones.
        """
        notes = midi.notes(read("song", "primegpt.mid"))
        digits, rng = str(primality.read_number(path("verify_prime.py"))), random.Random(5)
        inner, symbols = range(10, len(notes) - 10), parity.shape(len(digits))[1]
        lost = set(rng.sample(inner, symbols))
        missing = [note for k, note in enumerate(notes) if k not in lost]
        wrong = list(notes)
        for k in rng.sample(inner, symbols // 2):
            wrong[k] = notes[k][0], notes[rng.choice([j for j in range(10)
                                                      if notes[j][1] != notes[k][1]])][1]
        added = sorted(notes + [(notes[700][0] + 60, 72), (notes[900][0] + 60, 61)])
        for changed in some((missing, added, notes[3:], wrong, notes[:-4], notes[60:],
                             notes[:-200])):
            self.assertEqual(restoring.restore(written.WrittenSong(changed)).digits, digits)

    def test_an_uneven_performance_is_read_by_the_order_of_its_notes(self):
        notes, rng = midi.notes(midi.to_midi(small_prime())), random.Random(6)
        late, shift = [], 0
        for k, (tick, pitch) in enumerate(notes):
            shift += rng.randrange(200) if 10 <= k < len(notes) - 10 else 0
            late.append((tick + shift, pitch))
        self.assertEqual(restoring.restore(written.WrittenSong(late)).digits, small_prime())

    def test_a_song_of_the_time_before_the_coda_is_read(self):
        notes = midi.notes(read("song", "primegpt.mid"))
        digits = str(primality.read_number(path("verify_prime.py")))
        self.assertEqual(restoring.restore(written.WrittenSong(notes[:10 + len(digits)])).digits,
                         digits)

    def test_truncated_files_are_refused(self):
        data, rng = read("song", "primegpt.mid"), random.Random(1)
        for end in [14, 20, 22, 30, 500] + [rng.randrange(len(data)) for _ in range(60)]:
            with self.assertRaises(SongError):
                midi.notes(data[:end])

    def test_a_changed_byte_gives_the_prime_or_an_error(self):
        data, rng = midi.to_midi(small_prime()), random.Random(2)
        refused = 0
        for _ in range(share(15)):
            i = rng.randrange(22, len(data))
            try:
                found = read_midi(data[:i] + bytes([rng.getrandbits(8)]) + data[i + 1:])
                self.assertEqual(found.digits, small_prime())
            except SongError as error:
                self.assertNotIn("\n", str(error))
                refused += 1
        self.assertGreater(refused, 0)


def make_track(notes):
    """A track of (tick, pitch), each a tick long."""
    events, now = b"", 0
    for tick, pitch in notes:
        events += midi.encode_vlq(tick - now) + bytes([0x91, pitch, 70])
        events += b"\1" + bytes([0x81, pitch, 0])
        now = tick + 1
    return events + b"\0\xff\x2f\0"


class Parity(unittest.TestCase):
    """Reed-Solomon over the integers modulo 997, as parity.py describes it."""

    def test_codewords_vanish_at_the_powers_of_the_root(self):
        """The definition, by itself: not with the decoder's functions."""
        rng = random.Random(1)
        for count in (20, 86, 1852, 3000):
            digits = "".join(rng.choice("0123456789") for _ in range(count))
            codewords, size = parity.shape(count)
            check = parity.parity(digits)
            self.assertEqual(len(check), 3 * codewords * size)
            padded = digits.rjust(-(-count // 3) * 3, "0")
            data = [int(padded[i:i + 3]) for i in range(0, len(padded), 3)][::-1]
            checks = [int(check[i:i + 3]) for i in range(0, len(check), 3)]
            for k in range(codewords):
                word = checks[k::codewords] + data[k::codewords]
                for i in range(size):
                    self.assertEqual(sum(symbol * pow(7, i * j, 997)
                                         for j, symbol in enumerate(word)) % 997, 0)

    def test_seven_is_a_primitive_root(self):
        self.assertEqual(len(set(parity.POWERS)), 996)
        self.assertEqual(parity.POWERS[:4], [1, 7, 49, 343])

    def test_forty_wrong_eighty_missing_and_a_gap_are_restored(self):
        """And one more is refused."""
        rng, text = random.Random(2), str(primality.read_number(path("verify_prime.py")))
        digits = [int(d) for d in text + parity.parity(text)]
        for _ in range(3):
            wrong = list(digits)
            for k in rng.sample(range(len(digits)), 40):
                wrong[k] = (wrong[k] + rng.randrange(1, 10)) % 10
            gap = rng.randrange(len(digits) - 230)
            lost = set(rng.sample(range(len(digits)), 80))
            cut = [None if gap <= k < gap + 230 else d for k, d in enumerate(digits)]
            missing = [None if k in lost else d for k, d in enumerate(digits)]
            for heard in (wrong, missing, cut):
                self.assertIn(text, list(parity.repair(heard[:len(text)], heard[len(text):])))
        places = rng.sample(range(0, len(text) - 3, 3), 41)
        wrong = [(d + (k in places)) % 10 for k, d in enumerate(digits)]
        self.assertRaises(parity.TooManyErrors, parity.repair, wrong[:len(text)],
                          wrong[len(text):])

    def test_the_length_need_not_be_known(self):
        text = str(primality.read_number(path("verify_prime.py")))
        check = [int(d) for d in parity.parity(text)]
        for lost in (0, 1, 50, 100):
            heard = [int(d) for d in text[lost:]]
            self.assertIn(text, list(parity.repair(heard, check, 150, parity.shape(len(text)))))

    def test_997_to_999_are_told_from_0_to_2_by_trying(self):
        text = "1234" + "998" + "001" + "5" * 21
        check = [int(d) for d in parity.parity(text)]
        heard = [int(d) for d in text]
        heard[4:7] = [None] * 3
        found = list(parity.repair(heard, check))
        self.assertEqual(found, [text.replace("998", "001"), text])


cached_baillie_psw = functools.lru_cache(maxsize=None)(restoring.baillie_psw)


def setUpModule():
    """A number that many cases have in common is tested once for primality in each process."""
    patch = unittest.mock.patch.object(restoring, "baillie_psw", cached_baillie_psw)
    patch.start()
    unittest.addModuleCleanup(patch.stop)


class Numbers(unittest.TestCase):
    """From notes to the script, or to what is wrong."""

    @classmethod
    def setUpClass(cls):
        cls.digits = str(primality.read_number(path("verify_prime.py")))
        cls.parity = parity.parity(cls.digits)

    def noisy(self, wrong, unclear, seed):
        """Rows of the digits: `wrong` notes that are not the truth, among `unclear` ones."""
        rng, rows = random.Random(seed), rows_of(self.digits + self.parity)
        for k in rng.sample(range(len(rows)), unclear):
            other = rng.choice([d for d in range(10) if rows[k][d]])
            rows[k][other] = -1.0
            if wrong:
                rows[k][other], wrong = 1.0, wrong - 1
        return rows[:len(self.digits)], rows[len(self.digits):]

    def test_the_least_certain_symbols_are_given_up(self):
        """Sixty wrong notes among seventy unclear ones: more than can be found, not than restored.
        """
        found = restoring.restore(Notes(*self.noisy(60, 70, 3)))
        self.assertEqual(found.digits, self.digits)
        self.assertGreater(found.wrong, 40)

    def test_without_the_coda_the_least_certain_notes_are_exchanged(self):
        rng, rows = random.Random(3), rows_of(self.digits)
        for k in rng.sample(range(9, len(rows)), 12):
            rows[k][(int(self.digits[k]) + 1) % 10] = rng.choice((-1.0, -2.0, 0.5))
        self.assertEqual(restoring.restore(Notes(rows, [None] * 240)).digits, self.digits)

    def test_corrections_come_in_the_order_of_their_margins(self):
        rows = [[0.0, 1.0] + [-9.0] * 8 for _ in range(3)]
        for row, margin, other in zip(rows, (0.1, 0.25, 0.3), (2, 3, 4)):
            row[0], row[other] = -9.0, 1.0 - margin
        self.assertEqual(list(restoring.corrections(rows)),
                         ["111", "211", "131", "114", "231", "214", "134", "234"])

    def test_a_lost_beginning_is_restored(self):
        for lost in some((47, 0, 10, 100)):
            melody, coda = rows_of(self.digits[lost:]), rows_of(self.parity)
            found = restoring.restore(Notes([None] * 5 + melody, coda, opening=False))
            self.assertEqual((found.digits, found.lost), (self.digits, lost))

    def test_zeros_before_a_misplaced_beginning_are_no_digits(self):
        melody = rows_of(self.digits)
        song = Notes([None] * 12 + melody, rows_of(self.parity), opening=False)
        self.assertEqual(restoring.restore(song).digits, self.digits)
        unpacked = primality.unpack(int(self.digits))
        self.assertEqual(restoring.Restored("000" + self.digits, unpacked, melody).digits,
                         self.digits)

    def test_beginnings_and_ends_are_those_of_gzip_files(self):
        beginnings = restoring.gzip_beginnings()
        old = str(int.from_bytes(gzip_container(b"print(1)") + bytes(2), "big"))
        self.assertTrue(old.startswith(beginnings[len(old)]))
        for digits in (self.digits, small_prime()):
            self.assertTrue(restoring.ends_gzip(digits))
            self.assertFalse(restoring.ends_gzip(digits[:-1]))
            self.assertNotEqual(beginnings.get(len(digits)), digits[:restoring.PREFIX])

    def test_the_end_of_a_melody_is_found_with_a_note_of_it_misheard(self):
        notes = self.digits + self.parity[:100]
        for wrong in (None, len(self.digits) - 1, len(self.digits) - 31, 3):
            rows = rows_of(notes)
            if wrong is not None:
                digit = int(notes[wrong])
                rows[wrong][digit], rows[wrong][(digit + 1) % 10] = -1.0, 0.0
            self.assertEqual(restoring.ended_counts(rows), [len(self.digits)])
        rows[len(self.digits) - 5] = None
        self.assertEqual(restoring.ended_counts(rows), [])

    def test_a_song_without_its_second_alap_is_as_long_as_its_number(self):
        song = Notes(rows_of(self.digits), [None] * 240)
        self.assertEqual((song.counts(), restoring.restore(song).digits), ([], self.digits))

    def test_songs_of_earlier_versions_are_read(self):
        old = search.next_prime(int.from_bytes(gzip_container(TUNE) + bytes(2), "big"))
        self.assertEqual(primality.unpack(old)[2:], ("big", 2))
        found = restoring.restore(Notes(rows_of(str(old)), [None] * 240))
        self.assertEqual((found.digits, found.script, found.is_old), (str(old), TUNE, True))
        self.assertFalse(read_midi(midi.to_midi(small_prime())).is_old)

    def test_other_numbers_are_refused_with_their_cause(self):
        rng = random.Random(4)
        other = self.digits[:12] + "".join(rng.choice("0123456789") for _ in self.digits[12:])
        composite = str(int(self.digits) + (1 << 33))        # another date
        for digits, words in ((other, "do not unpack"), (composite, "is no prime"),
                              ("7" * 400, "do not unpack")):
            with self.assertRaisesRegex(SongError, words):
                restoring.restore(Notes(rows_of(digits), rows_of(parity.parity(digits))))

    def test_a_number_that_ends_early_is_told_from_a_wrong_one(self):
        for heard in (30, 500, len(self.digits) - 1):
            song = Notes(rows_of(self.digits[:heard]), [None] * 240)
            with self.assertRaisesRegex(SongError, f"ends early: {heard} notes were heard"):
                restoring.restore(song)


class TuneCase(unittest.TestCase):
    """Cases about a short tune."""

    @classmethod
    def setUpClass(cls):
        cls.digits, cls.samples = tune()


class Sound(TuneCase):
    """The tune through our sound and back; more recordings are slow tests."""

    def test_pcm_of_all_widths_is_read(self):
        """Eight bits are heard; what is read of the others is the same as of sixteen."""
        self.assertEqual(hear(make_wav(self.samples, 8000, 1)), self.digits)
        expected, _ = wav.read_wav(io.BytesIO(make_wav(self.samples, 8000)))
        for width, channels in some(((3, 1), (2, 2), (4, 2))):
            data = make_wav(self.samples, 8000, width, channels)
            samples, _ = wav.read_wav(io.BytesIO(data))
            scale = max(samples) / max(expected)
            off = max(abs(a - scale * b) for a, b in zip(samples, expected)) / max(samples)
            self.assertEqual(len(samples), len(expected), (width, channels))
            self.assertLess(off, 1e-3, (width, channels))

    def test_one_alap_is_enough(self):
        """A late start, an early end; and with the first notes missing as well."""
        for start, end in some(((0.3, 0), (15, 0), (0, 15))):
            samples = self.samples[int(8000 * start):len(self.samples) - int(8000 * (3 + end))]
            self.assertEqual(hear(make_wav(samples, 8000)), self.digits, (start, end))

    def test_the_sound_has_no_clicks(self):
        """No step from a sample to the next is larger than the notes' own waves make."""
        steps = [abs(a - b) for a, b in zip(self.samples, self.samples[1:])]
        frequency = 440 * 2 ** ((60 - 69 + 16) / 12)
        slope = sum(a * 2 * math.pi * k * frequency / 8000
                    for k, a in enumerate(harmonium.REED, 1)) / sum(harmonium.REED)
        self.assertLess(max(steps), harmonium.PEAK * (slope + 1))
        self.assertLess(max(map(abs, self.samples)), 20000)


class NotSongs(TuneCase):
    """Recordings in which there is no song, or no end of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = tune_wav()

    def assert_refused(self, data, words):
        with self.assertRaises(SongError) as context:
            hear(data)
        self.assertIn(words, str(context.exception))
        self.assertNotIn("\n", str(context.exception))

    def test_other_files_are_refused(self):
        self.assert_refused(b"", "is not a WAV file")
        self.assert_refused(b"OggS" * 99, "is not a WAV file")
        self.assert_refused(b"RIFF", "is not a WAV file")

    def test_truncated_and_unsupported_headers_are_refused(self):
        good = self.good
        self.assert_refused(good[:30], "truncated WAV")
        self.assert_refused(good[:36], "without data")
        self.assert_refused(good[:16] + b"\xff\xff\xff\xff" + good[20:], "without data")
        self.assert_refused(good[:20] + b"\7\0" + good[22:], "unsupported kind")
        self.assert_refused(good[:22] + b"\x09\0" + good[24:], "unsupported kind")
        self.assert_refused(good[:24] + b"\1\0\0\0" + good[28:], "unsupported kind")
        self.assert_refused(good[:40] + b"\xff\xff\xff\x7f" + good[44:], "holds 2047 MB")


class Stages(unittest.TestCase):
    """The stages of listening, each against its definition."""

    def test_the_transform_is_fouriers(self):
        rng = random.Random(8)
        values = [complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(32)]
        for k, found in enumerate(spectra.fourier(values)):
            exact = sum(v * cmath.exp(-2j * math.pi * k * i / 32) for i, v in enumerate(values))
            self.assertAlmostEqual(abs(found - exact), 0, places=9)

    def test_a_tone_is_strongest_in_its_band_and_two_moments_are_kept_apart(self):
        rate = 2700
        for frequency in (110.0, 262.0, 659.0, 1200.0):
            samples = [math.sin(2 * math.pi * frequency * i / rate) for i in range(2700)]
            analyser = spectra.Analyser(samples + [0.0] * 2700, rate, 0.18)
            tone, silence = analyser.spectrum(0.3, 1.5)
            first, weights = analyser.bands[max(range(len(tone)), key=tone.__getitem__)]
            width = rate / spectra.power_of_two(analyser.size)
            self.assertLess(first * width, frequency)
            self.assertLess(frequency, (first + len(weights)) * width)
            self.assertGreater(max(tone), 100 * max(silence))

    def test_means_and_averages(self):
        self.assertEqual(spectra.moving_average([3, 0, 0, 9], 1), [1.5, 1, 3, 4.5])
        self.assertEqual(spectra.Prefix([1, 2, 3]).mean(1, 3), 2.5)
        self.assertEqual(spectra.Prefix([1, 2, 3]).mean(-2, 9), 2)

    def test_a_ringing_note_is_explained_by_two_templates(self):
        """As least squares have it, within the bounds of the note before."""
        self.assertAlmostEqual(recognition.explained(1.0, 0.3, 0.3, 0.6), 1.0)
        a, b, likeness = 0.9, 0.5, 0.2           # of a unit vector: what the two together explain
        self.assertAlmostEqual(recognition.explained(a, b, likeness, 1.0),
                               (a * a + b * b - 2 * a * b * likeness) / (1 - likeness ** 2))
        self.assertAlmostEqual(recognition.explained(a, b, likeness, 0.0), a * a)

    def test_what_rings_is_measured_and_taken_away(self):
        """Three bands; of each note a tenth of the power rings on into the next."""
        sounds = [[0.01, 0.01, 0.01] for _ in range(60)]
        for k, sound in enumerate(sounds):
            sound[k % 3] += 1.0
            if k:
                sound[(k - 1) % 3] += 0.1
        heard = [[v ** spectra.COMPRESSION for v in sound] for sound in sounds]
        pure = [[float(i == band) + 0.001 for i in range(3)] for band in range(3)]
        recogniser = recognition.Recogniser([[x] for x in pure] + [[pure[0]]] * 7)
        breaths = [False] * 60
        marginals = [[-9.0] * (k % 3) + [0.0] + [-9.0] * (9 - k % 3) for k in range(60)]
        found = recogniser.ringing(heard, breaths, marginals)
        self.assertAlmostEqual(found[False], 0.11 / 1.01, places=3)
        left = recognition.subtract(heard, breaths, found)
        self.assertLess(left[5][1], 0.3 * spectra.normalise(heard[5])[1])

    def test_max_marginals_are_those_of_all_sequences(self):
        rng = random.Random(9)
        steps = [[[rng.gauss(0, 1) for _ in range(10)] for _ in range(10)] for _ in range(3)]
        found = recognition.max_marginals(steps)
        for digit in (0, 7):
            best = max(max(steps[0][e][i] for e in range(10)) + steps[1][i][digit]
                       + steps[2][digit][j] for i in range(10) for j in range(10))
            self.assertAlmostEqual(found[1][digit], best)

    def test_the_place_to_change_from_one_list_to_another(self):
        self.assertEqual(placing.best_switch([5, 5, 1, 1], [1, 1, 5, 5]), 2)
        self.assertEqual(placing.best_switch([1, 1], [2, 2]), 0)
        self.assertEqual(placing.best_switch([2, 2], [1, 1]), 2)

    def test_the_likeliest_path_is_that_of_all_paths(self):
        """Five phrases and four offsets: drift to a neighbour is cheap, another step is dear."""
        rng = random.Random(10)
        slope = placing.STEP_SLOPE / placing.FRACTION

        def step(a, b):
            return placing.STEP + slope * abs(a - b) if a != b else 0.0

        def cost(a, b):
            return min(step(a, b), placing.DRIFT) if abs(a - b) == 1 else step(a, b)

        for _ in range(10):
            gains = [[rng.uniform(-20, 20) for _ in range(4)] for _ in range(5)]
            totals = {path: sum(row[i] for row, i in zip(gains, path))
                      - min(step(1, first) + cost(first, path[0]) for first in range(4))
                      - sum(map(cost, path, path[1:])) - step(path[-1], 2)
                      for path in itertools.product(range(4), repeat=5)}
            self.assertEqual(tuple(placing.likeliest_path(gains, 1, 2)),
                             max(totals, key=totals.__getitem__))

    def test_an_alap_is_found_where_it_is(self):
        samples = [0] * 8000 + list(tune()[1])
        loud = rhythm.Loudness(samples, 8000)
        found = rhythm.find_alap(loud, lambda slot: spectra.Analyser(samples, 8000, 0.7 * slot),
                                 -5, 20, rhythm.AFTER_OPENING)
        self.assertAlmostEqual(found[1], 1.0, delta=0.05)
        self.assertAlmostEqual(found[2], 0.25, delta=0.001)
        seconds = rhythm.follow(loud, 1.0, 0.2505, [64, 76, 88, 100])
        for second, place in zip(seconds, (64, 76, 88, 100)):
            self.assertAlmostEqual(second, 1 + place * 0.25, delta=0.05)


if __name__ == "__main__":
    unittest.main()
