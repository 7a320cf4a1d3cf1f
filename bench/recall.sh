#!/usr/bin/env bash
# Scores `reads` against reads recorded at run time.
#   bench/recall.sh TRUTH_FOLDER [MISSES]
# TRUTH_FOLDER holds requirements-open.txt, open.jsonl, settings_truth_open.jsonl, get_sources.py and score.py.
set -euo pipefail
cd "$(dirname "$0")/.."
truth="$1"
site="$(bench/site.sh "$truth/requirements-open.txt")"
out="$(dirname "$site")"
cargo build --release --locked -q
target/release/stripcheck reads --vendored "$site" --format jsonl > "$out/reads.jsonl"
python3 "$truth/score.py" "$out/reads.jsonl" "$truth/open.jsonl" --site "$site" --misses "${2:-0}"
echo
python3 "$truth/score.py" "$out/reads.jsonl" "$truth/settings_truth_open.jsonl" --settings --origin package
if [ ! -d "$out/sources" ]; then python3 "$truth/get_sources.py" open "$out/sources" >&2; fi
target/release/stripcheck reads --app "$out/sources" --format jsonl > "$out/reads-sources.jsonl"
echo
python3 "$truth/score.py" "$out/reads-sources.jsonl" "$truth/settings_truth_open.jsonl" --settings --origin suite
echo
python3 bench/settings.py "$truth" "$out/reads.jsonl" "$out/reads-sources.jsonl"
