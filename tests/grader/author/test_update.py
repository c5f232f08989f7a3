"""A newer course over a student's work: what is theirs stays, what is ours is renewed, and all is told."""

import json
import os
import shutil
from pathlib import Path

import pytest

from grader.author.release import (
    COPIED,
    COPIED_WITH_GRADER,
    NAME,
    Change,
    Manifest,
    What,
    digest,
    read_manifest,
    release,
    update,
)
from grader.course.course import Course
from grader.course.sealed import SEALED
from grader.errors import MachineError, UsageError
from grader.machine.files import Odd, look, put, set_aside

ROOT = Path(__file__).resolve().parents[3]
COURSE = ("Makefile", "pyproject.toml", *COPIED, *COPIED_WITH_GRADER)
ADD, HINTS = Path("exercises/add.py"), Path("HINTS.md")
PLAN = "    # First wrap other, then make the node.\n"


@pytest.fixture(scope="module")
def released(course, tmp_path_factory):
    """Released projects that no test changes, with a grader in it and without."""
    above = tmp_path_factory.mktemp("release")
    for alone in (True, False):
        release(course, above / str(alone), alone)
    return above


@pytest.fixture
def project(released, tmp_path):
    """A released project to work in, for those who have a grader: a third of the files of a whole one."""
    return Path(shutil.copytree(released / "False", tmp_path / "mine"))


@pytest.fixture
def whole(released, tmp_path):
    """A released project with a grader in it."""
    return Path(shutil.copytree(released / "True", tmp_path / "mine"))


