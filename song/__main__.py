"""python3 -m song encode ..., python3 -m song decode ...: the commands of this folder."""
from common.command import run_command


def main():
    run_command("song", {"encode": "song.encode_song", "decode": "song.decode_song"})


if __name__ == "__main__":
    main()
