"""Exercise 1: add. Makes a + b a node of the graph.

Forward:   out = a + b
Backward:  d out/d a = 1 and d out/d b = 1, so each operand's gradient grows by out's.

Grade it:  grader grade --exercise add, or make grade EX=add        Stuck?  HINTS.md, add
"""

from __future__ import annotations

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    """Return self + other as a new Value that knows how to send its gradient back."""
    # TODO 1: If other is a plain number, wrap it in a Value, so that a + 1 works.
    # TODO 2: Make the result: a new Value with the sum, its operands (self, other) and the label "+".
    # TODO 3: Define _backward(): add out's gradient, times the local derivative, to each operand's.
    # TODO 4: Store the function itself in out._backward (without calling it), and return out.
    raise NotImplementedError("add: TODO 1 to 4")
