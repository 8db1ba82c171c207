"""A file as a song that can be asked for its notes, whether they are written or recorded."""
from . import listening, midi, written
from .midi import SongError
from .sound_files import read_sound_file

MAX_MIDI = 1 << 24                               # bytes


def open_song(file, path, report=lambda *_: None):
    """An open file as a WrittenSong or a Listener. SongError if it is no song.

    path: its name, which ffmpeg is given for a recording that is not read here. report(bytes read,
    all) is called on the way.
    """
    if not file.seekable():
        raise SongError("cannot be read from a pipe; save it as a file")
    start = file.read(4)
    file.seek(0)
    if start == b"MThd":
        return written.WrittenSong(midi.notes(file.read(MAX_MIDI)))
    return listening.Listener(*read_sound_file(file, path, report))
