"""Reads an operation: what it computes, what it records, what its rule does to each gradient.

The reference is looked at in the same way, so that what the code should do is read off, too: an author's own
operation needs no line here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan

from grader.autograd.reading import algebra
from grader.autograd.reading.algebra import Comparison, Formula, Point, Sample, TooLarge, close, follows
from grader.autograd.reading.findings import Findings
from grader.autograd.reading.naming import COURSES, Gradient, Names, Words, line_of, of_data, of_nothing
from grader.autograd.reading.records import NEVER, STORED, Ask, Look, Seen, looks, points
from grader.autograd.reading.worker.record import FACTS
from grader.model import Exercise, Finding, Raised

ELSEWHERE = 1.0718033988749  # what the points are multiplied with at which a reading is proved
PLAIN_NUMBERS = (19, 22.6179310416)


# ---- both sides


@dataclass(frozen=True, slots=True)
class Pair:
    """One point: the student's look, and the reference's, which is what should have been seen.

    free: the slope is a matter of choice there, as at a kink.
    """

    got: Look
    want: Look
    free: bool

    @property
    def at(self) -> dict[str, float]:
        return self.got.at

    def due(self, cell: int) -> float:
        """What the reference adds to a gradient."""
        return self.want.plain.numbers[cell] - self.at["AB"[cell - 1]]


def _pairs(got: Sequence[Look], want: Sequence[Look]) -> Iterator[Pair]:
    """The points at which the reference has an answer."""
    for one, other in zip(got, want, strict=True):
        answered = other.symbolic is not None and other.plain.is_node and not isnan(other.plain.numbers[0])
        if answered and not other.plain.trouble:
            yield Pair(one, other, _on_an_edge(other))


def _has_run(pair: Pair) -> bool:
    """Whether the result had a rule that could send something back."""
    got = pair.got.plain
    elsewhere = any(fact.startswith("rule stored") for fact in got.facts)
    return got.is_node and bool(got.rule == STORED or got.inner or elsewhere)


def _on_an_edge(look: Look) -> bool:
    """Whether the reference compares two numbers that are equal there."""
    for _, left, right in look.symbolic.asked if look.symbolic else ():
        try:
            difference = algebra.sub(algebra.normal(left), algebra.normal(right))
            if algebra.value(difference, look.at) == 0:
                return True
        except (TooLarge, *algebra.UNDEFINED):
            continue
    return False


def _mode(reference: Ask, attribute: str) -> str:
    """Whether the operation takes one Value, two, or one and a plain number."""
    for mode in ("two", "number", "one"):
        (look,) = looks(reference, attribute, mode, points(mode)[:1])
        if look.plain.is_node:
            return mode
    return ""


CELLS = {"two": (1, 2), "number": (1,), "one": (1,), "same": (1,)}


def read(
    exercise: Exercise, source: str, ask: Ask, reference: Ask, names: Names = COURSES
) -> tuple[Finding, ...]:
    """What an operation does otherwise than the reference does."""
    found = Findings(exercise, source, names)
    mode = _mode(reference, exercise.attach)
    if mode:
        Operation(exercise, source, mode, found, ask, reference).read()
    return tuple(found.found)


class Operation:
    """One operation on its way to findings."""

    def __init__(
        self, exercise: Exercise, source: str, mode: str, found: Findings, ask: Ask, reference: Ask
    ) -> None:
        self.found = found
        self.mode = mode
        self.words = Words.of(source, exercise.defines, mode == "number", found.names)
        self.result: Formula = algebra.ZERO
        self._marks: frozenset[str] = frozenset()
        self._attribute = exercise.attach
        self._ask = ask
        self._reference = reference
        self._first: list[Look] = []
        # For each cell, the formulas that its wrong numbers follow, and where.
        self.formulas: dict[int, list[algebra.Fitted]] = {}
        self.known: list[Comparison] = []

    def read(self) -> None:
        if self._ends_at_once():
            return
        at = points(self.mode)
        pairs = self._pairs(self.mode, at)
        if self._remembers(pairs):
            return
        proof = self._pairs(self.mode, points(self.mode, ELSEWHERE), proof=True)
        self.known = self._comparisons(pairs)
        self._troubles(pairs)
        good = [pair for pair in pairs if not pair.got.plain.trouble]
        self._results(good)
        self._facts(good)
        nodes = [pair for pair in good if pair.got.plain.result == "a Value"]
        self._data([p for p in good if p.got.plain.data_kind], proof)
        whole = [pair for pair in nodes if pair.got.plain.is_node]
        self.result = next((f for p in whole if (f := p.want.formula(0)) is not None), algebra.ZERO)
        self._marks = frozenset(fact for pair in whole for fact in pair.got.plain.facts)
        self._graph(whole)
        for cell in CELLS[self.mode]:
            self._share(cell, whole, proof)
        if self.mode == "two":
            if not whole and self.found.names.numbers:
                self._through_numbers()
            self._same_operand()
            if self.found.names.numbers:
                self._plain_numbers(nothing_seen=not whole)
        self.found.everywhere("overwrites", "sign", "upstream-missing")

    def _pairs(self, mode: str, at: Sequence[dict[str, float]], proof: bool = False) -> list[Pair]:
        """Both sides at points; a proof wants their numbers alone."""
        at = [point for point in at if self.mode != "number" or self.found.names.takes(point["k"])]
        got = looks(self._ask, self._attribute, mode, at, symbolic=not proof)
        want = looks(self._reference, self._attribute, mode, at, symbolic=not proof, known=True)
        return list(_pairs(got, want)) if len(got) == len(want) else []

    def _ends_at_once(self) -> bool:
        """An operation that calls itself without end does so everywhere: a few looks are enough."""
        self._first = looks(self._ask, self._attribute, self.mode, points(self.mode)[:2])
        troubles = [look.plain.trouble for look in self._first]
        if not troubles or not all(t and t.error.startswith("RecursionError") for t in troubles):
            return False
        trouble = troubles[0]
        assert trouble is not None
        self.found.raised(self._place(trouble), trouble, finding="calls-itself")
        return True

    def _remembers(self, pairs: Sequence[Pair]) -> bool:
        """Whether the first points give something else the second time: then no formula is the code's own."""
        again = [pair.got.plain for pair in pairs[: len(self._first)]]
        if all(map(Seen.same, again, (look.plain for look in self._first))):
            return False
        self.found.add("depends-on-before", "the operation", "something else the second time")
        return True

    def _comparisons(self, pairs: Sequence[Pair]) -> list[Comparison]:
        asked = [a for p in pairs if p.got.symbolic for a in p.got.symbolic.asked]
        own = [name for name in ("a", "b", "k") if pairs and name in pairs[0].at]
        rest = [name for name in ("g", "A", "B", "out") if pairs and name in pairs[0].at]
        # What the code itself asks comes first: a threshold of its own is found nowhere else.
        known = [
            *algebra.asked(asked),
            *algebra.by_type(own),
            *algebra.against_numbers(own),
            *algebra.against_numbers(rest),
        ]
        whole = algebra.function("int", algebra.name("k"))
        for sign in ("==", "!=") if "k" in own else ():
            known += [
                Comparison(sign, algebra.name("k"), whole),
                Comparison(sign, algebra.name("k"), algebra.number(-1)),
            ]
        return known

    def _where(self, inside: Sequence[Pair], among: Sequence[Pair]) -> str:
        """The condition under which something was seen, in words."""
        outside = [p.at for p in among if not any(p is other for other in inside)]
        return self.words.where(algebra.separate([p.at for p in inside], outside, self.known))

    def _troubles(self, pairs: Sequence[Pair]) -> None:
        groups: dict[tuple[str, int], list[Pair]] = {}
        for pair in pairs:
            trouble = pair.got.plain.trouble
            if trouble:
                line = line_of(trouble, self.found.file)
                groups.setdefault((trouble.error.partition(":")[0], line), []).append(pair)
        for (error, _), members in groups.items():
            trouble = members[0].got.plain.trouble
            assert trouble is not None
            kind = "calls-itself" if error == "RecursionError" else "raises"
            self.found.raised(self._place(trouble), trouble, self._where(members, pairs), kind)

    def _place(self, trouble: Raised) -> str:
        """Whether it stopped while its file was read, before it gave back its result, or in the rule."""
        names = [frame.rpartition(" in ")[2] for frame in trouble.frames]
        if "<module>" in names:
            return "the file"
        return "the operation" if self.found.exercise.defines in names else "the rule"

    def _results(self, good: Sequence[Pair]) -> None:
        kinds: dict[str, list[Pair]] = {}
        for pair in good:
            kinds.setdefault(pair.got.plain.result, []).append(pair)
        for kind, members in kinds.items():
            if kind != "a Value":
                what = {"a": f"{self.words.one} itself", "b": f"{self.words.two} itself"}.get(kind, kind)
                self.found.add("result", "result", what, "a new Value", self._where(members, good))

    def _facts(self, good: Sequence[Pair]) -> None:
        facts: dict[str, list[Pair]] = {}
        for pair in good:
            for fact in pair.got.plain.facts:
                facts.setdefault(fact, []).append(pair)
        for fact in sorted(facts, key=FACTS.index):
            self._fact(fact, self._where(facts[fact], good))

    def _fact(self, fact: str, where: str) -> None:
        names = {"a": self.words.one, "b": self.words.two}
        out, called = self.words.out, self.found.names
        rule, value, grad = called.rule, called.value, self.words.grad(0)
        own = {"data": called.data, "grad": called.grad, "_prev": called.operands}
        match fact.split():
            case ["forward", "changes", what]:
                node, _, attribute = what.partition(".")
                part = f"{names[node]}.{own[attribute]}"
                self.found.add("operand-changed", part, "changed", "left alone", where)
            case ["rule", "stored", "in", "grad"]:
                self.found.add("rule-elsewhere", f"{out}.{rule}", grad, "", where)
            case ["rule", "stored", "on", node]:
                self.found.add("rule-elsewhere", f"{out}.{rule}", f"{names[node]}.{rule}", "", where)
            case ["runs", "the", "rule", "of", node]:
                self.found.add("runs-operands", f"{names[node]}.{rule}()", "called", "", where)
            case ["rule", "changes", what] if what != "out.grad":
                part = self.words.data("ab".index(what[0]) + 1)
                self.found.add("rule-changes-data", part, "changed", "left alone", where)
            case ["wraps", *_]:
                node = self.words.two if self.mode == "two" else self.words.one
                self.found.add("wrapped-again", node, f"{value}({node})", node, where)

    # ---- the number

    def _data(self, good: Sequence[Pair], proof: Sequence[Pair]) -> None:
        odd = [p for p in good if p.got.plain.result == "a Value" and not p.got.plain.is_node]
        part = self.words.data(0)
        if odd and not any("wraps a Value" in p.got.plain.facts for p in odd):
            kind = odd[0].got.plain.data_kind
            self.found.add("data-type", part, kind, "a number", self._where(odd, good))
        samples = []
        for pair in good:
            got, want = pair.got.plain.numbers[0], pair.want.plain.numbers[0]
            if not isnan(got):
                wanted = pair.want.formula(0) or algebra.number(want)
                samples.append(Sample(pair.at, got, close(got, want), wanted, pair.got.formula(0)))
        for fitted in self._fitted(0, samples, proof):
            does = self.words.text(fitted.formula)
            should = self.words.text(fitted.samples[0].wanted)
            line = self._line(0, good)
            where = self.words.where(fitted.where)
            idea = of_data(fitted.formula, fitted.samples[0].wanted)
            self.found.add("data", part, f"{part} = {does}", f"{part} = {should}", where, line, idea=idea)

    def _fitted(self, cell: int, samples: Sequence[Sample], proof: Sequence[Pair]) -> list[algebra.Fitted]:
        """The formulas of what is wrong in a cell, if they foretell its numbers elsewhere."""
        found, left = algebra.fit(samples, self.known)
        wrong = [sample for sample in samples if not sample.right]
        if found and not left and self._foretold(cell, found, proof):
            self.formulas[cell] = found
            return found
        if wrong:
            self._only_observed(cell, wrong[0])
        return []

    def _foretold(self, cell: int, found: Sequence[algebra.Fitted], proof: Sequence[Pair]) -> bool:
        """Whether these formulas, and the right one elsewhere, give the numbers at points not read from."""
        for pair in proof:
            got = pair.got.plain.numbers[cell]
            if pair.got.plain.trouble or isnan(got) or (pair.free and cell):
                continue
            if cell and not _has_run(pair):
                continue
            here = [f for f in found if f.where is not None and all(part.at(pair.at) for part in f.where)]
            vague = [f for f in found if f.where is None]
            right = close(got, pair.want.plain.numbers[cell])
            if here and any(follows(f.formula, pair.at, got) for f in here):
                continue
            if any(follows(f.formula, pair.at, got) for f in vague) or (right and not here):
                continue
            return False
        return True

    def _only_observed(self, cell: int, sample: Sample) -> None:
        """What was seen at one point, where no formula says it."""
        at = ", ".join(
            f"{self.words.symbols[n]} = {sample.at[n]:.4g}" for n in ("a", "b", "k") if n in sample.at
        )
        node = self.words.node(cell)
        if cell == 0:
            self.found.add("data", self.words.data(0), f"{sample.got:.6g} for {at}", idea="")
        else:
            before = sample.at["AB"[cell - 1]]
            self.found.add(
                "derivative",
                self.words.grad(cell),
                f"from {before:.4g} to {sample.got:.6g} for {at}",
                node=node,
                idea="",
            )

    def _line(self, cell: int, pairs: Sequence[Pair]) -> int:
        lines = [p.got.plain.lines[cell] for p in pairs if p.got.plain.lines[cell] > 0]
        return lines[0] if lines else 0

    # ---- the graph and the rule

    def _graph(self, whole: Sequence[Pair]) -> None:
        """Operands that are not recorded, rules that are not stored: where a share is due."""
        facts: dict[tuple[str, str, str], list[Pair]] = {}
        due = {
            cell: [p for p in whole if not p.free and not close(p.due(cell), 0)] for cell in CELLS[self.mode]
        }
        for cell, pairs in due.items():
            for pair in pairs:
                got = pair.got.plain
                if not got.reached[cell - 1]:
                    facts.setdefault(("operand-missing", self.words.node(cell), ""), []).append(pair)
                if got.strange:
                    facts.setdefault(("operand-type", self.words.out, got.strange), []).append(pair)
                stored = any(fact.startswith("rule stored") for fact in got.facts)
                if got.rule == NEVER and not stored and not got.inner:
                    facts.setdefault(("rule-not-stored", self.words.out, ""), []).append(pair)
                elif got.rule not in (STORED, NEVER):
                    facts.setdefault(("rule-called", self.words.out, got.rule), []).append(pair)
        for (kind, node, what), members in facts.items():
            cells = [cell for cell in due if kind != "operand-missing" or self.words.node(cell) == node]
            among = [pair for cell in cells for pair in due[cell]]
            where = self._where(members, among)
            names = self.found.names
            part = f"{self.words.out}.{names.operands if kind.startswith('operand') else names.rule}"
            does = {"operand-missing": f"without {node}", "rule-not-stored": "not set"}.get(kind, what)
            self.found.add(
                kind, part if kind != "operand-missing" else f"{part} ({node})", does, "", where, node=node
            )

    # ---- a gradient

    def _share(self, cell: int, whole: Sequence[Pair], proof: Sequence[Pair]) -> None:
        own, part = "AB"[cell - 1], self.words.grad(cell)
        run = [p for p in whole if _has_run(p)]
        odd = [p for p in run if isnan(p.got.plain.numbers[cell])]
        if odd:
            kind = odd[0].got.plain.grad_kinds[cell - 1]
            if kind != "a number":
                self.found.add("gradient-type", part, kind, "a number", self._where(odd, run))
        samples = []
        for pair in run:
            got, want = pair.got.plain.numbers[cell], pair.want.plain.numbers[cell]
            if isnan(got) or pair.free:
                continue
            wanted = pair.want.formula(cell) or algebra.number(want)
            samples.append(Sample(pair.at, got, close(got, want), wanted, pair.got.formula(cell)))
        for fitted in self._fitted(cell, samples, proof):
            where = self.words.where(fitted.where)
            due = _fewest([(s.at, algebra.sub(s.wanted, algebra.name(own))) for s in fitted.samples])
            shares = dict.fromkeys(share for _, share in due)
            for share in shares:
                condition = where
                if len(shares) > 1:
                    inside = [at for at, right in due if right == share]
                    outside = [s.at for s in samples if not any(s.at is point for point in inside)]
                    condition = self.words.where(algebra.separate(inside, outside, self.known))
                self._take_apart(cell, fitted.formula, share, condition, self._line(cell, whole))

    def _take_apart(self, cell: int, new: Formula, share: Formula, where: str, line: int) -> None:
        """Tell what is wrong with one gradient's new value."""
        node, belong = self.words.node(cell), {"two": "abg", "number": "akg"}.get(self.mode, "ag")
        gradient = Gradient(self.words, cell, new, share, self.result, frozenset((*belong, "out")))
        apart = gradient.apart()
        should = f"{self.words.grad(cell)} += {self.words.text(share)}"
        for finding, words in apart.findings:
            if finding == "no-share":
                words["idea"] = of_nothing(
                    self.found.source, self.found.exercise.defines, cell, self.words, self._marks
                )
            part = self.words.grad(cell)
            self.found.add(finding, part, apart.does, should, where, line, node=node, **words)

    # ---- the same operand twice, a plain number

    def _through_numbers(self) -> None:
        """Where nothing can be seen of two Values, one and a plain number may still show the rule."""

        def pairs(factor: float) -> list[Pair]:
            at = [{**p, "k": p["b"]} for p in points("two", factor)]
            return self._pairs("number", [{n: v for n, v in p.items() if n not in "bB"} for p in at])

        seen, proof = pairs(1.0), pairs(ELSEWHERE)
        if seen and all(pair.got.plain.is_node for pair in seen):
            self._data(seen, proof)
            self._share(1, seen, proof)

    def _same_operand(self) -> None:
        """In a op a: explained by the formulas for two operands, or a finding of its own."""
        at = [{n: v for n, v in point.items() if n not in "bB"} for point in points("two")[:2]]
        for pair in self._pairs("same", at):
            got, want = pair.got.plain, pair.want.plain
            if got.trouble and not self.found.has("raises", "calls-itself"):
                self.found.add(
                    "same-operand",
                    self._twice,
                    got.trouble.error,
                    "",
                    "",
                    line_of(got.trouble, self.found.file),
                )
                return
            if got.trouble or not got.is_node or got.rule != STORED:
                continue
            if close(got.numbers[1], want.numbers[1]):
                if not close(got.numbers[0], want.numbers[0]) and not self._spoilt(0):
                    self.found.add(
                        "same-operand", self._twice, f"{self.found.names.data} = {got.numbers[0]:.6g}"
                    )
                continue
            spoilt = (
                "rule-changes-data",
                "gradient-type",
                "derivative",
                "overwrites",
                "operand-changed",
                "wrapped-again",
            )
            if 1 in self.formulas or 2 in self.formulas or self.found.has(*spoilt):
                continue
            formula, wanted = pair.got.formula(1), pair.want.formula(1)
            own = algebra.name("A")
            does = (
                self.words.text(algebra.sub(formula, own)) if formula is not None else f"{got.numbers[1]:.6g}"
            )
            should = self.words.text(algebra.sub(wanted, own)) if wanted is not None else ""
            part = self.words.grad(1)
            self.found.add("same-operand", self._twice, f"{part} += {does}", f"{part} += {should}")
            return

    @property
    def _twice(self) -> str:
        return f"{self.words.one} {self._sign} {self.words.one}"

    @property
    def _sign(self) -> str:
        return {"__add__": "+", "__mul__": "*"}.get(self._attribute, self.found.exercise.name)

    def _plain_numbers(self, nothing_seen: bool) -> None:
        """With a plain 19 and a plain 22.6, where the reference takes them."""
        base = {n: v for n, v in points("two")[0].items() if n not in "bB"}
        pairs = self._pairs("number", [{**base, "k": k} for k in PLAIN_NUMBERS])
        wrong = [pair for pair in pairs if not self._explained(pair)]
        if not wrong:
            return
        general = self.found.has("calls-itself", "result") or any(
            f.finding == "raises" and not f.condition for f in self.found.found
        )
        if general and nothing_seen and not self._plain_is_other(wrong):
            return
        kinds = [type(pair.at["k"]).__name__ for pair in wrong]
        condition = (
            ""
            if len(wrong) == len(pairs)
            else f"{self.words.two} is {'an' if kinds[0] == 'int' else 'a'} {kinds[0]}"
        )
        pair = wrong[0]
        trouble = pair.got.plain.trouble
        got = trouble.error if trouble else self._odd_number(pair)
        part = f"{self.words.one} {self._sign} {3 if kinds[0] == 'int' else 2.5}"
        self.found.add(
            "plain-number",
            part,
            got,
            "",
            condition,
            line_of(trouble, self.found.file) if trouble else 0,
        )

    def _plain_is_other(self, wrong: Sequence[Pair]) -> bool:
        """Whether a plain number fails in another way than two Values do."""
        said = {f.does for f in self.found.found}
        return any(
            p.got.plain.trouble and p.got.plain.trouble.error not in said for p in wrong
        ) and not self.found.has("calls-itself")

    def _explained(self, pair: Pair) -> bool:
        """Whether the operation is right there, or wrong in the way that is known from two Values."""
        got, want = pair.got.plain, pair.want.plain
        if got.trouble or got.result != want.result:
            return False
        if not got.is_node or got.rule != want.rule:
            return self.found.has(
                "data-type", "rule-not-stored", "rule-called", "rule-elsewhere", "wrapped-again"
            )
        at = {**pair.at, "b": pair.at["k"], "B": 0.0, "B_": 0.0}
        for cell in (0, 1):
            number = got.numbers[cell]
            if close(number, want.numbers[cell]):
                continue
            known = self.formulas.get(cell, [])
            if isnan(number) and self.found.has("gradient-type", "data-type"):
                continue
            if not any(follows(f.formula, at, number) for f in known) and not self._spoilt(cell):
                return False
        return True

    def _spoilt(self, cell: int) -> bool:
        """Whether it is known already that the cell goes wrong in a way that no formula says."""
        part = self.words.grad(cell) if cell else self.words.data(0)
        return any(f.part == part for f in self.found.found)

    def _odd_number(self, pair: Pair) -> str:
        got, want = pair.got.plain, pair.want.plain
        if got.result != "a Value":
            return got.result
        if not close(got.numbers[0], want.numbers[0]):
            at = f"{self.words.symbols['a']} = {pair.at['a']:.4g}, {self.words.two} = {pair.at['k']}"
            return f"{self.words.data(0)} = {got.numbers[0]:.6g} for {at}"
        return f"another share for {self.words.one}"


def _fewest(due: Sequence[tuple[Point, Formula]]) -> list[tuple[Point, Formula]]:
    """What is due at each point, by a formula that holds at other points too where it gives that number.

    A number that happens to be 0 has no name, and what is made of it looks like another formula.
    """
    usual = [formula for formula, _ in Counter(formula for _, formula in due).most_common()]

    def same(one: Formula, other: Formula, at: Point) -> bool:
        try:
            return one == other or follows(one, at, algebra.value(other, at))
        except algebra.UNDEFINED:
            return False

    return [(at, next(other for other in usual if same(other, formula, at))) for at, formula in due]
