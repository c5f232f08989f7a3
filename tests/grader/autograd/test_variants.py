"""The catalogue: what is wrong loses points, what is right gets all and is left alone.

What is said of the wrong ones is tested in reading/.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from grader.model import Kind
from grader.report.evidence import status
from grader.report.scoring import score
from grader.report.words import counterexample_of, example
from tests.grader.autograd.variants import DISGUISED, RIGHT, WRONG, catalogue
from tests.grader.house.versions import as_drawn
from tests.samples import some

ROOT = Path(__file__).resolve().parents[3]
SHOWN = json.loads((Path(__file__).parent / "shown.json").read_text("utf-8"))


def each(folder, name="variant"):
    """One run of the test for each variant; the tests of one variant share a process and its result."""
    marks = [
        pytest.param(v, id=str(v), marks=pytest.mark.xdist_group(f"{folder.name}-{v}"))
        for v in some(catalogue(folder), 32)
    ]
    return pytest.mark.parametrize(name, marks)


@pytest.fixture(scope="session")
def result_of(examined):
    @cache
    def run(exercise, sources):
        return examined(exercise, dict(sources))

    return lambda variant: run(variant.exercise, tuple(variant.sources.items()))


def body(shown):
    """The program without the lines that are the same for all of its exercise, and what it prints."""
    lines = shown.source.split("\n\n", 2)[2].splitlines()
    return "\n".join(line for line in lines if not line.startswith("print(")).rstrip()


@each(WRONG)
def test_wrong_variant_loses_points(variant, result_of):
    result = result_of(variant)
    assert score(result).points < score(result).most


@as_drawn
@each(WRONG)
def test_case_that_is_shown_is_exactly_this(variant, result_of):
    shown = example(result_of(variant))
    case = counterexample_of(shown.outcome)
    assert [shown.claim.name, body(case) if case else None] == SHOWN[str(variant)]


@each(RIGHT)
def test_right_variant_gets_full_marks_and_no_finding(variant, result_of):
    result = result_of(variant)
    graded = {v.claim.name: status(v.outcome) for v in result.verdicts if v.claim.kind is Kind.GRADED}
    assert set(graded.values()) == {"passed"}
    assert score(result).points == score(result).most
    assert result.findings == ()


def test_catalogue_covers_every_exercise(course):
    for folder in (WRONG, RIGHT, DISGUISED):
        assert {variant.exercise for variant in catalogue(folder)} == set(course.names)


@pytest.mark.parametrize(
    "drawn", ["random.randint(-1, 1)", "random.randint(-9, 9)", "float(random.randrange(2))"]
)
def test_weights_that_start_at_whole_numbers_are_told(drawn, solutions, examined):
    source = solutions["neuron"].replace("random.uniform(-1, 1)", drawn)
    result = examined("neuron", {"neuron": source})
    wrong = {verdict.claim.name for verdict in result.verdicts if status(verdict.outcome) != "passed"}
    assert wrong == {"weights_start_random"}
    assert [finding.finding for finding in result.findings] == ["start-values"]
