import random

from autograd import Value

ACTIVATIONS = {
    'relu': Value.relu,
    'tanh': Value.tanh,
    'sigmoid': Value.sigmoid,
    'linear': lambda v: v,
}


class Neuron:
    def __init__(self, n_inputs, activation='relu'):
        if activation not in ACTIVATIONS:
            raise ValueError('unknown activation: ' + str(activation))
        self.activation = activation
        self.w = [Value(random.gauss(0, 1), label=f'w{i}') for i in range(n_inputs)]
        self.b = Value(0, label='b')

    def __call__(self, inputs):
        total = sum([w * x for w, x in zip(self.w, inputs)], start=self.b)
        return ACTIVATIONS[self.activation](total)

    def parameters(self):
        return [p for p in self.w + [self.b] if p.trainable]


class Layer:
    def __init__(self, n_inputs, n_neurons, activation='relu'):
        self.neurons = [Neuron(n_inputs, activation) for _ in range(n_neurons)]

    def __call__(self, inputs):
        outputs = [neuron(inputs) for neuron in self.neurons]
        return outputs if len(outputs) > 1 else outputs[0]

    def parameters(self):
        return [p for neuron in self.neurons for p in neuron.parameters()]


class MLP:
    def __init__(self, n_inputs, layer_sizes, activation='relu', output_activation='linear'):
        self.layers = []
        previous = n_inputs
        for i, size in enumerate(layer_sizes):
            last = i == len(layer_sizes) - 1
            self.layers.append(Layer(previous, size, output_activation if last else activation))
            previous = size

    def __call__(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
