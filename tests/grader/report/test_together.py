"""What passes alone and not together is told on top of every report; and the last mark may count."""

import csv
import html
import json
import shutil
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO, StringIO
from pathlib import Path

import jsonschema
import pyarrow.parquet
import pytest
from rich.console import Console

from grader.autograd.any_engine.examining import grade_foreign
from grader.examine.grading import grade
from grader.model import Crashed, Kind, NotStarted, Person
from grader.platforms.github import files, marks, overview, summary
from grader.render.export import CLASS, SINGLE
from grader.render.export import code_quality as codequality
from grader.render.html.class_page import render_class
from grader.render.html.single_page import single_page
from grader.render.terminal import render
from grader.render.terminal import render_any_shape as render_any
from grader.render.text import About
from grader.report.reading import received_from_plain, report_from_plain
from grader.report.report import schema, to_json, to_plain
from grader.report.rubric import Policy, adjusted
from grader.report.scoring import exercise_status
from grader.report.standings import Standing, figures
from grader.submission.commit import Changes
from grader.submission.submission import Submission
from tests.grader.render.formats.samples import (
    ADD,
    ANYWHERE,
    CIRCLE,
    CRASHED,
    FAILED,
    MUL,
    NOT_STARTED,
    PASSED,
    POW,
    TIMED_OUT,
    TOGETHER,
    a_class,
    graded,
    in_a_circle,
    mixed,
    perfect,
    report,
    result,
    verdict,
)

ALONE = "Every exercise passes alone. Together, with all parts your own,"
GUESS = "One exercise may be built on another in a circle, or rest on how our parts are made inside."
RECURSION = "it ends in RecursionError, where mul.py and pow.py call each other in a circle."
NOTE = f"{ALONE} none of 2 properties holds: {RECURSION}"
RUNAWAY = replace(CIRCLE, frames=("mul.py, line 10, in mul",) * 6)
CHANGES = Changes("a" * 40, "b" * 40, (), ("add", "mul", "pow"))
KARPATHY = Path(__file__).parents[1] / "autograd" / "shapes" / "karpathy" / "micrograd"
MADE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


# When there is a note, and what it says


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ((CIRCLE, CIRCLE), f"none of 2 properties holds: {RECURSION}"),
        ((CIRCLE, PASSED), f"1 of 2 properties does not hold: {RECURSION}"),
        (
            (PASSED, PASSED, FAILED, FAILED),
            "2 of 4 properties do not hold: it gives other values than promised.",
        ),
        ((FAILED,), f"its one property does not hold: it gives other values than promised. {GUESS}"),
        ((CRASHED, CRASHED), f"none of 2 properties holds: it crashes. {GUESS}"),
        ((TIMED_OUT, FAILED), "it gives no answer in time or it gives other values than promised."),
        ((RUNAWAY, RUNAWAY), f"none of 2 properties holds: it ends in RecursionError. {GUESS}"),
    ],
)
def test_note_says_what_was_observed_and_calls_a_guess_a_guess(outcomes, said):
    (note,) = in_a_circle(*outcomes).notes
    assert note.startswith(ALONE)
    assert said in note


def test_where_further_operations_do_not_hold_they_are_named_in_place_of_a_guess():
    told = replace(verdict("rsub", FAILED).claim, about="1 - a")
    (note,) = replace(in_a_circle(FAILED), extras=(replace(verdict("rsub", FAILED), claim=told),)).notes
    assert note.endswith(
        "it gives other values than promised. Of the further operations 1 - a does not hold."
    )


@pytest.mark.parametrize(
    "silent",
    [
        perfect(),
        mixed(),
        in_a_circle(PASSED, PASSED),
        in_a_circle(NOT_STARTED, NOT_STARTED),
        replace(in_a_circle(), together=None),
        replace(in_a_circle(FAILED), results=(graded(ADD, PASSED), graded(MUL, FAILED))),
        replace(in_a_circle(), results=(graded(ADD, PASSED), graded(MUL, FAILED), graded(POW, PASSED))),
    ],
)
def test_there_is_no_note_where_all_works_or_little_is_known(silent):
    assert silent.notes == ()
    assert "notes" not in to_plain(silent)


