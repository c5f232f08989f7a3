"""Cells of a notebook, graded in a real IPython: what is said, what is kept, and what never happens."""

import ast
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from io import StringIO

import pytest
from rich.console import Console

from grader.learner.history import remember
from grader.notebook.cells import SCOPE, Session, beginning, cell_of
from grader.render.terminal import render
from grader.report.report import Report
from tests.grader.hostile import HOSTILE
from tests.grader.learner.desk import ALONE, NOON, ROOT, desk, report, write

pytest.importorskip("IPython", reason="pip install 'nanograd-course[notebook]', to try the notebook's magics")
from grader.notebook import magics

__all__ = ["desk"]
WRONG = """
def add(self, other):
    if not isinstance(other, Value):
        other = Value(other)
    total = Value(self.data + other.data, (self, other), "sum")

    def send_back():
        self.grad = total.grad
        other.grad = total.grad

    total._backward = send_back
    return total
"""
RAISING = "def add(self, other):\n    raise ValueError({!r})\n"


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    settings = Config()
    settings.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=settings, ipython_dir=str(tmp_path_factory.mktemp("ipython")))
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def wrong(shell, course):
    """What is said of the wrong cell, and its result."""
    session = Session(course, lambda _: None, sandbox="process")
    magics.add(session, shell)
    said = Said(shell, f"%%exercise add\n{WRONG.lstrip()}")
    return said, session.results["add"]


class Said:
    """What running a cell gave."""

    def __init__(self, shell, code):
        from IPython.utils.capture import capture_output

        with capture_output() as captured:
            self.ok = shell.run_cell(code).success
        self.printed = captured.stdout + captured.stderr
        self.data = captured.outputs[-1].data if captured.outputs else {}

    @property
    def text(self):
        return self.data["text/plain"]

    @property
    def html(self):
        return self.data["text/html"]

    @property
    def shown(self):
        """What is to be read of the HTML."""
        without_style = re.sub("<style>.*?</style>", "", self.html, flags=re.DOTALL)
        return " ".join(re.sub("<[^>]*>", " ", without_style).split())


@pytest.fixture
def session(desk):
    return Session(desk, lambda _: None, sandbox="process")


@pytest.fixture
def run(shell, session):
    magics.add(session, shell)
    return lambda code: Said(shell, code)


def graded(run, source, line="add"):
    return run(f"%%exercise {line}\n{source.lstrip()}")


def right(course, name):
    """The model, as somebody would write it in a cell."""
    return beginning(course.solution(name))


def file_of(course, name):
    return (course.root / "exercises" / f"{name}.py").read_text("utf-8")


# Grading


def test_a_right_cell_has_full_marks(run, desk):
    said = graded(run, right(desk, "add"))
    assert said.ok
    assert said.text.startswith("add: passed, 10/10")
    assert "10 of 10" in said.shown
    assert "All 10 properties hold" in said.shown


def test_a_wrong_cell_is_no_error_of_the_notebook(wrong):
    assert wrong[0].ok


def test_a_wrong_cell_shows_program_table_graph_and_what_the_code_does(wrong):
    said, _ = wrong
    assert "b = a + a" in said.shown
    assert "a.grad 2 1 ◀ differs" in said.shown
    assert '<svg class="graph-picture' in said.html
    assert "self.grad self.grad = total.grad" in said.shown
    assert "self.grad is set." in said.shown
    assert "HINTS.md, “Accumulation”" in said.shown


def test_every_property_stands_in_html_and_in_text(wrong):
    said, result = wrong
    titles = [verdict.claim.title for verdict in result.verdicts]
    assert [title for title in titles if title not in said.text or title not in said.shown] == []


def test_what_is_open_in_html_is_what_the_text_tells_in_full(wrong):
    said, _ = wrong
    opened = re.search(r'<details class="property" open>.*?"claim">(.*?)</span>', said.html, re.DOTALL)
    assert f"\n\n{opened[1]}\n\n" in said.text


