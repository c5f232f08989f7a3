"""Programs as Python: what a student pastes gives the numbers the report shows."""

import ast
import sys
from functools import partial
from types import ModuleType

import pytest

from grader import alone
from grader.agreement import agree
from grader.autograd.as_python import labels, source
from grader.autograd.oracle import Unfit, answer
from grader.autograd.program import Bare, Census, Chain, Forward, Fresh, Nudge, Seed, Shape, Training, trace
from grader.course.course import here
from tests.grader.autograd.test_strategies import DRAWN, EXPRESSIONS, NUDGES, PASSES, TRAININGS, drawn
from tests.prompts import refused
from tests.samples import some


@pytest.fixture(scope="module")
def pasted():
    """Runs a listing with the solutions for a student's files; returns the names it leaves behind."""
    stand_in = ModuleType("grader.alone")
    stand_in.engine = partial(alone.engine, folder=here().root / "solutions")

    def run(program, exercise="together"):
        names = {}
        exec(compile(source(program, exercise), "pasted.py", "exec"), names)
        return names

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "grader.alone", stand_in)
        yield run


def printed(text):
    """The numbers that a listing has printed, by label."""
    pairs = [pair.partition(" = ") for line in text.splitlines() for pair in line.split(", ")]
    # NumPy's own numbers say what they are.
    return {label: float(number.removeprefix("np.float64(").rstrip(")")) for label, _, number in pairs}


def numbers(text, program):
    """What a listing has printed of all that its program observes, in order."""
    found = printed(text)
    return [found[label] for label in labels(program)]


def fit(name, most):
    """Some of what is drawn under a name, each with torch's answer."""
    for program in drawn(name)[:most]:
        try:
            yield program, answer(program)
        except Unfit:
            continue


def zeroed(a):
    a.backward()
    a.zero_all()
    a.backward()


def two_roots_and_zero(a, b):
    c = a * b
    c.backward()
    c.zero_all()
    (c - a).backward()
    (2 / b).backward()


@pytest.mark.parametrize("name", EXPRESSIONS | PASSES | NUDGES | TRAININGS)
def test_pasted_program_prints_the_observed_numbers(name, pasted, capsys):
    for program, expected in some([*fit(name, 25 if name in EXPRESSIONS | PASSES else 8)], 6):
        pasted(program)
        assert agree(numbers(capsys.readouterr().out, program), expected), source(program, "together")


@pytest.mark.parametrize(
    "program",
    [
        Chain(1),
        Chain(50),
        trace(lambda a: a, 3),
        trace(two_roots_and_zero, 2, 3),
        trace(lambda a: sum([a] * 60, start=a), 2),
        trace(lambda a: (-2 - a) * -3 / (a - -1) + (-a) ** -2, 5),
        Forward(Shape("MLP", (2, 3, 2)), tuple(range(1, 18)), ((1, 2), (-3, 4)), joint=True),
        Forward(Shape("MLP", (2, 2, 1)), tuple(range(1, 10)), ((1, 2), (3, 4)), plain=True),
        trace(zeroed, 2),
        Census(Shape("Neuron", (3,))),
        Census(Shape("Layer", (2, 3))),
        Census(Shape("MLP", (2, 3, 2))),
        Bare(Shape("Layer", (2, 1))),
        Seed(3),
    ],
    ids=lambda program: program.tag,
)
def test_pasted_program_that_was_written_prints_the_observed_numbers(program, pasted, capsys):
    pasted(program)
    assert agree(numbers(capsys.readouterr().out, program), answer(program))


@pytest.mark.parametrize("shape", [Shape("Neuron", (3,)), Shape("Layer", (2, 3)), Shape("MLP", (2, 3, 2))])
def test_pasted_fresh_modules_print_every_weight(shape, pasted, capsys):
    program = Fresh(shape, 2)
    pasted(program)
    assert len(set(numbers(capsys.readouterr().out, program))) == program.length


def test_only_what_is_worth_showing_is_printed():
    program = trace(lambda a, b: a * b, 2, 3)
    shown = source(program, "mul", printed=[2, 3]).splitlines()
    assert shown[-2:] == ["c.backward()", 'print(f"{c.data = }, {a.grad = }")']


def test_listing_of_a_method_reads_like_this():
    lines = source(trace(lambda a: a.tanh() * 2, 0.5), "tanh").splitlines()
    assert lines[-5:-1] == ["a = Value(0.5)", "b = a.tanh()", "c = b * 2", "c.backward()"]


