"""What is kept for the next run: only this user's own comes back; what cannot be kept costs a sentence."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from grader.examine.cases import default_folder
from grader.machine import cache, files
from grader.machine.cache import KEY, keep, kept, recall
from tests.needs import root

DATA = b"what was drawn"


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A virtual environment and a user's state folder, both without a key."""
    environment, state = tmp_path / "venv", tmp_path / "state"
    environment.mkdir()
    monkeypatch.setattr(cache.sys, "prefix", str(environment))
    monkeypatch.setattr(cache.platformdirs, "user_state_dir", lambda name: str(state / name))
    return environment / KEY, state / "nanograd" / KEY


@pytest.fixture
def environments_key(places):
    return places[0]


@pytest.fixture
def users_key(places, monkeypatch):
    """The machine's own Python: there is no environment."""
    monkeypatch.setattr(cache.sys, "base_prefix", cache.sys.prefix)
    return places[1]


@pytest.fixture
def entries(tmp_path):
    return tmp_path / "cache" / "cases"


def entry(entries):
    """The one file there."""
    (path,) = entries.iterdir()
    return path


# What comes back


@pytest.mark.parametrize("where", ["environments_key", "users_key"])
def test_what_is_kept_comes_back(where, request, entries):
    request.getfixturevalue(where)
    assert kept(entries, "a") is None
    assert keep(entries, "a", DATA) == ""
    assert kept(entries, "a") == DATA


def test_what_is_kept_comes_back_in_another_process(entries):
    assert keep(entries, "a", DATA) == ""
    ask = "import pathlib; from grader.machine.cache import kept\n"
    ask += f"print(bytes(kept(pathlib.Path({str(entries)!r}), 'a')))"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == repr(DATA)


@pytest.mark.parametrize("change", ["empty", "half", "first bit", "last bit", "no code", "longer"])
def test_what_is_damaged_does_not(change, environments_key, entries):
    keep(entries, "a", DATA)
    whole = entry(entries).read_bytes()
    changed = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "first bit": bytes([whole[0] ^ 1]) + whole[1:],
        "last bit": whole[:-1] + bytes([whole[-1] ^ 1]),
        "no code": DATA,
        "longer": whole + b"x",
    }
    entry(entries).write_bytes(changed[change])
    assert kept(entries, "a") is None
    assert keep(entries, "a", DATA) == ""
    assert kept(entries, "a") == DATA


def test_an_entry_of_another_name_does_not(environments_key, entries):
    keep(entries, "a", b"of a")
    forged = entry(entries).read_bytes()
    entry(entries).unlink()
    keep(entries, "b", b"of b")
    entry(entries).write_bytes(forged)
    assert kept(entries, "b") is None


def test_an_entry_that_was_copied_from_elsewhere_does_not(environments_key, entries, tmp_path):
    keep(tmp_path / "stash", "a", DATA)
    entries.mkdir(parents=True)
    copy = entry(tmp_path / "stash")
    (entries / copy.name).write_bytes(copy.read_bytes())
    assert kept(entries, "a") is None


@pytest.mark.parametrize("where", ["environments_key", "users_key"])
def test_what_was_made_with_another_key_does_not(where, request, entries):
    key = request.getfixturevalue(where)
    keep(entries, "a", b"forged")
    forged = entry(entries).read_bytes()
    key.unlink()
    assert kept(entries, "a") is None
    entry(entries).unlink()
    keep(entries, "a", DATA)
    entry(entries).write_bytes(forged)
    assert kept(entries, "a") is None


def test_a_users_key_that_was_copied_opens_nothing(users_key, entries):
    """As a checkout brings a key of its own together with what was made with it."""
    keep(entries, "a", DATA)
    secret = users_key.read_bytes()
    users_key.unlink()
    users_key.touch(0o600)
    users_key.write_bytes(secret)
    assert kept(entries, "a") is None


def test_an_environments_key_goes_along_into_an_image(environments_key, entries):
    keep(entries, "a", DATA)
    secret = environments_key.read_bytes()
    environments_key.unlink()
    environments_key.touch(0o600)
    environments_key.write_bytes(secret)
    assert kept(entries, "a") == DATA


# What is no key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_key_that_others_can_read_or_change_is_made_anew(mode, environments_key, entries):
    keep(entries, "a", DATA)
    secret = environments_key.read_bytes()
    environments_key.chmod(mode)
    assert kept(entries, "a") is None
    assert keep(entries, "a", DATA) == ""
    assert kept(entries, "a") == DATA
    assert environments_key.read_bytes() != secret
    assert environments_key.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("secret", [b"", b"short", bytes(33)], ids=["empty", "short", "long"])
def test_a_key_of_another_size_is_made_anew(secret, environments_key, entries):
    environments_key.touch(0o600)
    environments_key.write_bytes(secret)
    assert keep(entries, "a", DATA) == ""
    assert kept(entries, "a") == DATA


@root
def test_another_users_key_is_left_alone_and_the_users_own_is_taken(places, entries):
    environments, users = places
    environments.touch(0o600)
    environments.write_bytes(bytes(32))
    os.chown(environments, 12345, 12345)
    assert keep(entries, "a", DATA) == ""
    assert kept(entries, "a") == DATA
    assert environments.read_bytes() == bytes(32)
    assert users.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link to a device"])
