"""The sandbox of macOS: what is asked of it, and that it is taken for a cage only where it is found to hold.

There is none here: these tests see what it would be asked, and what is made of its answers.
"""

import re
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.sandbox import cages
from grader.sandbox.cage import Process
from grader.sandbox.cages import Seatbelt, seatbelt, why_no_seatbelt

# Answers as sandbox-exec would, without a sandbox, or with words in place of the program.
PASSES_ON = '#!/bin/sh\nshift 2\nexec "$@"\n'
REFUSES = "#!/bin/sh\necho 'sandbox-exec: sandbox_apply: Operation not permitted' >&2\nexit 71\n"
HOLDS = "#!/bin/sh\necho tried 0\n"


@pytest.fixture
def macos(monkeypatch, tmp_path):
    """Makes this machine look as macOS with a sandbox-exec of that text; none where there is no text."""
    why_no_seatbelt.cache_clear()
    sysconfig.get_paths()  # read once, by the name of the system
    monkeypatch.setattr(sys, "platform", "darwin")
    for name in ("bwrap", "uid"):
        monkeypatch.setitem(cages.CAGES, name, (cages.CAGES[name][0], lambda: "it is for Linux"))

    def made(text=""):
        path = tmp_path / "sandbox-exec"
        if text:
            path.write_text(text, "utf-8")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(cages, "program", lambda _: str(path) if text else None)

    yield made
    why_no_seatbelt.cache_clear()


def test_it_is_for_macos_alone():
    why_no_seatbelt.cache_clear()
    if sys.platform != "darwin":
        assert why_no_seatbelt() == "sandbox-exec is for macOS"


def test_where_the_program_is_missing_that_is_said(macos):
    macos()
    assert why_no_seatbelt() == "sandbox-exec is not there"


def test_one_that_does_not_start_is_told_in_its_own_words(macos):
    macos(REFUSES)
    assert "Operation not permitted" in why_no_seatbelt()


def test_one_that_holds_nothing_is_not_taken_for_a_cage(macos):
    macos(PASSES_ON)
    said = re.fullmatch(r"macOS's sandbox lets through (\d) of what it should refuse", why_no_seatbelt())
    assert said
    assert int(said[1]) >= 6
    assert isinstance(cages.choose("auto"), Process)


def test_one_that_holds_is_chosen_for_ones_own_work_and_not_for_that_of_others(macos):
    macos(HOLDS)
    assert isinstance(cages.choose("auto"), Seatbelt)
    with pytest.raises(MachineError, match="no sandbox"):
        cages.choose("auto", strangers=True)


def test_what_is_not_asked_for_is_denied():
    profile = seatbelt()[2]
    assert profile.split()[:4] == ["(version", "1)", "(deny", "default)"]
    allowed = re.findall(r"^\(allow ([a-z*-]+(?: [a-z*-]+)*)", profile, re.MULTILINE)
    assert allowed == [
        "process-exec",
        "process-info-pidinfo process-info-setcontrol",
        "signal",
        "sysctl-read",
        "file-read-metadata",
        "file-read* file-map-executable",
        "file-write-data",
    ]
    assert profile.count("(") == profile.count(")")


def test_paths_are_quoted():
    assert cages._quoted('/a "b" \\ c') == '"/a \\"b\\" \\\\ c"'


def test_what_it_must_refuse_is_possible_without_it(tmp_path):
    """Else the trial would prove nothing."""
    private = tmp_path / "private"
    private.write_text("", "utf-8")
    asked = [sys.executable, "-I", "-S", "-c", cages.ESCAPES, private, "1"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    word, count = done.stdout.split()
    assert (word, int(count) >= 6) == ("tried", True)
    assert not Path(private).exists()
