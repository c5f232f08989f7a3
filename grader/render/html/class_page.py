"""The class report: one HTML page that needs nothing beside it and asks nothing of any network.

The page's policy allows no inline styles, and its colours depend on the theme: so a drawing is made in
stand-in colours, and each becomes a class that the style sheet colours.
"""

from __future__ import annotations

import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib import import_module
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from grader.machine.files import whole_file
from grader.model import Counterexample, Exercise, Result, Verdict
from grader.printable import printable
from grader.render.gradebooks import sort
from grader.render.html.sheet import asset, needed, page, style
from grader.render.text import (
    WORDS,
    Sum,
    as_json,
    counted,
    lines_of,
    points,
    signed,
    stamp,
    summed,
    without,
)
from grader.report.evidence import status
from grader.report.report import Report, notes
from grader.report.scoring import earned, exercise_status, score, worth
from grader.report.standings import Bin, Figures, Item, Spread, Standing, Standings, figures
from grader.report.words import (
    Told,
    cell,
    counterexample_of,
    differ,
    headline,
    meaning,
    number,
    numbers,
    places,
    told,
)

BY = "the class report"
# In the order in which they build on each other; all of them share one scope.
SCRIPTS = ("elements.js", "data.js", "table.js", "student.js", "page.js")
STYLE = "page.css"
TEMPLATE = "page.html"


def render_class(standings: Standings, made: datetime, to: Path) -> None:
    """Writes the page, which appears whole or not at all; the same class and date give the same bytes.

    made: with its time zone. Raises UsageError where the page cannot be written, or where jinja2 or
    matplotlib is not installed.
    """
    people = tuple(standings.each())
    class_ = replace(standings, each=lambda: iter(people))
    text = _page(class_, figures(class_), made)
    with whole_file(to) as stream:
        stream.write(text.encode("utf-8"))


def _page(class_: Standings, seen: Figures, made: datetime) -> str:
    markup = needed("markupsafe", BY)
    everyone = added_up(class_.each())
    return page(
        asset(TEMPLATE),
        BY,
        FILTERS,
        style(asset(STYLE)),
        "\n".join(["'use strict';", *map(asset, SCRIPTS)]),
        title=class_.title,
        made=stamp(made),
        figures=seen,
        words=WORDS,
        drawings=Drawings(needed("matplotlib", BY), markup.Markup),
        troubled=troubled(class_.each()),
        people=plain_rows(everyone),
        data=markup.Markup(Embedding(class_.parts).text(everyone)),
    )


STATUSES = tuple(WORDS)
NOBODY = -1
# What could end the script element or begin a comment in it, and what JavaScript takes for line ends.
ESCAPED = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


