"""What a student types in their project: hint, list, progress, reset, solution, and what a grade leaves."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.author.release import release
from grader.course.course import here
from tests.grader import called


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A released project, its solutions sealed, that no test changes."""
    folder = tmp_path_factory.mktemp("release") / "nanograd"
    release(here(), folder, alone=False)
    return folder


@pytest.fixture
def project(released, tmp_path):
    """A released project to work in."""
    return Path(shutil.copytree(released, tmp_path / "mine"))


def grader(project, *arguments, text="", **environment):
    """A command in the project; named, so that the grader that is not in it has nothing to say of that."""
    quiet = {"CI": None, "GITHUB_ACTIONS": None, "NANOGRAD_COURSE": str(project)}
    return called.grader(*arguments, cwd=project, text=text, **{**quiet, **environment})


def write(project, name, change=lambda source: source):
    source = change(here().solution(name))
    (project / "exercises" / f"{name}.py").write_text(source, "utf-8")


def overwriting(source):
    assert "+=" in source
    return source.replace("+=", "=")


def history(project):
    path = project / ".nanograd" / "history.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


# A grade


def test_grade_of_the_own_exercises_is_remembered_by_the_grader_of_a_project(tmp_path):
    release(here(), tmp_path / "whole")
    write(tmp_path / "whole", "relu")
    quiet = {name: v for name, v in os.environ.items() if name not in ("PYTHONPATH", "CI", "GITHUB_ACTIONS")}
    command = [sys.executable, "-B", "-m", "grader", "grade", "--exercise", "relu"]
    subprocess.run(command, cwd=tmp_path / "whole", env=quiet, capture_output=True, timeout=120, check=True)
    (grade,) = history(tmp_path / "whole")
    assert [(mark["exercise"], mark["status"]) for mark in grade["marks"]] == [("relu", "passed")]


def test_grade_of_another_folder_and_in_ci_is_not(project):
    shutil.copytree(project / "exercises", project / "other")
    grader(project, "grade", "other", "--exercise", "relu")
    grader(project, "grade", "--exercise", "relu", CI="true")
    assert not (project / ".nanograd").exists()


def test_report_is_the_same_with_and_without_a_history(project):
    write(project, "relu", overwriting)
    command = ("grade", "--exercise", "relu", "--json", "-")
    with_, without = (
        json.loads(grader(project, *command, NANOGRAD_HISTORY=said).stdout) for said in ("on", "off")
    )
    for plain in (with_, without):
        plain.pop("times", None)
    assert json.dumps(with_) == json.dumps(without)
    assert len(history(project)) == 1


def test_history_that_cannot_be_written_costs_a_line_and_no_grade(project):
    (project / ".nanograd").write_text("in the way")
    run = grader(project, "grade", "--exercise", "relu")
    assert run.returncode == 1
    assert "not started" in run.stdout
    assert len(run.stderr.splitlines()) == 1
    assert "NANOGRAD_HISTORY=off" in run.stderr


def test_exercise_that_passes_leads_to_the_next_and_claims_nothing_of_the_others(project):
    write(project, "add")
    said = grader(project, "grade", "--exercise", "add").stdout.splitlines()
    assert said[-3:] == [
        "add has passed.",
        "Next: open exercises/mul.py, fill in its TODOs, then run",
        "  grader grade --exercise mul",
    ]


def test_next_is_what_is_not_known_to_pass_and_the_first_ones_come_after_the_last(project):
    for name in ("relu", "backward", "neuron", "layer", "mlp"):
        write(project, name)
    grader(project, "grade", "--exercise", "backward")
    write(project, "pow", overwriting)
    said = grader(project, "grade", "--exercise", "relu", "--exercise", "neuron").stdout.splitlines()
    assert said[-3:] == [
        "relu and neuron have passed.",
        "Next: see how far exercises/layer.py is, with",
        "  grader grade --exercise layer",
    ]
    for name in ("layer", "mlp"):
        said = grader(project, "grade", "--exercise", name).stdout.splitlines()
    assert said[-2] == "Next: open exercises/add.py, fill in its TODOs, then run"


