"""What students use: grade, watch, and what helps them along."""

from __future__ import annotations

import queue
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from time import monotonic, perf_counter
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
    mine,
    setting,
    signed_by,
    standard_output,
    work,
)
from grader.errors import MachineError, UsageError
from grader.printable import WINDOWS, invoked, printable, typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from grader.course.course import Course
    from grader.examine.examining import Layouts
    from grader.examine.setting import Setting
    from grader.learner.history import Grade
    from grader.render.export import Single
    from grader.render.terminal import Ahead
    from grader.render.text import About
    from grader.report.report import Report
    from grader.submission.submission import Submission
    from grader.watch.board import Event

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
    from grader.learner.help import told
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


# ---- what helps along

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("exercise", required=False)
@click.option("--level", type=int, metavar="N", help="Read this one, and let the next be what it was.")
def hint(exercise: str | None, level: int | None) -> None:
    """Give a hint, one level more each time.

    Without EXERCISE: for the one to look at next. Where the last grade has seen what the code does
    in a file that is still the same, what helps with that comes first.
    """
    from grader.learner.help import hint_at, next_hint
    from grader.learner.history import found as found_in
    from grader.learner.history import read, state_folder, unfinished
    from grader.learner.progress import show_hint

    course = mine()
    state = state_folder(course)
    grades = read(state)
    name = _name(exercise) if exercise else unfinished(grades, course.names)
    if name is None:
        again = invoked("hint", course.names[0])
        click.echo(f"Every exercise has passed. To read hints all the same: {again}")
    elif level is not None:
        show_hint(console(), hint_at(course, name, level), again=False)
    else:
        found = next_hint(course, state, name, found_in(course, name, grades))
        show_hint(console(), found, again=True)


def _name(given: str) -> str:
    """An exercise's name, also from its file's path, as shells complete it."""
    return PurePath(given).name.removesuffix(".py")


@click.command("list")
@click.argument("search", nargs=-1)
def list_exercises(search: tuple[str, ...]) -> None:
    """List the exercises, what they are worth and where they stand.

    With SEARCH: those whose names, titles, properties or hints speak of it, such as "chain rule".
    """
    from grader.learner.help import background
    from grader.learner.help import search as find
    from grader.learner.history import FOLDER, latest, on_top, present, read
    from grader.learner.progress import show_list

    course, wanted = mine(), " ".join(search)
    found, others = find(course, wanted), background(course, wanted)
    grades, files = read(course.root / FOLDER), present(course)
    if found:
        names = [part.name for part in course.parts]
        show_list(console(), found, names, latest(grades), files, on_top(grades, files))
    else:
        click.echo(f"No exercise speaks of “{printable(wanted)}”.")
    for title in others:
        click.echo(f"\nHINTS.md has a section “{printable(title)}”.")


@click.command()
@click.option("--png", type=FILE, metavar="FILE", help="Draw it into a file; needs matplotlib.")
@click.option("--svg", type=FILE, metavar="FILE", help="Likewise.")
@click.option("--off", "turned", flag_value="off", help="Remember no grade from now on.")
@click.option("--on", "turned", flag_value="on", help="Remember grades again.")
@click.option("--forget", is_flag=True, help="Remove what is remembered, after asking.")
def progress(png: Path | None, svg: Path | None, turned: str | None, forget: bool) -> None:
    """Show points over time, and the time each exercise took.

    Every grade of exercises/ is remembered in .nanograd/, on this machine only: nothing of it is sent
    anywhere, and none of it is in a report. NANOGRAD_HISTORY=off in the environment ends that as --off does.
    """
    from grader.learner.history import on_top, present, read, state_folder

    course = mine()
    state = state_folder(course)
    if turned is not None:
        _turn(state, turned == "on")
    if forget:
        _forget(state)
    if turned is not None or forget:
        return
    grades = read(state)
    if not grades:
        _nothing_yet(state, drawing=png is not None or svg is not None)
    elif png is None and svg is None:
        from grader.learner.progress import show_progress

        show_progress(console(), grades, course.counted, on_top(grades, present(course)))
    else:
        _draw(course, grades, png, svg)


def _nothing_yet(state: Path, drawing: bool) -> None:
    from grader.learner.history import declined

    off = "Remembering is off; grader progress --on changes that."
    step = off if declined(state) else f"Run: {invoked('grade')}"
    if drawing:
        raise UsageError("there is nothing to draw: no grade is remembered yet", step)
    click.echo(f"No grade is remembered yet. {step}")


def _draw(course: Course, grades: list[Grade], png: Path | None, svg: Path | None) -> None:
    for to, form in ((png, "png"), (svg, "svg")):
        if to is not None:
            from grader.learner.progress import draw_progress

            draw_progress(to, form, grades, course.counted)
            click.echo(f"Drawn: {printable(str(to))}")


