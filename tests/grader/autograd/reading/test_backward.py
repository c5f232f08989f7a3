"""What is read off backward(): every label, nothing else, and nothing that is not so."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from grader.autograd.reading import backward
from grader.autograd.reading.findings import BACKWARD, KINDS
from grader.course.misconceptions import misconceptions
from grader.examine.setting import parts
from grader.model import Ended, Numbers, Overtime, Raised
from grader.sandbox.runner import Request, Runner
from tests.grader.autograd.reading.labels_backward import CATALOGUE, COMPOUND
from tests.grader.autograd.variants import DISGUISED, RIGHT, catalogue

WRONG = {m.id: m.source for m in misconceptions("backward")}
DISGUISES = {v.name: v.sources for v in catalogue(DISGUISED) if v.exercise == "backward"}
RIGHTS = {v.name: v.sources for v in catalogue(RIGHT) if v.exercise == "backward"}


@pytest.fixture(scope="session")
def exercise(course):
    return next(part for part in course.parts if part.name == "backward")


@pytest.fixture(scope="session")
def runner(course, setting):
    runner = Runner(setting.cage, setting.limits, 120, course.subject.worker)
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def read(course, exercise, runner):
    """Reads a backward.py, or several files of a student's."""

    def run(sources):
        sources = {"backward": sources} if isinstance(sources, str) else sources
        code = replace(parts(course, sources, exercise), reading=course.subject.reading)
        with runner.attempt(code) as session:
            return backward.read(exercise, sources["backward"], lambda q: session.observe(Request.of(q)))

    return run


def missed_and_false(findings, label):
    """The groups of a label that were not found, and what was found without a label."""
    needed, _, more = label.partition(";")
    groups = [[each.strip() for each in group.split("|")] for group in needed.split(",")]
    may = {each.strip() for each in more.split(",")} | {each for group in groups for each in group}
    got = {finding.finding for finding in findings}
    return [group for group in groups if not got & {*group}], got - may


@pytest.mark.parametrize("name", WRONG)
def test_what_a_catalogued_program_does_wrong_is_found_and_nothing_else(name, read):
    assert missed_and_false(read(WRONG[name]), CATALOGUE[name]) == ([], set())


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_hides_nothing(name, read):
    label = CATALOGUE[name.partition("__")[0].removeprefix("backward-")]
    assert missed_and_false(read(DISGUISES[name]), label) == ([], set())


@pytest.mark.parametrize("name", COMPOUND)
def test_each_of_several_mistakes_is_found(name, read):
    label, source = COMPOUND[name]
    assert missed_and_false(read(source), label) == ([], set())


@pytest.mark.parametrize("name", RIGHTS)
def test_nothing_is_said_of_what_is_right(name, read):
    assert read(RIGHTS[name]) == ()


SEEDS = {"= 3.0": "seed-wrong", "+= 1.0": "seed-added", "= self.data": "seed-wrong", "+= 0.0": "seed-missing"}


@pytest.mark.parametrize("name", RIGHTS)
def test_a_wrong_start_is_all_that_is_wrong_with_a_right_walk(name, read):
    """However the walk is done; no harmless habit of it is held to be the reason."""
    for seed, finding in SEEDS.items():
        source, changed = re.subn(
            r"self\.grad = 1(\.0)?$", f"self.grad {seed}", RIGHTS[name]["backward"], flags=re.M
        )
        assert changed == 1
        assert [found.finding for found in read({**RIGHTS[name], "backward": source})] == [finding]


# ---- what is said


TOPOLOGICAL = """def backward(self):
    order, visited = [], set()
    def visit(node):
        if node not in visited:
            visited.add(node)
            for operand in node._prev:
                visit(operand)
            order.append(node)
    visit(self)
    self.grad = 1.0
    for node in reversed(order):
        node._backward()
"""


def only(findings):
    (finding,) = findings
    return finding


def test_a_strip_tells_who_had_a_turn_when(read):
    finding = only(read(WRONG["breadth_first"]))
    assert finding.condition == "m = a * b; n = m * b; r = m + n"
    assert finding.does == "r: turn 1 · m: turn 2, before its user n · n: turn 3"
    assert finding.should == "r: turn 1 · n: turn 2 · m: turn 3"
    assert "by the distance from the root" in finding.explanation


def test_a_strip_tells_of_nodes_without_a_turn_and_with_several(read):
    assert only(read(WRONG["root_only"])).does == "r: turn 1 · n: no turn · m: no turn"
    assert only(read(WRONG["order_with_repeats"])).does == "r: turn 1 · n: turn 2 · m: turns 3, 4"


def test_a_finding_knows_its_line(read):
    source = TOPOLOGICAL.replace("self.grad = 1.0", "self.grad += 1.0")
    assert only(read(source)).line == 1 + source[: source.index("self.grad +=")].count("\n")


def test_every_label_is_a_finding_that_is_explained():
    labels = [*CATALOGUE.values(), *(label for label, _ in COMPOUND.values())]
    named = {name for label in labels for name in re.findall(r"[a-z-]+", label)}
    assert named == set(BACKWARD)
    assert set(BACKWARD) <= set(KINDS)


def test_hints_are_headings(course):
    headings = set(re.findall(r"^#+ (.+)$", (course.root / "HINTS.md").read_text("utf-8"), re.MULTILINE))
    assert {kind.hint.format(exercise="backward") for kind in BACKWARD.values()} <= headings


