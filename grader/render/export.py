"""Outside formats by the names that users type, for one report or a whole class, and our own JSON."""

from __future__ import annotations

import csv
import json
import re
from codecs import BOM_UTF8 as UTF8_MARK
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, assert_never
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from grader.errors import UsageError
from grader.machine.files import whole_file, whole_folder
from grader.model import (
    Crashed,
    Failed,
    Kind,
    NotGraded,
    NotStarted,
    Outcome,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.printable import plain_json, printable
from grader.render.gradebooks import (
    blackboard_class,
    brightspace_class,
    canvas_class,
    csv_class,
    moodle_class,
    nbgrader_class,
    parquet_class,
)
from grader.render.html.single_page import single_page
from grader.render.results_json import classroom50, cut, exercism, github, gradescope
from grader.render.text import (
    KEPT,
    About,
    Names,
    cell,
    counted,
    decimal,
    said,
    signed,
    stamp,
    summed,
    without,
)
from grader.report.evidence import status
from grader.report.report import Report, exercise_to_plain, not_yet, shown_to_students, to_plain
from grader.report.scoring import once_each
from grader.report.standings import Standing, Standings
from grader.report.words import headline
from grader.submission.hand_in import named

# ---- JUnit XML, and the code-quality report that GitLab reads

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
Pairs = dict[str, str]


def junit(report: Report, about: About) -> str:
    """The report as one test suite; failed and timed out are failures, crashed is an error.

    So is what is not graded. What is not started is skipped, and so is a bonus that was not earned.
    """
    name = about.title or report.submission
    opening = f"{DECLARATION}<testsuites{_attributes({'name': name})}>\n"
    times = {} if about.started is None else {"timestamp": about.started.isoformat(timespec="seconds")}
    times["time"] = f"{about.seconds or 0:.3f}"
    return f"{opening}{_suite(report, about.person.id or name, _facts(report), times)}</testsuites>\n"


def junit_class(standings: Standings, to: BinaryIO) -> None:
    """The class as a test suite for each person, also for those without a report."""
    to.write(f"{DECLARATION}<testsuites{_attributes({'name': standings.title})}>\n".encode())
    for standing in standings.each():
        to.write(_person(standing).encode())
    to.write(b"</testsuites>\n")


def _person(standing: Standing) -> str:
    facts = {
        "name": standing.person.name,
        "email": standing.person.email,
        "attempts": str(standing.attempts),
        "handed_in": stamp(standing.handed_in) if standing.handed_in else "",
        "trouble": standing.trouble,
        "section": standing.section,
        "excused": standing.excused,
    }
    facts = {key: value for key, value in facts.items() if value}
    if standing.report is not None:
        return _suite(standing.report, standing.person.id, facts | _facts(standing.report), {"time": "0.000"})
    return _without_report(standing, facts)


def _without_report(standing: Standing, facts: Pairs) -> str:
    kind, word = ("error", standing.trouble or "not graded")
    if standing.excused or (not standing.trouble and standing.handed_in is None):
        kind, word = "skipped", f"excused: {standing.excused}" if standing.excused else "not handed in"
    case = f"<testcase{_attributes({'classname': 'submission', 'name': 'is graded', 'time': '0.000'})}>"
    cases = f"{case}<{kind}{_attributes({'type': kind, 'message': word})}/></testcase>\n"
    counts = Counter({"tests": 1, "errors": int(kind == "error"), "skipped": int(kind == "skipped")})
    return _wrapped(standing.person.id, facts, {"time": "0.000"}, cases, counts)


def _suite(report: Report, name: str, facts: Pairs, times: Pairs) -> str:
    cases, counts = zip(*map(_cases, report.marks), strict=True) if report.marks else ((), ())
    return _wrapped(name, facts, times, "".join(cases), sum(counts, Counter()))


def _wrapped(name: str, facts: Pairs, times: Pairs, cases: str, counts: Counter[str]) -> str:
    numbers = {word: str(counts[word]) for word in ("tests", "failures", "errors", "skipped")}
    properties = "".join(f"<property{_attributes({'name': n, 'value': v})}/>\n" for n, v in facts.items())
    opening = f"<testsuite{_attributes({'name': name, **numbers, **times})}>\n"
    return f"{opening}<properties>\n{properties}</properties>\n{cases}</testsuite>\n"


def _facts(report: Report) -> Pairs:
    """What stands above the cases: notes, the score, how policies made it, and what it depends on."""
    total = summed(report).exercises
    facts = {"notes": " ".join(report.notes)} if report.notes else {}
    facts |= {"score": decimal(summed(report).final), "max_score": decimal(total.most)}
    facts |= {"raw_score": decimal(total.points), "bonus": decimal(total.bonus)}
    facts |= {"rules": report.rules} if report.rules else {}
    facts |= {f"policy: {line.title}": signed(line.points) for line in summed(report).lines}
    return facts | {"digest": report.digest, "seed": str(report.seed), "isolation": report.isolation}


@once_each(KEPT)
def _cases(result: Result) -> tuple[str, Counter[str]]:
    """An exercise's test cases, and how many there are of each kind."""
    verdicts = [verdict for _, verdict in counted(result)]
    counts = Counter(_count(verdict) for verdict in verdicts)
    cases = "".join(f"{line}\n" for verdict in verdicts for line in _case(result, verdict))
    return cases, counts + Counter({"tests": len(verdicts)})


def _case(result: Result, verdict: Verdict) -> Iterator[str]:
    names = {"classname": result.exercise.name, "name": verdict.claim.title, "time": "0.000"}
    element = _element(verdict)
    if not element:
        yield f"<testcase{_attributes(names)}/>"
        return
    about = {"type": status(verdict.outcome), "message": headline(verdict.outcome)}
    text = _escaped(said(result, verdict))
    yield f"<testcase{_attributes(names)}><{element}{_attributes(about)}>{text}</{element}></testcase>"


def _count(verdict: Verdict) -> str:
    return {"failure": "failures", "error": "errors"}.get(element := _element(verdict), element)


def _element(verdict: Verdict) -> str:
    """What stands in the test case; nothing where the property holds."""
    element = _element_of(verdict.outcome)
    return "skipped" if element and verdict.claim.kind is Kind.BONUS else element


def _element_of(outcome: Outcome) -> str:
    match outcome:
        case Passed():
            return ""
        case Failed() | TimedOut():
            return "failure"
        case Crashed() | NotGraded():
            return "error"
        case NotStarted():
            return "skipped"
        case _:
            assert_never(outcome)


def _attributes(pairs: Pairs) -> str:
    return "".join(f" {name}={_quiet(quoteattr(printable(value)))}" for name, value in pairs.items())


def _escaped(text: str) -> str:
    return _quiet(escape(text))


def _quiet(xml: str) -> str:
    """The same XML, in which no runner finds a command where it is printed into a log."""
    return xml.replace("##", "#&#35;").replace("::", ":&#58;")


# GitLab shows it on one line.
LONGEST = 300
# What assembles the submission's own engine.
WHOLE = "__init__"


def code_quality(report: Report, lines: Mapping[str, int], folder: str) -> str:
    """The report as GitLab reads it; one issue, not many, says that an exercise is not started.

    What is said of all parts together is shown at the file that assembles them.
    lines: by exercise, the line from 1 that an issue is shown at; 1 where nothing is said.
    folder: where the files are, from the top of the repository.
    """
    issues = [_note(note, f"{folder}/{WHOLE}.py") for note in report.notes]
    issues += [_issue(r, v, f"{folder}/{_file(r)}.py", lines) for r, v in _missed(report)]
    return plain_json(json.dumps(issues, indent=1, ensure_ascii=False)) + "\n"


def _missed(report: Report) -> Iterator[tuple[Result, Verdict]]:
    for result in report.marks:
        for verdict in result.verdicts:
            if verdict.claim.kind is Kind.GRADED and not isinstance(verdict.outcome, Passed):
                yield result, verdict
                if isinstance(verdict.outcome, NotStarted | NotGraded):
                    break


def _issue(result: Result, verdict: Verdict, path: str, lines: Mapping[str, int]) -> dict[str, Any]:
    name, claim = result.exercise.name, verdict.claim
    said = f"{name}: {claim.title}: {headline(verdict.outcome)}"
    if isinstance(verdict.outcome, NotStarted):
        said = f"{name} is not started: {verdict.outcome.reason}"
    elif isinstance(verdict.outcome, NotGraded):
        said = f"{name} is not graded: {verdict.outcome.reason}"
    return _shown(said, (name, claim.name), _severity(verdict.outcome), path, lines.get(name, 1))


def _note(note: str, path: str) -> dict[str, Any]:
    return _shown(note, ("together", "note"), "major", path, 1)


def _file(result: Result) -> str:
    return WHOLE if result.exercise.own else result.exercise.name


def _shown(said: str, check: tuple[str, str], severity: str, path: str, line: int) -> dict[str, Any]:
    """An issue; check: of what it is, and which of its properties."""
    return {
        "description": cut(printable(said), LONGEST).replace("\n", " "),
        "check_name": ".".join(check),
        # The same mistake in two pipelines is one issue, so neither line nor numbers are part of it.
        "fingerprint": sha256(f"{path}\0{check[1]}".encode("utf-8", "backslashreplace")).hexdigest(),
        "severity": severity,
        "location": {"path": printable(path), "lines": {"begin": line}},
    }


def _severity(outcome: Outcome) -> str:
    match outcome:
        case Failed():
            return "major"
        case Crashed() | TimedOut() | NotGraded():
            return "critical"
        case NotStarted() | Passed():
            return "info"
        case _:
            assert_never(outcome)


# ---- our own JSON, and all formats by name


def render(report: Report, about: About) -> str:
    """Byte for byte what to_json() gives, many times as fast where results are shared."""
    written = {key: _dump(value, 1) for key, value in to_plain(report, about.times, _nothing).items()}
    if report.results:
        exercises = ",\n    ".join(_exercise(result, 2) for result in report.results)
        written["exercises"] = f"[\n    {exercises}\n  ]"
    if report.together:
        written["together"] = _exercise(report.together, 1)
    lines = ",\n  ".join(f'"{key}": {value}' for key, value in written.items())
    return f"{{\n  {lines}\n}}\n"


def _nothing(result: Result) -> None:  # it is written apart
    """What stands in an exercise's place until it is written."""


@once_each(KEPT)
def _exercise(result: Result, deep: int) -> str:
    """One exercise, as it stands so deep in the whole."""
    return _dump(exercise_to_plain(result), deep)


def _dump(thing: object, deep: int) -> str:
    """JSON inside so many others; its texts have no line ends in them."""
    alone = plain_json(json.dumps(thing, indent=2, ensure_ascii=False, allow_nan=False))
    return alone.replace("\n", "\n" + "  " * deep)


Single = Callable[[Report, About], str]
# One report as text.
SINGLE: dict[str, Single] = {
    "json": render,
    "gradescope": gradescope,
    "github-classroom": github,
    "classroom50": classroom50,
    "exercism": exercism,
    "junit": junit,
}
# A whole class into one stream, a person after the other.
CLASS: dict[str, Callable[[Standings, BinaryIO], None]] = {
    "csv": csv_class,
    "canvas": canvas_class,
    "moodle": moodle_class,
    "brightspace": brightspace_class,
    "blackboard": blackboard_class,
    "nbgrader": nbgrader_class,
    "junit": junit_class,
    "parquet": parquet_class,
}
INDEX = "index.csv"
COLUMNS = ("id", "file", "status")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    to: the file or the folder.
    people: how many are in it; in a folder, in its index.csv.
    reports: how many of them have a report, and so, in a folder, a file.
    """

    to: Path
    people: int
    reports: int


def export(
    standings: Standings,
    name: str,
    to: Path,
    single: Single | None = None,
    bom: bool = False,
    everything: bool = False,
) -> Exported:
    """Writes a class in a format: one file where the format has many people, else a folder of files.

    single: renders one report in place of the format's own way.
    bom: whether a file begins with a byte order mark, without which Excel takes UTF-8 for something else.
    everything: whether reports of single people have in them what students may not see.
    The folder must be new or empty; its index.csv says whose each file is. Both appear whole or not at all.
    Raises UsageError where there is no such format, or where it cannot be written.
    """
    if name in CLASS:
        return _as_file(standings, name, to, UTF8_MARK if bom else b"")
    if name in SINGLE:
        if not everything:
            standings = for_students(standings, datetime.now(UTC))
        return _as_folder(standings, single or SINGLE[name], to)
    raise UsageError(f"there is no format '{name}'", f"choose from: {', '.join(sorted({**CLASS, **SINGLE}))}")


def for_students(standings: Standings, now: datetime) -> Standings:
    """The class with reports as students may see them; raises UsageError where that is nothing yet."""
    see = standings.students_see
    if why := not_yet(see, standings.deadline, now):
        raise UsageError(why, "wait for it; what is for you alone: --everything, or --format csv")

    def each() -> Iterator[Standing]:
        for one in standings.each():
            yield one if one.report is None else replace(one, report=shown_to_students(one.report, see))

    return replace(standings, each=each)


def _as_file(standings: Standings, name: str, to: Path, mark: bytes) -> Exported:
    seen = Exported(to, 0, 0)

    def each() -> Iterator[Standing]:
        # A format may go through the class twice; what counts is the last time.
        nonlocal seen
        people = reports = 0
        for standing in standings.each():
            people, reports = people + 1, reports + (standing.report is not None)
            yield standing
        seen = Exported(to, people, reports)

    with whole_file(to) as stream:
        stream.write(mark)
        CLASS[name](replace(standings, each=each), stream)
    return seen


def _as_folder(standings: Standings, single: Single, to: Path) -> Exported:
    people = reports = 0
    names = Names()
    with whole_folder(to) as folder, (folder / INDEX).open("w", encoding="utf-8", newline="") as stream:
        index = csv.writer(stream, lineterminator="\n")
        index.writerow(COLUMNS)
        for standing in standings.each():
            file = _one(standing, single, folder, names, standings.title)
            index.writerow([cell(standing.person.id), file, _status(standing)])
            people, reports = people + 1, reports + bool(file)
    return Exported(to, people, reports)


def _one(standing: Standing, single: Single, folder: Path, names: Names, title: str) -> str:
    """Writes one person's file and gives its name; nothing for somebody without a report."""
    if standing.report is None:
        return ""
    about = About(standing.person, standing.handed_in, title=title)
    text = single(standing.report, about)
    file = f"{names.name(standing.person.id)}.json"
    # A half of a surrogate pair, from a file's name, becomes JSON's escape for it.
    (folder / file).write_bytes(text.encode("utf-8", "backslashreplace"))
    return file


def _status(standing: Standing) -> str:
    if standing.report is None:
        why = standing.excused or standing.trouble
        return cell(f"{without(standing)}: {why}") if why else without(standing)
    return "graded"


# What a platform takes back in one zip, by the names that users type; "zip" is for all others.
BACK = ("canvas", "moodle", "brightspace", "zip")
PAGE = "feedback.html"
# The oldest date that a zip can hold: the same class makes the same zip.
DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Handed:
    """What was made to be handed back.

    to: the folder. people: how many have a page. zipped: the zip, where one was asked for.
    left: whom the platform has handed in nothing of, so that its zip can hold nothing for them.
    """

    to: Path
    people: int
    zipped: str
    left: tuple[str, ...]


def feedback(
    standings: Standings, hints: Mapping[str, str], to: Path, platform: str, now: datetime
) -> Handed:
    """Write a page for each person who has a report, and a zip of them as a platform takes it.

    hints: the sections of HINTS.md by their headings. platform: one of BACK; empty for no zip.
    Pages say what students may see, and each is whole by itself. The folder is new or empty; index.csv says
    whose each page is. Raises UsageError where students see nothing yet, or it cannot be written.
    """
    shown, names = for_students(standings, now), Names()
    people, left = 0, []
    zipped = f"for-{platform}.zip" if platform not in ("", "zip") else "pages.zip" if platform else ""
    with ExitStack() as stack:
        folder = stack.enter_context(whole_folder(to))
        stream = stack.enter_context((folder / INDEX).open("w", encoding="utf-8", newline=""))
        index = csv.writer(stream, lineterminator="\n")
        index.writerow(COLUMNS)
        archive = stack.enter_context(ZipFile(folder / zipped, "w", ZIP_DEFLATED)) if zipped else None
        for standing in shown.each():
            file = f"{names.name(standing.person.id)}.html" if standing.report else ""
            index.writerow([cell(standing.person.id), file, _status(standing)])
            if standing.report is None:
                continue
            people += 1
            data = _page(standing, standing.report, standings.title, hints)
            (folder / file).write_bytes(data)
            place = _place(standing, standing.report, platform, file)
            if archive is not None and place and place not in archive.NameToInfo:
                archive.writestr(ZipInfo(place, DATE), data, ZIP_DEFLATED)
            elif archive is not None:
                left.append(printable(standing.person.id))
    return Handed(to, people, zipped, tuple(left))


def _page(standing: Standing, report: Report, title: str, hints: Mapping[str, str]) -> bytes:
    person = standing.person
    text = single_page(replace(report, submission=person.name or person.id), title, hints)
    return text.encode("utf-8", "backslashreplace")


def _place(standing: Standing, report: Report, platform: str, file: str) -> str:
    """What a person's page is called in a platform's zip; empty where it would not know whose it is."""
    what, person = named(report.submission), standing.person
    if platform == "zip":
        return file
    if what is not None and what.system == "Canvas" and platform == "canvas":
        # Canvas looks for the user's number, then for that of a file that the same user has handed in.
        own = not person.canvas or what.id == person.canvas
        return f"{what.name}_{what.id}_{what.upload}_{PAGE}" if own and what.id.isdecimal() else ""
    if platform == "moodle":
        number = standing.row.get("Identifier", "").removeprefix("Participant ") or (
            what.id if what is not None and what.system == "Moodle" else person.id
        )
        who = NO_NAME.sub("", person.name).strip(". ") or "participant"
        return f"{who}_{number}_assignfeedback_file/{PAGE}" if number.isdecimal() else ""
    if what is not None and what.system == "Brightspace" and platform == "brightspace":
        # What one of a group has handed in lies in that one's folder alone.
        known = {person.id, *(cell.lstrip("#") for cell in standing.row.values())} & {*what.numbers}
        folder = report.submission.removesuffix(f" - {what.file}") if what.file else report.submission
        return f"{folder}/{PAGE}" if known or _bare(what.name) == _bare(person.name) else ""
    return ""


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


# What is left out of a name that becomes part of a file's; Moodle takes it apart at underscores.
NO_NAME = re.compile(r"[^\w .,'-]|_")
