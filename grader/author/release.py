"""Makes the students' project, with the grader in it or without, and renews one over a student's work.

Everything is decided before the first file is touched. An update that was cut short is taken up where it
ended by the next, because the manifest is replaced last.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from string import Template

from grader.course.course import Course, cut, handed_out, own_root, untouched
from grader.course.properties import declared_in, place_of, without_hidden
from grader.course.sealed import NAME, SEALED, Manifest, Sealed, digest, read_manifest, seal
from grader.errors import CourseError, UsageError
from grader.machine.files import Seen, look, put, refuse_detours, remove, set_aside, with_lf
from grader.model import Exercise
from grader.printable import typed
from grader.version import VERSION


def release(course: Course, to: Path, alone: bool = True) -> list[Path]:
    """Write the students' project into a folder that does not exist or is empty; the files written.

    alone: with the grader in it; else it is for those who have a grader installed.
    A .git folder may be there already. Raises UsageError, before anything is written, where more is, and
    CourseError where the course lacks a file.
    """
    _empty(to)
    alone = alone and has_what_runs_it(course)
    files: Mapping[Path, bytes] = handout(course) if alone else handout_without_grader(course)
    for place, data in files.items():
        put(to / place, data)
    # Last: a project without it is one whose release was cut short.
    put(to / NAME, Manifest.of(files, course.title, VERSION).to_bytes())
    return [to / place for place in (*files, NAME)]


def _empty(folder: Path) -> None:
    try:
        there = [path.name for path in folder.iterdir() if path.name != ".git"]
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot release to {folder}: {error.strerror}", "name a new folder") from None
    if there:
        raise UsageError(
            f"{folder} is not empty: it has {min(there)!r}",
            f"name a new folder; to renew a project that was made before: grader update {typed(folder)}",
        )


PACKAGE = Path(__file__).resolve().parents[1]
README, PLAIN = (PACKAGE / "author" / "student" / f"{name}.md" for name in ("README", "PLAIN"))
WORKFLOWS = (
    "action.yml",
    ".github/workflows/autograde.yml",
    ".github/workflows/autograde-comment.yml",
    *(f"platforms/github/{name}.sh" for name in ("commit", "environment", "grade", "key", "sandbox")),
)
COPIED = (
    ".gitattributes",
    *(f".vscode/{name}.json" for name in ("extensions", "launch", "settings", "tasks")),
    ".gitignore",
    "HINTS.md",
    "LICENSE",
    "course.toml",
    "docs/notebook.ipynb",
)
# What a project has on top that makes its own environment, for the grader in it.
COPIED_WITH_GRADER = (".devcontainer/devcontainer.json", "constraints.txt", "setup.py", *WORKFLOWS)
LESSONS, PICTURES = Path("docs/lessons"), Path("docs/pictures")
# Of a document's links, those to other files: their words, and the file.
LINK = re.compile(r"\[([^\]\n]+)\]\(([\w./-]+\.\w+)(?:#[\w-]*)?\)")
# In a subject's package, what only authors need: the templates show what solutions look like.
AUTHORS = "templates"
HOUSEKEEPING = ("help", "setup", "clean")  # of an environment that only a project with the grader has
TARGETS = ("help", "setup", "grade", "watch", "list", "hint", "reset", "progress", "submit", "demo", "clean")
PYTEST = "tool.pytest.ini_options"
TABLES = (
    "build-system",
    "project",
    "project.optional-dependencies",
    "project.scripts",
    "tool.setuptools",
    "tool.setuptools.dynamic",
    "tool.setuptools.package-data",
    PYTEST,
)
INSTEAD = {'"tests/grader", "tests/redteam"': '"tests/properties"'}
# How those type it who have the grader installed, and no environment in the project.
BY_GRADER = {
    r"\bmake grade EX=": "grader grade --exercise ",
    r"\bmake (hint|reset) EX=": r"grader \1 ",
    r"\bmake list SEARCH=": "grader list ",
    r"\bmake (grade|watch|list|hint|reset|progress|submit|demo)\b": r"grader \1",
    r"\.venv/bin/grader\b": "grader",
    r"\.venv/bin/python\b": "grader python",
    r"\.venv/bin/pip install -c constraints\.txt\b": "grader python -m pip install",
    r"\.venv/bin/(pytest|jupyter)\b": r"grader python -m \1",
}
# Of these a course may have none; the second is NanoGrad's own.
MAY_LACK = ("HINTS.md", "docs/notebook.ipynb")
# Where there is no Makefile to be read for what students can do.
COMMANDS = """
grade:  ## grade your exercises
watch:  ## grade each exercise as soon as it is saved
list:  ## list the exercises and where they stand
hint:  ## give a hint, each time a little more
reset:  ## put the stub back
progress:  ## show how far you have come
submit:  ## write hand-in.zip
"""
OPTIONAL = "[project.optional-dependencies]"
# In the README of students: what stands between these is for one kind of project.
ONLY = re.compile(r"^<!-- (with|without) the grader -->\n(.*?)^<!-- end -->\n", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"\bEX=([a-z]\w*)")
Files = dict[Path, bytes]


def _is_plain(course: Course) -> bool:
    """Whether a course is no more than that: what runs it lies around the grader, not around the course."""
    return not (course.root / "pyproject.toml").is_file() and not (course.root / SEALED).is_file()


def _around(course: Course) -> Path:
    """Where that lies."""
    return own_root() if _is_plain(course) else course.root


def has_what_runs_it(course: Course) -> bool:
    """Whether a project with the grader in it can be made of it; an installed grader has no Makefile."""
    return not _is_plain(course) or (own_root() / "Makefile").is_file()


def handout(course: Course, hidden: bool = False) -> Files:
    """The students' files by their place in the project, the manifest not among them.

    Raises CourseError where one is missing or damaged.
    """
    exercises = {f"exercises/{name}.py": text for name, text in handed_out(course).items()}
    if (course.root / SEALED).is_file():
        return _passed_on(course) | _encoded(exercises)
    oracles, around = course.subject.versions, _around(course)
    makefile = student_makefile(_text(around / "Makefile"), oracles, bool(course.subject.finale))
    makefile = EXAMPLE.sub(lambda found: _example(course, found), makefile)
    written = {
        "Makefile": makefile,
        "README.md": student_readme(course, makefile),
        "pyproject.toml": student_pyproject(_text(around / "pyproject.toml"), oracles),
    }
    copied = _copied(course, (*COPIED, *COPIED_WITH_GRADER), hidden)
    return _encoded(exercises | written) | copied | _package() | {SEALED: seal(to_seal(course))}


def handout_without_grader(course: Course) -> Files:
    """The same for those who have the grader installed: what a course is made of, and nothing that runs it.

    Raises CourseError where one is missing or damaged.
    """
    exercises = _encoded({f"exercises/{name}.py": text for name, text in handed_out(course).items()})
    if (course.root / SEALED).is_file() and not read_manifest(course.root).alone:
        return _passed_on(course) | exercises
    plain = _is_plain(course)
    makefile = (
        COMMANDS if plain else student_makefile(_text(course.root / "Makefile"), course.subject.versions)
    )
    readme = student_readme(course, makefile, alone=False)
    shown = {
        place: _by_grader(data) if place.suffix in (".md", ".ipynb", ".json") else data
        for place, data in _copied(course, ("HINTS.md", "course.toml") if plain else COPIED).items()
    }
    written = _encoded({"README.md": by_grader(readme)})
    if not plain:
        config = student_pyproject(_text(course.root / "pyproject.toml"), (), (PYTEST,))
        written |= _encoded({"pyproject.toml": config})
    return exercises | shown | written | {SEALED: seal(to_seal(course))}


def _by_grader(data: bytes) -> bytes:
    return by_grader(data.decode("utf-8")).encode()


def by_grader(text: str) -> str:
    """A document in which the grader is called as those call it who have it installed."""
    # The editor asks for a Python of the project's own, and there is none.
    text = re.sub(r'^ *"python\.defaultInterpreterPath".*\n', "", text, flags=re.MULTILINE)
    for typed_here, typed_there in BY_GRADER.items():
        text = re.sub(typed_here, typed_there, text)
    return text


def _encoded(texts: dict[str, str]) -> Files:
    return {Path(place): text.encode() for place, text in texts.items()}


def _passed_on(course: Course) -> Files:
    """The files of a released project, as they were released."""
    found: Files = {}
    for place, released in read_manifest(course.root).digests.items():
        data = look(course.root / place)
        if place.parent == Path("exercises"):
            continue  # made anew: here they may have been written in
        if isinstance(data, bytes) and digest(data) != released:
            data = with_lf(data)
        if not isinstance(data, bytes) or digest(data) != released:
            raise CourseError(f"{course.root / place} is not as it was released", "take a fresh project")
        found[place] = data
    return found


def _copied(course: Course, places: Sequence[str], hidden: bool = False) -> Files:
    """What is handed on as it is, and the properties with their cases; hidden ones only where asked for."""
    plain, around = _is_plain(course), _around(course)
    there = (place for place in map(Path, places) if not plain or (course.root / place).is_file())
    copied = {place: _data(course.root / place) for place in there}
    for part in course.parts:
        copied |= promises_for(course, course.properties(part.name), hidden)
    besides = (
        place for place in map(Path, places) if place not in copied and place.as_posix() not in MAY_LACK
    )
    copied |= {place: _data(around / place) for place in besides}
    return copied | _lessons(course.root, copied)


def promises_for(course: Course, properties: Path, hidden: bool) -> Files:
    """A file of properties, and its recorded cases where the course has some."""
    place = place_of(properties)
    whole, cases = _data(properties), _data(place) if place.is_file() else None
    text = whole.decode("utf-8")
    if not hidden and (shown := without_hidden(text)) != text:
        dropped = {at for at, prop in enumerate(declared_in(properties)) if prop.claim.hidden}
        whole = shown.encode()
        if cases is not None:
            # Late: what a wheel carries is laid down with the standard library alone.
            from grader.examine.cases import Recording, promises

            recording = Recording.from_text(cases.decode("utf-8"))
            said = promises(course.subject, properties, shown).hex()
            cases = recording.without(dropped, said).to_text().encode()
    found = {properties.relative_to(course.root): whole}
    return found if cases is None else found | {place.relative_to(course.root): cases}


def _lessons(root: Path, copied: Files) -> Files:
    """The course's lessons and their pictures; a link to what students do not get is left as its words."""
    lessons = {place.relative_to(root): _text(place) for place in sorted((root / LESSONS).glob("*.md"))}
    shown = {_target_of(place, found[2]) for place in lessons for found in LINK.finditer(lessons[place])}
    pictures = {place: _data(root / place) for place in shown if place.parent == PICTURES}
    there = {*copied, *lessons, *pictures}

    def link(place: Path) -> Callable[[re.Match[str]], str]:
        return lambda found: found[0] if _target_of(place, found[2]) in there else found[1]

    return _encoded({str(p): LINK.sub(link(p), text) for p, text in lessons.items()}) | pictures


