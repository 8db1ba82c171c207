"""x86-64: the vocabulary of kernels.py in machine code, for AVX2 with FMA or for plain SSE2.

Encodings are those of Intel's Software Developer's Manual, volume 2; each table names what it holds
as the manual does. Vectors are of float64: four in an AVX2 register, two in an SSE2 one.
"""
import contextlib
import struct
import sys

# Pointer registers, by the manual's numbers: rax, rcx, rdx, rsi, rdi, r8 to r15, rbx. rbp holds the
# arguments, rsp the stack.
POINTERS = (0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 3)
ARGUMENTS, STACK = 5, 4
SAVED = (3, 5, 12, 13, 14, 15)             # what the System V ABI wants back; Windows: rsi, rdi too
SAVED_ON_WINDOWS = (3, 5, 6, 7, 12, 13, 14, 15)
GREATER, LESS = 30, 1                      # predicates of VCMPPD (GT_OQ) and CMPPD (LT)

# opcode map (1: 0F, 2: 0F 38, 3: 0F 3A), prefix (1: 66, 3: F2), W, opcode
VEX = {
    "vmovupd load": (1, 1, 0, 0x10), "vmovupd store": (1, 1, 0, 0x11),
    "vmovsd load": (1, 3, 0, 0x10), "vmovsd store": (1, 3, 0, 0x11),
    "vbroadcastsd": (2, 1, 0, 0x19), "vfmadd231pd": (2, 1, 1, 0xB8),
    "vaddpd": (1, 1, 0, 0x58), "vmulpd": (1, 1, 0, 0x59), "vsubpd": (1, 1, 0, 0x5C),
    "vdivpd": (1, 1, 0, 0x5E), "vmaxpd": (1, 1, 0, 0x5F), "vsqrtpd": (1, 1, 0, 0x51),
    "vandpd": (1, 1, 0, 0x54), "vxorpd": (1, 1, 0, 0x57), "vcmppd": (1, 1, 0, 0xC2),
    "vhaddpd": (1, 1, 0, 0x7C), "vblendpd": (3, 1, 0, 0x0D), "vperm2f128": (3, 1, 0, 0x06),
    "vpaddq": (1, 1, 0, 0xD4), "vpsllq": (1, 1, 0, 0x73)}
# prefix, opcode after 0F
SSE = {
    "movupd load": (0x66, 0x10), "movupd store": (0x66, 0x11),
    "movsd load": (0xF2, 0x10), "movsd store": (0xF2, 0x11), "movapd": (0x66, 0x28),
    "addpd": (0x66, 0x58), "mulpd": (0x66, 0x59), "subpd": (0x66, 0x5C), "divpd": (0x66, 0x5E),
    "maxpd": (0x66, 0x5F), "sqrtpd": (0x66, 0x51), "andpd": (0x66, 0x54), "xorpd": (0x66, 0x57),
    "cmppd": (0x66, 0xC2), "unpcklpd": (0x66, 0x14), "unpckhpd": (0x66, 0x15),
    "paddq": (0x66, 0xD4), "psllq": (0x66, 0x73)}


def probe():
    """A program that asks the processor what it is: see has_avx2. Its argument: two uint64.

    It works for both calling conventions: the argument is in rdi, or in rcx on Windows.
    """
    argument = b"\x48\x89\xcf" if sys.platform == "win32" else b""          # mov rdi, rcx
    return (b"\x53\x57" + argument +     # push rbx; push rdi
            b"\xb8\x01\x00\x00\x00\x31\xc9\x0f\xa2"     # mov eax, 1; xor ecx, ecx; cpuid
            b"\x89\x0f"                   # mov [rdi], ecx
            b"\xb8\x07\x00\x00\x00\x31\xc9\x0f\xa2"     # mov eax, 7; xor ecx, ecx; cpuid
            b"\x89\x5f\x04"               # mov [rdi + 4], ebx
            b"\x31\xc9\x31\xc0"           # xor ecx, ecx; xor eax, eax
            b"\xf7\x07\x00\x00\x00\x08"   # test dword [rdi], 1 << 27: OSXSAVE
            b"\x74\x03\x0f\x01\xd0"       # jz over; xgetbv
            b"\x89\x47\x08"               # over: mov [rdi + 8], eax
            b"\x5f\x5b\xc3")              # pop rdi; pop rbx; ret


