"""What is generic serves functions as it serves autograd: a look into each package, by such a course."""

import json
import shutil

import pytest
from click.testing import CliRunner

from grader.author.release import release, update
from grader.cli import main
from grader.commands.student import FORMATS
from grader.errors import UsageError
from grader.examine.cases import default_folder
from grader.examine.grading import grade
from grader.examine.setting import Setting, course_digest, exercise_digest
from grader.learner.help import next_hint
from grader.report.evidence import outcome_from_plain, outcome_to_plain
from grader.report.reading import read_report
from grader.report.report import to_json
from grader.report.rubric import from_json, of
from grader.report.scoring import exercise_status
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits
from grader.submission.tree import read_given
from grader.watch.board import Board
from tests.grader.functions.conftest import COURSES
from tests.grader.platforms.pull import commit, git

WRONG = "def merge(intervals):\n    return sorted(intervals)\n"


@pytest.fixture(scope="module")
def handed_in(structures, tmp_path_factory):
    """A folder with one wrong exercise among right ones."""
    folder = tmp_path_factory.mktemp("work") / "work"
    shutil.copytree(structures.root / "solutions", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "intervals.py").write_text(WRONG)
    return folder


@pytest.fixture(scope="module")
def report(structures, handed_in):
    setting = Setting(structures, choose("process"), default_folder(), limits=Limits(seconds=5.0))
    return grade(read_given(handed_in, structures), setting)


