"""What to do after a cell was graded, and what is said of a hint or a graph."""

from __future__ import annotations

from itertools import groupby

from grader.learner.hints import Hint
from grader.model import Result
from grader.pictures.observed import Observed
from grader.printable import shortened
from grader.scoring import exercise_status
from grader.words import MARK, counterexample_of, tree


def steps(result: Result, saved: str, kept_back: bool) -> tuple[str, ...]:
    """What to do next, a sentence each.

    saved: what has become of the file, in a sentence; empty where nothing was saved.
    kept_back: it was to be saved if it passed, and does not.
    """
    name = result.exercise.name
    match exercise_status(result):
        case "passed":
            return (saved or f"To keep it as exercises/{name}.py, run the cell with --save.",)
        case "not_started":
            return (f"Fill in the TODOs, then run the cell again. Stuck? %hint {name}",)
    again = f"Mend the cell, then run it again. Stuck? %hint {name}"
    if saved:
        return saved, again
    why = ("It does not pass, so it is not saved.",) if kept_back else ()
    return *why, again, *_to_try(result)


def _to_try(result: Result) -> tuple[str, ...]:
    """Where there is a program to paste, what it runs on."""
    if all(counterexample_of(verdict.outcome) is None for verdict in result.verdicts):
        return ()
    name = result.exercise.name
    return (f"The program runs exercises/{name}.py: to try it here, save the cell with --save-anyway.",)


def place(hint: Hint, again: bool) -> str:
    """Where a hint stands among the others; again: whether asking once more gives another."""
    more = f"%hint {hint.exercise}"
    if not hint.level:
        return f"That is about your cell as it is; again for more: {more}"
    where = f"Level {hint.level} of {hint.of}"
    if not again:
        return f"{where}."
    return f"{where}, the last one." if hint.last else f"{where}; again for the next: {more}"


def on_graph(observed: Observed) -> tuple[tuple[str, ...], list[tuple[str, bool]]]:
    """Whose numbers a graph has, a sentence each; and its lines, each with whether it is the suspect's."""
    own = ", ".join(observed.own)
    sentences = [f"Expected: the reference. Got: your {own}." if own else "All of it is the reference."]
    for why, pairs in groupby(observed.waiting, key=lambda pair: pair[1]):
        sentences.append(f"The reference stands in for {', '.join(name for name, _ in pairs)}: {why}")
    lines = [
        (shortened(line.removesuffix(MARK).rstrip()), line.endswith(MARK)) for line in tree(observed.shown)
    ]
    return tuple(map(shortened, (*sentences, *observed.trouble))), lines
