"""A Parquet file in long form, for analyses: a row for each person and property."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from importlib import import_module
from types import ModuleType
from typing import Any, BinaryIO

from grader.errors import UsageError
from grader.evidence import status
from grader.identity import once_each
from grader.model import Adjustment, Result
from grader.printable import printable
from grader.render.about import KEPT, counted, summed
from grader.render.csvfile import nothing_came
from grader.scoring import earned, worth
from grader.standing import Standing, Standings
from grader.words import headline

# About so many rows stand together in the file, and in memory.
GROUP = 65536
HOW = "pip install 'nanograd[class]'"
Row = tuple[Any, ...]
# What is the same in all of a person's rows, and what differs.
PERSON = ("id", "handed_in", "attempts", "digest", "seed", "isolation", "rules", "notes")
PROPERTY = (
    "exercise",
    "property",
    "title",
    "kind",
    "status",
    "score",
    "max_score",
    "cases",
    "error",
    "misconception",
)


def write_class(standings: Standings, to: BinaryIO) -> None:
    """Writes the class, a group of rows at a time.

    kind is "graded", "bonus" or "policy": the scores of the graded properties and the policy lines add up to
    the final score. Who has no report has one row, with a status and nothing else. misconception is the
    exercise's, on each of its rows; notes are what stands on top of the person's report, on each of theirs.
    Raises UsageError where pyarrow is not installed.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError("Parquet needs pyarrow, which is not installed", f"run: {HOW}") from None
    layout = _layout(arrow)
    with parquet.ParquetWriter(to, layout, compression="zstd") as writer:
        for people, rows in _groups(standings):
            writer.write_table(_table(arrow, people, rows, layout))


def _layout(arrow: ModuleType) -> Any:
    words = arrow.dictionary(arrow.int32(), arrow.string())
    special = {
        "id": arrow.string(),
        "handed_in": arrow.timestamp("us", tz="UTC"),
        "digest": arrow.string(),
        "error": arrow.string(),
        **dict.fromkeys(("attempts", "cases"), arrow.int64()),
        **dict.fromkeys(("score", "max_score"), arrow.float64()),
    }
    return arrow.schema([(name, special.get(name, words)) for name in (*PERSON, *PROPERTY)])


def _groups(standings: Standings) -> Iterator[tuple[list[Row], list[Row]]]:
    people: list[Row] = []
    rows: list[Row] = []
    for standing in standings.each():
        new = _rows(standing)
        rows += new
        people += [_person(standing)] * len(new)
        if len(rows) >= GROUP:
            yield people, rows
            people, rows = [], []
    yield people, rows


def _table(arrow: ModuleType, people: list[Row], rows: list[Row], layout: Any) -> Any:
    columns = (*zip(*people, strict=True), *zip(*rows, strict=True)) if rows else ((),) * len(layout)
    arrays = [arrow.array(column, field.type) for column, field in zip(columns, layout, strict=True)]
    return arrow.Table.from_arrays(arrays, schema=layout)


def _person(standing: Standing) -> Row:
    report, when = standing.report, standing.handed_in
    shown: Row = (None, None, None, None, None)
    if report is not None:
        said = (printable(text) or None for text in (report.rules, " ".join(report.notes)))
        shown = (printable(report.digest), str(report.seed), printable(report.isolation), *said)
    return (printable(standing.person.id), when and when.astimezone(UTC), standing.attempts, *shown)


def _rows(standing: Standing) -> list[Row]:
    if standing.report is None:
        word = "not_handed_in" if nothing_came(standing) else "not_graded"
        error = printable(standing.trouble) or None
        return [(None, None, None, None, word, None, None, None, error, None)]
    rows = [row for result in standing.report.marks for row in _of_exercise(result)]
    return rows + [_of_policy(line) for line in summed(standing.report).lines]


@once_each(KEPT)
def _of_exercise(result: Result) -> tuple[Row, ...]:
    misconception = result.diagnosis and printable(result.diagnosis.misconception)
    return tuple(
        (
            printable(result.exercise.name),
            printable(verdict.claim.name),
            printable(verdict.claim.title),
            verdict.claim.kind.value,
            status(verdict.outcome),
            float(earned(result, verdict)),
            float(worth(result, verdict)),
            getattr(verdict.outcome, "cases", 0),
            None if status(verdict.outcome) == "passed" else printable(headline(verdict.outcome)),
            misconception,
        )
        for _, verdict in counted(result)
    )


def _of_policy(line: Adjustment) -> Row:
    return (None, None, printable(line.title), "policy", "applied", float(line.points), 0.0, None, None, None)
