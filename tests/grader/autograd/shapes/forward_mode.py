class Dual:
    """Carries its derivative along; there is nothing to go back to, and grad begins as 1."""

    def __init__(self, value, grad=1.0, parts=None):
        self.value, self.grad, self.parts = value, grad, parts

    def __add__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        return Dual(self.value + other.value, self.grad + other.grad, (self, other))

    def __mul__(self, other):
        other = other if isinstance(other, Dual) else Dual(other, 0.0)
        slope = self.grad * other.value + self.value * other.grad
        return Dual(self.value * other.value, slope, (self, other))

    def __pow__(self, k):
        return Dual(self.value**k, k * self.value ** (k - 1) * self.grad if k else 0.0, (self,))

    def relu(self):
        return Dual(max(self.value, 0.0), self.grad if self.value > 0 else 0.0, (self,))

    def linear(self):
        return Dual(self.value, self.grad, (self,))

    def backward(self):
        return self.grad

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1
