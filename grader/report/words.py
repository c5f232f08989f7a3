"""Outcomes and findings in plain words: failures, exceptions, and what only all parts together show.

Alone, an exercise has the reference for all others beside it. So two that are built on each other both
pass, and neither of them is there once every part is the submission's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isfinite
from typing import assert_never

from grader.agreement import close
from grader.course.course import Misplaced
from grader.model import (
    WITHHELD,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Finding,
    Kind,
    Node,
    NotGraded,
    NotStarted,
    Outcome,
    Passed,
    Result,
    TimedOut,
    Verdict,
)
from grader.printable import printable, shortened
from grader.report.scoring import exercise_status

ENDLESS = (
    "Usually that is a loop whose condition never becomes false, or a recursion that goes through shared "
    "nodes again and again."
)
MARK = "<-- differs"
Branch = tuple[str, Node | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of numbers.

    mark: what stands behind a line that differs, from where its text ends; else empty.
    """

    text: str
    mark: str = ""

    def __str__(self) -> str:
        return self.text + self.mark


def headline(outcome: Outcome) -> str:
    """What happened, in one sentence."""
    match outcome:
        case Passed(cases):
            return f"Holds in all {cases} cases."
        case Failed(reason=reason):
            return f"{reason}." if reason else "The numbers differ from PyTorch's."
        case Crashed(error=error):
            todo = open_todo(error)
            return f"It stops where the stub does: {todo}." if todo else error
        case TimedOut(limit=limit):
            return f"No answer {in_time(limit)}. {ENDLESS}"
        case NotStarted(reason, absent):
            return f"{'Absent' if absent else 'Not started'}: {reason}."
        case NotGraded(reason):
            return f"Not graded: {reason}."
        case _:
            assert_never(outcome)


def in_time(limit: float) -> str:
    """Until when there was no answer; reports of former versions do not say the seconds."""
    return f"within {limit:g} seconds" if limit else "in time"


def in_full(outcome: Outcome) -> str:
    """The headline, where it happened, the program to paste, and expected beside got."""
    lines = [headline(outcome), *meaning(outcome), *places(outcome)]
    shown = counterexample_of(outcome)
    if shown is not None:
        lines += ["", shown.source.rstrip(), "", *map(str, numbers(shown))]
    return "\n".join(lines)


def meaning(outcome: Outcome) -> list[str]:
    """What the headline means, where a beginner may wonder."""
    words = in_words(outcome.error) if isinstance(outcome, Crashed) else ""
    return [words] if words else []


def places(outcome: Outcome) -> list[str]:
    """Where a crash happened, a line each; the same place over and over only once."""
    frames = outcome.frames if isinstance(outcome, Crashed) else ()
    counted = ((frame, len(list(same))) for frame, same in groupby(frames))
    return [f"  at {frame}" + (f"  ({count} times)" if count > 1 else "") for frame, count in counted]


def line_in(name: str, outcome: Outcome) -> int:
    """The innermost line of an exercise's own file in which it crashed; 0 where there is none."""
    frames = outcome.frames if isinstance(outcome, Crashed) else ()
    found = (PLACE.match(frame) for frame in reversed(frames))
    return next((int(place[2]) for place in found if place and place[1] == name), 0)


def counterexample_of(outcome: Outcome) -> Counterexample | None:
    """The counterexample an outcome carries, if it does."""
    if isinstance(outcome, Failed | Crashed | TimedOut) and outcome.counterexample != WITHHELD:
        return outcome.counterexample
    return None


def missed(result: Result) -> list[Verdict]:
    """What does not hold, in its author's order; bonus only where nothing else is missed."""
    judged = (verdict for verdict in result.verdicts if verdict.claim.kind is not Kind.NOTE)
    wrong = [verdict for verdict in judged if not isinstance(verdict.outcome, Passed)]
    return [verdict for verdict in wrong if verdict.claim.kind is Kind.GRADED] or wrong


def example(result: Result) -> Verdict | None:
    """What every output shows first of an exercise that has not passed; None where nothing is missed.

    That is the first property with a program that its author wrote down to teach it: authors go from what is
    simple to what is built on it, so it says most of what is wrong. The smallest program of all may show it
    by chance. Where no such program fails it is the first that was drawn, and else what has no program.
    """
    wrong = missed(result)
    cases = [(case, verdict) for verdict in wrong if (case := counterexample_of(verdict.outcome)) is not None]
    written = (verdict for case, verdict in cases if not case.drawn)
    return next(written, cases[0][1] if cases else wrong[0] if wrong else None)


def numbers(shown: Counterexample) -> list[Line]:
    """Expected beside got: as the graph where there is one, else as a table."""
    return tree(shown) if shown.graph else table(shown)


