"""A submission: a student's sources, read once and carefully, whatever they are saved as."""

from __future__ import annotations

import ast
import builtins
import codecs
import hashlib
import io
import json
import os
import re
import tokenize
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from grader.course.course import NO_TREE, Course, tree_of
from grader.errors import UsageError, refuse_of_machine
from grader.machine.folders import Held, regular
from grader.printable import printable

LARGEST = 1 << 20
MOST_FILES = 100
FolderPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnyShape:
    """That a submission is an implementation in a shape of its own, and what a person says of it.

    value: the class that counts, as "module:Class" or "Class"; empty to have it found.
    names: what its attributes and methods are called: ("data", "val").
    """

    value: str = ""
    names: tuple[tuple[str, str], ...] = ()


Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in.

    name: the folder's name.
    sources: the text of each Python file, by its name without ".py", or by its path where shape is set.
    unreadable: why a file of that name could not be taken, in words.
    shape: None where the files are named after the exercises.
    taken: by exercise, the path of the file that was taken for it, where that is not called after it or lies
        elsewhere than the others.
    beside: by exercise, the paths of other files that may be meant, and were not taken.
    unclear: by exercise, why none of the files that may be meant was taken, in words.
    remarks: by exercise, what else is to be said of how its file was read, in words.
    home: the path of the folder that the exercises are in. places: by exercise, the path of its file.
    folder: where the files lie, if the code may know that: it is run by the one who wrote it.
    """

    name: str
    sources: Mapping[str, str]
    unreadable: Mapping[str, str]
    shape: AnyShape | None = None
    taken: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unclear: Mapping[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    home: FolderPath = ()
    places: Mapping[str, FolderPath] = field(default_factory=dict)
    folder: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 over names and texts: equal for equal work, whatever the folder is called.

        Where another file was taken, or none, that counts as well: work that is renamed is handed in anew.
        """
        digest = hashlib.sha256()
        told = (pair for pair in self.said() if not pair[0].startswith(("beside", "remark")))
        for name, text in (*sorted(self.sources.items()), *told):
            for piece in (name, text):
                data = piece.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8, "big") + data)
        return digest.hexdigest()

    def told(self) -> tuple[str, ...]:
        """Which exercises were found in odd places, nowhere for sure, or in odd letters, a sentence each."""
        taken = ", ".join(f"{name} from {path}" for name, path in self.taken.items())
        moved = (f"Taken from files of another name or place: {taken}.",) if taken else ()
        unclear = (f"{name} is not taken: {why}." for name, why in self.unclear.items())
        return (*moved, *unclear, *self.remarks.values())

    @property
    def names(self) -> set[str]:
        """What there is anything of: a text, or a reason for none."""
        return {*self.sources, *self.unreadable, *self.unclear}

    def differing(self, other: Submission) -> set[str]:
        """The names that have another text here, or another file, or another reason for none."""
        kinds = ("sources", "unreadable", "taken", "unclear")
        pairs = [(getattr(self, kind), getattr(other, kind)) for kind in kinds]
        every = self.names | other.names
        return {name for name in every if any(mine.get(name) != its.get(name) for mine, its in pairs)}

    def with_more(self, part: Submission) -> Submission:
        """With what another part of the hand-in holds besides."""
        known = {*self.sources, *self.unreadable}
        more = {name for name in (*part.sources, *part.unreadable) if name not in known}

        def both(mine: Mapping[str, Said], theirs: Mapping[str, Said]) -> dict[str, Said]:
            return {**mine, **{name: said for name, said in theirs.items() if name in more}}

        return replace(
            self,
            sources=both(self.sources, part.sources),
            unreadable=both(self.unreadable, part.unreadable),
            taken=both(self.taken, part.taken),
            beside=both(self.beside, part.beside),
            unclear={name: why for name, why in self.unclear.items() if name not in more},
            remarks=both(self.remarks, part.remarks),
            places=both(self.places, part.places),
        )

    def with_these(self, sources: Mapping[str, str]) -> Submission:
        """With these texts in place of what it has of the same names, and of all that is told of it."""

        def others(told: Mapping[str, Said]) -> dict[str, Said]:
            return {name: said for name, said in told.items() if name not in sources}

        return replace(
            self,
            sources={**self.sources, **sources},
            unreadable=others(self.unreadable),
            taken=others(self.taken),
            beside=others(self.beside),
            unclear=others(self.unclear),
            remarks=others(self.remarks),
            places=others(self.places),
        )

    def said(self, names: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        """All that is told of where the exercises' files come from, as pairs of an exercise and a text.

        names: of these exercises only.
        """
        beside = {name: "\0".join(paths) for name, paths in self.beside.items()}
        for kind, told in (("taken", self.taken), ("beside", beside), ("unclear", self.unclear)):
            yield from ((f"{kind} {n}", t) for n, t in sorted(told.items()) if names is None or n in names)
        remarks = self.remarks.items()
        yield from ((f"remark {n}", t) for n, t in sorted(remarks) if names is None or n in names)


@dataclass(frozen=True)
class Wanted:
    """What is looked for in a hand-in.

    names: the exercises'.
    defines: by exercise, the function or class that its file defines; where nothing is said, only the names
        of files are looked at.
    stub: gives an exercise's file as it is handed out.
    guess: whether a file of another name, place or encoding may be taken, where only one can be meant.
    own: where the course lies, whose own files are nobody's work.
    """

    names: tuple[str, ...]
    defines: Mapping[str, str] = field(default_factory=dict)
    stub: Callable[[str], str] = str
    guess: bool = True
    own: Path | None = None

    @classmethod
    def of(cls, course: Course, only: Sequence[str] = ()) -> Wanted:
        """The course's exercises, or only some of them."""
        chosen = [each for each in course.exercises if not only or each.name in only]
        return cls(
            tuple(each.name for each in chosen),
            {each.name: each.defines for each in chosen},
            course.stub,
            course.find_misnamed,
            course.root,
        )

    @cached_property
    def files(self) -> dict[str, str]:
        """The exercises by the names of their files."""
        return {f"{name}.py": name for name in self.names}

    @cached_property
    def listed(self) -> str:
        """The names of the files, for people."""
        return ", ".join(self.files)


Sought = Wanted | Course | tuple[str, ...]


def sought(wanted: Sought) -> Wanted:
    """What is looked for in a course, or by names alone, which then are all that is looked at."""
    if isinstance(wanted, Course):
        return Wanted.of(wanted)
    return wanted if isinstance(wanted, Wanted) else Wanted(wanted)


def load(folder: Path, wanted: Sought) -> Submission:
    """Read the Python files of a folder, without following links out of it.

    wanted: one of them at least should be there.
    Raises UsageError for a folder that is missing, unreadable, no folder, or has none of them.
    """
    wanted = sought(wanted)
    names = _names(folder)
    submission = gather(printable(folder.resolve().name), names, wanted, lambda name: content(folder / name))
    if not {*submission.sources, *submission.unreadable} & {*wanted.names}:
        raise UsageError(
            f"{folder} has none of the exercises ({wanted.listed})",
            "give the folder that holds them: grader grade exercises",
        )
    return submission


def gather(title: str, names: Iterable[str], wanted: Sought, read: Callable[[str], bytes]) -> Submission:
    """A submission of those among the files of one folder that may be part of one.

    title: what the submission is called. names: the files', without folders.
    read: gives a file's content, as a Reader does.
    Raises MachineError where the system has nothing more to give, such as descriptors.
    """
    wanted = sought(wanted)
    sources, unreadable, remarks = {}, {}, {}
    for name in _kept(names, wanted):
        stem = name.removesuffix(".py")
        try:
            read_as = decoded if wanted.guess and wanted.defines else strictly
            sources[stem], remark = read_as(name, read(name))
        except ValueError as error:
            unreadable[stem] = str(error)
        except OSError as error:
            refuse_of_machine(error)
            unreadable[stem] = f"{name} cannot be read: {error.strerror}"
        else:
            if remark and stem in wanted.names:
                remarks[stem] = remark
    return Submission(title, sources, unreadable, remarks=remarks)


def allowed(name: str) -> bool:
    """Whether a file of this name may be part of a submission."""
    return name.endswith(".py") and name[:-3].isidentifier() and name.isascii() and name != "__init__.py"


def _kept(names: Iterable[str], wanted: Wanted) -> list[str]:
    # The exercises come first, so that no number of other files can hide them.
    kept = sorted(filter(allowed, names), key=lambda name: (name not in wanted.files, name))
    return kept[:MOST_FILES]


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        raise UsageError(f"there is no folder {folder}", "check the path") from None
    except NotADirectoryError:
        raise UsageError(
            f"{folder} is a file, not a folder", "give the folder that holds the exercises"
        ) from None
    except OSError as error:
        refuse_of_machine(error)
        raise UsageError(
            f"the folder {folder} cannot be read: {error.strerror}", "check its permissions"
        ) from None


def content(path: Path | str, within: Held | None = None) -> bytes:
    """The bytes of a regular file, LARGEST + 1 at most; links are not followed, and nothing is waited for.

    within: the folder that path is relative to.
    Raises OSError, and ValueError, in words, for anything but a regular file.
    """
    with regular(path, within, f"{os.path.basename(path)} is not a regular file") as file:
        return file.read(LARGEST + 1)


UTF8, WINDOWS = "utf-8-sig", "cp1252"
# How a text begins that says what it is, the longest first.
MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Python knows more, such as those of names on the internet, of which some take minutes over a megabyte.
OF_LETTERS = ("big5", "cp", "euc", "gb", "iso8859", "koi8", "mac", "shift_jis")
# No text has these, but for what ends lines and pages.
CONTROLS = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def text(name: str, data: bytes) -> str:
    """The text of a Python file; raises ValueError, in words, where Python would find none."""
    if len(data) > LARGEST:
        raise ValueError(f"{name} is larger than {LARGEST >> 20} MiB")
    if several := wide(data):
        raise ValueError(f"{name} is saved as {several[:6].upper()}; save it as UTF-8")
    if b"\0" in data:
        raise ValueError(f"{name} holds a NUL byte, so it is no Python source")
    try:
        return data.decode(UTF8)
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not UTF-8 text") from None


def strictly(name: str, data: bytes) -> tuple[str, str]:
    """As text(), with nothing to say."""
    return text(name, data), ""


def decoded(name: str, data: bytes) -> tuple[str, str]:
    """The text of a Python file in UTF-8 or another encoding, and what is to be said of that.

    Raises ValueError, in words, where it is no text.
    """
    try:
        return text(name, data), ""
    except ValueError:
        if len(data) > LARGEST:
            raise
        declared = _declared(data)
        for encoding in filter(None, (wide(data), declared, WINDOWS, "latin-1")):
            try:
                found = data.decode(encoding)
            except (UnicodeError, LookupError):
                continue
            if CONTROLS.search(found):
                break
            known = encoding == declared
            said = f"{name} is not UTF-8 text, so it was read as {encoding.upper()}; save it as UTF-8."
            return found.removeprefix("\ufeff"), "" if known else said
        raise


def wide(data: bytes) -> str:
    """Which encoding of several bytes a letter this is, if it is one."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data and len(data) % 2 == 0:
        for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
            if data[start::2].count(0) > len(data) / 4:
                return encoding
    return ""


def _declared(data: bytes) -> str:
    """The encoding that a file's first lines declare for Python; empty where that is none of letters."""
    try:
        name = codecs.lookup(tokenize.detect_encoding(io.BytesIO(data).readline)[0]).name
    except (SyntaxError, UnicodeError, LookupError):
        return ""
    return name if name.startswith(OF_LETTERS) else ""


NOTEBOOK = ".ipynb"


def program(file: str, name: str, data: bytes) -> tuple[str, str]:
    """The code in a file, and what is to be said of how it was read; raises ValueError, in words.

    name: the file's, for people.
    """
    found, remark = decoded(name, data)
    if not file.lower().endswith(NOTEBOOK):
        return found, remark
    remark = "is a notebook without %%exercise cells; what it defines was taken, its lines counted through"
    return definitions(name, found), f"{name} {remark} all its code cells."


# How a cell begins that is an exercise by itself, in a notebook with the grader's magics.
CELL = re.compile(r"\s*%%exercise[ \t]+([A-Za-z_]\w*)[^\n]*\n?(.*)", re.DOTALL)


def exercise_cells(name: str, data: bytes, wanted: Wanted) -> dict[str, str]:
    """The exercises that stand in a notebook as cells that begin with %%exercise, as their files would be.

    Of several cells of one exercise the last counts. What a stub imports need not be repeated in a cell.
    Raises ValueError where the notebook cannot be read.
    """
    found: dict[str, str] = {}
    for cell in _cells(name, decoded(name, data)[0]):
        if (match := CELL.fullmatch(cell)) and match[1] in wanted.names and match[2].strip():
            found[match[1]] = f"{_imported(wanted.stub(match[1]), match[2])}\n{match[2].rstrip()}\n"
    return found


def has_exercise_cells(name: str, data: bytes) -> bool:
    """Whether a notebook is one with exercises in cells of their own; raises ValueError as above."""
    return any(map(CELL.fullmatch, _cells(name, decoded(name, data)[0])))


def _imported(stub: str, body: str) -> str:
    """A line with the imports of a stub; empty where an import from the future has to come first."""
    if "from __future__" in body:
        return ""
    with suppress(*NO_TREE):
        nodes = tree_of(stub).body
        return "; ".join(ast.unparse(n) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom))
    return ""


