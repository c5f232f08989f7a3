"""How the watch looks on a terminal of any size, and the keys that are typed at it."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from math import ceil
from threading import Thread
from typing import Any, TypeVar, assert_never

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from grader.errors import UsageError
from grader.model import Exercise, Result
from grader.printable import invoked, printable
from grader.render.terminal import LOOK, half_done
from grader.render.text import points
from grader.report.scoring import exercise_status, score
from grader.watch.board import (
    Board,
    Drawn,
    Event,
    Findings,
    Hinted,
    Keys,
    Listing,
    Parts,
    Pressed,
    Quit,
    Resized,
    Suspended,
    findings,
    in_numbers,
)

try:
    import termios
    import tty
except ImportError:  # Windows has its own way to keys
    termios = tty = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:
    msvcrt = None  # type: ignore[assignment]

BAR = 24
SIGNS = {
    "passed": "✓",
    "failed": "✗",
    "crashed": "✗",
    "timed_out": "✗",
    "not_started": "·",
    "not_graded": "?",
}
CHECKING, UNKNOWN = "…", " "
KEYS = (
    ("h", "hint"),
    ("n", "next"),
    ("l", "list"),
    ("r", "reset"),
    ("g", "graph"),
    ("?", "keys"),
    ("q", "quit"),
)
EXPLAINED = (
    ("h", "a hint for this exercise; once more: the next level"),
    ("n", "on to the next exercise that has not passed"),
    ("l", "the list of exercises"),
    ("1 to 9", "to the exercise of that number in the list"),
    ("r", "put the stub back; asks first, and keeps your file"),
    ("g", "draw the graph of the counterexample into a file"),
    ("space", "the next part of a page that is too long; also the arrows"),
    ("Esc", "back to the verdict"),
    ("q", "quit; so does Ctrl-C"),
)
ROOM = 3  # the fewest lines worth giving to a page


class Screen:
    """The whole screen.

    now: by the watch's clock.
    folder: how the student calls the folder with the files.
    """

    def __init__(self, board: Board, now: float, folder: str) -> None:
        self.board = board
        self.now = now
        self.folder = folder

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        above, below = self._above(options.max_width), self._below()
        upper = console.render_lines(above, options.update(height=None), pad=False)
        lower = console.render_lines(below, options.update(height=None), pad=False)
        room = max(ROOM, console.height - len(upper) - len(lower))
        inside = options.update(width=max(1, options.max_width - 2), height=None)
        page = Sheet(console, inside, room, self.board.turned)
        body = self._page()
        lines = page.verdict(body, self._ways()) if isinstance(body, Parts) else page.of(body)
        for line in (*upper, *([Segment(" "), *line] for line in lines), *lower):
            yield from line
            yield Segment.line()

    def _ways(self) -> str:
        """How to see all of a verdict outside of the watch."""
        board = self.board
        alone = board.settled and board.current != board.last
        return invoked("grade", printable(board.current) if alone else "")

    def _above(self, width: int) -> RenderableType:
        head = Table.grid(expand=True, padding=(0, 1))
        head.add_column(no_wrap=True, overflow="ellipsis")
        head.add_column(justify="right", no_wrap=True)
        head.add_column(width=min(BAR, max(1, width // 4)))
        board = self.board
        total = len(board.exercises)
        bar = ProgressBar(total=total, completed=board.passed, complete_style="green", finished_style="green")
        title = Text(f" watching {printable(self.folder)}/", style="dim")
        head.add_row(title, Text(f"{board.passed} of {total} passed", style="bold"), bar)
        strip = Text(" ", no_wrap=False).append_text(
            Text("  ").join(self._sign(exercise) for exercise in board.exercises)
        )
        notes = (Padding(Text(printable(note), style="bold yellow"), (0, 0, 0, 1)) for note in board.notes)
        return Group(head, strip, *notes, self._title())

    def _sign(self, exercise: Exercise) -> Text:
        sign, style = self._seen(exercise.name)
        here = exercise.name == self.board.current and self.board.settled
        text = Text(f"{sign} ", style=style)
        return text.append(printable(exercise.name), style="bold underline" if here else "")

    def _seen(self, name: str) -> tuple[str, str]:
        """The sign before a name, and its style."""
        board = self.board
        result = board.results.get(name)
        if board.under_way(name):
            return CHECKING, "yellow"
        if result is None:
            return UNKNOWN, ""
        return SIGNS[exercise_status(result)], _look(result)[1]

    def _title(self) -> RenderableType:
        board = self.board
        match board.page:
            case Listing():
                return Rule(Text("the exercises"), align="left", style="dim")
            case Keys():
                return Rule(Text("the keys"), align="left", style="dim")
            case Findings() | Hinted() | Drawn():
                exercise = board.exercise
                text = Text(printable(exercise.name), style="bold")
                text.append(f": {printable(exercise.title)}  ", style="default not bold")
                return Rule(text.append_text(self._state()), align="left", style="dim")
            case _:
                assert_never(board.page)

    def _state(self) -> Text:
        """What is known of the current exercise, in a word or two."""
        board, result = self.board, self.board.result
        if board.checking(board.current):
            if not board.under_way(board.current):
                return Text("waiting to be checked", style="yellow")
            seconds = int(self.now - board.since)
            return Text(f"checking …{f' {seconds} s' if seconds else ''}", style="bold yellow")
        if result is None:
            return Text("not checked yet", style="dim")
        word, style = _look(result)
        return Text(word, style=f"bold {style}").append(f"  {_marks(result)}", style="default not bold")

    def _page(self) -> RenderableType | Parts:
        board = self.board
        match board.page:
            case Findings():
                return self._findings()
            case Listing():
                return self._listing()
            case Keys():
                return _two_columns(EXPLAINED)
            case Hinted(hint):
                # It takes a while to import, and most of the time nobody asks.
                from rich.markdown import Markdown

                return Group(Text(printable(hint.title), style="bold"), Text(), Markdown(hint.text))
            case Drawn(shown, path):
                where = Text(f"Drawn into {printable(str(path))}; a browser shows it.")
                return Group(where, Text(), *in_numbers(shown))
            case _:
                assert_never(board.page)

    def _findings(self) -> RenderableType | Parts:
        board, result = self.board, self.board.result
        if result is None:
            return Text("It has not been checked yet.", style="dim")
        found = findings(result, self.folder, self._following())
        # The old verdict stays to be read, but not to be believed.
        return found.dimmed() if board.checking(board.current) else found

    def _following(self) -> str:
        board = self.board
        if not board.complete:
            upcoming = board.next()
            return f"n goes on to {upcoming.current}: {upcoming.exercise.title}."
        if board.current == board.last:
            return "Every exercise has passed, and all of them together. Well done!"
        if board.last in board.waiting:
            return "Every exercise has passed! Now all of them together …"
        last = board.results.get(board.last)
        how = f" Together: {_look(last)[0]}, {_marks(last)}; n shows it." if last is not None else ""
        return f"Every exercise has passed.{'' if board.notes else ' Well done!'}{how}"

    def _listing(self) -> RenderableType:
        grid = Table.grid(padding=(0, 2))
        for number, exercise in enumerate(self.board.parts, start=1):
            grid.add_row(str(number), *self._row(exercise))
        return Group(grid, Text(), Text("A number goes there, Esc back.", style="dim"))

    def _row(self, exercise: Exercise) -> Iterable[RenderableType]:
        board = self.board
        sign, style = self._seen(exercise.name)
        result = board.results.get(exercise.name)
        yield Text(sign, style=style)
        yield Text(printable(exercise.name), style="bold" if exercise.name == board.current else "")
        yield Text(printable(exercise.title), style="dim", no_wrap=True, overflow="ellipsis")
        if board.checking(exercise.name):
            under_way = board.under_way(exercise.name)
            yield Text("checking" if under_way else "waiting", style="yellow" if under_way else "dim")
        elif result is None:
            yield Text("when all others pass" if exercise.own else "not checked yet", style="dim")
        else:
            yield Text(_look(result)[0], style=style)
        yield Text(_marks(result) if result else "")

    def _below(self) -> RenderableType:
        keys = Text(" ", no_wrap=True, overflow="ellipsis")
        for key, does in KEYS:
            keys.append(key, style="bold").append(f" {does}   ", style="dim")
        return Group(Rule(style="dim"), self._note(), keys)

    def _note(self) -> Text:
        board = self.board
        style = "bold yellow" if board.resetting else ""
        if board.note or (board.kept and not board.early):
            return Text(f" {printable(board.note or board.kept)}", style=style)
        if not board.ready:
            return Text(f" {printable(board.starting)}", style="yellow")
        if board.early:
            passed = board.has_passed(board.early)
            rest = "trying the bonus" if passed else "looking for a smaller example"
            return Text(f" {rest} …", style="yellow")
        if board.seconds is None or not board.settled:
            return Text(" The grader checks every exercise once." if board.seconds is not None else "")
        return Text(f" checked in {board.seconds:.2f} s", style="dim")


def _look(result: Result) -> tuple[str, str]:
    return ("half done", "yellow") if half_done(result) else LOOK[exercise_status(result)]


def _marks(result: Result) -> str:
    marks = score(result)
    if result.exercise.counts:
        return f"{points(marks.points)}/{points(marks.most)} points"
    return f"{points(marks.bonus)}/{points(marks.most_bonus)} bonus points"


def _two_columns(rows: Iterable[tuple[str, str]]) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for left, right in rows:
        grid.add_row(Text(left, style="bold"), Text(right))
    return grid


Segments = list[Segment]


class Sheet:
    """So many lines of a console.

    turned: how many times the student has asked for the next part.
    """

    def __init__(self, console: Console, options: ConsoleOptions, room: int, turned: int) -> None:
        self._console = console
        self._options = options
        self._room = room
        self._turned = turned

    def of(self, page: RenderableType) -> list[Segments]:
        """The lines of a page, or those of its part."""
        lines = self._lines(page)
        if len(lines) <= self._room:
            return self._filled(lines)
        shown, which, count = part(lines, self._turned, self._room - 1)
        return [*self._filled(shown, 1), self._says(f"part {which + 1} of {count}; space: the next")]

    def verdict(self, found: Parts, elsewhere: str) -> list[Segments]:
        """The lines of a verdict: all, or first the gist of it, and its parts when they are asked for.

        elsewhere: the command that prints all of it.
        """
        sections = (found.head, found.code, found.numbers, found.does, found.why, found.others)
        head, code, numbers, does, why, others = (self._lines(Group(*section)) for section in sections)
        whole = [*head, *code, *numbers, *does, *why, *others]
        if len(whole) <= self._room:
            return self._filled(whole)
        shown, which, count = part(whole, self._turned - 1, self._room - 1)
        says = f"part {which + 1} of {count} of all; space: the next; or: {elsewhere}"
        if self._turned % (count + 1) == 0:
            gap = self._lines(Text("    …", style="dim"))[0]
            shown = shortened(head, code, numbers, does, why, self._room - 1, gap)
            says = f"shortened; space: all of it, part by part; or: {elsewhere}"
        return [*self._filled(shown, 1), self._says(says)]

    def _lines(self, page: RenderableType) -> list[Segments]:
        return self._console.render_lines(page, self._options, pad=False)

    def _filled(self, lines: Sequence[Segments], less: int = 0) -> list[Segments]:
        return [*lines, *([] for _ in range(self._room - less - len(lines)))]

    def _says(self, sentence: str) -> Segments:
        return self._lines(Text(f" {sentence} ", style="reverse", no_wrap=True, overflow="ellipsis"))[0]


Line = TypeVar("Line")
LEAST = 5  # lines that stay of what is shortened


def shortened(
    head: Sequence[Line],
    code: Sequence[Line],
    numbers: Sequence[Line],
    does: Sequence[Line],
    why: Sequence[Line],
    room: int,
    gap: Line,
) -> list[Line]:
    """A verdict in so many lines.

    First the beginning of the code gives way, then the end of the numbers, then the end of why; where that is
    not enough, all of the code, then all of the numbers.
    gap: the line that stands for what was left out.
    """
    rest = len(head) + len(does) - room
    code = _without_beginning(code, rest + len(code) + len(numbers) + len(why), gap)
    numbers = _without_end(numbers, rest + len(code) + len(numbers) + len(why), gap)
    for shown in ([*head, *code, *numbers, *does], [*head, *numbers, *does]):
        if len(shown) <= room:
            return [*shown, *why][:room]
    return [*head, *does, *why][:room]


def _without_beginning(lines: Sequence[Line], over: int, gap: Line) -> Sequence[Line]:
    kept = max(LEAST, len(lines) - over) - 2
    # The first line is empty and stays.
    return lines if over <= 0 or len(lines) <= LEAST else [lines[0], gap, *lines[len(lines) - kept :]]


def _without_end(lines: Sequence[Line], over: int, gap: Line) -> Sequence[Line]:
    kept = max(LEAST, len(lines) - over) - 1
    return lines if over <= 0 or len(lines) <= LEAST else [*lines[:kept], gap]


def part(lines: Sequence[Line], number: int, room: int) -> tuple[list[Line], int, int]:
    """One screenful: its lines, which it is from 0 up, and how many there are; after the last the first."""
    count = max(1, ceil(len(lines) / room))
    which = number % count
    return list(lines[which * room : (which + 1) * room]), which, count


# ---- the terminal, and its keys

ONCE = "grade once instead: grader grade"


def fit(console: Console) -> None:
    """Raise UsageError where there is no terminal with a screen and keys."""
    if termios is None and msvcrt is None:
        raise UsageError("watch needs a terminal, and this system has none that Python knows", ONCE)
    # Whoever closes it altogether leaves none.
    keys = sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()
    if not (keys and console.is_terminal):
        raise UsageError("watch needs a terminal, for its screen and its keys", ONCE)
    if console.is_dumb_terminal:
        raise UsageError("this terminal cannot redraw its screen (TERM says so)", ONCE)


class Terminal:
    """What is painted on, and where keys come from."""

    def __init__(self, console: Console, tell: Callable[[Event], None]) -> None:
        self._console = console
        self._keyboard = Keyboard(sys.stdin.fileno(), tell) if termios else ConsoleKeyboard(tell)
        self._tell = tell
        self._live = self._screen()
        self._painted = console.size

    def _screen(self) -> Live:
        return Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    @contextmanager
    def taken(self) -> Iterator[None]:
        """The terminal is the watch's for the block, and given back however that ends."""
        before = {number: signal.signal(number, self._signalled) for number in SIGNALS}
        try:
            self._take()
            self._keyboard.start()
            yield
        finally:
            self._give_back()
            self._keyboard.close()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self) -> None:
        self._keyboard.take()
        self._live.start()

    def _give_back(self) -> None:
        try:
            self._live.stop()
        finally:
            self._keyboard.give_back()

    def _signalled(self, number: int, _: object) -> None:
        self._tell(SIGNALS[signal.Signals(number)])

    def paint(self, page: RenderableType) -> None:
        """Show this, in place of what was there."""
        self._painted = self._console.size
        self._live.update(page, refresh=True)

    def stale(self) -> bool:
        """Whether the terminal has another size than when it was painted."""
        return self._console.size != self._painted

    def suspend(self) -> None:
        """Stop, as Ctrl-Z does; returns when the shell lets the watch go on."""
        self._give_back()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._live = self._screen()
        self._take()


