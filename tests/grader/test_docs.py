"""What the documents show, run."""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from grader.check import hints_missing
from grader.grading import grade
from grader.render.terminal import render
from grader.submission import Submission

ROOT = Path(__file__).resolve().parents[2]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"^ *print\(.*?\)\s+# (.*)$", re.MULTILINE)


def blocks(name):
    text = (ROOT / name).read_text("utf-8")
    found = []
    for match in PYTHON.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.append(pytest.param(match[1], id=f"{name}-{line}"))
    return found


RUN_ON_SOLUTIONS = """
import sys
import solutions
from grader import alone
real = alone.engine
alone.engine = lambda name: real(name, {folder!r})
sys.modules["exercises"] = solutions
exec(compile(sys.stdin.read(), "block", "exec"), {{"__name__": "__main__"}})
"""


@pytest.mark.parametrize("block", blocks("HINTS.md") + blocks("README.md"))
def test_python_shown_prints_what_it_says(block):
    code = RUN_ON_SOLUTIONS.format(folder=str(ROOT / "solutions"))
    run = subprocess.run(
        [sys.executable, "-c", code], input=block, capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 0, run.stderr
    if expected := EXPECTED.findall(block):
        assert run.stdout.splitlines() == expected


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
    for name in ("README.md", "HINTS.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text("utf-8")):
            assert (ROOT / link).exists(), link


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
