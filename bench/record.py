#!/usr/bin/env python3
"""Run a benchmark, and keep what it prints with its command, the date and the kind of machine.

    record.py NAME SCRIPT [ARGUMENT ...]      python3 SCRIPT ARGUMENT ... -> records/NAME.txt

The pages of docs/ take their figures from these files. A run that fails leaves the old record.
"""
import datetime
import os
import platform
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RECORDS = os.path.join(ROOT, "bench", "records")


def machine():
    """What kind of machine this is: processor, cores, system, Python; nothing that names it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            flags = set(re.search(r"^(?:flags|Features)\s*:(.*)$", file.read(), re.M)[1].split())
    except (OSError, TypeError):
        flags = set()
    vectors = [name for name in ("avx2", "avx512f", "asimd") if name in flags]
    return ", ".join([f"{platform.machine()} {' '.join(vectors)}".strip(),
                      f"{os.cpu_count()} cores", platform.system(),
                      f"{platform.python_implementation()} {platform.python_version()}"])


def main():
    if len(sys.argv) < 3 or not re.fullmatch(r"[\w-]+", sys.argv[1]):
        print(__doc__, file=sys.stderr)
        return 2
    name, *command = sys.argv[1:]
    run = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE)
    sys.stdout.write(run.stdout.decode())
    if run.returncode:
        return 1
    os.makedirs(RECORDS, exist_ok=True)
    head = f"$ python3 {' '.join(command)}\n# {datetime.date.today()}; {machine()}\n"
    with open(os.path.join(RECORDS, name + ".txt"), "wb") as file:
        file.write(head.encode() + run.stdout)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
