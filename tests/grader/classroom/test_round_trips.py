"""A class of thirty goes in as each platform's download, and comes out as what the platform takes."""

import csv
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from grader.errors import UsageError
from grader.render.gradebooks import ANY, blackboard_class, canvas_class, column_of, moodle_class
from tests.grader.called import grader
from tests.grader.classroom.platforms import (
    ABSENT,
    CLASS,
    EXCUSED,
    EXTENDED,
    ITEM,
    LATE,
    PLATFORMS,
    TEAM,
    WRONG,
    ZONE,
    expected,
    people,
    whole,
    zipped,
)
from tests.grader.render.formats.samples import a_class, everyone

# What is made once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("round trips")


def run(*words, cwd, fails=0):
    done = grader("--course", "course", *words, cwd=cwd)
    assert done.returncode == fails, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def with_deadline(tmp_path_factory, course):
    """The course, where a day late costs a tenth."""
    root = tmp_path_factory.mktemp("policy") / "course"
    policy(root, course, f'deadline = 2026-12-01T23:59:00\nzone = "{ZONE}"')
    return root


def policy(root, course, deadline):
    """Lays the course down, with a policy of this deadline."""
    if not root.exists():
        root.mkdir()
        for name in ("solutions", "tests", "HINTS.md", "pyproject.toml", "exercises"):
            (root / name).symlink_to(course.root / name)
    said = f"\n[policy]\n{deadline}\nlate_per_day = 10\n"
    (root / "course.toml").write_text((course.root / "course.toml").read_text("utf-8") + said, "utf-8")


@pytest.fixture(scope="module", params=PLATFORMS, ids=lambda platform: platform.name)
def graded(request, tmp_path_factory, with_deadline, course, rooms):
    """A platform's class, graded as it was downloaded: the platform, the folder, and what batch said."""
    platform, folder = request.param, tmp_path_factory.mktemp("class")
    (folder / "course").symlink_to(with_deadline)
    right = course.solution("add")
    wrong = right.replace("+=", "=")
    files = platform.download(lambda one: wrong if one.at in WRONG else right)
    (folder / "download.zip").write_bytes(zipped(files))
    (folder / "roster.csv").write_bytes(platform.roster())
    (folder / "people.csv").write_text(people(platform), "utf-8")
    with rooms.kept():
        said = run(
            *("batch", "download.zip", "--gradebook", "class.sqlite", "--roster", "roster.csv"),
            *("--people", "people.csv", "--sandbox", "process", "--jobs", "1"),
            cwd=folder,
        )
    return platform, folder, said


