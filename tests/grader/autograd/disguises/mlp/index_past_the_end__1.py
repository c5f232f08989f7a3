"""A while loop that goes one step too far over the list of sizes."""

from .layer import Layer
from .module import Module


class MLP(Module):
    def __init__(self, nin, nouts):
        widths = list(nouts)
        widths.insert(0, nin)
        self.layers = []
        i = 0
        while i <= len(nouts):
            a, b = widths[i], widths[i + 1]
            self.layers.append(Layer(a, b, nonlin=i < len(nouts) - 1))
            i += 1

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
            if not isinstance(x, list):
                x = [x]
        return x[0] if len(x) == 1 else x

    def parameters(self):
        for layer in self.layers:
            yield from layer.parameters()
