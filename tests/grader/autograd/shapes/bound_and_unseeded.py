class Num:
    """Each node's own step is called backward, and walks on at once; whoever calls it sets the root's grad."""

    def __init__(self, data, sources=()):
        self.data = data
        self.grad = 0.0
        self.sources = list(sources)
        self.backward = lambda: None

    def _walk(self):
        for source in self.sources:
            source.backward()

    def __add__(self, other):
        other = other if isinstance(other, Num) else Num(other)
        out = Num(self.data + other.data, (self, other))

        def step():
            self.grad += out.grad
            other.grad += out.grad
            out._walk()

        out.backward = step
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Num) else Num(other)
        out = Num(self.data * other.data, (self, other))

        def step():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
            out._walk()

        out.backward = step
        return out

    def __pow__(self, k):
        out = Num(self.data**k, (self,))

        def step():
            self.grad += k * self.data ** (k - 1) * out.grad
            out._walk()

        out.backward = step
        return out

    __radd__ = __add__
    __rmul__ = __mul__
