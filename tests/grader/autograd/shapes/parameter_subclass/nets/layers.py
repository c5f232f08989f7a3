from enum import Enum

from .base import Parameter, Value


class Activation(Enum):
    NONE = "none"
    RELU = "relu"


class Unit:
    def __init__(self, nin, activation=Activation.RELU):
        self.w = [Parameter(name=f"w{i}") for i in range(nin)]
        self.b = Parameter(0.0, name="b")
        self.activation = activation

    def __call__(self, x):
        out = sum((w * v for w, v in zip(self.w, x)), self.b)
        return out.relu() if self.activation is Activation.RELU else out

    def parameters(self):
        return [*self.w, self.b]


class Dense:
    def __init__(self, nin, nout, activation=Activation.RELU):
        self.units = [Unit(nin, activation) for _ in range(nout)]

    def __call__(self, x):
        return [unit(x) for unit in self.units]

    def parameters(self):
        return [p for unit in self.units for p in unit.parameters()]


class Network:
    """Network(2, [8, 8, 1])"""

    def __init__(self, nin, nouts):
        self.layers = []
        for nout in nouts[:-1]:
            self.layers.append(Dense(nin, nout))
            nin = nout
        self.layers.append(Dense(nin, nouts[-1], Activation.NONE))

    def __call__(self, x):
        for layer in self.layers[1:]:
            x = layer(x)
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
