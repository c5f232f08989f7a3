"""Early return in the rule; a closed gate clears."""

from .value import Value


def relu(self):
    result = Value(sorted((0, self.data))[1], [self], "relu")

    def rule():
        if not self.data > 0:
            self.grad = 0  # nothing gets through here
            return
        self.grad = self.grad + result.grad

    result._backward = rule
    return result
