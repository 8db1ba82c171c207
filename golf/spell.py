#!/usr/bin/env python3
"""Spell the script that a template and the state of a search stand for.

    spell.py             payload.template and payload.state -> payload.py, all beside this script
    spell.py --check     compare; exit 1 if payload.py is not what they spell

search.py writes the state. Whoever edits payload.py by hand leaves the template behind: the script
counts, and the template must follow it before the next search.
"""
import argparse
import json
import os

from command import error_context, run, write_or_check
from template import Template, TemplateError

HERE = os.path.dirname(os.path.abspath(__file__))


def load(template_path, state_path):
    """(the Template, the spelling that a search has left in its state)."""
    with open(template_path, encoding="utf-8") as file:
        with error_context(template_path, TemplateError, UnicodeDecodeError):
            template = Template(file.read())
    with open(state_path, encoding="utf-8") as file:
        with error_context(state_path, ValueError, KeyError, TypeError):
            spelling = json.load(file)["best"]
            template.spell(spelling)
    return template, spelling


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    template_path, state_path, target = [os.path.join(HERE, "payload." + ending)
                                         for ending in ("template", "state", "py")]
    template, spelling = load(template_path, state_path)
    outputs = [(target, template.spell(spelling).encode())]
    return 1 if write_or_check(outputs, template_path, arguments.check) else 0


if __name__ == "__main__":
    run(main)
