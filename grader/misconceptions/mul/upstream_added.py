"""The gradient that arrives is added to the local derivative instead of being combined by the chain rule.

The local derivative and what arrives from further on are both there, but rates of change that
follow each other are not summed. If the product moves 3 for 1 and the root moves 1 for 1, the root
does not move 4. It shows in a * b with 2 and 3.

Hint: Chain rule
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def mul(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")

    def _backward() -> None:
        self.grad += other.data + out.grad
        other.grad += self.data + out.grad

    out._backward = _backward
    return out
