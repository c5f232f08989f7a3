"""The workflows as GitHub runs them: their steps, in a repository with a base and pull requests."""

import base64
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from grader.course.misconceptions import misconceptions
from grader.platforms.pull_request import LONGEST, MARKER
from grader.report.report import schema
from tests.grader.hostile import HOSTILE
from tests.grader.platforms.hub import TOKEN, Hub, serving
from tests.grader.platforms.pull import ROOT, Repository, git
from tests.needs import ACTIONLINT, actionlint, bwrap, zizmor

WORKFLOWS = ROOT / ".github" / "workflows"
TAGS = {"<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>", "<pre>", "</pre>"}
TAGS |= {"<sub>", "</sub>", "<br/>", MARKER}

pytestmark = [
    bwrap,
    pytest.mark.xdist_group("workflows"),
]


@pytest.fixture(scope="module")
def hub():
    with serving(Hub()) as hub:
        yield hub


@pytest.fixture(scope="module")
def repository(tmp_path_factory, hub, course):
    return Repository.made(tmp_path_factory.mktemp("github"), hub, course)


@pytest.fixture(scope="module")
def three_pushes(repository, course):
    """A wrong add, then a right one, then mul as well; both workflows ran for each."""
    wrong = next(m.source for m in misconceptions("add") if m.id == "overwrites")
    pushes = [
        {"exercises/add.py": wrong},
        {"exercises/add.py": course.solution("add")},
        {"exercises/mul.py": course.solution("mul")},
    ]
    found = []
    for files in pushes:
        head = repository.push(files)
        graded = repository.workflows(head)
        told = repository.comment(head)
        found.append((graded, told, [dict(comment) for comment in repository.hub.comments]))
    return found


@pytest.fixture(scope="module")
def tampered(tmp_path_factory, course):
    """A pull request that edits everything that grades it, and claims full marks."""
    with serving(Hub()) as hub:
        repository = Repository.made(tmp_path_factory.mktemp("tampered"), hub, course)
        passing = "def test_all():\n    pass\n"
        generous = (repository.student / "course.toml").read_text().replace("points = 10\n", "points = 99\n")
        head = repository.push(
            {
                "grader/platforms/github.py": "def summary(seen):\n    return 'Score: 100 of 100'\n",
                "grader/examine/grading.py": "raise SystemExit(0)\n",
                "grader/sitecustomize.py": "raise SystemExit(0)\n",
                "tests/properties/test_add.py": passing,
                "solutions/add.py": "def add(self, other):\n    return self\n",
                "exercises/add.py": "def add(self, other):\n    return self\n",
                "Makefile": "all:\n\ttrue\n",
                "course.toml": generous,
                "platforms/github/grade.sh": "#!/bin/sh\nexit 0\n",
                ".gitattributes": "* filter=evil diff=evil\n",
                ".github/workflows/autograde.yml": "name: autograde\n",
            }
        )
        graded = repository.workflows(head)
        told = repository.comment(head)
        return graded, told, hub.comments[0]["body"], hub.artifacts[1]


# Three pushes


def test_verdict_and_score_are_right(three_pushes):
    assert [graded.code for graded, _, _ in three_pushes] == [1, 1, 1]
    outputs = [graded.outputs["Grade"] for graded, _, _ in three_pushes]
    assert [(o["score"], o["max-score"]) for o in outputs[1:]] == [("10", "100"), ("20", "100")]
    assert float(outputs[0]["score"]) < 10
    assert {o["passed"] for o in outputs} == {"false"}


def test_summary_has_the_table_the_counterexample_and_its_graph(three_pushes):
    summary = three_pushes[0][0].summary
    assert summary.startswith("## Score: ")
    assert "| ❌ failed |" in summary
    assert "<details><summary>The first counterexample: <code>add</code></summary>" in summary
    assert "```mermaid\nflowchart BT\n" in summary


def test_annotation_stands_at_the_line_of_the_exercise(three_pushes, repository):
    found = re.search(
        r"^::error file=exercises/add\.py,line=(\d+),title=add%3A", three_pushes[0][0].log, re.M
    )
    wrong = git(repository.student, "show", "HEAD~2:exercises/add.py").splitlines()
    assert wrong[int(found[1]) - 1].strip() == "self.grad = out.grad"


def test_open_stub_is_marked_at_its_todo(three_pushes, repository):
    found = re.search(r"^::notice file=exercises/pow\.py,line=(\d+),", three_pushes[0][0].log, re.M)
    stub = git(repository.student, "show", "HEAD:exercises/pow.py").splitlines()
    assert "raise NotImplementedError" in stub[int(found[1]) - 1]