def scores(folder):
    run("export", "class.sqlite", "--format", "csv", "--to", "all.csv", cwd=folder)
    with (folder / "all.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_everybody_is_found(graded):
    _, folder, said = graded
    assert "1 on the roster, with nothing handed in" in said.stdout
    assert "not in the roster" not in said.stderr
    assert len(scores(folder)) == len(CLASS)


def test_everybodys_grade_is_taken(graded):
    platform, folder, _ = graded
    run(*("export", "class.sqlite", "--format", platform.form, "--to", "out", "--column", ITEM), cwd=folder)
    rows = scores(folder)
    wrong = next(float(row["add"]) for row in rows if row["score"] and 0 < float(row["add"]) < 10)
    right = expected(10, wrong)
    if platform.name == "classroom50":
        right = {at: whole(points) for at, points in right.items()}
    assert platform.taken(folder / "out") == right


def test_time_of_handing_in_is_the_platforms_own(graded):
    platform, folder, _ = graded
    ids = {getattr(one, platform.key): one for one in CLASS}
    ids |= {one.sis: one for one in CLASS} | {one.number: one for one in CLASS}
    came = {ids[row["id"]].at: row["handed_in"] for row in scores(folder) if row["score"]}
    assert [came[at] for at in (LATE, EXTENDED)] == ["2026-12-02T10:00:00Z"] * 2
    others = {time[:10] for at, time in came.items() if at not in (LATE, EXTENDED)}
    assert others == {"2026-12-01" if platform.says_when else ""}


def test_what_is_said_of_people_stands_in_lines_of_its_own(graded):
    _, folder, _ = graded
    said = "\n".join(row["policies"] for row in scores(folder))
    for line in ('extension: until 2026-12-03 23:59+01:00 (ill, "flu") (+0)', "manual: no name on it (-2.5)"):
        assert line in said
    assert said.count("group: Team Ö (+0)") == 3


def test_feedback_goes_back_to_everybody(graded):
    platform, folder, _ = graded
    run("feedback", "class.sqlite", "--to", "back", "--for", platform.back, cwd=folder)
    zipped = "pages.zip" if platform.back == "zip" else f"for-{platform.back}.zip"
    with zipfile.ZipFile(folder / "back" / zipped) as archive:
        names = archive.namelist()
    if platform.back == "zip":
        assert len({*names}) == len(CLASS) - len({ABSENT, EXCUSED})
        return
    # Where a file was handed in by one for a group, only Moodle knows the others.
    unknown = {ABSENT, EXCUSED, *(() if platform.name == "moodle" else TEAM[1:])}
    assert sorted(platform.receives(names)) == [one.at for one in CLASS if one.at not in unknown]


def test_zone_that_is_said_later_makes_late_what_nobody_knew_to_be(tmp_path, course):
    policy(tmp_path / "course", course, "deadline = 2026-12-01T22:59:00Z")
    (tmp_path / "in").mkdir()
    for name in ("ada_attempt_2026-12-01-23-58-00", "bob_attempt_2026-12-02-00-01-00"):
        (tmp_path / "in" / f"hw_{name}_add.py").write_text(course.solution("add"))
    grade = ("batch", "in", "--gradebook", "class.sqlite", "--sandbox", "process")
    said = run(*grade, cwd=tmp_path)
    assert said.stderr.count("Blackboard: its names say when work came, and not in which time zone") == 1
    assert [(row["handed_in"], row["score"]) for row in scores(tmp_path)] == [("", "10")] * 2

    policy(tmp_path / "course", course, 'deadline = 2026-12-01T22:59:00Z\nzone = "Europe/Berlin"')
    said = run(*grade, cwd=tmp_path)
    assert "time zone" not in said.stderr
    rows = [(row["handed_in"], row["score"], row["attempts"]) for row in scores(tmp_path)]
    assert rows == [("2026-12-01T22:58:00Z", "10", "1"), ("2026-12-01T23:01:00Z", "9", "1")]


# What no import would take


def standings(row, column=ITEM):
    return replace(a_class([replace(everyone()[0], row=row)]), column=column)


def refused(write, class_):
    with pytest.raises(UsageError) as caught:
        write(class_, BytesIO())
    return f"{caught.value.what}; {caught.value.next_step}"


def test_column_that_may_be_two_is_asked_for():
    row = {"Student": "", "ID": "", "Section": "", "NanoGrad 1 (7)": "", "NanoGrad 2 (8)": ""}
    assert "--column" in refused(canvas_class, standings(row))


def test_exact_heading_is_meant_before_one_that_has_more():
    class_ = standings({"NanoGrad": "", "NanoGrad 2 (8)": ""})
    assert column_of(class_, ANY) == "NanoGrad"


def test_worksheet_for_fewer_points_is_refused_before_moodle_passes_it_over():
    row = {"Identifier": "Participant 1", "Grade": "", "Maximum Grade": "10,00", "Last modified (grade)": "-"}
    assert "takes 10.00 points at most" in refused(moodle_class, standings(row, ""))


def test_nobody_is_sent_to_moodle_whom_it_could_not_tell():
    assert "give batch the grading worksheet" in refused(moodle_class, standings({"Name": "Anna"}, ""))


def test_worksheet_is_not_needed_where_moodles_download_says_the_numbers():
    report = replace(everyone()[0].report, submission="Anna N_31_assignsubmission_file")
    stream = BytesIO()
    moodle_class(a_class([replace(everyone()[0], report=report)]), stream)
    assert b"\nParticipant 31,Anna Nguyen,anna@example.org,40.00,-\n" in stream.getvalue()


def test_blackboard_is_not_given_a_column_that_it_does_not_know():
    assert "by the number at its end" in refused(blackboard_class, standings({"Username": "anna"}))
