"""Neuron, Layer and MLP are read: what is wrong is found, all of it, and nothing else is said."""

import random
from dataclasses import replace

import pytest

from grader.autograd.reading.findings import KINDS
from grader.autograd.reading.networks import read_exercise
from grader.examine.setting import parts
from grader.model import Numbers
from grader.sandbox.runner import Limits, Request, Runner
from tests.grader.autograd.reading.labels_networks import CATALOGUE, COMPOUNDS
from tests.grader.autograd.variants import DISGUISED, RIGHT, WRONG, catalogue
from tests.samples import WHOLE, some

IMPORTS = {
    "neuron": "import random\nfrom .module import Module\nfrom .value import Value\n",
    "layer": "from .module import Module\nfrom .neuron import Neuron\nfrom .value import Value\n",
    "mlp": "from .layer import Layer\nfrom .module import Module\nfrom .value import Value\n",
}


@pytest.fixture(scope="module")
def runner(setting):
    made = Runner(setting.cage, Limits(seconds=5.0), 200, setting.course.subject.worker)
    yield made
    made.close()


@pytest.fixture(scope="module")
def read(course, setting, runner):
    """Reads one exercise of these sources; answer: what becomes of an answer from the student's side."""

    def run(name, sources, answer=lambda got: got):
        exercise = next(part for part in course.exercises if part.name == name)
        student = replace(parts(course, sources, exercise), reading=course.subject.reading)
        with runner.attempt(student) as one, setting.reference(exercise).asking() as other:
            return read_exercise(
                exercise,
                sources[name],
                lambda questions: [answer(got) for got in one.observe(Request.of(questions))],
                other,
            )

    return run


@pytest.fixture(scope="module")
def found(read):
    """The names of what is found in a class with these lines, behind the imports that it needs."""
    return lambda name, body: read(name, {name: f"{IMPORTS[name]}\n\n{body}"})


def groups(label):
    """What must be found, each in one of several ways; and what may be said besides."""
    needed, _, besides = label.partition(";")
    return [group.strip().split("|") for group in needed.split(",")], besides.replace(",", " ").split()


def judged(findings, label):
    """What the label asks for and was not found; what was said that it does not allow."""
    needed, besides = groups(label)
    names = [finding.finding for finding in findings]
    missed = [group for group in needed if not set(group) & set(names)]
    return missed, [name for name in names if name not in {*besides, *(n for group in needed for n in group)}]


def each(folder):
    chosen = [variant for variant in catalogue(folder) if variant.exercise in CATALOGUE]
    return pytest.mark.parametrize("variant", some(chosen, 40), ids=str)


@each(WRONG)
def test_all_that_is_wrong_with_a_catalogued_network_is_found_and_nothing_else(variant, read):
    label = CATALOGUE[variant.exercise][variant.name]
    assert judged(read(variant.exercise, variant.sources), label) == ([], [])


@each(DISGUISED)
def test_a_disguise_changes_nothing(variant, read):
    label = CATALOGUE[variant.exercise][variant.name.partition("__")[0]]
    assert judged(read(variant.exercise, variant.sources), label) == ([], [])


@each(RIGHT)
def test_nothing_is_said_of_a_right_network(variant, read):
    assert read(variant.exercise, variant.sources) == ()


@pytest.mark.parametrize(
    ("name", "label", "body"),
    [(name, label, body) for name, _, label, body in COMPOUNDS],
    ids=[title for _, title, _, _ in COMPOUNDS],
)
def test_several_mistakes_at_once_are_found_each(name, label, body, found):
    assert judged(found(name, body), label) == ([], [])


def test_every_catalogued_network_has_a_label():
    there = {(variant.exercise, variant.name) for variant in catalogue(WRONG)}
    assert {(name, each) for name in CATALOGUE for each in CATALOGUE[name]} == {
        variant for variant in there if variant[0] in CATALOGUE
    }


NEURON = """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        {call}

    def parameters(self):
        return [*self.w, self.b]
"""


