"""Outcomes in plain words and plain text."""

from __future__ import annotations

from itertools import groupby
from math import isfinite
from typing import assert_never

from grader.agreement import close
from grader.model import Counterexample, Crashed, Failed, NotStarted, Outcome, Passed, TimedOut

MARK = "<-- differs"


def headline(outcome: Outcome) -> str:
    """What happened, in one sentence."""
    match outcome:
        case Passed(cases):
            return f"Holds in all {cases} cases."
        case Failed(reason=reason):
            return f"{reason}." if reason else "The numbers differ from PyTorch's."
        case Crashed(error=error):
            return error
        case TimedOut(limit=limit):
            return f"No answer within {limit:g} seconds: something does not end."
        case NotStarted(reason):
            return f"Not started: {reason}."
        case _:
            assert_never(outcome)


def in_full(outcome: Outcome) -> str:
    """The headline, where it happened, the program to paste, and expected beside got."""
    lines = [headline(outcome), *places(outcome)]
    shown = counterexample_of(outcome)
    if shown is not None:
        lines += ["", shown.source.rstrip(), "", *table(shown)]
    return "\n".join(lines)


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


def number(value: float) -> str:
    """A number as briefly as it can be told from others nearby: 3 rather than 3.0."""
    whole = isfinite(value) and value == int(value) and abs(value) < 1e15
    return str(int(value)) if whole else f"{value:.12g}"
