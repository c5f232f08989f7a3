"""The gradebook's file: made once, only read by who reads, whole or told as damaged, readable when old."""

import importlib
import os
import shutil
import sqlite3
import tempfile
import threading
import traceback
from collections import Counter
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from grader.classroom.batch import rescored
from grader.classroom.gradebook import reading, writing
from grader.classroom.store import APPLICATION, CAME, MADE, SCHEMA, create, opened_to_write, transaction
from grader.errors import GraderError, MachineError
from grader.model import Person
from tests.grader.classroom.test_generated_class import BENCHMARKS
from tests.grader.classroom.test_gradebook import RUBRIC, book, evidence, graded, points, standings  # noqa: F401 (fixture)
from tests.grader.classroom.test_secret_seed import SEED, fill, seen, told

NOBODY = 65534


def test_rules_come_back_with_the_report(tmp_path):
    path = fill(tmp_path / "b.sqlite", (replace(graded("ada"), rules="by a tolerance"), True), seed=0)
    assert standings(path)["ada"].report.rules == "by a tolerance"


# Two at once


def test_who_finds_a_gradebook_being_made_waits_and_adds_to_it(tmp_path):
    path, troubles = tmp_path / "new.sqlite", []

    def another():
        try:
            fill(path, (graded("bob"), True), seed=0)
        except GraderError as error:
            troubles.append(error)

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        with transaction(connection):
            other = threading.Thread(target=another)
            other.start()
            other.join(0.3)
            create(connection, b"key")
        other.join()
    assert troubles == []
    assert points(path) == {"bob": 30}


