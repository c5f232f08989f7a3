"""A reading decides nothing: whatever becomes of it, the grade stands."""

from dataclasses import replace

import pytest

from grader.autograd.reading import operations
from grader.autograd.reading.records import looks
from grader.errors import MachineError
from grader.examine import examining
from grader.examine.examining import Examiner, carefully, examine
from grader.examine.setting import from_bytes, to_bytes
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission


def failing(error):
    def read(*_):
        raise error

    return read


def test_a_reader_that_fails_finds_nothing(monkeypatch):
    monkeypatch.setattr(examining, "STRICT", False)
    assert carefully(failing(ZeroDivisionError()), 1, 2) == ()


def test_what_the_machine_is_at_fault_for_is_told(monkeypatch):
    monkeypatch.setattr(examining, "STRICT", False)
    with pytest.raises(MachineError):
        carefully(failing(MachineError("no sandbox", "make one")), 1, 2)


def test_the_outcomes_are_there_without_the_reading(monkeypatch, examined, solutions):
    wrong = solutions | {"mul": solutions["mul"].replace("self.grad +=", "self.grad =")}
    with_it = examined("mul", wrong)
    assert [finding.finding for finding in with_it.findings] == ["overwrites"]
    monkeypatch.setattr(examining, "STRICT", False)
    monkeypatch.setattr(operations, "looks", failing(KeyError("x")))
    without = examined("mul", wrong)
    assert without.findings == ()
    assert without.verdicts == with_it.verdicts


def test_answers_are_kept_as_they_were():
    answers = {("reading", "a", (1.0, "x"), 3): (0.0, 2.5, -1.0), ("reading", "b", (), 2): None}
    assert from_bytes(to_bytes(answers)) == answers


def test_a_question_that_nobody_has_asked_is_asked_once(course, setting, monkeypatch):
    exercise = course.exercises[0]
    with setting.reference(exercise).asking() as ask:
        at = {"a": 2.125, "b": 3.375, "g": 1.0, "A": 0.5, "B": 0.25}
        (first,) = looks(ask, "__add__", "two", [at])
        monkeypatch.setattr("grader.sandbox.runner.Session.observe", failing(AssertionError("asked again")))
        (second,) = looks(ask, "__add__", "two", [at])
    assert first.plain.numbers == second.plain.numbers == (5.5, 1.5, 1.25)


NEVER = "def add(self, other):\n    while True: pass\n"
LEAVES = "def add(self, other):\n    __import__('os')._exit(0)\n"
AT_LAST = "n = []\ndef add(self, other):\n    n.append(1)\n    while len(n) > 5: pass\n    return self\n"


@pytest.mark.parametrize(("text", "read"), [(NEVER, []), (LEAVES, []), (AT_LAST, ["add"])])
def test_only_what_has_answered_is_read(text, read, course, setting, monkeypatch):
    """The rest would say nothing, and take its time once more."""
    asked = []
    monkeypatch.setattr(Examiner, "read", lambda _, name: asked.append(name) or ())
    brief = replace(setting, limits=Limits(seconds=0.5))
    examine(brief, Submission("x", {"add": text}, {}), course.exercises[0])
    assert asked == read
