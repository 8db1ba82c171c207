"""Data sets that are legal and awkward: every script must print the same log for each."""

EDGES = {
    "inner spaces": b"mary ann\njean  luc\nanna\nde la cruz\n" * 6,
    "one character": b"a\nb\nc\na\nz\n",
    "one document": b"a",
    "longer than the context": (b"bartholomew christopherson the third\nabcdefghijklmnop\n"
                                b"abcdefghijklmno\nx\n" * 5),
    "exactly at the context": b"abcdefghijklmnopq\nabcdefghijklmnop\nabcdefghijklmno\n",
    "fewer than 20 documents": b"emma\nolivia\nava\n",
    "CRLF, blank and padded lines": b"emma\r\n\r\n  olivia \t\r\n\r\nava\r\n   \r\n",
    "old Mac line ends": b"emma\rolivia\rava\r",
    "any Unicode": ("zoë\nŁukasz\n李小龍\n👩‍🚀 hé\nمحمد\n\u3000李\u3000\nß\u00a0ß\n"
                    "A\u2028B\n").encode(),
    "no final newline": b"emma\nolivia",
    "quotes and percents": b"100%\n'a'\n\"b\"\n{c}\nd\\n\n%s\n",
    "more than a hundred characters": "".join(
        chr(0x4E00 + i) + chr(33 + i % 90) + "\n" for i in range(150)).encode(),
}

# Whole logs of these take seconds, and end in numbers that are unusual.
SHORT_NAMES = b"a\nb\nc\nd\n"
WHOLE = {
    "the loss falls to 0.0000": b"a",
    "two characters": b"ab\nba\nab\n",
    "few documents, any Unicode, inner spaces": "zoë\nŁukasz\n李小龍\nhé 100%\nß\n".encode(),
}
