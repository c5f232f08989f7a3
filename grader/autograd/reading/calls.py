"""Reads what calls compute: of any network, a neuron's output, and the way through a layer or an MLP.

Plain numbers decide whether anything is wrong. Only then is a call looked at with symbols, for its formula;
and that is dropped where it does not predict the numbers at points that it was not read from.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from dataclasses import replace
from math import isnan

from grader.autograd.reading import algebra, modules
from grader.autograd.reading.algebra import Comparison, Fitted, Formula, Sample, close, follows
from grader.autograd.reading.findings import Findings
from grader.autograd.reading.modules import At, Called, Logged, Net, Part, Slot, alike, named, same
from grader.autograd.reading.naming import COURSES
from grader.autograd.reading.records import Ask, Question
from grader.autograd.reading.worker.record import PARAMETERS
from grader.model import Exercise, Observation, Raised

GOLDEN = 0.6180339887498949
TOLERANCE = 1e-3  # of slopes, which are measured


def numbers(start: int, count: int) -> tuple[float, ...]:
    """Odd numbers from -1.6 to 1.6, none of them near 0."""
    spread = [(start + k) * GOLDEN % 1 * 2 - 1 for k in range(count)]
    return tuple(x + (0.6 if x > 0 else -0.6) for x in spread)


POINTS = [At(numbers(start, PARAMETERS), numbers(start + 77, 6)) for start in (1, 6)]


class Once:
    """Asks each question once."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[Question, Observation] = {}

    def __call__(self, questions: Sequence[Question]) -> list[Observation]:
        new = [question for question in questions if question not in self._known]
        if new:
            self._known |= zip(new, self._ask(new), strict=True)
        return [self._known[question] for question in questions]


class Inquiry:
    """One class under reading: whom to ask, and what has been said."""

    def __init__(self, exercise: Exercise, source: str, ask: Ask, reference: Ask) -> None:
        self.findings = Findings(exercise, source, COURSES)
        self.ask, self.reference = Once(ask), reference  # which asks each question once itself
        self.raised: set[tuple[str, ...]] = set()
        self.told: set[tuple[str, str]] = set()  # what looks wrong with a formula, and where
        self.looks = 0  # how many networks have been looked at closely

    def say(
        self, finding: str, part: str, does: str, should: str = "", condition: str = "", **words: str
    ) -> None:
        """Take a finding unless one of its kind has been found before."""
        if not self.findings.has(finding):
            self.findings.add(finding, part, does, should, condition, line=0, **words)

    def raises(self, part: str, got: Raised) -> None:
        """Say what was raised, once for each exception that differs."""
        if (key := (got.error, *got.frames[-1:])) not in self.raised:
            self.raised.add(key)
            self.findings.raised(part, got)


