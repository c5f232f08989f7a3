"""What students may see: programs, findings and hidden properties are left out, and points stay."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import pytest
from jsonschema import Draft202012Validator

from grader.author.release import handout, handout_without_grader
from grader.course.course import EVERYTHING, FINDINGS, LATER, STATUSES, Course
from grader.course.properties import declared_in, promised, without_hidden
from grader.errors import CourseError, UsageError
from grader.examine.cases import Recording
from grader.model import Claim, Failed, Finding, Kind, NotStarted, Passed, Result, Verdict
from grader.render.export import SINGLE, export
from grader.render.html.single_page import single_page
from grader.render.results_json import gradescope
from grader.render.text import About, summed
from grader.report.reading import report_from_plain
from grader.report.report import not_yet, schema, shown_to_students, to_plain
from grader.report.rubric import of
from grader.report.scoring import exercise_status
from tests.grader.render.formats.samples import ADD, a_class, everyone, mixed, perfect
from tests.grader.report.test_policy import FAILED

OPEN = Claim("adds", "It adds", Kind.GRADED, Fraction(3))
SECRET = Claim("secret", "It withstands zebras", Kind.GRADED, Fraction(1), hidden=True)
FOUND = Finding("overwrites", "It overwrites", "self.grad", "out.grad", "", "", "Why it goes wrong", "Hint")


def with_secret(outcome):
    result = Result(ADD, (Verdict(OPEN, Passed(3)), Verdict(SECRET, outcome)), (FOUND,))
    return replace(perfect(), results=(result, *perfect().results[1:]))


LOST = with_secret(FAILED)


def rendered(name, report):
    return single_page(report, "Course", {}) if name == "page" else SINGLE[name](report, About())


FORMATS = sorted({*SINGLE, "page"})


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("see", [EVERYTHING, FINDINGS, STATUSES])
def test_no_format_tells_a_hidden_property(name, see):
    text = rendered(name, shown_to_students(LOST, see))
    assert "zebras" not in text
    assert "secret" not in text
    assert "zebras" in rendered(name, LOST) or name == "page"


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_shows_a_program_where_students_see_findings_alone(name):
    report = shown_to_students(mixed(), FINDINGS)
    assert "Value(" in rendered(name, mixed())
    assert "Value(" not in rendered(name, report)


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_says_more_than_statuses_where_that_is_all(name):
    before, text = (rendered(name, report) for report in (mixed(), shown_to_students(mixed(), STATUSES)))
    for word in ("Value(", "ValueError", "line 12", "Why it goes wrong"):
        assert word not in text
    assert before != text


def test_points_stay_whatever_is_shown():
    for see in (EVERYTHING, FINDINGS, STATUSES, LATER):
        for report in (LOST, mixed(), perfect()):
            assert summed(shown_to_students(report, see)) == summed(report)


def test_exercise_of_which_only_something_hidden_is_lost_passes_and_tells_no_finding():
    shown = shown_to_students(LOST, EVERYTHING).results[0]
    assert (exercise_status(shown), shown.findings) == ("passed", ())
    assert exercise_status(LOST.results[0]) == "failed"


def test_report_says_that_not_all_of_it_is_shown():
    assert "Points include properties that are not shown." in shown_to_students(LOST, EVERYTHING).notes
    assert "not shown" not in " ".join(LOST.notes)


def test_equal_results_stay_one_object():
    shown = [shown_to_students(report, STATUSES) for report in (LOST, replace(LOST, submission="b"))]
    assert shown[0].results[0] is shown[1].results[0]


@pytest.mark.parametrize("see", [EVERYTHING, FINDINGS, STATUSES])
def test_json_meets_its_schema_and_comes_back_with_the_same_points(see):
    for report in (LOST, mixed()):
        plain = json.loads(json.dumps(to_plain(shown_to_students(report, see))))
        Draft202012Validator(json.loads(schema())).validate(plain)
        assert float(report_from_plain(plain).final) == pytest.approx(float(report.final), abs=0.01)


def received(final, **unseen):
    """A report that lost something hidden, with other numbers for what is hidden."""
    plain = json.loads(json.dumps(to_plain(shown_to_students(LOST, EVERYTHING))))
    plain["exercises"][0]["unseen"] |= unseen
    return report_from_plain(plain | {"score": final})


def test_what_is_not_shown_comes_back_as_points_got_and_points_lost():
    got, lost, bonus, none = received(38, score=0.5, max_score=2.5, max_bonus=2).results[0].unseen
    assert [(part.claim.kind, part.claim.share) for part in (got, lost, bonus, none)] == [
        (Kind.GRADED, Fraction(1, 2)), (Kind.GRADED, 2), (Kind.BONUS, 0), (Kind.BONUS, 2),
    ]  # fmt: skip
    assert [part.outcome for part in (got, bonus)] == [Passed(1), Passed(1)]
    assert all(isinstance(part.outcome, NotStarted) for part in (lost, none))
    assert all(part.claim.hidden for part in (got, lost, bonus, none))


@pytest.mark.parametrize(("final", "unseen"), [(37, {"score": -0.5}), (40.5, {"score": 3})])
def test_more_or_less_than_there_is_cannot_have_been_hidden(final, unseen):
    with pytest.raises(ValueError, match="brings more than there is"):
        received(final, **unseen)


def test_scores_for_github_still_add_up():
    plain = json.loads(SINGLE["github-classroom"](shown_to_students(LOST, EVERYTHING), About()))
    assert sum(test["score"] for test in plain["tests"]) == pytest.approx(float(LOST.final), abs=0.01)


# Until the deadline

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_nothing_is_seen_before_the_deadline_and_all_of_it_after():
    assert "before the deadline, 2026-12-01 12:00+00:00" in not_yet(LATER, NOON, NOON - timedelta(seconds=1))
    assert not_yet(LATER, NOON, NOON) == not_yet(EVERYTHING, NOON, NOON - timedelta(days=1)) == ""


def test_reports_of_single_people_wait_for_the_deadline(tmp_path):
    far = datetime(9000, 1, 1, tzinfo=UTC)
    class_ = replace(a_class(), students_see=LATER, deadline=far)
    with pytest.raises(UsageError, match="see nothing before the deadline"):
        export(class_, "json", tmp_path / "out")
    assert export(class_, "json", tmp_path / "out", everything=True).reports == 3
    assert export(class_, "csv", tmp_path / "class.csv").reports == 3


def test_folder_of_reports_has_what_students_may_see(tmp_path):
    people = [replace(everyone()[0], report=LOST)]
    class_ = replace(a_class(people), students_see=STATUSES)
    export(class_, "json", tmp_path / "out")
    assert "zebras" not in (tmp_path / "out" / "anna.json").read_text()
    export(class_, "json", tmp_path / "all", everything=True)
    assert "zebras" in (tmp_path / "all" / "anna.json").read_text()


@pytest.mark.parametrize("command", [("ci", "--head", "HEAD"), ("gitlab", "x", "--sandbox", "process")])
def test_ci_grades_nothing_before_the_deadline_and_says_so(command, course, tmp_path):
    text = (course.root / "course.toml").read_text("utf-8")
    text = text.replace('students_see = "everything"', 'students_see = "after_deadline"')
    (tmp_path / "course.toml").write_text(f"{text}\n[policy]\ndeadline = 8999-01-01T00:00:00Z\n", "utf-8")
    run = subprocess.run(
        [sys.executable, "-P", "-m", "grader", "--course", str(tmp_path), *command],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(course.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == (
        "Not graded here: students of this course see nothing before the deadline, 8999-01-01 00:00+00:00.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["course.toml"]


def test_gradescope_keeps_all_of_it_until_its_due_date():
    plain = json.loads(gradescope(mixed(), About(), later=True))
    assert {test["visibility"] for test in plain["tests"]} == {plain["visibility"]} == {"after_due_date"}
    assert plain["output"] == "It has arrived. What became of it is shown after the due date."
    assert plain["score"] == json.loads(gradescope(mixed(), About()))["score"]


# What an author writes


@pytest.fixture
def hiding(course, tmp_path):
    """The course, of whose properties of add the second is hidden."""
    root = tmp_path / "course"
    root.mkdir()
    for path in course.root.iterdir():
        if path.name not in (".git", "tests", "course.toml"):
            (root / path.name).symlink_to(path)
    (root / "tests" / "properties" / "cases").mkdir(parents=True)
    for path in (course.root / "tests" / "properties").glob("**/*"):
        if path.suffix in (".py", ".jsonl"):
            place = root / "tests" / "properties" / path.relative_to(course.root / "tests" / "properties")
            place.write_bytes(path.read_bytes())
    add = root / "tests" / "properties" / "test_add.py"
    before, second, rest = add.read_text("utf-8").split("@graded(", 2)
    add.write_text(f"{before}@graded({second}@graded(hidden=True, {rest.lstrip()}", "utf-8")
    (root / "course.toml").write_bytes((course.root / "course.toml").read_bytes())
    return Course.load(root)


def test_what_is_hidden_changes_no_promise(hiding, course):
    file = hiding.properties("add")
    assert promised(file) == promised(course.properties("add"))
    assert [prop.claim.hidden for prop in declared_in(file)][:3] == [False, True, False]


def test_exercise_of_which_everything_is_hidden_is_refused(hiding):
    file = hiding.properties("add")
    text = file.read_text("utf-8").replace("hidden=True, ", "")
    file.write_text(text.replace("@graded(", "@graded(hidden=True, "), "utf-8")
    with pytest.raises(CourseError, match="every property of add is hidden"):
        of(hiding)


def test_students_project_is_without_what_is_hidden_and_keeps_its_cases(hiding, tmp_path):
    files = {place.as_posix(): data for place, data in handout(hiding).items()}
    text = files["tests/properties/test_add.py"].decode()
    hidden = declared_in(hiding.properties("add"))[1].claim.name
    assert f"def test_{hidden}(" not in text
    assert "hidden=" not in text
    (tmp_path / "test_add.py").write_text(text, "utf-8")
    recording = Recording.from_text(files["tests/properties/cases/add.jsonl"].decode())
    whole = Recording.from_text((hiding.root / "tests/properties/cases/add.jsonl").read_text("utf-8"))
    assert recording.promises == promised(tmp_path / "test_add.py").hex()
    assert recording.counts == (whole.counts[0], *whole.counts[2:])
    gone = range(whole.counts[0], sum(whole.counts[:2]))
    written = [whole.cases[place] for place in whole.written if place not in gone]
    assert [recording.cases[place] for place in recording.written] == written


def test_site_and_wheel_are_without_what_is_hidden(hiding, outside, tmp_path):
    name = declared_in(hiding.properties("add"))[1].claim.name.encode()
    outside("docs.make.browser").archive(hiding, tmp_path / "course.zip")
    with ZipFile(tmp_path / "course.zip") as packed:
        of_site = {place: packed.read(place) for place in packed.namelist()}
    of_wheel = {place.as_posix(): data for place, data in handout_without_grader(hiding).items()}
    for files in (of_site, of_wheel):
        assert files["tests/properties/test_add.py"] == handout(hiding)[Path("tests/properties/test_add.py")]
        assert not [place for place, data in files.items() if b"test_" + name in data]


def test_gradescopes_archive_has_what_is_hidden(hiding):
    files = {place.as_posix(): data for place, data in handout(hiding, hidden=True).items()}
    assert b"hidden=True" in files["tests/properties/test_add.py"]


def test_file_in_which_nothing_is_hidden_stays_as_it_is(course):
    text = course.properties("add").read_text("utf-8")
    assert without_hidden(text) == text


@pytest.mark.parametrize(
    ("line", "what"),
    [('students_see = "some"', "students_see is one of"), ('students_see = "after_deadline"', "no deadline")],
)
def test_course_that_says_anything_else_is_refused(course, tmp_path, line, what):
    text = (course.root / "course.toml").read_text("utf-8")
    (tmp_path / "course.toml").write_text(text.replace('students_see = "everything"', line), "utf-8")
    with pytest.raises(CourseError, match=what):
        Course.load(tmp_path)


def test_failed_without_its_program_is_still_a_failure():
    shown = shown_to_students(mixed(), FINDINGS)
    lost = [v.outcome for result in shown.marks for v in result.verdicts if isinstance(v.outcome, Failed)]
    assert lost
