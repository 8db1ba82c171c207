#!/usr/bin/env python3
"""Search the spellings of a golfed script for the one that packs smallest.

    python3 tools/golf_search.py                             anneal tools/femtogpt.template until Ctrl-C
    python3 tools/golf_search.py --seconds 600 --seed 7      stop by itself, another path
    python3 tools/golf_search.py --template MY.template --out my.py

A template is the script with its free choices marked:

    $name             a variable: any letter may stand for it, and two that never live together may share one
    «a¦b¦c»           alternatives: any of them does the same
    «=L:a¦b¦c»        the same, where all marks with the label L (one letter) take the part of the same number
    «~a¦b¦c¦;»        a permutation: the parts in any order, joined by the last field

Marks nest. A line that starts with # is a comment. The measure is the size in bits of the block that deflate.py makes,
and for what comes close to the best also the bytes that zeptogpt.py has to escape. Every new best is run on two small
data sets, training and sampling shortened, and kept only if it prints what the template's first spelling prints; it is
then written to --out with the state beside it (OUT.state), from which a later run goes on; the first run begins with
the state beside the template.
"""
import argparse
import json
import math
import os
import random
import re
import string
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import deflate  # noqa: E402  (the folder above this one is not on the path)
import pack  # noqa: E402

VARIABLE = re.compile(r"\$([A-Za-z_]+)")
# The proof runs: 1000 steps become 3 and the counts that go with them shrink alike (in the reference, too).
SHORTER = (("1021", "5"), ("1020", "4"), ("1001", "4"), ("1000", "3"), ("999", "2"), ("1e3", "3"))
PROOFS = ("ab\nb a\ncab\nd\n", "emma\nzoe\nanastasia-wilhelmina\n")
ALPHABET = string.ascii_letters
MARGIN, PAUSE = 18, 1     # within so many bits of the best, not more often than each so many seconds: measure exactly


def parse(text):
    """Template text -> nested list: strings, and ("alt"|"perm"|label, [parts]) with parts themselves such lists."""
    def sequence(i, closing):
        parts, current = [], []
        literal = ""
        while i < len(text):
            if text[i] == "«":
                kind = {"~": "perm", "=": text[i + 2:i + 3]}.get(text[i + 1:i + 2], "alt")
                if literal:
                    current.append(literal)
                    literal = ""
                inner, i = sequence(i + {"perm": 2, "alt": 1}.get(kind, 4), True)
                current.append((kind, inner))
            elif closing and text[i] in "¦»":
                if literal:
                    current.append(literal)
                    literal = ""
                parts.append(current)
                current = []
                if text[i] == "»":
                    return parts, i + 1
                i += 1
            elif text[i] in "¦»":
                raise SystemExit("golf_search.py: a %s without its «" % text[i])
            else:
                literal += text[i]
                i += 1
        if closing:
            raise SystemExit("golf_search.py: a « without its »")
        return current + [literal], i
    return sequence(0, False)[0]


class Template:
    """The choices of a template; a spelling is {"names": {variable: letter}, "picks": [index or order, one a mark]}."""

    def __init__(self, text):
        self.tree = parse("".join(line for line in text.splitlines(True) if not line.startswith("#")).rstrip("\n"))
        self.marks = []                  # (kind, number of parts), in the order of expansion; a label only once
        self._count(self.tree)
        self.variables = sorted(set(VARIABLE.findall(text)))

    def _count(self, sequence):
        for part in sequence:
            if isinstance(part, tuple):
                kind, inner = part
                if kind in ("alt", "perm") or kind not in dict(self.marks):
                    self.marks.append((kind, len(inner) - (kind == "perm")))
                for branch in inner:
                    self._count(branch)

    def plain(self):
        """The spelling that takes the first of everything, with a letter of its own for each variable."""
        free = iter(ALPHABET)
        return {"names": {v: next(free) for v in self.variables},
                "picks": [list(range(n)) if kind == "perm" else 0 for kind, n in self.marks]}

    def spell(self, spelling):
        """The script that a spelling stands for."""
        picks, labelled = iter(spelling["picks"]), {}

        def expand(sequence):
            out = []
            for part in sequence:
                if isinstance(part, str):
                    out.append(part)
                else:
                    kind, inner = part
                    pick = labelled[kind] if kind in labelled else next(picks)
                    if kind not in ("alt", "perm"):
                        labelled[kind] = pick
                    texts = [expand(branch) for branch in inner]
                    out.append(texts[-1].join(texts[k] for k in pick) if kind == "perm" else texts[pick])
            return "".join(out)

        return VARIABLE.sub(lambda match: spelling["names"][match.group(1)], expand(self.tree))


