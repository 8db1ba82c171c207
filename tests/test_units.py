"""What a person copies does its job in an empty place, and says in one line what it lacks there."""
import ast
import os
import shutil
import unittest

import test_compare_runs

from support import CHAIN, FOLDERS, InFolder, need, path, read, run_log, some, tracked_files

COMMANDS = {                       # of each folder that has some
    "golf": ("pack", "deflate", "search", "spell", "notes"), "prime": ("prove_prime",),
    "punchcard": ("encode_punchcard_base64", "decode_punchcard_base64"),
    "qr": ("encode_qr", "decode_qr"), "song": ("encode_song", "decode_song")}


def imports(name):
    """(module, level) of all that a file imports, at its top or inside."""
    for node in ast.walk(ast.parse(read(name))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level


class Packages(unittest.TestCase):
    def test_a_folder_imports_itself_common_and_the_library_only(self):
        above = {name[:-3] for name in tracked_files() if "/" not in name and name[-3:] == ".py"}
        ours = above | set(FOLDERS) | {"common", "tests", "pictures", "page", "docs", "bench"}
        for name in tracked_files():
            folder = name.split("/")[0]
            if folder in FOLDERS + ("common",) and name.endswith(".py"):
                for module, level in imports(name):
                    first = module.split(".")[0]
                    if level or first not in ours:
                        continue
                    self.assertIn(first, (folder, "common"), (name, module))
                    is_entry = read(name).startswith(b"#!")
                    self.assertTrue(first == "common" or is_entry, (name, module))

    def test_the_top_level_shows_what_it_should(self):
        scripts = {name for name in tracked_files() if "/" not in name and name.endswith(".py")}
        self.assertEqual(scripts, set(CHAIN) | {
            "fastgpt.py", "find_prime.py", "verify_prime.py", "compare_runs.py",
            "test_parity.py"})


class UnitCase(InFolder):
    def copy(self, *names):
        """Copy files or folders of the project here."""
        for name in names:
            target = os.path.join(self.folder, name)
            if os.path.isdir(path(name)):
                shutil.copytree(path(name), target)        # with its byte code, to save time
            else:
                shutil.copy(path(name), target)


class Scripts(UnitCase):
    """Each one file, alone or with what it needs."""

    def test_each_script_of_the_chain_trains(self):
        for name in CHAIN:
            shutil.copy(path(name), self.folder)
            self.put("input.txt", b"a\n")
            done = self.run_here("-c", "import io,sys,contextlib\n"
                                 f"source=open({name!r},'rb').read()\n"
                                 "class Enough(Exception):pass\n"
                                 "class Out(io.StringIO):\n"
                                 " def write(self,text):\n"
                                 "  super().write(text)\n"
                                 "  if 'step    2' in text: raise Enough\n"
                                 "out=sys.stdout;sys.stdout=Out();sys.argv=['x']\n"
                                 "try: exec(compile(source,'x','exec'),{'__name__':'__main__'})\n"
                                 "except Enough: pass\n"
                                 "print(sys.stdout.getvalue(),file=out)\n")
            self.assertEqual((done.returncode, done.stderr), (0, b""), name)
            self.assertIn(b"step    2 / 1000 | loss ", done.stdout, name)

    def test_fastgpt_prints_the_log_and_trains(self):
        self.copy("fastgpt.py")
        self.put("input.txt", b"ab\nba\n")
        self.assertEqual(run_log("fastgpt.py", b"ab\nba\n", 30)[0].count(b"\n"), 30)
        self.assert_succeeds("fastgpt.py", "train", "--data", "input.txt", "--model", "m.gpt",
                             "--steps", "2")

    def test_fastgpt_with_its_kernels_prints_the_log(self):
        self.copy("fastgpt.py", "native")
        self.put("input.txt", b"ab\nba\n")
        self.assertEqual(self.assert_succeeds("fastgpt.py").stdout.count(b"\n"), 1025)
        self.assertIn(b"kernels: native", self.assert_succeeds("fastgpt.py", "--version").stdout)

    def test_verify_prime_prints_the_script(self):
        self.copy("verify_prime.py")
        self.assertEqual(self.assert_succeeds("verify_prime.py").stdout, read("golf", "payload.py"))

    def test_find_prime_uses_zlib_and_says_so(self):
        self.copy("find_prime.py")
        self.assert_fails(1, "common/ is missing; copy it next to this script", "find_prime.py")
        self.copy("common")
        self.assert_fails(1, "prime/ is missing; copy it next to this script", "find_prime.py")
        self.copy("prime")
        self.put("my.py", b"print(1)\n")
        done = self.run_here("find_prime.py", "my.py")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertIn(b"zlib packs instead, and the prime will be a little longer", done.stderr)
        self.assertEqual(self.assert_succeeds("my.prime.py").stdout, b"print(1)\n")
        self.assert_fails(2, "golf/payload.py is not here", "find_prime.py")

    def test_compare_runs_judges_beside_microgpt(self):
        """Here a small script stands in for microgpt.py, so that it need not train."""
        self.copy("compare_runs.py", "common")
        self.assert_fails(1, "referee/ is missing; copy it next to this script", "compare_runs.py")
        self.copy("referee")
        self.put("microgpt.py", test_compare_runs.SMALL)
        self.put("mine.py", test_compare_runs.SMALL)
        self.put("input.txt", b"a\n")
        done = self.run_here("compare_runs.py", "mine.py", "--quick")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b" valid so far", done.stdout)


