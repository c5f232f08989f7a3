"""Reads backward(): whose gradients are set, who has a turn when, and what a call leaves behind.

A call counts as wrong only where gradients come out wrong, and a turn only where a share was lost by it, or
sent twice. Patterns say more of what was found, and find nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from math import inf, isnan

from grader.autograd.reading.algebra import close
from grader.autograd.reading.findings import Findings
from grader.autograd.reading.naming import COURSES, Names, parameters
from grader.autograd.reading.records import Ask, Unreadable
from grader.autograd.reading.walks import WALKS, Graph, Look, look, right
from grader.model import Exercise, Finding, Raised

FEW = 4  # graphs, of which too many patterns hold


def read(exercise: Exercise, source: str, ask: Ask, names: Names = COURSES) -> tuple[Finding, ...]:
    """What a backward() does otherwise than it should."""
    got = ask([walk.question() for walk in WALKS])
    found = Findings(exercise, source, names)
    try:
        seen = [look(walk, answer) for walk, answer in zip(WALKS, got, strict=True)]
    except Unreadable:
        return ()
    if names.resets:
        seen = [each for each in seen if each is None or not any(each.walk.before)]
    root = next(iter(parameters(source, exercise.defines)), "self")
    _Told(seen, found, root).all()
    return tuple(found.found)


class _Told:
    """Turns looks into findings, each from the smallest graph that shows it.

    looks: at first calls, with the first version of hashes; of these, fresh: where all gradients were 0.
    chance: one where other versions' turns go wrong in other places. Then only what goes wrong with all of
    them is said of the code.
    """

    def __init__(self, seen: Sequence[Look | None], found: Findings, root: str) -> None:
        self.root, self.grad, self.data = (
            f"{root}{dot}" for dot in ("", f".{found.names.grad}", f".{found.names.data}")
        )
        first, last = seen[0], seen[-1]
        self.every = [each for each in seen if each is not None and not each.walk.again]
        if first and last and (first.places, first.grads, first.end) != (last.places, last.grads, last.end):
            self.every = [first]  # what was asked later came out as it did because of earlier calls
        self.every.sort(key=lambda each: len(each.graph.names))
        self.looks = [each for each in self.every if each.walk.version == 0]
        self.fresh = [each for each in self.looks if each.usable and each.walk.fresh]
        self.first, self.again = first, next((each for each in seen if each and each.walk.again), None)
        self.found = found
        self.chance = next((each for each in self.every if self._by_chance(each)), None)

    def all(self) -> None:
        """Look for everything, the most telling first."""
        if not any(each.wrong for each in (*self.every, self.again) if each):
            return
        self._ends()
        self._seed()
        self._seed_with_an_earlier_one()
        self._set()
        self._missing()
        self._repeated()
        self._order()
        self._data()
        self._afterwards()

    def _add(
        self, finding: str, part: str, does: str, should: str, at: str, line: int = 0, **more: str
    ) -> None:
        self.found.add(finding, part, does, should, self.found.names.said(at), line, **more)

    def _raised(self, trouble: Raised, at: str) -> None:
        self.found.raised(self.found.names.backward, trouble, at)

    def _turns(self, finding: str, at: Look, line: int = 0, said: str = "", **more: str) -> None:
        """Take a finding about turns, which a strip shows."""
        self._add(finding, "turns", said or at.strip(), right(at.graph), at.graph.text, line, **more)

    def _versions(self, one: Look) -> list[Look]:
        """The same call with each version of hashes."""
        return [
            e for e in self.every if e.usable and e.graph is one.graph and e.walk.before == one.walk.before
        ]

    def _by_chance(self, one: Look) -> bool:
        lost = one.usable and one.wrong and one.late
        return bool(lost) and any(one.late != other.late for other in self._versions(one))

    def _wrong(self, places: Callable[[Look], Collection[int]]) -> list[tuple[Look, int]]:
        """Where gradients come out wrong, and the first made of these nodes; the smallest graph first.

        In whatever order they were met: that may be a set's.
        """
        looks = [each for each in self.looks if each.usable and each.wrong]
        return [(each, min(places(each))) for each in looks if places(each)]

    def _wrong_turns(self, places: Callable[[Look], Collection[int]]) -> list[tuple[Look, int]]:
        """The same, of places that go wrong with every version of hashes."""
        if self.chance is None:
            return self._wrong(places)
        tried = {walk.graph.text for walk in WALKS if walk.version}

        def always(each: Look) -> list[int]:
            versions = self._versions(each) if each.walk.fresh and each.graph.text in tried else []
            return [x for x in places(each) if versions and all(x in places(other) for other in versions)]

        return self._wrong(always)

    def _ends(self) -> None:
        ended = [each for each in self.looks if each.end]
        for at in ended[:1]:
            where = "" if len(ended) == len(self.looks) else at.graph.text
            frames = at.raised.frames if at.raised else ()
            if at.raised and at.end == "raises":
                self._raised(at.raised, where)
            else:
                self._add(
                    "endless", self.found.names.backward, at.end, "comes to an end", where, self._line(frames)
                )

    def _line(self, frames: Sequence[str]) -> int:
        """The line of the first of these frames that is in the file that is read."""
        where = re.compile(rf"{re.escape(self.found.file)}\.py, line (\d{{1,6}}),", re.ASCII)
        lines = (where.match(frame) for frame in frames)
        return next((int(line[1]) for line in lines if line), 0)

    # ---- gradients that are set

    def _seed(self) -> None:
        off = [each for each in self.fresh if not close(each.seed, 1)]
        if not off or not any(each.wrong for each in self.fresh):
            return
        at = next((each for each in off if each.turns_of(each.graph.root)), off[0])
        line = at.seeds[0][1] if at.seeds else 0
        if not any(number for each in self.fresh for number, _ in each.seeds):
            self._add("seed-missing", self.grad, "never set", "1.0", "")
        elif all(close(each.seed, each.graph.data[-1]) for each in self.fresh):
            self._add("seed-wrong", self.grad, self.data, "1.0", "", line, start="starts as the root's data")
        else:
            written = [number for number, _ in at.seeds if number and abs(number) < inf and number != at.seed]
            when = "at its turn" if at.turns_of(at.graph.root) else "in the end"
            does = f"no number {when}" if isnan(at.seed) else f"{at.seed:.4g} {when}"
            does = f"set to {written[0]:.4g}, but {does}" if written else does
            where = "" if len(off) == len(self.fresh) else at.graph.text
            self._add("seed-wrong", self.grad, does, "1.0", where, line, start=f"is {does}")

    def _seed_with_an_earlier_one(self) -> None:
        fresh = {id(each.graph): each.seed for each in self.fresh if each.seed != 0}
        later = [
            each for each in self.looks if each.usable and id(each.graph) in fresh and any(each.walk.before)
        ]
        kept = [each for each in later if not close(each.seed, fresh[id(each.graph)])]
        at = next((each for each in kept if each.wrong), None)
        if at is None:
            return
        line = at.seeds[0][1] if at.seeds else 0
        if all(close(each.seed, each.walk.before[-1] + fresh[id(each.graph)]) for each in kept):
            self._add("seed-added", self.grad, "what it was, and more", "1.0", f"{self.grad} != 0", line)
        elif all(close(each.seed, each.walk.before[-1]) for each in kept):
            self._add("seed-conditional", self.grad, "what it was", "1.0", f"{self.grad} != 0", line)

    def _set(self) -> None:
        for at, place in self._wrong(lambda each: each.ones)[:1]:
            name, text = at.graph.names[place], at.graph.text
            calls = (
                f", as {self.found.names.backward} is called for {name}, too" if place in at.called else ""
            )
            self._add(
                "seeds-many",
                f"{name}.{self.found.names.grad}",
                "set to 1",
                "not set",
                text,
                at.ones[place],
                calls=calls,
            )
        zeroed = [] if self.found.names.resets else self._wrong(lambda each: each.zeroed)
        for at, place in zeroed[:1]:
            name, before = at.graph.names[place], at.walk.before[place]
            where = (
                f"{at.graph.text}; {name}.{self.found.names.grad} = {before:.2f}" if before else at.graph.text
            )
            inner = at.graph.operands[place]
            lost = (
                "What it has not yet passed on" if inner else "What earlier calls, or other uses, brought it"
            )
            self._add(
                "resets",
                f"{name}.{self.found.names.grad}",
                "set to 0",
                "not set",
                where,
                at.zeroed[place],
                lost=lost,
            )

    # ---- turns

    def _missing(self) -> None:
        facts = self._wrong_turns(lambda each: each.missing)
        for at, place in facts[:1]:
            pattern = _pattern_of_missing(self.fresh, facts)
            self._turns("never-runs", at, node=at.graph.names[place], pattern=pattern)

    def _repeated(self) -> None:
        for at, place in self._wrong_turns(lambda each: each.repeated)[:1]:
            times = len(at.turns_of(place))
            ways = ", as many as there are ways to it" if times == _ways(at.graph)[place] else ""
            words = {"node": at.graph.names[place], "times": str(times), "ways": ways}
            self._turns("runs-again", at, at.line(place), **words)

    def _order(self) -> None:
        if self.chance is not None:
            place, user = next(iter(self.chance.late.items()))
            self._turns("order-by-chance", self.chance, said=self.chance.strip(place, user))
            return
        for at, place in self._wrong(lambda each: each.late)[:1]:
            user = at.late[place]
            larger = [each for each in self.fresh if len(each.graph.inner) > 1]
            fitting = (words for words, holds in ORDERS.items() if all(map(holds, larger)))
            pattern = next(fitting, "") if len(larger) >= FEW else ""
            names = {"node": at.graph.names[place], "user": at.graph.names[user]}
            inferred = f" In every graph that was tried, turns go {pattern}." if pattern else ""
            said = at.strip(place, user)
            self._turns("order", at, at.line(place), said=said, **names, pattern=inferred)

    # ---- what a call leaves behind

    def _data(self) -> None:
        for at in self.looks:
            changed = [place for place, traces in enumerate(at.traces) if "other data" in traces]
            if changed:
                part = f"{at.graph.names[changed[0]]}.{self.found.names.data}"
                self._add("graph-changed", part, "another number", "left alone", at.graph.text)
                break

    def _afterwards(self) -> None:
        first, again = self.first, self.again
        if first is None or not first.usable or again is None or not again.wrong:
            return
        fewer = {*first.places} - {*again.places}
        more = any(len(again.turns_of(place)) > len(first.turns_of(place)) for place in first.places)
        emptied = [place for place, traces in enumerate(first.traces) if "other operands" in traces]
        where = f"{again.graph.text}, a second time"
        if emptied and fewer:
            part = f"{first.graph.names[emptied[0]]}.{self.found.names.operands}"
            self._add("graph-changed", part, "other operands", "left alone", again.graph.text)
        elif again.raised and again.end == "raises":
            self._raised(again.raised, where)
        elif not again.end and (fewer or more):
            what = "gives the first call's nodes turns again" if more else "leaves out nodes that had a turn"
            marked = any("a mark" in traces for traces in first.traces)
            marks = " An attribute that the first call put on nodes is still there." if marked else ""
            self._add("remembers", "turns", again.strip(), first.strip(), where, what=what, marks=marks)


def _ways(graph: Graph) -> list[int]:
    """In how many ways each node is reached from the root."""
    ways = [0] * graph.root + [1]
    for place in graph.inner:
        for operand in graph.operands[place]:
            ways[operand] += ways[place]
    return ways


# ---- patterns


def _pattern_of_missing(fresh: Sequence[Look], facts: Sequence[tuple[Look, int]]) -> str:
    """What there is in common where nodes have no turn."""
    larger = [each for each in fresh if each.graph.inner]

    def only(places: Callable[[Graph], Collection[int]]) -> bool:
        return all({*each.places} == {*places(each.graph)} & {*each.graph.inner} for each in larger)

    def always(holds: Callable[[Graph, int], bool]) -> bool:
        return all(holds(each.graph, place) for each, place in facts)

    patterns: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("no node has one", lambda: only(lambda _: ())),
        ("only the root has one", lambda: only(lambda g: [g.root])),
        ("only the root and its operands have one", lambda: only(lambda g: [g.root, *g.operands[-1]])),
        ("turns go along first operands only", lambda: only(lambda g: _side(g, 0))),
        ("turns go along last operands only", lambda: only(lambda g: _side(g, -1))),
        ("the root has none", lambda: all(each.graph.root not in each.places for each in larger)),
        ("such a node's data is 0", lambda: always(lambda g, x: g.data[x] == 0)),
        ("such a node's data equals another's", lambda: always(lambda g, x: g.data.count(g.data[x]) > 1)),
        ("one operation uses such a node twice", lambda: always(_twice_an_operand)),
        ("an operand of such a node is used elsewhere, too", lambda: always(_shares_an_operand)),
    )
    fitting = (f" In every graph that was tried, {words}." for words, holds in patterns if holds())
    return next(fitting, "") if len(larger) >= FEW else ""


def _twice_an_operand(graph: Graph, place: int) -> bool:
    return any(of.count(place) > 1 for of in graph.operands)


def _shares_an_operand(graph: Graph, place: int) -> bool:
    return any(sum(of.count(x) for of in graph.operands) > 1 for x in graph.operands[place])


def _side(graph: Graph, which: int) -> list[int]:
    path = [graph.root]
    while graph.operands[path[-1]]:
        path.append(graph.operands[path[-1]][which])
    return path


def _up(seen: Look) -> bool:
    turns = seen.places
    pairs = ((x, user) for x in turns for user in seen.graph.users(x) if user in turns)
    return all(turns.index(x) < turns.index(user) for x, user in pairs)


def _listed(seen: Look, last: bool, on_sight: bool) -> bool:
    """Whether turns go as a list of what is to do gives them; last: from its end; on_sight: once each."""
    graph = seen.graph
    todo, listed, order = [graph.root], {graph.root}, []
    while todo:
        place = todo.pop(-1 if last else 0)
        if place not in order:
            order.append(place)
            operands = graph.operands[place] if on_sight else graph.operands[place][::-1]
            todo += [x for x in dict.fromkeys(operands) if not on_sight or x not in listed]
            listed.update(operands)
    return seen.places == [place for place in order if graph.operands[place]]


def _sorted(seen: Look) -> bool:
    data = [seen.graph.data[place] for place in seen.places]
    return data == sorted(data) or data == sorted(data, reverse=True)


ORDERS: dict[str, Callable[[Look], bool]] = {
    "from the leaves up to the root": _up,
    "by the distance from the root": lambda each: _listed(each, last=False, on_sight=True),
    "to nodes as they are first reached": lambda each: _listed(each, last=True, on_sight=False),
    "to nodes as they come off a stack": lambda each: _listed(each, last=True, on_sight=True),
    "by the nodes' data": _sorted,
}
