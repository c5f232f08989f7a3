# second try, March. this one learns
class Value:
    def __init__(self, data, inputs=()):
        self.data = data
        self.grad = 0
        self.inputs = inputs
        self.share_out = lambda: None

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data + other.data, (self, other))

        def share_out():
            self.grad += result.grad
            other.grad += result.grad

        result.share_out = share_out
        return result

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        result = Value(self.data * other.data, (self, other))

        def share_out():
            self.grad += result.grad * other.data
            other.grad += result.grad * self.data

        result.share_out = share_out
        return result

    def __pow__(self, k):
        result = Value(self.data ** k, (self,))

        def share_out():
            self.grad += result.grad * k * self.data ** (k - 1)

        result.share_out = share_out
        return result

    def relu(self):
        result = Value(max(0, self.data), (self,))

        def share_out():
            self.grad += result.grad if self.data > 0 else 0

        result.share_out = share_out
        return result

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def backward(self):
        line, seen = [], set()

        def stand_in_line(value):
            if value not in seen:
                seen.add(value)
                for one in value.inputs:
                    stand_in_line(one)
                line.append(value)

        stand_in_line(self)
        self.grad = 1
        for value in reversed(line):
            value.share_out()
