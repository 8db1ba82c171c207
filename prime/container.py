"""The gzip file that a prime is (RFC 1952)."""
import itertools
import struct
import zlib

# Two bytes of magic, deflate, no flags, MTIME, "slowest algorithm", an unknown system.
HEADER = struct.Struct("<4sI2s")
BEFORE_TIME, AFTER_TIME = b"\x1f\x8b\x08\0", b"\x02\xff"
MAX_SOURCE = 65536             # bytes, as much as golf/deflate.py packs


def smallest_zlib(source):
    """Bytes -> the smallest raw deflate stream of zlib's settings. It depends on zlib's build."""
    streams = []
    for memory, strategy in itertools.product(range(1, 10), range(4)):
        stream = zlib.compressobj(9, zlib.DEFLATED, -15, memory, strategy)
        streams.append(stream.compress(source) + stream.flush())
    return min(streams, key=len)


def gzip_container(source, pack=smallest_zlib, time=0):
    """Source bytes -> a gzip file. ValueError for none, or for more than MAX_SOURCE.

    pack: a function bytes -> raw deflate stream. time: seconds since 1970, 0 for none.
    """
    if not source:
        raise ValueError("is empty: nothing to turn into a number")
    if len(source) > MAX_SOURCE:
        raise ValueError(f"is larger than {MAX_SOURCE} bytes; give a smaller file")
    return (HEADER.pack(BEFORE_TIME, time, AFTER_TIME) + pack(source)
            + struct.pack("<II", zlib.crc32(source), len(source)))
