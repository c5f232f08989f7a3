"""Brings a newer course over a student's work: what is theirs stays, what is ours is replaced.

Everything is decided before the first file is touched. An update that was cut short is taken up where it
ended by the next, because the manifest is replaced last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.course import GIVEN, Course
from grader.errors import CourseError
from grader.handout.contents import handout
from grader.handout.manifest import NAME, Manifest, digest, read_manifest
from grader.handout.placing import Seen, look, put, refuse_detours, remove, set_aside
from grader.sources import Sealed
from grader.stubs import cut, untouched
from grader.version import VERSION


class What(StrEnum):
    """What became of a file."""

    NEW = "new"
    REPLACED = "replaced"
    KEPT = "kept"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a project that was updated, or kept though it is not as it was released.

    path: its place in the project.
    yours: the place of the student's copy, where that was moved out of the way.
    outdated: kept, though the newer course has another stub.
    """

    path: Path
    what: What
    yours: Path | None = None
    outdated: bool = False

    def __str__(self) -> str:
        saved = f", yours saved as {self.yours.as_posix()}" if self.yours else ""
        other = ", though the newer course has another stub" if self.outdated else ""
        return f"{self.path.as_posix()}: {self.what}{saved}{other}"


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about a file.

    data: what is written there, if anything.
    aside: whether the student's copy is moved out of the way first.
    outdated: see Change.
    """

    place: Path
    what: What
    data: bytes | None = None
    aside: bool = False
    outdated: bool = False

    def taken(self, folder: Path) -> Change:
        yours = set_aside(folder / self.place).relative_to(folder) if self.aside else None
        if self.data is not None:
            put(folder / self.place, self.data)
        elif self.what is What.REMOVED and not self.aside:
            remove(folder, self.place)
        return Change(self.place, self.what, yours, self.outdated)


def update(course: Course, folder: Path) -> list[Change]:
    """Bring the course's present state over the released project in folder; what became of which file.

    Exercises that were worked on are KEPT, also when nothing else changes. Raises UsageError, before
    anything is changed, where folder is no released project or a link stands in the way.
    """
    released, files = read_manifest(folder), handout(course)
    steps = Plan(folder, released, files).steps()
    changes = [step.taken(folder) for step in steps]
    manifest = Manifest.of(files, course.title, VERSION)
    if manifest != released:
        put(folder / NAME, manifest.to_bytes())
    return changes


@dataclass(frozen=True)
class Plan:
    """A project as it is, as it was released, and as it is to be."""

    folder: Path
    released: Manifest
    files: Mapping[Path, bytes]

    def steps(self) -> list[Step]:
        """What is to be done, in the order of paths; nothing where a file is as it should be."""
        places = sorted({*self.files, *self.released.digests})
        for place in places:
            refuse_detours(self.folder, place)
        found = [self._step(place, look(self.folder / place)) for place in places]
        return [step for step in found if step is not None]

    def _step(self, place: Path, seen: Seen) -> Step | None:
        new = self.files.get(place)
        if seen == new:
            return None
        if new is None:
            return self._left_over(place, seen)
        if seen is None:
            return Step(place, What.NEW, new)
        if self._as_released(place, seen):
            return Step(place, What.REPLACED, new)
        # A comment in a stub may be somebody's plan: it is moved out of the way, not overwritten.
        renewed = digest(new) != self.released.digests.get(place)
        if not _of_the_student(place) or (renewed and self._only_a_stub(place, seen)):
            return Step(place, What.REPLACED, new, aside=True)
        return Step(place, What.KEPT, outdated=renewed)

    def _left_over(self, place: Path, seen: Seen) -> Step:
        """A file that the newer course has no more."""
        if self._as_released(place, seen):
            return Step(place, What.REMOVED)
        return Step(place, What.KEPT) if _of_the_student(place) else Step(place, What.REMOVED, aside=True)

    def _as_released(self, place: Path, seen: Seen) -> bool:
        return isinstance(seen, bytes) and digest(seen) == self.released.digests.get(place)

    def _only_a_stub(self, place: Path, seen: Seen) -> bool:
        """Whether a file says no more than the stub that was released."""
        try:
            old = cut(Sealed(self.folder).file(self.folder / "solutions" / place.name), place.stem)
            return isinstance(seen, bytes) and untouched(seen.decode("utf-8"), old)
        except (CourseError, UnicodeDecodeError):
            return False


def _of_the_student(place: Path) -> bool:
    """Whether a file of the release is there to be written in."""
    return place.parent == Path("exercises") and place.stem not in ("__init__", *GIVEN)
