from random import gauss

from graph import Node


class Neuron:
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.weights = [Node(gauss(0, nin ** -0.5)) for _ in range(nin)]
        self.bias = Node(0.0)
        self.nonlin = nonlin

    def __call__(self, x: list) -> Node:
        total = self.bias
        for weight, value in zip(self.weights, x, strict=True):
            total = total + weight * value
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Node]:
        return [*self.weights, self.bias]


class Layer:
    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: list) -> list[Node]:
        return [neuron(x) for neuron in self.neurons]

    def parameters(self) -> list[Node]:
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        self.layers = [
            Layer(a, b, nonlin=i < len(nouts) - 1) for i, (a, b) in enumerate(zip(sizes, sizes[1:]))
        ]

    def __call__(self, x: list) -> list[Node]:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Node]:
        return [p for layer in self.layers for p in layer.parameters()]
