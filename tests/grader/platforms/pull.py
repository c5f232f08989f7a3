"""A course's repository with a base and pull requests, and the two workflows that are run for each push."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from grader.course.course import Course, handed_out
from grader.examine.cases import default_folder
from tests.grader.platforms.hub import Hub, Ran, Runner

ROOT = Path(__file__).resolve().parents[3]
TAKEN = (
    *("grader", "solutions", "tests/properties", "platforms/github", ".github"),
    *("action.yml", "course.toml", "constraints.txt", "pyproject.toml", "HINTS.md", "Makefile"),
)
AUTHOR = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
KEPT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}


def git(folder: Path, *arguments: str) -> str:
    """What a git command printed."""
    run = subprocess.run(
        ["git", "-C", str(folder), *AUTHOR, *arguments], capture_output=True, check=True, env=KEPT
    )
    return run.stdout.decode().strip()


def commit(folder: Path, files: dict[str, str]) -> str:
    """Commits files by their paths; gives the commit's name."""
    for place, text in files.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text, encoding="utf-8")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "work")
    return git(folder, "rev-parse", "HEAD")


def copy_of_the_course(folder: Path, course: Course) -> None:
    """The files a course's repository has, exercises as they are handed out."""
    for place in TAKEN:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / place).is_dir():
            shutil.copytree(ROOT / place, folder / place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / place, folder / place)
    (folder / "exercises").mkdir()
    for name, text in handed_out(course).items():
        (folder / "exercises" / f"{name}.py").write_text(text, encoding="utf-8")


@dataclass
class Repository:
    """One on the hub, and a student's clone of it.

    home: the runner's, where the cache is warm: the environment that these tests run in, and its cases.
    """

    folder: Path
    hub: Hub
    base: str = ""
    runs: int = 0
    ran: list[Ran] = field(default_factory=list)

    @classmethod
    def made(cls, folder: Path, hub: Hub, course: Course) -> Repository:
        self = cls(folder, hub)
        self.student.mkdir(parents=True)
        git(self.student, "init", "--quiet", "--initial-branch", "main")
        copy_of_the_course(self.student, course)
        self.base = commit(self.student, {})
        git(folder, "clone", "--quiet", "--bare", str(self.student), str(self.origin))
        git(self.student, "switch", "--quiet", "--create", "work")
        self._warm()
        return self

    @property
    def student(self) -> Path:
        return self.folder / "student"

    @property
    def origin(self) -> Path:
        return self.folder / "hub.git"

    def _warm(self) -> None:
        cache = self.folder / "home" / ".cache" / "nanograd"
        (cache / "venv").mkdir(parents=True)
        for part in Path(sys.prefix).iterdir():
            if part.name not in ("ready", "share"):
                (cache / "venv" / part.name).symlink_to(part)
        (cache / "venv" / "ready").touch()
        default_folder().mkdir(parents=True, exist_ok=True)
        (cache / "cases").symlink_to(default_folder())

    def push(self, files: dict[str, str]) -> str:
        """Commits on the student's branch and pushes; the pull request's head is that commit from now on."""
        head = commit(self.student, files)
        return self.pushed(head)

    def pushed(self, head: str) -> str:
        git(self.student, "push", "--quiet", "--force", str(self.origin), f"{head}:refs/pull/1/head")
        self.hub.pulls[:] = [{"number": 1, "head": {"sha": head, "label": "ada:work"}}]
        return head

    def workflows(self, head: str) -> Ran:
        """Runs both workflows for a push, as they stand in the base; gives what the first one did."""
        self.runs += 1
        here = self.folder / f"run{self.runs}"
        return self._runner(here, self._pull_request(head)).run(ROOT / ".github/workflows/autograde.yml")

    def comment(self, head: str) -> Ran:
        """Runs the second workflow, after the first."""
        here = self.folder / f"comment{self.runs}"
        event = {
            "workflow_run": {
                "id": self.runs,
                "event": "pull_request",
                "head_sha": head,
                "head_branch": "work",
                "head_repository": {"full_name": "ada/work", "owner": {"login": "ada"}},
                "pull_requests": [],
            }
        }
        workflow = ROOT / ".github/workflows/autograde-comment.yml"
        assert yaml.safe_load(workflow.read_text())["jobs"]["comment"]["if"] == (
            "github.event.workflow_run.event == 'pull_request'"
        )
        return self._runner(here, event).run(workflow)

    def _pull_request(self, head: str) -> dict[str, Any]:
        return {"pull_request": {"number": 1, "base": {"sha": self.base}, "head": {"sha": head}}}

    def _runner(self, here: Path, event: dict[str, Any]) -> Runner:
        workspace, temp = here / "workspace", here / "temp"

        def checkout(given: dict[str, str]) -> dict[str, str]:
            assert given["persist-credentials"] == "False"
            git(self.folder, "clone", "--quiet", "--no-checkout", str(self.origin), str(workspace))
            git(workspace, "checkout", "--quiet", "--detach", given.get("ref") or self.base)
            return {}

        def upload(given: dict[str, str]) -> dict[str, str]:
            folder = Path(given["path"])
            files = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
            self.hub.upload(self.runs, files)
            return {}

        return Runner(
            workspace,
            temp,
            self.folder / "home",
            event,
            {
                "GITHUB_REPOSITORY": "course/work",
                "GITHUB_SERVER_URL": "https://hub.example",
                "GITHUB_API_URL": self.hub.root,
                "GITHUB_ACTOR": "ada",
            },
            {
                "actions/checkout": checkout,
                "actions/setup-python": lambda given: {"python-version": given["python-version"]},
                "actions/cache": lambda given: {"cache-hit": "true"},  # the home is warm
                "actions/upload-artifact": upload,
            },
        )
