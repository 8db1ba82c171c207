#!/usr/bin/env python3
"""Draw the README's pictures: the ladder of sizes, a run's loss, what is made from what, the deck.

    draw_pictures.py             write ladder.svg, loss.svg, map.svg and deck.svg beside this script
    draw_pictures.py --check     compare; exit 1 if one of the four is stale

The sizes are those of the files; the losses are those that fastgpt.py prints for input.txt: it is
run, some seconds. Each picture brings its own paper, white or, where the reader prefers dark,
nearly black, so that it is legible on any page.
"""
import argparse
import importlib
import math
import os
import re
import subprocess
import sys
import tokenize

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
# This is a tool of the repository, not a unit: it may use all of them.
sys.path.insert(0, os.path.join(ROOT, "punchcard"))
card_drawing, card_files, command = map(
    importlib.import_module, ("card_drawing", "card_files", "command"))

WIDTH = 520                      # of a picture, in pixels; its text is then legible on a phone
CHAIN = ("microgpt.py", "picogpt.py", "femtogpt.py", "attogpt.py", "zeptogpt.py",
         "yoctogpt.py")
PUBLISHED = (("published, packed", 1298, True), ("published, plain", 2530, True),
             ("published, drops log lines", 1997, False))
SMOOTHING = 0.98                 # of the loss, as in fastgpt.py's progress lines
STYLE = """<style>
text{font-family:system-ui,sans-serif;font-size:14px;fill:#1f2328}
.small{font-size:11px}.mono{font-family:monospace}.soft{fill:#59636e}.paper{fill:#fff}
.grid{stroke:#818b98;stroke-opacity:.3;fill:none}.edge{stroke:#59636e;fill:none;stroke-width:1.5}\
.tip{fill:#59636e}
.ours{fill:#0969da;stroke:#0969da}.theirs{fill:#bc4c00;stroke:#bc4c00}
.raw{stroke:#0969da;stroke-opacity:.35}.curve{stroke:#bc4c00}
.box{fill:#ddf4ff;stroke:#0969da}.art{fill:#fff1e5;stroke:#bc4c00}
@media(prefers-color-scheme:dark){
text{fill:#f0f6fc}.soft,.tip{fill:#9198a1}.edge{stroke:#9198a1}.paper{fill:#0d1117}
.ours{fill:#58a6ff;stroke:#58a6ff}.theirs{fill:#f0883e;stroke:#f0883e}.raw{stroke:#58a6ff}\
.curve{stroke:#f0883e}
.box{fill:#121d2f;stroke:#58a6ff}.art{fill:#2a1d12;stroke:#f0883e}}
</style>"""


# ---- Elements -------------------------------------------------------------------------------
def picture(width, height, title, lines):
    """Elements -> the bytes of an SVG file with its own paper."""
    head = ['<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
            f"<title>{title}</title>", STYLE,
            f'<rect class="paper" width="{width:.0f}" height="{height:.0f}" rx="8"/>']
    return "\n".join([*head, *lines, "</svg>", ""]).encode()


def text(x, y, words, classes="", anchor="start"):
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" class="{classes}" text-anchor="{anchor}">{words}</text>'


# ---- The ladder -----------------------------------------------------------------------------
LADDER_LEFT, LADDER_RIGHT, LADDER_TOP, RUNG = 205, WIDTH - 60, 44, 30
LADDER_LOW, LADDER_HIGH = 400, 20000             # characters


def size_x(size):
    """Where a number of characters lies across the ladder."""
    share = math.log(size / LADDER_LOW) / math.log(LADDER_HIGH / LADDER_LOW)
    return LADDER_LEFT + (LADDER_RIGHT - LADDER_LEFT) * share


def count_characters(name):
    """How many characters a script has."""
    with tokenize.open(os.path.join(ROOT, name)) as file:
        return len(file.read())


def ladder():
    """The characters of every script, ours and the published ones, on a logarithmic scale."""
    rows = [(name, count_characters(name), None) for name in CHAIN]
    rows = sorted(rows + list(PUBLISHED), key=lambda row: -row[1])
    lines = [text(16, 26, "Characters of a whole GPT (logarithmic scale)")]
    bottom = LADDER_TOP + RUNG * len(rows)
    for size in (500, 1000, 2000, 5000, 10000, 20000):
        lines += [f'<path class="grid" d="M{size_x(size):.1f} {LADDER_TOP - 4}V{bottom}"/>',
                  text(size_x(size), bottom + 18, f"{size:,}", "soft small", "middle")]
    for i, (name, size, valid) in enumerate(rows):
        y, x, ours = LADDER_TOP + RUNG * (i + 0.5), size_x(size), valid is None
        kind = "ours" if ours else "theirs"
        hollow = ' fill-opacity="0" stroke-width="2"' if valid is False else ""
        lines += [text(LADDER_LEFT - 10, y + 5, name, "mono" if ours else "soft small", "end"),
                  f'<path class="{kind}" stroke-width="2" d="M{LADDER_LEFT} {y:g}H{x - 6:.1f}"/>',
                  f'<circle class="{kind}" cx="{x:.1f}" cy="{y:g}" r="6"{hollow}/>',
                  text(x + 12, y + 5, f"{size:,}")]
    return picture(WIDTH, bottom + 34, "Sizes of the scripts in characters", lines)


