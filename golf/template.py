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
        self.marks = []                          # in the order of the text; a label only once
        self.tree = self._number(parse("".join(lines).rstrip("\n")), {})
        self.variables = sorted(set(VARIABLE.findall(text)))
        plain = re.sub(r"\\.|«=.:", "", "".join(lines))            # without escapes and labels
        own = set(OWN_NAME.findall(plain))
        self.letters = [letter for letter in string.ascii_letters if letter not in own]

    def _number(self, sequence, labels):
        """A parsed sequence as lists [text, name, text ...] and (index of mark, kind, parts)."""
        numbered = []
        for part in sequence:
            if isinstance(part, str):
                numbered.append(VARIABLE.split(part))
                continue
            kind, inner = part
            index = labels.get(kind, len(self.marks))
            if index == len(self.marks):
                self.marks.append((kind, len(inner) - (kind == "perm")))
                if kind not in ("alt", "perm"):
                    labels[kind] = index
            numbered.append((index, kind, [self._number(branch, labels) for branch in inner]))
        return numbered

    def plain(self):
        """The spelling with the first of everything and a letter for each variable."""
        return {"names": dict(zip(self.variables, self.letters)),
                "picks": [list(range(n)) if kind == "perm" else 0 for kind, n in self.marks]}

    def spell(self, spelling):
        """The script that a spelling stands for."""
        names, picks, out = spelling["names"], spelling["picks"], []

        def expand(sequence):
            for part in sequence:
                if isinstance(part, list):
                    out.append(part[0])
                    for i in range(1, len(part), 2):
                        out.append(names[part[i]])
                        out.append(part[i + 1])
                    continue
                index, kind, branches = part
                if kind == "perm":
                    for place, k in enumerate(picks[index]):
                        if place:
                            expand(branches[-1])
                        expand(branches[k])
                else:
                    expand(branches[picks[index]])

        expand(self.tree)
        return "".join(out)


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
