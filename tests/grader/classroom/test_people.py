"""What an instructor says of single people: how it is read, and what becomes of scores."""

import csv
import io
import stat
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from grader.classroom.batch import rescored
from grader.classroom.gradebook import reading, writing
from grader.classroom.people import Matter, anonymous, check, from_json, read
from grader.errors import UsageError
from grader.model import Person
from grader.render.export import CLASS, export
from grader.report.rubric import Policy
from grader.submission.download import find
from tests.grader.classroom.test_gradebook import RUBRIC, evidence, graded

DEADLINE = datetime(2026, 12, 1, 12, tzinfo=UTC)
LATE = Policy(deadline=DEADLINE, late_per_day=Fraction(1, 10))
TABLE = {"deadline": DEADLINE, "late_per_day": 10}


@pytest.fixture
def said(tmp_path):
    """Reads a file of this text."""

    def said(text, name="people.csv"):
        (tmp_path / name).write_text(text, "utf-8")
        return read(tmp_path / name)

    return said


@pytest.fixture
def book(tmp_path):
    """Ada and bob hand in a day late, zoe nothing; a day costs a tenth."""
    path = tmp_path / "class.sqlite"
    with writing(path) as writer:
        writer.score_by(replace(RUBRIC, policy=LATE, policy_table=TABLE))
        writer.meet([Person("zoe", "Zoe")])
        for person in ("ada", "bob"):
            writer.add(graded(person, handed_in=DEADLINE + timedelta(hours=20)), evidence(person == "ada"))
    return path


def standings(path):
    with reading(path) as reader:
        return {standing.person.id: standing for standing in reader.standings().each()}


def regarded(path, **matters):
    with writing(path) as writer:
        writer.regard(matters)
    return standings(path)


def titles(standing):
    return [line.title for line in standing.report.adjustments]


# How it is read

ALL = Matter(
    until=datetime(2026, 12, 3, 12, tzinfo=UTC),
    handed_in=datetime(2026, 12, 2, 10),
    points=((Fraction(-5, 2), "named its files oddly"), (Fraction(3), "")),
    comment="ill",
    section="B, evening",
    group="Team Ö",
)


def test_csv_says_all_that_there_is(said):
    text = (
        "Student ID,name,until,handed_in,points,comment,section,group\n"
        's1,Ada,2026-12-03T12:00Z,2026-12-02T10:00,,ill,"B, evening",Team Ö\n'
        's1,Ada,,,"-2,5",named its files oddly,,\n'
        "s1,,,,3,,,\n"
    )
    assert said(text).matters == {"s1": ALL}


def test_toml_says_the_same(said):
    text = """
[[person]]
id = "s1"
until = 2026-12-03T12:00:00Z
handed_in = 2026-12-02T10:00:00
comment = "ill"
section = "B, evening"
group = "Team Ö"
[[person]]
id = "s1"
points = -2.5
comment = "named its files oddly"
[[person]]
id = "s1"
points = 3
"""
    assert said(text, "people.toml").matters == {"s1": ALL}


