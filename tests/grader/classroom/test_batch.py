"""A class: everybody is graded once, alone, and the same whatever happens on the way."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import pytest

from grader.autograd.any_engine.examining import AnyExaminer
from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.classroom.batch import ENOUGH, TRIES, Batch, Wanted, grade_class
from grader.classroom.gradebook import reading, writing
from grader.errors import MachineError
from grader.examine.examining import SHRINKING, Examiner
from grader.examine.grading import grade, versions
from grader.examine.setting import parts
from grader.forkserver.client import Overrun, fault_from_plain
from grader.forkserver.server import ANSWERING, Fork
from grader.machine import processes
from grader.model import Overtime
from grader.report.report import to_plain
from grader.report.rubric import of
from grader.report.scoring import exercise_status
from grader.sandbox.cages import CAGES, choose
from grader.sandbox.runner import Clock, Limits, Request, Runner
from grader.submission.download import find
from grader.submission.submission import AnyShape, Submission, load
from tests.grader.called import grader

# What is made once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("batch")

ROOT = Path(__file__).resolve().parents[3]
CRASHING = "raise RuntimeError('at import')\n"
# It waits: one that computes as long takes the processor from all the others.
ENDLESS = "import time\ndef mul(self, other):\n    while True:\n        time.sleep(1)\n"
LIMIT = "1"  # seconds
EXITING = "import os\nos._exit(0)\n"


def lay(folder, solutions, **changed):
    folder.mkdir(parents=True)
    for name, text in (solutions | changed).items():
        (folder / f"{name}.py").write_text(text)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, course):
    """A small class: right, wrong, crashing, endless, ending the process, half done, empty."""
    folder = tmp_path_factory.mktemp("class")
    solutions = {name: course.solution(name) for name in course.names}
    overwrites = solutions["mul"].replace("+=", "=")
    lay(folder / "ada", solutions)
    lay(folder / "bob", {"mul": overwrites, "add": solutions["add"]})
    lay(folder / "cyd", {"relu": CRASHING, "add": solutions["add"]})
    lay(folder / "dan", {"mul": ENDLESS, "add": solutions["add"]})
    lay(folder / "eve", {"neuron": EXITING, "mlp": solutions["mlp"]})
    lay(folder / "fay", {name: course.stub(name) for name in course.names} | {"add": solutions["add"]})
    (folder / "gus").mkdir()
    (folder / "hal.zip").write_bytes(b"no archive at all")
    return folder


@pytest.fixture(scope="module")
def quick(handed_in, tmp_path_factory):
    """The same class without whom it takes longest to grade."""
    folder = tmp_path_factory.mktemp("quick") / "class"
    return shutil.copytree(handed_in, folder, ignore=shutil.ignore_patterns("dan"))


def words(folder, book, *more):
    return [
        "batch",
        str(folder),
        "--gradebook",
        str(book),
        "--sandbox",
        "process",
        "--time-limit",
        LIMIT,
        *more,
    ]


def batch(folder, book, *more):
    return grader(*words(folder, book, "--jobs", "2", *more))


def process(folder, book):
    """A batch as a process of its own, which nobody listens to."""
    command = [sys.executable, "-m", "grader", *words(folder, book, "--jobs", "2")]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory, rooms):
    book = tmp_path_factory.mktemp("book") / "class.sqlite"
    with rooms.kept():
        return batch(handed_in, book), book


@pytest.fixture(scope="module")
def quickly(quick, tmp_path_factory, rooms):
    """The digest of that class."""
    book = tmp_path_factory.mktemp("book") / "quick.sqlite"
    with rooms.kept():
        batch(quick, book)
    return digest(book)


def statuses(book):
    with reading(book) as reader:
        return {
            s.person.id: {r.exercise.name: exercise_status(r) for r in s.report.results}
            for s in reader.standings().each()
            if s.report is not None
        }


def digest(book):
    with reading(book) as reader:
        return reader.digest()


def test_everybody_gets_the_outcomes_they_deserve(graded, course):
    _, book = graded
    found = statuses(book)
    assert set(found["ada"].values()) == {"passed"}
    begun = {name: status for name, status in found["bob"].items() if status != "not_started"}
    assert begun == {"mul": "failed", "add": "passed"}
    assert found["cyd"]["relu"] == "crashed"
    assert (found["dan"]["add"], found["dan"]["mul"], found["dan"]["pow"]) == (
        "passed",
        "timed_out",
        "not_started",
    )
    assert found["eve"]["neuron"] == "crashed"
    assert found["eve"]["mlp"] == "passed"
    assert set(found["fay"].values()) == {"passed", "not_started"}


def test_what_cannot_be_read_is_told_in_one_line_each_and_is_no_zero(graded):
    run, book = graded
    assert run.returncode == 1
    lines = [line for line in run.stderr.splitlines() if line.startswith(("gus", "hal"))]
    assert len(lines) == 2
    assert "Traceback" not in run.stderr
    assert not {"gus", "hal"} & set(statuses(book))


def test_a_report_of_a_batch_is_that_of_a_single_grade(graded, handed_in, course, setting):
    from dataclasses import replace

    from grader.sandbox.runner import Limits

    _, book = graded
    quick = replace(setting, limits=Limits(seconds=float(LIMIT), patience=4.0))
    with reading(book) as reader:
        reports = {s.person.id: s.report for s in reader.standings().each()}
    for person in ("ada", "bob", "cyd", "fay"):
        alone = to_plain(grade(load(handed_in / person, course.names), quick))
        assert to_plain(reports[person]) == alone


def test_one_job_fills_the_gradebook_that_two_fill(graded, handed_in, tmp_path):
    _, book = graded
    batch(handed_in, tmp_path / "one.sqlite", "--jobs", "1")
    assert digest(tmp_path / "one.sqlite") == digest(book)


def test_nothing_is_graded_twice(graded, handed_in, warm):
    _, book = graded
    before = digest(book)
    again = batch(handed_in, book)
    assert again.stdout.startswith("6 unchanged")
    assert digest(book) == before


def test_killed_again_and_again_it_ends_with_the_same_gradebook(quick, quickly, tmp_path, warm):
    path = tmp_path / "killed.sqlite"
    for reached in (0, 2):
        run = process(quick, path)
        wait_until(lambda reached=reached: path.exists() and stored(path) >= reached)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert stored(path) >= reached
    batch(quick, path)
    assert digest(path) == quickly


def wait_until(true):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not true():
        time.sleep(0.01)


def stored(path):
    """How many attempts a gradebook holds that is being filled."""
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM attempts").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # no tables yet


def test_only_a_changed_file_is_examined_again(graded, handed_in, tmp_path, course, warm):
    _, book = graded
    path, folder = tmp_path / "class.sqlite", tmp_path / "class"
    shutil.copy(book, path)
    shutil.copytree(handed_in / "ada", folder / "ada")
    with (folder / "ada" / "relu.py").open("a") as file:
        file.write("# once more\n")
    assert "1 graded" in batch(folder, path).stdout
    with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(book)) as before:
        count = "SELECT exercise, count(*) FROM outcomes GROUP BY exercise"
        was, now = dict(before.execute(count).fetchall()), dict(connection.execute(count).fetchall())
    assert {name for name in now if now[name] != was[name]} == {"relu", "together"}


def test_progress_is_told_to_programs_a_line_each(graded, handed_in):
    _, book = graded
    run = batch(handed_in, book, "--progress", "json")
    events = [json.loads(line) for line in run.stderr.splitlines()]
    assert [event["event"] for event in events].count("done") == 8
    assert events[0] == {"event": "start", "total": 8}
    assert events[-1]["event"] == "end"
    assert (events[-1]["known"], events[-1]["unreadable"]) == (6, 2)
    assert {event["place"] for event in events if event["event"] == "told"} == {"gus", "hal.zip"}


def test_it_ends_with_whom_to_look_at_and_why(graded):
    run, _ = graded
    lines = run.stdout.splitlines()
    first = lines.index("To look at (3):")
    assert [line.split()[0] for line in lines[first + 1 : first + 4]] == ["dan", "gus", "hal"]
    assert lines[first + 1].endswith("no answer in time: mul")
    assert lines[-1].startswith("Next: ")


def test_one_person_alone_is_graded_again_and_all_else_stays(graded, handed_in, tmp_path, warm):
    _, book = graded
    path = tmp_path / "class.sqlite"
    shutil.copy(book, path)
    with closing(sqlite3.connect(path)) as connection:
        before = connection.execute("SELECT count(*) FROM troubles").fetchone()
    run = batch(handed_in, path, "--again", "bob")
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("1 graded\n")
    assert statuses(path) == statuses(book)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM troubles").fetchone() == before


def test_nobody_is_graded_again_who_handed_in_nothing(graded, handed_in):
    _, book = graded
    run = batch(handed_in, book, "--again", "nobody")
    assert run.returncode == 2
    assert "nothing of nobody is among what was handed in" in run.stderr


def test_group_is_graded_once_and_what_is_said_of_people_is_kept(graded, handed_in, tmp_path):
    _, book = graded
    path, folder = tmp_path / "class.sqlite", tmp_path / "class"
    shutil.copy(book, path)
    shutil.copytree(handed_in / "ada", folder / "Team 1")
    people = folder / "people.csv"
    people.write_text("id,group,excused\nbob,Team 1,\nkim,Team 1,\ncyd,,ill\n")
    (tmp_path / "roster.csv").write_text("student_id,name\nbob,Bob\nkim,Kim\ncyd,Cyd\n")
    run = batch(folder, path, "--roster", str(tmp_path / "roster.csv"), "--people", str(people))
    assert "1 graded without being run, for the same code was graded before" in run.stdout
    with reading(path) as reader:
        found = {s.person.id: s for s in reader.standings().each()}
    assert found["bob"].report.results == found["kim"].report.results == found["ada"].report.results
    assert (found["cyd"].report, found["cyd"].excused) == (None, "ill")


def test_strangers_are_not_let_near_what_is_no_cage(monkeypatch):
    monkeypatch.setattr("grader.sandbox.cages.CAGES", {"process": CAGES["process"]})
    with pytest.raises(MachineError, match="no sandbox") as caught:
        choose("auto", strangers=True)
    assert "--sandbox process" in caught.value.next_step
    assert choose("process", strangers=True).isolation == "none"


def test_a_class_is_not_graded_without_a_cage_unless_told_so(handed_in, tmp_path, monkeypatch):
    monkeypatch.setattr("grader.sandbox.cages.CAGES", {"process": CAGES["process"]})
    wanted = Wanted(handed_in, tmp_path / "b.sqlite", None, 1, None, 0, "auto", 2.0, 1.0)
    with pytest.raises(MachineError, match="no sandbox"):
        grade_class(wanted, Unwatched())
    assert not wanted.book.exists()


class Unwatched:
    """Nobody watches."""

    def start(self, total): ...

    def advance(self): ...

    def tell(self, place, sentence): ...

    def say(self, sentence): ...


def test_people_on_the_roster_who_handed_in_nothing_are_listed(handed_in, tmp_path, warm):
    roster = tmp_path / "roster.csv"
    roster.write_text("student_id,name,email\nfay,Fay F,fay@example.org\nzoe,Zoe Z,zoe@example.org\n")
    folder = tmp_path / "class"
    shutil.copytree(handed_in / "fay", folder / "fay")
    run = batch(folder, tmp_path / "b.sqlite", "--roster", str(roster))
    assert "1 on the roster, with nothing handed in" in run.stdout
    with reading(tmp_path / "b.sqlite") as reader:
        found = {s.person.id: (s.person.name, s.report is None) for s in reader.standings().each()}
    assert found == {"fay": ("Fay F", False), "zoe": ("Zoe Z", True)}


def test_a_grading_process_that_dies_is_replaced_and_loses_nobody(quick, quickly, tmp_path):
    path = tmp_path / "b.sqlite"
    run = process(quick, path)
    # Not before somebody is stored: until then the process only opens, and a batch ends that cannot.
    wait_until(lambda: path.exists() and stored(path))
    forks = _forks_of(run.pid)
    assert forks
    for pid in forks:
        os.kill(pid, signal.SIGKILL)
    assert run.wait(120) == 1
    assert digest(path) == quickly


def _forks_of(pid):
    """The grading processes under a batch."""
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listing.stdout.split()]


def test_what_the_machine_cannot_grade_is_no_zero_and_is_tried_again(quick, quickly, tmp_path, monkeypatch):
    """A machine on which every grading process ends before it is ready; then eight jobs grade everybody."""
    path = tmp_path / "b.sqlite"
    with monkeypatch.context() as broken:
        broken.setattr(processes, "BOOT", "import os; os._exit(1)")
        run = batch(quick, path)
    assert run.returncode == 71
    assert "Traceback" not in run.stderr
    assert statuses(path) == {}
    assert batch(quick, path, "--jobs", "8").returncode == 1
    assert digest(path) == quickly


class Failing:
    """Examiners whose tasks all end in the same fault."""

    width = 2

    def __init__(self, fault):
        self.fault, self.given = fault, []

    def open(self):
        """It is always open."""

    def submit(self, task):
        self.given.append(task)
        future = Future()
        future.set_exception(self.fault)
        return future


class Quiet:
    """Progress that nobody watches."""

    def __init__(self):
        self.told = []

    def advance(self):
        """One more."""

    def tell(self, place, sentence):
        self.told.append(sentence)


def failed(fault, folder, setting, solutions):
    """What becomes of more people than a batch ends for, all with that fault."""
    for number in range(ENOUGH + 2):
        lay(folder / "class" / f"p{number:02}", solutions)
    examiners, progress = Failing(fault), Quiet()
    found = find(folder / "class", setting.course.names)
    with writing(folder / "b.sqlite") as writer:
        writer.score_by(of(setting.course))
        batch = Batch(setting, writer, examiners, "", versions(setting), progress)
        try:
            batch.run(found)
        except MachineError:
            return batch.tally, examiners, progress, "ended"
    return batch.tally, examiners, progress, "went on"


def test_a_row_that_takes_all_the_time_there_is_ends_nothing_and_is_tried_once(setting, solutions, tmp_path):
    fault = Overrun("examining it took too long", "run the same again")
    tally, examiners, progress, end = failed(fault, tmp_path, setting, solutions)
    assert end == "went on"
    assert tally.faults == len(progress.told) == len(examiners.given) == ENOUGH + 2
    assert statuses(tmp_path / "b.sqlite") == {}  # never a zero


def test_a_row_of_the_machine_s_faults_ends_a_batch_after_every_try(setting, solutions, tmp_path):
    fault = MachineError("the grading process ended unexpectedly", "run the same again")
    tally, examiners, _, end = failed(fault, tmp_path, setting, solutions)
    assert end == "ended"
    assert tally.faults == ENOUGH
    assert len(examiners.given) >= TRIES * ENOUGH


def fault_of(seconds, close):
    ours, theirs = socket.socketpair()
    fork = Fork(0, ours)
    with ours, theirs:
        fork.ask({}, seconds)
        if close:
            theirs.close()
        fork.ready()
        return fault_from_plain(fork.answer("run it again")["fault"])


def test_a_fork_that_takes_too_long_is_told_from_one_that_ended():
    late, ended = fault_of(0.01, close=False), fault_of(60.0, close=True)
    assert isinstance(late, Overrun)
    assert not isinstance(ended, Overrun)
    assert "ended early" in ended.what


def test_the_time_for_a_submission_counts_every_limit_that_it_can_use_up(setting):
    ordinary = Examiner(setting, Submission("bob", {}, {}))
    engine = AnyExaminer(setting, Submission("ann", {}, {}, AnyShape()))
    one, parts = setting.limits.seconds * setting.limits.patience, len(setting.course.parts)
    assert ordinary.longest == parts * one + SHRINKING
    # Looking at it is one more; however many processes an exercise takes, it has one limit.
    assert engine.longest == (parts + 1) * one + SHRINKING
    assert engine.lanes > parts + 1
    assert ANSWERING > 0


def test_processes_of_one_exercise_share_its_limit(setting, course, solutions):
    runner, clock = Runner(setting.cage, Limits(), 2, SUBJECT.worker), Clock.of(Limits())
    engine = parts(course, solutions, course.exercises[0])
    request = Request.of([Chain(1)])
    try:
        with runner.attempt(engine, clock) as first:
            first.observe(request)
        assert 0 < clock.left < Clock.of(Limits()).left
        clock.left = 0.0
        with runner.attempt(engine, clock) as second:
            assert isinstance(second.observe(request)[0], Overtime)
    finally:
        runner.close()
