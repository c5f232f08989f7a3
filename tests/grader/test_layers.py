"""Imports go downwards only, and the rooms stay small."""

import ast
from pathlib import Path

GRADER = Path(__file__).resolve().parents[2] / "grader"
# From the top down: a module may import what stands below it, and in its own row nothing.
LAYERS = (
    ("__main__",),
    ("cli",),
    ("check",),
    ("new",),
    ("alone",),
    ("grading",),
    ("render.terminal",),
    ("report",),
    ("scoring",),
    ("plugin",),
    ("words",),
    ("explaining",),
    ("examining",),
    ("matrix", "learning"),
    ("setting", "parts"),
    ("diagnosis",),
    ("shrinking",),
    ("judging",),
    ("student",),
    ("launch",),
    ("pipes",),
    ("sandbox",),
    ("sandbox.process",),
    ("sandbox.cage",),
    ("worker.zygote",),
    ("worker.child",),
    ("worker.engine", "worker.running", "worker.wire"),
    ("worker.networks",),
    ("worker.misfit",),
    ("cases",),
    ("drawing",),
    ("oracle", "strategies", "properties", "over"),
    ("graph",),
    ("listing",),
    ("labels",),
    ("evidence", "request", "catalogue", "sizes", "tracing", "view", "course", "submission"),
    ("stubs",),
    ("program", "model", "observation", "agreement", "errors", "version"),
)
RANK = {name: rank for rank, row in enumerate(reversed(LAYERS)) for name in row}
FREE_OF_VALUE = ("scoring", "report", "render/terminal", "sandbox/process", "sandbox/cage")


def modules():
    for path in sorted(GRADER.rglob("*.py")):
        relative = path.relative_to(GRADER)
        if relative.parts[0] != "misconceptions":
            name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            yield name, path


def imported(path, package):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and node.module is None:
            yield from (f"grader.{package}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 1:
            yield f"grader.{package}.{node.module}"
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_every_module_has_its_layer():
    named = {name for name, _ in modules()} - {"__init__", "render", "worker"}
    assert named == set(RANK)


def test_imports_go_downwards_only():
    upwards = [
        f"{name} imports {target}"
        for name, path in modules()
        if name in RANK
        for target in imported(path, path.parent.name)
        if target.startswith("grader.") and RANK[target.removeprefix("grader.")] >= RANK[name]
    ]
    assert upwards == []


def test_nothing_inside_imports_the_package_itself():
    assert [name for name, path in modules() if "grader" in imported(path, path.parent.name)] == []


def test_worker_imports_the_standard_library_only():
    foreign = [
        target
        for name, path in modules()
        if name.startswith("worker.")
        for target in imported(path, "worker")
        if target.startswith("grader.") and not target.startswith("grader.worker.")
    ]
    assert foreign == []


def test_what_would_serve_another_course_knows_nothing_of_value():
    for name in FREE_OF_VALUE:
        words = {
            node.id
            for node in ast.walk(ast.parse((GRADER / f"{name}.py").read_text()))
            if isinstance(node, ast.Name)
        }
        assert "Value" not in words


def test_modules_stay_below_250_lines():
    long = {name: lines for name, path in modules() if (lines := path.read_text("utf-8").count("\n")) > 250}
    assert long == {}
