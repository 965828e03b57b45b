#!/bin/bash
# Runs every fuzz target of a build for a while, each with the seeds of fuzz/seeds/NAME and what
# earlier runs of this build found. Stops at the first failure and names the input.
#
#     tools/fuzz.sh BUILD_FOLDER SECONDS
set -euo pipefail

build=$1
seconds=$2
targets=$(find "$build" -maxdepth 3 -name '*_fuzz' -type f -executable | sort)
[ -n "$targets" ] || { echo "fuzz: no *_fuzz program in $build" >&2; exit 1; }

for target in $targets; do
  name=$(basename "$target" _fuzz)
  corpus="$build/corpus/$name"
  log="$build/$name.log"
  mkdir -p "$corpus"
  inputs=("$corpus")
  [ ! -d "fuzz/seeds/$name" ] || inputs+=("fuzz/seeds/$name")
  if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/$name-" "${inputs[@]}" >"$log" 2>&1; then
    echo "fuzz: $name: $(awk '/number_of_executed_units/ { print $2 }' "$log") inputs in $seconds s, no failure"
  else
    tail -40 "$log" >&2
    echo "fuzz: $name failed; the input is $build/$name-* (log: $log)" >&2
    exit 1
  fi
done