def has_avx2(features, enabled):
    """From what `probe` found: AVX, FMA and AVX2, and a system that keeps their registers."""
    basic, extended = features & 0xFFFFFFFF, features >> 32
    wanted = 1 << 12 | 1 << 27 | 1 << 28           # CPUID.1:ECX: FMA, OSXSAVE, AVX
    return basic & wanted == wanted and extended >> 5 & 1 == 1 and enabled & 6 == 6


class Scalar:
    """Pointers, counters and loops: the part that both kinds of vectors share."""

    def __init__(self, windows=False):
        self.code = bytearray()
        self.saved = SAVED_ON_WINDOWS if windows else SAVED
        self.first_argument = 1 if windows else 7              # rcx or rdi

    def modrm(self, register, base, offset):
        """The ModR/M byte of [base + offset], and what follows it; pointers by manual number."""
        short = -128 <= offset < 128
        sib = b"\x24" if base & 7 == 4 else b""                # rsp and r12 need a SIB byte
        mode = 0x40 if short else 0x80
        return (bytes((mode | (register & 7) << 3 | base & 7,)) + sib
                + struct.pack("<b" if short else "<i", offset))

    def rex(self, register, base, wide=True):
        """REX prefix with the high bits of both registers; none where it would say nothing."""
        bits = wide << 3 | (register >> 3) << 2 | base >> 3
        return bytes((0x40 | bits,)) if bits else b""

    def memory(self, opcode, register, base, offset):
        self.code += (self.rex(register, base) + bytes((opcode,))
                      + self.modrm(register, base, offset))

    def registers(self, opcode, register, other):
        """An instruction between two pointer registers: ModR/M with mode 3."""
        self.code += (self.rex(register, other)
                      + bytes((opcode, 0xC0 | (register & 7) << 3 | other & 7)))

    def begin(self):
        """PUSH what must be kept; the address of the arguments to its register."""
        for register in self.saved:
            self.code += (b"\x41" if register > 7 else b"") + bytes((0x50 | register & 7,))
        self.registers(0x89, self.first_argument, ARGUMENTS)   # MOV
        self.save_vectors()

    def end(self):
        """POP and RET."""
        self.restore_vectors()
        for register in reversed(self.saved):
            self.code += (b"\x41" if register > 7 else b"") + bytes((0x58 | register & 7,))
        self.code += b"\xc3"

    def save_vectors(self):
        """Windows wants xmm6 to xmm15 back: into 160 bytes of stack."""
        if len(self.saved) == len(SAVED_ON_WINDOWS):
            self.registers_immediate(5, STACK, 168)            # SUB
            for number in range(6, 16):
                self.sse("movupd store", number, STACK, 16 * (number - 6))

    def restore_vectors(self):
        if len(self.saved) == len(SAVED_ON_WINDOWS):
            for number in range(6, 16):
                self.sse("movupd load", number, STACK, 16 * (number - 6))
            self.registers_immediate(0, STACK, 168)            # ADD

    def registers_immediate(self, extension, register, value):
        """ADD (0) or SUB (5) with a constant of 32 bits."""
        self.code += (self.rex(0, register) + bytes((0x81, 0xC0 | extension << 3 | register & 7))
                      + struct.pack("<i", value))

    def sse(self, name, register, base, offset):
        """A legacy SSE instruction with memory."""
        prefix, opcode = SSE[name]
        self.code += (bytes((prefix,)) + self.rex(register, base, False) + bytes((0x0F, opcode))
                      + self.modrm(register, base, offset))

    # ---- vocabulary ----
    def constant(self, p, value):
        """p = value."""
        register = POINTERS[p]
        self.code += (self.rex(0, register) + bytes((0xB8 | register & 7,))
                      + struct.pack("<q", value))              # MOV r64, imm64

    def copy(self, p, q):
        """p = q."""
        self.registers(0x89, POINTERS[q], POINTERS[p])         # MOV

    def advance(self, p, amount):
        """p += amount."""
        if amount:
            self.registers_immediate(0, POINTERS[p], amount)   # ADD

    def advance_by(self, p, q):
        """p += q."""
        self.registers(0x01, POINTERS[q], POINTERS[p])         # ADD

    def load_slot(self, p, slot):
        """p = arguments[slot]."""
        self.memory(0x8B, POINTERS[p], ARGUMENTS, 8 * slot)    # MOV

    def store_slot(self, p, slot):
        """arguments[slot] = p."""
        self.memory(0x89, POINTERS[p], ARGUMENTS, 8 * slot)    # MOV

    def load_integer(self, p, q, offset):
        """p = the 64-bit integer at q + offset."""
        self.memory(0x8B, POINTERS[p], POINTERS[q], offset)    # MOV

    @contextlib.contextmanager
    def loop(self, p):
        """Repeat the body p times, p above 0, counting down."""
        start = len(self.code)
        yield
        self.registers_immediate(5, POINTERS[p], 1)            # SUB
        self.code += b"\x0f\x85" + struct.pack("<i", start - len(self.code) - 6)       # JNZ


