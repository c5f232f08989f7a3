"""Which file of a hand-in is taken for which exercise: what files define decides, whatever they are called.

What is missing is looked for among what is there: in other folders, under names that are near, and at last in
all that may be Python. Where only one file can be meant it is taken, and that is told; else nothing is.
"""

from __future__ import annotations

import ast
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from grader.course.course import NO_TREE, tree_of, untouched
from grader.errors import UsageError
from grader.printable import printable, shortened
from grader.submission.submission import (
    NOTEBOOK,
    FolderPath,
    Submission,
    Wanted,
    allowed,
    defines,
    exercise_cells,
    gather,
    program,
)

# Gives a file's content, or no more than LARGEST + 1 bytes of it; raises OSError, or ValueError whose text
# says why the file is refused.
Reader = Callable[[], bytes]
Files = Mapping[FolderPath, Reader]
# Where two folders are equally deep: what a course's own folder of exercises is called.
USUAL = "exercises"
COURSE = "course.toml"
NEXT = "hand in the folder that holds the exercise files"
LONGEST_SHOWN = 100  # characters of a path: an archive may have any
MOST_LOOKED_AT = 500  # files of which not even the name says anything
MOST_OPENED = 50  # files, to see what kind they are
NAMED = 3  # of the files that are there instead
# Endings of what may be Python, or what a program has made of it; a name without any may be, too.
TEXTS = (NOTEBOOK, ".bak", ".old", ".orig", ".text", ".txt")


class NoExercise(UsageError):
    """A hand-in has none of the wanted files.

    unclear: by exercise, why what may be meant for it was not taken.
    """

    def __init__(self, what: str, next_step: str, unclear: Mapping[str, str] | None = None) -> None:
        super().__init__(what, next_step)
        self.unclear = unclear or {}


def chosen(
    files: Files,
    wanted: Wanted,
    where: str,
    title: str,
    home: FolderPath | None = None,
    closed: Mapping[FolderPath, str] | None = None,
) -> Submission | None:
    """The submission among files; None where none of them is one of the exercises, or may be meant for one.

    where: the files' folder, for people. title: what the submission is called.
    home: the folder that counts, where it holds an exercise; None to have it found.
    closed: archives that may hold what is missing, and why they were not opened.
    Raises UsageError where some may be meant, and none of them plainly is.
    """
    choice = _Choice(files, wanted, home, where, closed or {})
    for name in wanted.names:
        choice.settle(name)
    return choice.submission(title)