def table(shown: Counterexample) -> list[Line]:
    """Expected beside got as aligned text, each difference marked."""
    got = dict(shown.got)
    rows = [("", "expected", "got" if got else "")]
    if any(isinstance(value, str) for _, value in (*shown.expected, *shown.got)):
        return _texts(shown, got)
    rows += [
        (label, number(value), number(got[label]) if label in got else "") for label, value in shown.expected
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    differs = [False, *(label in got and differ(got[label], value) for label, value in shown.expected)]
    return [
        _line(f"  {label:<{widths[0]}}   {expected:>{widths[1]}}   {found:>{widths[2]}}", marked)
        for (label, expected, found), marked in zip(rows, differs, strict=True)
    ]


def _texts(shown: Counterexample, got: Mapping[str, float | str]) -> list[Line]:
    """The same of what is no number and may be long: what was expected above what was got, value by value."""
    lines = []
    for label, value in shown.expected:
        lines += [Line(f"  {label}"), Line(f"    expected   {number(value)}")]
        if label in got:
            lines.append(_line(f"    got        {number(got[label])}", differ(got[label], value)))
    return lines


def differ(got: float | str, expected: float | str) -> bool:
    """Whether two observed things that stand beside each other are not the same."""
    if isinstance(got, str) or isinstance(expected, str):
        return got != expected
    return not close(got, expected)


def _line(padded: str, differs: bool) -> Line:
    text = padded.rstrip()
    return Line(text, f"{padded[len(text) :]}   {MARK}" if differs else "")


def tree(shown: Counterexample) -> list[Line]:
    """The graph from its roots down, a node a line, expected beside got; the suspect is marked."""
    used = {name for node in shown.graph for name in node.operands}
    lines: list[Branch] = []
    seen: set[str] = set()
    for root in (node for node in reversed(shown.graph) if node.name not in used):
        _branch(root, {node.name: node for node in shown.graph}, ("", ""), lines, seen)
    return _columns(lines)


def _branch(
    node: Node, nodes: dict[str, Node], lead: tuple[str, str], lines: list[Branch], seen: set[str]
) -> None:
    """A node's line, then its operands' beneath it; a node met again is only named.

    lead: what stands before its own line, and before the lines beneath it.
    """
    if node.name in seen:
        lines.append((f"{lead[0]}{node.name}, as above", None))
        return
    seen.add(node.name)
    lines.append((f"{lead[0]}{node.name} = {node.formula}", node))
    *others, last = dict.fromkeys(node.operands) or [""]
    for name in others:
        _branch(nodes[name], nodes, (f"{lead[1]}├─ ", f"{lead[1]}│  "), lines, seen)
    if last:
        _branch(nodes[last], nodes, (f"{lead[1]}└─ ", f"{lead[1]}   "), lines, seen)


def _columns(lines: Sequence[Branch]) -> list[Line]:
    """The lines with data and gradient in columns, expected beside got."""
    ran = any(node is not None and node.data[1] is not None for _, node in lines)
    head = ["expected", "got"] if ran else ["expected"]
    rows = [["", *head, *head]]
    for text, node in lines:
        values = () if node is None else (*node.data[: len(head)], *node.grad[: len(head)])
        cells = ["" if value is None else number(value) for value in values]
        rows.append([text, *(cells or [""] * 2 * len(head))])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    half = sum(widths[1 : 1 + len(head)]) + 2 * len(head)
    top = f"  {'':<{widths[0]}}  {'data':>{half}}  {'gradient':>{half}}"
    suspects = [False, *(node is not None and node.suspect for _, node in lines)]
    written = (_row(row, widths, len(head)) for row in rows)
    return [Line(top), *map(_line, written, suspects)]


def _row(row: Sequence[str], widths: Sequence[int], half: int) -> str:
    cells = [f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True)]
    left, right = "".join(cells[:half]), "".join(cells[half:])
    return f"  {row[0]:<{widths[0]}}  {left}  {right}"


def number(value: float | str) -> str:
    """A number as briefly as it can be told from others nearby: 3 rather than 3.0. A text as it is."""
    if isinstance(value, str):
        return printable(value)
    whole = isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if whole else f"{value:.12g}"


