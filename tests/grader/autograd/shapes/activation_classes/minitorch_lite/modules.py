from __future__ import annotations

import random
from abc import ABC, abstractmethod

from .activations import Activation, Identity, ReLU
from .scalar import Scalar


class Module(ABC):
    @abstractmethod
    def forward(self, x): ...

    @abstractmethod
    def parameters(self) -> list[Scalar]: ...

    def __call__(self, x):
        return self.forward(x)

    def zero_grad(self) -> None:
        for p in self.parameters():
            p.grad = 0.0


class Neuron(Module):
    def __init__(self, nin: int, activation: type[Activation] = ReLU) -> None:
        bound = 1 / nin ** 0.5
        self.w = [Scalar(random.uniform(-bound, bound)) for _ in range(nin)]
        self.b = Scalar(random.uniform(-bound, bound))
        self.activation = activation()

    def forward(self, x):
        assert len(x) == len(self.w), f"expected {len(self.w)} inputs, got {len(x)}"
        return self.activation(sum((w * xi for w, xi in zip(self.w, x)), self.b))

    def parameters(self):
        return [*self.w, self.b]


class Layer(Module):
    def __init__(self, nin: int, nout: int, activation: type[Activation] = ReLU) -> None:
        self.neurons = [Neuron(nin, activation) for _ in range(nout)]

    def forward(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]


class MLP(Module):
    def __init__(self, nin: int, nouts: list[int], activation: type[Activation] = ReLU) -> None:
        sizes = [nin] + list(nouts)
        self.layers = [
            Layer(sizes[i], sizes[i + 1], Identity if i == len(nouts) - 1 else activation)
            for i in range(len(nouts))
        ]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x if isinstance(x, (list, tuple)) else [x])
        return x

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
