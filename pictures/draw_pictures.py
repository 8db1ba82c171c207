#!/usr/bin/env python3
"""Draw the README's pictures: the ladder of sizes, a run's loss, what is made from what, and the deck at a glance.

    python3 pictures/draw_pictures.py             write ladder.svg, loss.svg, map.svg and deck.svg beside this script
    python3 pictures/draw_pictures.py --check     say whether these four are up to date; exit 1 if not

The sizes are those of the files, the losses those that fastgpt.py prints for input.txt: it is run, some seconds. Each
picture brings its own paper, white or, where the reader prefers dark, nearly black, so that it is legible on any page.
"""
import argparse
import math
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path[:0] = [ROOT, os.path.join(ROOT, "punchcard")]
import cards  # noqa: E402
import compare_runs  # noqa: E402
import files  # noqa: E402

WIDTH = 520                                      # of a picture; its text is then legible on a phone, too
OURS = ("microgpt.py",) + compare_runs.CHAIN
PUBLISHED = (("published, packed (characters)", 1298, True), ("published, plain", 2530, True),
             ("published, drops log lines", 1997, False))
SMOOTHING = 0.98                                 # of the loss, as in fastgpt.py's progress lines
STYLE = """<style>
text{font-family:system-ui,sans-serif;font-size:14px;fill:#1f2328}
.small{font-size:11px}.mono{font-family:monospace}.soft{fill:#59636e}.paper{fill:#fff}
.grid{stroke:#818b98;stroke-opacity:.3;fill:none}.edge{stroke:#59636e;fill:none;stroke-width:1.5}.tip{fill:#59636e}
.ours{fill:#0969da;stroke:#0969da}.theirs{fill:#bc4c00;stroke:#bc4c00}
.raw{stroke:#0969da;stroke-opacity:.35}.curve{stroke:#bc4c00}
.box{fill:#ddf4ff;stroke:#0969da}.art{fill:#fff1e5;stroke:#bc4c00}
@media(prefers-color-scheme:dark){
text{fill:#f0f6fc}.soft,.tip{fill:#9198a1}.edge{stroke:#9198a1}.paper{fill:#0d1117}
.ours{fill:#58a6ff;stroke:#58a6ff}.theirs{fill:#f0883e;stroke:#f0883e}.raw{stroke:#58a6ff}.curve{stroke:#f0883e}
.box{fill:#121d2f;stroke:#58a6ff}.art{fill:#2a1d12;stroke:#f0883e}}
</style>"""


def picture(width, height, title, lines):
    """Elements -> the bytes of an SVG file with its own paper."""
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img">' % (width, height),
                      "<title>%s</title>" % title, STYLE,
                      '<rect class="paper" width="%d" height="%d" rx="8"/>' % (width, height), *lines,
                      "</svg>", ""]).encode()


def text(x, y, said, classes="", anchor="start"):
    """A line of text."""
    return '<text x="%g" y="%g" class="%s" text-anchor="%s">%s</text>' % (x, y, classes, anchor, said)


def ladder():
    """The bytes of every script, ours and the published ones, on a logarithmic scale."""
    rows = [(name, os.path.getsize(os.path.join(ROOT, name)), None) for name in OURS]
    rows = sorted(rows + list(PUBLISHED), key=lambda row: -row[1])
    left, right, top, step = 205, WIDTH - 60, 44, 30
    low, high = 700, 20000

    def across(size):
        return left + (right - left) * math.log(size / low) / math.log(high / low)
    lines, bottom = [text(16, 26, "Bytes of a whole GPT (logarithmic scale)")], top + step * len(rows)
    for size in (1000, 2000, 5000, 10000, 20000):
        lines += ['<path class="grid" d="M%.1f %dV%d"/>' % (across(size), top - 4, bottom),
                  text(across(size), bottom + 18, "{:,}".format(size), "soft small", "middle")]
    for i, (name, size, valid) in enumerate(rows):
        y, x = top + step * (i + 0.5), across(size)
        kind, hollow = "ours" if valid is None else "theirs", ' fill-opacity="0" stroke-width="2"'
        lines += [text(left - 10, y + 5, name, "mono" if valid is None else "soft small", "end"),
                  '<path class="%s" stroke-width="2" d="M%d %gH%.1f"/>' % (kind, left, y, x - 6),
                  '<circle class="%s" cx="%.1f" cy="%g" r="6"%s/>' % (kind, x, y, hollow if valid is False else ""),
                  text(x + 12, y + 5, "{:,}".format(size))]
    return picture(WIDTH, bottom + 34, "Sizes of the scripts in bytes", lines)


