"""An author's exercises: laid down new, and all that is proved before the course goes out."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from string import Template

from grader.course.course import EXERCISES, FILE, INIT, TOGETHER, Course, cut, handed_out
from grader.course.misconceptions import PLACE, Misconception, Variant, faults, misconceptions, variants
from grader.course.properties import declared_in, place_of
from grader.errors import CourseError, MachineError, UsageError
from grader.examine import cases
from grader.examine.cases import Recording, recorded
from grader.examine.examining import examine
from grader.examine.judging import holds
from grader.examine.setting import Setting, parts
from grader.machine.files import added, look, put, replaced
from grader.model import Exercise, Kind, Result
from grader.report.evidence import status
from grader.report.scoring import score
from grader.report.words import listed
from grader.sandbox.runner import Limits, Runner
from grader.subject import known, load
from grader.submission.submission import Submission

# Endless recursion in every case takes a third of a second; for the endless loop all of it is only waste.
WRONG = Limits(seconds=2.0, patience=4.0)
# In a subject's package: what is recorded with this grader, and what the file says of itself.
NOTED = "recordings.txt"
NOTE = "# What each recording promises, and its text, as digests. Written by: grader record"
LANES = 20  # processes of one worker, before another is started


def findings(setting: Setting) -> Iterator[str]:
    """Everything that is not as it should be, a sentence each."""
    course = setting.course
    course.authors_only()
    yield from left_over(course)
    yield from stubs_out_of_step(course)
    yield from hints_missing(course)
    # What only the course itself is asked is drawn anew wherever it is graded, in no time.
    for part in not_recorded(course) if course.subject.versions else ():
        yield f"the cases of {part.name} are not recorded as its properties stand; run: grader record"
    for exercise in course.parts:
        yield from rubric_faults(course, exercise)
        yield from solution_faults(setting, exercise)
        yield from stub_faults(setting, exercise)
    for exercise in course.exercises:
        yield from misconception_faults(setting, exercise)
    yield from right_variant_faults(setting)


def summary(course: Course) -> str:
    """What has been proved, when there are no findings."""
    wrong = sum(len(misconceptions(name, course.root / PLACE)) for name in course.names)
    right = len(right_variants(course))
    if any(exercise.draft for exercise in course.exercises):
        return "\n".join(
            (
                f"Exercises: {len(course.exercises)}. Solutions pass, stubs are in step and score nothing.",
                *(f"{sentence}." for sentence in still_missing(course)),
            )
        )
    return (
        f"{len(course.exercises)} exercises: solutions pass, stubs are in step and score nothing, hints are "
        f"complete,\n{wrong} misconceptions are caught by the property meant for them, "
        f"{right} right variants have full marks."
    )


def left_over(course: Course) -> Iterator[str]:
    """What still speaks of exercises that are not in course.toml any more."""
    for exercise in course.exercises:
        for name in sorted({*exercise.siblings} - {*course.names}):
            where = f"course.toml: {exercise.name}"
            yield f"{where} has a sibling {name!r}, which is no exercise; take it out"
    framed = course.solution(INIT) if INIT in course.subject.frame else ""
    nodes = ast.walk(ast.parse(framed))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.level}
    for name in sorted(filter(None, imported - {*course.names, *course.common})):
        yield f"solutions/__init__.py imports {name!r}, which is no exercise; take it out"
    for name in sorted({variant.exercise for variant in right_variants(course)} - {*course.names}):
        folder = _right(course).relative_to(course.root) / name
        yield f"{folder} has right variants of {name!r}, which is no exercise; remove it"


def record(setting: Setting, exercise: Exercise, only_compare: bool = False) -> str:
    """Draw an exercise's cases anew and write them down where they travel with the course.

    only_compare: nothing is written. Gives what became of what was recorded before, in words; nothing where
    it is just the same. Raises Unanswerable where nothing here can draw.
    """
    course, seed = setting.course, setting.seed
    course.authors_only()
    course.subject.make_ready()
    path = course.properties(exercise.name)
    new = Recording.of(course.subject, path, seed, cases.record(course.subject, declared_in(path), seed))
    place = place_of(path)
    old, text = look(place), new.to_text()
    try:
        before = Recording.from_text(old.decode("utf-8")) if isinstance(old, bytes) else None
        difference = before.differs(new) if before else "it is not there"
    except ValueError as error:
        before, difference = None, f"it cannot be read: {error}"
    if before and not difference and before.promises != new.promises:
        difference = "its properties have been rewritten, and promise the same"
    if difference and not only_compare:
        place.parent.mkdir(exist_ok=True)
        put(place, text.encode())
    return difference


def note_down(course: Course) -> None:
    """Note what is recorded among what belongs to this grader, where it lies in the course itself."""
    files = [course.properties(part.name) for part in course.parts]
    places = [place for place in map(place_of, files) if place.is_file()]
    read = [Recording.from_text(place.read_text("utf-8")) for place in places]
    lines = sorted(f"{recording.promises} {recording.digest}" for recording in read)
    folder = Path(__file__).resolve().parents[1] / course.subject.name
    if folder.is_relative_to(course.root):
        put(folder / NOTED, "\n".join((NOTE, *lines, "")).encode())


def not_recorded(course: Course) -> list[Exercise]:
    """What has cases that do not travel with the course."""
    subject = course.subject
    return [part for part in course.parts if recorded(subject, course.properties(part.name), 0) is None]


def _right(course: Course) -> Path:
    beside = course.root / "tests" / "grader" / course.subject.name / "right"
    return beside if beside.is_dir() else course.root / "tests" / "right"


def right_variants(course: Course) -> list[Variant]:
    """Right ways to write the exercises that look nothing like the solutions."""
    return variants(_right(course))


def stubs_out_of_step(course: Course) -> Iterator[str]:
    """Files in exercises/ that are not what the solutions say they should be."""
    for name, text in handed_out(course).items():
        path = course.root / "exercises" / f"{name}.py"
        if not path.is_file():
            yield f"exercises/{name}.py is missing; run: grader check --write"
        elif path.read_text("utf-8") != text:
            yield f"exercises/{name}.py is not in step with solutions/{name}.py; run: grader check --write"


def write_stubs(course: Course) -> None:
    """Make exercises/ what students get; whatever was written there is gone."""
    course.authors_only()
    for name, text in handed_out(course).items():
        put(course.root / "exercises" / f"{name}.py", text.encode())


def hints_missing(course: Course) -> Iterator[str]:
    """Headings that HINTS.md lacks; an exercise that is a draft may do without."""
    for exercise in course.exercises:
        if not exercise.draft:
            for heading in _headings_missing(course, exercise):
                yield f"HINTS.md has no heading '### {heading}'"


def _headings_missing(course: Course, exercise: Exercise) -> Iterator[str]:
    lines = _hints(course)
    for heading in course.subject.headings:
        if f"### {exercise.name}: {heading}" not in lines:
            yield f"{exercise.name}: {heading}"


ENOUGH = 6  # wrong programs prove the properties of an exercise


def still_missing(course: Course) -> Iterator[str]:
    """What keeps an exercise a draft, a sentence for each; where nothing does it need not be called one."""
    for exercise in course.exercises:
        if exercise.draft:
            hints = [f"'{heading}'" for heading in _headings_missing(course, exercise)]
            wrong = len(misconceptions(exercise.name, course.root / PLACE))
            missing = [f"of its hints {listed(hints)}"] if hints else []
            missing += [f"{ENOUGH - wrong} of {ENOUGH} misconceptions"] if wrong < ENOUGH else []
            done = "misses nothing any more; take out draft = true"
            what = f"still misses {'; '.join(missing)}" if missing else done
            yield f"{exercise.name} is a draft, and {what}"


def _hints(course: Course) -> list[str]:
    """The lines of HINTS.md; none where it is not there, so that every heading is found missing."""
    seen = look(course.root / "HINTS.md")
    return seen.decode("utf-8", "replace").splitlines() if isinstance(seen, bytes) else []


def rubric_faults(course: Course, exercise: Exercise) -> Iterator[str]:
    """Properties without a title or a share, and shares that do not add up to the exercise's points.

    A last mark that counts has its points from course.toml, and its properties have shares of them.
    """
    claims = [prop.claim for prop in declared_in(course.properties(exercise.name))]
    for claim in claims:
        if not claim.title:
            yield f"{exercise.name}: {claim.name} has no title; give it a docstring"
    if exercise.own and exercise.counts:
        if not any(claim.share for claim in claims if claim.kind is not Kind.NOTE):
            yield f"{exercise.name}: none of its properties brings its points"
        return
    total = sum(claim.share for claim in claims if claim.kind is Kind.GRADED)
    if total != exercise.points:
        yield f"{exercise.name}: its properties' points add up to {total}, not to {exercise.points}"


def solution_faults(setting: Setting, exercise: Exercise) -> Iterator[str]:
    """Properties that the solution does not keep."""
    course = setting.course
    sources = {name: course.solution(name) for name in course.names}
    for verdict in _result(setting, exercise, sources).verdicts:
        if status(verdict.outcome) != "passed":
            yield f"{exercise.name}: the solution does not keep '{verdict.claim.title}'"


def stub_faults(setting: Setting, exercise: Exercise) -> Iterator[str]:
    """Stubs that score, or do not count as not started."""
    course = setting.course
    result = _result(setting, exercise, {name: course.stub(name) for name in course.names})
    if score(result).points or {status(v.outcome) for v in result.verdicts} != {"not_started"}:
        yield f"{exercise.name}: the stub does not count as not started"


def _result(setting: Setting, exercise: Exercise, sources: dict[str, str]) -> Result:
    return examine(setting, Submission("check", sources, {}), exercise, read=False)


def right_variant_faults(setting: Setting) -> Iterator[str]:
    """Right ways to write an exercise that do not get full marks."""
    course = setting.course
    exercises = {exercise.name: exercise for exercise in course.exercises}
    for variant in (variant for variant in right_variants(course) if variant.exercise in exercises):
        result = _result(setting, exercises[variant.exercise], variant.sources)
        if score(result).points != result.exercise.points:
            yield f"{variant.exercise}: the right variant {variant.name} does not get full marks"


def misconception_faults(setting: Setting, exercise: Exercise, folder: Path | None = None) -> Iterator[str]:
    """Misconceptions that nothing catches, or that their property misses.

    folder: where they are; by default the course's.
    Where some cannot be read, that is all there is to find: an exercise's are run together or not at all.
    """
    folder = folder or setting.course.root / PLACE
    if unreadable := faults(exercise.name, folder):
        yield from (f"{fault.what}; {fault.next_step}" for fault in unreadable)
        return
    course, known, graded = setting.course, misconceptions(exercise.name, folder), _graded(setting, exercise)
    # Most are caught by the property that is meant to: only the others are tried on all cases.
    meant = {wrong.id: {wrong.seen_by} & graded.keys() for wrong in known}
    caught = _caught(setting, exercise, known, meant)
    missed = [wrong for wrong in known if not caught[wrong.id]]
    caught |= _caught(setting, exercise, missed, dict.fromkeys((wrong.id for wrong in missed), graded))
    headings = _hints(course)
    for misconception in known:
        where = f"{exercise.name}: the misconception {misconception.id}"
        if not caught[misconception.id]:
            yield f"{where} loses no points"
        elif misconception.seen_by not in caught[misconception.id]:
            yield f"{where} is not caught by the property meant for it, {misconception.seen_by!r}"
        if f"### {misconception.hint}" not in headings:
            yield f"{where} leads to a hint that is not there, {misconception.hint!r}"


def matrices(setting: Setting) -> Iterator[tuple[str, Matrix]]:
    """What catches what, exercise by exercise."""
    setting.course.authors_only()
    for exercise in setting.course.exercises:
        yield exercise.name, matrix(setting, exercise)


@dataclass(frozen=True, slots=True)
class Matrix:
    """An exercise's graded properties by name, and for each misconception those that catch it."""

    properties: tuple[str, ...]
    caught: dict[str, frozenset[str]]

    def alone(self, prop: str) -> list[str]:
        """The misconceptions that only this property catches."""
        return [id_ for id_, names in self.caught.items() if names == {prop}]


