"""The gradebook: nothing is stored twice, nothing is lost, and every trouble is one clear sentence."""

import json
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from grader.classroom import store
from grader.classroom.batch import rescored
from grader.classroom.gradebook import Graded, reading, writing
from grader.errors import CourseError, MachineError, UsageError
from grader.model import Claim, Exercise, Failed, Kind, Passed, Person, Result, Verdict
from grader.report.evidence import result_to_plain
from grader.report.rubric import Policy, Rubric, from_json
from tests.grader.report.test_policy import FAILED
from tests.needs import not_root

ADD, MUL, TOGETHER = (
    Exercise(name, name, Fraction(points), (), own=name == "together")
    for name, points in (("add", 10), ("mul", 20), ("together", 0))
)
CLAIMS = {part.name: (Claim("holds", "It holds", Kind.GRADED, Fraction(1)),) for part in (ADD, MUL)}
CLAIMS["together"] = (Claim("trains", "It trains", Kind.BONUS, Fraction(2)),)
RUBRIC = Rubric("Course", (ADD, MUL), TOGETHER, CLAIMS, Policy(), {})
VERSIONS = (("grader", "1"), ("python", "3"))


def plain(exercise, right=True):
    verdicts = tuple(Verdict(claim, Passed(3) if right else FAILED) for claim in CLAIMS[exercise])
    return result_to_plain(Result(Exercise(exercise, "", Fraction(1), ()), verdicts))


def graded(person, *, submission="a" * 64, keys=None, handed_in=None, number=1):
    keys = keys or {name: f"{person} {submission} {name}".encode() for name in ("add", "mul", "together")}
    who = Person(person, person.title(), f"{person}@example.org")
    return Graded(who, submission, person, "c" * 64, 0, "none", VERSIONS, handed_in, number, keys)


def evidence(mul=True):
    return {"add": plain("add"), "mul": plain("mul", mul), "together": plain("together")}


@pytest.fixture
def book(tmp_path):
    """A gradebook with ada, who has everything, and bob, who has add."""
    path = tmp_path / "class.sqlite"
    with writing(path) as writer:
        writer.score_by(RUBRIC)
        writer.meet([Person("zoe", "Zoe")])
        writer.add(graded("ada"), evidence())
        writer.add(graded("bob"), evidence(mul=False))
    return path


def standings(path, rubric=None):
    with reading(path, rubric) as reader:
        return {standing.person.id: standing for standing in reader.standings().each()}


def points(path, rubric=None):
    return {id_: s.report and s.report.final for id_, s in standings(path, rubric).items()}


def test_everybody_stands_with_what_was_stored(book):
    assert points(book) == {"ada": 30, "bob": 10, "zoe": None}


def test_an_outcome_comes_back_as_it_went_in(book):
    (verdict,) = standings(book)["bob"].report.results[1].verdicts
    assert verdict.outcome == FAILED
    assert isinstance(verdict.outcome, Failed)


def test_equal_evidence_is_kept_once_and_read_as_one_object(book):
    with closing(sqlite3.connect(book)) as connection:
        assert connection.execute("SELECT count(*) FROM evidence").fetchone() == (
            3,
        )  # right twice, wrong, bonus
    found = standings(book)
    assert found["ada"].report.results[0] is found["bob"].report.results[0]


# Records that are not complete

MORE = CLAIMS | {"mul": (*CLAIMS["mul"], Claim("new", "New", Kind.GRADED, Fraction(1)))}


def with_more(right=True):
    """Evidence in which mul has both of its claims."""
    both = plain("mul", right)
    both["outcomes"]["new"] = both["outcomes"]["holds"]
    return evidence() | {"mul": both}


def test_what_is_not_complete_is_not_known_so_that_it_is_graded_again(book):
    keys = graded("ada").keys
    with writing(book) as writer:
        assert writer.known(keys.values()) == {*keys.values()}
        writer.score_by(replace(RUBRIC, claims=MORE))
        assert writer.known(keys.values()) == {keys["add"], keys["together"]}


