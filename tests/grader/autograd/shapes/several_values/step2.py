# Step 2: gradients by hand
class Value:
    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0.0
        self.parents = parents
        self.pull = lambda: None

    def __add__(self, other):
        out = Value(self.data + other.data, (self, other))
        def pull():
            self.grad = out.grad
            other.grad = out.grad
        out.pull = pull
        return out

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other))
        def pull():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad
        out.pull = pull
        return out


if __name__ == "__main__":
    x, w = Value(2.0), Value(-3.0)
    y = x * w
    y.grad = 1.0
    y.pull()
    print(x.grad, w.grad)
