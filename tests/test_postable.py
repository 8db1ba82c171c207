"""referee/postable.py: which characters survive a post, by the Unicode of the running Python."""
import random
import unicodedata
import unittest

from golf import packing
from referee import postable
from support import read

FIRST_CODE = 0x7F                                # ASCII has a rule of its own


def is_postable(character):
    """The rule, by this Python's own Unicode."""
    return (unicodedata.category(character) not in
            ("Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Mc", "Me", "Zl", "Zp", "Zs")
            and unicodedata.bidirectional(character) not in ("R", "AL")
            and all(unicodedata.normalize(form, character) == character
                    for form in ("NFC", "NFD", "NFKC", "NFKD")))


def listed():
    """The code points of postable.txt."""
    firsts, lasts = postable.load_ranges()
    return {code for first, last in zip(firsts, lasts) for code in range(first, last + 1)}


class Table(unittest.TestCase):
    def test_the_ranges_are_in_order_and_apart(self):
        firsts, lasts = postable.load_ranges()
        for last, first in zip([0, *lasts], firsts):
            self.assertGreater(first, last + 1)
        self.assertTrue(all(first <= last for first, last in zip(firsts, lasts)))

    def test_it_is_the_rule_for_every_character_that_this_python_knows(self):
        codes = listed()
        for code in range(FIRST_CODE, 0x110000):
            if 0xE000 <= code < 0xF900 or code >= 0xE0000:
                self.assertNotIn(code, codes)
            elif unicodedata.category(chr(code)) != "Cn":
                self.assertEqual(code in codes, is_postable(chr(code)), hex(code))


class Faults(unittest.TestCase):
    def test_what_does_not_survive_is_told_with_its_reason(self):
        for character, words in (("\ue000", "private use"), ("\U000f0000", "private use"),
                                 ("\u0301", "combines"), ("\u200d", "format"),
                                 ("\u05d0", "right to left"), ("\uac00", "normalization"),
                                 ("\u212b", "normalization"), ("\u0378", "does not assign"),
                                 ("\ud800", "surrogate"), ("\u00a0", "space"),
                                 ("\u2028", "ends a line"), ("\x7f", "control"),
                                 ("\x00", "control")):
            fault = postable.fault("ab" + character)
            self.assertRegex(fault, f"^character 3, U\\+{ord(character):04X}, .*{words}")

    def test_what_survives_has_no_fault(self):
        for text in ("", "import zlib\n\tx = 1\r\n", "\u4e00\u3400\U00020000", "\u00e6\u03b1\u0436",
                     read("yoctogpt.py").decode()):
            self.assertIsNone(postable.fault(text))

    def test_every_letter_that_carries_a_stream_is_postable(self):
        for block in packing.LETTERS:
            self.assertIsNone(postable.fault("".join(map(chr, block))))

    def test_a_text_in_such_letters_is_not_rearranged(self):
        rng = random.Random(1)
        codes = [code for block in packing.LETTERS for code in block]
        text = "".join(chr(rng.choice(codes)) for _ in range(2000))
        for form in ("NFC", "NFD", "NFKC", "NFKD"):
            self.assertEqual(unicodedata.normalize(form, text), text)


if __name__ == "__main__":
    unittest.main()