def matrix(setting: Setting, exercise: Exercise, folder: Path | None = None) -> Matrix:
    """Judge every misconception by every graded property."""
    graded = _graded(setting, exercise)
    known = misconceptions(exercise.name, folder or setting.course.root / PLACE)
    everything = dict.fromkeys((wrong.id for wrong in known), graded)
    return Matrix(tuple(graded), _caught(setting, exercise, known, everything))


def _graded(setting: Setting, exercise: Exercise) -> dict[str, int]:
    """The graded properties by name, and which of the exercise's each is."""
    properties = declared_in(setting.course.properties(exercise.name))
    return {p.claim.name: n for n, p in enumerate(properties) if p.claim.kind is Kind.GRADED}


def _caught(
    setting: Setting, exercise: Exercise, known: Sequence[Misconception], asked: Mapping[str, Collection[str]]
) -> dict[str, frozenset[str]]:
    """Which of the properties asked for catch a misconception, whose code runs caged like a student's.

    asked: their names for each misconception by id; of their cases alone its code is asked.
    """
    course = setting.course
    properties = declared_in(course.properties(exercise.name))
    bank, graded, caught = setting.bank(exercise, properties), _graded(setting, exercise), {}
    runner = Runner(setting.cage, WRONG, LANES, course.subject.worker)
    try:
        for wrong in known:
            numbers = [graded[name] for name in asked[wrong.id]]
            places = [place for number in numbers for place in bank.places(number)]
            with runner.attempt(parts(course, {exercise.name: wrong.source}, exercise)) as session:
                seen = dict(zip(places, session.observe(bank.only(places)), strict=True))
            caught[wrong.id] = frozenset(
                properties[number].claim.name
                for number in numbers
                if any(not holds(properties[number], bank, p, seen[p]) for p in bank.places(number))
            )
    finally:
        runner.close()
    return caught


