#!/usr/bin/env python3
"""Make test pictures of punched-card decks, for a decoder that reads photos of them.

    card_photos.py FOLDER              the pictures, and FOLDER/photos.json
    card_photos.py FOLDER --seed 7     others

photos.json is a list of {"condition", "files", "payload"}: the files belong together as one deck,
the payload is base64. Other people's cards have "text", what an interpreter prints, in its place.
rsvg-convert, pdftoppm and chromium picture the project's own drawing; the rest is drawn here, from
the card's measures, so that a mistake in card_drawing.py cannot hide. Needs numpy and Pillow.
"""
import argparse
import base64
import functools
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from punchcard import cards, deck
from tests.support import path, read

# The card in thousandths of an inch (ANSI X3.21).
WIDTH, HEIGHT, HOLE_WIDTH, HOLE_HEIGHT = 7375, 3250, 55, 125
COLUMN_X = [251 + 87 * i for i in range(80)]
ROW_Y = [250 + 250 * i for i in range(12)]       # rows 12, 11, 0, 1, ..., 9
PITCH, CUT_ACROSS, CUT_DOWN = 87, 250, 433
DIGIT_SIZE, NUMBER_SIZE, TOP_SIZE, TOP_Y = 80, 45, 90, 75
THUMBS = {"left": (0, 1500, 1250, 1200), "right": (WIDTH, 1700, 1250, 1200),
          "bottom": (2600, HEIGHT, 1000, 1500)}  # ellipses: centre, half axes; a tenth of the card

SUPER = 2                                        # a scene has so many pixels a picture's pixel
FINE = 2                                         # and a card, while it is drawn, a scene's pixel
PAD = 4                                          # clear pixels around a card, for a smooth edge
TABLES = {"white": (247, 247, 246), "grey": (150, 151, 152), "dark": (38, 36, 40),
          "brown": (110, 73, 44), "green": (42, 92, 62)}
DARK_TABLES = ("dark", "brown", "green")
CREAM, OUTLINE, DARK_HOLE = (244, 233, 205), (184, 166, 124), (43, 43, 43)
MANILA, INK = (226, 203, 156), (140, 124, 96)
BACKLIT, LIGHT, UNLIT = (132, 124, 112), (252, 251, 245), (24, 24, 27)
SKIN = (206, 152, 124)

SPECIAL = {".": (12, 8, 3), "(": (12, 8, 5), "$": (11, 8, 3), "*": (11, 8, 4), ")": (11, 8, 5),
           "-": (11,), ",": (0, 8, 3), "'": (8, 5)}
STATEMENTS = ("      X(I) = A(I) * B(I) + 0.5", "   20 WRITE (6, 100) X, Y, Z",
              "      IF (N - 1) 10, 20, 30", "      DO 40 J = 1, 80")
SHORT_TEXTS = ("PUNCHED CARD", "HELLO, WORLD", "JOB NUMBER 7")
WORDS = "a card the of holes column row deck punch hopper reader jam sort keep dry fold".split()
NAME_LETTERS = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


class Look(NamedTuple):
    """How cards and table look; holes None: the table shows through them."""
    table: tuple
    card: tuple
    outline: tuple = None
    holes: tuple = None
    digits: bool = False
    cut: str = "left"


class Shot(NamedTuple):
    """How a picture is taken; pairs are ranges. tilt: of each card, at most, in degrees."""
    pixels: tuple = (8, 14)                      # a column
    angle: tuple = (-1, 1)
    tilt: float = 0.5
    perspective: float = 0                       # how much shorter the far side is
    mirrored: bool = False
    turned: bool = False                         # each card in one of its four positions
    columns: int = 0                             # of cards; 0: one or two
    size: tuple = None
    thumb: bool = False
    blur: float = 0
    shade: float = 1                             # the brightness on the darkest side
    noise: float = 0
    quality: int = 0                             # of a JPEG; 0: PNG


