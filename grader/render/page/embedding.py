"""A class as JSON inside the page: what is equal stands there once, and people point to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from grader.agreement import close
from grader.evidence import status
from grader.model import Counterexample, Exercise, Result, Verdict
from grader.printable import printable
from grader.render.about import WORDS, Sum, as_json, counted
from grader.render.page.rows import Summed, without
from grader.render.table import sort
from grader.render.wording import brief, lines_of, signed, stamp
from grader.report import Report, notes
from grader.scoring import earned, exercise_status, score, worth
from grader.standing import Standing
from grader.words import MARK, counterexample_of, headline, meaning, number, numbers, places

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
        names = ("claims", "shown", "verdicts", "diagnoses", "results", "policies")
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
        return [printable(part.name), printable(part.title), brief(part.points), not part.counts]

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
            *([printable(report.rules)] if report and report.rules else []),
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
        return float(brief(whole.final)), float(brief(whole.exercises.points)), policy, marks, notes

    def _result(self, result: Result) -> int:
        known = self._known.get(id(result))
        if known is None:
            known = result, self._pools["results"].place(self._result_to_plain(result))
            self._known[id(result)] = known
        return known[1]

    def _result_to_plain(self, result: Result) -> dict[str, Any]:
        points = score(result)
        got, most = (points.points, points.most) if points.most else (points.bonus, points.most_bonus)
        diagnosis = result.diagnosis
        said = diagnosis and [diagnosis.misconception, diagnosis.name, diagnosis.explanation, diagnosis.hint]
        return {
            "status": STATUSES.index(exercise_status(result)),
            "points": float(brief(got)),
            "most": brief(most),
            "extra": brief(points.bonus) if points.most and points.bonus else "",
            "verdicts": [self._verdict(result, verdict) for _, verdict in counted(result)],
            "diagnosis": self._pools["diagnoses"].place(list(map(printable, said))) if said else NOBODY,
            "notes": list(map(printable, notes(result))),
        }

    def _verdict(self, result: Result, verdict: Verdict) -> int:
        outcome, claim = verdict.outcome, verdict.claim
        shown = counterexample_of(outcome)
        plain = {
            "claim": self._pools["claims"].place([printable(claim.title), claim.kind.value]),
            "status": STATUSES.index(status(outcome)),
            "points": f"{brief(earned(result, verdict))}/{brief(worth(result, verdict))}",
            "said": printable(headline(outcome)),
            "more": list(map(printable, meaning(outcome))),
            "places": [printable(place.strip()) for place in places(outcome)],
            "shown": self._pools["shown"].place(shown_to_plain(shown)) if shown else NOBODY,
        }
        return self._pools["verdicts"].place(plain)


def shown_to_plain(shown: Counterexample) -> dict[str, Any]:
    """A counterexample: the program, expected beside got, and the graph as lines where there is one.

    rows: label, expected, got or null, whether they differ.
    """
    return {
        "program": lines_of(shown.source.rstrip()),
        "rows": list(_rows(shown)),
        "graph": [_graph_line(line) for line in numbers(shown)] if shown.graph else [],
    }


def _rows(shown: Counterexample) -> Iterator[list[Any]]:
    got = dict(shown.got)
    for label, expected in shown.expected:
        found = got.get(label)
        differs = found is not None and not close(found, expected)
        yield [printable(label), number(expected), None if found is None else number(found), differs]


def _graph_line(line: str) -> list[Any]:
    marked = line.endswith(MARK)
    return [printable(line.removesuffix(MARK).rstrip()), marked]
