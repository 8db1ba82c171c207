"""The raga to look at: beginning and coda as a piano roll, the whole piece in sargam letters."""
import math

from . import parity, raga

ROWS, SECONDS = 4, 8                             # of the piano roll; seconds in a row
BEFORE_CODA = 2                                  # seconds of the last row before the coda
WIDTH, LEFT, RIGHT, TOP = 480, 84, 8, 62         # of the picture and its margins, in pixels
STEP, GAP = 15, 40                               # pixels from pitch to pitch, and between rows
ROW_HEIGHT = 10 * STEP + GAP
COLOURS = ("#a93226", "#1f618d", "#a04000", "#186a3b", "#76448a", "#7d6608", "#0e6655", "#566573",
           "#935116", "#21618c")                 # by rank of the swara
PITCHES = sorted((semitones for _, _, semitones in raga.SWARAS), reverse=True)
COLOUR_OF = {semitones: colour for (_, _, semitones), colour in zip(raga.SWARAS, COLOURS)}
STYLE = ("<style>.paper{fill:#fff}.ink{fill:#1f2328}.soft{fill:#59636e}"
         ".line{stroke:#818b98;stroke-opacity:.35}.on{fill:#fff;font-size:11px;text-anchor:middle}"
         "@media(prefers-color-scheme:dark){.paper{fill:#0d1117}.ink{fill:#f0f6fc}"
         ".soft{fill:#9198a1}}</style>")
PHRASES_A_LINE = 5


def note_y(row, semitones):
    """The middle of a note, in pixels from the top: pitches evenly spaced, the highest on top."""
    return TOP + row * ROW_HEIGHT + (PITCHES.index(semitones) + 0.5) * STEP


def apostrophe(text):
    """Text with the typographic apostrophe, as a reference."""
    return text.replace("'", "&#8217;")


def staff(row, caption):
    """Lines of SVG: the names and lines of a row, and what is written above it."""
    lines = [f'<text class="soft" x="{LEFT}" y="{TOP + row * ROW_HEIGHT - 6}">{caption}</text>']
    for name, _, semitones in raga.SWARAS:
        y = note_y(row, semitones)
        lines.append(f'<text class="ink" x="{LEFT - 8}" y="{y + 4:g}" text-anchor="end" '
                     f'font-size="12">{apostrophe(name)}</text>'
                     f'<path class="line" d="M{LEFT} {y:g}h{WIDTH - LEFT - RIGHT}"/>')
    return lines


def bar(note, swara, x, row, length):
    """Lines of SVG: a note with its digit."""
    (digit, *_), (_, letter, semitones) = note, swara
    y = note_y(row, semitones)
    width = min(length - 0.5, WIDTH - RIGHT - x)
    return [f'<rect x="{x:.1f}" y="{y - STEP / 2 + 0.5:g}" width="{width:.1f}" '
            f'height="{STEP - 1}" rx="2" fill="{COLOUR_OF[semitones]}">'
            f"<title>{digit} = {letter}</title></rect>",
            f'<text class="on" x="{x + width / 2:.1f}" y="{y + 4:g}">{digit}</text>']


def row_captions(rows, coda):
    """What is written above each row: its first second, and the part that begins in it."""
    captions = [f"{first} s" for first in rows]
    captions[0] += ": the alap, the notes of 0 to 9"
    captions[2] += ": the melody, a note for each digit of the prime"
    captions[-1] += f": the coda begins at {coda:g} s"
    return captions


def to_svg(digits, rate=4.0):
    """The beginning of the piece and of its coda: rows of some seconds, a bar for each note."""
    swaras, scale = raga.assign_swaras(digits), (WIDTH - LEFT - RIGHT) / SECONDS
    coda = raga.Layout(len(digits)).coda_start / rate
    rows = [i * SECONDS for i in range(ROWS - 1)] + [max(0, math.floor(coda) - BEFORE_CODA)]
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
             f'{TOP + ROWS * ROW_HEIGHT - GAP + 10}" font-family="system-ui, sans-serif" '
             f'font-size="12"><title>The first {(ROWS - 1) * SECONDS} seconds of the prime as a '
             "raga, and the beginning of its coda</title>", STYLE,
             '<rect class="paper" width="100%" height="100%" rx="8"/>',
             '<text class="ink" x="16" y="26" font-size="15">A prime number as a raga</text>']
    for row, (first, caption) in enumerate(zip(rows, row_captions(rows, coda))):
        lines += staff(row, caption)
        for note in raga.compose(digits):
            digit, start, length, _, _ = note
            if 0 <= start / rate - first < SECONDS:
                x = LEFT + (start / rate - first) * scale
                lines += bar(note, swaras[digit], x, row, length / rate * scale)
    x, y = LEFT + (coda - rows[-1]) * scale - 2, TOP + (ROWS - 1) * ROW_HEIGHT
    lines.append(f'<path d="M{x:.1f} {y}v{ROW_HEIGHT - GAP}" stroke="#c0392b" '
                 'stroke-dasharray="4 3"/>')
    return ("\n".join(lines) + "\n</svg>\n").encode()


def groups(text, notes, size):
    """Lines of letters: groups of `size` digits, PHRASES_A_LINE to a line."""
    phrases = [" ".join(notes[digit][1] for digit in text[i:i + size])
               for i in range(0, len(text), size)]
    return [" | ".join(phrases[i:i + PHRASES_A_LINE])
            for i in range(0, len(phrases), PHRASES_A_LINE)]


def to_text(digits):
    """The whole piece in letters: each digit's swara, alap, phrases, coda, alap again."""
    notes = raga.assign_swaras(digits)
    lines = [f"{digit}  {notes[digit][1]:<2} {notes[digit][0]}, {digits.count(digit)} times"
             for digit in raga.rank_digits(digits)]
    alap = "alap:  " + " - ".join(notes[digit][1] for digit in raga.DIGITS)
    lines += ["", alap, "", *groups(digits, notes, raga.PHRASE_NOTES)]
    lines += ["", "coda, a third faster:", "",
              *groups(parity.parity(digits), notes, raga.CYCLE_NOTES), "", alap]
    return ("\n".join(lines) + "\n").encode()
