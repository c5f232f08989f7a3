import random
from engine.value import Value

class Neuron:
    def __init__(self, num_inputs, nonlin=True):
        self.weights = [Value(random.uniform(-1, 1)) for _ in range(num_inputs)]
        self.bias = Value(random.uniform(-1, 1))
        self.nonlin = nonlin

    def __call__(self, inputs):
        output = Value(0)
        for weight, value in zip(self.weights, inputs):
            output += weight * value
        return output.relu() if self.nonlin else output

    def parameters(self):
        return self.weights + [self.bias]
