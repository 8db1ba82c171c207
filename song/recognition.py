"""Which notes are played at known times: templates from the alap, compared, learned anew, compared.

What still rings of the notes before is taken away first: a share of their power, which is measured
where the new note has none itself. The rest is explained by the template of its digit and that of
the note before (a nonnegative sum of the two); how well, makes a likelihood, and the likeliest
sequence of notes is found by Viterbi's algorithm. From the notes that are clear the templates are
learned anew, as the melody's notes are shorter than the alap's, and the room answers differently.
(Boll 1979, "Suppression of Acoustic Noise in Speech Using Spectral Subtraction"; Smaragdis and
Brown 2003, "Non-Negative Matrix Factorization for Polyphonic Music Transcription"; Viterbi 1967;
Rabiner 1989, "A Tutorial on Hidden Markov Models".)
"""
import math

from .spectra import COMPRESSION, dot, mean_vector, normalise

DIGITS = range(10)
ALAP_MOMENTS = (0.0, 0.25, 0.5, 1.0)             # slots after a note's own, for its template
RING = 0.15                    # of the new note's amplitude, the most that the one before has left
SUBTRACTED = 2.0               # times what rings on the average is taken away
LEAST_LEFT = 0.02              # of a band's power, that is left
NEARLY_ALL = (1 - LEAST_LEFT) ** COMPRESSION
FOREIGN, OWN = 0.25, 0.6       # of a template's largest band: where it is weak, where strong
MIN_MEASURED = 20              # notes by which the ringing is measured
SHARPNESS = 10.0               # log-likelihood of a residual e times as small
MIN_RESIDUAL = 0.01            # of the power: as much is never explained
LEARNED_SHARE = 0.6            # of a digit's notes, the clearest, from which it is learned anew
MEMORY = 4.0                   # notes that the alap counts for then
ROUNDS = 3                     # of learning


def explained(a, b, likeness, ring):
    """The share of a unit spectrum's power that two templates explain.

    a, b: its products with the new note's template and the one before's; likeness: theirs with
    each other. The amplitude of the one before is from 0 to `ring` times the new one's.
    """
    rest = 1 - likeness * likeness
    if rest < 1e-6 or b <= likeness * a:
        return a * a
    new, old = (a - likeness * b) / rest, (b - likeness * a) / rest
    if old > ring * new:
        both = a + ring * b
        return both * both / (1 + ring * ring + 2 * ring * likeness)
    return new * a + old * b


def likelihoods(products, likeness):
    """Log-likelihoods [digit before][digit] of a spectrum, from its products with the templates."""
    return [[-SHARPNESS * math.log(max(MIN_RESIDUAL, 1 - explained(
        products[d], products[e], likeness[e][d], RING if e != d else 0.0))) for d in DIGITS]
        for e in DIGITS]


def max_marginals(steps):
    """Of each step the log-likelihood of the likeliest sequence through each digit.

    steps: log-likelihoods [digit before][digit] of each.
    """
    forward, best = [], [0.0] * 10
    for step in steps:
        best = [max(best[e] + step[e][d] for e in DIGITS) for d in DIGITS]
        forward.append(best)
    backward, out = [0.0] * 10, []
    for k in range(len(steps) - 1, -1, -1):
        out.append([a + b for a, b in zip(forward[k], backward)])
        backward = [max(steps[k][e][d] + backward[d] for d in DIGITS) for e in DIGITS]
    return out[::-1]


class Recogniser:
    """Templates of the ten notes as an analyser hears them."""

    def __init__(self, notes):
        """notes: for each digit spectra of its note in the alaps, at ALAP_MOMENTS."""
        self.first = [mean_vector(map(normalise, spectra)) for spectra in notes]
        self.templates = self.first

    def clarity(self, spectrum):
        """How well the likeliest template fits a spectrum, 0 to 1."""
        spectrum = normalise(spectrum)
        return max(dot(spectrum, template) for template in self.templates)

    def compare(self, spectra):
        """The max-marginals of each note."""
        likeness = [[dot(a, b) for b in self.templates] for a in self.templates]
        return max_marginals([likelihoods([dot(x, t) for t in self.templates], likeness)
                              for x in spectra])

    def learn(self, spectra, marginals):
        """Templates anew from the clearest notes of each digit."""
        digits = [max(DIGITS, key=m.__getitem__) for m in marginals]
        margins = [margin_of(m) for m in marginals]
        templates = []
        for digit in DIGITS:
            mine = sorted((k for k, d in enumerate(digits) if d == digit),
                          key=lambda k: -margins[k])
            total = [MEMORY * v for v in self.first[digit]]
            for k in mine[:math.ceil(LEARNED_SHARE * len(mine))]:
                x, before = spectra[k], digits[k - 1] if k else digit
                if before != digit:
                    old, new = self.templates[before], self.templates[digit]
                    likeness = dot(old, new)
                    b = (dot(x, old) - likeness * dot(x, new)) / (1 - likeness ** 2 + 1e-9)
                    b = min(max(0.0, b), RING)
                    x = [max(0.0, v - b * w) for v, w in zip(x, old)]
                total = [a + b for a, b in zip(total, x)]
            templates.append(normalise(total))
        self.templates = templates

    def ringing(self, spectra, after_breath, marginals):
        """{whether after a breath: the share of a note's power that is left in the next window}.

        The median over notes, in the bands in which the note before is strong and the new one weak.
        """
        digits, found = [max(DIGITS, key=m.__getitem__) for m in marginals], {False: [], True: []}
        for k in range(1, len(spectra)):
            new, old = self.templates[digits[k]], self.templates[digits[k - 1]]
            weak, strong = FOREIGN * max(new), OWN * max(old)
            bands = [i for i, (t, u) in enumerate(zip(new, old)) if t < weak and u > strong]
            before = sum(spectra[k - 1][i] ** (1 / COMPRESSION) for i in bands)
            if digits[k] != digits[k - 1] and before:
                after = sum(spectra[k][i] ** (1 / COMPRESSION) for i in bands)
                found[after_breath[k]].append(after / before)
        return {breath: sorted(shares)[len(shares) // 2] if len(shares) >= MIN_MEASURED else 0.0
                for breath, shares in found.items()}

    def recognise(self, spectra, after_breath):
        """Of each note the log-likelihoods of the ten digits, the likeliest sequence's through it.

        spectra: in the order in which the notes are played; after_breath: whether each follows one.
        """
        heard = [normalise(x) for x in spectra]
        for _ in range(ROUNDS):
            marginals = self.compare(heard)
            heard = subtract(spectra, after_breath, self.ringing(spectra, after_breath, marginals))
            self.learn(heard, marginals)
        return self.compare(heard)


def subtract(spectra, after_breath, ringing):
    """Spectra without what rings of the note before, as vectors of length 1."""
    out = [normalise(spectra[0])]
    for old, new, breath in zip(spectra, spectra[1:], after_breath[1:]):
        share = min(1.0, SUBTRACTED * ringing[breath]) ** COMPRESSION
        least = LEAST_LEFT ** COMPRESSION
        out.append(normalise([
            (x ** (1 / COMPRESSION) - (share * y) ** (1 / COMPRESSION)) ** COMPRESSION
            if share * y < x * NEARLY_ALL else least * x for x, y in zip(new, old)]))
    return out


def margin_of(marginal):
    """By how much the likeliest digit is likelier than the next."""
    second, first = sorted(marginal)[-2:]
    return first - second
