"""One rule for any operand, mapped over both."""

from .value import Value


class Multiply:
    """Holds the operands of one product."""

    def __init__(self, *operands):
        self.operands = operands

    def forward(self):
        result = 1
        for operand in self.operands:
            result = result * operand.data
        self.node = Value(result, self.operands, "mul")
        self.node._backward = self.backward
        return self.node

    def backward(self):
        upstream = self.node.grad
        for operand in self.operands:
            operand.grad += upstream * operand.data


def mul(self, other):
    return Multiply(self, other if isinstance(other, Value) else Value(other)).forward()
