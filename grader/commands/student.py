"""What students use: grade and schema."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from grader.commands.shared import (
    ANY_SHAPE,
    LIMIT,
    SANDBOX,
    SEED,
    THOROUGH,
    chosen,
    console,
    each_done,
    machine_readable,
    setting,
    signed_by,
    standard_output,
    work,
)
from grader.errors import UsageError
from grader.printable import invoked, typed

if TYPE_CHECKING:
    from grader.course.course import Course
    from grader.examine.examining import Layouts
    from grader.examine.setting import Setting
    from grader.render.export import Single
    from grader.render.terminal import Ahead
    from grader.render.text import About
    from grader.report.report import Report
    from grader.submission.submission import Submission

# As render.formats has them, which would take long to import for an option's help.
FORMATS = ("text", "json", "gradescope", "github-classroom", "classroom50", "exercism", "junit")


@click.command()
@click.argument("submission", type=click.Path(path_type=Path), required=False)
@click.option(
    "--exercise", "exercises", multiple=True, metavar="NAME", help="Only this one; may be repeated."
)
@click.option(
    "--json", "json_to", metavar="FILE", help="Also write the report as JSON; - for standard output."
)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--sign", "key", type=click.Path(path_type=Path), metavar="KEYFILE", help="Sign the JSON.")
@SEED
@SANDBOX
@LIMIT
@click.option(
    "--value", default="", metavar="MODULE:CLASS", help="The class to grade, in code of any layout."
)
@click.option(
    "--map", "names", multiple=True, metavar="OURS=THEIRS", help="What it calls data, grad, relu, …"
)
@ANY_SHAPE
@THOROUGH
def grade(
    submission: Path | None,
    exercises: tuple[str, ...],
    json_to: str | None,
    form: str,
    key: Path | None,
    seed: int,
    sandbox: str,
    time_limit: float,
    value: str,
    names: tuple[str, ...],
    any_shape: str | None,
    thorough: bool,
) -> None:
    """Grade a folder of exercises (default: exercises), or anybody's micrograd: a file, folder or archive."""
    from grader.course.course import STRICT
    from grader.examine.grading import grade as grade_submission
    from grader.learner.history import own
    from grader.machine.files import refuse_unwritable, whole_file
    from grader.model import Person
    from grader.render.text import About
    from grader.report.rubric import stated, weighed
    from grader.submission.tree import lying_there

    course = chosen()
    _known(exercises, course.names)
    as_json, as_asked = _renderer("json", key), _renderer(form, key)
    target = None if json_to is None or json_to == "-" else Path(json_to)
    if target is not None:
        refuse_unwritable(target)
    conditions = replace(setting(sandbox, seed, time_limit, course=course), thorough=thorough)
    started, clock = datetime.now(UTC), perf_counter()
    folder = work(course, submission)
    layouts: Layouts = course.subject.layouts
    given = None if value or names else _exercises(folder, course, layouts)
    if given is None:
        mapping, conditions = _mapped(names), replace(conditions, lenient=any_shape != STRICT)
        found = layouts.grade(folder, conditions, value, mapping, exercises)
    else:
        conditions = replace(conditions, told=_told(course, folder))
        if own(course, folder):
            given = lying_there(given, folder)
        found = grade_submission(given, conditions, exercises)
    report = weighed(found, stated(course))
    if key is not None:
        report = replace(report, course=_digest(conditions))
    about = About(Person(report.submission), started=started, seconds=round(perf_counter() - clock, 3))
    _remember(report, course, folder, about)

    @standard_output()
    def show() -> None:
        if json_to == "-":
            machine_readable(as_json(report, about))
        if form != "text":
            machine_readable(as_asked(report, about))
        elif json_to != "-":
            _show(report, submission, course)

    def write() -> None:
        if target is not None:
            with whole_file(target) as stream:
                stream.write(as_json(report, about).encode("utf-8", "backslashreplace"))

    # What is shown comes before the file: a disk without room must not take the grade with it.
    each_done(show, write)
    sys.exit(0 if report.all_passed else 1)


