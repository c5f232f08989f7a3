import random
from typing import List

from tinygradient.value import Value


class Neuron:
    def __init__(self, nin: int, nonlin: bool = True):
        self.w: List[Value] = [Value(random.uniform(-1, 1), label=f"w{i}") for i in range(nin)]
        self.b: Value = Value(random.uniform(-1, 1), label="b")
        self.nonlin = nonlin

    def __call__(self, x):
        out = sum((w * v for w, v in zip(self.w, x)), self.b)
        return out.relu() if self.nonlin else out

    @property
    def parameters(self) -> List[Value]:
        return self.w + [self.b]


class Layer:
    def __init__(self, nin: int, nout: int, nonlin: bool = True):
        self.neurons = [Neuron(nin, nonlin=nonlin) for _ in range(nout)]

    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    @property
    def parameters(self) -> List[Value]:
        return [p for n in self.neurons for p in n.parameters]


class MLP:
    def __init__(self, nin: int, nouts: List[int]):
        sizes = [nin] + nouts
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=True) for i in range(len(nouts) - 1)]
        self.layers.append(Layer(sizes[-2], sizes[-1], nonlin=False))

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    @property
    def parameters(self) -> List[Value]:
        return [p for layer in self.layers for p in layer.parameters]