def test_text_says_what_the_terminal_says(wrong):
    said, result = wrong
    to = StringIO()
    report = Report("exercises", "", 0, "none", (result,), None, ())
    render(report, Console(file=to, width=1000), "exercises", "make grade EX={}")
    terminal = {line.strip() for line in to.getvalue().splitlines()}
    closer = said.text.split("\n\n", 2)[2].split("\n\nMend")[0]
    assert "differs" in closer
    assert "What your code does:" in closer
    assert [line for line in closer.splitlines() if line.strip() not in terminal] == []


def test_names_that_the_stub_imports_are_there(run, desk):
    assert graded(run, right(desk, "neuron"), "neuron").text.startswith("neuron: passed")


def test_a_cell_may_import_by_itself(run, desk):
    source = f"from .value import Value\n\n{right(desk, 'add')}"
    assert graded(run, source).text.startswith("add: passed")


def test_a_whole_file_may_stand_in_a_cell(run, desk):
    assert graded(run, desk.solution("add")).text.startswith("add: passed")


def test_the_stub_is_not_started(run, desk):
    said = graded(run, beginning(desk.stub("add")))
    assert said.text.startswith("add: not started, 0/10")
    assert "the cell is still the stub" in said.text
    assert "the cell is still the stub" in said.shown


def test_a_crash_is_placed_by_the_lines_that_the_notebook_shows(run):
    said = graded(run, "def add(self, other):\n    return self.nothing\n")
    assert "at the cell, line 3, in add" in said.text
    assert "the cell, line 3, in add" in said.shown


def test_open_todos_are_half_done(run):
    said = graded(run, 'def add(self, other):\n    x = 1\n    raise NotImplementedError("add: TODO 2")\n')
    assert said.text.startswith("add: half done")


def test_nothing_of_a_cell_runs_in_the_notebooks_process(run, shell, desk):
    graded(run, f"import builtins, sys\nbuiltins.was_here = sys.was_here = True\n{right(desk, 'add')}")
    assert not hasattr(sys, "was_here")
    assert "was_here" not in shell.user_ns
    assert "add" not in shell.user_ns


def test_one_setting_is_kept_for_a_seed(session):
    assert session.setting(4) is session.setting(4)
    assert session.setting(4).seed == 4


def test_a_seed_draws_other_cases(shell, desk):
    asked = []

    class Listening(Session):
        def grade(self, cell, seed):
            asked.append(seed)
            return super().grade(cell, 0)

    magics.add(Listening(desk, lambda _: None, sandbox="process"), shell)
    Said(shell, f"%%exercise add --seed 12\n{WRONG.lstrip()}")
    assert asked == [12]


def test_the_other_exercises_are_the_reference(run, desk):
    write(desk, "mul", "raise SystemExit")
    assert graded(run, right(desk, "neuron"), "neuron").text.startswith("neuron: passed")


# Saving


def test_nothing_is_saved_without_a_word(run, desk):
    graded(run, right(desk, "add"))
    assert file_of(desk, "add") == desk.stub("add")


def test_a_pass_is_saved_beneath_the_stubs_first_lines(run, desk):
    said = graded(run, right(desk, "add"), "add --save")
    assert "It is in exercises/add.py now." in said.text
    assert file_of(desk, "add") == desk.solution("add")


def test_what_does_not_pass_is_not_saved(run, desk):
    said = graded(run, WRONG, "add --save")
    assert "It does not pass, so it is not saved." in said.text
    assert file_of(desk, "add") == desk.stub("add")


def test_what_does_not_pass_is_saved_anyway_if_asked(run, desk):
    graded(run, WRONG, "add --save-anyway")
    assert file_of(desk, "add").endswith(WRONG.strip() + "\n")


def test_what_was_there_is_kept(run, desk):
    write(desk, "add", "# my first try\n")
    said = graded(run, right(desk, "add"), "add --save")
    kept = re.search(r"kept as (\S+\.py)\.", said.text)[1]
    assert (desk.root / kept).read_text() == "# my first try\n"


