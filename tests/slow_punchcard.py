"""Ten thousand ways to damage the deck and its files."""
import unittest

import test_punchcard


class Damage(unittest.TestCase):
    def test_ten_thousand(self):
        test_punchcard.Deck.setUpClass()
        case = test_punchcard.Deck("test_corruptions")
        case.test_corruptions(10000)


if __name__ == "__main__":
    unittest.main()
