"""Whole logs on data sets at the edge of what is legal, where a run ends in numbers that are unusual."""
import unittest

from common import CHAIN, log_of

EDGES = {
    "the loss falls to 0.0000": b"a",
    "two characters": b"ab\nba\nab\n",
    "few documents, any Unicode, inner spaces": "zoë\nŁukasz\n李小龍\nhé 100%\nß\n".encode(),
}


class WholeLogs(unittest.TestCase):

    def test_whole_logs(self):
        for data in EDGES.values():
            for script in CHAIN + ("fastgpt.py",):
                log_of(script, data)
        for name, data in EDGES.items():
            expected = log_of("microgpt.py", data).result()
            self.assertEqual((expected[0].count(b"\n"), expected[1]), (1025, b""), name)
            for script in CHAIN[1:] + ("fastgpt.py",):
                with self.subTest(name, script=script):
                    self.assertEqual(log_of(script, data).result(), expected)


if __name__ == "__main__":
    unittest.main()