class Pool:
    """Values that are told apart by their JSON text, each with its place."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, value: object) -> int:
        """Where the value stands among the different ones."""
        return self._places.setdefault(as_json(value), len(self._places))

    def text(self) -> str:
        """All of them as one JSON array."""
        return f"[{','.join(self._places)}]"


class Embedding:
    """Everything the page's script knows about a class."""

    def __init__(self, parts: Sequence[Exercise]) -> None:
        self._parts = parts
        names = ("claims", "shown", "verdicts", "findings", "results", "policies")
        self._pools = {name: Pool() for name in names}
        # A kept result stays alive, so that no other can come to have its identity.
        self._known: dict[int, tuple[Result, int]] = {}
        self._keys: set[str] = set()

    def text(self, everyone: Iterable[Summed]) -> str:
        """The JSON of the people and of all that they point to, fit for a script element."""
        people = ",\n".join(as_json(self._person(one.standing, one.sum)) for one in everyone)
        parts = as_json([self._part(part) for part in self._parts])
        fields = {"statuses": as_json([WORDS[word] for word in STATUSES]), "parts": parts}
        fields |= {name: pool.text() for name, pool in self._pools.items()}
        joined = ",\n".join(f'"{name}":{text}' for name, text in fields.items())
        return f'{{{joined},\n"people":[\n{people}\n]}}'.translate(ESCAPED)

    def _part(self, part: Exercise) -> list[Any]:
        return [printable(part.name), printable(part.title), points(part.points), not part.counts]

    def _person(self, standing: Standing, whole: Sum | None) -> list[Any]:
        person, report, when = standing.person, standing.report, standing.handed_in
        return [
            *map(printable, (person.id, person.name, person.email)),
            self._key(printable(person.id)),
            stamp(when) if when else "",
            standing.attempts,
            printable(standing.trouble),
            "" if report else without(standing),
            *(self._scored(report, whole) if report and whole else (None, None, NOBODY, [], [])),
            *_more(standing),
        ]

    def _key(self, id_: str) -> str:
        """What the page's address says for this person; empty where it is just the id.

        Ids that differ only in what printable() makes alike are numbered.
        """
        key, again = id_, 1
        while key in self._keys:
            again += 1
            key = f"{id_} ({again})"
        self._keys.add(key)
        return "" if key == id_ else key

    def _scored(self, report: Report, whole: Sum) -> tuple[float, float, int, list[int], list[str]]:
        lines = [[printable(sort(line)), printable(line.title), signed(line.points)] for line in whole.lines]
        places = {mark.exercise.name: self._result(mark) for mark in report.marks}
        marks = [places.get(part.name, NOBODY) for part in self._parts]
        policy, notes = self._pools["policies"].place(lines), list(map(printable, report.notes))
        return float(points(whole.final)), float(points(whole.exercises.points)), policy, marks, notes

    def _result(self, result: Result) -> int:
        known = self._known.get(id(result))
        if known is None:
            known = result, self._pools["results"].place(self._result_to_plain(result))
            self._known[id(result)] = known
        return known[1]

    def _result_to_plain(self, result: Result) -> dict[str, Any]:
        marks = score(result)
        got, most = marks.own
        shown = told(result.findings)
        return {
            "status": STATUSES.index(exercise_status(result)),
            "points": float(points(got)),
            "most": points(most),
            "extra": points(marks.bonus) if marks.most and marks.bonus else "",
            "verdicts": [self._verdict(result, verdict) for _, verdict in counted(result)],
            "findings": self._pools["findings"].place(_findings_to_plain(shown)) if shown else NOBODY,
            "found": sorted({key_of(finding.finding, finding.name) for finding in result.findings}),
            "notes": list(map(printable, notes(result))),
        }

    def _verdict(self, result: Result, verdict: Verdict) -> int:
        outcome, claim = verdict.outcome, verdict.claim
        shown = counterexample_of(outcome)
        plain = {
            "claim": self._pools["claims"].place([printable(claim.title), claim.kind.value]),
            "status": STATUSES.index(status(outcome)),
            "points": f"{points(earned(result, verdict))}/{points(worth(result, verdict))}",
            "said": printable(headline(outcome)),
            "more": list(map(printable, meaning(outcome))),
            "places": [printable(place.strip()) for place in places(outcome)],
            "shown": self._pools["shown"].place(shown_to_plain(shown)) if shown else NOBODY,
        }
        return self._pools["verdicts"].place(plain)


def _more(standing: Standing) -> list[Any]:
    """What most people do not have: rules, a section, and the times of several attempts."""
    report, times = standing.report, standing.times
    rules = printable(report.rules) if report else ""
    more: list[Any] = [rules, printable(standing.section), [stamp(time) for time in times[:MOST_TIMES]]]
    if len(times) < 2:
        more[2] = []
    while more and not more[-1]:
        del more[-1]
    return more


MOST_TIMES = 100


def key_of(finding: str, name: str) -> str:
    """By what the page's script tells a finding from others."""
    return printable(f"{finding} {name}")


