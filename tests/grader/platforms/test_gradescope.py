"""Gradescope: the archive built, and its run_autograder run in a folder laid out as Gradescope's."""

import json
import shutil
import subprocess
import time
from zipfile import ZipFile

import jsonschema
import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.course.course import Course
from grader.course.sealed import SEALED
from grader.errors import UsageError
from grader.platforms.runners import build_gradescope
from tests.grader.called import grader
from tests.grader.platforms.autograder import Root, unpacked
from tests.grader.platforms.pull import ROOT
from tests.grader.render.formats.samples import FOLDER
from tests.needs import uid

SCHEMA = json.loads((FOLDER / "gradescope.schema.json").read_text("utf-8"))
METADATA = {
    "id": 7,
    "created_at": "2026-03-02T10:00:00.365935-07:00",
    "assignment": {"due_date": "2026-03-01T23:59:00-07:00", "title": "Autodiff", "total_points": "100.0"},
    "users": [{"email": "ada@example.org", "id": 1, "name": "Ada"}],
    "previous_submissions": [],
    "submission_method": "upload",
}
LATE = """
[policy]
deadline = 2026-03-01T23:59:00-07:00
late_per_day = 10
"""
as_on_gradescope = uid
pytestmark = pytest.mark.xdist_group("gradescope")


@pytest.fixture(scope="module")
def archive(course, tmp_path_factory):
    to = tmp_path_factory.mktemp("built") / "new" / "gradescope.zip"
    build_gradescope(course, to, 0)
    return to


@pytest.fixture(scope="module")
def source(archive, tmp_path_factory):
    return unpacked(archive, tmp_path_factory.mktemp("image") / "source")


@pytest.fixture
def root(tmp_path, source):
    return Root(tmp_path / "autograder", source, METADATA)


@pytest.fixture
def own_source(source, tmp_path):
    """An image to be spoiled."""
    return shutil.copytree(source, tmp_path / "source")


@pytest.fixture
def strict(course, tmp_path):
    """Grades with a policy, by the command that run_autograder calls; what results.json is then."""
    folder = tmp_path / "course"
    folder.mkdir()
    for name in ("solutions", "tests", "HINTS.md", "pyproject.toml"):
        (folder / name).symlink_to(course.root / name)
    (folder / "course.toml").write_text((course.root / "course.toml").read_text("utf-8") + LATE, "utf-8")

    def graded(root):
        grader(
            "--course", folder, "gradescope", "run", "--root", root.folder, "--sandbox", "uid", cwd=tmp_path
        )
        return root.read()

    return graded


def test_the_archive_has_two_scripts_to_run_at_its_top(archive):
    with ZipFile(archive) as opened:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in opened.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert {name for name in modes if "/" not in name} == {"setup.sh", "run_autograder", "seed"}


def test_the_archive_holds_no_solution_that_could_be_read(archive, solutions):
    with ZipFile(archive) as opened:
        texts = {entry.filename: opened.read(entry) for entry in opened.infolist()}
    assert f"project/{SEALED.as_posix()}" in texts
    assert not [name for name, data in texts.items() for text in solutions.values() if data == text.encode()]
    assert not [name for name in texts if "solutions" in name or "/misconceptions/" in name]


def test_the_same_course_and_seed_make_the_same_archive(course, archive, tmp_path):
    build_gradescope(course, tmp_path / "again.zip", 0)
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_package_index_is_handed_to_pip(course, tmp_path):
    build_gradescope(course, tmp_path / "a.zip", 5, "https://packages.example.org/whl/cpu")
    with ZipFile(tmp_path / "a.zip") as opened:
        assert opened.read("seed") == b"5\n"
        assert opened.read("pip.conf") == (
            b"[global]\nextra-index-url = https://packages.example.org/whl/cpu\n"
        )


