#!/usr/bin/env python3
"""Listen to the prime's raga and turn it back: into digits, into the number, into the script that the number is.

    python3 decode_song.py                     primegpt.mid beside this script -> femtogpt_decoded.py
    python3 decode_song.py FILE.wav -o FILE    a recording: any key, speed and instrument, PCM of 8 to 32 bits

It prints the digits and writes the script. The tune carries its own key: the alap at its beginning. What was heard must
be a prime whose bytes begin with a gzip file with the right CRC; else it says where it lost the tune and writes
nothing. A file that is there already and differs is left alone. The script is not run.
"""
import argparse
import os
import sys
import zlib

import listening
import midi
from midi import BadSong

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import files  # noqa: E402
import find_prime  # noqa: E402

MOST_DIGITS = 6000                               # more would take hours to test


def heard(path):
    """The text of digits in a MIDI or WAV file."""
    show = sys.stderr.isatty()
    with open(path, "rb") as file:
        if not file.seekable():
            raise BadSong("cannot be read from a pipe; save it as a file")
        if file.read(4) == b"MThd":
            file.seek(0)
            return midi.from_midi(file.read(1 << 24))
        file.seek(0)
        sound, rate = listening.listen(file, lambda done, length: show and print(
            "\rdecode_song.py: reading, %d %% " % (100 * done // length), end="", file=sys.stderr))
    return listening.decode(sound, rate, lambda second: show and print(
        "\rdecode_song.py: second %d of %d " % (second, len(sound) / rate), end="", file=sys.stderr))


def script_in(digits):
    """Digits -> (digits, script). BadSong if the number is not of the right kind.

    The last note of a recording may ring on and be taken for one more; so the number may also lack its last digits."""
    if not 20 <= len(digits) <= MOST_DIGITS:
        raise BadSong("holds %d notes behind the alap; that is no prime of a script" % len(digits))
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    for end in (len(digits), len(digits) - 1, len(digits) - 2):
        number = int(digits[:end])
        try:
            script = find_prime.unpacked(number)[0]
        except (zlib.error, ValueError):
            continue
        if not find_prime.baillie_psw(number):
            raise BadSong("is a number that unpacks but is no prime: a note among the last ten was misheard")
        return digits[:end], script
    raise BadSong("is %d digits that do not unpack: a note was misheard, or this is another song" % len(digits))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("song", nargs="?", metavar="FILE", default=os.path.join(HERE, "primegpt.mid"),
                         help="MIDI or WAV (primegpt.mid beside this script)")
    options.add_argument("-o", metavar="FILE", default="femtogpt_decoded.py",
                         help="file to write, - prints the script (femtogpt_decoded.py)")
    options.add_argument("--force", action="store_true", help="write over a file that differs")
    arguments = options.parse_args()
    if not arguments.o or not arguments.song:
        options.error("FILE, -o: name a file")
    with files.about(arguments.song, BadSong):
        digits, script = script_in(heard(arguments.song))
    if arguments.o == "-":
        return files.show(script)
    files.keep(arguments.o, script, arguments.force)
    print(digits)
    print("%d digits, a prime; %s: %d bytes, CRC agrees" % (len(digits), arguments.o, len(script)))


if __name__ == "__main__":
    files.run(main)