def _findings_to_plain(shown: Told) -> list[Any]:
    """As the page shows them, which is read by others than who wrote the code."""
    heading = shown.heading.replace("your code", "the code") if shown.rows else shown.heading
    columns = [column.replace("your code", "the code") for column in shown.columns]
    return [heading, columns, shown.cells, shown.others, shown.sentences, shown.hint]


def shown_to_plain(shown: Counterexample) -> dict[str, Any]:
    """A counterexample: the program, expected beside got, and the graph as lines where there is one.

    rows: label, expected, got or null, whether they differ.
    """
    return {
        "program": lines_of(shown.source.rstrip()),
        "rows": list(_rows(shown)),
        "graph": [[printable(line.text), bool(line.mark)] for line in numbers(shown)] if shown.graph else [],
    }


def _rows(shown: Counterexample) -> Iterator[list[Any]]:
    got = dict(shown.got)
    for label, expected in shown.expected:
        found = got.get(label)
        differs = found is not None and differ(found, expected)
        yield [printable(label), number(expected), None if found is None else number(found), differs]


SHOWN = 50


@dataclass(frozen=True, slots=True)
class Summed:
    """A standing and how its score comes about, which is added up only once."""

    standing: Standing
    sum: Sum | None


@dataclass(frozen=True, slots=True)
class Row:
    """One person, fit to be shown.

    score: or why there is none.
    missing: the exercises that have not been started.
    """

    id: str
    name: str
    score: str
    missing: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Whose last hand-in could not be graded, and why."""

    id: str
    name: str
    sentence: str


def added_up(standings: Iterable[Standing]) -> tuple[Summed, ...]:
    """Everybody's standing with its sum."""
    return tuple(Summed(one, None if one.report is None else summed(one.report)) for one in standings)


def plain_rows(people: Iterable[Summed]) -> Iterator[Row]:
    """Everybody's line, in order."""
    for one in people:
        person, report = one.standing.person, one.standing.report
        marks = report.results if report else ()
        missing = [printable(mark.exercise.name) for mark in marks if exercise_status(mark) == "not_started"]
        score = points(one.sum.final) if one.sum else without(one.standing)
        yield Row(printable(person.id), printable(person.name), score, ", ".join(missing))


def troubled(standings: Iterable[Standing]) -> tuple[Trouble, ...]:
    """The first people with a trouble."""
    found = (
        Trouble(printable(s.person.id), printable(s.person.name), printable(s.trouble))
        for s in standings
        if s.trouble
    )
    return tuple(islice(found, SHOWN))


# All in units of the drawing, which the page shows between 0.8 and 1.2 times as large.
WIDTH = 400.0
TEXT, SMALL = 12.0, 11.0
LINE, THICK, GAP = 15.0, 8.0, 12.0
LETTERS = 54
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "nanograd", "axes.unicode_minus": True}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True, slots=True)
class Drawings:
    """Draws for one page.

    matplotlib: the module, which only the class report needs.
    safe: marks text as markup for the template.
    """

    matplotlib: Any
    safe: Callable[[str], Any]

    def histogram(self, key: str, title: str, about: str, spread: Spread) -> Any:
        """How many people have which score."""
        with self._figure(210.0) as (figure, text):
            _draw_histogram(figure.add_axes((0.085, 0.19, 0.885, 0.66)), spread)
        return self.safe(plain_svg(text.getvalue(), key, title, about))

    def bars(self, key: str, title: str, about: str, items: Sequence[Item], by: str) -> Any:
        """The pass rate of each item, a bar beneath its label; by says which of its attributes that is."""
        labels = [textwrap.wrap(printable(getattr(item, by)), LETTERS) or [""] for item in items]
        height = sum(len(lines) * LINE + THICK + GAP for lines in labels)
        with self._figure(height) as (figure, text):
            axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
            axes.set_axis_off()
            _draw_bars(axes, labels, [item.rate for item in items])
        return self.safe(plain_svg(text.getvalue(), key, title, about))

    def days(self, key: str, title: str, about: str, days: Sequence[tuple[date, int]]) -> Any:
        """How many attempts were handed in on each day."""
        with self._figure(170.0) as (figure, text):
            _draw_days(figure.add_axes((0.085, 0.2, 0.885, 0.7)), days)
        return self.safe(plain_svg(text.getvalue(), key, title, about))

    @contextmanager
    def _figure(self, height: float) -> Iterator[tuple[Any, StringIO]]:
        """A figure to draw on; afterwards the text holds it as SVG, whatever settings a user has."""
        text = StringIO()
        with self.matplotlib.rc_context(), warnings.catch_warnings():
            # The browser has the fonts; what the font of ours lacks is only measured wrongly.
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            self.matplotlib.rcdefaults()
            self.matplotlib.rcParams.update(SETTINGS)
            figure = import_module("matplotlib.figure").Figure(figsize=(WIDTH / 72, height / 72), dpi=72)
            figure.patch.set_visible(False)
            yield figure, text
            figure.savefig(text, format="svg", metadata=NO_METADATA)


