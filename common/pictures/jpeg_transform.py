"""The inverse cosine transform of JPEG files (ITU-T T.81, A.3.3), from all or few frequencies.

A block of n x n samples is made of its n x n lowest frequencies, which are dequantised numbers, row
after row; one number more, without meaning, follows them.
"""
import math

CLIP = bytes(min(255, max(0, i - 4096 + 128)) for i in range(8192))     # of a sample plus 4096
C1, C2, C3, C4, C5, C6, C7 = (math.cos(k * math.pi / 16) / 2 for k in range(1, 8))


def samples_8(f):
    """Eight samples of a line from its eight frequencies."""
    f0, f1, f2, f3, f4, f5, f6, f7 = f
    if not (f1 or f2 or f3 or f4 or f5 or f6 or f7):
        return (C4 * f0,) * 8
    s, t, u, v = C4 * (f0 + f4), C4 * (f0 - f4), C2 * f2 + C6 * f6, C6 * f2 - C2 * f6
    a, b, c, d = s + u, t + v, t - v, s - u
    e = C1 * f1 + C3 * f3 + C5 * f5 + C7 * f7
    g = C3 * f1 - C7 * f3 - C1 * f5 - C5 * f7
    h = C5 * f1 - C1 * f3 + C7 * f5 + C3 * f7
    i = C7 * f1 - C5 * f3 + C3 * f5 - C1 * f7
    return a + e, b + g, c + h, d + i, d - i, c - h, b - g, a - e


def samples_4(f):
    """Four samples of a line from four of its eight frequencies."""
    f0, f1, f2, f3 = f
    s, t = (f0 + f2) * C4, (f0 - f2) * C4
    u, v = C2 * f1 + C6 * f3, C6 * f1 - C2 * f3
    return s + u, t + v, t - v, s - u


def transform_8(f, out, start, stride):
    """A block of 8 x 8 samples, written to `out` from `start` on."""
    columns = [samples_8(f[i:64:8]) for i in range(8)]
    for row in zip(*columns):
        out[start:start + 8] = bytes([CLIP[int(x + 4096.5)] for x in samples_8(row)])
        start += stride


def transform_4(f, out, start, stride):
    """A block of 4 x 4 samples."""
    columns = [samples_4(f[i:16:4]) for i in range(4)]
    for row in zip(*columns):
        out[start:start + 4] = bytes([CLIP[int(x + 4096.5)] for x in samples_4(row)])
        start += stride


def transform_2(f, out, start, stride):
    """A block of 2 x 2 samples."""
    f0, f1, f2, f3, _ = f
    s, t, u, v = f0 + f1 + 32768, f0 - f1 + 32768, f2 + f3, f2 - f3
    out[start] = CLIP[s + u >> 3]
    out[start + 1] = CLIP[t + v >> 3]
    out[start + stride] = CLIP[s - u >> 3]
    out[start + stride + 1] = CLIP[t - v >> 3]


def transform_1(f, out, start, _stride):
    """A block of one sample, the mean."""
    out[start] = CLIP[(f[0] >> 3) + 4096]


TRANSFORMS = {8: transform_8, 4: transform_4, 2: transform_2, 1: transform_1}
