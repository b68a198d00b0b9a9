#!/usr/bin/env bash
# The EWS client of npm against the simulator; run-tests installs it. What both said is held against
# the official schema. Arguments: the hqsync binary, the reference folder, the source folder.
set -euo pipefail
program=$(realpath "$1") reference=$(realpath -m "$2") source=$(realpath "$3")
client=$source/test/js
made=$(mktemp -d)
simulator=
trap 'test -z "$simulator" || kill "$simulator" 2>/dev/null || true; rm -rf "$made"' EXIT

if ! cmp -s "$client/package-lock.json" "$client/node_modules/.installed-lock"; then
    echo "skipped: the npm packages of test/js are not installed; ./run-tests installs them"
    exit 77
fi

echo Geheim-7 > "$made/password"
"$program" sim --listen 127.0.0.1:0 --record "$made/record" \
    --ews-password-file "$made/password" > "$made/urls" </dev/null &
simulator=$!
for _ in $(seq 100); do
    if grep -q '^ready' "$made/urls"; then break; fi
    sleep 0.1
done
EWS=$(sed -n 's/^ews //p' "$made/urls") PASSWORD=Geheim-7 \
    timeout 200 node --test --test-reporter=tap "$client/ews_client_test.mjs" | tee "$made/report"
# A file without tests would pass too.
passed=$(sed -n 's/^# pass //p' "$made/report")
test "$passed" -ge 11
if [ -d "$reference/ews-xsd" ]; then
    python3 -B "$source/test/script/ews_record.py" "$made/record" "$reference"
fi
