"""GitLab: the code-quality report, and the template's own steps in a repository with a merge request."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import yaml

from grader.examine.cases import default_folder
from grader.platforms.runners import line_of, lines_of
from grader.render.export import LONGEST, code_quality
from grader.submission.submission import Submission
from tests.grader.render.formats.samples import ADD, FAILED, FOUND, graded, mixed, perfect, report
from tests.needs import caged

# With the other tests that plant modules, which takes long.
pytestmark = pytest.mark.xdist_group("strangers")

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = ROOT / "platforms" / "gitlab" / "autograde.gitlab-ci.yml"
# What GitLab says that it reads of a code-quality report.
ISSUES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1, "maxLength": LONGEST},
            "check_name": {"type": "string", "pattern": "^[a-z_0-9.]+$"},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {"path": {"type": "string", "pattern": r"^[^/.][^\\]*$"}},
            },
        },
    },
}


def issues(report, lines=None):
    found = json.loads(code_quality(report, lines or {}, "exercises"))
    jsonschema.validate(found, ISSUES)
    return found


def test_each_property_that_does_not_hold_is_an_issue_at_its_exercises_line():
    found = issues(mixed(), {"add": 14, "mul": 3})
    places = [(i["check_name"], i["location"]["path"], i["location"]["lines"]["begin"]) for i in found]
    assert places == [
        ("add.accumulates", "exercises/add.py", 14),
        ("mul.claim_1", "exercises/mul.py", 3),
        ("mul.claim_2", "exercises/mul.py", 3),
        ("pow.claim_1", "exercises/pow.py", 1),
    ]
    assert [issue["severity"] for issue in found] == ["major", "critical", "critical", "info"]


def test_full_marks_are_no_issue():
    assert issues(perfect()) == []


def test_no_two_issues_of_a_report_have_the_same_fingerprint():
    found = [issue["fingerprint"] for issue in issues(mixed())]
    assert len(set(found)) == len(found)


def test_an_issue_is_the_same_in_the_next_pipeline_wherever_its_line_is_then():
    first, second = issues(mixed(), {"add": 1}), issues(mixed(), {"add": 9})
    assert [i["fingerprint"] for i in first] == [i["fingerprint"] for i in second]


def test_what_a_submission_says_is_one_printable_line():
    text = code_quality(mixed(), {}, "exercises")
    text.encode("utf-8")
    assert all(issue["description"].isprintable() for issue in json.loads(text))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def add(self, other):\n", 1),
        ('"""No."""\n\n\ndef adder():\n    def add(x):\n', 5),
        ("# def add\nclass add:\n", 2),
        ("", 1),
        ("(" * 100_000 + "\nx = 1\n", 1),
    ],
)
def test_a_definition_is_found_in_whatever_stands_there(source, line):
    assert line_of(source, "add") == line


def test_every_exercise_of_the_course_has_its_line(course, solutions):
    found = lines_of(Submission("s", solutions, {}), course, report())
    assert set(found) == set(course.names)
    assert all(number > 1 for number in found.values())


def test_the_line_of_a_finding_is_shown_where_the_file_has_it(course, solutions):
    def lines(line):
        found = report(graded(ADD, FAILED, findings=(replace(FOUND[0], line=line),)))
        return lines_of(Submission("s", solutions, {}), course, found)

    assert lines(3) == lines(0) | {"add": 3}
    assert lines(10_000) == lines(0)


def test_the_template_is_what_gitlab_reads():
    folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "gitlab-ci.json").read_text("utf-8"))
    found = yaml.safe_load(TEMPLATE.read_text("utf-8"))
    assert [
        error.message for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(found)
    ] == []


def git(folder, *words):
    run = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture(scope="module")
def course_repository(tmp_path_factory):
    """A project whose exercises are the stubs, as the target branch has it."""
    project = tmp_path_factory.mktemp("gitlab") / "project"
    project.mkdir()
    for name in ("grader", "solutions", "exercises", "tests/properties"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("course.toml", "pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(ROOT / name, project / name)
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "config", "user.name", "t")
    git(project, "config", "user.email", "t@example.org")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message=base")
    return project


@pytest.fixture
def merge_request(course_repository, tmp_path):
    """A branch of somebody's, to be written in."""
    project = tmp_path / "project"
    git(tmp_path, "clone", "--quiet", str(course_repository), str(project))
    git(project, "config", "user.name", "s")
    git(project, "config", "user.email", "s@example.org")
    git(project, "switch", "--quiet", "--create", "mine")
    return project


