def add(self, other):
    return add(self, other)
