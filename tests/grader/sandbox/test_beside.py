"""The worker's own code in the grader's interpreter, the same answers, nothing left behind."""

import builtins
import math
import sys

import pytest

from grader.autograd.program import trace
from grader.course.properties import declared_in
from grader.examine.examining import Early, examine
from grader.examine.setting import Setting, parts
from grader.model import Ended, Numbers, Overtime, Raised
from grader.report.scoring import exercise_status
from grader.sandbox.beside import Exchange, NoProcesses
from grader.sandbox.launch import End
from grader.sandbox.runner import Limits, Request, Runner
from grader.submission.submission import Submission

ADD = trace(lambda a, b: a + b, 2, 3)
WRONG = """
from .value import Value
def add(self, other):
    return Value(self.data - other.data, (self, other))
"""


class Log:
    """Looks on, and notes exchanges down as a page does."""

    def __init__(self):
        self.known = []

    def began(self, seconds):
        self.known.append(Exchange())

    def heard(self, numbers, texts):
        self.known[-1].numbers += numbers
        self.known[-1].texts += texts

    def ended(self, end):
        self.known[-1].end = End[end]


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def attempt(course, log):
    def begin(source, past=(), seconds=10.0):
        runner = Runner(NoProcesses(log, [*past]), Limits(seconds, 1.0), 1, course.subject.worker)
        return runner.attempt(parts(course, {"add": source}, course.exercises[0]))

    return begin


def ask(attempt, source, programs=(ADD,), **given):
    with attempt(source, **given) as session:
        return session.observe(Request.of(programs))


def test_outcomes_are_those_of_a_process(course, setting, log, tmp_path):
    submission = Submission("exercises", {"add": WRONG}, {})
    here = Setting(course, NoProcesses(log), setting.cache)
    assert examine(here, submission, course.exercises[0]) == examine(setting, submission, course.exercises[0])


def test_code_sees_nothing_of_the_grader(attempt):
    (seen,) = ask(attempt, "import grader")
    assert isinstance(seen, Raised)
    assert seen.error.startswith("ModuleNotFoundError")
    assert "exercises" not in sys.modules


def of_the_interpreter():
    """What careless code might change for everybody in it."""
    names, limit = dict(vars(builtins)), sys.getrecursionlimit()
    return names, math.sqrt, limit, [*sys.meta_path], [*sys.path], sys.stdout


def test_what_code_does_to_the_interpreter_is_undone(attempt):
    before = of_the_interpreter()
    code = "import builtins, math, sys\nbuiltins.print = builtins.mine = math.sqrt = None\n"
    code += "sys.setrecursionlimit(99)\n"
    ask(attempt, f"{code}sys.path.clear()\nsys.modules['json'] = None\n{WRONG}")
    assert of_the_interpreter() == before
    assert sys.modules["json"] is not None


def test_every_attempt_begins_from_nothing(attempt):
    twice = "    seen.append(1)\n    if len(seen) > 1: raise ValueError\n    return"
    code = "seen = []\n" + WRONG.replace("    return", twice)
    for _ in range(2):
        assert isinstance(ask(attempt, code)[0], Numbers)


def test_what_is_printed_and_asked_for_goes_nowhere(attempt, capsys):
    (seen,) = ask(attempt, "print('x' * 100_000)\ninput()")
    assert isinstance(seen, Raised)
    assert seen.error.startswith("EOFError")
    assert capsys.readouterr() == ("", "")


def test_exit_is_an_exception_of_the_code(attempt):
    (seen,) = ask(attempt, "raise SystemExit(3)")
    assert isinstance(seen, Raised)


def test_code_that_takes_too_long_between_answers_is_cut_off(attempt):
    slow = WRONG.replace("    return", "    import time\n    time.sleep(0.2)\n    return")
    seen = ask(attempt, slow, [ADD] * 4, seconds=0.3)
    assert isinstance(seen[0], Numbers)
    assert isinstance(seen[-1], Overtime)
    assert [each.busy for each in seen if isinstance(each, Overtime)].count(True) == 1


def test_another_interpreter_takes_up_the_question_with_what_was_heard(attempt, log):
    whole = ask(attempt, WRONG, [ADD] * 3)
    heard = log.known[0]
    size = len(heard.numbers) // 3
    # As if its second program had never come to an end: the code is not run again.
    cut = Exchange(heard.numbers[:size], b"", End.LATE)
    seen = ask(attempt, "raise AssertionError", [ADD] * 3, past=[cut])
    assert seen[0] == whole[0]
    assert [type(each) for each in seen[1:]] == [Overtime, Overtime]
    assert [each.busy for each in seen[1:]] == [True, False]


@pytest.mark.parametrize(
    ("past", "read", "status"), [([Exchange(end=End.LATE)], 0, "timed_out"), ([], 1, "crashed")]
)
def test_code_waited_for_in_vain_is_told_before_it_is_read(course, setting, attempt, past, read, status):
    exercise = course.exercises[0]
    properties = declared_in(course.properties(exercise.name))
    told, reads = [], []
    bank = setting.bank(exercise, properties)
    early = Early(exercise, properties, bank, True, told.append, lambda: reads.append(1) or ())
    with attempt(WRONG, past=past) as session:
        early.observe(session)
    assert len(reads) == read
    assert [exercise_status(result) for result in told] == [status]


def test_code_that_ended_the_interpreter_is_told_as_that(attempt):
    (seen,) = ask(attempt, WRONG, past=[Exchange(end=End.CLOSED, code=3)])
    assert isinstance(seen, Ended)
    assert seen.code == 3
    (seen,) = ask(attempt, WRONG, past=[Exchange(end=End.CLOSED)])
    assert isinstance(seen, Ended)


def test_a_session_that_goes_on_after_what_was_heard_has_its_engine(attempt, log):
    right = ask(attempt, WRONG)
    known = log.known[:1]
    with attempt(WRONG, past=known) as session:
        assert session.observe(Request.of([ADD])) == right
        assert session.observe(Request.of([ADD])) == right
