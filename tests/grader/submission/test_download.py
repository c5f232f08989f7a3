"""Finding a class: every form in which submissions arrive, and whose they are."""

import gc
import io
import os
import re
import shutil
import tarfile
import tempfile
import time
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from grader.autograd.subject import SUBJECT
from grader.course.course import here
from grader.errors import UsageError
from grader.model import Person
from grader.submission import download
from grader.submission.download import find
from tests.grader.submission.test_archive import unmarked

WANTED = ("add", "mul")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


@pytest.fixture
def put(folder):
    """Writes files below the folder: text, or bytes."""

    def put(*paths, content="x = 1\n"):
        for path in paths:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.encode() if isinstance(content, str) else content)

    return put


def zipped(**files):
    """A zip of files by name without ".py"."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return file.getvalue()


def found(folder, zone="UTC"):
    return find(folder, WANTED, zone=zone and ZoneInfo(zone))


def ids(folder):
    return [handin.person.id for handin in found(folder).handins]


def only(folder):
    (handin,) = found(folder).handins
    return handin


def refusal(handin):
    with pytest.raises(UsageError) as caught:
        handin.read()
    assert caught.value.what.isprintable()
    return caught.value.what


# Folders


@pytest.mark.parametrize("inside", ["", "exercises/", "repo/exercises/"])
def test_folder_is_a_submission_by_its_name(inside, put, folder):
    put(f"alice/{inside}add.py", f"alice/{inside}helper.py")
    handin = only(folder)
    assert (handin.person, handin.where, handin.handed_in, handin.number) == (
        Person("alice"),
        "alice",
        None,
        1,
    )
    assert set(handin.read().sources) == {"add", "helper"}
    assert handin.read().name == "alice"


def test_handins_come_in_the_order_of_their_ids(put, folder):
    put("carl/add.py", "alice/add.py", "bob/add.py")
    assert ids(folder) == ["alice", "bob", "carl"]


def test_folder_three_levels_down_is_not_found(put, folder):
    put("alice/a/b/c/add.py")
    assert refusal(only(folder)) == "alice holds no Python file; wanted are add.py, mul.py"


def test_shallowest_folder_counts(put, folder):
    put("alice/old/add.py", content="old")
    put("alice/mul.py", content="new")
    assert only(folder).read().sources == {"mul": "new"}


def test_folder_called_exercises_counts_among_equally_deep_ones(put, folder):
    put("alice/repo/solutions/add.py", content="no")
    put("alice/repo/exercises/add.py", content="yes")
    assert only(folder).read().sources == {"add": "yes"}


def test_two_equally_deep_folders_are_refused_when_read(put, folder):
    put("alice/one/add.py", "alice/two/add.py")
    assert refusal(only(folder)) == "alice has the exercises in two places, one and two"


def test_empty_folder_is_a_handin_that_cannot_be_read(folder):
    (folder / "alice").mkdir()
    assert refusal(only(folder)) == "alice holds no Python file; wanted are add.py, mul.py"


def test_folder_without_wanted_files_is_a_handin_that_cannot_be_read(put, folder):
    put("alice/other.py")
    assert refusal(only(folder)) == "alice holds none of the exercises (add.py, mul.py)"


def test_leftovers_are_no_submissions_and_hold_none(put, folder):
    put(".git/add.py", "__MACOSX/add.py", "__pycache__/add.py", ".DS_Store", "Thumbs.db")
    put("alice/.venv/add.py", "alice/__pycache__/add.py")
    assert found(folder).troubles == ()
    assert "no Python file" in refusal(only(folder))


def test_folder_that_holds_one_archive_is_read_as_that(put, folder):
    put("alice/work.zip", content=zipped(add="inside"))
    assert only(folder).read().sources == {"add": "inside"}


def test_folder_that_holds_two_archives_is_refused(put, folder):
    put("alice/one.zip", "alice/two.zip", content=zipped(add=""))
    assert refusal(only(folder)) == "alice holds 2 archives, and no word which one counts"


def test_files_count_more_than_an_archive_beside_them(put, folder):
    put("alice/work.zip", content=zipped(add="packed"))
    put("alice/add.py", content="plain")
    assert only(folder).read().sources == {"add": "plain"}


def test_reading_sees_the_folder_as_it_is_then(put, folder):
    put("alice/add.py", content="before")
    handin = only(folder)
    put("alice/add.py", content="after")
    assert handin.read().sources == {"add": "after"}
    shutil.rmtree(folder / "alice")
    assert refusal(handin) == "alice cannot be read: No such file or directory"


def test_submission_of_too_many_entries_is_refused(folder, put, monkeypatch):
    monkeypatch.setattr("grader.submission.tree.MOST_ENTRIES", 50)
    for number in range(60):
        put(f"alice/{number}.txt")
    assert refusal(only(folder)) == "alice holds more than 50 files and folders"


# Links, devices and names


def test_link_to_a_submission_is_refused(put, folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "add.py").write_text("secret")
    (folder / "alice").symlink_to(tmp_path / "secret")
    assert refusal(only(folder)) == "alice is a link, and links are not followed"


def test_link_to_an_archive_is_refused(folder, tmp_path):
    (tmp_path / "secret.zip").write_bytes(zipped(add="secret"))
    (folder / "alice.zip").symlink_to(tmp_path / "secret.zip")
    assert refusal(only(folder)) == "alice.zip is a link, and links are not followed"


def test_link_in_a_submission_is_not_followed(put, folder, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "add.py").write_text("secret")
    (folder / "alice").mkdir()
    (folder / "alice" / "exercises").symlink_to(tmp_path / "secret")
    assert refusal(only(folder)).endswith("; exercises is a link, and links are not followed")
    put("alice/mul.py")
    (folder / "alice" / "add.py").symlink_to(tmp_path / "secret" / "add.py")
    submission = only(folder).read()
    assert set(submission.sources) == {"mul"}
    assert submission.unreadable["add"].startswith("add.py cannot be read: ")


def test_folder_that_becomes_a_link_is_refused(put, folder, tmp_path):
    put("alice/add.py")
    handin = only(folder)
    (folder / "alice").rename(tmp_path / "moved")
    (folder / "alice").symlink_to(tmp_path / "moved")
    assert refusal(handin) == "alice is a link, and links are not followed"


def test_fifo_is_refused_at_once(folder):
    os.mkfifo(folder / "alice.zip")
    (folder / "bob").mkdir()
    os.mkfifo(folder / "bob" / "add.py")
    alice, bob = found(folder).handins
    start = time.monotonic()
    assert refusal(alice) == "alice.zip cannot be read: it is no regular file"
    assert bob.read().unreadable == {"add": "add.py is not a regular file"}
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", "a\u202eb"], ids=ascii)
def test_name_that_steers_a_terminal_is_kept_as_the_id_and_shown_escaped(name, put, folder):
    put(f"{name}/other.py")
    handin = only(folder)
    assert handin.person.id == name
    assert handin.where.isprintable()
    assert "\\" in refusal(handin)


def test_name_that_is_no_text_becomes_a_printable_id(folder):
    try:
        os.mkdir(os.fsencode(folder) + b"/a\xffb")
    except OSError:
        pytest.skip("this file system takes no name that is no text; run the tests on one that does")
    with open(os.fsencode(folder) + b"/a\xffb/add.py", "w") as file:
        file.write("x")
    assert only(folder).person.id == "a\\udcffb"
    assert only(folder).read().sources == {"add": "x"}


# Archives


@pytest.mark.parametrize("ending", [".zip", ".ZIP", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"])
def test_archive_is_a_submission_by_its_name_without_the_ending(ending, folder):
    form = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}.get(
        ending
    )
    target = folder / f"j.doe{ending}"
    if form is None:
        target.write_bytes(zipped(add="x"))
    else:
        with tarfile.open(target, form) as archive:
            info = tarfile.TarInfo("repo/add.py")
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    handin = only(folder)
    assert (handin.person.id, handin.where) == ("j.doe", target.name)
    assert handin.read().sources == {"add": "x"}


def test_folder_and_archive_of_one_name_are_both_kept_and_told(put, folder):
    put("alice/add.py")
    put("alice.zip", content=zipped(add=""))
    result = found(folder)
    assert [(handin.person.id, handin.number) for handin in result.handins] == [("alice", 1), ("alice", 2)]
    assert result.troubles == (("alice", "handed in more than once, as far as names tell: alice, alice.zip"),)


def test_stray_files_are_told(put, folder):
    put("notes.txt", "add.py", ".hidden")
    result = found(folder)
    assert result.handins == ()
    assert [where for where, _ in result.troubles] == ["add.py", "notes.txt"]
    assert "by itself" in dict(result.troubles)["add.py"]


def test_loose_files_of_no_platform_are_nobodys_and_counted(put, folder):
    engine = "class Value:\n    def __add__(self, other): ...\n    def backward(self): ...\n"
    put("ada - add.py", "ada - mul.py", "bob - add.py", "notes.py")
    put("ada - backward.py", content=engine)
    result = find(folder, WANTED, layout=SUBJECT.layouts)
    assert result.handins == ()
    assert result.nobodys == 3


# Canvas


def test_loose_files_of_canvas_are_one_handin_a_person(put, folder):
    put("doejane_12345_67890_add.py", "doejane_12345_67891_mul.py", "roejo_LATE_23456_67892_add.py")
    jane, jo = found(folder).handins
    assert jane.person == Person("12345", "doejane", canvas="12345")
    assert jane.where == "doejane_12345_67890_add.py"
    assert set(jane.read().sources) == {"add", "mul"}
    assert jo.person == Person("23456", "roejo", canvas="23456")
    assert set(jo.read().sources) == {"add"}


def test_last_upload_of_a_file_counts_in_canvas(put, folder):
    put("doejane_1_9_add.py", content="first")
    put("doejane_1_8_add-1.py", content="second")
    put("doejane_1_7_add-10.py", content="eleventh")
    put("doejane_1_6_add-2.py", content="third")
    assert only(folder).read().sources == {"add": "eleventh"}


def test_later_upload_of_a_file_with_the_same_name_counts_in_canvas(put, folder):
    put("doejane_1_1000_add.py", content="later")
    put("doejane_1_999_add.py", content="earlier")
    assert only(folder).read().sources == {"add": "later"}


def test_archive_of_canvas_goes_by_the_persons_number(put, folder):
    put("doejane_LATE_12345_67890_my_work_2_3.zip", content=zipped(add="x"))
    handin = only(folder)
    assert handin.person == Person("12345", "doejane", canvas="12345")
    assert handin.read().sources == {"add": "x"}


def test_anonymous_file_of_canvas_goes_by_its_code(put, folder):
    put("anon_Ab3dE_67890_add.py", "LATE_anon_Xy1zQ_67891_add.py")
    assert ids(folder) == ["anon_Ab3dE", "anon_Xy1zQ"]


def test_name_with_underscores_and_letters_of_all_kinds_is_read_in_canvas(put, folder):
    put("größe_o_brien_12_34_add.py")
    assert only(folder).person == Person("12", "größe_o_brien", canvas="12")


def test_archive_and_loose_files_of_one_person_are_both_kept_and_told(put, folder):
    put("doejane_1_2_work.zip", content=zipped(add="packed"))
    put("doejane_1_3_add.py", content="loose")
    result = found(folder)
    assert [(handin.person.id, handin.number) for handin in result.handins] == [("1", 1), ("1", 2)]
    assert "more than once" in dict(result.troubles)["1"]


def test_person_who_handed_in_no_source_in_canvas_is_there_and_cannot_be_read(put, folder):
    put("doejane_1_2_essay.pdf", "roejo_2_text.html")
    result = found(folder)
    (handin,) = result.handins
    assert handin.person.id == "1"
    assert "no Python file" in refusal(handin)
    assert [where for where, _ in result.troubles] == ["roejo_2_text.html", "doejane_1_2_essay.pdf"]


def test_names_that_only_look_like_canvas_share_no_id(put, folder):
    put("alice_2024_1_hw.zip", "bob_2024_1_hw.zip", content=zipped(add=""))
    result = found(folder)
    assert [handin.person.id for handin in result.handins] == ["alice_2024_1_hw", "bob_2024_1_hw"]
    assert len(result.troubles) == 2


def test_loose_link_of_canvas_is_refused(put, folder, tmp_path):
    put("doejane_1_2_mul.py")
    (tmp_path / "secret.py").write_text("secret")
    (folder / "doejane_1_3_add.py").symlink_to(tmp_path / "secret.py")
    submission = only(folder).read()
    assert set(submission.sources) == {"mul"}
    assert submission.unreadable["add"].startswith("add.py cannot be read: ")


def test_late_mark_of_canvas_is_said_once_a_person(put, folder):
    put("doejane_LATE_1_2_add.py", "doejane_LATE_1_3_mul.py", "roejo_2_4_add.py")
    result = found(folder)
    assert [(where, said[:22]) for where, said in result.troubles] == [
        ("doejane_LATE_1_2_add.py", "Canvas marks it as lat")
    ]


def test_two_of_one_name_in_brightspace_are_two(folder, put):
    for number, name in (("71003", "Kim Lee"), ("71004", "Kim Lee"), ("71005", "Ada")):
        put(f"{number}-5501 - {name} - Dec 1, 2026 905 AM/add.py")
    assert ids(folder) == ["71003", "71004", "71005"]


# Blackboard and Brightspace keep every attempt


def at(hour, user="ada"):
    return f"hw_1 b_{user}_attempt_2026-03-03-{hour}-00-00"


def test_files_of_blackboard_are_one_handin_a_person(put, folder):
    for user in ("ada", "bob"):
        put(f"{at(11, user)}_add.py", f"{at(11, user)}_mul.py", f"{at(11, user)}.txt")
    result = found(folder)
    assert [handin.person for handin in result.handins] == [Person("ada"), Person("bob")]
    assert all(set(handin.read().sources) == {"add", "mul"} for handin in result.handins)
    assert result.troubles == ()


def test_users_of_blackboard_with_underscores_are_kept_apart(put, folder):
    put(f"{at(11, 'ada_l')}_add.py", f"{at(11, 'bob_l')}_add.py", f"{at(11, 'bob')}_mul.py")
    assert ids(folder) == ["ada_l", "bob", "bob_l"]


def test_archive_of_blackboard_is_read(put, folder):
    put(f"{at(11)}_my_work.zip", content=zipped(add="x"))
    assert only(folder).person == Person("ada")
    assert only(folder).read().sources == {"add": "x"}


def test_who_handed_in_a_text_on_blackboard_is_there_and_cannot_be_read(put, folder):
    put(f"{at(11)}.txt")
    assert only(folder).person == Person("ada")
    assert "no Python file" in refusal(only(folder))


def brightspace(time, name="Ada Lovelace", numbers="7-9"):
    return f"{numbers} - {name} - Mar 3, 2026 {time}"


ATTEMPTS = {
    "Blackboard": (f"{at('09')}_", f"{at(13)}_"),
    "Brightspace": (f"{brightspace('905 AM')}/", f"{brightspace('1205 PM')}/"),
    "Brightspace's files": (f"{brightspace('1105 AM')} - ", f"{brightspace('105 PM')} - "),
    "Brightspace, day first": (
        "7-9 - Ada Lovelace - 3 March 2026 09:05/",
        "7-9 - Ada Lovelace - 3 March 2026 13:05/",
    ),
}


@pytest.mark.parametrize("platform", ATTEMPTS)
def test_latest_of_several_attempts_counts_and_that_is_said(platform, put, folder):
    first, last = ATTEMPTS[platform]
    put(f"{first}add.py", f"{first}mul.py", content="first")
    put(f"{last}add.py", content="last")
    result = found(folder)
    (handin,) = result.handins
    submission = handin.read()
    assert submission.sources == {"add": "last", "mul": "first"}
    assert [*submission.remarks] == ["mul"]
    assert re.fullmatch(
        r"mul\.py is from the attempt of 2026-03-03 \d\d:\d\d, for the latest has none",
        submission.remarks["mul"],
    )
    ((where, said),) = result.troubles
    assert where.startswith(last[:30])
    assert said == "2 attempts: the latest counts, and what it lacks is taken from those before"


def test_former_attempts_are_not_read_where_the_latest_is_whole(put, folder):
    put(f"{at('09')}_work.zip", content="no archive")
    put(f"{at(13)}_add.py", f"{at(13)}_mul.py", content="last")
    assert only(folder).read().sources == {"add": "last", "mul": "last"}


def test_latest_attempt_that_cannot_be_read_is_no_other(put, folder):
    put(f"{at('09')}_add.py", content="first")
    put(f"{at(13)}_work.zip", content="no archive")
    assert "neither a zip nor a tar archive" in refusal(only(folder))


def test_latest_attempt_with_an_essay_alone_leaves_the_one_before(put, folder):
    put(f"{at('09')}_add.py", content="first")
    put(f"{at(13)}_essay.pdf")
    assert only(folder).read().sources == {"add": "first"}


def test_person_of_brightspace_goes_by_the_number_that_nobody_else_has(put, folder):
    put(f"{brightspace('1 AM', 'Ada', '7-9')}/add.py".replace("1 AM", "100 AM"))
    put(f"{brightspace('200 AM', 'Bob', '8-9')}/add.py", "index.html")
    result = found(folder)
    assert [handin.person for handin in result.handins] == [Person("7", "Ada"), Person("8", "Bob")]
    assert result.troubles == ()


def test_person_of_brightspace_goes_by_name_where_numbers_are_everybodys(put, folder):
    for name in ("Mary-Ann Smith", "John Doe"):
        put(f"{brightspace('926 PM', name)}/add.py")
    assert [handin.person.id for handin in found(folder).handins] == ["John Doe", "Mary-Ann Smith"]


def test_two_people_of_one_name_are_two_on_brightspace(put, folder):
    put(f"{brightspace('926 PM', 'Jo', '1-3')}/add.py", f"{brightspace('927 PM', 'Jo', '2-4')}/add.py")
    assert [handin.person.id for handin in found(folder).handins] == ["1", "2"]


# When it was handed in: platforms say that by their clocks, and not in which zone

BERLIN = "Europe/Berlin"
IN_SUMMER, IN_WINTER = datetime(2026, 7, 1, 9, tzinfo=UTC), datetime(2026, 12, 1, 10, tzinfo=UTC)
CLOCKS = {
    "2026-07-01-11-00-00": IN_SUMMER,
    "2026-12-01-11-00-00": IN_WINTER,
    # Put forward from 2:00 to 3:00, and back from 3:00 to 2:00: what is shown twice is taken for the earlier.
    "2026-03-29-01-59-59": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "2026-03-29-03-00-00": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "2026-10-25-02-30-00": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "2026-10-25-03-00-00": datetime(2026, 10, 25, 2, tzinfo=UTC),
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_blackboards_time_is_taken_in_the_courses_zone(clock, put, folder):
    put(f"hw_ada_attempt_{clock}_add.py")
    (handin,) = found(folder, BERLIN).handins
    assert handin.handed_in == CLOCKS[clock]


@pytest.mark.parametrize(
    "clock",
    [
        "Jul 1, 2026 1100 AM",
        "July 1, 2026 11:00 AM",
        "1 Jul, 2026 1100",
        "1. Juli 2026 1100",
        "1 juil. 2026 1100",
    ],
)
def test_brightspaces_time_is_taken_in_the_courses_zone(clock, put, folder):
    put(f"7-9 - Ada - {clock}/add.py")
    (handin,) = found(folder, BERLIN).handins
    assert handin.handed_in == IN_SUMMER


def test_attempt_is_of_the_time_of_its_latest(put, folder):
    put("hw_ada_attempt_2026-06-30-11-00-00_mul.py", "hw_ada_attempt_2026-07-01-11-00-00_add.py")
    (handin,) = found(folder, BERLIN).handins
    assert handin.handed_in == IN_SUMMER


WORKSHEET = "Identifier,Full name,Email address,Grade,Last modified (submission),Last modified (grade)\n"
SAID_BY_MOODLE = {
    "English": ("Last modified (submission)", "Tuesday, 1 December 2026, 11:00 AM"),
    "American English": ("Last modified (submission)", "Tuesday, December 1, 2026, 11:00\u202fAM"),
    "German": ("Zuletzt geändert (Abgabe)", "Dienstag, 1. Dezember 2026, 11:00"),
    "French": ("Dernière modification (travail remis)", "mardi 1 décembre 2026, 11:00"),
    "Spanish": ("Última modificación (entrega)", "martes, 1 de diciembre de 2026, 11:00"),
    "Portuguese": ("Última modificação (envio)", "terça-feira, 1 de dezembro de 2026, 11:00"),
    "Italian": ("Ultima modifica (consegna)", "martedì, 1 dicembre 2026, 11:00"),
    "Dutch": ("Laatst gewijzigd (inzending)", "dinsdag, 1 december 2026, 11:00"),
}


@pytest.fixture
def of_moodle(put, folder, tmp_path):
    """What is found of a class on Moodle, of whom its worksheet says this."""

    def of_moodle(text, heading="Last modified (submission)", zone=BERLIN):
        put("Ada L_31_assignsubmission_file/add.py", "Team 1/add.py")
        roster = tmp_path / "worksheet.csv"
        head = WORKSHEET.replace("Last modified (submission)", heading)
        people = [f'Participant 31,Ada L,a@x.org,,"{text}",-', 'Participant 32,Bob M,b@x.org,,"-",-']
        people += [f'Participant 33,Cyd N,c@x.org,,"{text}",-']
        roster.write_text(head + "\n".join(people) + "\n", "utf-8")
        groups = {"Team 1": ["32", "33"]}
        return find(folder, WANTED, roster, groups=groups, zone=zone and ZoneInfo(zone))

    return of_moodle


@pytest.mark.parametrize("language", SAID_BY_MOODLE)
def test_moodles_time_is_in_its_worksheet_and_taken_in_the_courses_zone(language, of_moodle):
    heading, text = SAID_BY_MOODLE[language]
    result = of_moodle(text, heading)
    assert {handin.person.id: handin.handed_in for handin in result.handins} == {
        "31": IN_WINTER,
        "32": IN_WINTER,  # of the group's, for whom somebody else has handed in
    }
    assert result.troubles == ()


def test_time_in_a_language_that_is_not_known_is_told_and_no_time(of_moodle):
    result = of_moodle("tiistai, 1. joulukuuta 2026, 11:00")
    assert [handin.handed_in for handin in result.handins] == [None, None]
    ((where, said),) = result.troubles
    assert where == "the roster"
    assert "words that are not known here (tiistai, 1. joulukuuta 2026, 11:00)" in said


def test_without_a_zone_no_time_is_taken_and_one_line_says_what_to_set(put, folder):
    for user in ("ada", "bob"):
        put(f"{at(11, user)}_add.py", f"{brightspace('905 AM')}/add.py")
    result = found(folder, None)
    assert {handin.handed_in for handin in result.handins} == {None}
    ((where, said),) = result.troubles
    assert where == "Blackboard and Brightspace"
    assert 'in [policy] of course.toml (zone = "Europe/Berlin", say)' in said


def test_without_a_zone_moodles_worksheet_says_no_time_and_one_line_what_to_set(of_moodle):
    result = of_moodle("Tuesday, 1 December 2026, 11:00 AM", zone=None)
    assert {handin.handed_in for handin in result.handins} == {None}
    ((where, said),) = result.troubles
    assert where == "the roster"
    assert 'zone = "Europe/Berlin"' in said


def test_attempts_whose_order_is_not_known_are_all_kept_and_told(put, folder):
    for date in ("3 kesäkuuta 2026 1105", "4 kesäkuuta 2026 1105"):
        put(f"7-9 - Ada - {date}/add.py", content=date)
    result = found(folder)
    assert [(handin.person.id, handin.number) for handin in result.handins] == [("7", 1), ("7", 2)]
    assert "handed in more than once" in dict(result.troubles)["7"]


# Moodle


@pytest.mark.parametrize(
    "name", ["Jane Doe_123456_assignsubmission_file_", "Jane Doe_123456_assignsubmission_file"]
)
def test_folder_of_moodle_goes_by_its_number(name, put, folder):
    put(f"{name}/exercises/add.py")
    handin = only(folder)
    assert handin.person == Person("123456", "Jane Doe")
    assert handin.where == name
    assert set(handin.read().sources) == {"add"}


def test_archive_in_a_folder_of_moodle_is_read(put, folder):
    put("Jane Doe_1_assignsubmission_file_/my work.zip", content=zipped(add="x"))
    assert only(folder).read().sources == {"add": "x"}


def test_files_of_moodle_are_one_handin_a_person(put, folder):
    put("Jane Doe_1_assignsubmission_file_add.py", "Jane Doe_1_assignsubmission_file_mul.py")
    put("Jo Roe_2_assignsubmission_file_work.zip", content=zipped(add="x"))
    jane, jo = found(folder).handins
    assert (jane.person, jo.person) == (Person("1", "Jane Doe"), Person("2", "Jo Roe"))
    assert set(jane.read().sources) == {"add", "mul"}
    assert jo.read().sources == {"add": "x"}


def test_team_without_a_number_in_moodle_goes_by_its_name(put, folder):
    put("Default group_assignsubmission_file_/add.py")
    assert only(folder).person == Person("Default group", "Default group")


def test_text_typed_into_moodle_is_left_out_and_told(put, folder):
    put("Jane Doe_1_assignsubmission_onlinetext_/onlinetext.html", "Jo_2_assignsubmission_onlinetext_x.html")
    result = found(folder)
    assert result.handins == ()
    assert {sentence for _, sentence in result.troubles} == {
        "a text or a link instead of files, so it was left out"
    }


# A download that is still one archive


def packed(folder, form, tmp_path, around=""):
    """An archive of the folder's content, made by the library."""
    root, base = (folder, None) if not around else (folder.parent, folder.name)
    return shutil.make_archive(str(tmp_path / "download" / (around or "download")), form, root, base)