class _Choice:
    """Decides for each exercise which of many files is taken.

    What a file defines decides, found out without running it; what it is called only says where to look.
    """

    def __init__(
        self,
        files: Files,
        wanted: Wanted,
        home: FolderPath | None,
        where: str,
        closed: Mapping[FolderPath, str],
    ) -> None:
        self._wanted, self._where, self._closed = wanted, where, closed
        own = _courses_own(files, wanted)
        self._files = _with_cells({p: read for p, read in files.items() if not own(p)}, wanted)
        self._texts: dict[FolderPath, str | None] = {}
        self._states: dict[tuple[FolderPath, str], str] = {}
        self._why: dict[FolderPath, str] = {}
        self._remarks: dict[FolderPath, str] = {}
        self._exact: dict[str, list[FolderPath]] = {name: [] for name in wanted.names}
        self._alike: dict[str, list[FolderPath]] = {name: [] for name in wanted.names}
        for path in sorted(self._files, key=lambda path: (len(path), path)):
            if (name := wanted.files.get(path[-1])) is not None:
                self._exact[name].append(path)
            elif wanted.defines:
                for name in said_by(path[-1], wanted.names):
                    self._alike[name].append(path)
        self._given = home is not None and any(p[:-1] == home for each in self._exact.values() for p in each)
        self.home = home if self._given else self._found_home()
        self.taken: dict[str, FolderPath] = {}
        self.beside: dict[str, tuple[str, ...]] = {}
        self.unclear: dict[str, str] = {}
        self._perhaps: dict[str, str] = {}
        self._two_places: list[tuple[FolderPath, FolderPath]] = []

    def _found_home(self) -> FolderPath | None:
        """The folder with most of the exercises in it, begun and not only handed out.

        Of several the one that is the least deep counts, and of these the one that is called as the course's
        own; None where there is none.
        """
        holders: dict[FolderPath, int] = {}
        for name, paths in self._exact.items():
            for path in paths:
                holders.setdefault(path[:-1], 0)
                # Where there is but one folder, nothing has to be read to choose it.
                if self._wanted.defines and len(paths) > 1:
                    holders[path[:-1]] += self._state(path, name) == "right"
                elif self._wanted.defines:
                    holders[path[:-1]] += 1
        if not holders:
            return None
        order = sorted(holders, key=lambda p: (-holders[p], len(p), p[-1:] != (USUAL,), p))
        if not self._wanted.defines:
            least = [path for path in order if len(path) == len(order[0])]
            return one(least, self._where)
        return order[0]

    def settle(self, name: str) -> None:
        """Find what is taken for an exercise, or why nothing is."""
        own = None if self.home is None else (*self.home, f"{name}.py")
        own = own if own in self._files else None
        if not self._wanted.defines:
            return
        state = self._state(own, name)
        named = [path for path in (*self._exact[name], *self._alike[name]) if path != own][:MOST_LOOKED_AT]
        # In a file that is called as another exercise, it may be a helper of that one.
        others = [path for path in self._others if path[-1] not in self._wanted.files and path not in named]
        found = self._candidates([*named, *others], name)
        if state == "right":
            assert own is not None
            if found:
                found.pop(self._even(own), None)
            self._compare(name, own, [path for paths in found.values() for path in paths])
            return
        if not found and state != "stub":
            found = self._candidates(self._others, name)
        paths = [each[0] for each in found.values()]
        if len(paths) == 1 and paths[0][-1] == f"{name}.py" and self._shut:
            files = f"{shown(paths[0])} may be a copy of what {' and '.join(map(shown, self._shut))} has"
            self.unclear[name] = f"{name}.py is not where the others are; {files}, which is not read"
        elif len(paths) == 1 and self._wanted.guess:
            self.taken[name] = paths[0]
        elif paths:
            self.unclear[name] = self._which(name, state, paths)
        elif state == "missing" and (reason := self._near(name, named)):
            self.unclear[name] = reason
        elif state == "odd" and own is not None and not (self._text(own) or "").strip():
            self.unclear[name] = f"{name}.py is empty"
        elif state == "missing" and self._unopened:
            self._perhaps[name] = f"{name}.py is not there, and {self._unopened}"

    def _compare(self, name: str, own: FolderPath, others: Sequence[FolderPath]) -> None:
        """Whether a file that has the right name and place is the one that counts, too."""
        for path in others:
            deeper, usual = len(path) > len(own), own[-2:-1] == (USUAL,) != path[-2:-1]
            if path[-1] == own[-1] and not (self._given or deeper or usual):
                files = f"{shown(own)} and {shown(path)}"
                self.unclear[name] = f"there are two files {own[-1]}, {files}, and they differ"
                self._two_places.append((own[:-1], path[:-1]))
                return
        if others or self._shut:
            self.beside[name] = tuple(map(shown, (*others, *self._shut)))

    @cached_property
    def _shut(self) -> tuple[FolderPath, ...]:
        """What may hold any exercise, and is not looked into."""
        return (*self._closed, *(path for path in self._files if packed(path[-1], bytes)))

    def _which(self, name: str, state: str, paths: Sequence[FolderPath]) -> str:
        what = {"missing": "is not there", "stub": "is still the stub"}.get(state, "does not define it")
        files, defines = " and ".join(map(shown, paths)), self._wanted.defines[name]
        if len(paths) > 1:
            return f"{name}.py {what}; {files} define {defines}, and nothing says which of them counts"
        return (
            f"{name}.py {what}; {files} defines {defines}, but in this course only a file of the right name "
            "and in the right place counts"
        )

    def _near(self, name: str, named: Sequence[FolderPath]) -> str:
        """What is told of an exercise that is not there where something may be meant for it; else nothing."""
        for path in named:
            state = self._state(path, name)
            if state == "unreadable":
                return f"{name}.py is not there, and {shown(path)} may be meant: {self._why[path]}"
            if state == "odd":
                defines = self._wanted.defines[name]
                return f"{name}.py is not there, and {shown(path)} does not define {defines}"
        return ""

    @cached_property
    def _unopened(self) -> str:
        """What is said of a file that cannot be opened and may hold anything; nothing where none is there."""
        return next(iter(self._closed.values()), "") or unopened(self._files)

    @cached_property
    def _others(self) -> list[FolderPath]:
        """All files that may be Python, those that are no other exercise first."""
        others = [path for path in self._files if likely(path[-1])]
        others.sort(key=lambda path: (path[-1] in self._wanted.files, len(path), path))
        return others[:MOST_LOOKED_AT]

    def _even(self, path: FolderPath) -> str:
        """What a file says, whatever its lines end with and its comments are."""
        text = self._texts[path] or ""
        with suppress(*NO_TREE):
            return ast.dump(tree_of(text))
        return "\n".join(line.rstrip() for line in text.splitlines()).strip()

    def _candidates(self, paths: Iterable[FolderPath], name: str) -> dict[str, list[FolderPath]]:
        """Those that define an exercise and are more than the stub, by what they say."""
        found: dict[str, list[FolderPath]] = {}
        for path in paths:
            if self._state(path, name) == "right":
                found.setdefault(self._even(path), []).append(path)
        return found

    def _state(self, path: FolderPath | None, name: str) -> str:
        """What a file is as an exercise: missing, unreadable, odd, stub or right."""
        if path is None:
            return "missing"
        text = self._text(path)
        if text is None:
            return "unreadable"
        if (path, name) not in self._states:
            odd = not defines(text, self._wanted.defines[name])
            stub = not odd and untouched(text, self._wanted.stub(name))
            self._states[path, name] = "odd" if odd else "stub" if stub else "right"
        return self._states[path, name]

    def _text(self, path: FolderPath) -> str | None:
        if path not in self._texts:
            name = printable(path[-1])
            self._texts[path] = None
            try:
                self._texts[path], remark = program(path[-1], name, self._files[path]())
            except ValueError as error:
                self._why[path] = str(error)
            except OSError as error:
                self._why[path] = f"{name} cannot be read: {error.strerror}"
            else:
                self._remarks[path] = remark
        return self._texts[path]

    def submission(self, title: str) -> Submission | None:
        """What was chosen, with the other Python files of the exercises' folder."""
        home = self.home
        if home is None and self.taken:
            home = Counter(path[:-1] for path in self.taken.values()).most_common(1)[0][0]
        left = {f"{name}.py" for name in (*self.taken, *self.unclear)}
        names = [path[-1] for path in self._files if path[:-1] == home and path[-1] not in left]
        found = gather(title, names, self._wanted, lambda name: self._files[(*(home or ()), name)]())
        if not self.taken and not {*found.sources, *found.unreadable} & {*self._wanted.names}:
            if self._two_places:
                raise UsageError(self._told(), NEXT)
            if self.unclear:
                raise NoExercise(self._told(), NEXT, self.unclear)
            return None
        remarks = {name: self._remarks[path] for name, path in self.taken.items() if self._remarks[path]}
        own = {name: (*(home or ()), f"{name}.py") for name in self._wanted.names}
        there = {name: path for name, path in own.items() if name in {*found.sources, *found.unreadable}}
        return replace(
            found,
            sources={**found.sources, **{name: self._texts[path] or "" for name, path in self.taken.items()}},
            taken={name: shown(path) for name, path in self.taken.items()},
            beside=self.beside,
            unclear=self.unclear | self._perhaps,
            remarks={**found.remarks, **remarks},
            home=home or (),
            places=there | self.taken,
        )

    def _told(self) -> str:
        """Why nothing at all can be graded."""
        if len(self._two_places) == len(self.unclear):
            first, second = self._two_places[0]
            return f"{self._where} has the exercises in two places, {shown(first)} and {shown(second)}"
        (_, reason), *others = self.unclear.items()
        more = f"; nor is it plain for {', '.join(name for name, _ in others)}" if others else ""
        return f"{self._where}: {reason}{more}"


