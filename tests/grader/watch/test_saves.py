"""What the watch sees of editors at work."""

import os
import queue
import shutil
from time import monotonic

import pytest
import watchfiles
from watchfiles._rust_notify import WatchfilesRustInternalError

from grader.watch.board import Blind, Gone, Saved
from grader.watch.loop import Saves

WAIT, CALM = 10.0, 0.4  # seconds


class Panic(BaseException):
    """As what is no Python may end."""


@pytest.fixture(params=["told", "polled"])
def watched(request, tmp_path, course):
    """A folder of stubs, and what is told of it."""
    folder = tmp_path / "exercises"
    shutil.copytree(course.root / "exercises", folder)
    events = queue.SimpleQueue()
    saves = Saves(folder, course, events.put, monotonic, polling=request.param == "polled")
    saves.start()
    _until_watching(folder, events)
    yield folder, events
    saves.close()


def _until_watching(folder, events):
    """Save until one is seen, and let what else there is of it go by."""
    until = monotonic() + WAIT
    seen = None
    while seen is None:
        assert monotonic() < until
        (folder / "add.py").write_text(f"# {monotonic()}\n")
        seen = with_patience(events, CALM)
    while with_patience(events, CALM):
        pass


def with_patience(events, seconds):
    """The next event; None where there is none in so many seconds."""
    try:
        return events.get(timeout=seconds)
    except queue.Empty:
        return None


def test_written_file_is_seen_with_what_is_in_it(watched):
    folder, events = watched
    (folder / "mul.py").write_text("one = 1\n")
    event = events.get(timeout=WAIT)
    assert event.names == {"mul"}
    assert event.submission.sources["mul"] == "one = 1\n"


def test_file_renamed_into_its_place_is_seen_and_never_missed(watched):
    folder, events = watched
    (folder / "mul.py").rename(folder / "mul.py~")
    (folder / "4913").write_text("")
    (folder / "4913").unlink()
    (folder / ".mul.py.swp").write_text("two = 2\n")
    os.replace(folder / ".mul.py.swp", folder / "mul.py")
    (folder / "mul.py~").unlink()
    event = events.get(timeout=WAIT)
    assert event.submission.sources["mul"] == "two = 2\n"


def written(event):
    return event.submission.sources.get("pow") == "number = 19\n"


def test_burst_of_saves_is_told_once_or_little_more_on_a_busy_machine(watched):
    folder, events = watched
    for number in range(20):
        (folder / "pow.py").write_text(f"number = {number}\n")
    told = [events.get(timeout=WAIT)]
    # Where a look comes in the middle of a save, the next one tells the rest.
    while event := with_patience(events, CALM if written(told[-1]) else WAIT):
        told.append(event)
    assert written(told[-1])
    assert len(told) <= 3


def test_one_save_that_is_told_of_in_parts_is_one(tmp_path, course, monkeypatch):
    folder = tmp_path / "exercises"
    shutil.copytree(course.root / "exercises", folder)
    (file := folder / "mul.py").write_text("one = 1\n")

    def told_twice(*places, stop_event, **options):
        for _ in range(2):
            yield {(watchfiles.Change.modified, str(file))}
        file.write_text("one = 1\n")  # the same again, which is a save all the same
        yield {(watchfiles.Change.modified, str(file))}
        stop_event.wait()

    monkeypatch.setattr(watchfiles, "watch", told_twice)
    events = queue.SimpleQueue()
    saves = Saves(folder, course, events.put, monotonic)
    saves.start()
    assert [events.get(timeout=WAIT).names for _ in range(2)] == [{"mul"}, {"mul"}]
    assert with_patience(events, CALM) is None
    saves.close()


def test_files_of_editors_are_nothing_to_tell(watched):
    folder, events = watched
    for name in (".add.py.swp", "add.py~", "4913", "#add.py#", ".#add.py", "add.py.tmp", "notes.txt"):
        (folder / name).write_text("x")
        (folder / name).unlink()
    assert with_patience(events, CALM) is None


def test_deleted_file_is_gone_from_the_submission(watched):
    folder, events = watched
    (folder / "relu.py").unlink()
    event = events.get(timeout=WAIT)
    assert event.names == {"relu"}
    assert "relu" not in event.submission.sources


def test_helper_module_is_seen_like_any_file(watched):
    folder, events = watched
    (folder / "mine.py").write_text("three = 3\n")
    event = events.get(timeout=WAIT)
    assert (event.names, event.submission.sources["mine"]) == ({"mine"}, "three = 3\n")


def test_exercise_in_a_file_of_another_name_is_seen_as_that_exercise(watched, course):
    folder, events = watched
    (folder / "relu (1).py").write_text(course.solution("relu"))
    event = events.get(timeout=WAIT)
    assert event.names == {"relu"}
    assert event.submission.taken == {"relu": "relu (1).py"}
    assert event.submission.sources["relu"] == course.solution("relu")


def test_files_of_which_nobody_can_tell_which_counts_are_told(watched, course):
    folder, events = watched
    for number, more in enumerate(("", "\nx = 1\n")):
        (folder / f"relu {number}.py").write_text(course.solution("relu") + more)
    while not (event := events.get(timeout=WAIT)).submission.unclear:
        pass
    assert "nothing says which of them counts" in event.submission.unclear["relu"]


def test_where_nothing_is_plain_from_the_beginning_the_reason_is_kept(tmp_path, course):
    folder = tmp_path / "exercises"
    folder.mkdir()
    for number, more in enumerate(("", "\nx = 1\n")):
        (folder / f"relu {number}.py").write_text(course.solution("relu") + more)
    saves = Saves(folder, course, queue.SimpleQueue().put, monotonic)
    assert "nothing says which of them counts" in saves.read().unclear["relu"]


def test_folder_may_go_and_come_back(watched):
    folder, events = watched
    shutil.move(folder, folder.with_name("elsewhere"))
    while not isinstance(events.get(timeout=WAIT), Gone):
        pass
    shutil.move(folder.with_name("elsewhere"), folder)
    while not (isinstance(event := events.get(timeout=WAIT), Saved) and event.submission.sources):
        pass
    _until_watching(folder, events)


FULL = OSError(24, "Too many open files")


@pytest.mark.parametrize("error", [FULL, WatchfilesRustInternalError("why"), Panic()])
def test_watch_that_cannot_be_told_of_saves_looks_for_them(error, tmp_path, course, monkeypatch):
    folder = tmp_path / "exercises"
    shutil.copytree(course.root / "exercises", folder)

    def refused(*places, **options):
        raise error

    monkeypatch.setattr(watchfiles, "watch", refused)
    events = queue.SimpleQueue()
    saves = Saves(folder, course, events.put, monotonic)
    saves.start()
    assert events.get(timeout=WAIT) == Blind(str(error) or "Panic")
    (folder / "mul.py").write_text("one = 1\n")
    assert events.get(timeout=WAIT).names == {"mul"}
    shutil.rmtree(folder)
    assert isinstance(events.get(timeout=WAIT), Gone)
    saves.close()