def test_a_record_that_is_graded_again_takes_the_place_of_the_one_that_was_not_complete(book):
    with writing(book) as writer:
        writer.add(graded("eve", keys=graded("ada").keys), {})
        writer.score_by(replace(RUBRIC, claims=MORE))
        writer.add(graded("ada"), with_more())
    assert points(book) == {"ada": 30, "bob": None, "eve": 30, "zoe": None}
    assert len(standings(book)["ada"].report.results[1].verdicts) == 2


def test_whoever_has_only_an_incomplete_record_is_not_graded_and_keeps_nobody_else_from_it(book):
    with writing(book) as writer:
        writer.score_by(replace(RUBRIC, claims=MORE))
        writer.add(graded("ada"), with_more())
    found = standings(book)
    assert found["ada"].report.final == 30
    assert found["bob"].report is None
    assert "give it to grader batch again" in found["bob"].trouble


def test_evidence_that_lacks_a_claim_is_told(book):
    with writing(book) as writer:
        writer.score_by(replace(RUBRIC, claims=MORE))
        assert writer.lacking("mul", plain("mul")) == {"new"}
        assert writer.lacking("mul", {}) == {"holds", "new"}
        assert not writer.lacking("mul", with_more()["mul"])


def test_an_attempt_is_stored_once(book):
    with writing(book) as writer:
        writer.add(graded("ada"), evidence())
    assert standings(book)["ada"].attempts == 1


def test_other_work_of_the_same_person_is_another_attempt(book):
    with writing(book) as writer:
        writer.add(graded("bob", submission="b" * 64), evidence())
    assert standings(book)["bob"].attempts == 2
    assert points(book)["bob"] == 30


def test_the_last_attempt_is_the_one_handed_in_last_whatever_was_stored_first(book):
    last = replace(RUBRIC, policy=Policy(attempt="last"))
    june, may = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 5))
    with writing(book) as writer:
        writer.add(graded("cyd", submission="1" * 64, handed_in=june), evidence(mul=False))
        writer.add(graded("cyd", submission="2" * 64, handed_in=may), evidence())
    assert points(book, last)["cyd"] == 10
    assert standings(book, last)["cyd"].handed_in == june


def test_the_same_work_graded_again_by_a_newer_course_replaces_the_older_grade(book):
    newer = replace(graded("bob", keys={k: k.encode() for k in ("add", "mul", "together")}), course="d" * 64)
    with writing(book) as writer:
        writer.add(newer, evidence())
    assert standings(book)["bob"].attempts == 1
    assert points(book)["bob"] == 30


def test_work_that_is_graded_as_it_was_at_first_counts_as_it_was_graded_last(book):
    first = graded("ada")
    other = replace(first, course="d" * 64, rules="in another way")
    with writing(book) as writer:
        for again in (other, other, first):
            writer.add(again, evidence())
    assert standings(book)["ada"].report.course == first.course
    assert standings(book)["ada"].report.rules == ""
    with closing(sqlite3.connect(book)) as connection:
        assert connection.execute("SELECT count(*) FROM attempts WHERE person = 'ada'").fetchone() == (3,)


def test_when_the_same_work_came_is_what_was_said_of_it_last(book):
    july, june, may = (datetime(2026, month, 1, tzinfo=UTC) for month in (7, 6, 5))
    with writing(book) as writer:
        for time in (june, may, june, july):
            assert writer.add(graded("ada", handed_in=time), evidence())
            assert not writer.add(graded("ada", handed_in=time), evidence())
    ada = standings(book)["ada"]
    assert (ada.attempts, ada.handed_in) == (1, july)
    with reading(book) as reader:
        assert not reader.left_out().attempts


