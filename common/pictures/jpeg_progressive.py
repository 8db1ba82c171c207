"""Progressive frames of JPEG files (ITU-T T.81, annex G): coefficients, as scans refine them."""
import array

from .grey import PictureError
from .jpeg_codes import DAMAGED, BitReader, extend
from .jpeg_frame import units


class Progression:
    """The coefficients of the luminance, as scans make them more precise.

    Where less than the whole size is asked for, refinements of all but the mean are left out: what
    they add is below a grey level or two.
    """

    def __init__(self, decoder):
        self.decoder, self.frame = decoder, decoder.frame
        luma = self.frame.luma
        self.coefficients = array.array("h", bytes(128 * luma.columns * luma.lines))

    def scan(self, scan):
        """Decode a scan, unless nothing of it is needed."""
        decoder, luma = self.decoder, self.frame.luma
        if all(part[0] is not luma for part in scan.parts):
            return
        if scan.first and (scan.first > decoder.plane.last or scan.high and decoder.n < 8):
            return
        for data, places in units(self.frame, scan, decoder.restart):
            reader = BitReader(data)
            if not scan.first:
                self.dc_interval(scan, reader, places)
            elif scan.high:
                self.refine_interval(scan, reader, places)
            else:
                self.ac_interval(scan, reader, places)

    def table(self, number):
        """The symbols of a Huffman table."""
        if number not in self.decoder.codes:
            raise PictureError(DAMAGED)
        return self.decoder.codes[number].symbol_table()

    def dc_interval(self, scan, reader, places):
        """The means of blocks, or one more bit of them (G.1.2.1)."""
        luma, low, coefficients = self.frame.luma, scan.low, self.coefficients
        single = len(scan.parts) == 1
        predictions = [0] * len(scan.parts)
        tables = [None if scan.high else self.table(dc) for _, dc, _ in scan.parts]
        steps = []
        for index, (component, _, _) in enumerate(scan.parts):
            down, across = (1, 1) if single else (component.down, component.across)
            steps += [(index, component is luma, down, across, i, j)
                      for i in range(down) for j in range(across)]
        for line, column in places:
            if reader.ended():
                break
            for index, is_luma, down, across, i, j in steps:
                if scan.high:
                    value = reader.take(1) << low
                else:
                    size = reader.symbol(tables[index]) & 15
                    if size:
                        predictions[index] += extend(reader.take(size), size)
                    value = predictions[index] << low
                if is_luma:
                    place = 64 * ((line * down + i) * luma.columns + column * across + j)
                    if scan.high:
                        coefficients[place] |= value
                    else:
                        coefficients[place] = clamp(value)

    def ac_interval(self, scan, reader, places):
        """The first bits of the frequencies from scan.first to scan.last (G.1.2.2)."""
        columns, coefficients = self.frame.luma.columns, self.coefficients
        first, last, low = scan.first, scan.last, scan.low
        table, idle = self.table(0x10 | scan.parts[0][2]), 0
        for line, column in places:
            if idle:                             # an end of several blocks
                idle -= 1
                continue
            if reader.ended():
                break
            start, k = 64 * (line * columns + column), first
            while k <= last:
                symbol = reader.symbol(table)
                run, size = symbol >> 4, symbol & 15
                if size:
                    k += run
                    value = extend(reader.take(size), size) << low
                    if k <= last:
                        coefficients[start + k] = clamp(value)
                    k += 1
                elif run == 15:
                    k += 16
                else:
                    idle = (1 << run) - 1 + reader.take(run)
                    break

    def refine_interval(self, scan, reader, places):
        """One more bit of the frequencies from scan.first to scan.last (G.1.2.3)."""
        columns, table, idle = self.frame.luma.columns, self.table(0x10 | scan.parts[0][2]), 0
        for line, column in places:
            if reader.ended():
                break
            start = 64 * (line * columns + column)
            if not idle:
                idle = self.refine_block(scan, reader, table, start)
            else:
                self.refine(scan, reader, start, scan.first, 64)
                idle -= 1

    def refine_block(self, scan, reader, table, start):
        """Refine one block -> how many more blocks have no new coefficients."""
        k = scan.first
        while k <= scan.last:
            symbol = reader.symbol(table)
            run, size = symbol >> 4, symbol & 15
            value = 0
            if size:
                value = (1 if reader.take(1) else -1) << scan.low
            elif run < 15:
                idle = (1 << run) - 1 + reader.take(run)
                self.refine(scan, reader, start, k, 64)
                return idle
            k = self.refine(scan, reader, start, k, run)
            if value and k <= scan.last:
                self.coefficients[start + k] = value
            k += 1
        return 0

    def refine(self, scan, reader, start, k, zeros):
        """Refine coefficients from number k on, past so many zeros -> where it stops."""
        coefficients, bit = self.coefficients, 1 << scan.low
        while k <= scan.last:
            value = coefficients[start + k]
            if value:
                if reader.take(1) and not abs(value) & bit:
                    coefficients[start + k] = clamp(value + (bit if value > 0 else -bit))
            elif zeros == 0:
                break
            else:
                zeros -= 1
            k += 1
        return k

    def finish(self):
        """Transform all blocks."""
        plane, luma = self.decoder.plane, self.frame.luma
        quantisers = self.decoder.quantisation.get(luma.table)
        if not quantisers:
            raise PictureError(DAMAGED)
        wanted = [(plane.place[k], k, quantisers[k]) for k in range(64)
                  if plane.place[k] < plane.n ** 2]
        wanted.sort()
        numbers, factors = [k for _, k, _ in wanted], [q for *_, q in wanted]
        for index in range(luma.lines * luma.columns):
            found = self.coefficients[64 * index:64 * index + 64]
            if not any(found):                   # as grey as what is missing
                continue
            block = [found[k] * q for k, q in zip(numbers, factors)]
            plane.put(*divmod(index, luma.columns), block + [0])


def clamp(value):
    """A number as 16 bits hold it: a damaged file may ask for more."""
    return max(-32768, min(32767, value))
