#!/usr/bin/env bash
# Time and memory of `reads` over one, two and four copies of a tree, interleaved in one run, median of
# five. Copies are hard links, so that only the work grows.
#   bench/growth.sh TREE
set -euo pipefail
cd "$(dirname "$0")/.."
tree="$(cd "$1" && pwd)"
copies="$(mktemp -d "$(dirname "$tree")/growth.XXXXXX")"
trap 'rm -rf "$copies"' EXIT
for n in 1 2 3 4; do cp -al "$tree" "$copies/$n"; done
cargo build --release --locked -q --bins
command() {
  printf 'target/release/stripcheck reads --format jsonl'
  for n in $(seq "$1"); do printf ' --vendored %s' "$copies/$n"; done
}
python3 bench/measure.py "four=$(command 4)" "two=$(command 2)" "one=$(command 1)"
