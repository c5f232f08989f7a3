#!/usr/bin/env bash
# The sdist and the wheel of the last commit, into build/dist: the same bytes each time. PYTHON names a Python that
# has setuptools; nothing is downloaded.
set -euo pipefail
cd "$(dirname "$0")/../.."

python=${PYTHON:-python3}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

hook='import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])'
backend() {
  "$python" -I -c "$hook" "$1" "$place/dist" > "$place/log" 2>&1 || { cat "$place/log" >&2; return 1; }
}

# Of the commit, so that nothing that lies around comes in; the wheel of nothing but the sdist.
mkdir "$place/tree" "$place/unpacked" "$place/dist"
git archive HEAD | tar -x -C "$place/tree"
(cd "$place/tree" && backend build_sdist)
tar -xzf "$place"/dist/*.tar.gz --strip-components 1 -C "$place/unpacked"
(cd "$place/unpacked" && backend build_wheel)

rm -rf build/dist
mkdir -p build
mv "$place/dist" build/dist
(cd build/dist && sha256sum -- *)
