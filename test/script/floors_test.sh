#!/usr/bin/env bash
# Shows that tools/floors.py is content with this tree and finds one violation of each kind.
set -euo pipefail
source_folder=$3
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

fresh_tree() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/src/base" "$tree/src/contact" "$tree/src/http" "$tree/src/graph" "$tree/src/sim"
    cat >"$tree/src/floors.txt" <<'FLOORS'
base:    |
contact: base | unicode
http:    base | asio curl
graph:   base contact http | simdjson
sim:     base graph | asio
FLOORS
    printf '// A good file.\n#include <string>\n#include <fmt/format.h>\n#include <unistd.h>\n' \
        >"$tree/src/http/good.cpp"
}

# expect WORDS: the checker fails and a line of its answer has these words.
expect() {
    local answer status=0
    answer=$(python3 -B "$source_folder/tools/floors.py" "$tree") || status=$?
    if [ "$status" -ne 1 ] || ! grep -qF -- "$1" <<<"$answer"; then
        echo "expected a violation \"$1\", exit code 1; got $status: $answer"
        failures=$((failures + 1))
    fi
}

# violation FILE CONTENT WORDS: a tree whose only fault is this file.
violation() {
    fresh_tree
    mkdir -p "$(dirname "$tree/$1")"
    printf '%b' "$2" >"$tree/$1"
    expect "$3"
}

python3 -B "$source_folder/tools/floors.py" "$source_folder" >"$tree/answer" || {
    cat "$tree/answer"
    failures=$((failures + 1))
}
fresh_tree
python3 -B "$source_folder/tools/floors.py" "$tree" || {
    echo "a good tree was refused"
    failures=$((failures + 1))
}

good='// A file.\n'
violation src/contact/a.cpp "$good#include \"http/client.hpp\"\n" "contact may not include floor http"
violation src/contact/a.cpp "$good  #  include \"graph/x.hpp\"\n" "contact may not include floor graph"
violation src/contact/a.cpp "$good#include \"x.hpp\"\n" "does not start with its floor"
violation src/contact/a.cpp "$good#include <curl/curl.h>\n" "contact may not use <curl/curl.h>"
violation src/graph/a.cpp "$good#include <asio.hpp>\n" "graph may not use <asio.hpp>"
violation src/graph/a.cpp "$good#include <boost/asio.hpp>\n" "bound to no word"
violation src/sim/a.cpp "$good#include \"graph/codec.hpp\"\n" "sim never includes graph"
violation src/graph/a.cpp "$good#include \"sim/server.hpp\"\n" "graph never includes sim"
for header in coroutine thread mutex atomic fstream iostream sys/socket.h; do
    violation src/contact/a.cpp "$good#include <$header>\n" "only computes: no <$header>"
done
violation src/http/a.cpp "${good}auto t = std::chrono::steady_clock::now();\n" "clock of its own"
violation src/http/a.cpp "${good}auto t = std::chrono::system_clock::now();\n" "clock of its own"
for name in util.cpp common.hpp helper.cpp manager.cpp impl.hpp misc.cpp http_util.cpp; do
    violation "src/http/$name" "$good" "says nothing"
done
violation src/http/common/a.cpp "$good" "says nothing"
violation src/http/a.cpp '#include <string>\n' "does not open with a // sentence"
violation src/http/a.cpp '' "does not open with a // sentence"
violation src/http/a.cpp "$good// $(printf 'x%.0s' {1..100})\n" "103 columns"
violation src/http/a.cpp "$good$(printf '\\n%.0s' {1..600})" "601 lines"
violation src/cellar/a.cpp "$good" "lies on no floor"
violation src/a.cpp "$good" "lies on no floor"
violation test/unit/http/a_test.cpp '\n' "does not open with a // sentence"

fresh_tree
echo "upper: attic | asio" >>"$tree/src/floors.txt"
expect "attic is no floor above this line"
fresh_tree
echo "upper: base | boost" >>"$tree/src/floors.txt"
expect "no known third-party word: boost"
fresh_tree
echo "upper" >>"$tree/src/floors.txt"
expect "not of the form"

# A comment or a text that speaks of a clock is none.
fresh_tree
printf '// A file.\n// steady_clock is not used here\nconst char* t = "system_clock";\n' \
    >"$tree/src/http/a.cpp"
python3 -B "$source_folder/tools/floors.py" "$tree" || failures=$((failures + 1))

[ "$failures" -eq 0 ] || { echo "$failures failures"; exit 1; }
echo "all violations were found"
