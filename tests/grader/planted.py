"""A module under every name that the grader's processes import; each leaves a mark where it is run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What tools look for, besides modules, in the folder that they begin in; each would break a grading.
SETTINGS = {
    "pytest.ini": "[pytest]\naddopts = --no-such-option\n",
    "tox.ini": "[pytest]\naddopts = --no-such-option\n",
    "setup.cfg": "[tool:pytest]\naddopts = --no-such-option\n",
    ".env": "PYTEST_ADDOPTS=--no-such-option\n",
    "pyvenv.cfg": "home = /nowhere\n",
    "matplotlibrc": "backend: module://matplotlib_evil\nno colon\n",
    "nanograd.pth": "import conftest\n",
}
# Not yet imported where a command has only begun, or under another name than its file.
MORE = ("__future__", "conftest", "sitecustomize", "usercustomize", "venv", "ensurepip", "pip", "setuptools")
MORE += (
    "_pytest",
    "test_add",
    "tests",
    "exercises",
    "solutions",
    "git",
    "yaml",
    "IPython",
    "distributed",
    "dask",
)
SEEN = """
NEVER_IMPORTED = (
    "grader.__main__",
    "grader.autograd.any_engine.worker",
    "grader.autograd.worker",
    "grader.worker",
)
import importlib, json, pkgutil, runpy, sys
import grader
for found in pkgutil.walk_packages(grader.__path__, "grader."):
    if not found.name.startswith(NEVER_IMPORTED):
        importlib.import_module(found.name)
later = "cryptography distributed matplotlib.figure pyarrow.parquet resvg_py watchfiles yaml"
for name in later.split():
    importlib.import_module(name)
sys.argv = ["grader", *json.loads(sys.argv[1])]
try:
    runpy.run_module("grader", run_name="__main__", alter_sys=True)
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@dataclass(frozen=True)
class Planted:
    """The modules, laid down once; into() puts them into a folder.

    folder: where they lie.
    left: where each leaves its mark, an empty file of its name.
    names: all of them.
    """

    folder: Path
    left: Path
    names: tuple[str, ...]

    def into(self, folder: Path, files: bool = True) -> Path:
        """Put a copy into a folder, beside what is there already; only what is missing.

        files: whether modules in files are put there, too; a submission may not have so many.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            target = folder / path.name
            if not target.exists() and (files or path.is_dir()):
                shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
        return folder

    def marks(self) -> list[str]:
        """What has been run since the last time this was asked."""
        found = sorted(path.name for path in self.left.iterdir())
        for name in found:
            (self.left / name).unlink()
        return found


def planted(folder: Path) -> Planted:
    """Every second module as a file, every other as a package, by whatever name was seen in any process."""
    left, modules = folder / "left", folder / "modules"
    left.mkdir()
    modules.mkdir()
    names = tuple(sorted({*imported(), *sys.stdlib_module_names, *MORE} - {"__main__", "sys"}))
    for number, name in enumerate(names):
        mark = f"import os\nos.close(os.open({str(left / name)!r}, os.O_CREAT | os.O_WRONLY))\n"
        text = mark + f"raise ImportError('a planted {name} was imported')\n"
        if number % 2:
            (modules / name).mkdir()
            (modules / name / "__init__.py").write_text(text)
        else:
            (modules / f"{name}.py").write_text(text)
    for name, text in SETTINGS.items():
        (modules / name).write_text(text)
    return Planted(modules, left, names)


def imported() -> set[str]:
    """The top-level names in this process, and in one that has graded with all of the grader loaded."""
    words = json.dumps(["grade", str(ROOT / "solutions"), "--exercise", "add", "--sandbox", "process"])
    command = [sys.executable, "-P", "-c", SEEN, words]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=os.environ)
    return {*json.loads(run.stderr.splitlines()[-1]), *(name.partition(".")[0] for name in sys.modules)}