@pytest.fixture
def newer(tmp_path):
    """A copy of the course that becomes the newer one."""
    root = tmp_path / "course"
    for part in ("solutions", "tests/properties", "docs/lessons", "docs/pictures"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in COURSE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    return Course.load(root)


@pytest.fixture
def newer_stub(newer):
    """The newer course, in which the stub of add says something else."""
    path = newer.root / "solutions" / "add.py"
    path.write_text(path.read_text().replace("Return self + other as", "Return the sum as"))
    return newer


def told(course, project):
    """What an update says, a line for each change."""
    return [str(change) for change in update(course, project)]


def snapshot(folder):
    """Every file of a folder with its content and when it was written."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.lstat().st_mtime_ns, path.read_bytes()) for path in files}


def as_if_released(project, place, data):
    """Make it so that an older release had this file, with this content."""
    put(project / place, data)
    old = read_manifest(project)
    new = Manifest(old.title, old.version, {**old.digests, place: digest(data)})
    put(project / NAME, new.to_bytes())


# Nothing new


def test_update_of_a_fresh_project_changes_nothing(course, whole):
    before = snapshot(whole)
    assert update(course, whole) == []
    assert snapshot(whole) == before


def test_what_was_worked_on_is_told_as_kept_and_nothing_is_touched(course, project):
    (project / ADD).write_text("mine = 1\n")
    before = snapshot(project)
    assert update(course, project) == [Change(ADD, What.KEPT)]
    assert snapshot(project) == before


def as_windows_checks_out(project):
    """Every text with the line ends that git for Windows writes."""
    for path in project.rglob("*"):
        data = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in data:
            path.write_bytes(data.replace(b"\n", b"\r\n"))


def test_line_ends_of_a_checkout_are_nobodys_changes(course, whole):
    as_windows_checks_out(whole)
    before = snapshot(whole)
    assert update(course, whole) == []
    assert snapshot(whole) == before


def test_stub_with_the_line_ends_of_a_checkout_is_replaced(newer_stub, project):
    as_windows_checks_out(project)
    assert told(newer_stub, project) == ["exercises/add.py: replaced", "grader/reference.sealed: replaced"]


def test_work_with_the_line_ends_of_a_checkout_is_kept(newer_stub, project):
    (project / ADD).write_text("mine = 1\n")
    as_windows_checks_out(project)
    assert told(newer_stub, project)[0] == "exercises/add.py: kept, though the newer course has another stub"


def test_what_a_checkout_made_of_a_project_is_passed_on_as_it_was_released(whole, tmp_path):
    as_windows_checks_out(whole)
    release(Course.load(whole), tmp_path / "next")
    assert not any(b"\r\n" in path.read_bytes() for path in (tmp_path / "next").rglob("*.py"))


def test_project_of_a_newer_grader_is_not_taken_back_to_an_older_one(course, project):
    old = read_manifest(project)
    put(project / NAME, Manifest(old.title, "999.0.1", old.digests).to_bytes())
    before = snapshot(project)
    with pytest.raises(UsageError, match=r"was made by grader 999\.0\.1, and this one is") as caught:
        update(course, project)
    assert "upgrade the grader" in caught.value.next_step
    assert snapshot(project) == before


# Exercises


def test_untouched_stub_is_replaced(newer_stub, project):
    assert told(newer_stub, project) == ["exercises/add.py: replaced", "grader/reference.sealed: replaced"]
    assert (project / ADD).read_text() == newer_stub.stub("add")


def test_work_is_kept_though_the_stub_changed_which_is_told_once(newer_stub, project):
    (project / ADD).write_text("mine = 1\n")
    assert told(newer_stub, project)[0] == "exercises/add.py: kept, though the newer course has another stub"
    assert told(newer_stub, project) == ["exercises/add.py: kept"]
    assert (project / ADD).read_text() == "mine = 1\n"


def test_comments_in_a_stub_are_moved_out_of_the_way(newer_stub, project):
    mine = (project / ADD).read_text().replace("    # TODO 1", f"{PLAN}    # TODO 1")
    assert PLAN in mine
    (project / ADD).write_text(mine)
    assert told(newer_stub, project)[0] == "exercises/add.py: replaced, yours saved as exercises/add.py.yours"
    assert (project / ADD).read_text() == newer_stub.stub("add")
    assert (project / "exercises" / "add.py.yours").read_text() == mine


def test_comments_in_a_stub_stay_where_the_stub_is_still_the_same(course, project):
    mine = (project / ADD).read_text() + "# mine\n"
    (project / ADD).write_text(mine)
    assert told(course, project) == ["exercises/add.py: kept"]
    assert (project / ADD).read_text() == mine


@pytest.mark.parametrize("mine", [b"", b"\xff\0", b"def add(:", b"# only a comment\n"])
def test_whatever_was_written_is_kept(mine, newer_stub, project):
    (project / ADD).write_bytes(mine)
    assert update(newer_stub, project)[0] == Change(ADD, What.KEPT, outdated=True)
    assert (project / ADD).read_bytes() == mine


def test_work_is_kept_where_the_old_stub_cannot_be_read_any_more(newer_stub, project):
    mine = (project / ADD).read_text() + "# mine\n"
    (project / ADD).write_text(mine)
    (project / SEALED).write_bytes(b"damaged")
    update(newer_stub, project)
    assert (project / ADD).read_text() == mine


def test_exercise_that_was_deleted_comes_back(course, project):
    (project / ADD).unlink()
    assert told(course, project) == ["exercises/add.py: new"]
    assert (project / ADD).read_text() == course.stub("add")


def test_helper_of_the_students_own_is_left_alone(newer_stub, project):
    (project / "exercises" / "helper.py").write_text("mine = 1\n")
    assert not any("helper" in line for line in told(newer_stub, project))
    assert (project / "exercises" / "helper.py").read_text() == "mine = 1\n"


def without_mlp(course):
    text = (course.root / "course.toml").read_text()
    start, end = text.index('[[exercise]]\nname = "mlp"'), text.index("# A last mark")
    (course.root / "course.toml").write_text(text[:start] + text[end:])
    return Course.load(course.root)


def test_exercise_that_is_no_more_is_removed_unless_it_was_worked_on(newer, project):
    fewer = without_mlp(newer)
    mine = Path(shutil.copytree(project, project.parent / "other"))
    (mine / "exercises" / "mlp.py").write_text("mine = 1\n")
    assert "exercises/mlp.py: removed" in told(fewer, project)
    assert "exercises/mlp.py: kept" in told(fewer, mine)
    assert not (project / "exercises" / "mlp.py").exists()
    assert (mine / "exercises" / "mlp.py").read_text() == "mine = 1\n"
    assert told(fewer, mine) == told(fewer, project) == []


def test_new_exercise_comes_but_not_over_a_helper_of_that_name(newer, course, tmp_path):
    fewer = without_mlp(newer)
    for name in ("old", "mine"):
        release(fewer, tmp_path / name)
    (tmp_path / "mine" / "exercises" / "mlp.py").write_text("mine = 1\n")
    assert "exercises/mlp.py: new" in told(course, tmp_path / "old")
    lines = told(course, tmp_path / "mine")
    assert "exercises/mlp.py: kept, though the newer course has another stub" in lines
    assert (tmp_path / "mine" / "exercises" / "mlp.py").read_text() == "mine = 1\n"


# What is ours


def test_what_is_ours_is_replaced(newer, project):
    (newer.root / "HINTS.md").write_text("newer\n")
    assert told(newer, project) == ["HINTS.md: replaced"]
    assert (project / HINTS).read_text() == "newer\n"


def test_what_is_ours_and_was_changed_is_kept_beside_it(course, whole):
    (whole / HINTS).write_text("mine\n")
    (whole / "exercises" / "value.py").write_text("mine\n")
    (whole / "grader" / "report" / "scoring.py").write_text("mine\n")
    assert told(course, whole) == [
        "HINTS.md: replaced, yours saved as HINTS.md.yours",
        "exercises/value.py: replaced, yours saved as exercises/value.py.yours",
        "grader/report/scoring.py: replaced, yours saved as grader/report/scoring.py.yours",
    ]
    assert (whole / "HINTS.md.yours").read_text() == "mine\n"
    assert (whole / HINTS).read_bytes() == (course.root / "HINTS.md").read_bytes()
    assert told(course, whole) == []


def test_what_was_saved_before_is_not_overwritten(course, project):
    for mine in ("first\n", "second\n", "third\n"):
        (project / HINTS).write_text(mine)
        update(course, project)
    saved = ("HINTS.md.yours", "HINTS.md.yours2", "HINTS.md.yours3")
    assert [(project / name).read_text() for name in saved] == ["first\n", "second\n", "third\n"]


def test_what_is_missing_comes_back(course, whole):
    shutil.rmtree(whole / "grader" / "worker")
    (whole / "grader" / "autograd" / "worker.py").unlink()
    assert {"grader/worker/wire.py: new", "grader/autograd/worker.py: new"} <= {*told(course, whole)}
    assert told(course, whole) == []


def test_what_is_no_more_is_removed_with_its_empty_folder(course, project):
    as_if_released(project, Path("grader/gone/old.py"), b"old\n")
    assert told(course, project) == ["grader/gone/old.py: removed"]
    assert not (project / "grader" / "gone").exists()


def test_what_is_no_more_but_was_changed_is_saved(course, project):
    as_if_released(project, Path("grader/gone/old.py"), b"old\n")
    (project / "grader" / "gone" / "old.py").write_text("mine\n")
    line = "grader/gone/old.py: removed, yours saved as grader/gone/old.py.yours"
    assert told(course, project) == [line]
    assert (project / "grader" / "gone" / "old.py.yours").read_text() == "mine\n"
    assert told(course, project) == []


def test_repository_and_environment_are_not_touched(newer_stub, project):
    for folder in (".git", ".venv"):
        (project / folder).mkdir()
        (project / folder / "config").write_text("mine\n")
    before = [(project / name / "config").stat() for name in (".git", ".venv")]
    update(newer_stub, project)
    assert [(project / name / "config").stat() for name in (".git", ".venv")] == before


def test_updated_project_is_as_a_fresh_one(newer_stub, whole, tmp_path):
    update(newer_stub, whole)
    release(newer_stub, tmp_path / "fresh")
    updated = {path.relative_to(whole): data for path, (_, data) in snapshot(whole).items()}
    fresh = snapshot(tmp_path / "fresh").items()
    assert updated == {path.relative_to(tmp_path / "fresh"): data for path, (_, data) in fresh}


def test_newer_released_project_updates_an_older_one(newer_stub, whole, tmp_path):
    release(newer_stub, tmp_path / "fresh")
    (whole / "exercises" / "mul.py").write_text("mine = 1\n")
    lines = told(Course.load(tmp_path / "fresh"), whole)
    assert lines[0] == "exercises/add.py: replaced"
    assert "exercises/mul.py: kept" in lines
    assert Course.load(whole).solution("add") == newer_stub.solution("add")


# Cut short


def test_update_that_was_cut_short_is_taken_up_by_the_next(newer, whole, monkeypatch):
    path = newer.root / "solutions" / "add.py"
    path.write_text(path.read_text().replace("Return self + other as", "Return the sum as"))
    (newer.root / "HINTS.md").write_text("newer\n")
    (whole / HINTS).write_text("mine\n")
    (whole / "exercises" / "mul.py").write_text("mine = 1\n")
    real, calls = os.rename, []

    def full(source, target, **how):
        calls.append(target)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return real(source, target, **how)

    monkeypatch.setattr(os, "rename", full)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(MachineError, match="No space left") as caught:
        update(newer, whole)
    assert "run the same command again" in caught.value.next_step
    monkeypatch.undo()
    update(newer, whole)
    assert (whole / "HINTS.md.yours").read_text() == "mine\n"
    assert (whole / HINTS).read_text() == "newer\n"
    assert (whole / "exercises" / "mul.py").read_text() == "mine = 1\n"
    assert (whole / ADD).read_text() == newer.stub("add")
    assert not list(whole.rglob("*.part"))


# Links and other detours


def test_link_in_place_of_our_file_is_moved_aside_and_not_followed(course, project, tmp_path):
    target = tmp_path / "elsewhere.md"
    target.write_text("mine\n")
    (project / HINTS).unlink()
    (project / HINTS).symlink_to(target)
    assert told(course, project) == ["HINTS.md: replaced, yours saved as HINTS.md.yours"]
    assert target.read_text() == "mine\n"
    assert (project / "HINTS.md.yours").readlink() == target
    assert not (project / HINTS).is_symlink()


def test_link_in_place_of_an_exercise_is_kept(newer_stub, project, tmp_path):
    (tmp_path / "add.py").write_bytes((project / ADD).read_bytes())
    (project / ADD).unlink()
    (project / ADD).symlink_to(tmp_path / "add.py")
    before = (tmp_path / "add.py").read_bytes()
    assert update(newer_stub, project)[0] == Change(ADD, What.KEPT, outdated=True)
    assert (project / ADD).is_symlink()
    assert (tmp_path / "add.py").read_bytes() == before


@pytest.mark.parametrize("name", ["exercises", "grader", "tests"])
def test_link_in_place_of_a_folder_is_refused_before_anything_changes(name, newer_stub, project, tmp_path):
    shutil.move(project / name, tmp_path / "outside")
    (project / name).symlink_to(tmp_path / "outside")
    before = snapshot(tmp_path / "outside"), snapshot(project)
    with pytest.raises(UsageError, match=f"{name} is a link") as caught:
        update(newer_stub, project)
    assert caught.value.next_step
    assert (snapshot(tmp_path / "outside"), snapshot(project)) == before


def test_left_over_link_beside_a_file_is_not_written_through(newer_stub, project, tmp_path):
    (tmp_path / "victim").write_text("mine\n")
    (project / "exercises" / ".add.py.part").symlink_to(tmp_path / "victim")
    update(newer_stub, project)
    assert (tmp_path / "victim").read_text() == "mine\n"
    assert (project / ADD).read_text() == newer_stub.stub("add")


def test_pipe_in_place_of_a_file_does_not_stop_the_update(course, project):
    (project / HINTS).unlink()
    os.mkfifo(project / HINTS)
    assert told(course, project) == ["HINTS.md: replaced, yours saved as HINTS.md.yours"]


# What is no released project


def refused(course, folder):
    with pytest.raises(UsageError) as caught:
        update(course, folder)
    assert caught.value.next_step
    return caught.value.what


def test_missing_folder_is_the_callers_move(course, tmp_path):
    assert refused(course, tmp_path / "nowhere") == f"there is no folder {tmp_path / 'nowhere'}"


def test_other_folder_is_the_callers_move(course, tmp_path):
    (tmp_path / "exercises").mkdir()
    assert "was not made by grader release" in refused(course, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["exercises"]


def test_course_itself_is_no_released_project(course):
    assert "was not made by grader release" in refused(course, course.root)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"schema": "another", "title": "", "grader": "", "files": {}}',
        b'{"schema": "nanograd/release/v1", "title": "", "grader": "", "files": []}',
    ],
    ids=lambda data: ascii(data[:20]),
)
def test_damaged_manifest_is_named(data, course, project):
    (project / NAME).write_bytes(data)
    assert refused(course, project).startswith(f"{project / NAME} is damaged: ")


OUTSIDE = ("../victim", "/etc/passwd", "a/../../victim", "a\\b", "c:x", "", "a\nb")


@pytest.mark.parametrize("place", [*OUTSIDE, ".git/config", ".GIT/config", ".venv/x"])
def test_manifest_that_leads_elsewhere_is_refused(place, course, project, tmp_path):
    (tmp_path / "victim").write_bytes(b"x")
    plain = json.loads((project / NAME).read_text())
    plain["files"][place] = digest(b"x")
    (project / NAME).write_text(json.dumps(plain))
    assert "is no file of a release" in refused(course, project)
    assert (tmp_path / "victim").read_bytes() == b"x"


def test_link_in_place_of_the_manifest_is_not_followed(course, project, tmp_path):
    shutil.move(project / NAME, tmp_path / "list")
    (project / NAME).symlink_to(tmp_path / "list")
    assert "was not made by grader release" in refused(course, project)


# The pieces


def test_looking_tells_files_from_everything_else(tmp_path):
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert look(tmp_path / "file") == b"x"
    assert look(tmp_path / "link") is look(tmp_path) is Odd.ODD
    assert look(tmp_path / "nothing") is None


def test_file_is_put_whole_and_leaves_nothing_beside_it(tmp_path):
    put(tmp_path / "a" / "b", b"first")
    put(tmp_path / "a" / "b", b"second")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
    assert (tmp_path / "a" / "b").read_bytes() == b"second"


def test_setting_aside_goes_round_dangling_links(tmp_path):
    (tmp_path / "x").write_text("mine")
    (tmp_path / "x.yours").symlink_to("nowhere")
    assert set_aside(tmp_path / "x") == tmp_path / "x.yours2"
    assert (tmp_path / "x.yours").is_symlink()
