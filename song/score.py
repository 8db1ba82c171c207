"""The raga to look at: its beginning as a piano roll, and the whole piece in the letters of sargam."""
import raga

ROWS, SECONDS = 4, 10                            # of the score
WIDTH, LEFT, STEP, GAP = 560, 70, 9, 34          # of the picture; STEP: height of a semitone
COLOURS = ("#c0392b", "#2471a3", "#e67e22", "#1e8449", "#8e44ad", "#b7950b", "#17a589", "#7f8c8d", "#d35400", "#2e86c1")


def to_svg(digits, rate=4.0):
    """The beginning of the piece: rows of some seconds, a bar for each note, lettered."""
    notes, height = raga.swaras(digits), 18 * STEP + GAP
    scale = (WIDTH - LEFT - 10) / SECONDS
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="11">' % (
                 WIDTH, ROWS * height + 12),
             "<title>The first %d seconds of the prime, as a raga</title>" % (ROWS * SECONDS),
             "<style>.paper{fill:#fff}.ink{fill:#333}.line{stroke:#999;stroke-opacity:.35}"
             "@media(prefers-color-scheme:dark){.paper{fill:#0d1117}.ink{fill:#ddd}}</style>",
             '<rect class="paper" width="100%" height="100%" rx="8"/>']
    for row in range(ROWS):
        for name, _, semitones in raga.SWARAS:
            y = row * height + (16.5 - semitones) * STEP + 20
            lines.append('<text class="ink" x="%d" y="%g" text-anchor="end" font-size="9">%s</text>'
                         '<path class="line" d="M%d %gh%d"/>' % (LEFT - 8, y + 3, name.replace("'", "&#8217;"), LEFT, y,
                                                               WIDTH - LEFT - 10))
        lines.append('<text class="ink" x="4" y="%g">%d s</text>' % (row * height + 12, row * SECONDS))
    for digit, (start, length, place) in zip("0123456789" + digits, raga.schedule(len(digits))):
        row, second = divmod(start / rate, SECONDS)
        if row >= ROWS:
            break
        _, letter, semitones = notes[digit]
        x, y = LEFT + second * scale, row * height + (16.5 - semitones) * STEP + 20
        width = min(length / rate * scale - 1, WIDTH - 10 - x)
        lines.append('<rect x="%.1f" y="%g" width="%.1f" height="%d" rx="3" fill="%s"><title>%s = %s</title></rect>' % (
            x, y - STEP / 2, width, STEP, COLOURS[[s[2] for s in raga.SWARAS].index(semitones)], digit, letter))
        lines.append('<text class="ink" x="%.1f" y="%g" text-anchor="middle" font-size="8">%s</text>' % (
            x + width / 2, y - STEP / 2 - 2, digit if place is None else letter.replace("'", "&#8217;")))
    return ("\n".join(lines) + "\n</svg>\n").encode()


def to_text(digits):
    """The whole piece in letters: which digit takes which swara, the alap, then phrases of ten, five to a line."""
    notes = raga.swaras(digits)
    lines = ["%s  %-2s %s, %d times" % (digit, notes[digit][1], notes[digit][0], digits.count(digit))
             for digit in raga.ranked(digits)]
    lines += ["", "alap:  " + " - ".join(notes[digit][1] for digit in "0123456789"), ""]
    phrases = [" ".join(notes[digit][1] for digit in digits[i:i + raga.PHRASE])
               for i in range(0, len(digits), raga.PHRASE)]
    return ("\n".join(lines + [" | ".join(phrases[i:i + 5]) for i in range(0, len(phrases), 5)]) + "\n").encode()
