"""A package that a worker has besides the standard library: NumPy, for engines that name it, nothing else."""

import os
import shutil
from pathlib import Path

import pytest

from grader.doctor.doctor import examined, probes
from grader.sandbox import cages
from grader.sandbox.cage import PACKAGES_AT, Package, Process, found, package_here
from grader.sandbox.cages import Bwrap, Uid
from tests.grader.sandbox.asking import ask
from tests.limits import probes_that_escape
from tests.needs import NUMPY, bwrap, every_cage, landlock, linux, numpy, uid
from tests.samples import some

pytestmark = numpy
# All of them are tried without a package in the doctor's own tests.
TRIED = some(probes(), 25)
OPENED = """
def opens(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
        return True
    except OSError:
        return False
"""


@every_cage
def test_it_is_there_and_computes(cage, course):
    computed = "float(numpy.linalg.solve(numpy.eye(2) * 2, numpy.ones(2))[0])"
    assert ask(course, cage.showing(NUMPY), computed, "import numpy") == "0.5"


@every_cage
def test_it_starts_no_thread(cage, course):
    before = "import numpy, _thread\n(numpy.ones((200, 200)) @ numpy.ones((200, 200))).sum()"
    threads = "(os.environ['OPENBLAS_NUM_THREADS'], _thread._count())"
    assert ask(course, cage.showing(NUMPY), threads, before) == "('1', 0)"


@every_cage
def test_what_it_draws_is_the_same_each_time(cage, course):
    drawn = "float(numpy.random.default_rng().uniform())"
    before = "import random, numpy\nrandom.seed(0)"
    first, second = (ask(course, cage.showing(NUMPY), drawn, before) for _ in range(2))
    assert first == second
    assert 0 <= float(first) < 1


@every_cage
def test_nothing_else_of_its_environment_can_be_imported(cage, course):
    others = ["torch", "matplotlib", "pytest", "grader", "hypothesis"]
    missing = f"[name for name in {others} if importlib.util.find_spec(name)]"
    assert ask(course, cage.showing(NUMPY), missing) == "[]"


@every_cage
@landlock
def test_nothing_else_that_lies_beside_it_can_be_read(cage, course):
    beside = sorted(str(path) for path in Path(NUMPY.folder).rglob("*.py") if path.parts[-2] != "numpy")
    others = [path for path in beside if not path.startswith(f"{NUMPY.folder}/numpy/")][:50]
    assert others
    assert ask(course, cage.showing(NUMPY), f"[p for p in {others} if opens(p)]", OPENED) == "[]"


@every_cage
@landlock
def test_none_of_its_files_can_be_changed(cage, course):
    folder = cage.showing(NUMPY).package[1]
    tried = f"open({folder!r} + '/__init__.py', 'a')"
    assert ask(course, cage.showing(NUMPY), tried).startswith(("PermissionError", "OSError"))


@every_cage
def test_it_is_there_for_those_alone_who_are_shown_it(cage, course):
    assert cage.package is None
    assert ask(course, cage, "importlib.util.find_spec('numpy')") == "None"


@pytest.mark.parametrize("cage", [pytest.param(Bwrap(), marks=bwrap), pytest.param(Uid(), marks=uid)])
def test_cage_with_a_root_of_its_own_does_not_tell_where_it_is_installed(cage, course):
    shown = ask(course, cage.showing(NUMPY), "numpy.__file__", "import numpy")
    assert shown == repr(f"{PACKAGES_AT}/numpy/__init__.py")
    assert ask(course, cage.showing(NUMPY), f"os.path.exists({NUMPY.folder!r})") == "False"


@uid
def test_its_root_folder_is_another_one_and_nobody_can_write_there():
    bare, shown = (cages.root_for(found(package)) for package in (None, NUMPY))
    assert bare != shown
    files = [path for path in Path(shown + PACKAGES_AT).rglob("*") if path.is_file()]
    assert files
    assert all(not path.stat().st_mode & 0o222 for path in files)


@linux
@every_cage
def test_every_probe_of_the_doctor_is_held_as_without_it(cage):
    tried = examined(type(cage).__name__.lower(), cage.showing(NUMPY), TRIED)
    known = {(probe.kind, probe.name) for probe in TRIED}
    assert {(one.probe.kind, one.probe.name) for one in tried.escapes} == probes_that_escape(cage) & known


@linux
def test_what_it_loads_of_the_machine_is_shown_with_it():
    assert {*NUMPY.files} <= {*found(NUMPY).files}
    assert not [path for path in NUMPY.files if path.startswith(NUMPY.folder)]
    assert all(Path(path).is_absolute() for path in NUMPY.files)


def test_one_that_is_not_installed_is_none():
    assert package_here("no_such_package_anywhere") is None


def test_one_that_does_not_load_is_none_in_the_worker(course, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('no processor for this')\n")
    cage = Process().showing(Package("broken", "1", str(tmp_path), ("broken",), ()))
    assert ask(course, cage, "sorted(m for m in sys.modules if m.startswith('broken'))") == "[]"
    shutil.rmtree(broken)
    assert not os.path.exists(broken)