def test_what_no_time_was_known_of_before_is_not_left_out_under_another_seed(book):
    with writing(book) as writer:
        writer.count_by(7)
        again = graded("ada", handed_in=datetime(2026, 5, 1, tzinfo=UTC))
        writer.add(replace(again, seed=7), evidence())
    with reading(book) as reader:
        assert reader.left_out().people == 1  # bob
    assert standings(book)["ada"].report.adjustments == ()


def test_known_outcomes_are_told_from_unknown_ones(book):
    with writing(book) as writer:
        keys = [*graded("ada").keys.values(), b"never seen"]
        assert writer.known(keys) == set(keys[:3])


def test_attempts_are_only_ever_added(book):
    with closing(sqlite3.connect(book)) as connection:
        for statement in ("DELETE FROM attempts", "UPDATE attempts SET person = 'eve'", "DELETE FROM marks"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


def test_a_trouble_stands_beside_the_person_until_it_is_settled(book):
    with writing(book) as writer:
        writer.trouble("bob.zip", Person("bob"), "bob.zip is no archive", passing=False)
    assert standings(book)["bob"].trouble == "bob.zip is no archive"
    with writing(book) as writer:
        writer.settle([])
    assert standings(book)["bob"].trouble == ""


def test_a_name_once_known_is_not_forgotten(book):
    with writing(book) as writer:
        writer.meet([Person("ada")])
    assert standings(book)["ada"].person == Person("ada", "Ada", "ada@example.org")


def test_the_order_of_filling_makes_no_difference(tmp_path):
    digests = set()
    for order in (["ada", "bob", "cyd"], ["cyd", "ada", "bob"]):
        path = tmp_path / f"{order[0]}.sqlite"
        with writing(path) as writer:
            writer.score_by(RUBRIC)
            for person in order:
                writer.add(graded(person), evidence(mul=person != "bob"))
        with reading(path) as reader:
            digests.add(reader.digest())
    assert len(digests) == 1


def test_another_outcome_is_another_digest(tmp_path):
    digests = set()
    for right in (True, False):
        path = tmp_path / f"{right}.sqlite"
        with writing(path) as writer:
            writer.score_by(RUBRIC)
            writer.add(graded("ada"), evidence(mul=right))
        with reading(path) as reader:
            digests.add(reader.digest())
    assert len(digests) == 2


# Rubrics


def worth(points):
    return replace(RUBRIC, exercises=(ADD, replace(MUL, points=Fraction(points))))


def test_a_new_rubric_scores_what_is_stored(book):
    change = rescored(book, worth(90))
    assert change.moved == (("ada", 30.0, 100.0),)
    assert points(book) == {"ada": 100, "bob": 10, "zoe": None}


def test_a_last_mark_that_counts_from_now_on_scores_what_was_graded_as_a_bonus(tmp_path):
    bonus = replace(RUBRIC, together=replace(TOGETHER, own=True))
    path = tmp_path / "class.sqlite"
    with writing(path) as writer:
        writer.score_by(bonus)
        writer.add(graded("ada"), evidence())
        writer.add(graded("bob"), evidence() | {"together": plain("together", right=False)})
    assert points(path) == {"ada": 30, "bob": 30}
    assert standings(path)["bob"].report.all_passed
    change = rescored(path, replace(bonus, together=replace(bonus.together, points=Fraction(20))))
    assert change.moved == (("ada", 30.0, 50.0),)
    assert [s.report.score.most for s in standings(path).values()] == [50, 50]
    assert not standings(path)["bob"].report.all_passed
    assert len(standings(path)["bob"].report.notes) == 1


def test_a_rubric_may_weigh_a_last_mark_only_if_it_counts():
    stored = json.loads(replace(RUBRIC, together=replace(TOGETHER, own=True, points=Fraction(20))).to_json())
    stored["policy"] = {"weights": {"together": 2}}
    assert from_json(json.dumps(stored)).policy.weights == {"together": 2}
    stored["exercises"][-1]["points"] = "0"
    with pytest.raises(ValueError, match="which is no exercise"):
        from_json(json.dumps(stored))


def test_the_same_rubric_changes_nothing(book):
    change = rescored(book, RUBRIC)
    assert (change.rubric, change.people, change.moved) == (False, 2, ())


def test_a_rubric_with_a_claim_that_was_never_examined_is_refused_and_changes_nothing(book):
    more = CLAIMS | {"mul": (*CLAIMS["mul"], Claim("new", "New", Kind.GRADED, Fraction(1)))}
    with pytest.raises(CourseError, match="mul has no outcome for 'new'"):
        rescored(book, replace(RUBRIC, claims=more))
    assert points(book)["ada"] == 30


# Troubles with the file


def test_a_missing_gradebook_is_told(tmp_path):
    with pytest.raises(UsageError, match="there is no gradebook"), reading(tmp_path / "none.sqlite"):
        pass
    assert not (tmp_path / "none.sqlite").exists()


def test_a_text_file_is_no_gradebook_and_stays_as_it_is(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("remember the milk\n" * 100)
    with pytest.raises(MachineError, match="is no gradebook"), writing(path):
        pass
    assert path.read_text() == "remember the milk\n" * 100


def test_another_database_is_no_gradebook_and_stays_as_it_is(tmp_path):
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE things (id)")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="no gradebook"), writing(path):
        pass
    assert path.read_bytes() == before


def test_a_newer_gradebook_is_refused_and_stays_as_it_is(book):
    with closing(sqlite3.connect(book)) as connection:
        connection.execute(f"PRAGMA user_version = {store.SCHEMA + 1}")
    with pytest.raises(UsageError, match="newer grader"), writing(book):
        pass
    assert points_raw(book) == 2


def points_raw(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM attempts").fetchone()[0]


def test_a_damaged_gradebook_is_told_with_a_way_out(book):
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(book.read_bytes())
    data[4096 * 2 : 4096 * 6] = b"\xff" * (4096 * 4)
    book.write_bytes(data)
    with pytest.raises(MachineError, match="damaged") as caught, writing(book):
        pass
    assert ".recover" in caught.value.next_step


def test_a_locked_gradebook_is_told(book, monkeypatch):
    monkeypatch.setattr(store, "BUSY", 0.1)
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(MachineError, match="in use by another program"), writing(book) as writer:
            writer.add(graded("cyd"), evidence())
        other.execute("ROLLBACK")
    assert set(points(book)) == {"ada", "bob", "zoe"}


@not_root
def test_a_read_only_folder_is_told(book):
    book.parent.chmod(0o500)
    try:
        with pytest.raises(MachineError), writing(book.parent / "new.sqlite"):
            pass
    finally:
        book.parent.chmod(0o700)


FILLING = """
import resource, sys
from pathlib import Path
from tests.grader.classroom.test_gradebook import evidence, graded
from tests.needs import not_root
from grader.errors import MachineError
from grader.classroom.gradebook import writing
from tests.needs import not_root

with writing(Path(sys.argv[1])) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # as a full disk: no file grows beyond
    for number in range(10_000):
        try:
            writer.add(graded(f"p{number}"), evidence(mul=number % 2))
        except MachineError as error:
            print(number, error.what)
            break
"""


def test_a_full_disk_is_told_and_what_was_stored_before_stays(book, course):
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FILLING), str(book)],
        cwd=course.root,
        capture_output=True,
        text=True,
        check=True,
    )
    stored, what = run.stdout.split(" ", 1)
    assert "disk" in what
    assert int(stored) > 5
    found = points(book)
    assert len(found) in (int(stored) + 3, int(stored) + 4)  # the last commit may have been whole


def test_evidence_is_readable_json_for_whoever_looks(book):
    with closing(sqlite3.connect(book)) as connection:
        for (body,) in connection.execute("SELECT body FROM evidence"):
            assert set(json.loads(body)) == {"outcomes", "findings"}
