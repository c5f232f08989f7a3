"""What the documents show, run."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from rich.console import Console

from grader.author.exercises import hints_missing
from grader.course.course import Course
from grader.examine.grading import grade
from grader.render.terminal import render
from grader.report.rubric import read
from grader.sandbox.cages import choose
from grader.submission.submission import Submission
from tests.grader.called import grader
from tests.prompts import refused

ROOT = Path(__file__).resolve().parents[3]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"^ *print\(.*?\)\s+# (.*)$", re.MULTILINE)


def blocks(name):
    text = (ROOT / name).read_text("utf-8")
    found = []
    for match in PYTHON.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(pytest.param(match[1], id=f"{name}-{line}"))
    return found


# One process for many blocks, as most of its time would go into beginning.
RUN_ON_SOLUTIONS = """
import contextlib, io, json, sys, traceback
import solutions
from grader import alone
real = alone.engine
alone.engine = lambda name: real(name, {folder!r})
sys.modules["exercises"] = solutions
for block in json.load(sys.stdin):
    raised = ""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            exec(compile(block, "block", "exec"), {{"__name__": "__main__"}})
        except BaseException:
            raised = traceback.format_exc()
    print(json.dumps([printed.getvalue(), raised]))
"""
SHOWN = blocks("HINTS.md") + blocks("README.md")


def printed(params):
    """What each of these blocks prints where the exercises are solved, and what it raises."""
    texts = [block for param in params for block in param.values]
    code = RUN_ON_SOLUTIONS.format(folder=str(ROOT / "solutions"))
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=False
    )
    return {text: json.loads(line) for text, line in zip(texts, run.stdout.splitlines(), strict=True)}


def says_what_it_prints(block, run):
    output, raised = run
    assert not raised
    if expected := EXPECTED.findall(block):
        assert output.splitlines() == expected


@pytest.fixture(scope="module")
def runs():
    return printed(SHOWN)


@pytest.mark.xdist_group("python in documents")
@pytest.mark.parametrize("block", SHOWN)
def test_python_shown_prints_what_it_says(block, runs):
    says_what_it_prints(block, runs[block])


LESSONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "lessons").glob("*.md"))


@pytest.mark.parametrize("block", [b for name in ("HINTS.md", "README.md", *LESSONS) for b in blocks(name)])
def test_python_shown_can_be_pasted_at_a_plain_prompt(block):
    assert not refused(block)


def test_hints_are_complete(course):
    assert list(hints_missing(course)) == []


def test_hints_hold_no_line_of_a_solution(course):
    hints = (ROOT / "HINTS.md").read_text("utf-8")
    for name in course.names:
        stub = course.stub(name)
        for line in course.solution(name).splitlines():
            code = line.strip()
            if (
                len(code) > 12
                and line not in stub.splitlines()
                and not code.startswith(("#", "def _backward"))
            ):
                assert code not in hints


def test_every_make_target_shown_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "HINTS.md"):
        text = (ROOT / name).read_text("utf-8")
        # "make sure" in prose is no command: only code counts.
        code = re.findall(r"`make ([a-z]+)", text) + re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
        assert set(code) <= targets
        assert code


def test_every_file_the_documents_link_to_is_there():
    for path in (ROOT / "README.md", ROOT / "HINTS.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"


POLICY = re.compile(r"^```toml\n(\[policy\].*?)^```", re.MULTILINE | re.DOTALL)
TYPED = re.compile(
    r"^\.venv/bin/(grader (?:alike|batch|report|export|feedback|release|keygen|verify) .*)$", re.MULTILINE
)


def test_the_policy_shown_to_instructors_is_one(course):
    shown = POLICY.search((ROOT / "docs" / "class.md").read_text("utf-8"))
    policy = read(tomllib.loads(shown[1])["policy"], course.names)
    assert (policy.attempt, policy.weights["backward"]) == ("best", 2)


LAST_MARK = re.compile(r"^```toml\n(\[together\].*?)^```", re.MULTILINE | re.DOTALL)


def test_last_mark_that_the_docs_show_counts_for_as_much_as_they_say(tmp_path):
    text = (ROOT / "docs" / "class.md").read_text("utf-8")
    exercises = (ROOT / "course.toml").read_text("utf-8").partition("[together]")[0]
    (tmp_path / "course.toml").write_text(exercises + LAST_MARK.search(text)[1])
    shown = Course.load(tmp_path)
    assert shown.together.counts
    assert f"points and these, {sum(part.points for part in shown.counted)} here" in text


def test_what_instructors_are_shown_to_type_works(tmp_path, course):
    """Every command about a class, one after the other, as it stands there; what stands there twice, once."""
    typed = []
    for name in ("README.md", "docs/class.md"):
        found = TYPED.findall((ROOT / name).read_text("utf-8"))
        assert len(found) >= 4
        typed += [line.partition("  #")[0].strip() for line in found]
    (tmp_path / "handed-in" / "ada").mkdir(parents=True)
    shutil.copy(course.root / "solutions" / "add.py", tmp_path / "handed-in" / "ada")
    for line in ("grader grade handed-in/ada --exercise add --json report.json", *dict.fromkeys(typed)):
        words = line.split()[1:]
        weak = ["--sandbox", "process"] if words[0] == "batch" and choose("auto").isolation == "none" else []
        run = grader(*words, *weak, cwd=tmp_path)
        assert run.returncode == 0, f"{line}\n{run.stderr}"


SINGLE_PEOPLE = re.compile(r"^## Single people\n(.*?)^## ", re.MULTILINE | re.DOTALL)


def test_what_is_said_of_single_people_can_be_said_as_shown(tmp_path, course):
    """The file and the commands, as they stand there; each word becomes what the table says of it."""
    section = SINGLE_PEOPLE.search((ROOT / "docs" / "class.md").read_text("utf-8"))[1]
    people = re.search(r"^```csv\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[1]
    typed = re.findall(r"^(grader [^#\n]*)|`(grader (?:batch|export) [^`]*)`", section, re.MULTILINE)
    lines = ["".join(each).strip().replace("…", "handed-in --gradebook class.sqlite") for each in typed]
    assert [line.split()[1] for line in lines] == ["batch", "rescore", "batch", "export"]
    (tmp_path / "people.csv").write_text(people, "utf-8")
    names = ["ada", "bob", "cyd", "dan", "eve"]
    (tmp_path / "roster.csv").write_text("\n".join(["student_id", *names, ""]))
    for name in ("ada", "bob", "Team 1"):
        (tmp_path / "handed-in" / name).mkdir(parents=True)
        (tmp_path / "handed-in" / name / "add.py").write_text(course.solution("add"))
    for line in (*lines, "grader export class.sqlite --format csv --to all.csv"):
        words = line.split()[1:]
        weak = ["--sandbox", "process"] if words[0] == "batch" and choose("auto").isolation == "none" else []
        run = grader(*words, *weak, cwd=tmp_path)
        assert run.returncode == 0, f"{line}\n{run.stderr}"
    with (tmp_path / "all.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    assert [rows[name]["score"] for name in names] == ["10", "10.5", "", "10", "10"]
    assert [rows[name]["section"] for name in names] == ["", "", "", "B", "B"]
    assert rows["cyd"]["excused"] == "on leave"
    for name, said in (("ada", "extension: "), ("bob", "manual: one page was missing (-2.5)")):
        assert rows[name]["policies"].startswith(said)
    assert {rows[name]["policies"] for name in ("dan", "eve")} == {"group: Team 1 (+0)"}
    assert (tmp_path / "names.csv").read_text("utf-8").count("\n") == 1 + len(names)


def test_failing_output_in_the_readme_is_what_a_student_sees(course, setting, solutions):
    readme = (ROOT / "README.md").read_text("utf-8")
    excerpt = re.search(r"mul with = in place of \+= -->\n```\n(.*?)\n```", readme, re.DOTALL)[1]
    wrong = Submission("s", {**solutions, "mul": solutions["mul"].replace("+=", "=")}, {})
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False)
    render(grade(wrong, setting), console, "exercises", "make grade EX={}")
    assert excerpt in stream.getvalue()


def test_points_in_the_readme_are_those_of_the_course(course):
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = dict(re.findall(r"`exercises/(\w+)\.py` \|.*\| (\d+) \|$", readme, re.MULTILINE))
    assert shown == {exercise.name: str(exercise.points) for exercise in course.exercises}
