"""A class's download: every form in which submissions arrive, and whose is what."""

from __future__ import annotations

import errno
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import takewhile
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.errors import MachineError, UsageError, refuse_of_machine
from grader.machine.folders import Root, temporary
from grader.model import Person
from grader.printable import printable, shortened
from grader.submission.archive import DOS, Kind, Limits, Member, Refused, in_words, members
from grader.submission.choice import defines_any, likely, packed, said_by
from grader.submission.hand_in import (
    METADATA,
    METADATA_MOST,
    Entry,
    Found,
    Layout,
    Named,
    Sort,
    as_id,
    in_zone,
    leftover,
    listing,
    named,
    spoken,
    stated,
    typed_in,
    uploaded,
    without_ending,
)
from grader.submission.roster import Row, code_page, joined, read
from grader.submission.submission import LARGEST, NOTEBOOK, Sought, Submission, content, sought
from grader.submission.tree import LIMITS as INNER
from grader.submission.tree import VERY_DEEP, read_loose, read_parts, read_path, safe_path
from grader.version import installing

Troubles = list[tuple[str, str]]
LIST_OF_BRIGHTSPACE = "index.html"
HOW = f"run: {installing('class')}"
UNZONED = (
    "{} when work came, and not in which time zone, so no day is counted: say it in [policy] of course.toml"
    ' (zone = "Europe/Berlin", say), and grade again'
)
FOREIGN = "it says when work came in words that are not known here ({}), so no day is counted for it"
LATE = "Canvas marks it as late; when it was handed in is not in its names, so no day is counted"
STRAY = "neither a folder, an archive nor a file that a learning platform named, so it was left out"
ALONE = "a Python file by itself, so nobody knows whose it is; give every person a folder"
TYPED = "a text or a link instead of files, so it was left out"
UNUSED = "no Python file and no archive, so it was left out"
UNTOLD = f"not in {METADATA}, so it goes by its name"
SHARED = "the same number with another name, so each file goes by its name"


class Entries:
    """Makes the hand-ins of one folder."""

    def __init__(self, root: Root, wanted: Sought, layout: Layout | None, zone: ZoneInfo | None) -> None:
        self.root = root
        self.zone = zone
        self.wanted = sought(wanted)
        self.layout = layout
        self.made: list[Entry] = []
        self.troubles: Troubles = []
        self.alone: set[str] = set()

    def add(
        self,
        person: Person,
        path: tuple[str, ...],
        at: datetime | None = None,
        series: str = "",
        also: tuple[str, ...] = (),
    ) -> None:
        """A hand-in that is a folder or an archive."""
        read = self.whole(person, path)
        self.made.append(Entry(person, ("/".join(path),), at, read, series, also=also))

    def add_loose(self, person: Person, files: dict[str, str], names: Sequence[str]) -> None:
        """A hand-in of single files; files as in read_loose, names are all the files it consists of."""
        self.made.append(Entry(person, tuple(names), None, self.loose(person, files, names)))

    def add_parts(
        self,
        person: Person,
        names: Sequence[str],
        reads: Iterable[Callable[[], Submission]],
        also: tuple[str, ...] = (),
        at: datetime | None = None,
    ) -> None:
        """A hand-in in several parts, of which an earlier one counts more; at: by the platform's clock."""
        read = partial(read_parts, tuple(reads), self.wanted)
        self.made.append(Entry(person, tuple(names), in_zone(at, self.zone), read, also=also))

    def add_stray(self, person: Person, name: str, sentence: str) -> None:
        """A file that may be somebody's, if there is somebody of that name; else the sentence is told."""
        read = partial(read_path, self.root, (name,), person.id, self.wanted)
        self.made.append(Entry(person, (name,), None, read, stray=sentence))

    def whole(self, person: Person, path: tuple[str, ...]) -> Callable[[], Submission]:
        """What reads a folder or an archive."""
        return partial(read_path, self.root, path, person.id, self.wanted, self.layout)

    def loose(self, person: Person, files: dict[str, str], names: Sequence[str]) -> Callable[[], Submission]:
        """What reads single files; see add_loose."""
        return partial(read_loose, self.root, files, printable(names[0]), person.id, self.wanted)

    def an_exercise(self, name: str) -> bool:
        """Whether a word of a file's name is what an exercise is called."""
        return bool(said_by(name, self.wanted.names))

    def trouble(self, name: str, sentence: str) -> None:
        """Something the caller should know of an entry."""
        self.troubles.append((printable(name), sentence))