class AVX2(Scalar):
    """Vectors of four, fused multiply-add."""
    lanes, nn_vectors, nt_rows = 4, 3, 2
    name = "x86-64 with AVX2 and FMA"

    def vex(self, name, register, first, other, immediate=None, long=1):
        """register, first, other: by number; other may be (p, offset) in memory."""
        opcode_map, prefix, wide, opcode = VEX[name]
        in_memory = isinstance(other, tuple)
        base = POINTERS[other[0]] if in_memory else other
        self.code += bytes((
            0xC4, (~register >> 3 & 1) << 7 | 0x40 | (~base >> 3 & 1) << 5 | opcode_map,
            wide << 7 | (~first & 15) << 3 | long << 2 | prefix, opcode))
        self.code += (self.modrm(register, base, other[1]) if in_memory
                      else bytes((0xC0 | (register & 7) << 3 | base & 7,)))
        if immediate is not None:
            self.code.append(immediate)

    def load(self, d, p, offset=0):
        self.vex("vmovupd load", d, 0, (p, offset))

    def store(self, d, p, offset=0):
        self.vex("vmovupd store", d, 0, (p, offset))

    def load_one(self, d, p, offset=0):
        self.vex("vmovsd load", d, 0, (p, offset), long=0)

    def store_one(self, d, p, offset=0):
        self.vex("vmovsd store", d, 0, (p, offset), long=0)

    def broadcast(self, d, p, offset=0):
        self.vex("vbroadcastsd", d, 0, (p, offset))

    def zero(self, d):
        self.vex("vxorpd", d, d, d)

    def copy_vector(self, d, a):
        self.vex("vmovupd load", d, 0, a)

    def multiply_add(self, d, a, b):
        """d += a b."""
        self.vex("vfmadd231pd", d, a, b)

    def add(self, d, a, b):
        self.vex("vaddpd", d, a, b)

    def subtract(self, d, a, b):
        self.vex("vsubpd", d, a, b)

    def multiply(self, d, a, b):
        self.vex("vmulpd", d, a, b)

    def divide(self, d, a, b):
        self.vex("vdivpd", d, a, b)

    def maximum(self, d, a, b):
        self.vex("vmaxpd", d, a, b)

    def root(self, d, a):
        self.vex("vsqrtpd", d, 0, a)

    def greater(self, d, a, b):
        """All bits of each lane where a > b, none elsewhere."""
        self.vex("vcmppd", d, a, b, GREATER)

    def both(self, d, a, b):
        """Bitwise and."""
        self.vex("vandpd", d, a, b)

    def add_integers(self, d, a, b):
        self.vex("vpaddq", d, a, b)

    def to_exponent(self, d, a):
        """The low bits of each lane as those of an exponent: shifted by 52."""
        self.vex("vpsllq", 6, d, a, 52)

    def sums(self, d, group, spare):
        """Lane i of d = the sum of the lanes of group[i]. Uses group and spare up."""
        a, b, c, e = group
        self.vex("vhaddpd", a, a, b)                           # a0+a1 b0+b1 a2+a3 b2+b3
        self.vex("vhaddpd", c, c, e)
        self.vex("vperm2f128", spare, a, c, 0x21)
        self.vex("vblendpd", d, a, c, 0b1100)
        self.vex("vaddpd", d, d, spare)

    def end(self):
        self.code += b"\xc5\xf8\x77"                           # VZEROUPPER
        super().end()