def one(holders: Sequence[FolderPath], where: str) -> FolderPath:
    """The one folder that counts among equally deep ones; raises UsageError where that is open."""
    usual = [path for path in holders if path[-1:] == (USUAL,)]
    for choice in (holders, usual):
        if len(choice) == 1:
            return choice[0]
    first, second = map(shown, holders[:2])
    raise UsageError(f"{where} has the exercises in two places, {first} and {second}", NEXT)


def shown(path: FolderPath) -> str:
    """A path for people."""
    return shortened("/".join(path), LONGEST_SHOWN)


WORDS = re.compile(r"[^\W\d_]+")
CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _with_cells(files: Files, wanted: Wanted) -> dict[FolderPath, Reader]:
    """The files, where those exercises of a notebook stand in its place that are cells of their own."""
    found: dict[FolderPath, Reader] = {}
    for path, read in files.items():
        cells: dict[str, str] = {}
        if wanted.guess and wanted.defines and path[-1].lower().endswith(NOTEBOOK):
            with suppress(OSError, ValueError):
                cells = exercise_cells(path[-1], read(), wanted)
        for name, text in cells.items():
            found[*path[:-1], f"{path[-1]} %%exercise {name}.py"] = text.encode
        if not cells:
            found[path] = read
    return found


def said_by(file: str, names: Iterable[str]) -> list[str]:
    """The exercises whose names are in a file's name as words, in whatever case."""
    plain = unicodedata.normalize("NFKC", file)
    words = {word.casefold() for pattern in (WORDS, CAMEL) for word in pattern.findall(plain)}
    parts = re.split(r"[^a-z0-9]+", plain.casefold())
    return [name for name in names if name.casefold() in words or name.casefold() in parts]


