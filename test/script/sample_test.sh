#!/usr/bin/env bash
# The committed sample agency is what tools/make_sample.py writes, and an export of it imports as it is.
# Arguments: the hqsync binary, the reference folder, the source folder.
set -euo pipefail
program=$1 source=$3
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

python3 -B "$source/tools/make_sample.py" "$made/sample"
diff -r "$source/sample" "$made/sample"

cat > "$made/hqsync.toml" <<END
[hq]
database = "hq.db"
[exchange]
graph_url = "http://127.0.0.1:1"
login_url = "http://127.0.0.1:1"
tenant = "demo"
client_id = "hqsync"
client_secret_file = "secret"
[state]
database = "state.db"
END
echo none > "$made/secret"
cd "$made"
"$program" --config hqsync.toml hq import sample
"$program" --config hqsync.toml hq export once
"$program" --config hqsync.toml hq import once
"$program" --config hqsync.toml hq export twice
diff -r once twice
