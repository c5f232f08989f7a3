"""Exercise 3: pow. Makes a ** k a node of the graph, for a plain number k.

Forward:   out = a ** k
Backward:  d out/d a = k * a ** (k - 1), times the gradient that arrives at out.

Grade it:  grader grade --exercise pow, or make grade EX=pow        Stuck?  HINTS.md, pow
"""

from __future__ import annotations

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .value import Number, Value


def pow(self: Value, exponent: Number) -> Value:
    """Return self ** exponent as a new Value; exponent is an int or a float, not a Value."""
    # TODO 1: Make the result: the power, its one operand (self,), and a label such as "**2".
    # TODO 2: Define _backward(): the power rule, times the gradient that arrives at out.
    # TODO 3: Store the function in out._backward, and return out.
    raise NotImplementedError("pow: TODO 1 to 3")
