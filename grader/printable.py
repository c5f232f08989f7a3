"""Text of strangers, made fit to be shown; and the one door through which all text leaves."""

from __future__ import annotations

import codecs
import io
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO
from unicodedata import category

# Printable by Python's account, and yet nothing is seen of them: joiners, fillers, variation selectors.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U00016fe4")
BLANKS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
# As many as the scripts that need most of them put on one letter.
MARKS = 4
LONGEST = 300
# The Makefile says so of itself, to the commands that it runs.
CALLED = "NANOGRAD_CALLED"
# The shells of Windows know no single quotes, or take a backslash for what it is.
WINDOWS, UNQUOTED = os.name == "nt", re.compile(r"[\w.:/\\~+-]+")
UNSURE, UNSURE_IN_JSON = re.compile(r"[^\x20-\x7e]+"), re.compile(r"[^\x20-\x7e\n]+")
# What a runner of continuous integration takes for a command in its log stands at the beginning of a line:
# "::" for GitHub, "--- " and the like for Buildkite; or it is a word behind two sharps: "##[" for GitHub,
# "##vso[" for Azure Pipelines, "##teamcity[". Others need a control character, and printable() leaves none.
AT_THE_BEGINNING = r"(?:^|(?<=[\r\n]))([^\S\r\n]*)(?=::|(?:---|\+\+\+|~~~|\^\^\^) )"
ANYWHERE = r"##(?=[!-~])"
COMMAND, WORD = re.compile(AT_THE_BEGINNING), re.compile(ANYWHERE)


def printable(text: str) -> str:
    """The text with everything escaped that could steer a terminal, reorder a line, or is not seen.

    Of the marks on one letter only the first ones stay, and those on none stay not at all.
    """
    if text.isascii() and text.isprintable():
        return text
    return UNSURE.sub(lambda run: _shown(run[0], run.start() > 0, _in_python), text)


def shortened(text: str, most: int = LONGEST) -> str:
    """The text, printable, or so many of its characters and a sign that there were more."""
    return printable(text) if len(text) <= most else f"{printable(text[:most])} \N{HORIZONTAL ELLIPSIS}"


def typed(path: object) -> str:
    """A path, printable, as it is typed in a shell: with quotes where it needs them."""
    text = f"./{path}" if str(path).startswith("-") else str(path)
    if WINDOWS:  # no path has a quote in it there
        return printable(text if UNQUOTED.fullmatch(text) else f'"{text}"')
    return printable(shlex.quote(text))


