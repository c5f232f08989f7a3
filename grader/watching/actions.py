"""What the keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from grader.course import Course
from grader.errors import GraderError
from grader.learner.state import state_folder
from grader.model import Counterexample, Kind, Passed
from grader.render.terminal import plainest
from grader.report import Report
from grader.watching.board import Board, Drawn, Hinted, Keys, Listing
from grader.words import counterexample_of

PICTURE = "graph.svg"


def today() -> datetime:
    """The time of day, with its zone."""
    return datetime.now(UTC)


class Actions:
    """Answers keys with another board; what they need to be imported is imported when they are pressed.

    now: the time that the history is told.
    """

    def __init__(self, course: Course, now: Callable[[], datetime] = today) -> None:
        self._course = course
        self._now = now
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
        parts = (*board.names, board.together.name)
        if key.isdigit() and 1 <= int(key) <= len(parts):
            return board.at(parts[int(key) - 1])
        return board

    def _hint(self, board: Board) -> Board:
        from grader.learner.hints import next_hint

        if board.current == board.together.name:
            return board.says("Hints are for single exercises: n or a number goes to one.")
        known = board.result.diagnosis if board.result and not board.checking(board.current) else None
        hint = next_hint(self._course, self._state, board.current, known, self._said.append)
        level = f"level {hint.level} of {hint.of}" if hint.level else "for what is probably wrong"
        more = "it is the last" if hint.level == hint.of else "h: the next"
        return self._with_said(board.shows(Hinted(hint)), f"Hint, {level}; {more}; Esc: back.")

    def _ask_reset(self, board: Board) -> Board:
        if board.current == board.together.name:
            return board.says("Only single exercises can be reset: n or a number goes to one.")
        asked = f"Put the stub back in {board.current}.py? r again: yes (a copy is kept); other keys: no"
        return replace(board.says(asked), resetting=True)

    def _reset(self, board: Board) -> Board:
        from grader.learner.resetting import reset

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
            return board.says("This counterexample has no graph of single operations: it is about modules.")
        from grader.pictures import save

        path = self._state / PICTURE
        save(shown.graph, path, f"{board.exercise.name}: {board.exercise.title}")
        return board.shows(Drawn(shown, self._called(path)))

    def remember(self, board: Board, report: Report) -> Board:
        """The history is told of a verdict."""
        from grader.learner.history import remember

        remember(report, self._state, self._now(), board.seconds or 0.0, say=self._said.append)
        return self._with_said(board, board.note)

    def _with_said(self, board: Board, note: str) -> Board:
        """The board with the last thing that the folder of memories had to say, else with a note."""
        said, self._said = self._said[-1:], []
        return board.says(said[0] if said else note)


def counterexample(board: Board) -> Counterexample | None:
    """What the current verdict shows."""
    wrong = [v for v in board.result.verdicts if not isinstance(v.outcome, Passed)] if board.result else []
    graded = [v for v in wrong if v.claim.kind is Kind.GRADED]
    wrong = graded or [v for v in wrong if v.claim.kind is Kind.BONUS]
    return counterexample_of(plainest(wrong).outcome) if wrong else None


def _as_it_was(board: Board) -> Board:
    return replace(board.says(""), resetting=False)


def _sentence(error: GraderError) -> str:
    return f"{error.what}; {error.next_step}" if error.next_step else error.what
