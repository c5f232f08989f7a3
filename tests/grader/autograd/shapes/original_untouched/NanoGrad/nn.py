import random
from .value import Value


class Module:
    """Base class of everything that has parameters."""

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0

    def parameters(self):
        return []


class Neuron(Module):
    """nin weights, a bias, and ReLU where nonlin is True."""

    def __init__(self, nin, nonlin=True):
        # TODO: random weights self.w (between -1 and 1), bias self.b = 0, and self.nonlin
        pass

    def __call__(self, x):
        # TODO: w * x + b, then ReLU if nonlin
        pass

    def parameters(self):
        # TODO: weights, then the bias
        pass

    def __repr__(self):
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """nout neurons that all read the same nin inputs."""

    def __init__(self, nin, nout, **kwargs):
        # TODO: self.neurons
        pass

    def __call__(self, x):
        # TODO: outputs of all neurons; a single one without a list
        pass

    def parameters(self):
        # TODO
        pass

    def __repr__(self):
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """Layers of the sizes nouts; the last one is linear."""

    def __init__(self, nin, nouts):
        # TODO: self.layers
        pass

    def __call__(self, x):
        # TODO: one layer after the other
        pass

    def parameters(self):
        # TODO
        pass

    def __repr__(self):
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
