from .layer import Layer

class MLP:
    def __init__(self, num_inputs, layer_sizes):
        sizes = [num_inputs] + layer_sizes
        self.layers = []
        for i in range(len(layer_sizes)):
            is_last = (i == len(layer_sizes) - 1)
            self.layers.append(Layer(sizes[i], sizes[i + 1], nonlin=not is_last))

    def __call__(self, inputs):
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def parameters(self):
        params = []
        for layer in self.layers:
            params.extend(layer.parameters())
        return params