def _target_of(place: Path, link: str) -> Path:
    """Where a relative link in a document leads, from the root."""
    return Path(os.path.normpath(place.parent / link))


def _package() -> Files:
    """The grader itself, but for what Python leaves behind and what only authors need."""
    kept = (
        path
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(PACKAGE).parts)
        and path.parent.name != AUTHORS
    )
    return {Path("grader") / path.relative_to(PACKAGE): _data(path) for path in kept}


def to_seal(course: Course) -> dict[str, str]:
    """The solutions by the paths at which they lie in the course."""
    names = (*course.complete, *course.names)
    oracle = {course.oracle: course.text(course.oracle)} if course.oracle else {}
    return {f"solutions/{name}.py": course.solution(name) for name in names} | oracle


def student_makefile(text: str, oracles: Sequence[str], demo: bool = True) -> str:
    """The Makefile without the targets that are for authors.

    Rules are set apart by blank lines; .venv/ready is needed by all that stay.
    oracles: what is installed where it is needed, each by a target of its name. demo: there is one.
    """
    kept_rules = ("", ".venv/ready", *(f".venv/ready-{name}" for name in oracles), *TARGETS, *oracles)
    kept_rules = kept_rules if demo else tuple(name for name in kept_rules if name != "demo")
    rules = [rule for rule in text.rstrip().split("\n\n") if _target(rule) in kept_rules]
    kept = {_target(rule) for rule in rules}

    def phony(found: re.Match[str]) -> str:
        return " ".join([".PHONY:", *(name for name in found[1].split() if name in kept)])

    return re.sub(r"^\.PHONY:(.*)$", phony, "\n\n".join(rules), flags=re.MULTILINE) + "\n"


