"""The classes of the competition, and the record of each."""

CLASSES = {"plain": "plain ASCII that unpacks nothing", "printable": "printable ASCII",
           "any": "any bytes", "characters": "fewest characters that can be posted"}
RECORDS = {                        # class: (size, script, date, by whom, how); see CONTRIBUTING.md
    "plain": (1206, "femtogpt.py", "2026-12-01", "this project",
              "by hand; one function makes every vector"),
    "printable": (995, "attogpt.py", "2026-12-01", "this project",
                  "raw deflate in base 85"),
    "any": (812, "zeptogpt.py", "2026-12-01", "this project",
            "raw deflate in a string of Latin-1"),
    "characters": (451, "yoctogpt.py", "2026-12-01", "this project",
                   "raw deflate in letters of many scripts"),
}