class Folders(UnitCase):
    """Each whole folder with common/."""

    def test_every_command_without_common_says_what_to_copy(self):
        for folder, names in COMMANDS.items():
            self.copy(folder)
            for name in some(names):
                self.assert_fails(1, f"{name}.py: common/ is missing; copy it next to {folder}/",
                                  f"{folder}/{name}.py")

    def test_any_two_folders_are_imported_side_by_side(self):
        """Though another module is called png, and from an empty place."""
        self.copy("common", *FOLDERS)
        self.put("png.py", "")
        program = ("import itertools, sys, png\nown = set(sys.modules)\n"
                   f"for pair in itertools.combinations({FOLDERS[::-1]}, 2):\n"
                   "    for name in set(sys.modules) - own: del sys.modules[name]\n"
                   "    for name in pair: assert __import__(name).__doc__, name\n")
        self.assertEqual(self.assert_succeeds("-c", program).stdout, b"")

    def test_each_command_is_a_module_too(self):
        self.copy("common", *COMMANDS)
        for folder, names in COMMANDS.items():
            for name in some(names):
                done = self.assert_succeeds("-m", f"{folder}.{name}", "--help")
                self.assertIn(b"usage: ", done.stdout)
            done = self.run_here("-m", folder)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr.decode(), rf"\Ausage: {folder} \w+( or \w+)+ \.\.\.")

    def test_punchcard_decodes_and_encodes(self):
        self.copy("punchcard", "common")
        self.assert_succeeds("punchcard/decode_punchcard_base64.py")
        self.assertEqual(self.get("attogpt_decoded.py"), read("attogpt.py"))
        self.assert_succeeds("punchcard/encode_punchcard_base64.py", "attogpt_decoded.py")
        self.assert_fails(2, "../attogpt.py is not here; name the file to punch",
                          "punchcard/encode_punchcard_base64.py")

    def test_qr_decodes_and_encodes(self):
        self.copy("qr", "common")
        self.assertEqual(self.assert_succeeds("qr/decode_qr.py").stdout, read("picogpt.py"))
        self.put("a.txt", b"text")
        self.assert_succeeds("qr/encode_qr.py", "a.txt")
        self.assertEqual(self.assert_succeeds("qr/decode_qr.py", "a.png").stdout, b"text")
        self.assert_fails(2, "../picogpt.py is not here; name the file to encode",
                          "qr/encode_qr.py")

    def test_song_decodes_and_encodes(self):
        self.copy("song", "common")
        done = self.assert_succeeds("song/decode_song.py")
        self.assertEqual(self.get("primegpt_decoded.py"), read("golf", "payload.py"))
        self.assertNotIn(b"restored", done.stdout)
        self.put("digits.txt", done.stdout.split()[0])
        self.assert_succeeds("song/encode_song.py", "digits.txt")
        self.assertEqual(self.get("digits.mid"), read("song", "primegpt.mid"))
        self.assert_fails(2, "../verify_prime.py is not here; name a file with a prime",
                          "song/encode_song.py")

    def test_prime_checks_a_proof(self):
        self.copy("prime", "common")
        shutil.copy(path("tests", "small.primo"), self.folder)
        done = self.assert_succeeds("prime/prove_prime.py", "small.primo")
        self.assertIn(b"proved prime: ", done.stdout)
        done = self.assert_succeeds("prime/prove_prime.py", "--check")
        self.assertIn(b"certificate.primo: up to date", done.stdout)

    def test_golf_packs_and_spells(self):
        self.copy("golf", "common")
        self.put("my.py", b"print('packed')\n")
        self.assert_succeeds("golf/pack.py", "my.py")
        self.assertEqual(self.assert_succeeds("my.atto.py").stdout, b"packed\n")
        self.assertIn(b"up to date", self.assert_succeeds("golf/spell.py", "--check").stdout)

    def test_a_read_only_place_does_as_well(self):
        need(hasattr(os, "geteuid"), "POSIX permissions")
        self.copy("punchcard", "common")
        os.chmod(os.path.join(self.folder, "punchcard"), 0o555)
        done = self.assert_succeeds("punchcard/decode_punchcard_base64.py", "-o", "-")
        self.assertEqual(done.stdout, read("attogpt.py"))

    def test_a_link_to_a_command_works(self):
        need(hasattr(os, "symlink") and os.name == "posix", "symbolic links")
        os.symlink(path("qr", "decode_qr.py"), os.path.join(self.folder, "decode"))
        self.assertEqual(self.assert_succeeds("decode").stdout, read("picogpt.py"))


if __name__ == "__main__":
    unittest.main()
