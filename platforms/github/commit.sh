#!/usr/bin/env bash
# The commit to grade, as objects only: nothing of it is checked out. From HEAD and TOKEN.
set -euo pipefail
cd "$GITHUB_WORKSPACE"

if ! git cat-file -e "$HEAD^{commit}" 2> /dev/null; then
  # In the surroundings, not in an argument, which every process can see.
  export GIT_CONFIG_COUNT=1
  export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
  GIT_CONFIG_VALUE_0="Authorization: Basic $(printf 'x-access-token:%s' "$TOKEN" | base64 --wrap 0)"
  export GIT_CONFIG_VALUE_0
  git -c core.hooksPath=/dev/null fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head origin "$HEAD"
fi
