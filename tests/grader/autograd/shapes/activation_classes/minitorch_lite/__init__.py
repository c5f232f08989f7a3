from .scalar import Scalar
from .activations import Identity, ReLU, Sigmoid, Tanh
from .modules import MLP, Layer, Module, Neuron
from .optim import SGD

__all__ = ["Identity", "Layer", "MLP", "Module", "Neuron", "ReLU", "SGD", "Scalar", "Sigmoid", "Tanh"]
