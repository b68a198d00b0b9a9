#!/usr/bin/env bash
# Tries the README on a fresh Debian 12 in a folder (debootstrap, chroot): its two commands, as root.
# usage: sudo tools/try_fresh_debian.sh FOLDER [demo|run-tests|.ci/run]...
#   FOLDER    kept afterwards; a system that is already there is used again, the checkout is not
#   DEBIAN_MIRROR   overrides the mirror of this machine's apt configuration
. "$(dirname "$0")/environment.sh"

[ $# -ge 1 ] || stop "name the folder for the new system"
[ "$(id -u)" -eq 0 ] || stop "chroot needs root"
command -v debootstrap >/dev/null || stop "debootstrap is missing: apt-get install debootstrap"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
[ $# -gt 0 ] || set -- demo run-tests
root="$folder/root"
source_folder=$PWD

# The first mirror with bookworm in this machine's own apt sources.
mirror=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(SITE) $(RELEASE)' 2>/dev/null |
    awk '$2 ~ /^bookworm$/ && $1 !~ /security/ { print $1; exit }')}
[ -n "$mirror" ] || stop "no Debian mirror in the apt configuration: set DEBIAN_MIRROR"

if [ ! -x "$root/usr/bin/apt-get" ]; then
    echo "try: debootstrap bookworm"
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$folder/debootstrap.log" 2>&1 ||
        stop "debootstrap failed, see $folder/debootstrap.log"
fi

# apt as this machine has it: sources of Debian, keys, proxies. Other vendors' sources stay out.
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
[ ! -f /etc/hosts ] || cp -L /etc/hosts "$root/etc/hosts"
apt-config dump | grep -iE '^Acquire::(https?|ftp)::' >"$root/etc/apt/apt.conf.d/90machine" || true
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    rm -f "$root/etc/apt/sources.list"
    cp /etc/apt/sources.list.d/debian.sources "$root/etc/apt/sources.list.d/"
fi
if [ -d /usr/local/share/ca-certificates ]; then
    mkdir -p "$root/usr/local/share/ca-certificates"
    cp -RL /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
fi

# A clean checkout of what is committed, the reference data beside it.
rm -rf "$root/srv/hqsync" "$root/srv/shared"
git clone -q --no-hardlinks "file://$source_folder" "$root/srv/hqsync"
rm -rf "$root/srv/hqsync/.git/hooks"
[ ! -d "$source_folder/../shared" ] || cp -R "$source_folder/../shared" "$root/srv/shared"

mounted=()
unmount() {
    local place
    for place in "${mounted[@]}"; do umount -l "$place" || true; done
}
trap unmount EXIT
for place in proc sys dev dev/pts; do
    mkdir -p "$root/$place"
    case $place in
        proc) mount -t proc proc "$root/proc" ;;
        sys) mount -t sysfs -o ro sysfs "$root/sys" ;;
        *) mount --bind "/$place" "$root/$place" ;;
    esac
    mounted=("$root/$place" "${mounted[@]}")
done

# Proxies of this session travel, nothing else of its environment does.
proxies=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [ -z "${!name:-}" ] || proxies+=("$name=${!name}")
done
for command in "$@"; do
    echo "try: ./$command"
    began=$SECONDS
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${proxies[@]}" \
        chroot "$root" /bin/bash -c 'cd /srv/hqsync && exec "./$0"' "$command" </dev/null ||
        stop "./$command failed on a fresh Debian 12 after $((SECONDS - began)) s"
    echo "try: ./$command passed, $((SECONDS - began)) s"
done
