"""Files are written whole or not at all: on a full disk, through links, and where nothing can be replaced."""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from grader.errors import MachineError, UsageError
from grader.machine import files
from grader.machine.files import added, refuse_unwritable, replaced, whole_file
from tests.grader.called import grader
from tests.needs import NO_MOUNT, linux, posix, root

FULL = OSError(28, "No space left on device")
BIG = b"x" * 300_000


def write(to, data):
    with whole_file(to) as stream:
        stream.write(data)


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 200 KiB, where this machine lets us have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", disk]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(NO_MOUNT)
    yield disk
    subprocess.run(["umount", disk], check=True)


# Whole or not at all


def test_a_file_appears_once_everything_is_written(tmp_path):
    with whole_file(tmp_path / "out") as stream:
        stream.write(b"half")
        stream.flush()
        assert "out" not in listing(tmp_path)
    assert (tmp_path / "out").read_bytes() == b"half"
    assert listing(tmp_path) == ["out"]


@pytest.mark.parametrize("trouble", [FULL, ValueError("ours"), KeyboardInterrupt()])
def test_what_was_there_stays_where_something_goes_wrong(trouble, tmp_path):
    (tmp_path / "out").write_bytes(b"before")
    with suppress(MachineError, ValueError, KeyboardInterrupt), whole_file(tmp_path / "out") as stream:
        stream.write(b"half")
        raise trouble
    assert (tmp_path / "out").read_bytes() == b"before"
    assert listing(tmp_path) == ["out"]


@pytest.mark.parametrize("way", [write, replaced], ids=["whole_file", "replaced"])
def test_what_was_there_stays_on_a_full_disk(way, small_disk):
    (small_disk / "out").write_bytes(b"before")
    with pytest.raises((MachineError, OSError), match="No space left"):
        way(small_disk / "out", BIG)
    assert (small_disk / "out").read_bytes() == b"before"
    assert listing(small_disk) == ["out"]


def test_a_new_file_is_not_begun_on_a_full_disk(small_disk):
    with pytest.raises(OSError, match="No space left"):
        added(small_disk / "out", BIG)
    assert listing(small_disk) == []


def test_a_new_file_never_takes_the_place_of_another(tmp_path):
    (tmp_path / "out").write_bytes(b"before")
    with pytest.raises(FileExistsError):
        added(tmp_path / "out", b"after")
    assert (tmp_path / "out").read_bytes() == b"before"
    assert listing(tmp_path) == ["out"]


@posix
def test_a_secret_is_never_for_others(tmp_path):
    added(tmp_path / "key", b"secret", 0o600)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


# What stays as it was


@posix
@pytest.mark.parametrize("way", [write, replaced], ids=["whole_file", "replaced"])
def test_permissions_stay(way, tmp_path):
    (tmp_path / "out").touch()
    (tmp_path / "out").chmod(0o640)
    way(tmp_path / "out", b"after")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o640


@root
def test_the_owner_stays(tmp_path):
    (tmp_path / "out").touch()
    os.chown(tmp_path / "out", 12345, 12345)
    write(tmp_path / "out", b"after")
    assert (tmp_path / "out").stat().st_uid == 12345


@posix
def test_a_link_that_a_user_named_is_followed(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_bytes(b"before")
    (tmp_path / "link").symlink_to("there/file")
    write(tmp_path / "link", b"after")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "file").read_bytes() == b"after"