def _draw_bars(axes: Any, labels: Sequence[Sequence[str]], rates: Sequence[float | None]) -> None:
    top = 0.0
    for lines, rate in zip(labels, rates, strict=True):
        for place, line in enumerate(lines, start=1):
            axes.text(0, top + place * LINE - 4, line, color=INK, size=TEXT, parse_math=False)
        axes.text(WIDTH, top + LINE - 4, percent(rate), color=INK, size=TEXT, ha="right", weight="bold")
        top += len(lines) * LINE
        axes.barh(top + THICK / 2, WIDTH, THICK, color=TRACK, clip_on=False)
        axes.barh(top + THICK / 2, WIDTH * (rate or 0), THICK, color=BAR, clip_on=False)
        top += THICK + GAP


def _draw_histogram(axes: Any, spread: Spread) -> None:
    ticker = import_module("matplotlib.ticker")
    lows, counts = [float(b.low) for b in spread.bins], [b.count for b in spread.bins]
    top = float(spread.bins[-1].high)
    width = top / len(lows)
    axes.bar(lows, counts, width * 0.9, align="edge", color=BAR, clip_on=False)
    axes.set(xlim=(0, top), ylim=(0, max(counts) or 1))
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=1, clip_on=False)
    axes.tick_params(length=0, labelcolor=MUTED, labelsize=SMALL, pad=6)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_major_locator(ticker.MaxNLocator(5))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("score", color=MUTED, size=SMALL, labelpad=6)
    if spread.median is not None:
        _draw_median(axes, float(spread.median), f"median {points(spread.median)}", top)


def _draw_days(axes: Any, days: Sequence[tuple[date, int]]) -> None:
    ticker = import_module("matplotlib.ticker")
    first = days[0][0]
    places = [(day - first).days for day, _ in days]
    counts = [count for _, count in days]
    axes.bar(places, counts, 0.9, color=BAR, clip_on=False)
    axes.set(xlim=(-0.6, places[-1] + 0.6), ylim=(0, max(counts)))
    axes.set_axisbelow(True)
    axes.patch.set_visible(False)
    axes.spines[:].set_visible(False)
    axes.grid(axis="y", color=GRID, linewidth=1, clip_on=False)
    axes.tick_params(length=0, labelcolor=MUTED, labelsize=SMALL, pad=6)
    axes.yaxis.set_major_locator(ticker.MaxNLocator(3, integer=True))
    axes.xaxis.set_major_locator(ticker.MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(lambda value, _: (first + timedelta(days=round(value))).strftime("%m-%d"))


def _draw_median(axes: Any, value: float, label: str, top: float) -> None:
    above = axes.get_xaxis_transform()
    axes.plot(
        [value, value], [0, 1.06], color=INK, linewidth=1.2, dashes=(3, 2), transform=above, clip_on=False
    )
    side = "left" if value < top / 4 else "right" if value > top * 3 / 4 else "center"
    axes.text(value, 1.1, label, color=INK, size=TEXT, ha=side, transform=above)


BAR, TRACK, INK, MUTED, GRID = "#000001", "#000002", "#000003", "#000004", "#000005"
NAMES = {BAR: "bar", TRACK: "track", INK: "ink", MUTED: "muted", GRID: "grid"}
KEPT = {"stroke-width", "stroke-dasharray", "stroke-dashoffset", "text-anchor", "font-size", "font-weight"}
DROPPED = {"metadata", "defs", "style", "title"}
SHORTHAND = re.compile(r"(?:(bold|\d{3}) )?([\d.]+px) .*")


def plain_svg(text: str, key: str, title: str, about: str) -> str:
    """The drawing as an element for an HTML page, with a name and a description for those who hear it.

    key: what its ids begin with; unique on the page.
    """
    root = ElementTree.fromstring(text[text.index("<svg") :])  # noqa: S314 (our own drawing)
    _cleaned(root)
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "class": "chart",
        "role": "img",
        "aria-labelledby": f"{key}-name {key}-about",
    }
    for place, (tag, words) in enumerate((("title", title), ("desc", about))):
        element = ElementTree.Element(tag, {"id": f"{key}-{'about' if place else 'name'}"})
        element.text = words
        root.insert(place, element)
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)


