"""What a bare interpreter needs: found on this machine, kept for this user, and asked for anew."""

import json
import os
import subprocess
import sys
import sysconfig
from functools import partial
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.sandbox import interpreter
from grader.sandbox.interpreter import DEVICES, FLAGS, found
from grader.sandbox.process import Process
from tests.grader.cages import linux


@pytest.fixture
def asked_anew():
    """Forgets what this process has found, before and after."""

    def forget():
        found.cache_clear()

    forget()
    yield forget
    forget()


@pytest.fixture
def cache(tmp_path, monkeypatch, asked_anew):
    """The folder of what is remembered, empty."""
    monkeypatch.setattr(interpreter.platformdirs, "user_cache_dir", lambda name: str(tmp_path / name))
    return tmp_path / "nanograd" / "interpreters"


@pytest.fixture
def unasked(monkeypatch):
    """A machine that cannot list libraries; the sentence is the one that a test is to see or not."""

    def refuse(*_):
        raise MachineError("cannot list", "list")

    monkeypatch.setattr(interpreter, "_asked", refuse)


# What is found


@linux
def test_interpreter_is_the_one_that_runs_here():
    assert found().executable == os.path.realpath(sys.executable)
    assert found().library == sysconfig.get_path("stdlib")
    assert found().executable in found().files


@linux
def test_every_file_is_there_and_no_folder():
    assert all(os.path.isfile(path) for path in found().files)
    assert all(os.path.isabs(path) for path in found().files)


@linux
def test_what_the_running_interpreter_has_loaded_is_among_its_files():
    ask = "import ctypes, hashlib, ssl, zlib\nprint(open('/proc/self/maps').read())"
    maps = subprocess.run([found().executable, *FLAGS, "-c", ask], capture_output=True, text=True, check=True)
    loaded = {line.split()[-1] for line in maps.stdout.splitlines() if ".so" in line}
    needed = {os.path.realpath(path) for path in loaded if not path.startswith(found().library)}
    assert needed
    assert needed <= {os.path.realpath(path) for path in found().files}


@linux
def test_interpreter_is_described_in_the_same_way_every_time(asked_anew):
    first = found()
    asked_anew()
    assert found() == first
    assert found() is not first


@linux
def test_packages_are_hidden_and_nothing_else_of_the_library():
    assert str(Path(found().library, "site-packages")) in found().hidden
    listed, read = found().seen
    assert listed == [found().library]
    kept = set(os.listdir(found().library)) - {Path(path).name for path in found().hidden}
    assert {*read} == {*found().files, *DEVICES, *(os.path.join(found().library, name) for name in kept)}


# What is remembered


@pytest.fixture
def needed(cache, tmp_path):
    """What this interpreter needs with a library that has no extensions, which is told at once."""
    (tmp_path / "library").mkdir()
    return partial(interpreter._libraries, os.path.realpath(sys.executable), str(tmp_path / "library"))


@linux
def test_libraries_are_remembered_for_the_next_grader(needed, cache, monkeypatch):
    first = needed()
    (kept,) = cache.iterdir()
    assert first
    assert tuple(json.loads(kept.read_text())) == first
    monkeypatch.setattr(interpreter, "_asked", lambda *_: ("/asked/again",))
    assert needed() == first


@linux
@pytest.mark.parametrize("text", ["", "{", "[1, null]", '["/gone/libc.so.6"]', "\xff", '"x"', "7", "{}"])
def test_memory_that_is_of_no_use_is_asked_for_anew(text, needed, cache):
    first = needed()
    (kept,) = cache.iterdir()
    kept.write_text(text, "latin-1")
    assert needed() == first
    assert tuple(json.loads(kept.read_text())) == first


@linux
def test_memory_that_cannot_be_kept_costs_only_time(needed, cache):
    cache.parent.mkdir()
    cache.write_text("in its place")
    assert needed() == needed() != ()


@linux
def test_another_interpreter_is_another_memory(cache, tmp_path):
    other = tmp_path / "python"
    for content in ("one", "two more"):
        other.write_text(content)
        interpreter._libraries(str(other), str(tmp_path))
    assert len(list(cache.iterdir())) == 2


@linux
def test_nothing_but_the_memory_is_left_in_its_folder(needed, cache):
    needed()
    assert [path.suffix for path in cache.iterdir()] == [".json"]


# A machine that does not say


@linux
def test_libraries_that_cannot_be_listed_are_the_machines_fault(cache, monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError("no ldd")

    monkeypatch.setattr(interpreter.subprocess, "run", missing)
    with pytest.raises(MachineError) as caught:
        found()
    assert caught.value.what == "cannot list the interpreter's libraries: no ldd"


@linux
def test_no_cage_is_had_even_where_the_libraries_cannot_be_listed(cache, unasked):
    assert Process().inside is None
