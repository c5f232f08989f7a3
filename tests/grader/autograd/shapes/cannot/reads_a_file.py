import csv

with open("data/housing.csv") as f:
    rows = [list(map(float, r)) for r in csv.reader(f)]

mean = sum(r[0] for r in rows) / len(rows)


class Value:
    def __init__(self, data, prev=()):
        self.data = data / mean
        self.grad = 0.0
        self.prev = prev

    def __add__(self, other):
        return Value(self.data + other.data, (self, other))

    def backward(self):
        self.grad = 1.0
        for p in self.prev:
            p.grad += self.grad