@pytest.fixture
def run(structures, tmp_path, monkeypatch):
    """Runs a command with this course in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def command(*words, course=structures.root):
        return CliRunner().invoke(main, ["--course", str(course), *map(str, words)])

    return command


def test_report_has_no_last_mark_where_there_is_none(report):
    assert report.together is None
    assert [result.exercise.name for result in report.results] == ["heap", "lru", "intervals", "tokens"]


def test_outcomes_come_back_from_plain_values(report):
    for result in report.results:
        for verdict in result.verdicts:
            plain = json.loads(json.dumps(outcome_to_plain(verdict.outcome)))
            assert outcome_from_plain(plain) == verdict.outcome


def test_report_is_read_back(report, tmp_path):
    path = tmp_path / "report.json"
    path.write_text(to_json(report))
    again = read_report(path)
    assert [result.verdicts for result in again.results] == [result.verdicts for result in report.results]


def test_rubric_is_read_back(structures):
    rubric = of(structures)
    assert from_json(rubric.to_json()) == rubric
    assert rubric.together is None


def test_same_course_has_the_same_digest_and_another_solution_another(structures, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(structures.root, copy)

    def setting():
        return Setting(type(structures).load(copy), choose("process"), default_folder())

    first = setting()
    assert course_digest(first) == course_digest(setting())
    place = copy / "solutions" / "heap.py"
    place.write_text(place.read_text().replace(">= self.items[at]", "> self.items[at]"))
    assert exercise_digest(first, first.course.exercises[0]) != exercise_digest(
        setting(), setting().course.exercises[0]
    )


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_it(run, handed_in, form):
    done = run("grade", handed_in, "--exercise", "intervals", "--format", form, "--sandbox", "process")
    assert done.exit_code == 1
    assert "intervals" in done.stdout


def test_class_is_graded_exported_and_shown(run, handed_in, structures, tmp_path):
    for name in ("ann", "bob"):
        shutil.copytree(handed_in, tmp_path / "class" / name)
    done = run("batch", tmp_path / "class", "--gradebook", "g.sqlite", "--sandbox", "process")
    assert done.exit_code == 0, done.output
    for form in ("csv", "canvas", "nbgrader", "parquet", "json"):
        assert run("export", "g.sqlite", "--format", form).exit_code == 0
    assert run("report", "g.sqlite", "--html", "class.html").exit_code == 0
    assert "83" in (tmp_path / "class.csv").read_text()
    assert "[[1, 3], [2, 5]]" in (tmp_path / "class.html").read_text()


def test_report_becomes_a_page(run, report, tmp_path):
    (tmp_path / "report.json").write_text(to_json(report))
    assert run("report", "report.json", "--html", "one.html").exit_code == 0
    page = (tmp_path / "one.html").read_text()
    assert "merge([[1, 3], [2, 5]])" in page


def test_hints_come_level_by_level(structures, tmp_path):
    titles = [next_hint(structures, tmp_path, "heap").title for _ in range(5)]
    levels = ["level 1, the idea", "level 2, the way", "level 3, almost code", "common pitfalls"]
    assert titles == [f"heap: {level}" for level in (*levels, levels[-1])]


def test_project_is_released_worked_in_reset_and_renewed(run, structures, tmp_path):
    project = tmp_path / "project"
    release(structures, project, alone=False)
    shutil.copy(structures.root / "solutions" / "heap.py", project / "exercises" / "heap.py")
    assert run("grade", "--exercise", "heap", course=project).exit_code == 0
    assert run("list", course=project).exit_code == 0
    assert run("progress", course=project).exit_code == 0
    assert run("submit", course=project).exit_code == 0
    assert [str(change) for change in update(structures, project)] == ["exercises/heap.py: kept"]
    assert run("reset", "heap", course=project).exit_code == 0
    assert "TODO" in (project / "exercises" / "heap.py").read_text()


def test_project_of_another_course_is_not_renewed_by_this_one(structures, course, tmp_path):
    release(structures, tmp_path / "project", alone=False)
    with pytest.raises(UsageError, match="is a project of another course"):
        update(course, tmp_path / "project")


def test_project_with_the_grader_in_it_has_what_runs_it(structures, tmp_path):
    release(structures, tmp_path / "project")
    there = {path.name for path in (tmp_path / "project").iterdir()}
    assert {"grader", "Makefile", "pyproject.toml", "course.toml", ".github", "README.md"} <= there
    assert "demo" not in (tmp_path / "project" / "Makefile").read_text()
    assert not [*(tmp_path / "project").rglob("templates/*")]


def test_commit_is_graded(run, structures, handed_in, tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch", "main")
    commit(repository, {f"exercises/{name}.py": structures.stub(name) for name in structures.names})
    commit(repository, {"exercises/intervals.py": WRONG})
    done = run("ci", "--repo", repository, "--base", "HEAD~1", "--sandbox", "process")
    assert done.exit_code == 1
    summary = (tmp_path / "ci" / "summary.md").read_text()
    assert "Changed: <code>intervals</code>" in summary
    assert "heap" not in summary


def test_gradescope_archive_is_built(run, tmp_path):
    assert run("gradescope", "build", "--seed", "1", "--to", "g.zip").exit_code == 0
    assert (tmp_path / "g.zip").is_file()


def test_watch_ends_at_the_last_exercise(structures, report):
    board = Board.first(structures, 0.0)
    for result in report.results:
        board = board.graded(result, 1.0)
    assert (board.last, board.waiting, board.current) == ("", (), "intervals")
    passed = [result for result in report.results if result.exercise.name != "intervals"]
    whole = Board.first(structures, 0.0)
    for name in structures.names:
        like = passed[0]
        whole = whole.graded(
            type(like)(next(e for e in structures.exercises if e.name == name), like.verdicts), 1.0
        )
    assert whole.complete
    assert whole.waiting == ()
    assert whole.next().current == whole.current


@pytest.mark.parametrize("words", [("demo",), ("graph",), ("graph", "a*b")])
def test_command_of_another_subject_is_refused(run, words):
    done = run(*words)
    assert done.exit_code == 2
    assert "this course teaches functions" in done.output


@pytest.mark.parametrize("words", [("--value", "x:Y"), ("--map", "data=val")])
def test_hand_ins_in_other_shapes_are_not_known(run, handed_in, words):
    done = run("grade", handed_in, *words)
    assert done.exit_code == 2
    assert "grades files by their names only" in done.output


def test_two_courses_with_an_exercise_of_one_name_are_graded_in_one_process(course, setting):
    tensors = type(course).load(COURSES / "tensors")
    others = Setting(tensors, choose("process"), default_folder())
    for conditions in (setting, others, setting):
        folder = conditions.course.root / "solutions"
        report = grade(read_given(folder, conditions.course), conditions, ("add",))
        assert report.all_passed


TOGETHER = """
[together]
title = "all of them"
points = 5
"""
ALL = '''
from grader.functions.over import call, graded, new


@graded(points=1, first=[call("merge", [[1, 3], [2, 5]]), new("Heap").push(1).pop(), call("tokens", "1+x")])
def test_all(expected, got):
    """All of them work side by side."""
    assert got.results == expected.results
'''


def test_a_last_mark_is_for_all_of_the_students_own(structures, handed_in, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(structures.root, copy)
    with (copy / "course.toml").open("a") as toml:
        toml.write(TOGETHER)
    (copy / "tests" / "properties" / "test_together.py").write_text(ALL)
    course = type(structures).load(copy)
    setting = Setting(course, choose("process"), default_folder())
    right, wrong = (grade(read_given(folder, course), setting) for folder in (copy / "solutions", handed_in))
    assert right.all_passed
    assert right.score.most == 105
    assert exercise_status(wrong.together) == "failed"


def test_sibling_is_the_solution_whatever_was_handed_in(structures, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(structures.root, copy)
    toml = copy / "course.toml"
    toml.write_text(toml.read_text().replace('name = "intervals"', 'name = "intervals"\nsiblings = ["heap"]'))
    work = tmp_path / "work"
    shutil.copytree(copy / "solutions", work)
    (work / "heap.py").write_text("class Heap: pass\n")
    (work / "intervals.py").write_text(
        f"from .heap import Heap\n\nassert Heap([2, 1]).pop() == 1\n\n{structures.solution('intervals')}"
    )
    course = type(structures).load(copy)
    report = grade(read_given(work, course), Setting(course, choose("process"), default_folder()))
    assert [exercise_status(result) == "passed" for result in report.results] == [False, True, True, True]