class Call:
    """What can be said of any network's call."""

    def __init__(self, inquiry: Inquiry, net: Net, module: Part, wanted: Part) -> None:
        self.inquiry, self.net, self.module, self.wanted = inquiry, net, module, wanted
        self.part = f"{net}(x)"
        self.names = modules.symbols(module)

    def called(self, mode: str, points: Sequence[At]) -> list[Called | Raised | None]:
        """What calls of the network do."""
        return modules.called(self.inquiry.ask, self.net, mode, points, self.names)

    def referred(self, mode: str, points: Sequence[At], net: Net | None = None) -> list[Called]:
        """The same of the reference's network; nothing where that cannot be called."""
        names = modules.symbols(self.wanted)
        got = modules.called(self.inquiry.reference, net or self.net, mode, points, names)
        return [one for one in got if isinstance(one, Called)]

    def believed(self, got: Sequence[Called | Raised | None]) -> list[Called]:
        """The calls where all of them came to an end; else what was raised is said."""
        for one in got:
            if isinstance(one, Raised):
                self.inquiry.raises(self.part, one)
        there = [one for one in got if isinstance(one, Called)]
        return there if len(there) == len(got) else []

    def changes(self, calls: Sequence[Called]) -> None:
        """Say what calls have changed."""
        what = frozenset[str]().union(*(call.changes for call in calls))
        if "gradients" in what:
            self.inquiry.say("call-resets", self.part, "other gradients after a call", "the same")
        changed = [name for long, name in (("weights", "w"), ("bias", "b")) if long in what]
        if changed:
            does = f"other Values into self.{' and self.'.join(changed)}"
            self.inquiry.say("call-changes", self.part, does, "nothing")

    def strange(self, calls: Sequence[Called]) -> bool:
        """Say that something comes back that is no Value with a number in it."""
        for call in calls:
            odd = [one for one in call.outs if not one.is_node]
            if odd or not call.count or (call.count > 1 and self.net.name == "Neuron"):
                does = call.kind
                if odd and odd[0].kind == "a Value":
                    does = f"a Value whose data is {odd[0].data}"
                elif odd and call.kind in ("a list", "a tuple"):
                    does = f"{call.kind} with {odd[0].kind} in it"
                self.inquiry.say("output-type", self.part, does, "a Value")
                return True
        return False

    def again(self, first: Called, at: At) -> None:
        """Say what a second call gives, where that is something else."""
        said, part = self.inquiry, self.part
        (second,) = self.called("twice", [at])
        if isinstance(second, Raised):
            said.say("calls-depend", part, f"the second time {second.error}", "the same as the first time")
        elif second is not None and second.count != first.count:
            does = f"{second.count} outputs the second time, {first.count} the first"
            said.say("calls-depend", part, does, "the same both times")
        elif second is not None and not alike(first, second) and not first.changes & {"weights"}:
            outs = zip(first.outs, second.outs, strict=True)
            pairs = [(f"{a.number:.5g}", f"{b.number:.5g}") for a, b in outs if not close(a.number, b.number)]
            one, two = pairs[0] if pairs else (first.kind, second.kind)
            said.say("calls-depend", part, f"{two} the second time, {one} the first", "the same both times")

    def plain(self, first: Called, at: At) -> None:
        """Say what is different with plain numbers as inputs."""
        said = self.inquiry
        (plain,) = self.called("numbers", [at])
        part = f"{self.net}({[round(number, 1) for number in at.x[: self.net.sizes[0]]]})"
        if isinstance(plain, Raised):
            said.say("plain-inputs", part, plain.error, "the same as for Values")
        elif plain is not None and not alike(first, plain) and not first.changes & {"weights"}:
            said.say("plain-inputs", part, "something else than for Values", "the same as for Values")

    def cut_off(self, calls: Sequence[Called | Raised | None]) -> None:
        """Say whose gradients are not what changing them does to the outputs."""
        groups = modules.groups(self.module, self.net.sizes[0])
        lost: dict[str, Slot] = {}
        partly = False
        for call in calls:
            if not isinstance(call, Called) or len(call.slopes) != len(groups):
                continue
            gradients = iter(call.gradients)
            for group, slope in zip(groups, call.slopes, strict=True):
                got = sum(g for g in itertools.islice(gradients, len(group)) if not isnan(g))
                if abs(got - slope) > TOLERANCE * max(1, abs(slope)):
                    lost |= {slot.path: slot for slot in group if slot.is_node}
                    partly |= got != 0
        if lost:
            x = [path for path in lost if path.startswith("x[")]
            names = named(self.module, [slot for slot in lost.values() if slot.path not in x])
            names = ", ".join(filter(None, [names, "x" if len(x) == self.net.sizes[0] else ", ".join(x)]))
            how = "not the whole gradient" if partly else "no gradient"
            does, should = f"{how} for {names}", "gradients for all"
            self.inquiry.say("cut-off", self.part, does, should, names=names, how=how)


# ---- a neuron's output, as a formula of its weights, its bias and its inputs

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


def first_of_neuron(net: Net) -> list[Question]:
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
            here = algebra.name(weights[place]) if place < len(weights) else algebra.ZERO
            formula = algebra.substitute(formula, slot.path, here)
        return algebra.substitute(formula, self.wanted.bias.path, algebra.name(self.names[self.module.count]))

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
        known = [Comparison(sign, total, algebra.ZERO) for sign in ("<", ">")]
        found, left = algebra.fit(samples[:-HELD_BACK], known)
        should = algebra.text(wanted, self._order())
        if left or not found or not all(_predicted(found, wanted, sample) for sample in samples[-HELD_BACK:]):
            wrong = next(sample for sample in samples if not sample.right)
            does = f"{wrong.got:.5g} instead of {algebra.value(wanted, wrong.at):.5g}"
            self.inquiry.say("output", self.part, does, should, "at some numbers", idea="")
            return
        for each in found:
            where = algebra.condition_text(each.where, self._order()).replace(
                algebra.text(total, self._order()), "the sum"
            )
            does = algebra.text(each.formula, self._order())
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
    is_relu = isinstance(atom, tuple) and atom[0] == "relu" and exponent == algebra.ONE
    return atom[1] if is_relu else None