class SSE2(Scalar):
    """Vectors of two, no fused multiply-add; register 15 is its own."""
    lanes, nn_vectors, nt_rows = 2, 2, 4
    name = "x86-64 with SSE2"

    def pair(self, name, d, a, immediate=None, extension=None):
        prefix, opcode = SSE[name]
        register = d if extension is None else extension
        self.code += (bytes((prefix,)) + self.rex(register, a, False)
                      + bytes((0x0F, opcode, 0xC0 | (register & 7) << 3 | a & 7)))
        if immediate is not None:
            self.code.append(immediate)

    def three(self, name, d, a, b, immediate=None):
        """d = a op b of an instruction that has two operands only."""
        if d == b and d != a:
            self.pair("movapd", 15, b)
            b = 15
        if d != a:
            self.pair("movapd", d, a)
        self.pair(name, d, b, immediate)

    def load(self, d, p, offset=0):
        self.sse("movupd load", d, POINTERS[p], offset)

    def store(self, d, p, offset=0):
        self.sse("movupd store", d, POINTERS[p], offset)

    def load_one(self, d, p, offset=0):
        self.sse("movsd load", d, POINTERS[p], offset)

    def store_one(self, d, p, offset=0):
        self.sse("movsd store", d, POINTERS[p], offset)

    def broadcast(self, d, p, offset=0):
        self.load_one(d, p, offset)
        self.pair("unpcklpd", d, d)

    def zero(self, d):
        self.pair("xorpd", d, d)

    def copy_vector(self, d, a):
        self.pair("movapd", d, a)

    def multiply_add(self, d, a, b):
        self.pair("movapd", 15, a)
        self.pair("mulpd", 15, b)
        self.pair("addpd", d, 15)

    def add(self, d, a, b):
        self.three("addpd", d, a, b)

    def subtract(self, d, a, b):
        self.three("subpd", d, a, b)

    def multiply(self, d, a, b):
        self.three("mulpd", d, a, b)

    def divide(self, d, a, b):
        self.three("divpd", d, a, b)

    def maximum(self, d, a, b):
        self.three("maxpd", d, a, b)

    def root(self, d, a):
        self.pair("sqrtpd", d, a)

    def greater(self, d, a, b):
        self.three("cmppd", d, b, a, LESS)

    def both(self, d, a, b):
        self.three("andpd", d, a, b)

    def add_integers(self, d, a, b):
        self.three("paddq", d, a, b)

    def to_exponent(self, d, a):
        if d != a:
            self.pair("movapd", d, a)
        self.pair("psllq", None, d, 52, extension=6)

    def sums(self, d, group, spare):
        a, b = group
        self.pair("movapd", spare, a)
        self.pair("unpckhpd", spare, b)                        # a1 b1
        self.pair("unpcklpd", a, b)                            # a0 b0
        self.three("addpd", d, a, spare)
