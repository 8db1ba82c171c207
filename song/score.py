"""The raga to look at: beginning and coda as a piano roll, the whole piece in sargam letters."""
import math

import parity
import raga

ROWS, SECONDS = 4, 10                            # of the piano roll; seconds in a row
BEFORE_CODA = 3                                  # seconds of the last row before the coda
WIDTH, LEFT, RIGHT = 560, 70, 10                 # of the picture and its margins, in pixels
STEP, GAP = 9, 34                                # pixels of a semitone, and between rows
ROW_HEIGHT = 18 * STEP + GAP                     # from the Ni below Sa to the Ga above, and a gap
TOP_SEMITONE = 16.5                              # where a row begins
COLOURS = ("#c0392b", "#2471a3", "#e67e22", "#1e8449", "#8e44ad", "#b7950b", "#17a589", "#7f8c8d",
           "#d35400", "#2e86c1")                 # by rank of the swara
COLOUR_OF = {semitones: colour for (_, _, semitones), colour in zip(raga.SWARAS, COLOURS)}
STYLE = ("<style>.paper{fill:#fff}.ink{fill:#333}.line{stroke:#999;stroke-opacity:.35}"
         "@media(prefers-color-scheme:dark){.paper{fill:#0d1117}.ink{fill:#ddd}}</style>")
PHRASES_A_LINE = 5


def note_y(row, semitones):
    """The middle of a note, in pixels from the top."""
    return row * ROW_HEIGHT + (TOP_SEMITONE - semitones) * STEP + 20


def apostrophe(text):
    """Text with the typographic apostrophe, as a reference."""
    return text.replace("'", "&#8217;")


def staff(row, second):
    """Lines of SVG: the names and lines of a row, and the second at which it begins."""
    lines = []
    for name, _, semitones in raga.SWARAS:
        y = note_y(row, semitones)
        lines.append(f'<text class="ink" x="{LEFT - 8}" y="{y + 3:g}" text-anchor="end" '
                     f'font-size="9">{apostrophe(name)}</text>'
                     f'<path class="line" d="M{LEFT} {y:g}h{WIDTH - LEFT - RIGHT}"/>')
    lines.append(f'<text class="ink" x="4" y="{row * ROW_HEIGHT + 12:g}">{second} s</text>')
    return lines


def bar(note, swara, x, row, length):
    """Lines of SVG: a note with its letter, or in the alap with its digit."""
    (digit, _, _, part, _), (_, letter, semitones) = note, swara
    y = note_y(row, semitones)
    width = min(length - 1, WIDTH - RIGHT - x)
    caption = digit if part == raga.ALAP else apostrophe(letter)
    return [f'<rect x="{x:.1f}" y="{y - STEP / 2:g}" width="{width:.1f}" height="{STEP}" '
            f'rx="3" fill="{COLOUR_OF[semitones]}"><title>{digit} = {letter}</title></rect>',
            f'<text class="ink" x="{x + width / 2:.1f}" y="{y - STEP / 2 - 2:g}" '
            f'text-anchor="middle" font-size="8">{caption}</text>']


def to_svg(digits, rate=4.0):
    """The beginning of the piece and of its coda: rows of some seconds, a bar for each note."""
    swaras, scale = raga.assign_swaras(digits), (WIDTH - LEFT - RIGHT) / SECONDS
    coda = raga.Layout(len(digits)).coda_start / rate
    rows = [i * SECONDS for i in range(ROWS - 1)] + [max(0, math.floor(coda) - BEFORE_CODA)]
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
             f'{ROWS * ROW_HEIGHT + 12}" font-family="sans-serif" font-size="11">',
             f"<title>The first {(ROWS - 1) * SECONDS} seconds of the prime as a raga, and the "
             "beginning of its coda</title>", STYLE,
             '<rect class="paper" width="100%" height="100%" rx="8"/>']
    for row, first in enumerate(rows):
        lines += staff(row, first)
        for note in raga.compose(digits):
            digit, start, length, _, _ = note
            if 0 <= start / rate - first < SECONDS:
                x = LEFT + (start / rate - first) * scale
                lines += bar(note, swaras[digit], x, row, length / rate * scale)
    x, y = LEFT + (coda - rows[-1]) * scale - 4, (ROWS - 1) * ROW_HEIGHT
    lines.append(f'<path d="M{x:.1f} {y + 4}v{ROW_HEIGHT - GAP + 12}" stroke="#c0392b" '
                 f'stroke-dasharray="4 3"/><text class="ink" x="{x - 4:.1f}" y="{y + 12}" '
                 'text-anchor="end">coda</text>')
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
