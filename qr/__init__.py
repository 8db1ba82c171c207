"""QR code symbols (ISO/IEC 18004): encoded, and read from any picture.

>>> import qr
>>> symbol = qr.encode("HTTPS://EXAMPLE.ORG", level="M")
>>> symbol.version, symbol.level, len(symbol.matrix)
(1, 'M', 21)
>>> [read.payload for read in qr.read(symbol.to_png())]
[b'HTTPS://EXAMPLE.ORG']

What cannot be encoded or read raises QRError, a ValueError with one line that says why.
"""
from .encoding import encode
from .photo import read
from .qrcode_tables import QRError
from .style import Style
from .symbol import Symbol

__all__ = ["QRError", "Style", "Symbol", "encode", "read"]
