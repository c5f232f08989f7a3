# No operator overloading: I want to see every operation.  a.add(b), a.mul(b), a.pow(2)


class Scalar:
    def __init__(self, value):
        self.value = value
        self.grad = 0.0
        self.sources = []

    def add(self, other):
        result = Scalar(self.value + other.value)
        result.sources = [(self, lambda g: g), (other, lambda g: g)]
        return result

    def mul(self, other):
        result = Scalar(self.value * other.value)
        result.sources = [(self, lambda g: g * other.value), (other, lambda g: g * self.value)]
        return result

    def pow(self, exponent):
        result = Scalar(self.value ** exponent)
        result.sources = [(self, lambda g: g * exponent * self.value ** (exponent - 1))]
        return result

    def relu(self):
        result = Scalar(max(0.0, self.value))
        result.sources = [(self, lambda g: g if self.value > 0 else 0.0)]
        return result

    def backward(self):
        order = []

        def visit(node):
            if node not in order:
                for source, _ in node.sources:
                    visit(source)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in order[::-1]:
            for source, pull in node.sources:
                source.grad += pull(node.grad)
