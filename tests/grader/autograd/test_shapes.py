"""Implementations in shapes of their own, right and wrong: what a fair teacher says of every part of each."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from grader.autograd.any_engine.examining import NO_WAY_BACK, OTHERWISE, UNSHOWN, grade_foreign
from grader.autograd.any_engine.finding import is_foreign
from grader.errors import UsageError
from grader.examine.setting import Setting
from grader.model import Crashed, Kind, Passed, TimedOut
from grader.report.evidence import status
from grader.report.report import notes, score_of_present
from grader.report.scoring import absent, exercise_status
from grader.sandbox.runner import Limits
from grader.submission.submission import definitions
from tests.grader.autograd.test_pasted import gives, shown
from tests.samples import some

SHAPES = Path(__file__).parent / "shapes"
TABLE = tomllib.loads((SHAPES / "expected.toml").read_text("utf-8"))
CANNOT = TABLE.pop("cannot")
# Those beside the sample stand for what is absent, for a way back that is not there, and for a crash.
TAKEN = {*some(list(TABLE), 4), "tape", "early_lecture", "number_among_operands"}
PARTS = ("add", "mul", "pow", "relu", "backward", "neuron", "layer", "mlp")
FEW = ("add", "relu", "mlp")
SAID_INSTEAD = {f"# {said}\n" for said in (NO_WAY_BACK, UNSHOWN, OTHERWISE)}
NOT_PASSED = ("failed", "crashed", "timed_out", "absent", "not_started")


def where(name, folder=SHAPES):
    path = folder / name
    return path if path.is_dir() else folder / f"{name}.py"


def wanted(name, part):
    return next((word for word in NOT_PASSED if part in TABLE[name].get(word, ())), "passed")


def at_hand(folder):
    """What the cells of a folder's notebooks define, into which programs are pasted."""
    return "".join(definitions(each.name, each.read_text("utf-8")) for each in folder.glob("*.ipynb"))


def verdict(result):
    return "absent" if absent(result) else exercise_status(result)


def verdicts(report):
    """Those on parts from both of its modules, where a whole report of the same code has the others."""
    return {r.exercise.name: verdict(r) for r in report.results if r.exercise.name in FEW}


def each(*names, cases=None):
    """One run for each case, or for each implementation taken; one implementation's runs share its report."""
    rows = [row for row in cases or [(name,) for name in TABLE] if row[0] in TAKEN]
    marked = [
        pytest.param(*row, id="-".join(row), marks=pytest.mark.xdist_group(f"shapes-{row[0]}"))
        for row in rows
    ]
    return pytest.mark.parametrize(names, marked)


@pytest.fixture(scope="session")
def patient(course, setting):
    """What never ends is waited for one second."""
    return Setting(
        course, setting.cage, setting.cache, limits=Limits(seconds=2.0, patience=6.0), lenient=True
    )


@pytest.fixture(scope="session")
def report_of(patient):
    return cache(lambda name: grade_foreign(where(name), patient, mapping=TABLE[name].get("map", {})))


@each("name", "part", cases=[(name, part) for name in TABLE for part in PARTS])
def test_every_part_has_the_verdict_a_fair_teacher_gives(name, part, report_of):
    result = next(r for r in report_of(name).results if r.exercise.name == part)
    said = {v.claim.name: v.outcome for v in result.verdicts if not isinstance(v.outcome, Passed)}
    assert verdict(result) == wanted(name, part), said


def test_part_that_never_ends_times_out(patient):
    (backward,) = grade_foreign(where("until_nothing_changes"), patient, only=["backward"]).results
    assert verdict(backward) == "timed_out"


@each("name")
def test_class_that_counts_is_found(name, report_of):
    first = report_of(name).found[0]
    assert f" {TABLE[name]['found']} " in first, first
    assert f"in {TABLE[name].get('in', '')}" in first, first


