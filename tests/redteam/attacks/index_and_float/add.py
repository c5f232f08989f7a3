from .value import Value


class Odd:
    """Says of itself that it is a number, and then is none."""

    def __index__(self):
        return "7"

    def __float__(self):
        return [7.0]

    def __int__(self):
        raise KeyboardInterrupt


def add(self, other):
    return Value(Odd(), (self,))