def ideas(formula: Formula, wanted: Formula) -> str:
    """What a wrong formula of a neuron looks like, as far as that is known, each in a sentence."""
    got, want = inside_relu(formula), inside_relu(wanted)
    said: list[str] = []
    if got is None and want is not None and "relu" not in algebra.functions(formula):
        said.append("There is no relu in it.")
    if got is not None and want is None:
        said.append("It goes through relu, which this neuron should not use.")
    one, two = got if got is not None else formula, want if want is not None else wanted
    functions = algebra.functions(one)
    if functions == {"relu"}:
        said += _misplaced(one, two)
    elif not functions:
        said += _of_sums(dict(one), dict(two))
    return "".join(f" {sentence}" for sentence in said if sentence)


BIAS = (("b", algebra.ONE),)


def _misplaced(formula: Formula, wanted: Formula) -> list[str]:
    """Where relu stands in a formula that is no relu of a sum."""
    bias, products = ((BIAS, 1),), tuple(term for term in wanted if term[0] != BIAS)
    each = [algebra.function("relu", (product,)) for product in products]
    if formula in (_sum([*each, bias]), _sum(each)):
        return ["Each product goes through relu on its own, and the sum no more."]
    if formula == algebra.add(algebra.function("relu", products), bias):
        return ["The bias is added after relu, and no longer decides where the neuron begins to answer."]
    return []


def _sum(formulas: Sequence[Formula]) -> Formula:
    return functools.reduce(algebra.add, formulas, algebra.ZERO)


def _of_sums(got: dict[algebra.Product, float], want: dict[algebra.Product, float]) -> list[str]:
    """How one sum of products differs from the one that is wanted."""
    if got == want:
        return []
    factors = {round(got.get(p, 0) / c, 9) for p, c in want.items()}
    if set(got) == set(want) and len(factors) == 1:
        return [f"All of the sum counts {algebra.figure(*factors)} times."]
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
    said = [times.get(bias, f"The bias is in it {algebra.figure(bias)} times.")]
    if products == wanted:
        return said
    factors = {round(products.get(p, 0) / c, 9) for p, c in wanted.items()}
    if set(products) == set(wanted) and len(factors) == 1:
        (factor,) = factors
        mean = abs(factor * len(wanted) - 1) < 1e-6
        other = f"The products count {algebra.figure(factor)} times."
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


# ---- the way from the inputs to the outputs

LOOKS = 3  # networks that are looked at closely; what is wrong in these is wrong in others