def _cells(name: str, found: str) -> list[str]:
    try:
        cells = [cell for cell in json.loads(found)["cells"] if cell["cell_type"] == "code"]
        return ["".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(f"{name} is no notebook that can be read") from None


def script(name: str, data: bytes) -> str:
    """All that a notebook's code cells hold, as one script; raises ValueError as program() does.

    Lines that are not Python are empty in it, and cells that Python cannot read.
    """
    return "\n".join(line for cell in _python_cells(name, decoded(name, data)[0]) for line in cell[0]) + "\n"


def definitions(name: str, found: str) -> str:
    """What a notebook's cells define and import; of what they compute and show, only the lines stay, empty.

    So a line has the number that it has when the lines of all code cells are counted.
    """
    lines: list[str] = []
    known = {*dir(builtins)}
    for own, nodes in _python_cells(name, found):
        kept = [""] * len(own)
        for node in nodes:
            first, last = _first_line(node) - 1, node.end_lineno or node.lineno
            if isinstance(node, ast.Import | ast.ImportFrom):
                # What a cell shows its results with need not be there where it is graded.
                kept[first] += f"with __import__('contextlib').suppress(ImportError): {ast.unparse(node)}"
                known |= {(each.asname or each.name).partition(".")[0] for each in node.names}
            elif isinstance(node, DEFINING) or _constant(node, known):
                kept[first:last] = own[first:last]
                known |= {*_bound([node])}
        lines += kept
    return "\n".join(lines) + "\n"


DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _python_cells(name: str, found: str) -> Iterator[tuple[list[str], list[ast.stmt]]]:
    """Each code cell's lines and statements; none of a cell that Python cannot read."""
    for cell in _cells(name, found):
        lines = ["" if line.lstrip().startswith(NOT_PYTHON) else line for line in cell.splitlines()]
        try:
            yield lines, tree_of("\n".join(lines)).body
        except NO_TREE:
            yield [""] * len(lines), []


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


# What IPython reads otherwise; an import from the future has its place at the top of a file.
NOT_PYTHON = ("%", "!", "?", "from __future__")


def _constant(node: ast.stmt, known: Collection[str]) -> bool:
    """Whether it gives a name a value for which nothing need be called, and no other name be known."""
    parts = [*ast.walk(node)] if isinstance(node, ast.Assign | ast.AnnAssign) else []
    names = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    calls = any(isinstance(part, ast.Call | ast.Await | ast.Yield | ast.YieldFrom) for part in parts)
    return bool(parts) and not calls and names <= {*known}


def defines(source: str, name: str) -> bool:
    """Whether a file binds a name itself: by def or class, or by giving it a value."""
    source = source.replace("\r", "\n")  # which ends a line for Python, too, and alone for no pattern
    # Most files do not, and that is seen without taking them apart.
    if not re.search(rf"^\s*(?:(?:async\s+def|def|class)\s+)?{re.escape(name)}\b", source, re.MULTILINE):
        return False
    with suppress(*NO_TREE):  # what it is meant to define can be read all the same
        return name in _bound(tree_of(source).body)
    return re.search(rf"^(?:async\s+def|def|class)\s+{re.escape(name)}\b", source, re.MULTILINE) is not None


def _bound(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                yield name
            case ast.If(body=first, orelse=rest) | ast.Try(body=first, orelse=rest):
                yield from _bound((*first, *rest))
