"""Alike work: copies are found under other names, and what the course gave to everybody is nobody's."""

from functools import cache

import pytest

from grader.classroom.alike import FAMILIAR, HONEST, alike, fingerprints
from grader.course.misconceptions import PLACE, misconceptions
from grader.errors import UsageError
from grader.model import Person
from grader.submission.hand_in import Handin
from grader.submission.submission import Submission
from tests.grader.called import grader

pytestmark = pytest.mark.xdist_group("alike")

OWN = """
def backward(self):
    # my own way
    stack, seen, order = [(self, False)], set(), []
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            for child in reversed(node._prev):
                stack.append((child, False))
    self.grad = 1.0
    for index in range(len(order) - 1, -1, -1):
        order[index]._backward()
"""
DISGUISED = OWN.replace("stack", "todo").replace("node", "v").replace("    # my own way\n", "")
OTHER = """
def backward(self):
    counts = {}
    def count(v):
        for c in v._prev:
            counts[c] = counts.get(c, 0) + 1
            if counts[c] == 1:
                count(c)
    count(self)
    ready = [self]
    self.grad += 1
    while ready:
        v = ready.pop()
        v._backward()
        for c in v._prev:
            counts[c] -= 1
            if not counts[c]:
                ready.append(c)
"""


@pytest.fixture(scope="module", autouse=True)
def once():
    """What the course itself has is taken apart once, and not for every comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.classroom.alike.fingerprints", cache(fingerprints))
        yield


@pytest.fixture
def compared(course):
    """Compares hand-ins: by person, what stands in backward.py."""

    def compared(groups=None, **texts):
        handins = [
            Handin(Person(who), who, None, 1, lambda text=text: Submission("s", {"backward": text}, {}))
            for who, text in texts.items()
        ]
        return [(p.one, p.other) for p in alike(handins, course, groups or {})]

    return compared


def test_copy_is_found_under_other_names(compared):
    assert compared(ada=OWN, bob=OTHER, cyd=DISGUISED) == [("ada", "cyd")]


def test_same_file_is_said_to_be_the_same(course):
    handins = [Handin(Person(n), n, None, 1, lambda: Submission("s", {"backward": OWN}, {})) for n in "ab"]
    (pair,) = alike(handins, course, {})
    assert (pair.share, pair.same, pair.exercises) == (1, ("backward",), ("backward",))


def test_solution_stub_and_known_mistakes_are_nobodys_own(compared, course):
    wrong = misconceptions("backward", course.root / PLACE)[0].source
    for text in (course.solution("backward"), course.stub("backward"), wrong):
        assert compared(ada=text, bob=text) == []


def test_files_that_everybody_was_given_are_not_compared(course):
    files = {"value": OWN, "backward": OTHER}
    handins = [Handin(Person(n), n, None, 1, lambda: Submission("s", files, {})) for n in "ab"]
    assert [pair.exercises for pair in alike(handins, course, {})] == [("backward",)]


def test_what_many_people_have_is_nobodys_own(compared):
    assert compared(**{f"s{n}": OWN for n in range(FAMILIAR + 1)}) == []
    assert len(compared(**{f"s{n}": OWN for n in range(FAMILIAR)})) == FAMILIAR * (FAMILIAR - 1) // 2


def test_helpers_are_compared_and_given_files_are_nobodys_own(course):
    def pairs(**sources):
        handins = [Handin(Person(n), n, None, 1, lambda: Submission("s", sources, {})) for n in "ab"]
        return [p.exercises for p in alike(handins, course, {})]

    assert pairs(helper=OWN) == [("helper",)]
    assert pairs(**{name: course.solution(name) for name in course.complete}) == []


def test_people_of_one_group_are_not_compared(compared):
    assert compared({"ada": "g", "cyd": "g"}, ada=OWN, bob=OWN, cyd=OWN) == [("ada", "bob"), ("bob", "cyd")]


def test_short_answers_are_not_compared_by_what_they_have_in_common(compared):
    assert compared(ada="def backward(self):\n    pass\n", bob="def backward(s):\n    pass\n") == []


def test_last_hand_in_counts_and_what_cannot_be_read_is_passed_over(course):
    def broken():
        raise UsageError("x", "y")

    first = Handin(Person("a"), "a", None, 1, lambda: Submission("s", {"backward": OWN}, {}))
    last = Handin(Person("a"), "a", None, 2, lambda: Submission("s", {"backward": OTHER}, {}))
    other = Handin(Person("b"), "b", None, 1, lambda: Submission("s", {"backward": OWN}, {}))
    assert alike([first, last, other, Handin(Person("c"), "c", None, 1, broken)], course, {}) == []


@pytest.mark.parametrize("text", ["def f(:\n  '''\n" * 5, "\t x\n y\n" * 9, "\x00(" * 40])
def test_what_is_no_python_has_fingerprints_too(text):
    assert fingerprints(text)


def test_command_lists_pairs_with_the_honest_sentence(tmp_path):
    for who, text in (("ada", OWN), ("bob", OTHER), ("cyd", DISGUISED)):
        (tmp_path / who).mkdir()
        (tmp_path / who / "backward.py").write_text(text)
    run = grader("alike", tmp_path)
    assert run.returncode == 0, run.stderr
    first, second, third = run.stdout.splitlines()
    assert first.endswith("ada and cyd: backward")
    assert second == "1 pair among 3 people look alike."
    assert third == HONEST
