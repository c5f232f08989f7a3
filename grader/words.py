"""Outcomes in plain words and plain text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import isfinite
from typing import assert_never

from grader.agreement import close
from grader.explaining import in_words, open_todo
from grader.model import Counterexample, Crashed, Failed, Node, NotStarted, Outcome, Passed, TimedOut

ENDLESS = (
    "Usually that is a loop whose condition never becomes false, or a recursion that goes through shared "
    "nodes again and again."
)
MARK = "<-- differs"
Line = tuple[str, Node | None]


def headline(outcome: Outcome) -> str:
    """What happened, in one sentence."""
    match outcome:
        case Passed(cases):
            return f"Holds in all {cases} cases."
        case Failed(reason=reason):
            return f"{reason}." if reason else "The numbers differ from PyTorch's."
        case Crashed(error=error):
            todo = open_todo(error)
            return f"Half done: {todo} is still to be written." if todo else error
        case TimedOut(limit=limit):
            return f"No answer within {limit:g} seconds. {ENDLESS}"
        case NotStarted(reason, absent):
            return f"{'Absent' if absent else 'Not started'}: {reason}."
        case _:
            assert_never(outcome)


def in_full(outcome: Outcome) -> str:
    """The headline, where it happened, the program to paste, and expected beside got."""
    lines = [headline(outcome), *meaning(outcome), *places(outcome)]
    shown = counterexample_of(outcome)
    if shown is not None:
        lines += ["", shown.source.rstrip(), "", *numbers(shown)]
    return "\n".join(lines)


def meaning(outcome: Outcome) -> list[str]:
    """What the headline means, where a beginner may wonder."""
    words = in_words(outcome.error) if isinstance(outcome, Crashed) else ""
    return [words] if words else []


def places(outcome: Outcome) -> list[str]:
    """Where a crash happened, a line each; the same place over and over only once."""
    frames = outcome.frames if isinstance(outcome, Crashed) else ()
    return [
        f"  at {frame}" + (f"  ({count} times)" if (count := len(list(same))) > 1 else "")
        for frame, same in groupby(frames)
    ]


def counterexample_of(outcome: Outcome) -> Counterexample | None:
    """The counterexample an outcome carries, if it does."""
    if isinstance(outcome, Failed | Crashed | TimedOut):
        return outcome.counterexample
    return None


def numbers(shown: Counterexample) -> list[str]:
    """Expected beside got: as the graph where there is one, else as a table."""
    return [line.rstrip() for line in (tree(shown) if shown.graph else table(shown))]


def table(shown: Counterexample) -> list[str]:
    """Expected beside got as aligned text, each difference marked."""
    got = dict(shown.got)
    lines = [("", "expected", "got" if got else "", "")]
    for label, expected in shown.expected:
        mark = "" if label not in got or close(got[label], expected) else MARK
        lines.append((label, number(expected), number(got[label]) if label in got else "", mark))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        f"  {label:<{widths[0]}}   {expected:>{widths[1]}}   {found:>{widths[2]}}   {mark}".rstrip()
        for label, expected, found, mark in lines
    ]


def tree(shown: Counterexample) -> list[str]:
    """The graph from its roots down, a node a line, expected beside got; the suspect is marked."""
    used = {name for node in shown.graph for name in node.operands}
    lines: list[Line] = []
    seen: set[str] = set()
    for root in (node for node in reversed(shown.graph) if node.name not in used):
        _branch(root, {node.name: node for node in shown.graph}, ("", ""), lines, seen)
    return _columns(lines)


def _branch(
    node: Node, nodes: dict[str, Node], lead: tuple[str, str], lines: list[Line], seen: set[str]
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


def _columns(lines: Sequence[Line]) -> list[str]:
    """The lines with data and gradient in columns, expected beside got."""
    ran = any(node is not None and node.data[1] is not None for _, node in lines)
    head = ["expected", "got"] if ran else ["expected"]
    rows = [["", *head, *head, ""]]
    for text, node in lines:
        values = () if node is None else (*node.data[: len(head)], *node.grad[: len(head)])
        cells = ["" if value is None else number(value) for value in values]
        mark = MARK if node is not None and node.suspect else ""
        rows.append([text, *(cells or [""] * 2 * len(head)), mark])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    half = sum(widths[1 : 1 + len(head)]) + 2 * len(head)
    top = f"  {'':<{widths[0]}}  {'data':>{half}}  {'gradient':>{half}}"
    return [top, *(_row(row, widths, len(head)) for row in rows)]


def _row(row: Sequence[str], widths: Sequence[int], half: int) -> str:
    cells = [f"  {cell:>{width}}" for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
    left, right = "".join(cells[:half]), "".join(cells[half:])
    return f"  {row[0]:<{widths[0]}}  {left}  {right}   {row[-1]}".rstrip()


def number(value: float) -> str:
    """A number as briefly as it can be told from others nearby: 3 rather than 3.0."""
    whole = isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if whole else f"{value:.12g}"
