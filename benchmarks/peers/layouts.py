"""The same assignment in the form that each peer's documentation asks for, and what its results say.

Of every exercise there is one test, worth the exercise's points: all its known numbers come out. What is a
bonus there has a test of its own, worth nothing.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "exercises"  # as it is called where it was handed in
ASSIGNMENT = "engine"
Verdicts = dict[str, bool]


@dataclass(frozen=True)
class Kit:
    """What every layout is made of.

    tests: what each is worth, by name. beside: the files that lie beside them. works: the folders that were
        handed in; each has a name.
    """

    tests: Mapping[str, float]
    beside: Sequence[Path]
    works: Sequence[Path]

    def put(self, folder: Path) -> None:
        """Lay the files down that lie beside the tests."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in self.beside:
            shutil.copy(path, folder)


@dataclass(frozen=True)
class Command:
    """One command of a batch: the program of the peers' environment first, and where it runs."""

    words: Sequence[str]
    folder: Path


@dataclass(frozen=True)
class Batch:
    """How a tool grades everybody.

    before: what prepares the assignment once, and is not counted.
    after: what has to be gone for a second turn.
    read: each person's verdicts, by test; a test that was not run is not among them.
    """

    commands: Sequence[Command]
    read: Callable[[], dict[str, Verdicts]]
    before: Sequence[Command] = ()
    after: Sequence[Path] = ()


UNITTEST = """import unittest

import exercises
from gradescope_utils.autograder_utils.decorators import weight
from known import wrong


class TestExercises(unittest.TestCase):
"""
UNITTEST_ONE = '''    @weight({points})
    def test_{name}(self):
        """{name}"""
        self.assertEqual(wrong("{name}", exercises), "")

'''
RUN_TESTS = """import unittest

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover("tests")
    with open("results.json", "w") as f:
        JSONTestRunner(visibility="visible", stream=f).run(suite)
"""


def gradescope(kit: Kit, base: Path) -> Batch:
    """gradescope-utils: a folder with unittests and run_tests.py, beside which each submission is put."""
    for work in kit.works:
        folder = base / work.name
        kit.put(folder)
        (folder / "run_tests.py").write_text(RUN_TESTS)
        (folder / "tests").mkdir()
        text = UNITTEST + "".join(
            UNITTEST_ONE.format(points=points, name=name) for name, points in kit.tests.items()
        )
        (folder / "tests" / "test_exercises.py").write_text(text)
        shutil.copytree(work, folder / PACKAGE)

    def read() -> dict[str, Verdicts]:
        told = {work.name: _loaded(base / work.name / "results.json")["tests"] for work in kit.works}
        return {name: {test["name"]: test["status"] == "passed" for test in told[name]} for name in told}

    return Batch([Command(["python", "run_tests.py"], base / work.name) for work in kit.works], read)


CHECKS = '''import sys
from pathlib import Path

import check50

sys.path.insert(0, str(Path(__file__).parent))


def known(name):
    """Every check has a copy of what was handed in, in its current folder."""
    sys.path.insert(0, str(Path.cwd()))
    import exercises
    from known import wrong

    said = wrong(name, exercises)
    if said:
        raise check50.Failure(said)


@check50.check()
def exists():
    """the package is there"""
    check50.exists("exercises/__init__.py")

'''
CHECK = '''
@check50.check(exists)
def {name}():
    """{name}"""
    known("{name}")

'''
CONFIG = """check50:
  files:
    - !exclude "*"
    - !include "exercises/*.py"
"""


def check50(kit: Kit, base: Path) -> Batch:
    """check50: a package of checks, which each depend on what the package is there for."""
    checks = base / "checks"
    kit.put(checks)
    (checks / ".cs50.yaml").write_text(CONFIG)
    (checks / "__init__.py").write_text(CHECKS + "".join(CHECK.format(name=name) for name in kit.tests))
    for work in kit.works:
        shutil.copytree(work, base / work.name / PACKAGE)

    def read() -> dict[str, Verdicts]:
        told = {work.name: _loaded(base / work.name / "results.json")["results"] for work in kit.works}
        return {
            name: {
                check["name"]: check["passed"] is True for check in told[name] if check["name"] != "exists"
            }
            for name in told
        }

    # --local asks the network which checks there are; --dev takes them from this folder, and runs them alike.
    words = ["check50", "--dev", "--output", "json", "--output-file", "results.json", "--", str(checks)]
    return Batch([Command(words, base / work.name) for work in kit.works], read)