# The first pattern that is found in the exception's line explains it.
IN_WORDS = (
    (
        r"'NoneType' object is not callable",
        "None was called like a function. Is a function stored, or what it returned?",
    ),
    (
        r"'NoneType' object has no attribute",
        "None stands where something else is expected. Does every function return its result?",
    ),
    (
        r"'(int|float|bool)' object has no attribute '(data|grad|_prev|_backward|relu|backward)'",
        "A plain number has nothing of that name: a Value has.",
    ),
    (
        r"'(tuple|list|generator)' object has no attribute '(data|grad|relu|backward)'",
        "Several things in a row stand where a single Value is expected.",
    ),
    (
        r"(must be real number|float\(\) argument|not supported between).*Value|'(float|int)' and 'Value'",
        "A Value stands where a plain number is needed: the number is in its data.",
    ),
    (
        r"not supported between|unsupported operand",
        "Two things meet in an operation that is not defined for them.",
    ),
    (
        r"^RecursionError",
        "A function calls itself without end, or goes deeper than Python's limit of 1,000 calls.",
    ),
    (r"^ZeroDivisionError", "It divides by zero, or raises zero to a negative power."),
    (r"^(UnboundLocalError|NameError)", "A name is used that has no value at that point."),
    (r"^(SyntaxError|IndentationError|TabError)", "Python cannot read the file at that line."),
    (r"^ModuleNotFoundError", "Only the standard library and the files beside this one can be imported."),
    (r"^ImportError", "The module is there, but has nothing of that name."),
    (r"^MemoryError", "It asked for more memory than there is; do graphs or lists grow without end?"),
    (
        r"(missing|takes) .*argument|unexpected keyword argument",
        "It is called with other arguments than its def line takes.",
    ),
    (r"'NoneType' object is not iterable", "None stands where a list, or the like, is expected."),
    (r"object is not iterable", "A single thing stands where a list, or the like, is expected."),
    (r"object is not callable", "Something that is no function is called like one."),
    (r"object is not subscriptable|^IndexError", "It asks for an item that is not there."),
    (r"^OverflowError", "A number has become too large for a float."),
    (r"^KeyError", "It looks for something in a dict that is not there."),
    (
        r"^AttributeError",
        "It asks an object for something it does not have: is it spelled right, is it made in time?",
    ),
)


def in_words(error: str) -> str:
    """What an exception's line means, in a sentence; nothing where it is plain enough or unknown."""
    return next((words for pattern, words in IN_WORDS if re.search(pattern, error)), "")


def not_counted(files: Sequence[str]) -> str:
    """That a student has changed what is given."""
    said = listed([f"{file}.py" for file in files])
    are, them = ("is", "it") if len(files) == 1 else ("are", "them")
    return f"{said} {are} given: your change to {them} does not count in the grade."


def to_take_over(found: Misplaced, exercise: Exercise) -> str:
    """That what an exercise asks for stands in a given file, and how it gets to where it counts."""
    what = f"the function {exercise.defines}" if exercise.attach else f"the class {exercise.defines}"
    lines = f"lines {found.first} to {found.last}"
    moved = f", four spaces further left, and call it {exercise.defines}" if exercise.attach else ""
    return (
        f"{found.file}.py defines {found.name}; what counts is {what} in {exercise.name}.py. "
        f"To take it over, put {lines} of {found.file}.py in place of {what}{moved}."
    )


def open_todo(error: str) -> str:
    """Which TODO is still open, where an exception says just that; else nothing."""
    said = re.match(r"NotImplementedError: (\w+: TODO .*)", error)
    return said[1] if said else ""


RECURSION = "RecursionError"
PLACE = re.compile(r"(\w+)\.py, line ([1-9][0-9]{0,6})\b")
GUESS = "One exercise may be built on another in a circle, or rest on how our parts are made inside."
Missed = Failed | Crashed | TimedOut


def alone_only(
    results: Sequence[Result], together: Result | None, further: Sequence[Verdict] = ()
) -> tuple[str, ...]:
    """The sentences that stand on top of a report where what passes alone does not work together.

    results: of the exercises. together: the last mark; None where it was not asked for. further: on
        operations that are in no exercise, and may be in what is asked of all parts together.
    Nothing in them but the exercises' names is from the course, and nothing from the submission.
    """
    if together is None or exercise_status(together) == "passed":
        return ()
    held, missed = _tried(together)
    circle = _circle(missed, results)
    if missed and results and all(map(_passed, results)):
        count = _count(len(missed), held + len(missed))
        wrong = [verdict.claim.about for verdict in further if isinstance(verdict.outcome, Missed)]
        seen = f"Of the further operations {listed(wrong)} {'does' if len(wrong) == 1 else 'do'} not hold."
        what, guess = _what_happens(missed, circle), "" if circle else f" {seen if wrong else GUESS}"
        return (f"Every exercise passes alone. Together, with all parts your own, {count}: {what}.{guess}",)
    if circle:
        ended = _what_happens(list(filter(_endless, missed)), circle)
        return (f"{listed(circle)} pass alone. Together, with all parts your own, {ended}.",)
    return ()


def ungraded(results: Sequence[Result]) -> tuple[str, ...]:
    """Which exercises are not graded, and why, a sentence each."""
    outcomes = ((r.exercise.name, r.verdicts[0].outcome) for r in results if r.verdicts)
    return tuple(f"{name} is not graded: {o.reason}." for name, o in outcomes if isinstance(o, NotGraded))


