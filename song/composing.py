"""A number as a song, and back from a MIDI file or a recording."""
import io
import wave

from common.primality import decimal

from . import harmonium, midi, raga, restoring, score
from .midi import SongError
from .opening import open_song

DEFAULT_SA, DEFAULT_RATE = 60, 4.0               # MIDI number; notes a second
MIN_RATE, MAX_RATE = 1, 5                        # faster notes are too short to be told apart


class Song:
    """The song of a number: digits (a text), sa (MIDI number of Sa), rate (notes a second)."""

    def __init__(self, digits, sa=DEFAULT_SA, rate=DEFAULT_RATE):
        self.digits, self.sa, self.rate = digits, sa, rate

    def seconds(self):
        """How long it is, to the end of the last note."""
        return raga.Layout(len(self.digits)).end / self.rate

    def to_midi(self):
        """The bytes of a Standard MIDI File, format 0."""
        return midi.to_midi(self.digits, self.sa, self.rate)

    def to_svg(self):
        """The bytes of an SVG: the beginning as a piano roll."""
        return score.to_svg(self.digits, self.rate)

    def to_text(self):
        """The whole piece in sargam letters, as bytes."""
        return score.to_text(self.digits)

    def render(self, file, sample_rate=harmonium.SAMPLE_RATE, seconds=None,
               report=lambda *_: None):
        """Write a WAV file, mono and 16 bits, to an open binary file.

        seconds: after which no note begins, None for all. report(notes done, all) on the way.
        """
        with wave.open(file, "wb") as out:
            out.setparams((1, 2, sample_rate, 0, "NONE", ""))
            harmonium.render(self.digits, out.writeframesraw, self.sa, self.rate, sample_rate,
                             report, float("inf") if seconds is None else seconds)

    def to_wav(self, sample_rate=harmonium.SAMPLE_RATE, seconds=None):
        """The bytes of the WAV file that `render` writes."""
        file = io.BytesIO()
        self.render(file, sample_rate, seconds)
        return file.getvalue()


def compose(number, sa=DEFAULT_SA, rate=DEFAULT_RATE):
    """An integer above 0, or a text of its decimal digits, as a Song.

    sa: the MIDI number of Sa, 36 to 67 (60 is C4); rate: notes a second, 1 to 5. SongError for
    anything else, or for a number of more than raga.MAX_DIGITS digits.
    """
    digits = number if isinstance(number, str) else decimal(number)
    midi.check_digits(digits)
    if not raga.MIN_SA <= sa <= raga.MAX_SA:
        raise SongError(f"Sa {sa}: MIDI numbers go from {raga.MIN_SA} to {raga.MAX_SA} for it")
    if not MIN_RATE <= rate <= MAX_RATE:
        raise SongError(f"{rate} notes a second: rates go from {MIN_RATE} to {MAX_RATE}")
    return Song(digits, sa, rate)


def listen(path):
    """The song in a file -> restoring.Restored: digits, script (bytes), wrong and lost (notes).

    path: a MIDI file or a recording, WAV or AIFF, in any key, tempo and instrument; with ffmpeg
    installed, whatever that reads. SongError where it is no song of a prime that carries a script.
    """
    with open(path, "rb") as file:
        return restoring.restore(open_song(file, path))