def test_every_archive_with_a_secret_seed_has_a_key_of_its_own_and_one_without_has_none(tmp_path):
    keys = []
    for name, seed in (("a", "5"), ("b", "5"), ("c", "0")):
        to = tmp_path / f"{name}.zip"
        assert (
            CliRunner().invoke(main, ["gradescope", "build", "--to", str(to), "--seed", seed]).exit_code == 0
        )
        with ZipFile(to) as opened:
            keys.append(opened.read("key") if "key" in opened.namelist() else b"")
    assert len(keys[0]) == len(keys[1]) == 65
    assert keys[0] != keys[1]
    assert keys[2] == b""


@pytest.mark.parametrize(
    ("folder", "seed", "needed"),
    [(".", 5, "torch\n"), (".", 0, ""), ("courses/structures", 5, ""), ("courses/tensors", 5, "torch\n")],
)
def test_image_has_of_what_draws_cases_only_what_the_course_and_its_seed_need(folder, seed, needed, tmp_path):
    build_gradescope(Course.load(ROOT / folder), tmp_path / "a.zip", seed)
    with ZipFile(tmp_path / "a.zip") as opened:
        said = opened.read("drawing.txt").decode() if "drawing.txt" in opened.namelist() else ""
        assert said == needed
        assert b"drawing.txt" in opened.read("setup.sh")


@pytest.mark.parametrize("index", ["http://x.example", "https://x.example\nno-index = 1", "-r /etc/passwd"])
def test_what_is_no_address_makes_no_archive(course, tmp_path, index):
    with pytest.raises(UsageError, match="no address"):
        build_gradescope(course, tmp_path / "a.zip", 5, index)
    assert list(tmp_path.iterdir()) == []


@as_on_gradescope
def test_right_work_has_full_marks_and_results_are_there_early_and_grow(root, solutions, course):
    run = root.hand_in(solutions).run()
    assert (run.code, run.final["score"]) == (0, 100), run.output
    assert run.final["extra_data"]["isolation"] == "full"
    assert run.final["execution_time"] > 0
    assert "under way" not in run.final["output"]
    for seen in run.seen:
        jsonschema.validate(seen, SCHEMA)
    counts = [len(seen["tests"]) for seen in run.seen]
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert len(set(counts)) > len(course.parts) // 2
    assert all("under way" in seen["output"] for seen in run.seen[1:-1])


@as_on_gradescope
def test_right_work_in_a_folder_or_in_an_archive_counts_as_well(root, solutions, tmp_path):
    (tmp_path / "work" / "exercises").mkdir(parents=True)
    (tmp_path / "work" / "exercises" / "add.py").write_text(solutions["add"])
    shutil.make_archive(str(root.submission / "mine"), "zip", tmp_path / "work")
    run = root.run()
    assert (run.final["score"], run.points("add")) == (10, 10), run.output


@as_on_gradescope
def test_wrong_crashing_and_endless_exercises_cost_only_themselves(root, solutions):
    root.hand_in({name: solutions[name] for name in ("add", "backward", "mlp")})
    root.hand_in({"mul": solutions["mul"].replace("+=", "=")})
    root.hand_in({"relu": "raise ValueError('\x1b[2J::error::<b>')"})
    # It waits: one that computes as long takes the processor from all the others.
    waiting = "import time\ndef pow(self, exponent):\n    while True:\n        time.sleep(1)\n"
    root.hand_in({"pow": waiting})
    run = root.run("--time-limit", "1")
    assert run.code == 1
    assert [run.points(name) for name in ("add", "pow", "relu", "backward", "mlp")] == [10, 0, 0, 20, 15]
    assert 0 < run.points("mul") < 10
    outputs = "".join(test["output"] for test in run.final["tests"])
    assert "What your code does:" in outputs
    assert "it should" not in outputs
    assert "No answer within 1 seconds" in outputs
    assert "\x1b" not in outputs + run.output
    jsonschema.validate(run.final, SCHEMA)


