"""The students' project: what is in it, what is not, and that it grades as the course does."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console

from grader.author.exercises import write_stubs
from grader.author.release import (
    digest,
    handout,
    read_manifest,
    release,
    student_makefile,
    student_pyproject,
    student_readme,
)
from grader.course.course import Course, handed_out
from grader.course.sealed import SEALED
from grader.errors import CourseError, UsageError
from grader.examine.cases import default_folder
from grader.examine.grading import grade
from grader.examine.setting import Setting
from grader.render.terminal import render
from grader.report.report import to_plain
from grader.report.words import HEADING
from grader.sandbox.cages import choose
from grader.submission.submission import Submission, load
from tests.grader.called import grader
from tests.needs import make

ROOT = Path(__file__).resolve().parents[3]
# Too short or too common to give anything away.
TRIVIAL = 12


@pytest.fixture(scope="module")
def released(course, tmp_path_factory):
    """A released project that no test changes."""
    folder = tmp_path_factory.mktemp("release") / "nanograd"
    release(course, folder)
    # What is compiled now need not be by every command of every copy.
    assert run(folder, "-m", "grader", "list").returncode == 0
    return folder


@pytest.fixture
def project(released, tmp_path):
    """A released project to work in."""
    return Path(shutil.copytree(released, tmp_path / "mine"))


@pytest.fixture(scope="module")
def laid_down(course, tmp_path_factory):
    folder = tmp_path_factory.mktemp("laid") / "down"
    release(course, folder, alone=False)
    return folder


@pytest.fixture
def slim(laid_down, tmp_path):
    """A project without a grader of its own to work in: the same seal, and a quarter of the files."""
    return Path(shutil.copytree(laid_down, tmp_path / "mine"))


def places(folder):
    """The files of a project, but for what running it leaves behind."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {place.as_posix() for place in found if "__pycache__" not in place.parts}


def surroundings():
    left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "MAKEFLAGS")
    return {name: value for name, value in os.environ.items() if name not in left_out}


def run(folder, *arguments, text=None):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=surroundings(),
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def secret_lines(source, stub):
    """The lines of code that a stub does not show."""
    lines = {line.strip() for line in source.splitlines()} - {line.strip() for line in stub.splitlines()}
    return {
        line
        for line in lines
        if len(line) > TRIVIAL and not line.startswith(("#", "def _backward", "import"))
    }


# What is in it


def test_release_gives_every_file_it_wrote(course, tmp_path):
    written = release(course, tmp_path / "new")
    assert {path.relative_to(tmp_path / "new").as_posix() for path in written} == places(tmp_path / "new")


def test_project_holds_what_students_need(released, course):
    found = places(released)
    for name in (
        "Makefile",
        "README.md",
        "HINTS.md",
        "LICENSE",
        "course.toml",
        "constraints.txt",
        ".gitignore",
        ".devcontainer/devcontainer.json",
        ".vscode/extensions.json",
        ".vscode/launch.json",
        ".vscode/settings.json",
        ".vscode/tasks.json",
    ):
        assert name in found
    assert {f"exercises/{name}.py" for name in handed_out(course)} < found
    assert {f"tests/properties/test_{part.name}.py" for part in course.parts} < found
    assert {
        "pyproject.toml",
        "grader/__main__.py",
        "grader/report/report.schema.json",
        "grader/autograd/worker.py",
    } < found


def test_project_holds_the_workflows_and_every_script_they_run(released):
    found = places(released)
    workflows = {place for place in found if place.startswith(".github/")}
    assert workflows == {".github/workflows/autograde.yml", ".github/workflows/autograde-comment.yml"}
    for place in ("action.yml", *workflows):
        text = (released / place).read_text("utf-8")
        scripts = set(re.findall(r"platforms/github/\w+\.sh", text))
        assert scripts <= found
        assert scripts or "-I grader/start.py grader.ci.comment" in text


def test_project_holds_the_lessons_and_every_file_that_a_document_links_to(released, course):
    found = places(released)
    assert {f"docs/lessons/{name}.md" for name in course.names} < found
    template = "grader/author/student/README.md"  # of a README, whose links are from elsewhere
    for place in (place for place in found - {template} if place.endswith(".md")):
        text = (released / place).read_text("utf-8")
        for link in re.findall(r"\]\(([\w./-]+\.\w+)(?:#[\w-]*)?\)", text):
            assert (released / place).parent.joinpath(link).resolve().is_file(), (place, link)


