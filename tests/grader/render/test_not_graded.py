"""An exercise that is not graded, or is from another file, is told in every output: never a zero alone."""

import csv
import html
import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from grader.course.course import here
from grader.model import NotGraded, Passed, Person, Result, Verdict
from grader.platforms.github import marks, overview, summary
from grader.render.export import CLASS, SINGLE
from grader.render.html.class_page import render_class
from grader.render.html.single_page import render_single
from grader.render.terminal import render
from grader.render.text import About
from grader.report.reading import report_from_plain
from grader.report.report import Report, to_plain
from grader.report.rubric import of
from grader.report.standings import Standing, Standings, figures
from grader.submission.commit import Changes

WHY = "relu.py is not there; relu (1).py and relu (2).py define relu, and nothing says which of them counts"
TOLD = f"relu is not graded: {WHY}."
MOVED = "Graded from files of another name or place: add from Add.py."
COURSE = here()
RUBRIC = of(COURSE)
CHANGES = Changes("a" * 40, "a" * 40, (), COURSE.names)


def result(exercise):
    outcome = NotGraded(WHY) if exercise.name in ("relu", "together") else Passed(3)
    verdicts = tuple(Verdict(claim, outcome) for claim in RUBRIC.claims[exercise.name])
    return Result(exercise, verdicts, taken="Add.py" if exercise.name == "add" else "")


REPORT = Report(
    "ada",
    "d" * 64,
    0,
    "full",
    tuple(map(result, COURSE.exercises)),
    result(COURSE.together),
    (("grader", "1"),),
)
STANDING = Standing(Person("ada", "Ada"), REPORT, None, 1, TOLD)
ABSENT = Standing(Person("bob", "Bob"), None, None, 0, "work.rar is a RAR archive, which is not read")
STANDINGS = Standings("Course", COURSE.exercises, COURSE.together, None, lambda: iter([STANDING, ABSENT]))


def plainly(text):
    """A text without a format's own way to write its letters, and on one line."""
    return " ".join(html.unescape(text).split())


def test_it_counts_nothing_and_is_no_zero_that_was_earned():
    assert REPORT.score.points == 90
    assert REPORT.notes[:2] == (TOLD, MOVED)
    assert not REPORT.all_passed
    assert to_plain(REPORT)["exercises"][3]["status"] == "not_graded"
    assert to_plain(REPORT)["exercises"][0]["taken"] == "Add.py"


def test_it_comes_back_from_its_json():
    assert report_from_plain(to_plain(REPORT)).notes == REPORT.notes


@pytest.mark.parametrize("form", sorted(set(SINGLE) - {"classroom50"}))
def test_every_format_of_one_report_says_why(form):
    told = plainly(SINGLE[form](REPORT, About(Person("ada"))))
    assert WHY[:60] in told
    assert "Add.py" in told


def test_classroom50_says_why():
    assert "not graded" in SINGLE["classroom50"](REPORT, About(Person("ada")))


def test_the_terminal_says_why_and_what_to_do():
    out = Console(file=io.StringIO(), width=200)
    render(REPORT, out, "work", "again {}")
    told = plainly(out.file.getvalue())
    assert TOLD in told
    assert "Next: put what counts into work/relu.py, then run" in told
    assert "relu max(0, a) not graded 0/10" in told


def test_a_pull_request_says_why():
    told = plainly(summary(REPORT, CHANGES))
    assert TOLD in told
    assert "❔ not graded" in told
    assert "There is no commit to compare with." in told
    assert TOLD in overview(REPORT, CHANGES)
    lines = list(marks(REPORT, CHANGES, {}, "exercises", {"add": "exercises/Add.py"}))
    assert any("nobody can tell which file is meant" in line for line in lines)


def rows_of(form):
    stream = io.BytesIO()
    CLASS[form](STANDINGS, stream)
    return list(csv.reader(io.StringIO(stream.getvalue().decode())))


def test_the_table_of_a_class_says_why():
    head, ada, bob = rows_of("csv")
    told, absent = (dict(zip(head, row, strict=True)) for row in (ada, bob))
    assert (told["status"], told["trouble"]) == ("not graded in part", TOLD)
    assert MOVED in told["notes"]
    assert (absent["status"], absent["score"]) == ("not graded", "")


@pytest.mark.parametrize("form", ["canvas", "nbgrader"])
def test_where_there_is_no_room_for_a_reason_there_is_no_grade(form):
    *_, ada, bob = rows_of(form)
    grades = (row[-1] if form == "canvas" else row[-2] for row in (ada, bob))
    assert list(grades) == ["", ""]


def test_pages_say_why(tmp_path):
    one, many = tmp_path / "one.html", tmp_path / "class.html"
    render_single(REPORT, "Course", {}, one)
    assert TOLD in one.read_text("utf-8")
    render_class(STANDINGS, datetime(2026, 1, 1, tzinfo=UTC), many)
    assert TOLD in many.read_text("utf-8")
    assert figures(STANDINGS).troubles == 2
