#!/usr/bin/env python3
"""Listen to recordings of the song: which are read exactly, and how many notes were misheard
or missing. CPU seconds count what ffmpeg does not do.

    recordings.py FILE ...     made by tests/song_recordings.py, or your own
"""
import argparse
import collections
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
import song
from common import primality

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    arguments = parser.parse_args()
    prime = primality.decimal(primality.read_number(os.path.join(ROOT, "verify_prime.py")))
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"],
                            stdout=subprocess.PIPE).stdout.decode().strip()
    print(f"commit {commit}, {time.strftime('%Y-%m-%d')}, Python {sys.version.split()[0]}")
    counts = collections.Counter()
    for path in arguments.files:
        before = time.process_time()
        try:
            found = song.listen(path)
            said = f"{found.wrong} misheard, {found.lost} not heard"
            result = "exact" if found.digits == prime else "WRONG"
        except (OSError, song.SongError) as error:
            result, said = "refused", str(error)
        counts[result] += 1
        spent = time.process_time() - before
        print(f"{os.path.basename(path):32} {result:8} {spent:5.1f} s  {said}", flush=True)
    print(*(f"{count} {result}" for result, count in counts.items()), sep=", ")


if __name__ == "__main__":
    main()
