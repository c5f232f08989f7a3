"""What runs in the untrusted child: its engine, its programs, and the little it can see."""

import importlib.util
import math
import os
import sys
from functools import partial
from types import CodeType

import pytest

from grader.autograd.program import (
    Bare,
    Census,
    Chain,
    Expression,
    Forward,
    Fresh,
    Nudge,
    Plain,
    Shape,
    Step,
    Training,
)
from grader.autograd.subject import SUBJECT
from grader.autograd.worker import _if_number, run
from grader.autograd.worker import assembled as assemble
from grader.examine.setting import parts
from grader.model import Passed
from grader.sandbox.cage import Process
from grader.sandbox.runner import Limits, Request, Runner
from grader.subject import pack
from grader.worker import wire
from grader.worker.child import FRAME_LIMIT, Missing, Parts, describe
from grader.worker.wire import TEXT_LIMIT, Misfit, a
from tests.grader.sandbox.asking import ask
from tests.grader.sandbox.unwalled import leave_out
from tests.needs import linux

SUM = Expression((2.0, 3.0), (Step("+", (0, 1)),))
NEURON = Shape("Neuron", (2,))
LAYER = Shape("Layer", (2, 3))
NETWORK = Shape("MLP", (2, 2, 1))


# engine


@pytest.fixture
def assembled(course):
    """Assembles an engine of parts in this process, and forgets it afterwards."""
    finders, modules, sent = sys.meta_path[:], dict(sys.modules), set()

    def forget():
        for name in [name for name in sys.modules if name in sent or name.partition(".")[0] == "exercises"]:
            del sys.modules[name]

    def run_it(needed, **given_parts):
        forget()
        sent.update(given_parts.keys() - modules.keys())
        sys.meta_path.insert(0, Parts(given_parts))
        exercises = {e.name: e for e in course.exercises}
        return assemble([(name, exercises[name].defines, exercises[name].attach) for name in needed])

    yield run_it
    forget()
    sys.meta_path[:] = finders
    sys.modules.update(modules)


@pytest.fixture
def engine(assembled, course):
    """The reference, whole."""
    return assembled(course.names, **course.reference)


VALUE = "class Value:\n    def __init__(self, data):\n        self.data, self.grad = data, 0.0\n"


def test_engine_has_value_with_its_operations_and_the_modules(engine):
    assert list(engine) == ["Value", "Neuron", "Layer", "MLP"]
    assert (engine["Value"](2.0) * 3 + 1).data == 7.0


def test_engine_has_only_what_is_needed(assembled, course):
    engine = assembled(["add"], **course.reference)
    assert list(engine) == ["Value"]
    assert not hasattr(engine["Value"], "__mul__")


def test_package_offers_the_engine_by_name(engine):
    assert sys.modules["exercises"].MLP is engine["MLP"]
    assert sys.modules["exercises"].Value is engine["Value"]


@pytest.mark.parametrize(
    "line",
    [
        "from .sums import plus",
        "from exercises.sums import plus",
        "from sums import plus",
        "from . import sums; plus = sums.plus",
        "import exercises.sums; plus = exercises.sums.plus",
    ],
)
def test_helper_module_is_found(line, assembled):
    sums = "from .value import Value\ndef plus(self, other): return Value(self.data + other.data)"
    sums = sums if "from sums" not in line else sums.replace(".value", "exercises.value")
    add = f"{line}\ndef add(self, other): return plus(self, other)"
    engine = assembled(["add"], value=VALUE, sums=sums, add=add)
    assert run(pack(SUM), engine) == [2.0, 3.0, 5.0, 0.0, 0.0, 0.0]


SAME = """
def add(self, other):
    import exercises.value, value
    from exercises import Value as by_package
    assert Value is value.Value is exercises.value.Value is by_package
    return Value(self.data + other.data)
"""


@pytest.mark.parametrize(
    "lines",
    [
        "from value import Value",
        "import value; Value = value.Value",
        "from exercises import Value",
        "from . import value; Value = value.Value",
        "try:\n    from .value import Value\nexcept ImportError:\n    from value import Value",
        "import os, sys\nsys.path.append(os.path.dirname(__file__))\nfrom value import Value",
    ],
)
def test_module_is_one_under_all_its_names(lines, assembled):
    engine = assembled(["add"], value=VALUE, add=lines + SAME)
    assert run(pack(SUM), engine) == [2.0, 3.0, 5.0, 0.0, 0.0, 0.0]


