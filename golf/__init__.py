"""Small scripts: packed, searched, measured.

>>> import golf, zlib
>>> packed = golf.deflate(b"print('hello, hello, hello')")
>>> len(packed) <= 20, zlib.decompress(packed, -15)
(True, b"print('hello, hello, hello')")
"""
from .compressor import deflate
from .packing import pack

__all__ = ["deflate", "pack"]
