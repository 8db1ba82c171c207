"""python3 -m punchcard encode ..., python3 -m punchcard decode ...: this folder's commands."""
from common.command import run_command


def main():
    run_command("punchcard", {"encode": "punchcard.encode_punchcard_base64",
                              "decode": "punchcard.decode_punchcard_base64"})


if __name__ == "__main__":
    main()
