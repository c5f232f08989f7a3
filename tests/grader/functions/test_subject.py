"""Functions and classes as a subject: what answers, what is shown, and what is said of what is wrong."""

import subprocess
import sys

import pytest

from grader.course.course import Course
from grader.course.properties import Property
from grader.errors import CourseError
from grader.examine.cases import record
from grader.functions.over import Raised, call, calls, graded, integers, lists, near, new, same, sequences
from grader.functions.subject import View, literal
from grader.model import Crashed, Failed
from grader.report.evidence import status
from grader.report.words import in_full
from grader.subject import Unanswerable, Unfit, load, pack

TOML = """
title = "Small"
subject = "functions"
[[exercise]]
name = "twice"
title = "twice"
points = 1
"""


@pytest.fixture
def written(tmp_path):
    """Lays down a course of one exercise and loads it."""

    def load_it(solution="def twice(x):\n    return x + x\n", oracle="", more=""):
        (tmp_path / "solutions").mkdir()
        (tmp_path / "solutions" / "twice.py").write_text(solution)
        (tmp_path / "oracle.py").write_text(oracle)
        named = f'oracle = "oracle.py"\n{more}' if oracle else ""
        (tmp_path / "course.toml").write_text(named + TOML)
        return Course.load(tmp_path)

    return load_it


def view(course, program):
    return View(pack(program), course.subject.answer(program, False))


def test_solution_answers(written):
    course = written()
    assert view(course, call("twice", 3)).result == 6
    assert view(course, call("twice", [1])).result == [1, 1]


def test_oracle_answers_where_it_is_named(written):
    course = written(oracle="def twice(x):\n    return 7\n")
    assert view(course, call("twice", 3)).result == 7


def test_exception_is_an_answer(written):
    assert view(written(), call("twice")).result == Raised("TypeError")


def test_exception_below_a_built_in_one_is_that_one(written):
    own = "class Mine(KeyError): pass\n\ndef twice(x):\n    raise Mine(x)\n"
    assert view(written(own), call("twice", 1)).result == Raised("KeyError")


def test_random_numbers_are_the_same_in_every_answer(written):
    course = written("import random\n\ndef twice(x):\n    return random.random()\n")
    assert view(course, call("twice", 1)).result == view(course, call("twice", 2)).result


def test_solution_leaves_no_module_behind(written):
    course = written()
    view(course, call("twice", 3))
    assert not [name for name in sys.modules if name.partition(".")[0] in ("exercises", "twice", "oracle")]


def test_oracle_whose_library_is_not_there_is_told(written):
    course = written(oracle="import nothing_of_this_name\n", more='oracle_needs = ["nothing-of-this-name"]\n')
    with pytest.raises(Unanswerable, match=r"oracle\.py, which says what is right, cannot be loaded"):
        course.subject.make_ready()
    assert course.subject.versions == ("nothing-of-this-name",)


@pytest.mark.parametrize(
    ("oracle", "said"), [("1 / 0\n", "ZeroDivisionError"), ("def twice(:\n", "is no Python|SyntaxError")]
)
def test_broken_oracle_is_the_authors(written, oracle, said):
    with pytest.raises(CourseError, match=said):
        written(oracle=oracle).subject.make_ready()


def test_answer_that_is_no_plain_data_is_the_authors(written):
    with pytest.raises(CourseError, match=r"twice\(\) gave a result that is a generator, which is no plain"):
        written("def twice(x):\n    yield x\n").subject.answer(call("twice", 1), False)


def test_program_with_too_large_an_answer_is_left_out(written):
    with pytest.raises(Unfit):
        written("def twice(x):\n    return [x] * 10_000\n").subject.answer(call("twice", 1), False)


def test_call_of_what_no_exercise_defines_is_the_authors(written):
    with pytest.raises(CourseError, match="no exercise defines thrice"):
        written().subject.answer(call("thrice", 1), False)


def test_argument_that_is_no_plain_data_is_the_authors():
    with pytest.raises(
        CourseError, match=r"twice\(\) is called with what is no plain data: .* has an object"
    ):
        call("twice", [object()])


def test_answers_depend_on_code_and_not_on_comments(written, tmp_path):
    before = written().subject.answers
    place = tmp_path / "solutions" / "twice.py"
    place.write_text('# Both.\ndef twice(x):\n    """Twice."""\n    return x + x\n')
    assert Course.load(tmp_path).subject.answers == before
    place.write_text("def twice(x):\n    return 2 * x\n")
    assert Course.load(tmp_path).subject.answers != before


