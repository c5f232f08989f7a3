#!/usr/bin/env bash
# The environment, where the cache brought none.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv="$HOME/.cache/nanograd/venv"
if [ ! -e "$venv/ready" ]; then
  python -I -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -c constraints.txt -e .
  touch "$venv/ready"
fi