def test_readme_of_the_project_names_the_watch_and_every_lesson(released, course):
    text = (released / "README.md").read_text("utf-8")
    before, _, after = text.partition("## The exercises")
    assert "`make watch`" in before
    links = re.findall(r"\]\(docs/lessons/(\w+)\.md\)", after)
    assert links == [*course.names, "graph", "moons", "reading"]


def test_course_without_lessons_is_released_without_a_word_of_them(course, tmp_path):
    root = tmp_path / "course"
    left_out = (".git", ".venv", ".*_cache", "lessons", "build", "benchmarks", "tests", "__pycache__")
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*left_out))
    shutil.copytree(ROOT / "tests" / "properties", root / "tests" / "properties")
    release(Course.load(root), tmp_path / "project")
    assert "lesson" not in (tmp_path / "project" / "README.md").read_text("utf-8")
    assert not (tmp_path / "project" / "docs" / "lessons").exists()


def test_project_grades_its_own_commits(released, tmp_path):
    project = tmp_path / "project"
    shutil.copytree(released, project)
    for command in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "start")):
        subprocess.run(
            ["git", "-c", "user.name=s", "-c", "user.email=s@localhost", *command], cwd=project, check=True
        )
    done = run(project, "-m", "grader", "ci", "--out", str(tmp_path / "out"))
    assert done.returncode == 1, done.stderr
    assert (tmp_path / "out" / "summary.md").is_file()


def test_project_holds_nothing_of_authors(released):
    for place in map(Path, places(released)):
        assert place.parts[0] not in ("solutions", "benchmarks", ".git", ".ci")
        assert place.parts[0] != "tests" or place.parts[1] == "properties"
        assert place.suffix != ".pyc"
        assert place.parent != Path("grader/autograd/templates")


def test_exercises_are_the_stubs(released, course):
    for name, text in handed_out(course).items():
        assert (released / "exercises" / f"{name}.py").read_text("utf-8") == text


def test_no_line_of_a_solution_lies_open(released, course):
    secret = {
        line for name in course.names for line in secret_lines(course.solution(name), course.stub(name))
    }
    assert len(secret) > 40
    for place in places(released):
        text = (released / place).read_bytes().decode("utf-8", "replace")
        if place.startswith("docs/lessons/"):
            # What a wrong relu does may be what a right add does.
            text = "\n".join(line for line in text.splitlines() if "│" not in line)
        assert [line for line in secret if line in text] == [], place


def test_manifest_knows_every_file_as_it_is(released):
    digests = read_manifest(released).digests
    assert {place.as_posix() for place in digests} == places(released) - {".release.json"}
    for place, value in digests.items():
        assert digest((released / place).read_bytes()) == value


def test_release_is_the_same_every_time(released, course, tmp_path):
    release(course, tmp_path / "again")
    for place in places(released):
        assert (tmp_path / "again" / place).read_bytes() == (released / place).read_bytes(), place


def test_released_project_can_be_released_anew_without_the_work_in_it(released, project, tmp_path):
    (project / "exercises" / "add.py").write_text("mine = 1\n")
    release(Course.load(project), tmp_path / "again")
    assert places(tmp_path / "again") == places(released)
    for place in places(released):
        assert (tmp_path / "again" / place).read_bytes() == (released / place).read_bytes(), place


# Where it goes


def test_empty_folder_is_filled(course, tmp_path):
    release(course, tmp_path)
    assert (tmp_path / "exercises" / "add.py").is_file()


def test_fresh_repository_is_filled(course, tmp_path):
    (tmp_path / ".git").mkdir()
    release(course, tmp_path)
    assert (tmp_path / "exercises" / "add.py").is_file()


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", ".venv"])
def test_folder_with_anything_in_it_is_refused_and_left_alone(name, course, tmp_path):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match="is not empty") as caught:
        release(course, tmp_path)
    assert "grader update" in caught.value.next_step
    assert places(tmp_path) == {name}


