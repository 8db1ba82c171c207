"""How many photographs are read, ours beside zbar's and ZXing's, and how long the largest take.

    python bench/photos.py [--seeds 1 2] [--jobs 2]

The Python needs numpy, Pillow and zxing-cpp; zbarimg must be installed. The pictures are made by
tests/qr_photos.py and tests/card_photos.py, new ones for each seed.
"""
import argparse
import base64
import collections
import concurrent.futures
import os
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common.command import file_bytes
from punchcard import DeckError, card_codes, card_files, deck
from qr.images import read_image
from qr.photo import find_symbols
from qr.qrcode_tables import QRError
from tests import card_photos, qr_photos


def read_symbol(folder, photo):
    """(seconds, is it read, is it wrong; whether zbar and ZXing read it)."""
    payloads = [base64.b64decode(each) for each in photo["payloads"]]
    start_time = time.perf_counter()
    try:
        image = read_image(file_bytes(os.path.join(folder, photo["file"])))
        payload = find_symbols(image)[0].payload
    except QRError:
        payload = None
    seconds = time.perf_counter() - start_time
    name = os.path.join(folder, photo["file"])
    judges = [any(payload in output for payload in payloads)
              for output in (qr_photos.zbar_reads(name), qr_photos.zxing_reads(name))]
    return seconds, payload in payloads, payload not in (None, *payloads), *judges


def read_cards(folder, photo):
    """(seconds, is the deck read, is it wrong)."""
    start_time, payload = time.perf_counter(), None
    try:
        found = [card for name in photo["files"]
                 for card in card_files.read_deck(file_bytes(os.path.join(folder, name)))[1]]
        if "text" in photo:
            text = "\n".join(card_codes.read_text(card, "029", card.cut) for card in found)
            return time.perf_counter() - start_time, text == photo["text"], False
        payload = base64.b64encode(deck.recover(found)[0]).decode()
    except DeckError:
        pass
    wrong = payload not in (None, photo["payload"])
    return time.perf_counter() - start_time, payload == photo["payload"], wrong


def table(title, columns, photos, results):
    """Print how many photos of each condition were read, the totals, and the times."""
    counts = collections.defaultdict(lambda: [0] * (len(columns) + 1))
    for photo, (_, ours, _, *judges) in zip(photos, results):
        for key in (photo["condition"], "total"):
            counts[key] = [a + b for a, b in zip(counts[key], (1, ours, *judges))]
    print(f"{title:28}{'pictures':>9}" + "".join(f"{name:>7}" for name in columns))
    total = counts.pop("total")
    for condition, numbers in [*counts.items(), ("total", total)]:
        print(f"{condition:28}{numbers[0]:9}" + "".join(f"{n:7}" for n in numbers[1:]))
    seconds = sorted(result[0] for result in results)
    print(f"wrong bytes: {sum(result[2] for result in results)}; seconds each: median "
          f"{seconds[len(seconds) // 2]:.1f}, at most {seconds[-1]:.1f}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs) as pool:
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory() as folder:
                photos = qr_photos.make_set(folder, seed)
                results = list(pool.map(read_symbol, [folder] * len(photos), photos))
                table(f"symbols, seed {seed}", ("ours", "zbar", "ZXing"), photos, results)
            with tempfile.TemporaryDirectory() as folder:
                photos = card_photos.make_set(folder, seed)
                results = list(pool.map(read_cards, [folder] * len(photos), photos))
                table(f"decks, seed {seed}", ("ours",), photos, results)


if __name__ == "__main__":
    main()
