"""golf/search.py: the template and its state spell payload.py; no choice changes the log."""
import json
import random
import sys
import unittest

from golf import blocks, search, template
from golf.estimate import Estimator
from golf.huffman import DISTANCES, LENGTH_CODE, LENGTHS
from support import InFolder, path, read, share


class Spelling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = template.Template(read("golf", "payload.template").decode("utf-8"))
        cls.state = json.loads(read("golf", "payload.state").decode())

    def test_payload_comes_out_of_the_template(self):
        spelled = self.template.spell(self.state["best"])
        self.assertEqual(spelled.encode(), read("golf", "payload.py"))

    def test_every_choice_prints_the_same_log(self):
        spelling, rng = self.template.plain(), random.Random(2)
        expected = search.prove(self.template.spell(spelling), sys.executable, search.PROOFS[:1])
        self.assertIn(b"sample  1: ", expected[0])
        for _ in range(share(6)):
            for k, (kind, parts) in enumerate(self.template.marks):
                if kind == "perm":
                    rng.shuffle(spelling["picks"][k])
                else:
                    spelling["picks"][k] = rng.randrange(parts)
            source = self.template.spell(spelling)
            log = search.prove(source, sys.executable, search.PROOFS[:1])
            self.assertEqual(log, expected, source)

    def test_neighbours_differ_and_do_not_clash(self):
        clashes, rng = self.state["clashes"], random.Random(3)
        partners = search.find_partners(clashes)
        spelling, moved = self.state["best"], 0
        for _ in range(300):
            other = search.neighbour(spelling, self.template, partners, rng)
            if other:
                moved += other != spelling
                spelling = other
                for a, b in clashes:
                    self.assertNotEqual(other["names"][a], other["names"][b])
        self.assertGreater(moved, 50)

    def test_marks_nest_and_labels_agree(self):
        marked = template.Template("# no\n$a«1¦«2¦3»»«~x¦y¦,»«=Q:p¦q»«=Q:r¦s»")
        self.assertEqual(marked.marks, [("alt", 2), ("alt", 2), ("perm", 2), ("Q", 2)])
        spelling = {"names": {"a": "z"}, "picks": [1, 1, [1, 0], 1]}
        self.assertEqual(marked.spell(spelling), "z3y,xqs")
        self.assertEqual(marked.spell(marked.plain()), "a1x,ypr")

    def test_unmatched_marks_are_errors(self):
        for text in ("«a", "a»", "a¦b", "«a¦«b»"):
            self.assertRaises(template.TemplateError, template.Template, text)


class Clashes(unittest.TestCase):
    def test_variables_that_live_together_clash_and_others_do_not(self):
        """$a and $b are both read at the end; $c is done with before $b is made."""
        marked = template.Template("$a=1\n$c=2\nprint($c)\n$b=3\nprint($a+$b)")
        clashes = search.find_clashes(marked, sys.executable, lambda _: None)
        self.assertEqual(clashes, {frozenset("ab"), frozenset("ac")})

    def test_a_variable_of_a_labelled_mark_is_tried_in_it(self):
        marked = template.Template("$a=1\n«=Q:print($a)¦$b=5\nprint($a)»")
        clashes = search.find_clashes(marked, sys.executable, lambda _: None)
        self.assertEqual(clashes, {frozenset("ab")})


class Proof(unittest.TestCase):
    def test_a_script_that_fails_proves_nothing(self):
        self.assertIsNone(search.prove("1/0", sys.executable, search.PROOFS[:1]))

    def test_a_script_is_run_on_each_data_set_shortened(self):
        source = "print(1000,open('input.txt').read()[:2])"
        log = search.prove(source, sys.executable)
        self.assertEqual([out.split() for out in log], [[b"3", b"ab"], [b"3", b"em"]])

    def test_penalties_are_added_above_the_limits_only(self):
        source = "print('hello hello hello')"
        plain, fined = search.Meter(), search.Meter(plain=len(source) - 2, penalty=10)
        self.assertEqual(fined.quick_bits(source), plain.quick_bits(source) + 20)
        exact = plain.exact_bits(source)
        self.assertEqual(search.Meter(packed=1, penalty=0.5).exact_bits(source) > exact, True)
        self.assertEqual(search.Meter(packed=9999, penalty=9).exact_bits(source), exact)

    def test_escapes_cost_what_they_are_said_to(self):
        source = read("golf", "payload.py").decode()[-300:]
        free, each = (search.Meter(escape_bits=bits).exact_bits(source) for bits in (0, 1))
        self.assertGreater(each, free)
        self.assertEqual(search.Meter().exact_bits(source) - free, 8 * (each - free))


