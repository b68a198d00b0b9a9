#!/usr/bin/env bash
# Formats all sources by .clang-format; with --check only says which are not formatted.
. "$(dirname "$0")/environment.sh"

formatter=$(command -v clang-format-19) || stop "clang-format-19 is missing: tools/install.sh ci"
find src test bench \( -name node_modules -prune \) -o \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
    case "${1:-}" in
        --check) xargs -0 -r -n 20 -P "$jobs" "$formatter" --dry-run -Werror ;;
        "") xargs -0 -r -n 20 -P "$jobs" "$formatter" -i ;;
        *) stop "usage: tools/format.sh [--check]" ;;
    esac
