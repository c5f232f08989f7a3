"""Reads what a Layer or an MLP gives: the way of its inputs through its parts, which are the reference's.

Plain numbers decide whether anything is wrong. Only then is the call looked at with symbols, for the words;
and these are dropped where they do not predict the numbers at other points.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from grader.autograd.reading import modules, normal
from grader.autograd.reading.calls import POINTS, Call, Inquiry, alike, same
from grader.autograd.reading.fit import follows
from grader.autograd.reading.modules import Called, Logged, Net, Part
from grader.autograd.reading.neurons import inside_relu
from grader.autograd.reading.normal import Formula

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
            using = [inside_relu(formula) for formula in uses if normal.symbols(formula) & mine]
            bare = using and all(inside in [normal.name(name) for name in mine] for inside in using)
            known = 0 <= unit < min(len(flags), len(asked))
            if bare and known and asked[unit] and not flags[unit]:
                flags[unit] = True
                helped |= mine

        def without(formula: Formula | None) -> Formula | None:
            inside = inside_relu(formula) if formula is not None else None
            return inside if inside is not None and normal.symbols(inside) <= helped else formula

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
        if known == [normal.name(f"x[{i}]") for i in range(self.net.sizes[0])]:
            return "x"
        if self.net.name == "MLP":
            for place, call in enumerate(seen.log):
                outs = [normal.name(f"c{place}.{i}") for i in range(len(call.outs))]
                if known == outs:
                    return self._label(call)
                if known == [normal.function("relu", out) for out in outs]:
                    return f"max(0, {self._label(call)})"
        said = [normal.text(formula, names) for formula in known]
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
