"""The rule is an object of a class of its own that reads the node's operands."""

from __future__ import annotations

from .value import Value


class Gate:
    def __init__(self, node: Value) -> None:
        self.node = node

    def __call__(self) -> None:
        (operand,) = self.node._prev
        if operand.data > 0:
            operand.grad += self.node.grad


def relu(self: Value) -> Value:
    out = Value(max(0, self.data), (self,))
    out._backward = Gate(out)
    return out
