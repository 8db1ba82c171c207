"""microgpt.py and picogpt.py side by side: which functions became which lines.

`render` makes the tables of reading.md for fill_docs.py; excerpts are taken from the scripts
themselves, by name and by line, so that they cannot be out of date.
"""
import ast
import html
import os
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Title, what happened on the way, names in microgpt.py, and the first and last line of picogpt.py.
PAIRS = (
    ("The text becomes tokens",
     "A token is a place in the sorted characters `C`. BOS is the empty string at its end, so that "
     "nothing need be said about it.",
     ("make_vocabulary", "encode"), ("docs=", "V=")),
    ("A number that remembers how it was made",
     "The class becomes a list: value, gradient, then two more numbers and the pairs it was summed "
     "from. In a parameter the two numbers are Adam's means.",
     ("Value",), ("I=", "P=")),
    ("One operation makes every other",
     "`dot` takes rows `W`, a vector `x`, and as text a function `f` of the sum `z`. Its slope "
     "comes with its value: `z` is a hair's breadth off the real line, and what that does to the "
     "imaginary part of `f(z)` is the derivative.",
     ("dot", "relu"), ("def dot", "return y")),
    ("Scaling, rmsnorm and softmax",
     "Multiplying by a number is a dot product of length one; the norm and the sum of softmax are "
     "`dot` with another `f`.",
     ("scale", "softmax", "rmsnorm"), ("mul=", "soft=")),
    ("Attention",
     "`q` holds query, key and value, 48 numbers in one list; `K` collects them, token by token. "
     "`z/2` is the scaling by the root of the head's four numbers.",
     ("attention",), ("q=dot([w]*48", "h=[dot")),
    ("The model",
     "`w` hands out the rows of all matrices in order, so they need no names. Each block adds to "
     "`x`, the residual stream.",
     ("gpt",), ("w=iter", "p=soft")),
    ("Loss, and the draw of a sample",
     "Training and sampling are one loop: `choices` draws no token while it trains (`k=0`), and "
     "then the document's next character is taken. The sign of the gradient is turned round.",
     ("loss_and_gradients", "sample"), ("t=C.index", "n+=1")),
    ("The way back, and Adam",
     "The tape `T` has the newest number first and the parameters last: one walk hands the "
     "gradients back and then moves the parameters.",
     ("backward", "adam"), ("for q in T", "q[:]=")),
    ("The log", "One print for 1,000 steps and 20 samples.",
     ("train_and_sample",), ("print(f'step", "if train")))


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


def pico_lines(first, last):
    """The lines of picogpt.py from one that begins so to the next that begins so."""
    with open(os.path.join(ROOT, "picogpt.py"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    start = next(i for i, line in enumerate(lines) if line.strip().startswith(first))
    end = next(i for i in range(start, len(lines)) if lines[i].strip().startswith(last))
    return start + 1, "\n".join(lines[start:end + 1])


def cell(source):
    """Source as a cell of an HTML table, which Markdown leaves as it is."""
    return f"<td valign=\"top\"><pre>{html.escape(source, quote=False)}</pre></td>"


def render():
    """All pairs as Markdown."""
    sources, parts = functions(), []
    for title, words, names, (first, last) in PAIRS:
        number, pico = pico_lines(first, last)
        end = number + pico.count("\n")
        at = f"line {number}" if end == number else f"lines {number} to {end}"
        full = "\n\n".join(sources[name] for name in names)
        # A blank line would end the table for Markdown.
        micro = full.replace("\n\n", "\n&#8203;\n")
        parts.append(f"## {title}\n\n{textwrap.fill(words, 100)}\n\n"
                     "<table><tr><th align=\"left\">microgpt.py: "
                     f"{', '.join(names)}</th><th align=\"left\">picogpt.py, {at}</th></tr>\n<tr>"
                     + cell(micro).replace("&amp;#8203;", "&#8203;") + "\n" + cell(pico)
                     + "</tr></table>")
    return "\n\n".join(parts)
