"""Two hundred accidents to right work: each is taken for what it is, or it is told why it is not graded."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
from functools import cache, partial

import pytest

from grader.course.course import here
from grader.errors import UsageError
from grader.machine.folders import Root
from grader.submission.commit import submission as committed
from grader.submission.tree import read, read_given, read_path
from tests.grader.called import grader
from tests.grader.platforms.pull import git
from tests.grader.submission.accidents import Accidents
from tests.samples import WHOLE, some

COURSE = here()
RIGHT = {name: COURSE.solution(name) for name in COURSE.names}
STUBS = {name: COURSE.stub(name) for name in COURSE.names}
SEEDS = range(200)
LAYOUTS = COURSE.subject.layouts


def laid_out(folder, seed):
    """A hand-in as a folder; what happened to it."""
    accidents = Accidents(seed, RIGHT, STUBS)
    for path, data in accidents.happen().items():
        file = folder.joinpath(*path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return accidents.done


@cache
def definition(text, name):
    """What a file makes of a name, without the places of its lines."""
    for node in ast.parse(text).body:
        if getattr(node, "name", None) == name:
            for inner in ast.walk(node):
                if isinstance(inner, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(inner):
                    del inner.body[0]
            return ast.dump(node)
    return ""


def right(name):
    return definition(RIGHT[name], COURSE.exercises[COURSE.names.index(name)].defines)


def settled(read_it):
    """Why not all is graded; nothing where it is. Raises AssertionError where something is wrong untold."""
    try:
        found = read_it()
    except UsageError as error:
        return error.what
    assert found.shape is None, "taken for an engine in a shape of its own"
    reasons = []
    for exercise in COURSE.exercises:
        name = exercise.name
        if name in found.unclear:
            reasons.append(found.unclear[name])
        elif name in found.unreadable:
            reasons.append(found.unreadable[name])
        elif name in found.beside and definition(found.sources[name], exercise.defines) != right(name):
            reasons.append(f"{found.beside[name]} may be meant")
        else:
            assert definition(found.sources[name], exercise.defines) == right(name), name
    return "; ".join(reasons)


@pytest.mark.parametrize("way", ["batch", "grade", "Gradescope"])
def test_right_work_is_graded_or_it_is_told_why_not(way, tmp_path):
    whole = 0
    for seed in some(SEEDS, 40):
        folder = tmp_path / f"person{seed}"
        folder.mkdir()
        done = laid_out(folder, seed)
        ways = {
            "batch": partial(read_path, Root(tmp_path), (folder.name,), "somebody", COURSE, LAYOUTS),
            "grade": partial(read_given, folder, COURSE),
            "Gradescope": partial(read, folder, COURSE),
        }
        try:
            whole += not settled(ways[way])
        except (AssertionError, KeyError) as error:
            raise AssertionError(f"seed {seed}, after {done}: {error!r}") from None
    assert whole > 0.7 * len(some(SEEDS, 40))


def test_right_work_in_a_commit_is_graded_or_it_is_told_why_not(tmp_path):
    git(tmp_path, "init", "--quiet")
    for seed in some(SEEDS, 8):
        for path in tmp_path.iterdir():
            if path.name != ".git":
                subprocess.run(["rm", "-rf", path], check=True)
        done = laid_out(tmp_path / "it", seed)
        for git_folder in tmp_path.rglob("it/**/.git"):
            subprocess.run(["rm", "-rf", git_folder], check=True)
        git(tmp_path, "add", "--all", "--force")
        git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "work")
        try:
            settled(lambda: committed(tmp_path, "HEAD", "exercises", COURSE))
        except (AssertionError, KeyError) as error:
            raise AssertionError(f"seed {seed}, after {done}: {error!r}") from None


# All four ways make a submission of what they find, and the same submission has the same report wherever it
# is graded. So it is enough that batch grades them for real, that no other way takes another file, and that
# each command says what was settled. What a person names, as for grade and ci, counts before all else.


def graded_files(read_it):
    """The text that is graded for each exercise; none where the hand-in is refused."""
    try:
        found = read_it()
    except UsageError:
        return {}
    return {name: text for name, text in found.sources.items() if name not in found.unclear}


def test_no_two_ways_grade_different_files(tmp_path):
    git(tmp_path, "init", "--quiet")
    for seed in some(SEEDS, 8):
        folder = tmp_path / f"person{seed}"
        folder.mkdir()
        done = laid_out(folder, seed)
        for git_folder in folder.rglob("**/.git"):
            subprocess.run(["rm", "-rf", git_folder], check=True)
        git(tmp_path, "add", "--all", "--force")
        git(tmp_path, "commit", "--quiet", "--message", "work")
        ways = {
            "batch": partial(read_path, Root(tmp_path), (folder.name,), "somebody", COURSE, LAYOUTS),
            "grade": partial(read_given, folder, COURSE),
            "Gradescope": partial(read, folder, COURSE),
            "ci": partial(committed, tmp_path, "HEAD", folder.name, COURSE),
        }
        if any("packed" in accident for accident in done):
            # In a commit nothing is unpacked, and that is said.
            assert "is an archive, and none is opened in a commit" in settled(ways.pop("ci"))
        found = {way: graded_files(read_it) for way, read_it in ways.items()}
        for name in COURSE.names:
            texts = {way: each[name] for way, each in found.items() if name in each}
            assert len({*texts.values()}) < 2, f"seed {seed}, after {done}: {name} by {list(texts)}"
        subprocess.run(["rm", "-rf", folder], check=True)


def run_as(way, folder, tmp_path):
    """The score that a command gives a folder, where it gives one, and all that it says."""
    if way == "grade":
        done = grader("grade", folder, "--json", "-")
        report = json.loads(done.stdout) if done.stdout else {}
    elif way == "Gradescope":
        folder.rename(tmp_path / "submission")
        done = grader("gradescope", "run", "--root", tmp_path)
        report = json.loads((tmp_path / "results" / "results.json").read_text())
    else:
        git(folder, "init", "--quiet")
        git(folder, "add", "--all", "--force")
        git(folder, "commit", "--quiet", "--message", "work")
        done = grader("ci", "--repo", folder, "--out", tmp_path / "out")
        out = tmp_path / "out" / "report.json"
        report = json.loads(out.read_text()) if out.exists() else {}
    return report.get("score"), done.stdout + done.stderr + json.dumps(report)


WAYS = ("grade", "Gradescope", "ci")


@pytest.mark.parametrize("way", WAYS)
def test_commands_give_full_marks_for_right_work_after_an_accident_and_say_so(way, tmp_path):
    folder = tmp_path / "work"
    for name, text in RIGHT.items():
        file = folder / "Desktop" / "hw 1" / f"Copy of {name.upper()} (1).PY"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-16"))
    score, said = run_as(way, folder, tmp_path)
    assert score == 100
    assert "Copy of ADD (1).PY" in said


@pytest.mark.parametrize("way", WAYS)
def test_commands_say_why_right_work_is_not_graded(way, tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "work.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(100))
    score, said = run_as(way, folder, tmp_path)
    assert "work.rar is a RAR archive, which is not read" in said
    assert score in (None, 0)
    assert (score is None) == (way != "Gradescope")  # which has no result without one


def test_a_class_of_accidents_has_full_marks_or_the_reason_in_its_table(tmp_path):
    """By the command, in one batch, and the table that it exports."""
    folder, book, table = tmp_path / "class", tmp_path / "g.sqlite", tmp_path / "g.csv"
    for seed in some(SEEDS, 3):
        laid_out(folder / f"person{seed:03}", seed)
    for words in (
        ("batch", folder, "--gradebook", book, "--sandbox", "process"),
        ("export", book, "--format", "csv", "--to", table),
    ):
        run = grader(*words)
        assert run.returncode in (0, 1), run.stderr
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == (200 if WHOLE else 3)
    for row in rows:
        told = row["trouble"] or row["notes"]
        assert row["score"] == "100" or (told and row["status"] != "passed"), row
        assert row["status"] != "not handed in"
