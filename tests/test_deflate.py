"""deflate.py and pack.py: streams that zlib reads, the same everywhere, and packed scripts that match their source."""
import hashlib
import os
import random
import subprocess
import tempfile
import unittest
import zlib

from common import command, path, read

import deflate
import pack


class Streams(unittest.TestCase):
    """Every stream must come back through zlib's inflate, which we did not write."""

    def roundtrip(self, data, iterations=12):
        packed = deflate.deflate(data, iterations)
        reader = zlib.decompressobj(-15)
        self.assertEqual(reader.decompress(packed) + reader.flush(), data)
        self.assertTrue(reader.eof)
        self.assertEqual(reader.unused_data, b"")
        return packed

    def test_small_and_odd(self):
        for data in (b"", b"a", b"ab", b"abc", b"aaaa", bytes(300), b"ab" * 400, bytes(range(256)), b"\xff" * 259):
            self.roundtrip(data)

    def test_random_alphabets(self):
        dice = random.Random(5)
        for letters in (1, 2, 3, 17, 256):
            for length in (10, 257, 1500):
                self.roundtrip(bytes(dice.randrange(letters) for _ in range(length)), 4)

    def test_far_matches(self):
        """A match at the window's edge is used, one beyond it is not."""
        dice = random.Random(6)
        phrase = bytes(dice.randrange(256) for _ in range(200))
        for gap in (32768 - 200, 32768 - 199):
            noise = bytes(dice.randrange(256) for _ in range(gap))
            packed = self.roundtrip(phrase + noise + phrase, 2)
            self.assertEqual(len(packed) < gap + 400, gap + 200 <= 32768)

    def test_long_input(self):
        """The limit is 64 KiB: that much works, one byte more is refused."""
        self.roundtrip(random.Random(4).getrandbits(8 << 16).to_bytes(1 << 16, "big"), 1)
        self.assertRaises(ValueError, deflate.deflate, bytes(65537))

    def test_several_blocks(self):
        dice = random.Random(7)
        data = b"".join(bytes(dice.choice(letters) for _ in range(2500))
                        for letters in (b"abc", b"0123456789", b"\0\1"))
        self.assertGreaterEqual(len(deflate._cuts(data, 0, len(data), deflate.find_matches(data))), 1)
        self.roundtrip(data)

    def test_incompressible(self):
        data = random.Random(8).getrandbits(8 * 3000).to_bytes(3000, "big")
        self.assertEqual(len(self.roundtrip(data)), 3005)

    def test_code_lengths(self):
        """Kraft's sum is 1 and no length is above the limit, however steep the frequencies."""
        for limit in (7, 15):
            freqs = [2 ** k if k < 19 else 0 for k in range(25)]
            lengths = deflate.huffman_lengths(freqs, limit)
            self.assertEqual(max(lengths), min(limit, 18))
            self.assertEqual(sum(2 ** -bits for bits in lengths if bits), 1)
        self.assertEqual(deflate.huffman_lengths([5, 1, 1, 3], 15), [1, 3, 3, 2])

    def test_smaller_than_zlib(self):
        data = read("picogpt.py")
        self.assertLess(len(deflate.deflate(data, 60)), len(zlib.compress(data, 9)) - 6)

    def test_command(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "a"), os.path.join(folder, "b")
            with open(source, "wb") as file:
                file.write(b"hello hello hello\n")
            run = command(path("deflate.py"), source, "-o", target)
            self.assertEqual(run.returncode, 0, run.stderr)
            with open(target, "rb") as file:
                self.assertEqual(zlib.decompress(file.read(), -15), b"hello hello hello\n")
            with open(source, "wb") as file:
                file.write(bytes(65537))
            for bad in (source, folder, source + "x"):
                run = command(path("deflate.py"), bad)
                self.assertEqual((run.returncode, run.stderr.count(b"\n")), (1, 1), run.stderr)


    def test_where_it_writes(self):
        """Not over its source; through a link; a device is written to and stays one; nothing is left of a failure."""
        with tempfile.TemporaryDirectory() as folder:
            source, target, link = [os.path.join(folder, name) for name in ("a", "b", "c")]
            with open(source, "wb") as file:
                file.write(b"hello")
            self.assertEqual(command(path("deflate.py"), source, "-o", source).returncode, 2)
            self.assertEqual(command(path("deflate.py"), source, "-o", folder).returncode, 1)
            self.assertEqual(command(path("deflate.py"), source, "-o", os.path.join(folder, "no", "b")).returncode, 1)
            self.assertEqual(os.listdir(folder), ["a"])
            self.assertEqual(command(path("deflate.py"), source, "-o", os.devnull).returncode, 0)
            self.assertFalse(os.path.isfile(os.devnull))
            if os.name == "posix":
                os.symlink(target, link)
                self.assertEqual(command(path("deflate.py"), source, "-o", link).returncode, 0)
                self.assertTrue(os.path.islink(link))
                self.assertTrue(os.path.isfile(target))


