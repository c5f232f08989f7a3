"""Grades are remembered on this machine, a line each, whatever happens to the file; and time is reckoned."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from rich.console import Console

from grader.learner.help import search
from grader.learner.history import (
    forget,
    latest,
    on_top,
    present,
    read,
    remember,
    remembering,
    standing,
    state_folder,
    turn,
    unfinished,
)
from grader.learner.history import found as found_in
from grader.learner.progress import (
    axis,
    breaks,
    chart,
    duration,
    efforts,
    scale,
    show_list,
    show_progress,
    worked,
)
from tests.grader.learner.desk import ALONE, NOON, OVERWRITES, ROOT, desk, grades, heard, report, state, write

assert desk  # fixtures
assert state


def remembered(course, state, **statuses):
    remember(report(course, **statuses), course, NOON, 0.5, ALONE)
    return read(state)


# What is kept


def test_grade_comes_back_as_it_was(desk, state):
    (grade,) = remembered(desk, state, add="passed", relu="crashed", together="passed")
    assert (grade.at, grade.seconds, grade.seed) == (NOON, 0.5, 7)
    found = [(m.exercise, m.status, m.points, m.most) for m in grade.marks]
    assert found == [("add", "passed", 10, 10), ("relu", "crashed", 0, 10), ("together", "passed", 5, 5)]


def test_note_on_top_is_kept_until_a_file_is_another(desk, state):
    every = dict.fromkeys(desk.names, "passed")
    grades = remembered(desk, state, **every, together="crashed")
    (note,) = grades[-1].notes
    assert note.startswith("Every exercise passes alone.")
    assert on_top(grades, present(desk)) == (note,)
    assert on_top(remembered(desk, state, add="passed"), present(desk)) == (note,)
    write(desk, "add", "changed = 1\n")
    assert on_top(read(state), present(desk)) == ()


def test_note_on_top_is_gone_once_all_work_together(desk, state):
    every = dict.fromkeys(desk.names, "passed")
    remembered(desk, state, **every, together="crashed")
    assert on_top(remembered(desk, state, **every, together="passed"), present(desk)) == ()


def test_note_on_top_stands_above_list_and_progress(desk, state):
    grades = remembered(desk, state, **dict.fromkeys(desk.names, "passed"), together="crashed")
    notes = on_top(grades, present(desk))
    one, other = (Console(file=io.StringIO(), width=400) for _ in range(2))
    show_progress(one, grades, desk.counted, notes)
    show_list(other, search(desk, ""), desk.names, latest(grades), present(desk), notes)
    assert one.file.getvalue().startswith(notes[0])
    assert other.file.getvalue().startswith(notes[0])


def test_grade_is_one_line_at_the_end(desk, state):
    remembered(desk, state, add="passed")
    before = (state / "history.jsonl").read_bytes()
    remembered(desk, state, add="passed")
    after = (state / "history.jsonl").read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 2


def test_time_is_kept_in_utc_whatever_the_zone(desk, state):
    there = NOON.astimezone(datetime.now().astimezone().tzinfo)
    remember(report(desk, add="passed"), desk, there, 0.5, ALONE)
    assert '"2026-03-02T12:00:00+00:00"' in (state / "history.jsonl").read_text()


def test_history_says_nothing_of_the_code(desk, state):
    write(desk, "add", "secret_of_mine = 1\n")
    remembered(desk, state, add="crashed")
    assert "secret_of_mine" not in (state / "history.jsonl").read_text()


@pytest.mark.parametrize(
    "environment",
    [{"NANOGRAD_HISTORY": "off"}, {"NANOGRAD_HISTORY": "0"}, {"CI": "true"}, {"GITHUB_ACTIONS": "true"}],
    ids=str,
)
def test_nothing_is_kept_where_that_was_declined_or_nobody_learns(desk, state, environment):
    remember(report(desk, add="passed"), desk, NOON, 0.5, environment)
    assert list(state.iterdir()) == []
    assert not remembering(desk, desk.root / "exercises", environment)


def test_ci_said_to_be_false_is_none(desk):
    assert remembering(desk, desk.root / "exercises", {"CI": "false"})


def test_only_the_courses_own_exercises_are_remembered(desk, tmp_path):
    assert remembering(desk, desk.root / "exercises", ALONE)
    assert remembering(desk, desk.root / "solutions" / ".." / "exercises", ALONE)
    assert not remembering(desk, desk.root / "solutions", ALONE)
    assert not remembering(desk, tmp_path, ALONE)


def test_turning_it_off_and_on_again(desk, state):
    turn(state, on=False)
    assert remembered(desk, state, add="passed") == []
    turn(state, on=True)
    assert len(remembered(desk, state, add="passed")) == 1


def test_forgetting_leaves_nothing(desk, state):
    remembered(desk, state, add="passed")
    forget(state)
    assert read(state) == []
    forget(state)


# What may happen to it


@pytest.mark.parametrize(
    "line",
    [
        b"junk",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"null",
        b'{"at": "yesterday", "seconds": 1, "seed": 0, "marks": []}',
        b'{"at": "2026-03-02T12:00:00", "seconds": 1, "seed": 0, "marks": []}',
        b'{"at": "0001-01-01T00:00:00+00:00", "seconds": 1, "seed": 0, "marks": []}',
        b'{"at": "2026-03-02T12:00:00+00:00", "seconds": 1, "seed": 0, "marks": [{"exercise": "a b"}]}',
        b"[" * 20_000,
    ],
    ids=lambda line: line[:20].decode("ascii", "replace"),
)
def test_damaged_line_is_left_out_and_the_others_stay(desk, state, line):
    remembered(desk, state, add="passed")
    with (state / "history.jsonl").open("ab") as file:
        file.write(line + b"\n")
    assert len(remembered(desk, state, mul="passed")) == 2


def test_line_that_was_cut_short_spoils_only_itself(desk, state):
    remembered(desk, state, add="passed")
    path = state / "history.jsonl"
    path.write_bytes(path.read_bytes() + path.read_bytes()[:50])
    found = remembered(desk, state, mul="passed")
    assert [mark.exercise for grade in found for mark in grade.marks] == ["add", "mul"]


def test_marks_of_no_status_are_a_damage(desk, state):
    remembered(desk, state, add="passed")
    path = state / "history.jsonl"
    path.write_text(path.read_text().replace('"passed"', '"excellent"'))
    assert read(state) == []


@pytest.mark.parametrize("there", ["folder", "link"])
def test_something_else_in_its_place_stops_no_grade(desk, state, tmp_path, there):
    if there == "folder":
        (state / "history.jsonl").mkdir()
    else:
        (state / "history.jsonl").symlink_to(tmp_path / "elsewhere")
    said, say = heard()
    remember(report(desk, add="passed"), desk, NOON, 0.5, ALONE, say)
    assert len(said) == 1
    assert "history.jsonl" in said[0]
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_in_place_of_the_folder_stops_no_grade(desk):
    (desk.root / ".nanograd").write_text("mine")
    said, say = heard()
    remember(report(desk, add="passed"), desk, NOON, 0.5, ALONE, say)
    assert len(said) == 1
    assert (desk.root / ".nanograd").read_text() == "mine"
    assert read(state_folder(desk), say) == []


ADDING = """
import sys
from pathlib import Path
from grader.course.course import Course
from grader.learner.history import remember
from tests.grader.learner.desk import ALONE, NOON, report
course = Course.load(Path(sys.argv[1]))
for _ in range(30):
    remember(report(course, add="passed"), course, NOON, 0.5, ALONE)
