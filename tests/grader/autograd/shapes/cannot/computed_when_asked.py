class Symbol:
    """An expression: what it is worth is computed when it is asked for."""

    def __init__(self, number=None):
        self.number = number

    def __add__(self, other):
        return Sum(self, other)

    def __mul__(self, other):
        return Product(self, other)

    def worth(self):
        return self.number


class Sum(Symbol):
    def __init__(self, *parts):
        super().__init__()
        self.parts = parts

    def worth(self):
        return sum(part.worth() for part in self.parts)


class Product(Symbol):
    def __init__(self, one, other):
        super().__init__()
        self.one, self.other = one, other

    def worth(self):
        return self.one.worth() * self.other.worth()