@as_on_gradescope
def test_an_empty_submission_is_told_so(root):
    run = root.run()
    assert (run.code, run.final["score"], run.final["tests"]) == (2, 0, [])
    assert "the submission holds no Python file; wanted are add.py" in run.final["output"]
    jsonschema.validate(run.final, SCHEMA)


@as_on_gradescope
def test_a_submission_reads_nothing_of_the_autograders_folder(root, solutions):
    places = ["source/seed", f"source/project/{SEALED}", "submission_metadata.json", "submission/mul.py"]
    spies = [
        f"try:\n    found += open({str(root.folder / place)!r}, 'rb').read(10)\n"
        "except OSError as error:\n    walls += 1\n"
        for place in places
    ]
    spying = "found, walls = b'', 0\n" + "".join(spies) + "raise ValueError(f'{found!r} {walls}')\n"
    run = root.hand_in({"add": spying, "mul": solutions["mul"]}).run()
    told = next(test["output"] for test in run.final["tests"] if test["tags"][0] == "add")
    assert f"b'' {len(places)}" in told


@as_on_gradescope
def test_late_work_loses_what_the_policy_says_by_created_at(root, strict, solutions):
    final = strict(root.hand_in({"backward": solutions["backward"]}))
    assert final["score"] == 18
    assert "late, 1 day begun: 10 % less: -2" in final["output"]


@as_on_gradescope
def test_metadata_that_cannot_be_read_never_makes_work_earlier_than_it_is(root, strict, solutions):
    (root.folder / "submission_metadata.json").write_text("[" * 100_000 + "\x1b]")
    final = strict(root.hand_in({"backward": solutions["backward"]}))
    assert final["score"] < 18
    assert "cannot be read, so the time of grading counts" in final["output"]
    jsonschema.validate(final, SCHEMA)


@as_on_gradescope
def test_a_global_timeout_leaves_what_is_graded(root, solutions):
    process = root.hand_in(solutions).start()
    for _ in range(6000):
        time.sleep(0.005)
        if len({test["tags"][0] for test in root.read().get("tests", ())}) >= 2:
            break
    # As ending the container does: everything at once.
    subprocess.run(["pkill", "-KILL", "-P", str(process.pid)], check=True)
    process.communicate()
    left = json.loads(root.results.read_text("utf-8"))
    assert left["score"] >= 20
    assert "Grading is under way. Not graded yet: " in left["output"]
    jsonschema.validate(left, SCHEMA)


@as_on_gradescope
def test_a_fault_of_ours_keeps_what_is_graded_and_tells_only_instructors_why(tmp_path, own_source, solutions):
    (own_source / "project" / "tests" / "properties" / "test_mul.py").write_text("import nonsense_of_ours\n")
    root = Root(tmp_path / "autograder", own_source, METADATA)
    run = root.hand_in({name: solutions[name] for name in ("add", "mul")}).run()
    assert (run.code, run.points("add")) == (70, 10)
    assert "not your fault" in run.final["output"]
    assert "nonsense_of_ours" in run.output
    assert "nonsense_of_ours" not in json.dumps(run.final)
    jsonschema.validate(run.final, SCHEMA)


@as_on_gradescope
def test_a_grader_that_cannot_start_leaves_a_sentence_for_the_student(root, solutions):
    run = root.hand_in(solutions).run(python="/nowhere/python")
    assert run.code != 0
    assert "did not start, and that is not your fault" in run.final["output"]
    jsonschema.validate(run.final, SCHEMA)


@as_on_gradescope
def test_where_a_cage_cannot_be_had_strangers_code_is_not_run(root, tmp_path):
    """Bubblewrap needs the namespaces that there are none of on Gradescope."""
    ran = tmp_path / "ran"
    run = root.hand_in({"add": f"open({str(ran)!r}, 'w')\n"}).run("--sandbox", "bwrap")
    assert (run.code, run.final["score"]) == (71, 0)
    assert "not your fault" in run.final["output"]
    assert "the sandbox 'bwrap' is not available here" in run.output
    assert "bwrap" not in json.dumps(run.final)
    assert not ran.exists()
