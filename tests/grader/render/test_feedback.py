"""What is handed back: a page for each person, and a zip of them."""

import csv
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from grader.course.course import LATER, STATUSES
from grader.errors import UsageError
from grader.model import Person
from grader.render.export import BACK, feedback
from tests.grader.classroom.crowd import HOSTILE, crowd
from tests.grader.render.formats.samples import a_class, everyone

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def made(to, class_=None, platform="zip"):
    return feedback(class_ or a_class(), {}, to / "back", platform, NOW)


def test_everybody_with_a_report_has_a_page_and_the_index_says_whose_each_is(tmp_path):
    done = made(tmp_path)
    with (tmp_path / "back" / "index.csv").open(newline="") as file:
        rows = {row["id"]: row["file"] for row in csv.DictReader(file)}
    assert rows["anna"] == "anna.html"
    assert rows["zoe"] == rows["bob"] == ""
    pages = {path.name for path in (tmp_path / "back").glob("*.html")}
    assert pages == set(filter(None, rows.values()))
    assert (done.people, done.left) == (3, ())


def test_page_is_called_by_the_persons_name_and_needs_nothing_else(tmp_path):
    made(tmp_path)
    text = (tmp_path / "back" / "anna.html").read_text("utf-8")
    assert "<h1><bdi>Anna Nguyen</bdi></h1>" in text
    assert "default-src &#39;none&#39;" in text
    assert not re.findall(r"<(?:link|script|img|iframe)\b|@import|url\(", text)


def test_hostile_names_lead_out_of_no_folder_and_into_no_markup(tmp_path):
    made(tmp_path, crowd(12, people=HOSTILE))
    back = tmp_path / "back"
    assert [*tmp_path.iterdir()] == [back]
    with zipfile.ZipFile(back / "pages.zip") as archive:
        assert all(re.fullmatch(r"[\w.-]+\.html", name) for name in archive.namelist())
    for path in back.glob("*.html"):
        text = path.read_text("utf-8")
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize("platform", ["canvas", "moodle", "brightspace"])
def test_name_in_a_platforms_zip_is_one_path_of_two_parts_at_most(tmp_path, platform):
    first = everyone()[0]
    odd = Person("7", "../..\\a_1_b\u202e\n/<x>", canvas="7")
    where = {
        "canvas": "x_7_8_add.py",
        "moodle": "x_7_assignsubmission_file",
        "brightspace": "7-1 - x - Mar 3, 2026 905 AM",
    }
    report = replace(first.report, submission=where[platform])
    made(tmp_path, a_class([replace(first, person=odd, report=report)]), platform)
    with zipfile.ZipFile(tmp_path / "back" / f"for-{platform}.zip") as archive:
        (name,) = archive.namelist()
    assert name.count("/") <= 1
    assert ".." not in name.split("/")
    assert name.isprintable()


def test_who_is_not_known_to_the_platform_is_told(tmp_path):
    assert set(made(tmp_path, platform="canvas").left) == {"anna", "=1+1", "../../etc/passwd"}


def test_pages_tell_what_students_may_see(tmp_path):
    made(tmp_path, replace(a_class(), students_see=STATUSES))
    for path in (tmp_path / "back").glob("*.html"):
        assert "Value(" not in path.read_text("utf-8")


def test_nothing_is_handed_back_before_students_may_see_it(tmp_path):
    class_ = replace(a_class(), students_see=LATER, deadline=datetime(2026, 3, 3, tzinfo=UTC))
    with pytest.raises(UsageError, match="before the deadline"):
        made(tmp_path, class_)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("platform", ["", *BACK])
def test_same_class_gives_the_same_bytes(tmp_path, platform):
    found = []
    for folder in ("one", "two"):
        made(tmp_path / folder, platform=platform)
        found.append({p.name: p.read_bytes() for p in (tmp_path / folder / "back").iterdir()})
    assert found[0] == found[1]
