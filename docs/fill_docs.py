#!/usr/bin/env python3
"""Fill the generated parts of README.md and docs/*.md: scripts, tables and digits from the files.

    fill_docs.py                  write the pages whose parts have changed
    fill_docs.py --check          compare; exit 1 if a page is stale
    fill_docs.py --check PAGE     the same of one page, or of some: README.md, docs/prime.md

A part stands between the lines `<!-- begin NAME WORDS -->` and `<!-- end NAME -->`; PARTS below
makes it, from the words where there are any.
"""
import argparse
import os
import re
import subprocess
import sys
import tokenize

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common import command, primality
from common.chain import CHAIN
from docs import excerpts
from referee.records import CLASSES, RECORDS

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
PUBLISHED = {"plain": "2,530 bytes", "characters": "1,298 characters"}     # valid ones, before ours


def read(*names):
    """The bytes of a file of the project."""
    with open(os.path.join(ROOT, *names), "rb") as file:
        return file.read()


def measure(name):
    """(bytes, characters, lines) of a script."""
    data = read(name)
    with open(os.path.join(ROOT, name), "rb") as file:
        encoding = tokenize.detect_encoding(file.readline)[0]
    return len(data), len(data.decode(encoding)), data.count(b"\n") + (not data.endswith(b"\n"))


def chain_table():
    lines = ["| script | bytes | characters | lines | what it is |",
             "| --- | --- | --- | --- | --- |"]
    for name, words in CHAIN.items():
        numbers = " | ".join(f"{number:,}" for number in measure(name))
        lines.append(f"| [`{name}`]({name}) | {numbers} | {words} |")
    return "\n".join(lines)


def records_table():
    """Each class's record, for the README."""
    lines = ["| class | record | script | best valid one published before |",
             "| --- | --- | --- | --- |"]
    for category, (size, name, *_) in RECORDS.items():
        lines.append(f"| {CLASSES[category]} | {size:,} {unit_of(category)} | `{name}` "
                     f"| {PUBLISHED.get(category, 'none')} |")
    return "\n".join(lines)


def record_holders():
    """Each class's record, with its date, by whom and how."""
    lines = ["| class | record | script | since | by | how |",
             "| --- | --- | --- | --- | --- | --- |"]
    for category, (size, name, date, by, how) in RECORDS.items():
        lines.append(f"| {CLASSES[category]} | {size:,} {unit_of(category)} | `{name}` "
                     f"| {date} | {by} | {how} |")
    return "\n".join(lines)


def unit_of(category):
    """What a class counts."""
    return "characters" if category == "characters" else "bytes"


def paste():
    return "```python\n" + read("attogpt.py").decode().rstrip("\n") + "\n```"


def post():
    return "```python\n" + read("yoctogpt.py").decode().rstrip("\n") + "\n```"


def prime_steps():
    prime = primality.read_number(os.path.join(ROOT, "verify_prime.py"))
    unpacked = primality.unpack(prime)
    date = int.from_bytes(unpacked.file[4:8], "little")
    steps = len(re.findall(rb"^\[\d+\]", read("prime", "certificate.primo"), re.M))
    return f"""    payload.py   {len(unpacked.content):,} bytes, in golf/
        | golf/deflate.py, gzip header and trailer
    gzip file    {len(unpacked.file):,} bytes: prime/primegpt.gz
        | read as one little-endian number, dated so that it is a prime: find_prime.py, which
        | finds one at {date} seconds past midnight of 1 January 1970
    prime        {len(primality.decimal(prime)):,} digits, {prime.bit_length():,} bits
        | elliptic-curve certificate by PARI/GP, `make certificate`
    proof        prime/certificate.primo, {steps} steps, checked by prime/prove_prime.py"""


def prime_digits():
    return f"```\n{read('prime', 'primegpt.txt').decode()}```"


def golf_table():
    run = subprocess.run([sys.executable, os.path.join(ROOT, "golf", "notes.py")],
                         stdout=subprocess.PIPE)
    if run.returncode:
        raise command.UserError("golf/notes.py failed; its message stands above")
    return run.stdout.decode().replace("\r\n", "\n").rstrip("\n")


PARTS = {"chain": chain_table, "records": records_table, "record-holders": record_holders,
         "paste": paste, "post": post, "excerpts": excerpts.render,
         "prime-steps": prime_steps, "prime-digits": prime_digits, "golf": golf_table}


def fill(text, path):
    """A page with all its parts made anew. UserError for a part that is unknown or has no end."""
    def part(match):
        head, name, words = match.groups()
        if name not in PARTS:
            raise command.UserError(f"{path}: unknown part {name}; fill_docs.py makes "
                                    + ", ".join(PARTS))
        return f"{head}\n\n{PARTS[name](*words.split(' ', 1)[1:])}\n\n<!-- end {name} -->"

    pattern = r"(<!-- begin ([\w-]+)((?: .*)?) -->)\n(?s:.*?)<!-- end \2 -->"
    filled, count = re.subn(pattern, part, text)
    if count != text.count("<!-- begin "):
        raise command.UserError(f"{path}: a part without its end, or with another's")
    return filled


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("page", nargs="*", help="README.md or docs/NAME.md (all of them)")
    arguments = parser.parse_args()
    pages = ["README.md"] + sorted(f"docs/{name}" for name in os.listdir(HERE)
                                   if name.endswith(".md"))
    for name in set(arguments.page) - set(pages):
        parser.error(f"{name}: no such page; there are " + ", ".join(pages))
    outputs = []
    for name in arguments.page or pages:
        text = read(name).decode()
        if "<!-- begin " in text:
            outputs.append((os.path.join(ROOT, name), fill(text, name).encode()))
    return 1 if command.write_or_check(outputs, "the files in it", arguments.check) else 0


if __name__ == "__main__":
    command.run(main)
