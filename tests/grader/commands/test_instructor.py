"""What instructors type: each command does its work or says in one line why not."""

import csv
import shlex

import pytest

from tests.grader.called import grader
from tests.grader.classroom.test_gradebook import book
from tests.grader.house.test_cli import one_clear_error

assert book  # a fixture: a gradebook with ada, who has everything, and bob, who has add


@pytest.mark.parametrize(
    "command", [("export", "--format", "csv"), ("rescore",), ("report", "--html", "x.html")]
)
def test_a_missing_gradebook_is_one_clear_error(tmp_path, command):
    run = grader(command[0], tmp_path / "none.sqlite", *command[1:], cwd=tmp_path)
    assert run.returncode == 2
    assert one_clear_error(run)
    assert "none.sqlite" in run.stderr


def test_an_unknown_format_is_one_clear_error(book):
    run = grader("export", book, "--format", "word")
    assert run.returncode == 2
    assert one_clear_error(run)
    assert "nbgrader" in run.stderr


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("csv", "class.csv"),
        ("canvas", "class-canvas.csv"),
        ("nbgrader", "class-nbgrader.csv"),
        ("junit", "class.xml"),
        ("json", "class-json/ada.json"),
    ],
)
def test_an_export_says_where_it_is_and_is_there(book, tmp_path, form, name):
    run = grader("export", book, "--format", form, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(name.partition("/")[0])
    assert "3 people, 2 of them graded" in run.stdout
    assert (tmp_path / name).stat().st_size > 0


def test_an_export_has_everybody_with_their_score(book, tmp_path):
    grader("export", book, "--format", "csv", "--to", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        scores = {row["id"]: row["score"] for row in csv.DictReader(file)}
    assert scores == {"ada": "30", "bob": "10", "zoe": ""}


def test_csv_is_marked_as_utf8_for_excel_on_request_only(book, tmp_path):
    for name, more in (("plain", ()), ("marked", ("--bom",))):
        assert grader("export", book, "--format", "csv", "--to", tmp_path / name, *more).returncode == 0
    plain, marked = ((tmp_path / name).read_bytes() for name in ("plain", "marked"))
    assert marked == b"\xef\xbb\xbf" + plain
    run = grader("export", book, "--format", "canvas", "--bom")
    assert run.returncode == 2
    assert one_clear_error(run)


def test_next_command_is_quoted_as_a_shell_takes_it(tmp_path):
    (tmp_path / "none").mkdir()
    run = grader(
        "batch", "none", "--gradebook", "my böok's 100%.sqlite", "--sandbox", "process", cwd=tmp_path
    )
    said = run.stdout.splitlines()[-1].removeprefix("Next: ").split(", or ")
    assert [shlex.split(line)[2] for line in said] == ["my böok's 100%.sqlite"] * 2


def test_only_json_can_be_signed(book, tmp_path):
    grader("keygen", tmp_path / "key")
    run = grader("export", book, "--format", "csv", "--sign", tmp_path / "key")
    assert run.returncode == 2
    assert one_clear_error(run)


def test_signed_exports_verify_as_a_folder_and_a_swapped_one_is_told(book, tmp_path):
    key, folder = tmp_path / "key", tmp_path / "reports"
    grader("keygen", key)
    grader("export", book, "--format", "json", "--to", folder, "--sign", key)
    run = grader("verify", folder, "--key", f"{key}.pub")
    assert (run.returncode, run.stdout.splitlines()[-1]) == (0, "2 of 2 reports are genuine.")
    (folder / "bob.json").write_bytes((folder / "ada.json").read_bytes())
    run = grader("verify", folder, "--key", f"{key}.pub")
    assert run.returncode == 1
    assert "Swapped" in run.stdout


def test_a_gradebook_of_another_course_is_not_rescored_by_this_one(book):
    run = grader("rescore", book)
    assert run.returncode == 70
    assert one_clear_error(run)
    assert "grade what changed" in run.stderr


def test_a_class_becomes_a_page(book, tmp_path):
    run = grader("report", book, "--html", tmp_path / "class.html")
    assert run.returncode == 0, run.stderr
    assert "Ada" in (tmp_path / "class.html").read_text()


def test_release_wants_to_know_where(tmp_path):
    run = grader("release")
    assert run.returncode == 2
    assert one_clear_error(run)


def test_a_released_project_grades_a_stub_as_not_started(tmp_path):
    folder = tmp_path / "students"
    run = grader("release", "--to", folder)
    assert run.returncode == 0, run.stderr
    graded = grader("grade", "--exercise", "add", cwd=folder)
    assert graded.returncode == 1
    assert "not started" in graded.stdout
    assert not (folder / "solutions").exists()