def _target(rule: str) -> str:
    found = re.match(r"(?:#.*\n)*([\w./-]+):(?!=)", rule)
    return found[1] if found and found[1] not in (".DEFAULT_GOAL", ".PHONY") else ""


def student_pyproject(text: str, oracles: Sequence[str], needed: Sequence[str] = TABLES) -> str:
    """The tables of pyproject.toml that installing and grading need, without the comments to authors.

    oracles: of the optional dependencies those that students have, and pictures. needed: tables by name.
    Raises CourseError where what is left is no TOML.
    """
    tables = [table for table in re.split(r"^(?=\[)", text, flags=re.MULTILINE) if _table(table) in needed]
    extras = (OPTIONAL, *(f"{name} = " for name in ("pictures", *oracles)))
    cut_down = [_only(extras, table) if table.startswith(OPTIONAL) else table for table in tables]
    lines = [line for line in "".join(cut_down).splitlines() if not line.startswith("#")]
    left = "\n".join(lines).rstrip() + "\n"
    for with_authors, with_students in INSTEAD.items():
        left = left.replace(with_authors, with_students)
    try:
        tomllib.loads(left)
    except tomllib.TOMLDecodeError as error:
        what = f"pyproject.toml cannot be cut by tables: {error}"
        raise CourseError(what, "begin lines with [ for tables only") from None
    return left


