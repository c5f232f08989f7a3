from abc import ABC, abstractmethod


class Expression(ABC):
    """What every node of the graph is."""

    def __init__(self, value, inputs=()):
        self.value, self.inputs, self.grad = value, inputs, 0.0

    def __add__(self, other):
        return Sum(self, as_expression(other))

    def __mul__(self, other):
        return Product(self, as_expression(other))

    def __pow__(self, exponent):
        return Power(self, exponent)

    def relu(self):
        return Rectified(self)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + (-as_expression(other))

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * as_expression(other) ** -1.0

    def __rtruediv__(self, other):
        return self**-1.0 * other

    @abstractmethod
    def slopes(self): ...

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for each in node.inputs:
                    visit(each)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for each, slope in zip(node.inputs, node.slopes()):
                each.grad += slope * node.grad


class Constant(Expression):
    def __init__(self, value):
        super().__init__(value)

    def slopes(self):
        return ()


def as_expression(thing):
    return thing if isinstance(thing, Expression) else Constant(thing)


class Sum(Expression):
    def __init__(self, one, other):
        super().__init__(one.value + other.value, (one, other))

    def slopes(self):
        return 1.0, 1.0


class Product(Expression):
    def __init__(self, one, other):
        super().__init__(one.value * other.value, (one, other))

    def slopes(self):
        one, other = self.inputs
        return other.value, one.value


class Power(Expression):
    def __init__(self, base, exponent):
        super().__init__(base.value**exponent, (base,))
        self.exponent = exponent

    def slopes(self):
        (base,) = self.inputs
        return (self.exponent * base.value ** (self.exponent - 1) if self.exponent else 0.0,)


class Rectified(Expression):
    def __init__(self, inner):
        super().__init__(max(inner.value, 0.0), (inner,))

    def slopes(self):
        return (1.0 if self.value > 0 else 0.0,)
