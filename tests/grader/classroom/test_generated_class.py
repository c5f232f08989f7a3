"""The generated class: nothing left to chance, every misconception in it, no two files equal, as expected."""

import ast
import importlib
import tarfile
import zipfile
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from grader.course.course import untouched
from grader.course.misconceptions import misconceptions
from grader.course.properties import declared_in
from grader.examine.examining import Examiner
from grader.examine.setting import Setting
from grader.model import Result, Verdict
from grader.report.scoring import exercise_status
from grader.sandbox.runner import Limits
from grader.submission.submission import load
from tests.samples import WHOLE, some

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
SIZE = 1000
pytestmark = pytest.mark.xdist_group("generated class")


@pytest.fixture(scope="module")
def classroom():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        yield importlib.import_module("classroom")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("class")


@pytest.fixture(scope="module")
def written(classroom, folder):
    return classroom.generate(folder, SIZE)


@pytest.fixture(scope="module")
def impatient(course, setting):
    return Setting(course, setting.cage, setting.cache, limits=Limits(seconds=1.0, patience=20.0))


def contents(folder):
    """Every file beneath a folder, with its path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def first(written, folder, kind):
    """The first submission of a kind that lies there as a folder."""
    return next(e for e in written if e.kind == kind and (folder / e.id).is_dir())


def statuses(setting, folder, expected, names):
    exercises = [exercise for exercise in setting.course.exercises if exercise.name in names]
    with closing(Examiner(setting, load(folder / expected.id, setting.course.names))) as examiner:
        return {e.name: exercise_status(examined(examiner, e)) for e in exercises}


def examined(examiner, exercise):
    properties = declared_in(examiner.setting.course.properties(exercise.name))
    return Result(
        exercise, tuple(Verdict(p.claim, examiner.outcome(exercise, properties, p)) for p in properties)
    )


# The class as a whole


@pytest.fixture(scope="module")
def small(classroom, tmp_path_factory):
    """A class of another seed: where it lies, and what is expected of it."""
    place = tmp_path_factory.mktemp("small") / "class"
    return place, classroom.generate(place, 60, seed=3)


def test_same_size_and_seed_write_the_same_class(classroom, small, tmp_path):
    place, expected = small
    assert classroom.generate(tmp_path / "again", 60, seed=3) == expected
    assert contents(place) == contents(tmp_path / "again")


def test_another_seed_writes_another_class(classroom, small, tmp_path):
    assert classroom.generate(tmp_path / "other", 60, seed=4) != small[1]


def test_folder_that_holds_something_is_left_alone(classroom, tmp_path):
    (tmp_path / "notes.txt").write_text("mine\n")
    with pytest.raises(FileExistsError):
        classroom.generate(tmp_path, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_everybody_is_there_once(written, folder):
    ids = [expected.id for expected in written]
    on_disk = [path.name.removesuffix(".zip").removesuffix(".tar.gz") for path in folder.iterdir()]
    assert len(set(ids)) == SIZE
    assert sorted(on_disk) == sorted(ids)


def test_kinds_come_in_their_proportions(classroom, written):
    counts = Counter(expected.kind for expected in written)
    shares = {kind: round(share * SIZE) for kind, share in classroom.SHARES.items()}
    assert counts == shares | {"right": SIZE - sum(shares.values())}


def test_every_misconception_is_there_in_a_class_of_a_thousand(course, written):
    held = {pair for expected in written for pair in expected.misconceptions.items()}
    known = {(name, m.id) for name in course.names for m in misconceptions(name)}
    assert held == known
    assert len(known) >= 300


def test_what_never_ends_is_among_the_endless_only(written):
    holders = {e.kind for e in written if e.misconceptions.get("backward") == "never_ends"}
    assert holders == {"endless"}


def test_no_two_files_are_equal(folder, written):
    counts = Counter(contents(folder).values())
    assert counts.total() > 7 * SIZE
    assert [data for data, times in counts.items() if times > 1] == []


def test_every_name_that_is_hostile_is_used(classroom, written):
    ids = {expected.id for expected in written}
    numbers = range(SIZE)
    assert all(ids & {name.format(n=n) for n in numbers} for name in classroom.ODD)


def test_archives_hold_the_exercises(course, folder, written):
    zips, tars = [*folder.glob("*.zip")], [*folder.glob("*.tar.gz")]
    assert len(zips) == len(tars) == 20
    named = {f"{name}.py" for name in course.names}
    for path in zips:
        with zipfile.ZipFile(path) as archive:
            assert named & set(archive.namelist())
    for path in tars:
        with tarfile.open(path) as archive:
            assert named & set(archive.getnames())


# What was handed in


def test_no_misconception_is_named_in_what_holds_it(course, folder, written):
    sentences = {(name, m.id): m.name for name in course.names for m in misconceptions(name)}
    for expected in written:
        for name, id_ in expected.misconceptions.items():
            path = folder / expected.id / f"{name}.py"
            if path.exists():
                text = path.read_text("utf-8")
                assert sentences[name, id_] not in " ".join(text.split())
                assert "Seen by:" not in text


def test_everything_compiles_but_the_syntax_errors(folder, written):
    broken, looked_at = set(), some(written, SIZE // 3)
    for expected in looked_at:
        for path in (folder / expected.id).glob("*.py"):
            try:
                ast.parse(path.read_text("utf-8"))
            except SyntaxError:
                broken.add(expected.id)
    of_kind = {e.id for e in looked_at if e.kind == "syntax_error" and (folder / e.id).is_dir()}
    assert broken == of_kind
    assert len(broken) > len(looked_at) // 50


def test_sources_begin_as_the_stub_does_and_end_in_a_line_of_their_own(course, folder, written):
    path = folder / first(written, folder, "misconceptions").id / "add.py"
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == course.stub("add").splitlines()[0]
    assert lines[-1].startswith("# submission ")


def test_helpers_of_right_variants_are_handed_in_with_them(folder, written):
    assert [*folder.glob("*/topological_order.py")]


def test_empty_submission_is_an_empty_folder(folder, written):
    empty = [expected for expected in written if expected.kind == "empty"]
    assert len(empty) == 10
    assert all([*(folder / expected.id).iterdir()] == [] for expected in empty)


# Graded


@pytest.mark.parametrize(
    "kind",
    ["right", "half_finished", "crash_at_import", "crash_in_function", "syntax_error", "missing_files"],
)
def test_submission_is_graded_as_expected(kind, folder, written, impatient):
    expected = first(written, folder, kind)
    assert len(expected.statuses) == 8
    assert statuses(impatient, folder, expected, expected.statuses) == expected.statuses


@pytest.mark.parametrize("kind", ["crash_in_function", "syntax_error", "exit"])
def test_each_way_to_crash_is_told_as_crashed(kind, folder, written, impatient):
    crashed = [e for e in written if e.kind == kind and (folder / e.id).is_dir()][:8]
    for expected in some(crashed, 3):
        names = [name for name, status in expected.statuses.items() if status == "crashed"]
        assert statuses(impatient, folder, expected, names) == dict.fromkeys(names, "crashed")
        assert len(names) == 1


def test_one_exercise_of_an_endless_submission_runs_out_of_time(folder, written, impatient):
    endless = [e for e in written if e.kind == "endless" and (folder / e.id).is_dir()]
    for expected in endless[: 2 if WHOLE else 1]:
        names = [name for name, status in expected.statuses.items() if status == "timed_out"]
        assert len(names) == 1
        assert statuses(impatient, folder, expected, names) == dict.fromkeys(names, "timed_out")


def test_misconceptions_cost_their_exercise_and_no_other(course, folder, written, impatient):
    expected = first(written, folder, "misconceptions")
    found = statuses(impatient, folder, expected, course.names)
    assert {name: found[name] for name in expected.statuses} == expected.statuses
    assert {"passed", "not_started"}.isdisjoint(found[name] for name in expected.misconceptions)


# The light class


def test_light_submission_is_one_exercise_and_stubs(classroom, course, tmp_path):
    written = classroom.generate(tmp_path, 40, light=True)
    for expected in written:
        if (tmp_path / expected.id).is_dir():
            sources = load(tmp_path / expected.id, course.names).sources
            begun = [name for name in course.names if not untouched(sources[name], course.stub(name))]
            assert begun == [name for name, status in expected.statuses.items() if status == "passed"]
            assert len(begun) == 1


def test_light_submission_is_graded_as_expected(classroom, course, tmp_path, impatient):
    expected = classroom.generate(tmp_path, 1, light=True)[0]
    assert statuses(impatient, tmp_path, expected, course.names) == expected.statuses
