"""What every output shows of an exercise's findings: a short table, why each goes wrong, and where help is.

What an old report took for the probable mistake has neither a part nor what it does: it stays a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.model import Finding
from grader.printable import printable, shortened

HEADING = "What your code does:"
MOST = 3  # rows, and sentences beneath them: more is not read
LETTERS = 160  # of a cell


@dataclass(frozen=True, slots=True)
class Row:
    """What one part of the code does, where, and what it should do, if that may be told.

    where: where it does that, in words; empty for everywhere.
    line: of the student's file, as text; empty where it is not known.
    """

    part: str
    does: str
    where: str
    should: str
    line: str


@dataclass(frozen=True, slots=True)
class Told:
    """All that is shown, printable.

    guess: what is probably wrong, by a report from before there were findings; then there are no rows.
    sentences: why it goes wrong, each said once. more: how many findings are not among these.
    hint: the heading in HINTS.md that helps with the first.
    causes: how many mistakes are behind all findings. stake: how many points hang on them; may be empty.
    """

    guess: str
    rows: tuple[Row, ...]
    sentences: tuple[str, ...]
    more: int
    hint: str
    causes: int = 1
    stake: str = ""

    @property
    def heading(self) -> str:
        return f"Probably: {self.guess}" if self.guess else HEADING

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's head: what nobody knows has no column."""
        head = ["part", "your code does"]
        head += ["it should"] if any(row.should for row in self.rows) else []
        head += ["line"] if any(row.line for row in self.rows) else []
        return tuple(head)

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """The rows, with a cell for each column; where something is so is the second line of its cell."""
        return tuple(tuple(_cells(row)[column] for column in self.columns) for row in self.rows)

    @property
    def others(self) -> str:
        """That there is more; empty where there is not."""
        return f"… and {self.more} more" if self.more else ""


def _cells(row: Row) -> dict[str, str]:
    does = "\n".join(filter(None, (row.does, row.where)))
    return {"part": row.part, "your code does": does, "it should": row.should, "line": row.line}


def on_one_line(cell: str) -> str:
    """A cell where there is room for one line."""
    return cell.replace("\n", ", ")


def told(findings: Sequence[Finding]) -> Told | None:
    """What is shown of the findings; None where there are none."""
    if not findings:
        return None
    first = findings[0]
    hint = shortened(first.hint)
    if guessed(first):
        return Told(shortened(first.name), (), (printable(first.explanation),), 0, hint)
    rows: dict[tuple[str, str, str], list[Finding]] = {}
    said: list[Finding] = []
    left = 0
    for finding in findings:
        row, new = _key(finding), _cause(finding) not in map(_cause, said)
        if (row not in rows and len(rows) == MOST) or (new and len(said) == MOST):
            left += 1
            continue
        rows.setdefault(row, []).append(finding)
        said += [finding] * new
    sentences = tuple(printable(each.explanation) for each in said)
    causes = len(set(map(_cause, findings)))
    return Told("", tuple(map(_row, rows.values())), sentences, left, hint, causes)


def in_lines(shown: Told) -> Iterator[str]:
    """Findings as text, as the terminal shows them where it is wide enough."""
    yield shown.heading
    yield from _table(shown)
    if shown.others:
        yield f" {shown.others}"
    yield from (f"• {sentence}" if shown.rows else sentence for sentence in shown.sentences)
    if shown.stake:
        yield shown.stake
    yield f"HINTS.md, “{shown.hint}”, goes on from there."


def _table(shown: Told) -> Iterator[str]:
    if not shown.rows:
        return
    table = [shown.columns, *(tuple(map(on_one_line, row)) for row in shown.cells)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for place, row in enumerate(table):
        cells = [
            cell.rjust(width) if name == "line" else cell.ljust(width)
            for name, cell, width in zip(shown.columns, row, widths, strict=True)
        ]
        yield f" {' │ '.join(cells)}".rstrip()
        if place == 0:
            yield f" {'─┼─'.join('─' * width for width in widths)}"


def guessed(finding: Finding) -> bool:
    """Whether it was made of what an old report took for the probable mistake."""
    return not finding.part and not finding.does


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.part, finding.does or finding.name, finding.condition


def _cause(finding: Finding) -> str:
    """What findings of one mistake share; those of older reports do not say, so there it is the sentence."""
    return finding.cause or finding.explanation


def _row(same: Sequence[Finding]) -> Row:
    """One row for what is true of one part."""
    first = same[0]
    should = next((each.should for each in same if each.should), "")
    line = next((each.line for each in same if each.line), 0)
    does, where = cell(first.does or first.name), cell(place(first.condition))
    return Row(cell(first.part), does, where, cell(should), str(line or ""))


def cell(text: str) -> str:
    """A text as a cell of the table has room for it."""
    return shortened(text, LETTERS)


def place(condition: str) -> str:
    """Where something is so, in words; nothing for everywhere."""
    return condition if not condition or condition.startswith("at ") else f"where {condition}"


def line_of(findings: Sequence[Finding], most: int) -> int:
    """The line of the first finding that has one in a file of so many lines; 0 where none has."""
    return next((each.line for each in findings if 0 < each.line <= most), 0)
