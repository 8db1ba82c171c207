"""Judging: where an entry's log departs from the reference's, and why it might."""
import io
import re

from .data_sets import FULL
from .scripts import decode_source, find_class, measure, standing

STEP = re.compile(r"step +(\d+) / +(\d+) \| loss (\S+)$")
SAMPLE = re.compile(r"sample +\d+: (.*)$")


def split_log(log):
    """The lines of a log, bytes, without their ends; an unfinished last one is marked as such."""
    lines = log.decode("utf-8", "backslashreplace").split("\n")
    last = lines.pop()
    return lines + [last + " (no newline)"] * bool(last)


def first_difference(expected, printed):
    """(line number from 1, expected line, printed line), None for a line that there is not."""
    for number in range(max(len(expected), len(printed))):
        pair = [lines[number] if number < len(lines) else None for lines in (expected, printed)]
        if pair[0] != pair[1]:
            return (number + 1, *pair)
    return None


def guess(difference, expected, printed, data):
    """A likely reason for a first difference between two logs, in words, "" if there is none."""
    number, right, wrong = difference
    text = io.StringIO(data.decode("utf-8", "replace"), newline=None).read()
    if not printed:
        return "it prints nothing"
    if expected[3:] and printed[:len(expected) - 3] == expected[3:]:
        return "the three lines of counts are missing"
    if wrong is None:
        samples = sum(map(bool, map(SAMPLE.match, printed)))
        return f"it ends early, after {samples} samples" if number > 3 else "it ends at once"
    if right is None:
        return "it prints more than the log"
    if wrong == right + " (no newline)":
        return "the last line has no newline"
    if right.split() == wrong.split() or right.replace(" ", "") == wrong.replace(" ", ""):
        return "the spacing is another"
    if number == 1:
        return guess_count(wrong, text)
    if number == 2:
        if wrong.endswith((f": {len(set(text) - {chr(10)}) + 1}", f": {len(set(text)) + 1}")):
            return "lines are not stripped of white space"
        return "BOS is a token too, and each distinct character is one"
    return guess_number(number, right, wrong)


def guess_count(wrong, text):
    """Why "num docs" differs."""
    ends = text.count("\n")
    if wrong.endswith((f": {ends}", f": {ends + 1}")):
        return "lines that are blank once stripped count"
    if wrong.endswith(f": {len([line for line in text.splitlines() if line.strip()])}"):
        return "str.splitlines splits at more than line ends"
    if wrong.endswith(f": {len(text.split())}"):
        return "str.split splits at inner spaces"
    return "the first line is the number of documents"


def guess_number(number, right, wrong):
    """Why a step or a sample differs."""
    pair = STEP.match(right), STEP.match(wrong)
    if all(pair):
        try:
            losses = [float(match[3]) for match in pair]
        except ValueError:
            return "the loss is no number"
        if pair[0][1] != pair[1][1]:
            return "the steps are counted otherwise"
        if losses[0] == losses[1] or abs(losses[0] - losses[1]) < 1e-3 and len(wrong) != len(right):
            return "the loss is printed with another number of digits"
        if number == 4:
            return "parameters are drawn in another order (gauss), or the forward pass differs"
        if abs(losses[0] - losses[1]) < 2e-4:
            return "a small error adds up, in the optimiser perhaps"
        return "the gradient or the optimiser differs, or which document a step takes"
    if SAMPLE.match(right) and SAMPLE.match(wrong):
        return "sampling differs: temperature 0.5, at most 16 tokens, one choices for each"
    return ""


class Judgement:
    """What the referee knows of one entry: its runs by data set, and where it failed first."""

    def __init__(self, name, script):
        self.name, self.script, self.runs = name, script, {}
        self.readable = decode_source(script.data) is not None
        self.failed = not self.readable    # known to be invalid: it need not run again

    def fault(self, dataset, reference):
        """(reason, difference or None) where the run on a data set departs from the reference's."""
        run = self.runs[dataset.name]
        expected, printed = (split_log(each.stdout)[:dataset.lines] for each in (reference, run))
        difference = first_difference(expected, printed)
        if run.status == "ok":
            return difference and (guess(difference, expected, printed, dataset.data), difference)
        last = run.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        if run.status.startswith("refused"):
            return run.status, None
        return run.status + f": {ascii(last[:160])[1:-1]}" * bool(last), difference

    def row(self, datasets, references, sees_compile):
        """A row of the scoreboard, for JSON too."""
        lines, characters, size = measure(self.script.data)
        unpacks = next((run.unpacks for run in self.runs.values() if run.unpacks), "")
        category, outside = find_class(self.script.data, unpacks or not sees_compile)
        row = {"name": self.name, "path": self.script.path, "bytes": size,
               "characters": characters, "lines": lines, "class": category, "unpacks": unpacks,
               "outside": outside,
               "standing": standing(characters if category == "characters" else size, category),
               "valid": True, "seconds": None, "ratio": None,
               "data_set": None, "reason": None, "difference": None}
        if not self.readable:
            row.update(valid=False, reason=(
                "Python cannot be sure to read it: its bytes and its encoding disagree"))
        for dataset in datasets:
            if dataset.name not in self.runs:
                continue
            fault = self.fault(dataset, references[dataset.name])
            if fault:
                row.update(valid=False, data_set=dataset.name, reason=fault[0])
                if fault[1]:
                    row["difference"] = dict(zip(("line", "expected", "printed"), fault[1]))
                break
        full = self.runs.get(FULL)
        if full:
            row["seconds"] = round(full.seconds, 2)
            row["ratio"] = round(full.seconds / references[FULL].seconds, 3)
        return row
