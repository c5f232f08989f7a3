"""A program that fails only after others is shown with those."""

import pytest

from grader.examine.judging import needed_before
from grader.model import Failed

HEAD = "from .value import Value\n\n"
CACHED = f"""{HEAD}kept = {{}}

def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    key = self.data, other.data
    if key in kept:
        return kept[key]
    out = kept[key] = Value(self.data * other.data, (self, other), "*")
    def rule():
        self.grad += other.data * out.grad
        other.grad += self.data * out.grad
    out._backward = rule
    return out
"""


def shows(*needed):
    """Whether the last of some places fails: where all that are needed came before."""
    return lambda places: {*needed} <= {*places[:-1]}


def test_what_fails_alone_needs_nothing_before():
    assert needed_before(40, lambda places: True) == ()


@pytest.mark.parametrize("needed", [0, 7, 38, 39])
def test_the_one_program_that_has_to_run_first_is_found(needed):
    assert needed_before(40, shows(needed)) == (needed,)


def test_what_fails_no_more_has_no_sequence():
    assert needed_before(40, lambda places: False) is None


def test_a_sequence_that_nobody_would_read_is_none():
    assert needed_before(40, shows(1, 38)) is None


def test_two_that_have_to_run_first_are_found_and_three_are_too_many():
    assert needed_before(2, shows(0, 1)) == (0, 1)
    assert needed_before(3, shows(0, 1, 2)) is None


def test_a_cache_in_a_global_name_is_shown_by_two_programs(examined, solutions):
    result = examined("mul", solutions | {"mul": CACHED})
    failed = [v.outcome for v in result.verdicts if isinstance(v.outcome, Failed)]
    assert failed
    assert {outcome.reason for outcome in failed} == {
        "Alone this program gives the right numbers: it depends on what ran before it"
    }
    assert all("# First this:" in outcome.counterexample.source for outcome in failed)


def test_a_failure_of_its_own_is_shown_by_one_program(examined, solutions):
    result = examined("mul", solutions | {"mul": solutions["mul"].replace("self.grad +=", "self.grad =")})
    failed = [v.outcome for v in result.verdicts if isinstance(v.outcome, Failed)]
    assert failed
    assert not any("# First this:" in outcome.counterexample.source for outcome in failed)
