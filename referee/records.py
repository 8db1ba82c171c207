"""The classes of the competition, and the record of each."""

CLASSES = {"plain": "plain ASCII that unpacks nothing", "printable": "printable ASCII",
           "any": "any bytes", "characters": "fewest characters"}
RECORDS = {                        # class: (size, script, date, by whom, how); see CONTRIBUTING.md
    "plain": (1247, "femtogpt.py", "2026-11-26", "this project",
              "by hand; one function makes every vector"),
    "printable": (1003, "attogpt.py", "2026-11-26", "this project",
                  "raw deflate in base 85"),
    "any": (818, "zeptogpt.py", "2026-11-26", "this project",
            "raw deflate in a string of Latin-1"),
    "characters": (475, "yoctogpt.py", "2026-11-26", "this project",
                   "raw deflate in ideographs"),
}