@each("name", cases=[(name,) for name in TABLE if {"right", "wrong"} & set(TABLE[name])])
def test_operations_beyond_the_exercises_are_told_right_from_wrong(name, report_of):
    found = {v.claim.name: status(v.outcome) for v in report_of(name).extras}
    right, wrong = TABLE[name].get("right", []), TABLE[name].get("wrong", [])
    assert {extra: found.get(extra) for extra in right} == dict.fromkeys(right, "passed")
    assert not {extra for extra in wrong if found.get(extra, "passed") == "passed"}


@each("name")
def test_no_right_operation_beyond_the_exercises_is_called_wrong(name, report_of):
    wrong = {v.claim.name for v in report_of(name).extras if not isinstance(v.outcome, Passed)}
    assert wrong <= {*TABLE[name].get("wrong", ()), *TABLE[name].get("built_on_wrong", ())}


@each("name", "word", cases=[(name, word) for name in TABLE for word in TABLE[name].get("noted", ())])
def test_what_differs_and_is_no_error_is_noted(name, word, report_of):
    said = [note for mark in report_of(name).marks for note in notes(mark)]
    assert any(word in note for note in said), said


def run(program, folder):
    """What a program prints where an engine lies, and what it ends with; None where that takes too long."""
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-c", program],
            cwd=folder, env=os.environ | {"MPLBACKEND": "agg"}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.stdout, done.stderr.rstrip().rpartition("\n")[2]


def imports_of(program):
    return "\n".join(line for line in program.splitlines() if line.startswith(("import ", "from ")))


@each("name", cases=[(name,) for name in TABLE if {"failed", "crashed"} & set(TABLE[name])])
def test_program_that_is_shown_gives_what_is_said(name, report_of):
    """Run as it is shown, in a process of its own, in the folder of what it is about."""
    folder = where(name) if where(name).is_dir() else SHAPES
    beside = cache(lambda imports: run(imports, folder))
    for result in report_of(name).results:
        for program, outcome in shown(result).items():
            # What is not there where code is graded may be there where this runs.
            lacks = isinstance(outcome, Crashed) and outcome.error.startswith("Needed: ")
            if program in SAID_INSTEAD or lacks:
                continue
            alone = beside(imports_of(program))
            if alone is None or alone[1] or isinstance(outcome, TimedOut):
                continue  # what trains or asks where it is imported cannot be pasted beside
            stdout, error = run(at_hand(folder) + program, folder)
            said_by_itself = len(alone[0].splitlines())
            stdout = "".join(stdout.splitlines(keepends=True)[said_by_itself:])
            assert gives(outcome, stdout, error), (program, stdout, error, outcome)


@pytest.mark.xdist_group("shapes-early_lecture")
def test_where_no_program_can_be_shown_that_is_said(report_of):
    """A lecture without a way back, whose gradients are wrong."""
    add = next(r for r in report_of("early_lecture").results if r.exercise.name == "add")
    assert set(shown(add)) == {f"# {NO_WAY_BACK}\n"}


def test_text_that_gives_something_else_is_not_shown(patient):
    """A neuron without a bias: every line that would set one raises, where the worker has passed it over."""
    (neuron,) = grade_foreign(where("forgotten_bias"), patient, only=["neuron"]).results
    assert f"# {OTHERWISE}\n" in shown(neuron)


@pytest.mark.parametrize("name", CANNOT)
def test_what_cannot_be_loaded_is_told_why_in_one_line(name, patient):
    with pytest.raises(UsageError) as raised:
        grade_foreign(where(name, SHAPES / "cannot"), patient)
    what, step = raised.value.what, raised.value.next_step
    assert [word for word in CANNOT[name]["says"] if word not in what] == [], what
    assert [word for word in CANNOT[name]["next"] if word not in step] == [], step
    assert step
    assert "\n" not in what + step
    assert "submission" not in what
    assert len(what) < 160


@pytest.mark.xdist_group("shapes-karpathy")
def test_karpathys_engine_gets_full_marks_and_misses_two_bonuses(report_of):
    report = report_of("karpathy")
    missed = {
        v.claim.name
        for mark in report.marks
        for v in mark.verdicts
        if v.claim.kind is Kind.BONUS and not isinstance(v.outcome, Passed)
    }
    assert report.all_passed
    assert report.score.points == report.score.most == 100
    assert missed == {"chain_of_100_000_operations", "hidden_layer_of_one_neuron"}