def job(project):
    """Runs the job's lines as a GitLab runner does: one shell that stops at the first failure.

    Installing is left out, as the interpreter at hand has what that would bring, and so is drawing the cases.
    """
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--allow-empty", "--message=work")
    stated = yaml.safe_load(TEMPLATE.read_text("utf-8"))["nanograd"]
    lines = [*stated["before_script"], *stated["script"]]
    (pip,) = [at for at, line in enumerate(lines) if "pip install" in line]
    (venv,) = [at for at, line in enumerate(lines) if "venv " in line]
    assert lines[pip].endswith("-c constraints.txt -e .)")
    lines[venv] += " --without-pip"
    wrapper = f'#!/bin/sh\nexec "{sys.executable}" -I "${{0%/.venv/*}}/grader/start.py" grader "$@"\n'
    lines[pip : pip + 1] = [
        f'printf %s {shlex.quote(wrapper)} > "$course/.venv/bin/grader"',
        'chmod +x "$course/.venv/bin/grader"',
        'mkdir -p "$XDG_CACHE_HOME"',
        f'ln -s {default_folder().parent} "$XDG_CACHE_HOME"',
        'printf "%s %s" "$XDG_CACHE_HOME" "$PIP_CACHE_DIR" > "$CACHES"',
    ]
    caches = project.with_name("caches")
    variables = {
        "CACHES": str(caches),
        "TMPDIR": str(project.parent),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(project, "merge-base", "origin/main", "HEAD"),
        "CI_COMMIT_SHA": git(project, "rev-parse", "HEAD"),
        "CI_PROJECT_DIR": str(project),
    }
    run = subprocess.run(
        ["bash", "-c", "set -eo pipefail\n" + "\n".join(lines)],
        cwd=project,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    run.caches = [Path(place) for place in caches.read_text().split()] if caches.exists() else []
    run.issues = json.loads(reported(project, "codequality") or "[]")
    return run


def reported(project, name):
    reports = yaml.safe_load(TEMPLATE.read_text("utf-8"))["nanograd"]["artifacts"]["reports"]
    file = project / reports[name]
    return file.read_text("utf-8") if file.exists() else ""


@caged
def test_a_merge_request_is_graded_and_both_reports_are_where_gitlab_looks(merge_request, solutions):
    wrong = solutions["add"].replace("+=", "=")
    (merge_request / "exercises" / "add.py").write_text(wrong)
    run = job(merge_request)
    assert run.returncode == 1, run.stderr
    assert "/100" in run.stdout
    (line,) = {i["location"]["lines"]["begin"] for i in run.issues if i["check_name"].startswith("add.")}
    assert wrong.splitlines()[line - 1].strip() == "self.grad = out.grad"
    assert len([i for i in run.issues if i["severity"] == "info"]) == len(solutions) - 1
    junit = reported(merge_request, "junit")
    assert "<testsuites" in junit
    assert 'classname="add"' in junit


@caged
def test_a_merge_request_that_edits_the_grader_is_graded_by_the_target_branchs(merge_request, solutions):
    (merge_request / "exercises" / "add.py").write_text("def add(self, other):\n    return self\n")
    (merge_request / "grader" / "agreement.py").write_text("def agree(*_):\n    return True\n")
    (merge_request / "tests" / "properties" / "test_add.py").unlink()
    course = merge_request / "course.toml"
    course.write_text(course.read_text().replace("points = 10", "points = 1000"))
    run = job(merge_request)
    assert run.returncode == 1, run.stderr
    assert "0/100" in run.stdout
    assert any(issue["check_name"].startswith("add.") for issue in run.issues)


@caged
def test_a_link_in_place_of_the_exercises_is_refused(merge_request):
    shutil.rmtree(merge_request / "exercises")
    (merge_request / "exercises").symlink_to("solutions")
    run = job(merge_request)
    assert run.returncode == 2
    assert "is a link" in run.stderr


@caged
def test_nothing_of_a_merge_request_is_run_and_its_caches_are_nobodys(
    merge_request, planted, solutions, tmp_path
):
    (merge_request / "exercises" / "add.py").write_text(solutions["add"].replace("+=", "="))
    planted.into(merge_request)
    planted.into(merge_request / ".cache")
    for name in ("nanograd/cases/add.cases", "nanograd/interpreters/x.json", "pip/x"):
        (merge_request / ".cache" / name).parent.mkdir(parents=True, exist_ok=True)
        (merge_request / ".cache" / name).write_text("forged")
    outside = tmp_path / "outside"
    (merge_request / "junit.xml").symlink_to(outside)
    (merge_request / "gl-code-quality-report.json").mkdir()
    git(merge_request, "add", "--all", "--force")
    run = job(merge_request)
    assert run.returncode == 1, run.stderr
    assert "/100" in run.stdout
    assert planted.marks() == []
    assert not outside.exists()
    assert len(run.caches) == 2
    assert not any(place.is_relative_to(merge_request) for place in run.caches)
    assert {issue["check_name"].partition(".")[0] for issue in run.issues} >= {"add"}


def test_the_template_keeps_no_cache():
    assert yaml.safe_load(TEMPLATE.read_text("utf-8"))["nanograd"]["cache"] == []
