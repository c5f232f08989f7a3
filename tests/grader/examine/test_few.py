"""Few cases decide whether an exercise holds; where one does not, all are asked."""

from dataclasses import replace

import pytest

from grader.course.properties import declared_in
from grader.examine.cases import FEW, Bank
from grader.examine.examining import Examiner, examine
from grader.model import Crashed, Passed, Raised
from grader.submission.submission import Submission


@pytest.fixture(scope="module")
def bank(course, setting):
    exercise = course.exercises[0]
    return setting.bank(exercise, declared_in(course.properties(exercise.name)))


def shown(result):
    return [(v.claim.name, v.outcome) for v in result.verdicts]


def asked(result):
    return tuple(v.outcome.cases for v in result.verdicts)


def test_all_that_was_written_down_is_among_the_few(bank):
    programs = bank.few.programs
    assert [programs[place] for place in bank.few.written] == [bank.programs[place] for place in bank.written]


def test_of_the_drawn_ones_some_stay_from_the_simplest_to_the_largest(bank):
    for number in range(len(bank.counts)):
        drawn = [bank.programs[p] for p in bank.places(number) if not bank.is_written(p)]
        few = [bank.few.programs[p] for p in bank.few.places(number) if not bank.few.is_written(p)]
        assert len(few) == FEW < len(drawn)
        assert (few[0], few[-1]) == (drawn[0], drawn[-1])
        assert [program for program in drawn if program in few] == few


def test_each_of_the_few_keeps_its_answer(bank):
    answers = {program: bank.answer(place) for place, program in enumerate(bank.programs)}
    few = bank.few
    assert all(few.answer(place) == answers[program] for place, program in enumerate(few.programs))


def test_few_of_a_property_with_few_are_all(bank):
    assert bank.few.few.counts == bank.few.counts


def test_what_is_kept_of_a_bank_holds_the_few(bank):
    kept = Bank.from_bytes(bank.subject, bank.to_bytes())
    assert (kept.programs, kept.few.programs) == (bank.programs, bank.few.programs)
    assert (kept.few.written, kept.few.expected) == (bank.few.written, bank.few.expected)


def test_right_code_is_asked_few(bank, examined, solutions):
    assert asked(examined("add", solutions)) == bank.few.counts


def test_right_code_is_asked_everything_where_that_is_wanted(bank, course, setting, solutions):
    thorough = replace(setting, thorough=True)
    assert asked(examine(thorough, Submission("ann", solutions, {}), course.exercises[0])) == bank.counts


def test_of_wrong_code_everything_is_told_as_if_all_had_been_asked_at_once(course, setting, solutions):
    wrong = {**solutions, "add": solutions["add"].replace("self.grad += out.grad", "self.grad = out.grad")}
    found, thorough = (
        examine(each, Submission("ann", wrong, {}), course.exercises[0])
        for each in (setting, replace(setting, thorough=True))
    )
    assert shown(found) == shown(thorough)


def test_code_that_ends_its_process_is_not_run_again(bank, examined, solutions):
    wrong = {**solutions, "add": "def add(self, other):\n    import os\n\n    os._exit(0)\n"}
    assert asked(examined("add", wrong)) == bank.few.counts


class Fickle(Examiner):
    """Examines code that goes wrong once, and never again."""

    def _observed(self, session, exercise, properties, bank):
        seen = super()._observed(session, exercise, properties, bank)
        return seen if bank is not bank_of(self.setting, exercise).few else [Raised("no", ()), *seen[1:]]


def bank_of(setting, exercise):
    return setting.bank(exercise, declared_in(setting.course.properties(exercise.name)))


def test_what_has_gone_wrong_once_counts(course, setting, solutions):
    exercise = course.exercises[0]
    examiner = Fickle(setting, Submission("ann", solutions, {}))
    properties = declared_in(course.properties("add"))
    try:
        outcomes = [examiner.outcome(exercise, properties, prop) for prop in properties]
    finally:
        examiner.close()
    assert [type(outcome) for outcome in outcomes] == [Crashed, *[Passed] * (len(properties) - 1)]
