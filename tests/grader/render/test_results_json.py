"""One report in each outside format, as its consumer would read it."""

import base64
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import jsonschema
import pytest

from grader.model import Person
from grader.render.export import SINGLE
from grader.render.results_json import cut, wrapped
from grader.render.text import About
from grader.report.report import to_json
from tests.grader.render.formats.samples import (
    ADD,
    CRASHED,
    FAILED,
    FOLDER,
    HANDED_IN,
    MUL,
    NOT_STARTED,
    PASSED,
    RULES,
    TIMED_OUT,
    graded,
    mixed,
    perfect,
    report,
    ruled,
    sunk,
)

CHECKED = ("gradescope", "github-classroom", "classroom50", "exercism")
REPORTS = (mixed, perfect, sunk, report, ruled)


def rendered(name, made, about=None):
    return json.loads(SINGLE[name](made, about or About()))


def items_of(name, made):
    return rendered(name, made)["tests"]


@pytest.mark.parametrize("made", REPORTS)
@pytest.mark.parametrize("name", CHECKED)
def test_every_report_meets_the_formats_schema(name, made):
    schema = json.loads((FOLDER / f"{name}.schema.json").read_text("utf-8"))
    about = About(Person("anna"), HANDED_IN, HANDED_IN, 1.5, "Autodiff", "autodiff")
    for given in (About(), about):
        found = jsonschema.Draft202012Validator(schema).iter_errors(rendered(name, made(), given))
        assert [error.message for error in found] == []


def test_schemas_are_valid_schemas():
    paths = sorted(FOLDER.glob("*.schema.json"))
    assert len(paths) == len(CHECKED)
    for path in paths:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("name", [*CHECKED, "junit"])
def test_nothing_a_submission_says_stays_invisible_or_unencodable(name):
    text = SINGLE[name](mixed(), About())
    text.encode("utf-8")
    assert all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize("made", REPORTS)
def test_json_is_byte_for_byte_the_reports_own(made):
    assert SINGLE["json"](made(), About()) == to_json(made())


def test_json_has_times_where_they_are_known():
    started = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    times = {"started": "2026-01-02T03:04:05+00:00", "seconds": 2.5}
    assert SINGLE["json"](mixed(), About(started=started, seconds=2.5)) == to_json(mixed(), times)


def test_gradescopes_score_is_the_final_one():
    whole = rendered("gradescope", mixed(), About(seconds=1.25))
    assert whole["score"] == pytest.approx(20 / 3 - 2.5)
    assert whole["execution_time"] == 1.25
    assert "leaderboard" not in whole


