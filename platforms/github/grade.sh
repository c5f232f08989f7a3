#!/usr/bin/env bash
# The verdict: the exercises of HEAD by the grader beside this file. From HEAD, BASE and EVERYTHING.
set -euo pipefail
cd "$(dirname "$0")/../.."

set -- --head "$HEAD" --repo "$GITHUB_WORKSPACE" --out "$RUNNER_TEMP/autograde"
[ -z "$BASE" ] || set -- "$@" --base "$BASE"
[ "$EVERYTHING" != true ] || set -- "$@" --everything
# The grader of this folder, whichever is installed.
exec "$HOME/.cache/nanograd/venv/bin/python" -I grader/start.py grader ci "$@"