def test_modules_that_import_each_other_by_plain_names_are_loaded_once(assembled):
    here = "from there import loaded\nloaded.append('here')\n"
    there = "loaded = []\nimport here\n"
    add = "import there, here\nassert there.loaded == here.loaded == ['here']\ndef add(self, other): ..."
    assembled(["add"], value=VALUE, here=here, there=there, add=add)


def test_engine_of_plain_names_has_full_marks(examined, solutions):
    plain = {name: text.replace("from .", "from ") for name, text in solutions.items()}
    for name in ("add", "mlp", "together"):
        result = examined(name, plain)
        assert {type(verdict.outcome) for verdict in result.verdicts} == {Passed}


def test_unknown_module_is_not_found(assembled):
    with pytest.raises(ModuleNotFoundError, match=r"exercises\.sums"):
        assembled(["add"], value=VALUE, add="from .sums import plus")


def test_file_without_its_definition_is_missing_it(assembled):
    with pytest.raises(Missing, match=r"^add\.py defines no add$"):
        assembled(["add"], value=VALUE, add="def sum(self, other): ...")


def test_module_without_its_class_is_missing_it(assembled):
    with pytest.raises(Missing, match=r"^neuron\.py defines no Neuron$"):
        assembled(["neuron"], value=VALUE, neuron="class neuron: ...")


def test_syntax_error_names_the_students_file(assembled):
    with pytest.raises(SyntaxError) as caught:
        assembled(["add"], value=VALUE, add="\ndef add(:")
    assert (caught.value.filename, caught.value.lineno) == ("add.py", 2)


def test_source_is_compiled_without_the_graders_own_future(assembled):
    # With it annotations are strings, without it they are what they name.
    source = "def add(self, other: int): ...\nassert add.__annotations__ == {'other': int}"
    assert assembled(["add"], value=VALUE, add=source)


# running


@pytest.mark.parametrize(
    ("op", "operands", "result", "gradients"),
    [
        ("+", (0, 1), 8.0, (1.0, 1.0)),
        ("-", (0, 1), 4.0, (1.0, -1.0)),
        ("*", (0, 1), 12.0, (2.0, 6.0)),
        ("/", (0, 1), 3.0, (0.5, -1.5)),
        ("**", (0, Plain(2)), 36.0, (12.0, 0.0)),
        ("+", (Plain(1.0), 1), 3.0, (0.0, 1.0)),
        ("*", (0, 0), 36.0, (12.0, 0.0)),
        ("neg", (0,), -6.0, (-1.0, 0.0)),
        ("relu", (1,), 2.0, (0.0, 1.0)),
    ],
)
def test_operation_gives_its_data_and_gradients(op, operands, result, gradients, engine):
    program = Expression((6.0, 2.0), (Step(op, operands), Step("backward", (2,))))
    assert run(pack(program), engine) == [6.0, 2.0, result, *gradients, 1.0]


def test_gradients_add_up_until_they_are_set_to_zero(engine):
    twice = Expression((3.0,), (Step("*", (0, Plain(2))), Step("backward", (1,)), Step("backward", (1,))))
    again = Expression(twice.leaves, (*twice.steps, Step("zero"), Step("backward", (1,))))
    assert run(pack(twice), engine) == [3.0, 6.0, 4.0, 1.0]
    assert run(pack(again), engine) == [3.0, 6.0, 2.0, 1.0]


@pytest.mark.parametrize(
    ("program", "observed"),
    [
        (Chain(5), [6.0, 6.0]),
        (Forward(NEURON, (1.0, 2.0, 0.5), ((3.0, 4.0),)), [11.5, 3.0, 4.0, 1.0, 1.0, 2.0]),
        (Forward(NEURON, (1.0, 2.0, 0.5), ((3.0, 4.0),), plain=True), [11.5, 3.0, 4.0, 1.0]),
        (
            Forward(NEURON, (1.0, 2.0, 0.5), ((3.0, 4.0), (1.0, 1.0)), plain=True, joint=True),
            [11.5, 3.5, 4.0, 5.0, 2.0],
        ),
        (Census(NETWORK), [9, 9, 9, 9, True]),
        (Census(LAYER), [9, 9, 9, 9, True]),
        (Nudge(NEURON, (1.0, 2.0, 0.5), (3.0, 4.0)), [12.5, 14.5, 15.5]),
        (Bare(NEURON), [True]),
        (Bare(LAYER), [False]),
        (
            Training(Shape("Neuron", (1,), False), (0.0, 0.0), ((1.0,),), ((1.0,),), 0.25, 2),
            [1.0, 0.0, 0.5, 0.5],
        ),
    ],
    ids=lambda value: getattr(value, "tag", ""),
)
def test_program_observes_what_it_says(program, observed, engine):
    assert run(pack(program), engine) == observed
    assert len(observed) == program.length


