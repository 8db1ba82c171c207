"""Executable memory and buffers, by mmap and ctypes.

Memory is writable or executable, never both (W^X).
"""
import ctypes
import mmap
import sys

FLOAT = 8                          # bytes
MAP_JIT = 0x800                    # macOS on Apple silicon: a mapping that may become executable
MEM_COMMIT_RESERVE, PAGE_READWRITE, PAGE_EXECUTE_READ = 0x3000, 0x04, 0x20     # Windows


class Code:
    """Machine code in memory of its own: call `function` with the address of the arguments.

    OSError, AttributeError, ImportError or ValueError where the system refuses. Linux is tested;
    what is done on Windows and macOS follows their documentation, and has not been run.
    """

    def __init__(self, code):
        self.map = None
        self.size = -(-len(code) // mmap.PAGESIZE) * mmap.PAGESIZE
        place = {"win32": self.place_on_windows, "darwin": self.place_on_macos}
        address = place.get(sys.platform, self.place)(bytes(code))
        self.function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(address)
        self.function.code = self          # the memory lives as long as the function

    def place(self, code):
        """POSIX: an anonymous mapping, then mprotect."""
        self.map = mmap.mmap(-1, self.size)
        self.map.write(code)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        library = ctypes.CDLL(None, use_errno=True)
        library.mprotect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        if library.mprotect(address, self.size, mmap.PROT_READ | mmap.PROT_EXEC):
            raise OSError(ctypes.get_errno(), "executable memory is refused")
        return address

    def place_on_macos(self, code):
        """Apple silicon wants MAP_JIT, write protection per thread, and the cache told."""
        library = ctypes.CDLL(None)
        if not hasattr(library, "pthread_jit_write_protect_np"):
            return self.place(code)                            # an Intel Mac
        library.pthread_jit_write_protect_np(0)
        self.map = mmap.mmap(-1, self.size, mmap.MAP_PRIVATE | mmap.MAP_ANON | MAP_JIT,
                             mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        self.map.write(code)
        library.pthread_jit_write_protect_np(1)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        library.sys_icache_invalidate.argtypes = ctypes.c_void_p, ctypes.c_size_t
        library.sys_icache_invalidate(address, self.size)
        return address

    def place_on_windows(self, code):
        """VirtualAlloc, then VirtualProtect."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.VirtualAlloc.restype = ctypes.c_void_p
        kernel.VirtualAlloc.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32,
                                        ctypes.c_uint32)
        address = kernel.VirtualAlloc(None, self.size, MEM_COMMIT_RESERVE, PAGE_READWRITE)
        if not address:
            raise OSError(ctypes.get_last_error(), "no memory for machine code")
        ctypes.memmove(address, code, len(code))
        kernel.VirtualProtect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32,
                                          ctypes.c_void_p)
        before = ctypes.c_uint32()
        if not kernel.VirtualProtect(address, self.size, PAGE_EXECUTE_READ, ctypes.byref(before)):
            raise OSError(ctypes.get_last_error(), "executable memory is refused")
        return address


class Buffer:
    """Zeroed memory, by pages: `address`, and `numbers`, a memoryview of float64."""

    def __init__(self, size):
        self.map = mmap.mmap(-1, max(size, FLOAT))
        self.numbers = memoryview(self.map)[:size // FLOAT * FLOAT].cast("d")
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
