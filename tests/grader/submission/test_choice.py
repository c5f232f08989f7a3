"""Which file is taken for an exercise: what it defines decides, and where that is not plain, none is."""

import json

import pytest

from grader.course.course import here
from grader.errors import UsageError
from grader.submission.choice import NoExercise, chosen, said_by
from grader.submission.submission import Wanted, decoded, defines, definitions, exercise_cells

COURSE = here()
ADD, RELU, STUB = COURSE.solution("add"), COURSE.solution("relu"), COURSE.stub("relu")
OTHER = RELU.replace("def relu", "def helping(): ...\n\n\ndef relu")
WANTED = Wanted.of(COURSE, ("add", "relu"))
STRICT = Wanted(WANTED.names, WANTED.defines, WANTED.stub, guess=False)


def chosen_of(files, wanted=WANTED):
    readers = {
        tuple(path.split("/")): (lambda text=text: text if isinstance(text, bytes) else text.encode())
        for path, text in files.items()
    }
    return chosen(readers, wanted, "ada", "ada")


def taken_for_relu(*names, also=None):
    """Of add.py and files of these names that define relu: what is taken for it, and what is told."""
    found = chosen_of({"add.py": ADD, **dict.fromkeys(names, RELU), **(also or {})})
    return found.taken.get("relu"), found.unclear.get("relu")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Relu.py",
            "RELU.PY",
            "relu (1).py",
            "relu-2.py",
            "relu_final.py",
            "ada_hw1_relu.py",
            "relu.py.txt",
        ),
        *(
            "relu.txt",
            "relu",
            "ReLU function.py",
            "exercise 4.py",
            "a/b/c/d/relu.py",
            "Übung/aktivierung.pyw",
        ),
    ],
)
def test_the_one_file_that_defines_an_exercise_is_taken_whatever_it_is_called(name):
    assert taken_for_relu(name) == (name, None)
    found = chosen_of({"add.py": ADD, name: RELU})
    assert found.sources["relu"] == RELU


def test_a_file_of_the_right_name_is_taken_without_a_word():
    found = chosen_of({"add.py": ADD, "relu.py": RELU, "helping.py": "x = 1\n"})
    assert (found.taken, found.beside, found.unclear) == ({}, {}, {})
    assert set(found.sources) == {"add", "relu", "helping"}


def test_two_that_say_the_same_are_one():
    assert (
        taken_for_relu("relu (1).py", also={"old/relu.py": RELU.replace("\n", "\r\n") + "# old\n"})[1] is None
    )


def test_two_that_differ_are_not_graded_and_both_are_named():
    taken, told = taken_for_relu("relu (1).py", also={"relu (2).py": OTHER})
    assert taken is None
    assert told == (
        "relu.py is not there; relu (1).py and relu (2).py define relu, and nothing says which of them counts"
    )


def test_a_stub_gives_way_to_the_work_beside_it():
    assert taken_for_relu("relu (1).py", also={"relu.py": STUB}) == ("relu (1).py", None)


def test_work_of_the_right_name_and_place_counts_and_what_differs_is_named():
    found = chosen_of({"add.py": ADD, "relu.py": RELU, "relu (1).py": OTHER})
    assert (found.taken, found.beside) == ({}, {"relu": ("relu (1).py",)})


def test_folders_that_are_equally_deep_and_differ_are_refused():
    with pytest.raises(UsageError, match="in two places, one and two"):
        chosen_of({"one/relu.py": RELU, "two/relu.py": OTHER})


def test_folder_with_work_counts_more_than_one_as_it_was_handed_out():
    found = chosen_of({"exercises/relu.py": STUB, "done/relu.py": RELU})
    assert found.home == ("done",)
    assert found.sources["relu"] == RELU


def test_what_is_near_by_name_alone_is_named():
    taken, told = taken_for_relu(also={"Relu.py": "def Relu(self): ...\n"})
    assert (taken, told) == (None, "relu.py is not there, and Relu.py does not define relu")
    assert "may be meant: relu.txt holds a NUL byte" in taken_for_relu(also={"relu.txt": b"\0"})[1]


def test_an_empty_file_is_no_work_that_failed():
    assert taken_for_relu(also={"relu.py": b"\r\n"}) == (None, "relu.py is empty")
    assert taken_for_relu("relu (1).py", also={"relu.py": b""}) == ("relu (1).py", None)


def test_nothing_is_said_of_what_was_not_begun():
    assert taken_for_relu(also={"notes.txt": "of the lecture\n"}) == (None, None)
    assert taken_for_relu(also={"relu.py": STUB, "notes.txt": "relu is hard\n"}) == (None, None)


def test_an_archive_that_is_not_read_may_hold_what_is_missing():
    _, told = taken_for_relu(also={"rest.dat": b"Rar!\x1a\x07\x01\x00"})
    assert told == "relu.py is not there, and rest.dat is a RAR archive, which is not read: hand in a zip"


def test_a_course_may_forbid_the_guess_and_then_it_is_told():
    found = chosen_of({"add.py": ADD, "Relu.py": RELU}, STRICT)
    assert found.taken == {}
    assert found.unclear["relu"].startswith("relu.py is not there; Relu.py defines relu, but in this course")
    with pytest.raises(NoExercise, match=r"Relu\.py defines relu"):
        chosen_of({"Relu.py": RELU}, STRICT)


