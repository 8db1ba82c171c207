"""An entry as the referee read it: its text, its size, and the class that it is in."""
import ast
import io
import os
import random
import tokenize
import warnings

from . import postable
from .records import RECORDS


class Script:
    """A script as it was when the referee read it: path, name, data (bytes)."""

    def __init__(self, path, data):
        self.path, self.name, self.data = path, os.path.basename(path), data
        self.literals = literal_texts(self.data)

    def parts(self):
        """What the launcher is told: the hook's secret number, and what stands in the script."""
        return [b"%032x" % random.SystemRandom().getrandbits(128), *self.literals]


def decode_source(data):
    """A script's text by the encoding that it declares, None if that is not certain.

    It must be the same line by line, as Python reads a file, and it must give the bytes again: in
    some encodings bytes say nothing, and characters could be had for free.
    """
    try:
        encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        text = data.decode(encoding)
        lines = "".join(line.decode(encoding) for line in data.splitlines(True))
        again = text.encode(encoding)
    except (SyntaxError, ValueError, LookupError):
        return None
    return text if text == lines and again == data else None


def measure(data):
    """(lines, characters, bytes) of a script; characters are None where it cannot be decoded."""
    text = decode_source(data)
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return lines, None if text is None else len(text), len(data)


def literal_texts(data):
    """What stands literally in a script, as bytes: itself, and what its string literals mean."""
    text = decode_source(data) or ""
    texts = [data, text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(data)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        nodes = []
    for node in nodes:
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogatepass")
        if isinstance(value, bytes) and not any(value in each for each in texts):
            texts.append(value)
    return texts


def find_class(data, unpacks):
    """(a script's class, a key of CLASSES; why it is not in "characters", or None)."""
    text = decode_source(data)
    if set(data) <= {*b"\t\r\n", *range(32, 127)}:
        return "printable" if unpacks or text != data.decode("ascii") else "plain", None
    if text is None or len(text) == len(data):
        return "any", None
    fault = postable.fault(text)
    return ("any", fault) if fault else ("characters", None)


def standing(size, category):
    """How a size in its class's unit stands against that class's record, in words."""
    difference = size - RECORDS[category][0]
    if difference < 0:
        return f"a new record by {-difference}"
    return f"{difference} above the record" if difference else "level with the record"