PHONE = Shot((10, 14), (0, 359), 2, 0.08, shade=0.7, noise=8, quality=80)
MIXED = ("printed", "real", "backlit")           # a style for each trial
CONDITIONS = {
    "printed": (("white", "grey", "dark", "brown", "green"), Shot()),
    "real": (("real",) * 3, Shot()),
    "backlit, bright around": (("bright",) * 2, Shot()),
    "backlit, dark around": (("unlit",) * 2, Shot()),
    "one card a picture": (MIXED, Shot(angle=(-3, 3))),
    "rotation": (MIXED, Shot(angle=(0, 359), tilt=3)),
    "upside down": (MIXED, Shot(angle=(178, 182))),
    "from the back": (MIXED, Shot(mirrored=True)),
    "each card turned": (MIXED, Shot(turned=True)),
    "perspective 5 %": (MIXED, Shot((9, 14), perspective=0.05)),
    "perspective 10 %": (MIXED, Shot((9, 14), perspective=0.10)),
    "perspective 15 %": (MIXED, Shot((9, 14), perspective=0.15)),
    "JPEG quality 50": (MIXED, Shot(quality=50)),
    "noise 20": (MIXED, Shot(noise=20)),
    "shade 0.4": (MIXED, Shot(shade=0.4)),
    "blur 1.5 at 8 pixels": (MIXED, Shot((8, 8), blur=1.5)),
    "phone": (MIXED, PHONE),
    "phone from the back": (MIXED, PHONE._replace(mirrored=True)),
    "phone, shade and blur": (MIXED, PHONE._replace(shade=0.5, blur=1)),
}
THUMB_SHOT = Shot((10, 13), (-8, 8), 2, 0.05, columns=1, noise=5, quality=85)
LARGE_SHOT = Shot(angle=(-3, 3), tilt=1, perspective=0.05, columns=2, size=(4000, 3000), noise=6,
                  quality=90)
FOREIGN_SHOT = Shot((10, 14), (-6, 6), perspective=0.03, noise=4, quality=90)
# The project's drawing, 7.4 x 41.8 inches, as people make pictures of it.
DRAWING = {
    f"drawing {dpi} dpi": [f"rsvg-convert {{svg}} -o {{out}}.png -b white -d {dpi} -p {dpi}"]
    for dpi in (100, 150, 300)}
DRAWING["drawing 100 dpi, transparent"] = ["rsvg-convert {svg} -o {out}.png -d 100 -p 100"]
DRAWING["drawing by way of PDF"] = [
    "rsvg-convert {svg} -o {folder}/cards.pdf -f pdf",
    "pdftoppm -r 150 -gray -png -singlefile {folder}/cards.pdf {out}"]
DRAWING["drawing in Chromium"] = [
    "chromium --headless --no-sandbox --hide-scrollbars --disable-gpu --user-data-dir={folder} "
    "--force-device-scale-factor=1 --window-size=768,4232 --screenshot={out}.png file://{svg}"]


# ---- A card ---------------------------------------------------------------------------------
def draw_text(draw, scale, size, x, y, text):
    """Print a character, its middle at x, y."""
    font = ImageFont.load_default(size * scale)
    draw.text((x * scale + PAD * FINE, y * scale + PAD * FINE), text, (*INK, 255), font, "mm")


