#!/usr/bin/env bash
# Microsoft's JavaScript Graph client against the simulator; run-tests installs it with npm.
# Arguments: the hqsync binary, the reference folder, the source folder.
set -euo pipefail
program=$(realpath "$1") client=$(realpath "$3")/test/js
made=$(mktemp -d)
simulator=
trap 'test -z "$simulator" || kill "$simulator" 2>/dev/null || true; rm -rf "$made"' EXIT

if ! cmp -s "$client/package-lock.json" "$client/node_modules/.installed-lock"; then
    echo "skipped: the npm packages of test/js are not installed; ./run-tests installs them"
    exit 77
fi

"$program" sim --listen 127.0.0.1:0 > "$made/urls" </dev/null &
simulator=$!
for _ in $(seq 100); do
    if grep -q '^ready' "$made/urls"; then break; fi
    sleep 0.1
done
SIMULATOR=$(sed -n 's/^login //p' "$made/urls") \
    timeout 120 node --test --test-reporter=tap "$client/graph_client_test.mjs" | tee "$made/report"
# A file without tests would pass too.
passed=$(sed -n 's/^# pass //p' "$made/report")
test "$passed" -ge 11
