# Мой микроград
# узлы хранят список детей и функцию обратного прохода


class Node:
    counter = 0

    def __init__(self, val, kids=[], name=None):
        self.val = val
        self.grad = 0
        self.kids = list(kids)
        self.fn = None
        Node.counter += 1
        self.name = name or "n%d" % Node.counter

    def __add__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.val + other.val, [self, other])
        def fn():
            self.grad += out.grad
            other.grad += out.grad
        out.fn = fn
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Node) else Node(other)
        out = Node(self.val * other.val, [self, other])
        def fn():
            self.grad += out.grad * other.val
            other.grad += out.grad * self.val
        out.fn = fn
        return out

    def __pow__(self, p):
        out = Node(self.val ** p, [self])
        def fn():
            self.grad += out.grad * p * self.val ** (p - 1)
        out.fn = fn
        return out

    def relu(self):
        out = Node(max(self.val, 0), [self])
        def fn():
            if out.val > 0:
                self.grad += out.grad
        out.fn = fn
        return out

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __rsub__(self, other): return -self + other
    def __truediv__(self, other): return self * other ** -1
    def __rtruediv__(self, other): return self ** -1 * other

    def backward(self):
        self.grad = 1
        self._go(set())

    def _go(self, seen):
        # сначала сам узел, потом его дети
        if self in seen:
            return
        seen.add(self)
        if self.fn:
            self.fn()
        for k in self.kids:
            k._go(seen)

    def __repr__(self):
        return "%s: val=%s grad=%s" % (self.name, self.val, self.grad)