def _turn(state: Path, on: bool) -> None:
    from grader.learner.history import turn

    _changing(state, lambda: turn(state, on))
    click.echo("Grades are remembered again." if on else "No grade is remembered from now on.")


def _forget(state: Path) -> None:
    from grader.learner.history import forget, read

    count = len(read(state))
    click.confirm(f"Forget {count:,} grades for good?", abort=True)
    _changing(state, lambda: forget(state))
    click.echo("Forgotten.")


def _changing(state: Path, change: Callable[[], None]) -> None:
    try:
        change()
    except OSError as error:
        raise MachineError(f"cannot change {state}: {error.strerror}", "check its permissions") from None


@click.command()
@click.argument("exercise")
def reset(exercise: str) -> None:
    """Put an exercise back as it was handed out, after a backup of what is there."""
    from grader.learner.help import as_handed_out
    from grader.learner.help import reset as put_back

    course, name = mine(), _name(exercise)
    if as_handed_out(course, name):
        click.echo(f"exercises/{name}.py is as it was handed out; there is nothing to reset.")
        return
    backup = put_back(course, name)
    click.echo(f"exercises/{name}.py is as it was handed out.")
    if backup.stat().st_size:
        kept, copy = backup.relative_to(course.root), "copy" if WINDOWS else "cp"
        back = Path("exercises", f"{name}.py")
        click.echo(f"What was there is kept; this brings it back:\n  {copy} {kept} {back}")


@click.command()
@click.argument("exercise")
def solution(exercise: str) -> None:
    """Show the model for an exercise that has passed, and what is different in yours."""
    from grader.learner.help import solution as find
    from grader.learner.history import FOLDER, read
    from grader.learner.progress import show_model

    course, name = mine(), _name(exercise)
    grades = read(course.root / FOLDER)
    show_model(console(), find(course, name, grades, lambda: _passes(course, name)))


@click.command()
@click.option("--to", type=FILE, metavar="FILE", help="The zip to write (default: hand-in.zip).")
def submit(to: Path | None) -> None:
    """Write the one small file that you hand in: your exercises, and nothing of the project around them.

    Nothing is graded or sent; where to hand it in, whoever teaches the course says.
    """
    from grader.learner.help import HANDED_IN, pack

    course = mine()
    packed = pack(course, to or course.root / HANDED_IN)
    click.echo(f"{printable(str(to or HANDED_IN))} is what you hand in: {', '.join(packed.names)}.")
    for sentence in packed.told:
        click.echo(printable(sentence))
    for names, what in ((packed.untouched, "still the stub"), (packed.missing, "not there")):
        if names:
            click.echo(f"{', '.join(names)}: {what}.")


def _passes(course: Course, name: str) -> bool:
    """Grade one exercise as it is now; remembered like any other grade."""
    from grader.examine.grading import grade
    from grader.learner.history import remember
    from grader.submission.tree import read_own

    conditions = setting(course=course)
    now, clock = datetime.now(UTC), perf_counter()
    report = grade(read_own(course.root / "exercises", course), conditions, (name,))
    remember(report, course, now, round(perf_counter() - clock, 3))
    return report.all_passed


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def python(arguments: tuple[str, ...]) -> None:
    """Start the Python that has the grader, which programs that are shown can be pasted into.

    ARGUMENTS are Python's own: grader python -m pytest tests/properties, say.
    """
    from grader.machine.processes import python_of_theirs

    sys.stdout.flush()
    sys.exit(python_of_theirs(arguments))


@click.command()
@click.option("--poll", is_flag=True, help="Look again and again, where a file system tells nothing.")
@SEED
@SANDBOX
@LIMIT
def watch(poll: bool, seed: int, sandbox: str, time_limit: float) -> None:
    """Grade each exercise as soon as it is saved; the keys are on the screen."""
    from grader.forkserver.client import Order
    from grader.watch.loop import Grading, Saves, Watch
    from grader.watch.screen import Terminal, fit

    screen = console(fixed=False)
    fit(screen)
    course = mine()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    order = Order(sandbox, seed, time_limit, root=str(course.root))
    saves = Saves(course.root / "exercises", course, events.put, monotonic, poll)
    terminal, grading = Terminal(screen, events.put), Grading(course, order, events.put)
    first = saves.first
    with closing(grading), closing(saves), terminal.taken():
        saves.start()
        watch = Watch(course, first, grading, terminal, events, monotonic, seed)
        code = watch.run()
    sys.exit(code)


COMMANDS = (grade, schema, watch, hint, list_exercises, progress, reset, solution, submit, python)