def test_file_is_refused(course, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot release to"):
        release(course, tmp_path / "file")


def test_commands_are_shown_with_an_exercise_of_the_course():
    makefile = handout(Course.load(ROOT / "courses" / "structures"))[Path("Makefile")].decode()
    assert set(re.findall(r"\bEX=([a-z]\w*)", makefile)) == {"heap"}


def test_course_that_lacks_a_file_is_named_before_anything_is_written(tmp_path):
    course = tmp_path / "course"
    for part in ("solutions", "tests/properties"):
        shutil.copytree(ROOT / part, course / part)
    for part in ("course.toml", "pyproject.toml"):
        shutil.copy(ROOT / part, course)
    with pytest.raises(CourseError, match="Makefile"):
        release(Course.load(course), tmp_path / "to")
    assert not (tmp_path / "to").exists()


# It grades as the course does


@pytest.fixture(scope="module")
def wrong(released, course, solutions, tmp_path_factory):
    """A project with some exercises right, one wrong, one crashing and some not started."""
    folder = Path(shutil.copytree(released, tmp_path_factory.mktemp("work") / "mine"))
    for name in ("add", "neuron", "mlp"):
        (folder / "exercises" / f"{name}.py").write_text(solutions[name])
    (folder / "exercises" / "mul.py").write_text(solutions["mul"].replace("+=", "="))
    (folder / "exercises" / "pow.py").write_text("def pow(self, exponent):\n    return 1 / 0\n")
    return folder


@pytest.fixture(scope="module")
def graded(wrong):
    """The report that the project's own grader gives of it."""
    done = run(wrong, "-m", "grader", "grade", "--json", "-")
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)


def test_project_runs_its_own_grader(wrong):
    done = run(wrong, "-c", "import grader; print(grader.__file__)")
    assert done.stdout.strip() == str(wrong / "grader" / "__init__.py")


def test_report_is_the_one_that_the_course_gives(graded, wrong, course):
    setting = Setting(course, choose("auto"), default_folder())
    report = grade(load(wrong / "exercises", course.names), setting)
    del graded["times"]
    assert graded == json.loads(json.dumps(to_plain(report)))


def test_what_code_does_is_read_there_and_what_it_should_do_is_not_told(graded):
    mul = next(exercise for exercise in graded["exercises"] if exercise["name"] == "mul")
    assert {finding["finding"] for finding in mul["findings"]} == {"overwrites"}
    assert [finding["should"] for finding in mul["findings"] if finding["should"]] == []


def test_grading_leaves_nothing_open(graded, wrong, released):
    left = places(wrong) - places(released)
    assert all(place.startswith(".nanograd/") for place in left)
    assert places(released) <= places(wrong)


def test_program_that_was_shown_can_be_pasted(graded, wrong):
    mul = next(exercise for exercise in graded["exercises"] if exercise["name"] == "mul")
    program = next(p for p in mul["properties"] if p["name"] == "same_operand_twice")["counterexample"][
        "program"
    ]
    done = run(wrong, "-", text=program)
    assert (done.returncode, done.stdout) == (0, "b.data = 4, a.grad = 2.0\n"), done.stderr


def test_reference_that_raises_shows_neither_its_lines_nor_the_students(wrong, course):
    program = 'from grader.alone import engine\nValue = engine("mul").Value\nValue(2) ** "x"\n'
    program = f"import sys; sys.path.insert(0, {str(wrong)!r})\n" + program
    # In this folder a pow.py is at hand, which is the student's.
    done = run(wrong / "exercises", "-c", program)
    assert 'File "<reference pow.py>", line' in done.stderr
    assert "1 / 0" not in done.stderr
    assert not any(line in done.stderr for line in secret_lines(course.solution("pow"), course.stub("pow")))


def test_students_own_engine_can_be_imported(project, solutions):
    for name, text in solutions.items():
        (project / "exercises" / f"{name}.py").write_text(text)
    done = run(project, "-c", "from exercises import MLP, Value; print((Value(3) * 2 + 1).data, MLP)")
    assert done.stdout == "7 <class 'exercises.mlp.MLP'>\n", done.stderr


# The sealed reference


def test_sealed_course_has_the_same_solutions_and_stubs(released, course):
    sealed = Course.load(released)
    assert handed_out(sealed) == handed_out(course)
    for name in course.names:
        assert sealed.solution(name) == course.solution(name)


def test_folder_of_a_students_own_called_solutions_changes_nothing(slim, course):
    shutil.copytree(slim / "exercises", slim / "solutions")
    assert Course.load(slim).solution("add") == course.solution("add")


