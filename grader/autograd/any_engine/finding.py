"""Finds an implementation: a file, a folder, an archive or a repository."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from grader.course.course import Course
from grader.errors import UsageError, refuse_of_machine
from grader.printable import printable
from grader.sandbox.cage import Package, package_here
from grader.submission.choice import said_by
from grader.submission.commit import Entry, commit, entries
from grader.submission.commit import content as blob_content
from grader.submission.hand_in import leftover, without_ending
from grader.submission.submission import (
    LARGEST,
    MOST_FILES,
    AnyShape,
    Submission,
    content,
    has_exercise_cells,
    script,
    text,
)

DEEPEST = 6
MOST_SEEN = 20_000
IN_ALL = 4 << 20
LONGEST_NAME = 100
# Files of these names alone say nothing: engines of other shapes have a neuron.py and a layer.py as well.
# A file that is called add.py or backward.py is an exercise of this course.
PLAIN = ("neuron", "layer", "mlp")
SKIPPED = ("node_modules", "site-packages", "venv", "env", "build", "dist")
# An engine is a class: what stands at the margin may as well be the exercise of that name.
ENGINE = re.compile(r"def __(?:add|mul|pow)__|__add__ =|^[ \t]+def (?:relu|backward|backprop)", re.MULTILINE)
NUMPY = re.compile(r"\bnumpy\b")
OPERATIONS = ("add", "mul", "pow", "relu", "backward")
Reader = Callable[[], bytes]


def is_foreign(path: Path, course: Course) -> bool:
    """Whether it is graded as it is, because its files are not named after the exercises."""
    if str(path).startswith("file:/"):
        return True
    if path.is_file():
        return path.suffix in (".py", ".ipynb") or without_ending(path.name) is not None
    if not path.is_dir() or _named_so(path / "exercises") & set(course.names):
        return False
    names = _named_so(path)
    ours = names & set(course.names)
    if not ours:
        return next(_in_folder(path), None) is not None
    return ours <= set(PLAIN) and any(_defines(path / f"{name}.py") for name in names - ours)


def _named_so(folder: Path) -> set[str]:
    """The names of the Python files right in a folder, without their ending."""
    try:
        return {name.removesuffix(".py") for name in os.listdir(folder) if name.endswith(".py")}
    except OSError:
        return set()


def _defines(file: Path) -> bool:
    try:
        data = content(file)
    except (OSError, ValueError):
        return False
    return ENGINE.search(data.decode("utf-8", "replace")) is not None


def package_for(submission: Submission) -> Package | None:
    """NumPy, where the code names it and it is installed."""
    return package_here("numpy") if any(map(NUMPY.search, submission.sources.values())) else None


class AnyLayout:
    """Hand-ins that are implementations in shapes of their own; see hand_in.Layout."""

    def fits(self, path: Path) -> bool:
        """Whether a file defines an operation on numbers, as an engine does."""
        return _defines(path)

    def besides(self, submission: Submission) -> str:
        """What its outcomes depend on besides."""
        package = package_for(submission)
        return f"{package.name} {package.version}" if package else ""

    def rather(self, submission: Submission) -> bool:
        """Whether no operation has a file of its name, as where a network happens to be in such files."""
        taken = submission.taken
        return not any(
            said_by(taken.get(name, name), OPERATIONS) for name in submission.sources if name in OPERATIONS
        )

    def read(self, path: Path, title: str) -> Submission | None:
        """The implementation there; None where nothing in it is an engine."""
        try:
            found = read(path, AnyShape())
        except UsageError:
            return None
        return replace(found, name=title) if any(map(ENGINE.search, found.sources.values())) else None


def read(path: Path, asked: AnyShape) -> Submission:
    """The implementation at a path: a file, a folder, or a zip or tar archive.

    Raises UsageError where it cannot be read, or holds no Python file.
    """
    try:
        if path.is_file():
            files = dict(_archived(path)) if without_ending(path.name) else {path.name: _reader(path)}
        else:
            files = dict(_in_folder(path))
    except OSError as error:
        raise UsageError(
            f"{printable(str(path))} cannot be read: {error.strerror}", "check its permissions"
        ) from None
    return gathered(printable(path.resolve().name), files, asked)


def gathered(title: str, files: dict[str, Reader], asked: AnyShape) -> Submission:
    """A submission of those Python files; raises UsageError where there are none, or too many."""
    order = sorted(files, key=lambda name: (name.count("/"), name))
    python = [name for name in order if name.endswith(".py")]
    notebooks = [name for name in order if not name.endswith(".py")]
    found = _sources(title, {name: files[name] for name in python}, asked)
    if notebooks and not any(map(ENGINE.search, found.sources.values())):
        # An engine that is in no script may be in a notebook.
        found = _sources(title, {name: files[name] for name in (*python, *notebooks)}, asked)
    if not found.sources and not found.unreadable:
        raise UsageError(f"{title} holds no Python file", "give a .py file, or the folder with it")
    return found


def _sources(title: str, files: dict[str, Reader], asked: AnyShape) -> Submission:
    """A submission of all these files; a notebook keeps its ending, and is read as what its cells define."""
    sources: dict[str, str] = {}
    unreadable, left = {}, IN_ALL
    for name, data in files.items():
        stem = name.removesuffix(".py")
        try:
            source = text(name, data()) if stem != name else _script(name, data())
        except ValueError as error:
            unreadable[stem] = str(error)
            continue
        except OSError as error:
            refuse_of_machine(error)
            unreadable[stem] = f"{name} cannot be read: {error.strerror}"
            continue
        # Of very many files, those count that look like an engine.
        if len(sources) >= MOST_FILES and ENGINE.search(source) is None:
            continue
        left -= len(source)
        if left < 0:
            raise UsageError(
                f"{title} holds more than {IN_ALL >> 20} MiB of Python", "give the folder of the engine alone"
            )
        sources[stem] = source
    return Submission(title, sources, unreadable, asked)


def _script(name: str, data: bytes) -> str:
    """What a notebook's cells hold; nothing where some are exercises of a course, each for itself."""
    return "" if has_exercise_cells(name, data) else script(name, data)


