#!/usr/bin/env python3
"""How long each script of the chain takes against the original microgpt, on this machine, in the same minutes.

    python3 bench/chain_speed.py [DATA]

The original is not here; ../shared/yardstick.py estimates it by work of the same kind, before and after each script,
and the ratio is taken against the mean of the two. DATA defaults to the project's input.txt.
"""
import argparse
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
YARDSTICK = os.path.join(os.path.dirname(ROOT), "shared", "yardstick.py")
sys.path.insert(0, ROOT)
import compare_runs  # noqa: E402

CHAIN = ("microgpt.py",) + compare_runs.CHAIN


def original():
    """Seconds that the original would take now."""
    said = subprocess.run([sys.executable, YARDSTICK, "100"], stdout=subprocess.PIPE, check=True).stdout.decode()
    return float(said.split("about")[1].split()[0])


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", nargs="?", metavar="DATA", default=os.path.join(ROOT, "input.txt"),
                         help="documents to train on (the project's input.txt)")
    data = os.path.abspath(options.parse_args().data)
    if not os.path.isfile(YARDSTICK):
        sys.exit("chain_speed.py: needs ../shared/yardstick.py")
    print("%-12s %8s %10s %6s" % ("script", "seconds", "original", "ratio"))
    for script in CHAIN:
        with tempfile.TemporaryDirectory() as folder:
            with open(data, "rb") as source, open(os.path.join(folder, "input.txt"), "wb") as copy:
                copy.write(source.read())
            before, start = original(), time.perf_counter()
            subprocess.run([sys.executable, os.path.join(ROOT, script)], cwd=folder, stdout=subprocess.DEVNULL,
                           check=True)
            seconds = time.perf_counter() - start
            rival = (before + original()) / 2
            print("%-12s %8.1f %10.0f %6.3f" % (script, seconds, rival, seconds / rival), flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit("chain_speed.py: %s" % error)
