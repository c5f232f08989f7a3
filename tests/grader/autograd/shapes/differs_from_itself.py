"""Slopes in a dict by operand, and operands in a list: right, but where one number is taken from itself."""


class Scalar:
    def __init__(self, value, parents=()):
        self.value = value
        self.parents = list(parents)
        self.slopes = {}
        self.grad = 0

    def _made(self, value, *pairs):
        out = Scalar(value, [parent for parent, _ in pairs])
        for parent, slope in pairs:
            out.slopes[parent] = slope
        return out

    @staticmethod
    def _of(thing):
        return thing if isinstance(thing, Scalar) else Scalar(thing)

    def __add__(self, other):
        other = self._of(other)
        return self._made(self.value + other.value, (self, 1), (other, 1))

    def __sub__(self, other):
        other = self._of(other)
        return self._made(self.value - other.value, (self, 1), (other, -1))

    def __rsub__(self, other):
        return self._of(other) - self

    def __mul__(self, other):
        other = self._of(other)
        return self._made(self.value * other.value, (self, other.value), (other, self.value))

    def __truediv__(self, other):
        other = self._of(other)
        slopes = 1 / other.value, -self.value / other.value**2
        return self._made(self.value / other.value, (self, slopes[0]), (other, slopes[1]))

    def __rtruediv__(self, other):
        return self._of(other) / self

    def __pow__(self, k):
        return self._made(self.value**k, (self, k * self.value ** (k - 1) if k else 0))

    def __neg__(self):
        return self * -1

    def relu(self):
        return self._made(max(self.value, 0), (self, int(self.value > 0)))

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, seen = [], set()

        def add(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    add(parent)
                order.append(node)

        add(self)
        for node in order:
            if node.parents:
                node.grad = 0
        self.grad = 1
        for node in reversed(order):
            for parent in node.parents:
                parent.grad += node.grad * node.slopes[parent]