def loss(log):
    """A run's log -> the loss of each step, and smoothed."""
    vocabulary = int(re.search(r"vocab size: (\d+)", log).group(1))
    losses = [float(found) for found in re.findall(r"^step .* loss ([\d.]+)$", log, re.M)]
    left, right, top, bottom = 52, WIDTH - 28, 44, 270
    high = math.ceil(max(losses))

    def place(step, value):
        return "%.1f %.1f" % (left + (right - left) * step / len(losses), bottom - (bottom - top) * value / high)
    smooth, mean = [], losses[0]
    for value in losses:
        mean = SMOOTHING * mean + (1 - SMOOTHING) * value
        smooth.append(mean)
    lines = [text(16, 26, "Loss of a run: each step, and smoothed")]
    for value in range(high + 1):
        y = float(place(0, value).split()[1])
        lines += ['<path class="grid" d="M%d %.1fH%d"/>' % (left, y, right),
                  text(left - 8, y + 4, value, "soft small", "end")]
    for step in range(0, len(losses) + 1, len(losses) // 5):
        lines.append(text(float(place(step, 0).split()[0]), bottom + 18, step, "soft small", "middle"))
    lines.append(text((left + right) / 2, bottom + 36, "step", "soft small", "middle"))
    for name, values, thick in (("raw", losses, 0.8), ("curve", smooth, 2.5)):
        lines.append('<path class="%s" fill="none" stroke-width="%g" stroke-linejoin="round" d="M%s"/>' % (
            name, thick, "L".join(place(step, value) for step, value in enumerate(values, 1))))
    guess = math.log(vocabulary)
    lines += ['<path class="edge" stroke-dasharray="5 4" d="M%sL%s"/>' % (place(0, guess), place(len(losses), guess)),
              text(right, top + 15, "dashed: guessing, ln %d = %.2f" % (vocabulary, guess), "small", "end"),
              text(right, bottom - 80, "at the end %.2f" % smooth[-1], "small", "end")]
    return picture(WIDTH, bottom + 48, "The loss over %d steps" % len(losses), lines)


# name: (class, x and y of the middle, what is under the name)
BOXES = {"microgpt.py": ("box", 110, 62, "to learn from"), "fastgpt.py": ("box", 410, 62, "the same log, fast"),
         "picogpt.py": ("box", 110, 172, "one screen"), "QR symbol": ("art", 410, 172, "scan it"),
         "femtogpt.py": ("box", 110, 282, "golfed"), "zeptogpt.py": ("box", 410, 282, "fewest bytes"),
         "attogpt.py": ("box", 260, 392, "paste it"), "the prime": ("art", 110, 392, "prove it"),
         "the deck": ("art", 260, 502, "punch it"), "the song": ("art", 110, 502, "play it")}
EDGES = (("microgpt.py", "picogpt.py", "by hand"), ("picogpt.py", "femtogpt.py", "golf and search"),
         ("microgpt.py", "fastgpt.py", "the same mathematics"), ("picogpt.py", "QR symbol", "qr/encode_qr.py"),
         ("femtogpt.py", "zeptogpt.py", "pack.py"), ("femtogpt.py", "attogpt.py", "pack.py"),
         ("femtogpt.py", "the prime", "find_prime.py"), ("attogpt.py", "the deck", "encode_punchcard"),
         ("the prime", "the song", "encode_song.py"))
BOX_WIDTH, BOX_HEIGHT = 128, 46


def chart():
    """What is made from what."""
    lines = ['<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
             ' orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>']
    for start, end, said in EDGES:
        (_, x, y, _), (_, u, v, _) = BOXES[start], BOXES[end]
        if y == v:
            path = "M%d %dH%d" % (x + BOX_WIDTH / 2, y, u - BOX_WIDTH / 2)
            place, anchor = ((x + u) / 2, y - 7), "middle"
        elif x == u:
            path = "M%d %dV%d" % (x, y + BOX_HEIGHT / 2, v - BOX_HEIGHT / 2)
            place, anchor = (x + 7, (y + v) / 2 + 4), "start"
        else:
            path = "M%d %dV%dH%dV%d" % (x + 40, y + BOX_HEIGHT / 2, (y + v) / 2 - 12, u, v - BOX_HEIGHT / 2)
            place, anchor = (u + 7, (y + v) / 2 + 6), "start"
        lines += ['<path class="edge" marker-end="url(#tip)" d="%s"/>' % path,
                  text(*place, said, "soft small", anchor)]
    for name, (kind, x, y, said) in BOXES.items():
        lines += ['<rect class="%s" x="%g" y="%g" width="%d" height="%d" rx="8"/>' % (
            kind, x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2, BOX_WIDTH, BOX_HEIGHT),
            text(x, y - 2, name, "mono" if name.endswith(".py") else "", "middle"),
            text(x, y + 15, said, "soft small", "middle")]
    return picture(WIDTH, 545, "What is made from what", lines)


def deck(found, across=3):
    """The cards of a deck, some side by side."""
    pitch_x, pitch_y = cards.WIDTH + 3 * cards.BETWEEN, cards.HEIGHT + 3 * cards.BETWEEN
    lines = ["<style>.card{fill:#f4e9cd;stroke:#b8a67c;stroke-width:20}.hole{stroke:#2b2b2b;stroke-width:%d}</style>"
             % (cards.HOLE_WIDTH * 1.3)]
    for i, card in enumerate(found):
        lines += ['<g transform="translate(%d %d)">' % (750 + i % across * pitch_x, 750 + i // across * pitch_y),
                  '<path class="card" d="M%d 0H%dV%dH0V%dz"/><path class="hole" d="%s"/></g>' % (
                      cards.CUT_ACROSS, cards.WIDTH, cards.HEIGHT, cards.CUT_DOWN, cards.holes(card))]
    rows = -(-len(found) // across)
    return picture(750 + across * pitch_x, 750 + rows * pitch_y, "A deck of %d punched cards" % len(found), lines)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    with open(os.path.join(ROOT, "punchcard", "punchcard_encoding.json"), "rb") as file:
        found = cards.from_json(file.read())
    ran = subprocess.run([sys.executable, os.path.join(ROOT, "fastgpt.py")], cwd=ROOT, stdout=subprocess.PIPE)
    if ran.returncode:
        raise files.Trouble("fastgpt.py failed; its message stands above")
    made = {"ladder.svg": ladder(), "loss.svg": loss(ran.stdout.decode().replace("\r\n", "\n")), "map.svg": chart(),
            "deck.svg": deck(found)}
    targets = [(os.path.join(HERE, name), data) for name, data in made.items()]
    return 1 if files.settle(targets, "the files that it shows", arguments.check) else 0


if __name__ == "__main__":
    files.run(main)
