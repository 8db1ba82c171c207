"""When each note begins: between the alaps, over whatever was cut out, put in or silenced.

From an alap on, phrase after phrase is expected at its place on the grid. Where something is
missing or has been put in, all that follows is off by as much: the offset is a step function of
time, and the likeliest one is found by Viterbi's algorithm, from the loudness after each breath
less that of the breath. A step costs more than a phrase or two can gain by it.
"""
from . import rhythm

BREATH = 0.8                   # slots of the breath before a phrase, and of its first note
FRACTION = 4                   # offsets in a slot
REACH = 18                     # slots, of offsets beyond those at the two ends
ENOUGH, FINE = 5.0, 0.1        # decibels from a breath to the note; more than enough counts little
DRIFT = 2.0                    # decibels that a drift to the next offset costs
STEP, STEP_SLOPE = 25.0, 0.25  # decibels that a step costs, and for each slot of it besides
MAX_APART = 1000               # slots by which the two alaps may be out of step
REFINED = 0.2                  # slots within which the offset of a stretch is made exact
NEAR = 0.3                     # slots by which two placings may differ and be the same


def best_switch(first, second):
    """The index at which to change from one list to another for the greatest sum."""
    total = sum(second)
    best, at = total, 0
    for k, (a, b) in enumerate(zip(first, second), 1):
        total += a - b
        if total > best:
            best, at = total, k
    return at


def upper_envelope(values, slope):
    """[(the largest of all values less the slope times the distance, its index)] for each index."""
    best = [(value, i) for i, value in enumerate(values)]
    for order in (range(1, len(best)), range(len(best) - 2, -1, -1)):
        step = 1 if order.step == 1 else -1
        for i in order:
            value, index = best[i - step]
            if value - slope > best[i][0]:
                best[i] = value - slope, index
    return best


def likeliest_path(gains, start, end=None):
    """Of each row of gains the index of the likeliest path from `start` to `end`, if one is given.
    """
    slope = STEP_SLOPE / FRACTION
    totals, came = [-STEP - slope * abs(i - start) for i in range(len(gains[0]))], []
    totals[start] = 0.0
    for row in gains:
        steps, before, now = upper_envelope(totals, slope), [], []
        for i, (stay, (value, index)) in enumerate(zip(totals, steps)):
            choices = [(stay, i), (value - STEP, index)]
            choices += [(totals[j] - DRIFT, j) for j in (i - 1, i + 1) if 0 <= j < len(totals)]
            best, index = max(choices, key=lambda choice: choice[0])
            before.append(index)
            now.append(best + row[i])
        came.append(before)
        totals = now
    if end is not None:
        totals = [total - (STEP + slope * abs(i - end) if i != end else 0.0)
                  for i, total in enumerate(totals)]
    at, path = max(range(len(totals)), key=totals.__getitem__), []
    for back in reversed(came):
        path.append(at)
        at = back[at]
    return path[::-1]


def place_phrases(loudness, slot, places, length, opening, closing):
    """(seconds at which phrases begin, indices of those at which the offset has stepped).

    places: theirs, in slots from the piece's first note on; length: slots from that to the closing
    alap. opening, closing: seconds of the two alaps, or None.
    """
    forward = backward = None
    if opening is not None:
        forward = rhythm.follow(loudness, opening, slot, places)
    if closing is not None:
        back = [place - length for place in reversed(places)]
        backward = rhythm.follow(loudness, closing, slot, back)[::-1]
    is_reversed = forward is None
    if is_reversed:
        forward, backward = backward[::-1], None
    end = round(FRACTION * (backward[-1] - forward[-1]) / slot) if backward else 0
    if abs(end) > FRACTION * MAX_APART:
        backward, end = None, 0
    low, high = min(0, end) - FRACTION * REACH, max(0, end) + FRACTION * REACH
    offsets = [i * slot / FRACTION for i in range(low, high + 1)]
    gains = []
    for second in forward:
        rises = [loudness.rise(second + offset, BREATH * slot, BREATH * slot)
                 for offset in offsets]
        gains.append([min(ENOUGH, rise) + FINE * rise for rise in rises])
    path = likeliest_path(gains, -low, end - low if backward else None)
    seconds = [second + offsets[i] for second, i in zip(forward, path)]
    steps = [k for k in range(1, len(path)) if abs(path[k] - path[k - 1]) > 1]
    seconds = refine(loudness, slot, seconds, steps, backward)
    if is_reversed:
        return seconds[::-1], [len(seconds) - k for k in reversed(steps)]
    return seconds, steps


def refine(loudness, slot, seconds, steps, backward):
    """The phrases' seconds, the offset of each stretch between two steps made exact.

    By what was placed from the end, where that is near; else by the median of the onsets.
    """
    out, edges = [], [0, *steps, len(seconds)]
    for first, last in zip(edges, edges[1:]):
        part = seconds[first:last]
        if not first:
            out += part
            continue
        if backward and all(abs(a - b) < NEAR * slot for a, b in zip(part, backward[first:last])):
            out += backward[first:last]
            continue
        errors = sorted(loudness.onset(second, REFINED * slot, BREATH * slot, 0.3 * slot)[0]
                        - second for second in part)
        out += [second + errors[len(errors) // 2] for second in part]
    if not steps and backward:
        size = len(seconds) - 1 or 1
        if max(abs(a - b) for a, b in zip(out, backward)) < NEAR * slot:
            return [a + (b - a) * k / size for k, (a, b) in enumerate(zip(out, backward))]
    return out
