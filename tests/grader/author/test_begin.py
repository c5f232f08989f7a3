"""A course that is begun, and exercises that are laid down in it: they grade at once, as drafts."""

import json
import re

import pytest
from click.testing import CliRunner

from grader.author.exercises import begin, still_missing
from grader.cli import main
from grader.course.course import Course
from grader.errors import UsageError


@pytest.fixture
def begun(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    begin(folder, "functions")
    monkeypatch.chdir(folder)
    return folder


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def grade(folder):
    done = run("grade", folder, "--json", "-", "--sandbox", "process")
    return {each["name"]: each["score"] for each in json.loads(done.stdout)["exercises"]}


def test_init_says_what_to_fill_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run("init", "mine", "--subject", "functions")
    assert done.exit_code == 0
    for path in ("course.toml", "HINTS.md", "solutions/first.py", "tests/properties/test_first.py"):
        assert re.search(rf"^  {path} \(\d\)$", done.output, re.MULTILINE)


def test_what_is_begun_grades(begun):
    assert grade("solutions") == {"first": 2}
    assert grade("exercises") == {"first": 0}


def test_new_exercise_grades_beside_the_first(begun):
    assert run("new", "second", "--points", "5").exit_code == 0
    assert grade("solutions") == {"first": 2, "second": 5}
    assert (begun / "course.toml").read_text().count("[[exercise]]") == 2


@pytest.mark.parametrize("words", [("first",), ("Second",), ("json",), ("class",)])
def test_name_that_cannot_be_used_is_refused(begun, words):
    assert run("new", *words).exit_code == 2


def test_fewer_points_than_properties_are_refused(begun):
    done = run("new", "second", "--points", "1")
    assert (done.exit_code, "--points 2" in done.output) == (2, True)


def test_check_says_what_a_draft_misses_and_ends_well(begun):
    done = run("check")
    assert done.exit_code == 0, done.output
    assert "first is a draft, and still misses of its hints 'first: level 2, the way'" in done.output
    assert "6 of 6 misconceptions" in done.output


def test_exercise_that_is_no_draft_has_to_have_it_all(begun):
    toml = begun / "course.toml"
    toml.write_text(re.sub(r"^draft.*\n", "", toml.read_text(), flags=re.MULTILINE))
    done = run("check")
    assert done.exit_code == 70
    assert "HINTS.md has no heading" in done.output


def test_draft_that_misses_nothing_is_told(begun):
    levels = ("level 2, the way", "level 3, almost code", "common pitfalls")
    hints = begun / "HINTS.md"
    hints.write_text(hints.read_text() + "".join(f"\n### first: {level}\nA hint.\n" for level in levels))
    wrong = (
        "Hint: first: common pitfalls · Seen by: examples\n```diff\n-    return a + b\n+    return {}\n```\n"
    )
    sections = (f"## number_{n}: It is {n}.\nWhy.\n{wrong.format(n)}\n" for n in range(7, 13))
    (begun / "tests" / "misconceptions" / "first.md").write_text("\n".join(sections))
    (said,) = still_missing(Course.load(begun))
    assert said == "first is a draft, and misses nothing any more; take out draft = true"
    assert run("check").exit_code == 0


def test_half_an_exercise_stops_where_the_stub_does(begun):
    (begun / "exercises" / "first.py").write_text(
        'def first(a, b):\n    if a == 1:\n        return 3\n    raise NotImplementedError("first: TODO 1")\n'
    )
    said = run("grade", "--sandbox", "process").output
    assert "It stops where the stub does: first: TODO 1." in said


@pytest.mark.parametrize("subject", ["autograd", "alchemy", "../functions", "sandbox"])
def test_subject_that_nothing_begins_with_is_refused(tmp_path, subject):
    with pytest.raises(UsageError, match="there is no course to begin of a subject"):
        begin(tmp_path / "mine", subject)
    assert not (tmp_path / "mine").exists()


def test_folder_that_is_not_empty_is_refused(tmp_path):
    (tmp_path / "kept.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        begin(tmp_path, "functions")
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]
