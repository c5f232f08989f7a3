"""The roster: how it is read, and how it joins what was handed in."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby, permutations
from pathlib import Path

from grader.errors import UsageError
from grader.model import Person
from grader.printable import printable
from grader.submission.hand_in import Entry, Found, Handin, named, without_ending
from grader.submission.submission import wide

MOST = 64 << 20
NEXT = "write a CSV file in UTF-8 that begins with the line student_id,name,email,path"
SAVE_AGAIN = "save it as CSV in UTF-8; in Excel: Save As, CSV UTF-8 (Comma delimited)"
# How files begin that are no text.
KINDS = {
    b"PK\3\4": "an Excel or LibreOffice workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
}
# Headings, without what is neither letter nor digit. Of several ids the first one in this order counts, and a
# hand-in may go by any of them.
IDS = (
    "studentid",
    "studentnumber",
    "sisuserid",
    "orgdefinedid",
    "idnumber",
    "sid",
    "username",
    "sisloginid",
    "loginid",
    "login",
    "identifier",
    "id",
    "emailaddress",
    "email",
)
ALSO = ("githubusername", "netid", "userid")
NAMES = ("name", "fullname", "student", "studentname", "displayname")
FIRST, LAST = ("firstname", "givenname", "forename"), ("lastname", "surname", "familyname")
EMAILS = ("email", "emailaddress", "mail")
PATHS = ("path", "folder")
CANVAS = ("canvasid", "canvasuserid")
SECTIONS = ("section", "sections")
# When somebody handed in, by Moodle's clock, in some of its languages.
CAME: tuple[str, ...] = ("lastmodifiedsubmission", "zuletztgeändertabgabe", "últimamodificaciónentrega")
CAME += ("dernièremodificationtravailremis", "ultimamodificaconsegna", "laatstgewijzigdinzending")
CAME += ("últimamodificaçãoenvio",)
# Classroom 50's scores.csv has a line for each submission, and the newest first.
SUBMISSIONS, MOMENT = "submissiontag", "datetime"
WHO = {*IDS, *ALSO, *NAMES, *FIRST, *LAST, *EMAILS, *CANVAS, *SECTIONS, "integrationid", "rootaccount"}
# What Canvas's own gradebook has; its ID is a number of Canvas's.
OF_CANVAS = {"student", "id", "section"}
SETS_POINTS = "Points Possible"
SEPARATOR = re.compile(r'[\ufeff"]*sep=([^\w"])"?\s*$', re.IGNORECASE)
# Written so that a spreadsheet leaves it alone.
FORMULA = re.compile(r'="(.*)"')
# What Moodle calls somebody in its grading worksheet.
PARTICIPANT = re.compile(r"(?:Participant|Participante|Teilnehmer/in|Deelnemer) ?([0-9]+)")


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the roster.

    line: where the row begins, counted from 1.
    path: where the person's work is below the folder; empty where that is not said, None where the path
        leads out of the folder.
    also: by what else a hand-in may call the person.
    cells: the row as it stands, with its headings; empty are those that do not say who somebody is.
    came: when the person handed in last, in the platform's words; empty where it does not say.
    """

    line: int
    person: Person
    path: tuple[str, ...] | None
    also: tuple[str, ...] = ()
    cells: tuple[tuple[str, str], ...] = ()
    came: str = ""


def read(roster: Path) -> list[Row]:
    """The rows in their order.

    What it begins with are the names of its columns, ours or those that Canvas, Moodle, Blackboard,
    Brightspace or Gradescope write; others are passed over, and only an id has to be there. Commas,
    semicolons and tabulators may separate.
    Raises UsageError for a file that is no such table, and for an id that stands in it twice.
    """
    where = f"the roster {printable(str(roster))}"
    try:
        rows = list(_rows(_text(roster, where), where))
    except csv.Error as error:
        raise UsageError(f"{where} is no table: {error}", NEXT) from None
    lines: dict[str, int] = {}
    for row in rows:
        if row.person.id in lines:
            raise UsageError(
                f"{where} has {printable(row.person.id)} twice, "
                f"in lines {lines[row.person.id]} and {row.line}",
                "let every person stand there once",
            )
        lines[row.person.id] = row.line
    return rows


