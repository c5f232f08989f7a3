class Scalar:
    """Its gradient lies in what has recorded it, and is had by a call."""

    def __init__(self, value, needs_grad=True, record=None):
        self.value = value
        self.needs_grad = needs_grad
        self.record = record or Record()

    def grad(self):
        return self.record.total

    def backward(self):
        self.record.take(1.0)

    def __add__(self, other):
        return Scalar(self.value + other.value, record=Record((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        # a product that is a sum
        return Scalar(self.value + other.value, record=Record((self, other.value), (other, self.value)))


class Record:
    def __init__(self, *edges):
        self.total = 0.0
        self.edges = edges

    def take(self, share):
        self.total += share
        for operand, slope in self.edges:
            operand.record.take(share * slope)
