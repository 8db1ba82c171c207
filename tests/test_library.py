"""The packages as a library: every example of the pages runs, and arguments are checked."""
import doctest
import importlib
import os
import shutil
import unittest

import golf
import prime
import punchcard
import qr
import song
from common.command import UserError
from common.pictures.grey import PictureError
from support import InFolder, path, read

PACKAGES = ("golf", "prime", "punchcard", "qr", "song")


class Examples(InFolder):
    def assert_passes(self, result):
        self.assertEqual(result.failed, 0)
        self.assertGreater(result.attempted, 2)

    def test_those_of_each_package(self):
        for name in PACKAGES:
            module = importlib.import_module(name)
            self.assert_passes(doctest.testmod(module))
            for public in module.__all__:
                self.assertTrue(getattr(module, public).__doc__, (name, public))

    def test_those_of_the_page(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        os.mkdir("tests")
        shutil.copy(path("tests", "small.primo"), "tests")
        page = path("docs", "library.md")
        self.assert_passes(doctest.testfile(page, module_relative=False, encoding="utf-8"))
        for name in PACKAGES:
            self.assertIn(f">>> import {name}", read("docs", "library.md").decode())


class Arguments(unittest.TestCase):
    def assert_refused(self, error, words, function, *arguments, **options):
        """It raises exactly this ValueError, in one line that has these words."""
        with self.assertRaisesRegex(ValueError, words) as context:
            function(*arguments, **options)
        self.assertIs(type(context.exception), error)
        self.assertNotIn("\n", str(context.exception))

    def test_of_symbols(self):
        for words, options in (("level 'X': the levels are L, M, Q and H", {"level": "X"}),
                               ("level '': the levels", {"level": ""}),
                               ("level 'LM': the levels", {"level": "LM"}),
                               ("version 41: versions go from 1 to 40", {"version": 41}),
                               ("version 0: versions", {"version": 0}),
                               ("version -1: versions", {"version": -1}),
                               ("mask 8: masks go from 0 to 7", {"mask": 8}),
                               ("mask -1: masks", {"mask": -1})):
            self.assert_refused(qr.QRError, words, qr.encode, b"a", **options)
        self.assert_refused(qr.QRError, "is empty", qr.encode, "")
        self.assert_refused(qr.QRError, "no PNG", qr.read, b"text")

    def test_of_decks(self):
        for words, arguments in (("deck name 'über'", (b"hi", "über")),
                                 ("deck name ''", (b"hi", "")),
                                 ("deck name 'FIVES'", (b"hi", "FIVES")),
                                 ("layout 'x': the layouts are binary and text", (b"hi", "A", "x")),
                                 ("1 check cards", (b"hi", "A", "text", 1)),
                                 ("is empty", (b"", "A")), ("is too long", (b"x" * 20000, "A"))):
            self.assert_refused(punchcard.DeckError, words, punchcard.punch, *arguments)
        self.assert_refused(punchcard.DeckError, "no files", punchcard.read)
        self.assert_refused(punchcard.DeckError, "is no deck", punchcard.read, b"text" * 99)

    def test_of_songs(self):
        for words, arguments in (("'' is no positive number", ("",)), ("'-7' is no", (-7,)),
                                 ("'7.5' is no", ("7.5",)), ("has 6001 digits", ("7" * 6001,)),
                                 ("Sa 35: MIDI numbers go from 36 to 67", (7, 35)),
                                 ("9 notes a second: rates go from 1 to 5", (7, 60, 9))):
            self.assert_refused(song.SongError, words, song.compose, *arguments)
        self.assert_refused(song.SongError, "is no positive", song.midi.to_midi, "")
        self.assert_refused(song.SongError, "no MIDI, WAV or AIFF", song.listen, path("LICENSE"))

    def test_of_primes(self):
        self.assert_refused(ValueError, "is empty", prime.find, b"")
        self.assert_refused(ValueError, "larger than 65536 bytes", prime.find, bytes(65537))
        self.assert_refused(prime.CertificateError, "neither \\[section\\] nor", prime.verify,
                            b"text")

    def test_of_golf(self):
        self.assert_refused(ValueError, "packs at most 65536 bytes, not 65537", golf.deflate,
                            bytes(65537))

    def test_errors_are_value_errors_but_for_those_of_commands(self):
        self.assertTrue(issubclass(PictureError, ValueError))
        self.assertFalse(issubclass(UserError, ValueError))


if __name__ == "__main__":
    unittest.main()
