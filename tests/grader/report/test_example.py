"""What is shown first: in every output the same program, written down to teach what is wrong."""

import io
import json
from dataclasses import replace
from fractions import Fraction
from html import unescape

import pytest
from rich.console import Console

from grader.examine.grading import grade
from grader.model import (
    Claim,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Kind,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.notebook.cells import plain
from grader.platforms.github import summary
from grader.render.html.single_page import single_page, view
from grader.render.picture.svg import example_graph
from grader.render.terminal import render
from grader.render.text import told_of
from grader.report.reading import report_from_plain
from grader.report.report import to_json
from grader.report.words import counterexample_of, example
from grader.submission.commit import Changes
from grader.submission.submission import Submission
from tests.grader.render.formats.samples import FOUND
from tests.grader.report.test_words import PREORDER

ADD = Exercise("add", "a + b", Fraction(10), ())


def verdict(name, drawn, kind=Kind.GRADED):
    """A property that fails with a program, drawn or written down; where drawn is None it crashes without."""
    outcome = Crashed(1, "TypeError: no")
    if drawn is not None:
        outcome = Failed(3, Counterexample(name, (("a.grad", 1.0),), (("a.grad", 2.0),), drawn))
    return Verdict(Claim(name, f"{name} holds.", kind, Fraction(1)), outcome)


HELD = Verdict(Claim("held", "It holds.", Kind.GRADED, Fraction(1)), Passed(3))


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        ([HELD, verdict("first", False), verdict("second", False)], "first"),
        ([verdict("drawn", True), verdict("written", False)], "written"),
        ([verdict("crashed", None), verdict("drawn", True)], "drawn"),
        ([verdict("crashed", None), verdict("ended", None)], "crashed"),
        ([verdict("bonus", False, Kind.BONUS), verdict("drawn", True)], "drawn"),
        ([HELD, verdict("bonus", False, Kind.BONUS)], "bonus"),
        ([HELD, verdict("note", False, Kind.NOTE)], None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_first_is_the_first_property_with_a_program_that_was_written_down(verdicts, shown):
    found = example(Result(ADD, tuple(verdicts)))
    assert (found and found.claim.name) == shown


@pytest.fixture(scope="module")
def report(setting, solutions):
    """A walk in the wrong order, which any graph with a node of two uses shows, b - b the shortest."""
    return grade(Submission("s", solutions | {"backward": PREORDER}, {}), setting, ("backward",))


LINES = ["a = Value(5)", "b = a * 2", "c = b * 3", "d = b + c", "d.backward()"]


def test_an_order_is_shown_by_a_node_and_its_two_uses(report):
    shown = counterexample_of(example(report.results[0]).outcome)
    assert shown.source.splitlines()[4:9] == LINES
    assert not shown.drawn


def test_every_output_shows_the_same_program(report):
    (result,) = report.results
    shown = example(result)
    source = counterexample_of(shown.outcome).source
    assert example_graph(report).shown.source == source
    (part,) = view(report, {}).parts
    assert (part.missed[0].title, part.missed[0].open) == (shown.claim.title, True)
    assert part.missed[0].shown.program == source.rstrip("\n")
    screen = io.StringIO()
    render(report, Console(file=screen, width=100), "exercises", "make grade EX={}")
    changes = Changes("a" * 40, "b" * 40, ("backward",), ("backward",), (), 0)
    for text in (screen.getvalue(), unescape(summary(report, changes)), plain(result, ())):
        lines = text.splitlines()
        start = lines.index(LINES[0])
        assert lines[start : start + 5] == LINES


def test_the_report_s_json_names_it_and_leads_to_the_same_when_it_is_read_back(report):
    said = json.loads(to_json(report))
    (exercise,) = said["exercises"]
    assert exercise["example"] == example(report.results[0]).claim.name == "node_used_twice_waits_for_both"
    back = report_from_plain(said)
    assert example(back.results[0]).claim.name == exercise["example"]
    assert single_page(back, "t", {}) == single_page(report, "t", {})


# How many points hang on what the code does.


def told(lost, findings=FOUND):
    verdicts = tuple(replace_points(verdict(f"p{n}", n >= lost), n < lost) for n in range(10))
    return told_of(Result(ADD, verdicts, findings))


def replace_points(verdict, fails):
    return verdict if fails else replace(verdict, outcome=Passed(3))


@pytest.mark.parametrize(
    ("lost", "findings", "said"),
    [
        (9, FOUND[:1], "9 of these 10 points hang on this."),
        (1, FOUND[:1], "1 of these 10 points hangs on this."),
        (10, FOUND[:1], "All 10 points hang on this."),
        (4, FOUND, ""),
    ],
)
def test_how_many_points_hang_on_what_the_code_does_is_said(lost, findings, said):
    assert told(lost, findings).stake == said


@pytest.mark.parametrize("other", [TimedOut(10.0), Crashed(3, "ValueError: no")])
def test_points_that_were_lost_in_another_way_are_not_said_to_hang_on_the_same(other):
    verdicts = (verdict("p0", False), replace(verdict("p1", False), outcome=other), verdict("p2", True))
    assert told_of(Result(ADD, verdicts, FOUND[:1])).stake == ""


def test_where_no_point_is_lost_nothing_hangs_on_it():
    assert told(0).stake == ""
    assert told(3, ()) is None
