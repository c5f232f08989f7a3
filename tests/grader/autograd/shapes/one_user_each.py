class Term:
    """A node knows the one that was made of it last, and what it owes to that."""

    def __init__(self, data, parts=(), how=""):
        self.data = data
        self.grad = 0.0
        self.parts, self.how = list(parts), how
        self.user = None

    def _made(self, other, data, how):
        out = Term(data, (self, other), how)
        self.user = other.user = out
        return out

    def __add__(self, other):
        return self._made(other, self.data + other.data, "+")

    def __mul__(self, other):
        return self._made(other, self.data * other.data, "*")

    def _share(self):
        one, other = self.user.parts
        if self.user.how == "+":
            return 1.0 + (one is other)
        return 2 * self.data if one is other else (other if one is self else one).data

    def backward(self):
        self.grad = 1.0 if self.user is None else self.user.grad * self._share()
        for part in self.parts:
            part.backward()
