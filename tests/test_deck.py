"""The deck: what it survives, and what must be reported instead of guessed."""
import base64
import functools
import hashlib
import itertools
import random
import unittest

from punchcard import card_drawing, card_files, cards, deck, repair
from punchcard.cards import DeckError
from support import read, share

FILES = ("punchcard_encoding.json", "attogpt.h80", "attogpt.bin", "cards.svg")


def random_card(rng):
    return [rng.getrandbits(12) for _ in range(80)]


def without(found, lost):
    """The cards but for those at these positions."""
    return [card for i, card in enumerate(found) if i not in lost]


def corrupt_bytes(rng, data, times):
    """Bytes with bits flipped, pieces cut out, doubled or replaced."""
    for _ in range(times):
        i, j = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        k = min(j, i + rng.randrange(1, 200))
        kind = rng.randrange(6)
        if kind < 2 and data:
            i = rng.randrange(len(data))
            data = data[:i] + bytes([data[i] ^ 1 << rng.randrange(8)]) + data[i + 1:]
        elif kind == 2:
            data = data[:i] + data[k:]
        elif kind == 3:
            data = data[:i] + data[i:k] + data[i:]
        elif kind == 4:
            data = data[:j]
        else:
            junk = (b"12", b"-1", b"[]", b"null", b"1e9", b"]", b",", b"\0", b"\xff")
            data = data[:i] + rng.choice(junk) + data[k:]
    return data


def corrupt_cards(rng, found):
    """A deck with cards lost, doubled, mislabelled, of random holes, or columns swapped."""
    found = [card[:] for card in found]
    for _ in range(rng.randrange(1, 6)):
        i, j, k = rng.randrange(len(found)), rng.randrange(80), rng.randrange(80)
        kind = rng.randrange(7)
        if kind == 0 and len(found) > 1:
            del found[i]
        elif kind == 1:
            found[i] = random_card(rng)
        elif kind == 2:
            found.append(found[i])
        elif kind == 3:
            found[i][j], found[i][k] = found[i][k], found[i][j]
        elif kind == 4:
            found[i][j] ^= 1 << rng.randrange(12)
        elif kind == 5:
            label = cards.label("ATTO", rng.randrange(1, 13), 10)
            found[i] = found[i][:72] + cards.punch_text(label)
        else:
            rng.shuffle(found)
    return found


@functools.lru_cache(maxsize=None)
def our_deck():
    """The deck of attogpt.py."""
    return deck.build(read("attogpt.py"), "ATTO")


class DeckCase(unittest.TestCase):
    """The deck of attogpt.py, as `deck.build` makes it."""

    @classmethod
    def setUpClass(cls):
        cls.payload, cls.deck = read("attogpt.py"), our_deck()

    def assert_reads(self, found, *words):
        """The cards give the payload back, and the notes have these words."""
        payload, notes = deck.recover(found)
        self.assertEqual(payload, self.payload)
        for word in words:
            self.assertIn(word, "\n".join(notes))

    def assert_refused(self, found, words, name=None):
        with self.assertRaises(DeckError) as context:
            deck.recover(found, name)
        self.assertIn(words, str(context.exception))
        self.assertNotIn("\n", str(context.exception))


