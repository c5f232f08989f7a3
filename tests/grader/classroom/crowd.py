"""A class of any size, made up at random from a seed: people of all kinds of progress and mistakes."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache

from grader.course.course import here
from grader.model import (
    Adjustment,
    Counterexample,
    Crashed,
    Failed,
    Finding,
    Node,
    NotStarted,
    Passed,
    Person,
    Result,
    TimedOut,
    Verdict,
)
from grader.report.report import Report
from grader.report.rubric import of
from grader.report.standings import Standing, Standings

DEADLINE = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FIRST = (
    "Ada Alan Barbara Carl Chinua Dorothy Emmy Fatima Grace Hannah Ibrahim Jun Kofi Lin Mei Noor Omar Priya"
)
LAST = "Abara Berg Chen Dubois Eriksen Fischer García Haddad Ito Jansen Kowalski Lopez Müller Nguyen Petrov"
IDEAS = (
    ("overwrites", "It assigns gradients instead of adding to them.", "self.grad = out.grad", "Accumulation"),
    ("forgets-upstream", "It leaves out what arrives from above.", "self.grad += 1", "Chain rule"),
    ("first-operand-only", "Only the first operand receives its share.", "nothing", "Chain rule"),
    ("adds-values", "The Values are computed with, not their numbers.", "self + other", "Forward pass"),
)
WHY = (
    "A node that is used twice has two ways to the result, and both count. Whatever writes the second share "
    "over the first loses one of them, and nobody notices until a Value appears in two places."
)
HOSTILE = (
    Person("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "x@example.org"),
    Person("a\"b'c</script><!--", "Quote \" and ' and </script>", ""),
    Person("right\u202eleft", "\u202egnp.exe \u2066x\u2069", ""),
    Person("line\u2028break&amp;", "\x1b[31mred\x00", ""),
    Person("\ud800 #?%/", "עברית", ""),
    Person("", "", ""),
)


@cache
def rubric():
    return of(here())


def shown(chance):
    a, b = chance.randint(-9, 9), chance.randint(1, 9)
    source = f"a = Value({a}.0)\nb = Value({b}.0)\nc = a + b\nd = c * a\nd.backward()\n"
    expected = (("d.data", float((a + b) * a)), ("a.grad", 2.0 * a + b), ("b.grad", float(a)))
    got = (expected[0], ("a.grad", float(a)), ("b.grad", chance.choice([float(a), float("nan"), 0.0])))
    graph = (
        Node("a", str(a), (), (a, a), (2.0 * a + b, float(a)), True),
        Node("b", str(b), (), (b, b), (float(a), float(a)), False),
        Node("c", "a + b", ("a", "b"), (a + b, a + b), (float(a), float(a)), False),
        Node("d", "c * a", ("c", "a"), ((a + b) * a, (a + b) * a), (1.0, 1.0), False),
    )
    return Counterexample(source, expected, got, True, graph)


def module(chance):
    expected = tuple((f"w{place}.grad", round(chance.uniform(-1, 1), 6)) for place in range(1, 5))
    got = tuple((label, value if place else 2 * value) for place, (label, value) in enumerate(expected))
    source = "from exercises import MLP, Value\nm = MLP(2, [3, 1])\nm([Value(1.0), Value(-2.0)]).backward()\n"
    return Counterexample(source, expected, got, True)


def outcome(chance, name):
    kind = chance.random()
    if kind < 0.75:
        return Failed(200, module(chance) if name in ("neuron", "layer", "mlp") else shown(chance))
    if kind < 0.93:
        frames = (f"{name}.py, line {chance.randint(4, 20)}, in {name}",) * chance.choice([1, 3])
        return Crashed(3, "TypeError: 'NoneType' object is not callable", frames, shown(chance))
    return TimedOut(10.0, shown(chance))


def result(chance, part, skill):
    """One of the results there are of somebody of that skill, from 0 to 1."""
    claims = rubric().claims[part.name]
    if chance.random() > skill + 0.35:
        return Result(
            part, tuple(Verdict(c, NotStarted(f"{part.name}.py is still the stub")) for c in claims)
        )
    fluent = chance.random() < skill
    wrong = set() if fluent else set(chance.sample(range(len(claims)), chance.randint(1, len(claims))))
    verdicts = tuple(
        Verdict(claim, outcome(chance, part.name) if place in wrong else Passed(200))
        for place, claim in enumerate(claims)
    )
    read = bool(wrong) and chance.random() < 0.6
    return Result(part, verdicts, tuple(found(chance)) if read else ())


def found(chance):
    """One to three findings, of different kinds."""
    for idea, name, does, hint in chance.sample(IDEAS, chance.choice([1, 1, 2, 3])):
        yield Finding(idea, name, "self.grad", does, "", "", WHY, hint, chance.randint(4, 20))


def pools(chance, different):
    """For each part, the results that its people have, by how skilled they are."""
    return {
        part.name: [result(chance, part, place / different) for place in range(different)]
        for part in rubric().parts
    }


def standing(chance, person, kept):
    if chance.random() < 0.04:
        trouble = "the archive holds no add.py" if chance.random() < 0.5 else ""
        return Standing(person, None, DEADLINE if trouble else None, 0, trouble)
    skill = min(0.999, max(0.0, chance.gauss(0.62, 0.24)))
    results = [one(chance, kept[part.name], skill) for part in rubric().exercises]
    together = one(chance, kept["together"], skill)
    late = chance.randint(1, 3) if chance.random() < 0.12 else 0
    lines = (Adjustment(f"late, {late} days begun: {late}0 % less", Fraction(-late * 5, 2)),) if late else ()
    report = Report("work", "ab" * 32, 7, "full", tuple(results), together, (("grader", "0.1.0"),), lines)
    handed_in = DEADLINE + timedelta(minutes=chance.randint(-9000, 0) + late * 1400)
    return Standing(person, report, handed_in, chance.randint(1, 9))


def one(chance, kept, skill):
    place = int(len(kept) * min(0.999, max(0.0, skill + chance.gauss(0, 0.12))))
    return kept[place]


def crowd(size, seed=0, different=60, people=()):
    """A class; those given come first, and are graded like everybody."""
    chance = random.Random(seed)
    kept = pools(chance, different)
    names = [
        Person(
            f"s{number:05}",
            f"{chance.choice(FIRST.split())} {chance.choice(LAST.split())}",
            f"s{number:05}@example.org",
        )
        for number in range(size - len(people))
    ]
    everyone = [standing(chance, person, kept) for person in (*people, *names)]
    title, exercises, together = rubric().title, rubric().exercises, rubric().together
    return Standings(title, exercises, together, DEADLINE, lambda: iter(everyone))
