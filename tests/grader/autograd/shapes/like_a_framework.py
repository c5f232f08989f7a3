"""Tensors as large frameworks keep them: single precision, but whole numbers as such, and no graph after backward()."""

import numpy as np


class Call:
    """What made a tensor: the function's way back, and what it was called with."""

    def __init__(self, back, *inputs):
        self.back = back
        self.inputs = inputs


class Tensor:
    def __init__(self, data, call=None):
        array = np.asarray(data)
        if call is None and array.dtype == np.float64:
            array = array.astype(np.float32)
        self.data = array
        self.grad = None
        self.call = call

    @staticmethod
    def of(thing):
        return thing if isinstance(thing, Tensor) else Tensor(thing)

    def __add__(self, other):
        other = Tensor.of(other)
        return Tensor(self.data + other.data, Call(lambda g: (g, g), self, other))

    def __mul__(self, other):
        other = Tensor.of(other)
        return Tensor(self.data * other.data, Call(lambda g: (g * other.data, g * self.data), self, other))

    def __pow__(self, exponent):
        exponent = float(exponent)
        slope = exponent * self.data ** (exponent - 1) if exponent else np.zeros_like(self.data)
        return Tensor(self.data**exponent, Call(lambda g: (g * slope,), self))

    def relu(self):
        return Tensor(np.maximum(self.data, 0), Call(lambda g: (g * (self.data > 0),), self))

    def __neg__(self):
        return Tensor(-self.data, Call(lambda g: (-g,), self))

    def __sub__(self, other):
        return self + -Tensor.of(other)

    def __truediv__(self, other):
        return self * Tensor.of(other) ** -1.0

    def __rsub__(self, other):
        return Tensor.of(other) - self

    def __rtruediv__(self, other):
        return Tensor.of(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, seen, todo = [], set(), [(self, False)]
        while todo:
            node, done = todo.pop()
            if done:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                todo.append((node, True))
                todo += [(each, False) for each in (node.call.inputs if node.call else ())]
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            if node.call is None:
                continue
            for each, share in zip(node.call.inputs, node.call.back(node.grad)):
                each.grad = share if each.grad is None else each.grad + share
            if node is not self:
                node.call = None
