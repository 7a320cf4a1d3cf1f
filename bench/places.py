#!/usr/bin/env python3
"""Draws entries of public charts at random, with the line of the template or values file that is told for each.

    bench/places.py HELM_DIR CHARTS [--stripcheck PROGRAM] [--seed N] [--count N]

HELM_DIR and CHARTS are those of bench/render.py. A person judges whether each line is the one to edit; how many lines of
all entries do not hold the name of the variable (or of the key it comes from) is counted, and the first of them shown.
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import tarfile

from render import flags


def line_of(place):
    """The text of a line, also of a file in a packed chart."""
    file, line = place["file"], place["line"]
    try:
        if ".tgz/" in file:
            packed, inner = file.split(".tgz/", 1)
            with tarfile.open(packed + ".tgz") as archive:
                name = next(name for name in archive.getnames() if name.split("/", 1)[-1] == inner)
                text = archive.extractfile(name).read().decode()
        else:
            text = pathlib.Path(file).read_text(errors="replace")
        return text.split("\n")[line - 1].strip()
    except (OSError, IndexError, StopIteration) as error:
        return f"<{error}>"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("helm_dir", type=pathlib.Path)
    parser.add_argument("charts", type=pathlib.Path)
    parser.add_argument("--stripcheck", default="stripcheck")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=50)
    options = parser.parse_args()
    helm, charts, program = options.helm_dir.resolve(), options.charts.resolve(), options.stripcheck
    program = os.path.abspath(program) if os.path.sep in program else program
    rows = []
    for path in sorted((helm / "truth" / "open").glob("*.json")):
        if (charts / path.stem).is_dir():
            given = flags(helm, json.loads(path.read_text()))
            command = [program, "entries", "--chart", str(charts / path.stem), "--format", "jsonl", "--renderer", "builtin"]
            done = subprocess.run(command + given, capture_output=True, text=True, cwd=os.path.sep)
            rows += [json.loads(line) for line in done.stdout.splitlines()]

    def show(entry):
        file = entry["location"]["file"].removeprefix(f"{charts}/")
        return f"{entry['name']:50} {file}:{entry['location']['line']}  {line_of(entry['location'])[:90]}"

    def holds(entry):
        line, key = line_of(entry["location"]), entry["source"]["key"]
        return entry["name"] in line or key and key in line

    other = [entry for entry in rows if not holds(entry)]
    print(f"{len(rows)} entries, {len(other)} on lines that do not hold the name:")
    for entry in other[:20]:
        print("  ", show(entry))
    print(f"{options.count} at random:")
    for entry in random.Random(options.seed).sample(rows, min(options.count, len(rows))):
        print("  ", show(entry))


if __name__ == "__main__":
    main()
