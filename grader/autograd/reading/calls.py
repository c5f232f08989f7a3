"""What is asked about a class of networks, and what can be said of any call of theirs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from math import isnan

from grader.autograd.reading import modules
from grader.autograd.reading.findings import Findings
from grader.autograd.reading.fit import close
from grader.autograd.reading.modules import At, Called, Net, Part, Slot, named
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


def alike(one: Called, other: Called) -> bool:
    """Whether two calls gave the same numbers."""
    return one.count == other.count and all(
        a.is_node == b.is_node and close(a.number, b.number)
        for a, b in zip(one.outs, other.outs, strict=True)
        if not (a.number != a.number and b.number != b.number)
    )


def same(one: Called, other: Called) -> bool:
    """Whether two calls gave the same numbers, and the same gradients go back."""
    if not alike(one, other) or len(one.gradients) != len(other.gradients):
        return False
    pairs = zip(one.gradients, other.gradients, strict=True)
    return all(close(a, b) or (a != a and b != b) for a, b in pairs)
