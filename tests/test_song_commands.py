"""encode_song.py and decode_song.py, from another folder."""
import array
import os
import unittest
import wave

import prime
from common import primality
from song import harmonium, midi, raga, score
from support import InFolder, path, read

ENCODE, DECODE = path("song", "encode_song.py"), path("song", "decode_song.py")
TUNE = b"print('tune')\n"


class Commands(InFolder):
    @classmethod
    def setUpClass(cls):
        cls.prime = str(primality.read_number(path("verify_prime.py")))
        cls.script = primality.unpack(int(cls.prime))[0]

    def put_prime(self):
        """A small prime of our own: my.prime.py."""
        self.put("my.py", TUNE)
        self.assert_succeeds(path("find_prime.py"), "my.py", "--jobs", "1")

    def test_committed_files_are_up_to_date(self):
        self.assertEqual(self.assert_succeeds(ENCODE, "--check").stdout.count(b"up to date"), 4)

    def test_a_prime_of_ones_own_travels_as_midi_and_wav(self):
        self.put_prime()
        self.assert_succeeds(ENCODE, "my.prime.py", "--sa", "A3", "--wav", "my.wav",
                             "--rate", "8000")
        self.assert_succeeds(DECODE, "my.wav")
        self.assertEqual(self.get("my_decoded.py"), TUNE)
        for _ in range(2):                       # what is there already is no obstacle
            self.assert_succeeds(DECODE, "my.prime.mid", "-o", "tune.py")
        self.assertEqual(self.get("tune.py"), TUNE)
        self.put("tune.py", b"mine")
        self.assert_fails(1, "tune.py exists and differs; give --force", DECODE, "my.prime.mid",
                          "-o", "tune.py")
        self.assertEqual(self.assert_succeeds(DECODE, "my.prime.mid", "-o", "-").stdout, TUNE)
        self.put("cut.wav", self.get("my.wav")[:400000])
        self.assert_fails(1, "cut.wav: ends early: ", DECODE, "cut.wav")

    def test_decimal_digits_are_taken_for_a_number(self):
        self.put("number.txt", "12345\n67891\n")
        self.assert_succeeds(ENCODE, "number.txt", "--notes-per-second", "5")
        self.assertEqual(len(midi.notes(self.get("number.mid"))), 10 + 10 + 6 + 10)

    def test_options_put_our_prime_into_the_current_folder(self):
        self.assert_succeeds(ENCODE, "--sa", "D4")
        self.assertEqual(os.listdir(self.folder), ["primegpt.mid"])
        self.assertEqual(self.get("primegpt.mid"), midi.to_midi(self.prime, 62))

    def test_bad_songs_are_refused_in_one_line(self):
        self.put("noise.mid", os.urandom(500))
        self.put("changed.mid", midi.to_midi(str(prime.find(TUNE) ^ 6 << 32)))
        for words, name in (("No such file", "none.mid"), ("Is a directory", "."),
                            ("no MIDI, WAV or AIFF file", "noise.mid"),
                            ("is no prime", "changed.mid")):
            self.assert_fails(1, words, DECODE, name)

    def test_bad_numbers_are_refused_in_one_line(self):
        self.put("my.py", TUNE)
        self.put("long.txt", b"7" * 6001)
        for words, name in (("holds no number", "my.py"), ("No such file", "none.py"),
                            ("has 6001 digits", "long.txt")):
            self.assert_fails(1, words, ENCODE, name)

    def test_misuse_exits_2(self):
        self.put("number.mid", b"1234577\n")
        for words, script, *arguments in (
                ("-o: name a file", DECODE, "-o", ""), ("standard input", DECODE, "-"),
                ("FILE", DECODE, ""), ("no note such as", ENCODE, "--sa", "H9"),
                ("would be overwritten", ENCODE, "number.mid"), ("PRIME", ENCODE, "-"),
                ("two files", ENCODE, "my.prime.py", "--wav", "my.prime.mid"),
                ("leave out --wav", ENCODE, "--check", "--wav", "a.wav"),
                ("from 1 to 5", ENCODE, "--notes-per-second", "0")):
            self.assert_fails(2, words, script, *arguments)

    def test_a_wav_that_cannot_be_written_leaves_no_midi(self):
        self.put_prime()
        self.assert_fails(1, "Is a directory", ENCODE, "my.prime.py", "--midi", "m.mid",
                          "--wav", ".")


class Readable(unittest.TestCase):
    def test_beginning_is_that_of_the_whole_piece(self):
        """Sample for sample, until it fades out."""
        with wave.open(path("song", "beginning.wav"), "rb") as file:
            self.assertEqual((file.getnchannels(), file.getsampwidth(), file.getframerate()),
                             (1, 2, 8000))
            found = file.readframes(file.getnframes())
        out, digits = [], str(primality.read_number(path("verify_prime.py")))
        harmonium.render(digits, out.append, 60, 4.0, 8000, seconds=40)
        self.assertEqual(found[:2 * 24 * 8000], b"".join(out)[:2 * 24 * 8000])
        self.assertLess(len(found), 2 * 28 * 8000)
        self.assertLess(max(map(abs, array.array("h", found[-200:]))), 300)

    def test_score_and_sargam_are_what_the_prime_makes(self):
        digits = str(primality.read_number(path("verify_prime.py")))
        self.assertEqual(score.to_svg(digits), read("song", "score.svg"))
        self.assertEqual(score.to_text(digits), read("song", "sargam.txt"))

    def test_score_has_a_bar_for_every_note_of_its_rows_and_marks_the_coda(self):
        """Twenty-four seconds from the beginning; two before the coda and six of it."""
        text = read("song", "score.svg").decode()
        digits = str(primality.read_number(path("verify_prime.py")))
        coda = raga.Layout(len(digits)).coda_start / 4
        shown = [start for _, start, _, _, _ in raga.compose(digits)
                 if start / 4 < 24 or int(coda) - 2 <= start / 4 < int(coda) + 6]
        self.assertEqual(text.count("<rect x="), len(shown))
        self.assertEqual(text.count(f": the coda begins at {coda:g} s</text>"), 1)


if __name__ == "__main__":
    unittest.main()
