"""What is said of a student's changes to files that are given."""

import pytest

from grader.course.course import changed, misplaced
from grader.examine.examining import examine
from grader.examine.grading import grade
from grader.examine.setting import on_given
from grader.report.report import notes
from grader.submission.submission import Submission

LECTURE = """
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), "+")

"""
OWN = "class Neuron(Module):\n    def __init__(self, nin): ...\n"


@pytest.fixture(scope="module")
def given(course):
    return {name: course.solution(name) for name in course.common}


@pytest.fixture(scope="module")
def lecture(given):
    """value.py as the lecture has it: with its operations in the class."""
    return {**given, "value": given["value"].replace("\n    def __neg__", f"{LECTURE}    def __neg__", 1)}


def part(course, name):
    return next(part for part in course.parts if part.name == name)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"# {text}",
        lambda text: text.replace("from .value", "from value"),
        lambda text: text.replace("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from .value", "from .value"),
    ],
    ids=["none", "line ends", "comment", "import", "import at run time"],
)
def test_given_file_that_does_the_same_is_not_changed(change, course, given):
    assert changed(course, {name: change(text) for name, text in given.items()}) == ()


@pytest.mark.parametrize("text", ["", "def (", "Value = float\n", "\n" * 40_000])
def test_any_other_given_file_is_changed(text, course, given):
    assert changed(course, {**given, "value": text}) == ("value",)


def test_given_files_that_are_not_there_are_not_changed(course):
    assert changed(course, {"add": "def (", "helper": "x = 1"}) == ()


def test_operation_in_the_given_class_is_offered_to_be_taken_over(course, lecture):
    found = misplaced(lecture, ("value",), part(course, "add"))
    lines = lecture["value"].splitlines()[found.first - 1 : found.last]
    assert "\n".join(lines) == LECTURE.strip("\n")
    counts, offer = on_given(course, lecture, part(course, "add"))
    assert counts == "value.py is given: your change to it does not count in the grade."
    assert offer == (
        "value.py defines __add__; what counts is the function add in add.py. To take it over, put lines "
        f"{found.first} to {found.last} of value.py in place of the function add, four spaces further left, "
        "and call it add."
    )


def test_given_file_that_takes_hours_to_take_apart_is_passed_over(course, lecture):
    sources = {**lecture, "value": f"{lecture['value']}\nx = f'{'{1}' * 300_000}'\n"}
    assert misplaced(sources, ("value",), part(course, "add")) is None


def test_class_in_a_given_file_is_offered_as_it_is(course, given):
    sources = {**given, "module": given["module"] + OWN}
    _, offer = on_given(course, sources, part(course, "neuron"))
    assert offer.startswith("module.py defines Neuron; what counts is the class Neuron in neuron.py.")
    assert offer.endswith("in place of the class Neuron.")


def test_what_was_moved_as_offered_has_full_marks(course, lecture, solutions, examined):
    value = solutions["mul"].replace("def mul(", "def __mul__(").partition("def __mul__")[2]
    method = "\n".join(f"    {line}" for line in f"def __mul__{value}".splitlines())
    sources = {**lecture, "value": f"{lecture['value']}\n{method}\n"}
    found = misplaced(sources, ("value",), part(course, "mul"))
    lines = sources["value"].splitlines()[found.first - 1 : found.last]
    moved = "\n".join(line.removeprefix("    ") for line in lines).replace("def __mul__", "def mul", 1)
    head = course.stub("mul").partition("def mul")[0]
    result = examined("mul", {"mul": head + moved})
    assert {type(verdict.outcome).__name__ for verdict in result.verdicts} == {"Passed"}


def test_exercise_that_is_right_says_nothing_and_the_last_mark_does(setting, course, lecture, solutions):
    handed_in = Submission("s", {**lecture, **solutions}, {})
    report = grade(handed_in, setting)
    assert {name for r in report.marks if "given" in " ".join(notes(r)) for name in [r.exercise.name]} == {
        "together"
    }


def test_stub_says_where_the_code_is(setting, course, lecture):
    stubs = {name: course.stub(name) for name in course.names}
    result = examine(setting, Submission("s", {**lecture, **stubs}, {}), part(course, "add"))
    assert [sentence.partition(".py ")[0] for sentence in notes(result)] == ["value", "value"]


def test_file_that_python_cannot_read_hides_nothing_in_those_after_it(course):
    sources = {"odd": "def (", "value": "class Value:\n    def __add__(self, other):\n        return self\n"}
    found = misplaced(sources, ("odd", "value"), part(course, "add"))
    assert (found.file, found.first, found.last) == ("value", 2, 3)
