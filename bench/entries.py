#!/usr/bin/env python3
"""Compares `stripcheck entries` with what real Helm and Kubernetes give the containers of public charts.

    bench/entries.py HELM_DIR [--stripcheck PROGRAM] [--jsonl FOLDER]

HELM_DIR holds `rendered/NAME.yaml` (what Helm rendered) and `truth/open/NAME.json` (the env items, Secrets,
ConfigMaps and SecretProviderClasses in it). For each chart that has both, the rows of the truth are made into what a
container gets: `envFrom` expanded, `env` over `envFrom`, the last of equal names. The rows of
`stripcheck entries --chart FILE --format jsonl` must be the same; with `--jsonl` they are read from FOLDER/NAME.jsonl.
Prints expected rows, rows found, and rows too many for each chart; exit status 1 if anything differs.
"""
import argparse
import json
import pathlib
import subprocess
import sys

KINDS = {"value (absent)": "value", "envFrom secret": "envFrom", "envFrom configMap": "envFrom"}


def keys_by_name(truth):
    """(kind, name) -> keys of the object, for what the chart itself holds."""
    keys = {}
    for kind, field in (("ConfigMap", "configmaps"), ("Secret", "secrets")):
        for item in truth[field]:
            keys.setdefault((kind, item["name"]), []).extend(item["keys"])
    for item in truth["spcs"]:
        for synced in item["secretObjects"]:
            known = keys.setdefault(("Secret", synced.get("secretName") or synced.get("name")), [])
            known.extend(data["key"] if isinstance(data, dict) else data
                         for data in synced.get("data") or synced.get("keys") or [])
    return keys


def expected(truth):
    """Set of rows: (workload kind, workload, container, init, variable, source kind, object, key, optional)."""
    keys, winners, rows = keys_by_name(truth), {}, set()
    for item in sorted(truth["env"], key=lambda item: item["var"] is not None):
        where = (item["kind"], item["name"], item["container"], item["init"])
        kind, optional = KINDS.get(item["from"], item["from"]), bool(item["optional"])
        if item["var"] is not None:
            winners[where, item["var"]] = (kind, item["ref"], item["key"], optional)
            continue
        prefix = item.get("prefix") or ""
        held = keys.get(("Secret" if "secret" in item["from"] else "ConfigMap", item["ref"]))
        if held is None:
            rows.add((*where, prefix + "*", kind, item["ref"], None, optional))
        for key in held or []:
            winners[where, prefix + key] = (kind, item["ref"], key, optional)
    return rows | {(*where, name, *source) for (where, name), source in winners.items()}


def found(lines):
    """The same rows from JSON lines, and how many of them stand twice."""
    rows, count = set(), 0
    for line in filter(str.strip, lines):
        entry = json.loads(line)
        work, source = entry["workload"], entry["source"]
        count += 1
        rows.add((work["kind"], work["name"], entry["container"], entry["init"], entry["name"], source["kind"],
                  (source["object"] or {}).get("name"), source["key"], source["optional"]))
    return rows, count - len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("helm_dir", type=pathlib.Path)
    parser.add_argument("--stripcheck", default="stripcheck")
    parser.add_argument("--jsonl", type=pathlib.Path)
    options = parser.parse_args()
    total, hit, surplus = 0, 0, 0
    for path in sorted((options.helm_dir / "truth" / "open").glob("*.json")):
        rendered = options.helm_dir / "rendered" / f"{path.stem}.yaml"
        if not rendered.exists():
            continue
        want = expected(json.loads(path.read_text()))
        if options.jsonl:
            lines = (options.jsonl / f"{path.stem}.jsonl").read_text().splitlines()
        else:
            command = [options.stripcheck, "entries", "--chart", str(rendered), "--format", "jsonl"]
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        got, twice = found(lines)
        total, hit, surplus = total + len(want), hit + len(want & got), surplus + len(got - want) + twice
        print(f"{path.stem:28} {len(want):5} expected {len(want & got):5} found {len(got - want) + twice:4} too many")
        for sign, rows in (("-", want - got), ("+", got - want)):
            for row in sorted(rows, key=str)[:5]:
                print("   ", sign, *row)
    print(f"{'all':28} {total:5} expected {hit:5} found {surplus:4} too many, recall {hit / max(total, 1):.4f}")
    sys.exit(total != hit or surplus > 0)


if __name__ == "__main__":
    main()
