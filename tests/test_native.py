"""Machine code: encodings against a disassembler, kernels and models against Python's.

Run by itself it needs no other file of the tests: so it also runs under an emulated processor.
"""
import array
import contextlib
import ctypes
import itertools
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)
fastgpt = __import__("fastgpt")
NATIVE, WHY = fastgpt.load_native()
if NATIVE:
    from native import aarch64, engine, kernels, memory, training, x86_64
    FOUND = training.find_assembler()[0]
    ASSEMBLERS = [FOUND] if aarch64.NEON is FOUND else sorted({x86_64.SSE2, FOUND.func}, key=str)
CANARY = 1234.5678


def needs_native(case):
    return unittest.skipUnless(NATIVE, f"needs native kernels: {WHY}")(case)


# ---- Encodings ------------------------------------------------------------------------------
X86 = ("rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15").split()
OFFSETS = (0, 8, 127, 128, -128, -129, 65536, 1 << 24)
AVX2_THREE = {"add": "vaddpd", "subtract": "vsubpd", "multiply": "vmulpd", "divide": "vdivpd",
              "maximum": "vmaxpd", "both": "vandpd", "add_integers": "vpaddq",
              "greater": "vcmpgt_oqpd", "multiply_add": "vfmadd231pd"}
NEON_THREE = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv",
              "maximum": "fmax", "add_integers": "add", "greater": "fcmgt", "multiply_add": "fmla"}


