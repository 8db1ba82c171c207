#!/usr/bin/env python3
"""Draw the pictures of README and docs.

    draw_pictures.py             write ladder.svg (sizes), loss.svg (of a run), map.svg (what is
                                 made from what), step.svg (a step of training), deck.svg and
                                 social.png (for links to this project), beside this script
    draw_pictures.py --check     compare; exit 1 if one of them is stale

The sizes are those of the files; the losses are those that fastgpt.py prints for input.txt: it is
run, some seconds. Each picture brings its own paper, white or, where the reader prefers dark,
nearly black, so that it is legible on any page.
"""
import argparse
import math
import os
import re
import subprocess
import sys
import tokenize

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common import command
from common.chain import CHAIN
from pictures import social
from pictures.elements import WIDTH, picture, text
from pictures.training_step import training_step
from punchcard import card_drawing, card_files, cards

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(HERE)
PUBLISHED = (("published, packed", 1298, "theirs"), ("published, plain", 2530, "theirs"),
             ("published, partial", 1997, "partial"))
SMOOTHING = 0.98                 # of the loss, as in fastgpt.py's progress lines


# ---- The ladder -----------------------------------------------------------------------------
LADDER_LEFT, LADDER_RIGHT, LADDER_TOP, RUNG = 190, WIDTH - 64, 62, 30
LADDER_HIGH = 2600                               # characters; a longer bar is drawn broken


def size_x(size):
    """Where a number of characters lies across the ladder."""
    return LADDER_LEFT + (LADDER_RIGHT - LADDER_LEFT) * min(size, LADDER_HIGH) / LADDER_HIGH


def count_characters(name):
    """How many characters a script has."""
    with tokenize.open(os.path.join(ROOT, name)) as file:
        return len(file.read())


def rung(name, size, kind, y):
    """Lines of SVG: a script's name, its bar and its size. kind: "ours", "theirs", "partial"."""
    x, bar = size_x(size), "ours" if kind == "ours" else "theirs"
    hollow = ' fill-opacity="0.15"' if kind == "partial" else ""
    lines = [text(LADDER_LEFT - 10, y + 5, name, "mono" if kind == "ours" else "soft", "end"),
             f'<rect class="{bar}" x="{LADDER_LEFT}" y="{y - 8:g}" width="{x - LADDER_LEFT:.1f}" '
             f'height="16"{hollow}/>', text(x + 8, y + 5, f"{size:,}")]
    if size > LADDER_HIGH:
        gap = x - 30
        lines.append(f'<path class="paper" d="M{gap:.1f} {y - 10:g}l8 0l-6 20l-8 0z"/>')
    return lines


def ladder():
    """The characters of every script, ours and the published ones, from zero."""
    rows = [(name, count_characters(name), "ours") for name in CHAIN]
    rows = sorted(rows + list(PUBLISHED), key=lambda row: -row[1])
    lines = [text(16, 26, "A whole GPT, in characters"),
             text(16, 46, "blue: here; orange: published before (pale: prints part of the log)",
                  "soft small")]
    bottom = LADDER_TOP + RUNG * len(rows)
    for size in range(0, LADDER_HIGH, 500):
        lines += [f'<path class="grid" d="M{size_x(size):.1f} {LADDER_TOP}V{bottom}"/>',
                  text(size_x(size), bottom + 18, f"{size:,}", "soft small", "middle")]
    for i, (name, size, kind) in enumerate(rows):
        lines += rung(name, size, kind, LADDER_TOP + RUNG * (i + 0.5))
    return picture(WIDTH, bottom + 32, "Sizes of the scripts in characters", lines)


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
    end = chart.y(averages[-1])
    lines = [text(16, 26, "Loss of a run on input.txt"), *chart.grid(),
             chart.curve("raw", losses, 0.8), chart.curve("curve", averages, 2.5),
             '<path class="edge" stroke-dasharray="5 4" '
             f'd="M{chart.point(0, guess)}L{chart.point(len(losses), guess)}"/>',
             text(LOSS_RIGHT, LOSS_TOP + 15,
                  f"dashed: a guess among {vocabulary}, ln {vocabulary} = {guess:.2f}", "small",
                  "end"),
             text(LOSS_RIGHT, end + 62, f"smoothed: {averages[-1]:.2f} at the end", "warm", "end"),
             text(LOSS_RIGHT, end + 80, "thin: each step", "cool small", "end")]
    return picture(WIDTH, LOSS_BOTTOM + 48, f"The loss over {len(losses)} steps", lines)


# ---- The map --------------------------------------------------------------------------------
# name: (class, x and y of the middle, what is under the name)
BOXES = {"microgpt.py": ("box", 86, 62, "to learn from"),
         "fastgpt.py": ("box", 436, 62, "same log, fast"),
         "picogpt.py": ("box", 86, 172, "one screen"),
         "qr/picogpt.png": ("art", 436, 172, "the symbol: scan it"),
         "golf/payload.py": ("box", 86, 282, "packs smallest"),
         "femtogpt.py": ("box", 436, 282, "smallest as it is"),
         "verify_prime.py": ("art", 86, 392, "the prime: run it"),
         "attogpt.py": ("box", 217, 392, "paste it"),
         "zeptogpt.py": ("box", 328, 392, "fewest bytes"),
         "yoctogpt.py": ("box", 439, 392, "post it"),
         "song/primegpt.mid": ("art", 86, 502, "the song: play it"),
         "punchcard/cards.svg": ("art", 290, 502, "the deck: punch it")}
