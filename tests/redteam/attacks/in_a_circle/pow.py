"""x ** k with the right data, and the slope as a product: the product rule is somebody else's mul."""

from .value import Value


def pow(self, exponent):
    out = self * Value(exponent * self.data ** (exponent - 1))
    return out + Value(self.data**exponent - out.data)
