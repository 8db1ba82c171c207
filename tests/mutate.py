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

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SECONDS = 180
# Which tests are about a module: the first entry whose key its path begins with.
TESTS = (
    ("punchcard/encode", "test_punchcard_commands"),
    ("punchcard/decode", "test_punchcard_commands"),
    ("punchcard/command", "test_command test_punchcard_commands"),
    ("punchcard/", "test_deck test_card_files test_punchcard_commands.Encode test_photos.Cards"),
    ("qr/png", "test_qr_pictures test_photos.OtherFiles"),
    ("qr/jpeg", "test_photos.Jpeg test_photos.Hostile"),
    ("qr/picture_files", "test_photos.OtherFiles test_photos.Hostile"),
    ("qr/images", "test_qr_pictures test_qr_commands"),
    ("qr/", "test_qr test_qr_commands test_qr_pictures test_photos"),
    ("song/encode", "test_song_commands"), ("song/decode", "test_song_commands test_song.Numbers"),
    ("song/sound_files", "test_sound_files"), ("song/wav", "test_song test_sound_files"),
    ("song/midi", "test_song.Midi"), ("song/written", "test_song.Midi"),
    ("song/parity", "test_song.Parity"), ("song/restoring", "test_song.Numbers test_song.Midi"),
    ("song/raga", "test_song.Mapping test_song.Midi"),
    ("song/score", "test_song_commands.Readable test_song.Midi"),
    ("song/harmonium", "test_song.Sound"), ("song/", "test_song"),
    ("prime/prove", "test_certificates"), ("prime/", "test_primality test_find_prime"),
    ("find_prime", "test_primality test_find_prime test_units.Scripts"),
    ("golf/search", "test_search"), ("golf/template", "test_search"), ("golf/pack", "test_pack"),
    ("golf/", "test_deflate test_pack"),
    ("compare_runs", "test_compare_runs"), ("microgpt", "test_chain test_logs"),
    ("fastgpt", "test_fastgpt test_checkpoint test_training"), ("native/", "test_native"),
    ("pictures/", "test_pictures"), ("page/", "test_pictures"), ("docs/", "test_docs"))
MODULES = (
    "microgpt.py", "fastgpt.py", "find_prime.py", "compare_runs.py", "prime/prove_prime.py",
    "golf/blocks.py", "golf/deflate.py", "golf/huffman.py", "golf/pack.py", "golf/search.py",
    "golf/template.py", "native/aarch64.py", "native/engine.py", "native/kernels.py",
    "native/memory.py", "native/training.py", "native/x86_64.py",
    "punchcard/alignment.py", "punchcard/card_codes.py", "punchcard/card_drawing.py",
    "punchcard/card_files.py", "punchcard/card_photo.py", "punchcard/cards.py",
    "punchcard/command.py", "punchcard/decode_punchcard_base64.py", "punchcard/deck.py",
    "punchcard/encode_punchcard_base64.py", "punchcard/outline.py", "punchcard/repair.py",
    "qr/decode_qr.py", "qr/decoding.py", "qr/encode_qr.py", "qr/finders.py", "qr/geometry.py",
    "qr/grey.py", "qr/grid.py", "qr/images.py", "qr/jpeg.py", "qr/jpeg_codes.py",
    "qr/jpeg_frame.py", "qr/jpeg_progressive.py", "qr/jpeg_transform.py", "qr/photo.py",
    "qr/picture_files.py", "qr/png.py", "qr/qrcode_tables.py", "qr/reed_solomon.py",
    "qr/shades.py", "qr/straight.py", "song/decode_song.py", "song/encode_song.py",
    "song/harmonium.py", "song/listening.py", "song/midi.py", "song/parity.py",
    "song/placing.py", "song/raga.py", "song/recognition.py", "song/restoring.py",
    "song/rhythm.py", "song/score.py", "song/sound_files.py", "song/spectra.py", "song/wav.py",
    "song/written.py",
    "docs/fill_docs.py", "page/build_page.py", "pictures/draw_pictures.py")


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
    parser.add_argument("modules", nargs="*", metavar="MODULE", default=MODULES)
    parser.add_argument("--count", type=int, default=10, help="conditions of each module (10)")
    parser.add_argument("--seed", type=int, default=1, help="another one, other conditions (1)")
    arguments = parser.parse_args()
    rng, jobs = random.Random(arguments.seed), []
    for module in arguments.modules:
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
