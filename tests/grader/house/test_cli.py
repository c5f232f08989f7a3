"""The command: exit codes, one clear line for each trouble, and clean standard output."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grader.called import grader
from tests.grader.classroom.test_gradebook import book  # noqa: F401 (fixture)

ROOT = Path(__file__).resolve().parents[3]


def process(*arguments, **environment):
    """The command in a Python of its own, for what only that shows."""
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def one_clear_error(run):
    lines = run.stderr.strip().splitlines()
    return (
        run.stdout == ""
        and len(lines) <= 2
        and lines[0].startswith("grader: ")
        and "Traceback" not in run.stderr
    )


@pytest.fixture
def stubs(tmp_path, course):
    for name in course.names:
        (tmp_path / f"{name}.py").write_text(course.stub(name))
    return tmp_path


def test_solutions_exit_0():
    run = grader("grade", "solutions")
    assert run.returncode == 0
    assert "100/100" in run.stdout
    assert "10/10" in run.stdout


def test_stubs_exit_1_and_say_what_to_open_first(stubs):
    run = grader("grade", stubs)
    assert run.returncode == 1
    assert run.stdout.count("not started") >= 8
    assert "0/100" in run.stdout
    assert "add.py" in run.stdout


def test_missing_folder_is_one_clear_error():
    run = grader("grade", "nowhere")
    assert run.returncode == 2
    assert one_clear_error(run)
    assert "nowhere" in run.stderr


def test_empty_folder_is_one_clear_error(tmp_path):
    run = grader("grade", tmp_path)
    assert run.returncode == 2
    assert one_clear_error(run)
    assert "add.py" in run.stderr


def test_file_in_place_of_a_folder_is_one_clear_error():
    run = grader("grade", "README.md")
    assert run.returncode == 2
    assert one_clear_error(run)
    assert "not a folder" in run.stderr


def test_unreadable_folder_is_one_clear_error(tmp_path):
    shutil.copy(ROOT / "solutions" / "add.py", tmp_path)
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0)
    command = [sys.executable, "-m", "grader", "grade", str(locked)]
    if os.geteuid() == 0:
        # Root reads everything, so the grader itself has to be somebody else.
        run = subprocess.run(
            [sys.executable, "-c", UNREADABLE, str(locked)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
    else:
        run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 2
    # The command's own parser says it first where the folder is not to be opened at all.
    assert "cannot be read" in run.stderr or "is not readable" in " ".join(run.stderr.split())


UNREADABLE = """
import os, sys
from pathlib import Path
from grader.errors import UsageError
from grader.submission.submission import load
os.chmod(Path(sys.argv[1]).parent, 0o755)
for parent in Path(sys.argv[1]).parents:
    try:
        os.chmod(parent, os.stat(parent).st_mode | 0o011)
    except OSError:
        pass
os.setuid(65534)
try:
    load(Path(sys.argv[1]), ("add",))