class Listed(NamedTuple):
    """What a folder holds under a name; read gives a file's content, and is None for all that is no file."""

    name: str
    is_folder: bool
    read: Reader | None


def _walked(where: Path, listed: Callable[[str], Iterable[Listed]]) -> Iterator[tuple[str, Reader]]:
    """The Python files of a tree by their paths, those further up first.

    where: for people. listed: what is right in a folder, given by its path with a slash at the end.
    """
    seen, todo = 0, [""]
    while todo:
        folder = todo.pop(0)
        for found in sorted(listed(folder), key=lambda found: found.name):
            seen += 1
            if seen > MOST_SEEN:
                raise UsageError(
                    f"{where} holds more than {MOST_SEEN:,} files", "give the folder of the engine alone"
                )
            if skipped(found.name):
                continue
            if found.is_folder and folder.count("/") < DEEPEST:
                todo.append(f"{folder}{found.name}/")
            elif found.read is not None and found.name.endswith((".py", ".ipynb")):
                yield f"{folder}{found.name}", found.read


def _in_folder(folder: Path) -> Iterator[tuple[str, Reader]]:
    """The Python files below a folder, links left out."""

    def listed(below: str) -> Iterator[Listed]:
        with os.scandir(folder / below) as entries:
            for entry in entries:
                is_file = entry.is_file(follow_symlinks=False)
                read = _reader(Path(entry.path)) if is_file else None
                yield Listed(entry.name, entry.is_dir(follow_symlinks=False), read)

    return _walked(folder, listed)


def _in_commit(repository: Path, head: str) -> Iterator[tuple[str, Reader]]:
    """The Python files of a commit, links and submodules left out."""

    def listed(below: str) -> Iterator[Listed]:
        for name, entry in entries(repository, f"{head}:{below}").items():
            read = _blob_reader(repository, entry, name) if entry.kind == "a file" else None
            yield Listed(name, entry.kind == "a folder", read)

    return _walked(repository, listed)


def _reader(path: Path) -> Reader:
    return lambda: content(path)


def _archived(path: Path) -> Iterator[tuple[str, Reader]]:
    """The Python files of an archive by their paths, without the one folder that may be around everything."""
    # Imported here, for it takes a while: whoever grades a folder does not wait for it.
    from grader.submission.archive import Kind, Refused, in_words, members
    from grader.submission.tree import LIMITS, safe_path

    found: dict[str, bytes] = {}
    with path.open("rb") as file, in_words(printable(path.name)):
        for member in members(file, LIMITS):
            try:
                parts = safe_path(member.name)
            except Refused:
                continue
            python = parts[-1].endswith((".py", ".ipynb")) and member.kind is Kind.FILE
            if python and not any(map(skipped, parts)):
                found["/".join(parts)] = member.read(LARGEST + 1)
    roots = {name.partition("/")[0] for name in found if "/" in name}
    around = f"{roots.pop()}/" if len(roots) == 1 and all("/" in name for name in found) else ""
    for name, data in found.items():
        yield name.removeprefix(around), _given(data)


def _given(data: bytes) -> Reader:
    return lambda: data


def skipped(name: str) -> bool:
    """Whether nothing of that name is looked at: other programs' leftovers, and what cannot be shown."""
    return leftover(name) or name in SKIPPED or not name.isprintable() or len(name) > LONGEST_NAME


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
    files = dict(_in_commit(folder, head))
    return gathered(printable(folder.name.removesuffix(".git")), files, asked)


def _blob_reader(folder: Path, entry: Entry, name: str) -> Reader:
    def read() -> bytes:
        return blob_content(folder, entry, name)

    return read
