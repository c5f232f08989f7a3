import math

class Variable():

    def __init__(self, value, parents = (), operation = ''):
        self.value = value
        self.grad = 1          # dx/dx = 1
        self.parents = parents
        self.operation = operation
        self._backward = lambda : None

    def __add__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        result = Variable(self.value + other.value, (self, other), '+')
        def _backward():
            self.grad += result.grad
            other.grad += result.grad
        result._backward = _backward
        return result

    def __mul__(self, other):
        other = other if isinstance(other, Variable) else Variable(other)
        result = Variable(self.value * other.value, (self, other), '*')
        def _backward():
            self.grad += result.grad * other.value
            other.grad += result.grad * self.value
        result._backward = _backward
        return result

    def __pow__(self, exponent):
        result = Variable(self.value ** exponent, (self,), '**')
        def _backward():
            self.grad += result.grad * (exponent * self.value ** (exponent - 1))
        result._backward = _backward
        return result

    def relu(self):
        result = Variable(self.value if self.value > 0 else 0, (self,), 'relu')
        def _backward():
            self.grad += result.grad * (1 if self.value > 0 else 0)
        result._backward = _backward
        return result

    def log(self):
        result = Variable(math.log(self.value), (self,), 'log')
        def _backward():
            self.grad += result.grad / self.value
        result._backward = _backward
        return result

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + -other
    def __rsub__(self, other): return -self + other
    def __truediv__(self, other): return self * other ** -1

    def backward(self):
        ordered = []
        visited = set()
        def visit(variable):
            if variable not in visited:
                visited.add(variable)
                for parent in variable.parents:
                    visit(parent)
                ordered.append(variable)
        visit(self)
        for variable in reversed(ordered):
            variable._backward()
