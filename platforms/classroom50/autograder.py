#!/usr/bin/env python3
"""Classroom 50's autograder of an assignment: its runner starts this in the student's checkout.

Beside it in the bundle lies the course as a wheel (make dist); without one, nanograd-course comes from the
package index. What is graded is the commit, by the course's own grader and properties; nothing of the
checkout is run outside a sandbox. result.json comes into the current folder. The exit status is 0 whatever
the result, and not 0 where there could be none: then the runner says that the autograder itself is broken.

GRADER: a grader that is installed already, in place of one that is installed here.
GRADER_SANDBOX: as grader ci --sandbox has it; auto, where nothing is said.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RESULT = "result.json"
NEEDED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG")


def main() -> int:
    """Grade the commit that is checked out."""
    if missing := [name for name in NEEDED if not os.environ.get(name)]:
        print(f"Classroom 50's runner did not say: {', '.join(missing)}", file=sys.stderr)
        return 2
    Path(RESULT).unlink(missing_ok=True)  # one that was committed is nobody's mark
    with tempfile.TemporaryDirectory() as folder:
        grader = os.environ.get("GRADER") or installed(Path(folder))
        if grader is None:
            return 2
        sandbox()
        out = Path(folder) / "out"
        # Exit status 1 says that something did not pass, which is a result like any other.
        command = [
            grader,
            "ci",
            "--repo",
            str(Path.cwd()),
            "--head",
            "HEAD",
            "--out",
            str(out),
            "--everything",
        ]
        status = subprocess.run(command, cwd=folder, check=False).returncode
        if status not in (0, 1):
            return status
        if (out / RESULT).is_file():
            shutil.copyfile(out / RESULT, RESULT)
        else:
            print("No result is written before students may see one.", file=sys.stderr)
    return 0


def installed(folder: Path) -> str | None:
    """The grader's command, in an environment of its own; None where it cannot be installed."""
    here = Path(os.environ.get("CLASSROOM50_BUNDLE_DIR") or Path(__file__).parent)
    course = [str(wheel) for wheel in sorted(here.glob("*.whl"))] or ["nanograd-course"]
    venv = folder / "venv"
    steps = (
        [sys.executable, "-I", "-m", "venv", str(venv)],
        [str(venv / "bin" / "pip"), "install", "--quiet", *course],
    )
    if any(subprocess.run(step, cwd=folder, check=False).returncode for step in steps):
        print("the course could not be installed", file=sys.stderr)
        return None
    return str(venv / "bin" / "grader")


def sandbox() -> None:
    """Let bubblewrap work, where the machine is thrown away: on Ubuntu only root makes user namespaces."""
    key = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
    if os.environ.get("GITHUB_ACTIONS") == "true" and key.is_file() and (sudo := shutil.which("sudo")):
        subprocess.run([sudo, "-n", "sysctl", "-qw", f"kernel.{key.name}=0"], check=False)


if __name__ == "__main__":
    raise SystemExit(main())
