"""The prime in its files, what find_prime.py writes and refuses, and verify_prime.py."""
import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
import zlib

from common import primality
from golf.compressor import deflate
from prime import search
from prime.container import gzip_container
from support import InFolder, need, path, read, run_python, some

FIND, VERIFY = path("find_prime.py"), path("verify_prime.py")


def small_prime(source, jobs=1):
    """The prime of a short source, packed by zlib."""
    return search.find(source, 4, jobs, lambda data: zlib.compress(data, 9)[2:-4])


class Committed(InFolder):
    """verify_prime.py and prime/."""

    @classmethod
    def setUpClass(cls):
        cls.prime, cls.source = primality.read_number(VERIFY), read("golf", "payload.py")
        cls.data = cls.prime.to_bytes((cls.prime.bit_length() + 7) // 8, "big")

    def test_all_files_hold_the_same_number(self):
        hexadecimal = read("prime", "primegpt.hex").decode().replace("\n", "")
        self.assertEqual(f"{self.prime:x}", hexadecimal)
        digits = read("prime", "primegpt.txt").decode().replace("\n", "")
        self.assertEqual(str(self.prime), digits)
        self.assertEqual(primality.read_number(path("prime", "primegpt.txt")), self.prime)
        self.assertLessEqual(len(digits), 1892)

    def test_number_is_the_script_by_zlib_gunzip_and_verifier(self):
        self.assertEqual(zlib.decompressobj(31).decompress(self.data), self.source)
        done = self.assert_succeeds(VERIFY)
        self.assertEqual(done.stdout, self.source)
        need(shutil.which("gunzip"), "gunzip")
        done = subprocess.run(["gunzip", "-c"], input=self.data, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        self.assertEqual(done.stdout, self.source)

    def test_number_is_a_little_above_the_padded_gzip_file(self):
        padding = primality.unpack(self.prime)[1]
        packed = self.data[10:-8 - padding]
        start = gzip_container(self.source, lambda _: packed) + bytes(padding)
        self.assertTrue(0 < self.prime - int.from_bytes(start, "big") < 256 ** padding)
        self.assertEqual(zlib.decompress(packed, -15), self.source)


class Verifier(InFolder):
    def test_check_passes_and_misuse_does_not(self):
        self.put("my.py", b"print(1)\n")
        self.assert_succeeds(FIND, "my.py", "--jobs", "1")
        self.assertIn(b"passed", self.assert_succeeds("my.prime.py", "--check").stdout)
        self.assert_succeeds(VERIFY, "--help")
        self.assert_fails(2, "print the script", VERIFY, "--chekc")

    def test_closed_output_is_one_line(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([sys.executable, VERIFY], stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        self.assertEqual((done.returncode, b"Traceback" in done.stderr), (1, False))
        self.assertIn(b"verify_prime.py: standard output: ", done.stderr)

    def test_a_composite_is_noticed(self):
        text = read("verify_prime.py").decode()
        end = text.index('\n""".replace') - 1
        changed = text[:end] + f"{int(text[end], 16) ^ 6:x}" + text[end + 1:]
        self.put("composite.py", changed)
        done = self.run_here("composite.py", "--check")
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        self.assertIn(b"COMPOSITE", done.stdout)

    def test_another_script_is_noticed(self):
        self.put("my.py", b"print(1)\n")
        self.assert_succeeds(FIND, "my.py", "--jobs", "1")
        text = self.get("my.prime.py").decode()
        self.put("other.py", re.sub('SHA256 = "[0-9a-f]{8}', 'SHA256 = "00000000', text))
        done = self.run_here("other.py", "--check")
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        self.assertIn(b"DOES NOT AGREE", done.stdout)


class OwnSource(InFolder):
    def test_a_script_becomes_a_prime_and_back(self):
        self.put("my.py", b"print(6 * 7)\n")
        for _ in range(2):
            self.assert_succeeds(FIND, "my.py", "--jobs", "2")
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["my.prime.hex", "my.prime.py", "my.prime.txt", "my.py"])
        self.assertEqual(self.assert_succeeds("my.prime.py").stdout, b"print(6 * 7)\n")
        self.assert_succeeds("my.prime.py", "--check")

    def test_check_tells_which_file_is_stale_and_writes_nothing(self):
        self.put("my.py", b"print(6 * 7)\n")
        before = self.snapshot()
        done = self.run_here(FIND, "my.py", "--check")
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        self.assertEqual(done.stdout.count(b"is missing; run find_prime.py"), 3)
        self.assertEqual(self.snapshot(), before)
        self.assert_succeeds(FIND, "my.py")
        self.assert_succeeds(FIND, "my.py", "--check")
        self.put("my.prime.hex", b"1f8b")
        done = self.run_here(FIND, "my.py", "--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"my.prime.hex: does not match my.py; run find_prime.py", done.stdout)

    def test_the_answer_does_not_depend_on_jobs(self):
        source = b"print('a prime')\n"
        primes = {small_prime(source, jobs) for jobs in (1, 2, 3)}
        self.assertEqual(len(primes), 1)
        self.assertEqual(primality.unpack(primes.pop()), (source, 4))

    def test_the_gzip_file_is_one(self):
        for pack in ((), (deflate,)):
            self.assertEqual(gzip.decompress(gzip_container(b"some text" * 9, *pack)),
                             b"some text" * 9)

    def test_the_name_of_a_file_is_text_and_never_code(self):
        for name in some(('x"+str(open("PWNED","w"))+".py', 'say "hi".py', "100%.py", "\u00e9.py")):
            self.put(name, b"print(1)\n")
            self.assert_succeeds(FIND, name, "--jobs", "1")
            self.assert_succeeds(name[:-3] + ".prime.py", "--check")
        self.assertNotIn("PWNED", os.listdir(self.folder))

    def test_numbers_are_read_from_verifiers_and_digits_only(self):
        self.put("digits.txt", b" 123\n456\n")
        self.put("huge.txt", b"7" * (1 << 20) + b"7")
        self.put("words.txt", b"no number")
        here = lambda name: os.path.join(self.folder, name)
        self.assertEqual(primality.read_number(here("digits.txt")), 123456)
        for name in ("huge.txt", "words.txt"):
            self.assertRaisesRegex(ValueError, "holds no number", primality.read_number, here(name))

    def test_bombs_and_open_streams_do_not_unpack(self):
        bomb = int.from_bytes(gzip.compress(bytes((1 << 20) + 1)), "big")
        whole = gzip.compress(b"whole")
        for number in (bomb, int.from_bytes(whole[:-1], "big")):
            self.assertRaisesRegex(ValueError, "does not end", primality.unpack, number)
        self.assertEqual(primality.unpack(int.from_bytes(whole + b"xyz", "big")), (b"whole", 3))


class Refused(InFolder):
    def test_bad_sources_are_refused_in_one_line(self):
        self.put("empty.py", b"")
        self.put("large.py", b"x = 1\n" * 180000)
        self.put("padless.py", b"print('no prime within 255', 2)\n")
        os.mkdir(os.path.join(self.folder, "folder"))
        for words, *arguments in (
                ("empty.py: is empty", "empty.py"), ("larger than 65536 bytes", "large.py"),
                ("folder: Is a directory", "folder"), ("none.py: No such file", "none.py"),
                ("within 1 byte of padding; leave --pad out", "padless.py", "--pad", "1")):
            self.assert_fails(1, words, FIND, *arguments)

    def test_misuse_exits_2(self):
        self.put("a.py", b"print(1)\n")
        os.symlink("a.py", os.path.join(self.folder, "a.prime.py"))
        for words, *arguments in (
                ("'0': give a whole number from 1 to 99", "a.py", "--jobs", "0"),
                ("from 1 to 99", "a.py", "--pad", "9" * 30), ("SOURCE: name a file", "-"),
                ("SOURCE: name a file", ""), ("would be overwritten", "a.py")):
            self.assert_fails(2, words, FIND, *arguments)

    @unittest.skipIf(os.name == "nt", "no limit of a file's size there")
    def test_where_one_file_cannot_be_written_none_is(self):
        self.put("c.py", b"print(2)\n")
        limited = ("import os,resource,runpy,sys,signal as s;s.signal(s.SIGXFSZ,s.SIG_IGN);"
                   "resource.setrlimit(resource.RLIMIT_FSIZE,(1024,1024));sys.argv=sys.argv[1:];"
                   "sys.path[0]=os.path.dirname(sys.argv[0]);"
                   "runpy.run_path(sys.argv[0],run_name='__main__')")
        self.assert_fails(1, "c.prime", "-c", limited, FIND, "c.py", "--jobs", "1")

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_under_standard_output_is_one_line(self):
        self.put("c.py", b"print(2)\n")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.executable, FIND, "c.py", "--check"], cwd=self.folder,
                                  stdout=full, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr.count(b"\n")), (1, 1), done.stderr)


@unittest.skipIf(os.name == "nt", "no process groups there")
class Interrupted(InFolder):
    """Of find_prime.py without golf/, so that zlib packs and the search begins at once."""

    def start(self, jobs):
        self.put("a.py", read("golf", "payload.py"))        # long enough not to be done by then
        script = self.put("find_prime.py", read("find_prime.py"))
        for name in ("common", "prime"):
            if not os.path.isdir(os.path.join(self.folder, name)):
                shutil.copytree(path(name), os.path.join(self.folder, name))
        return subprocess.Popen([sys.executable, script, "a.py", "--jobs", jobs], cwd=self.folder,
                                stderr=subprocess.PIPE, start_new_session=True)

    def assert_ends(self, running, status):
        """It ends with this status, has said nothing but that it uses zlib, and left no file."""
        errors = running.communicate(timeout=60)[1].splitlines()
        self.assertEqual(running.returncode, status)
        self.assertEqual([line for line in errors if b"zlib packs instead" not in line], [])
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["a.py", "common", "find_prime.py", "prime"])

    def test_ctrl_c_while_workers_start_prints_no_traceback(self):
        need(os.path.isdir("/proc/self/task"), "/proc")
        for wait in some(range(4)):
            running = self.start("8")
            children = f"/proc/{running.pid}/task/{running.pid}/children"
            while running.poll() is None and not read(children):
                pass
            time.sleep(0.002 * wait)
            os.killpg(running.pid, signal.SIGINT)
            time.sleep(0.1)
            if running.poll() is None:               # the first came too early, and was ignored
                os.killpg(running.pid, signal.SIGINT)
            self.assert_ends(running, 130)

    def test_ctrl_c_and_kill_leave_neither_process_nor_file(self):
        for end, status in ((signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)):
            running = self.start("3")
            time.sleep(1)
            if end == signal.SIGINT:
                os.killpg(running.pid, end)          # as a terminal does
            else:
                running.send_signal(end)
            self.assert_ends(running, status)
            for _ in range(300):                     # all have ended, but may not yet be reaped
                try:
                    os.killpg(running.pid, 0)
                except ProcessLookupError:
                    break
                time.sleep(0.1)
            else:
                self.fail("processes are left")


class UpToDate(unittest.TestCase):
    def test_readers_of_the_docs_see_the_same_number(self):
        text = read("docs", "prime.md").decode()
        for name in ("primegpt.hex", "primegpt.txt"):
            self.assertIn(f"\n```\n{read('prime', name).decode()}```\n", text)
        self.assertEqual(run_python(VERIFY).stdout, read("golf", "payload.py"))


if __name__ == "__main__":
    unittest.main()
