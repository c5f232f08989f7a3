"""The product rule, for any objects with data and grad."""


def make(a, b, out):
    def rule():
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    return rule
