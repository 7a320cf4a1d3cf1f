#!/usr/bin/env python3
"""How long `who-reads` takes over many bundles, and whether its memory stays flat.

    bench/who.py BUNDLE [COUNT [WORK]]

Varies BUNDLE (of `stripcheck scan`) into COUNT (default 1000) services in WORK: each has another name, a part of the
distributions (half to all of them), and other versions. Then asks the first tenth and all of them for a common name,
a rare one and a distribution, and exports all rows. Needs the `zstd` command and `cargo build --release` first.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

PROGRAM = pathlib.Path(__file__).parent.parent / "target/release/stripcheck"


def packed(line):
    return subprocess.run(["zstd", "-q", "-3", "-c", "--content-size", "--stream-size", str(len(line))], input=line, check=True, capture_output=True).stdout


def varied(head, number):
    chance = random.Random(number)
    share = chance.uniform(0.5, 1)
    kept = {at for at in range(len(head["owners"])) if chance.random() < share}
    owners = [
        dict(owner, version=owner["version"] and f"{owner['version'].split('.')[0]}.{chance.randrange(20)}")
        for owner in head["owners"]
    ]
    reads = [read for read in head["reads"] if head["read_files"][read["place"][0]]["owner"] in kept]
    image = {
        "label": f"s{number}.tar", "names": [f"acme/service-{number:04}:1.{number % 7}"], "digests": [f"sha256:{number:064x}"],
        "env": [], "entrypoint": [], "cmd": [], "working_dir": "", "labels": [], "application": "",
    }
    roots = [dict(root, image=0) for root in head["roots"]]
    return dict(head, owners=owners, reads=reads, images=[image], roots=roots)


def run(arguments, cwd):
    before = time.time()
    process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, cwd=cwd)
    lines, last = 0, b""
    for last in process.stdout:
        lines += 1
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{arguments}: status {status}")
    cpu = usage.ru_utime + usage.ru_stime
    print(f"{time.time() - before:6.1f} s, {cpu:6.1f} s of processor, {usage.ru_maxrss // 1024:5} MiB, {lines:8} lines: {' '.join(arguments)}", flush=True)
    return last


def main():
    bundle = pathlib.Path(sys.argv[1]).read_bytes()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    head, body = subprocess.run(["zstd", "-dc"], input=bundle, check=True, capture_output=True).stdout.splitlines(keepends=True)
    head = json.loads(head)
    end = packed(body)
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else temporary)
        tenth = work / "tenth"
        all_ = work / "all"
        tenth.mkdir(parents=True, exist_ok=True)
        all_.mkdir(exist_ok=True)
        size = 0
        for number in range(count):
            line = json.dumps(varied(head, number), separators=(",", ":")).encode() + b"\n"
            path = all_ / f"{number:04}.scan"
            line = packed(line)
            version = f"stripcheck scan 1 {len(line)}\n".encode()
            path.write_bytes(bundle[:4] + len(version).to_bytes(4, "little") + version + line + end)
            size += path.stat().st_size
            if number < count // 10:
                os.link(path, tenth / path.name)
        print(f"{count} bundles, {size / 1e6:.0f} MB")
        exact = [read["key"] for read in head["reads"] if read["kind"] == "exact"]
        common = max(set(exact), key=exact.count)
        rare = sorted(key for key in set(exact) if exact.count(key) == 1)[0]
        owner = head["owners"][head["read_files"][head["reads"][0]["place"][0]]["owner"]]["name"]
        for scans in ["tenth", "all"]:
            for asked in [[rare], [common], ["--dist", owner, "--format", "jsonl"]]:
                last = run(["who-reads", *asked, "--scan", scans], work)
                print(" " * 38, last.decode().strip()[:100])
            run(["scan", "--scan", scans, "--export", "-"], work)


if __name__ == "__main__":
    main()