@pytest.mark.parametrize("form", ["zip", "tar", "gztar", "xztar"])
def test_download_that_is_one_archive_is_found_as_its_folder_is(form, put, folder, tmp_path):
    put("alice/exercises/add.py", "doejane_1_2_add-1.py", "Jo_3_assignsubmission_file_/mul.py", "notes.txt")
    put("bob.zip", content=zipped(add="inner"))
    (folder / "carl").mkdir()
    result = find(tmp_path / packed(folder, form, tmp_path), WANTED)
    plain = found(folder)
    assert [(h.person, h.where) for h in result.handins] == [(h.person, h.where) for h in plain.handins]
    assert result.troubles == plain.troubles
    readable = [h for h in result.handins if h.person.id != "carl"]
    assert [h.read().digest for h in readable] == [
        h.read().digest for h in plain.handins if h.person.id != "carl"
    ]


# Names of which nothing says in which code page they are, each with one that other code pages read otherwise.
OLD = {
    "gbk": ("李雷", "韩梅梅"),
    "cp932": ("山田太郎", "表"),
    "cp850": ("Zoë", "Jørgen Ørsted"),
    "cp866": ("Иван", "Ольга"),
    "cp950": ("王小明", "陳大文"),
}


@pytest.mark.parametrize("page", OLD)
def test_names_in_an_old_code_page_are_read_as_the_roster_has_them(page, tmp_path):
    people = (*OLD[page], "ada")
    raw = [(f"{who}/add.py".encode(page), b"x = 1\n") for who in people]
    raw.sort(key=lambda member: -len(member[0]))  # so that no name stands in another one's place
    (tmp_path / "class.zip").write_bytes(unmarked(*raw))
    (tmp_path / "r.csv").write_text("".join(f"{who}\n" for who in ("student_id", *people)), "utf-8")
    result = find(tmp_path / "class.zip", WANTED, tmp_path / "r.csv")
    assert {handin.person.id for handin in result.handins} == {*people}
    assert result.absent == ()
    assert [sentence for _, sentence in result.troubles if "code page" in sentence] != []


