#!/usr/bin/env python3
"""Search the spellings of a golfed script for the one that packs smallest.

    search.py                             anneal payload.template until Ctrl-C
    search.py --seconds 600 --seed 7      stop by itself, on another path
    search.py --template MY.template --out my.py

A template is the script with its free choices marked; template.py explains the marks. The measure
is the size in bits of the block that deflate.py makes. It is estimated for each spelling
(estimate.py), found by parsing the whole text now and then, and for what comes close to the best it
is exact, and has what zeptogpt.py must escape in it. Every new best is run on two small data
sets, training and sampling shortened, and kept only if it prints what the template's first spelling
prints. It is then written to --out with the state beside it (OUT.state), from which a later run
resumes; the first run begins with the state beside the template.
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("search.py: common/ is missing; copy it next to golf/")

from common.command import UserError, atomic_write, error_context, read_input, run
from golf.blocks import UNIT, Block, find_matches, optimal_parse
from golf.compressor import entropy_costs, polish, search_block, write_blocks
from golf.estimate import Estimator
from golf.packing import count_escapes
from golf.template import MAX_STATE, STATE, TEMPLATE, load_template

# In the proof runs 1000 steps become 3, and the counts that depend on them shrink alike.
SHORTER = (("1021", "5"), ("1020", "4"), ("1001", "4"), ("1000", "3"), ("999", "2"), ("1e3", "3"))
PROOFS = ("ab\nb a\ncab\nd\n", "emma\nzoe\nanastasia-wilhelmina\n")
PROOF_SECONDS = 60
LETTERS = "abcdefghilmnoprstuvxyz"       # proposed for variables most of the time
MARGIN_BITS, PAUSE_SECONDS = 18, 1       # near the best, and not more often: measure exactly
COLD = 3                                 # measure exactly only below this temperature
QUICK_PARSES, FIRST_PARSES, EXACT_PARSES = 4, 30, 120
DOUBT = 2                      # bits by which an estimate may be too high
ESTIMATED = 16                 # spellings taken by their estimates before one is parsed whole


def prove(source, python, proofs=PROOFS):
    """What the shortened script prints on each of the proof data, or None if it fails."""
    for old, new in SHORTER:
        source = source.replace(old, new)
    with tempfile.TemporaryDirectory() as folder:
        outputs = []
        for data in proofs:
            with open(os.path.join(folder, "input.txt"), "w") as file:
                file.write(data)
            try:
                done = subprocess.run([python, "-c", source], cwd=folder, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, timeout=PROOF_SECONDS)
            except subprocess.TimeoutExpired:
                return None
            if done.returncode:
                return None
            outputs.append(done.stdout)
    return outputs


class Meter:
    """Size in bits of a script packed; starts each parse from the costs that last served best.

    plain, packed: bytes that the script should have at most; each byte above plain, and each bit
    above packed, costs `penalty` bits; `escape_bits` are those of a byte that zeptogpt.py escapes.
    """

    def __init__(self, plain=math.inf, packed=math.inf, penalty=0, escape_bits=8):
        self.costs, self.plain, self.packed, self.penalty = None, plain, 8 * packed, penalty
        self.escape_bits = escape_bits
        self.estimator, self.bits = None, 0

    def quick_bits(self, source):
        """Bits after a few parses. Later estimates are of changes of this script."""
        data = source.encode()
        matches, best = find_matches(data), None
        costs = self.costs or ([8 * UNIT] * 286, [5 * UNIT] * 30)
        for _ in range(QUICK_PARSES if self.costs else FIRST_PARSES):
            tokens = optimal_parse(data, 0, len(data), matches, costs)
            block = Block(data, 0, tokens, thorough=False)
            if best is None or block.bits < best.bits:
                best = block
            costs = entropy_costs(block.lit, block.dist)
        self.costs = entropy_costs(best.lit, best.dist)
        self.estimator = Estimator(data, best.tokens, self.costs)
        self.bits = best.bits + self._penalty(len(data), 0)
        return self.bits

    def estimate(self, source):
        """(bits that a script has more than the last that was measured or accepted, the change)."""
        data = source.encode()
        units, change = self.estimator.estimate(data)
        penalty = self._penalty(len(data), 0) - self._penalty(len(self.estimator.text), 0)
        return units / UNIT + penalty, change

    def accept(self, change, limit):
        """Take the script of an estimate if it has up to `limit` bits more than the one before.

        Its bits are exact for the parse that the estimate has made, header and all.
        """
        block = Block(change.text, 0, self.estimator.block_tokens(change), thorough=False)
        bits = block.bits + self._penalty(len(change.text), 0)
        if bits > self.bits + limit:
            return False
        self.estimator.accept(change)
        self.bits = bits
        return True

    def exact_bits(self, source):
        """Bits after nearly all that deflate.py does; each byte that must be escaped costs more.

        Takes a second or two.
        """
        data = source.encode()
        matches = find_matches(data)
        draft = search_block(data, 0, len(data), matches, EXACT_PARSES)
        block = polish(draft, data, len(data), matches)
        escapes = count_escapes(write_blocks([block], data))
        return block.bits + self.escape_bits * escapes + self._penalty(len(data), block.bits)

    def _penalty(self, plain_bytes, packed_bits):
        excess = max(0, packed_bits - self.packed) + max(0, plain_bytes - self.plain)
        return self.penalty * excess if excess else 0


# ---- Spellings ------------------------------------------------------------------------------
def find_partners(clashes):
    """Pairs of variables that clash -> {variable: list of those that it must not equal}."""
    partners = {}
    for a, b in map(sorted, clashes):
        partners.setdefault(a, []).append(b)
        partners.setdefault(b, []).append(a)
    return partners


def neighbour(spelling, template, partners, rng):
    """A spelling with one to three choices changed; None if two variables clash in it.

    partners: of find_partners; in `spelling` nothing clashes.
    """
    new, renamed = {"names": dict(spelling["names"]), "picks": list(spelling["picks"])}, []
    for _ in range(1 + (rng.random() < 0.3) + (rng.random() < 0.1)):
        k = int(rng.random() * (len(template.marks) + 2 * len(template.variables)))
        if k < len(template.marks):
            new["picks"][k] = change_pick(new["picks"][k], *template.marks[k], rng)
        else:
            renamed += rename(new["names"], template, partners, rng)
    for variable in renamed:
        letter = new["names"][variable]
        if any(new["names"][other] == letter for other in partners.get(variable, ())):
            return None
    return new


def change_pick(pick, kind, parts, rng):
    """Another part, or two parts of a permutation swapped."""
    if kind != "perm":
        return int(rng.random() * parts)
    order = list(pick)
    a, b = int(rng.random() * parts), int(rng.random() * parts)
    order[a], order[b] = order[b], order[a]
    return order


def rename(names, template, partners, rng):
    """Give a variable another letter; who holds that and cannot share it takes the old one.

    Returns the variables whose letters have changed.
    """
    variables = template.variables
    variable = variables[int(rng.random() * len(variables))]
    letters = sorted(set(names.values())) + [c for c in LETTERS if c in template.letters]
    old, letter = names[variable], letters[int(rng.random() * len(letters))]
    if rng.random() < 0.1:
        letter = template.letters[int(rng.random() * len(template.letters))]
    names[variable] = letter
    moved = [other for other in partners.get(variable, ()) if names[other] == letter]
    for other in moved:
        names[other] = old
    return [variable, *moved]


def find_clashes(template, python, note):
    """The pairs of variables that cannot share a letter, as frozensets: each pair is tried.

    The first proof decides, with the first part of every mark, with the second and so on (the last
    of a mark that has no more): between them all parts are in use.
    """
    clashes, plain = set(), template.plain()
    pairs = [(a, b) for i, a in enumerate(template.variables) for b in template.variables[:i]]
    rounds = max((parts for kind, parts in template.marks if kind != "perm"), default=1)
    for part in range(rounds):
        picks = [pick if kind == "perm" else min(part, parts - 1)
                 for (kind, parts), pick in zip(template.marks, plain["picks"])]
        expected = prove(template.spell({"names": plain["names"], "picks": picks}), python,
                         PROOFS[:1])
        for done, (a, b) in enumerate(pairs):
            if done % 50 == 0:
                note("which variables may share a letter, round "
                     f"{part + 1} of {rounds}: {done} of {len(pairs)} pairs")
            if frozenset((a, b)) in clashes:
                continue
            trial = {"names": {**plain["names"], a: plain["names"][b]}, "picks": picks}
            if prove(template.spell(trial), python, PROOFS[:1]) != expected:
                clashes.add(frozenset((a, b)))
    return clashes


# ---- The search -----------------------------------------------------------------------------
class Search:
    """Simulated annealing over spellings (Kirkpatrick, Gelatt and Vecchi 1983).

    options: the parsed command line. note(text) is told what happens.
    """

    def __init__(self, template, options, note):
        self.template, self.options, self.note = template, options, note
        self.rng, self.meter = random.Random(options.seed), Meter(
            options.plain, options.packed, options.penalty, options.escape_bits)
        if not (template.marks and template.variables):
            raise UserError(f"{options.template}: has nothing to choose; template.py explains "
                            "the marks")
        self.expected = prove(template.spell(template.plain()), options.python)
        if self.expected is None:
            raise UserError(f"{options.template}: its first spelling does not run")
        self.best, self.clashes = self.load_state()
        self.partners = find_partners(self.clashes)
        source = template.spell(self.best)
        self.best_bits, self.best_exact = self.quick_bits(self.best), self.meter.exact_bits(source)
        self.start_time, self.measured, self.trials = time.time(), 0, 0
        note(f"start: {len(source)} bytes plain, {self.best_exact:.0f} bits packed and escaped")

    def load_state(self):
        """(best spelling, clashes) of an earlier run, as far as the template is still the same."""
        committed = os.path.splitext(self.options.template)[0] + ".state"
        state = {}
        for path in (self.options.out + ".state", committed):
            if os.path.exists(path) or path == STATE:
                with error_context(path, ValueError):
                    state = json.loads(read_input(path, MAX_STATE, STATE).decode())
                break
        best, same = self.template.plain(), state.get("variables") == self.template.variables
        if state.get("marks") == json.loads(json.dumps(self.template.marks)):
            best = state["best"]
        elif same:
            best["names"] = state["best"]["names"]
        if same:
            return best, {frozenset(pair) for pair in state["clashes"]}
        return best, find_clashes(self.template, self.options.python, self.note)

    def save(self):
        """Write the best script and the state, each whole."""
        state = {"best": self.best, "bits": self.best_exact, "marks": self.template.marks,
                 "clashes": sorted(map(sorted, self.clashes)),
                 "variables": self.template.variables}
        for path, text in ((self.options.out, self.template.spell(self.best) + "\n"),
                           (self.options.out + ".state", json.dumps(state))):
            with atomic_write(path) as file:
                file.write(text.encode())

    def quick_bits(self, spelling):
        return self.meter.quick_bits(self.template.spell(spelling))

    def seconds(self):
        return time.time() - self.start_time

    def run(self):
        """Anneal again and again until the time is over."""
        while self.seconds() < self.options.seconds:
            self.anneal()

    def anneal(self):
        """One round from hot to cold, from the best spelling."""
        current, estimated = self.best, 0
        self.quick_bits(current)
        for step in range(self.options.round):
            heat = self.options.heat * (1 - step / self.options.round) ** 2 + 0.01
            trial = neighbour(current, self.template, self.partners, self.rng)
            if trial is None:
                continue
            self.trials += 1
            growth, change = self.meter.estimate(self.template.spell(trial))
            limit = -heat * math.log(1 - self.rng.random())
            is_other = change.text != self.meter.estimator.text
            if growth > limit + DOUBT or is_other and not self.meter.accept(change, limit):
                continue
            current, estimated = trial, estimated + is_other
            if estimated >= ESTIMATED or self.meter.bits < self.best_bits:
                bits, estimated = self.quick_bits(current), 0
                if self.is_promising(bits, heat) and self.consider(current, bits) is False:
                    current, bits = self.best, self.quick_bits(self.best)
                if self.seconds() > self.options.seconds:
                    return

    def is_promising(self, bits, heat):
        """Is a spelling worth an exact measurement?"""
        rested = time.time() > self.measured + PAUSE_SECONDS and heat < COLD
        return bits < self.best_bits or bits < self.best_bits + MARGIN_BITS and rested

    def consider(self, trial, bits):
        """Take a spelling if it is exactly smaller and proves right; False if it does not."""
        self.best_bits, self.measured = min(bits, self.best_bits), time.time()
        source = self.template.spell(trial)
        exact = self.meter.exact_bits(source)
        if exact >= self.best_exact:
            return None
        if prove(source, self.options.python) != self.expected:
            self.note(f"a best of {bits:.0f} bits does not print the same log: dropped")
            return False
        self.best, self.best_exact = trial, exact
        self.save()
        self.note(f"{self.seconds():6.0f} s  {self.trials:7d} trials  "
                  f"{len(source)} bytes plain  {exact:.0f} bits = {exact / 8:.2f} bytes packed")
        return True


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--template", default=TEMPLATE,
                        help="what to spell (payload.template beside this script)")
    parser.add_argument("--out", default="golf_best.py",
                        help="where the best script goes (%(default)s)")
    parser.add_argument("--seconds", type=float, default=math.inf,
                        help="stop after so long (at Ctrl-C)")
    parser.add_argument("--seed", type=int, default=1, help="another one, another path (1)")
    parser.add_argument("--heat", type=float, default=3.0,
                        help="bits of loss accepted at first (%(default)s)")
    parser.add_argument("--round", type=int, default=60000,
                        help="trials from hot to cold (%(default)s)")
    parser.add_argument("--plain", type=int, default=9999,
                        help="bytes the plain script should have at most")
    parser.add_argument("--packed", type=int, default=9999,
                        help="bytes the packed script should have at most")
    parser.add_argument("--penalty", type=float, default=10,
                        help="cost in bits per byte over --plain and per bit over --packed (10)")
    parser.add_argument("--escape-bits", type=float, default=8,
                        help="cost of a byte that zeptogpt.py must escape (8); 0 for attogpt.py, "
                             "yoctogpt.py and the prime")
    parser.add_argument("--python", default=sys.executable, help="what the proofs run on")
    return parser.parse_args()


def main():
    options = parse_arguments()
    template = load_template(options.template)

    def note(text):
        print(text, file=sys.stderr, flush=True)

    search = Search(template, options, note)
    try:
        search.run()
    finally:
        seconds = search.seconds()
        note(f"stopped; best: {search.best_exact / 8:.2f} bytes; {search.trials} spellings in "
             f"{seconds:.0f} s, {search.trials / max(seconds, 0.001):.0f} a second")


if __name__ == "__main__":
    run(main)