def test_a_missed_bonus_or_note_of_a_last_mark_that_passes_is_no_note_on_top():
    counts = result(
        TOGETHER,
        verdict("works", PASSED),
        verdict("fast", FAILED, 1, Kind.BONUS),
        verdict("x", FAILED, 0, Kind.NOTE),
    )
    assert replace(in_a_circle(), together=counts).notes == ()


def test_circle_is_told_of_two_that_pass_even_where_a_third_does_not():
    wrong = replace(in_a_circle(), results=(graded(ADD, FAILED), graded(MUL, PASSED), graded(POW, PASSED)))
    assert wrong.notes == (f"mul and pow pass alone. Together, with all parts your own, {RECURSION}",)


def test_circle_of_three_and_a_helper_names_the_three():
    frames = [f"{name}.py, line 1, in f" for name in ("pow", "add", "helper", "mul", "value", "pow")]
    (note,) = in_a_circle(replace(CIRCLE, frames=tuple(frames))).notes
    assert "where add.py, mul.py and pow.py call each other in a circle." in note


def test_note_repeats_nothing_that_the_submission_says():
    hostile = Crashed(1, "RecursionError: =1+1 <b>", ("<b>.py, line 1, in <b>", "=cmd.py, line 1, in x") * 3)
    (note,) = in_a_circle(hostile).notes
    assert note == f"{ALONE} its one property does not hold: it ends in RecursionError. {GUESS}"


LEANING = {
    # It asks a neuron for what only the reference's calls so.
    "layer": ("nonlin) for _", "nonlin and Neuron(nin).nonlin) for _"),
    "neuron": ("self.nonlin", "self.bent"),
}


def test_network_that_rests_on_our_neuron_is_told_of_while_the_operations_hold(setting, solutions):
    sources = solutions | {name: solutions[name].replace(*change) for name, change in LEANING.items()}
    found = grade(Submission("leaning", sources, {}), setting)
    assert found.all_passed
    assert found.notes == (f"{ALONE} 1 of 2 properties does not hold: it crashes. {GUESS}",)


CIRCULAR = """

def scaled(node, by):
    out = Value(node.data * by, (node,))
    def _backward():
        node.grad += out.grad * by
    out._backward = _backward
    return out

def mul(self, other):
    if not isinstance(other, Value):
        return scaled(self, other)
    return scaled((self + other) ** 2 + scaled(self ** 2 + other ** 2, -1), 0.5)

def power(self, k):
    out = self * Value(k * self.data ** (k - 1))
    return out + Value(self.data ** k - out.data)

Value.__mul__, Value.__pow__ = mul, power
"""


def test_engine_of_another_shape_that_goes_in_a_circle_has_the_note(lenient, tmp_path):
    shutil.copytree(KARPATHY, tmp_path / "micrograd")
    with (tmp_path / "micrograd" / "engine.py").open("a") as file:
        file.write(CIRCULAR)
    found = grade_foreign(tmp_path / "micrograd", lenient)
    assert found.all_passed
    assert found.notes == (f"{ALONE} none of 2 properties holds: it ends in RecursionError. {GUESS}",)


# Where the note stands


def console():
    return Console(file=StringIO(), width=400, color_system=None)


def test_terminal_begins_with_the_note():
    one, other = console(), console()
    render(in_a_circle(), one, "exercises", "grader grade --exercise {}")
    render_any(replace(in_a_circle(), found=("one file",)), other, "grader grade --exercise {}")
    for printed in (one, other):
        assert printed.file.getvalue().startswith(NOTE)


