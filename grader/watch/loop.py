"""The watch: saves are seen and graded as they come, and each key does its work."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import assert_never

from grader.course.course import Course
from grader.errors import GraderError, MachineError, UsageError
from grader.examine.setting import outcome_key
from grader.forkserver.client import (
    Order,
    Plain,
    Server,
    Task,
    fault_from_plain,
    receive,
    results_from_plain,
    send,
)
from grader.learner.history import FOLDER, state_folder
from grader.machine.files import Scratch
from grader.model import Counterexample
from grader.report.report import Report
from grader.report.words import counterexample_of, example
from grader.submission.choice import NoExercise, likely
from grader.submission.submission import Submission, allowed
from grader.submission.tree import read_given
from grader.watch.board import (
    Blind,
    Board,
    Drawn,
    Event,
    Faulted,
    Gone,
    Graded,
    Hinted,
    Keys,
    Listing,
    Lost,
    Opened,
    Pressed,
    Quit,
    Resized,
    Said,
    Saved,
    Suspended,
)
from grader.watch.screen import Screen, Terminal

# Milliseconds: how long nothing more may come before a burst of saves is over, and the longest burst.
REST, BURST = 20, 400
AGAIN = 2000  # milliseconds after which the files are looked at even where nothing was told
# Seconds that an editor may need between taking a file away and putting the new one in its place.
REPLACING = 0.1
POLLING = 100  # milliseconds between two looks, where the folder tells nothing by itself


class Saves:
    """Tells Saved for every burst of changes, and Gone when the folder goes.

    folder: with the course's exercises.
    clock: gives the seconds that Saved is stamped with.
    polling: look again and again, for file systems that tell nothing. Where a machine cannot tell of saves,
        that is done without being asked for, and Blind is told once.
    """

    def __init__(
        self,
        folder: Path,
        course: Course,
        tell: Callable[[Event], None],
        clock: Callable[[], float],
        polling: bool = False,
    ) -> None:
        self._folder = folder.resolve()
        self._course = course
        self._tell = tell
        self._clock = clock
        self._polling = polling
        self._stop = Flag()
        self._before = self.read()
        self._written: dict[str, tuple[int, int, int] | None] = {}
        self._there = True

    def read(self) -> Submission:
        """All that is there; a folder without any exercise is an empty submission."""
        try:
            return read_given(self._folder, self._course)
        except NoExercise as error:
            return Submission(self._folder.name, {}, {}, unclear=error.unclear)
        except UsageError:
            return Submission(self._folder.name, {}, {})

    @property
    def first(self) -> Submission:
        """What was there at the beginning; raises UsageError where the folder cannot be read."""
        return read_given(self._folder, self._course)

    def start(self) -> None:
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                # The folder may go just when it is to be watched.
                with suppress(FileNotFoundError):
                    self._watch()
                self._stop.wait(REPLACING)
        except BaseException as error:  # what is no Python may end in ways that are no Exception
            # Whatever it is: a watch that sees nothing any more and goes on would be the worst.
            self._tell(Blind(f"{error}".split("\n")[0] or type(error).__name__))
            while not self._stop.wait(POLLING / 1000):
                self._catch_up()

    def _watch(self) -> None:
        """Watch for as long as the folder is the same one; a new one of its name has to be watched anew."""
        from watchfiles import Change, watch

        # The folder above tells when this one goes and comes.
        places = [path for path in (self._folder.parent, self._folder) if path.is_dir()]
        self._catch_up()
        for changes in watch(
            *places,
            watch_filter=None,
            debounce=BURST,
            step=REST,
            rust_timeout=AGAIN,
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            force_polling=self._polling or None,
            poll_delay_ms=POLLING,
            recursive=False,
        ):
            if any(Path(path) == self._folder and change != Change.modified for change, path in changes):
                return
            if changes:
                self._changed(path for _, text in changes if (path := Path(text)).parent == self._folder)
            else:
                self._catch_up()

    def _catch_up(self) -> None:
        """Tell what has happened while nothing was told."""
        there, now = self._folder.is_dir(), self._read_whole()
        back, gone = there and not self._there, self._there and not there
        self._there = there
        if gone:
            return self._tell(Gone())
        names = frozenset(now.differing(self._before))
        if there and (back or names):
            self._before = now
            self._tell(Saved(names, now, self._clock()))
        return None

    def _changed(self, paths: Iterable[Path]) -> None:
        written = {path.name: _written(path) for path in paths if likely(path.name)}
        if not written:
            return  # an editor's own
        # A busy machine tells of one save in several parts: what has been told already is no second one.
        # Asked before the files are read, what is written meanwhile is told once more, and never missed.
        files = {name for name, when in written.items() if when != self._written.get(name)}
        self._written |= written
        at, now = self._clock(), self._read_whole()
        before, self._before = self._before, now
        names = {file.removesuffix(".py") for file in files if allowed(file)}
        # A file of another name may be an exercise all the same, now or until now.
        places = (*now.places.items(), *before.places.items())
        names |= {name for name, path in places if path[-1] in files} | now.differing(before)
        if names:
            self._tell(Saved(frozenset(names), now, at))

    def _read_whole(self) -> Submission:
        """All that is there, as it is once an editor is done."""
        now, before = self.read(), self._before
        # Gone, empty or elsewhere for a moment: an editor that puts a new file in its place, or is just
        # writing it.
        passing = (
            not now.sources.get(name) or now.taken.get(name) != before.taken.get(name)
            for name in now.differing(before) & before.names
        )
        if any(passing):
            self._stop.wait(REPLACING)
            now = self.read()
        return now


def _written(path: Path) -> tuple[int, int, int] | None:
    """What tells one save of a file from the next one, even of the same text; None where it is gone."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_ino, told.st_size


