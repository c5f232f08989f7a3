"""The roster: how it is read, and how it joins what was handed in."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.model import Person
from grader.submission import roster as module
from grader.submission.download import find
from grader.submission.roster import read

HEADER = "student_id,name,email,path\n"


@pytest.fixture
def roster(tmp_path):
    """Writes a roster, text or bytes."""

    def roster(content):
        path = tmp_path / "roster.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return roster


@pytest.fixture
def refusal(roster):
    def refusal(content):
        with pytest.raises(UsageError) as caught:
            read(roster(content))
        assert caught.value.what.isprintable()
        return caught.value.what.partition("roster.csv")[2].strip(" ,")

    return refusal


@pytest.fixture
def found(tmp_path, roster):
    """Finds submissions by their folders' names, with a roster."""

    def found(content, *folders):
        for folder in folders:
            (tmp_path / "class" / folder).mkdir(parents=True)
            (tmp_path / "class" / folder / "add.py").write_text("x = 1\n")
        (tmp_path / "class").mkdir(exist_ok=True)
        return find(tmp_path / "class", ("add",), roster(content))

    return found


def owners(result):
    return [(handin.person.id, handin.where) for handin in result.handins]


# How it is read


def test_row_is_a_person(roster):
    (row,) = read(roster(HEADER + "s1,Jane Doe,jane@example.org,team/jane\n"))
    assert row.person == Person("s1", "Jane Doe", "jane@example.org")
    assert (row.path, row.line) == (("team", "jane"), 2)


@pytest.mark.parametrize(
    "content",
    [
        "student_id\ns1\n",
        "student_id,name\ns1,\n",
        "\ufeffstudent_id,name\r\ns1,\r\n",
        "name;student_id;section\n;s1;4\n",
        "Student_ID\tname\ns1\t\n",
        ' student_id ,name\n s1 ,""\n\n,\n',
        '"student_id","name"\n"s1",',
        "student_id,name\rs1,\r",
        "name,student_id,student_id\n,s1,s2\n",
        "student_id,name,email,path\ns1\n",
    ],
    ids=ascii,
)
def test_table_may_be_written_in_many_ways(content, roster):
    (row,) = read(roster(content))
    assert row.person == Person("s1")
    assert row.path == ()


@pytest.mark.parametrize(
    "content",
    [
        'student_id\n="00123"\n',
        'student_id\n"=""00123"""\n',
        "student_id\n\u200b00123\u200d\ufeff\n",
        "student_id\n'00123\n",
        "\u200bstudent_id\n00123\n",
        "sep=;\nname;student_id\n;00123\n",
        '"sep=|"\r\n\r\nname|Student ID\r\n|00123\r\n',
        "SEP=\t\nname\tstudent_id\n\t00123\n",
        "\n\n,,\nname,Student-ID\n,00123\n",
        "student_id,name\n00123,\nstudent_id,name\n",
        "student_id,name\n00123,\n\n\ufeffStudent ID,Name\n",
        "id,name\n00123,\n",
        "STUDENT NUMBER\n\xa000123\xa0\n",
    ],
    ids=ascii,
)
def test_what_spreadsheets_put_around_an_id_is_taken_away(content, roster):
    assert [row.person for row in read(roster(content))] == [Person("00123")]


def test_line_is_counted_from_the_first_of_the_file(roster):
    rows = read(roster("sep=;\nstudent_id;name\ns1;J\nstudent_id;name\n\ns2;J\n"))
    assert [(row.person.id, row.line) for row in rows] == [("s1", 3), ("s2", 6)]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_roster_is_read_in_every_encoding_that_says_itself(encoding, roster):
    (row,) = read(roster("student_id\tname\ns1\tZoë 李\n".encode(encoding)))
    assert row.person == Person("s1", "Zoë 李")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_roster_in_two_bytes_a_letter_is_read_without_a_mark(encoding, roster):
    (row,) = read(roster("student_id,name\ns1,Zoë Müller\n".encode(encoding)))
    assert row.person == Person("s1", "Zoë Müller")


ADA = Person("00123", "Ada Lovelace", "ada@example.org")
EXPORTS = {
    "Moodle": "First name,Surname,ID number,Email address\nAda,Lovelace,00123,ada@example.org\n",
    "Moodle's participants": "First name,Last name,Email address\nAda,Lovelace,ada@example.org\n",
    "Moodle's worksheet": (
        "Identifier,Full name,Email address,Status\nParticipant 00123,Ada Lovelace,ada@example.org,No\n"
    ),
    "Blackboard": '"Last Name"\t"First Name"\t"Username"\t"Student ID"\n"Lovelace"\t"Ada"\t"ada"\t"00123"\n',
    "Brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
        "#00123,#ada,Lovelace,Ada,ada@example.org,#\n"
    ),
    "Gradescope": "First Name,Last Name,SID,Email,Section\nAda,Lovelace,00123,ada@example.org,\n",
}


