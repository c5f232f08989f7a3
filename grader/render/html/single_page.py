"""The page of one submission: one HTML file that needs nothing beside it and asks nothing of any network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from grader.machine.files import whole_file
from grader.model import Counterexample, Kind, Passed, Result, Verdict
from grader.printable import printable, shortened
from grader.render.html.class_page import shown_to_plain
from grader.render.html.sheet import asset, html, needed, page, style
from grader.render.picture.svg import drawable, drawing, picture_style
from grader.render.text import KEPT, WORDS, counted, points, signed, summed, told_of
from grader.report.evidence import status
from grader.report.report import Report, notes
from grader.report.scoring import Score, absent, earned, exercise_status, once_each, score, worth
from grader.report.words import Told, counterexample_of, example, headline, meaning, places

BY = "the page"


def render_single(report: Report, title: str, hints: Mapping[str, str], to: Path) -> None:
    """Writes the page, which appears whole or not at all; the same report and hints give the same bytes.

    title: the course's. hints: the sections of HINTS.md by their headings, in Markdown.
    Raises UsageError where the page cannot be written, or where jinja2 is not installed.
    """
    text = single_page(report, title, hints)
    with whole_file(to) as stream:
        stream.write(text.encode("utf-8"))


def single_page(report: Report, title: str, hints: Mapping[str, str]) -> str:
    """The page as text; as render_single()."""
    seen = view(report, hints)
    own: dict[str, Any] = {"markup": needed("markupsafe", BY).Markup}
    return page(*_templates(), own, _style(), title=title, seen=seen, lead=lead(seen))


@cache
def _templates() -> tuple[str, str]:
    return macros() + asset("single.html"), BY


@cache
def _style() -> str:
    return style(picture_style(), asset("single.css"))


def macros() -> str:
    """The template's macros for one exercise's parts, for other pages that show these."""
    return asset("macros.html")


def lead(seen: View) -> str:
    """The sentence beneath the title: how far it has come."""
    done, all_ = seen.done, len(seen.exercises)
    if done == all_:
        what = "Every exercise passes" if all_ > 1 else "The exercise passes"
        return f"{what}: {seen.held} properties hold in {seen.cases} cases, each compared with PyTorch."
    if not done and all(part.status == "not_started" for part in seen.exercises):
        return "Nothing is started yet. The first exercise is the place to begin."
    return f"{done} of {all_} exercises {'passes' if done == 1 else 'pass'}."


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
        points=points(whole.final),
        most=points(exercises.most),
        share=share(whole.final, exercises.most),
        bonus=f"{points(exercises.bonus)} of {points(exercises.most_bonus)}" if exercises.bonus else "",
        marks=points(exercises.points),
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
    marks, found = score(result), exercise_status(result)
    passed, started = found == "passed", found != "not_started"
    return Part(
        key=key,
        name=printable(result.exercise.name),
        title=printable(result.exercise.title),
        status=ABSENT if absent(result) else found,
        points=_points(marks),
        extra=_extra(marks),
        share=share(*marks.own),
        counts=result.exercise.counts,
        told=told_of(result),
        missed=tuple(
            _property(f"{key}-{at}", result, verdict, started and not passed and at == 0)
            for at, verdict in enumerate(_missed(result))
        ),
        held=tuple(_property("", result, v, False) for v in verdicts if isinstance(v.outcome, Passed)),
        notes=tuple(map(printable, notes(result))),
        hints=() if passed else tuple(_hints(result, hints)),
    )


def _missed(result: Result) -> list[Verdict]:
    """What does not hold: first what shows best what is wrong, then the others in order, bonus last."""
    wrong = [v for _, v in counted(result) if not isinstance(v.outcome, Passed)]
    first = example(result)
    return sorted(wrong, key=lambda v: (v is not first, v.claim.kind is not Kind.GRADED))


def _points(marks: Score) -> str:
    return " of ".join(map(points, marks.own)) + ("" if marks.most else " bonus")


def _extra(marks: Score) -> str:
    """What an exercise brings on top of its own points."""
    return f"+{points(marks.bonus)} bonus" if marks.most and marks.bonus else ""


def _property(key: str, result: Result, verdict: Verdict, first: bool) -> Property:
    bonus = " bonus" if verdict.claim.kind is Kind.BONUS else ""
    of = f"{points(earned(result, verdict))} of {points(worth(result, verdict))}{bonus}"
    return _told(key, verdict, of, first)


def _told(key: str, verdict: Verdict, points: str, first: bool) -> Property:
    outcome, title = verdict.outcome, printable(verdict.claim.title)
    shown = counterexample_of(outcome)
    return Property(
        title=title,
        status=status(outcome),
        points=points,
        said="" if isinstance(outcome, Passed) else shortened(headline(outcome)),
        more=tuple(map(printable, meaning(outcome))),
        places=tuple(shortened(place.strip()) for place in places(outcome)),
        shown=None if shown is None else _shown(shown, f"The graph of the counterexample to: {title}", key),
        open=first,
    )


# People of one class make the same mistakes, and a picture takes longer than all the rest of a page.
@once_each(KEPT)
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


@dataclass(frozen=True, slots=True)
class Shown:
    """A counterexample.

    rows: label, expected, got or None, whether they differ.
    picture: SVG of ours; empty where there is no graph to look at. graph: the same as lines of text.
    """

    program: str
    rows: list[Any]
    picture: str
    graph: list[Any]
    ran: bool


@dataclass(frozen=True, slots=True)
class Property:
    """A property and what became of it.

    said, more, places: nothing where it holds.
    open: it is the one to look at first.
    """

    title: str
    status: str
    points: str
    said: str
    more: tuple[str, ...]
    places: tuple[str, ...]
    shown: Shown | None
    open: bool

    @property
    def holds(self) -> bool:
        return self.status == "passed"

    @property
    def word(self) -> str:
        return WORDS[self.status]


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint: its title, and HTML of ours."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Part:
    """An exercise, or the last mark.

    key: what its ids on the page begin with.
    status: as exercise_status() says it, or that it is absent.
    share: how much of its points it has, from 0 to 100; 100 only for all of them.
    counts: it is needed for full marks.
    """

    key: str
    name: str
    title: str
    status: str
    points: str
    extra: str
    share: int
    counts: bool
    told: Told | None
    missed: tuple[Property, ...]
    held: tuple[Property, ...]
    notes: tuple[str, ...]
    hints: tuple[Hint, ...]

    @property
    def passed(self) -> bool:
        return self.status == "passed"

    @property
    def word(self) -> str:
        return WORDS.get(self.status, self.status)


@dataclass(frozen=True, slots=True)
class View:
    """All that the page says.

    marks: what the exercises bring, where policies change that. lines: of those policies.
    cases: how many all properties that hold were tried on.
    found: what an implementation in a shape of its own is. extras: its operations that count for nothing.
    notes: what stands on top, a sentence each.
    """

    name: str
    points: str
    most: str
    share: int
    bonus: str
    marks: str
    lines: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    facts: tuple[tuple[str, str], ...]

    cases: str
    found: tuple[str, ...]
    extras: tuple[Property, ...]
    notes: tuple[str, ...]

    @property
    def exercises(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.counts)

    @property
    def held(self) -> int:
        return sum(len(part.held) for part in self.parts)

    @property
    def done(self) -> int:
        return sum(part.passed for part in self.exercises)

    @property
    def next(self) -> Part | None:
        """The first exercise that has not passed."""
        return next((part for part in self.exercises if not part.passed), None)