def disassemble(code, *machine):
    """The instructions of machine code as objdump prints them, a blank between the parts."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "code")
        with open(name, "wb") as file:
            file.write(code)
        out = subprocess.run([*machine, "-D", "-z", "-b", "binary", name], check=True,
                             stdout=subprocess.PIPE).stdout.decode()
    lines = [line.split("\t")[2:] for line in out.split("\n") if re.match(r"\s*[0-9a-f]+:\t", line)]
    texts = (re.sub(r"\s*//.*", "", " ".join(words)) for words in lines if words)
    return [re.sub(r"\s+", " ", text).strip() for text in texts]


@needs_native
class Encodings(unittest.TestCase):
    """Every instruction, with all registers and forms that are used, read back by binutils."""

    def assert_x86(self, asm, expected):
        tool = shutil.which("objdump")
        self.need(tool, "objdump (Debian: binutils)")
        self.assertEqual(disassemble(bytes(asm.code), tool, "-mi386:x86-64", "-Mintel"), expected)

    def need(self, present, what):
        if not present and os.environ.get("CI") == "true":
            self.fail("CI must have " + what)
        if not present:
            self.skipTest("needs " + what)

    def x86_address(self, p, offset):
        sign, size = "-+"[offset >= 0], abs(offset)
        register = X86[x86_64.POINTERS[p]]
        needs_sib = register == "rsp"
        return f"[{register}{sign}{hex(size)}]" if not needs_sib else None

    def test_pointers_of_x86_64(self):
        asm, expected = x86_64.SSE2(), []
        names = [X86[number] for number in x86_64.POINTERS]
        for p, q in itertools.product(range(14), repeat=2):
            asm.copy(p, q)
            asm.advance_by(p, q)
            expected += [f"mov {names[p]},{names[q]}", f"add {names[p]},{names[q]}"]
            for offset in OFFSETS:
                asm.load_integer(p, q, offset)
                expected.append(f"mov {names[p]},QWORD PTR {self.x86_address(q, offset)}")
        for p in range(14):
            asm.constant(p, 0x123456789abcdef)
            asm.advance(p, 0x12345)
            asm.load_slot(p, 3)
            asm.store_slot(p, 40)
            expected += [f"movabs {names[p]},0x123456789abcdef", f"add {names[p]},0x12345",
                         f"mov {names[p]},QWORD PTR [rbp+0x18]",
                         f"mov QWORD PTR [rbp+0x140],{names[p]}"]
            start = len(asm.code)
            with asm.loop(p):
                asm.copy(p, p)
            expected += [f"mov {names[p]},{names[p]}", f"sub {names[p]},0x1", f"jne {hex(start)}"]
        self.assert_x86(asm, expected)

    def test_avx2(self):
        asm, expected = x86_64.AVX2(), []
        for d, a, b in itertools.product(range(16), repeat=3):
            if (d + a + b) % 3 == 0:
                for word, name in AVX2_THREE.items():
                    getattr(asm, word)(d, a, b)
                    expected.append(f"{name} ymm{d},ymm{a},ymm{b}")
        for d, p in itertools.product(range(16), range(14)):
            for offset in OFFSETS:
                at = self.x86_address(p, offset)
                asm.load(d, p, offset)
                asm.store(d, p, offset)
                asm.broadcast(d, p, offset)
                asm.load_one(d, p, offset)
                asm.store_one(d, p, offset)
                expected += [f"vmovupd ymm{d},YMMWORD PTR {at}", f"vmovupd YMMWORD PTR {at},ymm{d}",
                             f"vbroadcastsd ymm{d},QWORD PTR {at}", f"vmovsd xmm{d},QWORD PTR {at}",
                             f"vmovsd QWORD PTR {at},xmm{d}"]
        for d, a in itertools.product(range(16), repeat=2):
            asm.root(d, a)
            asm.copy_vector(d, a)
            asm.to_exponent(d, a)
            expected += [f"vsqrtpd ymm{d},ymm{a}", f"vmovupd ymm{d},ymm{a}",
                         f"vpsllq ymm{d},ymm{a},0x34"]
        for d in range(16):
            asm.zero(d)
            asm.sums(d, [1, 5, 9, 14], 15)
            expected += [f"vxorpd ymm{d},ymm{d},ymm{d}", "vhaddpd ymm1,ymm1,ymm5",
                         "vhaddpd ymm9,ymm9,ymm14", "vperm2f128 ymm15,ymm1,ymm9,0x21",
                         f"vblendpd ymm{d},ymm1,ymm9,0xc", f"vaddpd ymm{d},ymm{d},ymm15"]
        self.assert_x86(asm, expected)

    def test_sse2(self):
        asm, expected = x86_64.SSE2(), []
        words = {"add": "addpd", "multiply": "mulpd", "subtract": "subpd", "divide": "divpd",
                 "maximum": "maxpd", "both": "andpd", "add_integers": "paddq"}
        for d, a, b in itertools.product(range(15), repeat=3):
            if (d + a + b) % 4 == 0 and len({d, a, b}) == 3:
                for word, name in words.items():
                    getattr(asm, word)(d, a, b)
                    expected += [f"movapd xmm{d},xmm{a}", f"{name} xmm{d},xmm{b}"]
                asm.greater(d, a, b)
                asm.multiply_add(d, a, b)
                expected += [f"movapd xmm{d},xmm{b}", f"cmpltpd xmm{d},xmm{a}",
                             f"movapd xmm15,xmm{a}", f"mulpd xmm15,xmm{b}", f"addpd xmm{d},xmm15"]
        for d, p in itertools.product(range(15), range(14)):
            for offset in OFFSETS:
                at = self.x86_address(p, offset)
                asm.load(d, p, offset)
                asm.store(d, p, offset)
                asm.broadcast(d, p, offset)
                asm.store_one(d, p, offset)
                expected += [f"movupd xmm{d},XMMWORD PTR {at}", f"movupd XMMWORD PTR {at},xmm{d}",
                             f"movsd xmm{d},QWORD PTR {at}", f"unpcklpd xmm{d},xmm{d}",
                             f"movsd QWORD PTR {at},xmm{d}"]
        asm.subtract(3, 4, 3)
        asm.add(3, 3, 4)
        asm.root(9, 14)
        asm.to_exponent(9, 14)
        asm.zero(12)
        asm.sums(0, [8, 9], 10)
        expected += ["movapd xmm15,xmm3", "movapd xmm3,xmm4", "subpd xmm3,xmm15", "addpd xmm3,xmm4",
                     "sqrtpd xmm9,xmm14", "movapd xmm9,xmm14", "psllq xmm9,0x34",
                     "xorpd xmm12,xmm12", "movapd xmm10,xmm8", "unpckhpd xmm10,xmm9",
                     "unpcklpd xmm8,xmm9", "movapd xmm0,xmm8", "addpd xmm0,xmm10"]
        self.assert_x86(asm, expected)

    def test_what_windows_wants_kept(self):
        """Its first argument is in rcx, and rdi, rsi and xmm6 to xmm15 are the caller's."""
        asm = x86_64.AVX2(windows=True)
        asm.begin()
        asm.end()
        tool = shutil.which("objdump")
        self.need(tool, "objdump (Debian: binutils)")
        lines = disassemble(bytes(asm.code), tool, "-mi386:x86-64", "-Mintel")
        self.assertIn("mov rbp,rcx", lines)
        pushed = [line.split()[1] for line in lines if line.startswith("push")]
        popped = [line.split()[1] for line in lines if line.startswith("pop")]
        self.assertEqual((pushed, lines[-1]), (popped[::-1], "ret"))
        self.assertEqual(set(pushed), set("rbx rbp rsi rdi r12 r13 r14 r15".split()))
        saved = [line for line in lines if re.match(r"movupd XMMWORD PTR \[rsp", line)]
        self.assertEqual(len(saved), 10)

    def test_neon(self):
        asm, expected = aarch64.NEON(), []
        tool = shutil.which("aarch64-linux-gnu-objdump")
        self.need(tool, "aarch64-linux-gnu-objdump (Debian: binutils-aarch64-linux-gnu)")
        v, x = aarch64.VECTORS, aarch64.POINTERS
        for d, a, b in itertools.product(range(24), repeat=3):
            if (d + a + b) % 5 == 0:
                for word, name in NEON_THREE.items():
                    getattr(asm, word)(d, a, b)
                    expected.append(f"{name} v{v[d]}.2d, v{v[a]}.2d, v{v[b]}.2d")
                asm.both(d, a, b)
                asm.sums(d, [a, b], 0)
                expected += [f"and v{v[d]}.16b, v{v[a]}.16b, v{v[b]}.16b",
                             f"faddp v{v[d]}.2d, v{v[a]}.2d, v{v[b]}.2d"]
        for d, a in itertools.product(range(24), repeat=2):
            asm.root(d, a)
            asm.to_exponent(d, a)
            asm.copy_vector(d, a)
            expected += [f"fsqrt v{v[d]}.2d, v{v[a]}.2d", f"shl v{v[d]}.2d, v{v[a]}.2d, #52",
                         f"mov v{v[d]}.16b, v{v[a]}.16b"]
        for d, p in itertools.product(range(24), range(14)):
            asm.zero(d)
            asm.load(d, p, 32)
            asm.store(d, p, -16)
            asm.load_one(d, p, 8)
            asm.store_one(d, p, 0)
            asm.broadcast(d, p, 24)
            asm.load(d, p, 1 << 20)
            expected += [
                f"movi v{v[d]}.2d, #0x0", f"ldr q{v[d]}, [x{x[p]}, #32]",
                f"stur q{v[d]}, [x{x[p]}, #-16]", f"ldr d{v[d]}, [x{x[p]}, #8]",
                f"str d{v[d]}, [x{x[p]}]", f"add x15, x{x[p]}, #0x18",
                f"ld1r {{v{v[d]}.2d}}, [x15]", f"add x15, x{x[p]}, #0x100, lsl #12",
                f"ldr q{v[d]}, [x15]"]
        for p, q in itertools.product(range(14), repeat=2):
            asm.copy(p, q)
            asm.advance_by(p, q)
            asm.load_integer(p, q, 16)
            asm.load_slot(p, 5)
            asm.store_slot(p, 6)
            asm.advance(p, -4097)
            asm.constant(p, 0x1234000000005678)
            expected += [
                f"mov x{x[p]}, x{x[q]}", f"add x{x[p]}, x{x[p]}, x{x[q]}",
                f"ldr x{x[p]}, [x{x[q]}, #16]", f"ldr x{x[p]}, [x0, #40]",
                f"str x{x[p]}, [x0, #48]",
                f"sub x{x[p]}, x{x[p]}, #0x1, lsl #12", f"sub x{x[p]}, x{x[p]}, #0x1",
                f"mov x{x[p]}, #0x5678", f"movk x{x[p]}, #0x1234, lsl #48"]
        start = len(asm.code)
        with asm.loop(3):
            asm.copy(1, 2)
        asm.end()
        expected += ["mov x2, x3", "subs x4, x4, #0x1", f"b.ne {hex(start)}", "ret"]
        lines = disassemble(bytes(asm.code), tool, "-maarch64")
        self.assertEqual([line.split(" <")[0] for line in lines], expected)


