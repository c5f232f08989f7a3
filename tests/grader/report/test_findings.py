"""What is shown of findings: at most three rows, each sentence once; an old diagnosis stays a guess."""

from dataclasses import replace

import pytest

from grader.report.words import HEADING, Row, line_of, on_one_line, place, told
from tests.grader.render.formats.samples import FOUND, GUESSED

OVERWRITES, SIGN = FOUND
WRONG = replace(OVERWRITES, finding="wrong-number", name="Another number.", explanation="Not that number.")


def test_nothing_is_shown_of_nothing():
    assert told(()) is None


def test_a_finding_is_a_row_a_sentence_and_a_hint():
    shown = told([OVERWRITES])
    assert shown.heading == HEADING
    assert shown.rows == (Row("self.grad", "self.grad = out.grad", "", "", "12"),)
    assert (shown.sentences, shown.others, shown.hint) == (("Gradients add up.",), "", "Accumulating")


def test_findings_of_one_part_that_does_one_thing_are_one_row():
    shown = told([OVERWRITES, WRONG])
    assert [row.does for row in shown.rows] == ["self.grad = out.grad"]
    assert shown.sentences == ("Gradients add up.", "Not that number.")


def test_a_row_says_where():
    shown = told([SIGN])
    ((part, does),) = shown.cells
    assert (part, does) == ("other.grad", "other.grad += -out.grad\nwhere self.data > 0")
    assert on_one_line(does) == "other.grad += -out.grad, where self.data > 0"


@pytest.mark.parametrize(
    ("condition", "said"), [("", ""), ("a > 0", "where a > 0"), ("at some numbers", "at some numbers")]
)
def test_a_condition_is_told_in_words(condition, said):
    assert place(condition) == said


def test_what_it_should_do_and_the_line_have_columns_only_where_they_are_known():
    assert told([OVERWRITES]).columns == ("part", "your code does", "line")
    assert told([SIGN]).columns == ("part", "your code does")
    shown = told([OVERWRITES, replace(SIGN, should="other.grad += out.grad")])
    assert shown.columns == ("part", "your code does", "it should", "line")
    assert shown.cells[0] == ("self.grad", "self.grad = out.grad", "", "12")


def test_at_most_three_rows_are_shown_and_the_others_counted():
    shown = told([replace(OVERWRITES, part=f"v{n}", explanation=f"Why {n}.") for n in range(5)])
    assert [row.part for row in shown.rows] == ["v0", "v1", "v2"]
    assert shown.sentences == ("Why 0.", "Why 1.", "Why 2.")
    assert shown.others == "… and 2 more"


def test_a_sentence_in_which_only_the_part_differs_is_said_once():
    parts = ("a.grad", "b.grad")
    both = [replace(OVERWRITES, part=p, explanation=f"{p} is set.", cause="overwrites") for p in parts]
    shown = told(both)
    assert shown.sentences == ("a.grad is set.",)
    assert (len(shown.rows), shown.others, shown.causes) == (2, "", 1)


def test_findings_of_two_causes_are_two_mistakes_whatever_they_are_about():
    both = [replace(OVERWRITES, cause="overwrites"), replace(SIGN, cause="sign")]
    assert told(both).causes == 2


def test_findings_of_older_reports_are_one_mistake_where_they_say_the_same():
    assert told([OVERWRITES, replace(OVERWRITES, part="b.grad")]).causes == 1


def test_what_has_no_formula_is_called_by_its_name():
    assert told([replace(OVERWRITES, does="")]).rows[0].does == "It overwrites gradients."


def test_an_old_diagnosis_stays_a_guess():
    shown = told([GUESSED])
    assert shown.heading == "Probably: It overwrites gradients."
    assert (shown.rows, shown.sentences) == ((), ("Gradients add up.",))


def test_everything_that_is_shown_is_printable_and_short():
    hostile = "\x1b[2J\n" + "x" * 400
    shown = told([replace(OVERWRITES, part=hostile, does=hostile, should=hostile, hint=hostile)])
    for text in (*shown.cells[0], shown.hint):
        assert text.replace("\n", "").isprintable()
        assert len(text) < 400


def test_the_line_is_one_of_the_file():
    assert line_of([SIGN, OVERWRITES], 12) == 12
    assert line_of([SIGN, OVERWRITES], 11) == 0
    assert line_of([], 100) == 0
