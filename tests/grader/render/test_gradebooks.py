"""A class in one file: our CSV, Canvas's, nbgrader's, and Parquet."""

import csv
import sys
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from io import BytesIO, StringIO

import pandas as pd
import pyarrow.parquet as pq
import pytest

from grader.errors import UsageError
from grader.model import Adjustment, Person
from grader.render import gradebooks
from grader.render.export import CLASS
from grader.render.gradebooks import names
from tests.grader.render.formats.samples import (
    ANYWHERE,
    HANDED_IN,
    RULES,
    a_class,
    everyone,
    mixed,
    perfect,
    renamed,
    ruled,
)


def written(name, standings=None):
    stream = BytesIO()
    CLASS[name](standings or a_class(), stream)
    assert not stream.closed
    return stream.getvalue()


def rows(name, standings=None):
    return list(csv.DictReader(StringIO(written(name, standings).decode("utf-8"))))


def test_everybody_has_a_line_in_order():
    assert [row["id"] for row in rows("csv")] == ["anna", "'=1+1", "bob", "../../etc/passwd", "zoe"]


def test_columns_are_the_persons_the_scores_the_policies_the_exercises():
    assert list(rows("csv")[0]) == [
        *("id", "name", "email", "status", "handed_in", "attempts", "raw_score"),
        *("policy: late", "policy: pair", "policy: no score is below zero"),
        *("score", "max_score", "bonus", "add", "mul", "pow", "together", "policies", "notes", "trouble"),
    ]


def test_status_says_who_passed_and_who_is_missing():
    words = ["passed", "not passed", "not graded", "not passed", "not handed in"]
    assert [row["status"] for row in rows("csv")] == words


def test_raw_score_and_policy_columns_add_up_to_the_score():
    for row in rows("csv"):
        parts = [row[name] for name in row if name == "raw_score" or name.startswith("policy: ")]
        if row["score"]:
            assert sum(map(float, parts)) == pytest.approx(float(row["score"]), abs=1e-5)


def test_numbers_stay_numbers_also_below_zero():
    frame = pd.read_csv(BytesIO(written("csv")), keep_default_na=True)
    for column in ("raw_score", "score", "max_score", "bonus", "add", "policy: late", "attempts"):
        assert pd.api.types.is_numeric_dtype(frame[column])
    assert frame["policy: late"].tolist()[:2] == [0, -2.5]
    assert frame["score"].isna().tolist() == [False, False, True, False, True]


def test_policy_lines_are_there_in_full():
    assert rows("csv")[1]["policies"] == "late, 1 day begun: 10 % less (-2.5)"


def test_late_by_different_days_is_one_column():
    late = [
        replace(mixed(), adjustments=(Adjustment(f"late, {n} days begun: {n}0 % less", Fraction(-n)),))
        for n in range(1, 9)
    ]
    people = [replace(renamed(everyone()[0], f"s{n}"), report=made) for n, made in enumerate(late)]
    assert [row["policy: late"] for row in rows("csv", a_class(people))] == [str(-n) for n in range(1, 9)]


def test_a_class_that_changes_meanwhile_is_said_so():
    passes = iter([everyone()[:1], everyone()[1:]])
    with pytest.raises(UsageError, match="changed"):
        written("csv", replace(a_class(), each=lambda: iter(next(passes))))


@pytest.mark.parametrize("name", ["csv", "canvas", "nbgrader"])
def test_no_text_cell_is_a_formula(name):
    for line in csv.reader(StringIO(written(name).decode("utf-8"))):
        for text in line:
            assert text[:1] not in ("=", "+", "@", "\t", "\r")
            assert text[:1] != "-" or float(text) < 0
            assert text.isprintable()


def test_canvas_reads_its_columns_and_the_points_possible():
    frame = pd.read_csv(BytesIO(written("canvas")), dtype=str, keep_default_na=False)
    title = "Autodiff, from scratch"
    assert list(frame.columns) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]
    assert "Points Possible" in frame["Student"][0]
    assert frame[title].tolist() == ["40.00", "40.00", "4.17", "", "0.00", ""]
    assert frame["SIS User ID"][1] == "anna"


def test_no_student_can_be_canvas_row_of_points():
    frame = pd.read_csv(BytesIO(written("canvas")), dtype=str, keep_default_na=False)
    assert ["Points Possible" in name for name in frame["Student"]].count(True) == 1


def test_canvas_ids_of_its_own_are_left_to_canvas():
    frame = pd.read_csv(BytesIO(written("canvas")), dtype=str, keep_default_na=False)
    assert set(frame["ID"]) == {""}
    assert frame["SIS Login ID"].tolist()[1::2] == ["anna@example.org", "bob", "zoe"]