def test_json_has_the_note_and_meets_the_schema_and_is_read_back():
    plain = to_plain(in_a_circle())
    assert plain["notes"] == [NOTE]
    jsonschema.validate(plain, json.loads(schema()))
    assert report_from_plain(plain).notes == (NOTE,)
    assert SINGLE["json"](in_a_circle(), About()) == to_json(in_a_circle())


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_every_format_for_one_person_has_the_note_before_any_exercise(name):
    text = SINGLE[name](in_a_circle(), About())
    assert NOTE in text
    if name != "json":  # in which keys have their order
        assert text.index(NOTE) < text.index("add")


@pytest.mark.parametrize("name", sorted({*SINGLE, *ANYWHERE}))
def test_no_format_says_anything_where_there_is_no_note(name):
    if name in SINGLE:
        assert "passes alone" not in SINGLE[name](perfect(), About())
    else:
        assert b"passes alone" not in written(name, perfect())


def written(name, whole, points=0):
    stream = BytesIO()
    CLASS[name](a_class([Standing(Person("anna"), whole, None, 1)], points), stream)
    return stream.getvalue()


def test_csv_and_parquet_have_a_column_for_notes_and_junit_a_property():
    (row,) = csv.DictReader(StringIO(written("csv", in_a_circle()).decode()))
    assert row["notes"] == NOTE
    table = pyarrow.parquet.read_table(BytesIO(written("parquet", in_a_circle())))
    assert set(table["notes"].to_pylist()) == {NOTE}
    suite = ElementTree.fromstring(written("junit", in_a_circle())).find("testsuite")
    said = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert said["notes"] == NOTE


def test_gitlab_shows_the_note_at_the_file_that_assembles_the_parts():
    (issue,) = json.loads(codequality(in_a_circle(), {}, "exercises"))
    assert issue["description"] == NOTE
    assert issue["location"] == {"path": "exercises/__init__.py", "lines": {"begin": 1}}


def test_github_shows_the_note_in_log_summary_and_comment():
    shown, texts = files(in_a_circle(), CHANGES, About())
    assert shown.notes == (NOTE,)
    assert overview(shown, CHANGES).startswith(NOTE)
    assert next(marks(shown, CHANGES, {}, "exercises")) == f"::warning title=Alone and together::{NOTE}"
    assert texts["summary.md"].startswith("> [!WARNING]\n> Every exercise passes alone&#46;")


def test_strangers_note_comes_into_no_comment():
    texts = files(in_a_circle(), CHANGES, About())[1]
    plain = json.loads(texts["report.json"])
    plain["notes"] = ["<img> @everyone\n\n## 100 of 100"]
    assert summary(*received_from_plain(plain)) == texts["summary.md"]
    first, second, rest, *_ = texts["summary.md"].split("\n")
    assert first == "> [!WARNING]"
    assert html.unescape(second) == f"> {NOTE}"
    assert not rest


def test_page_of_one_begins_with_the_note():
    page = single_page(in_a_circle(), "A course", {})
    assert page.index(NOTE) < page.index("<h1>")
    assert "on-top" not in single_page(perfect(), "A course", {}).partition("</style>")[2]


def test_page_of_a_class_counts_who_has_a_note_and_holds_it(tmp_path):
    people = [Standing(Person("anna"), in_a_circle()), Standing(Person("bob"), perfect())]
    render_class(a_class(people), MADE, tmp_path / "class.html")
    page = (tmp_path / "class.html").read_text()
    assert "On top of 1 report stands a note" in page
    assert page.count(NOTE) == 1
    assert figures(a_class(people)).noted == 1


# Where the last mark counts


def test_last_mark_that_counts_is_part_of_the_score_and_of_passing():
    missed, held = in_a_circle(points=20), in_a_circle(PASSED, PASSED, points=20)
    assert (missed.final, missed.score.most, missed.all_passed) == (40, 60, False)
    assert (held.final, held.score.most, held.all_passed) == (60, 60, True)
    assert held.score.most_bonus == 0


