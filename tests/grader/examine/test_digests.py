"""What makes an outcome worth finding again, and what does not."""

import shutil
from dataclasses import replace

import pytest

from grader import version
from grader.course.course import Course
from grader.examine.setting import JUDGES, course_digest, exercise_digest, outcome_key
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission
from tests.grader.house.test_layers import modules, ours


@pytest.fixture
def copied(course, setting, tmp_path):
    """A copy of the course to be changed; gives the setting that reads it anew."""
    for name in ("course.toml", "solutions", "tests/properties"):
        source, target = course.root / name, tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return lambda: replace(setting, course=Course.load(tmp_path))


def digests(setting):
    return {part.name: exercise_digest(setting, part) for part in setting.course.parts}


def changed(copied, file, old, new):
    """The exercises whose digest differs once old stands as new in a file of the course."""
    setting = copied()
    path = setting.course.root / file
    before, text = digests(setting), path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    after = digests(copied())
    return {name for name in before if before[name] != after[name]}


def test_a_changed_property_is_a_change_of_its_exercise_alone(copied):
    found = changed(copied, "tests/properties/test_mul.py", "same_operand_twice", "same_operand_squared")
    assert found == {"mul"}


def test_a_changed_solution_is_a_change_wherever_it_stands_beside_others(copied, course):
    found = changed(copied, "solutions/layer.py", "self.neurons = [", "self.neurons = list() + [")
    assert found == {"layer", "mlp"}  # its own is judged by torch, but what should be done is read off it


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("course.toml", "points = 10", "points = 25"),
        ("course.toml", 'title = "a + b"', 'title = "the sum"'),
        ("course.toml", "[together]", "[policy]\nlate_per_day = 10\n\n[together]"),
        ("tests/properties/test_add.py", "points=1", "points=7"),
        ("tests/properties/test_add.py", '    """', '    """And: '),
    ],
)
def test_points_titles_and_policies_are_no_reason_to_run_anything(copied, file, old, new):
    assert changed(copied, file, old, new) == set()


def test_another_limit_or_cage_is_another_course(setting):
    class Caged(type(setting.cage)):
        isolation = "full"

    others = [
        setting,
        replace(setting, limits=Limits(seconds=1.0)),
        replace(setting, cage=Caged()),
    ]
    assert len({course_digest(other) for other in others}) == len(others)


def test_another_seed_asks_for_other_outcomes_and_cannot_be_found_by_the_courses_digest(setting):
    other, part = replace(setting, seed=1), setting.course.parts[0]
    assert exercise_digest(other, part) != exercise_digest(setting, part)
    assert course_digest(other) == course_digest(setting)


def test_patience_is_no_reason_to_run_anything(setting):
    patient = replace(setting, limits=replace(setting.limits, patience=9.0))
    assert course_digest(patient) == course_digest(setting)


def keys(setting, sources, unreadable=None):
    submission, found = Submission("anybody", sources, unreadable or {}), digests(setting)
    return {p.name: outcome_key(setting.course, submission, p, found[p.name]) for p in setting.course.parts}


def test_a_changed_file_is_a_change_of_its_exercise_and_of_all_together(setting, solutions):
    one = keys(setting, solutions)
    other = keys(setting, solutions | {"relu": solutions["relu"] + "# done\n"})
    assert {name for name in one if one[name] != other[name]} == {"relu", "together"}


def test_a_helper_of_the_students_own_is_a_change_of_everything(setting, solutions):
    one, other = keys(setting, solutions), keys(setting, solutions | {"helper": "x = 1\n"})
    assert all(one[name] != other[name] for name in one)


def test_an_unreadable_file_is_not_a_missing_one(setting, solutions):
    rest = {name: text for name, text in solutions.items() if name != "relu"}
    one, other = keys(setting, rest), keys(setting, rest, {"relu": "relu.py is not UTF-8 text"})
    assert {name for name in one if one[name] != other[name]} == {"relu", "together"}


def test_every_module_between_programs_and_outcomes_is_a_judge():
    paths = dict(modules())
    below, todo = set(), ["examine.examining"]
    while todo:
        name = todo.pop()
        if name in paths and name not in below:
            below.add(name)
            todo += ours(paths[name])
    judged = {name for name in below if name in JUDGES or name.rpartition(".")[0].replace(".", "/") in JUDGES}
    # What readers of files read shows, whatever they are called.
    readers = {"errors", "printable", "version", "start"}
    assert {name for name in below - judged - readers if not name.startswith("machine.")} == set()


def test_the_subject_and_what_it_sends_are_judges_too(setting, monkeypatch):
    parts = []
    monkeypatch.setattr("grader.examine.setting.code_digest", lambda *given: parts.extend(given) or b"")
    exercise_digest(setting, setting.course.exercises[0])
    assert {"autograd", "autograd/worker", *JUDGES} <= {*parts}


def test_the_empty_folder_of_a_former_package_is_no_part_of_the_code(monkeypatch, tmp_path):
    monkeypatch.setattr(version, "__file__", str(tmp_path / "version.py"))
    (tmp_path / "worker.py").write_text("x = 1\n")
    before = version.code_digest.__wrapped__("worker")
    (tmp_path / "worker" / "__pycache__").mkdir(parents=True)
    assert version.code_digest.__wrapped__("worker") == before
