#!/usr/bin/env python3
"""How long each script of the chain takes against the original microgpt, in the same minutes.

    chain_speed.py [DATA]

The original is not here; ../shared/yardstick.py estimates it by work of the same kind, before and
after each script, and the ratio is taken against the mean of the two.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
YARDSTICK = os.path.join(os.path.dirname(ROOT), "shared", "yardstick.py")
CHAIN = ("microgpt.py", "picogpt.py", "femtogpt.py", "attogpt.py", "zeptogpt.py",
         "yoctogpt.py")
ROUNDS = 100                                     # of the yardstick


def original_seconds():
    """Seconds that the original would take now."""
    run = subprocess.run([sys.executable, YARDSTICK, str(ROUNDS)], stdout=subprocess.PIPE,
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
    if not os.path.isfile(YARDSTICK):
        sys.exit("chain_speed.py: needs ../shared/yardstick.py")
    print(f"{'script':12} {'seconds':>8} {'original':>10} {'ratio':>6}")
    for script in CHAIN:
        before = original_seconds()
        seconds = script_seconds(script, data)
        original = (before + original_seconds()) / 2
        print(f"{script:12} {seconds:8.1f} {original:10.0f} {seconds / original:6.3f}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"chain_speed.py: {error}")