def test_number_of_canvas_stands_where_canvas_has_it_and_nowhere_else():
    first, second, *_ = everyone()
    people = [
        replace(first, person=Person("123", "lovelaceada", canvas="123")),
        replace(second, person=Person("s2", "Bob", "b@example.org", canvas="124")),
    ]
    frame = pd.read_csv(BytesIO(written("canvas", a_class(people))), dtype=str, keep_default_na=False)
    columns = ["ID", "SIS User ID", "SIS Login ID"]
    assert frame[columns].to_numpy().tolist()[1:] == [["123", "", ""], ["124", "s2", "b@example.org"]]


def test_nbgrader_has_exactly_its_exporters_columns():
    assert list(rows("nbgrader")[0]) == [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score"),
    ]


def test_nbgrader_scores_are_raw_scores_without_the_penalty():
    for row in rows("nbgrader"):
        if row["score"]:
            left = float(row["raw_score"]) - float(row["late_submission_penalty"])
            assert float(row["score"]) == pytest.approx(max(0.0, left), abs=1e-5)


def test_nbgrader_gives_zeros_without_a_hand_in_and_nothing_to_what_is_not_graded():
    by_id = {row["student_id"]: row for row in rows("nbgrader")}
    assert (by_id["zoe"]["score"], by_id["zoe"]["timestamp"]) == ("0.0", "")
    assert (by_id["bob"]["score"], by_id["bob"]["timestamp"]) == ("", "2026-02-28 23:30:05")


def test_nbgrader_dates_are_read_as_dates():
    when = datetime.fromisoformat(rows("nbgrader")[0]["timestamp"]).replace(tzinfo=UTC)
    assert when == HANDED_IN


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lovelace", ("Lovelace", "Ada")),
        ("Doe, Zoe Mae", ("Doe", "Zoe Mae")),
        ("Plato", ("Plato", "")),
        ("", ("", "")),
    ],
)
def test_last_and_first_names_are_told_apart(name, parts):
    assert names(name) == parts


def table(standings=None):
    return pq.read_table(BytesIO(written("parquet", standings)))


def test_parquet_scores_add_up_to_the_final_ones():
    frame = table().to_pandas()
    counted = frame[frame["kind"].isin(["graded", "policy"])].groupby("id")["score"].sum()
    assert counted["anna"] == pytest.approx(40)
    assert counted["=1+1"] == pytest.approx(float(mixed().final))
    assert counted["../../etc/passwd"] == pytest.approx(0)


def test_parquet_names_misconceptions_and_the_time_of_handing_in():
    frame = table().to_pandas()
    wrong = frame[(frame["id"] == "=1+1") & (frame["exercise"] == "add")]
    assert set(wrong["misconception"]) == {"overwrites"}
    assert set(wrong["handed_in"]) == {pd.Timestamp(HANDED_IN)}
    assert set(wrong["status"]) == {"passed", "failed"}


def test_parquet_has_one_row_for_somebody_without_a_report():
    frame = table().to_pandas().set_index("id")
    assert (frame.loc["zoe", "status"], frame.loc["bob", "status"]) == ("not_handed_in", "not_graded")
    assert pd.isna(frame.loc["zoe", "score"])
    assert frame.loc["bob", "error"] == "@the archive is broken"


def test_parquet_is_written_in_groups(monkeypatch):
    monkeypatch.setattr(gradebooks, "GROUP", 30)
    people = [renamed(everyone()[0], f"s{n}") for n in range(9)]
    file = pq.ParquetFile(BytesIO(written("parquet", a_class(people))))
    assert file.num_row_groups > 2
    assert file.metadata.num_rows == 9 * sum(len(mark.verdicts) for mark in perfect().marks) - 9


def test_parquet_of_nobody_has_columns_and_no_rows():
    assert (table(a_class([])).num_rows, "misconception" in table(a_class([])).column_names) == (0, True)


def test_missing_pyarrow_is_the_callers_move_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as caught:
        written("parquet")
    assert 'pip install "nanograd-course[class]"' in caught.value.next_step


@pytest.mark.parametrize("name", ANYWHERE)
def test_a_class_of_nobody_can_be_written(name):
    assert written(name, a_class([]))


@pytest.mark.parametrize("name", ANYWHERE)
def test_the_same_class_gives_the_same_bytes(name):
    assert written(name) == written(name)


def some_ruled():
    """A class in which one person was judged by other rules than the course's files are."""
    first, *others = everyone()
    return a_class([replace(first, report=ruled()), *others])


def test_csv_says_by_which_rules_somebody_was_judged():
    told = rows("csv", some_ruled())
    assert list(told[0])[-4:] == ["policies", "notes", "rules", "trouble"]
    assert [row["rules"] for row in told] == [RULES, *[""] * (len(told) - 1)]


def test_parquet_says_by_which_rules_somebody_was_judged():
    table = pq.read_table(BytesIO(written("parquet", some_ruled()))).to_pydict()
    told = dict(zip(table["id"], table["rules"], strict=True))
    assert told["anna"] == RULES
    assert {rules for id_, rules in told.items() if id_ != "anna"} == {None}
