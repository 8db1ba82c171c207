"""Our symbols against other people's: segno's matrices and pictures, zbar and ZXing as readers."""
import base64
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

import test_qr

from qr import encoding, images, style
from qr import qrcode_tables as tables
from support import judge, matrix_of, need, read_symbol

# segno 1.6 puts a zero codeword between a terminator that ends with a codeword and the pad
# codewords; by 7.4.10 none belongs there. Given "standard", its function for that is replaced by
# what the standard says.
SEGNO = """
import base64, io, json, segno, segno.encoder, sys
if "standard" in sys.argv:
    segno.encoder.write_padding_bits = (
        lambda buff, version, length: buff.extend([0] * (-length % 8)))
for line in sys.stdin:
    data, version, level, mask, mode, scale, kind = json.loads(line)
    code = segno.make(base64.b64decode(data), version=version, error=level, mask=mask, mode=mode,
                      boost_error=False, micro=False)
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=4, **kind)
    rows = ["".join(map(str, row)) for row in code.matrix]
    print(json.dumps(rows + [base64.b64encode(out.getvalue()).decode()]))
"""
ZXING = """
import base64, json, sys, zxingcpp
from PIL import Image
for name in sys.stdin.read().split():
    picture = Image.open(name).convert("L")
    codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    print(json.dumps([base64.b64encode(bytes(code.bytes)).decode() for code in codes]))
"""
MODES = {"numeric": tables.NUMERIC, "alphanumeric": tables.ALPHANUMERIC, "byte": tables.BYTE}
KINDS = ({}, {"dark": "darkblue", "light": "#ffe"}, {"light": None},
         {"dark": "#222", "data_dark": "#500", "light": "#eee"})


LETTERS = {"numeric": b"0123456789", "alphanumeric": tables.ALPHANUMERICS,
           "byte": bytes(range(32, 127)) + b"\n"}
ZBAR = ["zbarimg", "-q", "--raw", "-Sbinary", "-Sdisable", "-Sqrcode.enable"]


def payload_length(rng, k, mode, version, level, unaligned):
    """Characters of payload k: full symbols and random lengths.

    unaligned: only lengths that fill the symbol or do not end with a whole codeword.
    """
    count, sixths = tables.count_bits(MODES[mode], version), encoding.SIXTHS[MODES[mode]]
    room = tables.capacity(version, level) - 4 - count
    limit = room * 6 // sixths - 1
    length = limit if k % 3 else rng.randrange(1, limit + 1)
    if not unaligned:
        return length
    if mode == "byte":
        return room // 8
    while length < limit - 3 and (8 + count + (length * sixths + 5) // 6) % 8 == 0:
        length += 1
    return length


def payloads(number, unaligned):
    """[(bytes, mode, version, level, mask)]: every version and level, all three modes."""
    rng, cases = random.Random(number), []
    pairs = [(version, level) for version in tables.VERSIONS for level in tables.LEVELS]
    for k in range(number):
        version, level = pairs[k % len(pairs)]
        mode = ("byte", "alphanumeric", "byte", "numeric")[(k // 3 + k // len(pairs)) % 4]
        length = max(1, payload_length(rng, k, mode, version, level, unaligned))
        data = bytes(rng.choice(LETTERS[mode]) for _ in range(length))
        cases.append((data, mode, version, level, k % 8))
    return cases


class Judges(unittest.TestCase):
    """Two hundred payloads, all versions, all levels, all masks."""

    costly_fixture = True

    @classmethod
    def setUpClass(cls):
        cls.cases = payloads(200, False)
        cls.ours = list(map(cls.encoded, cls.cases))

    @staticmethod
    def encoded(case):
        """Our matrix for a case, as one segment of its mode."""
        data, mode, version, level, mask = case
        split = lambda data, _: [(MODES[mode], data)]
        return matrix_of(data, level, version, mask, split)

    def test_matrices_equal_segnos_and_its_pictures_are_read(self):
        """Module for module; the pictures in colours and sizes of its own."""
        cases = payloads(200, True)
        self.assertEqual(len({case[2:4] for case in cases}), 160)
        self.against_segno(cases, list(map(self.encoded, cases)))

    def test_matrices_equal_segnos_padded_by_the_standard(self):
        self.against_segno(self.cases, self.ours, "standard")

    def against_segno(self, cases, ours, *how):
        questions = [[base64.b64encode(data).decode(), version, level, mask, mode, 1 + k % 5,
                      KINDS[k % 4]] for k, (data, mode, version, level, mask) in enumerate(cases)]
        lines = "".join(json.dumps(question) + "\n" for question in questions)
        done = subprocess.run([judge("segno"), "-c", SEGNO, *how], input=lines.encode(),
                              stdout=subprocess.PIPE, check=True)
        answers = done.stdout.splitlines()
        self.assertEqual(len(answers), 200)
        for (data, _, version, level, _), matrix, answer in zip(cases, ours, answers):
            *rows, picture = json.loads(answer.decode())
            self.assertEqual(["".join(map(str, row)) for row in matrix], rows, (version, level))
            if not how:                          # the same pictures once more otherwise
                self.assertEqual(read_symbol(base64.b64decode(picture)), (data, version, level))

    def pictures(self, folder, matrices):
        """The names of PNG files of three pixels a module."""
        names = [os.path.join(folder, f"{k:03d}.png") for k in range(len(matrices))]
        for name, matrix in zip(names, matrices):
            with open(name, "wb") as file:
                file.write(images.to_png(matrix, style.Style(3)))
        return names

    def assert_zxing_reads(self, names, texts):
        done = subprocess.run([judge("zxingcpp, PIL"), "-c", ZXING], stdout=subprocess.PIPE,
                              input="\n".join(names).encode(), check=True)
        answers = [json.loads(line.decode()) for line in done.stdout.splitlines()]
        self.assertEqual([[base64.b64decode(code) for code in codes] for codes in answers],
                         [[text] for text in texts])

    def assert_zbar_reads(self, names, texts):
        need(shutil.which("zbarimg"), "zbarimg (Debian's zbar-tools)")
        for name, text in zip(names, texts):
            done = subprocess.run(ZBAR + [name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.assertEqual(done.stdout, text, name)

    def test_zxing_and_zbar_read_every_symbol(self):
        texts = [case[0] for case in self.cases]
        with tempfile.TemporaryDirectory() as folder:
            names = self.pictures(folder, self.ours)
            self.assert_zxing_reads(names, texts)
            self.assert_zbar_reads(names, texts)

    def test_we_read_every_symbol(self):
        for (data, _, version, level, _), matrix in zip(self.cases, self.ours):
            picture = images.to_png(matrix, style.Style(2))
            self.assertEqual(read_symbol(picture), (data, version, level))

    def test_mixed_segments_are_read_by_both(self):
        texts = [b"HTTPS://EXAMPLE.ORG/0123456789012345678901234567890/lower case and more "
                 b"9876543210987654321 END", b"abc12345678901234567890DEFGHIJKLMNOPQ" * 20,
                 b"0" * 3000, b"A1" * 1000, b"tel:+491701234567890"]
        with tempfile.TemporaryDirectory() as folder:
            names = self.pictures(folder, [matrix_of(text) for text in texts])
            self.assert_zxing_reads(names, texts)
            self.assert_zbar_reads(names, texts)

    def test_a_thousand_damaged_symbols(self):
        case = test_qr.Symbols("test_damage_is_corrected_to_the_limit_and_refused_beyond")
        case.test_damage_is_corrected_to_the_limit_and_refused_beyond(1000)


if __name__ == "__main__":
    unittest.main()
