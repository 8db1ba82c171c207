"""QR symbols: the standard's own examples, round trips, and damage."""
import random
import shutil
import subprocess
import unittest

import qr
from qr import decoding, encoding, images, reed_solomon, straight
from qr import qrcode_tables as tables
from qr.qrcode_tables import QRError
from support import matrix_of, need, path, read, read_symbol, share, some


def damage(rng, matrix, version, level, wrong):
    """A matrix with `wrong` codewords of every block changed, by one module or more of each."""
    positions = tables.data_positions(version)
    sizes, checks = tables.block_sizes(version, level)
    order = [block for i in range(max(sizes)) for block, size in enumerate(sizes) if i < size]
    order += list(range(len(sizes))) * checks
    words = []
    for block in range(len(sizes)):
        own = [k for k, other in enumerate(order) if other == block]
        words += rng.sample(own, wrong)
    matrix = [row[:] for row in matrix]
    for word in words:
        for bit in rng.sample(range(8), rng.randrange(1, 9)):
            i, j = positions[8 * word + bit]
            matrix[i][j] ^= 1
    return matrix


def draw(bits, version, level):
    """The matrix of a symbol of these bits, by mask 0."""
    codewords = encoding.make_codewords(bits, version, level)
    return encoding.draw_symbol(version, level, 0, codewords)


