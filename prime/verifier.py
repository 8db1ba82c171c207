"""The files of a prime: a script that prints what it carries, the gzip file, the digits."""
import hashlib
import os
import re

from common.command import read_own
from common.primality import decimal, unpack

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "verifier.template")
LINE_WIDTH = 100               # digits


def wrap(digits):
    """A number's digits, broken into lines."""
    return "\n".join(digits[i:i + LINE_WIDTH] for i in range(0, len(digits), LINE_WIDTH))


def render(prime, name):
    """[the verifier, called `name`, the gzip file, the decimal digits] of a prime, each as bytes.

    The verifier is Python, so a name that could mean something there is left out of it.
    """
    name = name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else "this_file.py"
    verifier, unpacked = read_own(TEMPLATE).decode(), unpack(prime)
    for mark, text in (("@NAME@", name), ("@HEX@", wrap(f"{prime:x}")),
                       ("@SHA256@", hashlib.sha256(unpacked.content).hexdigest())):
        verifier = verifier.replace(mark, text)
    return [verifier.encode(), unpacked.file, (wrap(decimal(prime)) + "\n").encode()]
