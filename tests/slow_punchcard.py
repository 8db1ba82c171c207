"""Ten thousand ways to damage the deck and its files."""
import unittest

import test_deck


class Damage(unittest.TestCase):
    def test_ten_thousand(self):
        test_deck.WrongHoles.setUpClass()
        case = test_deck.WrongHoles("test_corruptions_give_the_right_bytes_or_an_error")
        case.test_corruptions_give_the_right_bytes_or_an_error(10000)


if __name__ == "__main__":
    unittest.main()
