"""The scoreboard, and the files with logs and differences."""
import difflib
import os
import sys

from .judging import STEP, split_log
from .records import CLASSES

COLUMNS = ("", "script", "bytes", "chars", "lines", "seconds", "ratio", "class", "")
LEFT_ALIGNED = (1, 7, 8)           # columns of text
GREEN, RED, PLAIN = "\033[32m", "\033[31m", "\033[0m"


def rank_key(row):
    """Sorts the rows of entries: the valid ones first, the smallest on top."""
    return not row["valid"], row["bytes"], row["name"]


def verdict(row, quick):
    """The last cell of an entry's row."""
    if not row["valid"]:
        return "NOT VALID"
    return f"valid{' so far' * quick}, {row['standing']}"


def show(value, form="{}"):
    """A cell; what is unknown is a dash."""
    return "-" if value is None else form.format(value)


def scoreboard(reference, rows, quick, color=False):
    """The reference's row and those of the entries in their order -> text, a fault each below."""
    table, ranks = [COLUMNS], iter(range(1, len(rows) + 1))
    for row in [reference] + rows:
        is_entry = row is not reference
        rank = str(next(ranks)) if is_entry and row["valid"] else "-" if is_entry else "ref"
        table.append((rank, printable(row["name"]), str(row["bytes"]), show(row["characters"]),
                      str(row["lines"]), show(row["seconds"], "{:.1f}"),
                      show(row["ratio"], "{:.2f}"), CLASSES[row["class"]] if is_entry else "",
                      verdict(row, quick) if is_entry else ""))
    widths = [max(map(len, column)) for column in zip(*table)]
    lines = []
    for cells in table:
        padded = [cell.ljust(width) if i in LEFT_ALIGNED else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(cells, widths))]
        line = "  ".join(padded).rstrip()
        paint = GREEN if cells[-1].startswith("valid") else RED if cells[-1] else ""
        lines.append(paint + line + PLAIN if color and paint else line)
    for row in rows:
        lines += describe_fault(row)
    return "\n".join(lines)


def describe_fault(row):
    """The lines that say why an entry is not valid, or not in the class that it seems made for."""
    if row["valid"]:
        return [] if not row["outside"] else [
            "", f"{printable(row['name'])}: not in the class {CLASSES['characters']}: "
            + row["outside"]]
    where = f" on \"{row['data_set']}\"" if row["data_set"] else ""
    lines = ["", f"{printable(row['name'])}: not valid{where}: {row['reason']}"]
    if row["difference"]:
        lines[1] += f"; line {row['difference']['line']} differs" * bool(row["reason"])
        for word in ("expected", "printed"):
            text = row["difference"][word]
            lines.append(f"    {word:8}  " + ("(nothing)" if text is None else printable(text)))
    return lines


def printable(text):
    """Text for any terminal: without control characters, and what has no glyph there escaped."""
    text = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:200])
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def write_results(folder, judgements, references, text):
    """summary.txt and logs/: for each script and data set its log, errors and differences."""
    os.makedirs(os.path.join(folder, "logs"))
    write_file(os.path.join(folder, "summary.txt"), text.encode("utf-8", "backslashreplace"))
    for judgement in judgements:
        for dataset, run in judgement.runs.items():
            part = os.path.join(folder, "logs", judgement.name, dataset.replace(" ", "_"))
            os.makedirs(part)
            files = {"log.txt": run.stdout, "stderr.txt": run.stderr,
                     "status.txt": f"{run.status}\n{run.seconds:.2f} seconds\n".encode()}
            losses = [match.groups() for match in map(STEP.match, split_log(run.stdout)) if match]
            files["losses.csv"] = "step,loss\n" + "".join(f"{s},{x}\n" for s, _, x in losses)
            if run is not references[dataset] and not run.stopped:
                lines = [split_log(each.stdout) for each in (references[dataset], run)]
                files["diff.txt"] = "".join(line + "\n" for line in difflib.unified_diff(
                    *lines, "reference", judgement.name, n=0, lineterm=""))
            for file_name, content in files.items():
                if isinstance(content, str):
                    content = content.encode("utf-8", "backslashreplace")
                write_file(os.path.join(part, file_name), content)


def write_file(path, data):
    with open(path, "wb") as file:
        file.write(data)
