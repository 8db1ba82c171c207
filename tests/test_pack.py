"""pack.py: scripts that unpack and run themselves, and carry exactly their source."""
import os
import random
import unittest

from common import InFolder, path, read

import pack

PACK = path("golf", "pack.py")


class Packed(unittest.TestCase):
    def test_both_scripts_hand_exec_the_source(self):
        for name in ("attogpt.py", "zeptogpt.py"):
            scope = {}
            exec(compile(read(name).replace(b"exec(", b"got=("), name, "exec"), scope)
            self.assertEqual(scope["got"], read("femtogpt.py"), name)

    def test_a_latin_1_literal_reads_back_whatever_the_bytes(self):
        rng = random.Random(9)
        for _ in range(300):
            data = bytes(rng.choice((0, 10, 13, 34, 39, 92, 48, 55, 56, 120, 255))
                         for _ in range(rng.randrange(12)))
            scope = {}
            source = b"#coding:l1\ngot=bytes(" + pack.latin1_literal(data) + b",'l1')"
            exec(compile(source, "literal", "exec"), scope)
            self.assertEqual(scope["got"], data)

    def test_escapes_are_counted_as_the_literal_writes_them(self):
        rng = random.Random(10)
        for _ in range(200):
            data = bytes(rng.choice((0, 10, 13, 34, 39, 92, 65)) for _ in range(12))
            self.assertEqual(len(pack.latin1_literal(data)) - 14, pack.count_escapes(data))


class CommandLine(InFolder):
    def test_a_script_becomes_two_that_run(self):
        self.put("my.py", b"print('hello from a packed script')\n")
        self.assert_succeeds(PACK, "my.py")
        for name in ("my.atto.py", "my.zepto.py"):
            done = self.assert_succeeds(name)
            self.assertEqual(done.stdout.strip(), b"hello from a packed script")

    def test_check_notices_missing_and_stale_files_and_writes_nothing(self):
        self.put("my.py", b"print(1)\n")
        done = self.run_here(PACK, "my.py", "--check")
        self.assertEqual((done.returncode, os.listdir(self.folder)), (1, ["my.py"]))
        self.assert_succeeds(PACK, "my.py")
        self.assert_succeeds(PACK, "my.py", "--check")
        self.put("my.py", b"print(1)\n#\n")
        before = self.snapshot()
        done = self.run_here(PACK, "my.py", "--check")
        self.assertEqual((done.returncode, self.snapshot()), (1, before))
        self.assertIn(b"my.atto.py: does not match my.py; run pack.py", done.stdout)

    def test_bad_sources_are_refused(self):
        self.put("my.py", b"print(")
        self.assert_fails(1, "my.py: ", PACK, "my.py")
        self.assert_fails(1, "No such file", PACK, "none.py")
        self.put("my.atto.py", b"1")
        os.rename(os.path.join(self.folder, "my.py"), os.path.join(self.folder, "my"))
        self.assert_fails(2, "SOURCE: name a file", PACK, "-")


if __name__ == "__main__":
    unittest.main()
