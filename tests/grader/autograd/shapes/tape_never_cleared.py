# my autodiff with a global tape!!
tape = []

class Var:
    def __init__(self, val):
        self.val = val
        self.grad = 0

    def __add__(self, o):
        if not isinstance(o, Var): o = Var(o)
        r = Var(self.val + o.val)
        def back():
            self.grad += r.grad
            o.grad += r.grad
        tape.append(back)
        return r

    def __mul__(self, o):
        if not isinstance(o, Var): o = Var(o)
        r = Var(self.val * o.val)
        def back():
            self.grad += r.grad * o.val
            o.grad += r.grad * self.val
        tape.append(back)
        return r

    def __pow__(self, n):
        r = Var(self.val ** n)
        def back():
            self.grad += r.grad * n * self.val ** (n - 1)
        tape.append(back)
        return r

    def relu(self):
        r = Var(self.val if self.val > 0 else 0)
        def back():
            if self.val > 0:
                self.grad += r.grad
        tape.append(back)
        return r

    def __radd__(self, o): return self + o
    def __rmul__(self, o): return self * o
    def __neg__(self): return self * -1
    def __sub__(self, o): return self + (-o)
    def __rsub__(self, o): return (-self) + o
    def __truediv__(self, o): return self * o ** -1
    def __rtruediv__(self, o): return self ** -1 * o

    def backward(self):
        self.grad = 1
        for back in reversed(tape):
            back()

if __name__ == "__main__":
    x = Var(3.0)
    y = x * x + x
    y.backward()
    assert x.grad == 7
    print("works :)")
