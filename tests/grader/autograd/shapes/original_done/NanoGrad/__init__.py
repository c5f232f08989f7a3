from .value import Value
from .nn import Module, Neuron, Layer, MLP
