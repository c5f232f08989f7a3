#!/usr/bin/env bash
# What the cached environment and the recorded cases depend on, as outputs.
set -euo pipefail
cd "$(dirname "$0")/../.."

environment=$(cat constraints.txt pyproject.toml | sha256sum | cut -c 1-16)
course=$(find grader tests/properties \( -name '*.py' -o -name '*.jsonl' \) -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c 1-16)
printf 'environment=%s\ncourse=%s\nreport=%s\n' "$environment" "$course" "$RUNNER_TEMP/autograde" >> "$GITHUB_OUTPUT"