def entries_of(
    root: Root,
    rows: Sequence[Row],
    wanted: Sought,
    passed: Sequence[Path],
    layout: Layout | None = None,
    zone: ZoneInfo | None = None,
) -> tuple[list[Entry], Troubles, int]:
    """The hand-ins of a folder, what else is in it, and how many files are nobody's, see Found.

    rows: the roster, whose paths may lead further down than a learning platform's do.
    passed: files that are no hand-in wherever they are, such as the roster.
    layout: what a hand-in may be besides files named after the exercises. zone: see find().
    Raises OSError where the folder cannot be listed, and UsageError for metadata that cannot be read.
    """
    entries = Entries(root, wanted, layout, zone)
    present = {name: sort for name, sort in listing(root) if not _same(root, name, passed)}
    if present.get(METADATA) is Sort.FILE:
        del present[METADATA]
        present = _told(entries, present)
    _named_in_roster(entries, rows, present)
    _by_name(entries, present)
    return entries.made, entries.troubles, sum(map(entries.an_exercise, entries.alone))


def _by_name(entries: Entries, present: dict[str, Sort]) -> None:
    """Take everything of which nothing but its name is known."""
    files: dict[tuple[str, str], list[tuple[Named, str]]] = defaultdict(list)
    attempts: list[Piece] = []
    others: dict[str, bool] = {}
    for name, sort in present.items():
        folder = sort is Sort.FOLDER or (sort is Sort.LINK and _leads_to_folder(entries.root, name))
        what = named(name)
        if what and (what.system == "Brightspace" or (what.system == "Blackboard" and not folder)):
            attempts.append(Piece(what, name, folder=folder))
        elif not folder and what and not typed_in(name):
            files[what.system, what.id].append((what, name))
        else:
            others[name] = folder
    if any(piece.what.system == "Brightspace" for piece in attempts):
        others.pop(LIST_OF_BRIGHTSPACE, None)
    entries.alone = _alone(entries, others)
    also = _repositories([name for name, folder in others.items() if folder and not named(name)])
    for name, folder in others.items():
        _single(entries, name, folder=folder, also=also.get(name, ()))
    for group in files.values():
        _together(entries, group)
    for person, pieces in _people(attempts):
        _attempts(entries, person, pieces)
    systems = sorted({piece.what.system for piece in attempts if piece.what.attempt})
    if systems and entries.zone is None:
        entries.trouble(" and ".join(systems), UNZONED.format("its names say"))


def _alone(entries: Entries, names: Iterable[str]) -> set[str]:
    """The Python files that are nobody's.

    One that has a whole implementation in it may be somebody's work; where most files beside it have none,
    they are parts of something, and it is one of them.
    """
    python = {name for name in names if name.endswith(".py")}
    whole = {name for name in python if _whole(entries, name)}
    return python - whole if 2 * len(whole) >= len(python) else python


@dataclass(frozen=True, slots=True)
class Piece:
    """A file or a folder of one attempt, on a platform that keeps them all."""

    what: Named
    name: str
    folder: bool


