"""Reads a neuron's output: as a formula of its weights, its bias and its inputs.

Plain numbers decide whether anything is wrong. Only then is the call looked at with symbols, for the formula;
and that is dropped where it does not predict the numbers at points that it was not read from.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from grader.autograd.reading import fit, modules, normal
from grader.autograd.reading.calls import Call
from grader.autograd.reading.fit import Comparison, Fitted, Sample, close, follows
from grader.autograd.reading.modules import At, Called, Net
from grader.autograd.reading.normal import Formula
from grader.autograd.reading.records import Question

HELD_BACK = 3  # of the points, which formulas have to predict
MEASURED = 3  # of the points, where slopes are measured


def neuron_points(weights: int) -> list[At]:
    """Sums of both signs, from products and biases of both signs; the bias comes behind the weights."""
    made = []
    for w, b, x in (
        ((0.7312, -1.1173, 0.5231), 0.3171, (1.9134, 0.8772, 2.3391)),
        ((0.7313, -1.1174, 0.5232), -0.3172, (1.9135, -0.8773, 2.3392)),
        ((0.7314, 1.1175, -0.5233), 0.3173, (-1.9136, -0.8774, 2.3393)),
        ((0.7315, 1.1176, 0.5234), -6.3174, (1.9137, 0.8775, 2.3394)),
        ((-0.7316, -1.1177, -0.5235), 6.3175, (1.9138, 0.8776, 2.3395)),
        ((1.7317, 0.1178, -1.5236), 1.3176, (0.9139, -2.8777, -0.3396)),
        ((-0.7318, -1.1179, -0.5237), -0.3177, (1.9131, 0.8778, 2.3397)),
        ((0.9319, 1.3178, -0.4238), 0.5178, (0.7132, -0.6779, 1.3398)),
    ):
        more = [0.4127 + 0.3019 * k for k in range(max(0, weights - len(w)))]
        made.append(At((*w[:weights], *more, b), x))
    return made


def first(net: Net) -> list[Question]:
    """What is asked of a neuron with as many weights as it should have."""
    points = [at.of(net) for at in neuron_points(net.sizes[0])]
    return [modules.calling(net, "slopes" if i < MEASURED else "", at) for i, at in enumerate(points)]


class Output(Call):
    """A neuron's output as a formula of its weights, its bias and its inputs."""

    def read(self) -> None:
        if not self.module.weights or self.module.count != len(self.module.weights):
            return
        points = [at.of(self.net) for at in neuron_points(self.module.count)]
        calls = self.believed(
            [*self.called("slopes", points[:MEASURED]), *self.called("", points[MEASURED:])]
        )
        wanted = self._wanted()
        sent = {len(call.gradients) for call in calls} - {0}
        if not calls or wanted is None or sent - {len(self.module.slots) + self.net.sizes[0]}:
            return
        self.changes(calls)
        if self.strange(calls):
            return
        redrawn = "weights" in calls[0].changes
        if not redrawn:
            self._output(points, calls, wanted)
            self.cut_off(calls)
        self.again(calls[0], points[0])
        self.plain(calls[0], points[0])

    def _wanted(self) -> Formula | None:
        """The reference's formula, with the weights that are there."""
        at = neuron_points(self.net.sizes[0])[0].of(self.net)
        calls = self.referred("symbolic", [at])
        formula = calls[0].outs[0].formula if calls and calls[0].outs else None
        if formula is None or self.wanted.bias is None:
            return None
        weights = self.names[: self.module.count]
        for place, slot in enumerate(self.wanted.weights):
            here = normal.name(weights[place]) if place < len(weights) else normal.ZERO
            formula = normal.substitute(formula, slot.path, here)
        return normal.substitute(formula, self.wanted.bias.path, normal.name(self.names[self.module.count]))

    def _output(self, points: Sequence[At], calls: Sequence[Called], wanted: Formula) -> None:
        samples = []
        for at, call in zip(points, calls, strict=True):
            env = self._named(at)
            right = follows(wanted, env, call.outs[0].number)
            samples.append(Sample(env, call.outs[0].number, right, wanted, None))
        if all(sample.right for sample in samples):
            return
        kept = points[:-HELD_BACK]
        for place, seen in enumerate(self.called("symbolic", kept)):
            if isinstance(seen, Called) and seen.outs and close(seen.outs[0].number, samples[place].got):
                sample = samples[place]
                samples[place] = Sample(sample.at, sample.got, sample.right, wanted, seen.outs[0].formula)
        total = inside_relu(wanted) or wanted
        known = [Comparison(sign, total, normal.ZERO) for sign in ("<", ">")]
        found, left = fit.fit(samples[:-HELD_BACK], known)
        should = normal.text(wanted, self._order())
        if left or not found or not all(_predicted(found, wanted, sample) for sample in samples[-HELD_BACK:]):
            wrong = next(sample for sample in samples if not sample.right)
            does = f"{wrong.got:.5g} instead of {normal.value(wanted, wrong.at):.5g}"
            self.inquiry.say("output", self.part, does, should, "at some numbers", idea="")
            return
        for each in found:
            where = fit.text(each.where, self._order()).replace(normal.text(total, self._order()), "the sum")
            does = normal.text(each.formula, self._order())
            idea = ideas(each.formula, wanted)
            key = (idea, where)
            if key not in self.inquiry.told:
                self.inquiry.told.add(key)
                self.inquiry.findings.add("output", self.part, does, should, where, idea=idea)

    def _named(self, at: At) -> dict[str, float]:
        env = dict(zip(self.names, at.table, strict=False)) | {f"x[{i}]": x for i, x in enumerate(at.x)}
        # One Value in several places holds the first of its numbers.
        return env | {name: at.table[self.names.index(name)] for name in self.names[: len(at.table)]}

    def _order(self) -> dict[str, str]:
        """The order in which a sum is written: each weight with its input, then the bias."""
        paths = [w.path for w in self.module.weights]
        ordered = [name for i, path in enumerate(paths) for name in (path, f"x[{i}]")]
        return {name: name for name in [*ordered, "b", *(f"x[{i}]" for i in range(self.net.sizes[0]))]}


