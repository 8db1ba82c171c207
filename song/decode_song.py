#!/usr/bin/env python3
"""Listen to the prime's raga and turn it back: into digits, the number, the script that it is.

    decode_song.py                     primegpt.mid beside this script -> primegpt_decoded.py
    decode_song.py FILE.wav            a recording, WAV or AIFF: any key, speed and instrument
                                       -> FILE_decoded.py; MP3, M4A, Opus and so on where ffmpeg
                                       is installed
    decode_song.py FILE -o SCRIPT      choose where it goes; - prints it

It prints the digits and writes the script. The tune carries its own key: the alap at its beginning.
What was heard must be a prime whose bytes begin with a gzip file with the right CRC: of the notes
that were heard least clearly others are tried until it is. Else it says where it lost the tune and
writes nothing. An existing file that differs is left alone. The script
is not run.
"""
import argparse
import heapq
import os
import zlib

import listening
import midi
from command import error_context, run, show_progress, write_if_safe, write_stdout
from midi import SongError
from primality import baillie_psw, decimal, unpack
from sound_files import read_sound_file

HERE = os.path.dirname(os.path.abspath(__file__))
OWN_SONG = os.path.join(HERE, "primegpt.mid")
MIN_DIGITS, MAX_DIGITS = 20, 6000                # more would take hours to test
MAX_EXTRA = 2                                    # notes that the last one's echo may be taken for
MAX_DOUBTFUL, MAX_TRIES = 300, 20000             # notes, and corrections that are tried
MAX_MIDI = 1 << 24                               # bytes
GZIP_START = 0x1f8b0800                          # first four bytes of a gzip file without flags


def open_song(path):
    """A MIDI file's text of digits, or a Listener to any other file. SongError if it is no song."""
    with open(path, "rb") as file:
        if not file.seekable():
            raise SongError("cannot be read from a pipe; save it as a file")
        start = file.read(12)
        file.seek(0)
        if start[:4] == b"MThd" or start[8:] == b"RMID":
            return midi.from_midi(file.read(MAX_MIDI))
        return listening.Listener(*read_sound_file(file, path, lambda done, total: show_progress(
            f"reading, {100 * done // total} %")))


def listen(listener, retunes):
    """(digits heard, digits, script) of a Listener, with progress on a terminal. Or SongError."""
    heard = listener.decode(lambda second: show_progress(f"second {second:.0f}"), retunes)
    show_progress(f"{len(heard)} notes", last=True)
    return (heard, *script_in(heard, listener.doubts))


def read_song(path):
    """(digits heard, digits, script) of a file. SongError if it is no song of a script.

    What is not understood is listened to once more, as if its tuning wavered.
    """
    song = open_song(path)
    if isinstance(song, str):
        return (song, *script_in(song))
    try:
        return listen(song, retunes=False)
    except SongError as error:
        reason = error
    try:
        return listen(song, retunes=True)
    except SongError:
        raise reason from None


def missing_notes(digits):
    """How many more digits complete a number that is a gzip file and begins with these; or None."""
    number = int(digits)
    for missing in range(1, MAX_DIGITS - len(digits)):
        number *= 10
        if begins_gzip(number):
            return missing
    return None


def corrections(digits, doubts):
    """Yield digits with the least certain notes replaced, the likeliest corrections first.

    At most MAX_TRIES, of MAX_DOUBTFUL notes: sets of them in the order of their summed doubts.
    """
    yield digits
    doubtful = sorted((margin, k) for k, (margin, _) in enumerate(doubts[:len(digits)]))
    margins = [margin for margin, _ in doubtful[:MAX_DOUBTFUL]]
    queue = [(margins[0], (0,))] if margins else []
    for _ in range(MAX_TRIES):
        if not queue:
            return
        total, chosen = heapq.heappop(queue)
        changed = list(digits)
        for i in chosen:
            note = doubtful[i][1]
            changed[note] = doubts[note][1]
        yield "".join(changed)
        last = chosen[-1]
        if last + 1 < len(margins):              # the next note instead of the last one, or as well
            heapq.heappush(queue, (total - margins[last] + margins[last + 1],
                                   chosen[:-1] + (last + 1,)))
            heapq.heappush(queue, (total + margins[last + 1], chosen + (last + 1,)))


def begins_gzip(number):
    """Are a number's first bytes those of a gzip file without flags?"""
    size = (number.bit_length() + 7) // 8
    return number >> max(0, 8 * (size - 4)) == GZIP_START


def unpack_gzip(number):
    """The script of a number whose bytes begin with a gzip file; None where that fails."""
    try:
        return unpack(number)[0]
    except (zlib.error, ValueError):
        return None


def script_in(digits, doubts=()):
    """Digits -> (digits, script). SongError if the number is not of the right kind.

    The last note of a recording may ring on and be taken for one more or two; and those that were
    heard least clearly, by `doubts`, may be others.
    """
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise SongError(f"holds {len(digits)} notes after the alap; that is no prime of a script")
    decimal(0)                                   # which lifts the limit on the length of numbers
    is_composite = False
    for tries, heard in enumerate(corrections(digits, doubts)):
        if tries % 1000 == 999:
            show_progress(f"correction {tries + 1} of the least certain notes")
        for end in range(len(digits), len(digits) - MAX_EXTRA - 1, -1):
            number = int(heard[:end])
            if tries and not begins_gzip(number):        # soon told, of very many
                continue
            script = unpack_gzip(number)
            if script is not None:
                if baillie_psw(number):
                    return heard[:end], script
                is_composite = True
    if is_composite:
        raise SongError("is a number that unpacks but is no prime: "
                        "one of the last ten notes was misheard")
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
                        help="MIDI or a recording (primegpt.mid beside this script)")
    parser.add_argument("-o", metavar="SCRIPT",
                        help="file to write, - prints the script (FILE_decoded.py)")
    parser.add_argument("--force", action="store_true", help="overwrite a file that differs")
    arguments = parser.parse_args()
    if arguments.o == "" or arguments.song in ("", "-"):
        parser.error("FILE, -o: name a file; a song is not read from standard input")
    with error_context(arguments.song, SongError):
        heard, digits, script = read_song(arguments.song)
    if arguments.o == "-":
        write_stdout(script)
        return
    target = arguments.o or output_name(arguments.song)
    write_if_safe(target, script, arguments.force)
    print(digits)
    wrong = sum(a != b for a, b in zip(heard, digits))
    if wrong:
        print(f"{wrong} of the least certain notes put right, so that the CRC agrees")
    print(f"{len(digits)} digits, a prime; {target}: {len(script)} bytes, CRC agrees")


if __name__ == "__main__":
    run(main)