class Layout(DeckCase):
    def test_attogpt_takes_ten_data_cards_and_two_check_cards(self):
        self.assertLessEqual(len(self.deck), 12)
        self.assertEqual([cards.read_label(card) for card in self.deck],
                         [("ATTO", i, 10) for i in range(1, 13)])

    def test_text_layout_takes_twenty_cards_of_029_characters(self):
        text = deck.build(self.payload, "ATTO", "text", 0)
        self.assertLessEqual(len(text), 20)
        self.assertTrue(all(column in cards.CHARACTER for card in text for column in card))

    def test_every_layout_reads_back_in_reverse_order(self):
        for layout, checks in itertools.product(("binary", "text"), (0, 2)):
            built = deck.build(self.payload, "ATTO", layout, checks)
            self.assert_reads(built[::-1], layout, *["no check cards"] * (checks == 0))

    def test_columns_are_base64_of_hash_length_and_payload(self):
        """Read by hand: nothing else is on the cards."""
        digits = "".join(deck.BASE64[column >> 6] + deck.BASE64[column & 63]
                         for card in self.deck[:10] for column in card[:72])
        data = base64.b64decode(digits)
        self.assertEqual(data[:8], hashlib.sha256(self.payload).digest()[:8])
        self.assertEqual(data[8:10], len(self.payload).to_bytes(2, "big"))
        self.assertEqual(data[10:].rstrip(b"\0"), self.payload)

    def test_longest_payload_fits_and_one_byte_more_is_refused(self):
        longest = 97 * 108 - 10
        built = deck.build(bytes(range(256)) * 40 + b"!" * (longest - 10240), "LONG")
        self.assertEqual(len(built), 99)
        self.assertEqual(len(deck.recover(built[2:])[0]), longest)
        with self.assertRaisesRegex(DeckError, "is too long: 97 data cards of the binary layout "
                                               "hold 10466 bytes, it has 10467"):
            deck.build(bytes(longest + 1), "LONG")

    def test_empty_payload_is_refused_and_one_byte_is_not(self):
        self.assertEqual(deck.recover(deck.build(b"x", "ONE"))[0], b"x")
        with self.assertRaisesRegex(DeckError, "is empty"):
            deck.build(b"", "NONE")

    def test_frame_rejects_wrong_hash_length_and_trailing_bytes(self):
        framed = deck.frame(b"payload")
        self.assertEqual(deck.unframe(framed + bytes(9)), b"payload")
        for wrong in (b"\1" + framed[1:], framed[:9] + b"\6" + framed[10:], framed + b"\0\1",
                      framed[:-1] + b"D", framed[:-1]):
            self.assertIsNone(deck.unframe(wrong))


class LostCards(DeckCase):
    def test_any_two_lost_cards_are_rebuilt(self):
        for lost in itertools.combinations(range(12), 2):
            self.assert_reads(without(self.deck, lost))
        self.assert_reads(without(self.deck, (0, 4)), "cards 1 and 5 lost; rebuilt")
        self.assert_reads(without(self.deck, (6,)), "card 7 lost; rebuilt")

    def test_three_lost_cards_are_reported_by_number(self):
        for lost in itertools.combinations(range(12), 3):
            with self.assertRaises(DeckError):
                deck.recover(without(self.deck, lost))
        self.assert_refused(self.deck[3:], "deck ATTO lacks cards 1, 2 and 3 (11 and 12 are check "
                                           "cards): 2 can be rebuilt, not 3")

    def test_one_lost_card_without_check_cards_is_reported(self):
        self.assert_refused(deck.build(self.payload, "ATTO", checks=0)[1:],
                            "deck ATTO lacks cards 1, 11 and 12")

    def test_two_lost_cards_of_a_text_deck_are_rebuilt(self):
        rng = random.Random(9)
        text = deck.build(self.payload, "ATTO", "text")
        self.assertEqual(len(text), 21)
        for _ in range(30):
            self.assert_reads(without(text, rng.sample(range(21), 2)))

    def test_text_deck_beyond_the_field_has_no_check_cards(self):
        """More cards than GF(64) has positions: readable when whole, refused when not."""
        payload = bytes(range(256)) * 14
        text = deck.build(payload, "LONG", "text", 0)
        self.assertGreater(len(text), 63)
        self.assertEqual(deck.recover(text)[0], payload)
        for lost in ((0, 63), (0, 1), (5, 66)):
            self.assert_refused(without(text, lost), "and it has no check cards")
        with self.assertRaises(DeckError):
            deck.build(bytes(3584), "LONG", "text")