def test_many_begin_at_once_on_a_new_gradebook_and_all_of_them_add_to_it(tmp_path):
    path, troubles, people = tmp_path / "new.sqlite", [], [f"p{number}" for number in range(8)]
    at_once = threading.Barrier(len(people))

    def one(person):
        at_once.wait()
        try:
            fill(path, (graded(person), True), seed=0)
        except GraderError as error:
            troubles.append(error)

    threads = [threading.Thread(target=one, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert points(path) == dict.fromkeys(people, 30)


def test_a_class_is_read_as_it_was_when_reading_began(book):  # noqa: F811
    with reading(book) as reader:
        first = list(reader.standings().each())
        with writing(book) as writer:
            writer.add(graded("eve"), evidence())
        assert list(reader.standings().each()) == first
    assert len(standings(book)) == len(first) + 1


# Only read


@contextmanager
def read_only(path, mode=0o555):
    """The gradebook alone in a folder that everybody may enter, and nobody may write to."""
    folder = Path(tempfile.mkdtemp())
    copy = shutil.copy(path, folder / "class.sqlite")
    copy.chmod(0o444)
    folder.chmod(mode)
    try:
        yield copy
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def as_somebody_else(use):
    """Whether something can be done by a user without rights, in a process of its own where we are root."""
    if os.geteuid() != 0:
        use()
        return True
    child = os.fork()
    if child == 0:
        try:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            use()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_gradebook_that_may_only_be_read_is_read(book):  # noqa: F811
    expected = points(book)

    def use():
        assert points(copy) == expected

    with read_only(book) as copy:
        assert as_somebody_else(use)
        assert [path.name for path in copy.parent.iterdir()] == ["class.sqlite"]


def test_what_was_not_yet_moved_into_a_gradebook_that_may_only_be_read_is_read_too(book):  # noqa: F811
    with writing(book) as writer, read_only(book) as copy:
        writer.add(graded("eve"), evidence())
        copy.parent.chmod(0o755)
        for ending in ("-wal", "-shm"):
            shutil.copy(f"{book}{ending}", f"{copy}{ending}")
            Path(f"{copy}{ending}").chmod(0o444)
        copy.parent.chmod(0o555)

        def use():
            assert points(copy)["eve"] == 30

        assert as_somebody_else(use)


@pytest.mark.parametrize("use", [lambda path: rescored(path, RUBRIC), lambda path: fill(path, seed=1)])
def test_who_would_write_to_it_is_told_so_in_a_sentence(book, use):  # noqa: F811
    def told_so():
        with pytest.raises(MachineError, match=r"class\.sqlite cannot be written to$"):
            use(copy)

    with read_only(book) as copy:
        before = copy.read_bytes()
        assert as_somebody_else(told_so)
        assert copy.read_bytes() == before


def test_reading_leaves_the_file_and_its_folder_as_they_are(book):  # noqa: F811
    before = book.read_bytes()
    standings(book)
    assert book.read_bytes() == before
    assert [path.name for path in book.parent.iterdir()] == [book.name]


def test_number_of_canvas_is_kept_and_told_as_damage_where_it_is_changed(tmp_path):
    path = fill(
        tmp_path / "b.sqlite", (replace(graded("ada"), person=Person("ada", canvas="7")), True), seed=0
    )
    assert standings(path)["ada"].person == Person("ada", canvas="7")
    fill(path, (graded("ada"), True), seed=0)  # who does not know it takes nothing away
    assert standings(path)["ada"].person.canvas == "7"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE canvas SET number = '8'")
    with pytest.raises(MachineError, match="damaged number in Canvas"):
        standings(path)


# Of an older grader


def as_formerly(path):
    """The same gradebook with the tables of schema 1."""
    former = path.with_name("former.sqlite")
    with closing(sqlite3.connect(former, isolation_level=None)) as connection:
        connection.executescript(f"{MADE[1]} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = 1;")
        connection.execute("ATTACH ? AS now", (str(path),))
        for table in ("people", "rubrics", "evidence", "outcomes", "attempts", "marks", "troubles"):
            names = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} SELECT {names} FROM now.{table}")
    return former


def as_of_schema(path, schema):
    """Make it one of that schema, with what came later taken out."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in (name for name, came in CAME.items() if came > schema):
            connection.execute(f"DROP TABLE {table}")
            connection.execute("DELETE FROM sums WHERE name = ?", (table,))
        connection.execute(f"PRAGMA user_version = {schema}")


@pytest.mark.parametrize("schema", [2, 3])
def test_one_of_an_older_schema_is_read_and_becomes_like_ours(tmp_path, schema):
    path = fill(tmp_path / "b.sqlite", (graded("ada"), True), seed=0)
    as_of_schema(path, schema)
    before = path.read_bytes()
    assert points(path) == {"ada": 30}
    assert path.read_bytes() == before
    fill(path, (replace(graded("bob"), person=Person("bob", canvas="7")), True), seed=0)
    assert standings(path)["bob"].person.canvas == "7"
    as_of_schema(path, schema)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE people SET name = 'Eve'")
    with pytest.raises(MachineError, match="damaged list of people"), opened_to_write(path, make=False):
        pass


@pytest.fixture
def former(tmp_path):
    """One of an older grader, in which a secret seed was graded with last."""
    attempts = (seen("ada", 0), True), (seen("bob", 0), False), (seen("bob", SEED, "b"), True)
    return as_formerly(fill(tmp_path / "now.sqlite", *attempts))


def test_one_of_an_older_grader_is_read_and_stays_as_it_is(former, tmp_path):
    before = former.read_bytes()
    assert points(former) == {"ada": None, "bob": 30}
    first, again = (told(former, tmp_path / name) for name in ("a", "b"))
    assert first == again != {"bob": SEED}
    assert former.read_bytes() == before


def test_one_of_an_older_grader_becomes_like_ours_when_it_is_written_to(former, tmp_path):
    with reading(former) as reader:
        course = [s.report.course for s in reader.standings().each() if s.report]
    fill(former, (seen("eve", SEED), True))
    assert points(former) == {"ada": None, "bob": 30, "eve": 30}
    assert course != ["c" * 64]  # which the seed could have been found by
    with closing(sqlite3.connect(former)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA,)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert told(former, tmp_path / "out").keys() == {"bob", "eve"}


def test_one_of_an_older_grader_that_lacks_a_row_is_damaged(former):
    with closing(sqlite3.connect(former, isolation_level=None)) as connection:
        connection.execute("DELETE FROM outcomes WHERE exercise = 'mul'")
    before = former.read_bytes()
    for use in (points, lambda path: fill(path, seed=1)):
        with pytest.raises(MachineError, match="is damaged"):
            use(former)
    assert former.read_bytes() == before


def test_becoming_like_ours_is_done_wholly_or_not_at_all(former, monkeypatch):
    monkeypatch.setattr("grader.classroom.store.add_up", lambda _: 1 / 0)
    before = former.read_bytes()
    with pytest.raises(ZeroDivisionError), opened_to_write(former, make=False):
        pass
    assert former.read_bytes() == before


# Damage


@pytest.fixture(scope="module")
def losing():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield importlib.import_module("gradebook")


@pytest.mark.parametrize("kind", ["flipped", "overwritten", "cut", "repeated"])
def test_a_damaged_gradebook_is_told_as_damaged_or_says_what_it_always_said(losing, book, tmp_path, kind):  # noqa: F811
    data, chance = book.read_bytes(), Random(kind)
    whole = losing.exported(tmp_path, data)
    damage = losing.DAMAGES[kind]
    seen_so = Counter(losing.told(tmp_path, whole, damage(data, chance)) for _ in range(60))
    assert set(seen_so) <= {"damaged", "the same", "refused"}
    assert seen_so["damaged"] > 10


def test_a_mark_whose_key_is_damaged_in_its_place_is_no_lower_score(book, losing, tmp_path):  # noqa: F811
    """SQLite finds it by one way and not by another: what is added up has to be what is scored."""
    data = book.read_bytes()
    whole = losing.exported(tmp_path, data)
    key = b"ada " + b"a" * 64 + b" mul"
    places = [place for place in range(len(data)) if data.startswith(key, place)]
    assert places
    for place in places:
        for before in range(24):
            changed = bytearray(data)
            changed[place - before] ^= 0x80
            assert losing.told(tmp_path, whole, bytes(changed)) != "DIFFERENT"