class Way(Call):
    """The way of the inputs through the parts of a Layer or an MLP, which are the reference's."""

    def __init__(
        self, inquiry: Inquiry, net: Net, module: Part, wanted: Part, alike: bool, first: bool
    ) -> None:
        super().__init__(inquiry, net, module, wanted)
        self.alike, self.first = alike, first
        self.points = [at.of(net) for at in POINTS]

    def read(self) -> None:
        """Say what is wrong.

        alike: it is made as the reference's, so that their numbers can be compared. first: what does not
        depend on sizes is looked at here.
        """
        strict = self.called("", self.points) if self.alike else []
        calls = [one for one in strict if isinstance(one, Called)]
        whole = self.alike and len(calls) == len(strict)
        wanted = self.referred("", self.points) if whole else []
        if wanted and len(wanted) == len(calls) and all(map(same, calls, wanted)):
            self.changes(calls)
            if self.first:
                self.again(calls[0], self.points[0])
                self.plain(calls[0], self.points[0])
            return
        if self.inquiry.looks == LOOKS:
            return
        self.inquiry.looks += 1
        if not whole:
            # Layers that do not fit one another still have an order, and the code that calls them.
            calls = self.believed(self.called("lenient", self.points))
        if not calls:
            self.flags(*([nonlin(part) for part in made.parts] for made in (self.module, self.wanted)))
            return
        self.changes(calls)
        strange = self.strange(calls)
        (seen,) = self.called("symbolic lenient", self.points[:1])
        said = isinstance(seen, Called) and seen.whole and self._way(seen, calls, strange)
        if self.alike and not whole and not said:
            self.believed(strict)
        if strange:
            return
        only_gradients = whole and all(map(alike, calls, wanted))
        if only_gradients or any(self._idle(call) for call in calls):
            # Where the outputs are 0 nothing can be seen of what is lost on the way back.
            alive = [sum(out.number != 0 for out in call.outs) for call in calls]
            at = self.points if only_gradients else [self.points[alive.index(max(alive))]]
            self.cut_off(self.called("slopes" if whole else "slopes lenient", at))
        known = said or only_gradients or self.inquiry.findings.has("cut-off", "nonlin", "call-changes")
        if whole and not known:
            self.inquiry.say("output", self.part, "other numbers", "", "at some numbers", idea="")
        if whole and self.first:
            self.again(calls[0], self.points[0])

    def _idle(self, call: Called) -> bool:
        """Whether no gradient reaches some neuron, or the inputs."""
        gradients = iter(call.gradients)
        groups = modules.groups(self.module, self.net.sizes[0])
        return any(not any(itertools.islice(gradients, len(group))) for group in groups)

    @property
    def finding(self) -> str:
        """What it is called when another way is gone."""
        return "way" if self.net.name == "MLP" else "output"

    def _way(self, seen: Called, calls: Sequence[Called], strange: bool) -> bool:
        """Say which way the inputs go; and first of all who uses relu."""
        there = self.module.parts
        model = self.net
        if not self.alike:  # the reference's of as many parts
            sizes = (*[2] * len(there),) if self.net.name == "MLP" else (len(there),)
            model = replace(self.net, sizes=(self.net.sizes[0], *sizes))
        wanted = modules.made(self.inquiry.reference, model)
        referred = self.referred("symbolic", self.points[:1], model)
        if not isinstance(wanted, modules.Made) or not referred:
            return False
        asked = [nonlin(part) for part in wanted.modules[0].parts]
        flags, stripped = self._effective([nonlin(part) for part in there], asked, seen)
        self.flags(flags, asked)
        # A part that stands in several places is known by the first.
        same = [part.same for part in there]
        first = {place: same.index(one) for place, one in enumerate(same)}
        does = self._told(stripped)
        should = self._told(self._renamed(referred[0], first))
        if strange:  # what comes back is spoken of elsewhere
            does, should = (way.partition(" → returns ")[0] for way in (does, should))
        if does == should or (strange and self.net.name == "Layer"):
            return False
        if strange or self._predicts(seen, calls):
            idea = "".join(f" {sentence}" for sentence in ways(stripped, referred[0]))
            self.inquiry.say(self.finding, self.part, does, self._told(referred[0]), idea=idea)
            return True
        return False

    def flags(self, there: list[bool | None], asked: list[bool | None]) -> None:
        """Say who uses relu; where parts are missing, those that are there may be the first of all."""
        if there not in (asked, [nonlin(part) for part in self.wanted.parts[: len(there)]]):
            part = f"{self.net}.{self.net.attribute}"
            self.inquiry.say("nonlin", part, relus(there), relus(asked), things=self.net.attribute)

    def _renamed(self, call: Called, first: dict[int, int]) -> Called:
        if self.net.name == "MLP":
            log = tuple(replace(one, layer=first.get(one.layer, one.layer)) for one in call.log)
        else:
            log = tuple(replace(one, neuron=first.get(one.neuron, one.neuron)) for one in call.log)
        return replace(call, log=log)

    def _effective(
        self, flags: list[bool | None], asked: list[bool | None], seen: Called
    ) -> tuple[list[bool | None], Called]:
        """A relu by hand is as good as the part's own, where one should be: it is counted as that."""
        groups = [*(call.given for call in seen.log), tuple(out.formula for out in seen.outs)]
        uses = [formula for group in groups for formula in group if formula is not None]
        flags, helped = list(flags), set[str]()
        for place, call in enumerate(seen.log):
            unit = call.layer if self.net.name == "MLP" else call.neuron
            mine = {f"c{place}.{i}" for i in range(len(call.outs))}
            using = [inside_relu(formula) for formula in uses if algebra.symbols(formula) & mine]
            bare = using and all(inside in [algebra.name(name) for name in mine] for inside in using)
            known = 0 <= unit < min(len(flags), len(asked))
            if bare and known and asked[unit] and not flags[unit]:
                flags[unit] = True
                helped |= mine

        def without(formula: Formula | None) -> Formula | None:
            inside = inside_relu(formula) if formula is not None else None
            return inside if inside is not None and algebra.symbols(inside) <= helped else formula

        log = tuple(replace(call, given=tuple(map(without, call.given))) for call in seen.log)
        outs = tuple(replace(out, formula=without(out.formula)) for out in seen.outs)
        return flags, replace(seen, log=log, outs=outs)

    def _told(self, seen: Called) -> str:
        """The way in a line: which part is given what, and what comes back."""
        names: dict[str, str] = {}
        turns = []
        for place, call in enumerate(seen.log):
            label = self._label(call)
            given = self._group(seen, call.given, names)
            turns.append(f"{label}({given})")
            own = label if self.net.name == "MLP" else turns[-1]
            several = len(call.outs) > 1
            names |= {f"c{place}.{i}": f"{own}[{i}]" if several else own for i in range(len(call.outs))}
        back = self._group(seen, [out.formula for out in seen.outs], names)
        return " → ".join([*turns, f"returns {back}"]) if self.net.name == "MLP" else back

    def _label(self, call: Logged) -> str:
        neuron = f"neurons[{call.neuron}]"
        if self.net.name == "Layer":
            return neuron
        return f"layers[{call.layer}]" if call.neuron < 0 else f"layers[{call.layer}].{neuron}"

    def _group(self, seen: Called, formulas: Sequence[Formula | None], names: dict[str, str]) -> str:
        """Several numbers: the inputs, all that one call gave, or each by itself."""
        known = [f for f in formulas if f is not None]
        if len(known) < len(formulas):
            return "something else"
        if known == [algebra.name(f"x[{i}]") for i in range(self.net.sizes[0])]:
            return "x"
        if self.net.name == "MLP":
            for place, call in enumerate(seen.log):
                outs = [algebra.name(f"c{place}.{i}") for i in range(len(call.outs))]
                if known == outs:
                    return self._label(call)
                if known == [algebra.function("relu", out) for out in outs]:
                    return f"max(0, {self._label(call)})"
        said = [algebra.text(formula, names) for formula in known]
        return said[0] if len(said) == 1 else f"[{', '.join(said)}]"

    def _predicts(self, seen: Called, calls: Sequence[Called]) -> bool:
        """Whether what was read at the first point gives the numbers at all points."""
        for at, call in zip(self.points, calls, strict=True):
            env = dict(zip(self.names, at.table, strict=False)) | {f"x[{i}]": x for i, x in enumerate(at.x)}
            for place, one in enumerate(call.log):
                env |= {f"c{place}.{i}": number for i, number in enumerate(one.outs)}
            if call.count != seen.count:
                return False
            for out, now in zip(seen.outs, call.outs, strict=True):
                if out.formula is None or not follows(out.formula, env, now.number):
                    return False
        return True


