#!/usr/bin/env python3
"""Do the tests notice? Negate conditions of the modules, one at a time, and run their tests.

    mutate.py                          ten conditions of every module; about half an hour
    mutate.py prime/prove_prime.py     of one module
    mutate.py --count 30 --seed 7      more of them, others

Prints the mutants that no test noticed, and how many of all were killed. A mutant that runs three
minutes counts as killed: it hangs.
"""
import argparse
import ast
import concurrent.futures
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile

from support import CHAIN, ROOT, read, tracked_files

SECONDS = 180
# Which tests are about a module: the first entry whose key its path begins with.
TESTS = (
    ("common/command", "test_command test_punchcard_commands"),
    ("common/primality", "test_primality test_find_prime"),
    ("common/pictures/jpeg", "test_photos.Jpeg test_photos.Hostile"),
    ("common/pictures/png", "test_qr_pictures test_photos.OtherFiles"),
    ("common/pictures/picture_files", "test_photos.OtherFiles test_photos.Hostile"),
    ("common/", "test_photos test_qr_pictures test_docs"),
    ("punchcard/encode", "test_punchcard_commands"),
    ("punchcard/decode", "test_punchcard_commands"),
    ("punchcard/punching", "test_library"),
    ("punchcard/", "test_deck test_card_files test_punchcard_commands.Encode test_photos.Cards"),
    ("qr/images", "test_qr_pictures test_qr_commands"),
    ("qr/", "test_qr test_qr_commands test_qr_pictures test_photos test_library"),
    ("song/encode", "test_song_commands"), ("song/decode", "test_song_commands test_song.Numbers"),
    ("song/composing", "test_library test_song_commands"),
    ("song/opening", "test_library test_song_commands"),
    ("song/sound_files", "test_sound_files"), ("song/wav", "test_song test_sound_files"),
    ("song/midi", "test_song.Midi"), ("song/written", "test_song.Midi"),
    ("song/parity", "test_song.Parity"), ("song/restoring", "test_song.Numbers test_song.Midi"),
    ("song/raga", "test_song.Mapping test_song.Midi"),
    ("song/score", "test_song_commands.Readable test_song.Midi"),
    ("song/harmonium", "test_song.Sound"), ("song/", "test_song"),
    ("prime/prove", "test_certificates"), ("prime/certificates", "test_certificates"),
    ("prime/", "test_primality test_find_prime test_library"),
    ("find_prime", "test_find_prime test_units.Scripts"),
    ("golf/search", "test_search"), ("golf/template", "test_search"), ("golf/pack", "test_pack"),
    ("golf/", "test_deflate test_pack test_search"),
    ("referee/postable", "test_postable"),
    ("compare_runs", "test_compare_runs"), ("referee/", "test_compare_runs"),
    ("microgpt", "test_chain test_logs"), ("verify_prime", "test_find_prime"),
    ("fastgpt", "test_fastgpt test_checkpoint test_training test_logs"),
    ("native/", "test_native"), ("pictures/", "test_pictures"),
    ("page/build_release", "test_release"), ("page/", "test_pictures"), ("docs/", "test_docs"))
LEFT_OUT = ("tests/", "bench/", "golf/payload.py", "golf/notes.py", "golf/tricks.py",
            "test_parity.py", *(name for name in CHAIN if name != "microgpt.py"))


def modules():
    """The files of the product that have conditions, and tests about them."""
    return [name for name in tracked_files()
            if name.endswith(".py") and not name.startswith(LEFT_OUT)
            and any(name.startswith(prefix) for prefix, _ in TESTS) and conditions(
                read(*name.split("/")))]


def conditions(source):
    """The (start, end) offsets, in bytes, of all conditions: if, while, conditional, filter."""
    starts = [0]
    for line in source.splitlines(True):
        starts.append(starts[-1] + len(line))
    spans = set()
    for node in ast.walk(ast.parse(source)):
        tests = []
        if isinstance(node, (ast.If, ast.While, ast.IfExp)):
            tests = [node.test]
        elif isinstance(node, ast.comprehension):
            tests = node.ifs
        elif isinstance(node, ast.Return) and isinstance(node.value, (ast.BoolOp, ast.Compare)):
            tests = [node.value]
        for test in tests:
            span = (starts[test.lineno - 1] + test.col_offset,
                    starts[test.end_lineno - 1] + test.end_col_offset)
            if b"__main__" not in source[slice(*span)] and b"isatty" not in source[slice(*span)]:
                spans.add(span)
    return sorted(spans)


def mutate(source, span):
    """The source with a condition negated."""
    start, end = span
    return source[:start] + b"(not (" + source[start:end] + b"))" + source[end:]


def is_killed(module, mutant):
    """Do the module's tests fail on a mutant, its source?"""
    tests = next(names for prefix, names in TESTS if module.startswith(prefix))
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "main")
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "run_results",
                                                                  "__pycache__"))
        shared = os.path.join(os.path.dirname(ROOT), "shared")
        if os.path.isdir(shared):
            os.symlink(shared, os.path.join(folder, "shared"))
        with open(os.path.join(copy, module), "wb") as file:
            file.write(mutant)
        process = subprocess.Popen([sys.executable, "-m", "unittest", "-f", *tests.split()],
                                   cwd=os.path.join(copy, "tests"), stdin=subprocess.DEVNULL,
                                   env=dict(os.environ, PYTHONPATH=copy),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            return process.wait(SECONDS) != 0
        except subprocess.TimeoutExpired:
            return True
        finally:                                     # a mutant's scripts may run for ever
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="files (all that have tests)")
    parser.add_argument("--count", type=int, default=10, help="conditions of each module (10)")
    parser.add_argument("--seed", type=int, default=1, help="another one, other conditions (1)")
    arguments = parser.parse_args()
    rng, jobs = random.Random(arguments.seed), []
    for module in arguments.modules or modules():
        with open(os.path.join(ROOT, module), "rb") as file:
            source = file.read()
        spans = conditions(source)
        for span in sorted(rng.sample(spans, min(arguments.count, len(spans)))):
            line = source[:span[0]].count(b"\n") + 1
            text = source[slice(*span)].decode().replace("\n", " ")
            jobs.append((module, f"{module}:{line}: {text}", mutate(source, span)))
    killed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = pool.map(lambda job: is_killed(job[0], job[2]), jobs)
        for i, ((_, label, _), verdict) in enumerate(zip(jobs, verdicts), 1):
            killed += verdict
            if not verdict:
                print(f"survived: {label}", flush=True)
            if sys.stderr.isatty() or i % 20 == 0:
                print(f"{i} of {len(jobs)}, {killed} killed", file=sys.stderr, flush=True)
    print(f"{killed} of {len(jobs)} mutants killed ({100 * killed / len(jobs):.0f} %)")


if __name__ == "__main__":
    main()
