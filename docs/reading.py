"""microgpt.py and picogpt.py side by side: which functions became which lines.

`render` makes the tables of reading.md for fill_docs.py; excerpts are taken from the scripts
themselves, by name and by line, so that they cannot be out of date.
"""
import ast
import html
import os
import textwrap

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Title, what happened on the way, names in microgpt.py, and for each run of lines of picogpt.py how
# its first and its last line begin. Every line of picogpt.py is in one of them.
PAIRS = (
    ("The text",
     "Both read the same lines; `picogpt.py` names no encoding, has no words for errors and "
     "fetches nothing. A token is a place in `C`, the sorted characters. BOS is the empty string "
     "at its end, number `V-1`, so it needs no special case; `encode` has become `C.index`, one "
     "character at a time, in the loop below.",
     ("make_vocabulary", "encode"), (("from random", "V="),)),
    ("The parameters",
     "They lie in one list `P` instead of named matrices: `wte` from 0, `wpe` from `16*V`, "
     "`lm_head` from `16*V+256`, the layer in the last 3,072. Each is a list: value, gradient, and "
     "Adam's two running sums. `I` holds as many ones, `[value, gradient]`; it is there for sums "
     "without factors, and gives their number besides.",
     ("make_parameters",), (("I=", "P="),)),
    ("A number that remembers how it was made, and the operation that makes it",
     "`dot` computes every number: for each row `w` the sum `z` of products with `x`, and then any "
     "function `f(z)`, given as text. What it appends is a `Value` as a list: its value, its "
     "gradient, the slope `f'(z)`, a zero, and the pairs that were multiplied. The slope comes "
     "with the value: `f(z+iε)` is `f(z)+iε*f'(z)` but for smaller terms, so the imaginary part "
     "divided by ε, here 1e-9, is `f'(z)`. `*y` is an empty tuple to collect in; `T[:0]=y` puts "
     "what is new at the front of the tape. A sum of two vectors is `dot(zip(a,b))`, rows of two "
     "with the ones of `I` as factors; `zip` ends with the shorter. ReLU is an `f`: "
     "`z*(z.real>0)`.",
     ("Value", "dot", "add", "relu"), (("def dot", "return y"),)),
    ("Scaling, rmsnorm and softmax",
     "Multiplying by a number is a dot product of length one. `4/(z+16e-5)**.5` is "
     "`(z/16+1e-5)**-.5`, the 16 multiplied out. `soft` only divides by the sum: the exponential "
     "is the `f` of the `dot` before it (`e` is `math`'s), and no maximum is subtracted.",
     ("scale", "softmax", "rmsnorm"), (("mul=", "soft="),)),
    ("One loop for training and sampling",
     "Of 1,020 rounds the last twenty draw samples. Then the tape `T` is empty instead of a copy "
     "of the list `P`, so that Adam below, which changes its lists in place, moves no parameter. "
     "`K` is the KV cache, `n` the position, `t` the token, BOS at first. `d` begins with a "
     "space, and so is one longer than what it holds: `d[n:16]` is empty at 16 tokens, or as soon "
     "as BOS, the empty string, did not make `d` longer.",
     ("empty_cache",), (("for s in range", "while d"),)),
    ("The model",
     "`w` hands out parameters one by one. `[w]*48` is the same iterator 48 times, and `zip(x,w)` "
     "takes from it as many as `x` is long: 48 rows of a matrix. So the matrices follow each other "
     "without names, the layer first and then `lm_head`.",
     ("linear", "gpt"), (("w=iter", "K+=q"), ("x=dot(zip(x,dot([w]*16,h)))", "p=soft"))),
    ("Attention",
     "`q` holds query, key and value, 16 numbers each, and `K` collects them. `z/2` divides by "
     "the root of 4, the numbers that a head has. `A[h]` are the weights of head h; number i of "
     "the output belongs to head `i//4`.",
     ("attention",), (("A=[soft", "h=[dot"),)),
    ("What comes next, and the loss",
     "While it trains, `choices` draws `k=0` tokens, an empty and therefore false list, and the "
     "document's next character is taken. Squaring the probabilities is temperature 0.5. `L` sums "
     "`log(1/p)`, the loss; the gradient is that of the sum of `log p`, so that Adam adds where "
     "`microgpt.py` subtracts.",
     ("loss_and_gradients", "sample"), (("t=C.index", "n+=1"),)),
    ("The way back, and Adam",
     "The newest vector stands first on the tape and the parameters last: one walk hands the "
     "gradients back and then moves the parameters. In a computed number `m` is the slope; in a "
     "parameter `m` and `v` are Adam's sums, without the factors 1-0.85 and 1-0.99; `15e-6` is "
     "0.01/1000, the rate, times 0.15/0.01**.5, and `1e-7` is 1e-8/0.01**.5. `g/=n` makes the "
     "gradient that of the mean, after it has been handed on. Computed numbers are moved as well, "
     "harmlessly: nobody reads them again.",
     ("backward", "adam"), (("for q in T", "q[:]="),)),
    ("The log", "Three counts before the loop, and in each round a loss or a sample.",
     ("train_and_sample",), (("print(f'num docs", "print(f'num docs"),
                             ("print(f'step", "if train"))))


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


def render_pair(title, words, names, runs):
    """A pair as Markdown: title, words, a table of two columns."""
    sources = functions()
    micro = "\n\n".join(sources[name] for name in names)
    parts = [pico_lines(*run) for run in runs]
    where = " and ".join(numbers(*part) for part in parts)
    pico = "\n...\n".join("\n".join(lines) for _, lines in parts)
    return (f"## {title}\n\n{textwrap.fill(words, 100)}\n\n"
            f'<table><tr><th align="left">microgpt.py: {", ".join(names)}</th>'
            f'<th align="left">picogpt.py, lines {where}</th></tr>\n'
            f"<tr>{cell(micro)}\n{cell(pico)}</tr></table>")


def render():
    """All pairs as Markdown."""
    return "\n\n".join(render_pair(*pair) for pair in PAIRS)
