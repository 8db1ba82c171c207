#!/usr/bin/env python3
"""Listen to the prime's raga and turn it back: into digits, the number, the script that it is.

    decode_song.py                     primegpt.mid beside this script -> primegpt_decoded.py
    decode_song.py FILE.wav            a recording: any key, speed and instrument, PCM of 8 to 32
                                       bits -> FILE_decoded.py
    decode_song.py FILE -o SCRIPT      choose where it goes; - prints it

It prints the digits and writes the script. The tune carries its own key: the alap at its beginning.
What was heard must be a prime whose bytes begin with a gzip file with the right CRC; else it says
where it lost the tune and writes nothing. An existing file that differs is left alone. The script
is not run.
"""
import argparse
import os
import zlib

import listening
import midi
import wav
from command import error_context, run, show_progress, write_if_safe, write_stdout
from midi import SongError
from primality import baillie_psw, decimal, unpack

HERE = os.path.dirname(os.path.abspath(__file__))
OWN_SONG = os.path.join(HERE, "primegpt.mid")
MIN_DIGITS, MAX_DIGITS = 20, 6000                # more would take hours to test
MAX_EXTRA = 2                                    # notes that the last one's echo may be taken for
MAX_MIDI = 1 << 24                               # bytes
GZIP_START = 0x1f8b0800                          # first four bytes of a gzip file without flags


def read_digits(path):
    """The text of digits in a MIDI or WAV file, with progress on a terminal. Or SongError."""
    with open(path, "rb") as file:
        if not file.seekable():
            raise SongError("cannot be read from a pipe; save it as a file")
        start = file.read(12)
        if start[:4] == b"MThd" or start[8:] == b"RMID":
            file.seek(0)
            return midi.from_midi(file.read(MAX_MIDI))
        file.seek(0)
        samples, rate = wav.read_wav(file, lambda done, total: show_progress(
            f"reading, {100 * done // total} %"))
    listener, seconds = listening.Listener(samples, rate), len(samples) / rate
    digits = listener.decode(lambda second: show_progress(
        f"second {second:.0f} of {seconds:.0f}"))
    show_progress(f"{len(digits)} notes", last=True)
    return digits


def missing_notes(digits):
    """How many more digits complete a number that is a gzip file and begins with these; or None."""
    number = int(digits)
    for missing in range(1, MAX_DIGITS - len(digits)):
        number *= 10
        size = (number.bit_length() + 7) // 8
        if number >> 8 * (size - 4) == GZIP_START:
            return missing
    return None


def script_in(digits):
    """Digits -> (digits, script). SongError if the number is not of the right kind.

    The last note of a recording may ring on and be taken for one more or two.
    """
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise SongError(f"holds {len(digits)} notes after the alap; that is no prime of a script")
    decimal(0)                                   # which lifts the limit on the length of numbers
    for end in range(len(digits), len(digits) - MAX_EXTRA - 1, -1):
        number = int(digits[:end])
        try:
            script = unpack(number)[0]
        except (zlib.error, ValueError):
            continue
        if not baillie_psw(number):
            raise SongError("is a number that unpacks but is no prime: "
                            "one of the last ten notes was misheard")
        return digits[:end], script
    missing = missing_notes(digits)
    if missing:
        raise SongError(f"ends early: {len(digits)} notes were heard and about {missing} are "
                        "missing; record it to its end")
    raise SongError(f"is {len(digits)} digits that do not unpack: a note was misheard, or this is "
                    "another song")


def output_name(path):
    """The file that the script of a song goes to unless -o says; in the current folder."""
    if os.path.exists(OWN_SONG) and os.path.samefile(path, OWN_SONG):
        return "primegpt_decoded.py"
    return os.path.basename(path).split(".")[0] + "_decoded.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", nargs="?", metavar="FILE", default=OWN_SONG,
                        help="MIDI or WAV (primegpt.mid beside this script)")
    parser.add_argument("-o", metavar="SCRIPT",
                        help="file to write, - prints the script (FILE_decoded.py)")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    arguments = parser.parse_args()
    if arguments.o == "" or arguments.song in ("", "-"):
        parser.error("FILE, -o: name a file; a song is not read from standard input")
    with error_context(arguments.song, SongError):
        digits, script = script_in(read_digits(arguments.song))
    if arguments.o == "-":
        write_stdout(script)
        return
    target = arguments.o or output_name(arguments.song)
    write_if_safe(target, script, arguments.force)
    print(digits)
    print(f"{len(digits)} digits, a prime; {target}: {len(script)} bytes, CRC agrees")


if __name__ == "__main__":
    run(main)
