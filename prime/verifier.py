"""The files that a prime is written to: a script that prints what it carries, and its digits."""
import hashlib
import os
import re

from common.command import read_own
from common.primality import decimal

TEMPLATE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "verifier.template")
LINE_WIDTH = 100               # digits


def wrap(digits):
    """A number's digits, broken into lines."""
    return "\n".join(digits[i:i + LINE_WIDTH] for i in range(0, len(digits), LINE_WIDTH))


def render(prime, source, name):
    """[the verifier, called `name`, the hexadecimal digits, the decimal digits], each as bytes.

    The verifier is Python, so a name that could mean something there is left out of it.
    """
    name = name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else "this_file.py"
    verifier = read_own(TEMPLATE).decode()
    for mark, text in (("@NAME@", name), ("@HEX@", wrap(f"{prime:x}")),
                       ("@SHA256@", hashlib.sha256(source).hexdigest())):
        verifier = verifier.replace(mark, text)
    return [text.encode() for text in
            (verifier, wrap(f"{prime:x}") + "\n", wrap(decimal(prime)) + "\n")]