def _only(beginnings: tuple[str, ...], table: str) -> str:
    return "".join(line for line in table.splitlines(True) if line.startswith(beginnings)) + "\n"


def _table(text: str) -> str:
    found = re.match(r"\[+([\w.-]+)", text)
    return found[1] if found else ""


def student_readme(course: Course, makefile: str, alone: bool = True) -> str:
    """The README of a students' project, with the exercises and with the commands of its Makefile.

    alone: see release().
    """
    kind = "with" if alone else "without"
    text = _text(PLAIN if _is_plain(course) else README)
    template = ONLY.sub(lambda found: found[2] if found[1] == kind else "", text)
    targets = re.findall(r"^(\w+):.*?## (.*)$", makefile, re.MULTILINE)
    commands = [(name, says) for name, says in targets if alone or name not in HOUSEKEEPING]
    exercises = enumerate(course.exercises, start=1)
    return Template(template).substitute(
        title=course.title,
        count=len(course.exercises),
        points=f"{float(sum(part.points for part in course.parts)):g}",
        last=_last(course.together),
        first=course.names[0],
        exercises="\n".join(_row(number, exercise) for number, exercise in exercises),
        lessons=_to_read(course),
        commands="\n".join(f"| `make {name}` | {_plain(says)} |" for name, says in commands),
    )


def _example(course: Course, found: re.Match[str]) -> str:
    """An exercise that a command is shown with: one of the course's own."""
    return found[0] if found[1] in course.names else f"EX={course.names[0]}"


def _last(together: Exercise | None) -> str:
    """What all parts together bring, as the end of a sentence on the points."""
    if together is None:
        return ""
    if together.counts:
        return f", {float(together.points):g} of them for all your parts working together"
    return ", and a bonus on top for all your parts working together"


def _to_read(course: Course) -> str:
    """Where the lessons are: each exercise's, and the others; nothing where the course has none."""
    there = {path.stem: path for path in sorted((course.root / LESSONS).glob("*.md"))}
    if not there:
        return ""
    own = [_lesson(there[name], name) for name in course.names if name in there]
    others = [_lesson(path, _heading(path)) for name, path in there.items() if name not in course.names]
    sentences = [
        f"There is a lesson for each: {', '.join(own)}." if own else "",
        f"And to read before or after: {', '.join(others)}." if others else "",
    ]
    return "\n\n" + "\n".join(filter(None, sentences))


def _lesson(path: Path, called: str) -> str:
    return f"[{_plain(called)}]({(LESSONS / path.name).as_posix()})"


def _heading(path: Path) -> str:
    """A document's title."""
    first = next((line for line in _text(path).splitlines() if line.startswith("# ")), f"# {path.stem}")
    return first.removeprefix("# ")


