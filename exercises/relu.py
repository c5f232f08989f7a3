"""Exercise 4: relu. Keeps what is positive and turns the rest into zero.

Forward:   out = max(0, a)
Backward:  d out/d a = 1 where a > 0 and 0 where a < 0, times the gradient that arrives at out.

Grade it:  grader grade --exercise relu, or make grade EX=relu        Stuck?  HINTS.md, relu
"""

from __future__ import annotations

if __name__ == "__main__":
    import package  # so that this file can also be run by itself

from .value import Value


def relu(self: Value) -> Value:
    """Return max(0, self) as a new Value that knows how to send its gradient back."""
    # TODO 1: Make the result: zero or the data, whichever is larger; its operand; the label "relu".
    # TODO 2: Define _backward(): let the gradient that arrives at out through, or stop it.
    # TODO 3: Store the function in out._backward, and return out.
    raise NotImplementedError("relu: TODO 1 to 3")
