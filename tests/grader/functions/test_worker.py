"""Plain data as numbers: every value has one form, and no other numbers are the form of anything."""

import math

import pytest

from grader.functions.worker import (
    BIG,
    BITS,
    BYTES,
    DEPTH,
    DICT,
    FLOAT,
    INT,
    LIST,
    MOST,
    SET,
    STR,
    TRUE,
    Malformed,
    decode,
    encode,
)
from grader.worker.wire import Misfit

VALUES = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**53,
    2**53 + 1,
    -(2**200),
    2**BITS - 1,
    0.0,
    -0.0,
    0.1,
    1e308,
    5e-324,
    math.inf,
    -math.inf,
    "",
    "aé\x00\U0001f600",
    "\ud800 alone",
    b"",
    b"\x00\xff",
    [],
    [1, [2, [3]]],
    (),
    (1, "a"),
    {},
    {"b": 1, "a": [None]},
    {1: {2: (3,)}},
    {(1, 2): "pair"},
    set(),
    {3, 1, 2},
    {"x", 1, (2, 3)},
]


def arrived(form):
    """A form as it comes out of a pipe."""
    return [float(number) for number in form]


# Numbered: every process that runs tests has to call them alike, and a set has no order.
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_value_comes_back_as_it_was(value):
    again = decode(arrived(encode(value)))
    assert type(again) is type(value)
    assert again == value
    assert isinstance(value, set) or repr(again) == repr(value)


def test_nan_comes_back():
    assert math.isnan(decode(arrived(encode(math.nan))))


def test_no_two_values_have_one_form():
    forms = [tuple(encode(value)) for value in [*VALUES, math.nan, 1.0, "1", b"1", [1], (1,), {1}, {1: 1}]]
    assert len({repr(form) for form in forms}) == len(forms)
    assert len(set(forms)) == len(forms)


def test_every_form_can_be_written_down_as_json():
    assert all(math.isfinite(number) for value in [*VALUES, math.nan] for number in encode(value))


def test_order_of_a_set_is_not_that_of_its_making():
    assert encode({"a", "b", "c"}) == encode({"c", "b", "a"})


def test_order_of_a_dict_counts_only_where_it_is_to():
    one, other = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    assert encode(one) != encode(other)
    assert encode(one, sorted_keys=True) == encode(other, sorted_keys=True)


class List(list):
    pass


class Text(str):
    pass


class Whole(int):
    pass


def itself():
    endless = []
    endless.append([endless])
    return endless


def in_a_dict():
    endless = {}
    endless["x"] = (endless,)
    return endless


def laughs():
    value = ["ha"]
    for _ in range(30):
        value = [value] * 10
    return value


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (List(), "is a List, which is no plain data"),
        (Text("x"), "is a Text, which is no plain data"),
        (Whole(1), "is a Whole, which is no plain data"),
        (object(), "is an object, which is no plain data"),
        (frozenset(), "is a frozenset"),
        (range(3), "is a range"),
        (1j, "is a complex"),
        (bytearray(b"x"), "is a bytearray"),
        (iter([]), "is a list_iterator"),
        (NotImplemented, "is NotImplemented"),
        ([1, [Whole(1)]], "has a Whole in it"),
        ({Text("x"): 1}, "has a Text in it"),
        (itself(), "contains itself"),
        (in_a_dict(), "contains itself"),
        (laughs(), "is too large"),
        (nested(DEPTH + 1), f"is nested deeper than {DEPTH}"),
        (1 << BITS, f"has an int of more than {BITS} bits"),
        ("x" * MOST, "is too large"),
        (b"x" * (10 * MOST), "is too large"),
        ([0] * MOST, "is too large"),
        (set(range(MOST)), "is too large"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 50 else "value",
)
def test_what_is_no_plain_data_or_too_much_is_told(value, said):
    with pytest.raises(Misfit, match=said):
        encode(value)


def test_same_list_twice_is_no_circle():
    shared = [1]
    assert decode(encode([shared, shared])) == [[1], [1]]


def test_deepest_value_comes_back():
    assert decode(encode(nested(DEPTH - 1))) == nested(DEPTH - 1)


@pytest.mark.parametrize(
    "form",
    [
        [],
        [99],
        [-1],
        [0.5],
        [math.nan],
        [math.inf],
        [TRUE, TRUE],
        [INT],
        [INT, 0.5],
        [INT, 2**60],
        [INT, math.nan],
        [FLOAT, math.nan],
        [FLOAT, math.inf],
        [FLOAT, -0.0],
        [BIG, 0, 2, 1, 0],
        [BIG, 0, 2, 5, 1],
        [BIG, 2, 2, 0, 1 << 31],
        [BIG, 0, 1, 5],
        [BIG, 0, BITS, *[1] * BITS],
        [STR, 1, 0x110000],
        [STR, 2, 65],
        [STR, math.inf],
        [STR, -1],
        [BYTES, 1, 256],
        [LIST, 1],
        [LIST, MOST * 2],
        [DICT, 1, LIST, 0, INT, 1],
        [DICT, 2, INT, 1, TRUE, INT, 1, TRUE],
        [DICT, 2, INT, 1, TRUE, TRUE, TRUE],
        [SET, 1, LIST, 0],
        [SET, 2, INT, 2, INT, 1],
        [SET, 2, INT, 1, INT, 1],
        [LIST, 1] * (DEPTH + 1) + [LIST, 0],
    ],
)
def test_other_numbers_are_the_form_of_nothing(form):
    with pytest.raises(Malformed):
        decode(form)