# An end by a signal has the exit code by which a shell knows it.
SIGNALS: dict[signal.Signals, Event] = {
    signal.SIGINT: Quit(128 + signal.SIGINT),
    signal.SIGTERM: Quit(128 + signal.SIGTERM),
}
if sys.platform != "win32":
    SIGNALS |= {
        signal.SIGHUP: Quit(128 + signal.SIGHUP),
        signal.SIGTSTP: Suspended(),
        signal.SIGWINCH: Resized(),
    }


AT_ONCE = 64
NAMED = {
    b"\x1b": "escape",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "up",
    b"\x1b[6~": "down",
    b"\r": "enter",
    b"\n": "enter",
}
HUNG_UP = 129  # as a shell counts SIGHUP


class Keyboard:
    """Tells Pressed for every key from a thread of its own, and Quit when the terminal is gone.

    fd: the terminal.
    """

    def __init__(self, fd: int, tell: Callable[[Event], None]) -> None:
        self._fd = fd
        self._tell = tell
        self._before: list[Any] | None = None
        self._stop, self._stopping = os.pipe()

    def take(self) -> None:
        """Have every key at once, and unseen; Ctrl-C and Ctrl-Z stay signals."""
        self._before = termios.tcgetattr(self._fd)
        tty.setcbreak(self._fd)

    def give_back(self) -> None:
        """The terminal is as it was; may be called more than once."""
        if self._before is not None:
            # It may be gone altogether.
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._before)
            self._before = None

    def start(self) -> None:
        Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        os.close(self._stopping)

    def _read(self) -> None:
        while True:
            ready = select.select([self._fd, self._stop], [], [])[0]
            if self._stop in ready:
                return os.close(self._stop)
            try:
                data = os.read(self._fd, AT_ONCE)
            except OSError:
                data = b""
            if not data:
                return self._tell(Quit(HUNG_UP))
            if key := named(data):
                self._tell(Pressed(key))