except UsageError as error:
    print(error.what, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def test_folder_with_one_exercise_grades_that_one(tmp_path):
    shutil.copy(ROOT / "solutions" / "mul.py", tmp_path)
    run = grader("grade", tmp_path, "--json", "-")
    report = json.loads(run.stdout)
    assert run.returncode == 1
    assert report["score"] == 10
    statuses = [exercise["status"] for exercise in report["exercises"]]
    assert statuses.count("not_started") == 7


def test_unknown_exercise_is_one_clear_error_that_lists_the_known():
    run = grader("grade", "solutions", "--exercise", "tanh")
    assert run.returncode == 2
    assert one_clear_error(run)
    assert "relu" in run.stderr


def test_unwritable_report_is_one_clear_error_before_grading(tmp_path):
    run = grader("grade", "solutions", "--json", tmp_path / "no" / "such" / "report.json")
    assert run.returncode == 2
    assert one_clear_error(run)


def test_sandbox_that_is_not_there_exits_71():
    run = process("grade", "solutions", "--sandbox", "bwrap", PATH="")
    assert run.returncode == 71
    assert one_clear_error(run)


def test_json_to_a_file_leaves_the_terminal_its_table(tmp_path):
    run = grader("grade", "solutions", "--exercise", "add", "--json", tmp_path / "report.json")
    assert "passed" in run.stdout
    assert json.loads((tmp_path / "report.json").read_text())["score"] == 10


def test_json_to_standard_output_is_nothing_but_json(stubs):
    run = grader("grade", stubs, "--json", "-")
    assert json.loads(run.stdout)["score"] == 0


def test_times_live_under_one_key():
    runs = [
        json.loads(grader("grade", "solutions", "--exercise", "add", "--json", "-").stdout) for _ in range(2)
    ]
    assert runs[0].pop("times").keys() == runs[1].pop("times").keys() == {"started", "seconds"}
    assert runs[0] == runs[1]


def test_schema_prints_the_schema():
    assert json.loads(grader("schema").stdout)["properties"]["schema"]["const"] == "nanograd/report/v1"


def test_list_shows_every_exercise_and_its_points(course):
    run = grader("list")
    assert run.returncode == 0
    assert all(name in run.stdout for name in course.names)
    assert "20 points" in run.stdout


def test_warm_grade_does_not_import_torch():
    code = (
        "import sys\nfrom grader.cli import main\n"
        "try:\n    main(['grade', 'solutions'])\nexcept SystemExit as end:\n"
        "    print('torch' in sys.modules, end.code, file=sys.stderr)"
    )
    grader("grade", "solutions")
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stderr.strip() == "False 0"


def test_unknown_option_exits_2():
    assert grader("grade", "--nonsense").returncode == 2


def copied(folder):
    """A copy of the course, without a grader."""
    for part in ("solutions", "tests/properties", "tests/misconceptions"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("HINTS.md", "course.toml"):
        shutil.copy(ROOT / file, folder)
    return folder


def test_broken_course_exits_70(tmp_path):
    (copied(tmp_path) / "course.toml").write_text("title = ")
    run = grader("grade", "solutions", cwd=tmp_path)
    assert run.returncode == 70
    assert one_clear_error(run)
    assert "course.toml" in run.stderr


@pytest.fixture
def broken(tmp_path):
    """A copy of the course in which one misconception of add no longer fits the solution."""
    known = copied(tmp_path) / "tests" / "misconceptions" / "add.md"
    known.write_text(known.read_text().replace("-        self.grad += out.grad\n", "-        gone\n", 1))
    return tmp_path


def test_misconceptions_that_cannot_be_read_are_no_matter_to_who_grades(broken, stubs):
    (stubs / "add.py").write_text("def add(self, other):\n    return self\n")
    run = grader("grade", stubs, "--exercise", "add", NANOGRAD_COURSE=str(broken))
    assert (run.returncode, run.stderr) == (1, "")


def test_misconceptions_that_cannot_be_read_are_one_clear_error_for_their_author(broken):
    run = grader("check", "--matrix", NANOGRAD_COURSE=str(broken))
    assert run.returncode == 70
    assert one_clear_error(run)
    assert "grader: tests/misconceptions/add.md, line " in run.stderr
    assert "'        gone' does not stand in solutions/add.py" in run.stderr


# What a machine does to us

ODD = "def add(self, other):\n    raise ValueError('Zoë, 李')\n"


@pytest.mark.parametrize(
    ("form", "encoding"), [("json", "latin-1"), ("gradescope", "ascii"), ("junit", "cp1252")]
)
def test_what_programs_read_is_utf8_whatever_the_terminal_speaks(form, encoding, stubs):
    (stubs / "add.py").write_text(ODD, encoding="utf-8")
    command = [sys.executable, "-m", "grader", "grade", stubs, "--exercise", "add", "--format", form]
    surroundings = {**os.environ, "PYTHONIOENCODING": encoding}
    run = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, timeout=120, check=False)
    assert run.returncode == 1
    assert "Zoë, 李" in run.stdout.decode("utf-8")
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize("encoding", ["ascii", "ascii:surrogateescape"])
def test_terminal_that_lacks_letters_gets_others_of_the_same_width(encoding, stubs):
    (stubs / "add.py").write_text(ODD, encoding="utf-8")
    (stubs / "mul.py").write_text("def mul(self, other):\n    return self\n")
    run = process("grade", stubs, "--exercise", "add", "--exercise", "mul", PYTHONIOENCODING=encoding)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert r"Zo\xeb, \u674e" in run.stdout
    assert "\n    `- b = " in run.stdout


full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")


@full
@pytest.mark.parametrize(
    "command",
    [("--help",), ("grade", "--help"), ("list",), ("schema",), ("hint", "add", "--level", "1")],
)
def test_full_disk_is_one_clear_error_whatever_is_printed(command, tmp_path):
    with open("/dev/full", "wb") as disk:
        run = subprocess.run(
            [sys.executable, "-m", "grader", *command],
            cwd=ROOT,
            env={**os.environ, "NANOGRAD_HISTORY": "off"},
            stdout=disk,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert run.returncode == 71
    assert run.stderr == "grader: standard output: No space left on device\n        make room\n"


@full
def test_full_disk_ends_every_command_that_writes_with_the_same_code(book):  # noqa: F811
    runs = [
        grader("grade", "solutions", "--exercise", "add", "--json", "/dev/full"),
        grader("export", book, "--format", "csv", "--to", "/dev/full"),
    ]
    assert [run.returncode for run in runs] == [71, 71]
    assert all("cannot write to /dev/full: No space left on device" in run.stderr for run in runs)


def limited(kind, files, *arguments):
    """A run of the grader by a shell that allows so few files to be open."""
    line = f"ulimit -{kind}n {files}; exec {shlex.join([sys.executable, '-m', 'grader', *arguments])}"
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.untraced(reason="coverage.py needs files of its own")
def test_too_few_files_are_the_machine_s_fault(tmp_path):
    run = limited("", 40, "grade", "solutions", "--exercise", "add")
    assert run.returncode == 71
    assert "Too many open files" in run.stderr
    assert "ulimit -n 1024" in run.stderr
    assert "Traceback" not in run.stderr


def test_limit_on_files_that_may_be_raised_is_raised():
    assert limited("S", 40, "grade", "solutions", "--exercise", "add").returncode == 0


def test_folder_that_has_been_removed_is_one_clear_error(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    line = (
        f"rmdir {shlex.quote(str(gone))}; exec {shlex.join([sys.executable, '-P', '-m', 'grader', 'list'])}"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        ["/bin/sh", "-c", line], cwd=gone, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stderr == "grader: the current folder has been removed\n        go to one that is there: cd\n"


def test_every_format_of_a_single_report_can_be_asked_for():
    from grader.commands.student import FORMATS
    from grader.render.export import SINGLE

    assert ("text", *SINGLE) == FORMATS


def test_a_format_is_all_that_stands_on_standard_output():
    run = grader("grade", "solutions", "--exercise", "add", "--format", "exercism")
    assert run.returncode == 0
    assert json.loads(run.stdout)["version"] == 3


def test_a_signed_report_is_verified_and_an_altered_one_is_not(tmp_path):
    key, report = tmp_path / "key", tmp_path / "solutions.json"
    grader("keygen", key)
    grader("grade", "solutions", "--exercise", "add", "--sign", key, "--json", report)
    verified = grader("verify", report, "--key", f"{key}.pub", "--submission", "solutions")
    assert (verified.returncode, verified.stdout.split(":")[0]) == (0, "Genuine")
    report.write_text(report.read_text().replace('"score": 10,', '"score": 11,', 1))
    altered = grader("verify", report, "--key", f"{key}.pub")
    assert (altered.returncode, altered.stdout.split(":")[0]) == (1, "Altered")


def test_weights_of_the_course_are_a_line_on_the_terminal(tmp_path):
    with (copied(tmp_path) / "course.toml").open("a") as file:
        file.write("\n[policy.weights]\nadd = 3\n")
    run = grader("grade", "solutions", "--exercise", "add", cwd=tmp_path)
    assert "add counts 3 times" in run.stdout
    assert "10/10" in run.stdout


# What surrounds a command


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
        {"PYTEST_ADDOPTS": "-k nothing --exitfirst", "PYTEST_PLUGINS": "nope", "HYPOTHESIS_PROFILE": "nope"},
    ],
    ids=["of Python", "of tools"],
)
def test_what_steers_python_and_its_tools_has_no_say_in_a_grade(variables):
    words = ("grade", "solutions", "--exercise", "add", "--json", "-")
    steered, left_alone = (json.loads(run.stdout) for run in (process(*words, **variables), grader(*words)))
    assert {**steered, "times": None} == {**left_alone, "times": None}


def test_a_folder_of_misnamed_exercises_is_graded_and_that_is_told(tmp_path):
    (tmp_path / "deep").mkdir()
    shutil.copy(ROOT / "solutions" / "add.py", tmp_path / "deep" / "hw1 Add (1).PY")
    run = grader("grade", tmp_path, "--exercise", "add")
    assert run.returncode == 0
    assert "add from deep/hw1 Add (1).PY" in " ".join(run.stdout.split())
