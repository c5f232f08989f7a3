"""The guides from each platform and back to it: every command runs, on what that platform downloads."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from tests.grader.called import grader
from tests.grader.classroom.platforms import CLASS, PLATFORMS, TEAM, late, people, zipped

# What is made once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("round trips")

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guides"
TYPED = re.compile(r"^grader (.*)$", re.MULTILINE)


def run_all(name, folder):
    """Every command of a guide, one after the other, as it stands there."""
    lines = TYPED.findall((GUIDES / f"{name}.md").read_text("utf-8"))
    for line in lines:
        words = shlex.split(line)
        weak = ["--sandbox", "process"] if words[0] == "batch" else []
        run = grader(*words, *weak, cwd=folder)
        assert run.returncode == 0, f"{line}\n{run.stdout}{run.stderr}"
        assert "not in the roster" not in run.stderr
    return lines


@pytest.mark.parametrize("platform", PLATFORMS[:4], ids=lambda platform: platform.name)
def test_commands_of_a_guide_take_a_class_there_and_back(platform, tmp_path, course):
    (tmp_path / "download.zip").write_bytes(zipped(platform.download(lambda _: course.solution("add"))))
    (tmp_path / "roster.csv").write_bytes(platform.roster())
    (tmp_path / "people.csv").write_text(people(platform), "utf-8")
    assert len(run_all(platform.name, tmp_path)) >= 3
    grades = {at for at, points in platform.taken(tmp_path / "grades.csv", None).items() if points}
    assert grades == {one.at for one in CLASS if one.hands_in}
    if platform.name != "blackboard":
        assert (tmp_path / "feedback" / f"for-{platform.name}.zip").is_file()


def test_commands_for_classroom_50_grade_its_download(tmp_path, course):
    platform = PLATFORMS[5]
    files = platform.download(lambda _: course.solution("add")) | {"scores.csv": platform.roster().decode()}
    for name, text in files.items():
        (tmp_path / "download" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "download" / name).write_text(text, "utf-8")
    run_all("classroom50", tmp_path)
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        graded = {row["id"]: row["handed_in"][:10] for row in csv.DictReader(file) if row["score"]}
    assert graded == {one.login: f"2026-12-0{1 + late(one)}" for one in CLASS if one.hands_in}
    assert len([*(tmp_path / "feedback").glob("*.html")]) == len(graded)


def test_commands_for_gradescope_grade_its_export(tmp_path, course):
    platform = PLATFORMS[4]
    (tmp_path / "download.zip").write_bytes(zipped(platform.download(lambda _: course.solution("add"))))
    (tmp_path / "roster.csv").write_bytes(platform.roster())
    run_all("elsewhere", tmp_path)
    text = (tmp_path / "grades.csv").read_text("utf-8")
    there = [one for one in CLASS if one.hands_in or one.at in TEAM]
    assert text.count(",2026-12-01T10:00:00Z,") + text.count(",2026-12-02T10:00:00Z,") == len(there)
    assert len([*(tmp_path / "feedback").glob("*.html")]) == len(there)