def test_properties_share_the_points_of_a_last_mark_that_counts():
    half = in_a_circle(PASSED, FAILED, points=5)
    assert half.score.points == 40 + Fraction(5, 2)
    (first, second) = to_plain(half)["together"]["properties"]
    assert (first["kind"], first["score"], second["score"], second["max_score"]) == ("graded", 2.5, 0, 2.5)


def test_last_mark_is_a_bonus_by_default():
    missed = in_a_circle()
    assert (missed.final, missed.score.most, missed.score.most_bonus, missed.all_passed) == (40, 40, 4, True)
    assert exercise_status(missed.together) == "crashed"


def test_last_mark_that_counts_can_be_weighed():
    half = in_a_circle(PASSED, FAILED, points=20)
    assert half.final == 50
    assert adjusted(half, Policy(weights={"together": Fraction(2)}), None).final == Fraction(60, 80) * 60


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gradescope", '"max_score": 60'),
        ("github-classroom", '"status": "fail", "max_score": 60'),
        ("classroom50", '"max-score": 60'),
        ("exercism", '"name": "together: works_0 holds", "status": "error"'),
        ("junit", 'errors="2"'),
    ],
)
def test_last_mark_that_counts_is_shown_among_the_exercises(name, told):
    assert told in SINGLE[name](in_a_circle(points=20), About())
    assert told not in SINGLE[name](in_a_circle(), About())


@pytest.mark.parametrize(("name", "most"), [("csv", "60"), ("canvas", "60.00"), ("nbgrader", "60.0")])
def test_tables_know_what_full_marks_are_where_the_last_mark_counts(name, most):
    assert most in written(name, in_a_circle(points=20), points=20).decode()
    assert most not in written(name, in_a_circle()).decode()


def test_pages_count_the_last_mark_among_the_exercises(tmp_path):
    page = single_page(in_a_circle(points=20), "A course", {})
    assert "3 of 4 exercises pass." in page
    people = [Standing(Person("anna"), in_a_circle(points=20))]
    render_class(a_class(people, 20), MADE, tmp_path / "class.html")
    assert '["together","all of it","20",false]' in (tmp_path / "class.html").read_text().replace(", ", ",")
    assert figures(a_class(people, 20)).spread.most == 60


def test_terminal_shows_points_and_what_is_missing_where_the_last_mark_counts():
    printed = console()
    render(in_a_circle(points=20), printed, "exercises", "grader grade --exercise {}")
    said = printed.file.getvalue()
    assert "0/20" in said
    assert "40/60" in said
    assert "together: what does not hold yet" in said
    assert "Well done" not in said


def test_commit_passes_only_with_a_last_mark_that_counts():
    assert files(in_a_circle(), CHANGES, About())[0].all_passed
    assert not files(in_a_circle(points=20), CHANGES, About())[0].all_passed


def test_gitlab_shows_a_last_mark_that_counts_where_the_parts_are_assembled():
    found = json.loads(codequality(in_a_circle(points=20), {}, "exercises"))
    assert {issue["location"]["path"] for issue in found} == {"exercises/__init__.py"}
    assert [issue["check_name"] for issue in found] == [
        "together.note",
        "together.works_0",
        "together.works_1",
    ]
    assert len({issue["fingerprint"] for issue in found}) == 3


def test_report_on_a_last_mark_that_counts_is_read_back():
    whole = in_a_circle(points=20)
    back = report_from_plain(to_plain(whole))
    assert to_json(back) == to_json(whole)
    assert not back.all_passed


def test_unstarted_exercise_leaves_a_last_mark_that_counts_at_nothing():
    stub = NotStarted("pow.py is still the stub")
    unstarted = report(graded(ADD, PASSED), together=in_a_circle(stub, stub, points=20).together)
    assert (unstarted.final, unstarted.score.most, unstarted.notes) == (10, 30, ())