def _predicted(found: Sequence[Fitted], wanted: Formula, sample: Sample) -> bool:
    for each in found:
        if each.where is None or all(part.at(sample.at) for part in each.where):
            if follows(each.formula, sample.at, sample.got):
                return True
            if each.where is not None:
                return False
    return follows(wanted, sample.at, sample.got)


def inside_relu(formula: Formula) -> Formula | None:
    """What stands in the relu that a formula is, None where it is no relu."""
    if len(formula) != 1 or formula[0][1] != 1 or len(formula[0][0]) != 1:
        return None
    atom, exponent = formula[0][0][0]
    is_relu = isinstance(atom, tuple) and atom[0] == "relu" and exponent == normal.ONE
    return atom[1] if is_relu else None


def ideas(formula: Formula, wanted: Formula) -> str:
    """What a wrong formula of a neuron looks like, as far as that is known, each in a sentence."""
    got, want = inside_relu(formula), inside_relu(wanted)
    said: list[str] = []
    if got is None and want is not None and "relu" not in normal.functions(formula):
        said.append("There is no relu in it.")
    if got is not None and want is None:
        said.append("It goes through relu, which this neuron should not use.")
    one, two = got if got is not None else formula, want if want is not None else wanted
    functions = normal.functions(one)
    if functions == {"relu"}:
        said += _misplaced(one, two)
    elif not functions:
        said += _of_sums(dict(one), dict(two))
    return "".join(f" {sentence}" for sentence in said if sentence)


BIAS = (("b", normal.ONE),)


def _misplaced(formula: Formula, wanted: Formula) -> list[str]:
    """Where relu stands in a formula that is no relu of a sum."""
    bias, products = ((BIAS, 1),), tuple(term for term in wanted if term[0] != BIAS)
    each = [normal.function("relu", (product,)) for product in products]
    if formula in (_sum([*each, bias]), _sum(each)):
        return ["Each product goes through relu on its own, and the sum no more."]
    if formula == normal.add(normal.function("relu", products), bias):
        return ["The bias is added after relu, and no longer decides where the neuron begins to answer."]
    return []


def _sum(formulas: Sequence[Formula]) -> Formula:
    return functools.reduce(normal.add, formulas, normal.ZERO)


def _of_sums(got: dict[normal.Product, float], want: dict[normal.Product, float]) -> list[str]:
    """How one sum of products differs from the one that is wanted."""
    if got == want:
        return []
    factors = {round(got.get(p, 0) / c, 9) for p, c in want.items()}
    if set(got) == set(want) and len(factors) == 1:
        return [f"All of the sum counts {normal.figure(*factors)} times."]
    bias, products = got.get(BIAS, 0), {p: c for p, c in got.items() if p != BIAS}
    wanted = {p: c for p, c in want.items() if p != BIAS}
    if products and all(BIAS[0] in p for p in products):
        return ["The bias multiplies the sum, where it should shift it."]
    times: dict[float, str] = {
        0: "The bias is not in it.",
        -1: "The bias is subtracted.",
        len(wanted): "The bias is in it once for every input.",
        1: "",
    }
    said = [times.get(bias, f"The bias is in it {normal.figure(bias)} times.")]
    if products == wanted:
        return said
    factors = {round(products.get(p, 0) / c, 9) for p, c in wanted.items()}
    if set(products) == set(wanted) and len(factors) == 1:
        (factor,) = factors
        mean = abs(factor * len(wanted) - 1) < 1e-6
        other = f"The products count {normal.figure(factor)} times."
        said.append("It is the mean of the products, not their sum." if mean else other)
    elif not products:
        said.append("None of the products is in it.")
    elif set(products) < set(wanted):
        idea = "a return inside of the loop would do that, or each round replacing the one before."
        said.append(f"Only some of the products are in it: {idea}")
    elif set(products) > set(wanted):
        said.append("Weights meet inputs that are not theirs.")
    elif all(len(p) == 1 for p in products):
        said.append("Weights and inputs are added where they should be multiplied.")
    return said
