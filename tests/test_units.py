"""Every unit, copied alone to an empty folder, does its job there; copies of one text are equal."""
import ast
import os
import shutil
import unittest

import test_compare_runs
from common import CHAIN, ROOT, UNIT_FOLDERS, InFolder, need, path, read

PICTURES = ("geometry.py", "grey.py", "jpeg.py", "jpeg_codes.py", "jpeg_frame.py",
            "jpeg_progressive.py", "jpeg_transform.py", "picture_files.py", "png.py")
SAME_TEXT = {"command.py": UNIT_FOLDERS, "primality.py": ("prime", "song"),
             **{name: ("punchcard", "qr") for name in PICTURES}}
# Names at the top of the first file that the second also has must have the same text there.
SAME_NAMES = (("find_prime.py", "prime/primality.py"), ("find_prime.py", "prime/workers.py"))


def definitions(*names):
    """{name: source text} of the functions, classes and constants of a file."""
    source = read(*names).decode()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = ast.get_source_segment(source, node)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.get_source_segment(source, node)
    return found


def imports(folder, name):
    """The modules that a file imports at its top or inside."""
    for node in ast.walk(ast.parse(read(folder, name))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


class Copies(unittest.TestCase):
    def test_files_kept_in_several_folders_are_equal(self):
        for name, folders in SAME_TEXT.items():
            self.assertEqual(len({read(folder, name) for folder in folders}), 1, name)

    def test_find_prime_has_the_same_functions_as_prime(self):
        for one, other in SAME_NAMES:
            ours, theirs = definitions(one), definitions(*other.split("/"))
            shared = sorted(set(ours) & set(theirs))
            self.assertGreaterEqual(len(shared), 2)
            for name in shared:
                self.assertEqual(ours[name], theirs[name], f"{name} in {one} and {other}")

    def test_no_module_of_a_folder_imports_from_above(self):
        above = {name[:-3] for name in os.listdir(ROOT) if name.endswith(".py")}
        for folder in UNIT_FOLDERS + ("native",):
            for name in filter(lambda name: name.endswith(".py"), os.listdir(path(folder))):
                used = set(imports(folder, name))
                self.assertFalse(used & above, (folder, name))
                self.assertNotIn(b"sys.path", read(folder, name), (folder, name))

    def test_the_top_level_shows_what_it_should(self):
        scripts = {name for name in os.listdir(ROOT) if name.endswith(".py")}
        self.assertEqual(scripts, set(CHAIN) | {
            "fastgpt.py", "find_prime.py", "verify_prime.py", "compare_runs.py",
            "test_parity.py"})


class UnitCase(InFolder):
    def copy(self, *names):
        """Copy files or folders of the project here."""
        for name in names:
            target = os.path.join(self.folder, name)
            if os.path.isdir(path(name)):
                shutil.copytree(path(name), target,
                                ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(path(name), target)


class Scripts(UnitCase):
    """Each one file, alone."""

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
        self.assertEqual(self.assert_succeeds("fastgpt.py").stdout.count(b"\n"), 1025)
        self.assert_succeeds("fastgpt.py", "train", "--data", "input.txt", "--model", "m.gpt",
                             "--steps", "2")

    def test_fastgpt_with_its_kernels_prints_the_log(self):
        self.copy("fastgpt.py", "native")
        self.put("input.txt", b"ab\nba\n")
        logs = {self.assert_succeeds("fastgpt.py", "--kernels", kernels).stdout
                for kernels in ("native", "python")}
        self.assertEqual([log.count(b"\n") for log in logs], [1025])

    def test_verify_prime_prints_the_script(self):
        self.copy("verify_prime.py")
        self.assertEqual(self.assert_succeeds("verify_prime.py").stdout, read("golf", "payload.py"))

    def test_find_prime_uses_zlib_and_says_so(self):
        self.copy("find_prime.py")
        self.put("my.py", b"print(1)\n")
        done = self.run_here("find_prime.py", "my.py")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count(b"\n"), 1)
        self.assertIn(b"zlib packs instead, and the prime will be a little longer", done.stderr)
        self.assertEqual(self.assert_succeeds("my.prime.py").stdout, b"print(1)\n")
        self.assert_fails(2, "golf/payload.py is not here", "find_prime.py")

    def test_compare_runs_judges_beside_microgpt(self):
        """Here a small script stands in for microgpt.py, so that it need not train."""
        self.copy("compare_runs.py")
        self.put("microgpt.py", test_compare_runs.SMALL)
        self.put("mine.py", test_compare_runs.SMALL)
        self.put("input.txt", b"a\n")
        done = self.run_here("compare_runs.py", "mine.py", "--quick")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(b" valid so far", done.stdout)


class Folders(UnitCase):
    """Each whole folder, alone."""

    def test_punchcard_decodes_and_encodes(self):
        self.copy("punchcard")
        self.assert_succeeds("punchcard/decode_punchcard_base64.py")
        self.assertEqual(self.get("attogpt_decoded.py"), read("attogpt.py"))
        self.assert_succeeds("punchcard/encode_punchcard_base64.py", "attogpt_decoded.py")
        self.assert_fails(2, "../attogpt.py is not here; name the file to punch",
                          "punchcard/encode_punchcard_base64.py")

    def test_qr_decodes_and_encodes(self):
        self.copy("qr")
        self.assertEqual(self.assert_succeeds("qr/decode_qr.py").stdout, read("picogpt.py"))
        self.put("a.txt", b"text")
        self.assert_succeeds("qr/encode_qr.py", "a.txt")
        self.assertEqual(self.assert_succeeds("qr/decode_qr.py", "a.png").stdout, b"text")
        self.assert_fails(2, "../picogpt.py is not here; name the file to encode",
                          "qr/encode_qr.py")

    def test_song_decodes_and_encodes(self):
        self.copy("song")
        done = self.assert_succeeds("song/decode_song.py")
        self.put("digits.txt", done.stdout.split()[0])
        self.assert_succeeds("song/encode_song.py", "digits.txt")
        self.assertEqual(self.get("digits.mid"), read("song", "primegpt.mid"))
        self.assert_fails(2, "../verify_prime.py is not here; name a file with a prime",
                          "song/encode_song.py")

    def test_prime_checks_a_proof(self):
        self.copy("prime")
        shutil.copy(path("tests", "small.primo"), self.folder)
        done = self.assert_succeeds("prime/prove_prime.py", "small.primo")
        self.assertIn(b"proved prime: ", done.stdout)
        done = self.assert_succeeds("prime/prove_prime.py", "--check")
        self.assertIn(b"certificate.primo: up to date", done.stdout)

    def test_golf_packs_spells_and_searches(self):
        self.copy("golf")
        self.put("my.py", b"print('packed')\n")
        self.assert_succeeds("golf/pack.py", "my.py")
        self.assertEqual(self.assert_succeeds("my.atto.py").stdout, b"packed\n")
        self.assertIn(b"packed ", self.assert_succeeds("golf/deflate.py", "my.py").stdout)
        self.assertIn(b"up to date", self.assert_succeeds("golf/spell.py", "--check").stdout)
        done = self.run_here("golf/search.py", "--seconds", "0.1", "--out", "best.py")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_punchcard_works_under_another_name_and_read_only(self):
        need(hasattr(os, "geteuid"), "POSIX permissions")
        self.copy("punchcard")
        os.rename(os.path.join(self.folder, "punchcard"), os.path.join(self.folder, "my cards"))
        os.chmod(os.path.join(self.folder, "my cards"), 0o555)
        done = self.assert_succeeds("my cards/decode_punchcard_base64.py", "-o", "-")
        self.assertEqual(done.stdout, read("attogpt.py"))


if __name__ == "__main__":
    unittest.main()