OK_TEST = """OK_FORMAT = True

test = {{
    "name": "{name}",
    "points": {points},
    "suites": [
        {{
            "cases": [
                {{
                    "code": '''
>>> import exercises
>>> from known import wrong
>>> wrong("{name}", exercises)
''
''',
                    "hidden": False,
                    "locked": False,
                }}
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }}
    ],
}}
"""


def otter(kit: Kit, base: Path) -> Batch:
    """otter: a zip with a test file a question; a submission is a zip with a notebook. Without containers."""
    kit.put(base / "files")
    with zipfile.ZipFile(base / "autograder.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("otter_config.json", "{}")
        for name, points in kit.tests.items():
            archive.writestr(f"tests/{name}.py", OK_TEST.format(name=name, points=points))
        for path in kit.beside:
            archive.write(path, f"files/{path.name}")
    for work in kit.works:
        (base / work.name).mkdir()
        with zipfile.ZipFile(base / f"{work.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{ASSIGNMENT}.ipynb", _notebook({}))
            for path in work.iterdir():
                archive.write(path, f"{PACKAGE}/{path.name}")

    def read() -> dict[str, Verdicts]:
        told = {work.name: _loaded(base / work.name / "results.json")["tests"] for work in kit.works}
        return {
            name: {test["name"]: test["score"] == test["max_score"] for test in told[name] if "score" in test}
            for name in told
        }

    words = ["otter", "run", "--no-logo", "--autograder", "autograder.zip"]
    runs = [[*words, "--output-dir", work.name, f"{work.name}.zip"] for work in kit.works]
    return Batch([Command(each, base) for each in runs], read)


TEST_CELL = 'import exercises\nfrom known import wrong\n\nassert wrong("{name}", exercises) == ""'
SCORES = """SELECT student.id, base_cell.name, grade.auto_score = grade_cells.max_score
FROM grade JOIN base_cell ON grade.cell_id = base_cell.id JOIN grade_cells ON grade_cells.id = base_cell.id
JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN student ON submitted_assignment.student_id = student.id"""


def nbgrader(kit: Kit, base: Path) -> Batch:
    """nbgrader: a course whose notebook has a locked test cell for each test, and a database."""
    source = base / "source" / ASSIGNMENT
    kit.put(source)
    notebook = _notebook(kit.tests)
    (source / f"{ASSIGNMENT}.ipynb").write_text(notebook)
    (base / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "{ASSIGNMENT}"\n'
    )
    for work in kit.works:
        folder = base / "submitted" / work.name / ASSIGNMENT
        shutil.copytree(work, folder / PACKAGE)
        (folder / f"{ASSIGNMENT}.ipynb").write_text(notebook)

    def read() -> dict[str, Verdicts]:
        with closing(sqlite3.connect(base / "gradebook.db")) as book:
            rows = book.execute(SCORES).fetchall()
        return {
            work.name: {test: bool(full) for id_, test, full in rows if id_ == work.name}
            for work in kit.works
        }

    return Batch(
        [Command(["nbgrader", "autograde", ASSIGNMENT, "--force"], base)],
        read,
        before=[Command(["nbgrader", "generate_assignment", ASSIGNMENT], base)],
        after=[base / "autograded"],
    )


def _notebook(tests: Mapping[str, float]) -> str:
    """What is handed out: a cell that takes the engine in, and a locked one with a test for each exercise."""
    cells = [_cell("work", f"from {PACKAGE} import MLP, Layer, Neuron, Value", {"solution": True})]
    for name, points in tests.items():
        marks = {"grade": True, "locked": True, "points": points}
        cells.append(_cell(name, TEST_CELL.format(name=name), marks))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1)


def _cell(name: str, source: str, marks: Mapping[str, Any]) -> dict[str, Any]:
    given = {"grade": False, "locked": False, "solution": False, "task": False, "schema_version": 3}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {"nbgrader": {**given, "grade_id": name, **marks}},
        "outputs": [],
        "source": source,
    }


def _loaded(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


# By the name that a package index has for each.
LAYOUTS: dict[str, Callable[[Kit, Path], Batch]] = {
    "gradescope-utils": gradescope,
    "check50": check50,
    "otter-grader": otter,
    "nbgrader": nbgrader,
}
