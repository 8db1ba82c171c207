#!/usr/bin/env python3
"""Put scripts, deck, prime, symbol and raga into one page: template.html and data -> ../index.html.

    build_page.py             write index.html
    build_page.py --check     compare; exit 1 if it is stale

The page is one file that needs no server. Only what runs a script there, Pyodide, is fetched, from
a public CDN: the files of its npm package, each held to its SHA-256.
"""
import argparse
import base64
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common import command, primality
from common.chain import CHAIN
from pictures import draw_pictures
from punchcard import card_drawing, card_files, cards, deck
from song import harmonium, parity, raga

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
RELEASE = "314.0.7"               # of Pyodide: the one that the tests run
PYODIDE = f"https://cdn.jsdelivr.net/npm/pyodide@{RELEASE}/"
# SHA-256 and bytes of the files that are needed (`shasum -a 256` in the npm package).
PYODIDE_FILES = {
    "pyodide.js": (
        "3141b814715a72e59b51b1b18b9ceae5bf19f7c852417e431bb0a34feadf825c", 18912),
    "pyodide.asm.mjs": (
        "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635", 1250344),
    "pyodide.asm.wasm": (
        "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6", 9598218),
    "python_stdlib.zip": (
        "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a", 2545637),
    "pyodide-lock.json": (
        "5dc2fc119108bc148c7457dc86e7675b5c87e1cafd420b9c34c1eaef7b36c010", 119077),
}
PYODIDE_MEGABYTES = round(sum(size for _, size in PYODIDE_FILES.values()) / 1e6)
SCRIPTS = ("fastgpt.py", *CHAIN)
READERS = ("common", "punchcard", "qr")          # packages that page/read_picture.py needs
RATE, SA = 4.0, 60                # notes a second and Sa's MIDI number, as in song/primegpt.mid


def read(*names):
    """The bytes of a file of the project."""
    with open(os.path.join(ROOT, *names), "rb") as file:
        return file.read()


def printable(data):
    """Bytes as text; what is not printable ASCII as dots."""
    return re.sub("[^ -~]", "\u00b7", data.decode("latin-1"))


def card_data():
    """For each card: its columns in hexadecimal, label, base64 digits, its part of the script."""
    found = card_files.from_json(read("punchcard", "punchcard_encoding.json"))
    size, framed = deck.card_bytes("binary"), deck.frame(read("attogpt.py"))
    for i, card in enumerate(found):
        part = framed[i * size:(i + 1) * size]
        header = max(0, deck.HEADER_BYTES - i * size)            # the first card begins with it
        digits = base64.b64encode(part.ljust(size, b"\0")).decode() if part else None
        yield {"columns": "".join(f"{column:03x}" for column in card),
               "label": cards.interpret(card, " ")[cards.DATA_COLUMNS:],
               "digits": digits, "text": printable(part[header:]) if part else None}


def raga_data(digits):
    """What the page plays the song from."""
    layout = raga.Layout(len(digits))
    return {"rate": RATE, "sa": SA, "ranked": raga.rank_digits(digits), "swaras": raga.SWARAS,
            "alapNote": raga.ALAP_NOTE, "alapStep": raga.ALAP_STEP, "melody": raga.MELODY,
            "alapLoudness": raga.ALAP_LOUDNESS,
            "phrase": raga.PHRASE_NOTES, "phraseStep": raga.PHRASE_STEP,
            "lastNote": raga.LAST_NOTE, "loudness": raga.LOUDNESS,
            "parity": parity.parity(digits), "coda": layout.coda_start, "codaBeat": raga.BEAT,
            "cycle": raga.CYCLE_NOTES, "cycleStep": raga.CYCLE_STEP,
            "cycleLoudness": raga.CYCLE_LOUDNESS, "closing": layout.closing_start,
            "reed": harmonium.REED,
            "strings": harmonium.STRINGS, "beat": harmonium.BEAT, "attack": harmonium.ATTACK,
            "release": harmonium.RELEASE}


def reader_files():
    """{path: text} of the Python files that read pictures in the browser: no commands."""
    files = {"read_picture.py": read("page", "read_picture.py").decode()}
    for package in READERS:
        for folder, _, names in os.walk(os.path.join(ROOT, package)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), ROOT).replace(os.sep, "/")
                text = read(path).decode() if name.endswith(".py") else ""
                if text and not text.startswith("#!") and name != "__main__.py":
                    files[path] = text
    return files


def page_data():
    """All that the page shows, as JSON can carry it."""
    prime = primality.read_number(os.path.join(ROOT, "verify_prime.py"))
    symbol = read("qr", "picogpt.svg").decode()
    drawing = card_drawing
    return {
        "pyodide": {"base": PYODIDE, "megabytes": PYODIDE_MEGABYTES,
                    "files": {name: digest for name, (digest, _) in PYODIDE_FILES.items()}},
        "recorded": draw_pictures.run_fastgpt(), "smoothing": draw_pictures.SMOOTHING,
        "order": SCRIPTS,
        "scripts": {name: base64.b64encode(read(name)).decode() for name in SCRIPTS},
        "payload": base64.b64encode(read("golf", "payload.py")).decode(),
        "readers": reader_files(),
        "documents": base64.b64encode(read("input.txt")).decode(),
        "deck": list(card_data()),
        "card": {"width": drawing.CARD_WIDTH, "height": drawing.CARD_HEIGHT,
                 "cut": [drawing.CUT_ACROSS, drawing.CUT_DOWN],
                 "first": [drawing.FIRST_COLUMN, drawing.FIRST_ROW],
                 "pitch": [drawing.COLUMN_PITCH, drawing.ROW_PITCH],
                 "hole": drawing.HOLE_HEIGHT},
        "prime": {"digits": primality.decimal(prime), "size": len(primality.unpack(prime).file)},
        "symbol": {"viewBox": re.search('viewBox="([^"]*)"', symbol)[1],
                   "path": re.findall(' d="([^"]*)"', symbol)[-1]},
        "raga": raga_data(primality.decimal(prime))}


def embed(data):
    """Data as JSON that can stand in a script element: nothing in it can end the element."""
    return json.dumps(data, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def build_page():
    """The bytes of the page."""
    with open(os.path.join(HERE, "template.html"), encoding="utf-8", newline="") as file:
        page = file.read()
    for name, text in (("PYODIDE", PYODIDE), ("RELEASE", RELEASE), ("MEGABYTES", PYODIDE_MEGABYTES),
                       ("DATA", embed(page_data()))):
        page = page.replace(f"@{name}@", str(text))
    return page.encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    outputs = [(os.path.join(ROOT, "index.html"), build_page())]
    return 1 if command.write_or_check(outputs, "the files in it", arguments.check) else 0


if __name__ == "__main__":
    command.run(main)
