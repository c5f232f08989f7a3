"""The wheel and the sdist: built twice, installed beside nothing, and walked from init to full marks."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from functools import cache
from pathlib import Path

import pytest

from grader.author.release import handout_without_grader, read_manifest, release, update
from grader.course.course import Course
from grader.errors import UsageError
from grader.machine.cache import KEY
from grader.version import VERSION

pytest.importorskip("setuptools", reason="pip install setuptools, to build the wheel")
pytest.importorskip("pip", reason="needs pip, to install the wheel")

# It is built once, and installed once.
pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).resolve().parents[3]
LEFT_OUT = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "*.egg-info", "class-json")
BUILD = """
import os, sys, tarfile
from setuptools import build_meta
to = sys.argv[1]
with tarfile.open(os.path.join(to, sdist := build_meta.build_sdist(to))) as packed:
    packed.extraction_filter = getattr(tarfile, "data_filter", None)  # not in 3.11.0 to 3.11.3
    packed.extractall(to)
os.chdir(os.path.join(to, sdist.removesuffix(".tar.gz")))
build_meta.build_wheel(to)
"""
NAME = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["name"]
STEM = f"{NAME.replace('-', '_')}-{VERSION}"


def run(*command, cwd, code=0, **variables):
    """What a command prints, on both ways."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "XDG_CACHE_HOME") if name in os.environ}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=kept | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def built(folder, umask):
    """An sdist of the repository's files, and the wheel that is built of nothing but the sdist."""
    for part in ("tests/properties", "."):
        if part == ".":
            left_out = shutil.ignore_patterns(*LEFT_OUT, "tests", "benchmarks")
            shutil.copytree(ROOT, folder / "tree", ignore=left_out, dirs_exist_ok=True)
        else:
            shutil.copytree(ROOT / part, folder / "tree" / part, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (folder / "tree" / "exercises" / "add.py").write_text("mine = 1\n")  # is no part of a wheel
    before = os.umask(umask)
    try:
        run(sys.executable, "-c", BUILD, folder, cwd=folder / "tree", SOURCE_DATE_EPOCH="1764493200")
    finally:
        os.umask(before)
    return folder / f"{STEM}.tar.gz", folder / f"{STEM}-py3-none-any.whl"


@cache
def built_once(base):
    """What others need of it, too; base: where these tests leave things."""
    (base / "wheel").mkdir()
    return built(base / "wheel", 0o022)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return built_once(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def installed(first, tmp_path_factory):
    """The command grader of an environment with the wheel in it, and with the dependencies of this one."""
    place = tmp_path_factory.mktemp("own") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd="/")
    python = place / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(place), "platbase": str(place)}))
    (packages / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    options = ("--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--no-index")
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, first[1], cwd="/")
    # What this environment has drawn and kept is taken there, too.
    if (Path(sys.prefix) / KEY).is_file():
        shutil.copy(Path(sys.prefix) / KEY, place / KEY)
    # As pipx and uv have it: the command is a link, and somewhere else.
    link = tmp_path_factory.mktemp("bin") / "grader"
    link.symlink_to(place / "bin" / "grader")
    return link


@pytest.fixture
def project(installed, tmp_path):
    run(installed, "init", "mine", cwd=tmp_path)
    return tmp_path / "mine"


def solve(folder, *names):
    for name in names:
        shutil.copy(ROOT / "solutions" / f"{name}.py", folder / f"{name}.py")