def test_fresh_modules_show_their_weights_without_the_bias(engine):
    program = Fresh(LAYER, 2)
    assert len(run(pack(program), engine)) == program.length == 12


def replaced(engine, **attributes):
    """The engine with one class's attributes replaced: Neuron__w=… and the like."""
    for name, thing in attributes.items():
        owner, attribute = name.split("_", 1)
        setattr(engine[owner], attribute, thing)
    return engine


@pytest.mark.parametrize(
    ("attribute", "wrong", "program", "reason"),
    [
        ("Value___add__", lambda x, y: x.data + y.data, SUM, "a + b gave a float, expected a Value"),
        ("Value___add__", lambda x, y: None, SUM, "a + b gave None, expected a Value"),
        (
            "Value_relu",
            lambda x: [x],
            Expression((1.0,), (Step("relu", (0,)),)),
            "a.relu() gave a list, expected a Value",
        ),
        (
            "Value___neg__",
            lambda x: -1,
            Expression((1.0,), (Step("neg", (0,)),)),
            "-a gave an int, expected a Value",
        ),
        (
            "Neuron___call__",
            lambda n, x: 1.0,
            Forward(NEURON, (1.0, 1.0, 1.0), ((1.0, 1.0),)),
            "Neuron gave a float, expected a Value",
        ),
        (
            "Neuron___call__",
            lambda n, x: n.w,
            Forward(NEURON, (1.0, 1.0, 1.0), ((1.0, 1.0),)),
            "Neuron gave 2 outputs, expected 1",
        ),
        (
            "Layer___call__",
            lambda layer, x: [n(x) for n in layer.neurons[1:]],
            Forward(LAYER, (1.0,) * 9, ((1.0, 1.0),)),
            "Layer gave 2 outputs, expected 3",
        ),
        (
            "Neuron_parameters",
            lambda n: [1.0],
            Census(NEURON),
            "parameters() holds a float, expected Values only",
        ),
        (
            "Neuron_parameters",
            lambda n: n.w,
            Nudge(NEURON, (1.0, 1.0, 1.0), (1.0, 1.0)),
            "parameters() lists 2 Values, expected 3",
        ),
    ],
)
def test_wrong_form_is_named(attribute, wrong, program, reason, engine):
    with pytest.raises(Misfit) as caught:
        run(pack(program), replaced(engine, **{attribute: wrong}))
    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("attribute", "wrong", "shape", "reason"),
    [
        ("w", None, NEURON, "Neuron.w is None, expected a list"),
        ("w", "ab", NEURON, "Neuron.w is a str, expected a list"),
        ("w", [], NEURON, "Neuron.w has 0 items, expected 2"),
        ("w", [1.0, 2.0], NEURON, "a weight or bias is a float, expected a Value"),
        ("b", None, NEURON, "a weight or bias is None, expected a Value"),
        ("neurons", {}, LAYER, "Layer.neurons is a dict, expected a list"),
        ("neurons", (), LAYER, "Layer.neurons has 0 items, expected 3"),
        ("layers", iter(()), NETWORK, "MLP.layers is a tuple_iterator, expected a list"),
        ("layers", [], NETWORK, "MLP.layers has 0 items, expected 2"),
    ],
)
def test_wrong_attribute_of_a_module_is_named(attribute, wrong, shape, reason, engine):
    made = engine[shape.name].__init__

    def make(self, *args, **kwargs):
        made(self, *args, **kwargs)
        setattr(self, attribute, wrong)

    engine[shape.name].__init__ = make
    program = Forward(shape, (1.0,) * shape.parameters, ((1.0, 1.0),))
    with pytest.raises(Misfit) as caught:
        run(pack(program), engine)
    assert str(caught.value) == reason


def test_changed_list_of_sizes_is_counted(engine):
    made = engine["MLP"].__init__

    def make(self, nin, nouts):
        made(self, nin, nouts)
        nouts.append(1)

    engine["MLP"].__init__ = make
    assert run(pack(Census(NETWORK)), engine)[-1] is False


def test_what_the_code_raises_comes_through(engine):
    engine["Value"].__add__ = lambda x, y: 1 // 0
    with pytest.raises(ZeroDivisionError):
        run(pack(SUM), engine)


