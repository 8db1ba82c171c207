"""command.py: files written whole or not at all, and errors told in one line."""
import contextlib
import io
import os
import signal
import subprocess
import sys
import unittest

from common import command
from support import InFolder, environment, path

PROGRAM = """
import os, sys
sys.path.insert(0, sys.argv.pop(1))
from common import command
def main():
    {body}
command.run(main)
"""


class Writing(InFolder):
    def at(self, name):
        return os.path.join(self.folder, name)

    def test_a_block_that_fails_leaves_what_was_there(self):
        self.put("a", b"old")
        with self.assertRaises(ZeroDivisionError), command.atomic_write(self.at("a")) as file:
            file.write(b"new")
            raise ZeroDivisionError
        self.assertEqual((self.get("a"), os.listdir(self.folder)), (b"old", ["a"]))

    def test_a_block_that_ends_replaces_it_and_keeps_its_mode(self):
        self.put("a", b"old")
        os.chmod(self.at("a"), 0o600)
        with command.atomic_write(self.at("a")) as file:
            file.write(b"new")
        self.assertEqual((self.get("a"), os.stat(self.at("a")).st_mode & 0o777), (b"new", 0o600))
        with command.atomic_write(self.at("b")) as file:
            file.write(b"new")
        self.assertEqual(os.stat(self.at("b")).st_mode & 0o777, 0o644)

    def test_an_error_names_the_target(self):
        with self.assertRaises(OSError) as context:
            with command.atomic_write(self.at("none/a")) as file:
                file.write(b"new")
        self.assertEqual(context.exception.filename, self.at("none/a"))
        with self.assertRaises(OSError) as context:
            with command.atomic_write(self.at("a")):
                open(self.at("other"))
        self.assertEqual(context.exception.filename, self.at("other"))

    def test_all_outputs_or_none(self):
        with contextlib.redirect_stdout(io.StringIO()):
            with self.assertRaises(OSError):
                command.write_or_check([(self.at("a"), b"1"), (self.at("no/b"), b"2")], "s", False)
            self.assertEqual(os.listdir(self.folder), [])
            outputs = [(self.at("a"), b"1"), (self.at("b"), b"2")]
            self.assertEqual(command.write_or_check(outputs, "s", True), 2)
            self.assertEqual(command.write_or_check(outputs, "s", False), 0)
            self.assertEqual(command.write_or_check(outputs, "s", True), 0)
        self.assertEqual((self.get("a"), self.get("b")), (b"1", b"2"))

    def test_decoded_bytes_do_not_replace_others(self):
        target = self.at("a")
        self.assertFalse(command.write_if_safe(target, b"data", False))
        self.assertTrue(command.write_if_safe(target, b"data", False))
        for existing in (b"other", b"data and more", b""):
            self.put("a", existing)
            self.assertRaises(command.UserError, command.write_if_safe, target, b"data", False)
            self.assertEqual(self.get("a"), existing)
        self.assertFalse(command.write_if_safe(target, b"data", True))
        self.assertEqual(self.get("a"), b"data")

    def test_input_beyond_the_limit_is_refused(self):
        self.put("a", b"12345")
        self.assertEqual(command.read_input(self.at("a"), 5), b"12345")
        self.assertRaises(command.UserError, command.read_input, self.at("a"), 4)

    @unittest.skipUnless(hasattr(os, "symlink"), "no links")
    def test_the_source_is_known_by_any_name(self):
        self.put("a", b"1")
        os.symlink("a", self.at("b"))
        self.assertTrue(command.would_overwrite([self.at("c"), self.at("b")], self.at("a")))
        self.assertFalse(command.would_overwrite([self.at("c")], self.at("a")))
        self.assertFalse(command.would_overwrite([self.at("a")], self.at("none")))


class Running(InFolder):
    def run_body(self, body, **options):
        self.put("tool.py", PROGRAM.format(body=body))
        return self.run_here("tool.py", path(), **options)

    def test_errors_are_one_line_with_the_name_of_the_command(self):
        for body, message in (
                ("raise command.UserError('a: is wrong')", b"tool.py: a: is wrong\n"),
                ("open('none')", b"tool.py: none: No such file or directory\n"),
                ("raise MemoryError", b"tool.py: out of memory; try it with something smaller\n"),
                ("raise OSError(28, 'No space')", b"tool.py: standard output: No space\n")):
            done = self.run_body(body)
            self.assertEqual((done.returncode, done.stderr), (1, message))

    def test_the_status_is_what_main_returns(self):
        self.assertEqual(self.run_body("return 7").returncode, 7)
        self.assertEqual(self.run_body("pass").returncode, 0)

    def test_context_names_the_file(self):
        done = self.run_body("\n    ".join(("with command.error_context('a', ValueError):",
                                            "    raise ValueError('is bad')")))
        self.assertEqual((done.returncode, done.stderr), (1, b"tool.py: a: is bad\n"))

    @unittest.skipIf(os.name == "nt", "no SIGINT to one process there")
    def test_ctrl_c_is_130_and_the_second_changes_nothing(self):
        body = ("import time\n    try:\n        print('ready', flush=True); time.sleep(60)\n"
                "    finally:\n        time.sleep(0.3)")
        self.put("tool.py", PROGRAM.format(body=body))
        process = subprocess.Popen([sys.executable, "tool.py", path()],
                                   cwd=self.folder, env=environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdout.readline()
        for _ in range(2):
            process.send_signal(signal.SIGINT)
        self.assertEqual((process.communicate(timeout=30)[1], process.returncode), (b"", 130))

    @unittest.skipIf(os.name == "nt", "closing descriptors is a POSIX matter")
    def test_closed_streams_are_no_traceback(self):
        for closing, body, status in (("2>&-", "raise command.UserError('x')", 1),
                                      (">&-", "command.write_stdout(b'x')", 1),
                                      ("<&-", "command.read_input('-', 9)", 1),
                                      (">&-", "return 0", 0)):
            self.put("tool.py", PROGRAM.format(body=body))
            line = f"exec '{sys.executable}' tool.py '{path()}' {closing}"
            done = subprocess.run(["sh", "-c", line], cwd=self.folder, env=environment(),
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((done.returncode, b"Traceback" in done.stderr), (status, False), body)

    def test_a_name_that_the_terminal_cannot_show_is_escaped(self):
        done = self.run_body("print('\\u20ac')", env=dict(environment(), PYTHONUTF8="0",
                                                          PYTHONIOENCODING="ascii"))
        self.assertEqual((done.returncode, done.stdout.strip()), (0, b"\\u20ac"))


if __name__ == "__main__":
    unittest.main()
