"""QR symbols: the standard's own examples, round trips, damage, pictures of all kinds, and what must be refused."""
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

from common import command, need, path, read

sys.path.insert(0, path("qr"))
import decode_qr  # noqa: E402
import encode_qr  # noqa: E402
import images  # noqa: E402
import qrcode_tables as tables  # noqa: E402

ENCODE, DECODE = path("qr", "encode_qr.py"), path("qr", "decode_qr.py")


def png(width, height, depth, colour, lines, *extra, interlaced=0):
    """A PNG from its header's fields and its filtered lines; extra: (kind, data) of chunks before them."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return images.SIGNATURE + b"".join(chunk(kind, data) for kind, data in (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)), *extra,
        (b"IDAT", zlib.compress(lines)), (b"IEND", b"")))


def damaged(dice, matrix, version, level, wrong):
    """A matrix with `wrong` codewords of every block changed, by one module or more of each."""
    words, places = [], tables.data_places(version)
    sizes, checks = tables.block_sizes(version, level)
    order = [block for i in range(max(sizes)) for block, size in enumerate(sizes) if i < size]
    order += list(range(len(sizes))) * checks
    for block in range(len(sizes)):
        words += dice.sample([k for k, other in enumerate(order) if other == block], wrong)
    matrix = [row[:] for row in matrix]
    for word in words:
        for bit in dice.sample(range(8), dice.randrange(1, 9)):
            i, j = places[8 * word + bit]
            matrix[i][j] ^= 1
    return matrix


class Standard(unittest.TestCase):
    """What ISO/IEC 18004 prints."""

    def test_tables(self):
        self.assertEqual(tables.alignment_positions(2), (6, 18))
        self.assertEqual(tables.alignment_positions(7), (6, 22, 38))
        self.assertEqual(tables.alignment_positions(15), (6, 26, 48, 70))
        self.assertEqual(tables.alignment_positions(32), (6, 34, 60, 86, 112, 138))
        self.assertEqual(tables.alignment_positions(40), (6, 30, 58, 86, 114, 142, 170))
        self.assertEqual([len(tables.data_places(v)) // 8 for v in (1, 2, 6, 7, 21, 27, 40)],
                         [26, 44, 172, 196, 1156, 1828, 3706])
        self.assertEqual([tables.capacity(40, level) // 8 for level in "LMQH"], [2956, 2334, 1666, 1276])
        self.assertEqual([tables.LOG[c] for c in tables.generator(7)], [87, 229, 146, 149, 238, 102, 21])
        self.assertEqual([tables.LOG[c] for c in tables.generator(10)], [251, 67, 46, 61, 118, 70, 64, 94, 32, 45])

    def test_information(self):
        """Annexes C and D: level M with mask 5, and version 7."""
        self.assertEqual(tables.format_information("M", 5), 0b100000011001110)
        self.assertEqual(tables.version_information(7), 0b000111110010010100)

    def test_example(self):
        """Annex I: 01234567 as version 1-M."""
        bits = "".join(encode_qr.segment_bits(*part, 1) for part in encode_qr.segments(b"01234567", 1))
        self.assertEqual(bits, "0001" "0000001000" "0000001100" "0101011001" "1000011")
        words = encode_qr.codewords(bits, 1, "M")
        self.assertEqual(words, [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
                                 0xEC, 0x11, 0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55])

    def test_segments(self):
        """No other cut is shorter: every cut of short texts tried."""
        def bits(parts, version):
            return sum(len(encode_qr.segment_bits(*part, version)) for part in parts)

        def cuts(data):
            for mode in encode_qr.MODES:
                for end in range(1, len(data) + 1):
                    if not all(encode_qr.fits(byte, mode) for byte in data[:end]):
                        break
                    if end == len(data):
                        yield [(mode, data)]
                    for rest in cuts(data[end:]) if end < len(data) else ():
                        if rest[0][0] != mode:
                            yield [(mode, data[:end])] + rest

        dice = random.Random(2)
        for _ in range(12):
            text = b"".join(bytes([dice.choice(b"aA1")]) * dice.randrange(1, 5) for _ in range(3))[:8]
            for version in (1, 10, 27):
                best = min(bits(parts, version) for parts in cuts(text))
                self.assertEqual(bits(encode_qr.segments(text, version), version), best, text)
        long = b"ABCDEF" * 5 + b"1234567890" * 4 + b"lower case" + b"99999999999999"
        self.assertEqual([mode for mode, _ in encode_qr.segments(long, 5)], [2, 1, 4, 1])

    def test_choices(self):
        """The smallest version, then the highest level that fits it; the limits of version 40."""
        for length, version, level in ((7, 1, "H"), (8, 1, "Q"), (14, 1, "M"), (17, 1, "L"), (18, 2, "Q"),
                                       (2953, 40, "L")):
            _, v, chosen, _ = encode_qr.encode(b"x" * length, mask=0)
            self.assertEqual((v, chosen), (version, level), length)
        self.assertEqual(encode_qr.encode(b"7" * 7089, mask=1)[1:3], (40, "L"))
        for data, options in ((b"x" * 2954, {}), (b"7" * 7090, {}), (b"x" * 18, {"version": 1}),
                              (b"x" * 1274, {"level": "H"}), (b"x" * 20000, {})):
            with self.assertRaises(tables.QRError):
                encode_qr.encode(data, **options)

    def test_mask(self):
        """The chosen mask has the lowest penalty, and penalties count what 7.8.3 says."""
        matrix, version, level, mask = encode_qr.encode(b"which mask?")
        others = [encode_qr.penalty(encode_qr.encode(b"which mask?", level, version, each)[0]) for each in range(8)]
        self.assertEqual(others.index(min(others)), mask)
        self.assertEqual(encode_qr.penalty([[0] * 6 for _ in range(6)]), 12 * 4 + 25 * 3 + 100)
        checks = [[(i + j) % 2 for j in range(6)] for i in range(6)]
        self.assertEqual(encode_qr.penalty(checks), 0)
        line = [1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0]
        board = [[(i + j) % 2 for j in range(11)] for i in range(11)]
        self.assertEqual(encode_qr.penalty([line] + board[1:]) - encode_qr.penalty(board) >= 40, True)


class Symbols(unittest.TestCase):
    """Round trips and damage."""

    def test_picogpt(self):
        for name in ("picogpt.png", "picogpt.svg"):
            carried, version, _ = decode_qr.read(read("qr", name))
            self.assertEqual(carried, read("picogpt.py"))
            self.assertLessEqual(version, 29)
        need(shutil.which("zbarimg"), "zbarimg (Debian's zbar-tools)")
        done = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", path("qr", "picogpt.png")], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        self.assertEqual(done.stdout, read("picogpt.py"))

    def test_round_trip(self):
        dice = random.Random(3)
        for version in tables.VERSIONS:
            level = "LMQH"[version % 4]
            data = bytes(dice.getrandbits(8) for _ in range(tables.capacity(version, level) // 8 - 3))
            matrix, *_ = encode_qr.encode(data, level, version, version % 8)
            self.assertEqual(decode_qr.decode(matrix, version), (data, level))
            self.assertEqual(decode_qr.read(images.to_svg(matrix)), (data, version, level))
        for data in (b"0", b"00", b"A", b"AB:", b"\0\xff\n", b"12345", b"HELLO WORLD 0123456789 and more"):
            self.assertEqual(decode_qr.read(images.to_png(encode_qr.encode(data)[0]))[0], data)

    def test_damage(self, trials=250):
        """To the limit in every block: read. Beyond: QRError, never another payload. The slow test does a thousand."""
        dice = random.Random(trials)
        for _ in range(trials):
            version, level = dice.choice((1, 2, 3, 5, 7, 10, 14)), dice.choice("LMQH")
            checks = tables.block_sizes(version, level)[1]
            most = (checks - tables.GUARDS.get((version, level), 0)) // 2
            data = bytes(dice.getrandbits(8) for _ in range(tables.capacity(version, level) // 8 - 3))
            matrix = encode_qr.encode(data, level, version, dice.randrange(8))[0]
            for places in tables.format_places(version):                     # each copy may have three wrong
                for i, j in dice.sample(places, 3):
                    matrix[i][j] ^= 1
            self.assertEqual(decode_qr.decode(damaged(dice, matrix, version, level, most), version), (data, level))
            with self.assertRaises(tables.QRError):
                beyond = most + dice.randrange(1, checks - most)
                decode_qr.decode(damaged(dice, matrix, version, level, beyond), version)

    def test_eci(self):
        """Designators of one, two and three bytes in front of the bytes; Kanji."""
        for eci in ("00011010", "1000000100000000", "110000000000000100000000"):
            bits = "0111" + eci + encode_qr.segment_bits(tables.BYTE, "größer".encode(), 3)
            matrix = encode_qr.drawn(3, "L", 0, encode_qr.codewords(bits, 3, "L"))
            self.assertEqual(decode_qr.decode(matrix, 3)[0], "größer".encode())
        bits = "1000" + "{:08b}".format(2) + "{:013b}{:013b}".format(0x0D9F, 0x1AAA)         # the standard's example
        matrix = encode_qr.drawn(1, "L", 0, encode_qr.codewords(bits, 1, "L"))
        self.assertEqual(decode_qr.decode(matrix, 1)[0], b"\x93\x5f\xe4\xaa")

    def test_flipped_modules(self):
        """Single modules anywhere, finders and timing too, as many as the weakest block can take."""
        dice = random.Random(5)
        data = b"modules flipped anywhere"
        for _ in range(40):
            matrix, version, level, _ = encode_qr.encode(data, "H")
            most = tables.block_sizes(version, level)[1] // 2
            for _ in range(most):
                i, j = dice.randrange(len(matrix)), dice.randrange(len(matrix))
                if (i, j) not in sum(tables.format_places(version), []):
                    matrix[i][j] ^= 1
            self.assertEqual(decode_qr.read(images.to_png(matrix)), (data, version, level))


class Pictures(unittest.TestCase):
    """PNG in all its kinds, and what is none."""

    def test_kinds(self):
        """One symbol in every colour type and depth, each line with another filter."""
        matrix, version, level, _ = encode_qr.encode(b"colours")
        rows = images.framed(matrix)
        n, dice = len(rows), random.Random(6)
        for colour, depths in ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16))):
            for depth in depths:
                most, channels = (1 << depth) - 1, {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
                dark = {0: [0], 2: [most // 3, 0, most // 2], 3: [1], 4: [most // 5, most],
                        6: [0, most // 4, 0, most]}[colour]
                light = {0: [most], 2: [most, most, most // 2], 3: [0], 4: [0, 0], 6: [0, 0, 0, 0]}[colour]
                lines, before, step = b"", bytes((n * channels * depth + 7) // 8), max(1, channels * depth // 8)
                for row in rows:
                    bits = "".join("{:0{}b}".format(v, depth) for module in row for v in (dark if module else light))
                    bits += "0" * (-len(bits) % 8)
                    line, kind, out = int(bits, 2).to_bytes(len(bits) // 8, "big"), dice.randrange(5), []
                    for i, byte in enumerate(line):
                        a, b = (line[i - step] if i >= step else 0), before[i]
                        c = before[i - step] if i >= step else 0
                        nearest = min((a, b, c), key=lambda x, p=a + b - c: abs(x - p))
                        out.append(byte - (0, a, b, (a + b) // 2, nearest)[kind] & 255)
                    lines, before = lines + bytes([kind]) + bytes(out), line
                extra = [(b"PLTE", b"\xff\xff\xf0\x20\0\x40")] if colour == 3 else []
                self.assertEqual(decode_qr.read(png(n, n, depth, colour, lines, *extra)), (b"colours", version, level))

    def test_scales(self):
        matrix = encode_qr.encode(b"any size of modules")[0]
        for scale in (1, 2, 3, 7, 10):
            self.assertEqual(decode_qr.read(images.to_png(matrix, scale))[0], b"any size of modules")

    def test_refused(self):
        good = images.to_png(encode_qr.encode(b"good")[0])
        white = png(50, 50, 8, 0, (b"\0" + b"\xff" * 50) * 50)
        dice = random.Random(7)
        noise = png(99, 99, 8, 0, b"".join(b"\0" + bytes(dice.getrandbits(8) for _ in range(99)) for _ in range(99)))
        bomb = png(50, 50, 8, 0, bytes(10 ** 8))
        for data, words in (
                (b"", "neither"), (b"GIF89a" * 50, "neither"), (good[:100], "cut short"), (good[:-12], "cut short"),
                (good[:60] + b"\0\0\0" + good[63:], "checksum"), (images.SIGNATURE, "cut short"),
                (png(10 ** 9, 10 ** 9, 8, 2, b""), "at most"), (png(0, 5, 8, 0, b""), "at most"),
                (png(1, 1 << 22, 8, 0, b""), "at most"), (png(2800, 2800, 16, 6, b""), "at most"),
                (png(50, 50, 8, 0, b"\0" * 99), "fewer pixels"), (png(50, 50, 7, 0, b""), "kind that is not read"),
                (png(50, 50, 8, 0, b"", interlaced=1), "not interlaced"), (white, "nothing dark"),
                (noise, "no upright"),
                (png(50, 50, 8, 0, (b"\7" + bytes(50)) * 50), "filter"), (png(9, 9, 8, 3, bytes(90)), "palette"),
                (bomb, "no upright"), (b"<svg>", "not one that"), (b'<svg viewBox="0 0 9999 9999">', "not one that"),
                (b'<svg viewBox="0 0 29 29"><path d="M99 99h9v1h-9z"/></svg>', "outside")):
            with self.assertRaises(tables.QRError) as trouble:
                decode_qr.read(data)
            self.assertIn(words, str(trouble.exception))
            self.assertNotIn("\n", str(trouble.exception))
        for _ in range(300):
            i = dice.randrange(len(good))
            data = good[:i] + bytes([good[i] ^ 1 << dice.randrange(8)]) + good[i + 1:dice.choice((len(good), i + 9))]
            try:
                self.assertEqual(decode_qr.read(data)[0], b"good")
            except tables.QRError:
                pass


class CommandLine(unittest.TestCase):
    """Both scripts, from another folder."""

    def test_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            def run(script, *arguments, **options):
                return command(script, *arguments, cwd=folder, **options)

            self.assertEqual(run(DECODE).stdout, read("picogpt.py"))
            self.assertEqual(run(ENCODE, "--check").returncode, 0)
            with open(os.path.join(folder, "me.txt"), "wb") as file:
                file.write(b"https://example.org/?q=1")
            self.assertEqual(run(ENCODE, "me.txt").returncode, 0)
            self.assertEqual(sorted(os.listdir(folder)), ["me.png", "me.svg", "me.txt"])
            for name in ("me.png", "me.svg"):
                self.assertEqual(run(DECODE, name).stdout, b"https://example.org/?q=1")
            done = run(DECODE, "me.png", "-o", "out.txt")
            self.assertIn(b"out.txt: 24 bytes", done.stdout)
            with open(os.path.join(folder, "me.txt"), "rb") as file:
                done = run(ENCODE, "-", "--level", "H", "--out", "h.png", "--out", "h.txt", stdin=file)
            self.assertIn(b"level H", done.stdout)
            with open(os.path.join(folder, "h.png"), "rb") as file:
                self.assertEqual(run(DECODE, "-", stdin=file).stdout, b"https://example.org/?q=1")
            lines = run(ENCODE, "me.txt", "--terminal").stdout.decode().split("\n")
            with open(os.path.join(folder, "h.txt"), "rb") as file:
                self.assertEqual(len(set(map(len, file.read().decode().split("\n")[:-1]))), 1)
            self.assertIn("█", lines[0])
            self.assertEqual(run(DECODE, "me.png", "-o", "h.txt", "--force").returncode, 0)
            self.assertEqual(run(ENCODE, "h.txt", "--out", "h.txt").returncode, 2)
            self.assertEqual(run(ENCODE, "me.png").returncode, 2)
            before = sorted(os.listdir(folder))
            with open(os.path.join(folder, "me.png"), "rb") as file:
                cut = file.read()[:-30]
            for code, words, *arguments in (
                    (1, "No such file", ENCODE, "none.txt"), (1, "Is a directory", ENCODE, ".", "--out", "x.png"),
                    (1, "does not fit", ENCODE, path("picogpt.py"), "--version", "5", "--out", "x.png"),
                    (1, "too long", ENCODE, path("microgpt.py"), "--out", "x.png"),
                    (1, "is empty", ENCODE, "-", "--terminal"),
                    (2, "--out", ENCODE, "me.txt", "--out", "x.gif"), (2, "--out", ENCODE, "-"),
                    (2, "--version", ENCODE, "me.txt", "--version", "41"), (2, "--level", ENCODE, "--level", "X"),
                    (1, "No such file", DECODE, "none.png"), (1, "neither", DECODE, "me.txt"),
                    (2, "-o", DECODE, "-o", ""),
                    (1, "differs; give --force", DECODE, "me.png", "-o", "h.png"), (2, "IMAGE", DECODE, "")):
                done = run(*arguments)
                self.assertEqual(done.returncode, code, arguments)
                self.assertIn(words, done.stderr.decode())
                self.assertEqual((done.stdout, b"Traceback" in done.stderr), (b"", False))
                self.assertTrue(code == 2 or done.stderr.count(b"\n") == 1)
            self.assertEqual(before, sorted(os.listdir(folder)))
            with open(os.path.join(folder, "cut.png"), "wb") as file:
                file.write(cut)
            self.assertIn(b"cut.png: is a PNG that is cut short", run(DECODE, "cut.png").stderr)


if __name__ == "__main__":
    unittest.main()