@pytest.mark.parametrize("platform", EXPORTS)
def test_roster_may_be_what_a_platform_exports(platform, roster):
    (row,) = read(roster(EXPORTS[platform]))
    assert row.person.id in ("00123", "ada@example.org")
    assert row.person.name == "Ada Lovelace"
    assert {"ada", "ada@example.org"} & {row.person.id, *row.also}


def test_gradebook_of_canvas_is_a_roster_with_canvas_numbers(roster):
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW1 (99)\n"
        "    Points Possible,,,,,100\n"
        '"Lovelace, Ada",4711,00123,ada@example.org,S1,\n'
        '"Roe, Jo",4712,,jo,S1,\n'
        '"Student, Test",4713,,5f3,S1,\n'
    )
    rows = read(roster(text))
    assert [row.person for row in rows] == [
        Person("00123", "Lovelace, Ada", "ada@example.org", "4711"),
        Person("jo", "Roe, Jo", "", "4712"),
    ]


SCORES = """username,first_name,last_name,email,section,score,max_score,datetime,submission_tag,late
ada,Ada,Lovelace,ada@x.org,S1,9,10,2026-12-02T10:00:00Z,submit/b,true
ada,Ada,Lovelace,ada@x.org,S1,7,10,2026-12-01T10:00:00Z,submit/a,false
bob,Bob,Moore,,S1,,,,,
"""


def test_scores_of_classroom_50_are_a_roster_of_everybody_with_the_newest_submission(roster):
    rows = read(roster(SCORES))
    assert [(row.person.id, row.person.name, row.came) for row in rows] == [
        ("ada", "Ada Lovelace", "2026-12-02T10:00:00Z"),
        ("bob", "Bob Moore", ""),
    ]


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"PK\3\4", "an Excel or LibreOffice workbook"), (b"\xd0\xcf\x11\xe0", "an old Excel workbook")],
)
def test_workbook_is_told_with_what_to_do(data, kind, roster):
    with pytest.raises(UsageError, match=f"is {kind}, not CSV") as caught:
        read(roster(data + bytes(600)))
    assert "CSV UTF-8" in caught.value.next_step


def test_name_may_have_separators_quotes_and_line_ends(roster):
    rows = read(roster(HEADER + 's1,"Doe, ""J"" \nJane",,\ns2,Jo,,\n'))
    assert [(row.person.name, row.line) for row in rows] == [('Doe, "J" \nJane', 2), ("Jo", 4)]


def test_path_may_be_written_in_many_ways(roster):
    rows = read(roster(HEADER + "a,,,./x/\nb,,,x//y\nc,,,\n"))
    assert [row.path for row in rows] == [("x",), ("x", "y"), ()]


@pytest.mark.parametrize(
    "content", ["", "\n", "s1,Jane\n", "name,course\ns1,Jane\n", "\n\nsep=;\n"], ids=ascii
)
def test_table_without_a_header_is_refused(content, refusal):
    assert refusal(content) == "does not begin with a line that names student_id"


def test_id_that_is_there_twice_is_refused(refusal):
    assert refusal(HEADER + "s1,,,\ns2,,,\ns1,,,\n") == "has s1 twice, in lines 2 and 4"


def test_row_without_an_id_is_refused(refusal):
    assert refusal(HEADER + "s1,,,\n,Jane,,\n") == "line 3, has no student_id"


@pytest.mark.parametrize("data", [b"J\xe4ne", b"\xff\xfe"])
def test_text_that_is_no_utf8_is_refused_by_its_line(data, refusal):
    assert refusal(HEADER.encode() + b"s1,Jo,,\ns2," + data + b",,\n") == "is not UTF-8 text, in line 3"


@pytest.mark.parametrize(
    "rest", ['s1,"Jane\n', 's1,"Ja"ne,\n', f"s1,{'x' * 200_000},\n"], ids=["open", "quote", "long"]
)
def test_broken_table_is_refused(rest, refusal):
    assert refusal(HEADER + rest).startswith("is no table: ")


def test_missing_roster_is_the_callers_move(tmp_path):
    with pytest.raises(UsageError, match="cannot be read: No such file or directory") as caught:
        read(tmp_path / "nowhere.csv")
    assert caught.value.exit_code == 2


# How it joins


def test_handin_gets_the_rosters_name_and_address(found):
    result = found(HEADER + "alice,Alice A,alice@example.org,\n", "alice")
    assert [handin.person for handin in result.handins] == [Person("alice", "Alice A", "alice@example.org")]
    assert (result.absent, result.troubles) == ((), ())


