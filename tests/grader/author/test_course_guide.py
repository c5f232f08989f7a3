"""The guide to a course of one's own, walked from an empty folder to a class of ten and a pull request."""

import csv
import re
from pathlib import Path

import pytest

from tests.grader.called import grader
from tests.grader.platforms.pull import commit, git

# What is made once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("course guide")

ROOT = Path(__file__).resolve().parents[3]
GUIDE = (ROOT / "docs" / "guides" / "course.md").read_text("utf-8")
FILES = re.findall(r"In `([\w/.]+)`:\n\n```\w+\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = [line.split()[1:] for line in re.findall(r"^grader .*$", GUIDE, re.MULTILINE)]
SHOWN = re.search(r"^```text\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)[1]
LINES = 45  # of an author's, for an exercise


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """Somebody has followed the guide; what each command came to, by its words."""
    above = tmp_path_factory.mktemp("afternoon")
    course = above / "course"
    course.mkdir()
    runs = {}

    def run(words):
        strangers = {"batch", "ci"} & {*words}
        weak = ["--sandbox", "process"] if strangers else []
        runs[" ".join(words)] = grader(*words, *weak, cwd=course)

    for place, text in FILES[:3]:
        write(course / place, text)
    for words in COMMANDS[:2]:
        run(words)
    stub = (course / "exercises" / "heap.py").read_text("utf-8")
    write(course / FILES[3][0], FILES[3][1])
    run(COMMANDS[2])
    write(course / "exercises" / "heap.py", stub)
    run(COMMANDS[3])
    solution = (course / "solutions" / "heap.py").read_text("utf-8")
    for number in range(10):
        handed_in = solution if number < 5 else FILES[3][1] if number < 8 else stub
        write(above / "class" / f"student{number}" / "heap.py", handed_in)
    for words in COMMANDS[4:7]:
        run(words)
    git(above / "project", "init", "--quiet", "--initial-branch", "main")
    commit(above / "project", {})
    git(above / "project", "switch", "--quiet", "--create", "mine")
    commit(above / "project", {"exercises/heap.py": solution})
    run(COMMANDS[7])
    return course, runs


def write(place, text):
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")


def done(walked, begin):
    return next(run for words, run in walked[1].items() if words.startswith(begin))


def test_the_guide_shows_what_is_walked():
    assert [place for place, _ in FILES] == [
        "course.toml",
        "solutions/heap.py",
        "tests/properties/test_heap.py",
        "exercises/heap.py",
    ]
    assert [words[0] if words[0] != "--course" else words[2] for words in COMMANDS] == [
        *("check", "grade", "grade", "init", "batch", "export", "report", "ci"),
    ]


def test_an_exercise_takes_few_lines():
    assert sum(len(text.splitlines()) for _, text in FILES[:3]) <= LINES


def test_solution_has_full_marks(walked):
    run = done(walked, "grade solutions")
    assert run.returncode == 0
    assert "10/10" in run.stdout


def test_check_asks_for_nothing_but_hints(walked):
    run = done(walked, "check")
    assert run.returncode == 70
    told = [line for line in run.stderr.splitlines() if "HINTS.md has no heading" in line]
    assert len(told) == 4
    assert "heap:" not in run.stderr.replace("heap: level", "").replace("heap: common", "")


def test_student_sees_what_the_guide_shows(walked):
    run = walked[1]["grade"]
    assert run.returncode == 1
    assert SHOWN in run.stdout


def test_project_has_stubs_and_no_solution(walked):
    project = walked[0].parent / "project"
    assert "raise NotImplementedError" in git(project, "show", "main:exercises/heap.py")
    assert not (project / "solutions").exists()


def test_project_shows_its_commands_with_an_exercise_of_the_course(walked):
    project = walked[0].parent / "project"
    makefile = project / "Makefile"
    text = (makefile if makefile.exists() else project / "README.md").read_text("utf-8")
    assert set(re.findall(r"EX=([a-z]\w*)|--exercise (\w+)", text)) <= {("heap", ""), ("", "heap")}
    assert "heap" in text


def test_class_of_ten_is_graded(walked):
    assert done(walked, "--course . batch").returncode == 0
    with (walked[0] / "class.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    scores = sorted(float(row["score"]) for row in rows)
    assert scores == [0.0] * 5 + [10.0] * 5


def test_class_has_a_page(walked):
    assert done(walked, "report").returncode == 0
    assert "Structures" in (walked[0].parent / "class.html").read_text("utf-8")


def test_pull_request_is_graded(walked):
    run = done(walked, "--course . ci")
    assert (run.returncode, "10" in run.stdout) == (0, True)
    assert "heap" in (walked[0] / "ci" / "summary.md").read_text("utf-8")
