"""Templates of golfed scripts: the script with its free choices marked.

    $name             a variable: any letter may stand for it, and two that never live together
                      may share one
    «a¦b¦c»           alternatives: any of them does the same
    «=L:a¦b¦c»        the same, where all marks with the label L (one letter) take the part of
                      the same number
    «~a¦b¦c¦;»        a permutation: the parts in any order, joined by the last field

Marks nest. A line that starts with # is a comment. A spelling of a template is
{"names": {variable: letter}, "picks": [an index or, for a permutation, an order, one a mark]}.
"""
import json
import os
import re
import string

from common.command import error_context, read_input

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPLATE, STATE = os.path.join(HERE, "payload.template"), os.path.join(HERE, "payload.state")
MAX_STATE = 1 << 20                              # bytes of a template, or of a state

VARIABLE = re.compile(r"\$([A-Za-z_]+)")
# A letter that the script itself uses as a name (math's e, say): not part of a word, no prefix of a
# string, no keyword argument.
OWN_NAME = re.compile(r"(?<![\w.$])[A-Za-z](?![\w'\"=])")
OPENING, SEPARATOR, CLOSING = "«¦»"


class TemplateError(ValueError):
    """A template whose marks do not match."""


def parse(text):
    """Template text -> nested list of strings and (kind, parts), the parts again such lists.

    kind: "alt", "perm" or a label's letter. TemplateError for a mark without its partner.
    """
    parts, end = _parse_parts(text, 0, False)
    return parts[0]


def _parse_parts(text, i, nested):
    """(parts up to a closing mark or the end, the position after it)."""
    parts, current = [], []
    while i < len(text):
        stop = re.compile(f"[{OPENING}{SEPARATOR}{CLOSING}]|$").search(text, i).start()
        if stop > i:
            current.append(text[i:stop])
        i = stop + 1
        mark = text[stop:i]
        if mark == OPENING:
            kind = {"~": "perm", "=": text[i + 1:i + 2]}.get(text[i:i + 1], "alt")
            inner, i = _parse_parts(text, i + {"perm": 1, "alt": 0}.get(kind, 3), True)
            current.append((kind, inner))
        elif mark and not nested:
            raise TemplateError(f"a {mark} without its {OPENING}")
        elif mark:
            parts.append(current)
            current = []
            if mark == CLOSING:
                return parts, i
    if nested:
        raise TemplateError(f"a {OPENING} without its {CLOSING}")
    return [current], i


class Template:
    """The choices of a template: `variables`, names in order, and `marks`, (kind, parts) each.

    `letters` are those that may stand for a variable.
    """

    def __init__(self, text):
        lines = [line for line in text.splitlines(True) if not line.startswith("#")]
        self.tree = parse("".join(lines).rstrip("\n"))
        self.marks = []                          # in the order of expansion; a label only once
        self._count(self.tree)
        self.variables = sorted(set(VARIABLE.findall(text)))
        plain = re.sub(r"\\.|«=.:", "", "".join(lines))            # without escapes and labels
        own = set(OWN_NAME.findall(plain))
        self.letters = [letter for letter in string.ascii_letters if letter not in own]

    def _count(self, sequence):
        for part in sequence:
            if isinstance(part, tuple):
                kind, inner = part
                if kind in ("alt", "perm") or kind not in dict(self.marks):
                    self.marks.append((kind, len(inner) - (kind == "perm")))
                for branch in inner:
                    self._count(branch)

    def plain(self):
        """The spelling with the first of everything and a letter for each variable."""
        return {"names": dict(zip(self.variables, self.letters)),
                "picks": [list(range(n)) if kind == "perm" else 0 for kind, n in self.marks]}

    def spell(self, spelling):
        """The script that a spelling stands for."""
        picks, labelled = iter(spelling["picks"]), {}

        def expand(sequence):
            out = []
            for part in sequence:
                if isinstance(part, str):
                    out.append(part)
                    continue
                kind, inner = part
                pick = labelled[kind] if kind in labelled else next(picks)
                if kind not in ("alt", "perm"):
                    labelled[kind] = pick
                texts = [expand(branch) for branch in inner]
                if kind == "perm":
                    out.append(texts[-1].join(texts[k] for k in pick))
                else:
                    out.append(texts[pick])
            return "".join(out)

        return VARIABLE.sub(lambda match: spelling["names"][match[1]], expand(self.tree))


# ---- Files ----------------------------------------------------------------------------------
def load_template(path):
    """The Template in a file."""
    text = read_input(path, MAX_STATE, TEMPLATE)
    with error_context(path, TemplateError, UnicodeDecodeError):
        return Template(text.decode())


def load(template_path=TEMPLATE, state_path=STATE):
    """(the Template, the spelling that a search has left in its state)."""
    template = load_template(template_path)
    state = read_input(state_path, MAX_STATE, STATE)
    with error_context(state_path, ValueError, KeyError, TypeError):
        spelling = json.loads(state.decode())["best"]
        template.spell(spelling)
    return template, spelling