def test_programs_come_back_from_tuples():
    program = new("Heap", [1]).push(2.5).then("length", "x", None)
    assert load("functions").unpack(pack(program)) == program


def test_one_true_and_one_point_zero_are_three_programs():
    assert len({call("twice", 1), call("twice", True), call("twice", 1.0)}) == 3
    assert call("twice", 0.0) != call("twice", -0.0)


def prop_of(test) -> Property:
    return test.prop


def test_what_is_drawn_is_the_same_every_time(structures):
    over = sequences("Heap", lists(integers(0, 3), max_size=3), push=[integers(0, 3)], pop=[])
    claims = [
        prop_of(graded(1, over=each)(lambda e, g: None))
        for each in (over, calls("merge", lists(lists(integers(0, 9), min_size=2, max_size=2), max_size=2)))
    ]
    one, other = (record(structures.subject, claims, 7) for _ in range(2))
    assert one.to_bytes() == other.to_bytes()
    assert one.to_bytes() != record(structures.subject, claims, 8).to_bytes()


# what is shown


def outcomes(result):
    return {verdict.claim.name: verdict.outcome for verdict in result.verdicts}


WRONG = "def merge(intervals):\n    return sorted(intervals)\n"


def test_expected_stands_beside_got(structures, graded_in):
    found = outcomes(graded_in(structures, "intervals", WRONG))["two_become_one"]
    assert isinstance(found, Failed)
    assert found.reason == "The answer differs from the one that is expected"
    assert found.counterexample.expected == (("merge([[1, 3], [2, 5]])", "[[1, 5]]"),)
    assert found.counterexample.got == (("merge([[1, 3], [2, 5]])", "[[1, 3], [2, 5]]"),)


def test_drawn_counterexample_is_shrunk(structures, graded_in):
    """Where only drawn ones fail; here the first pair of three has to be the widest."""
    source = structures.solution("intervals").replace(
        "for start, end in sorted(intervals):",
        "for start, end in sorted(intervals) if len(intervals) != 3 else intervals[:2]:",
    )
    found = outcomes(graded_in(structures, "intervals", source))["any_order"]
    assert isinstance(found, Failed)
    assert found.counterexample.drawn
    assert found.counterexample.source.count("[") <= 5
    assert len(found.counterexample.source) < 130


