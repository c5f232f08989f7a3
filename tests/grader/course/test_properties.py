"""How a file of claims becomes properties."""

from fractions import Fraction

import pytest

from grader.agreement import agree
from grader.autograd.program import View, trace
from grader.autograd.strategies import expressions
from grader.autograd.subject import SUBJECT
from grader.course.properties import DRAWN, bonus, declared_in, graded, keeps, noted
from grader.model import Kind
from grader.subject import pack

FILE = '''
from grader.course.properties import bonus, graded, noted
from grader.autograd.program import trace

LEAF = trace(lambda a: a, 2)


@graded(points=2, first=[LEAF])
def test_zebra(expected, got):
    """The first title.

    More that no student reads.
    """


@noted(first=[LEAF])
def test_mule(expected, got):
    """The second title."""


def helper(expected, got):
    """No property."""


@bonus(points=3, first=[LEAF])
def test_ant(expected, got):
    """The third title."""
'''


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "test_for_test_properties.py"
    path.write_text(FILE)
    return path


class Recorder:
    """Stands where the grader stands, and remembers what it was asked to examine."""

    def __init__(self):
        self.asked = []

    def examine(self, prop):
        self.asked.append(prop)


def test_properties_come_in_the_order_they_are_written(file):
    assert [prop.claim.name for prop in declared_in(file)] == ["zebra", "mule", "ant"]


def test_title_is_the_docstrings_first_line(file):
    titles = [prop.claim.title for prop in declared_in(file)]
    assert titles == ["The first title.", "The second title.", "The third title."]


def test_each_decorator_has_its_kind_and_share(file):
    claims = [(prop.claim.kind, prop.claim.share) for prop in declared_in(file)]
    assert claims == [(Kind.GRADED, Fraction(2)), (Kind.NOTE, Fraction(0)), (Kind.BONUS, Fraction(3))]


def test_a_file_is_loaded_once(file):
    assert declared_in(file) == declared_in(file)
    assert all(a is b for a, b in zip(declared_in(file), declared_in(file), strict=True))


def test_another_file_of_the_same_name_is_loaded_too(file, tmp_path):
    before = declared_in(file)
    other = tmp_path / "other" / file.name
    other.parent.mkdir()
    other.write_text(FILE.replace("test_zebra", "test_yak"))
    assert [prop.claim.name for prop in declared_in(other)] == ["yak", "mule", "ant"]
    assert before[0].claim.name == "zebra"


def test_a_property_without_a_docstring_has_no_title():
    @graded(points=1, first=[trace(lambda a: a, 2)])
    def test_bare(expected, got):
        pass

    assert test_bare.prop.claim.title == ""


def test_nothing_is_drawn_where_there_is_nothing_to_draw_from():
    assert graded(points=1, first=[trace(lambda a: a, 2)])(keeps).prop.drawn == 0


@pytest.mark.parametrize(("given", "drawn"), [({}, DRAWN), ({"drawn": 7}, 7)])
def test_as_many_are_drawn_as_asked(given, drawn):
    assert graded(points=1, over=expressions("+"), **given)(keeps).prop.drawn == drawn


def test_kink_is_off_unless_asked_for():
    assert not graded(points=1)(keeps).prop.kink
    assert noted(kink=True)(keeps).prop.kink


def test_the_declared_test_hands_its_property_to_the_grader():
    @bonus(points=1, first=[trace(lambda a: a, 2)])
    def test_something(expected, got):
        """A title."""

    recorder = Recorder()
    test_something(recorder)
    assert recorder.asked == [test_something.prop]


def test_the_declared_test_keeps_its_name_and_docstring():
    @graded(points=1)
    def test_something(expected, got):
        """A title."""

    assert (test_something.__name__, test_something.__doc__) == ("test_something", "A title.")


def all_agree(expected, got):
    assert agree(got.values, expected.values)


def test_a_promise_is_kept_where_nothing_is_asserted_in_vain():
    prop = graded(points=1)(all_agree).prop
    program = trace(lambda a: a, 2)
    assert prop.kept(SUBJECT, pack(program), (2.0, 1.0), (2.0, 1.0))
    assert not prop.kept(SUBJECT, pack(program), (2.0, 1.0), (2.0, 0.0))


def test_a_claim_sees_the_parts_it_names():
    def only_gradients(expected, got):
        assert agree(got.grads, expected.grads)

    prop = graded(points=1)(only_gradients).prop
    program = trace(lambda a: a, 2)
    assert prop.kept(SUBJECT, pack(program), (2.0, 1.0), (77.0, 1.0))
    assert not prop.kept(SUBJECT, pack(program), (2.0, 1.0), (2.0, 77.0))


def test_a_claim_that_raises_anything_else_is_the_authors_mistake():
    def broken(expected, got):
        raise ZeroDivisionError

    view = View(("chain", 1), (1.0, 1.0))
    with pytest.raises(ZeroDivisionError):
        keeps(broken, view, view)