def _exercises(folder: Path, course: Course, layouts: Layouts) -> Submission | None:
    """The exercises that lie there; None where there is something to be graded as it is."""
    from grader.submission.choice import NoExercise
    from grader.submission.tree import read_given

    if not folder.exists() and layouts.found(folder, course):
        return None  # a repository, by its address
    try:
        given = read_given(folder, course)
    except NoExercise:
        if layouts.found(folder, course):
            return None
        raise
    return None if layouts.rather(given) and layouts.read(folder, given.name) else given


def _told(course: Course, folder: Path) -> frozenset[str]:
    """The exercises of which its own student has been told almost the code; none in anybody else's folder."""
    from grader.learner.hints import told
    from grader.learner.history import FOLDER, own

    return told(course.root / FOLDER) if own(course, folder) else frozenset()


def _remember(report: Report, course: Course, folder: Path, about: About) -> None:
    """Keep a grade of the course's own exercises in the student's history, where nobody has declined that."""
    from grader.learner.history import remember, remembering

    if remembering(course, folder) and about.started is not None and about.seconds is not None:
        remember(report, course, about.started, about.seconds)


def _mapped(names: tuple[str, ...]) -> dict[str, str]:
    """What --map says; raises UsageError where that is no pair."""
    pairs = [name.partition("=") for name in names]
    for ours, equals, theirs in pairs:
        if not (ours and equals and theirs):
            raise UsageError("--map wants OURS=THEIRS", "for instance: --map data=val --map grad=gradient")
    return {ours: theirs for ours, _, theirs in pairs}


def _renderer(form: str, key: Path | None) -> Single:
    """What turns a report into a format; the terminal's text is printed, not rendered, so it has none."""
    if form in ("text", "json"):
        return _as_json if key is None else signed_by(key)
    from grader.render.export import SINGLE

    return SINGLE[form]


def _as_json(report: Report, about: About) -> str:
    from grader.report.report import to_json  # other formats are loaded when they are asked for

    return to_json(report, about.times)


def _digest(setting: Setting) -> str:
    from grader.examine.setting import course_digest

    return course_digest(setting).hex()


def _known(asked: tuple[str, ...], names: tuple[str, ...]) -> None:
    for name in asked:
        if name not in names:
            raise UsageError(f"there is no exercise '{name}'", f"choose from: {', '.join(names)}")


def _show(report: Report, submission: Path | None, course: Course) -> None:
    from grader.learner.history import own as is_own
    from grader.render.terminal import STUCK, render

    own = submission is None or is_own(course, submission)
    folder = "exercises" if own else str(submission)
    everything = invoked("grade") if own else invoked(f"grade {typed(folder)}", surroundings={})
    again = invoked("grade", "{}") if own else f"{everything} --exercise {{}}"
    if report.found:
        from grader.render.terminal import render_any_shape as render_any

        render_any(report, console(), again)
        return
    asked_for_all = course.together is None and len(report.results) == len(course.names)
    whole = report.together is not None or asked_for_all
    ahead = None if whole or not report.all_passed else _ahead(report, course, submission, everything)
    render(report, console(), folder, again, invoked("hint", "{}") if own else STUCK, ahead)
    finale = course.subject.finale
    if own and finale and report.all_passed and whole and not report.notes:
        click.echo(f"{finale[0]}: {invoked(finale[1])}")


def _ahead(report: Report, course: Course, submission: Path | None, everything: str) -> Ahead:
    """The first exercise after those that were graded which is not known to have passed, or before them."""
    from grader.course.course import untouched
    from grader.learner.history import FOLDER, passed_now
    from grader.render.terminal import Ahead
    from grader.submission.tree import read_given

    folder = submission or course.work
    sources = read_given(folder, course).sources
    done = passed_now(course, course.root / FOLDER, folder)
    done |= {result.exercise.name for result in report.results}
    last = course.names.index(report.results[-1].exercise.name)
    left = [name for name in (*course.names[last:], *course.names[:last]) if name not in done]
    if not left:
        return Ahead("", begun=True, everything=everything)
    begun = left[0] in sources and not untouched(sources[left[0]], course.stub(left[0]))
    return Ahead(left[0], begun, everything)


@click.command()
def schema() -> None:
    """Print the JSON Schema of the report."""
    from grader.report.report import schema as text

    machine_readable(text())


COMMANDS = (grade, schema)
