"""python3 -m golf pack MY.py, python3 -m golf search ...: the commands of this folder."""
from common.command import run_command


def main():
    run_command("golf", {name: f"golf.{name}"
                         for name in ("pack", "deflate", "search", "spell", "notes")})


if __name__ == "__main__":
    main()