# ---- Kernels --------------------------------------------------------------------------------
class Bench:
    """Matrices in memory between canaries, for a kernel to work on."""

    def __init__(self, assembler, rng):
        self.assembler, self.rng, self.slots = assembler, rng, [0] * 40
        self.buffers = []
        self.constants = kernels.constants() + [0.25, 0.1, 1e-5]
        self.place(kernels.CONSTANTS, self.constants)
        self.place(kernels.SCRATCH, [0.0] * 4)

    def place(self, slot, numbers):
        """Numbers at arguments[slot], canaries around them -> their buffer."""
        buffer = memory.Buffer((len(numbers) + 16) * 8)
        buffer.numbers[:] = array.array("d", [CANARY] * 8 + list(numbers) + [CANARY] * 8)
        self.slots[slot] = buffer.address + 64
        self.buffers.append(buffer)
        return buffer

    def matrix(self, slot, rows, columns, stride=None, value=None):
        """Random rows, padded with zeros to the stride -> (kernels.Matrix, rows, buffer)."""
        stride = stride or columns
        values = [[self.rng.gauss(0, 1) if value is None else value for _ in range(columns)]
                  for _ in range(rows)]
        buffer = self.place(slot, sum((row + [0.0] * (stride - columns) for row in values), []))
        return kernels.Matrix(slot, 0, stride * 8), values, buffer

    def read(self, buffer, rows, columns, stride):
        numbers = buffer.numbers[8:len(buffer.numbers) - 8]
        return [numbers[i * stride:i * stride + columns].tolist() for i in range(rows)]

    def run(self, emit):
        """Emit a kernel, run it, and look at the canaries."""
        asm = self.assembler()
        asm.begin()
        emit(asm)
        asm.end()
        code = memory.Code(asm.code)
        arguments = (ctypes.c_int64 * 40)(*self.slots)
        code.function(ctypes.addressof(arguments))
        for buffer in self.buffers:
            edges = buffer.numbers[:8].tolist() + buffer.numbers[len(buffer.numbers) - 8:].tolist()
            assert edges == [CANARY] * 16, "a kernel wrote out of bounds"


