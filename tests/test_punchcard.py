"""The deck: card code, file formats, what it survives, and what must be reported instead."""
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import sys
import unittest

from common import InFolder, command, need, path, read

sys.path.insert(0, path("punchcard"))
import cards  # noqa: E402
import deck  # noqa: E402
import repair  # noqa: E402

ENCODE, DECODE = path("punchcard", "encode_punchcard_base64.py"), path("punchcard", "decode_punchcard_base64.py")
FILES = ("punchcard_encoding.json", "attogpt.h80", "attogpt.bin", "cards.svg")


def rows(*columns):
    """Columns as they are written in books, 12-8-6: -> integers."""
    return [cards.punches(*map(int, column.split("-"))) for column in columns]


def random_card(dice):
    return [dice.getrandbits(12) for _ in range(80)]


def corrupted(dice, data, times):
    """Bytes with bits flipped, pieces cut out, doubled or swapped."""
    for _ in range(times):
        i, j = sorted(dice.randrange(len(data) + 1) for _ in range(2))
        k = min(j, i + dice.randrange(1, 200))
        what = dice.randrange(6)
        if what < 2 and data:
            i = dice.randrange(len(data))
            data = data[:i] + bytes([data[i] ^ 1 << dice.randrange(8)]) + data[i + 1:]
        elif what == 2:
            data = data[:i] + data[k:]
        elif what == 3:
            data = data[:i] + data[i:k] + data[i:]
        elif what == 4:
            data = data[:j]
        else:
            data = data[:i] + dice.choice((b"12", b"-1", b"[]", b"null", b"1e9", b"]", b",", b"\0", b"\xff")) + data[k:]
    return data


def edited(dice, found):
    """A deck with cards lost, swapped, doubled, filled with random holes, or columns swapped."""
    found = [card[:] for card in found]
    for _ in range(dice.randrange(1, 6)):
        i, j, what = dice.randrange(len(found)), dice.randrange(80), dice.randrange(7)
        if what == 0 and len(found) > 1:
            del found[i]
        elif what == 1:
            found[i] = random_card(dice)
        elif what == 2:
            found.append(found[i])
        elif what == 3:
            k = dice.randrange(80)
            found[i][j], found[i][k] = found[i][k], found[i][j]
        elif what == 4:
            found[i][j] ^= 1 << dice.randrange(12)
        elif what == 5:
            found[i] = found[i][:72] + cards.punched(cards.label("ATTO", dice.randrange(1, 13), 10))
        else:
            dice.shuffle(found)
    return found


