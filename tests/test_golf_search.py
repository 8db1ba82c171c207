"""tools/golf_search.py: the template and its state spell femtogpt.py, and no choice in it changes the log."""
import json
import os
import random
import sys
import unittest

from common import path, read

sys.path.insert(0, path("tools"))
import golf_search  # noqa: E402  (the folder is not on the path before)


class Spelling(unittest.TestCase):

    def setUp(self):
        self.template = golf_search.Template(read("tools", "femtogpt.template").decode("utf-8"))
        self.state = json.loads(read("tools", "femtogpt.state").decode())

    def test_committed_script(self):
        """femtogpt.py comes out of the template; nobody edited it by hand."""
        self.assertEqual(self.template.spell(self.state["best"]).encode(), read("femtogpt.py"))

    def test_choices_are_equivalent(self):
        plain, dice = self.template.plain(), random.Random(2)
        expected = golf_search.output(self.template.spell(plain), sys.executable, golf_search.PROOFS[:1])
        self.assertIn(b"sample  1: ", expected[0])
        for _ in range(6):
            for k, (kind, n) in enumerate(self.template.marks):
                if kind == "perm":
                    dice.shuffle(plain["picks"][k])
                else:
                    plain["picks"][k] = dice.randrange(n)
            source = self.template.spell(plain)
            self.assertEqual(golf_search.output(source, sys.executable, golf_search.PROOFS[:1]), expected, source)

    def test_neighbours_do_not_clash(self):
        clashes, dice = {frozenset(pair) for pair in self.state["clashes"]}, random.Random(3)
        spelling, moved = self.state["best"], 0
        for _ in range(300):
            other = golf_search.neighbour(spelling, self.template, clashes, dice)
            if other:
                moved += other != spelling
                spelling = other
                for a, b in clashes:
                    self.assertNotEqual(other["names"][a], other["names"][b])
        self.assertGreater(moved, 50)

    def test_marks(self):
        template = golf_search.Template("# no\n$a«1¦«2¦3»»«~x¦y¦,»«=Q:p¦q»«=Q:r¦s»")
        self.assertEqual([kind for kind, _ in template.marks], ["alt", "alt", "perm", "Q"])
        self.assertEqual(template.spell({"names": {"a": "z"}, "picks": [1, 1, [1, 0], 1]}), "z3y,xqs")
        for bad in ("«a", "a»", "a¦b"):
            self.assertRaises(SystemExit, golf_search.Template, bad)

    def test_failing_script(self):
        self.assertIsNone(golf_search.output("1/0", sys.executable, golf_search.PROOFS[:1]))
        self.assertTrue(os.path.exists(path("tools", "golf_notes.py")))


if __name__ == "__main__":
    unittest.main()
