"""Whole logs: the published one of every script, and data sets that end in unusual numbers."""
import unittest

from common import CHAIN, canonical, log_of
from data_sets import WHOLE
from test_logs import SCRIPTS, LogCase


class WholeLogs(LogCase):
    def test_published_log_is_printed_by_every_script(self):
        data, expected = canonical("input.txt"), canonical("expected.log")
        for script in CHAIN[1:]:
            log_of(script, data)
        for script in CHAIN[1:]:
            with self.subTest(script):
                self.assert_prints(script, data, expected)

    def test_unusual_data_sets_are_the_same_in_every_script(self):
        for data in WHOLE.values():
            for script in SCRIPTS:
                log_of(script, data)
        for name, data in WHOLE.items():
            expected, errors = log_of("microgpt.py", data).result()
            self.assertEqual((expected.count(b"\n"), errors), (1025, b""), name)
            for script in SCRIPTS[1:]:
                with self.subTest(name, script=script):
                    self.assert_prints(script, data, expected)


if __name__ == "__main__":
    unittest.main()