class Estimates(unittest.TestCase):
    """golf/estimate.py against a parse of the whole text under the same costs."""

    @classmethod
    def setUpClass(cls):
        cls.template = template.Template(read("golf", "payload.template").decode("utf-8"))
        state = json.loads(read("golf", "payload.state").decode())
        cls.best, cls.partners = state["best"], search.find_partners(state["clashes"])
        cls.meter = search.Meter()
        cls.meter.quick_bits(cls.template.spell(cls.best))

    def cheapest(self, data):
        """Units of the cheapest parse."""
        tokens = blocks.optimal_parse(data, 0, len(data), blocks.find_matches(data),
                                      self.meter.costs)
        return self.units(data, [(length, distance) for length, _, distance in tokens])

    def units(self, data, tokens):
        """What tokens cost, after a check that they are the data's."""
        lit_cost, dist_cost = self.meter.costs
        at, units = 0, 0
        for length, distance in tokens:
            if distance:
                self.assertEqual(data[at:at + length], data[at - distance:at - distance + length])
                code = max(k for k, (base, _) in enumerate(DISTANCES) if base <= distance)
                units += lit_cost[257 + LENGTH_CODE[length]] + dist_cost[code]
                units += blocks.UNIT * (LENGTHS[LENGTH_CODE[length]][1] + DISTANCES[code][1])
            else:
                units += lit_cost[data[at]]
            at += length
        self.assertEqual(at, len(data))
        return units

    def estimator(self, data):
        tokens = blocks.optimal_parse(data, 0, len(data), blocks.find_matches(data),
                                      self.meter.costs)
        return Estimator(data, tokens, self.meter.costs)

    def test_an_estimate_is_the_cheapest_parse_or_a_little_above(self):
        data, rng, losses = self.template.spell(self.best).encode(), random.Random(5), []
        estimator, before = self.estimator(data), self.cheapest(data)
        while len(losses) < share(120):
            other = search.neighbour(self.best, self.template, self.partners, rng)
            if other:
                new = self.template.spell(other).encode()
                losses.append(estimator.estimate(new)[0] - self.cheapest(new) + before)
        self.assertGreaterEqual(min(losses), 0)
        self.assertLess(sorted(losses)[len(losses) * 4 // 5], 4 * blocks.UNIT)

    def test_what_is_accepted_is_a_parse_of_the_text_with_the_estimated_cost(self):
        data, rng, spelling = self.template.spell(self.best).encode(), random.Random(6), self.best
        estimator = self.estimator(data)
        units = self.units(data, estimator.tokens)
        for _ in range(share(80)):
            other = search.neighbour(spelling, self.template, self.partners, rng)
            if other:
                spelling = other
                growth, change = estimator.estimate(self.template.spell(other).encode())
                estimator.accept(change)
                units += growth
                self.assertEqual(self.units(estimator.text, estimator.tokens), units)

    def test_texts_that_have_little_in_common(self):
        estimator = self.estimator(b"abcabcabcabc")
        for new in (b"a", b"abcabcabc", b"xabcabcabcabc", b"abcabcabcabcabc", b"zzzzzzzzzzz",
                    b"abc" * 300):
            growth, change = estimator.estimate(new)
            before = self.units(estimator.text, estimator.tokens)
            estimator.accept(change)
            self.assertEqual(self.units(new, estimator.tokens), before + growth, new)


class CommandLine(InFolder):
    TEMPLATE = "«$a=1¦$a=2-1»\nprint(«$a¦$a+0»,'step 1000')\n#comment\n"

    def test_a_small_template_is_searched_and_resumed(self):
        self.put("my.template", self.TEMPLATE)
        arguments = ("--template", "my.template", "--out", "my.py", "--seconds", "0.4",
                     "--round", "50")
        for _ in range(2):
            done = self.run_here(path("golf", "search.py"), *arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"stopped; best: ", done.stderr)

    def test_bad_templates_are_refused(self):
        self.put("bad.template", "«a")
        self.put("broken.template", "$a=«1¦2»/0")
        self.put("fixed.template", "print(1)")
        for words, name in (("a « without its »", "bad.template"), ("No such file", "none"),
                            ("has nothing to choose", "fixed.template"),
                            ("its first spelling does not run", "broken.template")):
            self.assert_fails(1, words, path("golf", "search.py"), "--template", name)


if __name__ == "__main__":
    unittest.main()