class Tables(unittest.TestCase):
    """What ISO/IEC 18004 prints."""

    def test_alignment_positions_are_those_of_annex_e(self):
        for version, positions in ((1, ()), (2, (6, 18)), (7, (6, 22, 38)), (15, (6, 26, 48, 70)),
                                   (32, (6, 34, 60, 86, 112, 138)),
                                   (40, (6, 30, 58, 86, 114, 142, 170))):
            self.assertEqual(tables.alignment_positions(version), positions)

    def test_capacities_are_those_of_table_7(self):
        self.assertEqual([len(tables.data_positions(v)) // 8 for v in (1, 2, 6, 7, 21, 27, 40)],
                         [26, 44, 172, 196, 1156, 1828, 3706])
        self.assertEqual([tables.capacity(40, level) // 8 for level in "LMQH"],
                         [2956, 2334, 1666, 1276])

    def test_generators_are_those_of_annex_a(self):
        self.assertEqual([reed_solomon.LOG[c] for c in reed_solomon.generator(7)],
                         [87, 229, 146, 149, 238, 102, 21])
        self.assertEqual([reed_solomon.LOG[c] for c in reed_solomon.generator(10)],
                         [251, 67, 46, 61, 118, 70, 64, 94, 32, 45])

    def test_information_is_that_of_annexes_c_and_d(self):
        self.assertEqual(tables.format_information("M", 5), 0b100000011001110)
        self.assertEqual(tables.version_information(7), 0b000111110010010100)


class Encoding(unittest.TestCase):
    def test_example_of_annex_i(self):
        """01234567 as version 1-M."""
        segments = encoding.split_segments(b"01234567", 1)
        bits = "".join(encoding.segment_bits(*segment, 1) for segment in segments)
        self.assertEqual(bits, "0001" "0000001000" "0000001100" "0101011001" "1000011")
        self.assertEqual(bytes(encoding.make_codewords(bits, 1, "M")).hex(),
                         "10200c566180ec11ec11ec11ec11ec11a524d4c1ed36c7872c55")

    def test_no_other_split_into_segments_is_shorter(self):
        """Every split of short texts is tried."""
        def length(segments, version):
            return sum(len(encoding.segment_bits(*each, version)) for each in segments)

        def splits(data):
            if not data:
                yield []
            for mode in encoding.MODES:
                for end in range(1, len(data) + 1):
                    if not encoding.fits_mode(data[end - 1], mode):
                        break
                    yield from ([(mode, data[:end])] + rest for rest in splits(data[end:]))

        rng = random.Random(2)
        for _ in range(share(12)):
            text = b"".join(bytes([rng.choice(b"aA1")]) * rng.randrange(1, 5) for _ in range(3))[:7]
            for version in (1, 10, 27):
                best = min(length(segments, version) for segments in splits(text))
                ours = encoding.split_segments(text, version)
                self.assertEqual(length(ours, version), best, text)

    def test_a_long_text_is_split_by_mode(self):
        text = b"ABCDEF" * 5 + b"1234567890" * 4 + b"lower case" + b"99999999999999"
        self.assertEqual([mode for mode, _ in encoding.split_segments(text, 5)], [2, 1, 4, 1])

    def test_smallest_version_then_highest_level_is_chosen(self):
        for length, version, level in ((7, 1, "H"), (8, 1, "Q"), (14, 1, "M"), (17, 1, "L"),
                                       (18, 2, "Q"), (2953, 40, "L")):
            symbol = qr.encode(b"x" * length, level=None, mask=0)
            self.assertEqual((symbol.version, symbol.level), (version, level))
        self.assertEqual(qr.encode(b"7" * 7089, mask=1).version, 40)

    def test_data_that_do_not_fit_are_refused_with_the_limit(self):
        for data, options, words in (
                (b"x" * 2954, {}, "the largest symbol holds 2953"), (b"7" * 7090, {}, "too long"),
                (b"x" * 18, {"version": 1}, "symbol of version 1 holds 17"),
                (b"x" * 1274, {"level": "H"}, "at level H holds 1273"),
                (b"x" * 20000, {}, "too long"),
                (b"x" * 300, {"version": 9, "level": "L"}, "version 9 at level L holds 230")):
            with self.assertRaisesRegex(QRError, words):
                qr.encode(data, **{"level": None, **options})

    def test_mask_of_the_lowest_penalty_is_chosen(self):
        text = b"which mask?"
        _, version, level, mask, *_ = qr.encode(text, level=None)
        penalties = [encoding.penalty(matrix_of(text, level, version, each))
                     for each in range(8)]
        self.assertEqual(penalties.index(min(penalties)), mask)

    def test_penalties_count_runs_blocks_finders_and_shade(self):
        """Patterns small enough to count by hand by the rules of 7.8.3."""
        self.assertEqual(encoding.penalty([[0] * 6 for _ in range(6)]), 12 * 4 + 25 * 3 + 100)
        board = [[(i + j) % 2 for j in range(6)] for i in range(6)]
        self.assertEqual(encoding.penalty(board), 0)
        board = [[(i + j) % 2 for j in range(11)] for i in range(11)]
        finder = [[1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]] + board[1:]
        # 121 modules with 60 or 57 dark: no imbalance; the line has no run of five; its blocks
        # of 2 x 2 with the second row are none.
        self.assertEqual(encoding.penalty(finder) - encoding.penalty(board), 40)
        mirrored = [row[::-1] for row in finder]
        self.assertEqual(encoding.penalty(mirrored), encoding.penalty(finder))


class Symbols(unittest.TestCase):
    """Round trips and damage."""

    def test_picogpt_reads_back_here_and_in_zbar(self):
        for name in ("picogpt.png", "picogpt.svg"):
            payload, version, _ = read_symbol(read("qr", name))
            self.assertEqual(payload, read("picogpt.py"))
            self.assertLessEqual(version, 29)
        need(shutil.which("zbarimg"), "zbarimg (Debian's zbar-tools)")
        done = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", path("qr", "picogpt.png")],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertEqual(done.stdout, read("picogpt.py"))

    def test_every_version_reads_back(self):
        rng = random.Random(3)
        for version in some(tables.VERSIONS):
            level = "LMQH"[version % 4]
            room = tables.capacity(version, level) // 8 - 3
            data = bytes(rng.getrandbits(8) for _ in range(room))
            matrix = matrix_of(data, level, version, version % 8)
            self.assertEqual(decoding.decode(matrix, version)[:2], (data, level))
            if version % 24 == 1:                # slow_qr.py reads pictures of all versions
                self.assertEqual(read_symbol(images.to_svg(matrix)), (data, version, level))

    def test_short_and_odd_texts_read_back(self):
        for data in (b"0", b"00", b"A", b"AB:", b"\0\xff\n", b"12345",
                     b"HELLO WORLD 0123456789 and more"):
            self.assertEqual(read_symbol(images.to_png(matrix_of(data)))[0], data)

    def test_damage_is_corrected_to_the_limit_and_refused_beyond(self, trials=250):
        """Never another payload. The slow test does a thousand."""
        rng = random.Random(trials)
        for _ in range(share(trials)):
            version, level = rng.choice((1, 2, 3, 5, 7, 10, 14)), rng.choice("LMQH")
            checks = tables.block_sizes(version, level)[1]
            limit = (checks - tables.MISDECODE_PROTECTION.get((version, level), 0)) // 2
            room = tables.capacity(version, level) // 8 - 3
            data = bytes(rng.getrandbits(8) for _ in range(room))
            matrix = matrix_of(data, level, version, rng.randrange(8))
            for positions in tables.format_positions(version):       # each copy may have three
                for i, j in rng.sample(positions, 3):
                    matrix[i][j] ^= 1
            damaged = damage(rng, matrix, version, level, limit)
            self.assertEqual(decoding.decode(damaged, version)[:2], (data, level))
            beyond = limit + rng.randrange(1, checks - limit)
            with self.assertRaisesRegex(QRError, "beyond what its error correction"):
                decoding.decode(damage(rng, matrix, version, level, beyond), version)

    def test_wrong_modules_anywhere_are_corrected(self):
        """Finders and timing too, as many as the weakest block can take."""
        rng, data = random.Random(5), b"modules flipped anywhere"
        for _ in range(15):
            _, version, level, _, matrix, _ = qr.encode(data, level="H")
            for _ in range(tables.block_sizes(version, level)[1] // 2):
                i, j = rng.randrange(len(matrix)), rng.randrange(len(matrix))
                if (i, j) not in sum(tables.format_positions(version), []):
                    matrix[i][j] ^= 1
            self.assertEqual(read_symbol(images.to_png(matrix)), (data, version, level))

    def test_turned_and_mirrored_symbols_are_read(self):
        for version, turns in some(((7, 4), (1, 4), (27, 1))):
            matrix = matrix_of(b"which way up?", "L", version, 3)
            for _ in range(turns):
                matrix = straight.rotate(matrix)
                for each in (matrix, [row[::-1] for row in matrix]):
                    self.assertEqual(read_symbol(images.to_png(each)),
                                     (b"which way up?", version, "L"))

    def test_information_beyond_repair_is_reported(self):
        matrix = matrix_of(b"information", version=8, mask=0)
        for positions, flips, words in ((tables.format_positions(8), 5, "format information"),
                                        (tables.version_positions(8), None, "declares version 9")):
            changed = [row[:] for row in matrix]
            for copy in positions:
                bits = range(flips) if flips else [
                    k for k in range(18) if (tables.version_information(8)
                                             ^ tables.version_information(9)) >> 17 - k & 1]
                for k in bits:
                    i, j = copy[k]
                    changed[i][j] ^= 1
            with self.assertRaisesRegex(QRError, words):
                decoding.decode(changed, 8)


class Payloads(unittest.TestCase):
    """Segments that our encoder does not write."""

    def test_eci_designators_of_each_length_are_skipped(self):
        for eci in ("00011010", "1000000100000000", "110000000000000100000000"):
            text = "größer".encode()
            bits = "0111" + eci + encoding.segment_bits(tables.BYTE, text, 3)
            self.assertEqual(decoding.decode(draw(bits, 3, "L"), 3)[0], text)

    def test_kanji_come_as_shift_jis(self):
        """The two characters of the standard's example."""
        bits = f"1000{2:08b}{0x0D9F:013b}{0x1AAA:013b}"
        self.assertEqual(decoding.decode(draw(bits, 1, "L"), 1)[0], b"\x93\x5f\xe4\xaa")

    def test_illegal_segments_are_refused(self):
        for bits, words in ((f"0001{3:010b}{1000:010b}", "illegal group 1000 of 3 digits"),
                            (f"0001{1:010b}{10:04b}", "illegal group 10 of 1 digits"),
                            (f"0010{2:09b}{2025:011b}", "illegal alphanumeric group 2025"),
                            (f"0010{1:09b}{45:06b}", "illegal alphanumeric group 45"),
                            ("1001" + "0" * 20, "mode 9, which is not supported"),
                            (f"0100{255:08b}", "ends in the middle of a segment")):
            with self.assertRaisesRegex(QRError, words):
                decoding.decode(draw(bits, 1, "L"), 1)

    def test_full_symbol_needs_no_terminator(self):
        data = b"x" * 17
        self.assertEqual(decoding.decode(matrix_of(data, "L", 1, 0), 1), (data, "L", 0))


if __name__ == "__main__":
    unittest.main()
