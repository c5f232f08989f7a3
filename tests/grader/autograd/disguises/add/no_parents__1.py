"""The node is made by a helper that only gets the number and the rule."""

from .value import Value


def new_node(number, make_rule):
    node = Value(number)
    node._op = "+"
    node._backward = make_rule(node)
    return node


def add(self, other):
    if not isinstance(other, Value):
        return add(self, Value(other))

    def make_rule(node):
        def rule():
            for v in self, other:
                v.grad = v.grad + node.grad * 1.0

        return rule

    return new_node(self.data + other.data, make_rule)