def _people(pieces: Sequence[Piece]) -> Iterator[tuple[Person, list[Piece]]]:
    """Whose the pieces are.

    Brightspace says a name and two numbers, of which one may be the person's, both may be, and none. So
    pieces of one name belong together where a number is the same that no other name has, and a number is the
    person's where nobody else has it.
    """
    called: dict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        for number in piece.what.numbers:
            called[number].add(piece.what.id)
    groups: list[tuple[str, str, set[str], list[Piece]]] = []
    for piece in pieces:
        system, who = piece.what.system, piece.what.id
        # The folder's number is everybody's, and tells two people of one name no more than the name does.
        numbers = {number for number in piece.what.numbers if len(called[number]) == 1}
        for group in groups:
            if group[:2] == (system, who) and (not numbers or group[2] & numbers):
                group[2].update(numbers)
                group[3].append(piece)
                break
        else:
            groups.append((system, who, numbers, [piece]))
    having = Counter(number for _, _, numbers, _ in groups for number in numbers)
    users = _users([who for system, who, *_ in groups if system == "Blackboard"])
    for system, who, _, own in groups:
        if system == "Blackboard":
            yield Person(as_id(users[who])), own
            continue
        shared = set.intersection(*(set(piece.what.numbers) for piece in own))
        theirs = (n for n in own[0].what.numbers if n in shared and having[n] == 1)
        number = next(theirs, who)
        yield Person(as_id(number), as_id(own[0].what.name)), own


def _users(names: Sequence[str]) -> dict[str, str]:
    """The users in Blackboard's names, which begin with an assignment's: what is behind the last underscore.

    Where that would be the same for two, it is what differs among all of them.
    """
    last = {name: name.rpartition("_")[2] for name in names}
    if len({*last.values()}) == len(last):
        return last
    # Of texts in order the first and the last have in common what all of them have.
    pairs = zip(min(names), max(names), strict=False)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return {name: name[common.rfind("_") + 1 :] for name in names}


