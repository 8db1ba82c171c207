"""A picture of one training step; every box names functions or parameters of microgpt.py."""
from .elements import WIDTH, picture, text

LEFT, BOX_WIDTH, BOX_HEIGHT, GAP, TOP = 16, 268, 46, 26, 62
# (class, name in microgpt.py, what it does, what goes from here to the next), from the top.
STEPS = (("art", "documents", "lines of input.txt", "'ann'"),
         ("box", "encode", "characters to tokens", "BOS a n n BOS"),
         ("box", "gpt: wte + wpe, rmsnorm", "what a token and its place mean",
          "16 numbers a token"),
         ("box", "gpt: attention", "looks at this and earlier tokens", "adds to the 16"),
         ("box", "gpt: linear, relu, linear", "the MLP: each token by itself", "adds to the 16"),
         ("box", "gpt: linear, lm_head", "scores every possible next token", "27 logits a token"),
         ("box", "softmax", "scores to probabilities", "27 probabilities a token"),
         ("box", "loss_and_gradients", "mean of -log p of what came next", ""))
FIRST_LEARNED, LAST_LEARNED = 2, 5               # of STEPS: these have parameters
BACK = WIDTH - 150                               # where the way back runs


def top_of(i):
    """The upper edge of box number i."""
    return TOP + i * (BOX_HEIGHT + GAP)


def way_forward():
    """Lines of SVG: the boxes, and arrows down from each to the next."""
    lines, middle = [], LEFT + BOX_WIDTH / 2
    for i, (kind, name, words, out) in enumerate(STEPS):
        y = top_of(i)
        lines += [f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{BOX_WIDTH}" '
                  f'height="{BOX_HEIGHT}" rx="8"/>', text(middle, y + 20, name, "mono", "middle"),
                  text(middle, y + 37, words, "soft", "middle")]
        if out:
            lines += [f'<path class="edge" marker-end="url(#tip)" '
                      f'd="M{LEFT + 30} {y + BOX_HEIGHT}v{GAP - 1}"/>',
                      text(LEFT + 42, y + BOX_HEIGHT + 17, out, "cool")]
    return lines


def way_back():
    """Lines of SVG: from the loss up to the first parameters, and what is done with them."""
    right, loss = LEFT + BOX_WIDTH, top_of(len(STEPS) - 1) + BOX_HEIGHT / 2
    first = top_of(FIRST_LEARNED) + BOX_HEIGHT / 2
    lines = [f'<path class="back" d="M{right} {loss:g}H{BACK}V{first:g}"/>']
    for i in range(FIRST_LEARNED, LAST_LEARNED + 1):
        lines.append(f'<path class="back" marker-end="url(#back)" '
                     f'd="M{BACK} {top_of(i) + BOX_HEIGHT / 2:g}H{right + 2}"/>')
    lines += [text(BACK + 10, loss - 100, "backward", "mono warm"),
              text(BACK + 10, loss - 82, "from the loss up,"),
              text(BACK + 10, loss - 64, "a gradient for"),
              text(BACK + 10, loss - 46, "every parameter"),
              text(BACK + 10, first + 6, "adam", "mono warm"),
              text(BACK + 10, first + 24, "moves each one"),
              text(BACK + 10, first + 42, "a little against"),
              text(BACK + 10, first + 60, "its gradient")]
    return lines


def training_step():
    """The picture as the bytes of an SVG file."""
    tips = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path class="{kind}" d="M0 0L8 4L0 8z"/></marker>'
        for name, kind in (("tip", "tip"), ("back", "warm")))
    lines = [f"<defs>{tips}</defs>", text(16, 26, "One training step of microgpt.py, of 1,000"),
             text(16, 46, "blue words: what is handed on; dashed: the way back", "soft small"),
             *way_forward(), *way_back()]
    return picture(WIDTH, top_of(len(STEPS)) - GAP + 16, "One training step of microgpt.py", lines)
