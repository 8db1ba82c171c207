#!/usr/bin/env python3
"""Put scripts, deck, prime, symbol and raga into the page to play with: template.html and the data -> ../index.html.

    python3 page/build_page.py             write index.html
    python3 page/build_page.py --check     say whether it is up to date; exit 1 if not

The page is one file that needs no server. Only what runs a script there, Pyodide, is fetched, from its public CDN.
"""
import argparse
import base64
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path[:0] = [ROOT] + [os.path.join(ROOT, folder) for folder in ("punchcard", "song", "pictures")]
import cards  # noqa: E402
import deck  # noqa: E402
import draw_pictures  # noqa: E402
import files  # noqa: E402
import find_prime  # noqa: E402
import harmonium  # noqa: E402
import raga  # noqa: E402

PYODIDE = "https://cdn.jsdelivr.net/pyodide/v314.0.7/full/"      # the release that the tests run, from npm
SCRIPTS = draw_pictures.OURS + ("fastgpt.py",)
RATE, SA = 4.0, 60                               # notes a second and the MIDI number of Sa, as in song/primegpt.mid


def in_root(*names):
    """The bytes of a file of the project."""
    with open(os.path.join(ROOT, *names), "rb") as file:
        return file.read()


def printable(data):
    """Bytes as text; what is not printable ASCII as dots."""
    return re.sub("[^ -~]", "\u00b7", data.decode("latin-1"))


def carried():
    """What the page shows of each card: columns in hexadecimal, label, base64 digits, the part of the script on it."""
    found = cards.from_json(in_root("punchcard", "punchcard_encoding.json"))
    payload, size = in_root("attogpt.py"), deck.room("binary")
    framed = deck.frame(payload)
    for i, card in enumerate(found):
        data = framed[i * size:(i + 1) * size].ljust(size, b"\0")
        start = max(0, deck.HASH + deck.LENGTH - i * size)                  # the first card begins with hash and length
        check = i * size >= len(framed)
        yield {"columns": "".join("%03x" % column for column in card),
               "label": cards.interpreted(card, " ")[cards.DATA_COLUMNS:],
               "digits": None if check else base64.b64encode(data).decode(),
               "text": None if check else printable(framed[i * size:(i + 1) * size][start:])}


def content():
    """All that the page shows, as JSON can carry it."""
    prime = find_prime.number_in(os.path.join(ROOT, "verify_prime.py"))
    symbol = in_root("qr", "picogpt.svg").decode()
    digits = find_prime.decimal(prime)
    return {
        "pyodide": PYODIDE, "smoothing": draw_pictures.SMOOTHING,
        "scripts": {name: base64.b64encode(in_root(name)).decode() for name in SCRIPTS},
        "documents": base64.b64encode(in_root("input.txt")).decode(),
        "deck": list(carried()),
        "card": {"width": cards.WIDTH, "height": cards.HEIGHT, "cut": [cards.CUT_ACROSS, cards.CUT_DOWN],
                 "first": [cards.FIRST_COLUMN, cards.FIRST_ROW], "pitch": [cards.COLUMN_PITCH, cards.ROW_PITCH],
                 "hole": cards.HOLE_HEIGHT},
        "prime": "%x" % prime, "padding": find_prime.unpacked(prime)[1],
        "symbol": {"viewBox": re.search('viewBox="([^"]*)"', symbol).group(1),
                   "path": re.findall(' d="([^"]*)"', symbol)[-1]},
        "raga": {"rate": RATE, "sa": SA, "ranked": raga.ranked(digits), "swaras": raga.SWARAS,
                 "alapNote": raga.ALAP_NOTE, "alapStep": raga.ALAP_STEP, "melody": raga.MELODY, "phrase": raga.PHRASE,
                 "phraseStep": raga.PHRASE_STEP, "lastNote": raga.LAST_NOTE,
                 "loudness": [raga.loudness(place) for place in range(raga.PHRASE)], "reed": harmonium.REED,
                 "strings": harmonium.STRINGS,
                 "beat": harmonium.BEAT, "attack": harmonium.ATTACK, "release": harmonium.RELEASE}}


def embedded(data):
    """Data as JSON that can stand in a script element: nothing in it can end the element."""
    return json.dumps(data, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")


def page():
    """The bytes of the page."""
    with open(os.path.join(HERE, "template.html"), encoding="utf-8", newline="") as file:
        return file.read().replace("@DATA@", embedded(content())).encode()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    made = [(os.path.join(ROOT, "index.html"), page())]
    return 1 if files.settle(made, "the files that it holds", arguments.check) else 0


if __name__ == "__main__":
    files.run(main)