def _repositories(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """By folder, whose it may be, the longest first, where they are repositories of one assignment.

    Classroom 50 and GitHub Classroom call them classroom-assignment-user. What all of them begin with is no
    part of a user's name, so nobody is taken for somebody whose name is the end of their own.
    """
    if len(names) < 2:
        return {}
    # Of texts in order the first and the last have in common what all of them have.
    pairs = zip(min(names), max(names), strict=False)
    alike = [one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    starts = [at for at, letter in enumerate(alike, 1) if letter == "-"]
    return {name: (name, *(name[at:] for at in starts)) for name in names if starts}


def _endings(name: str) -> tuple[str, ...]:
    """All that may be a user in Blackboard's name, the longest first."""
    parts = name.split("_")
    return tuple("_".join(parts[at:]) for at in range(len(parts)))


def _attempts(entries: Entries, person: Person, pieces: Sequence[Piece]) -> None:
    """One person's attempts: the latest counts, and what it lacks is taken from those before."""
    by_time: dict[datetime | None, list[Piece]] = defaultdict(list)
    for piece in pieces:
        by_time[piece.what.attempt].append(piece)
    if None in by_time:
        for piece in pieces:
            _attempt_alone(entries, person, piece)
        return
    latest, *former = sorted(filter(None, by_time), reverse=True)
    reads = [*_reads(entries, person, by_time[latest])]
    for time in former:
        reads += [partial(_as_former, read, time) for read in _reads(entries, person, by_time[time])]
    names = [piece.name for time in (latest, *former) for piece in by_time[time]]
    what = pieces[0].what
    also = _endings(what.id) if what.system == "Blackboard" else ()
    entries.add_parts(person, names, reads, also, latest)
    if former:
        sentence = f"{len(by_time)} attempts: the latest counts, and what it lacks is taken from those before"
        entries.trouble(names[0], sentence)


def _as_former(read: Callable[[], Submission], time: datetime) -> Submission:
    """What an attempt before the latest holds; each file of it says so."""
    found = read()
    said = f"from the attempt of {time:%Y-%m-%d %H:%M}, for the latest has none"
    remarks = {name: f"{name}.py is {said}" for name in found.sources}
    return replace(found, remarks={**remarks, **found.remarks})


def _attempt_alone(entries: Entries, person: Person, piece: Piece) -> None:
    """An attempt of which nobody knows when it was made."""
    entries.add_parts(person, [piece.name], _reads(entries, person, [piece]))


def _reads(entries: Entries, person: Person, pieces: Sequence[Piece]) -> Iterator[Callable[[], Submission]]:
    """What reads the parts of one attempt, its single files first."""
    names = [piece.name for piece in pieces]
    whole = [piece for piece in pieces if piece.folder or without_ending(piece.what.file)]
    single = [piece for piece in pieces if piece not in whole]
    loose = {piece.what.file: piece.name for piece in single if not whole or _python(piece.what.file)}
    if loose or not whole:
        yield entries.loose(person, loose, names)
    for piece in whole:
        yield entries.whole(person, (piece.name,))


def _same(root: Root, name: str, passed: Sequence[Path]) -> bool:
    called = [path for path in passed if path.name == name]
    return any(os.path.realpath(root.path / name) == os.path.realpath(path) for path in called)


def _told(entries: Entries, present: dict[str, Sort]) -> dict[str, Sort]:
    """Take what Gradescope's metadata names; what is left are the others."""
    try:
        from grader.submission.gradescope import told
    except ImportError:
        raise UsageError(f"{METADATA} needs PyYAML, which is not installed", HOW) from None
    left = dict(present)
    for each in told(entries.root):
        if each.folder not in present:
            if each.folder == each.series:
                entries.trouble(each.folder, f"named in {METADATA}, and not there")
            continue
        left.pop(each.folder, None)
        for person in each.people or (Person(as_id(each.folder)),):
            entries.add(person, (each.folder,), each.at, each.series)
    for name in left:
        entries.trouble(name, UNTOLD)
    return left


def _named_in_roster(entries: Entries, rows: Iterable[Row], present: dict[str, Sort]) -> None:
    """Take the paths of the roster that lead into folders, which are then no hand-ins themselves."""
    taken = set()
    for row in rows:
        if row.path and len(row.path) > 1 and entries.root.exists(row.path):
            present.pop(row.path[0], None)
            if row.path not in taken:
                entries.add(Person(as_id(row.path[-1])), row.path)
            taken.add(row.path)


def _single(entries: Entries, name: str, *, folder: bool = False, also: tuple[str, ...] = ()) -> None:
    """An entry that is a hand-in by itself, or none; also: see Entry."""
    what, stem = named(name), without_ending(name)
    if typed_in(name):
        entries.trouble(name, TYPED)
    elif folder and what and what.system == "Moodle":
        entries.add(Person(as_id(what.id), as_id(what.name)), (name,))
    elif folder or stem is not None:
        entries.add(Person(as_id(name if folder or stem is None else stem)), (name,), also=also)
    elif _whole(entries, name) and name not in entries.alone:
        entries.add(Person(as_id(_stem(name))), (name,))
    else:
        entries.add_stray(Person(as_id(_stem(name))), name, ALONE if name.endswith(".py") else STRAY)


def _whole(entries: Entries, name: str) -> bool:
    """Whether a file by itself is all that somebody handed in: a program, or an archive that is not read."""
    file = entries.root.path / name
    if packed(name, partial(content, file)):
        return True
    wanted, layout = entries.wanted, entries.layout
    if not likely(name) or said_by(name, wanted.names):
        return layout is not None and name.endswith(".py") and layout.fits(file)
    return (layout is not None and layout.fits(file)) or defines_any(name, partial(content, file), wanted)


def _stem(name: str) -> str:
    return os.path.splitext(name)[0] or name


def _leads_to_folder(root: Root, name: str) -> bool:
    # Whether it does decides only what is said: nobody follows it.
    return os.path.isdir(root.path / name)


def _together(entries: Entries, group: list[tuple[Named, str]]) -> None:
    """The files that a learning platform has of one person."""
    if len({what.name for what, _ in group}) > 1:
        for _, name in group:
            entries.trouble(name, SHARED)
            _single(entries, name)
        return
    what = group[0][0]
    number = what.id if what.system == "Canvas" and what.id.isdigit() else ""
    person = Person(as_id(what.id), as_id(what.name), canvas=number)
    if any(what.late for what, _ in group):
        entries.trouble(group[0][1], LATE)
    archives = [name for what, name in group if without_ending(what.file)]
    python = [(what, name) for what, name in group if _python(what.file) and name not in archives]
    for name in archives:
        entries.add(person, (name,))
    if python or not archives:
        loose = group if not archives else python
        entries.add_loose(person, dict(_latest(loose)), [name for _, name in python or group])
    for what, name in group:
        if name not in archives and not likely(what.file) and not packed(what.file, bytes):
            entries.trouble(name, UNUSED)


def _python(file: str) -> bool:
    return ".py" in file.lower() or file.lower().endswith(NOTEBOOK)


def _latest(group: Sequence[tuple[Named, str]]) -> Iterator[tuple[str, str]]:
    """The files by the names the student gave, the last upload of each last."""
    order = sorted(group, key=lambda pair: (uploaded(pair[0].file)[1], pair[0].upload))
    return ((uploaded(what.file)[0], name) for what, name in order)


def find(
    folder: Path,
    wanted: Sought,
    roster: Path | None = None,
    layout: Layout | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    passed: Sequence[Path] = (),
    zone: ZoneInfo | None = None,
) -> Found:
    """Everything that was handed in below a folder, or in a learning platform's download of one.

    folder: holds a folder, an archive or files named by Canvas or Moodle for each hand-in, or is the export
        of Gradescope; may be a zip or tar archive of all that, which is then unpacked to a temporary folder.
    wanted: what a submission holds.
    roster: who is in the class, see grader.submission.roster.
    layout: what a hand-in may be besides files named after the exercises.
    groups: see joined(). passed: other files that are no hand-in, if they lie there.
    zone: the course's, in which platforms say when something was handed in; None for one that is not known.
    Raises UsageError where the folder or the roster cannot be read, MachineError where there is no room.
    """
    rows = read(roster) if roster else None
    root, troubles = _opened(folder, rows or [])
    try:
        others = (*passed, *((roster,) if roster else ()))
        entries, more, nobodys = entries_of(root, rows or [], wanted, others, layout, zone)
    except OSError as error:
        refuse_of_machine(error)
        raise UsageError(
            f"the folder {printable(str(folder))} cannot be read: {error.strerror}", "check its permissions"
        ) from None
    found = joined(entries, rows, groups)
    times, untold = _times(rows or [], groups or {}, zone)
    handins = (replace(h, handed_in=h.handed_in or times.get(h.person.id)) for h in found.handins)
    return Found(tuple(handins), found.absent, (*troubles, *more, *found.troubles, *untold), nobodys)


def _times(
    rows: Sequence[Row], groups: Mapping[str, Sequence[str]], zone: ZoneInfo | None
) -> tuple[dict[str, datetime], Troubles]:
    """When people handed in, as Moodle's worksheet or Classroom 50's scores say; and what is to be told."""
    came = {row.person.id: row.came for row in rows if row.came}
    if zone is None and not all(map(stated, came.values())):
        return {}, [("the roster", UNZONED.format("it says"))]
    read_ = {id_: stated(text) or in_zone(spoken(text), zone) for id_, text in came.items()}
    odd = next((printable(came[id_]) for id_, at in read_.items() if at is None), "")
    times = {id_: at for id_, at in read_.items() if at is not None}
    # What is handed in under a group's name is its first member's.
    for first, *others in groups.values():
        if theirs := [times[id_] for id_ in others if id_ in times]:
            times.setdefault(first, max(theirs))
    return times, [("the roster", FOREIGN.format(odd))] if odd else []


def _opened(folder: Path, rows: Sequence[Row]) -> tuple[Root, Troubles]:
    shown = printable(str(folder))
    if not os.path.exists(folder):
        raise UsageError(f"there is no folder {shown}", "check the path")
    if os.path.isdir(folder):
        return _innermost(Root(folder), None), []
    stem = without_ending(folder.name)
    if stem is None or not os.path.isfile(folder):
        raise UsageError(
            f"{shown} is neither a folder nor a zip or tar archive",
            "give the folder that holds the submissions, or the archive that was downloaded",
        )
    root, troubles = unpack(folder, rows)
    return _innermost(root, stem), troubles


def _innermost(root: Root, stem: str | None) -> Root:
    """The folder itself, or the one around everything that an archive of it often has.

    stem: the archive's name, as that folder is often called; None where there is no archive.
    """
    try:
        only, *others = [name for name, _ in listing(root)]
    except (OSError, ValueError):
        return root
    inside = Root(root.path / only, root)
    around = not others and inside.path.is_dir() and not inside.path.is_symlink()
    if around and (only == stem or os.path.lexists(inside.path / METADATA)):
        return inside
    return root


LIMITS = Limits(packed=64 << 30, members=2_000_000, read=64 << 30, passed=128 << 30)
# A folder around everything, one a submission, those in it, and the file.
LONGEST = 1 + 1 + VERY_DEEP + 1
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)

READ_AS = "nothing says in which code page its names are; they are read as {}, in which the roster has them"
UNKNOWN_PAGE = (
    "nothing says in which code page its names are, so people may be called otherwise than here; a roster "
    "with these names tells it, or an archive with names in UTF-8"
)
UNSAFE = "left out: its path leads out of the archive or is not plain"


def unpack(archive: Path, rows: Sequence[Row] = ()) -> tuple[Root, Troubles]:
    """A temporary folder with the archive's submissions, and what was left out of it.

    rows: the roster, which tells how names are meant that could be read in several ways.

    Unpacked are Python files and the archives in it, which stay archives; of all other files only that they
    are there. Nothing is longer than what is read of it later, and no link is ever made.
    Raises UsageError, and MachineError where there is no room.
    """
    root, troubles = temporary(), []
    where = printable(str(archive))

    def page(names: Sequence[bytes]) -> str:
        found = code_page(names, rows)
        troubles.append((where, READ_AS.format(found.upper()) if found else UNKNOWN_PAGE))
        return found or DOS

    try:
        with archive.open("rb") as file, in_words(where):
            for member in members(file, LIMITS, page):
                if reason := _take(member, root.path):
                    troubles.append((shortened(member.name.removeprefix("./")), reason))
    except OSError as error:
        refuse_of_machine(error)
        raise UsageError(f"{where} cannot be read: {error.strerror}", "check its permissions") from None
    return root, troubles


def _take(member: Member, root: Path) -> str:
    """Write a member, if it may be needed; why it is left out, where somebody should know."""
    try:
        path = safe_path(member.name)
    except Refused:
        return UNSAFE
    if any(map(leftover, path)) or len(path) > LONGEST:
        return ""
    if member.kind is Kind.OTHER:
        return "left out: it is a link or a device" if len(path) < 2 or _most(path[-1]) else ""
    pieces = member.pieces(_most(path[-1])) if member.kind is Kind.FILE else None
    try:
        _write(root.joinpath(*path), pieces)
    except FileExistsError:
        return "left out: the archive holds it twice, and the first one was taken"
    except OSError as error:
        if error.errno in DISK:
            raise MachineError(f"there is no room to unpack in: {error.strerror}", "set TMPDIR") from None
        return f"left out: no file can be called that here ({error.strerror})"
    return ""


def _write(target: Path, pieces: Iterator[bytes] | None) -> None:
    """Make a file of these bytes, or a folder where there are none."""
    (target if pieces is None else target.parent).mkdir(parents=True, exist_ok=True)
    if pieces is not None:
        with target.open("xb") as file:
            file.writelines(pieces)


def _most(name: str) -> int:
    """How many bytes are needed of a file of this name."""
    if name == METADATA:
        return METADATA_MOST + 1
    if without_ending(name):
        return INNER.packed + 1
    return LARGEST + 1 if likely(name) else 0