class WrongHoles(DeckCase):
    def test_a_card_of_random_holes_is_corrected(self):
        rng = random.Random(8)
        for i in range(12):
            self.assert_reads(self.deck[:i] + [random_card(rng)] + self.deck[i + 1:])
            scrambled = random_card(rng)[:72] + self.deck[i][72:]
            self.assert_reads(self.deck[:i] + [scrambled] + self.deck[i + 1:],
                              f"card {i + 1} had wrong holes; corrected")

    def test_a_few_wrong_holes_are_corrected(self):
        rng = random.Random(18)
        for i in range(12):
            card = self.deck[i][:]
            for _ in range(5):
                card[rng.randrange(72)] ^= 1 << rng.randrange(12)
            self.assert_reads(self.deck[:i] + [card] + self.deck[i + 1:],
                              f"card {i + 1} had wrong holes; corrected")

    def test_two_wrong_cards_are_refused(self):
        rng = random.Random(28)
        wrong = [random_card(rng)[:72] + card[72:] for card in self.deck[:2]]
        self.assert_refused(wrong + self.deck[2:], "holes are wrong on more than one card")
        self.assert_refused(wrong[:1] + self.deck[2:], "it lacks card 2, and holes are wrong")

    def test_a_wrong_card_of_a_text_deck_is_corrected(self):
        rng = random.Random(38)
        text = deck.build(self.payload, "ATTO", "text")
        for _ in range(30):
            i = rng.randrange(len(text))
            self.assert_reads(text[:i] + [random_card(rng)] + text[i + 1:])

    def test_corruptions_give_the_right_bytes_or_an_error(self, number=400):
        """Whatever is done to files and cards; the slow test does ten thousand."""
        number = share(number)
        rng, right = random.Random(number), 0
        files = [read("punchcard", name) for name in FILES]
        for i in range(number):
            try:
                if i % 2:
                    found = corrupt_cards(rng, self.deck)
                else:
                    data = corrupt_bytes(rng, files[i // 2 % 4], rng.randrange(1, 5))
                    found = card_files.read_deck(data)[1]
                payload, _ = deck.recover(found)
            except DeckError as error:
                self.assertNotIn("\n", str(error))
                continue
            self.assertEqual(payload, self.payload)
            right += 1
        self.assertGreater(right, number // 4)


class Order(DeckCase):
    def test_shuffled_and_reversed_decks_are_read(self):
        shuffled = self.deck[:]
        random.Random(10).shuffle(shuffled)
        self.assert_reads(shuffled)
        self.assert_reads(self.deck[::-1])

    def test_second_copies_are_ignored(self):
        _, notes = deck.recover(self.deck + self.deck[::-1])
        copies = [note for note in notes if "second copy" in note]
        self.assertEqual(copies[0], "card 13 of the input is a second copy of card 12; ignored")
        self.assertEqual(len(copies), 12)

    def test_cards_turned_any_way_are_read(self):
        mirrored = [card[::-1] for card in self.deck]
        flipped = [list(map(cards.flip_rows, card)) for card in self.deck]
        rotated = [[cards.flip_rows(column) for column in card[::-1]] for card in self.deck]
        for turned in (mirrored, flipped, rotated, rotated[:3] + self.deck[3:]):
            self.assert_reads(turned, "card 1 of the input lay the wrong way round; turned")

    def test_cards_without_a_label_are_ignored_by_position(self):
        self.assert_reads([[0] * 80, None] + self.deck,
                          "card 1 of the input has no readable label in columns 73-80; ignored",
                          "card 2 of the input has no readable label")


class OtherDecks(DeckCase):
    def test_cards_of_another_deck_are_ignored(self):
        other = deck.build(b"print('another deck')" * 20, "OTHE")
        self.assert_reads(other[:3] + self.deck,
                          "deck OTHE of 4 data cards: cards 1, 2 and 3 ignored")

    def test_two_decks_of_one_size_need_a_name(self):
        other = deck.build(b"x" * 1000, "ELSE")
        self.assert_refused(other + self.deck, "as many cards of deck")
        self.assertEqual(deck.recover(other + self.deck, "ELSE")[0], b"x" * 1000)
        self.assertEqual(deck.recover(other + self.deck, "ATTO")[0], self.payload)
        self.assert_refused(other + self.deck, "no card of a deck NONE", "NONE")

    def test_a_few_cards_of_a_namesake_do_not_matter(self):
        namesake = deck.build(read("zeptogpt.py") + bytes(195), "ATTO")
        self.assertEqual(len(namesake), 12)
        self.assert_reads(namesake[:2] + self.deck,
                          "2 different cards claim to be card 1; the right one was found")
        self.assert_reads(namesake[:2] + without(self.deck, (5,)), "card 6 lost; rebuilt")

    def test_two_whole_namesakes_are_refused(self):
        """However they are shuffled, with a card lost, and in the longest decks."""
        rng = random.Random(48)
        long = [deck.build(bytes([k]) + bytes(9000), "LONG") for k in (1, 2)]
        namesake = deck.build(read("zeptogpt.py") + bytes(195), "ATTO")
        for first, second in ((self.deck, namesake), long):
            mixed = first + second
            for _ in range(4):
                self.assert_refused(mixed, "holds two whole decks of the same name and size")
                rng.shuffle(mixed)
        self.assert_refused(without(self.deck, (3,)) + without(namesake, (3,)), "two whole decks")

    def test_a_namesake_with_a_wrong_card_is_told_apart(self):
        rng = random.Random(58)
        namesake = deck.build(read("zeptogpt.py") + bytes(195), "ATTO")
        damaged = [random_card(rng)[:72] + card[72:] for card in namesake[:2]] + namesake[2:]
        mixed = damaged + self.deck
        rng.shuffle(mixed)
        self.assert_reads(mixed)
        wrong = [random_card(rng)[:72] + card[72:] for card in self.deck[:2]]
        self.assert_refused(damaged + wrong + self.deck[2:],
                            "different versions of cards 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 12")

    def test_neither_of_two_claims_may_be_right(self):
        rng = random.Random(68)
        wrong = [random_card(rng)[:72] + self.deck[3][72:] for _ in range(2)]
        self.assert_reads(without(self.deck, (3,)) + wrong)

    def test_thousands_of_claims_to_one_place_end(self):
        crowd = [[i & 4095, i >> 12] + [0] * 70 + self.deck[0][72:] for i in range(4500)]
        self.assert_refused(crowd, "lacks cards")


class ReedSolomon(unittest.TestCase):
    def test_the_fields_are_fields(self):
        """Their polynomials are primitive, and division undoes multiplication."""
        for bits in (6, 12):
            field = repair.Field(bits)
            self.assertEqual(len(set(field.exp)), (1 << bits) - 1)
            rng = random.Random(bits)
            for _ in range(300):
                x, y, z = (rng.randrange(1, 1 << bits) for _ in range(3))
                self.assertEqual(field.divide(field.multiply(x, y), y), x)
                self.assertEqual(field.multiply(x, y ^ z),
                                 field.multiply(x, y) ^ field.multiply(x, z))
                self.assertEqual((field.multiply(x, 0), field.divide(0, x)), (0, 0))

    def test_an_error_beyond_the_deck_is_not_corrected(self):
        """Syndromes that point to a position after the last card mean more than one error."""
        field = repair.Field(6)
        self.assertIsNone(field.correct_error([0, 0, 0, field.exp[9]][:3] + [1, field.exp[5]]))
        self.assertIsNone(field.correct_error([1, 1]))
        self.assertEqual(field.correct_error([0, 0, 7, 0]), ([0, 0, 0, 0], 2))
        self.assertEqual(field.correct_error([0, 0, 0]), ([0, 0, 0], None))

    def test_erasures_that_fit_nothing_are_refused(self):
        field = repair.Field(12)
        self.assertEqual(field.fill_erasures([0, 9, 0], [1]), [0, 0, 0])
        self.assertIsNone(field.fill_erasures([0, 9, 1], [1]))


class Drawing(DeckCase):
    def test_holes_off_their_place_make_the_card_unreadable(self):
        drawing = card_drawing.to_svg(self.deck)
        x = card_drawing.COLUMN_X[3]
        moved = drawing.replace(b"M%d " % x, b"M%d " % (x + 30))
        self.assertNotEqual(moved, drawing)
        self.assertIn(None, card_files.read_deck(moved)[1])
        outside = drawing.replace(b"M%d " % x, b"M99999 ")
        self.assertIn(None, card_files.read_deck(outside)[1])


if __name__ == "__main__":
    unittest.main()
