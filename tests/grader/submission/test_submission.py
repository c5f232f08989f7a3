"""Loading a submission: only plain Python files of the folder itself, and a reason for each refused one."""

import os
import stat
import time

import pytest

from grader.errors import UsageError
from grader.submission.submission import LARGEST, MOST_FILES, Submission, load

WANTED = ("add", "mul")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "add.py").write_text("x = 1\n")
    return folder


def loaded(folder):
    return load(folder, WANTED)


def refused(folder):
    """Why the one refused file of a folder was refused."""
    (reason,) = loaded(folder).unreadable.values()
    return reason


# What is read


def test_python_files_are_read_by_name(folder):
    (folder / "mul.py").write_text("y = 2\n")
    (folder / "helper.py").write_text("z = 3\n")
    submission = loaded(folder)
    assert submission.sources == {"add": "x = 1\n", "mul": "y = 2\n", "helper": "z = 3\n"}
    assert submission.unreadable == {}


def test_submission_is_called_after_its_folder(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert loaded(folder).name == "work"
    assert loaded(folder / ".").name == "work"
    assert loaded(folder.relative_to(folder)).name == "work"


def test_one_exercise_is_enough(folder):
    assert set(loaded(folder).sources) == {"add"}


def test_empty_file_is_a_source(folder):
    (folder / "add.py").write_text("")
    assert loaded(folder).sources == {"add": ""}


def test_byte_order_mark_is_left_out(folder):
    (folder / "add.py").write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert loaded(folder).sources == {"add": "x = 1\n"}


def test_line_ends_and_letters_are_kept(folder):
    (folder / "add.py").write_bytes("# größer\r\nx = 1\n".encode())
    assert loaded(folder).sources == {"add": "# größer\r\nx = 1\n"}


@pytest.mark.parametrize(
    "name",
    [
        "my add.py",
        "add-2.py",
        "add.2.py",
        "2add.py",
        ".py",
        ".add.py",
        "-add.py",
        "größe.py",
        "аdd.py",  # noqa: RUF001 (a Cyrillic letter, on purpose)
        "add\n.py",
        "add\u202e.py",
        "add.pyc",
        "add.PY",
        "add.txt",
        "__init__.py",
        "conftest.py.bak",
    ],
    ids=ascii,
)
def test_file_with_an_odd_name_is_left_out(name, folder):
    (folder / name).write_text("odd = 1\n")
    assert set(loaded(folder).sources) == {"add"}
    assert loaded(folder).unreadable == {}


def test_name_that_is_no_utf8_is_left_out(folder):
    try:
        with open(os.fsencode(folder) + b"/add\xff.py", "w") as file:
            file.write("odd = 1\n")
    except OSError:
        pass  # some file systems refuse the name themselves
    assert set(loaded(folder).sources) == {"add"}


def test_folders_inside_are_not_read(folder):
    (folder / "deeper").mkdir()
    (folder / "deeper" / "mul.py").write_text("y = 2\n")
    assert set(loaded(folder).sources) == {"add"}


def test_no_more_files_are_read_than_the_most(folder):
    for number in range(2 * MOST_FILES):
        (folder / f"z{number}.py").write_text("")
    submission = loaded(folder)
    assert len(submission.sources) == MOST_FILES
    assert "add" in submission.sources


def test_exercises_are_read_however_many_helpers_stand_before_them(folder):
    (folder / "mul.py").write_text("y = 2\n")
    for number in range(2 * MOST_FILES):
        (folder / f"a{number}.py").write_text("")
    assert {"add", "mul"} <= set(loaded(folder).sources)


# What is refused


def test_link_is_refused_wherever_it_leads(folder, tmp_path):
    (tmp_path / "secret.py").write_text("secret = 1\n")
    (folder / "mul.py").symlink_to(tmp_path / "secret.py")
    assert refused(folder).startswith("mul.py cannot be read: ")
    assert "secret" not in str(loaded(folder).sources)


@pytest.mark.parametrize("target", ["add.py", "nowhere.py", "mul.py", "/dev/zero"])
def test_link_to_anything_is_refused(target, folder):
    (folder / "mul.py").symlink_to(target)
    assert refused(folder).startswith("mul.py cannot be read: ")


def test_fifo_is_refused_at_once(folder):
    os.mkfifo(folder / "mul.py")
    start = time.monotonic()
    assert refused(folder) == "mul.py is not a regular file"
    assert time.monotonic() - start < 1


def test_nul_byte_is_refused(folder):
    (folder / "mul.py").write_bytes(b"x = 1\0\n")
    assert refused(folder) == "mul.py holds a NUL byte, so it is no Python source"


@pytest.mark.parametrize(
    "data", [b"x = '\xff'", b"\xff\xfex\0", b"x = '\xc3", b"x = '\xed\xa0\x80'"], ids=repr
)
def test_what_is_no_utf8_is_refused(data, folder):
    (folder / "mul.py").write_bytes(data)
    assert refused(folder).startswith("mul.py ")
    assert set(loaded(folder).sources) == {"add"}


def test_file_of_latin_letters_is_refused_as_no_utf8(folder):
    (folder / "mul.py").write_bytes("# größer".encode("latin-1"))
    assert refused(folder) == "mul.py is not UTF-8 text"


def test_file_of_two_megabytes_is_refused(folder):
    (folder / "mul.py").write_bytes(b"#" * (2 << 20))
    assert refused(folder) == "mul.py is larger than 1 MiB"


def test_file_of_the_largest_size_is_read(folder):
    (folder / "mul.py").write_bytes(b"#" * LARGEST)
    assert len(loaded(folder).sources["mul"]) == LARGEST
    (folder / "mul.py").write_bytes(b"#" * (LARGEST + 1))
    assert refused(folder) == "mul.py is larger than 1 MiB"


def test_huge_hollow_file_is_refused_at_once(folder):
    with open(folder / "mul.py", "wb") as file:
        file.truncate(1 << 40)
    start = time.monotonic()
    assert refused(folder) == "mul.py is larger than 1 MiB"
    assert time.monotonic() - start < 1


def test_folder_with_the_name_of_an_exercise_is_refused(folder):
    (folder / "mul.py").mkdir()
    assert refused(folder).startswith("mul.py ")


def test_file_that_may_not_be_read_is_refused_or_read(folder):
    path = folder / "mul.py"
    path.write_text("y = 2\n")
    path.chmod(0)
    if os.access(path, os.R_OK):
        assert loaded(folder).sources["mul"] == "y = 2\n"
    else:
        assert refused(folder) == "mul.py cannot be read: Permission denied"


def test_exercise_that_is_refused_is_still_handed_in(folder):
    (folder / "add.py").write_bytes(b"\0")
    assert set(loaded(folder).unreadable) == {"add"}


# Folders


def trouble(folder):
    """What and next step of the error that loading a folder ends with."""
    with pytest.raises(UsageError) as caught:
        load(folder, WANTED)
    assert caught.value.exit_code == 2
    return caught.value.what, caught.value.next_step


def test_missing_folder_is_the_callers_move(tmp_path):
    assert trouble(tmp_path / "nowhere") == (f"there is no folder {tmp_path / 'nowhere'}", "check the path")


def test_file_instead_of_a_folder_is_the_callers_move(folder):
    what, next_step = trouble(folder / "add.py")
    assert what == f"{folder / 'add.py'} is a file, not a folder"
    assert next_step == "give the folder that holds the exercises"


def test_empty_folder_is_the_callers_move(tmp_path):
    what, next_step = trouble(tmp_path)
    assert what == f"{tmp_path} has none of the exercises (add.py, mul.py)"
    assert next_step


def test_folder_without_exercises_is_the_callers_move(folder):
    (folder / "add.py").rename(folder / "helper.py")
    what, _ = trouble(folder)
    assert what == f"{folder} has none of the exercises (add.py, mul.py)"


def test_link_that_leads_round_in_a_circle_is_the_callers_move(tmp_path):
    (tmp_path / "round").symlink_to("round")
    what, _ = trouble(tmp_path / "round")
    assert what.startswith(f"the folder {tmp_path / 'round'} cannot be read: ")


def test_folder_that_may_not_be_read_is_the_callers_move_or_read(folder):
    folder.chmod(0)
    try:
        if os.access(folder, os.R_OK):
            assert loaded(folder).sources == {"add": "x = 1\n"}
        else:
            assert trouble(folder)[0] == f"the folder {folder} cannot be read: Permission denied"
    finally:
        folder.chmod(stat.S_IRWXU)


def test_folder_that_may_be_listed_but_not_entered_names_its_files_or_reads_them(folder):
    folder.chmod(stat.S_IRUSR)
    try:
        submission = loaded(folder)
    finally:
        folder.chmod(stat.S_IRWXU)
    assert {*submission.sources, *submission.unreadable} == {"add"}


def test_loading_leaves_no_descriptor_open(folder):
    os.mkfifo(folder / "mul.py")
    (folder / "deeper.py").mkdir()
    (folder / "link.py").symlink_to("add.py")
    (folder / "nul.py").write_bytes(b"\0")
    loaded(folder)
    before = os.listdir("/dev/fd")
    for _ in range(5):
        loaded(folder)
    assert os.listdir("/dev/fd") == before


# Digest


def digest(**sources):
    return Submission("name", sources, {}).digest


def test_digest_is_the_same_whatever_the_folder_is_called(folder):
    before = loaded(folder)
    after = loaded(folder.rename(folder.parent / "another"))
    assert before.name != after.name
    assert before.digest == after.digest


def test_digest_changes_with_the_content(folder):
    before = loaded(folder).digest
    (folder / "add.py").write_text("x = 2\n")
    assert loaded(folder).digest != before


def test_digest_changes_with_a_name():
    assert digest(add="x = 1\n") != digest(mul="x = 1\n")


def test_digest_does_not_depend_on_the_order():
    assert digest(add="x", mul="y") == digest(mul="y", add="x")


def test_digest_keeps_names_and_texts_apart():
    assert len({digest(ab="c"), digest(a="bc"), digest(a="b", c=""), digest(a="", b="c"), digest(a="b")}) == 5


def test_digest_of_text_with_half_a_surrogate_pair_is_a_digest():
    assert len(digest(add="'\ud800'")) == 64
