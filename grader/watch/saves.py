"""Sees what is saved: watches the folder of exercises, and reads it once it has come to rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from grader.errors import UsageError
from grader.submission.submission import Submission, allowed, load
from grader.watch.board import Blind, Event, Gone, Saved

# Milliseconds: how long nothing more may come before a burst of saves is over, and the longest burst.
REST, BURST = 20, 400
AGAIN = 2000  # milliseconds after which the files are looked at even where nothing was told
# Seconds that an editor may need between taking a file away and putting the new one in its place.
REPLACING = 0.1
POLLING = 100  # milliseconds between two looks, where the folder tells nothing by itself


class Saves:
    """Tells Saved for every burst of changes, and Gone when the folder goes.

    folder: with the exercises; names: of the exercises.
    clock: gives the seconds that Saved is stamped with.
    polling: look again and again, for file systems that tell nothing. Where a machine cannot tell of saves,
        that is done without being asked for, and Blind is told once.
    """

    def __init__(
        self,
        folder: Path,
        names: tuple[str, ...],
        tell: Callable[[Event], None],
        clock: Callable[[], float],
        polling: bool = False,
    ) -> None:
        self._folder = folder.resolve()
        self._names = names
        self._tell = tell
        self._clock = clock
        self._polling = polling
        self._stop = Flag()
        self._before = self.read()
        self._there = True

    def read(self) -> Submission:
        """All that is there; a folder without any exercise is an empty submission."""
        try:
            return load(self._folder, self._names)
        except UsageError:
            return Submission(self._folder.name, {}, {})

    @property
    def first(self) -> Submission:
        """What was there at the beginning; raises UsageError where the folder cannot be read."""
        return load(self._folder, self._names)

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
        there, now = self._folder.is_dir(), self._read_whole(_names(self._before))
        back, gone = there and not self._there, self._there and not there
        self._there = there
        if gone:
            return self._tell(Gone())
        names = frozenset(
            name for name in _names(now) | _names(self._before) if _differs(now, self._before, name)
        )
        if there and (back or names):
            self._before = now
            self._tell(Saved(names, now, self._clock()))
        return None

    def _changed(self, paths: Iterable[Path]) -> None:
        names = frozenset(path.name.removesuffix(".py") for path in paths if allowed(path.name))
        if not names:
            return  # an editor's own files
        at, now = self._clock(), self._read_whole(names)
        self._before = now
        self._tell(Saved(names, now, at))

    def _read_whole(self, names: Iterable[str]) -> Submission:
        """All that is there, with these files as they are once an editor is done."""
        now = self.read()
        # Gone or empty for a moment: an editor that puts a new file in its place, or is just writing it.
        emptied = {name for name in _names(self._before) if not now.sources.get(name)}
        if any(_differs(now, self._before, name) for name in emptied.intersection(names)):
            self._stop.wait(REPLACING)
            now = self.read()
        return now


def _names(submission: Submission) -> set[str]:
    return {*submission.sources, *submission.unreadable}


def _differs(one: Submission, other: Submission, name: str) -> bool:
    return (one.sources.get(name), one.unreadable.get(name)) != (
        other.sources.get(name),
        other.unreadable.get(name),
    )