def by_make(surroundings: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody typed make, which has called this command."""
    return surroundings.get(CALLED) == "make"


def invoked(command: str, exercise: str = "", surroundings: Mapping[str, str] = os.environ) -> str:
    """A command of ours as whoever reads it types it: as make grade EX=add, where this one was run by make.

    exercise: the one it is to be about, or {} for a name that is filled in later.
    """
    if by_make(surroundings):
        return f"make {command} EX={exercise}" if exercise else f"make {command}"
    option = "--exercise " if command == "grade" and exercise else ""
    return f"{' '.join(_words)} {command} {option}{exercise}".rstrip()


def called_as(*words: str) -> None:
    """From now on commands of ours are told with these words in front; with none of them, as grader."""
    _words[:] = words or ("grader",)


_words = ["grader"]


def harmless(text: str) -> str:
    """Text in which no runner finds a command in its log."""
    return WORD.sub("## ", COMMAND.sub(r"\1| ", text))


def plain_json(text: str) -> str:
    """JSON that says the same, with everything that printable() would escape as JSON's own escapes.

    So is the second of two sharps: a runner whose log the JSON is printed to would look at what comes after.
    """
    text = text.replace("##", r"#\u0023")
    if text.isascii() and "\x7f" not in text:
        return text
    return UNSURE_IN_JSON.sub(lambda run: _shown(run[0], _based(text, run.start()), _in_json), text)


def _based(text: str, at: int) -> bool:
    """Whether a mark at this place of a JSON text lies on a letter, not on what the JSON is made of."""
    return at > 0 and text[at - 1] not in '"\n'


def _shown(run: str, based: bool, escape: Callable[[str], str]) -> str:
    """What is shown of characters beyond ASCII's; based: whether marks at their beginning lie on a letter."""
    shown, marks = [], 0 if based else MARKS
    for c in run:
        marks = marks + 1 if category(c) in ("Mn", "Me") else 0
        seen = marks <= MARKS and c.isprintable() and not _blank(c)
        shown.append(c if seen else escape(c))
        marks = marks if seen else max(marks, MARKS)
    return "".join(shown)


def _blank(c: str) -> bool:
    return c in BLANK or any(ord(c) in blanks for blanks in BLANKS)


def _in_python(c: str) -> str:
    return c.encode("unicode_escape").decode()


def _in_json(c: str) -> str:
    units = c.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


LINE_END = re.compile(rb"[\r\n]")
WORDS = re.compile(ANYWHERE.encode())
BEGINNINGS = re.compile(AT_THE_BEGINNING.encode())
SETTLED = 4  # bytes, by which it is settled whether a line begins as a command


class Door(io.BufferedIOBase):
    """The bytes of standard output or error, made harmless on their way, in whatever pieces they come.

    beyond: where they go; it stays open when the door is closed.
    """

    def __init__(self, beyond: Any) -> None:
        self.beyond = beyond
        self._line = b""  # what the line under way has so far, as far as it matters

    def write(self, data: Any) -> int:
        piece = bytes(data)
        known = self._line
        whole = _harmless(known + piece)
        if not whole.startswith(known):
            # The sign before a command would have to stand before what has gone already.
            whole = known + _harmless(b"| " + piece)
        with self._said():
            self.beyond.write(whole[len(known) :])
        self._line = _what_matters(LINE_END.split(whole)[-1])
        return len(piece)

    def flush(self) -> None:
        if not self.beyond.closed:
            with self._said():
                self.beyond.flush()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Says in an error of the system's what could not be written to."""
        try:
            yield
        except OSError as error:
            error.filename = "standard error" if "err" in str(self.name) else "standard output"
            raise

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return bool(self.beyond.isatty())

    def fileno(self) -> int:
        return int(self.beyond.fileno())

    @property
    def name(self) -> Any:
        return getattr(self.beyond, "name", "")


def _harmless(data: bytes) -> bytes:
    return WORDS.sub(b"## ", BEGINNINGS.sub(rb"\1| ", data))


def _what_matters(line: bytes) -> bytes:
    begun = line.lstrip()
    return begun if len(begun) <= SETTLED else b"x" + begun[-2:]


def place_doors() -> dict[str, tuple[TextIO, TextIO]]:
    """Have all that is printed from now on go through a door, tracebacks too; gives what was there and is.

    A stream without bytes has none, and one that has a door needs no other.
    """
    placed: dict[str, tuple[TextIO, TextIO]] = {}
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if hasattr(stream, "buffer") and not isinstance(stream.buffer, Door):
            placed[name] = stream, _before(stream)
            setattr(sys, name, placed[name][1])
    return placed


@contextmanager
def doors() -> Iterator[None]:
    """Everything that is printed in the block goes through a door."""
    placed = place_doors()
    try:
        yield
    finally:
        for name, (before, stream) in placed.items():
            # Where the reader has gone, click has put another stream in place, which says nothing of that.
            if getattr(sys, name) is stream:
                setattr(sys, name, before)
            with suppress(OSError, ValueError):
                stream.flush()


def nothing_more() -> None:
    """Let what is still to be printed go nowhere, once standard output takes nothing more.

    Else the rest is tried once more at the end, and fails once more.
    """
    with suppress(OSError, ValueError):
        handle = os.open(os.devnull, os.O_WRONLY)
        os.dup2(handle, sys.stdout.fileno())
        os.close(handle)


# What is drawn with signs that an encoding may lack, as ASCII has it; each takes the same room.
PLAIN = str.maketrans("└├│┤┼┴─•·…“”✓✗▁▂▃▄▅▆▇█", '`|||++-**.""+x__..::##')


def _as_ascii(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has no letters for: our own signs as others, and all else written out."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end].translate(PLAIN)
    return lacking.encode("ascii", "backslashreplace").decode("ascii"), error.end


LEGIBLE = "nanograd.legible"
codecs.register_error(LEGIBLE, _as_ascii)


def _before(stream: TextIO) -> io.TextIOWrapper:
    stream.flush()
    # What its encoding has no letters for is replaced, and ends nothing.
    errors = stream.errors if stream.errors in ("ignore", "replace") else LEGIBLE
    encoding = stream.encoding
    if sys.platform == "win32" and "PYTHONIOENCODING" not in os.environ:
        encoding = "utf-8"  # as its terminals have it; for what is no terminal Python would take an older one
    return io.TextIOWrapper(Door(stream.buffer), encoding=encoding, errors=errors, line_buffering=True)


def command(line: str) -> None:
    """Tell the runner a command of ours, past the door."""
    sys.stdout.flush()
    door = getattr(sys.stdout, "buffer", None)
    if isinstance(door, Door):
        door.beyond.write(f"{line}\n".encode())
        door.flush()
    else:
        sys.stdout.write(f"{line}\n")
