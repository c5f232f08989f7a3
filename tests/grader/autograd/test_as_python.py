"""Programs as Python: what a student pastes gives the numbers the report shows."""

import ast
import sys
from functools import partial
from types import ModuleType

import pytest

from grader.agreement import agree
from grader.autograd import alone
from grader.autograd.as_python import labels, source
from grader.autograd.oracle import Unfit, answer
from grader.autograd.program import Bare, Census, Chain, Forward, Fresh, Nudge, Seed, Shape, Training, trace
from grader.course.course import here
from tests.grader.autograd.test_strategies import DRAWN, EXPRESSIONS, NUDGES, PASSES, TRAININGS, drawn


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


def named(program, names):
    """What stands behind each label, evaluated as Python."""
    return [eval(label, names) for label in labels(program)]


def fit(name, most):
    """Some of what is drawn under a name, each with torch's answer."""
    for program in drawn(name)[:most]:
        try:
            yield program, answer(program)
        except Unfit:
            continue


def two_roots_and_zero(a, b):
    c = a * b
    c.backward()
    c.zero_all()
    (c - a).backward()
    (2 / b).backward()


@pytest.mark.parametrize("name", EXPRESSIONS | PASSES)
def test_pasted_program_gives_the_observed_numbers(name, pasted):
    for program, expected in fit(name, 25):
        assert agree(named(program, pasted(program)), expected), source(program, "together")


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
    ],
    ids=lambda program: program.tag,
)
def test_pasted_program_that_was_written_gives_the_observed_numbers(program, pasted):
    assert agree(named(program, pasted(program)), answer(program))


def test_pasted_zero_of_a_single_node_gives_the_observed_numbers(pasted):
    def zeroed(a):
        a.backward()
        a.zero_all()
        a.backward()

    program = trace(zeroed, 2)
    assert agree(named(program, pasted(program)), answer(program))


@pytest.mark.parametrize("name", NUDGES)
def test_pasted_nudges_print_the_observed_numbers(name, pasted, capsys):
    for program, expected in fit(name, 10):
        pasted(program)
        assert agree(ast.literal_eval(capsys.readouterr().out), expected)


@pytest.mark.parametrize("name", TRAININGS)
def test_pasted_training_prints_the_losses_and_leaves_the_parameters(name, pasted, capsys):
    for program, expected in fit(name, 8):
        names = pasted(program)
        losses = [float(line) for line in capsys.readouterr().out.splitlines()]
        parameters = [eval(label, names) for label in labels(program)[program.steps :]]
        assert agree(losses + parameters, expected)


@pytest.mark.parametrize("shape", [Shape("Neuron", (3,)), Shape("Layer", (2, 3)), Shape("MLP", (2, 3, 2))])
def test_pasted_census_prints_the_parameters_and_the_different_ones(shape, pasted, capsys):
    pasted(Census(shape))
    kept = ["True"] if shape.name == "MLP" else []
    assert capsys.readouterr().out.split() == [*[str(shape.parameters)] * 2, *kept]


@pytest.mark.parametrize("shape", [Shape("Neuron", (3,)), Shape("Layer", (2, 3)), Shape("MLP", (2, 3, 2))])
def test_pasted_fresh_module_prints_every_weight(shape, pasted, capsys):
    program = Fresh(shape, 2)
    pasted(program)
    assert len(set(capsys.readouterr().out.split())) == len(labels(program)) / 2


def test_pasted_module_of_one_output_prints_it_bare(pasted, capsys):
    pasted(Bare(Shape("Layer", (2, 1))))
    assert capsys.readouterr().out.startswith("Value(data=")


def test_pasted_seed_prints_the_type_of_the_gradient(pasted, capsys):
    pasted(Seed(3))
    assert capsys.readouterr().out == "<class 'float'>\n"


def test_listing_of_a_method_reads_like_this():
    lines = source(trace(lambda a: a.tanh() * 2, 0.5), "tanh").splitlines()
    assert lines[-4:] == ["a = Value(0.5)", "b = a.tanh()", "c = b * 2", "c.backward()"]


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
    )


def test_listing_of_a_chain_reads_like_this():
    assert source(Chain(100_000), "backward") == (
        "from grader.alone import engine\n"
        "\n"
        'Value = engine("backward").Value\n'
        "\n"
        "x = y = Value(1)\n"
        "for _ in range(100000):\n"
        "    y = y + x\n"
        "y.backward()\n"
    )


def test_listing_of_a_module_reads_like_this():
    program = Forward(Shape("Layer", (1, 2), nonlin=False), (2, 3, 4, 5), ((6,), (-7,)))
    assert source(program, "layer") == (
        "from grader.alone import engine\n"
        "\n"
        'parts = engine("layer")\n'
        "Layer = parts.Layer\n"
        "Value = parts.Value\n"
        "\n"
        "m = Layer(1, 2, nonlin=False)\n"
        "numbers = [\n"
        "    2, 3,\n"
        "    4, 5,\n"
        "]\n"
        "neurons = m.neurons\n"
        "for p, number in zip([p for n in neurons for p in (*n.w, n.b)], numbers):\n"
        "    p.data = number\n"
        "x1 = [Value(6)]\n"
        "out1 = m(x1)\n"
        "(out1[0] + out1[1] * 2).backward()\n"
        "x2 = [Value(-7)]\n"
        "out2 = m(x2)\n"
        "(out2[0] + out2[1] * 2).backward()\n"
    )


@pytest.mark.parametrize("exercise", ["neuron", "layer", "mlp"])
def test_listing_asks_for_the_exercise_under_examination(exercise, pasted):
    program = Forward(Shape("Neuron", (1,)), (2, 3), ((4,),))
    assert f'engine("{exercise}")' in source(program, exercise)
    assert agree(named(program, pasted(program, exercise)), answer(program))


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
        (Fresh(Shape("Neuron", (3,)), 2), "m = Neuron(3)"),
        (Bare(Shape("Layer", (2, 1), nonlin=False)), "m = Layer(2, 1, nonlin=False)"),
        (Nudge(Shape("Neuron", (1,)), (2, 3), (4,)), "x = [4]"),
        (Training(Shape("Neuron", (1,)), (2, 3), ((4,),), ((5,),), 0.01), "        p.data -= 0.01 * p.grad"),
    ],
    ids=lambda thing: getattr(thing, "tag", ""),
)
def test_listing_tells_what_is_done(program, told):
    assert told in source(program, "mlp").splitlines()
