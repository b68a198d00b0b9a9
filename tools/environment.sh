# What every script of the project needs from its surroundings; sourced, changes to the checkout.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ -z "${HOME:-}" ] || [ ! -w "${HOME:-/nonexistent}" ]; then
    export HOME="$PWD/.cache/home"
    mkdir -p "$HOME"
fi
export CCACHE_DIR="${CCACHE_DIR:-$HOME/.cache/ccache}"
export LC_ALL=C.UTF-8
jobs=$(nproc)

stop() {
    echo "$(basename "$0"): $1" >&2
    exit 1
}

# configure PRESET; quiet unless it fails.
configure() {
    local log="build/$1-configure.log"
    mkdir -p build
    cmake --preset "$1" >"$log" 2>&1 </dev/null || {
        cat "$log" >&2
        stop "cmake could not configure the preset $1"
    }
}
