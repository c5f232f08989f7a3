# Reverse mode with a tape (Wengert list). The tape is a plain list of what was computed,
# in the order in which it was computed, so no topological sort is ever needed.

TAPE = []


class Scalar:
    """a number that writes itself on the tape"""

    def __init__(self, value, name=None):
        self.value = value
        self.gradient = 0.0
        self.name = name
        self.position = None

    def _record(result, partials):
        result.position = len(TAPE)
        TAPE.append((result, partials))
        return result

    @staticmethod
    def lift(x):
        return x if isinstance(x, Scalar) else Scalar(x)

    def __add__(self, other):
        other = Scalar.lift(other)
        return Scalar(self.value + other.value)._record([(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = Scalar.lift(other)
        return Scalar(self.value * other.value)._record([(self, other.value), (other, self.value)])

    def __pow__(self, k):
        return Scalar(self.value ** k)._record([(self, k * self.value ** (k - 1))])

    def __sub__(self, other):
        other = Scalar.lift(other)
        return Scalar(self.value - other.value)._record([(self, 1.0), (other, -1.0)])

    def __truediv__(self, other):
        other = Scalar.lift(other)
        q = self.value / other.value
        return Scalar(q)._record([(self, 1 / other.value), (other, -q / other.value)])

    def __neg__(self):
        return Scalar(-self.value)._record([(self, -1.0)])

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return Scalar.lift(other) - self

    def __rtruediv__(self, other):
        return Scalar.lift(other) / self

    def relu(self):
        slope = 1.0 if self.value > 0 else 0.0
        return Scalar(self.value * slope)._record([(self, slope)])

    def backward(self):
        adjoint = {id(self): 1.0}
        if self.position is None:
            self.gradient += 1.0
            return
        for node, partials in reversed(TAPE[: self.position + 1]):
            arriving = adjoint.pop(id(node), None)
            if arriving is None:
                continue
            node.gradient += arriving
            for operand, d in partials:
                if operand.position is None:
                    operand.gradient += d * arriving
                else:
                    adjoint[id(operand)] = adjoint.get(id(operand), 0.0) + d * arriving