@pytest.mark.parametrize("rows", ["", "student_id\nzoe\n"], ids=["no roster", "another roster"])
def test_names_that_nothing_tells_are_told_and_nobody_elses(rows, tmp_path):
    (tmp_path / "class.zip").write_bytes(unmarked(("李雷/add.py".encode("gbk"), b"x = 1\n")))
    (tmp_path / "r.csv").write_text(rows, "utf-8")
    result = find(tmp_path / "class.zip", WANTED, tmp_path / "r.csv" if rows else None)
    assert [handin.person.id for handin in result.handins] == ["李雷".encode("gbk").decode("cp437")]
    assert any("nothing says in which code page its names are" in said for _, said in result.troubles)


def test_folder_around_everything_that_is_called_as_the_archive_is_looked_into(put, folder, tmp_path):
    put("alice/add.py", "bob/add.py")
    result = find(tmp_path / packed(folder, "zip", tmp_path, around="class"), WANTED)
    assert [handin.where for handin in result.handins] == ["alice", "bob"]


def test_unpacked_download_is_private_and_goes_with_what_was_found(put, folder, tmp_path, monkeypatch):
    put("alice/add.py")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "room"))
    (tmp_path / "room").mkdir()
    result = find(tmp_path / packed(folder, "zip", tmp_path), WANTED)
    (room,) = (tmp_path / "room").iterdir()
    assert room.stat().st_mode & 0o777 == 0o700
    assert result.handins[0].read().sources == {"add": "x = 1\n"}
    del result
    assert list((tmp_path / "room").iterdir()) == []


