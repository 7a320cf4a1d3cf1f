#!/usr/bin/env python3
"""Fields of settings classes against what the library itself looks up: names too many, and what is required.

    bench/settings.py TRUTH_FOLDER REPORT [REPORT…]

TRUTH_FOLDER holds settings_truth_*.jsonl (as for bench/recall.sh). Each REPORT is `reads --format jsonl` of the sources
or the site-packages that rows point to. score.py there counts names that are found; this counts, at the
fields that both know, names that the library does not look up (a pattern counts as one, however near), and whether
the field is said to be required (`raises`) where the library says so. Prints what is wrong, then the counts.
"""

import collections
import json
import pathlib
import sys


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def relative(file):
    return file.split("site-packages/")[-1]


def main():
    folder, *reports = sys.argv[1:]
    reads = collections.defaultdict(list)
    for report in reports:
        for read in rows(report):
            if read["access"] == "field":
                reads[relative(read["file"]), read["line"]].append(read)
    fields = collections.defaultdict(list)
    for truth in sorted(pathlib.Path(folder).glob("settings_truth_*.jsonl")):
        for row in rows(truth):
            if row["kind"] == "settings-field" and row["reads_env"] and row.get("field_line"):
                fields[relative(row["file"]), row["field_line"]].append(row)
    counts = collections.Counter()
    for place, known in sorted(fields.items()):
        names, prefixes = set(), set()
        for row in known:
            for key in ("env_names", "env_names_other_inits", "nested_names"):
                names.update(name.lower() for name in row.get(key) or ())
            prefixes.update(prefix.lower() for prefix in row["nested_prefixes"])
        for read in reads[place]:
            text = read["key"]["text"].lower()
            right = text in names or (read["key"]["kind"] == "pattern" and text.removesuffix("*") in prefixes)
            counts["names" if right else "names too many"] += 1
            if not right:
                print(f"too many: {place[0]}:{place[1]} {known[0]['class']} {read['key']['text']}")
        required = {row["required"] for row in known}
        # A class that a test makes in several ways may be both.
        if len(required) == 1 and reads[place]:
            said = reads[place][0]["absent"]["outcome"] == "raises"
            right = said in required
            counts["required right" if right else "required wrong"] += 1
            if not right:
                print(f"required: {place[0]}:{place[1]} {known[0]['class']} {known[0]['field']}: {required}")
    total = counts["names"] + counts["names too many"]
    judged = counts["required right"] + counts["required wrong"]
    print(f"names that the library does not look up: {counts['names too many']} of {total}")
    print(f"required or not: right {counts['required right']} of {judged}")


if __name__ == "__main__":
    main()
