"""The gradient that arrives at the result is left out.

The local derivatives are right, and if the product is the root itself they are all there is. But
further on in the graph the product may be scaled again, and that is lost here. It shows in (a * b)
* c, where a does not notice c.

Hint: Chain rule
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data
        other.grad += self.data

    out._backward = _backward
    return out