@posix
def test_a_link_in_a_place_of_ours_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "file").write_bytes(b"before")
    (tmp_path / "link").symlink_to("file")
    replaced(tmp_path / "link", b"after")
    assert not (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"before"


# What cannot be replaced


@linux
def test_a_file_that_is_mounted_by_itself_is_written_where_it_is(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"before, and longer")
    two.touch()
    if subprocess.run(["mount", "--bind", one, two], check=False, capture_output=True).returncode:
        pytest.skip(NO_MOUNT)
    try:
        write(two, b"after")
    finally:
        subprocess.run(["umount", two], check=True)
    assert one.read_bytes() == b"after"
    assert listing(tmp_path) == ["one", "two"]


@posix
def test_a_pipe_takes_the_bytes(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    got = []
    reader = threading.Thread(target=lambda: got.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    write(tmp_path / "pipe", BIG)
    reader.join()
    assert b"".join(got) == BIG
    assert listing(tmp_path) == ["pipe"]


WRITE = """
import sys
from pathlib import Path
from grader.machine.files import whole_file
print("first", flush=True)
with whole_file(Path(sys.argv[1])) as stream:
    stream.write(b"then\\n")
"""


@linux
@pytest.mark.parametrize("name", ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"])
@pytest.mark.parametrize("kind", ["a file", "a pipe"])
def test_standard_output_by_its_name_keeps_what_was_printed_before(name, kind, tmp_path):
    command = [sys.executable, "-c", WRITE, name]
    if kind == "a pipe":
        assert subprocess.run(command, capture_output=True, check=True).stdout == b"first\nthen\n"
        return
    with (tmp_path / "out").open("wb") as out:
        subprocess.run(command, stdout=out, check=True)
    assert (tmp_path / "out").read_bytes() == b"first\nthen\n"
    assert listing(tmp_path) == ["out"]


@linux
def test_a_device_that_is_full_says_so():
    with pytest.raises(MachineError, match="No space left"):
        write(Path("/dev/full"), b"after")


@linux
def test_a_device_stays_one():
    write(Path("/dev/null"), b"after")
    assert Path("/dev/null").is_char_device()


# Asked before


def test_asking_whether_a_file_can_be_written_leaves_everything_as_it_is(tmp_path):
    (tmp_path / "there").write_bytes(b"before")
    for name in ("there", "new"):
        refuse_unwritable(tmp_path / name)
    assert listing(tmp_path) == ["there"]
    assert (tmp_path / "there").read_bytes() == b"before"


@pytest.mark.parametrize(
    "place", ["folder", "folder/no/such", "file/below", "/proc/nowhere", "/proc/self/fd/999"]
)
def test_what_cannot_be_written_is_refused_before(place, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        refuse_unwritable(tmp_path / place)
    assert str(Path(place)) in caught.value.what
    assert listing(tmp_path) == ["file", "folder"]


# What a killed process leaves


KILLED = """
import os, sys
from pathlib import Path
from grader.machine.files import whole_file, whole_folder
from grader.machine.files import Scratch
with whole_file(Path(sys.argv[1], "out")) as stream, whole_folder(Path(sys.argv[1], "many")) as folder:
    stream.write(bytes(100_000))
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_bytes(b"half")
    (Scratch("worker").path / "left").touch()
    print(len(os.listdir(sys.argv[1])), flush=True)
    if sys.argv[2] == "kill":
        os._exit(9)
    sys.stdin.read()
"""


def begun(folder, how):
    """A process that is in the middle of writing."""
    (folder / "tmp").mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, folder, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder / "tmp")},
    )
    process.stdout.readline()
    return process


def next_start(folder):
    write(folder / "next", b"")
    make = "from grader.machine.files import Scratch; Scratch('worker').remove()"
    subprocess.run(
        [sys.executable, "-c", make], env={**os.environ, "TMPDIR": str(folder / "tmp")}, check=True
    )
    (folder / "next").unlink()
    return listing(folder), listing(folder / "tmp")


@posix  # without locks it goes after a day
def test_what_a_killed_process_left_goes_at_the_next_start(tmp_path):
    with begun(tmp_path, "kill") as process:
        process.wait()
    assert len(listing(tmp_path)) == 3
    assert next_start(tmp_path) == (["tmp"], [])


def test_what_a_running_process_writes_stays(tmp_path):
    with begun(tmp_path, "wait") as process:
        left, scratch = next_start(tmp_path)
        assert (len(left), len(scratch)) == (3, 1)
        process.communicate()
    assert listing(tmp_path) == ["many", "out", "tmp"]
    assert (tmp_path / "out").stat().st_size == 100_000


@pytest.mark.parametrize(
    "name",
    [
        ".out.tmp",
        "out.nanograd",
        ".out.0123.nanograd",
        "nanograd-class",
        ".nanograd",
        ".out.0123456789abcdef.tmp",
    ],
)
def test_a_file_of_another_name_is_never_taken_for_one_of_ours(name, tmp_path):
    (tmp_path / name).touch()
    write(tmp_path / "out", b"")
    assert listing(tmp_path) == sorted([name, "out"])


@root
def test_what_another_user_left_stays(tmp_path):
    left = tmp_path / ".out.0123456789abcdef.nanograd"
    left.touch()
    os.chown(left, 12345, 12345)
    write(tmp_path / "out", b"")
    assert left.exists()


# A grade, and where it goes


def grade(*arguments, cwd):
    return grader("grade", "--exercise", "add", "--sandbox", "process", *arguments, cwd=cwd)


ROOT = Path(__file__).resolve().parents[3]


def test_a_report_on_a_full_disk_is_the_old_one_and_the_grade_is_printed(small_disk):
    report = small_disk / "r.json"
    assert grade("solutions", "--json", report, cwd=ROOT).returncode == 0
    before = report.read_bytes()
    (small_disk / "fill").write_bytes(b"x" * (190_000 - len(before)))
    (small_disk / "more").write_bytes(b"x" * 3_000)
    run = grade("solutions", "--json", report, "--seed", "0", cwd=ROOT)
    assert run.returncode == 71
    assert "10/10" in run.stdout
    assert run.stderr.startswith(f"grader: cannot write to {report}: No space left")
    assert report.read_bytes() == before
    assert listing(small_disk) == ["fill", "more", "r.json"]


def test_a_grade_that_fails_leaves_no_empty_report(tmp_path):
    run = grade(tmp_path / "nothing", "--json", tmp_path / "r.json", cwd=ROOT)
    assert run.returncode == 2
    assert listing(tmp_path) == []


@linux
@pytest.mark.parametrize("form", ["text", "json", "junit"])
def test_standard_output_without_room_is_one_clear_error_and_the_report_is_written(form, tmp_path):
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        "solutions",
        "--exercise",
        "add",
        "--sandbox",
        "process",
    ]
    command += ["--format", form, "--json", str(tmp_path / "r.json")]
    with open("/dev/full", "wb") as full:
        run = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 71
    # On a new machine the cases are drawn first, which is said there, too.
    assert [line for line in run.stderr.splitlines() if not line.startswith("Drawing the cases")] == [
        "grader: cannot write to standard output: No space left on device",
        "        make room",
    ]
    assert json.loads((tmp_path / "r.json").read_text())["score"] == 10


@linux
def test_a_reader_that_has_seen_enough_takes_no_report_away(tmp_path):
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        "solutions",
        "--exercise",
        "add",
        "--sandbox",
        "process",
    ]
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [*command, "--json", tmp_path / "r.json"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert b"Traceback" not in run.stderr
    assert json.loads((tmp_path / "r.json").read_text())["score"] == 10


# What is cleared away too early


@posix
def test_name_that_is_cleared_away_before_it_is_locked_is_given_up_for_another(tmp_path, monkeypatch):
    ours = files._is_ours
    for make in (files.unfinished_file, files.unfinished_folder):
        made = []

        def once_gone(handle, path, made=made):
            made.append(path)
            return len(made) > 1 and ours(handle, path)

        monkeypatch.setattr(files, "_is_ours", once_gone)
        path, lock = make(tmp_path / "it")
        assert made[1:] == [path]
        os.close(lock) if isinstance(lock, int) else lock.close()


@posix
def test_what_is_gone_before_it_is_locked_is_not_ours(tmp_path):
    path = tmp_path / "gone"
    with path.open("w") as stream:
        path.unlink()
        assert not files._is_ours(stream.fileno(), path)


@posix
def test_folder_that_is_cleared_away_before_it_is_opened_is_given_up_for_another(tmp_path, monkeypatch):
    opening, gone = os.open, []

    def too_late(path, flags):
        if not gone:
            gone.append(path)
            os.rmdir(path)
        return opening(path, flags)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", too_late)
        path, lock = files.unfinished_folder(tmp_path / "it")
    os.close(lock)
    assert path.is_dir()
    assert path not in gone
