#!/usr/bin/env bash
# hqsync logs in with a certificate; a stranger's certificate is refused once and not tried again.
# Arguments: the hqsync binary, the reference folder, the source folder.
set -euo pipefail
program=$(realpath "$1") source=$(realpath "$3")
made=$(mktemp -d)
simulator=
trap 'test -z "$simulator" || kill "$simulator" 2>/dev/null || true; rm -rf "$made"' EXIT
cd "$made"

for name in known stranger; do
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hqsync \
        -keyout $name.key -out $name.crt 2>/dev/null
    cat $name.crt $name.key > $name.pem
done

"$program" sim --listen 127.0.0.1:0 --client-certificate known.crt --client-secret "$RANDOM$RANDOM" \
    > urls </dev/null &
simulator=$!
for _ in $(seq 100); do
    if grep -q '^ready' urls; then break; fi
    sleep 0.1
done
login=$(sed -n 's/^login //p' urls)

for name in known stranger; do
    mkdir $name
    cat > $name/hqsync.toml <<END
[hq]
database = "hq.db"
[exchange]
graph_url = "$login"
login_url = "$login"
tenant = "demo"
client_id = "hqsync"
client_certificate_file = "../$name.pem"
[state]
database = "state.db"
END
    (cd $name && "$program" hq import "$source/sample" >/dev/null)
done

user=jule.petersen@agentur.example
(cd known && "$program" sync --user $user --json) > known.json
python3 - known.json <<'END'
import json, sys
mailbox, = json.load(open(sys.argv[1], encoding="utf-8"))["mailboxes"]
assert mailbox["created"] > 300 and mailbox["failed"] == 0, mailbox
END

status=0
(cd stranger && "$program" sync --json) > stranger.json 2> stranger.txt || status=$?
test "$status" -eq 1
grep -q 'login.refused' stranger.txt stranger.json
if grep -q "PRIVATE KEY" stranger.txt stranger.json; then exit 1; fi
