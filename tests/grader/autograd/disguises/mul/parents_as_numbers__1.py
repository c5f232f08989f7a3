"""A list of numbers is used for the product and handed to the node as well."""

import math

from .value import Value


def mul(self, other):
    nodes = [self, other if isinstance(other, Value) else Value(other)]
    numbers = [node.data for node in nodes]
    result = Value(math.prod(numbers), numbers, "prod")

    def spread(first=nodes[0], second=nodes[1]):
        first.grad += second.data * result.grad
        second.grad += first.data * result.grad

    result._backward = spread
    return result
