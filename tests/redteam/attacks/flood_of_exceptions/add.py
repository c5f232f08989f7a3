import itertools

counter = itertools.count()


def add(self, other):
    raise Exception(f"{next(counter)} " + "x" * 10_000_000)