# What Windows says of a key that is no letter: one of these, and then which.
BEFORE_SPECIAL = "\0\xe0"
SPECIAL = {"H": "up", "P": "down", "I": "up", "Q": "down"}
POLLING = 0.03  # seconds, for nothing tells there of a key
INTERRUPTED = "\x03"


class ConsoleKeyboard:
    """The same for the console of Windows, which gives every key at once, and unseen, unasked."""

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._closed = False

    def take(self) -> None:
        """Nothing to do there."""

    def give_back(self) -> None:
        """Nothing to do there."""

    def start(self) -> None:
        Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        self._closed = True

    def _read(self) -> None:
        while not self._closed:
            if not msvcrt.kbhit():  # type: ignore[attr-defined]
                time.sleep(POLLING)
            elif event := self._pressed(msvcrt.getwch()):  # type: ignore[attr-defined]
                self._tell(event)

    def _pressed(self, letter: str) -> Event | None:
        if letter in BEFORE_SPECIAL:
            letter = msvcrt.getwch()  # type: ignore[attr-defined]
            return Pressed(SPECIAL[letter]) if letter in SPECIAL else None
        if letter == INTERRUPTED:
            return Quit(128 + signal.SIGINT)
        key = named(letter.encode())
        return Pressed(key) if key else None


def named(data: bytes) -> str:
    """The key that sends these bytes; nothing for what is pasted, or no key that anybody needs here."""
    if data in NAMED:
        return NAMED[data]
    # A key held down sends the same again and again; other things that come at once are no key.
    if len(set(data)) == 1 and 32 <= data[0] < 127:
        return chr(data[0])
    return ""
