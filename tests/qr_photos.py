"""Make a set of test pictures for QR decoders: CONDITIONS x four symbols, from a seed.

    qr_photos.py FOLDER [--seed N] [--part K N] [--judges]

FOLDER/photos.json lists every picture's file, condition, symbol and payloads (base64). With
--judges, zbar and ZXing read all of them, and a table says how many. Needs numpy and Pillow;
the judges also zbarimg and zxing-cpp. Picture and decoder share nothing but the encoder.
"""
import argparse
import base64
import json
import math
import os
import re
import subprocess
import sys
import zlib

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
import qr

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

QUIET = 4           # modules of quiet zone
GRAIN = 8           # pixels a module of the sheet, which a picture is taken of
SAMPLES = 4         # samples a pixel, in each direction: what makes the warps antialiased
MIN_SIDE = 500      # pixels of a picture's side, unless its scale is set
WORDS = "amber birch cedar delta ember fjord grove heron inlet jetty kiosk ledge maple".split()
SCALES = {"pico": (4.2, 6.4), "short": (5, 8), "text": (4.5, 7.5), "bytes": (4.2, 7)}

# What each condition asks for. A tuple has one value for each symbol. Lengths are in modules,
# angles in degrees, the rest in parts of one or grey levels.
CONDITIONS = {
    **{f"clean at {pixels} pixels": {"scale": pixels} for pixels in (2, 3)},
    **{f"rotated {turn}": {"turn": turn} for turn in (1, 2, 5, 10, 20, 30, 45)},
    "quarter turns": {"turn": (90, 180, 270, 90)},
    "mirrored": {"mirror": True},
    "mirrored, rotated": {"mirror": True, "turn": (12, 25, 33, 160)},
    **{f"perspective {part} %": {"tilt": part / 100} for part in (5, 10, 15)},
    "perspective 20 or 25 %": {"tilt": (0.25, 0.2, 0.25, 0.2)},
    **{f"blur {sigma}": {"blur": sigma} for sigma in (0.2, 0.35)},
    "blur 0.45 or 0.5": {"blur": (0.45, 0.5, 0.5, 0.45)},
    "motion blur": {"motion": 1.0},
    **{f"noise {sigma}": {"noise": sigma} for sigma in (20, 40)},
    "noise 60 or 80": {"noise": (60, 80, 60, 80)},
    "salt and pepper 2 %": {"salt": 0.02},
    "salt and pepper 5 or 10 %": {"salt": (0.1, 0.05, 0.05, 0.1)},
    "shade to 0.5": {"shade": 0.5, "noise": 4},
    "shade to 0.3": {"shade": 0.3, "noise": 4},
    "dim": {"range": [0, 80], "noise": 4},
    "washed out": {"range": [170, 230], "noise": 4},
    "inverted, some rotated": {"invert": True, "turn": (0, 40, 0, 8)},
    "black pixel in quiet zone": {"dot": True},
    "specks": {"specks": 900, "clear": 1},
    "frame": {"frame": 1.5, "around": 4},
    "dark table": {"table": 60, "clear": 6, "around": 10},
    "clutter": {"clutter": 90, "around": 14},
    "two symbols": {"second": True},
    "JPEG 10": {"jpeg": 10},
    "JPEG 30": {"jpeg": 30},
    "hard shadow": {"shadow": 0.4, "noise": 4},
    "shadow of blinds": {"blinds": 0.55, "noise": 4},
    "gamma": {"blur": 0.3, "gamma": (2.5, 0.4, 0.4, 2.5)},
    "stain of 3 %": {"stain": 0.03},
    "barrel": {"barrel": (0.02, 0.08, 0.05, 0.03)},
    "fold": {"fold": (0.05, 0.12, 0.08, 0.06)},
    "stretched 15 %": {"stretch": 1.15},
    "resampled by 0.7": {"resample": 0.7},
    "phone": {"tilt": 0.1, "turn": 7, "blur": 0.25, "noise": 8, "shade": 0.6, "table": 70,
              "clear": 6, "around": 8, "tint": True, "jpeg": 80},
    "phone, large": {"tilt": 0.1, "turn": 7, "blur": 0.3, "noise": 8, "shade": 0.5, "table": 50,
                     "clear": 8, "around": 14, "tint": True, "jpeg": 80, "enlarge": 1.5},
    "phone, shadow": {"tilt": 0.1, "turn": 187, "blur": 0.3, "noise": 8, "shade": 0.7,
                      "shadow": 0.6, "clutter": 60, "around": 10, "tint": True, "jpeg": 60},
}


