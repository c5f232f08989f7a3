"""The processes that this one has started."""

import os
from pathlib import Path


def family():
    """The processes that this one has started, theirs included, with every thread counted as one."""
    threads = [(int(stat.parent.name), *parent(stat)) for stat in Path("/proc").glob("[0-9]*/task/*/stat")]
    found, new = [], {os.getpid()}
    while new:
        members = [(thread, process) for thread, process, above in threads if above in new]
        new = {process for _, process in members}
        found += members
    return sorted(found)


def parent(stat):
    """A thread's process and the process above it."""
    process = int(stat.parts[2])
    try:
        return process, int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return process, 0