def test_where_every_exercise_has_passed_by_itself_all_of_them_together_are_next(project):
    for name in here().names:
        write(project, name)
    grader(project, "grade")
    said = grader(project, "grade", "--exercise", "mlp").stdout.splitlines()
    assert said[-3:] == [
        "mlp has passed.",
        "No exercise is left by itself. Next: all of them together, with",
        "  grader grade",
    ]


def test_exercise_of_another_folder_leads_to_the_next_in_it(project):
    (project / "of a friend").mkdir()
    shutil.copy(here().root / "solutions" / "add.py", project / "of a friend")
    said = grader(project, "grade", "of a friend", "--exercise", "add").stdout.splitlines()
    assert said[-1] == "  grader grade 'of a friend' --exercise mul"


# hint


def test_hint_after_a_recognised_mistake_is_about_that_then_the_levels(project):
    write(project, "relu", overwriting)
    grader(project, "grade", "--exercise", "relu")
    first, second = (grader(project, "hint", "relu").stdout for _ in range(2))
    assert "A gradient is set instead of added to." in first
    assert "In self.grad, line" in first
    assert "Accumulation" in first
    assert "level 1 of 4; again for the next: grader hint relu" in second


def test_hint_on_a_mistake_is_not_given_for_a_file_that_changed(project):
    write(project, "relu", overwriting)
    grader(project, "grade", "--exercise", "relu")
    write(project, "relu", lambda source: overwriting(source) + "# another try\n")
    assert "level 1 of 4" in grader(project, "hint", "relu").stdout


RIGHT = "self.grad += other.data * out.grad"
BEGINNING = RIGHT.partition(" * ")[0]  # in 80 columns the rest is on the next line
# Of what is in a project, these are not made by the student's work in it.
OURS = ("grader", "docs", "HINTS.md", ".venv")


def kept(project):
    """Every text in the project that grading or hints may have left, and the student's own."""
    files = (path for path in project.rglob("*") if path.is_file())
    own = (path for path in files if path.relative_to(project).parts[0] not in OURS)
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in own)


def test_the_right_formula_is_told_from_the_third_level_on_and_nowhere_before(project):
    write(project, "mul", lambda source: source.replace(RIGHT, "self.grad = self.data * out.grad"))
    grade = ("grade", "--exercise", "mul")
    for _ in range(3):  # what the code does, then the first two levels
        said = [grader(project, *grade).stdout, grader(project, *grade, "--json", "-").stdout]
        said.append(grader(project, *grade, "--json", "report.json").stdout)
        said.append(grader(project, "hint", "mul").stdout)
        assert all(BEGINNING not in text and "it should" not in text for text in said)
        assert BEGINNING not in kept(project)
        assert all(not finding["should"] for finding in findings(project))
    assert "level 3 of 4" in grader(project, "hint", "mul").stdout
    said = grader(project, *grade, "--json", "report.json").stdout
    assert "it should" in said
    assert BEGINNING in said
    assert RIGHT in {finding["should"] for finding in findings(project)}
    assert "it should" not in grader(project, "grade", "--exercise", "add").stdout


def findings(project):
    (exercise,) = json.loads((project / "report.json").read_text())["exercises"]
    assert exercise["findings"]
    return exercise["findings"]


def test_somebody_elses_folder_is_told_nothing(project):
    write(project, "mul", overwriting)
    shutil.copytree(project / "exercises", project / "other")
    for _ in range(4):
        grader(project, "hint", "mul")
    told = grader(project, "grade", "--exercise", "mul").stdout
    assert "it should" in told
    assert "it should" not in grader(project, "grade", "other", "--exercise", "mul").stdout