@pytest.mark.parametrize("matter", [ALL, Matter(), Matter(days=Fraction(1, 2), excused="x")])
def test_what_is_kept_comes_back_as_it_was(matter):
    assert from_json(matter.to_json()) == matter


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("id,excuse\ns1,ill\n", "knows no 'excuse'"),
        ("id,days\n,2\n", "does not say whom"),
        ("id,days\ns1,two\n", "days is a number"),
        ("id,days\ns1,-2\n", "days are a number from 0"),
        ("id,until\ns1,tomorrow\n", "until is a date and time"),
        ("id,until,days\ns1,2026-12-03,2\n", "two ways to say one thing"),
        ("id,section\ns1,A\ns1,B\n", "section is said before"),
        ("id,points\ns1,1e9\n", "points is a number"),
        ("id,days\ns1,1\nid,days\n", "days is a number"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line(said, text, what):
    with pytest.raises(UsageError, match=what) as caught:
        said(text)
    assert "people.csv, line" in caught.value.what


@pytest.mark.parametrize("text", ["[people]\nid = 1\n", "person = 1\n", "[[person]\n", "[person]\n"])
def test_toml_of_anything_else_is_one_clear_error(said, text):
    with pytest.raises(UsageError, match=r"people\.toml"):
        said(text, "people.toml")


def test_people_may_be_called_as_the_roster_calls_them(said):
    assert said("id,days\nada@x.org,2\n").known_as({"ada@x.org": "s1", "s1": "s1"}) == {
        "s1": Matter(days=Fraction(2))
    }


def test_nobody_is_regarded_whom_nobody_knows(said):
    with pytest.raises(UsageError, match="line 2, names s9"):
        said("id,days\ns9,2\n").known_as({"s1": "s1"})


def test_one_person_by_two_ids_is_told(said):
    with pytest.raises(UsageError, match="by another id once more"):
        said("id,days\ns1,2\nada@x.org,3\n").known_as({"ada@x.org": "s1", "s1": "s1"})


def test_extension_that_ends_before_the_deadline_is_a_mistake():
    with pytest.raises(UsageError, match="before the course's own deadline"):
        check({"s1": Matter(until=DEADLINE - timedelta(days=1))}, LATE)


# What becomes of scores


def test_late_work_costs_without_an_extension(book):
    assert standings(book)["ada"].report.final == 27


@pytest.mark.parametrize(
    "matter", [Matter(days=Fraction(2)), Matter(until=datetime(2026, 12, 3, 12)), Matter(days=Fraction(1))]
)
def test_extension_makes_late_work_be_in_time_and_says_so(book, matter):
    ada = regarded(book, ada=matter)["ada"]
    assert ada.report.final == 30
    assert titles(ada)[0].startswith("extension: until 2026-12-0")


def test_extension_that_is_too_short_counts_the_days_from_its_end(book):
    with writing(book) as writer:
        writer.add(graded("eve", handed_in=DEADLINE + timedelta(days=3, hours=2)), evidence())
    assert standings(book)["eve"].report.final == 18
    assert regarded(book, eve=Matter(days=Fraction(2)))["eve"].report.final == 24


def test_day_in_a_zone_ends_when_its_clocks_say(book):
    from zoneinfo import ZoneInfo

    from grader.classroom.people import deadline_of

    zone = ZoneInfo("Europe/Berlin")
    policy = Policy(deadline=datetime(2026, 10, 24, 18, tzinfo=zone), zone=zone)
    # Clocks are put back between.
    assert deadline_of(Matter(days=Fraction(1)), policy) == datetime(2026, 10, 25, 18, tzinfo=zone)
    assert deadline_of(Matter(until=datetime(2026, 10, 25, 18)), policy) == datetime(
        2026, 10, 25, 17, tzinfo=UTC
    )


def test_points_by_hand_are_lines_of_their_own_and_no_lateness_touches_them(book):
    points = ((Fraction(5, 2), "found a mistake of ours"), (Fraction(-1), ""))
    ada = regarded(book, ada=Matter(points=points))["ada"]
    assert ada.report.final == Fraction(57, 2)
    assert titles(ada)[1:] == ["manual: found a mistake of ours", "manual: points by hand"]


def test_points_by_hand_are_had_by_whoever_handed_in_nothing_too(book):
    zoe = regarded(book, zoe=Matter(points=((Fraction(12), "explained it at the board"),)))["zoe"]
    assert (zoe.report.final, zoe.attempts) == (12, 0)
    assert {type(v.outcome).__name__ for r in zoe.report.marks for v in r.verdicts} == {"NotStarted"}


def test_who_is_excused_has_no_mark_and_no_zero(book):
    bob = regarded(book, bob=Matter(excused="ill"))["bob"]
    assert (bob.report, bob.excused, bob.trouble) == (None, "ill", "")


def test_work_whose_time_nobody_knows_comes_when_the_instructor_says(book):
    with writing(book) as writer:
        writer.add(graded("eve"), evidence())
    assert standings(book)["eve"].report.final == 30
    late = Matter(handed_in=datetime(2026, 12, 2, 13))
    assert regarded(book, eve=late)["eve"].report.final == 24


def test_group_is_graded_once_and_each_member_has_it(book):
    team = Matter(group="Team 1")
    found = regarded(book, ada=team, zoe=replace(team, days=Fraction(2)))
    assert found["zoe"].report.results == found["ada"].report.results
    assert (found["ada"].report.final, found["zoe"].report.final) == (27, 30)
    assert titles(found["zoe"])[0] == "group: Team 1"


def test_best_of_a_groups_attempts_is_everybodys(book):
    found = regarded(book, **dict.fromkeys(("ada", "bob", "zoe"), Matter(group="g")))
    assert [(s.report.final, s.attempts) for s in found.values()] == [(27, 2)] * 3


def test_trouble_of_a_group_is_said_of_each(book):
    with writing(book) as writer:
        writer.trouble("zoe.zip", Person("zoe"), "zoe.zip is damaged", passing=False)
        writer.meet([Person("yan")])
    found = regarded(book, **dict.fromkeys(("yan", "zoe"), Matter(group="g")))
    assert found["yan"].trouble == "zoe.zip is damaged"


def test_what_is_no_longer_said_counts_no_more(book):
    regarded(book, ada=Matter(days=Fraction(2)))
    assert standings(book)["ada"].report.final == 30
    assert regarded(book, bob=Matter(section="A"))["ada"].report.final == 27


def test_rescoring_says_whose_score_a_file_has_changed(book, said):
    rubric = replace(RUBRIC, policy=LATE, policy_table=TABLE)
    change = rescored(book, rubric, said("id,days,excused\nada,2,\nbob,,ill\n"))
    assert change.moved == (("ada", 27, 30), ("bob", 9, None))


def test_section_is_the_instructors_word_or_the_rosters(book):
    with writing(book) as writer:
        writer.enrol({"ada": {"Student": "Ada", "Section": "A"}, "bob": {"Section": "A"}})
    found = regarded(book, bob=Matter(section="B"))
    assert [found[id_].section for id_ in ("ada", "bob", "zoe")] == ["A", "B", ""]


def test_damage_to_what_is_said_is_told(book):
    import sqlite3
    from contextlib import closing

    from grader.errors import MachineError

    regarded(book, ada=Matter(days=Fraction(2)))
    with closing(sqlite3.connect(book)) as connection:
        connection.execute("UPDATE matters SET body = replace(body, '\"2\"', '\"9\"')")
        connection.commit()
    with pytest.raises(MachineError, match="word on a person"):
        standings(book)


def written(path, form="csv"):
    stream = io.BytesIO()
    with reading(path) as reader:
        CLASS[form](reader.standings(), stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode())))


