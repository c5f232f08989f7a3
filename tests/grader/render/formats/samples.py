"""Reports and classes made by hand, with everything an outside format may stumble over."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from grader.model import (
    Adjustment,
    Claim,
    Counterexample,
    Crashed,
    Exercise,
    Failed,
    Finding,
    Kind,
    Node,
    NotStarted,
    Passed,
    Person,
    Result,
    TimedOut,
    Verdict,
)
from grader.render.export import CLASS
from grader.report.report import Report
from grader.report.standings import Standing, Standings

# Files of a whole class that need nothing of a platform; for the others see classroom/test_round_trips.py.
ANYWHERE = sorted(set(CLASS) - {"blackboard", "moodle"})
FOLDER = Path(__file__).parent
DEADLINE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HANDED_IN = datetime(2026, 2, 28, 23, 30, 5, tzinfo=UTC)
# Terminal escapes, bidirectional marks, markup, mentions, workflow commands; invalid in XML and in UTF-8.
HOSTILE = (
    "::error::\x1b[2J\u202e\x00\ufffe\ud800<b>&\"'\r\n::set-output name=x::]]> @everyone ##[error] **x**"
)

ADD = Exercise("add", "a + b", Fraction(10), ())
MUL = Exercise("mul", "a * b", Fraction(10), ())
POW = Exercise("pow", "a ** k", Fraction(20), ())
TOGETHER = Exercise("together", "all of it", Fraction(0), (), own=True)
SHOWN = Counterexample(
    "a = Value(2.0)\nb = a + a\nb.backward()\n",
    (("b.data", 4.0), ("a.grad", 2.0)),
    (("b.data", float("nan")), ("a.grad", 1.0)),
    False,
    (
        Node("a", "2", (), (2.0, 2.0), (2.0, 1.0), True),
        Node("b", "a + a", ("a", "a"), (4.0, float("inf")), (1.0, 1.0), False),
    ),
)
FOUND = (
    Finding(
        "overwrites",
        "It overwrites gradients.",
        "self.grad",
        "self.grad = out.grad",
        "",
        "",
        "Gradients add up.",
        "Accumulating",
        12,
    ),
    Finding(
        "sign",
        "A share has the wrong sign.",
        "other.grad",
        "other.grad += -out.grad",
        "",
        "self.data > 0",
        "The other sign.",
        "Chain rule",
    ),
)
# As a report has it that was made before there were findings.
GUESSED = replace(FOUND[0], part="", does="", line=0)
PASSED = Passed(40)
FAILED = Failed(40, SHOWN)
CRASHED = Crashed(3, f"ValueError: {HOSTILE}", ("add.py, line 2, in add",))
CIRCLE = Crashed(
    91,
    "RecursionError: maximum recursion depth exceeded",
    (*("mul.py, line 10, in mul", "pow.py, line 12, in pow") * 2, "add.py, line 20, in add"),
)
TIMED_OUT = TimedOut(10.0)
NOT_STARTED = NotStarted("pow.py is still the stub")


def verdict(name, outcome, share=1, kind=Kind.GRADED):
    return Verdict(Claim(name, f"{name} holds", kind, Fraction(share)), outcome)


def result(exercise, *verdicts, findings=()):
    return Result(exercise, verdicts, findings)


def graded(exercise, *outcomes, findings=()):
    """A result with a graded property for each outcome."""
    verdicts = [verdict(f"claim_{place}", outcome) for place, outcome in enumerate(outcomes, start=1)]
    return result(exercise, *verdicts, findings=findings)


def report(*results, together=None, adjustments=(), submission="work"):
    versions = (("grader", "0.1.0"), ("torch", "2.13.0"))
    return Report(submission, "ab" * 32, 7, "full", results, together, versions, adjustments)


def mixed():
    """One report of every outcome: 10 * 2/3 + 0 + 0 points and 3 of 5 bonus points, less 2.5, and a note."""
    add = result(
        ADD,
        verdict("sums", PASSED),
        verdict("accumulates", FAILED),
        verdict("commutes", PASSED),
        verdict("long", PASSED, 3, Kind.BONUS),
        verdict("longer", FAILED, 2, Kind.BONUS),
        verdict("style", FAILED, 0, Kind.NOTE),
        findings=FOUND,
    )
    late = Adjustment("late, 1 day begun: 10 % less", Fraction(-5, 2))
    return report(add, graded(MUL, CRASHED, TIMED_OUT), graded(POW, NOT_STARTED), adjustments=(late,))


def perfect():
    """Full marks, in shares that floating point cannot add up; a note, and the last mark."""
    note = verdict("style", FAILED, 0, Kind.NOTE)
    add = result(ADD, *(verdict(f"claim_{n}", PASSED) for n in range(7)), note)
    last = result(TOGETHER, verdict("trains", PASSED, 5, Kind.BONUS))
    return report(add, graded(MUL, *[PASSED] * 3), graded(POW, *[PASSED] * 11), together=last)


def in_a_circle(*outcomes, points=0):
    """Every exercise passes alone; of all parts together this came, by default an endless recursion."""
    last = replace(TOGETHER, points=Fraction(points))
    verdicts = [
        verdict(f"works_{n}", outcome, 2, Kind.BONUS) for n, outcome in enumerate(outcomes or [CIRCLE] * 2)
    ]
    alone = (graded(exercise, PASSED) for exercise in (ADD, MUL, POW))
    return report(*alone, together=result(last, *verdicts))


def sunk():
    """A report that policies would take below zero."""
    return report(
        graded(ADD, FAILED, PASSED),
        adjustments=(Adjustment("late: 3 days", Fraction(-20)), Adjustment("pair: +1", Fraction(1))),
    )


def everyone():
    """A class: done, half done with policies, ungradable, and absent; ids and names partly hostile."""
    return [
        Standing(Person("anna", "Anna Nguyen", "anna@example.org"), perfect(), HANDED_IN, 2),
        Standing(Person("=1+1", '"=cmd|x', "+49"), mixed(), HANDED_IN, 1, "last: no add.py"),
        Standing(Person("bob", "Points Possible"), None, HANDED_IN, 0, "@the archive is broken"),
        Standing(Person("../../etc/passwd", HOSTILE), sunk(), None, 1),
        Standing(Person("zoe", "Doe, Zoe Mae"), None),
    ]


def a_class(people=None, points=0):
    """points: of the last mark."""
    people = everyone() if people is None else people
    last = replace(TOGETHER, points=Fraction(points))
    return Standings("Autodiff, from scratch", (ADD, MUL, POW), last, DEADLINE, lambda: iter(people))


RULES = "in a shape of its own, judged by the course's promises"


def ruled():
    """A report that says by which rules it came about."""
    return replace(mixed(), rules=RULES)


def renamed(whole, id_):
    return replace(whole, person=Person(id_))