def output(source, python, proofs=PROOFS):
    """What the shortened script prints on each of the proof data under that Python, or None if it fails."""
    for old, new in SHORTER:
        source = source.replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        shown = []
        for data in proofs:
            with open(os.path.join(folder, "input.txt"), "w") as file:
                file.write(data)
            try:
                run = subprocess.run([python, "-c", source], cwd=folder, capture_output=True, timeout=60)
            except subprocess.TimeoutExpired:
                return None
            if run.returncode:
                return None
            shown.append(run.stdout)
    return shown


class Meter:
    """Size in bits of a script packed; starts each parse from the costs that served the last best one."""

    def __init__(self, plain, packed, fine):
        self.costs, self.plain, self.packed, self.fine = None, plain, 8 * packed, fine

    def bits(self, source, parses=4):
        """(bits, costs): the packed size, with the fine for a plain size that is too large."""
        data = source.encode()
        matches = deflate.find_matches(data)
        costs, best = self.costs or ([8 * deflate.UNIT] * 286, [5 * deflate.UNIT] * 30), None
        for _ in range(parses if self.costs else 30):
            tokens = deflate.optimal_parse(data, 0, len(data), matches, costs)
            block = deflate.Block(data, 0, tokens, None, False)
            if best is None or block.bits < best.bits:
                best = block
            costs = deflate._entropy_costs(block.lit, block.dist)
        fine = self.fine * max(0, len(data) - self.plain)
        return best.bits + fine, deflate._entropy_costs(best.lit, best.dist)

    def exact(self, source):
        """Bits after all that deflate.py does, with the same fine and 8 for each byte that zeptogpt.py must escape.

        Takes a second or two."""
        data = source.encode()
        matches = deflate.find_matches(data)
        block = deflate._polish(deflate._search(data, 0, len(data), matches, 120), data, len(data), matches)
        stream = deflate._write([block], data)
        too_large = max(0, block.bits - self.packed) + max(0, len(data) - self.plain)
        return block.bits + 8 * pack.escapes(stream) + self.fine * too_large


def neighbour(spelling, template, clashes, dice):
    """A spelling that differs in one choice, or in the letters of a variable or two."""
    new = {"names": dict(spelling["names"]), "picks": list(spelling["picks"])}
    for _ in range(1 + (dice.random() < 0.3) + (dice.random() < 0.1)):
        k = int(dice.random() * (len(template.marks) + 2 * len(template.variables)))
        if k < len(template.marks):
            kind, n = template.marks[k]
            if kind != "perm":
                new["picks"][k] = int(dice.random() * n)
            else:
                order = list(new["picks"][k])
                a, b = int(dice.random() * n), int(dice.random() * n)
                order[a], order[b] = order[b], order[a]
                new["picks"][k] = order
        else:
            names = new["names"]
            variable = template.variables[int(dice.random() * len(template.variables))]
            used = sorted(set(names.values())) + list("abcdefghilmnoprstuvxyz")
            old, letter = names[variable], used[int(dice.random() * len(used))]
            if dice.random() < 0.1:
                letter = ALPHABET[int(dice.random() * len(ALPHABET))]
            names[variable] = letter
            for other in template.variables:         # whoever held that letter and cannot share it takes the old one
                if other != variable and names[other] == letter and frozenset((variable, other)) in clashes:
                    names[other] = old
    for a, b in clashes:
        if new["names"][a] == new["names"][b]:
            return None
    return new