@pytest.mark.parametrize(
    ("thing", "words"), [(None, "None"), (1, "an int"), (1.0, "a float"), ([], "a list"), ({}, "a dict")]
)
def test_kind_of_a_thing_has_its_article(thing, words):
    assert a(thing) == words


# Exceptions in words


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return describe(caught)


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("no")


class Quits(Exception):
    def __str__(self):
        raise SystemExit


class Wordless(Exception):
    def __str__(self):
        return 3  # noqa: PLE0307 (that is the point)


@pytest.mark.parametrize("error", [Mute, Quits, Wordless])
def test_exception_that_cannot_be_shown_is_described_all_the_same(error):
    assert raised(error()).split("\n")[0] == f"{error.__name__}: an exception that cannot be shown"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("no good"), "ValueError: no good"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (SystemExit(3), "SystemExit: 3"),
        (ValueError("two\nlines\n\n  of it"), "ValueError: two lines of it"),
    ],
    ids=repr,
)
def test_exception_is_described_in_one_line(error, line):
    assert raised(error).split("\n")[0] == line


def test_of_an_exception_with_very_much_to_say_the_beginning_is_told():
    told = raised(ValueError("two\nwords " * 1_000_000))
    assert told.startswith("ValueError: two words two words")
    assert TEXT_LIMIT < len(told) < 20 * TEXT_LIMIT


def test_innermost_frames_are_named_last_and_not_all(assembled):
    add = "def deep(n):\n    return deep(n - 1) if n else [][0]\ndef add(self, other):\n    deep(100)"
    engine = assembled(["add"], value=VALUE, add=add)
    with pytest.raises(IndexError) as caught:
        run(pack(SUM), engine)
    _, *frames = describe(caught.value).split("\n")
    assert frames == ["add.py, line 2, in deep"] * FRAME_LIMIT


def test_syntax_error_is_described_by_its_place(assembled):
    with pytest.raises(SyntaxError) as caught:
        assembled(["add"], value=VALUE, add="\n\nreturn")
    assert describe(caught.value) == "SyntaxError: 'return' outside function\nadd.py, line 3"


# Parts


def test_reference_of_the_exercise_itself_is_never_a_part(course, solutions):
    for exercise in course.exercises:
        chosen = parts(course, solutions, exercise)
        assert chosen.modules[exercise.name] == solutions[exercise.name]
        compiled = [part for part in chosen.modules.values() if isinstance(part, CodeType)]
        assert f"{exercise.name}.py" not in {code.co_filename for code in compiled}


def test_siblings_and_given_files_are_reference_parts(course, solutions):
    for exercise in course.exercises:
        chosen = parts(course, solutions, exercise)
        for name in (*exercise.siblings, *course.given):
            assert chosen.modules[name] is course.reference[name]


def test_engine_needs_the_exercise_and_its_siblings_in_the_courses_order(course, solutions):
    for exercise in course.exercises:
        needed = [name for name, _, _ in parts(course, solutions, exercise).needed]
        assert sorted(needed) == sorted((exercise.name, *exercise.siblings))
        assert needed == [name for name in course.names if name in needed]


def test_last_mark_has_no_reference_of_any_exercise(course, solutions):
    chosen = parts(course, solutions, course.together)
    compiled = {name for name, part in chosen.modules.items() if isinstance(part, CodeType)}
    assert compiled == set(course.given)
    assert {name: chosen.modules[name] for name in course.names} == solutions
    assert tuple(name for name, _, _ in chosen.needed) == course.names


def test_helper_modules_are_parts_of_every_exercise(course, solutions):
    for exercise in course.parts:
        assert parts(course, {**solutions, "helper": "x = 1"}, exercise).modules["helper"] == "x = 1"


def test_students_copy_of_a_given_file_is_no_part(course, solutions):
    tampered = {**solutions, "value": "Value = float", "module": "Module = object"}
    for exercise in course.parts:
        chosen = parts(course, tampered, exercise)
        assert all(chosen.modules[name] is course.reference[name] for name in course.given)


def test_students_other_exercises_are_no_parts_of_this_one(course, solutions):
    (mul,) = (exercise for exercise in course.exercises if exercise.name == "mul")
    tampered = {**solutions, "add": "stolen = 1"}
    assert "stolen = 1" not in parts(course, tampered, mul).modules.values()


# What the process sees


