"""AArch64: the vocabulary of kernels.py in machine code, for NEON, vectors of two float64.

Encodings are those of Arm's Architecture Reference Manual, section C. Only registers are used that
a function need not keep: x0 holds the arguments, x1 to x14 are pointers, x15 and x16 are scratch.
"""
import contextlib
import struct

ARGUMENTS, SCRATCH = 0, (15, 16)
POINTERS = tuple(range(1, 15))
VECTORS = (0, 1, 2, 3, 4, 5, 6, 7, *range(16, 32))       # v8 to v15 belong to the caller

# Instructions of three vector registers of two float64 (or int64): Vd, Vn, Vm.
THREE = {
    "FADD": 0x4E60D400, "FSUB": 0x4EE0D400, "FMUL": 0x6E60DC00, "FDIV": 0x6E60FC00,
    "FMAX": 0x4E60F400, "FMLA": 0x4E60CC00, "FCMGT": 0x6EE0E400, "FADDP": 0x6E60D400,
    "AND": 0x4E201C00, "ORR": 0x4EA01C00, "ADD": 0x4EE08400}
# Instructions with a register and memory: opcode with a scaled offset, its scale, opcode without.
MEMORY = {
    "LDR Q": (0x3DC00000, 16, 0x3CC00000), "STR Q": (0x3D800000, 16, 0x3C800000),
    "LDR D": (0xFD400000, 8, 0xFC400000), "STR D": (0xFD000000, 8, 0xFC000000),
    "LDR X": (0xF9400000, 8, 0xF8400000), "STR X": (0xF9000000, 8, 0xF8000000)}


def probe():
    """A program that returns at once."""
    return struct.pack("<I", 0xD65F03C0)                                       # RET


class NEON:
    """Vectors of two, fused multiply-add."""
    lanes, nn_vectors, nt_rows = 2, 4, 4
    name = "AArch64 with NEON"

    def __init__(self):
        self.code = bytearray()

    def word(self, value):
        self.code += struct.pack("<I", value)

    def memory(self, name, register, base, offset):
        """Load or store at base + offset: in the instruction, or by a sum where it does not fit."""
        scaled, scale, unscaled = MEMORY[name]
        if 0 <= offset < 4096 * scale and offset % scale == 0:
            self.word(scaled | offset // scale << 10 | base << 5 | register)
        elif -256 <= offset < 256:
            self.word(unscaled | (offset & 511) << 12 | base << 5 | register)
        else:
            self.sum(SCRATCH[0], base, offset)
            self.word(scaled | SCRATCH[0] << 5 | register)

    def sum(self, register, base, amount):
        """register = base + amount."""
        opcode = 0x91000000 if amount >= 0 else 0xD1000000                     # ADD, SUB immediate
        size = abs(amount)
        if size < 1 << 24:
            for shift, part in ((1, size >> 12), (0, size & 4095)):
                if part or not size and not shift:
                    self.word(opcode | shift << 22 | part << 10 | base << 5 | register)
                    base = register
        else:
            self.number(SCRATCH[1], amount)
            self.word(0x8B000000 | SCRATCH[1] << 16 | base << 5 | register)    # ADD

    def number(self, register, value):
        """register = a constant: MOVZ, then MOVK for each other part of 16 bits that is not 0."""
        parts = [(value >> 16 * k & 0xFFFF) for k in range(4)]
        self.word(0xD2800000 | parts[0] << 5 | register)
        for k in range(1, 4):
            if parts[k]:
                self.word(0xF2800000 | k << 21 | parts[k] << 5 | register)

    def three(self, name, d, a, b):
        self.word(THREE[name] | VECTORS[b] << 16 | VECTORS[a] << 5 | VECTORS[d])

    # ---- vocabulary ----
    def begin(self):
        """Nothing to keep."""

    def end(self):
        self.word(0xD65F03C0)                                                  # RET

    def constant(self, p, value):
        self.number(POINTERS[p], value)

    def copy(self, p, q):
        self.word(0xAA0003E0 | POINTERS[q] << 16 | POINTERS[p])                # ORR Xd, XZR, Xm

    def advance(self, p, amount):
        if amount:
            self.sum(POINTERS[p], POINTERS[p], amount)

    def advance_by(self, p, q):
        self.word(0x8B000000 | POINTERS[q] << 16 | POINTERS[p] << 5 | POINTERS[p])     # ADD

    def load_slot(self, p, slot):
        self.memory("LDR X", POINTERS[p], ARGUMENTS, 8 * slot)

    def store_slot(self, p, slot):
        self.memory("STR X", POINTERS[p], ARGUMENTS, 8 * slot)

    def load_integer(self, p, q, offset):
        self.memory("LDR X", POINTERS[p], POINTERS[q], offset)

    @contextlib.contextmanager
    def loop(self, p):
        start = len(self.code)
        yield
        self.word(0xF1000400 | POINTERS[p] << 5 | POINTERS[p])                 # SUBS Xd, Xn, #1
        self.word(0x54000001 | ((start - len(self.code)) // 4 & 0x7FFFF) << 5)         # B.NE

    def load(self, d, p, offset=0):
        self.memory("LDR Q", VECTORS[d], POINTERS[p], offset)

    def store(self, d, p, offset=0):
        self.memory("STR Q", VECTORS[d], POINTERS[p], offset)

    def load_one(self, d, p, offset=0):
        self.memory("LDR D", VECTORS[d], POINTERS[p], offset)

    def store_one(self, d, p, offset=0):
        self.memory("STR D", VECTORS[d], POINTERS[p], offset)

    def broadcast(self, d, p, offset=0):
        base = POINTERS[p]
        if offset:
            self.sum(SCRATCH[0], base, offset)
            base = SCRATCH[0]
        self.word(0x4D40CC00 | base << 5 | VECTORS[d])                         # LD1R {Vt.2D}, [Xn]

    def zero(self, d):
        self.word(0x6F00E400 | VECTORS[d])                                     # MOVI Vd.2D, #0

    def copy_vector(self, d, a):
        self.three("ORR", d, a, a)

    def multiply_add(self, d, a, b):
        self.three("FMLA", d, a, b)

    def add(self, d, a, b):
        self.three("FADD", d, a, b)

    def subtract(self, d, a, b):
        self.three("FSUB", d, a, b)

    def multiply(self, d, a, b):
        self.three("FMUL", d, a, b)

    def divide(self, d, a, b):
        self.three("FDIV", d, a, b)

    def maximum(self, d, a, b):
        self.three("FMAX", d, a, b)

    def root(self, d, a):
        self.word(0x6EE1F800 | VECTORS[a] << 5 | VECTORS[d])                   # FSQRT

    def greater(self, d, a, b):
        self.three("FCMGT", d, a, b)

    def both(self, d, a, b):
        self.three("AND", d, a, b)

    def add_integers(self, d, a, b):
        self.three("ADD", d, a, b)

    def to_exponent(self, d, a):
        self.word(0x4F745400 | VECTORS[a] << 5 | VECTORS[d])                   # SHL by 52

    def sums(self, d, group, spare):
        """Lane i of d = the sum of the lanes of group[i]."""
        self.three("FADDP", d, *group)
