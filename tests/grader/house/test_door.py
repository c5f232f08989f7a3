"""What a command prints goes through one door, behind which no runner finds a command of a stranger's."""

import io
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.machine.processes import command as started
from grader.printable import Door, command, doors, harmless

GRADER = str(Path(sys.executable).with_name("grader"))
RUNNERS = {
    "GitHub": "::error::x",
    "GitHub, behind spaces": "  \t::set-output name=x::y",
    "GitHub, older": "a ##[error]x",
    "Azure Pipelines": "a ##vso[task.setvariable variable=PATH]/x",
    "TeamCity": "a ##teamcity[buildStatus]",
    "whatever comes": "###next(x)",
    "Buildkite": "--- group",
    "Buildkite, open": "+++ group",
    "Buildkite, aside": "~~~ group",
    "Buildkite, opened": "^^^ +++",
}


def commands(text):
    """The lines that some runner would take for commands."""
    begins = re.compile(r"\s*(::|(---|\+\+\+|~~~|\^\^\^) )")
    return [line for line in re.split(r"[\r\n]", text) if begins.match(line) or re.search(r"##[!-~]", line)]


def through(*pieces):
    beyond = io.BytesIO()
    door = Door(beyond)
    for piece in pieces:
        assert door.write(piece.encode()) == len(piece.encode())
    return beyond.getvalue().decode()


@pytest.mark.parametrize("text", RUNNERS.values(), ids=RUNNERS)
def test_a_command_of_any_runner_is_none_behind_the_door(text):
    assert commands(text) != []
    assert commands(through(f"before\n{text}\rafter")) == []
    assert commands(harmless(text)) == []


def test_a_text_without_a_command_comes_through_as_it_is():
    text = "a :: b\n## Heading\n|----| + ++ --x\r\n# comment #\n…é\n"
    assert through(text) == text


def test_pieces_hide_no_command_and_change_no_other_text():
    chosen = random.Random(0)
    letters = ["#", ":", " ", "\n", "\r", "v", "[", "-", "+", "\t", "~", "^", "## ", "--- "]
    for _ in range(5000):
        text = "".join(chosen.choices(letters, k=chosen.randint(1, 24)))
        cuts = sorted(chosen.choices(range(len(text) + 1), k=3))
        places = zip([0, *cuts], [*cuts, len(text)], strict=True)
        came = through(*(text[start:end] for start, end in places))
        assert commands(came) == [], repr(text)
        assert came == text or commands(text), repr(text)
        assert through(text) == harmless(text) == harmless(harmless(text)), repr(text)


@pytest.mark.parametrize("arguments", [["grade", "{}"], ["{}"], ["grade", "x", "--seed", "{}"]], ids=" ".join)
def test_an_error_repeats_no_command(arguments):
    for text in RUNNERS.values():
        told = CliRunner().invoke(main, [word.format(text) for word in arguments])
        assert told.exit_code == 2
        assert commands(told.output) == []


def test_print_and_standard_error_take_the_same_door(capfd):
    with doors():
        print("##vso[x]")
        print("::error::x", file=sys.stderr)
    assert capfd.readouterr() == ("## vso[x]\n", "| ::error::x\n")


def test_a_command_of_ours_passes(capfd):
    with doors():
        print("before", end="\n")
        command("::stop-commands::x")
        print("after ##[error]")
    assert capfd.readouterr().out == "before\n::stop-commands::x\nafter ## [error]\n"


def test_streams_are_as_they_were_behind_the_block(capfd):
    before = sys.stdout, sys.stderr
    with doors():
        assert (sys.stdout, sys.stderr) != before
    assert (sys.stdout, sys.stderr) == before
    print("##[x]")
    assert capfd.readouterr().out == "##[x]\n"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, solutions):
    """A submission whose folder, files and exception are commands."""
    folder = tmp_path_factory.mktemp("door") / "##vso[task.x]"
    folder.mkdir()
    said = "##vso[task.setvariable variable=PATH]/x ##teamcity[buildStatus]\\n::error::x\\n--- x"
    (folder / "add.py").write_text(f"def add(self, other):\n    raise ValueError('{said}')\n")
    return folder


@pytest.mark.parametrize("form", ["text", "json", "junit", "github-classroom", "classroom50", "exercism"])
def test_no_format_on_standard_output_holds_a_command(hostile, form):
    run = subprocess.run(
        [GRADER, "grade", hostile.name, "--exercise", "add", "--sandbox", "process", "--format", form],
        cwd=hostile.parent,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "FORCE_COLOR": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert "teamcity[buildStatus]" in run.stdout
    assert commands(run.stdout + run.stderr) == []


def test_a_traceback_of_ours_holds_no_command(tmp_path, monkeypatch):
    """It would be a mistake of ours, and what it repeats may be a stranger's all the same."""
    (tmp_path / "failing.py").write_text("raise ValueError('##vso[x]\\n::error::x')\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    run = subprocess.run(started("failing"), capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "\nValueError: ## vso[x]\n| ::error::x\n" in run.stderr