def test_pasted_program_shows_what_the_report_shows(structures, graded_in, tmp_path):
    shown = outcomes(graded_in(structures, "heap", HEAP))["any_order_of_calls"].counterexample
    (tmp_path / "exercises").mkdir()
    for name in structures.names:
        (tmp_path / "exercises" / f"{name}.py").write_text(structures.solution(name))
    (tmp_path / "exercises" / "heap.py").write_text(HEAP)
    (tmp_path / "course.toml").write_text((structures.root / "course.toml").read_text())
    (tmp_path / "solutions").symlink_to(structures.root / "solutions")
    done = subprocess.run(
        [sys.executable, "-c", shown.source], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == dict(shown.got)[shown.got[-1][0]]


HEAP = """
class Heap:
    def __init__(self, items=()):
        self.items = list(items)
    def __len__(self):
        return 1
    def push(self, item):
        self.items.append(item)
    def peek(self):
        return min(self.items) if self.items else [][0]
    def pop(self):
        self.items.remove(self.peek())
"""


def test_exception_that_is_not_expected_is_a_crash(structures, graded_in):
    found = outcomes(
        graded_in(structures, "intervals", "def merge(intervals):\n    return intervals[0].end\n")
    )
    crash = found["two_become_one"]
    assert isinstance(crash, Crashed)
    assert crash.error == "AttributeError: 'list' object has no attribute 'end'"
    assert crash.frames == ("intervals.py, line 2, in merge",)
    assert "raised AttributeError" in dict(crash.counterexample.got)["merge([[1, 3], [2, 5]])"]


def test_what_an_exception_says_steers_no_terminal(structures, graded_in):
    source = "def merge(intervals):\n    raise KeyError('\\x1b[2J\\u202e\\n::error::\\ud800')\n"
    crash = outcomes(graded_in(structures, "intervals", source))["two_become_one"]
    assert isinstance(crash, Crashed)
    assert crash.error.isprintable()
    assert all(said.isprintable() for _, said in crash.counterexample.got)


def test_forged_lines_of_an_exception_steer_no_terminal(structures, graded_in):
    forged = (
        "import sys\nw = sys.modules['<grader>.functions.worker']\n"
        "w.run = lambda p, e: [w.RAISED, *w.encode('\\x1b[2J'), *w.encode('\\x1b[2J\\n' * 40)]\n"
        "def merge(intervals): pass\n"
    )
    crash = outcomes(graded_in(structures, "intervals", forged))["two_become_one"]
    assert isinstance(crash, Crashed)
    assert all(line.isprintable() for line in (crash.error, *crash.frames))
    assert len(crash.frames) < 8


def test_what_is_no_plain_data_is_named(structures, graded_in):
    found = outcomes(
        graded_in(structures, "intervals", "def merge(intervals):\n    return iter(intervals)\n")
    )
    assert found["two_become_one"].reason == (
        "merge() gave a result that is a list_iterator, which is no plain data"
    )


def test_code_that_keeps_something_between_calls_is_shown_with_what_ran_before(structures, graded_in):
    source = structures.solution("intervals").replace("merged = []", "merged = KEPT") + "\n\nKEPT = []\n"
    found = outcomes(graded_in(structures, "intervals", source))["one_within_another"]
    assert found.reason == "Alone this program gives the right answer: it depends on what ran before it"
    assert "# First this:" in found.counterexample.source


def test_endless_loop_is_out_of_time(structures, graded_in):
    found = graded_in(structures, "intervals", "def merge(intervals):\n    while True: pass\n", 0.5)
    assert {status(verdict.outcome) for verdict in found.verdicts} == {"timed_out"}


def test_of_long_answers_the_place_is_shown_where_they_differ(written):
    course = written("def twice(x):\n    return [*range(x)]\n")
    program = call("twice", 900)
    right = course.subject.answer(program, False)
    wrong = (*right[:-1], 7.0)
    shown = course.subject.shown(program, "twice", right, wrong, False)
    (_, expected), (_, got) = *shown.expected, *shown.got
    assert len(expected) < 400
    assert expected.startswith("…")
    assert (expected[-5:], got[-3:]) == (" 899]", " 7]")


def test_text_of_an_outcome_has_all_of_it(structures, graded_in):
    said = in_full(outcomes(graded_in(structures, "intervals", WRONG))["two_become_one"])
    assert said.splitlines() == [
        "The answer differs from the one that is expected.",
        "",
        "from grader.alone import engine",
        "",
        'merge = engine("intervals").merge',
        "",
        "print(repr(merge([[1, 3], [2, 5]])))",
        "",
        "  merge([[1, 3], [2, 5]])",
        "    expected   [[1, 5]]",
        "    got        [[1, 3], [2, 5]]   <-- differs",
    ]


# comparing


@pytest.mark.parametrize(
    ("got", "expected", "are"),
    [
        (1, 1, True),
        (1, True, False),
        (1, 1.0, False),
        (0.0, -0.0, False),
        (float("nan"), float("nan"), True),
        ([1], (1,), False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({1}, {True}, False),
        (Raised("KeyError", "a"), Raised("KeyError", "b"), True),
        (Raised("KeyError"), None, False),
    ],
)
def test_same_tells_types_apart(got, expected, are):
    assert same(got, expected) is are


@pytest.mark.parametrize(
    ("got", "expected", "are"),
    [
        (0.1 + 0.2, 0.3, True),
        (1, 1.0, True),
        (True, 1.0, False),
        (1.0, 1.001, False),
        (float("nan"), float("nan"), False),
        (float("inf"), float("inf"), False),
        ([[1.0], 2], [[1.0], 2], True),
        ([1.0], (1.0,), False),
        ([1.0], [1.0, 1.0], False),
        ({"a": 0.1 + 0.2}, {"a": 0.3}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ("x", "x", True),
        (Raised("KeyError"), 1.0, False),
    ],
)
def test_near_has_the_tolerance_of_the_grader(got, expected, are):
    assert near(got, expected) is are


@pytest.mark.parametrize(
    "value", [None, [1, 2.5], (1,), {"a": [b"x"]}, {3, 1, 2}, set(), "é\n\u202e", "\ud800", 1 << 300, -0.0]
)
def test_values_are_shown_as_python_that_gives_them_again(value):
    assert literal(value).isprintable()
    assert repr(eval(literal(value))) == repr(value)  # what is evaluated is our own text
