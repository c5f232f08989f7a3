"""What a student reads: narrow enough, plain when piped, nothing twice."""

import io
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console

from grader.examine.grading import grade
from grader.model import Adjustment, Claim, Exercise, Kind, Passed, Result, Verdict
from grader.render.terminal import render
from grader.report.report import Report
from grader.submission.submission import Submission
from tests.grader.autograd.variants import catalogue
from tests.grader.render.formats.samples import ADD, FAILED, FOUND, GUESSED, MUL, NOT_STARTED, report
from tests.grader.render.formats.samples import graded as samples

# What is graded is graded once.
pytestmark = pytest.mark.xdist_group("shown in a terminal")


def shown(report, **options):
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False, **options)
    render(report, console, "exercises", "make grade EX={}")
    return stream.getvalue()


@pytest.fixture(scope="module")
def graded(setting, solutions):
    """Grades all that is right, and these; or these alone."""

    def run(alone=False, **changes):
        return grade(Submission("s", changes if alone else {**solutions, **changes}, {}), setting)

    return run


@pytest.fixture(scope="module")
def overwriting(graded, solutions):
    return graded(alone=True, mul=solutions["mul"].replace("+=", "="))


def test_what_was_written_and_fails_is_shown_before_what_nobody_has_begun():
    text = shown(report(samples(ADD, NOT_STARTED), samples(MUL, FAILED)))
    assert "mul: what does not hold yet" in text
    assert "Next: mend exercises/mul.py, then run" in text


def test_points_are_exact_however_many_there_are():
    """As on every page and in every table."""
    claim = Claim("sum", "The sum.", Kind.GRADED, Fraction(1))
    result = Result(Exercise("add", "a + b", Fraction("1100.25"), ()), (Verdict(claim, Passed(1)),))
    lines = (Adjustment("late", Fraction("-1000.75")), Adjustment("early", Fraction("0.5")))
    text = shown(Report("s", "", 0, "full", (result,), None, (), lines))
    assert re.search(r"^ +add .* 1100\.25/1100\.25 ", text, re.M)
    assert re.search(r"^ +policy +late +-1000\.75", text, re.M)
    assert re.search(r"^ +policy +early +\+0\.5 ", text, re.M)
    assert re.search(r"^ +score +100/1100\.25 ", text, re.M)


def test_first_unfinished_exercise_comes_with_its_smallest_case(overwriting):
    text = shown(overwriting)
    assert "b = a * a" in text
    assert re.search(r"a = 2 +2 +2 +4 +2 +<-- differs", text)


def found(*findings, width=80):
    stream = io.StringIO()
    render(report(samples(ADD, FAILED, findings=findings)), Console(file=stream, width=width), "work", "{}")
    return stream.getvalue()


def test_what_the_code_does_is_a_table_with_why_beneath_it():
    text = found(*FOUND)
    assert "What your code does:\n part       │ your code does          │ line\n" in text
    assert " self.grad  │ self.grad = out.grad    │   12\n" in text
    assert " other.grad │ other.grad += -out.grad │     \n            │ where self.data > 0     │" in text
    said = "• Gradients add up.\n• The other sign.\n"
    assert f"{said}HINTS.md, “Accumulating”, goes on from there.\n" in text
    assert "Probably" not in text
    assert "it should" not in text


def test_what_it_should_do_is_a_third_column_where_it_may_be_told():
    text = found(replace(FOUND[0], should="self.grad += out.grad"))
    assert " part      │ your code does       │ it should             │ line\n" in text
    assert " self.grad │ self.grad = out.grad │ self.grad += out.grad │   12\n" in text


@pytest.mark.parametrize("width", [60, 80])
def test_a_table_is_no_wider_than_the_terminal(width):
    long = replace(
        FOUND[0], does="self.grad = " + "out.grad * " * 9 + "1", should="x" * 90, explanation="y " * 90
    )
    table = found(long, *FOUND, width=width).partition("What your code does:")[2]
    assert max(map(len, table.splitlines())) <= width


def test_what_an_old_report_took_for_the_mistake_stays_a_guess():
    text = found(GUESSED)
    assert "Probably: It overwrites gradients.\nGradients add up.\n" in text
    assert "your code does" not in text


def test_next_command_names_the_file_and_the_exercise(overwriting):
    text = shown(overwriting)
    assert "exercises/mul.py" in text
    assert "make grade EX=mul" in text


def test_no_line_is_wider_than_80_columns(overwriting):
    assert max(map(len, shown(overwriting).splitlines())) <= 80


def test_piped_output_has_no_escape_sequences(overwriting):
    assert "\x1b" not in shown(overwriting)


def test_no_color_is_respected(overwriting, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown(overwriting, force_terminal=True))


def test_colour_only_adds_to_what_the_plain_text_says(overwriting):
    plain = shown(overwriting)
    coloured = shown(overwriting, force_terminal=True, color_system="standard")
    words = re.sub(r"\x1b\[[0-9;]*m", "", coloured).replace("━", "").replace("╸", "").replace("╺", "")
    assert words.split() == plain.replace("━", "").replace("╸", "").split()


def test_no_property_is_named_twice(overwriting):
    text = " ".join(shown(overwriting).split())
    titles = [v.claim.title for result in overwriting.results for v in result.verdicts]
    assert all(text.count(title) <= 1 for title in titles)


def test_crash_is_told_in_the_students_own_file_and_line(graded):
    text = shown(graded(alone=True, relu="def relu(self):\n    return self.nothing\n"))
    assert "'Value' object has no attribute 'nothing'" in text
    assert "relu.py, line 2, in relu" in text
    assert "Traceback" not in text
    assert "worker" not in text


def test_finished_course_is_congratulated(graded):
    assert "Every exercise has passed" in shown(graded())


def test_missed_bonus_is_named_when_all_else_is_done(graded):
    classic = next(
        v
        for v in catalogue(Path(__file__).parents[1] / "autograd" / "right")
        if v.name == "classic_micrograd"
    )
    text = shown(graded(**classic.sources))
    assert "hidden layer of one neuron" in text


def test_hostile_text_reaches_the_terminal_escaped(graded):
    evil = "def relu(self):\n    raise ValueError('\\x1b[2J\\u202e[bold]x[/bold] ::error::')\n"
    text = shown(graded(alone=True, relu=evil))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]x[/bold]" in text