# ---- The loss -------------------------------------------------------------------------------
LOSS_LEFT, LOSS_RIGHT, LOSS_TOP, LOSS_BOTTOM = 52, WIDTH - 28, 44, 270


class LossChart:
    """A coordinate system of steps and losses."""

    def __init__(self, steps, highest):
        self.steps, self.highest = steps, highest

    def x(self, step):
        return LOSS_LEFT + (LOSS_RIGHT - LOSS_LEFT) * step / self.steps

    def y(self, value):
        return LOSS_BOTTOM - (LOSS_BOTTOM - LOSS_TOP) * value / self.highest

    def point(self, step, value):
        return f"{self.x(step):.1f} {self.y(value):.1f}"

    def grid(self):
        """Lines and numbers of both axes."""
        lines = []
        for value in range(self.highest + 1):
            y = float(f"{self.y(value):.1f}")
            lines += [f'<path class="grid" d="M{LOSS_LEFT} {y:.1f}H{LOSS_RIGHT}"/>',
                      text(LOSS_LEFT - 8, y + 4, value, "soft small", "end")]
        for step in range(0, self.steps + 1, self.steps // 5):
            x = float(f"{self.x(step):.1f}")
            lines.append(text(x, LOSS_BOTTOM + 18, step, "soft small", "middle"))
        lines.append(text((LOSS_LEFT + LOSS_RIGHT) / 2, LOSS_BOTTOM + 36, "step", "soft small",
                          "middle"))
        return lines

    def curve(self, kind, values, width):
        """A line through the values of steps 1, 2, ..."""
        points = "L".join(self.point(step, value) for step, value in enumerate(values, 1))
        return (f'<path class="{kind}" fill="none" stroke-width="{width:g}" '
                f'stroke-linejoin="round" d="M{points}"/>')


def smooth(values):
    """Exponential moving averages."""
    averages, average = [], values[0]
    for value in values:
        average = SMOOTHING * average + (1 - SMOOTHING) * value
        averages.append(average)
    return averages


def loss(log):
    """A run's log -> the loss of each step, and smoothed."""
    vocabulary = int(re.search(r"vocab size: (\d+)", log)[1])
    losses = [float(value) for value in re.findall(r"^step .* loss ([\d.]+)$", log, re.M)]
    averages, guess = smooth(losses), math.log(vocabulary)
    chart = LossChart(len(losses), math.ceil(max(losses)))
    lines = [text(16, 26, "Loss of a run: each step, and smoothed"), *chart.grid(),
             chart.curve("raw", losses, 0.8), chart.curve("curve", averages, 2.5),
             '<path class="edge" stroke-dasharray="5 4" '
             f'd="M{chart.point(0, guess)}L{chart.point(len(losses), guess)}"/>',
             text(LOSS_RIGHT, LOSS_TOP + 15,
                  f"dashed: guessing, ln {vocabulary} = {guess:.2f}", "small", "end"),
             text(LOSS_RIGHT, LOSS_BOTTOM - 80, f"at the end {averages[-1]:.2f}", "small", "end")]
    return picture(WIDTH, LOSS_BOTTOM + 48, f"The loss over {len(losses)} steps", lines)


# ---- The map --------------------------------------------------------------------------------
# name: (class, x and y of the middle, what is under the name)
BOXES = {"microgpt.py": ("box", 66, 62, "to learn from"),
         "fastgpt.py": ("box", 456, 62, "the same log, fast"),
         "picogpt.py": ("box", 66, 172, "one screen"), "QR symbol": ("art", 456, 172, "scan it"),
         "payload.py": ("box", 66, 282, "packs smallest"),
         "femtogpt.py": ("box", 456, 282, "smallest as it is"),
         "the prime": ("art", 66, 392, "prove it"), "attogpt.py": ("box", 196, 392, "paste it"),
         "zeptogpt.py": ("box", 326, 392, "fewest bytes"),
         "yoctogpt.py": ("box", 456, 392, "post it"),
         "the song": ("art", 66, 502, "play it"), "the deck": ("art", 196, 502, "punch it")}
EDGES = (("microgpt.py", "picogpt.py", "by hand"), ("picogpt.py", "payload.py", "golf and search"),
         ("microgpt.py", "fastgpt.py", "the same mathematics"),
         ("picogpt.py", "QR symbol", "qr/encode_qr.py"), ("picogpt.py", "femtogpt.py", "golf"),
         ("payload.py", "the prime", "find_prime.py"), ("payload.py", "attogpt.py", "pack.py"),
         ("payload.py", "zeptogpt.py", "pack.py"), ("payload.py", "yoctogpt.py", "pack.py"),
         ("attogpt.py", "the deck", "encode_punchcard"),
         ("the prime", "the song", "encode_song.py"))
BOX_WIDTH, BOX_HEIGHT = 116, 46


def edge(start, end, words):
    """An arrow between two boxes, with its words."""
    (_, x, y, _), (_, u, v, _) = BOXES[start], BOXES[end]
    if y == v:
        path = f"M{x + BOX_WIDTH / 2:.0f} {y}H{u - BOX_WIDTH / 2:.0f}"
        position, anchor = ((x + u) / 2, y - 7), "middle"
    elif x == u:
        path = f"M{x} {y + BOX_HEIGHT / 2:.0f}V{v - BOX_HEIGHT / 2:.0f}"
        position, anchor = (x + 7, (y + v) / 2 + 4), "start"
    else:
        path = (f"M{x + 40} {y + BOX_HEIGHT / 2:.0f}V{(y + v) / 2 - 12:.0f}H{u}"
                f"V{v - BOX_HEIGHT / 2:.0f}")
        position, anchor = (u + 7, (y + v) / 2 + 6), "start"
    return [f'<path class="edge" marker-end="url(#tip)" d="{path}"/>',
            text(*position, words, "soft small", anchor)]


def chart():
    """What is made from what."""
    lines = ['<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
             'markerHeight="7" orient="auto"><path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>']
    for start, end, words in EDGES:
        lines += edge(start, end, words)
    for name, (kind, x, y, words) in BOXES.items():
        left, top = x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2
        lines += [f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{BOX_WIDTH}" '
                  f'height="{BOX_HEIGHT}" rx="8"/>',
                  text(x, y - 2, name, "mono" if name.endswith(".py") else "", "middle"),
                  text(x, y + 15, words, "soft small", "middle")]
    return picture(WIDTH, 545, "What is made from what", lines)


# ---- The deck -------------------------------------------------------------------------------
CARDS_ACROSS, DECK_MARGIN = 3, 750               # thousandths of an inch, between cards, too


def deck(found):
    """The cards of a deck, some side by side."""
    pitch_x = card_drawing.CARD_WIDTH + DECK_MARGIN
    pitch_y = card_drawing.CARD_HEIGHT + DECK_MARGIN
    lines = ["<style>.card{fill:#f4e9cd;stroke:#b8a67c;stroke-width:20}.hole{stroke:#2b2b2b;"
             f"stroke-width:{card_drawing.HOLE_WIDTH * 13 // 10}}}</style>"]
    for i, card in enumerate(found):
        row, column = divmod(i, CARDS_ACROSS)
        x, y = DECK_MARGIN + column * pitch_x, DECK_MARGIN + row * pitch_y
        lines += [f'<g transform="translate({x} {y})">',
                  f'<path class="card" d="{card_drawing.outline_path()}"/>'
                  f'<path class="hole" d="{card_drawing.hole_path(card)}"/></g>']
    rows = -(-len(found) // CARDS_ACROSS)
    return picture(DECK_MARGIN + CARDS_ACROSS * pitch_x, DECK_MARGIN + rows * pitch_y,
                   f"A deck of {len(found)} punched cards", lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    with open(os.path.join(ROOT, "punchcard", "punchcard_encoding.json"), "rb") as file:
        found = card_files.from_json(file.read())
    run = subprocess.run([sys.executable, os.path.join(ROOT, "fastgpt.py")], cwd=ROOT,
                         stdout=subprocess.PIPE)
    if run.returncode:
        raise command.UserError("fastgpt.py failed; its message stands above")
    log = run.stdout.decode().replace("\r\n", "\n")
    pictures = {"ladder.svg": ladder(), "loss.svg": loss(log), "map.svg": chart(),
                "deck.svg": deck(found)}
    outputs = [(os.path.join(HERE, name), data) for name, data in pictures.items()]
    return 1 if command.write_or_check(outputs, "the files in it", arguments.check) else 0


if __name__ == "__main__":
    command.run(main)
