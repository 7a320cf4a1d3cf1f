#!/usr/bin/env python3
"""Compares charts rendered in process with real Helm, over public charts.

    bench/render.py HELM_DIR CHARTS [NAME…] [--stripcheck PROGRAM] [--render PROGRAM] [--oracle FOLDER]

HELM_DIR holds `truth/open/NAME.json` (the entries that real Helm gives, and with what values) and `oracle.py` (renders
a chart with real Helm; its library has to be on the PYTHONPATH). CHARTS/NAME is the folder of a chart's sources with
its dependencies. PROGRAM is `stripcheck`, and the example `render`. What Helm renders is kept in the folder of --oracle.
Prints for each chart: rows of entries expected, missing and too many; documents of Helm, and how many are the same when
parsed (what differs between two runs of Helm itself is random and left out); seconds for `entries`. Exit status 1 if
anything differs.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from entries import expected, found  # noqa: E402

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MASK = "(random)"


def flags(helm, truth):
    out = []
    for file in truth["values_files"]:
        out += ["-f", str(helm / file)]
    for item in truth["set"]:
        out += ["--set", item]
    return out


def documents(text):
    docs = [doc for doc in yaml.load_all(text, Loader=LOADER) if doc is not None]
    return [doc for doc in docs if isinstance(doc, dict)]


def key(doc):
    meta = doc.get("metadata") or {}
    return str(doc.get("kind")), str(meta.get("name") or meta.get("generateName")), str(meta.get("namespace"))


def mask(a, b):
    """`a` where it is the same in `b`; two runs of Helm differ in what is random."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return {k: mask(a[k], b[k]) for k in a}
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [mask(x, y) for x, y in zip(a, b)]
    return a if a == b else MASK


def same(a, b):
    if a == MASK:
        return True
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


def difference(a, b, path=""):
    """The first place where two documents differ."""
    if a == MASK or a == b:
        return None
    if isinstance(a, dict) and isinstance(b, dict):
        for k in list(a) + [k for k in b if k not in a]:
            if k not in a or k not in b:
                return f"{path}.{k}: only {'helm' if k in a else 'ours'}"
            told = difference(a[k], b[k], f"{path}.{k}")
            if told:
                return told
        return None
    if isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            return f"{path}: {len(a)} and {len(b)} items"
        return next(filter(None, (difference(x, y, f"{path}[{i}]") for i, (x, y) in enumerate(zip(a, b)))), None)
    return f"{path}: {str(a)[:60]!r} and {str(b)[:60]!r}"


def helm_says(options, name, chart, given):
    """Helm's documents, random parts masked; two runs, kept in a folder."""
    texts = []
    for run in (1, 2):
        path = options.oracle / f"{name}.{run}.yaml"
        if not path.exists():
            command = [sys.executable, str(options.helm_dir / "oracle.py"), str(chart), *given]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                print("   helm fails:", done.stderr.strip().splitlines()[-1][:200])
                return None
            path.write_text(done.stdout)
            time.sleep(1.1)
        texts.append(path.read_text())
    one, two = documents(texts[0]), documents(texts[1])
    if len(one) != len(two):
        return one
    return [mask(a, b) for a, b in zip(one, two)]


def compare_documents(helm, ours):
    """How many of Helm's documents are there, and the first differences of the others."""
    left, told, equal = list(ours), [], 0
    for doc in helm:
        match = next((other for other in left if same(doc, other)), None)
        if match is not None:
            left.remove(match)
            equal += 1
            continue
        near = next((other for other in left if key(other) == key(doc)), None)
        told.append(f"{' '.join(key(doc)[:2])}: {difference(doc, near) if near else 'not there'}")
    told += [f"{' '.join(key(doc)[:2])}: too many" for doc in left[: max(0, len(ours) - len(helm))]]
    return equal, told


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("helm_dir", type=pathlib.Path)
    parser.add_argument("charts", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--stripcheck", default="stripcheck")
    parser.add_argument("--render", default="render")
    parser.add_argument("--oracle", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "stripcheck-oracle")
    options = parser.parse_args()
    options.helm_dir, options.charts = options.helm_dir.resolve(), options.charts.resolve()
    options.oracle.mkdir(exist_ok=True)
    for program in ("stripcheck", "render"):
        if os.path.sep in getattr(options, program):
            setattr(options, program, os.path.abspath(getattr(options, program)))
    charts = whole = docs = docs_same = 0
    for path in sorted((options.helm_dir / "truth" / "open").glob("*.json")):
        name, chart = path.stem, options.charts / path.stem
        if not chart.is_dir() or options.names and name not in options.names:
            continue
        truth = json.loads(path.read_text())
        given = flags(options.helm_dir, truth)
        charts += 1
        command = [options.stripcheck, "entries", "--chart", str(chart), "--format", "jsonl", "--renderer", "builtin", *given]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=os.path.sep)
        took = time.perf_counter() - start
        if done.returncode:
            print(f"{name:26} FAILS: {done.stderr.strip()[:300]}")
        want, (got, twice) = expected(truth), found(done.stdout.splitlines())
        missing, extra = want - got, got - want
        whole += not missing and not extra and not twice and not done.returncode
        helm = helm_says(options, name, chart, given)
        equal, told = 0, []
        if helm is not None:
            ours = subprocess.run([options.render, str(chart), *given], capture_output=True, text=True)
            equal, told = compare_documents(helm, documents(ours.stdout) if not ours.returncode else [])
            docs, docs_same = docs + len(helm), docs_same + equal
        print(f"{name:26} {len(want):5} rows {len(missing):4} missing {len(extra) + twice:4} too many   "
              f"{len(helm or []):4} documents {equal:4} same   {took:.3f} s")
        for sign, rows in (("-", missing), ("+", extra)):
            for row in sorted(rows, key=str)[:4]:
                print("     ", sign, *row)
        for line in told[:6]:
            print("      ~", line)
    print(f"{whole} of {charts} charts with the same entries; {docs_same} of {docs} documents the same")
    sys.exit(whole != charts or docs_same != docs)


if __name__ == "__main__":
    main()
