"""What students get: every file of their project, made from the course, or passed on from such a project."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Template

from grader.catalogue import texts
from grader.check import handed_out
from grader.course import GIVEN, Course
from grader.errors import CourseError
from grader.handout.manifest import digest, read_manifest
from grader.handout.placing import look
from grader.model import Exercise
from grader.sealing import seal
from grader.sources import SEALED

PACKAGE = Path(__file__).resolve().parents[1]
README = PACKAGE / "templates" / "student" / "README.md"
WORKFLOWS = (
    "action.yml",
    ".github/workflows/autograde.yml",
    ".github/workflows/autograde-comment.yml",
    *(f"platforms/github/{name}.sh" for name in ("commit", "environment", "grade", "key", "sandbox")),
)
COPIED = (
    ".devcontainer/devcontainer.json",
    ".gitignore",
    "HINTS.md",
    "LICENSE",
    "constraints.txt",
    "course.toml",
    "docs/notebook.ipynb",
    *WORKFLOWS,
)
# In the package, what only authors need; the templates of new exercises show what solutions look like.
AUTHORS = (
    "misconceptions",
    "templates/student",
    "templates/exercise.txt",
    "templates/hints.txt",
    "templates/misconceptions.txt",
    "templates/properties.txt",
    "templates/solution.txt",
)
TARGETS = ("help", "setup", "grade", "watch", "list", "hint", "reset", "progress", "demo", "clean")
TABLES = (
    "build-system",
    "project",
    "project.scripts",
    "tool.setuptools",
    "tool.setuptools.dynamic",
    "tool.setuptools.package-data",
    "tool.pytest.ini_options",
)
INSTEAD = {
    '"tests/grader", "tests/redteam"': '"tests/properties"',
    "misconceptions/*.md": SEALED.name,
}
Files = dict[Path, bytes]


def handout(course: Course) -> Files:
    """The students' files by their place in the project, the manifest not among them.

    Raises CourseError where one is missing or damaged.
    """
    exercises = {f"exercises/{name}.py": text for name, text in handed_out(course).items()}
    if (course.root / SEALED).is_file():
        return _passed_on(course) | _encoded(exercises)
    makefile = student_makefile(_text(course.root / "Makefile"))
    written = {
        "Makefile": makefile,
        "README.md": student_readme(course, makefile),
        "pyproject.toml": student_pyproject(_text(course.root / "pyproject.toml")),
    }
    return _encoded(exercises | written) | _copied(course) | _package() | {SEALED: seal(_to_seal(course))}


def _encoded(texts: dict[str, str]) -> Files:
    return {Path(place): text.encode() for place, text in texts.items()}


def _passed_on(course: Course) -> Files:
    """The files of a released project, as they were released."""
    found: Files = {}
    for place, released in read_manifest(course.root).digests.items():
        data = look(course.root / place)
        if place.parent == Path("exercises"):
            continue  # made anew: here they may have been written in
        if not isinstance(data, bytes) or digest(data) != released:
            raise CourseError(f"{course.root / place} is not as it was released", "take a fresh project")
        found[place] = data
    return found


def _copied(course: Course) -> Files:
    properties = (course.properties(part.name).relative_to(course.root) for part in course.parts)
    return {place: _data(course.root / place) for place in (*map(Path, COPIED), *properties)}


def _package() -> Files:
    """The grader itself, but for what Python leaves behind and what only authors need."""
    authors = [PACKAGE / place for place in AUTHORS]
    kept = (
        path
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(PACKAGE).parts)
        and not any(path.is_relative_to(place) for place in authors)
    )
    return {Path("grader") / path.relative_to(PACKAGE): _data(path) for path in kept}


def _to_seal(course: Course) -> dict[str, str]:
    """The solutions and the misconceptions by the paths at which they lie in the course."""
    names = ("__init__", *GIVEN, *course.names)
    solutions = {f"solutions/{name}.py": course.solution(name) for name in names}
    wrong = {f"grader/misconceptions/{name}.md": text for name in course.names for text in texts(name)[:1]}
    return solutions | wrong


def student_makefile(text: str) -> str:
    """The Makefile without the targets that are for authors.

    Rules are set apart by blank lines; .venv/ready is needed by all that stay.
    """
    rules = [rule for rule in text.rstrip().split("\n\n") if _target(rule) in ("", ".venv/ready", *TARGETS)]
    kept = {_target(rule) for rule in rules}

    def phony(found: re.Match[str]) -> str:
        return " ".join([".PHONY:", *(name for name in found[1].split() if name in kept)])

    return re.sub(r"^\.PHONY:(.*)$", phony, "\n\n".join(rules), flags=re.MULTILINE) + "\n"


def _target(rule: str) -> str:
    found = re.match(r"(?:#.*\n)*([\w./-]+):(?!=)", rule)
    return found[1] if found and found[1] not in (".DEFAULT_GOAL", ".PHONY") else ""


def student_pyproject(text: str) -> str:
    """The tables of pyproject.toml that installing and grading need, without the comments to authors.

    Raises CourseError where what is left is no TOML.
    """
    tables = [table for table in re.split(r"^(?=\[)", text, flags=re.MULTILINE) if _needed(table)]
    lines = [line for line in "".join(tables).splitlines() if not line.startswith("#")]
    left = "\n".join(lines).rstrip() + "\n"
    for with_authors, with_students in INSTEAD.items():
        left = left.replace(with_authors, with_students)
    try:
        tomllib.loads(left)
    except tomllib.TOMLDecodeError as error:
        what = f"pyproject.toml cannot be cut by tables: {error}"
        raise CourseError(what, "begin lines with [ for tables only") from None
    return left


def _needed(table: str) -> bool:
    found = re.match(r"\[+([\w.-]+)", table)
    return found is not None and found[1] in TABLES


def student_readme(course: Course, makefile: str) -> str:
    """The README of a students' project, with the exercises and with the commands of its Makefile."""
    commands = re.findall(r"^(\w+):.*?## (.*)$", makefile, re.MULTILINE)
    exercises = enumerate(course.exercises, start=1)
    return Template(_text(README)).substitute(
        title=course.title,
        count=len(course.exercises),
        points=f"{float(sum(part.points for part in course.parts)):g}",
        last=_last(course.together),
        first=course.names[0],
        exercises="\n".join(_row(number, exercise) for number, exercise in exercises),
        commands="\n".join(f"| `make {name}` | {_plain(says)} |" for name, says in commands),
    )


def _last(together: Exercise) -> str:
    """What all parts together bring."""
    if together.counts:
        return f"{float(together.points):g} of them for all your parts working together"
    return "and a bonus on top for all your parts working together"


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
        return path.read_bytes()
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from error
