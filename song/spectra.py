"""What the ear measures in a recording: its loudness from moment to moment, and spectra of sounds.

A spectrum is the power in bands that are as wide as a quarter of a tone where hearing is done by
ratios, and no narrower than the transform resolves; so a tape that runs one per cent too fast or
wavers moves hardly anything into another band. (Brown 1991, "Calculation of a constant Q spectral
transform"; here the bands are pooled from a Fourier transform, Cooley and Tukey 1965.)
"""
import cmath
import functools
import math
import operator

HOP = 0.01                     # seconds between two values of the envelope
LOWEST, HIGHEST = 55.0, 0.48   # Hz, and of the sample rate: the range of the bands
BAND = 2 ** (1 / 24)           # ratio from a band to the next
COMPRESSION = 0.35             # exponent of power, so that weak partials count
FLOOR = 1e-12


# ---- Loudness -------------------------------------------------------------------------------
def envelope(samples, rate):
    """Mean square of each hop of the samples less those two places before.

    That difference is a band-pass whose middle is a quarter of the rate: hum and hiss are weakened.
    """
    size, filtered = HOP * rate, list(map(operator.sub, samples[2:], samples))
    edges = [round(i * size) for i in range(int(len(samples) / size) + 1)]
    return [dot(part, part) / (b - a) for a, b in zip(edges, edges[1:])
            for part in (filtered[a:b],)]


class Prefix:
    """A list of numbers of which the mean between any two places is wanted often."""

    def __init__(self, values):
        self.sums = [0.0]
        for value in values:
            self.sums.append(self.sums[-1] + value)
        self.size = len(values)

    def mean(self, start, end):
        """The mean of values[start:end], as far as there are any; else 0."""
        start, end = max(0, int(start)), min(self.size, max(int(start) + 1, int(end)))
        return (self.sums[end] - self.sums[start]) / (end - start) if end > start else 0.0


def moving_average(values, width):
    """Means over 2 width + 1 values, fewer at the ends."""
    prefix, n = Prefix(values), len(values)
    return [prefix.mean(i - width, i + width + 1) for i in range(n)]


# ---- Vectors --------------------------------------------------------------------------------
def dot(a, b):
    """The scalar product."""
    return sum(map(operator.mul, a, b))


def normalise(vector):
    """A vector of length 1 in the same direction; zeros stay zeros."""
    norm = math.sqrt(dot(vector, vector)) or 1.0
    return [v / norm for v in vector]


def mean_vector(vectors):
    """The direction of the sum of vectors."""
    return normalise([sum(column) for column in zip(*vectors)])


# ---- Spectra --------------------------------------------------------------------------------
@functools.lru_cache(maxsize=None)
def roots_of_unity(size):
    """exp(-2 pi i k / size) for k below size / 2."""
    return [cmath.exp(-2j * math.pi * k / size) for k in range(size // 2)]


def fourier(values):
    """The discrete Fourier transform of a power of two of numbers."""
    size = len(values)
    if size == 2:
        return [values[0] + values[1], values[0] - values[1]]
    even, odd = fourier(values[0::2]), fourier(values[1::2])
    turned = list(map(operator.mul, roots_of_unity(size), odd))
    return list(map(operator.add, even, turned)) + list(map(operator.sub, even, turned))


def power_of_two(number):
    """The smallest power of two that is not below a number."""
    return 1 << max(1, math.ceil(number) - 1).bit_length()


class Analyser:
    """Spectra of samples through a Hann window of so many seconds."""

    def __init__(self, samples, rate, seconds):
        self.samples, self.rate = samples, rate
        self.size = max(8, int(seconds * rate))
        self.window = [0.5 - 0.5 * math.cos(2 * math.pi * (i + 0.5) / self.size)
                       for i in range(self.size)]
        self.padding = [0.0] * (power_of_two(self.size) - self.size)
        self.bands = self.pool(power_of_two(self.size))

    def pool(self, size):
        """[(first bin, weights)] of the bands: triangles over the bins of a transform."""
        width = self.rate / size                 # Hz between two bins
        resolved = 2 * self.rate / self.size     # Hz that the window tells apart
        centres, frequency = [], LOWEST
        while frequency < HIGHEST * self.rate:
            centres.append(frequency)
            frequency = max(frequency * BAND, frequency + resolved / 2)
        bands = []
        for low, centre, high in zip([0.0] + centres, centres, centres[1:]):
            first, last = math.ceil(low / width), math.floor(high / width)
            weights = [min((k * width - low) / (centre - low), (high - k * width) / (high - centre))
                       for k in range(first, last + 1)]
            if low and sum(weights) > 0:
                bands.append((first, weights))
        return bands

    def spectrum(self, second, other=None):
        """Compressed powers of the bands from a second on, a list; two lists for two moments."""
        parts = []
        for moment in (second, second if other is None else other):
            start = round(moment * self.rate)
            part = self.samples[max(0, start):max(0, start + self.size)]
            part = list(map(operator.mul, self.window, part))
            parts.append(part + [0.0] * (self.size - len(part)) + self.padding)
        both = fourier(list(map(complex, *parts)))           # two real transforms at once
        half = len(both) // 2
        back = [both[0]] + both[:0:-1]
        first = [abs(a + b.conjugate()) ** 2 for a, b in zip(both[:half], back)]
        second = [abs(a - b.conjugate()) ** 2 for a, b in zip(both[:half], back)]
        pooled = [[(dot(weights, powers[k:k + len(weights)]) + FLOOR) ** COMPRESSION
                   for k, weights in self.bands] for powers in (first, second)]
        return pooled[0] if other is None else pooled