@functools.lru_cache(maxsize=2)
def blank_card(look, scale):
    """A card without holes, clear outside of its outline."""
    size = [math.ceil(side * scale / FINE) * FINE + 2 * PAD * FINE for side in (WIDTH, HEIGHT)]
    image = Image.new("RGBA", size, (*look.card, 0))
    draw = ImageDraw.Draw(image)
    corners = [(CUT_ACROSS, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT), (0, CUT_DOWN)]
    if look.cut == "right":
        corners = [(WIDTH - x, y) for x, y in corners]
    points = [(x * scale + PAD * FINE, y * scale + PAD * FINE) for x, y in corners]
    draw.polygon(points, (*look.card, 255))
    if look.outline:
        draw.line(points + points[:2], (*look.outline, 255), round(8 * scale), "curve")
    for i, x in enumerate(COLUMN_X if look.digits else ()):
        for digit in range(10):
            draw_text(draw, scale, DIGIT_SIZE, x, ROW_Y[2 + digit], str(digit))
        for y in (ROW_Y[2], ROW_Y[11]):          # the column's number, in two lines
            draw_text(draw, scale, NUMBER_SIZE, x, y + 92, str((i + 1) // 10 or " "))
            draw_text(draw, scale, NUMBER_SIZE, x, y + 132, str((i + 1) % 10))
    return image


def draw_card(card, look, text, scale):
    """A card as an image, `scale` pixels of the scene a thousandth of an inch."""
    scale *= FINE
    image = blank_card(look, scale).copy()
    draw = ImageDraw.Draw(image)
    fill = (*look.holes, 255) if look.holes else (*look.card, 0)
    for i, x in enumerate(COLUMN_X):
        if text[i:i + 1].strip() and look.digits:
            draw_text(draw, scale, TOP_SIZE, x, TOP_Y, text[i])
        for j, y in enumerate(ROW_Y):
            if card[i] >> 11 - j & 1:
                left, top = (x - HOLE_WIDTH / 2) * scale, (y - HOLE_HEIGHT / 2) * scale
                right, bottom = left + HOLE_WIDTH * scale, top + HOLE_HEIGHT * scale
                box = [round(edge + PAD * FINE) for edge in (left, top, right, bottom)]
                draw.rectangle(box[:2] + [box[2] - 1, box[3] - 1], fill)
    return image.reduce(FINE)


# ---- A scene --------------------------------------------------------------------------------
def shift(x, y):
    """The matrix that moves by x, y."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], float)


def turn(degrees, mirrored=False):
    """The matrix that turns about the origin, after it has swapped left and right if asked."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ np.diag([-1 if mirrored else 1, 1, 1])


def project(matrix, points):
    """Points through a homography."""
    x, y, w = matrix @ np.array([(x, y, 1) for x, y in points]).T
    return np.stack([x / w, y / w], 1)


def lay_out(rng, count, shot):
    """Where the cards lie: for each the matrix from the card to the table."""
    columns = shot.columns or (int(rng.integers(1, 3)) if count > 3 else 1)
    gap = 200 + WIDTH * math.sin(math.radians(shot.tilt))    # neighbours may tilt to each other
    places = []
    for i in range(count):
        x = i % columns * (WIDTH + gap) + rng.uniform(-80, 80)
        y = i // columns * (HEIGHT + gap) + rng.uniform(-80, 80)
        degrees = rng.uniform(-shot.tilt, shot.tilt) + 180 * (shot.turned and rng.integers(2))
        mirrored = bool(shot.turned and rng.integers(2))
        places.append(shift(x, y) @ turn(degrees, mirrored) @ shift(-WIDTH / 2, -HEIGHT / 2))
    return places


def take_view(rng, places, shot):
    """The matrix from the table to the scene, the scene's size, its pixels a mil in the middle."""
    corners = [(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)]
    points = np.concatenate([project(place, corners) for place in places])
    middle = (points.min(0) + points.max(0)) / 2
    matrix = turn(rng.uniform(*shot.angle), shot.mirrored) @ shift(*-middle)
    points = project(matrix, points)
    away = turn(rng.uniform(0, 360))[:2, 0]
    lens = np.eye(3)
    lens[2, :2] = away * shot.perspective / np.ptp(points @ away)
    points = project(lens, points)
    low, high = points.min(0), points.max(0)
    if shot.size:
        size = np.array(shot.size) * SUPER
        scale = float(min(0.94 * size / (high - low)))
        origin = (size - scale * (low + high)) / 2
    else:
        scale = SUPER * rng.uniform(*shot.pixels) / PITCH
        before, after = rng.uniform(0.02, 0.08, (2, 2)) * scale * max(high - low)
        size, origin = scale * (high - low) + before + after, before - scale * low
    size = [math.ceil(side / SUPER) * SUPER for side in size]
    return shift(*origin) @ np.diag([scale, scale, 1]) @ lens @ matrix, size, scale


def put_card(scene, image, matrix, scale):
    """Put a card's image into the scene; matrix: from the card to the scene."""
    matrix = matrix @ np.diag([1 / scale, 1 / scale, 1]) @ shift(-PAD, -PAD)
    width, height = image.size
    points = project(matrix, [(0, 0), (width, 0), (width, height), (0, height)])
    corner = np.maximum(np.floor(points.min(0)), 0)
    size = np.ceil(points.max(0)) - corner
    inverse = np.linalg.inv(shift(*-corner) @ matrix)
    warped = image.transform([int(side) for side in size], Image.Transform.PERSPECTIVE,
                             (inverse / inverse[2, 2]).ravel()[:8], Image.Resampling.BICUBIC)
    scene.paste(warped, [int(side) for side in corner], warped)


def put_thumb(rng, scene, view, places):
    """Cover a tenth of one card, from an edge at which no other card lies."""
    side = list(THUMBS)[rng.integers(len(THUMBS))]
    place = places[-1] if side == "bottom" else places[rng.integers(len(places))]
    x, y, across, down = THUMBS[side]
    angles = np.linspace(0, 2 * math.pi, 90)
    ellipse = [(x + across * math.cos(angle), y + down * math.sin(angle)) for angle in angles]
    points = [tuple(point) for point in project(view @ place, ellipse)]
    ImageDraw.Draw(scene).polygon(points, SKIN)


def expose(rng, image, shot):
    """What camera and light do to a picture: blur, shade, noise."""
    if shot.blur:
        image = image.filter(ImageFilter.GaussianBlur(shot.blur))
    pixels = np.asarray(image, np.float32)
    if shot.shade < 1:
        height, width = pixels.shape[:2]
        x, y = turn(rng.uniform(0, 360))[:2, 0]
        light = np.add.outer(y * np.arange(height), x * np.arange(width))
        light = (light - light.min()) / np.ptp(light)
        pixels = pixels * (1 - (1 - shot.shade) * light)[:, :, None]
    if shot.noise:
        pixels = pixels + rng.normal(0, shot.noise, pixels.shape)
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def photograph(rng, some_cards, look, shot, texts=None):
    """A picture of these cards."""
    places = lay_out(rng, len(some_cards), shot)
    view, size, scale = take_view(rng, places, shot)
    scene = Image.new("RGB", size, look.table)
    for i, (card, place) in enumerate(zip(some_cards, places)):
        image = draw_card(card, look, texts[i] if texts else "", scale)
        put_card(scene, image, view @ place, scale)
    if shot.thumb:
        put_thumb(rng, scene, view, places)
    return expose(rng, scene.reduce(SUPER), shot)


# ---- What is pictured -----------------------------------------------------------------------
def choose_look(rng, style, shot):
    """The look of a style of CONDITIONS; the back of a real card is not printed on."""
    digits = bool(rng.integers(2))
    table = TABLES[DARK_TABLES[rng.integers(len(DARK_TABLES))]]
    if style in ("backlit", "bright", "unlit"):
        bright = style == "bright" or style == "backlit" and rng.integers(2)
        return Look(LIGHT if bright else UNLIT, BACKLIT, holes=LIGHT)
    if style == "real":
        return Look(table, MANILA, digits=digits and not (shot.mirrored or shot.turned))
    table = TABLES.get(style) or list(TABLES.values())[rng.integers(len(TABLES))]
    return Look(table, CREAM, OUTLINE, DARK_HOLE, digits)


def make_deck(rng, layout):
    """(cards in any order, payload) of a new deck."""
    length = int(150 * 6 ** rng.random())
    payload = rng.bytes(length)
    if rng.integers(2):
        payload = " ".join(rng.choice(WORDS, length)).encode()[:length]
    name = "".join(rng.choice(NAME_LETTERS, 4))
    made = deck.build(payload, name, layout)
    return [made[i] for i in rng.permutation(len(made))], payload


def project_deck():
    """The cards of the project's own deck, in order."""
    rows = json.loads(read("punchcard", "punchcard_encoding.json"))
    return [[cards.punches(*column) for column in card] for card in rows]


class Album:
    """The folder of pictures, and what is to become photos.json."""

    def __init__(self, folder, seed, part=0, parts=1):
        self.folder, self.seed, self.entries = folder, seed, []
        self.part, self.parts, self.count = part, parts, -1
        os.makedirs(folder, exist_ok=True)

    def wants(self):
        """Is the next entry to be made: every `parts`-th is, from `part` on?"""
        self.count += 1
        return self.count % self.parts == self.part

    def random(self, title):
        """The numbers of one entry: they do not depend on the entries before it."""
        return np.random.default_rng([self.seed, zlib.crc32(title.encode())])

    def add(self, condition, files, **truth):
        """Note which files are what; the list is written each time, to be read while we work."""
        self.entries.append({"condition": condition, "files": files, **truth})
        with open(os.path.join(self.folder, "photos.json"), "w", encoding="utf-8") as file:
            json.dump(self.entries, file, indent=1)

    def save(self, title, images, quality):
        """Write the images of one entry -> their names."""
        stem = re.sub(r"[^\w.]+", "_", title)
        kind, options = ("jpg", {"quality": quality}) if quality else ("png", {})
        names = []
        for i, image in enumerate(images, 1):
            names.append(f"{stem}_{i}.{kind}")
            image.save(os.path.join(self.folder, names[-1]), **options)
        return names


def encode(payload):
    """A payload as photos.json has it."""
    return base64.b64encode(payload).decode()


def split(some_cards, pictures):
    """The cards, shared out evenly to so many pictures."""
    return [[some_cards[i] for i in part]
            for part in np.array_split(np.arange(len(some_cards)), pictures)]


def add_decks(album):
    """A new deck for each condition and trial, three to six cards a picture, or one."""
    for condition, (styles, shot) in CONDITIONS.items():
        for trial, style in enumerate(styles):
            if not album.wants():
                continue
            rng = album.random(f"{condition} {trial}")
            layout = ("binary", "text")[rng.integers(2)]
            some_cards, payload = make_deck(rng, layout)
            look, images = choose_look(rng, style, shot), []
            most = 1 if condition == "one card a picture" else 6
            for part in split(some_cards, -(-len(some_cards) // most)):
                texts = [cards.interpret(card, " ") for card in part] if layout == "text" else None
                images.append(photograph(rng, part, look, shot, texts))
            files = album.save(f"{condition} {trial}", images, shot.quality)
            album.add(condition, files, payload=encode(payload))


def add_own_deck(album):
    """The project's deck: three photos, a thumb in one of them; one photo of twelve megapixels."""
    payload = encode(read("attogpt.py"))
    for trial in range(3):
        if not album.wants():
            continue
        title = f"thumb {trial}"
        rng = album.random(title)
        some_cards, look = project_deck(), choose_look(rng, "real", THUMB_SHOT)
        parts = split([some_cards[i] for i in rng.permutation(len(some_cards))], 3)
        thumb = rng.integers(3)
        images = [photograph(rng, part, look, THUMB_SHOT._replace(thumb=bool(i == thumb)))
                  for i, part in enumerate(parts)]
        album.add("thumb", album.save(title, images, THUMB_SHOT.quality), payload=payload)
    if not album.wants():
        return
    rng = album.random("12 megapixels")
    images = [photograph(rng, project_deck(), choose_look(rng, "real", LARGE_SHOT), LARGE_SHOT)]
    album.add("12 megapixels", album.save("12 megapixels", images, 90), payload=payload)


def add_foreign_cards(album):
    """Two cards that no deck of ours has, one cut on the left, one on the right."""
    code = {**cards.CODE, **{sign: cards.punches(*rows) for sign, rows in SPECIAL.items()}}
    cuts = ["left", "right"]
    album.random("cuts").shuffle(cuts)
    for trial, (choices, cut) in enumerate(zip((STATEMENTS, SHORT_TEXTS), cuts)):
        if not album.wants():
            continue
        title = f"foreign {trial}"
        rng = album.random(title)
        text = choices[rng.integers(len(choices))]
        card = [code[character] for character in text.ljust(cards.COLUMNS)]
        look = Look(TABLES["dark"], MANILA, digits=True, cut=cut)
        images = [photograph(rng, [card], look, FOREIGN_SHOT, [text])]
        album.add("foreign", album.save(title, images, FOREIGN_SHOT.quality), text=text)


def add_drawing(album):
    """The project's drawing through the programs that people have; those not there are skipped."""
    svg, payload = path("punchcard", "cards.svg"), encode(read("attogpt.py"))
    with tempfile.TemporaryDirectory() as folder:
        for condition, commands in DRAWING.items():
            if not album.wants():
                continue
            programs = [command.split()[0] for command in commands]
            if not all(map(shutil.which, programs)):
                print(f"{condition}: skipped, needs {' and '.join(programs)}")
                continue
            stem = re.sub(r"\W+", "_", condition)
            out = os.path.join(os.path.abspath(album.folder), stem)
            for command in commands:
                words = [word.format(svg=svg, out=out, folder=folder) for word in command.split()]
                subprocess.run(words, check=True, capture_output=True, timeout=300)
            album.add(condition, [f"{stem}.png"], payload=payload)


def make_set(folder, seed, part=0, parts=1):
    """Write the pictures, or those of every `parts`-th entry, and photos.json; return its list."""
    album = Album(folder, seed, part, parts)
    for add in (add_drawing, add_foreign_cards, add_own_deck, add_decks):
        add(album)
    return album.entries


def main():
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"),
                        help="every N-th entry only, from number K on")
    arguments = parser.parse_args()
    entries = make_set(arguments.folder, arguments.seed, *arguments.part)
    files = sum(len(entry["files"]) for entry in entries)
    print(f"{len(entries)} entries, {files} pictures in {arguments.folder}")


if __name__ == "__main__":
    main()
