"""Exercise 2: mul. Makes a * b a node of the graph.

Forward:   out = a * b
Backward:  d out/d a = b and d out/d b = a, each times the gradient that arrives at out.

Grade it:  grader grade --exercise mul, or make grade EX=mul        Stuck?  HINTS.md, mul
"""

from __future__ import annotations

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    """Return self * other as a new Value that knows how to send its gradient back."""
    # TODO 1: If other is a plain number, wrap it in a Value, so that a * 2 works.
    # TODO 2: Make the result: a new Value with the product, its operands and the label "*".
    # TODO 3: Define _backward(): what does each operand's gradient grow by?
    # TODO 4: Store the function in out._backward, and return out.
    raise NotImplementedError("mul: TODO 1 to 4")
