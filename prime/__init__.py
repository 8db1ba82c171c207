"""Primes that are scripts: found, and proved to be prime.

>>> import prime
>>> number = prime.find(b"print(1)")
>>> number.bit_length() > 150, prime.unpack(number).content
(True, b'print(1)')

`prime.verify(certificate)` checks a proof in Primo's format and returns the number that it is
about; a certificate that proves nothing raises CertificateError, a ValueError.
"""
from common.primality import unpack

from .certificates import CertificateError, verify
from .search import find

__all__ = ["CertificateError", "find", "unpack", "verify"]
