"""The data sets that every entry must pass: awkward ones, drawn anew from each seed."""
import random
from typing import NamedTuple

FULL = "input.txt"                 # the name of the whole run on the file that the user gives
HEAD = 3 + 10                      # lines compared on an awkward data set: counts and ten steps
SHORT_HEAD = 3 + 3                 # the same of a large one
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class DataSet(NamedTuple):
    """A data set: its name, its bytes, and how many lines of the log count, None for all."""
    name: str
    data: bytes
    lines: int = None


def draw_word(rng, low, high, letters=LETTERS):
    """A random word of low to high characters."""
    return "".join(rng.choice(letters) for _ in range(rng.randint(low, high)))


def draw_words(rng, count, low, high, letters=LETTERS):
    """A text of `count` random words, a line each."""
    return "".join(draw_word(rng, low, high, letters) + "\n" for _ in range(count))


def awkward_sets(seed):
    """Twelve legal and awkward data sets, drawn anew from each seed: {name: bytes}."""
    rng = random.Random(seed)
    phrases = [f"{draw_word(rng, 1, 5)} {' ' * (i % 2)}{draw_word(rng, 1, 4)}" for i in range(9)]
    foreign = ["zo\u00eb", "\u0141ukasz", "\u674e\u5c0f\u9f8d",
               "h\u00e9 \U0001f469\u200d\U0001f680", "\u0645\u062d\u0645\u062f",
               "\u3000\u674e\u3000", "\u00df\u00a0\u00df", "A\u2028B", "A\x0bB", "\x85e\u0301\x1c"]
    foreign += [draw_word(rng, 1, 4, [chr(rng.randint(0x370, 0x4ff)) for _ in range(5)])]
    spread = "".join(chr(0x4e00 + i) + chr(33 + rng.randrange(90)) + "\n" for i in range(200))
    marks = ["100%", "'a'", '"b"', "{c}", "d\\n", "%s", "\\", "{", "a#b", "<c>"]
    sets = {
        "inner spaces": "\n".join(phrases) + "\n",
        "one character": draw_words(rng, rng.randint(4, 9), 1, 1),
        "one document": draw_word(rng, 1, 3),
        "longer than the context": draw_words(rng, 5, 17, 40),
        "exactly at the context": "".join(draw_word(rng, n, n) + "\n" for n in (17, 16, 15, 1)),
        "fewer than 20 documents": draw_words(rng, rng.randint(2, 8), 2, 6),
        "CRLF, blank and padded lines": "".join(
            rng.choice(("", "  ")) + draw_word(rng, 2, 6) + end
            for end in ("\r\n\r\n", " \t\r\n", "\r\n", "\n   \n", "\t\r\n\r\n", "  \r\n")),
        "old Mac line ends": draw_words(rng, 4, 2, 6).replace("\n", "\r"),
        "any Unicode": "\ufeff" + "\n".join(rng.sample(foreign, len(foreign))) + "\n",
        "no final newline": draw_words(rng, 3, 2, 6)[:-1],
        "quotes and percents": "\n".join(rng.sample(marks, len(marks))) + "\n",
        "hundreds of characters": spread}
    return {name: text.encode() for name, text in sets.items()}


def whole_sets(seed):
    """Two small data sets for whole runs, drawn anew from each seed: {name: bytes}.

    The names of the first are short, but for one in five, so that some samples have 16 characters,
    spaces, quotes and backslashes among them. The other is learned by heart, until the loss is
    0.0000.
    """
    rng = random.Random(seed)
    opening, *short = rng.sample(LETTERS + "\u00e9\u6c34", 14) + ["\U0001f469"]
    inner = [" ", rng.choice("'\""), "\\", rng.choice(LETTERS)]
    mixed = [opening + draw_word(rng, 17, 20, inner) if i % 5 == 0 else short[i % 14]
             for i in range(1000)]
    return {"short names and very long ones": "\n".join(mixed).encode(),
            "one document, to the end": draw_word(rng, 1, 2).encode()}


def draw_datasets(seed, data):
    """The DataSets of a tournament, the quick ones first.

    data: the bytes of the whole run's input.txt; None leaves the whole run out.
    """
    datasets = [DataSet(name, text, HEAD if len(text) < 1000 else SHORT_HEAD)
                for name, text in awkward_sets(seed).items()]
    datasets += [DataSet(name, text) for name, text in whole_sets(seed).items()]
    return datasets + ([] if data is None else [DataSet(FULL, data)])
