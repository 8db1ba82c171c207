#!/usr/bin/env python3
"""Spell the golfed script that template and state stand for.

    spell.py             femtogpt.template and femtogpt.state, here -> ../femtogpt.py
    spell.py --check     compare; exit 1 if femtogpt.py is not what they spell

search.py writes the state. Whoever edits femtogpt.py by hand leaves the template behind: the script
counts, and the template must follow it before the next search.
"""
import argparse
import json
import os

from command import error_context, run, write_or_check
from template import Template, TemplateError

HERE = os.path.dirname(os.path.abspath(__file__))


def spell(template_path, state_path):
    """The bytes of the script that a template and the state of a search stand for."""
    with open(template_path, encoding="utf-8") as file:
        with error_context(template_path, TemplateError, UnicodeDecodeError):
            template = Template(file.read())
    with open(state_path, encoding="utf-8") as file:
        with error_context(state_path, ValueError, KeyError, TypeError):
            return template.spell(json.load(file)["best"]).encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    template_path, state_path = [os.path.join(HERE, "femtogpt." + ending)
                                 for ending in ("template", "state")]
    target = os.path.join(os.path.dirname(HERE), "femtogpt.py")
    outputs = [(target, spell(template_path, state_path))]
    return 1 if write_or_check(outputs, template_path, arguments.check) else 0


if __name__ == "__main__":
    run(main)
