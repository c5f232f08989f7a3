"""What grader check proves, on courses that are broken on purpose."""

import re
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from grader.author.exercises import (
    as_text,
    hints_missing,
    left_over,
    matrix,
    misconception_faults,
    right_variant_faults,
    right_variants,
    rubric_faults,
    solution_faults,
    stub_faults,
    stubs_out_of_step,
    summary,
    write_stubs,
)
from grader.course import misconceptions
from grader.course.course import Course, here
from grader.errors import CourseError
from tests.samples import WHOLE

ROOT = Path(__file__).resolve().parents[3]
RIGHT = ROOT / "tests/grader/autograd/right"


@pytest.fixture
def copy(tmp_path):
    """A copy of the course to break, with stubs just cut."""
    for part in ("solutions", "exercises", "tests/properties"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("course.toml", "HINTS.md"):
        shutil.copy(ROOT / file, tmp_path)
    course = Course.load(tmp_path)
    write_stubs(course)
    return course


def first(course):
    return course.exercises[0]


def named(course, name):
    return next(exercise for exercise in course.exercises if exercise.name == name)


def test_right_variants_of_every_exercise_are_tried(course):
    found = right_variants(course)
    assert len(found) > 40
    assert {variant.exercise for variant in found} == set(course.names)
    assert f" {len(found)} right variants" in summary(course)


def test_stubs_just_cut_are_in_step(copy):
    assert list(stubs_out_of_step(copy)) == []


def test_what_is_left_of_an_exercise_that_was_removed_is_named(copy, setting):
    shutil.copytree(RIGHT / "mlp", copy.root / "tests/grader/autograd/right/mlp")
    toml = copy.root / "course.toml"
    head, rest = toml.read_text("utf-8").split('[[exercise]]\nname = "mlp"')
    toml.write_text(f"{head}{rest[rest.index('# A last mark') :]}".replace('"mul", ', '"double", '), "utf-8")
    course = Course.load(copy.root)
    assert {*left_over(course)} >= {
        "course.toml: add has a sibling 'double', which is no exercise; take it out",
        "solutions/__init__.py imports 'mlp', which is no exercise; take it out",
        "tests/grader/autograd/right/mlp has right variants of 'mlp', which is no exercise; remove it",
    }
    assert list(right_variant_faults(replace(setting, course=course))) == []


@pytest.mark.parametrize(
    ("lost", "said"),
    [("HINTS.md", "HINTS.md has no heading"), ("tests/properties/test_add.py", "cannot read")],
)
def test_file_that_is_lost_is_named(lost, said, copy):
    (copy.root / lost).unlink()
    try:
        found = [*hints_missing(copy), *rubric_faults(copy, first(copy))]
    except CourseError as error:
        found = [error.what]
    assert said in found[0]


def test_course_has_nothing_left_over(course):
    assert list(left_over(course)) == []


def test_edited_stub_is_out_of_step(copy):
    (copy.root / "exercises" / "add.py").write_text("def add(self, other): ...\n")
    assert list(stubs_out_of_step(copy)) == [
        "exercises/add.py is not in step with solutions/add.py; run: grader check --write"
    ]


def test_missing_given_file_is_found(copy):
    (copy.root / "exercises" / "value.py").unlink()
    assert "value.py is missing" in next(stubs_out_of_step(copy))


def test_missing_hint_level_is_found(copy):
    hints = copy.root / "HINTS.md"
    hints.write_text(hints.read_text().replace("### relu: level 2, the mathematics", "### something else"))
    assert list(hints_missing(copy)) == ["HINTS.md has no heading '### relu: level 2, the mathematics'"]


def test_points_that_do_not_add_up_are_found(copy):
    odd = replace(first(copy), points=first(copy).points + 1)
    assert "add up to 10, not to 11" in next(rubric_faults(copy, odd))


def test_last_mark_that_counts_needs_a_property_that_brings_its_points(course, copy):
    counts = replace(copy.together, points=Fraction(20))
    assert list(rubric_faults(course, counts)) == []
    path = copy.properties("together")
    path.write_text(path.read_text().replace("points=2", "points=0"))
    assert list(rubric_faults(copy, counts)) == ["together: none of its properties brings its points"]


def test_solution_that_does_not_earn_a_last_mark_that_counts_is_found(copy, setting):
    path = copy.root / "course.toml"
    path.write_text(f"{path.read_text()}points = 20\n")
    layer = copy.root / "solutions" / "layer.py"
    layer.write_text(layer.read_text().replace("nonlin) for _", "True) for _"))
    broken = Course.load(copy.root)
    (found,) = solution_faults(replace(setting, course=broken), broken.together)
    assert found.startswith(
        "together: the solution does not keep 'An MLP built of nothing but your own parts"
    )


def test_wrong_solution_is_found(copy, setting):
    path = copy.root / "solutions" / "add.py"
    path.write_text(path.read_text().replace("self.grad += out.grad", "self.grad = out.grad"))
    broken = Course.load(copy.root)
    assert any(
        "the solution does not keep" in f
        for f in solution_faults(replace(setting, course=broken), first(broken))
    )


def test_stub_that_is_not_seen_as_one_is_found(copy, setting, monkeypatch):
    path = copy.root / "solutions" / "add.py"
    path.write_text(path.read_text().replace("# begin solution", "pass").replace("# end solution", ""))
    broken = Course.load(copy.root)
    # With nothing cut, the stub is the solution itself, and all it takes to pass.
    assert "counts" not in "".join(stub_faults(replace(setting, course=broken), first(broken)))
    assert broken.stub("add").count("raise NotImplementedError") == 0


def known(copy, text):
    """The folder of a copy's misconceptions, in which those of add are the text."""
    folder = copy.root / "tests" / "misconceptions"
    folder.mkdir()
    (folder / "add.md").write_text(text, "utf-8")
    return folder


WRONG = """## {}: The gradient {}.
Why.
Hint: Accumulation · Seen by: same_operand_twice
```diff
-        self.grad += out.grad
+        self.grad = out.grad
```
"""


def test_misconception_without_a_mistake_or_a_hint_is_found(copy, setting):
    head = "## right_after_all: Nothing is wrong.\nIt works.\nHint: Nowhere · Seen by: data_is_the_sum\n"
    folder = known(copy, f"{head}```python\n{copy.solution('add')}```\n")
    found = list(misconception_faults(setting, first(copy), folder))
    assert any("loses no points" in f for f in found)
    assert any("leads to a hint that is not there, 'Nowhere'" in f for f in found)


def test_every_diff_that_no_longer_fits_a_changed_solution_is_told(copy, setting):
    folder = known(copy, WRONG.format("one", "overwrites") + WRONG.format("other", "is replaced"))
    path = copy.root / "solutions" / "add.py"
    path.write_text(path.read_text().replace("self.grad += out.grad", "self.grad += 1.0 * out.grad"))
    said = (
        "'        self.grad += out.grad' does not stand in solutions/add.py; take the lines from the solution"
    )
    assert list(misconception_faults(setting, first(copy), folder)) == [
        f"tests/misconceptions/add.md, line {line}, '## {name}': {said}"
        for line, name in ((5, "one"), (12, "other"))
    ]


@pytest.mark.parametrize("name", here().names)
def test_every_misconception_is_caught_by_the_property_meant_for_it_and_leads_to_a_hint(name, setting):
    assert list(misconception_faults(setting, named(setting.course, name))) == []


ALONE = "one_number_for_all_weights"


@pytest.fixture(scope="module")
def asked(setting, tmp_path_factory):
    """Gives what catches what, of an exercise's misconceptions by these names."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", root / "solutions", ignore=shutil.ignore_patterns("__pycache__"))
    folder = root / misconceptions.PLACE
    folder.mkdir(parents=True)

    def ask(exercise, ids):
        text = (ROOT / misconceptions.PLACE / f"{exercise.name}.md").read_text("utf-8")
        head, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
        chosen = [section for section in sections if re.match(r"## (\w+):", section)[1] in ids]
        (folder / f"{exercise.name}.md").write_text(head + "".join(chosen), "utf-8")
        return matrix(setting, exercise, folder)

    return ask


@pytest.mark.parametrize("name", here().names)
def test_matrix_shows_no_needless_property_and_every_misconception(name, asked, setting):
    exercise = named(setting.course, name)
    every = [m.id for m in misconceptions.misconceptions(name)]
    # By the first one that is meant for each property, most often all of them catch something.
    firsts = {m.seen_by: m.id for m in reversed(misconceptions.misconceptions(name))}
    for ids in [every] if WHOLE else ([*firsts.values()], every):
        found = asked(exercise, ids)
        assert {*found.caught} == {*ids}
        assert all(found.caught.values())
        if set().union(*found.caught.values()) == set(found.properties):
            break
    assert set().union(*found.caught.values()) == set(found.properties)


def test_matrix_shows_what_would_escape_if_two_properties_went(asked, setting):
    found = asked(named(setting.course, "neuron"), [ALONE, "bias_unused"])
    assert len(found.caught[ALONE]) <= 2
    assert ALONE in found.alone("weights_start_random")
    assert ALONE in as_text("neuron", found)


def test_summary_counts_what_was_proved(course):
    assert "8 exercises" in summary(course)
    assert f"{sum(len(misconceptions.misconceptions(n)) for n in course.names)} misconceptions" in summary(
        course
    )


def test_at_least_a_hundred_misconceptions_with_pairs(course):
    known = [m for name in course.names for m in misconceptions.misconceptions(name)]
    assert len(known) >= 100
    assert all(m.name.endswith(".") and m.explanation and m.hint and m.seen_by for m in known)
    assert sum("_without_" in m.id or "_and_" in m.id for m in known) >= 8
