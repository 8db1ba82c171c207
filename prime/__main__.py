"""python3 -m prime find MY.py, python3 -m prime prove ...: search and proof.

`find` is find_prime.py, which lies beside this folder.
"""
from common.command import run_command


def main():
    run_command("prime", {"find": "find_prime", "prove": "prime.prove_prime"})


if __name__ == "__main__":
    main()