# ---- The symbols ----------------------------------------------------------------------------
def short_text(rng):
    """A text like a URL, for version 2 or 3."""
    code = rng.integers(10 ** 4, 10 ** rng.integers(5, 10))
    return f"http://{rng.choice(WORDS)}.example/{code}".encode()


def make_payloads(rng):
    """The four symbols' names, payloads and levels."""
    text = ""
    while len(text) < rng.integers(90, 130):
        text += f"{rng.choice(WORDS)} "
    with open(os.path.join(ROOT, "picogpt.py"), "rb") as file:
        pico = file.read()
    return {"pico": (pico, None), "short": (short_text(rng), "M"), "text": (text.encode(), "Q"),
            "bytes": (rng.bytes(rng.integers(340, 555)), "M")}


def encode(payload, level):
    """A payload's matrix: True is dark."""
    return np.array(qr.encode(payload, level=level).matrix, dtype=bool)


def side_by_side(matrix, other):
    """Two symbols in one matrix, two quiet zones apart."""
    height = max(len(matrix), len(other))
    parts = [np.pad(each, ((0, height - len(each)), (0, 0))) for each in (matrix, other)]
    return np.hstack([parts[0], np.zeros((height, 2 * QUIET), bool), parts[1]])


# ---- The sheet: what lies in front of the camera --------------------------------------------
def grown(box, more):
    """A box with so much more on every side."""
    return [box[0] - more, box[1] - more, box[2] + more, box[3] + more]


def paint_table(draw, box, grey, rng):
    """A dark table top with a grain of long thin stripes."""
    draw.rectangle(box, fill=grey)
    for y in range(0, box[3], 4):
        draw.line([0, y, box[2], y + rng.integers(-60, 60)], width=int(rng.integers(1, 6)),
                  fill=int(grey + rng.integers(-25, 25)))


def paint_specks(draw, box, count, rng):
    """Small dark dots all over."""
    for x, y, size in rng.uniform((0, 0, 0.3), (box[2], box[3], 1.4), (count, 3)):
        draw.ellipse([x, y, x + size * GRAIN, y + size * GRAIN], fill=int(rng.integers(0, 90)))


def paint_clutter(draw, box, count, rng):
    """Lines of text, stripes, rectangles, and squares that look like finder patterns."""
    for index, (x, y) in enumerate(rng.uniform((0, 0), box[2:], (count, 2))):
        size = rng.uniform(2, 5) * GRAIN
        if index % 4 == 0:      # text: stems and bowls
            for left in np.arange(x, x + 8 * size, 9):
                draw.line([left, y, left, y + 14], fill=0, width=3)
                draw.arc([left, y + rng.integers(0, 8), left + 8, y + 14], -90, 90, fill=0, width=2)
        elif index % 4 == 1:    # stripes, as of a bar code
            for left in x + np.cumsum(rng.integers(4, 24, size=14)):
                draw.line([left, y, left, y + 3 * size], fill=20, width=int(rng.integers(2, 9)))
        elif index % 4 == 2:
            draw.rectangle([x, y, x + rng.uniform(1, 6) * size, y + size], outline=0,
                           width=int(rng.integers(2, 12)), fill=int(rng.integers(60, 255)))
        else:                   # rings of 7, 5 and 3 units, as a finder pattern has
            for inset, fill in ((0, 0), (size / 7, 255), (size * 2 / 7, 0)):
                draw.rectangle(grown([x, y, x + size, y + size], -inset), fill=fill)


def paint_frame(draw, box, width, rng):
    """A line around the quiet zone."""
    draw.rectangle(grown(box, (QUIET + width) * GRAIN), outline=0, width=int(width * GRAIN))


