#!/usr/bin/env bash
# Installs the Debian packages of the named sections of tools/packages.txt that are missing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)

stop() {
    echo "install: $1" >&2
    exit 1
}

[ $# -gt 0 ] || stop "name at least one section of tools/packages.txt: build, test, ci"

wanted=()
for section in "$@"; do
    grep -qx "\[$section\]" "$here/packages.txt" || stop "tools/packages.txt has no section $section"
    while read -r entry; do
        command=${entry%%:*}
        if [ "$command" = "$entry" ] || ! command -v "$command" >/dev/null; then
            wanted+=("${entry##*:}")
        fi
    done < <(awk -v section="[$section]" '
        /^\[/ { inside = ($0 == section); next }
        inside && NF && !/^#/ { print $1 }' "$here/packages.txt")
done

# One question for all packages: a set of them that is there costs a hundredth of a second.
installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null |
    sed -n 's/^ii *//p' || true)
missing=()
for package in "${wanted[@]}"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

release=$(. /etc/os-release 2>/dev/null && echo "${ID:-}:${VERSION_ID:-}" || true)
[ "$release" = "debian:12" ] ||
    stop "this is not Debian 12, packages are not installed for you; missing: ${missing[*]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || stop "neither root nor sudo; missing: ${missing[*]}"
    as_root=(sudo)
fi

echo "install: ${#missing[@]} Debian packages with apt-get: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q </dev/null >/dev/null || stop "apt-get update failed"
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    "${missing[@]}" </dev/null >/dev/null || stop "apt-get install failed; see its lines above"