def test_listing_of_an_expression_reads_like_this():
    assert source(trace(lambda a, b: (a + 2).relu() ** 0.5 * -b, 2, -3.0), "add") == (
        "from grader.alone import engine\n"
        "\n"
        'Value = engine("add").Value\n'
        "\n"
        "a = Value(2)\n"
        "b = Value(-3.0)\n"
        "c = a + 2\n"
        "d = c.relu()\n"
        "e = d ** 0.5\n"
        "f = -b\n"
        "g = e * f\n"
        "g.backward()\n"
        'print(f"{a.data = }, {b.data = }, {c.data = }, {d.data = }, {e.data = }, {f.data = }")\n'
        'print(f"{g.data = }, {a.grad = }, {b.grad = }, {c.grad = }, {d.grad = }, {e.grad = }")\n'
        'print(f"{f.grad = }, {g.grad = }")\n'
    )


def test_listing_of_a_chain_reads_like_this():
    assert source(Chain(100_000), "backward") == (
        "from grader.alone import engine\n"
        "\n"
        'Value = engine("backward").Value\n'
        "\n"
        "x = y = Value(1.0)\n"
        "for _ in range(100000):\n"
        "    y = y + x\n"
        "\n"
        "y.backward()\n"
        'print(f"{y.data = }, {x.grad = }")\n'
    )


def test_listing_of_a_module_reads_like_this():
    program = Forward(Shape("Layer", (1, 2), nonlin=False), (2, 3, 4, 5), ((6,), (-7,)))
    assert source(program, "layer", printed=[0, 1]) == (
        "from grader.alone import engine\n"
        "\n"
        'parts = engine("layer")\n'
        "Layer = parts.Layer\n"
        "Value = parts.Value\n"
        "\n"
        "m = Layer(1, 2, nonlin=False)\n"
        "m.neurons[0].w[0].data = 2\n"
        "m.neurons[0].b.data = 3\n"
        "m.neurons[1].w[0].data = 4\n"
        "m.neurons[1].b.data = 5\n"
        "x1 = [Value(6)]\n"
        "out1 = m(x1)\n"
        "(out1[0] + out1[1] * 2).backward()\n"
        "x2 = [Value(-7)]\n"
        "out2 = m(x2)\n"
        "(out2[0] + out2[1] * 2).backward()\n"
        'print(f"{out1[0].data = }, {out1[1].data = }")\n'
    )


@pytest.mark.parametrize("exercise", ["neuron", "layer", "mlp"])
def test_listing_asks_for_the_exercise_under_examination(exercise, pasted, capsys):
    program = Forward(Shape("Neuron", (1,)), (2, 3), ((4,),))
    assert source(program, exercise).splitlines()[2] == f'parts = engine("{exercise}")'
    pasted(program, exercise)
    assert agree(numbers(capsys.readouterr().out, program), answer(program))


def test_neurons_of_a_large_network_are_a_line_each():
    program = Forward(Shape("MLP", (2, 3, 1)), tuple(range(2, 15)), ((5, 6),))
    assert source(program, "mlp").splitlines()[7:9] == [
        "n = m.layers[0].neurons[0]",
        "n.w[0].data, n.w[1].data, n.b.data = 2, 3, 4",
    ]


@pytest.mark.parametrize("name", DRAWN)
def test_every_listing_is_taken_by_a_plain_prompt(name):
    for program in drawn(name):
        assert not refused(text := source(program, "mlp")), text


@pytest.mark.parametrize("name", DRAWN)
def test_every_listing_is_python(name):
    for program in drawn(name):
        first, second, *more = ast.parse(source(program, "mlp")).body
        assert isinstance(first, ast.ImportFrom)
        assert isinstance(second, ast.Assign)
        assert more


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_no_line_of_an_expression_is_wider_than_100_columns(name):
    for program in drawn(name):
        assert max(map(len, source(program, "backward").splitlines())) <= 100


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (Census(Shape("MLP", (2, 3, 1))), "m = MLP(2, sizes)"),
        (Fresh(Shape("Neuron", (3,)), 2), "m1 = Neuron(3)"),
        (Bare(Shape("Layer", (2, 1), nonlin=False)), "m = Layer(2, 1, nonlin=False)"),
        (Nudge(Shape("Neuron", (1,)), (2, 3), (4,)), "    out = m([4])"),
        (Training(Shape("Neuron", (1,)), (2, 3), ((4,),), ((5,),), 0.01), "        p.data -= 0.01 * p.grad"),
    ],
    ids=lambda thing: getattr(thing, "tag", ""),
)
def test_listing_tells_what_is_done(program, told):
    assert told in source(program, "mlp").splitlines()