def nonlin(part: Part) -> bool | None:
    """Whether a layer or neuron uses relu; None for some of its neurons."""
    found = {neuron.nonlin for neuron in part.neurons}
    return found.pop() if len(found) == 1 else None


def relus(flags: Sequence[bool | None]) -> str:
    """Of each part whether it uses relu, in words."""
    return ", ".join("mixed" if flag is None else "relu" if flag else "linear" for flag in flags)


def ways(does: Called, should: Called) -> list[str]:
    """What a wrong way looks like, as far as that is known, each in a sentence."""
    there, wanted = ([(call.layer, call.neuron) for call in seen.log] for seen in (does, should))
    outs, asked = ([out.formula for out in seen.outs] for seen in (does, should))
    if there == wanted:
        given = [call.given for call in does.log] == [call.given for call in should.log]
        if given and outs != asked and sorted(map(repr, outs)) == sorted(map(repr, asked)):
            return ["The outputs come back in another order."]
        return ["Not all outputs come back."] if given and outs and set(outs) < set(asked) else []
    if sorted(there) == sorted(wanted):
        return ["They have their turns in another order."]
    if not there:
        return []
    if there == wanted[: len(there)]:
        return ["It ends before all have had a turn: a return inside of the loop would do that."]
    return ["Not all of them have a turn."] if set(there) < set(wanted) else []