def test_last_hint_says_so_and_comes_again(project):
    (project / ".nanograd").mkdir()
    (project / ".nanograd" / "hints.json").write_text('{"relu": {"level": 3, "diagnoses": []}}')
    first, again = (grader(project, "hint", "relu").stdout for _ in range(2))
    assert "level 4 of 4, the last one" in first
    assert first == again


def test_hint_without_an_exercise_is_for_the_one_to_look_at_next(project):
    write(project, "add")
    grader(project, "grade", "--exercise", "add", "--exercise", "mul")
    assert grader(project, "hint").stdout.startswith("mul: level 1, the idea")


def test_hint_is_for_the_file_that_a_shell_completes(project):
    run = grader(project, "hint", "exercises/relu.py", "--level", "2")
    assert run.stdout.startswith("relu: level 2, the mathematics")
    assert run.stdout.rstrip().endswith("level 2 of 4")
    assert not (project / ".nanograd" / "hints.json").exists()


@pytest.mark.parametrize("arguments", [("hint", "tanh"), ("reset", "tanh"), ("solution", "tanh")])
def test_unknown_exercise_is_one_clear_error(project, arguments):
    run = grader(project, *arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("grader: there is no exercise 'tanh'\n        choose from: add, mul")


# list


def test_list_shows_where_each_exercise_stood(project):
    write(project, "add")
    write(project, "relu", overwriting)
    assert "passed" not in grader(project, "list").stdout
    grader(project, "grade")
    write(project, "add", lambda source: source + "# more\n")
    lines = {line.split()[1]: line for line in grader(project, "list").stdout.splitlines()}
    assert lines["add"].rstrip().endswith("10 points  passed, changed since")
    assert lines["relu"].rstrip().endswith("10 points  failed, 7/10")
    assert "not started" in lines["mlp"]


def test_parts_that_work_alone_only_are_told_so_and_not_sent_on_to_the_demo(project):
    for name in ("add", "relu", "backward", "neuron", "layer", "mlp"):
        write(project, name)
    for path in (here().root / "tests" / "redteam" / "attacks" / "in_a_circle").glob("*.py"):
        shutil.copy(path, project / "exercises")
    run = grader(project, "grade")
    assert run.stdout.startswith("Every exercise passes alone. Together, with all parts your own, none of 2")
    assert "grader demo" not in run.stdout
    for command in ("list", "progress"):
        assert grader(project, command).stdout.startswith("Every exercise passes alone.")


def test_list_finds_what_is_spoken_of_and_says_where(project):
    run = grader(project, "list", "chain rule")
    assert "backward" in run.stdout
    assert "multiplied at every step: the chain rule" in run.stdout
    assert "HINTS.md has a section “Chain rule”" in run.stdout
    assert "mlp" not in run.stdout


def test_list_that_finds_nothing_says_so(project):
    run = grader(project, "list", "zebra\x1b[2J")
    assert run.returncode == 0
    assert run.stdout == "No exercise speaks of “zebra\\x1b[2J”.\n"


# reset and solution


def test_reset_gives_the_stub_and_says_how_to_get_the_file_back(project, released):
    write(project, "relu")
    run = grader(project, "reset", "relu")
    stub = (released / "exercises" / "relu.py").read_text("utf-8")
    assert (project / "exercises" / "relu.py").read_text("utf-8") == stub
    _, source, target = run.stdout.splitlines()[-1].split()
    shutil.copy(project / source, project / target)
    assert (project / "exercises" / "relu.py").read_text("utf-8") == here().solution("relu")


def test_file_to_hand_in_is_written_and_said(project, tmp_path):
    write(project, "relu")
    run = grader(project, "submit")
    assert run.returncode == 0
    assert run.stdout.splitlines() == [
        "hand-in.zip is what you hand in: add, mul, pow, relu, backward, neuron, layer, mlp.",
        "add, mul, pow, backward, neuron, layer, mlp: still the stub.",
    ]
    assert (project / "hand-in.zip").stat().st_size < 20_000


def test_reset_of_a_fresh_stub_does_nothing(project):
    assert "nothing to reset" in grader(project, "reset", "relu").stdout
    assert not (project / ".nanograd").exists()


def test_solution_before_a_pass_is_refused_with_the_next_step(project):
    run = grader(project, "solution", "relu")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.splitlines()[-1].strip() == "grader hint relu"


def test_solution_after_a_pass_shows_the_model_and_the_difference(project):
    write(project, "relu", lambda source: source.replace("max(0, self.data)", "max(0.0, self.data)"))
    run = grader(project, "solution", "relu")
    assert run.returncode == 0, run.stderr
    assert '    out = Value(max(0, self.data), (self,), "relu")\n' in run.stdout
    assert '-    out = Value(max(0.0, self.data), (self,), "relu")' in run.stdout
    assert len(history(project)) == 1


def test_what_a_student_wrote_steers_no_terminal(project):
    write(project, "relu", lambda source: source + "# \x1b[2J [red] ::error::\n")
    run = grader(project, "solution", "relu")
    assert run.returncode == 0, run.stderr
    assert "-# \\x1b[2J [red] ::error::" in run.stdout


# progress


def test_progress_of_nobody_says_how_to_begin(project):
    run = grader(project, "progress")
    assert (run.returncode, run.stdout) == (0, "No grade is remembered yet. Run: grader grade\n")


def test_progress_shows_points_times_and_where_it_is_kept(project):
    write(project, "add")
    grader(project, "grade")
    shown = grader(project, "progress").stdout
    assert shown.startswith("10 of 100 points after one grade")
    assert "10/10  passed" in shown
    assert "on this machine only" in shown


def test_progress_of_a_thousand_grades_is_a_chart(project):
    remembered(project, 1000)
    shown = grader(project, "progress").stdout
    assert shown.startswith("10 of 100 points after 1,000 grades")
    assert shown.count("┤") == 8
    assert max(map(len, shown.splitlines())) <= 80
    assert "16 h 39 min" in shown


@pytest.mark.parametrize(("count", "title"), [(1, "10 of 100 points"), (200, "3 h 19 min")])
def test_progress_is_drawn_with_text_that_says_it(project, count, title):
    remembered(project, count)
    run = grader(project, "progress", "--png", "out.png", "--svg", "out.svg")
    assert run.returncode == 0, run.stderr
    assert (project / "out.png").read_bytes().startswith(b"\x89PNG")
    text = (project / "out.svg").read_text("utf-8")
    assert f">{title}<" in text
    assert str(project) not in text


def test_picture_that_cannot_be_written_is_one_clear_error(project):
    remembered(project, 2)
    run = grader(project, "progress", "--png", "no/such/place.png")
    assert run.returncode == 2
    assert len(run.stderr.splitlines()) == 2


def test_remembering_is_turned_off_and_forgotten(project):
    remembered(project, 3)
    grader(project, "progress", "--off")
    grader(project, "grade", "--exercise", "relu")
    assert len(history(project)) == 3
    assert grader(project, "progress", "--forget", text="n\n").returncode == 1
    assert len(history(project)) == 3
    grader(project, "progress", "--forget", text="y\n")
    assert history(project) == []
    assert "--on" in grader(project, "progress").stdout


def remembered(project, count):
    """So many grades of relu, a minute apart, only the last of them a pass."""
    (project / ".nanograd").mkdir()
    lines = []
    for minute in range(count):
        passed = minute == count - 1
        mark = {
            "exercise": "relu",
            "status": "passed" if passed else "failed",
            "points": "10" if passed else "3",
            "most": "10",
            "file": str(minute),
            "diagnosis": None,
        }
        at = f"2026-03-{2 + minute // 1440:02}T{minute // 60 % 24:02}:{minute % 60:02}:00+00:00"
        lines.append(json.dumps({"at": at, "seconds": 0.5, "seed": 0, "marks": [mark]}))
    (project / ".nanograd" / "history.jsonl").write_text("\n".join(lines) + "\n")