def test_members_of_a_download_that_lead_out_are_left_out_and_told(folder, tmp_path):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        for name in ("alice/add.py", "../bob/add.py", "/carl/add.py", "dan\\add.py", "C:\\eve\\add.py"):
            archive.writestr(name, "x")
    result = find(folder / "all.zip", WANTED)
    assert [handin.where for handin in result.handins] == ["alice", "dan"]
    assert [where for where, _ in result.troubles] == ["../bob/add.py", "/carl/add.py", "C:/eve/add.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class"]


def test_links_in_a_download_are_left_out_and_told(folder):
    with tarfile.open(folder / "all.tar", "w") as archive:
        for name, kind in (
            ("alice", tarfile.SYMTYPE),
            ("bob/add.py", tarfile.LNKTYPE),
            ("c", tarfile.CHRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc"
            archive.addfile(info)
        info = tarfile.TarInfo("alice/add.py")
        archive.addfile(info, io.BytesIO())
    result = find(folder / "all.tar", WANTED)
    assert [handin.read().sources for handin in result.handins] == [{"add": ""}]
    assert [where for where, _ in result.troubles] == ["alice", "bob/add.py", "c"]


def test_file_that_is_twice_in_a_download_is_taken_once_and_told(folder):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("alice/add.py", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("alice/add.py", "second")
    result = find(folder / "all.zip", WANTED)
    assert result.handins[0].read().sources == {"add": "first"}
    assert result.troubles == (
        ("alice/add.py", "left out: the archive holds it twice, and the first one was taken"),
    )


def test_name_that_is_too_long_for_a_file_is_left_out_and_told(folder):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr(f"{'a' * 300}/add.py", "x")
        archive.writestr("bob/add.py", "x")
    result = find(folder / "all.zip", WANTED)
    assert [handin.where for handin in result.handins] == ["bob"]
    assert len(result.troubles) == 1


def test_huge_file_in_a_download_is_refused_as_it_would_be_in_a_folder(folder):
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("alice/add.py", bytes(20 << 20))
    (handin,) = find(folder / "all.zip", WANTED).handins
    assert handin.read().unreadable == {"add": "add.py is larger than 1 MiB"}


@pytest.mark.parametrize("sign", ["pyvenv.cfg", "conda-meta/history"])
def test_environment_in_a_folder_is_passed_over(sign, put, folder):
    put(f"alice/{sign}", "alice/lib/add.py", "alice/Scripts/mul.py", "alice/exercises/add.py", content="x")
    put("alice/node_modules/add.py", "alice/deep/site-packages/add.py")
    (handin,) = find(folder, WANTED).handins
    assert handin.read().sources == {"add": "x"}


def test_large_archive_in_a_download_is_unpacked_whole(folder):
    inner = zipped(add="x = 1")
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("alice.zip", b"#" * (70 << 20) + inner)
        archive.writestr("bob.zip", inner)
    (unpacked, _) = download.unpack(folder / "all.zip")
    assert (unpacked.path / "alice.zip").stat().st_size == (70 << 20) + len(inner)


@pytest.mark.parametrize(
    "content", [b"", b"nothing", zipped(add="x")[:60]], ids=["empty", "a word", "half an archive"]
)
def test_download_that_is_no_archive_is_the_callers_move(content, put, folder):
    put("all.zip", content=content)
    with pytest.raises(UsageError, match=r"all\.zip is ") as caught:
        find(folder / "all.zip", WANTED)
    assert caught.value.exit_code == 2


# The folder itself


def test_missing_folder_is_the_callers_move(folder):
    with pytest.raises(UsageError, match="there is no folder"):
        found(folder / "nowhere")


def test_file_that_is_no_archive_is_the_callers_move(put, folder):
    put("add.py")
    with pytest.raises(UsageError, match="is neither a folder nor a zip or tar archive"):
        found(folder / "add.py")


def test_folder_may_itself_be_reached_by_a_link(put, folder, tmp_path):
    put("alice/add.py")
    (tmp_path / "link").symlink_to(folder)
    assert only(tmp_path / "link").read().sources == {"add": "x = 1\n"}


def test_folder_with_nothing_in_it_holds_nothing(folder):
    result = found(folder)
    assert (result.handins, result.absent, result.troubles) == ((), (), ())


def test_finding_and_reading_leave_no_descriptor_open(put, folder):
    put("alice/add.py", "bob/other.py", "doejane_1_2_add.py")
    gc.collect()  # what tests before this one have left to be collected is none of its business
    before = os.listdir("/dev/fd")
    for handin in found(folder).handins:
        try:
            handin.read()
        except UsageError:
            continue
    assert os.listdir("/dev/fd") == before


# What is not read is somebody's all the same

RAR = "Rar!\x1a\x07\x01\x00"


def test_an_archive_of_a_kind_that_is_not_read_is_a_handin_that_cannot_be_read(put, folder):
    put("alice/work.rar", "bob.rar", "carl.7z", content=RAR)
    hand_ins = {handin.person.id: handin for handin in find(folder, here()).handins}
    assert set(hand_ins) == {"alice", "bob", "carl"}
    assert "work.rar is a RAR archive, which is not read" in refusal(hand_ins["alice"])
    assert refusal(hand_ins["bob"]) == "bob.rar is a RAR archive, which is not read"
    assert refusal(hand_ins["carl"]) == "carl.7z is a 7-Zip archive, which is not read"


def test_a_stray_file_is_somebody_s_if_the_roster_has_somebody_of_its_name(put, folder, tmp_path):
    put("alice.pdf", "notes.pdf", content="%PDF-1.4")
    (tmp_path / "roster.csv").write_text("student_id\nalice\nzoe\n")
    found = find(folder, here(), tmp_path / "roster.csv")
    assert [handin.person.id for handin in found.handins] == ["alice"]
    assert [person.id for person in found.absent] == ["zoe"]
    assert [where for where, _ in found.troubles] == ["notes.pdf"]
    assert find(folder, here()).handins == ()


def test_a_notebook_by_itself_is_somebody_s(put, folder):
    put("alice.ipynb", content='{"cells": [{"cell_type": "code", "source": "def add(self, other): ..."}]}')
    (alice,) = find(folder, here()).handins
    assert (alice.person.id, alice.read().taken) == ("alice", {"add": "alice.ipynb"})


# Repositories of an assignment


@pytest.fixture
def cloned(put, folder, tmp_path):
    """Who is found in which clone, where these are on the roster and own these repositories."""

    def cloned(people, *repositories):
        for name in repositories:
            put(f"{name}/exercises/add.py", f"{name}/.git/HEAD", content=name)
        (tmp_path / "roster.csv").write_text(
            "\n".join(["student_id,submission_tag,datetime", *people]) + "\n"
        )
        return find(folder, WANTED, tmp_path / "roster.csv")

    return cloned


def whose(found):
    return {handin.where: handin.person.id for handin in found.handins}


def test_clone_is_whose_name_it_ends_with(cloned):
    found = cloned(["Ada", "bob-m"], "ml-2026-grad-ada", "ml-2026-grad-bob-m")
    assert whose(found) == {"ml-2026-grad-ada": "Ada", "ml-2026-grad-bob-m": "bob-m"}
    assert found.troubles == ()


def test_clone_is_nobodys_whose_name_is_but_the_end_of_its_owners(cloned):
    found = cloned(["ada", "bob"], "ml-grad-x-ada", "ml-grad-bob")
    assert whose(found)["ml-grad-x-ada"] == "ml-grad-x-ada"
    assert found.absent == (Person("ada"),)


def test_clones_of_people_whose_names_begin_alike_are_found(cloned):
    assert whose(cloned(["hs-ada", "hs-bob"], "grad-hs-ada", "grad-hs-bob")) == {
        "grad-hs-ada": "hs-ada",
        "grad-hs-bob": "hs-bob",
    }


def test_time_that_says_its_zone_needs_none_of_the_course(cloned):
    found = cloned(["ada,submit/x,2026-12-01T10:00:00Z", "bob"], "grad-ada", "grad-bob")
    assert {h.person.id: h.handed_in for h in found.handins} == {"ada": IN_WINTER, "bob": None}
    assert found.troubles == ()
