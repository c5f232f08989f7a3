"""Sees what is saved: watches the folder of exercises, and reads it once it has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from grader.course.course import Course
from grader.errors import UsageError
from grader.submission.choice import NoExercise, likely
from grader.submission.submission import Submission, allowed
from grader.submission.tree import read_given
from grader.watch.board import Blind, Event, Gone, Saved

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
        names = frozenset(_differing(now, self._before))
        if there and (back or names):
            self._before = now
            self._tell(Saved(names, now, self._clock()))
        return None

    def _changed(self, paths: Iterable[Path]) -> None:
        files = {path.name for path in paths if likely(path.name)}
        if not files:
            return  # an editor's own
        at, now = self._clock(), self._read_whole()
        before, self._before = self._before, now
        names = {file.removesuffix(".py") for file in files if allowed(file)}
        # A file of another name may be an exercise all the same, now or until now.
        places = (*now.places.items(), *before.places.items())
        names |= {name for name, path in places if path[-1] in files} | _differing(now, before)
        if names:
            self._tell(Saved(frozenset(names), now, at))

    def _read_whole(self) -> Submission:
        """All that is there, as it is once an editor is done."""
        now, before = self.read(), self._before
        # Gone, empty or elsewhere for a moment: an editor that puts a new file in its place, or is just
        # writing it.
        passing = (
            not now.sources.get(name) or now.taken.get(name) != before.taken.get(name)
            for name in _differing(now, before) & _names(before)
        )
        if any(passing):
            self._stop.wait(REPLACING)
            now = self.read()
        return now


def _names(submission: Submission) -> set[str]:
    return {*submission.sources, *submission.unreadable, *submission.unclear}


def _differing(one: Submission, other: Submission) -> set[str]:
    """What has another text, or another file, or a reason for none."""
    kinds = ("sources", "unreadable", "taken", "unclear")
    pairs = [(getattr(one, kind), getattr(other, kind)) for kind in kinds]
    names = _names(one) | _names(other)
    return {name for name in names if any(mine.get(name) != its.get(name) for mine, its in pairs)}
