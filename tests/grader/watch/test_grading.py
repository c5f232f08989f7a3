"""The watch's grading process: the verdicts of grader grade, at once, and of the last save only."""

import os
import queue
import signal
from itertools import count

import pytest

from grader.course.course import Course
from grader.course.misconceptions import misconceptions
from grader.examine.cases import default_folder
from grader.examine.grading import result, run_properties
from grader.examine.setting import Setting
from grader.forkserver.client import Order, Task
from grader.model import Crashed, Kind
from grader.report.scoring import exercise_status
from grader.sandbox.cages import choose
from grader.sandbox.runner import Limits
from grader.submission.submission import Submission
from grader.watch.board import Graded, Lost, Opened, Said
from grader.watch.loop import Grading
from tests.grader.conftest import ROOT

# They all ask one process.
pytestmark = pytest.mark.xdist_group("watch grading")

WAIT = 120.0
NUMBERS = count(1)
RECURSIVE = """\
def backward(self):
    seen, order = set(), []
    def visit(node):
        if id(node) not in seen:
            seen.add(id(node))
            for parent in node._prev:
                visit(parent)
            order.append(node)
    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
"""


class Asked:
    """A grading process and what it has told."""

    def __init__(self, course, seconds=10.0):
        self.events = queue.SimpleQueue()
        self.grading = Grading(course, Order("process", 0, seconds, 4.0, str(course.root)), self.events.put)
        self.start()

    def start(self):
        self.grading.start()
        assert isinstance(self.told(), Opened)

    def told(self):
        while isinstance(event := self.events.get(timeout=WAIT), Said):
            pass
        return event

    def ask(self, sources, mark, unreadable=(), told=frozenset()):
        number = next(NUMBERS)
        self.grading.ask(number, Task(Submission("work", sources, dict(unreadable)), (mark,), told))
        return number

    def verdicts(self, sources, mark, unreadable=(), told=frozenset()):
        """The early verdicts and the final one."""
        number, events = self.ask(sources, mark, unreadable, told), []
        while not events or not events[-1].final:
            events.append(self.told())
            assert isinstance(events[-1], Graded), events
            assert events[-1].number == number
        return [event.result for event in events]


@pytest.fixture(scope="module")
def asked(course):
    process = Asked(course)
    yield process
    process.grading.close()


@pytest.fixture(scope="module")
def fresh(course):
    """The setting that grader grade would have."""
    return Setting(course, choose("process"), default_folder(), limits=Limits(seconds=10.0, patience=4.0))


def misconception(exercise, name):
    return next(known.source for known in misconceptions(exercise) if known.id == name)


WORKS = {
    "right": ("add", None),
    "wrong": ("mul", misconception("mul", "no_upstream")),
    "wrong only in drawn cases": ("pow", misconception("pow", "upstream_inside_power")),
    "crashing": ("relu", "def relu(self):\n    return 1 / 0\n"),
    "crashing while loading": ("neuron", "raise ValueError('not yet')\n"),
    "a syntax error half-way": ("layer", "class Layer(Module):\n    def __init__(self, nin,\n"),
    "its process ended": ("mlp", "import os\nos._exit(3)\n"),
    "right without the bonus": ("backward", RECURSIVE),
    "all together": ("together", None),
}


@pytest.mark.parametrize("work", WORKS)
def test_verdict_is_that_of_grader_grade(course, asked, fresh, solutions, work):
    name, source = WORKS[work]
    sources = solutions if source is None else {**solutions, name: source}
    mark = next(part for part in course.parts if part.name == name)
    graded = result(mark, run_properties(Submission("work", sources, {}), fresh, [mark]))
    assert asked.verdicts(sources, name)[-1] == graded


@pytest.mark.parametrize("work", ["the stub", "nothing", "unreadable"])
def test_work_that_is_not_there_is_called_what_grader_grade_calls_it(course, asked, fresh, solutions, work):
    sources = {name: text for name, text in solutions.items() if name != "add"}
    sources |= {"add": course.stub("add")} if work == "the stub" else {}
    unreadable = {"add": "add.py holds a NUL byte"} if work == "unreadable" else {}
    graded = run_properties(Submission("work", sources, unreadable), fresh, course.exercises[:1])
    assert asked.verdicts(sources, "add", unreadable) == [result(course.exercises[0], graded)]


def test_marks_are_told_before_the_bonus_and_before_any_shrinking(asked, solutions):
    early, final = asked.verdicts({**solutions, "backward": RECURSIVE}, "backward")
    assert exercise_status(early) == exercise_status(final) == "passed"
    assert Kind.BONUS not in {verdict.claim.kind for verdict in early.verdicts}
    assert any(isinstance(verdict.outcome, Crashed) for verdict in final.verdicts)


def test_early_verdict_knows_the_findings(asked, solutions):
    sources = {**solutions, "pow": misconception("pow", "upstream_inside_power")}
    early, final = asked.verdicts(sources, "pow")
    assert early.findings == final.findings
    assert early.findings
    assert all(finding.should == "" for finding in final.findings)


def test_what_it_should_do_is_told_of_what_the_task_says(asked, solutions):
    sources = {**solutions, "mul": misconception("mul", "no_upstream")}
    for told in (frozenset({"mul"}), frozenset({"add"})):
        final = asked.verdicts(sources, "mul", told=told)[-1]
        assert any(finding.should for finding in final.findings) is ("mul" in told)


def test_later_save_drops_the_one_under_way(asked, solutions):
    asked.ask({**solutions, "add": "while True:\n    pass\n"}, "add")
    last = asked.ask(solutions, "add")
    event = asked.told()
    assert (event.number, exercise_status(event.result)) == (last, "passed")


def test_grading_process_that_is_killed_is_told_and_can_be_started_again():
    course = Course.load(ROOT / "courses" / "structures")  # which begins sooner, without PyTorch
    name = course.names[0]
    asked = Asked(course)
    os.kill(asked.grading.pid, signal.SIGKILL)
    assert isinstance(asked.told(), Lost)
    asked.grading.close()
    asked.start()
    assert exercise_status(asked.verdicts({name: course.solution(name)}, name)[-1]) == "passed"
    folder = asked.grading.folder
    asked.grading.close()
    assert not folder.exists()