def _text(roster: Path, where: str) -> str:
    try:
        with roster.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise UsageError(f"{where} cannot be read: {error.strerror}", "check the path") from None
    if len(data) > MOST:
        raise UsageError(f"{where} is larger than {MOST >> 20} MiB", NEXT)
    for magic, kind in KINDS.items():
        if data.startswith(magic):
            raise UsageError(f"{where} is {kind}, not CSV", SAVE_AGAIN)
    # As Excel's "Unicode Text" and Blackboard have it.
    several = wide(data)
    try:
        return data.decode(several or "utf-8-sig")
    except UnicodeDecodeError as error:
        if several:
            raise UsageError(f"{where} is {several[:6].upper()} that is cut off", SAVE_AGAIN) from None
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{where} is not UTF-8 text, in line {line}", SAVE_AGAIN) from None


def tables(path: Path) -> Iterator[tuple[int, list[str], list[str]]]:
    """The rows of a CSV file below its headings: where each begins, the headings, and its cells.

    Raises UsageError where it cannot be read, or is no table.
    """
    where = printable(str(path))
    try:
        rows = _table(_text(path, where))
        next(rows, None)
        yield from rows
    except csv.Error as error:
        raise UsageError(f"{where} is no table: {error}", "write a CSV file in UTF-8") from None


def _table(text: str) -> Iterator[tuple[int, list[str], list[str]]]:
    """The rows with their lines and headings; the headings' own row comes first."""
    first = next(filter(str.strip, text.splitlines()), "")
    said = SEPARATOR.match(first)
    lines = io.StringIO(text, newline="")
    while said and not SEPARATOR.match(lines.readline()):
        pass
    skipped = text.count("\n", 0, lines.tell()) if said else 0
    separator = said[1] if said else max(",;\t", key=first.count)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    headings: list[str] = []
    before = 0
    for cells in reader:
        line, before = skipped + before + 1, reader.line_num
        if any(map(_seen, cells)):
            headings = headings or list(map(_seen, cells))
            yield line, headings, cells


def _rows(text: str, where: str) -> Iterator[Row]:
    columns: list[str] = []
    seen: set[str] = set()
    for line, headings, cells in _table(text):
        if not columns:
            columns = list(map(_heading, headings))
            if not set(columns) & set(IDS):
                break
        # Where files were put together, the second one's headings stand in between.
        elif [_heading(cell) for cell in cells] != columns:
            row = _row(line, columns, cells, where)
            if row is not None and not (SUBMISSIONS in columns and row.person.id in seen):
                seen.add(row.person.id)
                yield replace(row, cells=tuple(_own(headings, columns, cells)))
    if not set(columns) & set(IDS):
        raise UsageError(f"{where} does not begin with a line that names student_id", NEXT)