def test_export_has_each_of_them_in_a_place_of_its_own(book):
    points = ((Fraction(2), "by hand"),)
    regarded(
        book,
        ada=Matter(days=Fraction(2), section="B", points=points, group="g"),
        bob=Matter(excused="ill"),
    )
    ada, bob, zoe = written(book)
    assert (ada["section"], ada["policy: manual"], ada["policy: extension"]) == ("B", "2", "0")
    assert "extension: until 2026-12-03 12:00+00:00 (+0)" in ada["policies"]
    assert (bob["status"], bob["excused"], bob["score"]) == ("excused", "ill", "")
    assert (zoe["status"], zoe["excused"]) == ("not handed in", "")


# Whose is what


def test_what_lies_under_a_groups_name_is_its_members(tmp_path):
    (tmp_path / "class" / "Team Ö").mkdir(parents=True)
    (tmp_path / "class" / "Team Ö" / "add.py").write_text("x = 1\n")
    (tmp_path / "roster.csv").write_text("student_id\ns1\ns2\ns3\n")
    groups = {"team ö": ["s2", "s3"]}
    found = find(tmp_path / "class", ("add",), tmp_path / "roster.csv", groups=groups)
    assert [h.person.id for h in found.handins] == ["s2"]
    assert [person.id for person in found.absent] == ["s1"]


# Under pseudonyms


@pytest.fixture
def hidden(book, tmp_path):
    regarded(book, ada=Matter(points=((Fraction(2), "Ada was ill"),), section="B", days=Fraction(2)))
    with reading(book) as reader:
        return list(anonymous(reader.standings(), tmp_path / "names.csv").each())


def test_pseudonyms_say_nothing_of_people(hidden, book, tmp_path):
    to = tmp_path / "out"
    with reading(book) as reader:
        export(anonymous(reader.standings(), tmp_path / "names.csv"), "json", to)
    text = "".join(path.name + path.read_text() for path in to.iterdir())
    assert not [word for word in ("ada", "Ada", "bob", "zoe", "example.org", "ill") if word in text]
    assert all((s.person.name, s.person.email, s.handed_in, s.section) == ("", "", None, "") for s in hidden)


def test_pseudonyms_are_in_an_order_of_their_own(hidden):
    ids = [standing.person.id for standing in hidden]
    assert ids == sorted(ids)


def test_scores_stay_as_they_are_under_pseudonyms(hidden):
    assert sorted(s.report.final for s in hidden if s.report) == [9, 32]


def pseudonyms(key):
    with key.open(newline="") as file:
        return {row["id"]: row["pseudonym"] for row in csv.DictReader(file)}


def test_key_says_whose_each_is_and_stays_the_same(hidden, book, tmp_path):
    key = tmp_path / "names.csv"
    before = pseudonyms(key)
    with writing(book) as writer:
        writer.meet([Person("yan")])
    with reading(book) as reader:
        anonymous(reader.standings(), key)
    after = pseudonyms(key)
    assert before.items() <= after.items()
    assert set(after) == {"ada", "bob", "yan", "zoe"}


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
def test_key_is_its_owners_alone(hidden, tmp_path):
    assert stat.S_IMODE((tmp_path / "names.csv").stat().st_mode) == 0o600


def test_file_that_is_no_key_is_left_alone(book, tmp_path):
    (tmp_path / "roster.csv").write_text("student_id\nada\n")
    with reading(book) as reader, pytest.raises(UsageError, match="no list of pseudonyms"):
        anonymous(reader.standings(), tmp_path / "roster.csv")
    assert (tmp_path / "roster.csv").read_text() == "student_id\nada\n"