"""


def test_two_processes_at_once_lose_nothing(desk, state):
    both = [subprocess.Popen([sys.executable, "-c", ADDING, desk.root], cwd=ROOT) for _ in range(2)]
    assert [process.wait(timeout=60) for process in both] == [0, 0]
    assert len(read(state)) == 60
    assert (state / "history.jsonl").read_bytes().count(b"\n") == 60


def test_no_commit_takes_it_up(desk):
    folder = state_folder(desk)
    assert state_folder(desk) == folder
    assert (folder / ".gitignore").read_text() == "*\n"


def test_remembering_loads_nothing_that_takes_long():
    code = (
        "import sys, grader.learner.history, grader.learner.history\n"
        "print([n for n in ('torch', 'hypothesis', 'pytest', 'rich', 'matplotlib') if n in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# What it is asked


def test_mistake_is_known_for_as_long_as_the_file_is_the_same(desk, state):
    write(desk, "relu", "one\n")
    found = read_after(desk, state, relu="crashed")
    assert found_in(desk, "relu", found) == OVERWRITES
    assert found_in(desk, "add", found) is None
    write(desk, "add", "other\n")
    assert found_in(desk, "relu", found) == OVERWRITES
    write(desk, "relu", "two\n")
    assert found_in(desk, "relu", found) is None


def read_after(course, state, **statuses):
    remember(report(course, (OVERWRITES,), **statuses), course, NOON, 0.5, ALONE)
    return read(state)


def test_mistake_in_a_file_that_changed_while_it_was_graded_is_not_known(desk, state):
    graded = report(desk, (OVERWRITES,), relu="crashed")
    write(desk, "relu", "two\n")
    remember(graded, desk, NOON, 0.5, ALONE)
    assert read(state)[0].marks[0].file == ""
    assert found_in(desk, "relu", read(state)) is None


def test_the_latest_mark_of_each_exercise_counts():
    found = latest([*grades((0, "failed", "a"), (5, "passed", "b")), *grades((9, "failed", "c"), name="add")])
    assert {name: mark.status for name, mark in found.items()} == {"relu": "passed", "add": "failed"}


def test_next_is_what_the_last_grade_saw_unfinished_then_the_first_of_all():
    names = ("add", "mul", "relu")
    assert unfinished([], names) == "add"
    assert unfinished(grades((0, "failed", "a")), names) == "relu"
    assert unfinished(grades((0, "passed", "a")), names) == "add"
    assert unfinished(grades((0, "passed", "a")), ("relu",)) is None


def test_next_is_what_was_written_before_what_nobody_has_begun(desk, state):
    seen = remembered(desk, state, add="not_started", relu="crashed")
    assert unfinished(seen, desk.names) == "relu"


def test_points_add_up_over_partial_grades():
    history = [
        *grades((0, "failed", "a")),
        *grades((1, "passed", "a"), name="add"),
        *grades((2, "passed", "b")),
    ]
    assert standing(history, ("add", "relu")) == [4, 14, 20]
    assert standing(history, ("add",)) == [0, 10, 10]


# Time


def effort(*described):
    (found,) = efforts(grades(*described), ["relu"])
    return found.passed, found.active / timedelta(minutes=1), found.tries


def test_time_runs_from_the_grade_before_the_first_writing_to_the_first_pass():
    assert effort(
        (0, "not_started", "s"),
        (10, "not_started", "s"),
        (25, "failed", "a"),
        (40, "passed", "b"),
        (60, "passed", "c"),
    ) == (True, 30, 2)


def test_more_than_half_an_hour_is_a_break():
    assert (
        effort((0, "not_started", "s"), (30, "failed", "a"), (61, "failed", "b"), (66, "passed", "c"))[1]
        == 35
    )


def test_time_so_far_ends_with_the_last_change():
    assert effort((0, "failed", "a"), (10, "failed", "b"), (20, "failed", "b"), (30, "failed", "b")) == (
        False,
        10,
        2,
    )


def test_one_grade_took_no_time_that_is_known():
    assert effort((0, "passed", "a")) == (True, 0, 1)


def test_exercise_that_was_never_begun_took_none():
    assert efforts(grades((0, "not_started", "s"), (9, "not_started", "s")), ["relu", "add"]) == []


def test_clock_that_was_set_back_takes_nothing_off():
    assert effort((60, "failed", "a"), (0, "failed", "b"), (10, "passed", "c"))[1] == 10


def test_what_is_written_again_after_a_pass_does_not_count():
    assert effort((0, "passed", "a"), (5, "failed", "b"), (10, "passed", "c")) == (True, 0, 1)


def test_break_is_a_minute_on_a_chart():
    history = grades((0, "failed", "a"), (10, "failed", "b"), (600, "failed", "c"))
    assert [time / timedelta(minutes=1) for time in worked(history)] == [0, 10, 11]
    assert breaks(history) == [2]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "< 1 min"), (0.4, "< 1 min"), (59.4, "59 min"), (60, "1 h 00 min"), (1505, "25 h 05 min")],
)
def test_durations_are_said_in_hours_and_minutes(minutes, said):
    assert duration(timedelta(minutes=minutes)) == said


# The chart


def test_chart_is_as_high_as_the_points():
    lines = chart([0.0, 5.0, 10.0], [0.0, 50.0, 100.0], 100.0, 10)
    assert [line[0] for line in lines] == [" "] * 8
    assert [line[5] for line in lines] == [" "] * 4 + ["█"] * 4
    assert [line[9] for line in lines] == ["█"] * 8


def test_chart_shows_the_least_point_there_is():
    assert chart([0.0, 1.0], [0.0, 0.1], 100.0, 3)[-1] == "  ▁"


def test_chart_of_a_course_without_points_is_empty():
    assert set("".join(chart([0.0, 1.0], [0.0, 0.0], 0.0, 5))) == {" "}


def test_every_line_of_a_chart_has_its_width():
    times = [float(place) for place in range(1000)]
    lines = chart(times, [place % 100 for place in times], 100.0, 57)
    assert {len(line) for line in [*lines, axis(times, [3.0], 57)]} == {57}
    assert len({len(tick) for tick in scale(100.0)}) == 1


def test_breaks_are_marked_where_they_are():
    assert axis([0.0, 10.0], [5.0, 10.0], 10) == "────┴────┴"


def test_a_thousand_grades_are_read_in_no_time(state):
    line = {"at": NOON.isoformat(), "seconds": 1, "seed": 0}
    mark = {
        "exercise": "relu",
        "status": "failed",
        "points": "7/2",
        "most": "10",
        "file": "",
        "diagnosis": None,
    }
    text = json.dumps({**line, "marks": [mark] * 8})
    (state / "history.jsonl").write_text(f"{text}\n" * 1000)
    started = os.times().user
    found = read(state)
    assert os.times().user - started < 3
    assert len(found) == 1000
    assert found[0].marks[0].points == Fraction(7, 2)
    assert found[0].at.tzinfo == UTC
