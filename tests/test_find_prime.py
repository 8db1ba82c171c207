"""The prime in its files, what find_prime.py writes and refuses, and verify_prime.py."""
import gzip
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
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
    return search.find(source, jobs, lambda data: zlib.compress(data, 9)[2:-4])


class Committed(InFolder):
    """verify_prime.py and prime/."""

    @classmethod
    def setUpClass(cls):
        cls.prime, cls.source = primality.read_number(VERIFY), read("golf", "payload.py")
        cls.file = read("prime", "primegpt.gz")

    def test_all_files_hold_the_same_number(self):
        digits = read("prime", "primegpt.txt").decode().replace("\n", "")
        self.assertEqual(str(self.prime), digits)
        self.assertEqual(primality.read_number(path("prime", "primegpt.txt")), self.prime)
        self.assertEqual(int.from_bytes(self.file, "little"), self.prime)
        for size in (len(self.file), self.prime.bit_length() // 8 + 3):      # as docs/prime.md says
            self.assertEqual(self.prime.to_bytes(size, "little"), self.file)
        self.assertLessEqual(len(digits), 1834)

    def test_number_is_the_script_by_zlib_and_verifier(self):
        self.assertEqual(zlib.decompress(self.file, 31), self.source)
        self.assertEqual(self.assert_succeeds(VERIFY).stdout, self.source)
        self.assertEqual(primality.unpack(self.prime), (self.source, self.file, "little", 0))

    def test_no_earlier_date_would_do(self):
        """Of those that small primes leave, a dozen must fail Fermat's test; the slow test of gmpy2
        tries all.
        """
        date = int.from_bytes(self.file[4:8], "little")
        self.assertGreater(date, 0)
        small = [p for p in range(2, 3000) if all(p % q for q in range(2, 55) if q < p)]
        earlier = [self.prime - k * (1 << 32) for k in range(1, date)]
        left = [n for n in earlier if all(n % p for p in small)]
        self.assertLess(len(left), len(earlier) // 3)
        self.assertTrue(all(pow(2, n - 1, n) != 1 for n in random.Random(3).sample(left, 12)))

    def test_the_file_differs_from_an_undated_one_by_its_date_only(self):
        packed = self.file[10:-8]
        self.assertEqual(gzip_container(self.source, lambda _: packed,
                                        int.from_bytes(self.file[4:8], "little")), self.file)
        self.assertEqual(self.file[:10], b"\x1f\x8b\x08\0" + self.file[4:8] + b"\x02\xff")


class Readers(unittest.TestCase):
    """prime/primegpt.gz by programs that are not ours: the script, exit 0, and not a word."""

    COMMANDS = {"gunzip": ["gunzip", "-c", "FILE"], "zcat": ["zcat", "FILE"],
                "pigz": ["pigz", "-dc", "FILE"], "busybox": ["busybox", "gunzip", "-c", "FILE"],
                "7z": ["7z", "e", "-so", "-bsp0", "FILE"], "bsdcat": ["bsdcat", "FILE"],
                "zstd": ["zstd", "-dcqf", "FILE"], "unar": ["unar", "-q", "-o", "-", "FILE"],
                "perl": ["perl", "-MIO::Uncompress::Gunzip", "-e",
                         "IO::Uncompress::Gunzip::gunzip(shift()=>'-',Strict=>1)or die", "FILE"],
                "node": ["node", "-e", "process.stdout.write(require('zlib').gunzipSync("
                         "require('fs').readFileSync(process.argv[1])))", "FILE"],
                "java": ["java", "SOURCE", "FILE"]}
    STREAM = ("new Response(new Blob([require('fs').readFileSync(process.argv[1])]).stream()"
              ".pipeThrough(new DecompressionStream('gzip'))).text()"
              ".then(text => process.stdout.write(text))")
    JAVA = ("class Cat { public static void main(String[] a) throws Exception { new java.util.zip."
            "GZIPInputStream(new java.io.FileInputStream(a[0])).transferTo(System.out); } }")

    def assert_reads(self, command):
        file = path("prime", "primegpt.gz")
        with tempfile.TemporaryDirectory() as folder:
            java = os.path.join(folder, "Cat.java")
            with open(java, "w") as source:
                source.write(self.JAVA)
            done = subprocess.run([{"FILE": file, "SOURCE": java}.get(word, word)
                                   for word in command], cwd=folder, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, b""), command)
        self.assertEqual(done.stdout, read("golf", "payload.py"), command)

    def test_python_reads_it(self):
        self.assertEqual(gzip.decompress(read("prime", "primegpt.gz")), read("golf", "payload.py"))
        self.assert_reads([sys.executable, "-c", "import gzip,sys;sys.stdout.buffer.write("
                           "gzip.open(sys.argv[1]).read())", "FILE"])


def add_readers():
    """A case for each reader."""
    def add(name, program, command):
        def test(self):
            if program == "java" and not shutil.which("java"):
                self.skipTest("no java here")    # large to install for one case
            need(shutil.which(program), program)
            self.assert_reads(command)
        test.__doc__ = f"{name} reads the file."
        setattr(Readers, f"test_{name}_reads_it", test)

    for name, command in Readers.COMMANDS.items():
        add(name, command[0], command)
    add("decompression_stream", "node", ["node", "-e", Readers.STREAM, "FILE"])


add_readers()


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
        end -= 15                                # a digit of the date
        changed = text[:end] + f"{int(text[end], 16) ^ 6:x}" + text[end + 1:]
        self.put("composite.py", changed)
        done = self.run_here("composite.py", "--check")
        self.assertEqual((done.returncode, done.stderr), (1, b""))
        self.assertIn(b"COMPOSITE", done.stdout)

    def test_a_damaged_number_is_one_line(self):
        text = read("verify_prime.py").decode()
        end = text.index('\n""".replace') - 400     # in the deflate stream
        self.put("damaged.py", text[:end] + f"{int(text[end], 16) ^ 6:x}" + text[end + 1:])
        for arguments in ((), ("--check",)):
            self.assert_fails(1, "does not unpack, it is damaged", "damaged.py", *arguments)
        begin = text.index('P = int("""') + 12
        self.put("short.py", text[:begin] + text[begin + 606:])      # its highest digits are gone
        self.assert_fails(1, "does not unpack, it is damaged", "short.py")

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
                         ["my.prime.gz", "my.prime.py", "my.prime.txt", "my.py"])
        self.assertEqual(gzip.decompress(self.get("my.prime.gz")), b"print(6 * 7)\n")
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
        self.put("my.prime.gz", b"\x1f\x8b")
        done = self.run_here(FIND, "my.py", "--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"my.prime.gz: does not match my.py; run find_prime.py", done.stdout)

    def test_the_answer_does_not_depend_on_jobs(self):
        source = b"print('a prime')\n"
        primes = {small_prime(source, jobs) for jobs in (1, 2, 3)}
        self.assertEqual(len(primes), 1)
        self.assertEqual(primality.unpack(primes.pop()).content, source)

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
        bomb, whole = gzip.compress(bytes((1 << 20) + 1)), gzip.compress(b"whole")
        for number in (int.from_bytes(bomb, "big"), int.from_bytes(bomb, "little"),
                       int.from_bytes(whole[:-1], "big")):
            self.assertRaisesRegex(ValueError, "does not end", primality.unpack, number)
        for end in range(1, len(whole)):
            number = int.from_bytes(whole[:-end], "little")
            if whole[-end:].strip(b"\0"):            # else the number is the same
                self.assertRaises((ValueError, zlib.error), primality.unpack, number)
        # Numbers of versions before 1.2: the file is the beginning, and bytes stand behind it.
        self.assertEqual(primality.unpack(int.from_bytes(whole + b"xyz", "big")),
                         (b"whole", whole, "big", 3))
        self.assertEqual(primality.unpack(int.from_bytes(whole, "little")),
                         (b"whole", whole, "little", 0))
        self.assertRaisesRegex(ValueError, "ends before the number", primality.unpack,
                               int.from_bytes(whole + b"xyz", "little"))


class LongSearches(InFolder):
    """What takes long says so before it begins, and how far it is on the way."""

    def assert_warns(self, words, size):
        self.put("long.py", random.Random(size).getrandbits(8 * size).to_bytes(size, "big"))
        running = subprocess.Popen([sys.executable, FIND, "long.py", "--jobs", "1"],
                                   cwd=self.folder, stderr=subprocess.PIPE, text=True)
        line = running.stderr.readline()
        running.kill()
        running.communicate()
        self.assertRegex(line, rf"^find_prime.py: {words}; Ctrl-C stops it\n$")
        self.assertEqual(os.listdir(self.folder), ["long.py"])

    def test_the_expected_time_is_told_beforehand(self):
        self.assert_warns(r"(hopeless: )?about \d+ (minutes|hours|days) expected, for a prime of "
                          r"some 12,100 digits", 5000)
        self.assert_warns(r"hopeless: about \d+ (days|years) expected, for a prime of some 96,\d00 "
                          r"digits", 40000)

    def test_progress_shows_in_a_pipe(self):
        code = ("import sys;from common import command;command.PROGRESS_SECONDS=-1;"
                "sys.argv=['find_prime.py'];import find_prime;find_prime.show_search(7,70,9.0)")
        done = run_python("-c", code, cwd=path())
        self.assertEqual(done.stderr, b"find_prime.py: 7 candidates tested, of which "
                         b"one in 70 is a prime; 9 s so far\n")

    def test_the_expectation_is_about_right(self):
        """Of the tests that a number of our size needs, by the density that next_prime meets."""
        number = primality.read_number(VERIFY)
        with search.Workers(1) as workers:
            left = search.sieve(number, search.STEP, 4000, workers)
        tests = len(left) / 4000 * search.mean_gap(number, search.STEP)
        expected = search.expected_tests(number)
        self.assertTrue(0.7 < tests / expected < 1.4, (tests, expected))


class Refused(InFolder):
    def test_bad_sources_are_refused_in_one_line(self):
        self.put("empty.py", b"")
        self.put("large.py", b"x = 1\n" * 180000)
        os.mkdir(os.path.join(self.folder, "folder"))
        for words, *arguments in (
                ("empty.py: is empty", "empty.py"), ("larger than 65536 bytes", "large.py"),
                ("folder: Is a directory", "folder"), ("none.py: No such file", "none.py")):
            self.assert_fails(1, words, FIND, *arguments)

    def test_misuse_exits_2(self):
        self.put("a.py", b"print(1)\n")
        os.symlink("a.py", os.path.join(self.folder, "a.prime.py"))
        for words, *arguments in (
                ("'0': give a whole number from 1 to 99", "a.py", "--jobs", "0"),
                ("from 1 to 99", "a.py", "--jobs", "9" * 30), ("SOURCE: name a file", "-"),
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
        self.assertIn(f"\n```\n{read('prime', 'primegpt.txt').decode()}```\n", text)
        self.assertEqual(run_python(VERIFY).stdout, read("golf", "payload.py"))


if __name__ == "__main__":
    unittest.main()
