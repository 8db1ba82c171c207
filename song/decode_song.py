#!/usr/bin/env python3
"""Listen to the prime's raga and turn it back: into digits, the number, the script that it is.

    decode_song.py                     primegpt.mid beside this script -> primegpt_decoded.py
    decode_song.py FILE.wav            a recording, WAV or AIFF: any key, speed and instrument
                                       -> FILE_decoded.py; MP3, M4A, Opus and so on where ffmpeg
                                       is installed
    decode_song.py FILE -o SCRIPT      choose where it goes; - prints it

It prints the digits and writes the script. The song carries its own key, the alap, at both ends;
one is enough. What is misheard or missing is restored by the parity that the coda plays: some forty
notes misheard, eighty missing, a gap of ten seconds or more, in the song that is here. The result
must be a prime whose bytes are a gzip file with the right CRC; else it says where it lost
the tune and writes nothing. An existing file that differs is left alone. The script is not run.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("decode_song.py: common/ is missing; copy it next to song/")

from common.command import (
    error_context, is_same_file, open_input, run, show_progress, write_if_safe, write_stdout)
from song import restoring
from song.midi import SongError
from song.opening import open_song

HERE = os.path.dirname(os.path.realpath(__file__))
OWN_SONG = os.path.join(HERE, "primegpt.mid")


def output_name(path):
    """The file that the script of a song goes to unless -o says; in the current folder."""
    if is_same_file(path, OWN_SONG):
        return "primegpt_decoded.py"
    return os.path.basename(path).split(".")[0] + "_decoded.py"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("song", nargs="?", metavar="FILE", default=OWN_SONG,
                        help="MIDI or a recording (primegpt.mid beside this script)")
    parser.add_argument("-o", metavar="SCRIPT",
                        help="file to write, - prints the script (FILE_decoded.py)")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    arguments = parser.parse_args()
    if arguments.o == "" or arguments.song in ("", "-"):
        parser.error("FILE, -o: name a file; a song is not read from standard input")
    with error_context(arguments.song, SongError), open_input(arguments.song, OWN_SONG) as file:
        opened = open_song(file, arguments.song, lambda done, total: show_progress(
            f"reading, {100 * done // total} %"))
        song = restoring.restore(opened, show_progress)
    show_progress("done", last=True)
    if arguments.o == "-":
        write_stdout(song.script)
        return
    target = arguments.o or output_name(arguments.song)
    write_if_safe(target, song.script, arguments.force)
    print(song.digits)
    if song.wrong or song.lost:
        print(f"{song.wrong} notes misheard and {song.lost} not heard: restored")
    kind = "a prime as before version 1.2, big-endian" if song.is_old else "a prime"
    print(f"{len(song.digits)} digits, {kind}; {target}: {len(song.script)} bytes, CRC agrees")


if __name__ == "__main__":
    run(main)