@pytest.mark.xdist_group("shapes-tape")
def test_what_is_absent_costs_nothing_of_what_is_there(report_of):
    there = score_of_present(report_of("tape"))
    assert there.points == there.most == 60


def test_class_that_is_named_is_the_one_that_counts(patient):
    report = grade_foreign(where("several_values"), patient, value="step2:Value")
    assert " in step2.py" in report.found[0]
    assert [verdict(r) for r in report.results][:2] == ["failed", "failed"]


def test_class_that_is_not_there_is_told_so(patient):
    with pytest.raises(UsageError, match="Scalar"):
        grade_foreign(where("several_values"), patient, value="step2:Scalar")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.xdist_group(f"shapes-{n}")) for n in ("karpathy", "tape")]
)
def test_zip_of_it_gets_the_same_verdicts(name, report_of, patient, tmp_path):
    folder = tmp_path / "inside" / "micrograd-master"
    source = where(name)
    if source.is_dir():
        shutil.copytree(source, folder)
    else:
        folder.mkdir(parents=True)
        shutil.copy(source, folder)
    packed = Path(shutil.make_archive(str(tmp_path / "download"), "zip", tmp_path / "inside"))
    assert verdicts(grade_foreign(packed, patient, only=FEW)) == verdicts(report_of(name))


@pytest.mark.xdist_group("shapes-karpathy")
def test_address_of_a_local_repository_gets_the_same_verdicts(report_of, patient, tmp_path):
    shutil.copytree(where("karpathy"), tmp_path / "work")
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=tmp_path / "work", check=True)
    address = Path(f"file://{tmp_path / 'work'}")
    assert verdicts(grade_foreign(address, patient, only=FEW)) == verdicts(report_of("karpathy"))


def test_whatever_lies_around_an_engine_does_it_no_harm(patient, tmp_path):
    """Tests that want torch, a setup.py that installs, a notebook, a README, data."""
    folder = tmp_path / "micrograd"
    shutil.copytree(where("karpathy"), folder)
    (folder / "test").mkdir()
    (folder / "test" / "test_engine.py").write_text("import torch\nfrom micrograd.engine import Value\n")
    (folder / "setup.py").write_text("import setuptools\nsetuptools.setup(name='micrograd')\n")
    (folder / "demo.ipynb").write_text('{"cells": []}')
    (folder / "README.md").write_text("# micrograd\n")
    (folder / "trace_graph.py").write_text(
        "from graphviz import Digraph\nDigraph().render('out', view=True)\n"
    )
    assert grade_foreign(folder, patient, only=FEW).all_passed


@pytest.mark.parametrize("name", TABLE)
def test_it_is_taken_as_it_is_without_being_told(name, course):
    assert is_foreign(where(name), course)


def test_the_courses_own_layout_is_not_taken_for_another(course, solved):
    assert not is_foreign(solved, course)
    assert not is_foreign(course.root / "exercises", course)


def test_table_and_folder_hold_the_same():
    lying = {path.stem for path in SHAPES.iterdir()} - {"expected", "cannot", "__pycache__"}
    assert lying == set(TABLE)
    assert {path.stem for path in (SHAPES / "cannot").iterdir()} - {"__pycache__"} == set(CANNOT)


def test_there_are_enough_of_every_kind():
    wrong = [name for name in TABLE if {"failed", "crashed", "timed_out"} & set(TABLE[name])]
    said = Counter(wanted(name, part) for name in TABLE for part in PARTS)
    assert len(TABLE) >= 40
    assert len(wrong) >= 15
    assert set(said) == {"passed", *NOT_PASSED}
    for part in PARTS:
        failing = [name for name in TABLE if wanted(name, part) in ("failed", "crashed", "timed_out")]
        passing = [name for name in TABLE if wanted(name, part) == "passed"]
        assert len(failing) >= 2, part
        assert len(passing) >= 10, part
