#!/usr/bin/env python3
"""Listen to recordings of the song: which are read exactly, and how many notes were misheard
or missing. CPU seconds count what ffmpeg does not do.

    recordings.py FILE ...     made by tests/song_recordings.py, or your own
"""
import argparse
import collections
import importlib
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "song"))
decode_song, primality, restoring, midi = map(importlib.import_module, (
    "decode_song", "primality", "restoring", "midi"))


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
            found = restoring.restore(decode_song.open_song(path))
            said = f"{found.wrong} misheard, {found.lost} not heard"
            result = "exact" if found.digits == prime else "WRONG"
        except (OSError, midi.SongError) as error:
            result, said = "refused", str(error)
        counts[result] += 1
        spent = time.process_time() - before
        print(f"{os.path.basename(path):32} {result:8} {spent:5.1f} s  {said}", flush=True)
    print(*(f"{count} {result}" for result, count in counts.items()), sep=", ")


if __name__ == "__main__":
    main()