def test_who_handed_in_nothing_is_absent(found):
    result = found(HEADER + "zoe,Zoe,,\nalice,,,\nbob,,,gone\n", "alice")
    assert result.absent == (Person("zoe", "Zoe"), Person("bob"))


def test_who_is_not_in_the_roster_is_kept_and_told(found):
    result = found(HEADER + "alice,,,\n", "alice", "mallory")
    assert owners(result) == [("alice", "alice"), ("mallory", "mallory")]
    assert result.troubles == (("mallory", "from mallory, not in the roster"),)


def test_path_joins_before_the_id_does(found):
    result = found(HEADER + "s1,Jane,,team-7\ns2,,,\n", "team-7", "s2")
    assert owners(result) == [("s1", "team-7"), ("s2", "s2")]


def test_path_may_lead_into_folders(found):
    result = found(HEADER + "s1,,,monday/jane\ns2,,,monday/jo\n", "monday/jane", "monday/jo")
    assert owners(result) == [("s1", "monday/jane"), ("s2", "monday/jo")]
    assert result.handins[0].read().sources == {"add": "x = 1\n"}
    assert result.troubles == ()


def test_path_of_two_people_is_work_of_both(found):
    result = found(HEADER + "s1,,,team\ns2,,,team\n", "team")
    assert owners(result) == [("s1", "team"), ("s2", "team")]
    assert result.troubles == ()


@pytest.mark.parametrize("path", ["/etc", "../class", "a/../../b", "alice/.."])
def test_path_that_leads_out_of_the_folder_is_told_by_its_line(path, found):
    result = found(HEADER + f"bob,,,\nalice,,,{path}\n", "alice", "bob")
    assert owners(result) == [("alice", "alice"), ("bob", "bob")]
    assert result.troubles == (("the roster, line 3", "its path leads out of the folder"),)


def test_path_through_a_link_is_not_taken(found, tmp_path):
    (tmp_path / "elsewhere" / "alice").mkdir(parents=True)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "link").symlink_to(tmp_path / "elsewhere")
    result = found(HEADER + "alice,,,link/alice\n")
    assert result.absent == (Person("alice"),)


@pytest.mark.parametrize(
    ("in_roster", "in_folder"), [("Alice", "alice"), ("alice", "ALICE"), ("jose\u0301", "Jos\u00e9")]
)
def test_id_joins_whatever_its_letters(in_roster, in_folder, found):
    result = found(HEADER + f"{in_roster},,,\n", in_folder)
    assert owners(result) == [(in_roster, in_folder)]
    assert (result.absent, result.troubles) == ((), ())


def test_id_does_not_join_by_its_letters_where_that_is_ambiguous(found):
    assert owners(found(HEADER + "Alice,,,\nALICE,,,\n", "alice")) == [("alice", "alice")]


def test_exact_id_joins_before_any_other(found, tmp_path):
    try:
        result = found(HEADER + "Alice,,,\n", "Alice", "alice")
    except FileExistsError:
        pytest.skip("this file system does not tell capitals apart; run the tests on one that does")
    assert owners(result) == [("Alice", "Alice"), ("alice", "alice")]
    assert result.troubles == (("alice", "from alice, not in the roster"),)


def test_work_by_path_and_by_id_of_one_person_is_both_kept_and_told(found):
    result = found(HEADER + "alice,,,team\n", "team", "alice")
    assert [(handin.person.id, handin.number) for handin in result.handins] == [("alice", 1), ("alice", 2)]
    assert [where for where, _ in result.troubles] == ["alice"]


def test_person_of_canvas_joins_by_its_number_and_keeps_its_name(found, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "doejane_12345_1_add.py").write_text("")
    result = found(HEADER + "12345,,jane@example.org,\n")
    assert [handin.person for handin in result.handins] == [
        Person("12345", "doejane", "jane@example.org", "12345")
    ]