# ---- what happens

TICK = 1.0  # seconds between two looks at the clock and at the terminal's size
LOSSES = 3
ANOTHER = "The grading process ended; another one is starting …"


class Watch:
    """Everything that a watch remembers between two events.

    events: where they come from; clock: gives seconds.
    """

    def __init__(
        self,
        course: Course,
        submission: Submission,
        grading: Grading,
        terminal: Terminal,
        events: queue.SimpleQueue[Event],
        clock: Callable[[], float],
        seed: int = 0,
    ) -> None:
        self.course = course
        self.submission = submission
        self.grading = grading
        self.terminal = terminal
        self.events = events
        self.clock = clock
        self.seed = seed
        self.actions = Actions(course)
        self.board = Board.first(course, clock()).says(
            "Starting the grader; that takes a few seconds, once …"
        )
        self._opened: Opened | None = None
        self._number = 0
        self._asked: tuple[str, bytes] | None = None
        self._losses = 0
        self._stays = ""
        self._by_save: set[str] = set()

    def run(self) -> int:
        """Until somebody quits: the exit code. Raises GraderError where the watch cannot go on."""
        self.grading.start()
        self._paint()
        while not isinstance(event := self._next(), Quit):
            self._handle(event)
            self._ask()
            self._paint()
            self._remember(event)
        return event.code

    def _next(self) -> Event:
        while True:
            try:
                return self.events.get(timeout=TICK)
            except queue.Empty:
                # A signal that another thread has caught would wake nobody until the next event.
                if self.board.waiting or self.terminal.stale():
                    self._paint()

    def _paint(self) -> None:
        self.terminal.paint(Screen(self.board, self.clock(), "exercises"))

    def _handle(self, event: Event) -> None:
        board = self.board
        match event:
            case Saved():
                self._saved(event)
            case Gone():
                self.board = board.says("The folder exercises is gone; waiting for it to come back.")
            case Pressed(key):
                self._pressed(key)
            case Opened():
                self._opened = event
                self.board = replace(board.says(self._stays), since=self.clock(), ready=True)
            case Graded():
                self._graded(event)
            case Faulted(number, error):
                self._faulted(number, error)
            case Lost(last):
                self._lost(last)
            case Blind(why):
                self._stays = f"Saves are looked for again and again: this machine tells of none ({why})."
                self.board = board.says(self._stays)
            case Said(sentence):
                self.board = replace(board, starting=sentence)
            case Suspended():
                self.terminal.suspend()
            case Resized() | Quit():
                pass  # whatever has happened, the screen is painted anew
            case _:
                assert_never(event)

    def _ask(self) -> None:
        """Have the first of what waits graded, unless that is just what is under way."""
        if self._opened is None or not self.board.waiting:
            return
        name = self.board.waiting[0]
        wanted = name, self._sees(self.submission, name)
        if wanted != self._asked:
            self._asked = wanted
            self._number += 1
            self.grading.ask(self._number, Task(self.submission, (name,), self._told()))

    def _told(self) -> frozenset[str]:
        """The exercises of which the student has been told almost the code, until now."""
        from grader.learner.help import told

        return told(self.course.root / FOLDER)

    def _sees(self, submission: Submission, name: str) -> bytes:
        """A digest of all in a submission that a mark's grading sees."""
        part = next(part for part in self.course.parts if part.name == name)
        # A change to a given file is told when it is saved; nothing is graded again for it.
        own = {name: text for name, text in submission.sources.items() if name not in self.course.common}
        return outcome_key(self.course, replace(submission, sources=own), part, b"")

    def _saved(self, event: Saved) -> None:
        before, self.submission = self.submission, event.submission
        names = event.names & {*self.course.names}
        seen = {x for x in self.course.names if self._sees(before, x) != self._sees(self.submission, x)}
        if not names and not seen:
            self.board = self.board.says(_of_no_use(event.names, self.course.common))
        elif seen or self._asked is None or names != {self._asked[0]}:
            self._by_save |= names | seen
            self.board = self.board.saved(names, names | seen, event.at)
        # Else an editor has told twice of a save that is being graded already.

    def _pressed(self, key: str) -> None:
        if key == "q":
            self.events.put(Quit(0))
        else:
            self.board = self.actions.pressed(self.board, key)

    def _graded(self, event: Graded) -> None:
        if event.number != self._number:
            return  # what it was about has been saved once more
        self._losses = 0
        self.board = self.board.graded(event.result, self.clock(), event.final)
        if event.final:
            self._asked = None

    def _remember(self, event: Event) -> None:
        """Keep a verdict that a save has brought, once it is on the screen."""
        if not isinstance(event, Graded) or not event.final or event.number != self._number:
            return
        name = event.result.exercise.name
        if name in self._by_save and self._opened is not None:
            self._by_save.discard(name)
            report = Report(
                submission=self.submission.name,
                digest=self.submission.digest,
                seed=self.seed,
                isolation=self._opened.isolation,
                results=(event.result,),
                together=None,
                versions=self._opened.versions,
            )
            self.board = self.actions.remember(self.board, report)

    def _faulted(self, number: int | None, error: GraderError) -> None:
        if number is None:
            raise error
        if number == self._number:
            waiting = self.board.waiting[1:]
            self.board = replace(self.board, waiting=waiting, early="").says(
                f"{error.what}: {error.next_step}"
            )
            self._asked = None

    def _lost(self, last: str) -> None:
        self._losses += 1
        if self._opened is None or self._losses == LOSSES:
            raise MachineError(f"the grading process ended: {last or 'it said nothing'}", "run: grader grade")
        self._opened = self._asked = None
        self.grading.close()
        self.grading.start()
        self.board = replace(self.board, early="", ready=False, starting=ANOTHER)


