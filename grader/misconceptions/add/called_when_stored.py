"""The function _backward is called when it is stored, so that its result is stored instead.

The function runs at once, in the forward pass, when no gradient has arrived yet, and what is kept
is what it returned: None. The data are all right. The trouble comes with backward(), which tries to
call None, in a + b and in anything else.

Hint: add: level 1, the idea
Seen by: same_operand_twice
"""

from __future__ import annotations

from .value import Number, Value


def add(self: Value, other: Value | Number) -> Value:
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")

    def _backward() -> None:
        self.grad += out.grad
        other.grad += out.grad

    out._backward = _backward()
    return out
