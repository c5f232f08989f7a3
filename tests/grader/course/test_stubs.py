"""What is cut from a solution, and what counts as untouched."""

import ast
import re

import pytest

from grader.course.course import BEGIN, END, LONGEST, cut, here, untouched
from grader.errors import CourseError

NAMES = here().names
SOLUTION = '''"""Double."""


def double(self: int) -> int:
    """Return twice self."""
    # begin solution
    # 1. Add it to itself.
    total = self + self

    # 2. Check, with a helper.
    def check() -> None:
        # a comment of the solution's own
        assert total == 2 * self

    check()
    # 3. Return it.
    return total
    # end solution
'''
STUB = '''"""Double."""


def double(self: int) -> int:
    """Return twice self."""
    # TODO 1: Add it to itself.
    # TODO 2: Check, with a helper.
    # TODO 3: Return it.
    raise NotImplementedError("double: TODO 1 to 3")
'''


def marked(*lines):
    return "\n".join(["def f(self):", *(f"    {line}" for line in lines), ""])


def signatures(source):
    """Every class and function with its arguments and bases, in order, however deep."""
    return [
        (type(node).__name__, node.name, ast.unparse(node.args if hasattr(node, "args") else node.bases))
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_backward")
    ]


def hidden(source):
    """The lines of code between the markers."""
    lines, inside = [], False
    for line in map(str.strip, source.splitlines()):
        inside = (inside or line == BEGIN) and line != END
        if inside and line and not line.startswith("#"):
            lines.append(line)
    return lines


def steps(source):
    return [(int(n), text) for n, text in re.findall(r"# (?:TODO )?(\d+)[.:] (.*)", source)]


def test_cut_leaves_the_signature_and_the_steps():
    assert cut(SOLUTION, "double") == STUB


@pytest.mark.parametrize("name", NAMES)
def test_stub_is_valid_python_and_defines_what_the_exercise_is_about(course, name):
    exercise = next(exercise for exercise in course.exercises if exercise.name == name)
    assert exercise.defines in {getattr(node, "name", "") for node in ast.parse(course.stub(name)).body}


@pytest.mark.parametrize("name", NAMES)
def test_stub_keeps_every_signature(course, name):
    assert signatures(course.stub(name)) == signatures(course.solution(name))


@pytest.mark.parametrize("name", NAMES)
def test_stub_keeps_every_step_as_a_todo(course, name):
    assert steps(course.stub(name)) == steps(course.solution(name))
    assert course.stub(name).count("# TODO") == len(steps(course.solution(name))) > 0


