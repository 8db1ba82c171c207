"""A number as a raga, and back from MIDI files and recordings of it.

>>> import song
>>> piece = song.compose(31415926535897932384626433)
>>> len(piece.digits), round(piece.seconds())
(26, 41)
>>> song.compose("")
Traceback (most recent call last):
...
song.midi.SongError: '' is no positive number in decimal digits

`song.listen(path)` gives back the script of a prime that has been played. What is no song raises
SongError, a ValueError with one line that says why.
"""
from .composing import Song, compose, listen
from .midi import SongError

__all__ = ["Song", "SongError", "compose", "listen"]