def test_loose_files_join_by_the_path_of_any(found, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("doejane_12345_1_add.py", "doejane_12345_2_mul.py"):
        (tmp_path / "class" / name).write_text("")
    result = found(HEADER + "s1,Jane,,doejane_12345_2_mul.py\n")
    assert [handin.person for handin in result.handins] == [Person("s1", "Jane", canvas="12345")]


CLASSES = {
    "Blackboard": ("hw1_ada_attempt_2026-03-03-11-00-00_add.py", "hw1_ada_attempt_2026-03-03-11-00-00.txt"),
    "Brightspace": ("7-9 - Ada Lovelace - Mar 3, 2026 1100 AM - add.py",),
    "Canvas": ("lovelaceada_99_1_add.py",),
    "Moodle": ("Ada Lovelace_99_assignsubmission_file_add.py",),
}


@pytest.mark.parametrize("platform", CLASSES)
@pytest.mark.parametrize("export", ["Blackboard", "Brightspace"])
def test_download_of_one_platform_joins_by_whatever_the_roster_knows(platform, export, found, tmp_path):
    (tmp_path / "class").mkdir()
    for name in CLASSES[platform]:
        (tmp_path / "class" / name).write_text("x")
    result = found(EXPORTS[export])
    assert [handin.person.id for handin in result.handins] == ["00123"]
    assert result.absent == ()


def test_user_of_blackboard_with_an_underscore_is_the_one_in_the_roster(found, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "hw_1_ada_l_attempt_2026-03-03-11-00-00_add.py").write_text("x")
    result = found("Username,Name\nl,Lee\nada_l,Ada\n")
    assert [handin.person.id for handin in result.handins] == ["ada_l"]
    assert [person.id for person in result.absent] == ["l"]


def test_number_of_canvas_is_nobody_elses_where_the_roster_has_them(found, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "lovelaceada_123_1_add.py").write_text("x")
    result = found("student_id,name,canvas_id\n123,Bob,77\ns2,Ada Lovelace,123\n")
    assert [handin.person.id for handin in result.handins] == ["s2"]
    assert [person.id for person in result.absent] == ["123"]


def test_who_is_found_by_name_alone_is_said(found, tmp_path):
    (tmp_path / "class").mkdir()
    for name in ("Jane Doe_7_assignsubmission_file_add.py", "Jo Roe_8_assignsubmission_file_add.py"):
        (tmp_path / "class" / name).write_text("x")
    result = found('student_id,name\ns1,"Doe, Jane"\ns2,Jo Roe\n')
    assert [handin.person.id for handin in result.handins] == ["s1", "s2"]
    assert result.troubles == (
        ("the roster", "2 people were found in it by name alone, for no number there is theirs"),
    )


def test_same_name_twice_finds_nobody(found, tmp_path):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "Jane Doe_7_assignsubmission_file_add.py").write_text("x")
    result = found("student_id,name\ns1,Jane Doe\ns2,Jane Doe\n")
    assert [handin.person.id for handin in result.handins] == ["7"]


@pytest.mark.parametrize("id_", ["123", "0123", "123.0"])
def test_zeros_that_a_spreadsheet_dropped_are_told(id_, found):
    result = found(f"student_id\n{id_}\n", "00123")
    assert [handin.person.id for handin in result.handins] == ["00123"]
    assert result.troubles == (
        ("00123", "from 00123, not in the roster"),
        ("the roster, line 2", f"{id_} is not here, and 00123 is: did a spreadsheet drop the zeros?"),
    )


def test_number_that_a_spreadsheet_shortened_is_told(found):
    result = found("student_id\n1.23457E+11\n", "123456789012")
    assert "shortens a long number" in dict(result.troubles)["the roster, line 2"]


def test_path_that_is_not_there_is_told_by_its_line(found):
    result = found("student_id,path\ns1,work\\one\ns2,nowhere/at/all\n", "work/one")
    assert result.troubles == (("the roster, line 3", "its path nowhere/at/all is not in the folder"),)
    assert [handin.person.id for handin in result.handins] == ["s1"]


def test_roster_in_the_folder_itself_is_no_stray_file(tmp_path):
    (tmp_path / "alice").mkdir()
    (tmp_path / "roster.csv").write_text("student_id\nalice\n")
    assert find(tmp_path, ("add",), tmp_path / "roster.csv").troubles == ()


# Whatever the bytes are


@settings(
    max_examples=150,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    header=st.sampled_from([b"", HEADER.encode(), b"student_id;path\n"]),
    rest=st.one_of(st.binary(max_size=200), st.text('",;\n\r\t\0ab./é', max_size=60).map(str.encode)),
)
@example(b"", b"\xef\xbb\xbf")
@example(HEADER.encode(), b"a,,,\0\n")
def test_any_bytes_are_joined_or_refused_in_words(tmp_path, header, rest):
    (tmp_path / "class" / "a").mkdir(parents=True, exist_ok=True)
    (tmp_path / "roster.csv").write_bytes(header + rest)
    what = ""
    try:
        result = find(tmp_path / "class", ("add",), tmp_path / "roster.csv")
    except UsageError as error:
        what = error.what
    else:
        assert [handin.where for handin in result.handins][:1] == ["a"]
    assert what.isprintable()


def test_roster_that_is_far_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MOST", 8)
    (tmp_path / "roster.csv").write_text("id,name\n1,Ann\n")
    with pytest.raises(UsageError, match="is larger than"):
        read(tmp_path / "roster.csv")