def _row(number: int, exercise: Exercise) -> str:
    points = f"{float(exercise.points):g}"
    return f"| {number} | `exercises/{exercise.name}.py` | {_plain(exercise.title)} | {points} |"


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return re.sub(r"([\\`*_|<\[])", r"\\\1", text)


def _text(path: Path) -> str:
    return _data(path).decode("utf-8")


def _data(path: Path) -> bytes:
    try:
        return with_lf(path.read_bytes())
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from error


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
    released = read_manifest(folder)
    if _in_numbers(released.version) > _in_numbers(VERSION):
        raise UsageError(
            f"{folder} was made by grader {released.version}, and this one is {VERSION}",
            "upgrade the grader, then run the same command again",
        )
    names = {place.stem for place in released.digests if place.parent == Path("exercises")}
    if released.title != course.title and not names & {*course.names}:
        raise UsageError(
            f"{folder} is a project of another course, {released.title!r}",
            "name the course that it came from: grader --course DIR update",
        )
    files = handout(course) if released.alone else handout_without_grader(course)
    if released.alone and Path("grader/__init__.py") not in files:
        raise UsageError(
            f"{folder} has a grader of its own, which this course does not bring",
            "renew it by the course that it was released from: grader release --update",
        )
    steps = Plan(folder, released, files, course.complete).steps()
    changes = [step.taken(folder) for step in steps]
    manifest = Manifest.of(files, course.title, VERSION)
    if manifest != released:
        put(folder / NAME, manifest.to_bytes())
    return changes


def _in_numbers(version: str) -> list[int]:
    """A version to compare with others; the project's owner may have written anything there."""
    return [int(part) for part in re.findall(r"[0-9]{1,9}", version)]


@dataclass(frozen=True)
class Plan:
    """A project as it is, as it was released, and as it is to be.

    given: which files of exercises/ are not there to be written in.
    """

    folder: Path
    released: Manifest
    files: Mapping[Path, bytes]
    given: tuple[str, ...]

    def steps(self) -> list[Step]:
        """What is to be done, in the order of paths; nothing where a file is as it should be."""
        places = sorted({*self.files, *self.released.digests})
        for place in places:
            refuse_detours(self.folder, place)
        found = [self._step(place, look(self.folder / place)) for place in places]
        return [step for step in found if step is not None]

    def _step(self, place: Path, seen: Seen) -> Step | None:
        new = self.files.get(place)
        if seen == new or (isinstance(seen, bytes) and with_lf(seen) == new):
            return None
        if new is None:
            return self._left_over(place, seen)
        if seen is None:
            return Step(place, What.NEW, new)
        if self._as_released(place, seen):
            return Step(place, What.REPLACED, new)
        # A comment in a stub may be somebody's plan: it is moved out of the way, not overwritten.
        renewed = digest(new) != self.released.digests.get(place)
        if not self._of_the_student(place) or (renewed and self._only_a_stub(place, seen)):
            return Step(place, What.REPLACED, new, aside=True)
        return Step(place, What.KEPT, outdated=renewed)

    def _left_over(self, place: Path, seen: Seen) -> Step:
        """A file that the newer course has no more."""
        if self._as_released(place, seen):
            return Step(place, What.REMOVED)
        return (
            Step(place, What.KEPT) if self._of_the_student(place) else Step(place, What.REMOVED, aside=True)
        )

    def _as_released(self, place: Path, seen: Seen) -> bool:
        # Git for Windows writes other line ends than were released, and nobody has changed anything.
        return isinstance(seen, bytes) and self.released.digests.get(place) in (
            digest(seen),
            digest(with_lf(seen)),
        )

    def _only_a_stub(self, place: Path, seen: Seen) -> bool:
        """Whether a file says no more than the stub that was released."""
        try:
            old = cut(Sealed(self.folder).file(self.folder / "solutions" / place.name), place.stem)
            return isinstance(seen, bytes) and untouched(seen.decode("utf-8"), old)
        except (CourseError, UnicodeDecodeError):
            return False

    def _of_the_student(self, place: Path) -> bool:
        """Whether a file of the release is there to be written in."""
        return place.parent == Path("exercises") and place.stem not in self.given
