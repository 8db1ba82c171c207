"""Our symbols against other people's: segno's matrices, zbar and ZXing as readers, segno's pictures for our reader."""
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

import test_qr
from common import judge, need, path

sys.path.insert(0, path("qr"))
import decode_qr  # noqa: E402
import encode_qr  # noqa: E402
import images  # noqa: E402
import qrcode_tables as tables  # noqa: E402

# segno 1.6 puts a zero codeword between a terminator that ends with a codeword and the pad codewords; by 7.4.10 none
# belongs there. Given "standard", its function for that is replaced by what the standard says.
SEGNO = """
import base64, io, json, segno, segno.encoder, sys
if "standard" in sys.argv:
    segno.encoder.write_padding_bits = lambda buff, version, length: buff.extend([0] * (-length % 8))
for line in sys.stdin:
    data, version, level, mask, mode, scale, kind = json.loads(line)
    code = segno.make(base64.b64decode(data), version=version, error=level, mask=mask, mode=mode, boost_error=False,
                      micro=False)
    out = io.BytesIO()
    code.save(out, kind="png", scale=scale, border=4, **kind)
    print(json.dumps(["".join(map(str, row)) for row in code.matrix] + [base64.b64encode(out.getvalue()).decode()]))
"""
ZXING = """
import base64, json, sys, zxingcpp
from PIL import Image
for name in sys.stdin.read().split():
    found = zxingcpp.read_barcodes(Image.open(name).convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    print(json.dumps([base64.b64encode(bytes(code.bytes)).decode() for code in found]))
"""
MODES = {"numeric": tables.NUMERIC, "alphanumeric": tables.ALPHANUMERIC, "byte": tables.BYTE}
KINDS = ({}, {"dark": "darkblue", "light": "#ffe"}, {"light": None},
         {"dark": "#222", "data_dark": "#500", "light": "#eee"})


def payloads(number, unaligned):
    """(bytes, mode, version, level, mask): every version and level, texts of all three modes, short and full.

    unaligned: only such as fill the symbol or do not end with a whole codeword."""
    dice, sorts = random.Random(number), []
    pairs = [(version, level) for version in tables.VERSIONS for level in tables.LEVELS]
    for k in range(number):
        version, level = pairs[k % len(pairs)]
        mode = ("byte", "alphanumeric", "byte", "numeric")[(k // 3 + k // len(pairs)) % 4]
        room = tables.capacity(version, level) - 4 - tables.count_bits(MODES[mode], version)
        most = room * 6 // encode_qr.SIXTHS[MODES[mode]] - 1
        length = most if k % 3 else dice.randrange(1, most + 1)
        if mode == "byte" and unaligned:
            length = most = room // 8
        head, sixths = 8 + tables.count_bits(MODES[mode], version), encode_qr.SIXTHS[MODES[mode]]
        while unaligned and mode != "byte" and length < most - 3 and (head + (length * sixths + 5) // 6) % 8 == 0:
            length += 1
        letters = {"numeric": b"0123456789", "alphanumeric": tables.ALPHANUMERICS,
                   "byte": bytes(range(32, 127)) + b"\n"}[mode]
        sorts.append((bytes(dice.choice(letters) for _ in range(max(1, length))), mode, version, level, k % 8))
    return sorts


class Judges(unittest.TestCase):
    """Two hundred payloads, all versions, all levels, all masks."""

    @classmethod
    def setUpClass(cls):
        cls.cases = payloads(200, False)
        cls.ours = list(map(cls.encoded, cls.cases))

    @staticmethod
    def encoded(case):
        """Our matrix for a case, as one segment of its mode."""
        data, mode, version, level, mask = case
        return encode_qr.encode(data, level, version, mask, lambda data, _: [(MODES[mode], data)])[0]

    def test_segno(self):
        """Equal module for module; and its pictures, in colours and sizes of its own, are read here."""
        cases = payloads(200, True)
        self.assertEqual(len({case[2:4] for case in cases}), 160)
        self.against_segno(cases, list(map(self.encoded, cases)))

    def test_segno_by_the_standard(self):
        self.against_segno(self.cases, self.ours, "standard")

    def against_segno(self, cases, ours, *how):
        python = judge("segno")
        lines = "".join(json.dumps([base64.b64encode(data).decode(), version, level, mask, mode, 1 + k % 5,
                                    KINDS[k % 4]]) + "\n" for k, (data, mode, version, level, mask) in enumerate(cases))
        done = subprocess.run([python, "-c", SEGNO, *how], input=lines.encode(), stdout=subprocess.PIPE, check=True)
        answers = done.stdout.splitlines()
        self.assertEqual(len(answers), 200)
        for (data, _, version, level, _), matrix, answer in zip(cases, ours, answers):
            *rows, picture = json.loads(answer.decode())
            self.assertEqual(["".join(map(str, row)) for row in matrix], rows, (version, level))
            self.assertEqual(decode_qr.read(base64.b64decode(picture)), (data, version, level))

    def pictures(self, folder):
        """Ours as PNG files of three pixels a module."""
        for k, matrix in enumerate(self.ours):
            with open(os.path.join(folder, "%03d.png" % k), "wb") as file:
                file.write(images.to_png(matrix, 3))
        return [os.path.join(folder, "%03d.png" % k) for k in range(len(self.ours))]

    def test_zxing(self):
        python = judge("zxingcpp, PIL")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([python, "-c", ZXING], input="\n".join(self.pictures(folder)).encode(),
                                  stdout=subprocess.PIPE, check=True)
        for (data, *_), answer in zip(self.cases, done.stdout.splitlines()):
            self.assertEqual([base64.b64decode(code) for code in json.loads(answer.decode())], [data])

    def test_zbar(self):
        need(shutil.which("zbarimg"), "zbarimg (Debian's zbar-tools)")
        with tempfile.TemporaryDirectory() as folder:
            for (data, *_), name in zip(self.cases, self.pictures(folder)):
                done = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", "-Sdisable", "-Sqrcode.enable", name],
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                self.assertEqual(done.stdout, data, name)

    def test_ours(self):
        for (data, _, version, level, _), matrix in zip(self.cases, self.ours):
            self.assertEqual(decode_qr.read(images.to_png(matrix, 2)), (data, version, level))

    def test_mixed(self):
        """Segments of several modes, cut to be shortest: read by both readers."""
        python = judge("zxingcpp, PIL")
        need(shutil.which("zbarimg"), "zbarimg (Debian's zbar-tools)")
        texts = [b"HTTPS://EXAMPLE.ORG/0123456789012345678901234567890/lower case and more 9876543210987654321 END",
                 b"abc12345678901234567890DEFGHIJKLMNOPQ" * 20, b"0" * 3000, b"A1" * 1000, b"tel:+491701234567890"]
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for k, text in enumerate(texts):
                names.append(os.path.join(folder, "%d.png" % k))
                with open(names[-1], "wb") as file:
                    file.write(images.to_png(encode_qr.encode(text)[0], 3))
            out = subprocess.run([python, "-c", ZXING], input="\n".join(names).encode(), stdout=subprocess.PIPE).stdout
            for text, name, answer in zip(texts, names, out.splitlines()):
                self.assertEqual([base64.b64decode(code) for code in json.loads(answer.decode())], [text])
                done = subprocess.run(["zbarimg", "-q", "--raw", "-Sbinary", name], stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL)
                self.assertEqual(done.stdout, text)

    def test_thousand_damages(self):
        test_qr.Symbols("test_damage").test_damage(1000)


if __name__ == "__main__":
    unittest.main()
