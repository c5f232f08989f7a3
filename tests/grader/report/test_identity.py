"""Answers are kept by the object they are about, however equal another may be."""

from fractions import Fraction

from grader.report.scoring import once_each


def counting(most):
    asked = []

    @once_each(most)
    def length(thing, add=0):
        """How long it is."""
        asked.append(thing)
        return len(thing) + add

    return length, asked


def test_the_same_object_is_asked_about_once():
    length, asked = counting(4)
    thing = [1, 2]
    assert [length(thing), length(thing)] == [2, 2]
    assert len(asked) == 1


def test_equal_objects_have_answers_of_their_own():
    length, asked = counting(4)
    assert [length([1]), length([1])] == [1, 1]
    assert len(asked) == 2


def test_other_arguments_are_other_questions():
    length, asked = counting(4)
    thing = [1]
    assert [length(thing, 1), length(thing, 2), length(thing, add=2)] == [2, 3, 3]
    assert len(asked) == 3


def test_only_the_last_answers_are_kept():
    length, asked = counting(2)
    things = [[1], [2], [3]]
    for thing in (*things, things[0]):
        length(thing)
    assert len(asked) == 4


def test_an_object_with_an_answer_cannot_lose_its_identity_to_another():
    @once_each(4)
    def said(thing):
        return thing[0]

    assert [said([n]) for n in range(100)] == list(range(100))


def test_the_function_keeps_its_name_and_docstring():
    length, _ = counting(1)
    assert (length.__name__, length.__doc__) == ("length", "How long it is.")
    assert length(str(Fraction(1, 2))) == 3
