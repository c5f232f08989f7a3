"""A gradient's new value, taken apart: how it is stored, what arrives, and the local derivative.

Taken apart like this, findings compose: a share that is set and has the wrong sign is two findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.autograd.reading import normal
from grader.autograd.reading.naming import Words, of_slope
from grader.autograd.reading.normal import ONE, UNDEFINED, ZERO, Formula, TooLarge

# What may stand in a share, in the order in which it is tried; and what the derivatives are made of.
USED = ("a", "b", "A", "B", "A_", "B_", "out", "k", "g")


@dataclass(frozen=True, slots=True)
class Apart:
    """A gradient's new value taken apart.

    does: how it is stored, as Python. findings: each with the words of its sentence.
    """

    does: str
    findings: tuple[tuple[str, dict[str, str]], ...]


@dataclass(slots=True)
class Gradient:
    """One gradient's new value, and the share that should have been added.

    cell: 1 or 2, for the first operand and the second. result: what the operation computes.
    """

    words: Words
    cell: int
    new: Formula
    want: Formula
    result: Formula
    belong: frozenset[str]
    _does: str = ""
    _found: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def apart(self) -> Apart:
        """What is wrong with it: first how it is stored, then what is."""
        self._stored()
        return Apart(self._does, tuple(self._found))

    def _add(self, finding: str, **words: str) -> None:
        self._found.append((finding, words))

    @property
    def _grad(self) -> str:
        return self.words.grad(self.cell)

    def _stored(self) -> None:
        new, own = self.new, "AB"[self.cell - 1]
        mine, share = normal.name(own), normal.sub(new, normal.name(own))
        text = self.words.text
        if new == mine:
            self._does = "nothing is added"
            self._add("no-share")
        elif own not in normal.symbols(new):
            self._does = f"{self._grad} = {text(new)}"
            if not self._from_the_other(own):
                self._add("overwrites")
                if new != ZERO:
                    self._share(new)
        elif own not in normal.symbols(share):
            negative = all(coefficient < 0 for _, coefficient in share)
            shown = normal.scale(share, -1) if negative else share
            self._does = f"{self._grad} {'-=' if negative else '+='} {text(shown)}"
            self._share(share)
        elif (times := self._times(own)) is not None:
            self._does = f"{self._grad} = {text(new)}"
            self._add("old-gradient", times=normal.figure(times))
            self._share(normal.sub(new, normal.scale(mine, times)))
        elif (factor := _divided(new, mine)) is not None and _is_factor(factor, own):
            self._does = f"{self._grad} *= {text(factor)}"
            self._add("times-gradient")
            self._share(factor)
        else:
            self._does = f"{self._grad} += {text(share)}"
            self._share(share)

    def _from_the_other(self, own: str) -> bool:
        """Whether it is the other operand's gradient, as it was or has become, and the right share."""
        other = "BA"["AB".index(own)]
        for theirs in (f"{other}_", other):
            rest = normal.sub(self.new, normal.name(theirs))
            if theirs in normal.symbols(self.new) and rest == self.want:
                self._add("other-gradient", got_from=self.words.symbols[theirs])
                return True
        return False

    def _times(self, own: str) -> float | None:
        """How many times the old gradient counts, where that is a number."""
        holding = [(product, c) for product, c in self.new if any(atom == own for atom, _ in product)]
        single = len(holding) == 1 and holding[0][0] == ((own, ONE),)
        return holding[0][1] if single else None

    def _share(self, share: Formula) -> None:
        """What is wrong with a share: what arrives at the result, then the local derivative."""
        want, upstream = self.want, self.words.symbols["g"]
        if share == want:
            return
        if share == ZERO:
            self._add("no-share")
        elif share == normal.scale(want, -1):
            self._add("sign")
        elif "early" in normal.symbols(share):
            self._add("upstream-early", upstream=upstream)
        elif want == ZERO:
            self._add("share-undue")
        elif not self._swapped(share, want):
            local = self._local(share)
            if local is not None:
                self._derivative(local)

    def _local(self, share: Formula) -> Formula | None:
        """The share without what arrives, where that can be told apart; told where it does not multiply."""
        g, upstream = normal.name("g"), self.words.symbols["g"]
        if "g" not in normal.symbols(share):
            self._add("upstream-missing", upstream=upstream)
            return share
        local = _divided(share, g)
        if local is not None and "g" not in normal.symbols(local):
            return local
        for rest, how in (
            (normal.sub(share, g), "is added to"),
            (normal.add(share, g), "is subtracted from"),
        ):
            if "g" not in normal.symbols(rest):
                self._add("upstream-misused", upstream=upstream, how=f"{how} the derivative")
                return rest
        self._add("upstream-misused", upstream=upstream, how="stands where it does not multiply")
        return None

    def _derivative(self, local: Formula) -> None:
        slope = _divided(self.want, normal.name("g"))
        if slope is None or local == slope:
            return
        if local == normal.scale(slope, -1):
            self._add("sign")
        elif not self._swapped(local, slope):
            idea = of_slope(local, slope, self.result, self.words)
            negated = "" if idea else of_slope(normal.scale(local, -1), slope, self.result, self.words)
            if negated:
                self._add("sign")
            self._add("derivative", idea=idea or negated)

    def _swapped(self, share: Formula, want: Formula) -> bool:
        """Whether one symbol stands in another's place, and putting that right makes all of it right."""
        for used in USED:
            for right in sorted(self.belong - {used}) if used in normal.symbols(share) else ():
                try:
                    if normal.substitute(share, used, normal.name(right)) == want:
                        self._add("wrong-number", used=self.words.symbols[used])
                        return True
                except (TooLarge, *UNDEFINED):
                    continue
        return False


def _divided(formula: Formula, by: Formula) -> Formula | None:
    try:
        return normal.mul(formula, normal.power(by, normal.number(-1)))
    except TooLarge:
        return None


def _is_factor(factor: Formula, own: str) -> bool:
    """Whether that many times the gradient is a share multiplied in, and not one added beside."""
    return own not in normal.symbols(factor) and not dict(factor).get(())