class Deck(unittest.TestCase):
    """The deck of the repository and what can be done to it."""

    @classmethod
    def setUpClass(cls):
        cls.payload = read("attogpt.py")
        cls.deck = deck.build(cls.payload, "ATTO")

    def read_back(self, found, *words):
        payload, notes = deck.recover(found)
        self.assertEqual(payload, self.payload)
        for word in words:
            self.assertIn(word, "\n".join(notes))

    def lost(self, found, words):
        with self.assertRaises(cards.BadDeck) as trouble:
            deck.recover(found)
        self.assertIn(words, str(trouble.exception))
        self.assertNotIn("\n", str(trouble.exception))

    def test_size(self):
        self.assertLessEqual(len(self.deck), 12)
        self.assertEqual([cards.read_label(card) for card in self.deck], [("ATTO", i, 10) for i in range(1, 13)])
        text = deck.build(self.payload, "ATTO", "text", 0)
        self.assertLessEqual(len(text), 20)
        self.assertTrue(all(column in cards.CHARACTER for card in text for column in card))
        for layout, checks in itertools.product(("binary", "text"), (0, 2)):
            self.read_back(deck.build(self.payload, "ATTO", layout, checks)[::-1], layout)

    def test_frame(self):
        """The data columns, read by hand, are the base64 of hash, length and payload: nothing else is on the cards."""
        import base64
        import hashlib
        digits = "".join(cards.BASE64[column >> 6] + cards.BASE64[column & 63]
                         for card in self.deck[:10] for column in card[:72])
        data = base64.b64decode(digits)
        self.assertEqual(data[:8], hashlib.sha256(self.payload).digest()[:8])
        self.assertEqual(data[8:10], len(self.payload).to_bytes(2, "big"))
        self.assertEqual(data[10:].rstrip(b"\0"), self.payload)

    def test_loss(self):
        """All pairs of lost cards; each card replaced by random holes; each with a few holes wrong."""
        dice = random.Random(8)
        for gone in itertools.combinations(range(12), 2):
            self.read_back([card for i, card in enumerate(self.deck) if i not in gone])
        for i in range(12):
            self.read_back(self.deck[:i] + self.deck[i + 1:], "lost; rebuilt")
            self.read_back(self.deck[:i] + [random_card(dice)] + self.deck[i + 1:])
            self.read_back(self.deck[:i] + [random_card(dice)[:72] + self.deck[i][72:]] + self.deck[i + 1:],
                           "card %d had wrong holes" % (i + 1))
            holes = self.deck[i][:]
            for _ in range(5):
                holes[dice.randrange(72)] ^= 1 << dice.randrange(12)
            self.read_back(self.deck[:i] + [holes] + self.deck[i + 1:], "card %d had wrong holes" % (i + 1))
        for gone in itertools.combinations(range(12), 3):
            with self.assertRaises(cards.BadDeck):
                deck.recover([card for i, card in enumerate(self.deck) if i not in gone])
        self.lost(self.deck[3:],
                  "cards 1, 2 and 3 of deck ATTO are missing (11 and 12 are check cards): 2 can be rebuilt, not 3")
        self.lost([random_card(dice)[:72] + card[72:] for card in self.deck[:2]] + self.deck[2:], "beyond repair")
        self.lost(deck.build(self.payload, "ATTO", checks=0)[1:], "cards 1, 11 and 12 of deck ATTO are missing")

    def test_text_loss(self):
        dice = random.Random(9)
        text = deck.build(self.payload, "ATTO", "text")
        self.assertEqual(len(text), 22)
        for _ in range(30):
            gone = dice.sample(range(22), 2)
            self.read_back([card for i, card in enumerate(text) if i not in gone])
            i = dice.randrange(22)
            self.read_back(text[:i] + [random_card(dice)] + text[i + 1:])

    def test_order(self):
        dice, shuffled = random.Random(10), self.deck[:]
        dice.shuffle(shuffled)
        self.read_back(shuffled)
        self.read_back(self.deck[::-1])
        self.read_back(self.deck + shuffled, "once more; left out")
        self.read_back([card[::-1] for card in self.deck], "wrong way round; turned")
        self.read_back([list(map(cards.upside_down, card)) for card in self.deck], "turned")
        self.read_back([[cards.upside_down(column) for column in card[::-1]] for card in self.deck[:3]] + self.deck[3:])

    def test_other_decks(self):
        other = deck.build(b"print('another deck')" * 20, "OTHE")
        self.read_back(other[:3] + self.deck, "deck OTHE of 4 data cards: card 1, 2 and 3 ignored")
        same = deck.build(read("zeptogpt.py") + bytes(195), "ATTO")          # ten data cards of the same name
        self.assertEqual(len(same), 12)
        self.read_back(same[:2] + self.deck, "2 different cards say that they are card 1")
        self.lost(deck.build(b"x" * 1000, "ELSE") + self.deck, "as many cards of deck")
        payload, _ = deck.recover(deck.build(b"x" * 1000, "ELSE") + self.deck, "ELSE")
        self.assertEqual(payload, b"x" * 1000)

    def test_corruptions(self, number=1000):
        """The right bytes or BadDeck, whatever is done to the files and the cards; the slow test does ten thousand."""
        dice, files, right = random.Random(number), [read("punchcard", name) for name in FILES], 0
        for i in range(number):
            if i % 2:
                found = edited(dice, self.deck)
            else:
                try:
                    found = cards.read_deck(corrupted(dice, files[i // 2 % 4], dice.randrange(1, 5)))[1]
                except cards.BadDeck as error:
                    self.assertNotIn("\n", str(error))
                    continue
            try:
                payload, _ = deck.recover(found)
            except cards.BadDeck as error:
                self.assertNotIn("\n", str(error))
                continue
            self.assertEqual(payload, self.payload)
            right += 1
        self.assertGreater(right, number // 4)

    def test_long_text_deck(self):
        """More cards than GF(64) has places: a text deck without check cards, whole, and with any two missing."""
        text = deck.build(bytes(range(256)) * 14, "LONG", "text", 0)
        self.assertGreater(len(text), 63)
        self.assertEqual(deck.recover(text)[0], bytes(range(256)) * 14)
        for gone in ((0, 63), (0, 1), (5, 66)):
            with self.assertRaisesRegex(cards.BadDeck, "missing, and it has no check cards"):
                deck.recover([card for i, card in enumerate(text) if i not in gone])
        with self.assertRaises(cards.BadDeck):
            deck.build(bytes(3584), "LONG", "text")

    def test_many_claims(self):
        """Thousands of cards that claim one place do not take for ever."""
        crowd = [[i & 4095, i >> 12] + [0] * 70 + self.deck[0][72:] for i in range(20000)]
        with self.assertRaises(cards.BadDeck):
            deck.recover(crowd)

    def test_limits(self):
        longest = 97 * 108 - 10
        whole = deck.build(bytes(range(256)) * 40 + b"!" * (longest - 10240), "LONG")
        self.assertEqual(len(whole), 99)
        self.assertEqual(len(deck.recover(whole[2:])[0]), longest)
        self.assertEqual(deck.recover(deck.build(b"x", "ONE"))[0], b"x")
        for payload in (b"", bytes(longest + 1)):
            with self.assertRaises(cards.BadDeck):
                deck.build(payload, "LONG")


class Formats(unittest.TestCase):
    """The card code and the four files, against what others have written down."""

    def test_code(self):
        self.assertEqual(cards.punched("AIJRSZ09 +/="),
                         rows("12-1", "12-9", "11-1", "11-9", "0-2", "0-9", "0", "9") + [0]
                         + rows("12-8-6", "0-1", "8-6"))
        self.assertEqual(cards.punched("aijrsz"), rows("12-0-1", "12-0-9", "12-11-1", "12-11-9", "11-0-2", "11-0-9"))
        self.assertEqual(len(set(cards.CODE.values())), len(cards.CODE))
        self.assertTrue(set(cards.BASE64) <= set(cards.CODE))

    def test_bcd(self):
        """The holes of A-Z and 0-9 are where Debian's bcd draws them."""
        program = shutil.which("bcd") or shutil.which("/usr/games/bcd")
        need(program, "bcd (Debian's bsdgames)")
        text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        card = subprocess.run([program, text], stdout=subprocess.PIPE).stdout.decode("latin-1").split("\n")
        start = next(i for i, line in enumerate(card) if "ABCDEFGHIJ" in line)
        left = card[start].index("A")
        for place, character in enumerate(text):
            column = sum(cards.BIT[row] for i, row in enumerate(cards.ROWS)
                         if card[start + 1 + i][left + place:left + place + 1] == "]")
            self.assertEqual(column, cards.CODE[character], character)

    def test_files(self):
        """H80, card image and JSON of one card, written out by hand."""
        card = [cards.punches(12), cards.punches(9), 0b101010101010] + [0] * 77
        self.assertEqual(cards.to_h80([card])[:3], b"H80")
        self.assertEqual(cards.to_h80([card])[6:12], bytes([0x80, 0x00, 0x01, 0xAA, 0xA0, 0x00]))
        self.assertEqual(len(cards.to_h80([card, card])), 3 + 2 * 123)
        self.assertTrue(all(byte & 0x80 for byte in cards.to_h80([card])[3:6]))
        self.assertEqual(cards.to_bin([card])[:6], bytes([0x00, 0x80, 0x10, 0x00, 0xA0, 0xAA]))
        self.assertEqual(len(cards.to_bin([card, card])), 320)
        self.assertEqual(json.loads(cards.to_json([card]).decode())[0][:4], [[12], [9], [12, 0, 2, 4, 6, 8], []])
        dice = random.Random(11)
        some = [random_card(dice) for _ in range(5)] + [[0] * 80, [4095] * 80]
        for convert in (cards.to_json, cards.to_h80, cards.to_bin, cards.to_svg):
            self.assertEqual(cards.read_deck(convert(some))[1], some)

    def test_committed(self):
        """The four files hold one deck, and nothing of the script but its holes."""
        decks = [cards.read_deck(read("punchcard", name))[1] for name in FILES]
        self.assertTrue(all(found == deck.build(read("attogpt.py"), "ATTO") for found in decks))
        for name in ("punchcard_encoding.json", "cards.svg"):
            self.assertNotIn(b"import", read("punchcard", name))
        self.assertTrue(set(b"0123456789[],\n") >= set(read("punchcard", "punchcard_encoding.json")))

    def test_drawing(self):
        text = read("punchcard", "cards.svg").decode()
        self.assertIn('width="7.375in"', text)
        self.assertEqual(text.count('class="holes"'), 12)
        need(shutil.which("rsvg-convert"), "rsvg-convert (Debian's librsvg2-bin)")
        done = subprocess.run(["rsvg-convert", "-w", "738", path("punchcard", "cards.svg")], stdout=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stdout[:4]), (0, b"\x89PNG"))

    def test_field(self):
        """The fields are fields: their polynomials are primitive, and division undoes multiplication."""
        for bits in (6, 12):
            field = repair.Field(bits)
            self.assertEqual(len(set(field.exp)), (1 << bits) - 1)
            dice = random.Random(bits)
            for _ in range(300):
                x, y, z = (dice.randrange(1, 1 << bits) for _ in range(3))
                self.assertEqual(field.over(field.times(x, y), y), x)
                self.assertEqual(field.times(x, y ^ z), field.times(x, y) ^ field.times(x, z))


class CommandLine(InFolder):
    """Both scripts, from another folder."""

    def bad(self, code, words, *arguments):
        before = {name: os.stat(os.path.join(self.folder, name)).st_mtime for name in os.listdir(self.folder)}
        done = command(*arguments, cwd=self.folder)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(words, done.stderr.decode())
        self.assertNotIn(b"Traceback", done.stderr)
        if code == 1:
            self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertEqual(before, {name: os.stat(os.path.join(self.folder, name)).st_mtime
                                  for name in os.listdir(self.folder)})

    def test_default(self):
        done = command(DECODE, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(os.listdir(self.folder), ["attogpt_decoded.py"])
        with open(os.path.join(self.folder, "attogpt_decoded.py"), "rb") as file:
            self.assertEqual(file.read(), read("attogpt.py"))
        self.assertIn(b"was there already", command(DECODE, cwd=self.folder).stdout)
        self.put("attogpt_decoded.py", b"mine")
        done = command(DECODE, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (1, 1))
        self.assertEqual(command(DECODE, "--force", cwd=self.folder).returncode, 0)
        self.assertEqual(command(DECODE, "-o", "-", cwd=self.folder).stdout, read("attogpt.py"))
        self.assertEqual(command(ENCODE, "--check", cwd=self.folder).returncode, 0)

    def test_own_files(self):
        self.put("my poem.txt", "Röslein\n".encode() * 40)
        for layout in ("binary", "text"):
            self.assertEqual(command(ENCODE, "my poem.txt", "--layout", layout, cwd=self.folder).returncode, 0)
        self.assertEqual(len(os.listdir(self.folder)), 9)
        for name in sorted(os.listdir(self.folder)):
            if name != "my poem.txt":
                done = command(DECODE, name, "-o", "-", cwd=self.folder)
                self.assertEqual((done.stdout, done.stderr), ("Röslein\n".encode() * 40, b""), name)
        self.assertIn(b"MYPO0104", command(DECODE, "my poem.h80", "--show", "1", cwd=self.folder).stdout)

    def test_show(self):
        lines = command(DECODE, "--show", "3").stdout.decode().split("\n")
        found = deck.build(read("attogpt.py"), "ATTO")[2]
        self.assertIn("ATTO0310", lines[0])
        for row, line in zip(cards.ROWS, lines[1:]):
            self.assertEqual(re.sub(r"^.*?\|", "", line), "".join(
                "#" if column & cards.BIT[row] else "." for column in found) + "|")

    def test_refused(self):
        self.put("empty.py", b"")
        self.put("long.py", b"x" * 20000)
        self.put("noise.bin", bytes(random.Random(1).getrandbits(8) for _ in range(3000)))
        self.put("cut.h80", read("punchcard", "attogpt.h80")[:900])
        self.put("deep.json", b"[" * 200000)
        self.put("object.json", b'{"cards": 3}')
        self.put("odd.json", b'[[[1, 2]], 5, [["x"]], null]')
        self.put("huge.json", b"[[" + b"[1e400]," * 79 + b"[1]]]")
        for code, words, *arguments in (
                (1, "empty.py: is empty", ENCODE, "empty.py"), (1, "too long", ENCODE, "long.py"),
                (1, "No such file", ENCODE, "none.py"), (1, "Is a directory", ENCODE, "."),
                (2, "--name", ENCODE, "long.py", "--name", "toolong"), (2, "layout", ENCODE, "--layout", "ebcdic"),
                (1, "no card", DECODE, "empty.py"), (1, "where it belongs", DECODE, "noise.bin"),
                (1, "are missing", DECODE, "cut.h80"), (1, "not whole JSON", DECODE, "deep.json"),
                (1, "no list of cards", DECODE, "object.json"), (1, "belongs", DECODE, "odd.json"),
                (1, "belongs", DECODE, "huge.json"), (1, "No such file", DECODE, "none.json"),
                (1, "Is a directory", DECODE, "."), (2, "--show", DECODE, "--show", "13"),
                (1, "card 2 is not", DECODE, "odd.json", "--show", "2"), (2, "-o", DECODE, "-o", ""),
                (2, "overwritten", ENCODE, "noise.bin"), (2, "DECK", DECODE, ""),

                (1, "no card of a deck NONE", DECODE, "--deck", "NONE"),
                (1, "No such file", DECODE, "-o", os.path.join("none", "x.py"))):
            self.bad(code, words, *arguments)


if __name__ == "__main__":
    unittest.main()
