"""Excerpts for reading.md: functions of microgpt.py beside the lines of picogpt.py they became.

They are taken from the scripts themselves, by name and by line, so that they cannot be out of date.
"""
import ast
import html
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def functions():
    """{name: source} of microgpt.py's functions and classes, without docstrings."""
    with open(os.path.join(ROOT, "microgpt.py"), encoding="utf-8") as file:
        text = file.read()
    lines, sources = text.split("\n"), {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            first = node.body[0]
            skipped = range(first.lineno, end_of(first, lines) + 1) if is_docstring(first) else ()
            body = [lines[i - 1] for i in range(node.lineno, end_of(node, lines) + 1)
                    if i not in skipped]
            sources[node.name] = "\n".join(body)
    return sources


def end_of(node, lines):
    """The number of a node's last line."""
    return getattr(node, "end_lineno", None) or len(lines)


def is_docstring(node):
    """Is a statement a string alone?"""
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def pico_lines(first, last, after=0):
    """(number of the first, lines of picogpt.py) from one that begins so to the next that does."""
    with open(os.path.join(ROOT, "picogpt.py"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    start = next(i for i in range(after, len(lines)) if lines[i].strip().startswith(first))
    end = next(i for i in range(start, len(lines)) if lines[i].strip().startswith(last))
    return start + 1, lines[start:end + 1]


def numbers(start, lines):
    """Which lines these are, in words."""
    return f"{start}" if len(lines) == 1 else f"{start} to {start + len(lines) - 1}"


def cell(source):
    """Source as a cell of an HTML table, which Markdown leaves as it is."""
    # A blank line would end the table.
    text = html.escape(source, quote=False).replace("\n\n", "\n&#8203;\n")
    return f'<td valign="top"><pre>{text}</pre></td>'


def parse_marker(text):
    """The words of a marker -> (names in microgpt.py, [(first, last)] of lines of picogpt.py).

    "a, b | first ... last | other": functions a and b, the lines from one that begins with `first`
    to one that begins with `last`, and the line that begins with `other`.
    """
    names, *runs = text.split(" | ")
    return names.split(", "), [tuple((run.split(" ... ") * 2)[:2]) for run in runs]


def render(marker):
    """A table of two columns: functions of microgpt.py, and the lines of picogpt.py they became."""
    names, runs = parse_marker(marker)
    sources = functions()
    micro = "\n\n".join(sources[name] for name in names)
    parts = [pico_lines(*run) for run in runs]
    where = " and ".join(numbers(*part) for part in parts)
    pico = "\n...\n".join("\n".join(lines) for _, lines in parts)
    return (f'<table><tr><th align="left">microgpt.py: {", ".join(names)}</th>'
            f'<th align="left">picogpt.py, lines {where}</th></tr>\n'
            f"<tr>{cell(micro)}\n{cell(pico)}</tr></table>")
