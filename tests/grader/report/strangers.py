"""A report as the JSON that comes from a stranger, and ways to change it."""

import copy
import json

NODES = [
    {"name": name, "formula": formula, "operands": operands, "suspect": name == "b"}
    | {"data": {"expected": data, "got": data}, "grad": {"expected": 1.0, "got": got}}
    for name, formula, operands, data, got in (
        ("a", "2.0", [], 2.0, 1.0),
        ("b", "a * a", ["a", "a"], 4.0, "nan"),
    )
]
FAILED = {
    "name": "gradient",
    "title": "The gradient is right.",
    "kind": "graded",
    "status": "failed",
    "score": 0,
    "max_score": 5,
    "cases": 1,
    "counterexample": {
        "program": "b = a * a\nb.backward()",
        "expected": {"b.data": 4.0, "a.grad": 4.0},
        "got": {"b.data": 4.0, "a.grad": 2.0},
        "graph": NODES,
    },
    "error": None,
    "frames": [],
}
CRASHED = FAILED | {"status": "crashed", "error": "ValueError: no", "counterexample": None}
PASSED = FAILED | {"name": "data", "status": "passed", "score": 5, "counterexample": None}
FOUND = {
    "finding": "x",
    "name": "It overwrites.",
    "part": "self.grad",
    "does": "self.grad = out.grad",
    "should": "",
    "condition": "self.data > 0",
    "explanation": "Why.",
    "hint": "mul",
    "line": 4,
}
MUL = {
    "name": "mul",
    "title": "a * b",
    "status": "failed",
    "score": 5,
    "max_score": 10,
    "bonus": 0,
    "max_bonus": 0,
    "properties": [FAILED, PASSED],
    "diagnosis": {"misconception": "x", "name": "It overwrites.", "explanation": "Why.", "hint": "mul"},
    "findings": [FOUND],
    "notes": [],
}
REPORT = {
    "schema": "nanograd/report/v1",
    "submission": {"name": "exercises", "digest": "0" * 64},
    "seed": 0,
    "isolation": "full",
    "score": 5,
    "raw_score": 5,
    "max_score": 10,
    "adjustments": [],
    "bonus": 0,
    "max_bonus": 0,
    "exercises": [MUL],
    "together": None,
    "versions": {},
    "changes": {"base": "a" * 40, "head": "b" * 40, "exercises": ["mul"], "graded": ["mul"]}
    | {"elsewhere": ["Makefile"], "more": 2},
}


def report(place="", value=None):
    """The report with another value at a place: keys with dots between them."""
    made = copy.deepcopy(REPORT)
    if place:
        *keys, last = [int(key) if key.isdigit() else key for key in place.split(".")]
        inner = made
        for key in keys:
            inner = inner[key]
        inner[last] = value
    return made


def graded(properties, **others):
    """A report on one exercise, that is worth what its properties are."""
    worth, got = (sum(entry[key] for entry in properties) for key in ("max_score", "score"))
    mul = MUL | {"properties": properties, "max_score": worth, "score": got} | others
    return report() | {"exercises": [mul], "score": mul["score"], "max_score": worth}


def scored(points):
    """The report, after a policy that makes these points of its five."""
    return report("adjustments", [{"title": "rest", "points": points - 5}]) | {"score": points}


def crashed(frames):
    return graded([CRASHED | {"frames": frames}, PASSED], findings=[])


def shown_of(found):
    """The counterexample of the first property."""
    return found[0].results[0].verdicts[0].outcome.counterexample


def packed(plain):
    return json.dumps(plain).encode()


def texts(plain, path=""):
    """Every place in a report that holds a text."""
    if isinstance(plain, str):
        yield path
    items = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in items:
        yield from texts(value, f"{path}.{key}" if path else str(key))