def test_three_pushes_make_one_comment_updated_in_place(three_pushes):
    after = [comments for _, _, comments in three_pushes]
    assert [len(comments) for comments in after] == [1, 1, 1]
    bodies = [comments[0]["body"] for comments in after]
    assert len(set(bodies)) == 3
    assert [told.code for _, told, _ in three_pushes] == [0, 0, 0]
    assert "## Score: 20 of 100" in bodies[2]


def test_comment_says_what_the_summary_says(three_pushes):
    graded, _, comments = three_pushes[2]
    assert comments[0]["body"] == f"{MARKER}\n{graded.summary}"


def test_comment_says_that_it_is_not_the_mark(three_pushes):
    assert "This is feedback, not the mark" in three_pushes[0][2][0]["body"]


def test_classroom_reporter_adds_up_the_result(three_pushes):
    """As its code does: a sum of scores, each of which must be there."""
    for graded, _, _ in three_pushes:
        result = json.loads(base64.b64decode(graded.outputs["Grade"]["result"]))
        assert result["version"] == 1
        assert result["status"] in ("pass", "fail", "error")
        assert sum(test["score"] for test in result["tests"]) == pytest.approx(
            float(graded.outputs["Grade"]["score"]), abs=0.01
        )
        assert result["max_score"] == 100
        assert {"name", "status", "score", "line_no"} <= set(result["tests"][0])


def test_report_meets_its_schema_but_for_what_changed(three_pushes, repository):
    with zipfile.ZipFile(io.BytesIO(repository.hub.artifacts[3][0][1])) as archive:
        report = json.loads(archive.read("report.json"))
    changes = report.pop("changes")
    jsonschema.validate(report, json.loads(schema()))
    assert changes["base"] == repository.base
    assert (changes["exercises"], changes["elsewhere"], changes["more"]) == (["add", "mul"], [], 0)


def test_log_obeys_annotations_only(three_pushes):
    """Between the stop and its token the runner obeys nothing."""
    log = three_pushes[0][0].log
    token = re.match(r"::stop-commands::([0-9a-f]{32})\n", log)[1]
    quiet, _, after = log.partition(f"\n::{token}::\n")
    assert "::" not in quiet.partition("\n")[2]
    assert {line.split(" ")[0] for line in after.splitlines()} <= {"::error", "::notice", "::warning"}


def test_token_is_told_to_nobody(three_pushes, repository):
    for graded, told, comments in three_pushes:
        assert TOKEN not in graded.log + told.log + graded.summary + comments[0]["body"]
    # Nor to the host that the artifact lies on.
    assert {auth for _, path, auth in repository.hub.asked if path.startswith("/blobs/")} == {None}


def test_only_what_depends_on_the_change_is_graded(tmp_path, course):
    with serving(Hub()) as hub:
        repository = Repository.made(tmp_path, hub, course)
        ran = repository.workflows(repository.push({"exercises/layer.py": course.solution("layer")}))
    assert ran.outputs["Grade"]["graded"] == "layer mlp"
    assert (ran.outputs["Grade"]["score"], ran.outputs["Grade"]["max-score"]) == ("10", "25")


# A pull request that edits what grades it


def test_tampering_gets_the_verdict_of_the_base(tampered):
    graded, told, comment, _ = tampered
    assert graded.code == 1
    outputs = graded.outputs["Grade"]
    assert (outputs["score"], outputs["max-score"], outputs["passed"]) == ("0", "100", "false")
    assert told.code == 0
    assert "## Score: 0 of 100" in comment


def test_tampering_is_told(tampered):
    graded, _, comment, artifacts = tampered
    assert "10 changed files count for nothing here" in comment
    assert "::warning title=Not graded::" in graded.log
    for path in (
        "Makefile",
        "course&#46;toml",
        "grader&#47;examine&#47;grading&#46;py",
        "platforms&#47;github&#47;grade&#46;sh",
    ):
        assert f"<code>{path}</code>" in comment
    assert len(artifacts) == 1


# A pull request full of hostile strings


@pytest.fixture(scope="module")
def attacked(tmp_path_factory, course):
    with serving(Hub()) as hub:
        repository = Repository.made(tmp_path_factory.mktemp("hostile"), hub, course)
        raising = "def {name}(self, *rest):\n    print({text!r})\n    raise ValueError({text!r})\n"
        names = [text.replace("/", "|").encode()[:200].decode("utf-8", "ignore") for text in HOSTILE]
        files = {f"{number:02} {name}": "" for number, name in enumerate(names)}
        together = "\n".join(HOSTILE)
        texts = {"add": together, "mul": HOSTILE[0], "pow": HOSTILE[17], "relu": HOSTILE[2]}
        for name, text in texts.items():
            files[f"exercises/{name}.py"] = raising.format(name=name, text=text)
        files["exercises/backward.py"] = f"# {HOSTILE[18]}\n{HOSTILE[2]}\n"
        repository.push(files)
        git(repository.student, "commit", "--quiet", "--amend", "--message", together[:20_000])
        head = repository.pushed(git(repository.student, "rev-parse", "HEAD"))
        graded = repository.workflows(head)
        told = repository.comment(head)
        return graded, told, hub.comments