def elsewhere(results: Sequence[Result]) -> tuple[str, ...]:
    """Which exercises lie in other files than they should, and what else there is for those not passed."""
    taken = [f"{r.exercise.name} from {r.taken}" for r in results if r.taken]
    open_ = [r for r in results if r.beside and not _passed(r)]
    others = [f"for {r.exercise.name} {' and '.join(r.beside)}" for r in open_]
    return (
        *((f"Graded from files of another name or place: {', '.join(taken)}.",) if taken else ()),
        *((f"There are further files, which were not graded: {'; '.join(others)}.",) if others else ()),
    )


def _passed(result: Result) -> bool:
    return exercise_status(result) == "passed"


def _tried(together: Result) -> tuple[int, list[Missed]]:
    """Of the properties that decide the last mark's status: how many hold, and what became of the others."""
    kinds = {verdict.claim.kind for verdict in together.verdicts}
    kind = Kind.GRADED if Kind.GRADED in kinds else Kind.BONUS
    outcomes = [verdict.outcome for verdict in together.verdicts if verdict.claim.kind is kind]
    held = sum(isinstance(outcome, Passed) for outcome in outcomes)
    return held, [outcome for outcome in outcomes if isinstance(outcome, Missed)]


def _count(missed: int, tried: int) -> str:
    if missed < tried:
        return f"{missed} of {tried} properties {'does' if missed == 1 else 'do'} not hold"
    return "its one property does not hold" if tried == 1 else f"none of {tried} properties holds"


def _what_happens(missed: Sequence[Missed], circle: Sequence[str]) -> str:
    """In which ways they do not hold, each said once."""
    return " or ".join(dict.fromkeys(_how(outcome, circle) for outcome in missed))


def _how(outcome: Missed, circle: Sequence[str]) -> str:
    match outcome:
        case Crashed() if _endless(outcome):
            files = listed([f"{name}.py" for name in circle])
            where = f", where {files} call each other in a circle" if circle else ""
            return f"it ends in {RECURSION}{where}"
        case Crashed():
            return "it crashes"
        case TimedOut():
            return "it gives no answer in time"
        case Failed():
            return "it gives other values than promised"
        case _:
            assert_never(outcome)


def _endless(outcome: Missed) -> bool:
    return isinstance(outcome, Crashed) and outcome.error.startswith(RECURSION)


def _circle(missed: Sequence[Missed], results: Sequence[Result]) -> list[str]:
    """The exercises that an endless recursion was seen to lead through again and again.

    Two or more, all of which pass alone; else none.
    """
    frames = (outcome.frames for outcome in missed if isinstance(outcome, Crashed) and _endless(outcome))
    seen = set().union(*map(_again, frames))
    inside = [result for result in results if result.exercise.name in seen]
    return [r.exercise.name for r in inside] if len(inside) > 1 and all(map(_passed, inside)) else []


def _again(frames: Sequence[str]) -> set[str]:
    """The files that lie between two visits to one and the same."""
    found = (PLACE.match(frame) for frame in frames)
    files = [name for name, _ in groupby(match[1] for match in found if match)]
    last = {name: place for place, name in enumerate(files)}
    return {between for place, name in enumerate(files) for between in files[place : last[name]]}


def listed(names: Sequence[str]) -> str:
    """One, two and three."""
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


# ---- findings, as every output shows them: a short table, why each goes wrong, and where help is

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
    for finding in findings:
        row = finding.part, finding.does or finding.name, finding.condition
        new = _cause(finding) not in map(_cause, said)
        if (row in rows or len(rows) < MOST) and (not new or len(said) < MOST):
            rows.setdefault(row, []).append(finding)
            said += [finding] * new
    left = len(findings) - sum(map(len, rows.values()))
    sentences = tuple(printable(each.explanation) for each in said)
    causes = len(set(map(_cause, findings)))
    return Told("", tuple(map(_as_row, rows.values())), sentences, left, hint, causes)


def in_lines(shown: Told) -> Iterator[str]:
    """Findings as text, as the terminal shows them where it is wide enough."""
    yield shown.heading
    if shown.rows:
        yield from _table(shown)
    if shown.others:
        yield f" {shown.others}"
    yield from (f"• {sentence}" if shown.rows else sentence for sentence in shown.sentences)
    if shown.stake:
        yield shown.stake
    yield f"HINTS.md, “{shown.hint}”, goes on from there."


def _table(shown: Told) -> Iterator[str]:
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


def _cause(finding: Finding) -> str:
    """What findings of one mistake share; those of older reports do not say, so there it is the sentence."""
    return finding.cause or finding.explanation


def _as_row(same: Sequence[Finding]) -> Row:
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