def test_saving_the_same_twice_keeps_no_copy(run, desk):
    graded(run, right(desk, "add"), "add --save")
    assert "says the same already" in graded(run, right(desk, "add"), "add --save").text
    assert not (desk.root / ".nanograd" / "backups").exists()


def test_nothing_is_written_through_a_link(run, desk, tmp_path):
    path = desk.root / "exercises" / "add.py"
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.py")
    said = graded(run, right(desk, "add"), "add --save")
    assert "is a link or a folder" in said.printed
    assert not (tmp_path / "elsewhere.py").exists()


@pytest.mark.parametrize("own", ["", "from .value import Value\n", "from .value import Number, Value\n"])
def test_what_is_saved_is_what_was_graded(desk, own):
    cell = cell_of("add", own + right(desk, "add"), desk.stub("add"))

    def parts(source):
        body = ast.parse(source).body
        start = isinstance(body[0], ast.Expr)
        # Only what is run by itself looks whether it is, and a worker does not run it so.
        return [ast.dump(node) for node in body[start:] if not isinstance(node, ast.If)]

    assert parts(cell.graded) == parts(cell.saved)


# Errors


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%%exercise rely\nx = 1", "there is no exercise 'rely'; choose from: add, mul"),
        ("%%exercise relu\n   \n", "the cell is empty; %exercise relu puts the stub"),
        (
            "%%exercise relu\n\ndef relu(self:\n",
            "line 3 of the cell: '(' was never closed; the line is: def relu(self:",
        ),
        ("%%exercise relu\nreturn 3\n", "line 2 of the cell: 'return' outside function"),
        ("%%exercise relu\nx = " + "(" * 5000 + ")" * 5000, "the cell"),
        ("%%exercise relu\nx = '\0'\n", "NUL byte"),
        ("%%exercise relu --sav\nx = 1", "ambiguous option"),
        ("%%exercise relu --seed one\nx = 1", "invalid int value"),
        ("%%exercise 'relu\nx = 1", "cannot read its line"),
        ("%%exercise\nx = 1", "required: name"),
        ("%exercise rely", "there is no exercise 'rely'"),
        ("%exercises all", "takes nothing more"),
        ("%hint rely", "there is no exercise 'rely'"),
        ("%hint relu --level 9", "there is no level 9"),
        ("%graph", "there is no expression"),
        ("%graph a=3", "there is no expression"),
        ("%graph __import__('os')", "what can be drawn is made of names"),
    ],
)
def test_an_error_is_one_sentence(run, code, said):
    got = run(code)
    assert not got.ok
    assert got.printed.startswith("UsageError: ")
    assert got.printed.strip().count("\n") == 0
    assert said in got.printed


def test_a_grader_without_a_course_says_so(tmp_path):
    shutil.copytree(
        ROOT / "grader", tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__", "misconceptions")
    )
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--quick", "-c", "%load_ext grader"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "IPYTHONDIR": str(tmp_path / "ipython"), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "UsageError: there is no course.toml here or above" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_importing_the_grader_imports_nothing_else():
    code = "import sys; before = {*sys.modules}; import grader; print({*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{'grader'}"


# Other magics


def test_exercise_alone_puts_the_stub_into_a_new_cell(run, shell, desk):
    run("%exercise relu")
    first, _, body = shell.rl_next_input.partition("\n")
    assert first == "%%exercise relu"
    assert body.startswith("def relu(self: Value) -> Value:")
    assert body in desk.stub("relu")


def test_exercises_are_listed_with_where_they_stand(run, desk):
    graded(run, right(desk, "add"))
    said = run("%exercises")
    assert re.search(r"^add +a \+ b +10 points +passed in this notebook$", said.text, re.MULTILINE)
    assert [name for name in desk.names if name not in said.shown] == []


