#!/usr/bin/env bash
# Prints a folder with the site-packages of a requirements file, installing them on the first call
# (several minutes, some 2 GB) outside the repository.
#   bench/site.sh REQUIREMENTS
set -euo pipefail
cache="${XDG_CACHE_HOME:-$HOME/.cache}/stripcheck-bench"
site="$cache/site"
if [ ! -e "$cache/complete" ] && [ ! -d "$site" ]; then
  mkdir -p "$cache"
  python3 -m pip install -q --no-deps --no-compile --target "$site.part" -r "$1" >&2
  mv "$site.part" "$site"
fi
echo "$site"