def as_text(exercise: str, found: Matrix) -> str:
    """The matrix to read: a column a property, a row a misconception, the fewest catches first."""
    lines = [f"{exercise}: properties"]
    for number, prop in enumerate(found.properties, start=1):
        catches = sum(prop in names for names in found.caught.values())
        lines.append(f"  {number:2}  {prop}: catches {catches}, {len(found.alone(prop))} of them alone")
    width = max(map(len, found.caught), default=0)
    for id_, names in sorted(found.caught.items(), key=lambda pair: (len(pair[1]), pair[0])):
        marks = " ".join("x" if prop in names else "." for prop in found.properties)
        lines.append(f"  {id_:<{width}}  {marks}")
    return "\n".join(lines)


# ---- a new one, of the templates in the subject's package; the author fills in what is marked

PACKAGE = Path(__file__).resolve().parents[1]
HINTS, FIRST = "HINTS.md", "first"
MARK = re.compile(r"FILL[ _]IN")
NAME = re.compile(r"[a-z][a-z0-9_]*")


def lay_down(course: Course, name: str, title: str, points: int) -> dict[Path, str]:
    """Write the new exercise's files and its places in the common ones; returns the texts by path.

    Raises UsageError, before anything is written, for a name that is taken or cannot be used.
    """
    _usable(course, name)
    new, changed = _new(course, name, points), _changed(course, name, title, points)
    for path in new:
        if path.exists():
            raise UsageError(f"{path} is there already", "choose another name")
    for path, text in (new | changed).items():
        _write(path, text, added if path in new else replaced)
    return new | changed


