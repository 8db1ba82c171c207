"""Which characters survive a post: the rule of the class that counts characters.

Assigned in Unicode 16, of no private use, unchanged by the four normalizations, no control, format,
combining or right-to-left character, no surrogate and no space but U+0020. postable.txt has their
ranges beyond ASCII, from the Unicode Character Database 16.0: Python's own, in `unicodedata`, is
another one in each version.
"""
import bisect
import os
import unicodedata

from common.command import read_own

RANGES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "postable.txt")
REASONS = {"Co": "it is of private use", "Cc": "it is a control character",
           "Cf": "it is a format character", "Cs": "it is a surrogate", "Mn": "it combines",
           "Mc": "it combines", "Me": "it combines",
           "Zs": "it is a space that is trimmed or changed", "Zl": "it ends a line",
           "Zp": "it ends a paragraph"}
FORMS = ("NFC", "NFD", "NFKC", "NFKD")


def load_ranges():
    """([first code points], [last ones]) of postable.txt."""
    pairs = [line.split("-") for line in read_own(RANGES).decode().split()]
    return [int(first, 16) for first, _ in pairs], [int(last, 16) for _, last in pairs]


def fault(text):
    """Why a text cannot be posted as it is, in words, or None."""
    firsts, lasts = load_ranges()
    for at, character in enumerate(text):
        code = ord(character)
        k = bisect.bisect_right(firsts, code) - 1
        is_ascii = " " <= character <= "~" or character in "\t\r\n"
        if not is_ascii and not (k >= 0 and code <= lasts[k]):
            return f"character {at + 1}, U+{code:04X}, does not survive a post: {reason(character)}"
    return None


def reason(character):
    """What is wrong with a character that is not postable, by the Unicode that this Python has."""
    category = unicodedata.category(character)
    if category in REASONS:
        return REASONS[category]
    if unicodedata.bidirectional(character) in ("R", "AL"):
        return "it runs from right to left"
    if any(unicodedata.normalize(form, character) != character for form in FORMS):
        return "normalization changes it"
    return "Unicode 16 does not assign it"
