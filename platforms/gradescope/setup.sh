#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image from the archive.
set -euo pipefail
source=${AUTOGRADER_ROOT:-/autograder}/source
export DEBIAN_FRONTEND=noninteractive
# Given with make gradescope INDEX=…, for PyTorch's builds without GPU support.
if [ -f "$source/pip.conf" ]; then export PIP_CONFIG_FILE=$source/pip.conf; fi

python=
apt-get update -qq
for version in 3.13 3.12 3.11; do
    if apt-get install -y -qq --no-install-recommends "python$version" "python$version-venv" >/dev/null 2>&1
    then
        # The system's own interpreter: other users may run it, so the cage's user can.
        python=/usr/bin/python$version
        break
    fi
done
if [ -z "$python" ]; then
    echo "This image has no Python from 3.11 up: choose Ubuntu 22.04 or newer as the base image." >&2
    exit 1
fi

# The cases of seed 0 travel with the course; those of any other are drawn here, by what this file names: PyTorch,
# where it says what is right, and nothing where the course's own solutions do.
seed=$(cat "$source/seed")
drawing=()
if [ -f "$source/drawing.txt" ]; then drawing=(-r "$source/drawing.txt"); fi

"$python" -I -m venv "$source/.venv"
"$source/.venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
    -c "$source/project/constraints.txt" -e "$source/project" "${drawing[@]}"

# What would otherwise be done for the first student, while the clock runs.
export XDG_CACHE_HOME=$source/.cache
"$source/.venv/bin/python" -I "$source/project/grader/start.py" \
    grader --course "$source/project" warm --seed "$seed"

# Submissions run as another user, behind walls of their own; this is one more.
chmod -R go-rwx "$source"
