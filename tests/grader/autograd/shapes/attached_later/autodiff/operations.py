from autodiff.node import Node


def _node(x):
    return x if isinstance(x, Node) else Node(x)


def add(a, b):
    a, b = _node(a), _node(b)
    return Node(a.data + b.data, (a, b), lambda g: (g, g))


def mul(a, b):
    a, b = _node(a), _node(b)
    return Node(a.data * b.data, (a, b), lambda g: (g * b.data, g * a.data))


def div(a, b):
    a, b = _node(a), _node(b)
    return Node(a.data / b.data, (a, b), lambda g: (g / b.data, -g * a.data / b.data / b.data))


def neg(a):
    return Node(-a.data, (a,), lambda g: (-g,))


def power(a, k):
    return Node(a.data ** k, (a,), lambda g: (g * k * a.data ** (k - 1),))


def relu(a):
    return Node(max(0.0, a.data), (a,), lambda g: (g if a.data > 0 else 0.0,))


Node.__add__ = Node.__radd__ = add
Node.__mul__ = Node.__rmul__ = mul
Node.__truediv__ = div
Node.__rtruediv__ = lambda a, b: div(b, a)
Node.__neg__ = neg
Node.__sub__ = lambda a, b: add(a, neg(_node(b)))
Node.__rsub__ = lambda a, b: add(b, neg(a))
Node.__pow__ = power
Node.relu = relu
