"""An implementation that lies in a git repository of this machine: read as committed, never checked out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from grader.ci.git import Entry, commit, content, entries
from grader.errors import UsageError
from grader.foreign.finding import DEEPEST, MOST_SEEN, Reader, gathered, skipped
from grader.printable import printable
from grader.submission import LARGEST, AnyShape, Submission


def repository(path: Path) -> Path | None:
    """The folder of a repository that is given by an address, or is bare; else None."""
    said = str(path)
    if said.startswith("file:/"):
        return Path("/" + unquote(said.removeprefix("file:")).lstrip("/"))
    bare = path.is_dir() and (path / "HEAD").is_file() and (path / "objects").is_dir()
    return path if bare else None


def read_repository(folder: Path, asked: AnyShape) -> Submission:
    """What its last commit holds; raises UsageError where there is none, or no Python file in it."""
    if not folder.is_dir():
        raise UsageError(f"there is no repository {printable(str(folder))}", "check the address")
    head = commit(folder, "HEAD")
    files = dict(_files(folder, head))
    return gathered(printable(folder.name.removesuffix(".git")), files, asked)


def _files(folder: Path, head: str) -> Iterator[tuple[str, Reader]]:
    seen = 0
    todo = [""]
    while todo:
        prefix = todo.pop(0)
        for name, entry in sorted(entries(folder, f"{head}:{prefix}").items()):
            seen += 1
            if seen > MOST_SEEN:
                raise UsageError(
                    f"{folder} holds more than {MOST_SEEN:,} files", "give the folder of the engine"
                )
            if skipped(name):
                continue
            if entry.kind == "a folder" and prefix.count("/") < DEEPEST:
                todo.append(f"{prefix}{name}/")
            elif entry.kind == "a file" and name.endswith((".py", ".ipynb")):
                yield f"{prefix}{name}", _reader(folder, entry, name)


def _reader(folder: Path, entry: Entry, name: str) -> Reader:
    def read() -> bytes:
        if entry.size > LARGEST:
            raise ValueError(f"{name} is larger than {LARGEST >> 20} MiB")
        return content(folder, entry)

    return read
