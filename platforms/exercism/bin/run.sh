#!/usr/bin/env bash
# A test runner with Exercism's interface: bin/run.sh SLUG INPUT_DIR OUTPUT_DIR
# SLUG is the exercise's name. results.json comes into OUTPUT_DIR; the exit status is 0 whatever the result.
set -euo pipefail
if [ $# -ne 3 ]; then
    echo "usage: $0 SLUG INPUT_DIR OUTPUT_DIR" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
grader=${GRADER:-$here/../../../.venv/bin/grader}
if [ ! -x "$grader" ]; then grader=grader; fi
exec "$grader" exercism --sandbox "${GRADER_SANDBOX:-auto}" -- "$1" "$2" "$3"
