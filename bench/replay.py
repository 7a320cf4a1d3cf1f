#!/usr/bin/env python3
"""Replays `stripcheck diff` over the history of a repository that has a Helm chart beside its Python.

    bench/replay.py REPOSITORY -o results.jsonl -- --chart chart --app services/api --vendored libs/libcommon

For every commit that touched the chart (the last --last of them, without merges) it runs
`stripcheck diff --base COMMIT^ --head COMMIT` with the given flags and writes one line of JSON: the commit,
seconds, exit status, what standard error said, and the entries that are not safe. A summary follows.
The repository is a clone with a work tree; nothing in it is changed.
"""
import argparse
import collections
import json
import subprocess
import sys
import time


def git(repository, *arguments):
    return subprocess.run(["git", "-C", repository, *arguments], check=True, capture_output=True, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--program", default="target/release/stripcheck")
    parser.add_argument("--path", default="chart", help="only commits that touched this")
    parser.add_argument("--last", type=int, default=10_000)
    parser.add_argument("--skip", type=int, default=0, help="of these, the newest that are left out")
    parser.add_argument("--timeout", type=int, default=60)
    own, _, flags = "\0".join(sys.argv[1:]).partition("\0--\0")
    options = parser.parse_args(own.split("\0"))
    flags = flags.split("\0") if flags else []
    log = git(options.repository, "log", "--no-merges", f"-{options.last}", "--format=%H %s", "--", options.path)
    codes, seconds, verdicts, failures = collections.Counter(), [], collections.Counter(), collections.Counter()
    with open(options.output, "w") as output:
        for line in log.splitlines()[options.skip :]:
            commit, subject = line.split(" ", 1)
            command = [options.program, "diff", "--base", f"{commit}^", "--head", commit, "--format", "json"]
            before = time.monotonic()
            try:
                done = subprocess.run(
                    [*command, *flags], cwd=options.repository, capture_output=True, text=True,
                    timeout=options.timeout,
                )
                code, told, said = done.returncode, done.stdout, done.stderr.strip()
            except subprocess.TimeoutExpired:
                code, told, said = "timeout", "", ""
            took = time.monotonic() - before
            report = json.loads(told) if told.startswith("{") else {"entries": []}
            entries = report["entries"]
            row = {
                "commit": commit, "subject": subject, "seconds": round(took, 3), "status": code, "stderr": said,
                "changes": collections.Counter(entry["change"] for entry in entries),
                "open": [
                    {
                        "name": (entry["old"] or entry)["name"], "change": entry["change"], "verdict": entry["verdict"],
                        "container": f"{entry['workload']['kind']}/{entry['workload']['name']}/{entry['container']}",
                        "place": f"{entry['location']['file']}:{entry['location']['line']}",
                        "reasons": entry["reasons"], "reads": len(entry["reads"]),
                    }
                    for entry in entries if entry["verdict"] != "safe"
                ],
            }
            output.write(json.dumps(row) + "\n")
            output.flush()
            codes[str(code)] += 1
            seconds.append(took)
            verdicts.update((entry["change"], entry["verdict"]) for entry in entries)
            if code not in (0, 1):
                failures[said[:160]] += 1
    seconds.sort()
    print(f"{len(seconds)} commits; exit status: {dict(codes)}")
    if seconds:
        print(f"seconds: median {seconds[len(seconds) // 2]:.2f}, most {seconds[-1]:.2f}")
    for (change, verdict), number in sorted(verdicts.items()):
        print(f"{number:6} {change} {verdict}")
    for said, number in failures.most_common(20):
        print(f"{number:6} {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