def _cleaned(element: ElementTree.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    element.attrib.pop("id", None)
    element.attrib.update(_attributes(element.attrib.pop("style", "")))
    element.tail = None
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] in DROPPED:
            element.remove(child)
        else:
            _cleaned(child)
    if len(element):
        element.text = None


def _attributes(style: str) -> dict[str, str]:
    """A style attribute's declarations as presentation attributes and classes."""
    attributes = dict(_declarations(style))
    classes = [
        f"{what}-{NAMES[attributes.pop(what)]}"
        for what in ("fill", "stroke")
        if attributes.get(what) in NAMES
    ]
    return attributes | ({"class": " ".join(classes)} if classes else {})


def _declarations(style: str) -> Iterator[tuple[str, str]]:
    for declaration in filter(None, style.split(";")):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font" and (said := SHORTHAND.fullmatch(value)):
            weight, size = said.groups()
            yield from [("font-size", size), *([("font-weight", weight)] if weight else [])]
        elif name in KEPT or name in ("fill", "stroke"):
            yield name, value


NOTHING = "\N{EN DASH}"
# A rule of thumb: A. Kelava and H. Moosbrugger in "Testtheorie und Fragebogenkonstruktion", 2020, call 0.4 to
# 0.7 satisfactory, and what is below 0.2 in need of a closer look.
WELL, POORLY = 0.4, 0.2


def percent(proportion: float | None) -> str:
    """78 %; 0 % and 100 % are said only where it is none and all."""
    if proportion is None:
        return NOTHING
    whole = round(proportion * 100)
    if 0 < proportion < 1:
        whole = min(max(whole, 1), 99)
    return f"{whole} %"


def correlation(value: float | None) -> str:
    """0.42, with a minus sign where it is below zero."""
    if value is None:
        return NOTHING
    text = f"{value:.2f}".replace("-0.00", "0.00")
    return text.replace("-", "\N{MINUS SIGN}")


def verdict_on(value: float | None) -> str:
    """What a correlation says about an item, in two words."""
    if value is None:
        return "cannot say"
    if value < 0:
        return "look closely"
    return "tells well" if value >= WELL else "tells little" if value < POORLY else "tells some"


def span(bin_: Bin, last: bool) -> str:
    """The scores in a bin."""
    return f"{points(bin_.low)} to {'' if last else 'below '}{points(bin_.high)}"


FILTERS = {
    "percent": percent,
    "correlation": correlation,
    "verdict_on": verdict_on,
    "span": span,
    "brief": lambda number: NOTHING if number is None else points(number),
    "key": lambda seen: key_of(seen.finding, seen.name),
    "cell": cell,
    "count": lambda number: f"{number:,}",
    "program": shown_to_plain,
}
