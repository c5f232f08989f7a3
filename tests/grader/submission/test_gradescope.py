"""Gradescope's export: whose the folders are, and when they were handed in."""

import time
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.machine.folders import Root
from grader.model import Person
from grader.submission import gradescope
from grader.submission.download import find

ONE = """---
submission_101:
  :submitters:
  - :name: Jane Doe
    :sid: '007'
    :email: jane@example.org
  :created_at: 2026-04-26 17:34:00.861687000 Z
  :score: 2.0
  :status: processed
  :results:
    score: 2.0
    tests: []
    output: |-
      =====================
      submission_999:
    extra_data:
  :history: []
"""
PAIR = """submission_102:
  :submitters:
  - :name: Ann
    :sid: '1'
  - :name: Ben
    :sid: '2'
  :created_at: 2026-04-27 08:00:00 Z
"""
AGAIN = """submission_105:
  :submitters:
  - :sid: s5
  :created_at: 2026-05-03 10:00:00 Z
  :history:
  - :submitters: []
    :created_at: 2026-05-01 10:00:00 Z
    :score: 0.0
    :id: 103
  - :submitters: []
    :created_at: 2026-05-02 10:00:00 Z
    :id: 104
"""


@pytest.fixture(params=["pure", "libyaml"])
def either_reader(request, monkeypatch):
    """Both of the library's readers: the one in C is not everywhere."""
    loader = yaml.BaseLoader if request.param == "pure" else getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    monkeypatch.setattr(gradescope, "LOADER", loader)


@pytest.fixture
def export(tmp_path):
    """Writes an export's metadata and its folders."""

    def export(metadata, *folders):
        for folder in folders:
            (tmp_path / folder).mkdir()
            (tmp_path / folder / "add.py").write_text(folder)
        data = metadata.encode() if isinstance(metadata, str) else metadata
        (tmp_path / "submission_metadata.yml").write_bytes(data)
        return find(tmp_path, ("add",))

    return export


def refusal(export, metadata):
    with pytest.raises(UsageError) as caught:
        export(metadata)
    assert caught.value.what.isprintable()
    return caught.value.what


def created(text):
    """When a submission was handed in, as the metadata has it."""
    return f"submission_1:\n  :submitters:\n  - :sid: a\n  :created_at: {text}\n"


def test_folder_belongs_to_its_submitter(export, either_reader):
    result = export(ONE, "submission_101")
    (handin,) = result.handins
    assert handin.person == Person("007", "Jane Doe", "jane@example.org")
    assert handin.where == "submission_101"
    assert handin.handed_in == datetime(2026, 4, 26, 17, 34, 0, 861687, UTC)
    assert handin.read().sources == {"add": "submission_101"}
    assert result.troubles == ()


def test_work_of_two_is_a_handin_of_each(export, either_reader):
    result = export(ONE + PAIR, "submission_101", "submission_102")
    assert [(h.person.id, h.where) for h in result.handins] == [
        ("007", "submission_101"),
        ("1", "submission_102"),
        ("2", "submission_102"),
    ]


def test_former_attempts_are_numbered_by_their_time_where_they_are_there(export, either_reader):
    result = export(AGAIN, "submission_104", "submission_105")
    assert [(h.number, h.where) for h in result.handins] == [(1, "submission_104"), (2, "submission_105")]
    assert result.troubles == ()


def test_two_submissions_of_one_id_are_numbered_by_their_time_and_told(export):
    result = export(ONE + PAIR.replace("'1'", "'007'"), "submission_102", "submission_101")
    assert [(h.person.id, h.number, h.where) for h in result.handins] == [
        ("007", 1, "submission_101"),
        ("007", 2, "submission_102"),
        ("2", 1, "submission_102"),
    ]
    assert [where for where, _ in result.troubles] == ["007"]


def test_folder_that_is_not_there_is_told(export):
    assert export(ONE).troubles == (("submission_101", "named in submission_metadata.yml, and not there"),)


def test_folder_that_is_not_named_is_kept_by_its_name_and_told(export):
    result = export(ONE, "submission_101", "submission_7")
    assert [handin.person.id for handin in result.handins] == ["007", "submission_7"]
    assert result.troubles == (("submission_7", "not in submission_metadata.yml, so it goes by its name"),)


@pytest.mark.parametrize(
    ("submitter", "person"),
    [
        (":sid: 12", Person("12")),
        (":sid: 0012", Person("0012")),
        (":sid: yes", Person("yes")),
        (":sid: ''\n    :email: a@b.c", Person("a@b.c", "", "a@b.c")),
        (":sid:\n    :name: Jane", Person("Jane", "Jane")),
        (":score: 1", Person("submission_1")),
    ],
)
def test_person_goes_by_the_best_id_there_is(submitter, person, export, either_reader):
    result = export(f"submission_1:\n  :submitters:\n  - {submitter}\n", "submission_1")
    assert [handin.person for handin in result.handins] == [person]


@pytest.mark.parametrize("submitters", ["[]", "", "7", "{a: b}", "[1, [2]]"])
def test_submission_without_submitters_goes_by_its_folder(submitters, export, either_reader):
    result = export(f"submission_1:\n  :submitters: {submitters}\n", "submission_1")
    assert [handin.person.id for handin in result.handins] == ["submission_1"]


