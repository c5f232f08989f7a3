"""What instructors do with what is graded: export, report, keygen and verify."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.saying import say_left_out, signed_by
from grader.errors import UsageError
from grader.printable import printable
from grader.seeds import Seed, read

if TYPE_CHECKING:
    from grader.signed.authenticity import Verdict

KEY = click.Path(path_type=Path)
BOOK = click.Path(path_type=Path, dir_okay=False)
SQLITE = b"SQLite format 3\0"


@click.command()
@click.argument("book", metavar="GRADEBOOK", type=BOOK)
@click.option("--format", "form", required=True, metavar="F", help="See below.")
@click.option("--to", type=click.Path(path_type=Path), help="The file, or the new folder (default: class.F).")
@click.option(
    "--sign", "key", type=KEY, metavar="KEYFILE", help="Sign every report; only with --format json."
)
def export(book: Path, form: str, to: Path | None, key: Path | None) -> None:
    """Write a class in another format.

    One file: csv, canvas, nbgrader, junit, parquet. A folder with a file for each person: json, gradescope,
    github-classroom, classroom50, exercism.
    """
    from grader.gradebook.reading import reading
    from grader.render.formats import export as write

    if key is not None and form != "json":
        raise UsageError("only our own JSON can be signed", "add: --format json")
    single = None if key is None else signed_by(key)
    with reading(book) as reader:
        done = write(reader.standings(), form, to or Path(_default_name(form)), single)
        left_out = reader.left_out()
    click.echo(f"{printable(str(done.to))}: {done.people:,} people, {done.reports:,} of them graded")
    say_left_out(left_out)


def _default_name(form: str) -> str:
    """Where an export goes that was told no place; its format is judged later."""
    endings = {"csv": "class.csv", "parquet": "class.parquet", "junit": "class.xml"}
    tables = {name: f"class-{name}.csv" for name in ("canvas", "nbgrader")}
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
    from grader.gradebook.reading import reading
    from grader.render.page import render_class

    with reading(book) as reader:
        render_class(reader.standings(), datetime.now(UTC), to)
        say_left_out(reader.left_out())


def _single_page(path: Path, to: Path) -> None:
    from grader.course import here
    from grader.learner.hints import sections
    from grader.render.single import render_single
    from grader.render.single.reading import read_report

    course = here()
    render_single(read_report(path), course.title, sections(course), to)


@click.command()
@click.argument("file", type=KEY)
def keygen(file: Path) -> None:
    """Make a key to sign reports with: FILE stays with you, FILE.pub is for whoever verifies them."""
    from grader.signed.signing import new_key

    new_key(file)
    shown = printable(str(file))
    click.echo(f"Next: grader export GRADEBOOK --format json --sign {shown}, then")
    click.echo(f"      grader verify FOLDER --key {shown}.pub")


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
    from grader.signed.comparing import verify_folder
    from grader.signed.signing import load_public_key
    from grader.signed.verifying import verify_file

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
    from grader.course import here
    from grader.submission import load

    return load(folder, here().names).digest


def _tell(found: list[tuple[Path, Verdict]]) -> None:
    """Say what each report is, of many only those that are not genuine."""
    from grader.signed.authenticity import Genuine, describe

    wrong = [pair for pair in found if not isinstance(pair[1], Genuine)]
    for path, verdict in wrong or found[:1]:
        # The name stands last: a line that begins as a file is called could be a command to CI.
        click.echo(f"{describe(verdict)} ({printable(path.name)})")
    if len(found) > 1:
        click.echo(f"{len(found) - len(wrong):,} of {len(found):,} reports are genuine.")
    sys.exit(1 if wrong else 0)


COMMANDS = (export, report, keygen, verify)