def likely(file: str) -> bool:
    """Whether it is worth looking into a file of that name for an exercise that is missing."""
    lower = file.lower()
    return ".py" in lower or lower.endswith(TEXTS) or "." not in lower.lstrip(".")


# What an archive that is not read begins with, and what it is called for people.
PACKED = (
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "packed by Zstandard"),
)
ENDINGS = {".rar": "a RAR archive", ".7z": "a 7-Zip archive", ".zst": "packed by Zstandard"}


def unopened(files: Files) -> str:
    """What is said of the first file that is an archive of a kind that is not read; nothing where none is."""
    others = [(path, read) for path, read in files.items() if not path[-1].endswith(".py")]
    # What it is called is asked of all; what it begins with, of so many that this takes no time.
    for path, read in (*((path, bytes) for path, _ in others), *others[:MOST_OPENED]):
        if kind := packed(path[-1], read):
            return f"{shown(path)} is {kind}, which is not read: hand in a zip"
    return ""


def packed(file: str, read: Reader) -> str:
    """Which kind of archive that is not read a file is, for people; nothing for any other."""
    kinds = [kind for ending, kind in ENDINGS.items() if file.lower().endswith(ending)]
    with suppress(OSError, ValueError):
        begins = read()[:8]
        kinds += [kind for magic, kind in PACKED if begins.startswith(magic)]
    return next(iter(kinds), "")


def defines_any(file: str, read: Reader, wanted: Wanted) -> bool:
    """Whether a file by itself defines any of the exercises."""
    try:
        found, _ = program(file, file, read())
    except (OSError, ValueError):
        return False
    return any(defines(found, name) for name in wanted.defines.values())


def instead(files: Files) -> str:
    """What there is where nothing is that was looked for, to go on with after that was said."""
    if said := unopened(files):
        return f"; {said}"
    if any(allowed(path[-1]) for path in files):
        return ""
    names = [shown(path) for path in sorted(files, key=lambda path: (len(path), path))]
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return f"; there are {', '.join(names[:NAMED])}{more}" if names else ""


def _courses_own(files: Files, wanted: Wanted) -> Callable[[FolderPath], bool]:
    """Whether a file is the course's own, as in a hand-in of the whole project: its grader, its tests.

    What lies beside a course.toml, in folders that this course has besides that of the exercises, is nobody's
    work, however much it looks like some.
    """
    roots = [path[:-1] for path in files if path[-1] == COURSE]
    if not roots or wanted.own is None:
        return lambda _: False
    with suppress(OSError):
        theirs = {entry.name for entry in os.scandir(wanted.own) if entry.is_dir()} - {USUAL}
        return lambda path: any(
            path[: len(root)] == root and len(path) > len(root) + 1 and path[len(root)] in theirs
            for root in roots
        )
    return lambda _: False
