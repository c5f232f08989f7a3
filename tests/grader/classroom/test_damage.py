"""What lies on a disk may be damaged or made up: one clear error, no traceback, no wrong score."""

import hashlib
import json
import os
import sqlite3
import time
import tracemalloc
from base64 import b64encode
from contextlib import closing
from datetime import UTC, datetime

import pytest

from grader.classroom.gradebook import reading, rescored, writing
from grader.classroom.store import LONGEST, add_up
from grader.course.course import LONGEST as LONGEST_SOURCE
from grader.course.course import Course, untouched
from grader.errors import CourseError, GraderError, MachineError, UsageError
from grader.model import Person
from grader.report.evidence import MOST_NODES, outcome_from_plain, outcome_to_plain
from grader.report.rubric import from_json, read
from grader.signed.signing import load_key, load_public_key
from grader.submission.download import find
from grader.submission.submission import load
from tests.fuzz.stored import TABLES
from tests.grader.classroom.test_gradebook import RUBRIC, book, evidence, graded  # noqa: F401 (a fixture)
from tests.grader.report.test_policy import FAILED
from tests.needs import posix


def change(path, statement, *values, meant=False):
    """Change a gradebook in a way that its triggers forbid, and put them back.

    meant: whether its totals change with it, as by somebody who wants to be believed.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_function("sha256", 1, lambda body: hashlib.sha256(body.encode()).digest())
        connection.create_function("hex_sha256", 1, lambda body: hashlib.sha256(body.encode()).hexdigest())
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement, values)
        for _, sql in triggers:
            connection.execute(sql)
        if meant:
            add_up(connection)


def refused(path, kind=MachineError):
    with pytest.raises(kind) as caught, reading(path) as reader:
        list(reader.standings().each())
    assert caught.value.next_step
    return caught.value.what


# Gradebooks

# The first piece of evidence says something else, and says so.
EVIDENCE = "UPDATE evidence SET body = ?1, digest = sha256(?1) WHERE id = 1"


@pytest.mark.parametrize(
    ("statement", "value", "said"),
    [
        ("UPDATE attempts SET seed = ?", "seven", "damaged attempt"),
        ("UPDATE attempts SET handed_in = ?", "2026-03-01T12:00:00", "damaged attempt"),
        ("UPDATE attempts SET handed_in = ?", "0001-01-01T00:00:00+14:00", "damaged attempt"),
        ("UPDATE attempts SET versions = ?", '["grader"]', "damaged attempt"),
        ("UPDATE attempts SET versions = ?", "[" * 5000, "damaged attempt"),
        ("UPDATE OR IGNORE attempts SET name = ?", b"\xff", "damaged attempt"),
        ("UPDATE people SET name = ?", b"\x00", "damaged list of people"),
        (EVIDENCE, "[" * 5000, "damaged piece of evidence"),
        (EVIDENCE, '{"outcomes": {"holds": 1, "trains": 1}, "diagnosis": null}', "damaged piece of evidence"),
        (EVIDENCE, '{"outcomes": [1], "diagnosis": null}', "damaged piece of evidence"),
        ("UPDATE evidence SET body = body || ?", " ", "damaged piece of evidence"),
        ("UPDATE outcomes SET evidence = ?", 999, "damaged piece of evidence"),
        ("UPDATE rubrics SET body = ?1, digest = hex_sha256(?1)", "null", "damaged rubric"),
        ("UPDATE rubrics SET body = body || ?", " ", "damaged rubric"),
        ("UPDATE rubrics SET body = ?", b"\xff\xfe", "damaged rubric"),
    ],
)
def test_value_of_another_kind_is_told_as_damage_though_somebody_meant_it(book, statement, value, said):  # noqa: F811
    change(book, statement, value, meant=True)
    assert said in refused(book)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE people SET id = 'zoe~' WHERE id = 'zoe'", "list of people"),
        ("UPDATE people SET name = 'Eve' WHERE id = 'ada'", "list of people"),
        ("DELETE FROM people WHERE id = 'zoe'", "list of people"),
        ("UPDATE rubrics SET id = 9", "rubric"),
        ("UPDATE seeds SET seed = 9", "seed"),
        ("UPDATE secrets SET key = randomblob(32)", "key to its seeds' names"),
        ("DELETE FROM troubles", "trouble"),
        ("UPDATE sums SET total = randomblob(32) WHERE name = 'attempts'", "attempt"),
        ("DELETE FROM sums WHERE name = 'people'", "total"),
        ("DELETE FROM attempts WHERE person = 'bob'", "attempt"),
        ("UPDATE attempts SET person = 'zoe' WHERE person = 'bob'", "attempt"),
        ("UPDATE attempts SET submission = 'b' || submission", "attempt"),
        ("UPDATE attempts SET handed_in = '2026-03-01T12:00:00+00:00'", "attempt"),
        ("UPDATE attempts SET number = 2", "attempt"),
        ("UPDATE attempts SET rules = 'by others'", "attempt"),
        ("UPDATE marks SET exercise = 'mud' WHERE exercise = 'mul'", "attempt"),
        ("DELETE FROM marks WHERE position = 1", "attempt"),
        ("DELETE FROM outcomes WHERE exercise = 'mul'", "attempt"),
        ("UPDATE outcomes SET evidence = 1", "attempt"),
        ("UPDATE evidence SET id = id + 10", "attempt"),
        ("UPDATE evidence SET digest = randomblob(32)", "attempt"),
        ("UPDATE evidence SET body = replace(body, 'failed', 'passed')", "piece of evidence"),
    ],
)
def test_what_is_not_as_it_was_stored_is_damage_and_no_other_score(book, statement, what):  # noqa: F811
    with writing(book) as writer:
        writer.count_by(0)
        writer.trouble("zoe.zip", Person("zoe"), "zoe.zip is no archive", passing=False)
    change(book, statement)
    assert refused(book) == f"the gradebook {book} is damaged: it holds a damaged {what}"


def filled(path):
    with writing(path) as writer:
        writer.add(graded("eve"), evidence())


@pytest.mark.parametrize("use", [lambda path: rescored(path, RUBRIC), filled])
def test_damaged_gradebook_is_not_added_to(book, use):  # noqa: F811
    change(book, "DELETE FROM marks WHERE position = 1")
    before = book.read_bytes()
    with pytest.raises(MachineError, match="damaged attempt"):
        use(book)
    assert book.read_bytes() == before


def test_attempts_of_somebody_unknown_are_damage_and_take_nobody_elses_score(book):  # noqa: F811
    change(book, "DELETE FROM people WHERE id = 'ada'", meant=True)
    assert "damaged list of people" in refused(book)


def test_text_that_is_no_utf_8_is_told_in_a_line(book):  # noqa: F811
    change(book, "UPDATE people SET name = CAST(? AS TEXT)", b"\xff\x1b[2J" * 300)
    said = refused(book)
    assert "cannot be used" in said
    assert said.isprintable()
    assert len(said) < 500


def test_schema_that_is_no_utf_8_is_told_as_damage(book):  # noqa: F811
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    data = book.read_bytes()
    book.write_bytes(
        data.replace(b"CREATE TABLE rubrics", b"CREATE TABLE\xff\xff\xff\xff\xff\xff\xff\xff", 1)
    )
    assert refused(book).endswith("is damaged")


def test_value_larger_than_any_is_refused(book):  # noqa: F811
    change(book, "UPDATE evidence SET body = ?", "x" * (LONGEST + 1))
    assert "too big" in refused(book)


@pytest.mark.parametrize("table", TABLES)
def test_table_that_is_missing_is_named(book, table):  # noqa: F811
    with closing(sqlite3.connect(book)) as connection:
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
    for use in (lambda: refused(book), lambda: rescored(book, RUBRIC)):
        with pytest.raises(UsageError, match="not as the grader made it"):
            use()


def test_view_in_place_of_a_table_is_refused_and_never_asked(book):  # noqa: F811
    with closing(sqlite3.connect(book)) as connection:
        connection.executescript(
            "DROP TABLE troubles; CREATE VIEW troubles AS"
            " WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n)"
            " SELECT x AS place, x AS person, x AS sentence, 0 AS passing FROM n;"
        )
    started = time.monotonic()
    refused(book, UsageError)
    assert time.monotonic() - started < 5


def test_trigger_of_somebody_else_is_refused_before_anything_is_written(book):  # noqa: F811
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("CREATE TRIGGER more AFTER INSERT ON rubrics BEGIN DELETE FROM people; END")
    with pytest.raises(UsageError, match="see more in it"), writing(book) as writer:
        writer.score_by(RUBRIC)


def test_names_in_the_schema_that_are_no_text_are_told_as_damage(book):  # noqa: F811
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("CREATE TRIGGER more AFTER INSERT ON rubrics BEGIN DELETE FROM people; END")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET name = CAST(name AS BLOB) WHERE name = 'marks_stay'")
        connection.commit()
    assert "is damaged" in refused(book, GraderError)


def test_table_beside_ours_does_no_harm(book):  # noqa: F811
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("CREATE TABLE notes (x)")
    with reading(book) as reader:
        assert len(list(reader.standings().each())) == 3


# Evidence and rubrics

SHOWN = outcome_to_plain(FAILED)["counterexample"]
NODE = {"name": "b", "formula": "a", "operands": [], "data": {"expected": 1, "got": None}, "suspect": False}
NODE["grad"] = NODE["data"]


@pytest.mark.parametrize(
    "changed",
    [
        {"cases": True},
        {"cases": -1},
        {"cases": 1 << 40},
        {"reason": None},
        {"reason": "x" * (1 << 19)},
        {"counterexample": SHOWN | {"expected": {"a": ["1e5"]}}},
        {"counterexample": SHOWN | {"expected": {"a": True}}},
        {"counterexample": SHOWN | {"got": {"a": 10**400}}},
        {"counterexample": SHOWN | {"drawn": 1}},
        {"counterexample": SHOWN | {"program": 3}},
        {"counterexample": SHOWN | {"graph": [NODE | {"operands": ["c"]}]}},
        {"counterexample": SHOWN | {"graph": [NODE | {"operands": ["b"]}]}},
        {"counterexample": SHOWN | {"graph": [NODE, NODE]}},
        {"counterexample": SHOWN | {"graph": [NODE | {"name": str(i)} for i in range(MOST_NODES + 1)]}},
    ],
    ids=lambda changed: str(changed)[:60],
)
def test_outcome_of_other_kinds_is_refused(changed):
    plain = outcome_to_plain(FAILED)
    assert outcome_from_plain(plain) == FAILED
    with pytest.raises(ValueError):  # noqa: PT011 (whatever it says)
        outcome_from_plain(plain | changed)


def rubric(**changed):
    return json.dumps(json.loads(RUBRIC.to_json()) | changed)


PART = json.loads(RUBRIC.to_json())["exercises"][0]
PARTS = json.loads(RUBRIC.to_json())["exercises"][1:]


@pytest.mark.parametrize(
    "changed",
    [
        {"exercises": [PART | {"points": "1e999999999"}, *PARTS]},
        {"exercises": [PART | {"points": "1/0"}, *PARTS]},
        {"exercises": [PART | {"points": float("inf")}, *PARTS]},
        {"exercises": [PART | {"name": 3}, *PARTS]},
        {"exercises": []},
        {"claims": {}},
        {"claims": []},
        {"title": None},
        {"policy": {"grace_minutes": 1e300}},
        {"policy": {"deadline": "9999-12-31T23:59:59-14:00"}},
        {"policy": {"weights": {"add": 10**400}}},
        {"policy": {"weights": ["add"]}},
    ],
    ids=lambda changed: str(changed)[:60],
)
def test_rubric_of_other_kinds_is_refused_at_once(changed):
    assert from_json(rubric()) == RUBRIC
    started = time.monotonic()
    with pytest.raises(ValueError):  # noqa: PT011 (whatever it says)
        from_json(rubric(**changed))
    assert time.monotonic() - started < 2


def test_rubric_that_is_nested_without_end_is_refused():
    with pytest.raises(ValueError, match="no rubric"):
        from_json("[" * 100_000)


def test_policy_beyond_the_calendar_is_refused():
    for table in ({"grace_minutes": 10**12}, {"deadline": datetime(9999, 12, 31, tzinfo=UTC)}):
        with pytest.raises(ValueError, match=r"^(grace_minutes|deadline) is"):
            read(table, ["add"])


# A course, a class, a submission


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, '[[exercise]]\nname = "add"\npoints = -5\nsiblings = []\n']
)
def test_course_that_is_none_is_the_authors_move(tmp_path, text):
    (tmp_path / "course.toml").write_text(text, "utf-8")
    with pytest.raises(CourseError, match="is not a course"):
        Course.load(tmp_path)


def test_time_before_all_zones_is_not_known(tmp_path):
    (tmp_path / "submission_1").mkdir()
    (tmp_path / "submission_1" / "add.py").write_text("x = 1\n")
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :sid: anna\n  :created_at: 0001-01-01 00:00:00 +1400\n"
    )
    (handin,) = find(tmp_path, ("add",)).handins
    assert handin.handed_in is None


@pytest.mark.parametrize("piece", ["a;", "a\n", "1,", "-"], ids=ascii)
def test_densely_packed_source_costs_the_grader_next_to_nothing(piece):
    source = "x = [" * (piece == "1,") + piece * ((1 << 20) // len(piece))
    tracemalloc.start()
    started = time.monotonic()
    assert not untouched(source, "pass\n")
    assert time.monotonic() - started < 1
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_stub_with_as_many_comments_as_anybody_writes_is_still_the_stub():
    stub = "def add(self, other):\n    raise NotImplementedError\n"
    assert untouched(stub + "# why\n" * ((LONGEST_SOURCE - len(stub)) // 6), stub)


@posix
def test_folder_whose_name_is_no_text_is_graded_under_one_that_is(tmp_path):
    folder = os.path.join(os.fsencode(tmp_path), b"a\xff\x1b")
    os.mkdir(folder)
    with open(os.path.join(folder, b"add.py"), "wb") as file:
        file.write(b"x = 1\n")
    name = load(type(tmp_path)(os.fsdecode(folder)), ("add",)).name
    assert name == r"a\udcff\x1b"
    name.encode()


@pytest.mark.parametrize("load_it", [load_key, load_public_key])
def test_key_of_another_kind_and_size_is_no_key(tmp_path, load_it):
    der = bytes.fromhex("302e020100300506032b656f04220420") + bytes(32)  # says X448, and is too short for it
    path = tmp_path / "key"
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\n" + b64encode(der) + b"\n-----END PRIVATE KEY-----\n")
    path.chmod(0o600)
    with pytest.raises(UsageError):
        load_it(path)


def test_every_error_of_ours_says_what_to_do(book):  # noqa: F811
    change(book, "UPDATE rubrics SET body = 'x'")
    with pytest.raises(GraderError) as caught, reading(book):
        pass
    assert caught.value.next_step
    assert caught.value.exit_code == 71