def paint_stain(draw, box, part, rng):
    """An oval stain that covers a part of the symbol, near its middle, clear of the finders."""
    side = box[2] - box[0]
    x, y = box[:2] + side * rng.uniform(0.38, 0.62, 2)
    oblong = rng.uniform(0.7, 1.4)
    wide, high = (side * math.sqrt(part / math.pi) * each for each in (oblong, 1 / oblong))
    draw.ellipse([x - wide, y - high, x + wide, y + high], fill=int(rng.choice([0, 100, 255])))


def draw_sheet(matrix, options, rng):
    """The sheet with the symbol in its middle: reflectance, 0 to 1, GRAIN pixels a module."""
    height, width = matrix.shape
    margin = (30 + width // 3) * GRAIN
    box = [margin, margin, margin + width * GRAIN, margin + height * GRAIN]
    whole = [0, 0, box[2] + margin, box[3] + margin]
    sheet = Image.new("L", whole[2:], 255)
    draw = ImageDraw.Draw(sheet)
    for name, paint in (("table", paint_table), ("specks", paint_specks),
                        ("clutter", paint_clutter)):
        if name in options:
            paint(draw, whole, options[name], rng)
    draw.rectangle(grown(box, options.get("clear", QUIET) * GRAIN), fill=255)
    ink = np.kron(~matrix, np.ones((GRAIN, GRAIN), bool))
    sheet.paste(Image.fromarray(ink.astype(np.uint8) * 255), box[:2])
    for name, paint in (("frame", paint_frame), ("stain", paint_stain)):
        if name in options:
            paint(draw, box, options[name], rng)
    reflectance = np.asarray(sheet, dtype=np.float32) / 255
    return 1 - reflectance if options.get("invert") else reflectance


# ---- The camera: where it stands and what it makes of the light -----------------------------
def homography(options, half, rng):
    """The 3x3 matrix from modules off the symbol's middle to pixels off it."""
    turn = math.radians(options.get("turn", 0) * rng.choice([-1, 1]))
    part = options.get("tilt", 0)
    toward = math.radians(90 * rng.integers(0, 4) + rng.uniform(-15, 15))
    slope = part / (2 - part) / half  # sides at -half and half are then as 1 to 1 - part
    spin = np.array([[math.cos(turn), -math.sin(turn), 0],
                     [math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    tilt = np.array([[1, 0, 0], [0, 1, 0],
                     [slope * math.cos(toward), slope * math.sin(toward), 1]])
    wide, high = rng.permutation([1, options.get("stretch", 1)])
    shape = np.diag([-wide if options.get("mirror") else wide, high, 1])
    return np.diag([options["scale"], options["scale"], 1]) @ spin @ tilt @ shape


def frame_picture(camera, extent, options, rng):
    """The picture's size and where the symbol's middle lies, in pixels."""
    corners = np.array([[x, y, 1] for x in (-extent[0], extent[0])
                        for y in (-extent[1], extent[1])]).T
    x, y, w = camera @ corners
    low, high = [np.array([best(x / w), best(y / w)]) for best in (np.min, np.max)]
    least = 0 if options["scale"] <= 3 else MIN_SIDE
    size = np.maximum(np.ceil(high - low).astype(int), least)
    return size, np.round(-low + rng.uniform(0, 1, 2) * (size - (high - low)))


def look_up(sheet, camera, x, y, options):
    """The sheet's reflectance where the camera sees it at pixels x, y off the middle."""
    bulge = 1 + options.get("barrel", 0) * (x * x + y * y) / options["reach"] ** 2
    u, v, w = np.tensordot(np.linalg.inv(camera), np.array([x * bulge, y * bulge, x * 0 + 1]), 1)
    u, v = u / w, v / w
    fold = options.get("fold", 0)  # right of the middle, the paper turns away
    beyond = np.maximum(u, 0)
    v = v * (1 + fold * beyond * options["scale"] / options["reach"])
    u = u + fold * beyond
    column = ((u * GRAIN) + sheet.shape[1] / 2).astype(int).clip(0, sheet.shape[1] - 1)
    row = ((v * GRAIN) + sheet.shape[0] / 2).astype(int).clip(0, sheet.shape[0] - 1)
    return sheet[row, column]


def take(sheet, camera, size, middle, options, rng):
    """The picture of the sheet: the mean of many samples a pixel, along the motion if any."""
    y, x = np.mgrid[0:size[1], 0:size[0]].astype(np.float32)
    angle, length = rng.uniform(0, 2 * math.pi), options.get("motion", 0) * options["scale"]
    steps = np.linspace(-0.5, 0.5, 7) * length if length else [0]
    samples = SAMPLES if not length else 2
    inside = (np.arange(samples) + 0.5) / samples
    total = np.zeros(x.shape, np.float32)
    for step in steps:
        for down in inside - middle[1] + step * math.sin(angle):
            for right in inside - middle[0] + step * math.cos(angle):
                total += look_up(sheet, camera, x + np.float32(right), y + np.float32(down),
                                 options)
    return total / (len(steps) * samples ** 2)


def blur(picture, sigma):
    """The picture through a Gaussian of so many pixels."""
    reach = math.ceil(3 * sigma)
    weights = np.exp(-(np.arange(-reach, reach + 1) / sigma) ** 2 / 2)
    for _ in range(2):
        padded = np.pad(picture, ((reach, reach), (0, 0)), mode="edge")
        picture = sum(weight * padded[start:start + len(picture)] for start, weight
                      in enumerate(weights / weights.sum())).T
    return picture


def lighting(shape, middle, options, rng):
    """The light at every pixel: a gradient, straight or round, and shadows with hard edges."""
    y, x = np.mgrid[0:shape[0], 0:shape[1]]
    angle = rng.uniform(0, 2 * math.pi)
    across = (x - middle[0]) * math.cos(angle) + (y - middle[1]) * math.sin(angle)
    light = np.ones(shape)
    if "shade" in options:
        far = across
        if rng.integers(0, 2):
            far = np.hypot(x - rng.uniform(0, shape[1]), y - rng.uniform(0, shape[0]))
        light -= (1 - options["shade"]) * (far - far.min()) / np.ptp(far)
    if "shadow" in options:
        edge = rng.uniform(-0.3, 0.3) * options["reach"]
        light[across > edge] *= options["shadow"]
    if "blinds" in options:
        pitch = rng.uniform(0.3, 0.6) * options["reach"]
        light[across % pitch > pitch / 2] *= options["blinds"]
    return light


def expose(picture, middle, options, rng):
    """Reflectance -> what the sensor gives, as uint8."""
    low, high = options.get("range", [rng.uniform(0, 40), rng.uniform(225, 255)])
    light = lighting(picture.shape, middle, options, rng)
    picture = 255 * ((low + (high - low) * picture) * light / 255) ** options.get("gamma", 1)
    if options.get("tint"):
        picture = picture[..., None] * [1, rng.uniform(0.9, 1), rng.uniform(0.75, 1)]
    if "noise" in options:
        picture = picture + rng.normal(0, options["noise"], picture.shape)
    if "salt" in options:
        hit = rng.uniform(size=picture.shape) < options["salt"]
        picture = np.where(hit, 255 * rng.integers(0, 2, picture.shape), picture)
    return np.rint(picture.clip(0, 255)).astype(np.uint8)


def photograph(matrix, options, rng):
    """The picture of a symbol under the options, as a Pillow image."""
    height, width = matrix.shape
    camera = homography(options, max(width, height) / 2, rng)
    around = QUIET + options.get("around", 1)
    size, middle = frame_picture(camera, (width / 2 + around, height / 2 + around), options, rng)
    middle += np.array([width, height]) * options["scale"] / 2 % 1  # modules start at a pixel
    options["reach"] = max(width, height) / 2 * options["scale"]
    picture = take(draw_sheet(matrix, options, rng), camera, size, middle, options, rng)
    if options.get("dot"):  # the symbol is upright: above it, the quiet zone
        column = middle[0] + rng.uniform(-0.9, 0.9) * options["reach"]
        picture[int(middle[1] - options["reach"] - 2.5 * options["scale"]), int(column)] = 0
    if "blur" in options:
        picture = blur(picture, options["blur"] * options["scale"])
    image = Image.fromarray(expose(picture, middle, options, rng))
    if "resample" in options:
        image = image.resize([int(side * options["resample"]) for side in image.size],
                             rng.choice([Image.Resampling.NEAREST, Image.Resampling.BILINEAR]))
    return image


# ---- The set --------------------------------------------------------------------------------
def make_set(folder, seed, part=0, parts=1):
    """Write the pictures, or every `parts`-th from `part` on, and photos.json; return its list."""
    os.makedirs(folder, exist_ok=True)
    symbols = make_payloads(np.random.default_rng(seed))
    matrices = {name: encode(*symbol) for name, symbol in symbols.items()}
    photos = []
    for number, (condition, wanted) in enumerate(CONDITIONS.items()):
        for index, (name, (payload, _)) in enumerate(symbols.items()):
            if (number + index) % parts != part:
                continue
            # Its own stream for every picture: a condition more does not change the others.
            rng = np.random.default_rng([seed, zlib.crc32(condition.encode()), index])
            options = {key: value[index] if isinstance(value, tuple) else value
                       for key, value in wanted.items()}
            options.setdefault("scale", rng.uniform(*SCALES[name]) * options.get("enlarge", 1))
            matrix, payloads = matrices[name], [payload]
            if options.get("second"):
                payloads.append(short_text(rng))
                matrix = side_by_side(matrix, encode(payloads[1], "M"))
            plain = re.sub("[^a-z0-9.]+", "_", condition.lower()).strip("_")
            file = f"{plain}-{name}.{'jpg' if 'jpeg' in options else 'png'}"
            photograph(matrix, options, rng).save(
                os.path.join(folder, file),
                **({"quality": options["jpeg"]} if "jpeg" in options else {}))
            photos.append({"file": file, "condition": condition, "symbol": name, "payloads":
                           [base64.b64encode(each).decode() for each in payloads]})
    with open(os.path.join(folder, "photos.json"), "w", encoding="ascii") as file:
        json.dump(photos, file, indent=1)
    return photos


# ---- The judges -----------------------------------------------------------------------------
def zbar_reads(file):
    """What zbar reads in a file: bytes, of all symbols one after the other."""
    return subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", "-Sdisable", "-Sqrcode.enable",
                           file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def zxing_reads(file):
    """What ZXing reads in a file, likewise."""
    import zxingcpp
    with Image.open(file) as image:
        codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return b"".join(code.bytes for code in codes)


def judge(folder, photos):
    """Print how many pictures of each condition the judges read; of two symbols one will do."""
    counts = {condition: np.zeros(4, int) for condition in CONDITIONS}
    missed = []
    for photo in photos:
        payloads = [base64.b64decode(each) for each in photo["payloads"]]
        file = os.path.join(folder, photo["file"])
        read = [any(payload in output for payload in payloads)
                for output in (zbar_reads(file), zxing_reads(file))]
        counts[photo["condition"]] += [1, *read, any(read)]
        missed += [] if any(read) else [photo["file"]]
    print(f"{'condition':28}{'pictures':>9}{'zbar':>6}{'ZXing':>7}{'either':>8}")
    for condition, (pictures, zbar, zxing, either) in [*counts.items(),
                                                       ("total", sum(counts.values()))]:
        print(f"{condition:28}{pictures:9}{zbar:6}{zxing:7}{either:8}")
    print("read by neither: " + (", ".join(missed) or "none"))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=int, nargs=2, default=(0, 1), metavar=("K", "N"),
                        help="every N-th picture only, from number K on")
    parser.add_argument("--judges", action="store_true", help="let zbar and ZXing read them")
    arguments = parser.parse_args()
    photos = make_set(arguments.folder, arguments.seed, *arguments.part)
    if arguments.judges:
        judge(arguments.folder, photos)


if __name__ == "__main__":
    main()
