#!/usr/bin/env python3
"""Release findings over the history of public charts: each revision against the one before.

    cargo build
    python3 bench/history.py target/debug/stripcheck PAIRS REPOSITORY:CHART [-f VALUES]...

REPOSITORY is a clone with its history, CHART a folder in it, PAIRS how many of the newest changes of the chart are
compared (`git log -- CHART`, oldest first). Prints each finding of level error or warning that the revision before did
not have, and the counts. What does not render (a dependency that is not in git) is counted and left out.
"""
import collections
import json
import os
import subprocess
import sys
import tempfile


def git(repo, *args):
    return subprocess.run(["git", "-C", repo, *args], capture_output=True, text=True, check=True).stdout


def export(repo, commit, path, folder):
    os.makedirs(folder, exist_ok=True)
    archive = subprocess.Popen(["git", "-C", repo, "archive", commit, path], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=False, stderr=subprocess.DEVNULL)
    archive.wait()
    return os.path.join(folder, path)


def main():
    program, pairs, source, *flags = sys.argv[1:]
    repo, path = source.rsplit(":", 1)
    commits = git(repo, "log", "--format=%h", f"-{int(pairs) + 1}", "--", path).split()[::-1]
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        empty = os.path.join(folder, "empty")
        os.makedirs(empty)
        charts = {commit: export(repo, commit, path, os.path.join(folder, commit)) for commit in commits}
        for old, new in zip(commits, commits[1:]):
            command = [program, "diff", charts[old], charts[new], "--app", empty, "--format", "json", "--fail-on", "never", *flags]
            done = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=120)
            if done.returncode != 0:
                counts["not rendered"] += 1
                last = done.stderr.strip().splitlines()[-1:] or ["?"]
                counts[f"  {last[0][-100:]}"] += 1
                continue
            counts["compared"] += 1
            for finding in json.loads(done.stdout)["findings"]:
                if finding["known"] or finding["level"] == "note":
                    continue
                counts[f"{finding['level']} {finding['rule']}"] += 1
                print(f"{old}..{new} {finding['level']} {finding['rule']}: {finding['message']}")
                for place in finding["locations"][:2]:
                    print(f"    {place['chart']} {place['file'].replace(folder, '')}:{place['line']}")
    print(path, dict(counts))


if __name__ == "__main__":
    main()