def test_an_exception_is_told_with_its_line(read):
    source = TOPOLOGICAL.replace("    self.grad = 1.0\n", "    self.grad = 1.0\n    self.gard\n")
    finding = read(source)[0]
    assert (finding.finding, finding.line, finding.condition) == ("raises", 11, "")
    assert finding.does == "AttributeError: 'Value' object has no attribute 'gard'"


def test_what_is_raised_somewhere_hides_nothing_elsewhere(read):
    source = "def backward(self):\n    self.grad = 1.0\n    self._prev[0]\n    self._backward()\n"
    assert [finding.finding for finding in read(source)] == ["raises", "never-runs"]


def test_endless_recursion_is_endless(read):
    finding = only(read("def backward(self):\n    self.grad = 1.0\n    self.backward()\n"))
    assert (finding.finding, finding.does, finding.line) == ("endless", "calls itself without end", 3)


@pytest.mark.parametrize("kind", ["except:", "except Exception:", "finally:"])
def test_no_endless_walk_catches_its_end(kind, read):
    source = f"""def backward(self):
    self.grad = 1.0
    todo = [self]
    while todo:
        try:
            for node in todo:
                node._backward()
                todo.append(node)
        {kind}
            break
"""
    assert only(read(source)).finding == "endless"


def test_a_seed_that_is_lost_again_is_not_called_missing(read):
    source = TOPOLOGICAL.replace("1.0\n", "1.0\n    for node in order:\n        node.grad = 0.0\n")
    found = read(source)
    assert [finding.finding for finding in found] == ["seed-wrong", "resets"]
    assert found[0].does == "set to 1, but 0 at its turn"


def test_data_that_changes_is_told(read):
    found = read(TOPOLOGICAL + "        node.data -= 0.1 * node.grad\n")
    assert [finding.finding for finding in found] == ["graph-changed"]


# ---- what is not said


def test_what_earlier_calls_brought_about_is_not_blamed_on_a_graph(read):
    """After a first call nothing has a turn any more, and all that can be said is that."""
    source = "done = []\n" + TOPOLOGICAL.replace(
        "    order,", "    if done: return\n    done.append(1)\n    order,"
    )
    assert only(read(source)).finding == "remembers"


def test_what_happens_in_one_version_of_hashes_only_is_not_blamed_on_the_order(read):
    source = TOPOLOGICAL.replace("order, visited = [], set()", "order, visited = [], {}").replace(
        "visited.add(node)", "visited[node] = 1"
    )
    assert read(source) == ()
    by_set = source.replace("in node._prev", "in set(node._prev)")
    assert read(by_set) == ()
    finding = only(read(by_set.replace("= 1.0", "= 3.0")))
    assert (finding.finding, finding.does) == ("seed-wrong", "3 at its turn")


def test_nodes_cannot_be_told_from_others(read):
    source = TOPOLOGICAL.replace(
        "            for", "            assert type(node) is Value and not vars(node)\n            for"
    )
    assert read("from .value import Value\n" + source) == ()


def test_a_node_that_is_emptied_after_its_turn_may_have_another(read):
    """Whoever passes on only what has newly arrived may do so in any order, and often."""
    source = """def backward(self):
    held = {}
    self.grad = 1.0
    todo = [self]
    while todo:
        node = todo.pop()
        if node._prev and node.grad != 0:
            node._backward()
            node.grad = 0.0
            todo += node._prev
"""
    assert read(source) == ()


# ---- what is not believed


def answered(exercise, answers):
    return backward.read(exercise, "", lambda questions: [answers(question) for question in questions])


def test_random_numbers_say_nothing(exercise):
    draw = random.Random(1)
    numbers = [-1, 0, 1, 2, 3, 4, 5, 0.5, float("nan"), float("inf"), 1e300]
    for _ in range(30):
        assert answered(exercise, lambda q: Numbers(tuple(draw.choices(numbers, k=q.length)))) == ()
        assert (
            answered(exercise, lambda q: Numbers((0, draw.randrange(9), *map(float, range(q.length))))) == ()
        )


def test_a_record_that_is_too_short_says_nothing(exercise):
    assert answered(exercise, lambda q: Numbers((0.0, 0.0))) == ()


def test_gradients_that_do_not_follow_from_the_turns_are_not_believed(exercise):
    assert answered(exercise, lambda q: Numbers((0.0, 0.0, *[0.5] * (q.length - 2)))) == ()


def test_a_process_that_ended_says_nothing(exercise):
    assert answered(exercise, lambda q: Ended("its process ended", busy=True)) == ()


def test_whoever_has_not_come_to_an_end_in_time_is_told_so(exercise):
    found = answered(exercise, lambda q: Overtime(5.0, busy=True))
    assert only(found).does == "still running when its time was up"
    assert answered(exercise, lambda q: Overtime(5.0, busy=False)) == ()


def test_an_exception_of_nobody_knows_where_says_nothing(exercise):
    assert answered(exercise, lambda q: Raised("ValueError: no", ())) == ()
    strange = Raised("ValueError: no", ("backward.py, line ²³, in x", "backward.py, line 99999, in x"))
    assert only(answered(exercise, lambda q: strange)).line == 0


def test_one_record_that_is_none_of_ours_makes_all_of_them_unbelievable(exercise):
    def idle(q):
        kept = [number for gradient in q.details[3] for number in (gradient, 0.0)]
        return Numbers((0.0, 0.0, *kept, *[0.0] * (q.length - 2 - len(kept))))

    assert answered(exercise, idle)[0].finding == "seed-missing"
    assert answered(exercise, lambda q: Numbers((0.5,) * q.length) if q.details[2] else idle(q)) == ()
