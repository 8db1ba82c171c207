#!/usr/bin/env python3
"""Make recordings of the song as people have them, to test the ear with. Needs numpy, sox, ffmpeg
and fluidsynth with Debian's FluidR3 sound font.

    song_recordings.py FOLDER [--seed N] [WORD ...]     those whose names are or contain a word
    song_recordings.py --list

Every name says what it is: our sound (ours) or a General MIDI program of fluidsynth's (gm20), and
what happened to it. With another seed talk, rooms and places are others.
"""
import argparse
import functools
import os
import subprocess
import sys
import tempfile
import wave

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOUND_FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
RATE = 22050
PROGRAM_CHANGE = b"\xc0\x14"
STRUCK = (0, 24, 6, 12, 79, 104, 52)             # piano, guitar, harpsichord, marimba, ocarina, ...
SUSTAINED = (19, 20, 21, 22, 40, 48, 56, 73)     # organs, violin, strings, trumpet, flute


def run(*arguments):
    quiet = subprocess.DEVNULL
    subprocess.run([str(a) for a in arguments], stdin=quiet, stdout=quiet, stderr=quiet, check=True)


def read_wav(path):
    """A mono 16-bit file -> (samples of about -1 to 1, their rate)."""
    with wave.open(path, "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels()).mean(1) / 32768, file.getframerate()


def write_wav(path, samples, rate=RATE):
    samples = np.clip(np.round(samples * 32767), -32768, 32767).astype("<i2")
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())


@functools.lru_cache(maxsize=2)
def source(name, folder):
    """The clean sound: ours, or a General MIDI program's, at RATE."""
    path = os.path.join(folder, name + ".source.wav")
    if name == "ours":
        run(sys.executable, os.path.join(ROOT, "song", "encode_song.py"), "--midi",
            os.path.join(folder, "ours.mid"), "--wav", path, "--rate", RATE)
    else:
        with open(os.path.join(ROOT, "song", "primegpt.mid"), "rb") as file:
            data = file.read()
        assert data.count(PROGRAM_CHANGE) == 1
        with open(path + ".mid", "wb") as file:
            file.write(data.replace(PROGRAM_CHANGE, bytes([0xC0, int(name[2:])])))
        run("fluidsynth", "-ni", "-g", "0.5", "-r", RATE, "-F", path, SOUND_FONT, path + ".mid")
        os.remove(path + ".mid")
    samples, _ = read_wav(path)
    os.remove(path)
    return samples * (0.4 / np.abs(samples).max())


# ---- What happens to a recording --------------------------------------------------------------
def power(samples):
    """Mean square while something sounds."""
    return np.mean(samples[np.abs(samples) > 0.01] ** 2)


def talk(count, rng):
    """Samples of something like speech: syllables of voiced formants and hiss, with pauses."""
    out, at = np.zeros(count), 0
    pitch = rng.uniform(95, 210)
    while at < count:
        for _ in range(rng.integers(3, 14)):     # a sentence
            size = int(rng.uniform(0.1, 0.28) * RATE)
            t = np.arange(size) / RATE
            f = pitch * (1 + rng.uniform(-0.15, 0.2) - 0.1 * t / t[-1])
            phase = 2 * np.pi * np.cumsum(f) / RATE
            formants = [(rng.uniform(280, 800), 90), (rng.uniform(900, 2200), 130), (2700, 200)]
            voice = np.zeros(size)
            for k in range(1, int(4000 / pitch)):
                gain = sum(1 / (1 + ((k * pitch - c) / w) ** 2) for c, w in formants) + 0.02
                voice += gain * np.sin(k * phase + rng.uniform(0, 6)) / k ** 0.3
            if rng.random() < 0.4:               # a consonant
                hiss = int(0.3 * size)
                voice[:hiss] = 0.5 * np.diff(rng.normal(size=hiss + 1))
            envelope = np.sin(np.pi * (np.arange(size) + 0.5) / size) ** 0.7
            end = min(count, at + size)
            out[at:end] += (rng.uniform(0.4, 1) * voice * envelope)[:end - at]
            at = end
            if at >= count:
                break
        at += int(rng.uniform(0.15, 0.8) * RATE)
    return out


def with_talk(samples, decibels, rng):
    speech = talk(len(samples), rng)
    speech *= np.sqrt(power(samples) / power(speech / np.abs(speech).max()) / 10 ** (decibels / 10)
                      ) / np.abs(speech).max()
    return samples + speech


def in_room(samples, rng, rt60=0.5, direct_to_reverberant=0.0):
    """Convolved with a direct path and an exponentially decaying noise."""
    t = np.arange(int(1.2 * rt60 * RATE)) / RATE
    tail = rng.normal(size=len(t)) * 10 ** (-3 * t / rt60)
    tail[:int(rng.uniform(0.002, 0.012) * RATE)] = 0
    tail *= np.sqrt(10 ** (-direct_to_reverberant / 10) / np.sum(tail ** 2))
    tail[0] += 1
    size = 1 << (len(samples) + len(tail)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(tail, size), size)[:len(samples)]
    return wet * (0.4 / np.abs(wet).max())