@pytest.mark.parametrize("name", NAMES)
def test_steps_are_counted_from_one(course, name):
    numbers = [number for number, _ in steps(course.solution(name))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_stub_drops_all_code_of_the_solution(course, name):
    code = hidden(course.solution(name))
    assert code
    assert set(code).isdisjoint(map(str.strip, course.stub(name).splitlines()))


@pytest.mark.parametrize("name", NAMES)
def test_every_function_of_a_stub_only_says_that_it_is_to_be_written(course, name):
    functions = [n for n in ast.walk(ast.parse(course.stub(name))) if isinstance(n, ast.FunctionDef)]
    assert functions
    for function in functions:
        docstring = ast.get_docstring(function) is not None
        (only,) = function.body[docstring:]
        assert isinstance(only, ast.Raise)


@pytest.mark.parametrize("name", NAMES)
def test_stub_has_at_most_45_lines(course, name):
    assert len(course.stub(name).splitlines()) <= 45


@pytest.mark.parametrize("name", NAMES)
def test_no_marker_is_left_in_a_stub(course, name):
    assert BEGIN not in course.stub(name)
    assert END not in course.stub(name)


@pytest.mark.parametrize(
    ("lines", "todo"),
    [
        (["# 4. Only."], "f: TODO 4"),
        (["# 1. One.", "# 2. Two."], "f: TODO 1 and 2"),
        (["# 2. Two.", "# 3. Three.", "# 4. Four."], "f: TODO 2 to 4"),
    ],
)
def test_the_error_says_which_steps_are_missing(lines, todo):
    assert f'raise NotImplementedError("{todo}")' in cut(marked(BEGIN, *lines, END), "f")


@pytest.mark.parametrize(
    "lines",
    [
        [BEGIN, "# 1. One."],
        [BEGIN, "# 1. One.", END, BEGIN, "# 2. Two."],
        [BEGIN, "# 1. One.", BEGIN, "# 2. Two.", END],
        ["# 1. One.", "return 1", END],
        [BEGIN, "# 1. One.", END, "return 1", END],
    ],
    ids=["no end", "no second end", "two begins", "no begin", "no second begin"],
)
def test_a_marker_without_its_partner_is_the_authors_mistake(lines):
    with pytest.raises(CourseError, match=r"f\.py: .* has no partner"):
        cut(marked(*lines), "f")


def test_a_solution_without_a_step_leaves_a_bare_todo():
    assert cut(marked(BEGIN, "return 1", END), "f").count('NotImplementedError("f: TODO")') == 1


@pytest.mark.parametrize(
    "changed",
    [
        STUB,
        STUB.replace("# TODO 2: Check, with a helper.", "# what is a helper?"),
        STUB.replace("    # TODO 3: Return it.\n", ""),
        STUB.replace('"""Double."""', '"""My file."""'),
        STUB.replace('"""Double."""\n', ""),
        STUB.replace('    """Return twice self."""\n', ""),
        STUB.replace("\n", "\n\n"),
        STUB.replace("\n", "\r\n"),
        STUB.replace("    ", "\t"),
        STUB + "# the end\n",
        STUB.rstrip(),
        STUB.replace('"double: TODO 1 to 3"', "'double: TODO 1 to 3'"),
    ],
    ids=[
        "same",
        "comment changed",
        "comment gone",
        "docstring changed",
        "docstring gone",
        "function's docstring gone",
        "blank lines",
        "Windows line ends",
        "tabs",
        "comment added",
        "no last line end",
        "other quotes",
    ],
)
def test_comments_docstrings_and_layout_leave_a_stub_untouched(changed):
    assert untouched(changed, STUB)


@pytest.mark.parametrize(
    "changed",
    [
        SOLUTION,
        "",
        STUB.replace("    raise", "    x = 1\n    raise"),
        STUB.replace("    raise", "    pass\n    raise"),
        STUB.replace('raise NotImplementedError("double: TODO 1 to 3")', "pass"),
        STUB.replace("1 to 3", "1 to 2"),
        STUB.replace("self: int", "self: float"),
        STUB.replace("def double", "def triple"),
        "import math\n" + STUB,
        STUB + "\nx = double\n",
    ],
    ids=[
        "solved",
        "empty",
        "statement added",
        "pass added",
        "pass instead",
        "message changed",
        "annotation changed",
        "renamed",
        "import added",
        "line added",
    ],
)
def test_anything_else_touches_it(changed):
    assert changed != STUB
    assert not untouched(changed, STUB)


@pytest.mark.parametrize(
    "changed",
    [
        STUB + "def (",
        STUB.replace("-> int:", "-> int"),
        "    " + STUB,
        STUB + "\0",
        "(" * 10_000,
        "-" * 100_000 + "1",
    ],
    ids=["half a function", "no colon", "indented", "NUL byte", "many brackets", "many signs"],
)
def test_what_cannot_be_parsed_is_touched(changed):
    assert not untouched(changed, STUB)


def test_what_is_many_times_as_long_as_a_stub_is_touched():
    longest = STUB + "#" * (LONGEST - len(STUB))
    assert untouched(longest, STUB)
    assert not untouched(longest + "#", STUB)
    assert not untouched(longest + "##", STUB)


def test_an_odd_escape_in_a_docstring_leaves_a_stub_untouched():
    assert untouched(STUB.replace("Double.", r"Double \d."), STUB)


@pytest.mark.parametrize("name", NAMES)
def test_every_stub_is_untouched_and_every_solution_is_not(course, name):
    assert untouched(course.stub(name), course.stub(name))
    assert not untouched(course.solution(name), course.stub(name))


def test_a_step_stands_no_further_in_than_the_solution_begins():
    lines = (f"    {BEGIN}", "    # 1. Walk.", "    while True:", "            # 2. List.", f"    {END}")
    stub = cut("def f():\n" + "\n".join(lines) + "\n", "f").splitlines()
    assert stub[1:3] == ["    # TODO 1: Walk.", "    # TODO 2: List."]


BESIDE = "from .value import Value\n\n" + STUB
TRY = "try:\n    from value import Value\nexcept ImportError:\n"
FRAMES = {
    "import of a file beside it": "from exercises.value import Value",
    "the same, as a module": "import exercises.value",
    "for type checkers": "if TYPE_CHECKING:\n    import math",
    "a name for type checkers": "TYPE_CHECKING = False",
    "a trial": 'if __name__ == "__main__":\n    print(double(2))',
    "either of two imports": f"{TRY}    from .value import Value",
}
NO_FRAMES = {
    "import of another file": "from exercises.other import Value",
    "the same, as a module": "import exercises.value, math",
    "another condition": "if double:\n    print(double(2))",
    "an else of a trial": 'if __name__ == "__main__":\n    pass\nelse:\n    x = 1',
    "one import of two that is another": f"{TRY}    import math",
    "a loop": "for _ in ():\n    pass",
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_imports_of_the_files_beside_it_and_trials_leave_a_stub_untouched(frame):
    assert untouched(f"{BESIDE}\n{frame}\n", BESIDE)


@pytest.mark.parametrize("added", NO_FRAMES.values(), ids=NO_FRAMES.keys())
def test_other_statements_touch_it(added):
    assert not untouched(f"{BESIDE}\n{added}\n", BESIDE)
