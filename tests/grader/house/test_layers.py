"""Imports go downwards only, from package to package, and the rooms have the right size."""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import pytest

# What is read once takes long: all these tests in one process.
pytestmark = pytest.mark.xdist_group("layers")

GRADER = Path(__file__).resolve().parents[3] / "grader"
# From the ground up: a package may import those in rows before its own, and itself.
PACKAGES = (
    {"model", "errors", "agreement", "printable", "version", "worker"},
    {"start", "subject"},
    {"machine"},
    {"sandbox", "course"},
    {"submission"},
    {"report"},
    {"examine", "render"},
    {"signed", "forkserver", "author", "learner", "doctor"},
    {"classroom", "watch", "notebook", "platforms"},
    {"commands"},
    {"autograd", "functions"},
    {"cli", "__init__", "alone", "plugin", "ci"},
    {"__main__"},
)
RANK = {name: rank for rank, row in enumerate(PACKAGES) for name in row}


def modules():
    for path in sorted(GRADER.rglob("*.py")):
        relative = path.relative_to(GRADER)
        yield ".".join(relative.with_suffix("").parts).removesuffix(".__init__"), path


@cache
def tree(path):
    return ast.parse(path.read_text("utf-8"))


@cache
def imported(path):
    """Our modules that a module imports, late ones too, without "grader."; and what else it imports."""
    return {*_imported(path)}


def _imported(path):
    here = ["grader", *path.relative_to(GRADER).parts[:-1]]
    for node in ast.walk(tree(path)):
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
    assert upwards == set()


def test_subjects_are_met_through_the_seam_only():
    """But for cli, which shows a subject's commands."""
    subjects = {path.parent.name for path in GRADER.glob("*/subject.py")}
    importing = {
        name
        for name, path in modules()
        if name.partition(".")[0] not in subjects
        and any(target.partition(".")[0] in subjects for target in ours(path))
    }
    assert importing == {"cli"}


def test_only_autograd_imports_torch():
    importing = {
        name
        for name, path in modules()
        if any(target.partition(".")[0] == "torch" for target in imported(path))
    }
    assert importing
    assert {name.partition(".")[0] for name in importing} == {"autograd"}


# What autograd teaches. In prose anybody may say so; in code these are names, keys and what is compared.
TAUGHT = re.compile(r"(?:.*[\W_])?(?:[Gg]radients?|torch|[Rr]e[Ll][Uu]|Value)(?:[\W_].*)?")
# They look from inside a cage for what this machine has.
PROBES = "doctor.probes."


def said(tree):
    """The identifiers of some code, and its strings that look like one, but for pieces of longer texts."""
    pieces = {
        id(piece) for text in ast.walk(tree) if isinstance(text, ast.JoinedStr) for piece in ast.walk(text)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in pieces:
            yield node.value if re.fullmatch(r"[\w.-]{1,40}", str(node.value)) else ""
        yield from (getattr(node, field, None) for field in ("id", "attr", "name", "arg", "asname"))


def test_only_the_subject_knows_what_is_taught():
    told = {
        (name, word)
        for name, path in modules()
        if not name.startswith(("autograd", PROBES))
        for word in said(tree(path))
        if isinstance(word, str) and TAUGHT.fullmatch(word)
    }
    assert told == set()


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
