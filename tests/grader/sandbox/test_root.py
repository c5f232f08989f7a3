"""The root folder of the cage uid: what lies in it, who made it, and what reading leaves there."""

import os
import stat
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.machine.files import removed, unfinished_folder
from grader.sandbox import cages
from grader.sandbox.cage import DEVICES, found
from grader.sandbox.cages import Uid, root_for
from tests import needs
from tests.grader.sandbox.asking import ask

pytestmark = needs.uid
# Every name below a folder, and what cannot be listed.
WALKING = """
def walk(top):
    try:
        entries = [*os.scandir(top)]
    except OSError:
        entries = []
        yield top + " cannot be listed"
    for entry in entries:
        yield entry.path
        if entry.is_dir(follow_symlinks=False) and entry.path != library:
            yield from walk(entry.path)
"""


@pytest.fixture
def anew():
    """Forgets which folders this process has made."""
    root_for.cache_clear()
    yield
    root_for.cache_clear()


@pytest.fixture
def place(tmp_path, monkeypatch, anew):
    """A place that is root's alone, in which nothing has been made yet."""
    monkeypatch.setattr(cages, "PLACES", (str(tmp_path / "place"),))
    monkeypatch.setattr(cages, "_is_roots_alone", os.path.isdir)
    return tmp_path / "place"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_nothing_is_there_but_the_interpreter_its_libraries_and_two_devices():
    made = root_for(found())
    files = {path.removeprefix(made) for path in _files(made)}
    outside = {path for path in files if not path.startswith(found().library)}
    assert outside == {path for path in (*found().files, *DEVICES) if not path.startswith(found().library)}


def _files(made):
    return [str(path) for path in Path(made).rglob("*") if not path.is_dir()]


def test_nobody_can_write_there_and_nothing_is_anybodys_but_roots():
    states = [path.lstat() for path in (Path(root_for(found())), *Path(root_for(found())).rglob("*"))]
    plain = [state for state in states if not stat.S_ISCHR(state.st_mode)]
    assert all(state.st_uid == 0 for state in states)
    assert all(not state.st_mode & 0o222 for state in plain)


def test_packages_and_what_serves_building_are_not_there():
    library = Path(root_for(found()) + found().library)
    assert not {*names(library)} & {"site-packages", "test", "ensurepip"}
    assert not [name for name in names(library) if name.startswith("config-")]


def test_worker_finds_nothing_else_when_it_looks_around(course, monkeypatch):
    before = f"library = {found().library!r}\n{WALKING}"
    # All folders may be listed, so that it is the root folder that hides the others.
    inside = replace(Uid().inside, listed=["/"])
    monkeypatch.setattr(Uid, "inside", inside)
    seen = eval(ask(course, Uid(), "sorted(walk('/'))[:40]", before))
    known = {*found().files, *DEVICES, found().library}
    above = {str(folder) for path in known for folder in Path(path).parents}
    assert {path for path in seen if path not in known | above} == set()


@pytest.mark.parametrize("path", ["/etc/passwd", "/home", "/tmp", "/proc/self/status", __file__])
def test_worker_cannot_ask_whether_a_file_is_there(path, course):
    assert ask(course, Uid(), f"os.stat({path!r})").startswith("FileNotFoundError")


def test_worker_cannot_ask_for_what_its_program_is(course):
    assert ask(course, Uid(), "os.listdir('/proc')").startswith("FileNotFoundError")
    assert eval(ask(course, Uid(), "(os.getuid(), os.getgid())")) > (cages.FIRST, cages.FIRST)


def test_reading_does_not_move_the_date_of_last_use(course):
    path = os.path.join(found().library, "this.py")
    before = os.stat(root_for(found()) + path).st_atime_ns
    assert ask(course, Uid(), f"len(open({path!r}).read()) > 100") == "True"
    assert os.stat(root_for(found()) + path).st_atime_ns == before


def test_folder_is_made_once_and_found_again(place, anew):
    made = root_for(found())
    assert names(place) == [Path(made).name]
    state = os.stat(made)
    root_for.cache_clear()
    assert root_for(found()) == made
    assert os.stat(made).st_ino == state.st_ino


def test_half_that_was_left_by_a_process_that_was_killed_is_removed(place):
    place.mkdir()
    _, left = unfinished_folder(place / "left")
    held, lock = unfinished_folder(place / "held")
    os.close(left)
    made = root_for(found())
    assert names(place) == [held.name, Path(made).name]
    os.close(lock)


def test_place_that_others_may_write_to_is_not_used(tmp_path, monkeypatch, anew):
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setattr(cages, "PLACES", (str(open_to_all),))
    made = root_for(found())
    removed(Path(made).parent)
    assert names(open_to_all) == []


def test_folder_that_no_place_keeps_goes_with_its_process(tmp_path):
    script = (
        "from grader.sandbox import cages\n"
        "from grader.sandbox.cage import found\n"
        "cages.PLACES = ('/proc/nowhere',)\n"
        "print(cages.root_for(found()))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.startswith(str(tmp_path))
    assert names(tmp_path) == []


def test_where_it_cannot_be_made_at_all_that_is_the_machines_fault(tmp_path, monkeypatch, anew):
    monkeypatch.setattr(cages, "PLACES", ("/proc/nowhere",))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "not there"))
    with pytest.raises(MachineError, match="cannot make a root folder"):
        root_for(found())


def test_without_a_root_folder_it_says_that_it_is_reduced_and_why(monkeypatch):
    monkeypatch.setattr(cages, "_walls", lambda: (False, True, True))
    assert Uid().isolation == "reduced"
    assert "chroot" in Uid().lacking
    assert Uid().inside.root == ""


def test_worker_that_cannot_enter_its_root_folder_does_not_start(course, monkeypatch):
    monkeypatch.setattr(cages, "_root", lambda _: "/proc/nowhere")
    with pytest.raises(MachineError, match="did not start"):
        ask(course, Uid(), "1")


# When the cage cannot be had


@pytest.fixture
def asked_anew(monkeypatch):
    """Why it cannot be had, asked anew as root on Linux, whoever asks."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    asked = (cages.no_uid, cages._walls)
    for function in asked:
        function.cache_clear()
    yield cages.no_uid
    for function in asked:
        function.cache_clear()


def test_others_than_root_are_told_that_it_takes_root(asked_anew, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert asked_anew() == "only root on Linux can start processes as another user"


@pytest.mark.parametrize(
    ("walls", "said"),
    [
        ((True, True, False), "takes no filter"),
        ((False, False, True), "no Landlock, and root may not change its root folder"),
        ((True, False, True), ""),
    ],
)
def test_which_wall_is_missing_is_said(walls, said, asked_anew, monkeypatch):
    monkeypatch.setattr(cages, "_walls", lambda: walls)
    assert said in asked_anew()
    assert bool(asked_anew()) == bool(said)


@pytest.mark.parametrize(
    ("trial", "said"), [("raise SystemExit('no luck')", "no luck"), ("", "nobody says why")]
)
def test_worker_that_does_not_start_says_why(trial, said, asked_anew, monkeypatch):
    monkeypatch.setattr(cages, "TRIAL", trial)
    assert asked_anew() == f"a worker does not start as another user: {said}"


def test_root_folder_hides_files_where_the_kernel_does_not(monkeypatch):
    monkeypatch.setattr(cages, "_walls", lambda: (True, False, True))
    assert Uid().isolation == "reduced"
    assert "only the root folder" in Uid().lacking
