#!/usr/bin/env python3
"""How much faster each script is than the original microgpt, in the same minutes.

    chain_speed.py [DATA]

The original is not here; original.py estimates it by work of the same kind, before and after each
script, and the ratio is taken against the mean of the two. Both estimates are noisy: believe the
first digit.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
from common.chain import CHAIN

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
ORIGINAL = os.path.join(ROOT, "bench", "original.py")
STEPS = 10                                       # of the estimate


def original_seconds():
    """Seconds that the original would take now."""
    run = subprocess.run([sys.executable, ORIGINAL, str(STEPS)], stdout=subprocess.PIPE,
                         check=True)
    return float(run.stdout.decode().split("about")[1].split()[0])


def script_seconds(script, data):
    """Seconds of a script of the chain on a data set."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(data, os.path.join(folder, "input.txt"))
        start = time.perf_counter()
        subprocess.run([sys.executable, os.path.join(ROOT, script)], cwd=folder,
                       stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", metavar="DATA", default=os.path.join(ROOT, "input.txt"),
                        help="documents to train on (the project's input.txt)")
    data = os.path.abspath(parser.parse_args().data)
    print(f"{'script':12} {'seconds':>8} {'original':>10} {'times faster':>13}")
    for script in [*CHAIN, "fastgpt.py"]:
        before = original_seconds()
        seconds = script_seconds(script, data)
        original = (before + original_seconds()) / 2
        print(f"{script:12} {seconds:8.1f} {original:10.0f} {original / seconds:13.2g}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"chain_speed.py: {error}")