def begin(folder: Path, subject: str) -> dict[Path, str]:
    """Write a course of that subject with one exercise that grades, a draft; returns the texts by path.

    Raises UsageError where there is no such subject, or nothing to begin it with, or the folder is not empty.
    """
    if not known(subject) or not _template(subject, "course").is_file():
        raise UsageError(f"there is no course to begin of a subject {subject!r}", "try: --subject functions")
    if folder.is_dir() and any(path.name != ".git" for path in folder.iterdir()):
        raise UsageError(f"{folder} is not empty", "name a new folder")
    points = len(load(subject).template)
    exercise = _filled(subject, "exercise", name=FIRST, title=json.dumps(FIRST), points=points)
    hints = _filled(subject, "hints", name=FIRST)
    common = {
        folder / FILE: f"{_filled(subject, 'course')}\n{exercise.rstrip()}\n",
        folder / HINTS: f"# Hints\n\n{hints.rstrip()}\n",
    }
    for path, text in common.items():
        _write(path, text, added)
    course = Course.load(folder)
    new = _new(course, FIRST, int(course.exercises[0].points))
    for path, text in new.items():
        _write(path, text, added)
    return common | new


def _usable(course: Course, name: str) -> None:
    if not NAME.fullmatch(name) or iskeyword(name):
        why = "is no name for a function and its file"
    elif name in (*course.names, *course.common, TOGETHER) or course.subject.taken(name):
        why = "exists already"
    elif name in sys.stdlib_module_names:
        why = "would hide the standard library's module of that name"
    else:
        return
    raise UsageError(f"'{name}' {why}", "choose another name: small letters, digits and _")


