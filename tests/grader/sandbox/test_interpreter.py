"""What a bare interpreter needs: found on this machine, asked for anew each time."""

import json
import os
import subprocess
import sys
import sysconfig
from hashlib import sha256
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.sandbox import interpreter
from grader.sandbox.cage import Process
from grader.sandbox.interpreter import DEVICES, FLAGS, found
from tests.needs import linux


@pytest.fixture
def asked_anew():
    """Forgets what this process has found, before and after."""

    def forget():
        found.cache_clear()

    forget()
    yield forget
    forget()


@pytest.fixture
def unasked(monkeypatch):
    """A machine that cannot list libraries; the sentence is the one that a test is to see or not."""

    def refuse(*_):
        raise MachineError("cannot list", "list")

    monkeypatch.setattr(interpreter, "_libraries", refuse)


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
    packages = Path(found().library, "site-packages")  # Debian's Python has them in another folder
    assert (str(packages) in found().hidden) == packages.exists()
    listed, read = found().seen()
    assert listed == [found().library]
    kept = set(os.listdir(found().library)) - {Path(path).name for path in found().hidden}
    assert {*read} == {*found().files, *DEVICES, *(os.path.join(found().library, name) for name in kept)}


# How it is asked


@linux
def test_what_is_told_at_once_is_what_ldd_tells():
    library = Path(found().library, "lib-dynload")
    needed = [str(path) for path in library.glob("*.so") if not path.name.startswith(interpreter.NOT_NEEDED)]
    at_once = interpreter._told_at_once(found().executable, needed)
    assert at_once - {*needed} == interpreter._told_by_ldd(found().executable, needed) - {*needed} != set()


@linux
def test_where_the_loader_tells_nothing_ldd_is_asked(monkeypatch, asked_anew):
    before = found()
    asked_anew()
    monkeypatch.setattr(interpreter, "_told_at_once", lambda *_: set())
    assert found() == before


@linux
def test_extension_in_a_folder_that_the_loader_cannot_be_told_of_is_left_to_ldd():
    assert interpreter._told_at_once(found().executable, ["/a folder/some.so"]) == set()


@linux
def test_no_file_of_a_cache_has_a_say_in_what_a_cage_shows(tmp_path, monkeypatch, asked_anew):
    """A cache that a checkout brought decided that once."""
    before = found()
    folder = tmp_path / "nanograd" / "interpreters"
    state = os.stat(before.executable)
    key = repr((before.executable, before.library, state.st_mtime_ns, state.st_size)).encode()
    folder.mkdir(parents=True)
    (folder / f"{sha256(key).hexdigest()[:24]}.json").write_text(json.dumps([*before.files, "/etc/passwd"]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    asked_anew()
    assert found() == before


# A machine that does not say


@linux
def test_libraries_that_cannot_be_listed_are_the_machines_fault(asked_anew, monkeypatch):
    def missing(*_, **__):
        raise FileNotFoundError("no ldd")

    monkeypatch.setattr(interpreter.subprocess, "run", missing)
    with pytest.raises(MachineError) as caught:
        found()
    assert caught.value.what == "cannot list the interpreter's libraries: no ldd"


@linux
def test_no_cage_is_had_even_where_the_libraries_cannot_be_listed(asked_anew, unasked):
    assert Process().inside is None
