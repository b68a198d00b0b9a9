#!/usr/bin/env bash
# Shows that tools/tracked.py finds machine paths, registry hosts and big files, and nothing else.
set -euo pipefail
source_folder=$3
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
command -v git >/dev/null || { echo "skipped: no git"; exit 77; }
checkout="$tree/checkout"
git init -q "$checkout"
failures=0

# verdict EXIT-CODE WORDS: what the checker says of the one file that is tracked.
verdict() {
    local answer status=0
    git -C "$checkout" add -A
    answer=$(python3 -B "$source_folder/tools/tracked.py" "$checkout") || status=$?
    if [ "$status" -ne "$1" ] || ! grep -qF -- "$2" <<<"$answer"; then
        echo "expected $1 \"$2\", got $status: $answer"
        failures=$((failures + 1))
    fi
    rm -f "$checkout"/*
}

echo 'see /etc/hqsync and ../shared/reference' >"$checkout/good.md"
verdict 0 ""
echo "src$tree/shared, or /srv/hqsync" >"$checkout/good.md"
verdict 0 ""
echo "see $checkout/x" >"$checkout/a.md"
verdict 1 "a.md:1: a path of a machine"
echo "see $tree/shared" >"$checkout/a.md"
verdict 1 "a.md:1: a path of a machine"
printf 'one\nlog in /ho''me/maria/log\n' >"$checkout/a.md"
verdict 1 "a.md:2: a path of a machine"
printf '{"resolved"''\x3a "https://registry.example/x.tgz"}' >"$checkout/package-lock.json"
verdict 1 "names a registry's host"
printf '{"version": "1.2.3", "integrity": "sha512-x"}' >"$checkout/package-lock.json"
verdict 0 ""
head -c 1000001 /dev/zero >"$checkout/big.bin"
verdict 1 "1000001 bytes"

[ "$failures" -eq 0 ] || exit 1
echo "all violations were found"
