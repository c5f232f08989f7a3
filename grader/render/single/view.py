"""From a report to what its page says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from grader.evidence import status
from grader.model import Counterexample, Diagnosis, Kind, Passed, Result, Verdict
from grader.pictures.drawing import drawable, drawing
from grader.pictures.found import reading
from grader.printable import printable, shortened
from grader.render.about import WORDS, counted, summed
from grader.render.page.embedding import shown_to_plain
from grader.render.single.markdown import html
from grader.render.single.parts import Hint, Part, Property, Shown, View
from grader.render.wording import brief, signed
from grader.report import Report, notes
from grader.scoring import Score, absent, earned, exercise_status, score, worth
from grader.words import counterexample_of, headline, meaning, places

ABSENT = "absent"
LONGEST = 80  # of a submission's name
LEVEL = ": level "


def view(report: Report, hints: Mapping[str, str]) -> View:
    """The report as its page shows it.

    hints: the sections of HINTS.md by their headings, in Markdown.
    """
    whole = summed(report)
    exercises = whole.exercises
    return View(
        name=shortened(report.submission, LONGEST) or "A submission",
        points=brief(whole.final),
        most=brief(exercises.most),
        share=share(whole.final, exercises.most),
        bonus=f"{brief(exercises.bonus)} of {brief(exercises.most_bonus)}" if exercises.bonus else "",
        marks=brief(exercises.points),
        lines=tuple((printable(line.title), signed(line.points)) for line in whole.lines),
        parts=tuple(part_of(f"part-{at}", result, hints) for at, result in enumerate(report.marks, start=1)),
        facts=tuple(_facts(report)),
        cases=f"{sum(_cases(report)):,}",
        found=tuple(map(printable, report.found)),
        extras=tuple(_told(f"extra-{at}", verdict, "", False) for at, verdict in enumerate(report.extras)),
        notes=tuple(map(printable, report.notes)),
    )


def share(points: Fraction, most: Fraction) -> int:
    """How much of the most there are, from 0 to 100; all and nothing only where it is exactly that."""
    if points <= 0 or most <= 0:
        return 0
    return 100 if points >= most else min(99, max(1, round(100 * points / most)))


def _cases(report: Report) -> Iterator[int]:
    """How many cases each property that holds was tried on."""
    outcomes = (verdict.outcome for result in report.marks for verdict in result.verdicts)
    return (outcome.cases for outcome in outcomes if isinstance(outcome, Passed))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    if report.rules:
        yield "rules", printable(report.rules)
    yield "seed", str(report.seed)
    yield "isolation", printable(report.isolation)
    yield from ((printable(name), printable(version)) for name, version in report.versions)
    yield "digest", printable(report.digest[:16])


def part_of(key: str, result: Result, hints: Mapping[str, str]) -> Part:
    """What is shown of an exercise; key: what ids on the page begin with. hints: as for view()."""
    verdicts = [verdict for _, verdict in counted(result)]
    points, word = score(result), exercise_status(result)
    passed, started = word == "passed", word != "not_started"
    return Part(
        key=key,
        name=printable(result.exercise.name),
        title=printable(result.exercise.title),
        word=ABSENT if absent(result) else WORDS[word],
        points=_points(points),
        extra=_extra(points),
        share=share(points.points, points.most) if points.most else share(points.bonus, points.most_bonus),
        counts=result.exercise.counts,
        diagnosis=_said(result.diagnosis),
        missed=tuple(
            _property(f"{key}-{at}", result, verdict, started and not passed and at == 0)
            for at, verdict in enumerate(_missed(verdicts))
        ),
        held=tuple(_property("", result, v, False) for v in verdicts if isinstance(v.outcome, Passed)),
        notes=tuple(map(printable, notes(result))),
        hints=() if passed else tuple(_hints(result, hints)),
    )


def _missed(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """What does not hold: first the one with least to read, then the others in order, bonus last."""
    wrong = [verdict for verdict in verdicts if not isinstance(verdict.outcome, Passed)]
    first = min(wrong, key=_reading, default=None)
    return sorted(wrong, key=lambda v: (v is not first, v.claim.kind is not Kind.GRADED))


def _reading(verdict: Verdict) -> tuple[bool, bool, int, int]:
    shown = counterexample_of(verdict.outcome)
    lines, letters = (0, 0) if shown is None else reading(shown)
    return verdict.claim.kind is not Kind.GRADED, shown is None, lines, letters


def _points(points: Score) -> str:
    if points.most:
        return f"{brief(points.points)} of {brief(points.most)}"
    return f"{brief(points.bonus)} of {brief(points.most_bonus)} bonus"


def _extra(points: Score) -> str:
    """What an exercise brings on top of its own points."""
    return f"+{brief(points.bonus)} bonus" if points.most and points.bonus else ""


def _said(diagnosis: Diagnosis | None) -> Diagnosis | None:
    if diagnosis is None:
        return None
    return Diagnosis("", *map(printable, (diagnosis.name, diagnosis.explanation, diagnosis.hint)))


def _property(key: str, result: Result, verdict: Verdict, first: bool) -> Property:
    bonus = " bonus" if verdict.claim.kind is Kind.BONUS else ""
    points = f"{brief(earned(result, verdict))} of {brief(worth(result, verdict))}{bonus}"
    return _told(key, verdict, points, first)


def _told(key: str, verdict: Verdict, points: str, first: bool) -> Property:
    outcome, title = verdict.outcome, printable(verdict.claim.title)
    shown = counterexample_of(outcome)
    return Property(
        title=title,
        word=WORDS[status(outcome)],
        points=points,
        said="" if isinstance(outcome, Passed) else shortened(headline(outcome)),
        more=tuple(map(printable, meaning(outcome))),
        places=tuple(shortened(place.strip()) for place in places(outcome)),
        shown=None if shown is None else _shown(shown, f"The graph of the counterexample to: {title}", key),
        open=first,
    )


def _shown(shown: Counterexample, title: str, key: str) -> Shown:
    plain = shown_to_plain(shown)
    picture = drawing(shown.graph, title, key, headed=False) if drawable(shown.graph) else ""
    return Shown(plain["program"], plain["rows"], picture, plain["graph"], bool(shown.got))


def _hints(result: Result, hints: Mapping[str, str]) -> Iterator[Hint]:
    """What helps with the very mistake, then level by level."""
    own = f"{result.exercise.name}{LEVEL}"
    about = result.diagnosis.hint if result.diagnosis else ""
    if about in hints:
        yield Hint(f"On this mistake: {printable(about)}", html(hints[about]))
    for title, text in hints.items():
        if title.startswith(own) and title != about:
            yield Hint(printable(f"Level {title.removeprefix(own)}"), html(text))