def _own(headings: Sequence[str], columns: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a row says of who somebody is; other grades of theirs are nothing to us.

    Moodle's worksheet is of one assignment alone, and goes back whole.
    """
    whole, seen = "identifier" in columns, set()
    for heading, column, cell in zip(headings, columns, cells, strict=False):
        if heading not in seen:  # of several of one name the first counts
            yield heading, cell.strip() if whole or column in WHO else ""
        seen.add(heading)


def _heading(cell: str) -> str:
    return re.sub(r"[\W_]", "", _seen(cell).casefold())


def _seen(cell: str) -> str:
    """A cell without blanks around it, and without what is not seen in it but for what joins letters."""
    kept = (c for c in cell if c in "\u200c\u200d" or unicodedata.category(c) != "Cf")
    return "".join(kept).strip()


def _id(cell: str, heading: str) -> str:
    """An id without what a spreadsheet or a learning platform has put around it."""
    text = _seen(cell.replace("\u200c", "").replace("\u200d", ""))
    if found := FORMULA.fullmatch(text):
        text = found[1].strip()
    if re.match("'[0-9]", text):
        text = text[1:]
    if heading in ("orgdefinedid", "username"):
        text = text.removeprefix("#")
    found = PARTICIPANT.fullmatch(text) if heading == "identifier" else None
    return found[1] if found else text


def _row(line: int, columns: Sequence[str], cells: Sequence[str], where: str) -> Row | None:
    """A person; None for a line of Canvas's that is none."""
    # The first column of a name counts.
    values = dict(reversed([*zip(columns, cells, strict=False)]))
    own = [heading for heading in IDS if heading in columns]
    if "studentid" in own:  # where it is not said, an address is no id
        own = [heading for heading in own if heading not in EMAILS]
    ids = [found for heading in own if (found := _id(values.get(heading, ""), heading))]
    others = [_id(values.get(heading, ""), heading) for heading in ALSO]
    name = _name({heading: _seen(cell) for heading, cell in values.items()})
    of_canvas = set(columns) >= OF_CANVAS
    if of_canvas and (SETS_POINTS in name or name in ("Student, Test", "Test Student")):
        return None
    if not ids:
        raise UsageError(f"{where}, line {line}, has no student_id", "write the person's id there")
    number = _first(values, CANVAS) or (_id(values.get("id", ""), "id") if of_canvas else "")
    email = _first(values, EMAILS) or next((text for text in ids if "@" in text), "")
    person = Person(ids[0], name, email, number)
    also = dict.fromkeys((*ids[1:], *others, number, email))
    came = _first(values, (*CAME, *((MOMENT,) if SUBMISSIONS in columns else ())))
    came = came if any(map(str.isdigit, came)) else ""  # "-" is who handed in nothing
    return Row(line, person, _path(_first(values, PATHS)), tuple(also.keys() - {"", ids[0]}), came=came)


def _first(values: Mapping[str, str], headings: Iterable[str]) -> str:
    return next((text for heading in headings if (text := _seen(values.get(heading, "")))), "")


def _name(values: Mapping[str, str]) -> str:
    parts = (_first(values, FIRST), _first(values, LAST))
    return _first(values, NAMES) or " ".join(filter(None, parts))


def _path(path: str) -> tuple[str, ...] | None:
    path = path.replace("\\", "/")
    parts = tuple(part for part in path.split("/") if part not in ("", "."))
    return None if path.startswith("/") or ".." in parts or "\0" in path else parts


LONG_AGO = datetime.min.replace(tzinfo=UTC)
Owned = tuple[Person, Entry]
Troubles = list[tuple[str, str]]


def joined(
    entries: Sequence[Entry], rows: Sequence[Row] | None, groups: Mapping[str, Sequence[str]] | None = None
) -> Found:
    """The hand-ins in order; rows is None where there is no roster.

    groups: the members of each by its name. What is handed in under it is the first one's: who reads the
        gradebook gives it to all of them.
    """
    troubles: Troubles = []
    called = {_squeezed(name): members for name, members in (groups or {}).items() if _squeezed(name)}
    theirs = [
        (e, called.get(_squeezed(e.person.id)) or called.get(_squeezed(e.person.name))) for e in entries
    ]
    of_group = [(Person(members[0]), entry) for entry, members in theirs if members]
    entries = [entry for entry, members in theirs if not members]
    if rows is None:
        owned, absent = [(entry.person, entry) for entry in entries if not entry.stray], []
        troubles += [(printable(entry.paths[0]), entry.stray) for entry in entries if entry.stray]
        owned += of_group
    else:
        owned = list(_owned(entries, rows, troubles))
        known = {row.person.id: row.person for row in rows}
        owned += [(known.get(person.id, person), entry) for person, entry in of_group]
        present = {person.id for person, _ in owned}
        for members in called.values():
            if present & set(members):
                present |= set(members)
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
    match = _Match(entries, rows)
    for row in rows:
        if row.path is None:
            troubles.append((_line(row), "its path leads out of the folder"))
        elif row.path and "/".join(row.path) not in match.places:
            troubles.append((_line(row), f"its path {printable('/'.join(row.path))} is not in the folder"))
    taken = set()
    strangers = []
    for entry in entries:
        people = match.people(entry)
        if not people and entry.stray:
            troubles.append((printable(entry.paths[0]), entry.stray))
            continue
        if not people:
            strangers.append(entry.person.id)
            troubles.append(
                (printable(entry.paths[0]), f"from {printable(entry.person.id)}, not in the roster")
            )
        for person in people or [entry.person]:
            if (person.id, entry.paths[0]) not in taken:
                yield person, entry
            taken.add((person.id, entry.paths[0]))
    if match.by_name:
        who = "1 person was" if match.by_name == 1 else f"{match.by_name:,} people were"
        troubles.append(("the roster", f"{who} found in it by name alone, for no number there is theirs"))
    troubles += _changed(strangers, [row for row in rows if row.person.id not in {id_ for id_, _ in taken}])


def _line(row: Row) -> str:
    return f"the roster, line {row.line}"


def _changed(strangers: Sequence[str], absent: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The rows without work whose ids differ from strangers' by what spreadsheets do to numbers only."""
    by_digits = {_digits(id_): id_ for id_ in strangers if _digits(id_)}
    for row in absent:
        id_ = row.person.id
        if found := by_digits.get(_digits(id_)):
            sentence = f"{id_} is not here, and {printable(found)} is: did a spreadsheet drop the zeros?"
            yield _line(row), sentence
        elif SHORTENED.fullmatch(id_):
            yield _line(row), f"{id_} is how a spreadsheet shortens a long number: write the number itself"


# As spreadsheets write numbers of many digits.
SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]+")


def _digits(id_: str) -> str:
    """A number as spreadsheets keep it, without zeros in front; empty for all else."""
    text = id_.removesuffix(".0")
    return text.lstrip("0") if text.isascii() and text.isdigit() else ""


# Of systems whose zips do not say which they have, the first ones the likeliest.
PAGES: tuple[str, ...] = ("cp437", "cp850", "cp1252", "gb18030", "cp932", "cp949", "cp950", "cp866", "cp1251")
PAGES += ("cp852", "cp1250", "cp737", "cp1253", "cp857", "cp1254", "cp862", "cp1255", "cp864", "cp1256")
PAGES += ("cp874", "cp1258")


def code_page(names: Sequence[bytes], rows: Sequence[Row]) -> str:
    """The code page of the names of an archive, where the roster tells it; else nothing.

    All of them are in one. It is told by the people who are found in just one reading of the names, or in
    more of them than in any other; people whose names every code page reads alike tell nothing.
    """
    known = {spelling for row in rows for spelling in _ways(row)}
    found: dict[tuple[str, ...], tuple[int, str]] = {}
    for page in PAGES:
        with suppress(UnicodeDecodeError):
            read_as = tuple(name.decode(page) for name in names)
            people = {part for name in read_as for part in _callings(name)} & known
            found.setdefault(read_as, (len(people), page))
    (most, page), *others = sorted(found.values(), reverse=True, key=lambda pair: pair[0])
    return page if most and not any(count == most for count, _ in others) else ""


def _ways(row: Row) -> set[str]:
    """What a hand-in of somebody may be called."""
    return {_squeezed(text) for text in (row.person.id, *row.also)} | _spellings(row.person.name)


def _callings(name: str) -> Iterator[str]:
    """What the parts of a path may call somebody, as far as that is more than ASCII."""
    for part in re.split(r"[/\\]", name):
        what = named(part)
        said = (part, without_ending(part) or "", *((what.id, what.name) if what else ()))
        yield from (_squeezed(text) for text in said if not text.isascii())


class _Match:
    """Finds a hand-in's people in the roster.

    By path, else by id, else by whatever else the roster calls them, else by that in other letters, and for
    who is named by a learning platform, by name. What is ambiguous finds nobody.
    places: where hand-ins lie. by_name: how many people were found by their names.
    """

    def __init__(self, entries: Sequence[Entry], rows: Sequence[Row]) -> None:
        self.places = {path for entry in entries for path in entry.paths}
        self.by_name = 0
        self._by_path: dict[str, list[Person]] = defaultdict(list)
        self._by_alias: dict[str, list[Person]] = defaultdict(list)
        self._by_letters: dict[str, list[Person]] = defaultdict(list)
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        self._by_id = {row.person.id: row.person for row in rows}
        for row in rows:
            for alias in row.also:
                self._by_alias[alias].append(row.person)
            for letters in {_letters(id_) for id_ in (row.person.id, *row.also)}:
                self._by_letters[letters].append(row.person)
            for name in _spellings(row.person.name):
                self._by_name[name].append(row.person)
            if row.path:
                self._by_path["/".join(row.path)].append(row.person)
        self._numbers = {row.person.canvas: row.person for row in rows if row.person.canvas}
        told = {entry.person.id: entry.person for entry in entries}
        self._same_letters = Counter(map(_letters, told))
        self._same_name = Counter(_squeezed(person.name) for person in told.values())

    def people(self, entry: Entry) -> list[Person]:
        """The roster's people, with what the hand-in itself says of them where the roster is silent."""
        named = next((self._by_path[path] for path in entry.paths if path in self._by_path), None)
        likely = (self._by_its_id(Person(id_)) for id_ in entry.also)
        people = (
            named
            or next(filter(None, likely), [])
            or self._by_its_id(entry.person)
            or self._by_its_name(entry.person)
        )
        if len(people) > 1 or not people:
            return people
        (person,) = people
        told = entry.person
        name, email, number = (
            person.name or told.name,
            person.email or told.email,
            person.canvas or told.canvas,
        )
        return [replace(person, name=name, email=email, canvas=number)]

    def _by_its_id(self, told: Person) -> list[Person]:
        if told.canvas and self._numbers:
            # A number of Canvas's is nobody's id elsewhere, though somebody may have the same.
            return [self._numbers[told.canvas]] if told.canvas in self._numbers else []
        own = told.id
        if own in self._by_id:
            return [self._by_id[own]]
        for people in (self._by_alias.get(own, []), self._by_other_letters(own)):
            if len(people) == 1:
                return people
        return []

    def _by_other_letters(self, own: str) -> list[Person]:
        letters = _letters(own)
        return self._by_letters.get(letters, []) if self._same_letters[letters] < 2 else []

    def _by_its_name(self, told: Person) -> list[Person]:
        name = _squeezed(told.name)
        people = self._by_name.get(name, []) if name else []
        if len(people) != 1 or self._same_name[name] != 1:
            return []
        self.by_name += 1
        return people


MOST_PARTS = 4  # of a name, whose orders are all tried


def _squeezed(name: str) -> str:
    """A name's letters and digits, as Canvas writes it."""
    return re.sub(r"[\W_]", "", _letters(name))


def _spellings(name: str) -> set[str]:
    """A name's letters with its parts in any order: platforms put the last name first, or last."""
    parts = [part for part in re.split(r"[\s,]+", name) if part]
    orders = permutations(parts) if len(parts) <= MOST_PARTS else [parts]
    return {_squeezed("".join(order)) for order in orders} - {""}


def _letters(text: str) -> str:
    """The text without the difference of capitals, or of ways to write an accent."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
