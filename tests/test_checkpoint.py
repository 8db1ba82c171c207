"""Model files of fastgpt.py are only data: damaged and hostile ones are refused in one line."""
import array
import hashlib
import json
import math
import os
import random
import struct

from test_training import WORDS

import fastgpt
from support import InFolder, path

FAST = path("fastgpt.py")


def sign(text, numbers):
    """A model file of this header and these bytes of numbers, with the right checksum."""
    digest = hashlib.sha256(text + numbers).hexdigest()
    return b"fastgpt 2 %s %d\n" % (digest.encode(), len(text)) + text + numbers


class ModelFiles(InFolder):
    def setUp(self):
        super().setUp()
        self.put("my.txt", WORDS)
        self.assert_succeeds(FAST, "train", "--data", "my.txt", "--model", "my.gpt",
                             "--steps", "2")
        self.good = self.get("my.gpt")
        first, body = self.good.split(b"\n", 1)
        length = int(first.split()[3])
        self.header, self.numbers = json.loads(body[:length].decode()), body[length:]

    def assert_refused(self, data, words):
        self.put("bad.gpt", data)
        with self.assertRaises(fastgpt.UserError) as context:
            fastgpt.Checkpoint.load(os.path.join(self.folder, "bad.gpt"))
        self.assertIn(words, str(context.exception))
        self.assertNotIn("\n", str(context.exception))

    def with_header(self, **changes):
        return sign(json.dumps(dict(self.header, **changes)).encode(), self.numbers)

    def test_a_copy_is_the_same_model(self):
        self.put("copy.gpt", self.good)
        copy = fastgpt.Checkpoint.load(os.path.join(self.folder, "copy.gpt"))
        copy.save(os.path.join(self.folder, "again.gpt"))
        self.assertEqual(self.get("again.gpt"), self.good)
        self.assertEqual((copy.step, copy.settings.width), (2, 16))

    def test_damaged_and_other_files_are_refused(self):
        noise = random.Random(1).getrandbits(8000).to_bytes(1000, "big")
        for data, words in (
                (b"", "not a model"), (b"hello\n", "not a model"), (noise, "not a model"),
                (self.good[:50], "not a model"), (self.good[:-1], "is damaged"),
                (self.good + b"x", "is damaged"),
                (self.good.replace(b"fastgpt 2", b"fastgpt 3", 1), "in format 3")):
            self.assert_refused(data, words)

    def test_any_flipped_bit_is_noticed(self):
        rng = random.Random(13)
        for _ in range(40):
            i = rng.randrange(len(self.good))
            flipped = bytes([self.good[i] ^ 1 << rng.randrange(8)])
            self.assert_refused(self.good[:i] + flipped + self.good[i + 1:], "bad.gpt is ")

    def test_headers_that_lie_are_refused(self):
        for changes in (
                {"width": 32}, {"width": "16"}, {"layers": -1}, {"layers": 10 ** 30}, {"heads": 3},
                {"batch": 0}, {"context": 10 ** 9}, {"lr": math.nan}, {"lr": 0.0}, {"stream": 1},
                {"characters": ["a"]}, {"characters": "\ud800"}, {"characters": "aa"},
                {"characters": ""}, {"data": 5}, {"step": -5}, {"step": 10 ** 400},
                {"step": 1.0}, {"steps": 10 ** 7}, {"smooth": None}, {"smooth": math.inf}):
            self.assert_refused(self.with_header(**changes), "not a whole model")

    def test_headers_of_another_kind_are_refused(self):
        some = {key: self.header[key] for key in list(self.header)[3:]}
        for text in (b"[]", b"{}", b"{", b"[" * 100000, json.dumps(some).encode()):
            self.assert_refused(sign(text, self.numbers), "not a whole model")

    def test_numbers_that_cannot_be_are_refused(self):
        size = len(self.numbers) // 8
        for position, number in ((5, math.nan), (size - 1, math.inf), (size - 1, -1.0)):
            doubles = array.array("d", struct.unpack(f"<{size}d", self.numbers))
            doubles[position] = number
            data = sign(json.dumps(self.header).encode(), struct.pack(f"<{size}d", *doubles))
            self.assert_refused(data, "not a whole model")
        self.assert_refused(sign(json.dumps(self.header).encode(), self.numbers[:-8]),
                            "not a whole model")

    def test_numbers_out_of_range_end_in_one_line(self):
        huge = struct.pack("<d", 1e308) * (len(self.numbers) // 8)
        self.put("huge.gpt", sign(json.dumps(self.header).encode(), huge))
        train = ("train", "--model", "huge.gpt", "--data", "my.txt", "--steps", "9")
        self.assert_fails(1, "out of range", FAST, "sample", "--model", "huge.gpt")
        for arguments, words in ((train, "no longer a number"), ((*train, "--workers", "2"), "")):
            done = self.run_here(FAST, *arguments)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (1, 1), done.stderr)
            self.assertIn(words, done.stderr.decode())

    def test_a_model_of_another_text_is_refused(self):
        characters = "xyzabcdefghijk"[:len(self.header["characters"])]
        self.put("other.gpt", self.with_header(characters=characters))
        self.assert_fails(1, "another text", FAST, "train", "--data", "my.txt", "--model",
                          "other.gpt")