@pytest.fixture
def told(course):
    """What an expression in the student's add.py is worth in the worker's process, as repr shows it."""
    return partial(ask, course, Process())


def test_worker_has_no_environment_of_ours(told, monkeypatch):
    monkeypatch.setenv("NANOGRAD_TOKEN", "secret")
    # Python itself sets LC_CTYPE where it finds no locale.
    assert told("{*os.environ} - {'LC_CTYPE'}") == "set()"


@linux
def test_worker_that_sees_proc_finds_no_environment_in_it(told, monkeypatch):
    leave_out(monkeypatch, "see_only", "close")
    monkeypatch.setenv("NANOGRAD_TOKEN", "secret")
    assert told("[open(f'/proc/{pid}/environ').read() for pid in ('self', os.getppid())]") == "['', '']"


def test_worker_works_in_an_empty_folder(told, monkeypatch):
    leave_out(monkeypatch, "see_only")
    assert told("os.listdir('.')") == "[]"


def test_worker_can_import_neither_project_nor_package(told, monkeypatch):
    ours = ("grader", "torch", "hypothesis", "pytest", "click", "_pytest", "setuptools")
    assert all(importlib.util.find_spec(name) for name in ours)
    names = (*ours, "numpy", "solutions", "tests", "course", "grader.autograd.oracle", "torch.autograd")
    found = "[name for name in {} if importlib.util.find_spec(name.partition('.')[0])]"
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    assert told(found.format(names)) == "[]"


@linux
def test_worker_has_no_descriptor_but_null_and_its_own_pipes(told):
    kinds = "sorted(os.readlink(f'/proc/self/fd/{fd}').partition(':')[0] for fd in open_now)"
    opened = "open_now = [fd for fd in range(256) if os.path.exists(f'/proc/self/fd/{fd}')]"
    assert told(kinds, opened) == repr(["/dev/null"] * 3 + ["pipe"] * 3)


def test_worker_reads_nothing_from_its_input(told):
    assert told("sys.stdin.read()") == "''"


@linux
def test_worker_that_makes_a_file_cannot_fill_it(told, monkeypatch):
    leave_out(monkeypatch, "see_only")
    assert told("os.write(os.open('file', os.O_CREAT | os.O_WRONLY), b'x')").startswith("OSError: [Errno 27]")


@linux
def test_worker_has_the_memory_it_was_given(told, monkeypatch):
    leave_out(monkeypatch, "close")  # which refuses to tell
    most = Limits().memory
    assert told("resource.getrlimit(resource.RLIMIT_AS)") == repr((most, most))


@pytest.mark.parametrize("name", ["random", "json", "colorsys", "os"])
def test_submissions_module_never_stands_in_for_a_standard_one(name, told):
    assert told(f"hasattr({name}, 'planted')", f"import {name}", **{name: "planted = 1"}) == "False"


def test_submissions_module_with_a_standard_name_is_found_in_the_package(told):
    assert told("random.planted", "from exercises import random", random="planted = 1") == "1"


@pytest.mark.parametrize(
    "line", ["from .helper import x", "from exercises.helper import x", "from helper import x"]
)
def test_helper_module_is_found_in_the_worker(line, told):
    assert told("x", line, helper="x = 6 * 7") == "42"


def test_helper_module_may_have_the_name_of_our_package(told):
    assert told("x", "from worker import x", worker="x = 6 * 7") == "42"


def test_worker_has_no_reference_of_the_exercise_under_test(told):
    compiled = "sorted(name for name, part in sys.meta_path[-1].parts.items() if not isinstance(part, str))"
    assert "'add'" not in told(compiled)
    assert "'mul'" in told(compiled)


def test_random_numbers_are_the_same_wherever_a_program_stands(course):
    neuron = next(e for e in course.exercises if e.name == "neuron")
    runner = Runner(Process(), Limits(), 1, SUBJECT.worker)
    chosen = parts(course, {"neuron": course.solution("neuron")}, neuron)
    with runner.attempt(chosen) as attempt:
        first, other, again = attempt.observe(
            Request.of([Fresh(NEURON, 1), Fresh(NEURON, 2), Fresh(NEURON, 1)])
        )
    runner.close()
    assert first == again
    assert other.values[:2] == first.values


def test_number_that_cannot_be_packed_only_once_is_taken_for_the_first():
    assert wire._first_unpackable([1.0, 2.0]) == 0


def test_gradient_that_is_too_large_between_root_and_leaves_is_nan():
    assert math.isnan(_if_number(10**400))
