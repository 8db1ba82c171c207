"""Huffman codes of JPEG files (ITU-T T.81, annexes C and F.2.2), by tables of 16-bit windows."""
from .grey import PictureError

WINDOW = 16                                      # bits that are looked up at once
REFILL_BITS, CHUNK_BYTES = 1800, 128             # a block takes at most 64 x (16 + 11) = 1728 bits
END = 128                                        # a step beyond all 64 coefficients of a block
DAMAGED = "is a damaged JPEG; take another copy"


def extend(bits, size):
    """The number that `size` further bits stand for (table F.1): the lower half are negative."""
    return bits if bits >> size - 1 else bits - (1 << size) + 1


class Code:
    """A Huffman code (annex C), as a table of all 16-bit windows.

    An entry is (bits, step, value). bits: how many of the window are used; step: by how many
    coefficients to go on; value: of the last of them. Where the window is too short for a value
    this is None, the bits are those of the code alone, and sizes[step] says how many follow.
    """

    def __init__(self, counts, symbols):
        code, entries, position = 0, [], 0
        self.symbols = []
        for length in range(1, 17):
            for symbol in symbols[position:position + counts[length - 1]]:
                if code >> length:
                    raise PictureError(DAMAGED)
                self.symbols.append((length, symbol))
                entries += self.entries(length, symbol)
                code += 1
            position += counts[length - 1]
            code <<= 1
        # Windows that are no code end the block.
        self.table = (entries + [(WINDOW, END, 0)] * ((1 << WINDOW) - len(entries)))[:1 << WINDOW]
        self.skips, self.numbers = [None] * (1 << WINDOW), None

    def entries(self, length, symbol):
        """The entries of all windows that begin with a symbol's code, in order."""
        run, size = symbol >> 4, symbol & 15
        room = WINDOW - length - size
        if size == 0:
            step = 16 if run == 15 else END
            return [(length, step, 0)] * (1 << WINDOW - length)
        if room < 0:
            return [(length, run + 1 << 4 | size, None)] * (1 << WINDOW - length)
        found = []
        for bits in range(1 << size):
            found += [(length + size, run + 1, extend(bits, size))] * (1 << room)
        return found

    def symbol_table(self):
        """(bits of its code, symbol) for each window: the symbols as they are."""
        if not self.numbers:
            entries = []
            for length, symbol in self.symbols:
                entries += [(length, symbol)] * (1 << WINDOW - length)
            self.numbers = (entries + [(WINDOW, 0)] * (1 << WINDOW))[:1 << WINDOW]
        return self.numbers

    def skip(self, window):
        """(bits, step, whether the block ends) of as many whole coefficients as a window has."""
        used = steps = 0
        while True:
            bits, step, value = self.table[window << used & 0xFFFF]
            if value is None or used + bits > WINDOW or (step == END and used):
                break
            used, steps = used + bits, steps + step
            if step == END:
                break
        entry = (used, steps, steps >= END) if used else (0, 0, False)
        self.skips[window] = entry
        return entry


class BitReader:
    """The bits of a restart interval; zeros after its end."""

    def __init__(self, data):
        self.data, self.position, self.bits, self.left = data, 0, 0, 0

    def fill(self):
        """Have at least REFILL_BITS bits: the lowest `left` of `bits`."""
        while self.left < REFILL_BITS:
            part = self.data[self.position:self.position + CHUNK_BYTES]
            self.bits = ((self.bits & (1 << self.left) - 1) << 8 * CHUNK_BYTES
                         | int.from_bytes(part.ljust(CHUNK_BYTES, b"\0"), "big"))
            self.position += CHUNK_BYTES
            self.left += 8 * CHUNK_BYTES

    def ended(self):
        """Have more bits been used than there are?"""
        return 8 * self.position - self.left > 8 * len(self.data)

    def take(self, count):
        """The next bits, as a number. At most 32 since the last `fill` or `take`."""
        if self.left < 64:
            self.fill()
        self.left -= count
        return self.bits >> self.left & (1 << count) - 1

    def symbol(self, table):
        """The next symbol, by a symbol_table."""
        if self.left < 64:
            self.fill()
        bits, symbol = table[self.bits >> self.left - WINDOW & 0xFFFF]
        self.left -= bits
        return symbol
