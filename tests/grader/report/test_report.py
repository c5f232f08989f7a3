"""The report: its schema, its stability, its numbers."""

import json

import jsonschema
import pytest

from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.report.report import schema, to_json, to_plain
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission, load

REPORT_SCHEMA = json.loads(schema())


@pytest.fixture(scope="module")
def perfect(course, setting):
    return grade(load(course.root / "solutions", course.names), setting)


def broken(solutions):
    """One exercise of each status, and numbers that are not finite."""
    return {
        **solutions,
        "add": solutions["add"].replace("+=", "="),
        "mul": "def mul(self, other):\n    raise ValueError('no')\n",
        "pow": "import time\ndef pow(self, exponent):\n    while True:\n        time.sleep(1)\n",
        "relu": solutions["relu"].replace("max(0, self.data)", "float('nan')"),
        "layer": "",
    }


def test_solutions_score_everything(perfect):
    plain = to_plain(perfect)
    assert (plain["score"], plain["max_score"]) == (100, 100)
    assert plain["bonus"] == plain["max_bonus"] > 0
    assert perfect.all_passed


def test_report_of_solutions_meets_the_schema(perfect):
    plain = to_plain(perfect, {"started": "2026-01-01T00:00:00+00:00", "seconds": 1.0})
    assert [e.message for e in jsonschema.Draft202012Validator(REPORT_SCHEMA).iter_errors(plain)] == []


def test_schema_is_itself_a_valid_schema():
    meta = jsonschema.Draft202012Validator(jsonschema.Draft202012Validator.META_SCHEMA)
    assert [e.message for e in meta.iter_errors(REPORT_SCHEMA)] == []


def test_report_of_broken_work_meets_the_schema(course, setting, solutions):
    quick = Setting(course, setting.cage, setting.cache, limits=Limits(seconds=0.5, patience=6.0))
    report = grade(Submission("broken", broken(solutions), {}), quick)
    text = to_json(report)
    plain = json.loads(text)
    jsonschema.validate(plain, REPORT_SCHEMA)
    statuses = {exercise["name"]: exercise["status"] for exercise in plain["exercises"]}
    assert statuses["add"] == statuses["relu"] == "failed"
    assert statuses["mul"] == "crashed"
    assert statuses["pow"] == "timed_out"
    assert statuses["backward"] == "passed"


def test_schema_refuses_a_report_with_an_unknown_key(perfect):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(to_plain(perfect) | {"extra": 1}, REPORT_SCHEMA)


def test_same_submission_and_seed_give_the_same_bytes(course, setting, solutions):
    submission = Submission("twice", broken(solutions) | {"pow": solutions["pow"]}, {})
    assert to_json(grade(submission, setting)) == to_json(grade(submission, setting))


def test_another_seed_draws_other_cases_and_gives_the_same_verdict(course, setting, solutions):
    other = Setting(course, setting.cage, setting.cache, seed=1, limits=setting.limits)
    wrong = Submission("wrong", {"add": solutions["add"].replace("+= out.grad", "+= 1.0")}, {})
    first, second = (grade(wrong, s, only=["add"]) for s in (setting, other))
    assert first.score == second.score
    assert first.seed != second.seed


def test_points_of_properties_add_up_to_the_exercise(perfect):
    for exercise in to_plain(perfect)["exercises"]:
        graded = [p for p in exercise["properties"] if p["kind"] == "graded"]
        assert sum(p["max_score"] for p in graded) == exercise["max_score"]


def test_at_least_forty_properties_are_graded(perfect):
    properties = [p for e in to_plain(perfect)["exercises"] for p in e["properties"]]
    assert len(properties) >= 40
    assert len({p["title"] for p in properties}) >= 40


def test_report_says_how_isolated_the_code_was(perfect):
    assert to_plain(perfect)["isolation"] == "none"


def test_only_the_exercises_asked_for_are_graded(course, setting, solutions):
    report = grade(Submission("s", solutions, {}), setting, only=["mul", "relu"])
    assert [result.exercise.name for result in report.results] == ["mul", "relu"]
    assert report.together is None


def test_single_item_list_earns_a_note_and_full_marks(course, setting, solutions):
    layer = solutions["layer"].replace("return outs[0] if len(outs) == 1 else outs", "return outs")
    plain = to_plain(grade(Submission("s", {"layer": layer}, {}), setting, only=["layer"]))
    assert plain["score"] == 10
    assert "list of one" in plain["exercises"][0]["notes"][0]


def test_other_slope_at_the_kink_earns_a_note_and_full_marks(course, setting, solutions):
    relu = solutions["relu"].replace("out.data > 0", "self.data >= 0")
    plain = to_plain(grade(Submission("s", {"relu": relu}, {}), setting, only=["relu"]))
    assert plain["score"] == 10
    assert "PyTorch takes the slope 0" in plain["exercises"][0]["notes"][0]
