from .neuron import Neuron

class Layer:
    def __init__(self, num_inputs, num_outputs, nonlin=True):
        self.neurons = [Neuron(num_inputs, nonlin) for _ in range(num_outputs)]

    def __call__(self, inputs):
        outputs = [neuron(inputs) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def parameters(self):
        params = []
        for neuron in self.neurons:
            params.extend(neuron.parameters())
        return params