def _new(course: Course, name: str, points: int) -> dict[Path, str]:
    """The files that are the exercise's own."""
    subject, shares = course.subject.name, _shares(course.subject.template, points)
    solution = _filled(subject, "solution", name=name, number=len(course.names) + 1)
    return {
        course.root / "solutions" / f"{name}.py": solution,
        course.root / EXERCISES / f"{name}.py": cut(solution, name),
        course.properties(name): _filled(subject, "properties", name=name, **shares),
        course.root / PLACE / f"{name}.md": _filled(subject, "misconceptions", name=name),
    }


def _shares(properties: Sequence[str], points: int) -> dict[str, int]:
    """The points, spread over the properties; the first get what is left over."""
    each, over = divmod(points, len(properties))
    return {prop: each + (place < over) for place, prop in enumerate(properties)}


def _changed(course: Course, name: str, title: str, points: int) -> dict[Path, str]:
    """The common files, with the new exercise in its place."""
    toml, hints, subject = course.root / FILE, course.root / HINTS, course.subject.name
    said = json.dumps(title, ensure_ascii=False)
    block = _filled(subject, "exercise", name=name, title=said, points=points)
    framed = INIT in course.subject.frame
    packages = [course.root / folder / f"{INIT}.py" for folder in ("solutions", EXERCISES) if framed]
    return {
        toml: _before_last_mark(_read(toml), block),
        hints: _after_section(_read(hints), course.names[-1], _filled(subject, "hints", name=name)),
    } | {path: course.subject.attached(_read(path), name) for path in packages}


def _before_last_mark(text: str, block: str) -> str:
    """The rubric with one more exercise, before the comment on the last mark if there is one."""
    found = re.search(r"^(#.*\n)*\[together\]", text, re.MULTILINE)
    if found is None:
        return f"{text.rstrip()}\n\n{block.rstrip()}\n"
    return text[: found.start()] + block + text[found.start() :]


def _after_section(text: str, heading: str, section: str) -> str:
    """The hints with one more section, after the one of that heading or else at the end."""
    start = text.find(f"\n## {heading}\n")
    end = text.find("\n## ", start + 1) if start >= 0 else -1
    if end < 0:
        return f"{text.rstrip()}\n\n{section.rstrip()}\n"
    return text[: end + 1] + section + text[end + 1 :]


def _filled(subject: str, template: str, **words: str | int) -> str:
    return Template(_read(_template(subject, template))).substitute(words)


def _template(subject: str, name: str) -> Path:
    return PACKAGE / subject / "templates" / f"{name}.txt"


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise CourseError(f"cannot read {path}: {error.strerror}", "restore the file") from error


def _write(path: Path, text: str, write: Callable[[Path, bytes], None]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, text.encode())
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}", "make room there") from error


def blanks(texts: Mapping[Path, str]) -> list[tuple[Path, int]]:
    """The files an author has to work on, and how many places in each are marked to be filled in."""
    counted = [(path, len(MARK.findall(text))) for path, text in texts.items()]
    return [(path, count) for path, count in counted if count and path.parent.name != EXERCISES]
