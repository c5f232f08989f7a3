"""Hand-ins and roster joined: who handed in what, how often, and who did not."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from grader.intake.handin import Entry, Found, Handin
from grader.intake.roster import Row
from grader.model import Person
from grader.printable import printable

LONG_AGO = datetime.min.replace(tzinfo=UTC)
Owned = tuple[Person, Entry]
Troubles = list[tuple[str, str]]


def joined(entries: Sequence[Entry], rows: Sequence[Row] | None) -> Found:
    """The hand-ins in order; rows is None where there is no roster."""
    troubles: Troubles = []
    if rows is None:
        owned, absent = [(entry.person, entry) for entry in entries], []
    else:
        owned = list(_owned(entries, rows, troubles))
        present = {person.id for person, _ in owned}
        absent = [row.person for row in rows if row.person.id not in present]
    owned.sort(key=_order)
    handins: list[Handin] = []
    for _, group in groupby(owned, key=lambda pair: pair[0].id):
        handins += _numbered(list(group), troubles)
    return Found(tuple(handins), tuple(absent), tuple(troubles))


def _order(pair: Owned) -> tuple[str, datetime, str]:
    person, entry = pair
    return person.id, entry.handed_in or LONG_AGO, entry.paths[0]


def _numbered(group: list[Owned], troubles: Troubles) -> Iterator[Handin]:
    series = {entry.series for _, entry in group}
    if len(group) > 1 and (len(series) > 1 or "" in series):
        places = ", ".join(printable(entry.paths[0]) for _, entry in group[:3])
        more = f" and {len(group) - 3} more" if len(group) > 3 else ""
        who = printable(group[0][0].id)
        troubles.append((who, f"handed in more than once, as far as names tell: {places}{more}"))
    for number, (person, entry) in enumerate(group, 1):
        yield Handin(person, printable(entry.paths[0]), entry.handed_in, number, entry.read)


def _owned(entries: Sequence[Entry], rows: Sequence[Row], troubles: Troubles) -> Iterator[Owned]:
    """Each hand-in with each person it is from, as the roster knows them."""
    for row in rows:
        if row.path is None:
            troubles.append((f"the roster, line {row.line}", "its path leads out of the folder"))
    match = _Match(entries, rows)
    taken = set()
    for entry in entries:
        people = match.people(entry)
        if not people:
            troubles.append(
                (printable(entry.paths[0]), f"from {printable(entry.person.id)}, not in the roster")
            )
        for person in people or [entry.person]:
            if (person.id, entry.paths[0]) not in taken:
                yield person, entry
            taken.add((person.id, entry.paths[0]))


class _Match:
    """Finds a hand-in's people in the roster: by path, else by id, else by id in other letters."""

    def __init__(self, entries: Sequence[Entry], rows: Sequence[Row]) -> None:
        self._by_path: dict[str, list[Person]] = defaultdict(list)
        self._by_letters: dict[str, list[Person]] = defaultdict(list)
        self._by_id = {row.person.id: row.person for row in rows}
        for row in rows:
            self._by_letters[_letters(row.person.id)].append(row.person)
            if row.path:
                self._by_path["/".join(row.path)].append(row.person)
        self._same_letters = Counter(map(_letters, {entry.person.id for entry in entries}))

    def people(self, entry: Entry) -> list[Person]:
        """The roster's people, with what the hand-in itself says of them where the roster is silent."""
        named = next((self._by_path[path] for path in entry.paths if path in self._by_path), None)
        people = named or self._by_its_id(entry.person.id)
        if len(people) > 1 or not people:
            return people
        (person,) = people
        told = entry.person
        return [Person(person.id, person.name or told.name, person.email or told.email)]

    def _by_its_id(self, own: str) -> list[Person]:
        if own in self._by_id:
            return [self._by_id[own]]
        letters = _letters(own)
        people = self._by_letters.get(letters, [])
        return people if len(people) == 1 and self._same_letters[letters] == 1 else []


def _letters(text: str) -> str:
    """The text without the difference of capitals, or of ways to write an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
