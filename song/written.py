"""A song as MIDI notes: the same interface as listening.Listener.

Notes may be missing, wrong or doubled, the tempo and the key are anybody's. Where no note is
missing their order tells which is which, however unevenly they are played; else their places on
the grid between the alaps do.
"""
import bisect

from . import parity, raga
from .midi import SongError

CERTAIN, IMPOSSIBLE = 0.0, -50.0                 # log-likelihoods of a written note's digits
UNIFORM = 0.1                                    # of an alap's step, by which its notes may be off
NEAR = 0.4                                       # slots by which a note may be off its place
FIRST = 12                                       # notes that tell how many there are
MAX_ENDINGS = 6                                  # divisions into phrases that are tried


def is_alap(notes):
    """Are ten (tick, pitch) different notes, evenly spaced?"""
    if len({pitch for _, pitch in notes}) < 10:
        return False
    step = (notes[9][0] - notes[0][0]) / 9
    return step > 0 and all(abs(tick - notes[0][0] - k * step) < UNIFORM * step
                            for k, (tick, _) in enumerate(notes))


class WrittenSong:
    """The notes of a MIDI file; `opening` and `closing`: the (tick, slot) of its alaps or None."""

    def __init__(self, notes):
        """notes: [(tick, pitch)] in order. SongError if there is no alap."""
        self.notes, self.ticks = notes, [tick for tick, _ in notes]
        first, last = notes[:10], notes[-10:]
        self.opening = self.closing = alap = None
        if is_alap(last):
            self.closing, alap = self.grid(last), last
        if is_alap(first):
            self.opening, alap = self.grid(first), first
        if alap is None:
            raise SongError("neither begins nor ends with ten different even notes, the alap; "
                            "is it another song?")
        digit_of = {pitch: digit for digit, (_, pitch) in enumerate(alap)}
        certain = [[CERTAIN if d == digit else IMPOSSIBLE for d in range(10)]
                   for digit in range(10)]
        # Of each note the log-likelihoods of the digits; None for a pitch that is not in the alap.
        self.rows = [certain[digit_of[pitch]] if pitch in digit_of else None for _, pitch in notes]

    @staticmethod
    def grid(alap):
        """(tick, ticks of a slot) of ten notes."""
        return alap[0][0], (alap[9][0] - alap[0][0]) / (9 * raga.ALAP_STEP)

    def beginning(self):
        """The first notes after the opening alap."""
        if not self.opening:
            return []
        start, slot = self.opening
        placed = [self.at(start + place * slot, NEAR * length * slot)
                  for place, length, _ in raga.Layout(FIRST).melody]
        inorder = self.rows[10:10 + FIRST]
        return placed if placed.count(None) <= inorder.count(None) + 2 else inorder

    def counts(self):
        """Numbers of digits that the number of notes, or the time between the alaps, tells."""
        size = len(self.notes)
        found = [size - 10]                      # without a coda, as songs once were
        for count in range(max(1, size * 3 // 4 - 40), size):
            codewords, checks = parity.shape(count)
            if 20 + count + parity.SYMBOL * codewords * checks == size:
                found.insert(0, count)
        if self.opening and self.closing:
            (start, slot), (end, _) = self.opening, self.closing
            slots = (end - start) / slot
            about = max(1, int((slots - 2 * raga.MELODY) / 1.4))
            found += [count for count in range(about, min(raga.MAX_DIGITS, about + about // 6 + 60))
                      if abs(raga.Layout(count).closing_start - slots) < 1]
        return [count for count in found if 0 < count <= raga.MAX_DIGITS]

    def hear(self, count):
        """(melody, coda) of so many digits: for each note its row, None for one that is missing."""
        codewords, size = parity.shape(count)
        checks, rows = parity.SYMBOL * codewords * size, self.rows
        if self.opening and len(rows) == 20 + count + checks:
            return rows[10:10 + count], rows[10 + count:-10]
        if self.opening and len(rows) == 10 + count:
            return rows[10:], [None] * checks
        if self.opening:
            return self.place(count, *self.opening)
        end, slot = self.closing
        return self.place(count, end - raga.Layout(count).closing_start * slot, slot)

    def place(self, count, start, slot):
        """(melody, coda) of so many digits from tick `start` on, by the notes' places."""
        layout = raga.Layout(count)
        return tuple([self.at(start + place * slot, NEAR * length * slot)
                      for place, length, _ in notes] for notes in (layout.melody, layout.coda))

    def at(self, tick, near):
        """The row of the note that begins nearest to a tick, if it is near."""
        k = bisect.bisect(self.ticks, tick)
        found = [(abs(self.ticks[i] - tick), i) for i in (k - 1, k) if 0 <= i < len(self.ticks)]
        off, i = min(found)
        return self.rows[i] if off <= near else None

    def unending(self):
        """Yield the melody after the opening alap, on to the last note: in order, then by place."""
        if self.opening:
            yield self.rows[10:]
            start, slot = self.opening
            slots = (self.ticks[-1] - start) / slot - raga.MELODY
            count = int(slots * raga.PHRASE_NOTES / raga.PHRASE_STEP) + 1
            yield self.place(max(1, min(raga.MAX_DIGITS, count)), start, slot)[0]

    def endings(self):
        """Yield (melody, coda, shape of the parity) as placed from the closing alap."""
        if not self.closing:
            return
        end, slot = self.closing
        found = []
        for count in raga.late_counts((end - self.ticks[0]) / slot):
            melody, coda = self.place(count, end - raga.Layout(count).closing_start * slot, slot)
            found.append((melody, coda, parity.shape(count)))
        found.sort(key=lambda ending: ending[0].count(None) + ending[1].count(None)
                   - len(ending[0]) - len(ending[1]))
        yield from found[:MAX_ENDINGS]

    def where(self, count, k):
        """Where the note k of so many is, in words."""
        return f"around note {k + 1} of {count}"