def test_a_formula_is_shown_beside_the_one_that_it_should_be(found):
    call = "out = sum(w * i for w, i in zip(self.w, x)); return out.relu() if self.nonlin else out"
    (finding,) = found("neuron", NEURON.format(call=call))
    assert finding.part == "Neuron(3)(x)"
    assert finding.does == "max(0, w[0] * x[0] + w[1] * x[1] + w[2] * x[2])"
    assert finding.should == "max(0, w[0] * x[0] + w[1] * x[1] + w[2] * x[2] + b)"


def test_two_ideas_about_one_formula_are_both_told(found):
    call = "out = sum(w * i for w, i in zip(self.w, x)); return out if self.nonlin else out.relu()"
    first, second = found("neuron", NEURON.format(call=call))
    assert first.explanation.endswith("There is no relu in it. The bias is not in it.")
    assert second.explanation.endswith("which this neuron should not use. The bias is not in it.")


def test_a_formula_that_holds_only_somewhere_says_where(found):
    call = (
        "out = sum((w * i for w, i in zip(self.w, x)), self.b); "
        "return out if not self.nonlin or out.data > 0 else out * 0.1"
    )
    (finding,) = found("neuron", NEURON.format(call=call))
    assert (finding.finding, finding.condition) == ("output", "the sum < 0")


def test_a_formula_that_does_not_predict_the_numbers_is_not_shown(found):
    call = (
        "out = sum((w * i for w, i in zip(self.w, x)), self.b); "
        "out = out * (2 + int(abs(out.data) * 1000) % 7); return out.relu() if self.nonlin else out"
    )
    (finding,) = found("neuron", NEURON.format(call=call))
    assert (finding.finding, finding.condition) == ("output", "at some numbers")
    assert "w[0]" not in finding.does


def test_no_explanation_holds_the_formula_that_is_asked_for(read):
    for variant in catalogue(WRONG):
        if variant.exercise == "neuron":
            for finding in read("neuron", variant.sources):
                assert "w[0] * x[0]" not in finding.explanation


def test_an_exception_has_the_line_that_raised_it(found):
    (finding,) = found("neuron", NEURON.format(call="return self.weights[0] * x[0]"))
    assert (finding.finding, finding.line) == ("raises", 14)
    assert finding.does.startswith("AttributeError: 'Neuron' object has no attribute 'weights'")


def test_a_way_through_the_layers_is_told_layer_by_layer(found):
    body = next(body for _, title, _, body in COMPOUNDS if title == "first_skipped_and_biases_unlisted")
    way = next(finding for finding in found("mlp", body) if finding.finding == "way")
    assert way.does == "layers[1](x) → returns layers[1]"
    assert way.should == "layers[0](x) → layers[1](layers[0]) → returns layers[1]"


@pytest.mark.parametrize("name", CATALOGUE)
def test_numbers_that_mean_nothing_give_no_finding(name, course, read):
    chance = random.Random(1)

    def noise(got):
        return Numbers(tuple(chance.uniform(-9, 99) for _ in got.values))

    assert read(name, {name: course.solution(name)}, noise) == ()


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("most", [1, 3, 12, 1000])
def test_numbers_that_lie_are_no_exception(name, most, course, read):
    chance = random.Random(most)

    def lies(got):
        kept = [x if chance.random() < 0.9 else chance.randint(-1, most) for x in got.values]
        return Numbers(tuple(kept))

    for _ in range(5 if WHOLE else 2):
        assert {one.finding for one in read(name, {name: course.solution(name)}, lies)} <= KINDS.keys()


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0, 0.0, 1.0, 1e300])
@pytest.mark.parametrize("name", CATALOGUE)
def test_the_same_number_everywhere_is_no_exception(name, odd, course, read):
    told = read(name, {name: course.solution(name)}, lambda got: Numbers((odd,) * len(got.values)))
    assert {one.finding for one in told} <= KINDS.keys()
