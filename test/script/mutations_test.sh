#!/usr/bin/env bash
# The ways in which tools/mutations.py breaks the engine still fit the source.
# Arguments: the hqsync binary, the reference folder, the source folder.
set -euo pipefail
python3 -B "$3/tools/mutations.py" --check
