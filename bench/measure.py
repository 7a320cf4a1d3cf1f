#!/usr/bin/env python3
"""Runs commands NAME=COMMAND ROUNDS times each (five unless that variable says so), interleaved, and prints medians and ratios to the last."""
import os, statistics, subprocess, sys, time

ROUNDS = int(os.environ.get("ROUNDS", "5"))
commands = [argument.split("=", 1) for argument in sys.argv[1:]]
rows = {name: [] for name, _ in commands}
for _ in range(ROUNDS):
    for name, command in commands:
        start = time.monotonic()
        child = subprocess.Popen(command.split(" "), stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        rows[name].append((time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
median = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in rows.items()}
last = commands[-1][0]
print(f"{'':8}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}   wall/{last}  cpu/{last}")
for name, (wall, cpu, memory) in median.items():
    print(f"{name:8}{wall:9.2f}{cpu:9.2f}{memory:9.0f}   {wall / median[last][0]:9.3f}  {cpu / median[last][1]:9.3f}")
