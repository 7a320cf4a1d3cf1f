#!/usr/bin/env bash
# Time and memory of `reads` over a site-packages, beside ripgrep for the same words and beside parsing
# every file: interleaved in one run, median of five. Only the ratios mean something on a shared machine.
#   bench/speed.sh TRUTH_FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
site="$(bench/site.sh "$1/requirements-open.txt")"
cargo build --release --locked -q --bins --example parse_everything
python3 bench/measure.py \
  "rg=rg -uu -l -w environ|environb|getenv|getenvb|expandvars|BaseSettings|decouple -g *.py $site" \
  "reads=target/release/stripcheck reads --vendored $site --format jsonl" \
  "parse=target/release/examples/parse_everything $site"
