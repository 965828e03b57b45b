#!/bin/bash
# Fetches the embedded ClickHouse engine, build/deps/chdb/libchdb.so, when the version that
# packaging/chdb/package-lock.json pins is not there yet. npm checks it against the lock's hash.
set -euo pipefail
cd "$(dirname "$0")/.."

lock=packaging/chdb/package-lock.json
folder=build/deps/chdb
if [ -f "$folder/libchdb.so" ] && cmp -s "$lock" "$folder/package-lock.json"; then
  exit 0
fi
echo "setup: fetching the engine (178 MB, 570 MB unpacked)"
# Unpacked beside its place, so that what is in place is always whole.
rm -rf "$folder.new"
mkdir -p "$folder.new"
trap 'rm -rf "$folder.new"' EXIT
cp packaging/chdb/package.json "$lock" "$folder.new/"
npm ci --prefix "$folder.new" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || {
  echo "setup: npm could not fetch the engine; is the network there?" >&2
  exit 1
}
mv "$folder.new"/node_modules/@chdb/lib-linux-x64-gnu/* "$folder.new/"
rm -rf "$folder.new/node_modules" "$folder"
mv "$folder.new" "$folder"
