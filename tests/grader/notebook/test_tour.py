"""The notebook in docs in a real kernel, in a project as students have it, worked through as by a student."""

import os
from pathlib import Path

import pytest

from grader.author.release import release
from grader.notebook.cells import beginning
from tests.grader.author.test_release import secret_lines
from tests.grader.notebook.test_notebook import right

nbclient = pytest.importorskip(
    "nbclient", reason="pip install 'nanograd-course[notebook]', to run the notebook"
)
nbformat = pytest.importorskip(
    "nbformat", reason="pip install 'nanograd-course[notebook]', to run the notebook"
)
NOTEBOOK = Path(__file__).resolve().parents[3] / "docs" / "notebook.ipynb"
TURN = "your-turn"
ENGINE = "from exercises import Value\n\nb = Value(2) + 3\nprint(b.data, [each.data for each in b._prev])"


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def turns(notebook):
    """The cells that are the reader's to fill in, with their exercises."""
    cells = [cell for cell in notebook.cells if TURN in cell.metadata.get("tags", [])]
    return [(cell, cell.source.split()[1]) for cell in cells]


@pytest.fixture(scope="module")
def worked(course, tmp_path_factory):
    """The notebook's cells by their ids, once somebody has worked through it."""
    project = tmp_path_factory.mktemp("student") / "project"
    release(course, project)
    notebook = nbformat.read(project / "docs" / NOTEBOOK.name, as_version=4)
    for cell, name in turns(notebook):
        cell.source = f"{cell.source.partition(chr(10))[0]}\n{right(course, name)}"
    notebook.cells.append(nbformat.v4.new_code_cell(ENGINE, id="engine"))
    told = {"metadata": {"path": str(project / "docs")}}
    surroundings = {**os.environ, "PYTHONPATH": str(project), "IPYTHONDIR": str(project / ".ipython")}
    nbclient.NotebookClient(notebook, timeout=120, resources=told).execute(env=surroundings)
    return {cell.id: cell for cell in notebook.cells}


def text(cell):
    """What a cell printed and showed."""
    return "".join(out.get("text", "") or out["data"]["text/plain"] for out in cell.outputs)


# As it lies there


def test_it_is_a_valid_notebook(notebook):
    assert [error.message for error in nbformat.validator.get_validator().iter_errors(notebook)] == []


def test_it_lies_there_without_outputs(notebook):
    """They would be out of date with the next word that is changed; here it is run instead."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []


def test_what_is_to_be_written_is_the_stub(notebook, course):
    found = turns(notebook)
    assert [name for _, name in found] == ["add", "relu"]
    for cell, name in found:
        assert cell.source == f"%%exercise {name} --save\n{beginning(course.stub(name))}".rstrip()


def test_no_line_of_a_solution_lies_open_in_it(notebook, course):
    lines = {line.strip() for cell in notebook.cells for line in cell.source.splitlines()}
    assert [lines & secret_lines(course.solution(name), course.stub(name)) for name in course.names] == [
        set() for _ in course.names
    ]


# Worked through


def test_the_mistake_is_shown_and_what_the_code_does(worked):
    said = text(worked["wrong-add"])
    assert "a + a gives a the gradient 2" in said
    assert "self.grad is set." in said
    html = worked["wrong-add"].outputs[-1]["data"]["text/html"]
    assert html.count('<svg class="graph-picture') > 1


def test_what_is_right_passes_and_is_saved(worked):
    for name in ("add", "relu"):
        said = text(worked[f"your-{name}"])
        assert f"{name}: passed, 10/10" in said
        assert f"It is in exercises/{name}.py now." in said


def test_hints_and_graphs_are_shown(worked):
    assert "add: level 1" in text(worked["hint-add"])
    assert "Got: your add, relu." in text(worked["draw"])
    assert "passed in this notebook" in text(worked["list-again"])


def test_what_was_saved_is_an_engine_to_import(worked):
    assert text(worked["engine"]).strip() == "5 [2, 3]"
