"""python3 -m qr encode ..., python3 -m qr decode ...: the commands of this folder."""
from common.command import run_command


def main():
    run_command("qr", {"encode": "qr.encode_qr", "decode": "qr.decode_qr"})


if __name__ == "__main__":
    main()
