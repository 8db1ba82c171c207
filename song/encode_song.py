#!/usr/bin/env python3
"""Turn a prime number into a raga for the harmonium: a piece that can be played, recorded, and turned back.

    python3 encode_song.py                     ../verify_prime.py -> primegpt.mid, score.svg, sargam.txt, here
    python3 encode_song.py --wav song.wav      render it as well (ten minutes of sound, 50 MB, some seconds)
    python3 encode_song.py --check             say whether these files are what the prime makes; exit 1 if not
    python3 encode_song.py FILE                another prime (a verifier, or decimal digits) -> FILE.mid beside FILE

The digits take the swaras by how often they occur, the most frequent Sa. First the alap plays the notes of 0 to 9 in
order, slowly, so that the recording carries its own key; then ten digits to a phrase, the last one held, and a breath.
"""
import argparse
import os
import sys
import wave

import harmonium
import midi
import raga
import score

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import files  # noqa: E402
import find_prime  # noqa: E402

MOST_DIGITS = 6000


def write_wav(path, digits, sa, rate, hertz):
    """Render to a WAV file, whole or not at all, with progress on a terminal."""
    shown = sys.stderr.isatty()

    def say(done, notes):
        if shown and (done % 50 == 0 or done == notes):
            print("\rencode_song.py: %d of %d notes " % (done, notes), end="\n" * (done == notes), file=sys.stderr)

    with files.whole(path) as file, wave.open(file, "wb") as out:
        out.setparams((1, 2, hertz, 0, "NONE", ""))
        harmonium.render(digits, out.writeframesraw, sa, rate, hertz, say)


def positive(text):
    """argparse type: notes a second, from 1 to 5; faster ones are too short to tell apart."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 1 <= rate <= 5:
        raise argparse.ArgumentTypeError("%r is not from 1 to 5" % text)
    return rate


def pitch(text):
    """argparse type: the name of a note -> its MIDI number."""
    try:
        return raga.midi_pitch(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("prime", nargs="?", metavar="PRIME", help="what holds the number (../verify_prime.py)")
    options.add_argument("--sa", type=pitch, default=60, metavar="NOTE", help="the pitch of Sa, C2 to G4 (C4)")
    options.add_argument("--notes-per-second", type=positive, default=4.0, metavar="N", help="1 to 5 (4)")
    options.add_argument("--midi", metavar="FILE", help="where the MIDI file goes")
    options.add_argument("--wav", metavar="FILE", help="render a WAV file too")
    options.add_argument("--rate", type=int, choices=(8000, 11025, 16000, 22050, 32000, 44100, 48000), default=44100,
                         help="samples a second of the WAV file (44100)")
    options.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = options.parse_args()
    if "" in (arguments.prime, arguments.midi, arguments.wav):
        options.error("PRIME, --midi, --wav: name a file")
    if arguments.check and arguments.wav:
        options.error("--check compares what is there and writes nothing; leave out --wav")
    source = arguments.prime or os.path.join(os.path.dirname(HERE), "verify_prime.py")
    stem = os.path.splitext(source)[0] if arguments.prime else os.path.join(HERE, "primegpt")
    target = arguments.midi or stem + ".mid"
    plain = (arguments.sa, arguments.notes_per_second) == (60, 4.0)
    if not arguments.prime and not arguments.midi and not plain:
        target = "primegpt.mid"                  # in this folder: ours keeps its key and its tempo
    targets = [target] + [arguments.wav] * bool(arguments.wav)
    if len(targets) == 2 and os.path.realpath(target) == os.path.realpath(arguments.wav):
        options.error("--midi and --wav: name two files")
    if files.overwrites(targets, source):
        options.error("%s would be overwritten by what is made from it; copy it to another name" % source)
    with files.about(source, ValueError):
        digits = find_prime.decimal(find_prime.number_in(source))
        if len(digits) > MOST_DIGITS:
            raise ValueError("has %d digits; at most %d are set to music" % (len(digits), MOST_DIGITS))
    made = [(target, midi.to_midi(digits, arguments.sa, arguments.notes_per_second))]
    if not arguments.prime and not arguments.midi and plain:
        made += [(os.path.join(HERE, "score.svg"), score.to_svg(digits, arguments.notes_per_second)),
                 (os.path.join(HERE, "sargam.txt"), score.to_text(digits))]
    if arguments.wav:                            # first: it is what may fail
        write_wav(arguments.wav, digits, arguments.sa, arguments.notes_per_second, arguments.rate)
        print("%s: rendered" % arguments.wav)
    stale = files.settle(made, source, arguments.check)
    slots = max(start + length for start, length, _ in raga.schedule(len(digits)))
    print("%d digits, %d:%02d minutes" % (len(digits), *divmod(round(slots / arguments.notes_per_second), 60)))
    return 1 if stale else 0


if __name__ == "__main__":
    files.run(main)
