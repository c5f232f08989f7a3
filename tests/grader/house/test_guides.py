"""The guides from each platform and back to it: every command runs, on what that platform downloads."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grader.classroom.platforms import CLASS, PLATFORMS, people, table, zipped

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
        command = [sys.executable, "-m", "grader", *words, *weak]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
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


GRADESCOPE = """submission_{number}:
  :submitters:
  - :name: {name}
    :sid: '{sis}'
    :email: {email}
  :created_at: 2026-11-30 17:34:00.861687000 Z
"""


def test_commands_for_gradescope_grade_its_export(tmp_path, course):
    there = [one for one in CLASS if one.hands_in]
    told = [
        GRADESCOPE.format(
            number=one.number, name=repr(one.name).replace("\\'", "''"), sis=one.sis, email=one.email
        )
        for one in there
    ]
    files = {f"export/submission_{one.number}/add.py": course.solution("add") for one in there}
    (tmp_path / "download.zip").write_bytes(
        zipped({**files, "export/submission_metadata.yml": "".join(told)})
    )
    rows = [["First Name", "Last Name", "SID", "Email", "Sections"]]
    rows += [[one.first, one.last, one.sis, one.email, "A"] for one in CLASS]
    (tmp_path / "roster.csv").write_text(table(rows), "utf-8")
    run_all("elsewhere", tmp_path)
    text = (tmp_path / "grades.csv").read_text("utf-8")
    assert text.count(",2026-11-30T17:34:00Z,") == len(there)
    assert len([*(tmp_path / "feedback").glob("*.html")]) == len(there)