def test_of_a_notebook_what_it_defines_is_taken():
    cells = ["%matplotlib inline\nimport matplotlib.pyplot as plt\n", RELU, "plt.plot(relu(Value(1)).data)\n"]
    notebook = {"cells": [{"cell_type": "code", "source": cell} for cell in cells]}
    found = chosen_of({"add.py": ADD, "homework.ipynb": json.dumps(notebook)})
    assert found.taken == {"relu": "homework.ipynb"}
    assert "plt.plot" not in found.sources["relu"]
    assert defines(found.sources["relu"], "relu")
    assert "is a notebook" in found.remarks["relu"]


def test_what_a_notebook_defines_has_the_lines_that_its_code_cells_have_when_they_are_counted():
    cells = [
        "%matplotlib inline\nimport math\n",
        "print(1)\n\n",
        "x = 1\n\n@staticmethod\ndef relu(self):\n    return x\n",
    ]
    found = definitions("homework.ipynb", notebook(*cells)).split("\n")
    assert found[1].endswith("import math")
    assert [number for number, line in enumerate(found, start=1) if line] == [2, 5, 7, 8, 9]


def test_of_what_a_notebook_computes_no_name_is_left_that_nothing_defines():
    cells = ["class Value:\n    pass\n", "a = Value()\n", "b = a\nValue.twin = Value\nlr = 0.1\n"]
    found = definitions("homework.ipynb", notebook(*cells))
    assert "b = a" not in found
    assert "Value.twin = Value\nlr = 0.1" in found


CELLS = (
    "%load_ext grader\n",
    "%%exercise relu\ndef relu(self):\n    return self\n",
    f"%%exercise relu --save\n{RELU}",
    "def relu(self):\n    return 'tried out'\n",
    "%%exercise nothing\nx = 1\n",
)


def notebook(*cells):
    return json.dumps({"cells": [{"cell_type": "code", "source": cell} for cell in cells]})


def test_cells_that_are_exercises_are_graded_and_nothing_else_of_a_notebook():
    found = chosen_of({"add.py": ADD, "homework.ipynb": notebook(*CELLS)})
    assert found.taken == {"relu": "homework.ipynb %%exercise relu.py"}
    assert found.sources["relu"].endswith(f"\n{RELU.rstrip()}\n")
    assert "tried out" not in found.sources["relu"]


def test_notebook_alone_is_a_hand_in():
    found = chosen_of({"homework.ipynb": notebook(*CELLS)})
    assert list(found.sources) == ["relu"]


def test_cell_has_the_imports_of_its_stub_in_its_first_line():
    course = here()
    wanted = Wanted.of(course)
    cells = exercise_cells("x.ipynb", notebook("%%exercise add\ndef add(self, other): ...").encode(), wanted)
    first, second, *_ = cells["add"].splitlines()
    assert first == "from __future__ import annotations; from .value import Number, Value"
    assert second == "def add(self, other): ..."


def test_notebook_without_such_cells_is_told():
    found = chosen_of({"add.py": ADD, "homework.ipynb": notebook(RELU)})
    assert "a notebook without %%exercise cells" in found.remarks["relu"]


def test_what_belongs_to_the_course_is_nobodys_work():
    files = {"course.toml": "", "exercises/add.py": ADD, "solutions/relu.py": RELU, "grader/relu.py": RELU}
    found = chosen_of(files)
    assert (found.taken, found.unclear) == ({}, {})


def test_nothing_is_chosen_where_there_is_no_exercise():
    assert chosen_of({"README.md": "# relu\n", "engine.py": "class Value: ...\n"}) is None


@pytest.mark.parametrize(
    ("name", "says"),
    [
        *(("Add.py", ["add"]), ("add (1).py", ["add"]), ("hw1_add.py", ["add"]), ("myAdd.py", ["add"])),
        *(("add2.PY", ["add"]), ("address.py", []), ("padding.py", []), ("add_relu.py", ["add", "relu"])),
    ],
)
def test_a_name_says_an_exercise_as_a_word(name, says):
    assert said_by(name, ("add", "relu")) == says


@pytest.mark.parametrize(
    ("source", "is_defined"),
    [
        *(("def relu(self): ...", True), ("class relu: ...", True), ("relu = lambda self: self", True)),
        *(
            ("if True:\n    def relu(self): ...", True),
            ("def relu(self:\n", True),
            ("x = 1\rdef relu(s): ...", True),
        ),
        *(
            ("class Value:\n    def relu(self): ...", False),
            ("from .a import relu", False),
            ("relu()", False),
        ),
        *(("'''\ndef relu(self): ...\n'''", False), ("# def relu", False)),
    ],
)
def test_what_a_file_defines_is_what_it_binds_itself(source, is_defined):
    assert defines(source, "relu") is is_defined


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig"])
def test_a_text_is_read_in_the_encoding_that_it_is_saved_in(encoding):
    text = "# größer\ndef relu(self):\n    return self\n"
    found, said = decoded("relu.py", text.encode(encoding))
    assert found == text
    assert bool(said) is (encoding != "utf-8-sig")


def test_an_encoding_that_is_declared_needs_no_word():
    data = "# -*- coding: latin-1 -*-\n# größer\n".encode("latin-1")
    assert decoded("relu.py", data) == (data.decode("latin-1"), "")


@pytest.mark.parametrize("data", [b"x = 1\0\n", b"\x89PNG\r\n\x1a\n\xff", b"# coding: punycode\n\xff\x01"])
def test_what_is_no_text_is_refused(data):
    with pytest.raises(ValueError, match=r"relu\.py"):
        decoded("relu.py", data)