def test_gradescope_numbers_properties_by_exercise_and_leaves_notes_out():
    numbers = [test["number"] for test in items_of("gradescope", mixed())]
    assert numbers == ["1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "3.1", "P.1"]


def test_gradescope_shows_policy_lines_and_findings_and_notes_in_its_output():
    output = rendered("gradescope", mixed())["output"].split("\n")
    assert "late, 1 day begun: 10 % less: -2.5" in output
    assert "  What the code does: It overwrites gradients." in output
    assert "  Note on add: style holds" in rendered("gradescope", perfect())["output"].split("\n")


def test_gradescope_has_a_test_for_each_policy_line_even_for_the_floor():
    lines = [test for test in items_of("gradescope", sunk()) if test["tags"] == ["policy"]]
    assert [line["score"] for line in lines] == [-20, 1, 14]
    assert rendered("gradescope", sunk())["score"] == 0


def test_gradescope_tells_the_findings_once_with_the_first_that_fails():
    outputs = [test["output"] for test in items_of("gradescope", mixed())]
    assert ["What your code does:" in output for output in outputs].count(True) == 1
    assert "HINTS.md" in outputs[1]


def test_github_classroom_points_to_the_line_of_the_first_finding():
    lines = [test["line_no"] for test in items_of("github-classroom", mixed())]
    assert lines[:3] == [0, 12, 0]
    assert set(lines[3:]) == {0}


def test_gradescope_takes_nothing_for_markup_and_hides_nothing():
    whole = rendered("gradescope", mixed())
    assert {test["output_format"] for test in whole["tests"]} == {"text"}
    assert {test["visibility"] for test in whole["tests"]} == {"visible"}
    assert whole["output_format"] == whole["test_output_format"] == "text"


def test_gradescope_says_what_the_verdict_depends_on():
    extra = rendered("gradescope", mixed())["extra_data"]
    assert (extra["digest"], extra["seed"], extra["isolation"]) == ("ab" * 32, 7, "full")


@pytest.mark.parametrize("made", REPORTS)
def test_github_scores_add_up_to_the_final_score(made):
    total = sum(test["score"] for test in items_of("github-classroom", made()))
    assert total == pytest.approx(float(made().final), abs=0.005)


def test_github_adds_full_marks_up_to_exactly_full_marks():
    whole = rendered("github-classroom", perfect())
    assert sum(test["score"] for test in whole["tests"]) == whole["max_score"] == 40
    assert whole["status"] == "pass"


def test_github_never_gives_points_to_what_did_not_pass():
    tests = items_of("github-classroom", mixed())
    assert all(test["score"] <= 0 for test in tests if test["status"] != "pass")
    assert {test["status"] for test in tests} == {"pass", "fail", "error"}


def test_github_shows_an_earned_bonus_without_points_and_no_missed_one():
    bonus = [test for test in items_of("github-classroom", mixed()) if "(bonus" in test["name"]]
    assert [(test["name"][:9], test["score"], test["status"]) for test in bonus] == [("add: long", 0, "pass")]


def test_no_line_for_githubs_log_is_a_command():
    for test in items_of("github-classroom", mixed()):
        text = "\n".join([test["name"], test["message"], test["test_code"]])
        assert not re.search(r"^\s*::", text, re.MULTILINE)
        assert "##[" not in text


LONG = report(*(graded(part, *[replace(CRASHED, error="many words " * 600)] * 10) for part in (ADD, MUL)))


def test_github_s_reporter_can_take_it_from_an_environment_variable():
    assert len(wrapped(SINGLE["github-classroom"](LONG, About()))) < 100_000
    tests = items_of("github-classroom", LONG)
    assert len(tests) == 20
    assert all("many words" in test["message"] and "(cut here)" in test["message"] for test in tests)


def test_github_s_texts_are_whole_where_they_fit():
    assert "(cut here)" not in SINGLE["github-classroom"](mixed(), About())


def test_github_output_is_one_line_of_base64():
    text = SINGLE["github-classroom"](mixed(), About())
    line = wrapped(text)
    assert re.fullmatch(r"result=[A-Za-z0-9+/=]+\n", line)
    assert base64.b64decode(line.removeprefix("result=")).decode() == text


def test_classroom50_rounds_down_and_keeps_the_exact_points():
    whole = rendered("classroom50", mixed())
    assert (whole["score"], whole["max-score"]) == (4, 40)
    assert whole["tests"][0]["score"] == 6
    assert whole["tests"][0]["exact-score"] == pytest.approx(20 / 3)
    assert whole["tests"][-1]["points"] == -2.5


@pytest.mark.parametrize("made", REPORTS)
def test_classroom50_never_scores_above_the_most(made):
    whole = rendered("classroom50", made())
    assert all(0 <= part["score"] <= part["max-score"] for part in [whole, *whole["tests"]])


def test_classroom50_takes_what_is_known_of_the_hand_in():
    about = About(Person("anna"), HANDED_IN, slug="autodiff", classroom="cs50", commit="https://x/c")
    whole = rendered("classroom50", mixed(), about)
    assert (whole["classroom"], whole["assignment"], whole["owner"]) == ("cs50", "autodiff", "anna")
    assert whole["datetime"] == "2026-02-28T23:30:05Z"
    assert whole["submission"] == "submit/20260228T233005Z-abababa"
    assert whole["release"] == whole["review"] == whole["commit"] == "https://x/c"
    assert rendered("classroom50", mixed(), About(owner="team", mode="team"))["owner"] == "team"


def test_exercism_keeps_the_order_and_shows_neither_bonus_nor_notes():
    whole = rendered("exercism", mixed())
    assert [test["status"] for test in whole["tests"]] == ["pass", "fail", "pass", "error", "error", "fail"]
    assert [test["task_id"] for test in whole["tests"]] == [1, 1, 1, 2, 2, 3]
    assert (whole["status"], whole["message"]) == ("fail", None)


def test_exercism_passes_without_any_bonus():
    assert rendered("exercism", report(graded(ADD, PASSED)))["status"] == "pass"


def test_exercism_is_an_error_only_if_every_test_is_one():
    broken = rendered("exercism", report(graded(ADD, CRASHED), graded(MUL, TIMED_OUT)))
    assert broken["status"] == "error"
    assert broken["message"].startswith("ValueError")
    for other in (FAILED, NOT_STARTED):
        assert rendered("exercism", report(graded(ADD, CRASHED, other)))["status"] == "fail"


def test_what_is_too_long_is_cut_and_says_so():
    assert len(cut("x" * 501, 500)) == 500
    assert cut("x" * 501, 500).endswith("(cut here)")
    assert cut("x" * 500, 500) == "x" * 500


@pytest.mark.parametrize("name", [*CHECKED, "junit", "json"])
def test_every_format_says_by_which_rules_a_score_came_about(name):
    told, untold = (SINGLE[name](made(), About()) for made in (ruled, mixed))
    assert RULES in told
    assert "rules" not in untold.lower()


@pytest.mark.parametrize("name", CHECKED)
def test_rules_are_worth_nothing(name):
    def points(made):
        found = rendered(name, made())
        return found.get("score"), sum(test.get("score", 0) for test in found["tests"]), found.get("status")

    assert points(ruled) == points(mixed)