def test_part_that_is_not_sealed_is_named(released):
    with pytest.raises(CourseError, match=r"reference\.sealed has no solutions/sub\.py") as caught:
        Course.load(released).stub("sub")
    assert caught.value.next_step


@pytest.mark.parametrize("data", [b"", b"something else", None])
def test_damaged_seal_is_named_with_its_remedy(data, slim):
    sealed = slim / SEALED
    sealed.write_bytes(sealed.read_bytes()[:-1] if data is None else data)
    with pytest.raises(CourseError, match=re.escape(str(sealed))) as caught:
        Course.load(slim).solution("add")
    assert "get the file anew" in caught.value.next_step


def test_damaged_seal_ends_the_command_with_a_line_and_no_traceback(slim):
    (slim / SEALED).write_bytes(b"")
    done = grader("grade", cwd=slim, NANOGRAD_COURSE=str(slim))
    assert done.returncode == 70
    assert done.stderr.startswith(f"grader: {slim / SEALED} is damaged")
    assert "Traceback" not in done.stderr


def test_what_is_for_authors_would_overwrite_work_and_is_refused(slim):
    (slim / "exercises" / "add.py").write_text("mine = 1\n")
    with pytest.raises(UsageError, match="is a students' project"):
        write_stubs(Course.load(slim))
    done = grader("check", "--write", cwd=slim)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert (slim / "exercises" / "add.py").read_text() == "mine = 1\n"


# Its documents


def test_makefile_has_the_students_targets_only(released):
    text = (released / "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):", text, re.MULTILINE)
    assert {"help", "setup", "grade", "list", "clean"} <= set(targets)
    assert not {"test", "lint", "check", "bench", "seeds"} & set(targets)
    assert re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split() == targets
    assert "ready-dev" not in text
    assert ".venv/ready: $(SETUP)" in text


@make
def test_makefile_grades_one_exercise_when_told_to(released):
    done = subprocess.run(
        ["make", "-n", "grade", "EX=mul"], cwd=released, capture_output=True, text=True, check=True
    )
    assert ".venv/bin/grader grade --exercise mul" in done.stdout


