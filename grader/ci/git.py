"""A repository's objects, read where they lie: nothing is checked out, and nothing of a commit is run.

No hook, filter, attribute, submodule or replacement has a say in what these commands print.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import MachineError, UsageError
from grader.printable import printable
from grader.processes import program

SAFE = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "submodule.recurse=false",
)
SURROUNDINGS = {
    # A repository may say that a file lies elsewhere, and which program brings it.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
SECONDS = 60
ENTRY = re.compile(rb"(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)
KINDS = {"120000": "a link", "160000": "a submodule", "040000": "a folder"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a commit has under a name.

    kind: "a file", or what it is instead.
    size: of a file, in bytes; else 0.
    """

    kind: str
    object: str
    size: int


def commit(repository: Path, name: str) -> str:
    """The full name of a commit; raises UsageError where there is none of that name."""
    found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        raise UsageError(
            f"there is no commit {printable(name)} in {repository}", "fetch it: git fetch origin COMMIT"
        )
    return found.decode("ascii").strip()


def committed_at(repository: Path, head: str) -> datetime | None:
    """When a commit says that it was made."""
    found = _git(repository, "rev-list", "--max-count=1", "--timestamp", head)
    try:
        return None if found is None else datetime.fromtimestamp(int(found.split()[0]), UTC)
    except (ValueError, OverflowError, OSError):
        return None  # it may say what it likes


def origin(repository: Path, base: str, head: str) -> str:
    """Where a head's history left the base's; the base itself where that is not known."""
    found = _git(repository, "merge-base", base, head)
    return base if found is None else found.decode("ascii").split()[0]


def changed(repository: Path, base: str, head: str) -> list[str]:
    """The paths that differ between two commits, as they are printed."""
    found = _git(
        repository,
        *("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv"),
        *("--ignore-submodules=none", base, head),
    )
    if found is None:
        raise UsageError(f"{base} and {head} cannot be compared", "fetch both of them with their files")
    return [path.decode("utf-8", "backslashreplace") for path in found.split(b"\0") if path]


def entries(repository: Path, where: str) -> dict[str, Entry]:
    """What a commit, or one of its folders, holds by name; nothing where there is no such folder.

    where: "COMMIT" or "COMMIT:folder".
    """
    listed = _git(repository, "ls-tree", "-z", "--long", "--end-of-options", where)
    return dict(_entries(listed or b""))


def _entries(listed: bytes) -> Iterator[tuple[str, Entry]]:
    for line in listed.split(b"\0"):
        if found := ENTRY.fullmatch(line):
            mode, _, name_of_object, size, name = found.groups()
            kind = KINDS.get(mode.decode(), "a file")
            entry = Entry(kind, name_of_object.decode(), int(size) if size.isdigit() else 0)
            yield name.decode("utf-8", "backslashreplace"), entry


def content(repository: Path, entry: Entry) -> bytes:
    """The bytes of a file, as they were committed; raises ValueError, in words, where they are not there."""
    found = _git(repository, "cat-file", "blob", entry.object)
    if found is None:
        raise ValueError("it was not fetched")
    return found


def _git(repository: Path, *arguments: str) -> bytes | None:
    """What a command printed; None where it failed."""
    found = program("git")
    if found is None:
        raise MachineError("git is not installed", "install git")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        run = subprocess.run(
            [found, "-C", str(repository), *SAFE, *arguments],
            env=kept | SURROUNDINGS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise MachineError(f"git took longer than {SECONDS} seconds", "try again") from None
    if b"not a git repository" in run.stderr or b"dubious ownership" in run.stderr:
        raise UsageError(f"{repository} is no git repository of yours", "give its folder: --repo DIR")
    return None if run.returncode else run.stdout