def pad(count):
    return -(-count // 4) * 4


@needs_native
class Kernels(unittest.TestCase):
    """Each against the same in Python, on random shapes, also through slots for counts."""

    def each_case(self, count=12):
        for assembler in ASSEMBLERS:
            rng = random.Random(7)
            for _ in range(count):
                yield Bench(assembler, rng), assembler, rng

    def assert_close(self, ours, expected):
        for a, b in zip(ours, expected):
            for x, y in zip(a, b):
                self.assertAlmostEqual(x, y, delta=1e-12 * (1 + abs(y)))

    def test_products(self):
        for bench, _, rng in self.each_case(40):
            n, k, m = pad(rng.randint(1, 70)), rng.randint(1, 70), pad(rng.randint(1, 70))
            A, a, _ = bench.matrix(4, n, k)
            B, b, _ = bench.matrix(5, k, m)
            C, c, out = bench.matrix(6, n, m)
            add, bench.slots[10] = rng.random() < 0.5, n // 4
            bench.run(lambda asm: kernels.product(asm, C, A, B, kernels.Slot(10), k, m,
                                                  accumulate=add))
            expected = [[add * c[i][j] + sum(a[i][t] * b[t][j] for t in range(k))
                         for j in range(m)] for i in range(n)]
            self.assert_close(bench.read(out, n, m, m), expected)

    def test_products_with_a_transposed_factor(self):
        for bench, _, rng in self.each_case(20):
            n, k, m = pad(rng.randint(1, 70)), rng.randint(1, 70), pad(rng.randint(1, 70))
            A, a, _ = bench.matrix(4, k, n)
            B, b, _ = bench.matrix(5, k, m)
            C, _, out = bench.matrix(6, n, m)
            bench.slots[10] = k
            bench.run(lambda asm: kernels.product(asm, C, A._replace(stride=8), B, n // 4,
                                                  kernels.Slot(10), m, A.stride))
            expected = [[sum(a[t][i] * b[t][j] for t in range(k)) for j in range(m)]
                        for i in range(n)]
            self.assert_close(bench.read(out, n, m, m), expected)

    def test_transposed_products(self):
        for bench, assembler, rng in self.each_case(40):
            n, k, m = pad(rng.randint(1, 70)), rng.randint(1, 70), pad(rng.randint(1, 70))
            A, a, _ = bench.matrix(4, n, k, pad(k))
            B, b, _ = bench.matrix(5, m, k, pad(k))
            C, c, out = bench.matrix(6, n, m)
            add, relu = rng.random() < 0.5, rng.random() < 0.5
            asm = assembler()
            bench.slots[10] = n // asm.nt_rows
            bench.run(lambda asm: kernels.transposed_product(
                asm, C, A, B, kernels.Slot(10), m // asm.lanes, pad(k), add=add, relu=relu))
            expected = [[add * c[i][j] + sum(x * y for x, y in zip(a[i], b[j])) for j in range(m)]
                        for i in range(n)]
            if relu:
                expected = [[max(0.0, v) for v in row] for row in expected]
            self.assert_close(bench.read(out, n, m, m), expected)

    def test_softmax_and_its_gradient(self):
        for bench, assembler, rng in self.each_case():
            n, m, real = rng.randint(1, 70), pad(rng.randint(1, 70)), 0
            real = rng.randint(max(1, m - 3), m)
            scale = len(kernels.constants())
            P, p, out = bench.matrix(4, n, real, m)
            mask = bench.place(5, [0.0] * real + [-1e300] * (m - real))
            D, d, d_out = bench.matrix(6, n, real, m)
            lanes = assembler().lanes
            bench.run(lambda asm: kernels.softmax(asm, P, n, m // lanes, kernels.Matrix(5, 0, 0),
                                                  scale))
            expected = [fastgpt.softmax(row, 0.25) for row in p]
            ours = bench.read(out, n, m, m)
            self.assert_close(ours, [row + [0.0] * (m - real) for row in expected])
            bench.run(lambda asm: kernels.softmax_backward(asm, D, P, n, m // lanes, scale))
            self.assert_close(bench.read(d_out, n, real, m),
                              fastgpt.softmax_backward(expected, d, 0.25))
            self.assertEqual(mask.numbers[8], 0.0)

    def test_exponentials_from_minus_800_to_0(self):
        for bench, _, rng in self.each_case(2):
            row = [0.0] + [-rng.random() * 10 ** rng.uniform(-3, 2.9) for _ in range(63)]
            P = bench.place(4, row)
            bench.place(5, [0.0] * 64)
            index = kernels.ONE
            bench.run(lambda asm: kernels.softmax(
                asm, kernels.Matrix(4, 0, 512), 1, 64 // asm.lanes, kernels.Matrix(5, 0, 0), index))
            total = math.fsum(map(math.exp, row))
            for x, y in zip(row, P.numbers[8:72]):
                right = math.exp(x) / total
                self.assertLessEqual(abs(y - right), 1e-15 + 4e-16 * abs(x) * right)

    def test_rmsnorm_and_its_gradient(self):
        for bench, assembler, rng in self.each_case():
            n, d = rng.randint(1, 70), rng.randint(1, 70)
            width, lanes = pad(d), assembler().lanes
            bench.constants += [1 / d]
            bench.place(kernels.CONSTANTS, bench.constants)
            inverse, epsilon = len(bench.constants) - 1, len(kernels.constants()) + 2
            X, x, _ = bench.matrix(4, n, d, width)
            Y, _, out = bench.matrix(5, n, d, width)
            F, _, factors = bench.matrix(6, 1, n)
            D, dy, _ = bench.matrix(7, n, d, width)
            E, dx, grads = bench.matrix(8, n, d, width)
            bench.run(lambda asm: kernels.rmsnorm(asm, Y, F, X, n, width // lanes, inverse,
                                                  epsilon))
            rows, row_factors = fastgpt.rmsnorm(x)
            self.assert_close(bench.read(out, n, d, width), rows)
            self.assert_close(bench.read(factors, 1, n, n), [row_factors])
            for add in (True, False):
                before = bench.read(grads, n, d, width)
                bench.run(lambda asm, add=add: kernels.rmsnorm_backward(
                    asm, E, D, Y, F, n, width // lanes, inverse, add))
                change = fastgpt.rmsnorm_backward(rows, row_factors, dy)
                expected = fastgpt.add(before, change) if add else change
                self.assert_close(bench.read(grads, n, d, width), expected)

    def test_adam_and_gather(self):
        for bench, assembler, rng in self.each_case(4):
            size, lanes = pad(rng.randint(1, 500)), assembler().lanes
            (W, w, ours), (M, m, means), (V, _, squares), (G, g, grads) = (
                bench.matrix(slot, 1, size) for slot in (4, 5, 6, 7))
            v = [abs(value) for value in squares.numbers[8:8 + size]]
            squares.numbers[8:8 + size] = array.array("d", v)
            bench.place(8, [0.85, 0.99, 0.01, 1e-7, 0.5])
            T, t, total = bench.matrix(9, 1, size)
            bench.run(lambda asm: kernels.adam(asm, W, M, V, G, size // lanes, 8))
            half = [[0.5 * value for value in g[0]]]
            expected = fastgpt.adam(w, m, [v], half, 0.01, 1e-7)
            for buffer, rows in zip((ours, means, squares), expected):
                self.assert_close(bench.read(buffer, 1, size, size), rows)
            self.assertEqual(set(grads.numbers[8:8 + size]), {0.0})
            bench.run(lambda asm: kernels.gather(asm, T, M, size // lanes))
            self.assert_close(bench.read(total, 1, size, size), fastgpt.add(t, expected[1]))
            self.assertEqual(set(means.numbers[8:8 + size]), {0.0})


# ---- The model ------------------------------------------------------------------------------
@needs_native
class Models(unittest.TestCase):
    """Whole steps of training against fastgpt.Model's."""

    SHAPES = ((27, 1, 16, 4, 16), (6, 2, 8, 2, 5), (6, 3, 6, 3, 4), (6, 1, 5, 1, 7),
              (71, 2, 33, 3, 19), (2, 1, 1, 1, 1), (5, 1, 12, 12, 6))

    def pairs(self, shapes=SHAPES):
        for assembler in ASSEMBLERS:
            for sizes in shapes:
                rng, shape = random.Random(1), fastgpt.Shape(*sizes)
                numbers = array.array("d", [rng.gauss(0, 0.3) for _ in range(shape.size())])
                with mock.patch.object(training, "find_assembler", lambda a=assembler: (a, "")):
                    model = training.NativeModel(shape, (0.85, 0.99), [numbers])
                yield model, fastgpt.Model(shape, numbers), rng

    def some_pairs(self):
        """A third of the pairs; all of them where CI=true."""
        return self.pairs(self.SHAPES if os.environ.get("CI") == "true" else self.SHAPES[::3])

    def document(self, shape, rng, length):
        bos = shape.vocabulary - 1
        return [bos] + [rng.randrange(max(1, bos)) for _ in range(length)] + [bos]

    def assert_same_numbers(self, native, python, delta):
        ours, theirs = (list(itertools.chain(*model.chunks())) for model in (native, python))
        self.assertEqual(len(ours), len(theirs))
        self.assertLess(max(abs(a - b) / (1e-3 + abs(b)) for a, b in zip(ours, theirs)), delta)

    def test_steps_of_training_are_the_same(self):
        for native, python, rng in self.some_pairs():
            shape = python.shape
            for step in range(1, min(shape.context, 9) + 3):
                documents = [self.document(shape, rng, rng.randint(0, shape.context + 2))
                             for _ in range(rng.choice((1, 1, 3, 20)))]
                rates = fastgpt.adam_rates(0.01, step)
                loss = native.update(documents, *rates, rng.choice((1, 2)))
                expected = python.update(documents, *rates)
                self.assertAlmostEqual(loss, expected, delta=1e-10 * (1 + abs(expected)))
            self.assert_same_numbers(native, python, 1e-7)
            document = self.document(shape, rng, shape.context)
            self.assertAlmostEqual(native.loss(document), python.loss(document), delta=1e-9)

    def test_gradients_agree_with_central_differences(self):
        for native, _, rng in self.pairs(((6, 2, 8, 2, 5), (5, 1, 6, 3, 4))):
            document = self.document(native.shape, rng, 7)
            numbers = native.engine.parameters.numbers
            native.engine.first_accumulators(1)[0].learn(document)
            gradients = native.engine.first_accumulators(1)[0].gradients.numbers.tolist()
            for at in [i for i, value in enumerate(numbers) if value and rng.random() < 0.3]:
                middle, losses = numbers[at], []
                for numbers[at] in (middle + 1e-5, middle - 1e-5):
                    losses.append(native.loss(document))
                numbers[at] = middle
                slope = (losses[0] - losses[1]) / 2e-5
                self.assertAlmostEqual(gradients[at], slope, delta=1e-5 * (1e-3 + abs(slope)))

    def test_logits_continue_a_cache(self):
        for native, python, rng in self.pairs(((6, 2, 8, 2, 9),)):
            tokens = self.document(native.shape, rng, 6)
            caches = native.new_cache(), python.new_cache()
            for part in (tokens[:1], tokens[1:4], tokens[4:]):
                ours, theirs = (model.next_logits(part, cache)
                                for model, cache in zip((native, python), caches))
                self.assertEqual(len(ours), 6)
                for a, b in zip(ours, theirs):
                    self.assertAlmostEqual(a, b, delta=1e-12)

    def test_layer_by_layer_is_the_same_as_at_once(self):
        for native, _, rng in self.pairs(((6, 3, 6, 3, 4), (71, 2, 33, 3, 19))):
            document, results = self.document(native.shape, rng, 9), []
            for native.engine.in_parts in (False, True):
                lane = native.engine.first_accumulators(1)[0]
                lane.gradients.numbers[:] = array.array("d", [0.0] * len(lane.gradients.numbers))
                results.append((lane.learn(document).tolist(), lane.gradients.numbers.tolist()))
            self.assertEqual(*results)

    def test_threads_that_begin_together_are_as_good_as_one(self):
        """The programs are made when lanes first ask for them, perhaps at once."""
        documents = [self.document(fastgpt.Shape(27), random.Random(k), 9) for k in range(8)]
        results = set()
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        for workers in [1] + [2, 3] * 12:
            native = next(self.pairs())[0]
            losses = [native.update(documents, 0.1, 1e-8, workers) for _ in range(2)]
            results.add((*losses, *itertools.chain(*native.chunks())))
        self.assertEqual(len(results), 1)

    def test_padding_stays_zero(self):
        for native, _, rng in self.pairs(((7, 1, 9, 3, 6),)):
            for step in range(1, 9):
                native.update([self.document(native.shape, rng, step)], 0.1, 1e-8)
            real = {offset // 8 + k for offset, count in native.engine.layout.rows_of()
                    for k in range(count)}
            self.assertEqual(len(real), native.shape.size())
            for buffer in native.buffers:
                outside = {value for i, value in enumerate(buffer.numbers) if i not in real}
                self.assertEqual(outside, {0.0})

    def test_a_loss_that_is_no_number_changes_nothing(self):
        for native, _, _ in self.pairs(((6, 1, 8, 2, 5),)):
            native.engine.parameters.numbers[0:8] = array.array("d", [math.inf] * 8)
            before = list(itertools.chain(*native.chunks()))
            loss = native.update([[0, 0, 1, 5]], 0.1, 1e-8)
            self.assertFalse(math.isfinite(loss))
            self.assertEqual(list(itertools.chain(*native.chunks())), before)

    @unittest.skipUnless(os.path.exists("/proc/self/statm"), "needs /proc")
    def test_memory_stays_flat(self):
        def resident():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1])

        native = next(self.pairs())[0]
        document, before = [26, 1, 2, 3, 26], None
        for step in range(1, 11001):
            native.update([document[:2 + step % 3] + [26]] * (1 + step % 2), 0.001, 1e-8)
            before = before or step == 1000 and resident()
        self.assertLess(resident() - before, 512)              # pages


class Choosing(unittest.TestCase):
    """Which kernels are in use, and that they are not needed."""

    def test_a_model_that_is_too_large_gets_the_other_kernels(self):
        with mock.patch.object(training, "MAX_BYTES", 1000) if NATIVE else mock.MagicMock():
            shape = fastgpt.Shape(6)
            model = fastgpt.make_model(shape, [[0.0] * shape.size()], "native")
        self.assertIsInstance(model, fastgpt.Model)
        if NATIVE:
            self.assertIn("too large", fastgpt.describe_kernels("native", model))

    @needs_native
    def test_refused_memory_and_unknown_processors_are_said(self):
        training.find_assembler.cache_clear()
        self.addCleanup(training.find_assembler.cache_clear)
        with mock.patch.object(training, "Code", side_effect=OSError("no")):
            self.assertEqual(training.find_assembler(),
                             (None, "machine code is refused here (no)"))
        training.find_assembler.cache_clear()
        with mock.patch.object(os, "uname") as uname:
            uname.return_value.machine = "riscv64"
            self.assertEqual(training.find_assembler(), (None, "no assembler for riscv64"))

    @needs_native
    def test_memory_on_other_systems(self):
        """Windows' calls by a stand-in; an Intel Mac does as Linux does."""
        place, kernel = ctypes.create_string_buffer(1 << 16), mock.MagicMock()
        kernel.VirtualAlloc.return_value = ctypes.addressof(place)
        with mock.patch.object(sys, "platform", "win32"), \
                mock.patch.object(ctypes, "WinDLL", return_value=kernel, create=True):
            memory.Code(b"\xc3\x90\xc3")
            self.assertEqual(place.raw[:4], b"\xc3\x90\xc3\0")
            self.assertEqual(kernel.VirtualAlloc.call_args[0][2:], (0x3000, 4))    # read, write
            self.assertEqual(kernel.VirtualProtect.call_args[0][2], 0x20)          # read, execute
            kernel.VirtualProtect.return_value = 0
            with mock.patch.object(ctypes, "get_last_error", return_value=5, create=True), \
                    self.assertRaisesRegex(OSError, "refused"):
                memory.Code(b"\xc3")
        with mock.patch.object(sys, "platform", "darwin"):
            memory.Code(training.aarch64.probe() if FOUND is aarch64.NEON else b"\xc3").function(0)

    @needs_native
    def test_processors_without_avx2(self):
        everything = 1 << 12 | 1 << 27 | 1 << 28
        self.assertTrue(x86_64.has_avx2(1 << 37 | everything, 7))
        for features, enabled in ((everything, 7), (1 << 37, 7), (1 << 37 | everything, 3)):
            self.assertFalse(x86_64.has_avx2(features, enabled))

    def test_version_says_which(self):
        run = subprocess.run([sys.executable, os.path.join(ROOT, "fastgpt.py"), "--version"],
                             stdout=subprocess.PIPE, check=True)
        self.assertRegex(run.stdout.decode(), r"model format 2; Python 3\.\d+\.\d+; kernels: "
                         + ("native" if NATIVE else "python") + r" \(.+\)\n?")

    def test_without_the_folder_the_file_works_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(ROOT, "fastgpt.py"), folder)
            run = subprocess.run([sys.executable, "fastgpt.py", "--version"], cwd=folder,
                                 stdout=subprocess.PIPE, check=True)
        self.assertIn("kernels: python (the folder native/ is not beside fastgpt.py)",
                      run.stdout.decode())

    @needs_native
    def test_hostile_sizes_never_reach_machine_code(self):
        """10,000 random settings: refused, or laid out within their buffers; some are also run."""
        rng, made = random.Random(3), 0
        for _ in range(10000):
            vocabulary, *sizes = [rng.choice((0, 1, 2, 3, 4, 5, 17, 64, -1, 10 ** 6))
                                  for _ in range(5)]
            settings = fastgpt.Settings(min(99, sizes[0]), *sizes[1:])
            if 0 in sizes or vocabulary < 1 or not settings.are_legal():
                continue
            shape = settings.shape(vocabulary + 1)
            at = engine.Layout(engine.Sizes(*shape))
            self.assertGreaterEqual(at.parameter_bytes, shape.size() * 8)
            if shape.size() < 20000 and rng.random() < 0.1:
                rows = list(at.rows_of())
                self.assertEqual(sum(count for _, count in rows), shape.size())
                self.assertLessEqual(max(offset + 8 * count for offset, count in rows),
                                     at.parameter_bytes)
                with mock.patch.object(training, "MAX_BYTES", 1 << 22), \
                        contextlib.suppress(training.TooLarge):
                    model = training.NativeModel(shape, (0.85, 0.99), [])
                    self.assertAlmostEqual(model.loss([vocabulary, 0]), math.log(vocabulary + 1))
                    made += 1
        self.assertGreater(made, 20)


if __name__ == "__main__":
    unittest.main()
