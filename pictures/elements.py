"""What all drawings here share: the style, the paper, lines of text."""

WIDTH = 520                      # of a picture, in pixels; its text is then legible on a phone
STYLE = """<style>
text{font-family:system-ui,sans-serif;font-size:14px;fill:#1f2328}
.small{font-size:12.5px}.mono{font-family:monospace}.soft{fill:#59636e}.paper{fill:#fff}
.grid{stroke:#818b98;stroke-opacity:.3;fill:none}.edge{stroke:#59636e;fill:none;stroke-width:1.5}\
.tip{fill:#59636e}
.ours{fill:#0969da;stroke:#0969da}.theirs{fill:#bc4c00;stroke:#bc4c00}
.raw{stroke:#0969da;stroke-opacity:.45}.curve{stroke:#bc4c00}
.warm{fill:#bc4c00}.cool{fill:#0969da}
.back{stroke:#bc4c00;fill:none;stroke-width:1.5;stroke-dasharray:6 4}
.box{fill:#ddf4ff;stroke:#0969da}.art{fill:#fff1e5;stroke:#bc4c00}
@media(prefers-color-scheme:dark){
text{fill:#f0f6fc}.soft,.tip{fill:#9198a1}.edge{stroke:#9198a1}.paper{fill:#0d1117}
.ours{fill:#58a6ff;stroke:#58a6ff}.theirs{fill:#f0883e;stroke:#f0883e}.raw{stroke:#58a6ff}\
.curve{stroke:#f0883e}.warm{fill:#f0883e}.cool{fill:#58a6ff}
.back{stroke:#f0883e}
.box{fill:#121d2f;stroke:#58a6ff}.art{fill:#2a1d12;stroke:#f0883e}}
</style>"""


def picture(width, height, title, lines):
    """Elements -> the bytes of an SVG file with its own paper."""
    head = ['<svg xmlns="http://www.w3.org/2000/svg" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
            f"<title>{title}</title>", STYLE,
            f'<rect class="paper" width="{width:.0f}" height="{height:.0f}" rx="8"/>']
    return "\n".join([*head, *lines, "</svg>", ""]).encode()


def text(x, y, words, classes="", anchor="start"):
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" class="{classes}" text-anchor="{anchor}">{words}</text>'
