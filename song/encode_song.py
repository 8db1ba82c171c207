#!/usr/bin/env python3
"""Turn a prime number into a raga for the harmonium that can be played, recorded, and turned back.

    encode_song.py                     ../verify_prime.py -> primegpt.mid, score.svg, sargam.txt
                                       and beginning.wav (24 seconds, and 3 in which it
                                       fades), here
    encode_song.py --wav song.wav      render it as well (ten minutes of sound, 57 MB, some seconds)
    encode_song.py --check             compare these files with the prime; exit 1 if one is stale
    encode_song.py FILE                another prime (a verifier, or decimal digits) -> FILE.mid
                                       beside FILE

The digits take the swaras by how often they occur, the most frequent Sa. First the alap plays the
notes of 0 to 9 in order, slowly, so that the recording carries its own key; then ten digits to a
phrase, the last one held, and a breath. A coda plays digits of parity, which repair what is
misheard or missing, and the alap closes.
"""
import argparse
import os
import sys

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    if not os.path.isdir(os.path.join(sys.path[0], "common")):
        sys.exit("encode_song.py: common/ is missing; copy it next to song/")

from common.command import (
    atomic_write, error_context, run, show_progress, would_overwrite, write_or_check)
from common.primality import read_number
from song import harmonium, raga
from song.composing import DEFAULT_RATE, DEFAULT_SA, MAX_RATE, MIN_RATE, compose

HERE = os.path.dirname(os.path.realpath(__file__))
SAMPLE_RATES = (8000, 11025, 16000, 22050, 32000, 44100, 48000)
BEGINNING, BEGINNING_RATE = 24, 8000             # seconds, samples a second of beginning.wav
SHOWN_NOTES = 50                                 # from one progress line to the next


def write_wav(path, song, sample_rate):
    """Render to a WAV file, whole or not at all, with progress on a terminal."""
    def report(done, notes):
        if done % SHOWN_NOTES == 0 or done == notes:
            show_progress(f"{done} of {notes} notes", last=done == notes)

    with atomic_write(path) as file:
        song.render(file, sample_rate, report=report)


def notes_per_second(text):
    """argparse type: a number from 1 to 5."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not MIN_RATE <= rate <= MAX_RATE:
        raise argparse.ArgumentTypeError(f"{text!r} is not from {MIN_RATE} to {MAX_RATE}")
    return rate


def pitch(text):
    """argparse type: the name of a note -> its MIDI number."""
    try:
        return raga.midi_pitch(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prime", nargs="?", metavar="PRIME",
                        help="file with the number (../verify_prime.py)")
    parser.add_argument("--sa", type=pitch, default=DEFAULT_SA, metavar="NOTE",
                        help="the pitch of Sa, C2 to G4 (C4)")
    parser.add_argument("--notes-per-second", type=notes_per_second, default=DEFAULT_RATE,
                        metavar="N", help="1 to 5 (4)")
    parser.add_argument("--midi", metavar="FILE", help="where the MIDI file goes")
    parser.add_argument("--wav", metavar="FILE", help="render a WAV file too")
    parser.add_argument("--rate", type=int, choices=SAMPLE_RATES, default=harmonium.SAMPLE_RATE,
                        help="samples a second of the WAV file (44100)")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    if {"", "-"} & {arguments.prime, arguments.midi, arguments.wav}:
        parser.error("PRIME, --midi, --wav: name a file")
    if (arguments.wav or "").lower().endswith((".mp3", ".m4a", ".ogg", ".opus", ".flac")):
        parser.error("--wav: name a file that ends in .wav; ffmpeg makes the others of it")
    if arguments.check and arguments.wav:
        parser.error("--check compares what is there and writes nothing; leave out --wav")
    return parser, arguments


def midi_target(arguments):
    """(path of the MIDI file, whether score and sargam are written beside it).

    Our own files keep their key and tempo; with another it goes to the current folder.
    """
    own = arguments.prime is None and arguments.midi is None
    default = (arguments.sa, arguments.notes_per_second) == (DEFAULT_SA, DEFAULT_RATE)
    if own:
        return (os.path.join(HERE, "primegpt.mid"), True) if default else ("primegpt.mid", False)
    return arguments.midi or os.path.splitext(arguments.prime)[0] + ".mid", False


def main():
    parser, arguments = parse_arguments()
    source = arguments.prime or os.path.join(os.path.dirname(HERE), "verify_prime.py")
    if arguments.prime is None and not os.path.exists(source):
        parser.error("../verify_prime.py is not here; name a file with a prime")
    target, with_score = midi_target(arguments)
    targets = [target] + ([arguments.wav] if arguments.wav else [])
    if len(targets) == 2 and os.path.realpath(target) == os.path.realpath(arguments.wav):
        parser.error("--midi and --wav: name two files")
    if would_overwrite(targets, source):
        parser.error(f"{source} would be overwritten by its own song; copy it to another name")
    with error_context(source, ValueError):
        song = compose(read_number(source), arguments.sa, arguments.notes_per_second)
    outputs = [(target, song.to_midi())]
    if with_score:
        outputs += [(os.path.join(HERE, "score.svg"), song.to_svg()),
                    (os.path.join(HERE, "sargam.txt"), song.to_text()),
                    (os.path.join(HERE, "beginning.wav"), song.to_wav(BEGINNING_RATE, BEGINNING))]
    if arguments.wav:                            # first: it is what may fail
        write_wav(arguments.wav, song, arguments.rate)
        print(f"{arguments.wav}: rendered")
    stale = write_or_check(outputs, source, arguments.check)
    minutes, seconds = divmod(round(song.seconds()), 60)
    print(f"{len(song.digits)} digits, {minutes}:{seconds:02d} minutes")
    return 1 if stale else 0


if __name__ == "__main__":
    run(main)