EDGES = (("microgpt.py", "picogpt.py", "by hand"),
         ("picogpt.py", "golf/payload.py", "golf/search.py"),
         ("microgpt.py", "fastgpt.py", "the same mathematics"),
         ("picogpt.py", "qr/picogpt.png", "qr/encode_qr.py"),
         ("picogpt.py", "femtogpt.py", "by hand"),
         ("golf/payload.py", "verify_prime.py", "find_prime.py"),
         ("golf/payload.py", "attogpt.py", "golf/pack.py"),
         ("golf/payload.py", "zeptogpt.py", ""),
         ("golf/payload.py", "yoctogpt.py", ""),
         ("attogpt.py", "punchcard/cards.svg", "encode_punchcard_base64.py"),
         ("verify_prime.py", "song/primegpt.mid", "song/encode_song.py"))
BOX_HEIGHT = 46


def box_width(name):
    """Pixels across a box: its name's, 8.4 a letter of 14 pixels, and a margin."""
    return max(108, 8.4 * len(name) + 14)


def edge(start, end, words):
    """An arrow between two boxes, with its words."""
    (_, x, y, _), (_, u, v, _) = BOXES[start], BOXES[end]
    if y == v:
        path = f"M{x + box_width(start) / 2:.0f} {y}H{u - box_width(end) / 2:.0f}"
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
        width = box_width(name)
        left, top = x - width / 2, y - BOX_HEIGHT / 2
        lines += [f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{width:g}" '
                  f'height="{BOX_HEIGHT}" rx="8"/>',
                  text(x, y - 2, name, "mono", "middle"),
                  text(x, y + 15, words, "soft small", "middle")]
    return picture(WIDTH, 545, "What is made from what", lines)


# ---- The deck -------------------------------------------------------------------------------
CARDS_ACROSS, DECK_MARGIN, CAPTION = 3, 500, 900         # thousandths of an inch


def number_card(label):
    """What a card is, from its label, as ATTO0310: its number, and how many have data."""
    number, with_data = int(label[4:6]), int(label[6:8])
    return f"{number}" if number <= with_data else f"{number}, a check card"


def deck(found):
    """The cards of a deck, some side by side."""
    pitch_x = card_drawing.CARD_WIDTH + DECK_MARGIN
    pitch_y = card_drawing.CARD_HEIGHT + CAPTION
    labels = [cards.interpret(card, " ")[cards.DATA_COLUMNS:] for card in found]
    lines = ["<style>.card{fill:#f4e9cd;stroke:#b8a67c;stroke-width:20}.hole{stroke:#2b2b2b;"
             f"stroke-width:{card_drawing.HOLE_WIDTH * 13 // 10}}}"
             ".number{font-size:640px}</style>"]
    for i, card in enumerate(found):
        row, column = divmod(i, CARDS_ACROSS)
        x, y = DECK_MARGIN + column * pitch_x, DECK_MARGIN + row * pitch_y
        lines += [f'<g transform="translate({x} {y})">',
                  f'<path class="card" d="{card_drawing.outline_path()}"/>'
                  f'<path class="hole" d="{card_drawing.hole_path(card)}"/>',
                  text(card_drawing.CARD_WIDTH / 2, card_drawing.CARD_HEIGHT + 680,
                       number_card(labels[i]), "number", "middle") + "</g>"]
    rows = -(-len(found) // CARDS_ACROSS)
    return picture(DECK_MARGIN + CARDS_ACROSS * pitch_x, DECK_MARGIN + rows * pitch_y + 100,
                   f"A deck of {len(found)} punched cards", lines)


def run_fastgpt():
    """The log of input.txt."""
    run = subprocess.run([sys.executable, os.path.join(ROOT, "fastgpt.py")], cwd=ROOT,
                         stdout=subprocess.PIPE)
    if run.returncode:
        raise command.UserError("fastgpt.py failed; its message stands above")
    return run.stdout.decode().replace("\r\n", "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    with open(os.path.join(ROOT, "punchcard", "punchcard_encoding.json"), "rb") as file:
        found = card_files.from_json(file.read())
    pictures = {"ladder.svg": ladder(), "loss.svg": loss(run_fastgpt()), "map.svg": chart(),
                "step.svg": training_step(), "deck.svg": deck(found),
                "social.png": social.draw()}
    outputs = [(os.path.join(HERE, name), data) for name, data in pictures.items()]
    return 1 if command.write_or_check(outputs, "the files in it", arguments.check) else 0


if __name__ == "__main__":
    command.run(main)
