"""A module under every name that can be imported here; each leaves a mark where it is run."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from pkgutil import iter_modules

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
    """Every second module as a file, every other as a package, by all names that can be imported."""
    left, modules = folder / "left", folder / "modules"
    left.mkdir()
    modules.mkdir()
    names = tuple(sorted({*importable(), *sys.stdlib_module_names, *MORE} - {"__main__", "sys"}))
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


def importable() -> set[str]:
    """The top-level names of all that is installed here, and of what this process has imported."""
    folders = [path for path in map(Path, sys.path) if path.is_dir()]
    # What lies in a folder without an __init__.py can be imported, too.
    spaces = {path.name for folder in folders for path in folder.iterdir() if path.is_dir()}
    found = {module.name for module in iter_modules()} | spaces | {*sys.modules}
    return {name.partition(".")[0] for name in found if "-info" not in name and not name.startswith(".")}
