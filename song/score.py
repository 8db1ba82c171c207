"""The raga to look at: its beginning as a piano roll, and the whole piece in sargam letters."""
import raga

ROWS, SECONDS = 4, 10                            # of the piano roll; seconds in a row
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


def staff(row):
    """Lines of SVG: the names and lines of a row, and the second at which it begins."""
    lines = []
    for name, _, semitones in raga.SWARAS:
        y = note_y(row, semitones)
        lines.append(f'<text class="ink" x="{LEFT - 8}" y="{y + 3:g}" text-anchor="end" '
                     f'font-size="9">{apostrophe(name)}</text>'
                     f'<path class="line" d="M{LEFT} {y:g}h{WIDTH - LEFT - RIGHT}"/>')
    lines.append(f'<text class="ink" x="4" y="{row * ROW_HEIGHT + 12:g}">{row * SECONDS} s</text>')
    return lines


def to_svg(digits, rate=4.0):
    """The beginning of the piece: rows of some seconds, a lettered bar for each note."""
    notes, scale = raga.assign_swaras(digits), (WIDTH - LEFT - RIGHT) / SECONDS
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} '
             f'{ROWS * ROW_HEIGHT + 12}" font-family="sans-serif" font-size="11">',
             f"<title>The first {ROWS * SECONDS} seconds of the prime, as a raga</title>", STYLE,
             '<rect class="paper" width="100%" height="100%" rx="8"/>']
    for row in range(ROWS):
        lines += staff(row)
    for digit, (start, length, position) in zip(raga.DIGITS + digits, raga.schedule(len(digits))):
        row, second = divmod(start / rate, SECONDS)
        if row >= ROWS:
            break
        _, letter, semitones = notes[digit]
        x, y = LEFT + second * scale, note_y(row, semitones)
        width = min(length / rate * scale - 1, WIDTH - RIGHT - x)
        lines.append(f'<rect x="{x:.1f}" y="{y - STEP / 2:g}" width="{width:.1f}" height="{STEP}" '
                     f'rx="3" fill="{COLOUR_OF[semitones]}">'
                     f'<title>{digit} = {letter}</title></rect>')
        caption = digit if position is None else apostrophe(letter)
        lines.append(f'<text class="ink" x="{x + width / 2:.1f}" y="{y - STEP / 2 - 2:g}" '
                     f'text-anchor="middle" font-size="8">{caption}</text>')
    return ("\n".join(lines) + "\n</svg>\n").encode()


def to_text(digits):
    """The whole piece in letters: each digit's swara, the alap, then phrases, five to a line."""
    notes = raga.assign_swaras(digits)
    lines = [f"{digit}  {notes[digit][1]:<2} {notes[digit][0]}, {digits.count(digit)} times"
             for digit in raga.rank_digits(digits)]
    lines += ["", "alap:  " + " - ".join(notes[digit][1] for digit in raga.DIGITS), ""]
    phrases = [" ".join(notes[digit][1] for digit in digits[i:i + raga.PHRASE_NOTES])
               for i in range(0, len(digits), raga.PHRASE_NOTES)]
    lines += [" | ".join(phrases[i:i + PHRASES_A_LINE])
              for i in range(0, len(phrases), PHRASES_A_LINE)]
    return ("\n".join(lines) + "\n").encode()
