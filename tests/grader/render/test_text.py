"""Text and numbers for other programs."""

from fractions import Fraction

import pytest

from grader.render.text import binary, cell, decimal, lines_of, points, signed, two_decimals
from tests.grader.render.formats.samples import HOSTILE


@pytest.mark.parametrize("text", ["=1+1", "+49", "-5", "@x", "\t=1", "\r=1", '"=1', "' =1", " -x", "\uff1d1"])
def test_whatever_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert cell(text).startswith("'")


def test_a_formula_behind_a_semicolon_is_defused_too():
    assert cell("Doe;=1+1") == "Doe;'=1+1"


@pytest.mark.parametrize("text", ["anna", "a=b", "a-b", "x@example.org", "Nguyễn", "2-3", ""])
def test_ordinary_cells_stay_as_they_are(text):
    assert cell(text) == text


def test_hostile_text_becomes_printable_and_keeps_its_lines():
    shown = lines_of(HOSTILE)
    assert shown.count("\n") == HOSTILE.count("\n")
    assert shown.replace("\n", "").isprintable()
    assert "\\u202e" in shown


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (Fraction(15, 2), "7.50"),
        (Fraction(-1, 3), "-0.33"),
        (Fraction(200, 3), "66.67"),
        (Fraction(0), "0.00"),
    ],
)
def test_gradebooks_get_two_decimals(number, written):
    assert two_decimals(number) == written


def test_people_read_no_needless_zeros():
    assert [points(Fraction(n)) for n in ("100", "7.5", "0.004", "-20")] == ["100", "7.5", "0", "-20"]
    assert [points(n) for n in (100.25, 200 / 3, 1000.5, 12345, 0)] == [
        "100.25",
        "66.67",
        "1000.5",
        "12345",
        "0",
    ]
    assert [signed(Fraction(n)) for n in ("3", "-7.5", "0")] == ["+3", "-7.5", "+0"]


def test_decimals_never_have_an_exponent():
    assert decimal(Fraction(1, 10**7)) == "0"
    assert decimal(Fraction(10**20)) == "1" + "0" * 20
    assert decimal(Fraction(20, 3)) == "6.666667"


def test_binary_points_add_up_exactly():
    assert sum(binary(Fraction(10, 7)) for _ in range(7)) * 1024 % 1 == 0
    assert binary(Fraction(7)) == 7
