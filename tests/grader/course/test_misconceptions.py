"""What a file of misconceptions may look like, and what an author is told where it cannot be read."""

import ast
import re

import pytest

from grader.course.misconceptions import faults, misconceptions
from grader.errors import CourseError

SOLUTION = '''"""What the exercise is about."""

from .value import Value


def double(self):
    """Return self twice."""
    # 1. Make the result.
    out = Value(2 * self.data, (self,))

    def _backward():
        self.grad += 2 * out.grad
        self.seen = True

    out._backward = _backward
    self.seen = True
    return out
'''
OVERWRITES = """## overwrites: The gradient is replaced.
It has to be
added   to.
Hint: double: level 1, the idea · Seen by: upstream
```diff
-        self.grad += 2 * out.grad
+        self.grad = 2 * out.grad
```
"""


@pytest.fixture
def course(tmp_path):
    """Writes a file of misconceptions beside the solution; gives the folder it lies in."""
    folder = tmp_path / "tests" / "misconceptions"
    folder.mkdir(parents=True)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "double.py").write_text(SOLUTION)

    def write(text):
        (folder / "double.md").write_text(text, "utf-8")
        return folder

    return write


def with_block(block, kind="diff"):
    return re.sub(r"```diff\n.*?```", lambda _: f"```{kind}\n{block}```", OVERWRITES, flags=re.DOTALL)


def program(course, block, kind="diff"):
    (one,) = misconceptions("double", course(with_block(block, kind)))
    return one.source


def test_a_section_says_all_there_is_to_say(course):
    (one,) = misconceptions("double", course(OVERWRITES))
    assert (one.exercise, one.id, one.name) == ("double", "overwrites", "The gradient is replaced.")
    assert one.explanation == "It has to be added to."
    assert (one.hint, one.seen_by) == ("double: level 1, the idea", "upstream")


def test_fields_may_stand_on_lines_of_their_own(course):
    (one,) = misconceptions("double", course(OVERWRITES.replace(" · Seen by", "\nSeen by")))
    assert (one.hint, one.seen_by) == ("double: level 1, the idea", "upstream")


def test_a_diff_changes_its_lines_of_the_solution_and_no_other(course):
    (one,) = misconceptions("double", course(OVERWRITES))
    expected = ast.parse(SOLUTION.replace("+=", "="))
    expected.body[2].body = expected.body[2].body[1:]  # docstrings are left out
    expected.body = expected.body[1:]
    assert ast.dump(ast.parse(one.source)) == ast.dump(expected)


def test_a_neighbour_tells_two_places_apart(course):
    source = program(
        course, " out._backward = _backward\n-    self.seen = True\n".replace(" out", "     out")
    )
    assert source.count("self.seen = True") == 1
    assert "        self.seen = True" in source


def test_a_diff_may_change_places_that_lie_apart(course):
    both = "-    out = Value(2 * self.data, (self,))\n+    out = Value(2, (self,))\n@@\n-    return out\n"
    source = program(course, both)
    assert "Value(2, (self,))" in source
    assert "return out" not in source


def test_comments_and_blank_lines_in_a_diff_say_nothing(course):
    head = " def double(self):\n     # 1. Make it.\n\n \n"
    assert "    out = self\n" in program(
        course, head + "-    out = Value(2 * self.data, (self,))\n+    out = self\n"
    )


def test_a_program_of_its_own_is_taken_as_it_stands(course):
    assert program(course, "# mine\ndef double(self):\n    return self\n", "python") == (
        "# mine\ndef double(self):\n    return self\n"
    )


def test_misconceptions_come_by_id_in_whatever_order_they_stand(course):
    other = OVERWRITES.replace("## overwrites: The", "## changes: Another")
    found = misconceptions("double", course(f"# double\n\nWhat people do.\n\n{OVERWRITES}\n{other}"))
    assert [one.id for one in found] == ["changes", "overwrites"]


def test_an_exercise_without_a_file_has_no_misconceptions(course):
    assert misconceptions("other", course("")) == faults("other", course("")) == []


def test_the_first_broken_section_is_the_error(course):
    broken = OVERWRITES.replace("## overwrites: The", "## broken: Another").replace("+=", "-=")
    with pytest.raises(CourseError, match="'## broken'"):
        misconceptions("double", course(broken + "## no heading\n" + OVERWRITES))


def test_every_broken_section_is_told_not_only_the_first(course):
    text = "".join(
        OVERWRITES.replace("overwrites: The", f"{name}: {name}") for name in ("one", "two", "three")
    )
    folder = course(text.replace("-        self.grad +=", "-        self.grad -=", 2))
    assert [fault.what.split(", ")[1:] for fault in faults("double", folder)] == [
        ["line 6", "'## one': '        self.grad -= 2 * out.grad' does not stand in solutions/double.py"],
        ["line 14", "'## two': '        self.grad -= 2 * out.grad' does not stand in solutions/double.py"],
    ]


DIFFS = {
    "a removed line that the solution does not have": (
        "-        self.grad += 3 * out.grad\n",
        6,
        "'        self.grad += 3 * out.grad' does not stand in solutions/double.py",
    ),
    "a context line that the solution does not have": (
        " def twice(self):\n+    pass\n",
        6,
        "'def twice(self):' does not stand in solutions/double.py",
    ),
    "other indentation": (
        "-    self.grad += 2 * out.grad\n",
        6,
        "'    self.grad += 2 * out.grad' does not stand in solutions/double.py",
    ),
    "lines that are no neighbours": (
        "-def double(self):\n-    return out\n",
        7,
        "'    return out' does not follow the line above it in solutions/double.py",
    ),
    "a second part that does not fit": (
        "-    out = Value(2 * self.data, (self,))\n@@\n-return\n",
        8,
        "'return' does not stand in solutions/double.py",
    ),
    "no line of the solution": ("+    pass\n", 6, "no line of solutions/double.py stands beside it"),
    "lines without a sign": ("return out\n", 6, "'return out' begins with none of ' ', '-', '+' and '@@'"),
    "no change": ("     return out\n", 5, "a part of the diff changes nothing"),
    "an empty block": ("", 5, "a part of the diff changes nothing"),
    "a line that is changed twice": (
        "-    return out\n+    return 1\n@@\n     self.seen = True\n-    return out\n",
        6,
        "a part of the diff changes what another does",
    ),
    "what is no Python": (
        "-    return out\n+    return (out\n",
        5,
        "its program is no Python, '(' was never closed: 'return (out'",
    ),
}


