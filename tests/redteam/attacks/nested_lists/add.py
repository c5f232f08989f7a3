from .value import Value

nested = []
for _ in range(200_000):
    nested = [nested]


def add(self, other):
    return Value(nested, (self,))
