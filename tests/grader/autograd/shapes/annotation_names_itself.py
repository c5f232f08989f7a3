class Number:
    def __init__(self, data, made_of=()):
        self.data = data
        self.grad = 0.0
        self.made_of = made_of
        self.send = lambda: None

    # the class is not there yet where this is read, which only Python 3.14 does not mind
    def __add__(self, other: Number | int | float) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data + other.data, (self, other))

        def send():
            self.grad += out.grad
            other.grad += out.grad

        out.send = send
        return out

    __radd__ = __add__

    def __mul__(self, other: Number | int | float) -> Number:
        other = other if isinstance(other, Number) else Number(other)
        out = Number(self.data * other.data, (self, other))

        def send():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.send = send
        return out

    __rmul__ = __mul__

    def backward(self) -> None:
        order, seen = [], set()

        def visit(node: Number) -> None:
            if node not in seen:
                seen.add(node)
                for each in node.made_of:
                    visit(each)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.send()