def test_note_on_top_of_the_last_report_stands_above_the_list(run, desk):
    every = dict.fromkeys(desk.names, "passed")
    folder = desk.root / ".nanograd"
    folder.mkdir(exist_ok=True)
    remember(report(desk, **every, together="crashed"), desk, NOON, 0.5, ALONE)
    said = run("%exercises")
    assert said.text.startswith("Every exercise passes alone. Together, with all parts your own,")
    assert '<p class="on-top" role="note">Every exercise passes alone.' in said.data["text/html"]


def test_hints_go_up_level_by_level(run):
    assert [run("%hint relu").text.split("\n")[0] for _ in range(2)] == [
        "relu: level 1, the idea",
        "relu: level 2, the mathematics",
    ]


def test_the_first_hint_is_on_the_mistake_in_the_last_cell(run):
    graded(run, WRONG)
    said = run("%hint").data["text/markdown"]
    assert "A gradient is set instead of added to." in said
    assert "In self.grad, line 8, your code does this:\n\n    self.grad = total.grad\n" in said
    assert run("%hint").text.startswith("add: level 1")


def test_what_it_should_do_is_told_from_the_third_level_on(run):
    for _ in range(3):  # what the code does, then two levels
        said = graded(run, WRONG)
        assert "it should" not in said.shown + said.text
        assert "self.grad +=" not in said.html + said.text + run("%hint").data["text/markdown"]
    assert run("%hint").text.startswith("add: level 3")
    assert "it should" in graded(run, WRONG).shown
    assert "self.grad += total.grad" in graded(run, WRONG).text


def test_a_graph_shows_what_the_last_cell_computes(run):
    graded(run, WRONG)
    said = run("%graph a + a a=3")
    assert "Got: your add." in said.shown
    assert "expected 2, got 1" in said.html


# HTML


TAGS = {
    *(
        "bdi",
        "caption",
        "code",
        "desc",
        "details",
        "div",
        "g",
        "li",
        "p",
        "path",
        "pre",
        "rect",
        "span",
        "strong",
        "style",
    ),
    *("summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr", "ul"),
}


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.ids, self.pointed = set(), set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value for name, value in attrs if name == "id"]
        self.pointed += [value for name, value in attrs if name in ("aria-labelledby", "aria-describedby")]


def read(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@pytest.mark.parametrize(
    "text", [word for word in HOSTILE if "<" in word] + ["</style><script>", "\u202eabc\x1b[31m"]
)
def test_what_a_cell_says_is_escaped(run, text):
    said = graded(run, RAISING.format(text))
    got = read(said.html)
    assert got.tags == TAGS
    assert not {name for name in got.attributes if name.startswith("on") or name in ("href", "src", "style")}
    assert "\u202e" not in said.html + said.text
    assert "\x1b" not in said.html + said.text


def test_ids_of_two_outputs_differ(run, wrong):
    first, second = read(wrong[0].html), read(graded(run, f"{WRONG}\n# another").html)
    assert first.ids
    assert not {*first.ids} & {*second.ids}
    assert {*first.pointed} <= {*first.ids}


def test_the_same_cell_gives_the_same_output(run, wrong):
    assert graded(run, WRONG).data == wrong[0].data


def test_the_style_reaches_nothing_else(wrong):
    style = re.search("<style>(.*?)</style>", wrong[0].html, re.DOTALL)[1]
    style, depth, outermost = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL), 0, ""
    for letter in style:
        depth -= letter == "}"
        outermost += letter if depth == 0 and letter not in "{}" else "\n" if depth == 0 else ""
        depth += letter == "{"
    selectors = [line.strip() for line in re.split(r"[\n,]+", outermost) if line.strip()]
    assert SCOPE in selectors
    assert [one for one in selectors if not one.endswith(".nanograd-output")] == []


def test_nothing_is_fetched(wrong):
    html = wrong[0].html
    assert not re.search(r"https?://(?!www\.w3\.org)|url\(|@import|<script|<link|<img", html)
