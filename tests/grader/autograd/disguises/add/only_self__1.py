"""A callable class that knows one operand only."""

from .value import Value


class PlusBackward:
    def __init__(self, result, operand):
        self.result = result
        self.operand = operand

    def __call__(self):
        arrived = self.result.grad
        self.operand.grad = arrived + self.operand.grad


def add(self, other):
    rhs = Value(other) if type(other) in (int, float) else other
    result = Value(rhs.data + self.data, [self, rhs], "+")
    result._backward = PlusBackward(result, self)
    return result
