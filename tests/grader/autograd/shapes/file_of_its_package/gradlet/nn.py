import random

from gradlet.gradlet import Num


class Neuron:
    def __init__(self, nin, nonlin=True):
        self.w = [Num(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Num(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self):
        return [*self.w, self.b]


class Layer:
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x):
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    """Made of layers: MLP([Layer(2, 4), Layer(4, 1)])."""

    def __init__(self, layers):
        assert all(isinstance(layer, Layer) for layer in layers)
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x if isinstance(x, list) else [x])
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
