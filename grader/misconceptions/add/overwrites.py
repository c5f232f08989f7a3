"""The gradient overwrites what was there instead of adding to it.

An operand can be used in more than one place, and every use has its say in its gradient. Here each
new share wipes out the one before, so only the last use is left. With a + b it cannot be seen; with
a + a the gradient is 1 where it should be 2.

Hint: Accumulation
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad = out.grad
        other.grad = out.grad

    out._backward = _backward
    return out
