"""Engines in shapes of their own: what they say of themselves, what they are asked, what is said of them."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from grader.autograd.any_engine import finding
from grader.autograd.any_engine.cases import (
    CHECKUPS,
    broken,
    chosen,
    in_single,
    missing,
    needs,
    precise,
    smaller,
    varied,
)
from grader.autograd.any_engine.examining import grade_foreign
from grader.autograd.any_engine.modes import Found, Loadable, Mode
from grader.autograd.any_engine.shape import Module, Shape, found, own_names
from grader.autograd.any_engine.shape import shape_from_numbers as read_shape
from grader.autograd.as_python import source
from grader.autograd.oracle import Unfit, answer
from grader.autograd.program import (
    BACKWARD,
    OURS,
    Convention,
    Expression,
    Forward,
    Plain,
    Seed,
    Step,
    View,
    trace,
    unpack,
)
from grader.autograd.program import Shape as Sizes
from grader.commands.student import grade as command
from grader.course.properties import declared_in
from grader.errors import UsageError
from grader.examine.setting import outcome_key
from grader.model import Misfit, NotStarted, Numbers, Passed, Person
from grader.render.export import render
from grader.render.text import About
from grader.report.evidence import result_from_plain, result_to_plain
from grader.report.report import notes, schema, to_plain
from grader.report.scoring import absent, present
from grader.subject import pack
from grader.submission.submission import AnyShape, Submission
from tests.needs import numpy

SHAPES = Path(__file__).parent / "shapes"
KARPATHY = SHAPES / "karpathy"
MLP = Sizes("MLP", (2, 3, 1))
ABSENT = pytest.mark.xdist_group("any-engine-absent")


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# What a worker says of itself is believed as far as it is made of known words.


def described(**lines):
    data = "\n".join(f"{name.replace('__', '.')}={value}" for name, value in lines.items()).encode()
    return [float(byte) for byte in data] + [0.0] * 5


def test_description_becomes_a_shape():
    shape = read_shape(
        described(**{"class": "Scalar", "data": "val", "graph": "pairs", "resets": 1, "MLP__class": "Net"})
    )
    assert (shape.name, shape.data, shape.graph, shape.resets) == ("Scalar", "val", "pairs", True)
    assert shape.modules["MLP"].name == "Net"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("data", "x = __import__('os')"),
        ("class", "<script>"),
        ("graph", "anything"),
        ("backward", "rm -rf /"),
        ("refused", "../../etc a;b"),
    ],
)
def test_words_that_nobody_knows_are_dropped(line, value):
    shape = read_shape(described(**{line: value}))
    said = {"class": shape.name, "refused": " ".join(shape.refused)}
    assert not said.get(line, getattr(shape, line, ""))


def test_activation_that_is_none_is_taken_for_ours():
    shape = read_shape(described(MLP__class="MLP", MLP__activation="magic"))
    assert shape.modules["MLP"].activation == "relu"


@pytest.mark.parametrize("numbers", [[-1.0], [256.0], [float("nan")], [float("inf")], [255.0, 254.0]])
def test_description_that_is_no_text_is_refused(numbers):
    with pytest.raises(ValueError, match="no text"):
        read_shape(numbers)


def test_what_is_shown_of_files_cannot_steer_a_terminal():
    shape = read_shape(described(file="\x1b[2Jengine"))
    assert all(line.isprintable() for line in found(shape))


# Other ways of being right, as PyTorch has them.


def test_tanh_network_is_compared_with_tanh():
    import math

    program = Forward(Sizes("MLP", (1, 1)), (0.5, 0.25), ((1,),))
    out, dw, db, dx = answer(program, False, Convention("tanh", "tanh"))
    assert out == pytest.approx(math.tanh(0.75))
    assert (dw, dx) == pytest.approx((db, db / 2))


def test_backward_that_resets_forgets_the_first_graph():
    steps = (Step("*", (0, 1)), Step(BACKWARD, (2,)), Step("+", (0, Plain(1))), Step(BACKWARD, (3,)))
    program = Expression((2, 3), steps)
    a, b = answer(program, False, Convention(resets=True))[4:6]
    assert (a, b) == (1, 2)  # b is not in the second graph, so it keeps what it has
    assert answer(program)[4:6] == (4, 2)


def test_kink_of_the_last_layer_is_unfit():
    with pytest.raises(Unfit):
        answer(Forward(Sizes("MLP", (1, 1)), (1, 0), ((0,),)), False, Convention("relu", "relu"))


def test_numbers_are_small_where_an_activation_is_flat_for_large_ones():
    program = Forward(MLP, tuple(range(13)), ((8, 16),))
    assert smaller(program, Convention("relu", "linear")) is program
    small = smaller(program, Convention("tanh", "linear"))
    assert small.rows == ((1, 2),)
    assert max(small.parameters) < 2


def test_varied_bank_has_the_same_cases_with_other_answers(banks):
    properties, bank = banks("mlp")
    few = chosen(bank, properties, lambda place: place % 40 == 0)
    other = varied(few, properties, Convention("tanh", "tanh"))
    assert len(other.programs) > len(few.programs) / 2
    forwards = [place for place, packed in enumerate(other.programs) if packed[0] == "forward"]
    assert forwards
    for place in forwards:
        outputs = View(other.programs[place], other.answer(place)).data
        assert all(-1 <= out <= 1 for out in outputs)


def test_chosen_cases_keep_their_answers(banks):
    properties, bank = banks("add")
    few = chosen(bank, properties, lambda place: place % 7 == 0)
    places = [place for place in range(len(bank.programs)) if place % 7 == 0]
    assert sum(few.counts) == len(places)
    assert [few.answer(n) for n in range(len(places))] == [bank.answer(place) for place in places]
    assert [few.is_written(n) for n in range(len(places))] == [bank.is_written(p) for p in places]


# What is asked.


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ((Step("+", (0, 1)),), {"+"}),
        ((Step("+", (0, Plain(3))),), {"+", "+right"}),
        ((Step("-", (Plain(3), 0)),), {"-", "-left"}),
        ((Step("**", (0, Plain(2))),), {"**int"}),
        ((Step("**", (0, Plain(2.0))),), {"**float"}),
        ((Step("**", (0, Plain(-2))),), {"**negative"}),
        (
            (Step("relu", (0,)), Step(BACKWARD, (2,)), Step(BACKWARD, (2,))),
            {"relu", BACKWARD, "twice", "again"},
        ),
        (
            (Step("+", (0, 1)), Step(BACKWARD, (2,)), Step("+", (0, 1)), Step(BACKWARD, (3,))),
            {"+", BACKWARD, "twice", "shared"},
        ),
    ],
)
def test_program_needs_what_it_uses(steps, wanted):
    assert needs(pack(Expression((2, 3), steps))) == wanted


SHAPE = Shape(
    "Value", "engine", "data", "grad", "backward()", "closures", frozenset({"*left", "**float", "-"}),
    frozenset(), False, (), (), {"Neuron": Module("Neuron", "nn", flag=False)},
)  # fmt: skip


def test_beside_ours_an_operation_lacks_only_its_own():
    assert missing(SHAPE, "mul", beside=True, lenient=True) == {"*left", "Neuron.flag"}
    assert missing(SHAPE, "pow", beside=True, lenient=True) == {"**float", "Neuron.flag"}
    # Ours makes "-" of the code's own "+", and a program with it has to run among the code's own parts.
    assert missing(SHAPE, "add", beside=True, lenient=True) == {"-", "Neuron.flag"}
    assert {"*left", "**float", "-"} <= missing(SHAPE, "add", beside=False, lenient=True)


AFTER_FIVE = 5 + 2**-21  # no number of single precision lies between


def test_single_precision_counts_as_equal_and_no_more():
    prop = next(p for p in declared_in(Path("tests/properties/test_add.py").resolve()) if p.first)
    packed = pack(Expression((2, 3), (Step("+", (0, 1)),)))
    expected, near, far = (View(packed, (2.0, 3.0, x, 0.0, 0.0, 0.0)) for x in (5.0, AFTER_FIVE, 5.125))
    exact, single = precise(prop), in_single(prop)
    with pytest.raises(AssertionError):
        exact.holds(expected, near)
    single.holds(expected, near)
    with pytest.raises(AssertionError):
        single.holds(expected, far)


def test_what_is_computed_of_single_precision_and_whole_numbers_may_be_more_exact():
    prop = next(p for p in declared_in(Path("tests/properties/test_add.py").resolve()) if p.first)
    packed = pack(Expression((0.2, 3), (Step("+", (0, 1)),)))
    rounded = 0.20000000298023224  # 0.2, as single precision holds it
    got = View(packed, (rounded, 3.0, rounded + 3, 1.0, 1.0, 1.0))
    in_single(prop).holds(View(packed, (0.2, 3.0, 3.2, 1.0, 1.0, 1.0)), got)
    with pytest.raises(AssertionError):
        in_single(prop).holds(View(packed, (0.2, 3.0, 3.3, 1.0, 1.0, 1.0)), got)


def test_case_with_a_number_that_single_precision_does_not_hold_is_compared_to_nine_digits():
    prop = next(p for p in declared_in(Path("tests/properties/test_add.py").resolve()) if p.first)
    packed = pack(Expression((2, 3), (Step("+", (0, 1)),)))
    expected = View(packed, (2.0, 3.0, 5.0, 0.0, 0.0, 0.0))
    in_single(prop).holds(expected, View(packed, (2.0, 3.0, AFTER_FIVE, 0.0, 0.0, 0.0)))
    with pytest.raises(AssertionError):
        in_single(prop).holds(expected, View(packed, (2.0, 3.0, AFTER_FIVE, 1 / 3, 0.0, 0.0)))


LYING = replace(
    SHAPE,
    refused=frozenset({"+right", "+left", "*right", "*left", "**float", "**negative", "-", "/"}),
    resets=True,
    modules={
        name: Module(name, "nn", activation="tanh", last="tanh", flag=False, parameters=False)
        for name in ("Neuron", "Layer", "MLP")
    },
)


@pytest.mark.parametrize("graph", ["closures", ""])
@pytest.mark.parametrize("beside", [True, False])
def test_what_an_engine_says_of_itself_makes_nothing_easier_in_a_class(course, setting, banks, graph, beside):
    everything = frozenset(checkup.part for checkup in CHECKUPS)
    lied = Found(replace(LYING, graph=graph), everything, whole=False)
    for exercise in course.parts:
        properties, bank = banks(exercise.name)
        mode = Mode(setting, lied, exercise, properties, beside)
        assert mode.convention == OURS
        assert mode.every == replace(bank, subject=mode.every.subject)
        assert [prop.holds for prop in mode.properties] == [prop.holds for prop in properties]


def seen(wrong=()):
    """What the checkups observe where some parts are wrong."""
    for checkup in CHECKUPS:
        nodes = checkup.program.nodes
        values = [0.0] * checkup.program.length
        values[nodes - 1] = checkup.data
        if checkup.part not in wrong and checkup.by not in wrong:
            values[nodes : nodes + len(checkup.grads)] = checkup.grads
        yield Numbers(tuple(values))


def test_operation_that_is_wrong_by_itself_is_told_from_the_others():
    assert broken(list(seen())) == frozenset()
    assert broken(list(seen({"*"}))) == {"*"}
    assert broken(list(seen({"under", "*"}))) == {"*"}
    assert broken(list(seen({"twice"}))) == {"twice"}


def test_where_no_gradient_is_right_no_operation_is_blamed():
    operations = {checkup.part for checkup in CHECKUPS}
    assert not broken(list(seen(operations))) & {"+", "*", "**", "relu"}
    assert broken([Misfit("x")] * len(CHECKUPS)) >= {"+", "*"}  # but none gives a number here


def test_checkups_say_what_pytorch_says():
    for checkup in CHECKUPS:
        nodes = checkup.program.nodes
        numbers = answer(checkup.program)
        assert numbers[nodes - 1] == checkup.data
        assert numbers[nodes : nodes + len(checkup.grads)] == checkup.grads


# What right code of ours a worker may be sent, by the exercise that it solves.
RIGHT_MODULES = {"backward": "order", "neuron": "neuron", "layer": "layer"}
RIGHT_RULES = {"add": {"+", "-"}, "mul": {"*", "/"}, "pow": {"**", "/"}, "relu": {"relu"}}


def sent(beside, **how):
    given = Loadable({"engine": ""}, (), AnyShape(), beside, **how).head()["foreign"]
    return set(given["rules"]), dict(given["code"])


def test_nothing_is_sent_along_that_solves_what_is_examined(course):
    for exercise in course.exercises:
        rules, modules = sent(exercise.name)
        assert not rules & RIGHT_RULES.get(exercise.name, set()), exercise.name
        assert RIGHT_MODULES.get(exercise.name) not in modules, exercise.name


def test_a_right_part_is_sent_only_where_it_stands_in(course):
    stands_in = {"layer": {"neuron"}, "mlp": {"layer"}}
    for exercise in (*course.names, "extras"):
        _, modules = sent(exercise)
        assert {"neuron", "layer"} & set(modules) == stands_in.get(exercise, set())
        assert ("stand_ins" in modules) == (exercise in stands_in)


def test_among_all_of_its_own_parts_nothing_right_of_ours_is_sent():
    rules, modules = sent("")
    assert not rules
    assert not {"order", "siblings", "stand_ins", "neuron", "layer"} & set(modules)


def test_what_looks_at_an_engine_has_no_right_network():
    assert not {"stand_ins", "neuron", "layer"} & set(sent("neuron", describe=True)[1])


# What is said.


def test_counterexample_is_in_the_engine_s_own_words():
    shape = replace(SHAPE, name="Scalar", file="pack/engine", data="val", grad="g", backward="grads(value)")
    program = trace(lambda a: a + a, 2)
    assert source(program, "add", own_names(shape), printed=[1, 2]) == (
        "from pack.engine import Scalar as Value\n\na = Value(2)\nb = a + a\ngrads(b)\n"
        'print("b.data =", b.val)\nprint("a.grad =", a.g)\n'
    )


def test_own_words_reach_every_kind_of_program():
    modules = {"MLP": Module("Net", "pack/nn")}
    shape = replace(SHAPE, data="val", grad="g", backward="run()", file="pack/__init__", modules=modules)
    forward = Forward(Sizes("MLP", (1, 2)), (1, 2, 3, 4), ((5,), (6,)), joint=True, plain=False)
    text = source(forward, "mlp", own_names(shape))
    lines = text.splitlines()
    assert lines[:4] == ["import random", "", "from pack.nn import Net as MLP", "from pack import Value"]
    assert lines[4:8] == ["", "random.seed(0)", "m = MLP(1, [2])", "m.layers[0].neurons[0].w[0].val = 1"]
    assert lines[-1] == 'print("x2[0].grad =", x2[0].g)'
    assert "(out1[0] + out1[1] * 2 + (out2[0] + out2[1] * 2)).run()" in lines
    assert source(Seed(2), "backward", own_names(shape)).splitlines()[-1] == (
        'print("x.grad is no int =", int(type(x.g) is not int))'
    )


def test_counterexample_of_an_engine_runs_beside_it(lenient, tmp_path):
    shutil.copy(SHAPES / "chinese.py", tmp_path)
    report = grade_foreign(tmp_path / "chinese.py", lenient, only=["pow"])
    shown = next(v.outcome for v in report.results[0].verdicts if not isinstance(v.outcome, Passed))
    done = subprocess.run(
        [sys.executable, "-c", shown.counterexample.source],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    got = dict(shown.counterexample.got)
    assert done.stdout == f"b.data = {got['b.data']:.0f}, a.grad = {got['a.grad']}\n"


@pytest.fixture(scope="module")
def without_relu(lenient):
    """The report on an engine that has none."""
    return grade_foreign(SHAPES / "plain_tanh.py", lenient)


@ABSENT
def test_absent_is_counted_apart_from_wrong(without_relu):
    relu = next(r for r in without_relu.results if r.exercise.name == "relu")
    assert absent(relu)
    assert present(relu).most == 0
    plain = to_plain(without_relu)
    assert plain["exercises"][3]["absent"] is True
    assert plain["of_what_is_there"]["max_score"] < plain["max_score"] == 100


@ABSENT
def test_points_of_what_is_there_are_in_the_json_that_is_written(without_relu):
    there = json.loads(render(without_relu, About(Person("a"))))["of_what_is_there"]
    assert there == to_plain(without_relu)["of_what_is_there"]
    assert there["score"] == there["max_score"] > 0


@pytest.fixture
def no_numpy(monkeypatch):
    monkeypatch.setattr(finding, "package_here", lambda _: None)


def test_without_numpy_an_engine_that_computes_with_it_is_told_so(no_numpy, lenient):
    with pytest.raises(UsageError) as raised:
        grade_foreign(SHAPES / "float32_numpy.py", lenient)
    assert raised.value.what.endswith("this engine needs NumPy, which is not installed here")
    assert raised.value.next_step == "pip install numpy"


def test_without_numpy_an_engine_that_draws_with_it_alone_is_graded(no_numpy, lenient):
    report = grade_foreign(SHAPES / "lecture_notebook.py", lenient, only=["add"])
    assert isinstance(report.results[0].verdicts[0].outcome, Passed)


@numpy
def test_whether_numpy_is_there_is_part_of_what_outcomes_depend_on(course, monkeypatch):
    with_it, without = (
        Submission("a", {"engine": text}, {}, AnyShape()) for text in ("import numpy", "import math")
    )
    key = partial(outcome_key, course, exercise=course.exercises[0], of_exercise=b"")
    before = key(with_it), key(without)
    monkeypatch.setattr(finding, "package_here", lambda _: None)
    assert key(with_it) != before[0]
    assert key(without) == before[1]


ENGINE = (SHAPES / "karpathy/micrograd/engine.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "reflected", "claim"),
    [
        ("add", "__radd__", "plain_number_on_the_left"),
        ("mul", "__rmul__", "plain_number_on_either_side"),
    ],
)
def test_plain_number_on_the_left_is_not_asked_where_it_is_not_defined(
    name, reflected, claim, tmp_path, lenient
):
    engine = tmp_path / "engine.py"
    engine.write_text(ENGINE.replace(f"def {reflected}", "def unused"), "utf-8")
    (result,) = grade_foreign(engine, lenient, only=(name,)).results
    outcomes = {verdict.claim.name: verdict.outcome for verdict in result.verdicts}
    left_out = outcomes.pop(claim)
    assert isinstance(left_out, NotStarted)
    assert left_out.absent
    assert {type(outcome) for outcome in outcomes.values()} == {Passed}
    assert f"that takes an {reflected}" in " ".join(notes(result))


@ABSENT
def test_report_on_an_engine_meets_the_schema(lenient, without_relu):
    meets = jsonschema.Draft202012Validator(json.loads(schema()))
    some_wrong = grade_foreign(SHAPES / "old_python.py", lenient, only=["mul", "mlp"])
    for report in (without_relu, some_wrong, grade_foreign(SHAPES / "early_lecture.py", lenient)):
        plain = to_plain(report)
        assert plain["found"]
        assert list(meets.iter_errors(plain)) == []


def test_absence_and_notes_survive_the_store(course):
    exercise = course.exercises[0]
    claims = [prop.claim for prop in declared_in(course.properties(exercise.name))]
    outcome = {"status": "not_started", "reason": "no relu", "absent": True}
    plain = {"outcomes": {c.name: outcome for c in claims}, "findings": [], "notes": ["float32"]}
    result = result_from_plain(exercise, claims, plain)
    assert result.verdicts[0].outcome == NotStarted("no relu", absent=True)
    assert result_to_plain(result) == plain


def test_command_says_what_was_found_first(tmp_path):
    done = CliRunner().invoke(command, [str(KARPATHY), "--sandbox", "process", "--exercise", "add"])
    assert done.exit_code == 0
    first, second, *_ = done.output.splitlines()
    assert first == "Found:"
    assert second.strip() == "class Value in micrograd/engine.py (data, grad, backward())"


def test_map_must_be_a_pair_of_known_names(lenient):
    with pytest.raises(UsageError, match="nothing called 'colour'"):
        grade_foreign(KARPATHY, lenient, mapping={"colour": "red"})
    done = CliRunner().invoke(command, [str(KARPATHY), "--sandbox", "process", "--map", "data"])
    assert isinstance(done.exception, UsageError)


def test_engine_that_ends_the_process_is_told_so(lenient, tmp_path):
    source = (KARPATHY / "micrograd" / "engine.py").read_text()
    ending = source.replace("    def __add__", "    import os; os._exit(3)\n    def __add__", 1)
    with pytest.raises(UsageError, match="exit code 3"):
        grade_foreign(write(tmp_path / "engine.py", ending), lenient)


def test_unpacked_programs_are_what_was_packed(banks):
    # A bank of another way is made of the programs of ours.
    _, bank = banks("neuron")
    assert [pack(unpack(packed)) for packed in bank.programs[:50]] == bank.programs[:50]