@make
def test_make_grade_ends_well_wherever_a_grade_came_about(project, solutions):
    for place in (".venv/bin", ".venv/lib"):
        (project / place).mkdir(parents=True)
    (project / ".venv" / "ready").touch()
    (project / ".venv" / "bin" / "grader").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m grader "$@"\n')
    (project / ".venv" / "bin" / "grader").chmod(0o755)
    (project / "exercises" / "mul.py").write_text(solutions["mul"].replace("+=", "="))
    for exercise, code, said in (("mul", 0, ""), ("add", 0, ""), ("plus", 2, "there is no exercise 'plus'")):
        done = subprocess.run(
            ["make", "grade", f"EX={exercise}"],
            cwd=project, env=surroundings(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert said in done.stderr
        assert bool(done.stderr) == bool(said)


def test_rule_that_is_no_students_is_cut_with_its_recipe():
    text = "A := 1\n\n.PHONY: grade lint\n\ngrade:\n\t@run\n\n# why\nlint:\n\t@ruff\n"
    assert student_makefile(text, ["torch"]) == "A := 1\n\n.PHONY: grade\n\ngrade:\n\t@run\n"


def test_pyproject_installs_and_grades_as_the_courses_does(released):
    theirs, ours = (tomllib.loads((root / "pyproject.toml").read_text()) for root in (released, ROOT))
    for key in ("name", "dependencies", "requires-python", "scripts"):
        assert theirs["project"][key] == ours["project"][key]
    assert set(theirs["tool"]) == {"setuptools", "pytest"}
    for key in ("addopts", "filterwarnings"):
        assert theirs["tool"]["pytest"]["ini_options"][key] == ours["tool"]["pytest"]["ini_options"][key]


def test_pyproject_tells_of_nothing_that_is_not_there(released):
    text = (released / "pyproject.toml").read_text()
    assert not any(word in text for word in ("tests/grader", "author", "ruff", "mypy", "dev ="))
    table = tomllib.loads(text)
    assert f"*{SEALED.suffix}" in table["tool"]["setuptools"]["package-data"]["grader"]
    for path in table["tool"]["pytest"]["ini_options"]["testpaths"]:
        assert (released / path).is_dir()


def test_pyproject_that_cannot_be_cut_is_the_authors_move():
    with pytest.raises(CourseError, match="cannot be cut"):
        student_pyproject("[project]\nvalues = [\n[1],\n]\n", ["torch"])


def test_every_file_the_documents_link_to_is_there(released):
    for name in ("README.md", "HINTS.md"):
        for link in re.findall(r"\]\(([^)#:]+)\)", (released / name).read_text("utf-8")):
            assert (released / link).exists(), link


def test_every_make_target_the_documents_show_exists(released):
    targets = set(re.findall(r"^([a-z]+):", (released / "Makefile").read_text(), re.MULTILINE))
    for name in ("README.md", "HINTS.md"):
        text = (released / name).read_text("utf-8")
        shown = re.findall(r"`make ([a-z]+)", text) + re.findall(r"^make ([a-z]+)", text, re.MULTILINE)
        assert shown
        assert set(shown) <= targets


def test_readme_lists_the_exercises_and_their_points(released, course):
    text = (released / "README.md").read_text("utf-8")
    shown = dict(re.findall(r"`exercises/(\w+)\.py` \|.*\| (\d+) \|$", text, re.MULTILINE))
    assert shown == {exercise.name: str(exercise.points) for exercise in course.exercises}
    assert "$" not in text


def test_readme_says_what_all_parts_together_bring(released, course):
    text = (released / "README.md").read_text("utf-8")
    assert "100 points in all, and a bonus on top for all your parts working together." in text
    counts = replace(course, together=replace(course.together, points=Fraction(20)))
    assert "120 points in all, 20 of them for all your parts working together." in student_readme(counts, "")


def test_readme_is_honest_about_the_seal(released):
    assert "sealed\nagainst accidents, not against you" in (released / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def tried(released, tmp_path_factory, solutions):
    """What pytest alone says of a project in which add is right and mul is wrong."""
    project = tmp_path_factory.mktemp("tried") / "nanograd"
    shutil.copytree(released, project)
    (project / "exercises/add.py").write_text(solutions["add"], "utf-8")
    (project / "exercises/mul.py").write_text(solutions["mul"].replace("+=", "="), "utf-8")
    # One of a failing exercise's properties says all that ten of them do.
    chosen = ["-k", "not mul or same_operand_twice"]
    done = run(project, "-m", "pytest", "-p", "no:cacheprovider", "-rs", *chosen)
    assert done.returncode == 1, done.stderr
    return done.stdout


def test_pytest_alone_says_what_is_claimed_and_what_the_code_does(tried):
    said = tried[tried.index("test_same_operand_twice __") :]
    claim, code = said.index("a * a gives a the gradient 2a: both shares count."), said.index(HEADING)
    assert claim < said.index("b = a * a") < code < said.index("self.grad = other.data * out.grad")


def test_pytest_alone_passes_what_is_right_and_skips_what_is_still_a_stub(tried):
    results = dict(re.findall(r"^tests/properties/test_(\w+).py (\S+)", tried, re.MULTILINE))
    kinds = {name: "".join(sorted(set(marks))) for name, marks in results.items()}
    untouched = ("backward", "layer", "mlp", "neuron", "pow", "relu", "together")
    assert kinds == {"add": ".", "mul": "F", **dict.fromkeys(untouched, "s")}
    assert "pow.py is still the stub" in tried


def test_editor_is_told_of_the_environment_and_of_the_properties(released):
    settings = json.loads((released / ".vscode/settings.json").read_text("utf-8"))
    assert settings["python.defaultInterpreterPath"] == "${workspaceFolder}/.venv/bin/python"
    assert settings["python.testing.pytestEnabled"] is True
    assert all((released / place).is_dir() for place in settings["python.testing.pytestArgs"])


def test_failing_output_in_the_readme_is_what_a_student_sees(released, course, setting, solutions):
    text = (released / "README.md").read_text("utf-8")
    excerpt = re.search(r"mul with = in place of \+= -->\n```\n(.*?)\n```", text, re.DOTALL)[1]
    wrong = Submission("s", {**solutions, "mul": solutions["mul"].replace("+=", "=")}, {})
    stream = io.StringIO()
    console = Console(file=stream, width=80, highlight=False)
    render(grade(wrong, setting), console, "exercises", "make grade EX={}")
    assert excerpt in stream.getvalue()
