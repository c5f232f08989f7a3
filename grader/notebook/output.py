"""What a cell shows of its grade: as a page's fragment, as text, with advice and programs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from grader.learner.hints import Hint
from grader.learner.history import FOLDER, Mark, latest, on_top, present, read
from grader.model import Exercise, Failed, Kind, Node, NotStarted, Result, Verdict
from grader.notebook.session import Session
from grader.printable import printable, shortened
from grader.render.html.sheet import asset, following, needed, page
from grader.render.html.single_page import macros, part_of
from grader.render.picture.svg import drawing, picture_style
from grader.render.terminal import LOOK, half_done
from grader.render.text import WORDS, counted, told_of
from grader.render.text import points as written
from grader.report.evidence import status
from grader.report.report import notes
from grader.report.scoring import exercise_status, score
from grader.report.words import counterexample_of, example, headline, in_lines, meaning, numbers, places

BY = "a notebook"
# Twice the class, for front ends style tables by a class and more.
SCOPE = ".nanograd.nanograd-output"


@dataclass(frozen=True, slots=True)
class Row:
    """An exercise in the list: its points, how it stands in a word, and more on that."""

    name: str
    title: str
    points: str
    word: str
    more: str


def graded(result: Result, source: str, steps: tuple[str, ...]) -> str:
    """A result as HTML in which everything foreign is escaped; the same always gives the same.

    source: what was graded, which makes ids that no other output has.
    steps: what to do next, a sentence each.
    """
    part = part_of(_key(result.exercise.name, source), result, {})
    return _fragment("graded(part, steps)", f"{part.name} graded", part=part, steps=steps)


def drawn(
    nodes: Sequence[Node], title: str, sentences: tuple[str, ...], lines: Sequence[tuple[str, bool]]
) -> str:
    """A graph as HTML, beneath some sentences on it.

    lines: the same as text, and whether a line's node is the suspect.
    """
    picture = drawing(nodes, title, _key("graph", f"{title} {nodes}"), headed=False)
    call = "drawn(picture, sentences, lines)"
    return _fragment(
        call, "A graph", picture=picture, sentences=tuple(map(printable, sentences)), lines=lines
    )


def listed(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The exercises as an HTML table, beneath the notes."""
    said = tuple(map(printable, notes))
    return _fragment("listed(rows, notes)", "The exercises", rows=rows, notes=said)


def _fragment(call: str, label: str, **values: Any) -> str:
    own = {"markup": needed("markupsafe", BY).Markup}
    template = f"{macros()}{_text('cell.html')}{{% call framed(label) %}}{{{{ {call} }}}}{{% endcall %}}"
    return page(template, BY, own, _style(), label=label, **values).strip()


@cache
def _style() -> str:
    inside = (asset("base.css"), asset("single.css"), picture_style(), _text("cell.css"))
    return f"{following(SCOPE)}{_text('frame.css')}{SCOPE} {{\n{''.join(inside)}}}\n"


def _key(name: str, source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return f"nanograd-{name}-{digest[:10]}"


def _text(name: str) -> str:
    return (resources.files("grader.notebook") / name).read_text("utf-8")


def plain(result: Result, steps: tuple[str, ...]) -> str:
    """The result as text.

    steps: what to do next, a sentence each.
    """
    return "\n".join((*_lines(result), *map(printable, steps)))


def _lines(result: Result) -> Iterator[str]:
    name, marks, word = result.exercise.name, score(result), exercise_status(result)
    stands = "half done" if half_done(result) else LOOK[word][0]
    yield printable(f"{name}: {stands}, {written(marks.points)}/{written(marks.most)}")
    if marks.most_bonus:
        yield f"bonus: {written(marks.bonus)}/{written(marks.most_bonus)}"
    yield ""
    yield from (_property(verdict) for _, verdict in counted(result))
    if word != "passed":
        yield from _closer_look(result)
    if (shown := told_of(result)) is not None:
        yield ""
        yield from in_lines(shown)
    yield from (printable(f"Note: {note}") for note in notes(result))
    yield ""


def _property(verdict: Verdict) -> str:
    bonus = "Bonus: " if verdict.claim.kind is Kind.BONUS else ""
    return f"  {LOOK[status(verdict.outcome)][0]:<11}  {printable(f'{bonus}{verdict.claim.title}')}"


def _closer_look(result: Result) -> Iterator[str]:
    """The property that shows best what is wrong, in full."""
    verdict = example(result)
    assert verdict is not None
    yield ""
    outcome = verdict.outcome
    if not isinstance(outcome, NotStarted):
        yield printable(verdict.claim.title)
    if not isinstance(outcome, Failed) or outcome.reason:
        yield from map(shortened, (headline(outcome), *meaning(outcome), *places(outcome)))
    shown = counterexample_of(outcome)
    if shown is not None:
        yield ""
        yield from (printable(line).rstrip() for line in shown.source.rstrip().split("\n"))
        yield ""
        yield from (f"  {printable(str(line))}" for line in numbers(shown))


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


def rows(session: Session) -> tuple[list[Row], tuple[str, ...]]:
    """The exercises in order, and what stood on top of the last report on all of them together."""
    course = session.course
    grades, files = read(course.root / FOLDER, session.say), present(course)
    marks = latest(grades)
    found = [_row(session, part, marks, files.get(part.name, "")) for part in course.counted]
    return found, on_top(grades, files)


def _row(session: Session, exercise: Exercise, marks: Mapping[str, Mark], file: str) -> Row:
    name, title, points = map(printable, (exercise.name, exercise.title, written(exercise.points)))
    if result := session.results.get(exercise.name):
        return Row(name, title, points, WORDS[exercise_status(result)], "in this notebook")
    if mark := marks.get(exercise.name):
        more = "changed since" if mark.file and mark.file != file else "at the last grade"
        return Row(name, title, points, WORDS[mark.status], more)
    return Row(name, title, points, "", "")


def as_lines(found: Sequence[Row], notes: Sequence[str]) -> str:
    """The same as text in columns, beneath the notes."""
    cells = [(row.name, row.title, f"{row.points} points", f"{row.word} {row.more}".strip()) for row in found]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
    return "\n".join([*map(printable, notes), *lines])