class Packing(unittest.TestCase):
    """attogpt.py and zeptogpt.py are what pack.py makes of femtogpt.py, and carry exactly that."""

    def test_up_to_date(self):
        run = command(path("pack.py"), "--check")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_payload(self):
        """Both scripts hand exec() the bytes of femtogpt.py."""
        for name in ("attogpt.py", "zeptogpt.py"):
            script = read(name).replace(b"exec(", b"got=(")
            scope = {}
            exec(compile(script, name, "exec"), scope)
            self.assertEqual(scope["got"], read("femtogpt.py"), name)

    def test_stale(self):
        """--check notices another source, an altered target and a missing one, and writes nothing."""
        with tempfile.TemporaryDirectory() as folder:
            source = os.path.join(folder, "my.py")
            with open(source, "w") as file:
                file.write("print('hello from a packed script')\n")
            self.assertEqual(command(path("pack.py"), source, "--check").returncode, 1)
            self.assertEqual(os.listdir(folder), ["my.py"])
            self.assertEqual(command(path("pack.py"), source).returncode, 0)
            self.assertEqual(command(path("pack.py"), source, "--check").returncode, 0)
            for name in ("my.atto.py", "my.zepto.py"):
                run = command(os.path.join(folder, name))
                self.assertEqual(run.stdout.strip(), b"hello from a packed script", run.stderr)
            with open(source, "a") as file:
                file.write("#\n")
            self.assertEqual(command(path("pack.py"), source, "--check").returncode, 1)
            with open(source, "w") as file:
                file.write("print(")
            run = command(path("pack.py"), source)
            self.assertEqual((run.returncode, run.stderr.count(b"\n")), (1, 1), run.stderr)

    def test_literal(self):
        """Whatever the bytes, the Latin-1 script's literal reads back to them."""
        dice = random.Random(9)
        for _ in range(300):
            data = bytes(dice.choice((0, 10, 13, 34, 39, 92, 48, 55, 56, 120, 255)) for _ in range(12))
            source = b"#coding:l1\ngot=bytes(" + pack.latin1_literal(data) + b",'l1')"
            scope = {}
            exec(compile(source, "literal", "exec"), scope)
            self.assertEqual(scope["got"], data)

    def test_same_bytes_again(self):
        """Nothing in the search hangs on hash order or on the machine's own random numbers."""
        program = ("import deflate,hashlib;data=open('picogpt.py','rb').read(300);"
                   "print(hashlib.sha256(deflate.deflate(data,40)).hexdigest())")
        shown = {subprocess.run([os.sys.executable, "-c", program], cwd=path(), stdout=subprocess.PIPE, check=True,
                                env=dict(os.environ, PYTHONHASHSEED=seed)).stdout for seed in ("1", "2")}
        self.assertEqual(shown, {hashlib.sha256(deflate.deflate(read("picogpt.py")[:300], 40)).hexdigest().encode()
                                 + os.linesep.encode()})


if __name__ == "__main__":
    unittest.main()