def _of_no_use(names: frozenset[str], common: Sequence[str]) -> str:
    """What to say of a save that changes nothing that is graded.

    common: the files that are given.
    """
    if given := sorted(names & {*common}):
        return f"{given[0]}.py is given: grading uses its own copy of it."
    return "" if names else "The folder exercises is back."


PICTURE = "graph.svg"


class Actions:
    """Answers keys with another board; what they need to be imported is imported when they are pressed."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._said: list[str] = []

    @property
    def _state(self) -> Path:
        return state_folder(self._course)

    def pressed(self, board: Board, key: str) -> Board:
        """The board after a key."""
        board = replace(board, kept="")
        if board.resetting:
            return self._reset(board) if key in ("r", "y") else _as_it_was(board)
        try:
            return self._done(board, key)
        except GraderError as error:
            return board.says(_sentence(error))

    def _done(self, board: Board, key: str) -> Board:
        match key:
            case "h":
                return self._hint(board)
            case "n":
                return board.next()
            case "l":
                return board.shows(Listing())
            case "r":
                return self._ask_reset(board)
            case "g":
                return self._draw(board)
            case "?":
                return board.shows(Keys())
            case "escape" | "enter":
                return board.at(board.current)
            case " " | "down":
                return board.turn(1)
            case "up":
                return board.turn(-1)
        parts = tuple(part.name for part in board.parts)
        if key.isdigit() and 1 <= int(key) <= len(parts):
            return board.at(parts[int(key) - 1])
        return board

    def _hint(self, board: Board) -> Board:
        from grader.learner.help import next_hint

        if board.current == board.last:
            return board.says("Hints are for single exercises: n or a number goes to one.")
        known = board.result.diagnosis if board.result and not board.checking(board.current) else None
        hint = next_hint(self._course, self._state, board.current, known, self._said.append)
        level = f"level {hint.level} of {hint.of}" if hint.level else "for what your code does"
        more = "it is the last" if hint.level == hint.of else "h: the next"
        return self._with_said(board.shows(Hinted(hint)), f"Hint, {level}; {more}; Esc: back.")

    def _ask_reset(self, board: Board) -> Board:
        if board.current == board.last:
            return board.says("Only single exercises can be reset: n or a number goes to one.")
        asked = f"Put the stub back in {board.current}.py? r again: yes (a copy is kept); other keys: no"
        return replace(board.says(asked), resetting=True)

    def _reset(self, board: Board) -> Board:
        from grader.learner.help import reset

        board = _as_it_was(board)
        try:
            backup = reset(self._course, board.current)
        except GraderError as error:
            return board.says(_sentence(error))
        return replace(board, kept=f"{board.current}.py is the stub; yours: {self._called(backup)}")

    def _called(self, path: Path) -> Path:
        """A path as somebody in the course's folder calls it."""
        root = self._course.root
        return path.relative_to(root) if path.is_relative_to(root) else path

    def _draw(self, board: Board) -> Board:
        shown = counterexample(board)
        if shown is None:
            return board.says("There is no counterexample to draw.")
        if not shown.graph:
            return board.says("This counterexample has no graph of single operations.")
        from grader.render.picture.svg import save

        path = self._state / PICTURE
        save(shown.graph, path, f"{board.exercise.name}: {board.exercise.title}")
        return board.shows(Drawn(shown, self._called(path)))

    def remember(self, board: Board, report: Report) -> Board:
        """The history is told of a verdict."""
        from grader.learner.history import remember

        remember(report, self._course, datetime.now(UTC), board.seconds or 0.0, say=self._said.append)
        return self._with_said(board, board.note)

    def _with_said(self, board: Board, note: str) -> Board:
        """The board with the last thing that the folder of memories had to say, else with a note."""
        said, self._said = self._said[-1:], []
        return board.says(said[0] if said else note)