def find_clashes(template, python, note):
    """The pairs of variables that cannot share a letter: each pair is tried, and the first proof run decides.

    Tried twice, with the first and with the last part of every labelled mark: between them all variables are in use."""
    clashes, plain = set(), template.plain()
    pairs = [(a, b) for i, a in enumerate(template.variables) for b in template.variables[:i]]
    for last in (False, True):
        picks = [n - 1 if last and kind not in ("alt", "perm") else pick
                 for (kind, n), pick in zip(template.marks, plain["picks"])]
        expected = output(template.spell({"names": plain["names"], "picks": picks}), python, PROOFS[:1])
        for done, (a, b) in enumerate(pairs):
            if done % 50 == 0:
                note("which variables may share a letter, round %d of 2: %d of %d pairs" % (last + 1, done, len(pairs)))
            trial = {"names": {**plain["names"], a: plain["names"][b]}, "picks": picks}
            if frozenset((a, b)) not in clashes and output(template.spell(trial), python, PROOFS[:1]) != expected:
                clashes.add(frozenset((a, b)))
    return clashes


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                      epilog="The template's marks are explained at the head of this script.")
    options.add_argument("--template", default=os.path.join(HERE, "femtogpt.template"))
    options.add_argument("--out", default="golf_best.py", help="where the best script goes (default: %(default)s)")
    options.add_argument("--seconds", type=float, default=math.inf, help="stop after so long (default: at Ctrl-C)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--heat", type=float, default=12.0, help="bits of loss accepted at first (%(default)s)")
    options.add_argument("--round", type=int, default=6000, help="trials from hot to cold (default: %(default)s)")
    options.add_argument("--plain", type=int, default=9999, help="bytes the plain script should have at most")
    options.add_argument("--packed", type=int, default=9999, help="bytes the packed script should have at most")
    options.add_argument("--fine", type=float, default=10, help="bits that each byte or bit above these costs (10)")
    options.add_argument("--python", default=sys.executable, help="what the proofs run on (the search is best on PyPy)")
    arguments = options.parse_args()
    try:
        with open(arguments.template, encoding="utf-8") as file:
            template = Template(file.read())
    except (OSError, UnicodeDecodeError) as error:
        sys.exit("golf_search.py: %s: %s" % (arguments.template, getattr(error, "strerror", "not UTF-8 text")))

    def note(text):
        print(text, file=sys.stderr, flush=True)

    expected = output(template.spell(template.plain()), arguments.python)
    if expected is None:
        sys.exit("golf_search.py: the template's first spelling does not run")
    state_file, state = arguments.out + ".state", {}
    committed = os.path.splitext(arguments.template)[0] + ".state"
    begin_with = state_file if os.path.exists(state_file) else committed
    if os.path.exists(begin_with):
        with open(begin_with, encoding="utf-8") as file:
            state = json.load(file)
    if set(state.get("variables", [])) == set(template.variables):
        clashes = {frozenset(pair) for pair in state["clashes"]}
    else:
        clashes = find_clashes(template, arguments.python, note)
    best = template.plain()
    if state.get("marks") == json.loads(json.dumps(template.marks)):
        best = state["best"]
    elif set(state.get("variables", [])) == set(template.variables):
        best["names"] = state["best"]["names"]
    meter, dice = Meter(arguments.plain, arguments.packed, arguments.fine), random.Random(arguments.seed)
    begun, trials = time.time(), 0
    best_bits, meter.costs = meter.bits(template.spell(best))
    best_bits = meter.bits(template.spell(best))[0]
    exact_bits, measured = meter.exact(template.spell(best)), 0
    note("start: %d bytes plain, %d bits packed" % (len(template.spell(best)), exact_bits))
    try:
        while time.time() - begun < arguments.seconds:
            now, now_bits = best, meter.bits(template.spell(best))[0]
            for step in range(arguments.round):
                heat = arguments.heat * (1 - step / arguments.round) ** 2 + 0.01
                trial = neighbour(now, template, clashes, dice)
                if trial is None:
                    continue
                source = template.spell(trial)
                bits, costs = meter.bits(source)
                trials += 1
                if bits <= now_bits or dice.random() < math.exp((now_bits - bits) / heat):
                    now, now_bits, meter.costs = trial, bits, costs
                    if bits < best_bits or bits < best_bits + MARGIN and time.time() > measured + PAUSE and heat < 3:
                        best_bits, measured = min(bits, best_bits), time.time()
                        if meter.exact(source) >= exact_bits:
                            continue
                        if output(source, arguments.python) != expected:
                            note("a best of %d bits does not print the same log: dropped" % bits)
                            now, now_bits = best, meter.bits(template.spell(best))[0]
                            continue
                        best, exact_bits = trial, meter.exact(source)
                        for path, text in ((arguments.out, source + "\n"), (state_file, json.dumps(
                                {"best": best, "bits": exact_bits, "clashes": sorted(map(sorted, clashes)),
                                 "marks": template.marks, "variables": template.variables}))):
                            with open(path + ".part", "w", encoding="utf-8") as file:
                                file.write(text)
                            os.replace(path + ".part", path)
                        note("%6.0f s  %7d trials  %d bytes plain  %d bits = %.2f bytes packed" % (
                            time.time() - begun, trials, len(source), exact_bits, exact_bits / 8))
                if time.time() - begun > arguments.seconds:
                    break
    except KeyboardInterrupt:
        note("stopped; best: %.2f bytes in %s" % (exact_bits / 8, arguments.out))
        sys.exit(130)


if __name__ == "__main__":
    main()