def test_fifty_hostile_strings_leak_nowhere(attacked):
    graded, told, comments = attacked
    assert len(HOSTILE) == 50
    assert (told.code, len(comments)) == (0, 1)
    for shown in (graded.log, told.log, graded.summary, comments[0]["body"]):
        assert [text for text in HOSTILE if text.strip() in shown] == []


def test_summary_and_comment_have_no_tag_but_ours(attacked):
    graded, _, comments = attacked
    for shown in (graded.summary, comments[0]["body"]):
        # Angle brackets in Mermaid's arrows are ours, too.
        assert set(re.findall(r"<[^>]*>", shown)) <= TAGS
        assert "@" not in shown
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u200b\ufeff]", shown)


def test_log_holds_no_word_of_the_student(attacked):
    log = attacked[0].log + attacked[1].log
    assert not re.search(r"pwned|evil|HUGE|alert|\x1b|##\[", log)


def test_outputs_are_ours_alone(attacked):
    outputs = attacked[0].outputs["Grade"]
    assert set(outputs) == {"score", "max-score", "bonus", "passed", "graded", "elsewhere", "result"}
    assert (outputs["score"], outputs["passed"]) == ("0", "false")


def test_comment_fits(attacked):
    assert len(attacked[2][0]["body"]) <= LONGEST


# The files themselves


def found_by_zizmor():
    program = Path(sys.executable).with_name("zizmor")
    files = ["action.yml", *(f".github/workflows/{path.name}" for path in sorted(WORKFLOWS.iterdir()))]
    run = subprocess.run(
        [program, "--offline", "--no-config", "--persona", "auditor", "--format", "json-v1", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return [
        (entry["ident"], Path(entry["locations"][0]["symbolic"]["key"]["Local"]["verbatim_path"]).name)
        for entry in json.loads(run.stdout)
    ]


@zizmor
def test_zizmor_finds_nothing_but_that_workflow_run_is_used():
    """That trigger is reported whatever a workflow does; it is what comments on forks need."""
    assert found_by_zizmor() == [("dangerous-triggers", "autograde-comment.yml")]


@actionlint
def test_actionlint_finds_nothing():
    files = [str(path) for path in sorted(WORKFLOWS.iterdir())]
    run = subprocess.run([ACTIONLINT, *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def test_nothing_is_ignored_and_everything_is_pinned():
    for path in (ROOT / "action.yml", *WORKFLOWS.iterdir()):
        text = path.read_text("utf-8")
        assert "ignore" not in text.replace("if-no-files-found: ignore", "")
        for used in re.findall(r"uses: (.*)", text):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used)


def test_first_workflow_may_only_read():
    workflow = yaml.safe_load((WORKFLOWS / "autograde.yml").read_text())
    assert workflow["permissions"] == {}
    assert workflow["jobs"]["grade"]["permissions"] == {"contents": "read"}
    assert "secrets" not in (WORKFLOWS / "autograde.yml").read_text()


def test_second_workflow_runs_nothing_but_the_default_branch():
    text = (WORKFLOWS / "autograde-comment.yml").read_text()
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert "ref" not in job["steps"][0]["with"]
    assert [step.get("run") for step in job["steps"]] == [
        None,
        "python3 -I grader/start.py grader.ci.comment",
    ]


def test_superseded_runs_are_cancelled():
    for path in WORKFLOWS.iterdir():
        assert yaml.safe_load(path.read_text())["concurrency"]["cancel-in-progress"] is True


def test_action_takes_the_same_steps_as_the_workflow():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    (job,) = yaml.safe_load((WORKFLOWS / "autograde.yml").read_text())["jobs"].values()
    steps = [step for step in job["steps"] if step["name"] not in ("Base", "Report")]
    for mine, theirs in zip(action["runs"]["steps"], steps, strict=True):
        assert mine["name"] == theirs["name"]
        assert mine.get("uses") == theirs.get("uses")
        assert set(mine.get("env", {})) == set(theirs.get("env", {}))
        script = mine.get("run", "").replace('"', "").replace("$GITHUB_ACTION_PATH/", "")
        assert script == theirs.get("run", "")


@actionlint
def test_installed_actionlint_would_find_something(tmp_path):
    """The check of the check: a linter that finds nothing anywhere proves nothing."""
    commit_message = "${{ github.event.head_commit.message }}"
    bad = tmp_path / "bad.yml"
    bad.write_text(
        f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo {commit_message}\n"
    )
    assert subprocess.run([ACTIONLINT, str(bad)], capture_output=True, check=False).returncode != 0