def test_nobody_waits_for_what_is_no_file(kind, environments_key, entries):
    keep(entries, "a", DATA)
    path = entry(entries)
    path.unlink()
    make = {"a pipe": os.mkfifo, "a folder": os.mkdir, "a link to a device": partial(os.symlink, "/dev/zero")}
    make[kind](path)
    assert kept(entries, "a") is None


# What cannot be kept


def test_cases_are_for_their_owner_only(environments_key, entries):
    keep(entries, "a", DATA)
    assert entry(entries).stat().st_mode & 0o777 == 0o600


def test_without_a_place_for_a_key_nothing_is_kept_and_that_is_said(users_key, entries, tmp_path):
    (tmp_path / "state").write_text("a file where a folder has to be")
    place = tmp_path / "state" / "nanograd"
    said = f"Nothing can be kept in {entries} without a key in {place}: Not a directory; "
    assert keep(entries, "a", DATA).startswith(said)
    assert kept(entries, "a") is None
    assert not entries.exists()


@pytest.mark.parametrize("place", ["/proc/nowhere", "in the way", "~/.cache"])
def test_what_cannot_be_kept_is_a_sentence_that_names_the_folder(place, environments_key, tmp_path):
    (tmp_path / "in the way").write_text("a file")
    folder = Path(place) if place[0] in "/~" else tmp_path / place / "cases"
    trouble = keep(folder, "a", DATA)
    assert trouble.startswith("Nothing can be kept")
    assert str(folder) in trouble
    assert "\n" not in trouble
    assert kept(folder, "a") is None


def test_without_a_home_nothing_is_kept_and_that_is_said(tmp_path, monkeypatch):
    def homeless(_):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.chdir(tmp_path)
    for name in ("user_cache_dir", "user_state_dir"):
        monkeypatch.setattr(cache.platformdirs, name, homeless)
    assert "no absolute path" in keep(default_folder(), "a", DATA)
    monkeypatch.setattr(cache.sys, "base_prefix", cache.sys.prefix)
    assert "without a key in a home folder" in keep(tmp_path / "cache", "a", DATA)
    assert list(tmp_path.iterdir()) == []


def test_nothing_else_is_left_beside_an_entry(environments_key, entries):
    for _ in range(2):
        keep(entries, "a", DATA)
    assert len(list(entries.iterdir())) == 1
    assert [path.name for path in environments_key.parent.iterdir()] == [KEY]


RECALLING = """
import sys, time
from pathlib import Path
from grader.machine.cache import recall

def make():
    print("making", flush=True)
    time.sleep(1)
    return b"what was drawn"

data = recall(Path(sys.argv[1]), "add.cases", bytes, make, bytes, print)
assert data == b"what was drawn"
"""


def recalling(entries):
    return subprocess.Popen(
        [sys.executable, "-c", RECALLING, str(entries)], stdout=subprocess.PIPE, text=True
    )


def test_what_two_processes_want_at_once_is_made_once(entries):
    both = [recalling(entries) for _ in range(2)]
    said = "".join(process.communicate(timeout=60)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said.split() == ["making"]


def test_who_dies_while_making_lets_the_next_one_make_it(entries):
    first = recalling(entries)
    assert first.stdout.readline() == "making\n"
    first.kill()
    first.communicate()
    again = recalling(entries)
    assert again.communicate(timeout=60)[0].split() == ["making"]
    assert [path.name for path in entries.iterdir() if path.suffix == ".nanograd"] == []


def test_who_has_waited_long_enough_makes_it_as_well(entries, monkeypatch):
    first = recalling(entries)
    assert first.stdout.readline() == "making\n"
    monkeypatch.setattr(files, "PATIENCE", 0.1)
    assert recall(entries, "add.cases", bytes, lambda: b"mine", bytes, print) == b"mine"
    first.communicate(timeout=60)


# How much is kept


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(cache, "ENOUGH", 1100)


def at(folder, name, seconds):
    """Say that an entry was last asked for so many seconds after the epoch."""
    (path,) = folder.glob(f"{name}.*")
    os.utime(path, (seconds, seconds))


def test_what_was_not_asked_for_the_longest_goes_first(environments_key, entries, small):
    for number, name in enumerate("abc"):
        keep(entries, name, bytes(300))
        at(entries, name, number)
    assert kept(entries, "a") is not None
    keep(entries, "d", bytes(300))
    assert {name for name in "abcd" if kept(entries, name)} == {"a", "c", "d"}


def test_what_has_just_been_made_stays_however_large_it_is(environments_key, entries, small):
    keep(entries, "a", bytes(300))
    keep(entries, "b", bytes(5000))
    assert kept(entries, "a") is None
    assert kept(entries, "b") == bytes(5000)


def test_what_is_no_entry_stays(environments_key, entries, small):
    entries.mkdir(parents=True)
    (entries / "letter").write_bytes(bytes(5000))
    (entries / "a.0123abcd").mkdir()
    keep(entries, "b", bytes(300))
    keep(entries, "c", bytes(300))
    assert {path.name for path in entries.iterdir()} >= {"letter", "a.0123abcd"}
    assert kept(entries, "b") is not None
