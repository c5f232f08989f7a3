"""What a student's files do where they are imported and run without the grader."""

import shutil
import subprocess
import sys

import pytest

from grader.course.course import here, untouched
from tests.grader.conftest import ROOT

NAMES = here().names
PLAIN = {f"from .{name} import": f"from {name} import" for name in (*NAMES, "value", "module")}
TRIAL = """

if __name__ == "__main__":
    import exercises, exercises.value
    import value as plain
    assert Value is exercises.Value is exercises.value.Value is plain.Value
    a = Value(2)
    b = (a + 1) * a
    b.backward()
    print(b.data, a.grad)
"""


def plain(text):
    for dotted, undotted in PLAIN.items():
        text = text.replace(dotted, undotted)
    return text


@pytest.fixture(params=[str, plain], ids=["with dots", "without dots"])
def project(request, tmp_path):
    """A project whose exercises are solved, with imports of either form."""
    folder = tmp_path / "exercises"
    shutil.copytree(ROOT / "solutions", folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in NAMES:
        file = folder / f"{name}.py"
        file.write_text(request.param(file.read_text("utf-8")), "utf-8")
    return tmp_path


def python(folder, *arguments):
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("place", ["root", "exercises"])
@pytest.mark.parametrize("name", ["mul", "mlp"])
def test_file_can_be_run_by_itself(name, place, project):
    file = project / "exercises" / f"{name}.py"
    file.write_text(file.read_text("utf-8") + TRIAL, "utf-8")
    where = (project, f"exercises/{name}.py") if place == "root" else (project / "exercises", f"{name}.py")
    done = python(*where)
    assert done.stdout == "6 5.0\n"
    assert done.stderr == f"{name}.py is run by itself. To have it graded: grader grade --exercise {name}\n"


def test_engine_can_be_imported_from_the_projects_root(project):
    code = "from exercises import MLP, Value; from value import Value as V; print(V is Value, MLP(2, [1]))"
    assert python(project, "-c", code).stdout.startswith("True <exercises.mlp.MLP object")


@pytest.mark.parametrize("name", ["add", "neuron", "value", "module"])
def test_stub_and_given_file_can_be_run_without_a_traceback(name):
    done = python(ROOT, f"exercises/{name}.py")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_stub_with_other_imports_and_a_trial_is_untouched(name):
    stub = here().stub(name)
    assert untouched(plain(stub), stub)
    assert untouched(stub + TRIAL, stub)
    tried = "try:\n    from .value import Value\nexcept ImportError:\n    from value import Value\n"
    assert untouched(tried + stub, stub)
    assert not untouched(stub + "\nimport math\n", stub)