@pytest.mark.parametrize("why", DIFFS)
def test_a_diff_that_cannot_be_applied_is_told_with_its_line(course, why):
    block, line, said = DIFFS[why]
    (fault,) = faults("double", course(with_block(block)))
    assert fault.what == f"tests/misconceptions/double.md, line {line}, '## overwrites': {said}"
    assert fault.next_step


def test_a_place_that_is_not_the_only_one_is_told(course):
    text = with_block("-x = 1\n+x = 2\n")
    folder = course(text)
    (folder.parents[1] / "solutions" / "double.py").write_text("x = 1\ny = 2\nx = 1\n")
    (fault,) = faults("double", folder)
    assert "line 6, '## overwrites': this stands 2 times in solutions/double.py" in fault.what


TEXTS = {
    "no id": (
        "## overwrites: The",
        "## The",
        1,
        "'## The gradient is replaced.': this begins no misconception",
    ),
    "no name": (": The gradient is replaced.", "", 1, "'## overwrites': this begins no misconception"),
    "an id that is none": ("## over", "## Over", 1, "'## Overwrites': this begins no misconception"),
    "another level of heading": (
        "It has",
        "### Why\nIt has",
        2,
        "'## overwrites': '### Why' is no heading of a misconception",
    ),
    "no explanation": ("It has to be\nadded   to.\n", "", 1, "'## overwrites': there is no explanation"),
    "no hint": ("Hint: double", "See: double", 5, "'## overwrites': there is no 'Hint: …' above the block"),
    "an empty hint": (
        "double: level 1, the idea",
        "",
        4,
        "'## overwrites': 'Hint:' is none of 'Hint: …' and 'Seen by: …'",
    ),
    "an unknown field": (
        "Seen by",
        "Caught by",
        4,
        "'## overwrites': 'Caught by: upstream' is none of 'Hint: …' and 'Seen by: …'",
    ),
    "no property": (" · Seen by: upstream", "", 4, "'## overwrites': 'Seen by: …' stands there nowhere"),
    "two hints": (" · Seen", " · Hint: x · Seen", 4, "'## overwrites': 'Hint: …' stands there twice"),
    "a block of something else": (
        "```diff",
        "```py",
        5,
        "'## overwrites': there is no ```diff and no ```python",
    ),
    "a block that is not closed": ("grad\n```\n", "grad\n", 5, "'## overwrites': the block is not closed"),
    "text below the block": (
        "grad\n```\n",
        "grad\n```\nSo.\n",
        9,
        "'## overwrites': 'So.' stands below the block",
    ),
}


@pytest.mark.parametrize("why", TEXTS)
def test_a_section_that_cannot_be_read_is_told_with_its_line(course, why):
    old, new, line, said = TEXTS[why]
    assert old in OVERWRITES
    (fault,) = faults("double", course(OVERWRITES.replace(old, new)))
    assert fault.what.startswith(f"tests/misconceptions/double.md, line {line}, {said}")
    assert fault.next_step


def test_a_section_without_a_block_is_told(course):
    (fault,) = faults("double", course(OVERWRITES.partition("```")[0]))
    assert "line 1, '## overwrites': there is no ```diff and no ```python block" in fault.what


def test_a_block_that_is_not_closed_hides_no_section_below_it(course):
    text = OVERWRITES.removesuffix("```\n") + "\n" + OVERWRITES.replace("overwrites: The", "other: Another")
    (fault,) = faults("double", course(text))
    assert "line 5, '## overwrites': the block is not closed" in fault.what


@pytest.mark.parametrize(
    ("old", "new", "same"), [("The", "Another", "name"), ("## overwrites", "## other", "sentence")]
)
def test_a_name_or_a_sentence_that_is_there_already_is_told(course, old, new, same):
    (fault,) = faults("double", course(OVERWRITES + OVERWRITES.replace(old, new)))
    assert (
        f"line 9, '{'## overwrites' if same == 'name' else '## other'}': the {same} is that of" in fault.what
    )


@pytest.mark.parametrize("heading", ["# overwrites: The gradient", "##overwrites: The gradient", ""])
def test_a_misconception_without_a_heading_of_its_own_is_told(course, heading):
    text = OVERWRITES.replace("## overwrites: The gradient is replaced.", heading)
    (fault,) = faults("double", course(f"# double\n{text}{OVERWRITES}"))
    assert "this begins no misconception" in fault.what
    assert fault.next_step == "write '## name: What the code does wrong.'"


def test_a_solution_that_is_no_python_is_told_as_such(course):
    folder = course(OVERWRITES)
    (folder.parents[1] / "solutions" / "double.py").write_text("def double(:\n")
    with pytest.raises(CourseError, match=r"solutions/double\.py, line 1"):
        misconceptions("double", folder)


def test_a_file_that_is_no_text_is_told(course):
    folder = course("")
    (folder / "double.md").write_bytes(b"\xff")
    with pytest.raises(CourseError, match=r"double\.md is not UTF-8 text"):
        misconceptions("double", folder)