@pytest.mark.parametrize(
    ("text", "time_of_day"),
    [
        ("2026-04-26 17:34:00.861687000 Z", datetime(2026, 4, 26, 17, 34, 0, 861687, UTC)),
        ("2026-04-26 17:34:00 -07:00", datetime(2026, 4, 26, 17, 34, tzinfo=timezone(-timedelta(hours=7)))),
        ("2026-04-26T17:34:00+02:00", datetime(2026, 4, 26, 17, 34, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-04-26 17:34:00", datetime(2026, 4, 26, 17, 34, tzinfo=UTC)),
        ("'2026-04-26 17:34:00 UTC'", None),
        ("", None),
        ("soon", None),
        ("9999-99-99 00:00:00 Z", None),
        ("[2026]", None),
        (
            "!ruby/object:ActiveSupport::TimeWithZone\n    utc: &1 2026-04-26 17:34:00 Z\n    time: *1",
            datetime(2026, 4, 26, 17, 34, tzinfo=UTC),
        ),
    ],
)
def test_time_has_its_zone_or_is_not_known(text, time_of_day, export, either_reader):
    (handin,) = export(created(text), "submission_1").handins
    assert handin.handed_in == time_of_day
    assert time_of_day is None or handin.handed_in.utcoffset() == time_of_day.utcoffset()


def test_time_that_is_said_by_reference_is_known(export, either_reader):
    metadata = created("&when 2026-04-26 17:34:00 Z") + created("*when").replace("_1", "_2")
    first, second = export(metadata, "submission_1", "submission_2").handins
    assert first.handed_in == second.handed_in == datetime(2026, 4, 26, 17, 34, tzinfo=UTC)


def test_export_that_is_one_archive_with_a_folder_around_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        archive.writestr("assignment_5_export/submission_metadata.yml", ONE)
        archive.writestr("assignment_5_export/submission_101/add.py", "x")
        archive.writestr("__MACOSX/assignment_5_export/._add.py", "x")
    result = find(tmp_path / "download.zip", ("add",))
    assert [(h.person.id, h.read().sources) for h in result.handins] == [("007", {"add": "x"})]
    assert result.troubles == ()


def test_export_with_a_folder_around_is_read(tmp_path):
    inside = tmp_path / "assignment_5_export"
    (inside / "submission_101").mkdir(parents=True)
    (inside / "submission_metadata.yml").write_text(ONE)
    assert [handin.person.id for handin in find(tmp_path, ("add",)).handins] == ["007"]


@pytest.mark.parametrize("metadata", ["", "---\n", "# nothing\n"])
def test_metadata_that_says_nothing_names_nobody(metadata, export, either_reader):
    assert [handin.person.id for handin in export(metadata, "submission_1").handins] == ["submission_1"]


@pytest.mark.parametrize("metadata", ["just text", "- a\n- b\n", "*a"])
def test_metadata_of_another_form_is_refused(metadata, export, either_reader):
    assert refusal(export, metadata).startswith("submission_metadata.yml")


@pytest.mark.parametrize(
    "metadata", ["a: [", "a: 'b", "a: b: c", "\ta: b", b"a: \xff\xff", b"a: \0", "a: &x\n  *x y\n  z: {"]
)
def test_metadata_that_is_no_yaml_is_refused(metadata, export, either_reader):
    assert "is no YAML" in refusal(export, metadata)


def test_no_object_is_made_of_a_tag(export, either_reader, tmp_path):
    export(
        f"submission_1:\n  :submitters: !!python/object/apply:os.mkdir ['{tmp_path}/made']\n"
        "  :x: !ruby/object:Gem::Installer\n    i: x\n",
        "submission_1",
    )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "metadata",
    [
        "submission_1: " + "[" * 100_000,
        "submission_1: " + "{a: " * 100_000,
        "submission_1:\n  :history: " + "{:history: [" * 200 + "]}" * 200,
        "? " * 50_000,
        "a: &a [x, x]\n"
        + "".join(
            f"{y}: &{y} [{', '.join([f'*{x}'] * 9)}]\n" for x, y in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "a: &a [*a]\n",
    ],
    ids=["lists", "mappings", "history", "keys", "laughs", "round"],
)
def test_metadata_that_is_meant_to_exhaust_is_read_or_refused_in_time(metadata, tmp_path, either_reader):
    (tmp_path / "submission_metadata.yml").write_text(metadata)
    start = time.process_time()
    what = "submission_metadata.yml"
    try:
        gradescope.told(Root(tmp_path))
    except UsageError as error:
        what = error.what
    assert what.startswith("submission_metadata.yml")
    assert time.process_time() - start < 3


def test_metadata_that_is_too_large_is_refused_at_once(tmp_path):
    with (tmp_path / "submission_metadata.yml").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(UsageError, match="is larger than 128 MiB"):
        find(tmp_path, ("add",))


def test_outputs_of_tests_take_no_room(tmp_path):
    output = "      line of output\n" * 3000
    each = ONE.removeprefix("---\n").replace("      submission_999:\n", output)
    with (tmp_path / "submission_metadata.yml").open("w") as file:
        for number in range(100):
            file.write(each.replace("submission_101", f"submission_{number}"))
    tracemalloc.start()
    assert len(gradescope.told(Root(tmp_path))) == 100
    assert tracemalloc.get_traced_memory()[1] < 2 << 20
    tracemalloc.stop()


@settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=3)), max_size=4))
def test_changed_metadata_is_read_or_refused_in_words(tmp_path, changes):
    data = bytearray((ONE + PAIR + AGAIN).encode())
    for place, patch in changes:
        at = place % len(data)
        data[at : at + len(patch)] = patch
    (tmp_path / "submission_metadata.yml").write_bytes(bytes(data))
    what = ""
    try:
        find(tmp_path, ("add",))
    except UsageError as error:
        what = error.what
    assert what.isprintable()
