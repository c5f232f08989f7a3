"""The cages as what a test runs in; it says why where one cannot be had."""

from __future__ import annotations

import os
import sys

import pytest

from grader.sandbox.bwrap import Bwrap
from grader.sandbox.bwrap import why_not as no_bwrap
from grader.sandbox.process import Process
from grader.sandbox.uid import Uid
from grader.sandbox.uid import why_not as no_uid
from grader.worker.cell import PROCESSORS

linux = pytest.mark.skipif(sys.platform != "linux", reason="a worker's own walls and /proc are Linux's")
filtered = pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in PROCESSORS,
    reason="no filter is known for this processor",
)
behind_bwrap = pytest.mark.skipif(bool(no_bwrap()), reason=no_bwrap() or "bubblewrap works")
behind_uid = pytest.mark.skipif(bool(no_uid()), reason=no_uid() or "another user can be had")
every_cage = pytest.mark.parametrize(
    "cage",
    [Process(), pytest.param(Bwrap(), marks=behind_bwrap), pytest.param(Uid(), marks=behind_uid)],
    ids=lambda cage: type(cage).__name__,
)
