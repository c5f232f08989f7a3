import random

# ---------------------------------------------------------------- engine

class Var:
    def __init__(self, val, parents=None):
        self.val = val
        self.grad = 0
        self.parents = parents or {}     # parent -> how much it counts

    def __add__(self, o):
        o = o if isinstance(o, Var) else Var(o)
        d = {}
        d[self] = d.get(self, 0) + 1
        d[o] = d.get(o, 0) + 1
        return Var(self.val + o.val, d)

    def __mul__(self, o):
        o = o if isinstance(o, Var) else Var(o)
        d = {}
        d[self] = d.get(self, 0) + o.val
        d[o] = d.get(o, 0) + self.val
        return Var(self.val * o.val, d)

    def __pow__(self, n):
        return Var(self.val ** n, {self: n * self.val ** (n - 1)})

    def __neg__(self):
        return Var(-self.val, {self: -1})

    def __sub__(self, o):
        return self + (-o)

    def __truediv__(self, o):
        return self * o ** -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, o):
        return (-self) + o

    def __rtruediv__(self, o):
        return self ** -1 * o

    def relu(self):
        return Var(self.val, {self: 1}) if self.val > 0 else Var(0, {self: 0})

    def backprop(self):
        topo = []
        mark = set()
        def dfs(v):
            mark.add(v)
            for p in v.parents:
                if p not in mark:
                    dfs(p)
            topo.append(v)
        dfs(self)
        self.grad = 1
        for v in topo[::-1]:
            for p, k in v.parents.items():
                p.grad += k * v.grad

# ---------------------------------------------------------------- network

class Neuron:
    def __init__(self, nin, activation=Var.relu):
        self.weights = [Var(random.uniform(-1, 1)) for _ in range(nin)]
        self.bias = Var(random.uniform(-1, 1))
        self.activation = activation
        self.parameters = self.weights + [self.bias]

    def forward(self, x):
        z = self.bias
        for w, v in zip(self.weights, x):
            z = z + w * v
        return self.activation(z)

class Layer:
    def __init__(self, nin, nout, activation=Var.relu):
        self.neurons = [Neuron(nin, activation) for _ in range(nout)]
        self.parameters = []
        for n in self.neurons:
            self.parameters += n.parameters

    def forward(self, x):
        return [n.forward(x) for n in self.neurons]

class MLP:
    def __init__(self, nin, nouts):
        self.layers = []
        for k, nout in enumerate(nouts):
            if k < len(nouts) - 1:
                self.layers.append(Layer(nin, nout))
            else:
                self.layers.append(Layer(nin, nout, activation=lambda z: z))
            nin = nout
        self.parameters = [p for l in self.layers for p in l.parameters]

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x
