"""What instructors grade with: batch and rescore."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.shared import ANY_SHAPE, SANDBOX, THOROUGH, chosen, console, say_left_out, signed_by
from grader.errors import UsageError
from grader.printable import harmless, printable, typed
from grader.report.report import LARGEST, Seed, read

if TYPE_CHECKING:
    from grader.classroom.batch import Tally
    from grader.signed.verifying import Verdict

BOOK = click.Path(path_type=Path, dir_okay=False)
PEOPLE = "CSV or TOML with extensions, excuses, points by hand, sections and groups."
STOPPED = 130  # as shells have it for a Ctrl-C


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--gradebook", "book", type=BOOK, required=True, help="Where grades are kept; made if missing.")
@click.option("--roster", type=BOOK, help="CSV with student_id,name,email,path, or a platform's own export.")
@click.option("--people", type=BOOK, help=PEOPLE)
@click.option("--again", multiple=True, metavar="ID", help="Grade this person's work once more, alone.")
@click.option("--jobs", type=click.IntRange(min=1), help="Submissions at a time (default: one a processor).")
@click.option("--dask", "cluster", metavar="ADDRESS", help="Examine on a dask.distributed cluster.")
@click.option(
    "--seed",
    type=click.IntRange(0, LARGEST),
    metavar="N",
    help="A secret one draws cases nobody knows. It counts from now on (default: the one so far, or 0).",
)
@SANDBOX
@click.option("--time-limit", type=click.FloatRange(min=0.1), default=10.0, show_default=True)
@ANY_SHAPE
@THOROUGH
@click.option(
    "--progress",
    "shown",
    type=click.Choice(("bar", "json")),
    default="bar",
    show_default=True,
    help="json: a line for each event on standard error, for programs.",
)
def batch(
    folder: Path,
    book: Path,
    roster: Path | None,
    people: Path | None,
    again: tuple[str, ...],
    jobs: int | None,
    cluster: str | None,
    seed: int | None,
    sandbox: str,
    time_limit: float,
    any_shape: str | None,
    thorough: bool,
    shown: str,
) -> None:
    """Grade a class: a folder or an archive with everybody's submissions.

    What is in the gradebook already is not run again, so a run that was stopped goes on where it was.
    Exit status: 0 everything was graded, 1 something could not be read or nobody knows whose it is, 70 or 71
    something could not be graded through no fault of a student's.
    """
    from grader.classroom.batch import Wanted, grade_class, scores
    from grader.render.terminal import Lines, watching
    from grader.sandbox.runner import Limits

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    width = jobs or cores
    patience = Limits().patience * max(1.0, width / cores)  # for jobs that share a processor
    judge = any_shape or ""
    course = chosen(strangers=True)
    limits = (time_limit, patience)
    how = (sandbox, *limits, judge, thorough)
    wanted = Wanted(folder, book, roster, width, cluster, seed, *how, people, again)
    try:
        before = scores(book) if again else {}
        if shown == "json":
            lines = Lines(lambda line: click.echo(line, err=True))
            tally = grade_class(wanted, lines, course)
            lines.end(**_counts(tally))
        else:
            with watching(console(stderr=True)) as progress:
                tally = grade_class(wanted, progress, course)
    except KeyboardInterrupt:
        click.echo(
            "grader: stopped; what was graded is kept\n        run the same again: it goes on", err=True
        )
        sys.exit(STOPPED)
    _say(tally, book)
    if again:
        after = scores(book)
        _moved([(id_, before.get(id_), after.get(id_)) for id_ in sorted(before.keys() | after.keys())])
    left = tally.unreadable + tally.partly + tally.nobodys
    sys.exit(tally.worst.exit_code if tally.worst else int(left > 0))


def _counts(tally: Tally) -> dict[str, int]:
    names = ["examined", "known", "twins", "partly", "unreadable", "nobodys", "absent", "faults"]
    return {name: getattr(tally, name) for name in names}


MOST_LISTED = 30


def _say_to_look_at(book: Path) -> None:
    """A table of whose work somebody should look at, where there is anybody."""
    from grader.classroom.gradebook import reading
    from grader.classroom.people import to_look_at
    from grader.printable import shortened

    with reading(book) as reader:
        found = [(harmless(printable(id_)), shortened(why)) for id_, why in to_look_at(reader.standings())]
    if not found:
        return
    shown = found[:MOST_LISTED]
    width = min(24, max(len(id_) for id_, _ in shown))
    click.echo(f"To look at ({len(found):,}):")
    for id_, why in shown:
        click.echo(f"  {id_:{width}}  {why}")
    if len(found) > len(shown):
        more = f"  … and {len(found) - len(shown):,} more"
        click.echo(f"{more}; all of them: grader export {typed(book)} --format csv")


def _say(tally: Tally, book: Path) -> None:
    parts = [
        (tally.examined, "graded"),
        (tally.known, "unchanged since they were graded"),
        (tally.twins, "graded without being run, for the same code was graded before"),
        (tally.partly, "of these not in full, as said above"),
        (tally.unreadable, "unreadable"),
        (tally.nobodys, "left out, for nobody knows whose they are"),
        (tally.absent, "on the roster, with nothing handed in"),
        (tally.faults, "not graded, through no fault of the student's: run the same again"),
    ]
    click.echo("; ".join(f"{count:,} {what}" for count, what in parts if count) or "nothing was handed in")
    say_left_out(tally.left_out)
    _say_to_look_at(book)
    shown = typed(book)
    click.echo(f"Next: grader report {shown} --html class.html, or grader export {shown} --format csv")


@click.command()
@click.argument("book", metavar="GRADEBOOK", type=BOOK)
@click.option("--people", type=BOOK, help=PEOPLE)
def rescore(book: Path, people: Path | None) -> None:
    """Score what is stored by course.toml as it is now, and by what is said of people; nothing is run."""
    from grader.classroom.batch import rescored
    from grader.classroom.people import read as read_people
    from grader.report.rubric import of

    said = None if people is None else read_people(people)
    change = rescored(book, of(chosen(strangers=True)), said)
    if not change.rubric and said is None:
        click.echo("The rubric is the same as before; no score has changed.")
        return
    by = "the new rubric" if change.rubric else "the same rubric as before"
    said_of = "" if said is None else f", and of {len(said.matters):,} something more is said"
    click.echo(
        f"{change.people:,} people are scored by {by}{said_of}; {len(change.moved):,} scores have changed."
    )
    _moved(change.moved)


def _moved(scores: Sequence[tuple[str, float | None, float | None]]) -> None:
    """Say whose score has changed, at most twenty of them."""
    moved = [score for score in scores if score[1] != score[2]]
    for person, before, after in moved[:20]:
        was, now = ("none" if points is None else f"{points:g}" for points in (before, after))
        click.echo(f"  {person}: {was} -> {now}")
    if len(moved) > 20:
        click.echo(f"  … and {len(moved) - 20:,} more")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--roster", type=BOOK, help="As for batch.")
@click.option("--people", type=BOOK, help="As for batch; people of one group are not compared.")
def alike(folder: Path, roster: Path | None, people: Path | None) -> None:
    """List whose work has more in common than the course gave to everybody; for you alone.

    Nothing is run, and nothing of it is kept or stands in any report.
    """
    from grader.classroom.alike import HONEST
    from grader.classroom.alike import alike as compared
    from grader.classroom.people import aliases
    from grader.classroom.people import read as read_people
    from grader.submission.download import find
    from grader.submission.roster import read as read_roster

    course = chosen(strangers=True)
    rows = read_roster(roster) if roster else []
    teams = read_people(people).groups(rows) if people else {}
    groups = {aliases(rows).get(id_, id_): team for team, members in teams.items() for id_ in members}
    passed = [people] if people else []
    found = find(folder, course, roster, course.subject.layouts, teams, passed)
    pairs = compared(found.handins, course, groups)
    for pair in pairs:
        same = f"; the same to the letter: {', '.join(pair.same)}" if pair.same else ""
        names = ", ".join(pair.exercises)
        one, other = (harmless(printable(name)) for name in (pair.one, pair.other))
        click.echo(f"  {pair.share:4.0%}  {one} and {other}: {names}{same}")
    people_ = len({handin.person.id for handin in found.handins})
    what = "1 pair" if len(pairs) == 1 else f"{len(pairs):,} pairs"
    click.echo(f"{what} among {people_:,} people look alike." if pairs else "No two look alike.")
    click.echo(HONEST)


COMMANDS = (batch, rescore, alike)


KEY = click.Path(path_type=Path)

SQLITE = b"SQLite format 3\0"


@click.command()
@click.argument("book", metavar="GRADEBOOK", type=BOOK)
@click.option("--format", "form", required=True, metavar="F", help="See below.")
@click.option("--to", type=click.Path(path_type=Path), help="The file, or the new folder (default: class.F).")
@click.option(
    "--sign", "key", type=KEY, metavar="KEYFILE", help="Sign every report; only with --format json."
)
@click.option("--bom", is_flag=True, help="Mark the file as UTF-8, as Excel needs it; only with csv.")
@click.option(
    "--anonymous",
    "names",
    type=BOOK,
    metavar="NAMES.csv",
    help="Under pseudonyms; whose they are is kept in this file, which is made if missing.",
)
@click.option("--column", default="", metavar="HEADING", help="What the assignment is called where they go.")
@click.option("--everything", is_flag=True, help="Also what students may not see, in a folder of reports.")
def export(
    book: Path,
    form: str,
    to: Path | None,
    key: Path | None,
    bom: bool,
    names: Path | None,
    column: str,
    everything: bool,
) -> None:
    """Write a class in another format.

    One file: csv, canvas, moodle, brightspace, blackboard, nbgrader, junit, parquet. A folder with a file for
    each person: json, gradescope, github-classroom, classroom50, exercism.
    """
    from grader.classroom.gradebook import reading
    from grader.classroom.people import anonymous
    from grader.render.export import export as write

    if key is not None and form != "json":
        raise UsageError("only our own JSON can be signed", "add: --format json")
    if bom and form != "csv":
        raise UsageError("only CSV takes a byte order mark", "add: --format csv")
    single = None if key is None else signed_by(key)
    with reading(book) as reader:
        class_ = reader.standings() if names is None else anonymous(reader.standings(), names)
        class_ = replace(class_, column=column)
        done = write(class_, form, to or Path(_default_name(form)), single, bom, everything)
        left_out = reader.left_out()
    click.echo(f"{printable(str(done.to))}: {done.people:,} people, {done.reports:,} of them graded")
    say_left_out(left_out)


@click.command()
@click.argument("book", metavar="GRADEBOOK", type=BOOK)
@click.option("--to", type=click.Path(path_type=Path), required=True, metavar="FOLDER", help="A new folder.")
@click.option(
    "--for",
    "platform",
    type=click.Choice(("canvas", "moodle", "brightspace", "zip")),
    default=None,
    help="Add a zip that this platform takes back; zip is for all others.",
)
def feedback(book: Path, to: Path, platform: str | None) -> None:
    """Make what is handed back: a page for each person, and a zip of them as a platform takes it."""
    from grader.classroom.gradebook import reading
    from grader.learner.help import sections
    from grader.render.export import feedback as write

    course = chosen(strangers=True)
    with reading(book) as reader:
        done = write(reader.standings(), sections(course), to, platform or "", datetime.now(UTC))
        left_out = reader.left_out()
    click.echo(f"{printable(str(done.to))}: {done.people:,} pages, and whose they are in index.csv")
    if done.zipped:
        click.echo(f"To upload: {printable(str(done.to / done.zipped))}")
    if done.left:
        more = f" and {len(done.left) - 5:,} more" if len(done.left) > 5 else ""
        who = ", ".join(done.left[:5])
        click.echo(f"Not in it, for nothing of theirs came from there: {who}{more}")
    say_left_out(left_out)


def _default_name(form: str) -> str:
    """Where an export goes that was told no place; its format is judged later."""
    endings = {"csv": "class.csv", "parquet": "class.parquet", "junit": "class.xml"}
    tables = {
        name: f"class-{name}.csv" for name in ("canvas", "moodle", "brightspace", "blackboard", "nbgrader")
    }
    return (endings | tables).get(form, f"class-{form}")


@click.command()
@click.argument("graded", metavar="GRADEBOOK|REPORT", type=BOOK)
@click.option("--html", "to", type=BOOK, required=True, metavar="FILE", help="The page to write.")
def report(graded: Path, to: Path) -> None:
    """Make one page: of a class, or of one submission.

    GRADEBOOK: scores, commonest mistakes, and everybody with their counterexamples. REPORT, which grade
    --json makes: progress, every property, every counterexample with its graph, and hints.
    """
    if _is_book(graded):
        _class_page(graded, to)
    else:
        _single_page(graded, to)
    click.echo(f"{printable(str(to))} is one file with everything in it: open it in a browser.")


def _is_book(graded: Path) -> bool:
    """Whether this is a gradebook; what is not there, or cannot be read, is left to whom it was meant for."""
    try:
        with graded.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return graded.suffix != ".json"


def _class_page(book: Path, to: Path) -> None:
    from grader.classroom.gradebook import reading
    from grader.render.html.class_page import render_class

    with reading(book) as reader:
        render_class(reader.standings(), datetime.now(UTC), to)
        say_left_out(reader.left_out())


def _single_page(path: Path, to: Path) -> None:
    from grader.learner.help import sections
    from grader.render.html.single_page import render_single
    from grader.report.reading import read_report

    course = chosen()
    render_single(read_report(path), course.title, sections(course), to)


@click.command()
@click.argument("file", type=KEY)
def keygen(file: Path) -> None:
    """Make a key to sign reports with: FILE stays with you, FILE.pub is for whoever verifies them."""
    from grader.signed.signing import new_key

    new_key(file)
    click.echo(f"Next: grader export GRADEBOOK --format json --sign {typed(file)}, then")
    click.echo(f"      grader verify FOLDER --key {typed(f'{file}.pub')}")


@click.command()
@click.argument("reports", metavar="REPORT|FOLDER", type=click.Path(path_type=Path, exists=True))
@click.option("--key", type=KEY, required=True, metavar="KEY.pub", help="The public key.")
@click.option(
    "--submission", type=click.Path(path_type=Path), metavar="FOLDER", help="What the one report must be of."
)
@click.option("--person", metavar="ID", help="Whose the one report must be.")
@click.option("--course", metavar="DIGEST", help="The course they must be of (default: what most are of).")
@click.option(
    "--seed",
    metavar="SEED",
    callback=lambda _context, _option, given: _seed(given),
    help="The seed they must be of, as reports name it (default: what most are of).",
)
def verify(
    reports: Path,
    key: Path,
    submission: Path | None,
    person: str | None,
    course: str | None,
    seed: Seed | None,
) -> None:
    """Tell genuine reports from those that were altered, swapped or presented again.

    Exit status: 0 all are genuine, 1 some are not.
    """
    from grader.signed.signing import load_public_key
    from grader.signed.verifying import verify_file, verify_folder

    digest = None if submission is None else _digest(submission)
    known = {"submission": digest, "person": person, "course": course, "seed": seed}
    expected = {name: value for name, value in known.items() if value is not None}
    public = load_public_key(key)
    if reports.is_dir():
        _tell(verify_folder(reports, public, expected))
    else:
        _tell([(reports, verify_file(reports, public, expected))])


def _seed(given: str | None) -> Seed | None:
    if given is None:
        return None
    try:
        return read(int(given) if re.fullmatch("-?[0-9]{1,19}", given) else given)
    except ValueError:
        raise click.BadParameter("it is a number, or a name such as secret:0123456789abcdef") from None


def _digest(folder: Path) -> str:
    from grader.submission.tree import read_given

    return read_given(folder, chosen(strangers=True)).digest


def _tell(found: list[tuple[Path, Verdict]]) -> None:
    """Say what each report is, of many only those that are not genuine."""
    from grader.signed.verifying import Genuine, describe

    wrong = [pair for pair in found if not isinstance(pair[1], Genuine)]
    for path, verdict in wrong or found[:1]:
        # The name stands last: a line that begins as a file is called could be a command to CI.
        click.echo(f"{describe(verdict)} ({printable(path.name)})")
    if len(found) > 1:
        click.echo(f"{len(found) - len(wrong):,} of {len(found):,} reports are genuine.")
    sys.exit(1 if wrong else 0)


RESULTS = (export, feedback, report, keygen, verify)
