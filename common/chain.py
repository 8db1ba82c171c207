"""The scripts of the chain, from the one to read to the one of the fewest characters."""
CHAIN = {                          # script: what it is
    "microgpt.py": "the edition to learn from: every idea explained where it first appears",
    "picogpt.py": "the whole algorithm on one screen, one idea a line",
    "femtogpt.py": "golfed without mercy, plain ASCII that unpacks nothing",
    "attogpt.py": "printable ASCII that unpacks itself: paste it anywhere",
    "zeptogpt.py": "the smallest file that `python3` runs",
    "yoctogpt.py": "the fewest characters: a whole GPT in one post of 500"}
