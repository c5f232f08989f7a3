"""A whole class to disk: whole or not at all, a safe name for everybody."""

import csv
import json
import string
from dataclasses import replace

import pytest

from grader.errors import MachineError, UsageError
from grader.model import Person
from grader.render.export import CLASS, INDEX, SINGLE, export
from grader.render.text import About, Names
from grader.report.report import to_json
from grader.report.standings import Standing
from tests.grader.render.formats.samples import ANYWHERE, HANDED_IN, a_class, mixed, perfect

FOLDERS = sorted(set(SINGLE) - set(CLASS))
HOSTILE = [
    "..", ".", "", "/", "../../x", "a/b", "a\\b", "C:\\x", "-rf", "x\x00y", "x\ny", "CON", "nul.txt",
    "\ud800", "\u202e", "n" * 500, "=1", "x.", " ", "~", "$HOME", "ä", "Anna", "anna", "ANNA", "a b", "a_b",
]  # fmt: skip
SAFE = set(string.ascii_letters + string.digits + "._-")


def index_of(folder):
    with (folder / INDEX).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", FOLDERS)
def test_everybody_with_a_report_gets_a_file_that_the_index_names(name, tmp_path):
    done = export(a_class(), name, tmp_path / "out")
    index = index_of(tmp_path / "out")
    named = {row["file"] for row in index} - {""}
    assert named | {INDEX} == {path.name for path in (tmp_path / "out").iterdir()}
    assert (done.people, done.reports) == (len(index), len(named)) == (5, 3)


def test_the_index_says_who_has_no_report_and_why(tmp_path):
    export(a_class(), "gradescope", tmp_path / "out")
    words = {row["id"]: (row["file"], row["status"]) for row in index_of(tmp_path / "out")}
    assert words["anna"] == ("anna.json", "graded")
    assert words["bob"] == ("", "not graded: @the archive is broken")
    assert words["zoe"] == ("", "not handed in")


@pytest.mark.parametrize("made", [perfect, mixed])
def test_json_is_the_same_by_every_way(made):
    """Of a report on an implementation in a shape of its own, too: it has points of what is there."""
    for report in (made(), replace(made(), found=("One file.",), rules="By other rules.")):
        assert SINGLE["json"](report, About()) == to_json(report)


def test_a_file_of_the_class_is_what_its_report_says(tmp_path):
    export(a_class(), "json", tmp_path / "out")
    assert (tmp_path / "out" / "anna.json").read_text("utf-8") == to_json(perfect())


def test_a_broken_name_of_a_submission_still_makes_json(tmp_path):
    odd = Standing(Person("odd"), replace(mixed(), submission="a\udcffb"), HANDED_IN)
    export(a_class([odd]), "json", tmp_path / "out")
    assert json.loads((tmp_path / "out" / "odd.json").read_bytes())["submission"]["name"] == "a\udcffb"


@pytest.mark.parametrize("name", ANYWHERE)
def test_a_class_becomes_one_file_and_nothing_else(name, tmp_path):
    (tmp_path / "out").write_text("what was there before")
    done = export(a_class(), name, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert b"before" not in (tmp_path / "out").read_bytes()
    assert (done.people, done.reports, done.to) == (5, 3, tmp_path / "out")


def broken():
    yield from a_class().each()
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["csv", "parquet", "gradescope"])
def test_a_broken_export_leaves_what_was_there(name, tmp_path):
    if name in CLASS:
        (tmp_path / "out").write_text("before")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(MachineError, match="No space left"):
        export(replace(a_class(), each=broken), name, tmp_path / "out")
    assert sorted(tmp_path.iterdir()) == before
    assert name not in CLASS or (tmp_path / "out").read_text() == "before"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not an empty folder"):
        export(a_class(), "gradescope", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "out").mkdir()
    assert export(a_class(), "exercism", tmp_path / "out").reports == 3


@pytest.mark.parametrize("name", ["csv", "gradescope"])
def test_a_place_that_cannot_be_is_the_callers_move(name, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        export(a_class(), name, tmp_path / "file" / "out")


def test_a_file_never_replaces_a_folder(tmp_path):
    with pytest.raises(UsageError, match="no file"):
        export(a_class(), "csv", tmp_path)


def test_an_unknown_format_is_told_with_all_there_are(tmp_path):
    with pytest.raises(UsageError) as caught:
        export(a_class(), "xls", tmp_path / "out")
    assert all(name in caught.value.next_step for name in {**CLASS, **SINGLE})


def test_every_name_is_safe_and_nobody_elses_whatever_the_case():
    names = Names()
    given = [names.name(id_) for id_ in HOSTILE]
    assert len({name.lower() for name in given}) == len(HOSTILE)
    for name in given:
        assert set(name) <= SAFE
        assert name[0] not in ".-"
        assert not name.endswith(".")
        assert len(name) <= 160
        assert name.split(".")[0].lower() not in ("con", "nul")


def test_a_safe_id_is_its_own_name():
    assert Names().name("anna.nguyen_2-x") == "anna.nguyen_2-x"


def test_a_name_does_not_depend_on_who_else_is_there():
    crowd = Names()
    for id_ in ("b/c", "d", "A B"):
        crowd.name(id_)
    assert crowd.name("a/b") == Names().name("a/b")


def test_the_same_id_twice_and_a_forged_hash_still_get_names_of_their_own():
    forged = Names().name("a/b")
    names = Names()
    given = [names.name(id_) for id_ in (forged, "a/b", *["a/b"] * 6)]
    assert len(set(given)) == 8
