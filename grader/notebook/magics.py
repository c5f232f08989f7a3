"""What a notebook can say once it has said %load_ext grader."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.error import UsageError as Said
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic_arguments import MagicArgumentParser

from grader.course.course import EXERCISES, Course, here
from grader.errors import GraderError, UsageError
from grader.learner.history import FOLDER, read, state_folder, unfinished
from grader.notebook.cells import (
    Session,
    as_lines,
    as_table,
    beginning,
    cell_of,
    graded,
    place,
    plain,
    rows,
    save,
    steps,
)
from grader.printable import printable
from grader.report.scoring import exercise_status
from grader.report.words import listed
from grader.start import OnTrustedPath

# Not typed.
Parser: Any = MagicArgumentParser
# Of a subject: from the session and a line to HTML, and the same as text.
Magic = Callable[[Session, str], tuple[str, str]]


def load(shell: InteractiveShell) -> None:
    """Give a notebook %%exercise, %exercise, %exercises, %hint and the subject's own; says which, in a line.

    The project's folder is where modules are looked for last, so that the student's own engine can be
    imported from anywhere in it: from exercises import Value.
    Raises IPython's UsageError where there is no project for the notebook.
    """
    with _in_a_sentence():
        course = here().project()
    add(Session(course, _say), shell)
    importable(course)
    own = (f"%{magic.__name__}" for magic in course.subject.magics)
    others = listed(["%exercises", "%exercise NAME", "%hint NAME", *own])
    _say(f"Ready: %%exercise NAME grades its cell; {others} help.")


def add(session: Session, shell: InteractiveShell) -> None:
    """Give a shell the magics, for a session."""
    magics = Magics(session, shell)
    register: Any = shell.register_magic_function
    register(magics.exercise, "line_cell")
    for magic in (magics.exercises, magics.hint, *map(magics.shown, session.course.subject.magics)):
        register(magic, "line")


class Magics:
    """The magics, of one notebook."""

    def __init__(self, session: Session, shell: InteractiveShell) -> None:
        self._session = session
        self._shell = shell

    def exercise(self, line: str, cell: str | None = None) -> None:
        """%%exercise NAME [--save] [--save-anyway] [--seed N] grades its cell; %exercise NAME begins one.

        %exercise puts the stub into a new cell. A cell is graded as exercises/NAME.py would be, alone: in a
        process of its own, in a cage, with the reference for every other exercise. The imports of the stub
        need not be repeated.

        --save writes the cell to exercises/NAME.py if it passes, --save-anyway also if it does not; what
        was there is kept. --seed draws other cases.

        Nothing of the cell is run or defined in this notebook. To use what you have saved, import it:
        from exercises import Value. After a save, the next such import finds the new file; a Value that
        was made before stays what it was.
        """
        with _in_a_sentence():
            asked = _asked("%%exercise", line, "save", "save-anyway", seed=True)
            if cell is None:
                self._begin(asked.name)
            else:
                self._grade(asked, cell)

    def _begin(self, name: str) -> None:
        exercise = self._session.exercise(name)
        stub = self._session.course.stub(exercise.name)
        self._shell.set_next_input(f"%%exercise {exercise.name}\n{beginning(stub)}")

    def _grade(self, asked: argparse.Namespace, body: str) -> None:
        session = self._session
        exercise = session.exercise(asked.name)
        cell = cell_of(exercise.name, body, session.course.stub(exercise.name))
        result = session.grade(cell, asked.seed)
        passed = exercise_status(result) == "passed"
        saved = ""
        if asked.save_anyway or (asked.save and passed):
            saved = save(session.course, cell)
            read_anew()
        said = steps(result, saved, asked.save and not passed)
        self._show(graded(result, cell.graded, said), plain(result, said))

    def exercises(self, line: str) -> None:
        """%exercises lists them: what they are worth, and how each stands."""
        with _in_a_sentence():
            _nothing_more("%exercises", line)
            found, notes = rows(self._session)
            self._show(as_table(found, notes), as_lines(found, notes))

    def hint(self, line: str) -> None:
        """%hint [NAME] [--level N] gives a hint, one level more each time.

        Without NAME: for the exercise that was graded last, unless it passed, else for the one to look at
        next. Where it was seen what the code in its last cell does, what helps with that comes first.
        """
        with _in_a_sentence():
            from grader.learner.help import hint_at, next_hint

            asked = _asked("%hint", line, level=True)
            session = self._session
            name = asked.name or _to_look_at(session)
            if asked.level is not None:
                hint = hint_at(session.course, name, asked.level)
            else:
                result = session.results.get(name)
                found = result.diagnosis if result else None
                hint = next_hint(session.course, state_folder(session.course), name, found, _say)
            where = place(hint, asked.level is None)
            self._shell.display_pub.publish(
                {
                    "text/markdown": f"**{hint.title}**\n\n{hint.text}\n\n*{where}*",
                    "text/plain": f"{hint.title}\n\n{hint.text}\n\n{where}",
                }
            )

    def shown(self, magic: Magic) -> Callable[[str], None]:
        """A magic of the subject's, which shows what it gives."""

        def show(line: str) -> None:
            with _in_a_sentence():
                self._show(*magic(self._session, line))

        show.__name__, show.__doc__ = magic.__name__, magic.__doc__
        return show

    def _show(self, html: str, text: str) -> None:
        self._shell.display_pub.publish({"text/html": html, "text/plain": text})


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """Our errors as IPython's, which it prints as a line, without a traceback.

    A kernel looks for modules beside the notebook first; what is imported for us is not taken from there.
    """
    try:
        with OnTrustedPath():
            yield
    except GraderError as error:
        raise Said(printable(f"{error.what}; {error.next_step}" if error.next_step else error.what)) from None
    except KeyboardInterrupt:
        raise Said("interrupted; nothing was graded") from None


def _asked(
    magic: str, line: str, *switches: str, seed: bool = False, level: bool = False
) -> argparse.Namespace:
    parser: Any = Parser(prog=magic)
    parser.add_argument("name", nargs="?" if level else None)
    for switch in switches:
        parser.add_argument(f"--{switch}", action="store_true")
    if seed:
        parser.add_argument("--seed", type=int, default=0)
    if level:
        parser.add_argument("--level", type=int)
    try:
        asked: argparse.Namespace = parser.parse_argstring(line)
    except ValueError as error:
        raise UsageError(
            f"{magic} cannot read its line: {error}", "name the exercise, then the options"
        ) from None
    return asked


def _nothing_more(magic: str, line: str) -> None:
    if line.strip():
        raise UsageError(f"{magic} takes nothing more", f"write it alone: {magic}")


def _to_look_at(session: Session) -> str:
    grades = read(session.course.root / FOLDER, session.say)
    names = [n for n in session.course.names if n not in session.passed]
    name = session.unfinished or unfinished(grades, names)
    if name is None:
        raise UsageError(
            "every exercise has passed", f"to read hints all the same: %hint {session.course.names[0]}"
        )
    return name


def _say(sentence: str) -> None:
    print(printable(sentence), flush=True)


def importable(course: Course) -> None:
    """Let the student's own engine be imported from wherever the notebook is; other modules come first."""
    if str(course.root) not in sys.path:
        sys.path.append(str(course.root))


def read_anew() -> None:
    """Let the next import of the student's engine read its files again."""
    # Under plain names, too: value is exercises.value.
    for name, module in list(sys.modules.items()):
        if EXERCISES in (name.split(".")[0], getattr(module, "__name__", "").split(".")[0]):
            del sys.modules[name]