def test_a_second_build_has_the_same_bytes(first, tmp_path):
    for one, other in zip(first, built(tmp_path, 0o077), strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_the_wheel_carries_the_course_as_init_lays_it_down_and_no_solution(first, course):
    inside = "grader/project/"
    with zipfile.ZipFile(first[1]) as wheel:
        names = wheel.namelist()
        carried = {name.removeprefix(inside): wheel.read(name) for name in names if name.startswith(inside)}
    carried.pop(".release.json")
    assert carried == {place.as_posix(): data for place, data in handout_without_grader(course).items()}
    assert not [name for name in names if "solutions" in name or "__pycache__" in name]
    assert {name.partition("/")[0] for name in names} == {"grader", f"{STEM}.dist-info"}


def test_without_a_course_around_it_the_command_says_how_to_begin(installed, tmp_path):
    said = run(installed, "grade", cwd=tmp_path, code=2)
    assert "no course.toml here or above" in said
    assert "grader init FOLDER" in said
    for words in (("list",), ("hint", "add"), ("submit",), ("reset", "add")):
        assert "grader init FOLDER" in run(installed, *words, cwd=tmp_path, code=2)
    assert "solutions sealed" in run(installed, "check", cwd=tmp_path, code=2)
    assert list(tmp_path.iterdir()) == []


def test_from_init_to_full_marks_and_through_an_update(installed, tmp_path, course):
    said = run(installed, "init", "mine", cwd=tmp_path)
    assert said.splitlines()[1:] == ["  cd mine", "  grader grade"]
    assert "is not empty" in run(installed, "init", "mine", cwd=tmp_path, code=2)
    exercises = tmp_path / "mine" / "exercises"
    solve(exercises, "add")
    # From below the top, too.
    said = run(installed, "grade", "--exercise", "add", cwd=exercises)
    assert "10/10" in said
    assert "  grader grade --exercise mul" in said
    assert "make " not in said
    (tmp_path / "mine" / "HINTS.md").write_text("mine\n")
    assert "HINTS.md: replaced, yours saved" in run(installed, "update", cwd=exercises)
    assert (exercises / "add.py").read_text("utf-8") == course.solution("add")
    assert "run by itself. To have it graded: grader grade --exercise add" in run(
        sys.executable, "exercises/add.py", cwd=tmp_path / "mine"
    )


def test_a_program_that_was_shown_runs_in_the_graders_python(installed, project):
    solve(project / "exercises", "mul")
    program = 'from grader.alone import engine; V = engine("mul").Value; print((V(2) * 3).data)'
    assert run(installed, "python", "-c", program, cwd=project) == "6\n"
    one = "tests/properties/test_mul.py::test_data_is_the_product"
    assert "1 passed" in run(installed, "python", "-m", "pytest", "-q", one, cwd=project)


def test_a_folder_without_a_course_is_graded_by_the_installed_one(installed, tmp_path):
    (tmp_path / "exercises").mkdir()
    solve(tmp_path / "exercises", "add")
    for words in ((), ("exercises",), (tmp_path / "exercises",)):
        assert "10/10" in run(installed, "grade", *words, "--exercise", "add", cwd=tmp_path)
    assert not (tmp_path / ".nanograd").exists()


def test_uv_installs_it_and_its_command_starts(first, tmp_path):
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("needs uv")
    venv = tmp_path / "venv"
    run(uv, "venv", "--quiet", "--offline", "--python", sys.executable, venv, cwd=tmp_path)
    python = venv / "bin" / "python"
    run(uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--python", python, first[1], cwd=tmp_path)
    (next((venv / "lib").glob("*/site-packages")) / "dependencies.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n"
    )
    assert VERSION in run(venv / "bin" / "grader", "--version", cwd=tmp_path)
    assert "files are in mine" in run(venv / "bin" / "grader", "init", "mine", cwd=tmp_path)


# A project without the grader in it


@pytest.fixture(scope="module")
def laid_down(course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("init") / "mine"
    release(course, folder, alone=False)
    return folder


def test_its_documents_call_the_grader_as_it_is_installed(laid_down):
    for path in (*laid_down.rglob("*.md"), *laid_down.rglob("*.json"), *laid_down.rglob("*.ipynb")):
        text = path.read_text("utf-8")
        for typed in ("make grade", "make hint", "make setup", ".venv/bin"):
            place = text.find(typed)
            assert place < 0, f"{path.relative_to(laid_down)}: …{text[max(0, place - 40) : place + 40]}…"


def test_it_is_the_same_whichever_project_it_is_made_of(laid_down, course, tmp_path):
    """So a wheel that is built in a students' project carries the course as well."""
    release(course, tmp_path / "whole")
    expected = handout_without_grader(course)
    for made_of in (tmp_path / "whole", laid_down):
        assert handout_without_grader(Course.load(made_of)) == expected


def test_a_project_with_a_grader_of_its_own_is_not_renewed_by_a_course_without(laid_down, course, tmp_path):
    release(course, tmp_path / "whole")
    with pytest.raises(UsageError, match="has a grader of its own"):
        update(Course.load(laid_down), tmp_path / "whole")
    assert update(course, tmp_path / "whole") == []


def test_it_has_nothing_that_would_run_the_grader(laid_down):
    manifest = read_manifest(laid_down)
    assert not manifest.alone
    tops = {place.parts[0] for place in manifest.digests}
    assert not tops & {"Makefile", "setup.py", "constraints.txt", ".github", "platforms", "action.yml"}
    assert [place.as_posix() for place in manifest.digests if place.parts[0] == "grader"] == [
        "grader/reference.sealed"
    ]


STANDARD_LIBRARY = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from grader.author.release import handout_without_grader
from grader.course.course import Course
handout_without_grader(Course.load(Path(sys.argv[1])))
"""


@pytest.mark.untraced(reason="coverage.py is not of the standard library")
def test_what_is_laid_down_is_made_with_the_standard_library_alone():
    """A build has nothing else, but for setuptools."""
    run(sys.executable, "-I", "-S", "-c", STANDARD_LIBRARY, ROOT, cwd="/")
