"""Builds the documentation site: python -m docs.make [FOLDER] leaves it in FOLDER/site (default: build)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from docs.make.staging import ROOT, stage
from grader.machine.files import replaced

# With it a page that was opened from a folder can be searched. The builder would have it from elsewhere.
SHIM, OURS = re.compile(r'(?<=src=")[^"]*/iframe-worker/shim(?=")'), "vendor/iframe-worker.js"


def build(to: Path, desks: bool = False) -> int:
    """Build the site strictly, so that any warning fails; gives the builder's exit status.

    desks: with places for what docs/make/browser.py builds.
    """
    to.mkdir(parents=True, exist_ok=True)
    config = stage(to, desks)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "--config-file", str(config)]
    status = subprocess.run(command, check=False).returncode
    if status == 0:
        alone(to / "site")
    return status


def alone(site: Path) -> None:
    """Have every page take the script from the site itself."""
    for page in site.rglob("*.html"):
        ours = Path(os.path.relpath(site / OURS, page.parent)).as_posix()
        replaced(page, SHIM.sub(ours, page.read_text("utf-8")).encode())


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"))
