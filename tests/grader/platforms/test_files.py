"""The files that other programs read: each is held to what reads it, and names no host."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
SCRIPTS = (
    "platforms/gradescope/setup.sh",
    "platforms/gradescope/run_autograder",
    "platforms/exercism/bin/run.sh",
    "platforms/pypi/dist.sh",
)
FILES = (
    *SCRIPTS,
    "platforms/gitlab/autograde.gitlab-ci.yml",
    "Dockerfile",
    ".devcontainer/devcontainer.json",
    ".pre-commit-hooks.yaml",
)
# Whatever looks like an address, or like an image or a package taken from a host that is named.
HOST = re.compile(r"https?://|\b[\w-]+\.(?:com|org|io|net|dev)\b")


def text(name):
    return (ROOT / name).read_text("utf-8")


def instructions(name):
    """The Dockerfile's instructions by name, comments left out and lines joined."""
    lines = "\n".join(line for line in text("Dockerfile").splitlines() if not line.startswith("#"))
    return re.findall(rf"^{name} (.*)$", lines.replace("\\\n", " "), re.MULTILINE)


@pytest.mark.parametrize("name", FILES)
def test_no_file_names_a_host(name):
    assert HOST.findall(text(name)) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_can_be_run_and_shellcheck_finds_nothing(name):
    assert (ROOT / name).stat().st_mode & 0o111 == 0o111
    done = subprocess.run([BIN / "shellcheck", ROOT / name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_finds_nothing_in_the_dockerfile():
    done = subprocess.run(
        [BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert "hadolint ignore" not in text("Dockerfile")


def test_the_image_has_stages_and_ends_as_a_user_without_rights():
    assert len(instructions("FROM")) == 3
    assert instructions("USER") == ["1000:1000"]


def test_what_the_dockerfile_copies_is_there_and_not_ignored():
    ignored = text(".dockerignore").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = [shlex.split(rest) for rest in instructions("COPY") if "--from" not in rest]
    names = {name for words in copied for name in words[:-1]}
    assert names == kept
    assert all((ROOT / name).exists() for name in names)


def test_the_dev_container_sets_up_as_the_readme_says():
    stated = json.loads(text(".devcontainer/devcontainer.json"))
    assert stated["postCreateCommand"] == "make setup"
    assert re.search(r"^setup:", text("Makefile"), re.MULTILINE)
    assert all((ROOT / name).exists() for name in stated["customizations"]["codespaces"]["openFiles"])


def test_the_hooks_manifest_is_what_pre_commit_reads():
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