def counterexample(board: Board) -> Counterexample | None:
    """What the current verdict shows."""
    shown = example(board.result) if board.result else None
    return None if shown is None else counterexample_of(shown.outcome)


def _as_it_was(board: Board) -> Board:
    return replace(board.says(""), resetting=False)


def _sentence(error: GraderError) -> str:
    return f"{error.what}; {error.next_step}" if error.next_step else error.what


class Grading:
    """A grading process; what it says arrives as events, from a thread of its own.

    tell: called with Opened once, then with Graded or Faulted for what was asked, and with Said; with Lost
        where the process ends by itself.
    """

    def __init__(self, course: Course, order: Order, tell: Callable[[Event], None]) -> None:
        self._exercises = {exercise.name: exercise for exercise in course.parts}
        self._order = replace(order, early=True)
        self._tell = tell
        self._lane: socket.socket | None = None

    def start(self) -> None:
        """Begin to begin: Opened is told when it is ready; raises MachineError where there is no process."""
        # Workers put their folders in here; those of dropped gradings are removed with it.
        self._folder = Scratch("watch")
        self._said = self.folder / "said"
        with self._said.open("wb") as said:
            self._server = Server(self._order, stderr=said, TMPDIR=str(self.folder))
        (self._lane,) = self._server.lanes
        Thread(target=self._listen, args=(self._lane,), daemon=True).start()

    def ask(self, number: int, task: Task) -> None:
        """Have a mark graded; what was asked before and is not answered yet is dropped."""
        assert self._lane is not None
        with suppress(OSError):  # then it has ended, and Lost is on its way
            send(self._lane, {"number": number, **task.to_plain()})

    def _listen(self, lane: socket.socket) -> None:
        message: Plain | None = {}
        while message is not None:
            try:
                message = receive(lane)
            except OSError:
                message = None
            if lane is not self._lane:
                return  # it was closed from here
            self._tell(Lost(self._last_words()) if message is None else self._event(message))

    def _event(self, message: Plain) -> Event:
        if "say" in message:
            return Said(message["say"])
        if "isolation" in message:
            versions = tuple((name, version) for name, version in message["versions"])
            return Opened(message["isolation"], versions)
        if "fault" in message:
            return Faulted(message.get("number"), fault_from_plain(message["fault"]))
        (result,) = results_from_plain(self._exercises, message)
        return Graded(message["number"], result, message["final"])

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = self._said.read_text("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    @property
    def pid(self) -> int:
        """The process that was started last."""
        return self._server.pid

    @property
    def folder(self) -> Path:
        """Where it may leave things, until it is closed."""
        return self._folder.path

    def close(self) -> None:
        """End the process with all that it has under way; may be called more than once."""
        if self._lane is None:
            return
        lane, self._lane = self._lane, None
        # Wakes the thread that reads from it, which close() alone does not.
        with suppress(OSError):
            lane.shutdown(socket.SHUT_RDWR)
        lane.close()
        self._server.end()
        self._folder.remove()
