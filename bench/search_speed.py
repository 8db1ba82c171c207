#!/usr/bin/env python3
"""Spellings a second that golf/search.py judges by estimates, against packing each one, by turns.

    search_speed.py [--seconds 10]

Both judge neighbours of the committed spelling of golf/payload.template; packing is what the search
did for each of them before version 1.2: matches of the whole text, and a few parses.
"""
import argparse
import os
import random
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common.command import whole_number
from golf.search import Meter, neighbour
from golf.template import load

TURNS = 4


def rate(judge, template, best, seconds, seed):
    """Spellings a second."""
    rng, judged, start = random.Random(seed), 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        trial = neighbour(best, template, {}, rng)
        judge(template.spell(trial))
        judged += 1
    return judged / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=whole_number(1, 999), default=10,
                        help="how long each of them is measured (10)")
    seconds = parser.parse_args().seconds / TURNS
    template, best = load()
    packing, estimating = Meter(), Meter()
    for meter in (packing, estimating):
        meter.quick_bits(template.spell(best))
    rates = [(rate(packing.quick_bits, template, best, seconds, seed),
              rate(estimating.estimate, template, best, seconds, seed)) for seed in range(TURNS)]
    packed, estimated = (sum(each) / TURNS for each in zip(*rates))
    print(f"packing each: {packed:.0f} spellings a second; by estimates: {estimated:.0f}; "
          f"ratio {estimated / packed:.1f} ({sys.implementation.name} "
          f"{sys.version_info[0]}.{sys.version_info[1]})")


if __name__ == "__main__":
    main()
