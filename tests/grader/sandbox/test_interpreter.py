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
from grader.sandbox import cage
from grader.sandbox.cage import DEVICES, FLAGS, Process, found, needed
from tests.needs import NUMPY, bwrap, linux, numpy, uid


@pytest.fixture
def asked_anew():
    """Forgets what this process has found, before and after."""

    def forget():
        cage._bare.cache_clear()

    forget()
    yield forget
    forget()


@pytest.fixture
def unasked(monkeypatch):
    """A machine that cannot list libraries; the sentence is the one that a test is to see or not."""

    def refuse(*_):
        raise MachineError("cannot list", "list")

    monkeypatch.setattr(cage, "_libraries", refuse)


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
    needed = [str(path) for path in library.glob("*.so") if not path.name.startswith(cage.NOT_NEEDED)]
    at_once = cage._told_at_once(found().executable, needed)
    assert at_once - {*needed} == cage._told_by_ldd(found().executable, needed) - {*needed} != set()


@linux
@numpy
def test_libraries_in_a_folder_with_a_space_and_an_umlaut_are_told_whole(tmp_path):
    folder = tmp_path / "ein Kürs"
    folder.symlink_to(NUMPY.folder)
    (extension, *_) = map(str, folder.glob("numpy/linalg/_umath_linalg*.so"))
    told = cage._loaded(found().executable, [extension])
    assert [path for path in told if not Path(path).exists()] == []
    assert any(path.startswith(f"{folder}/") and "numpy.libs/" in path for path in told)


@linux
def test_where_the_loader_tells_nothing_ldd_is_asked(monkeypatch, asked_anew):
    before = found()
    asked_anew()
    monkeypatch.setattr(cage, "_told_at_once", lambda *_: set())
    assert found() == before


@linux
def test_extension_in_a_folder_that_the_loader_cannot_be_told_of_is_left_to_ldd():
    assert cage._told_at_once(found().executable, ["/a folder/some.so"]) == set()


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

    monkeypatch.setattr(cage.subprocess, "run", missing)
    with pytest.raises(MachineError) as caught:
        found()
    assert caught.value.what == "cannot list the interpreter's libraries: no ldd"


@linux
def test_no_cage_is_had_even_where_the_libraries_cannot_be_listed(asked_anew, unasked):
    assert Process().inside is None


@pytest.fixture
def loaded_as_a_module(tmp_path):
    """A Python that finds its own library by LD_LIBRARY_PATH alone, as clusters have it; and that path."""
    here, name = Path(os.path.realpath(sys.executable)), sysconfig.get_config_var("INSTSONAME") or ""
    place = Path(sysconfig.get_config_var("LIBDIR") or "", name)
    if not (name.endswith(".1.0") and place.is_file()):
        pytest.skip("needs a Python with a library of its own, made with --enable-shared")
    if f"{name}\0".encode() not in here.read_bytes():
        pytest.skip(
            "needs a Python that is not linked with its library statically, made with --enable-shared"
        )
    other = name.replace("libpython", "libPYTHON")
    program, folder = tmp_path / "bin" / "python3", tmp_path / "lib"
    for made in (program.parent, folder):
        made.mkdir()
    program.write_bytes(here.read_bytes().replace(f"{name}\0".encode(), f"{other}\0".encode()))
    program.chmod(0o755)
    (folder / other).symlink_to(place)
    (tmp_path / "pyvenv.cfg").write_text(f"home = {here.parent}\n", "utf-8")
    return program, str(folder)


WORKS = """
import sys
from pathlib import Path
sys.path[:0] = json_paths
from grader.autograd.program import Chain
from grader.autograd.subject import SUBJECT
from grader.course.course import Course
from grader.examine.setting import parts
from grader.sandbox.cages import choose
from grader.sandbox.cage import needed
from grader.sandbox.runner import Limits, Request, Runner
course = Course.load(Path(root))
runner = Runner(choose(cage), Limits(), 1, SUBJECT.worker)
with runner.attempt(parts(course, {"add": course.solution("add")}, course.exercises[0])) as attempt:
    print(type(attempt.observe(Request.of([Chain(1)]))[0]).__name__, needed())
runner.close()
"""


@linux
@pytest.mark.parametrize(
    "name", ["process", pytest.param("bwrap", marks=bwrap), pytest.param("uid", marks=uid)]
)
def test_worker_gets_of_the_library_path_what_its_interpreter_needs(
    name, loaded_as_a_module, tmp_path, course
):
    program, folder = loaded_as_a_module
    given = f"json_paths, root, cage = {[str(course.root), *sys.path]!r}, {str(course.root)!r}, {name!r}\n"
    variables = {"LD_LIBRARY_PATH": f"{tmp_path}:{folder}", "PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run(
        [program, "-P", "-c", given + WORKS], env=variables, capture_output=True, text=True, check=False
    )
    kept = {"LD_LIBRARY_PATH": folder}
    assert (done.stdout, done.stderr) == (f"Numbers {kept}\n", "")


@linux
def test_nothing_is_kept_of_a_library_path_that_nothing_needs(monkeypatch, tmp_path):
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    needed.cache_clear()
    try:
        assert needed() == {}
    finally:
        needed.cache_clear()