def automatic_gain(samples, attack=0.05, release=0.8, target=0.12, largest=8):
    """As a phone does: the gain falls fast where it is loud and rises slowly where it is quiet."""
    hop = 256
    frames = np.sqrt(np.mean(samples[:len(samples) // hop * hop].reshape(-1, hop) ** 2, 1))
    level, gains = target, []
    for frame in frames:
        seconds = attack if frame > level else release
        level += (frame - level) * (1 - np.exp(-hop / RATE / seconds))
        gains.append(min(largest, target / max(level, 1e-4)))
    places = hop * (np.arange(len(gains)) + 0.5)
    return np.clip(samples * np.interp(np.arange(len(samples)), places, gains), -1, 1)


def wow(samples, depth, frequency, rng):
    """The speed wavers by `depth` each way, so many times a second."""
    turn, phase = 2 * np.pi * frequency / RATE, rng.uniform(0, 6.28)
    i = np.arange(len(samples))
    places = i + depth / turn * (np.sin(turn * i + phase) - np.sin(phase))
    return np.interp(places, i, samples)


def through(samples, suffix, *options):
    """Encoded by ffmpeg with these options and decoded again."""
    with tempfile.TemporaryDirectory() as folder:
        first, coded, last = (os.path.join(folder, n) for n in ("a.wav", "b." + suffix, "c.wav"))
        write_wav(first, samples)
        run("ffmpeg", "-y", "-i", first, *options, coded)
        run("ffmpeg", "-y", "-i", coded, "-ar", RATE, "-ac", 1, last)
        return read_wav(last)[0]


def with_sox(samples, *effects):
    with tempfile.TemporaryDirectory() as folder:
        first, last = os.path.join(folder, "a.wav"), os.path.join(folder, "b.wav")
        write_wav(first, samples)
        run("sox", first, "-r", RATE, last, *effects)
        return read_wav(last)[0]


def phone(samples, rng):
    """A room, talk at 20 dB, automatic gain, AAC at 48 kbit/s."""
    wet = in_room(samples, rng, 0.5, 3.0)
    return through(automatic_gain(with_talk(wet, 20, rng)), "m4a", "-c:a", "aac", "-b:a", "48k")


def seconds(x):
    return int(x * RATE)


def middle(samples, rng):
    return int(len(samples) * rng.uniform(0.3, 0.7))


def muted(samples, rng, length=1.0):
    at, out = middle(samples, rng), samples.copy()
    out[at:at + seconds(length)] = 0
    return out


def inserted(samples, rng):
    at = middle(samples, rng)
    return np.concatenate([samples[:at], np.zeros(seconds(1)), samples[at:]])


def cut_out(samples, rng, length=1.0):
    at = middle(samples, rng)
    return np.concatenate([samples[:at], samples[at + seconds(length):]])


def noisy(samples, rng, decibels=10):
    return samples + rng.normal(size=len(samples)) * np.sqrt(power(samples) / 10 ** (decibels / 10))


CHANGES = {
    "clean": lambda s, r: s,
    "late-0.3": lambda s, r: s[seconds(0.3):], "late-3": lambda s, r: s[seconds(3):],
    "late-30": lambda s, r: s[seconds(30):],
    "early-5": lambda s, r: s[:-seconds(5 + 3)], "early-60": lambda s, r: s[:-seconds(60 + 3)],
    "muted-1": muted, "inserted-1": inserted, "cut-1": cut_out,
    "muted-10": lambda s, r: muted(s, r, 10.0), "cut-10": lambda s, r: cut_out(s, r, 10.0),
    "restart-12": lambda s, r: np.concatenate([s[:seconds(12)], s]),
    "restart-12-pause": lambda s, r: np.concatenate(
        [s[:seconds(12)], np.zeros(seconds(r.uniform(0.2, 3))), s]),
    "resumed-12": lambda s, r: np.concatenate([s[:seconds(12)], s[seconds(12 + r.uniform(1, 4)):]]),
    "talk-20": lambda s, r: with_talk(s, 20, r), "talk-15": lambda s, r: with_talk(s, 15, r),
    "talk-10": lambda s, r: with_talk(s, 10, r),
    **{f"wow-{depth}-{f}": lambda s, r, depth=depth, f=f: wow(s, depth / 100, f, r)
       for depth in (0.3, 1) for f in (0.1, 0.5, 6)},
    "room": in_room, "agc": lambda s, r: automatic_gain(s), "phone": phone,
    "noise-10": noisy, "clipped": lambda s, r: np.clip(s, -0.12, 0.12) * 3,
    "mp3-64": lambda s, r: through(s, "mp3", "-b:a", "64k"),
    "opus-32": lambda s, r: through(s, "opus", "-c:a", "libopus", "-b:a", "32k"),
    "telephone": lambda s, r: with_sox(s, "sinc", "300-3400"),
    "speed-1.1": lambda s, r: with_sox(s, "speed", "1.1"),
    "speed-0.9": lambda s, r: with_sox(s, "speed", "0.9"),
    "pitch-up": lambda s, r: with_sox(s, "pitch", "300"),
    "tempo-0.93": lambda s, r: with_sox(s, "tempo", "-m", "0.93"),
}
NAMES = ([f"gm{program}.clean" for program in STRUCK + SUSTAINED]
         + [f"{name}.{change}" for change in CHANGES for name in ("ours", "gm20")])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_intermixed_args()
    if arguments.list or not arguments.folder:
        print(*sorted(set(NAMES)), sep="\n")
        return
    os.makedirs(arguments.folder, exist_ok=True)
    for name in sorted(set(NAMES)):
        if not arguments.words or any(
                word == name or word in name and word not in NAMES for word in arguments.words):
            instrument, change = name.split(".", 1)
            rng = np.random.default_rng([arguments.seed, *name.encode()])
            samples = CHANGES[change](source(instrument, arguments.folder), rng)
            path = os.path.join(arguments.folder, name + ".wav")
            write_wav(path, samples)
            print(path, flush=True)


if __name__ == "__main__":
    main()
