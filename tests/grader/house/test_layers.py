"""Imports go downwards only, from package to package, and the rooms have the right size."""

import ast
import sys
from pathlib import Path

GRADER = Path(__file__).resolve().parents[3] / "grader"
# From the ground up: a package may import those in rows before its own, and itself.
PACKAGES = (
    {"model", "errors", "agreement", "printable", "version", "worker"},
    {"start"},
    {"machine"},
    {"sandbox", "course"},
    {"submission"},
    {"report"},
    {"examine", "render"},
    {"signed", "forkserver", "author", "learner", "doctor"},
    {"classroom", "watch", "notebook", "platforms"},
    {"commands"},
    {"autograd"},
    {"cli", "__init__", "alone", "plugin", "ci"},
    {"__main__"},
)
# Where the grader still names its subject, instead of asking the object SUBJECT for it; nothing may be added.
SEAM = {
    ("classroom.batch", "autograd.any_engine.finding"),
    ("classroom.batch", "autograd.any_engine.shape"),
    ("commands.author", "autograd.new"),
    ("commands.grade", "autograd.any_engine.examining"),
    ("commands.grade", "autograd.any_engine.finding"),
    ("course.properties", "autograd.program"),
    ("doctor.doctor", "autograd.program"),
    ("examine.cases", "autograd.oracle"),
    ("examine.cases", "autograd.program"),
    ("examine.diagnosis", "autograd.program"),
    ("examine.drawing", "autograd.oracle"),
    ("examine.drawing", "autograd.over"),
    ("examine.drawing", "autograd.program"),
    ("examine.judging", "autograd.as_python"),
    ("examine.judging", "autograd.program"),
    ("examine.shrinking", "autograd.oracle"),
    ("examine.shrinking", "autograd.program"),
    ("forkserver.server", "autograd.any_engine.examining"),
    ("notebook.magics", "autograd.typed"),
    ("notebook.output", "autograd.typed"),
    ("sandbox.runner", "autograd.program"),
    ("worker.child", "autograd.worker.engine"),
    ("worker.child", "autograd.worker.programs"),
}
RANK = {name: rank for rank, row in enumerate(PACKAGES) for name in row}


def modules():
    for path in sorted(GRADER.rglob("*.py")):
        relative = path.relative_to(GRADER)
        if "misconceptions" not in relative.parts[:-1]:
            yield ".".join(relative.with_suffix("").parts).removesuffix(".__init__"), path


def imported(path):
    """Our modules that a module imports, late ones too, without "grader."; and what else it imports."""
    here = ["grader", *path.relative_to(GRADER).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) + 1 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            inside = GRADER.parent.joinpath(*module.split("."))
            for alias in node.names:
                yield f"{module}.{alias.name}" if (inside / f"{alias.name}.py").is_file() else module


def ours(path):
    return {name.removeprefix("grader.") for name in imported(path) if name.startswith("grader.")}


def test_every_package_has_its_layer():
    assert {name.partition(".")[0] for name, _ in modules() if name} == set(RANK)


def test_imports_go_downwards_only():
    upwards = {
        (name, target)
        for name, path in modules()
        for target in ours(path)
        if (mine := name.partition(".")[0]) != (theirs := target.partition(".")[0])
        and RANK[theirs] >= RANK[mine]
    }
    assert upwards == SEAM


def test_no_circle():
    below = {name: ours(path) for name, path in modules()}
    while leaves := {name for name, targets in below.items() if not targets & below.keys()}:
        below = {name: targets for name, targets in below.items() if name not in leaves}
    assert below == {}


def test_worker_imports_the_standard_library_only():
    foreign = {
        name.partition(".")[0]
        for module, path in modules()
        if "worker" in module.split(".")
        for name in imported(path)
        if "worker" not in name.split(".")
    }
    assert foreign <= sys.stdlib_module_names


def test_modules_are_as_large_as_their_subject():
    lines = {name: path.read_text("utf-8").count("\n") for name, path in modules()}
    assert {name: count for name, count in lines.items() if count > 600} == {}
    rooms = [lines[name] for name, path in modules() if path.name != "__init__.py"]
    assert sum(count < 40 for count in rooms) <= len(rooms) / 10
    assert len(lines) <= 170
    assert len([*GRADER.glob("*.py")]) <= 12
