"""What is wrong with each catalogued network, in terms of findings, by hand from its code.

Groups are separated by commas, and each must be found; alternatives by "|"; what else may be said without
being false stands after ";".
"""

CATALOGUE = {
    "neuron": {
        "bias_as_running_total": "call-changes; calls-depend",
        "bias_detached": "cut-off",
        "bias_is_float": "no-value",
        "bias_multiplied": "output",
        "bias_not_in_parameters": "parameters-missing",
        "bias_once_per_input": "output",
        "bias_subtracted": "output",
        "bias_unused": "output",
        "bias_unused_and_unlisted": "output, parameters-missing",
        "computes_on_data": "cut-off; plain-inputs",
        "every_weight_times_every_input": "output",
        "gradients_reset_in_call": "call-resets",
        "inputs_detached": "cut-off; plain-inputs",
        "inputs_wrapped_twice": "raises|output-type; output-type, raises",
        "leaky_relu": "output",
        "linear_returns_none": "output-type",
        "mean_instead_of_sum": "output",
        "never_relu_and_bias_unlisted": "output, parameters-missing",
        "nonlin_ignored_always_relu": "output",
        "nonlin_ignored_never_relu": "output",
        "nonlin_negated": "output",
        "nonlin_not_accepted": "nonlin-refused",
        "nonlin_not_kept": "raises",
        "one_number_for_all_weights": "start-values",
        "one_value_for_all_weights": "same-object",
        "one_weight_too_few": "count",
        "one_weight_too_many": "count",
        "only_last_product": "output",
        "output_is_float": "output-type",
        "parameters_append_bias_to_weights": "parameters-others; parameters-repeated",
        "parameters_as_floats": "parameters-kind",
        "parameters_as_names": "parameters-kind",
        "parameters_as_property": "parameters-kind",
        "parameters_list_plus_value": "raises",
        "parameters_nested": "parameters-kind; parameters-missing",
        "parameters_not_overridden": "parameters-missing",
        "parameters_rebuilt": "parameters-others",
        "parameters_repeat_bias": "parameters-repeated",
        "parameters_return_none": "parameters-kind",
        "parameters_used_up": "parameters-others",
        "relu_as_builtin_max": "raises",
        "relu_before_bias": "output",
        "relu_before_bias_and_bias_unlisted": "output, parameters-missing",
        "relu_detached": "cut-off",
        "relu_on_each_product": "output",
        "returns_inside_loop": "output",
        "same_seed_in_every_neuron": "start-values",
        "sum_and_bias_as_tuple": "raises|output-type; output-type, raises",
        "total_kept_between_calls": "calls-depend; output",
        "weights_all_zero": "start-values",
        "weights_are_floats": "no-value; cut-off",
        "weights_in_default_list": "same-object|count",
        "weights_made_on_first_call": "count",
        "weights_plus_inputs": "output",
        "weights_redrawn_each_call": "call-changes",
        "weights_rewrapped_each_call": "cut-off",
        "weights_shared_through_class": "same-object",
        "zero_weights_and_bias_unlisted": "start-values, parameters-missing",
    },
    "layer": {
        "bare_by_number_of_inputs": "output",
        "bias_counted_as_input": "sizes",
        "last_neuron_linear": "nonlin",
        "neurons_are_copies": "start-values",
        "neurons_chained": "output",
        "neurons_share_weights": "same-object",
        "neurons_used_up": "attribute",
        "nin_and_nout_swapped": "count; sizes",
        "nonlin_always_false": "nonlin",
        "nonlin_negated": "nonlin",
        "nonlin_not_accepted": "nonlin-refused",
        "nonlin_not_handed_on": "nonlin",
        "nonlin_not_handed_on_and_parameters_nested": "nonlin, parameters-kind",
        "one_input_each": "sizes|output; sizes, output",
        "one_neuron_for_all": "same-object",
        "one_neuron_too_few": "count",
        "one_neuron_too_many": "count",
        "one_output_only": "output",
        "only_last_neuron_kept": "count",
        "outputs_are_numbers": "output-type",
        "outputs_detached": "cut-off",
        "outputs_in_lists": "output-type",
        "outputs_kept_between_calls": "calls-depend",
        "outputs_pile_up": "output",
        "outputs_reversed": "output",
        "outputs_reversed_and_parameters_first_neuron": "output, parameters-missing",
        "parameters_are_neurons": "parameters-kind",
        "parameters_first_neuron": "parameters-missing",
        "parameters_grow": "parameters-others",
        "parameters_last_neuron": "parameters-missing",
        "parameters_nested": "parameters-kind",
        "parameters_rebuilt": "parameters-others",
        "parameters_used_up": "parameters-others",
        "parameters_weights_only": "parameters-missing",
        "parameters_with_append": "parameters-kind; parameters-missing",
        "relu_on_inputs": "output",
        "relu_on_several_outputs": "output|nonlin",
    },
    "mlp": {
        "all_layers_linear": "nonlin",
        "all_layers_linear_and_parameters_last_layer": "nonlin, parameters-missing",
        "every_layer_has_nin_inputs": "sizes",
        "every_layer_reads_x": "way",
        "first_layer_linear": "nonlin",
        "forward_skips_first": "way",
        "forward_skips_last": "way",
        "gradients_reset_in_call": "call-resets",
        "hidden_layers_shared": "same-object; sizes",
        "hidden_outputs_detached": "cut-off; way",
        "hidden_width_of_first": "sizes",
        "index_past_the_end": "raises",
        "input_added_to_output": "way",
        "last_layer_missing": "count",
        "last_layer_nonlinear": "nonlin",
        "last_layer_nonlinear_and_nouts_insert": "nonlin, argument-changed",
        "last_two_layers_linear": "nonlin",
        "layer_sizes_swapped": "sizes",
        "layers_called_in_reverse": "way",
        "layers_side_by_side": "sizes, way",
        "layers_used_up": "attribute",
        "linear_at_wrong_end": "nonlin",
        "linear_by_width": "nonlin",
        "nin_ignored": "sizes",
        "nin_twice": "count",
        "nouts_append": "argument-changed, sizes",
        "nouts_insert": "argument-changed",
        "nouts_pop": "argument-changed; raises",
        "one_output_only": "way",
        "only_first_layer_used": "way",
        "only_last_layer_nonlinear": "nonlin",
        "parameters_are_layers": "parameters-kind",
        "parameters_first_layer": "parameters-missing",
        "parameters_grow": "parameters-others",
        "parameters_last_layer": "parameters-missing",
        "parameters_nested": "parameters-kind",
        "parameters_repeated": "parameters-repeated",
        "parameters_weights_only": "parameters-missing",
        "parameters_without_last_layer": "parameters-missing",
        "relu_by_hand_at_the_end": "way; raises",
        "returns_all_layers": "output-type|way; output-type, way",
        "same_seed_in_every_layer": "start-values",
        "sizes_zipped_wrongly": "sizes",
    },
}

# Programs with several mistakes at once: exercise, name, what is wrong, the code behind the imports.
COMPOUNDS = [
    (
        "neuron",
        "same_value_no_bias_param",
        "same-object, parameters-missing",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1))] * nin
        self.b = Value(0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.relu() if self.nonlin else act
    def parameters(self):
        return self.w
""",
    ),
    (
        "neuron",
        "data_and_nested",
        "cut-off, parameters-kind; plain-inputs",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        s = self.b.data
        for i in range(len(self.w)):
            s += self.w[i].data * (x[i].data if isinstance(x[i], Value) else x[i])
        out = Value(s)
        return out.relu() if self.nonlin else out
    def parameters(self):
        return [self.w, self.b]
""",
    ),
    (
        "neuron",
        "one_weight_less_nonlin_inverted",
        "count, output",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = []
        for i in range(1, nin):
            self.w.append(Value(random.uniform(-1, 1)))
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = self.b
        for wi, xi in zip(self.w, x):
            act = act + wi * xi
        if not self.nonlin:
            return act.relu()
        return act
    def parameters(self):
        return self.w + [self.b]
""",
    ),
    (
        "layer",
        "nonlin_lost_and_swapped",
        "count, nonlin; sizes",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nout) for _ in range(nin)]
    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]
""",
    ),
    (
        "layer",
        "detached_and_biases_missing",
        "cut-off, parameters-missing",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = []
        for _ in range(nout):
            self.neurons.append(Neuron(nin, nonlin))
    def __call__(self, x):
        out = []
        for n in self.neurons:
            out.append(Value(n(x).data))
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return [w for n in self.neurons for w in n.w]
""",
    ),
    (
        "mlp",
        "wrong_sizes_last_params",
        "sizes, parameters-missing",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        self.layers = []
        for i, n in enumerate(nouts):
            self.layers.append(Layer(nin, n, nonlin=i < len(nouts) - 1))
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
    def parameters(self):
        return self.layers[-1].parameters()
""",
    ),
    (
        "mlp",
        "missing_layer_nested",
        "count, parameters-kind",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sizes = [nin] + list(nouts)
        last = len(nouts) - 2
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(last + 1)]
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
    def parameters(self):
        return [layer.parameters() for layer in self.layers]
""",
    ),
    (
        "neuron",
        "mean_without_relu_and_nested",
        "output, parameters-kind",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        return sum((w * i for w, i in zip(self.w, x)), Value(0.0)) / len(self.w) + self.b
    def parameters(self):
        return [[w for w in self.w], [self.b]]
""",
    ),
    (
        "neuron",
        "one_weight_more_bias_once_per_input_unlisted",
        "count, output, parameters-missing",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin + 1)]
        self.b = Value(0.5)
        self.nonlin = nonlin
    def __call__(self, x):
        act = Value(0)
        for w, i in zip(self.w, x):
            act = act + w * i + self.b
        return act.relu() if self.nonlin else act
    def parameters(self):
        return self.w
""",
    ),
    (
        "neuron",
        "ones_and_detached_inputs",
        "start-values, cut-off; plain-inputs",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(1.0) for _ in range(nin)]
        self.b = Value(1.0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = self.b
        for w, i in zip(self.w, x):
            act += w * i.data
        return act.relu() if self.nonlin else act
    def parameters(self):
        return self.w + [self.b]
""",
    ),
    (
        "neuron",
        "class_weights_no_bias_no_relu",
        "same-object, output",
        """
class Neuron(Module):
    w = []
    def __init__(self, nin, nonlin=True):
        for _ in range(nin):
            self.w.append(Value(random.uniform(-1, 1)))
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = sum(w * i for w, i in zip(self.w, x))
        return act
    def parameters(self):
        return self.w + [self.b]
""",
    ),
    (
        "layer",
        "one_too_many_and_last_output_only",
        "count, output",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout + 1)]
    def __call__(self, x):
        for n in self.neurons:
            out = n(x)
        return out
    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]
""",
    ),
    (
        "layer",
        "repeated_neuron_and_nonlin_lost",
        "same-object, nonlin; parameters-repeated",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin)] * nout
    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]
""",
    ),
    (
        "layer",
        "reversed_and_used_up",
        "output, parameters-others",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin=nonlin) for _ in range(nout)]
        self.ps = (p for n in self.neurons for p in n.parameters())
    def __call__(self, x):
        out = []
        for n in self.neurons:
            out.insert(0, n(x))
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return self.ps
""",
    ),
    (
        "mlp",
        "last_relu_and_detached",
        "nonlin, cut-off; way",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + nouts
        self.layers = [Layer(sz[i], sz[i + 1]) for i in range(len(nouts))]
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
            outs = x if isinstance(x, list) else [x]
            x = [Value(o.data) for o in outs] if layer is not self.layers[-1] else x
        return x
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
    ),
    (
        "mlp",
        "first_skipped_and_biases_unlisted",
        "way, parameters-missing",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + list(nouts)
        self.layers = []
        for i in range(len(nouts)):
            self.layers.append(Layer(sz[i], sz[i + 1], nonlin=(i < len(nouts) - 1)))
    def __call__(self, x):
        for i in range(1, len(self.layers)):
            x = self.layers[i](x)
        return x
    def parameters(self):
        return [w for layer in self.layers for n in layer.neurons for w in n.w]
""",
    ),
    (
        "mlp",
        "insert_and_linear_and_doubled",
        "argument-changed, nonlin, parameters-repeated",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        nouts.insert(0, nin)
        self.layers = [Layer(a, b, nonlin=False) for a, b in zip(nouts, nouts[1:])]
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
    def parameters(self):
        ps = []
        for layer in self.layers:
            ps += layer.parameters()
            for n in layer.neurons:
                ps += n.parameters()
        return ps
""",
    ),
    (
        "neuron",
        "weights_bias_names_and_no_relu",
        "attribute",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.weights = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.bias = Value(0.0)
    def __call__(self, x):
        return sum((w * i for w, i in zip(self.weights, x)), self.bias)
    def parameters(self):
        return self.weights + [self.bias]
""",
    ),
    (
        "neuron",
        "tanh_by_numbers",
        "output, cut-off, parameters-missing",
        """
import math
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = sum((w * i for w, i in zip(self.w, x)), self.b)
        return Value(math.tanh(act.data)) if self.nonlin else act
    def parameters(self):
        return [p for p in self.w]
""",
    ),
    (
        "neuron",
        "relu_on_inputs_and_twice_weights",
        "output; plain-inputs",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = self.b
        for w, i in zip(self.w, x):
            act = act + w * i.relu() * 2
        return act.relu() if self.nonlin else act
    def parameters(self):
        return self.w + [self.b]
""",
    ),
    (
        "neuron",
        "counts_calls_and_nested",
        "calls-depend, parameters-kind",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin
        self.out = self.b
    def __call__(self, x):
        self.out = self.out + sum(w * i for w, i in zip(self.w, x))
        return self.out.relu() if self.nonlin else self.out
    def parameters(self):
        return (self.w, self.b)
""",
    ),
    (
        "neuron",
        "weights_as_dict",
        "attribute; raises, count, no-value, parameters-kind",
        """
class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = {i: Value(random.uniform(-1, 1)) for i in range(nin)}
        self.b = Value(0.0)
        self.nonlin = nonlin
    def __call__(self, x):
        act = sum((self.w[i] * x[i] for i in range(len(x))), self.b)
        return act.relu() if self.nonlin else act
    def parameters(self):
        return list(self.w.values()) + [self.b]
""",
    ),
    (
        "layer",
        "sum_and_sizes",
        "sizes, output",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nout, nonlin) for _ in range(nout)]
    def __call__(self, x):
        out = self.neurons[0](x)
        for n in self.neurons[1:]:
            out = out + n(x)
        return out
    def parameters(self):
        ps = []
        for n in self.neurons:
            ps.extend(n.parameters())
        return ps
""",
    ),
    (
        "layer",
        "default_list_and_numbers",
        "same-object, parameters-kind",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True, neurons=[]):
        self.neurons = neurons
        for _ in range(nout):
            self.neurons.append(Neuron(nin, nonlin))
    def __call__(self, x):
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return [p.data for n in self.neurons for p in n.parameters()]
""",
    ),
    (
        "layer",
        "own_products_without_bias",
        "output",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]
        self.nonlin = nonlin
    def __call__(self, x):
        out = []
        for n in self.neurons:
            s = Value(0)
            for w, i in zip(n.w, x):
                s = s + w * i
            out.append(s.relu() if self.nonlin else s)
        return out[0] if len(out) == 1 else out
    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]
""",
    ),
    (
        "layer",
        "outputs_as_dict_and_first_params",
        "output-type|attribute, parameters-missing",
        """
class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = tuple(Neuron(nin, nonlin) for _ in range(nout))
    def __call__(self, x):
        return {j: n(x) for j, n in enumerate(self.neurons)}
    def parameters(self):
        return self.neurons[0].parameters()
""",
    ),
    (
        "mlp",
        "each_layer_twice_and_last_relu",
        "way, nonlin",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + list(nouts)
        self.layers = [Layer(a, b, True) for a, b in zip(sz, sz[1:])]
    def __call__(self, x):
        for layer in self.layers:
            layer(x)
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        out2 = [o + o for o in x]
        return out2[0] if len(out2) == 1 else out2
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
    ),
    (
        "mlp",
        "only_first_output_goes_on",
        "way, sizes",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        self.layers = []
        size = nin
        for i, n in enumerate(nouts):
            self.layers.append(Layer(size, n, nonlin=i != len(nouts) - 1))
            size = 1
    def __call__(self, x):
        for layer in self.layers:
            out = layer(x)
            x = [out[0] if isinstance(out, list) else out]
        return out
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
    ),
    (
        "mlp",
        "reversed_layers_and_copies",
        "sizes|way, parameters-others; way, nonlin",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + list(nouts)
        self.layers = []
        for i in range(len(nouts)):
            self.layers.insert(0, Layer(sz[i], sz[i + 1], nonlin=i != len(nouts) - 1))
    def __call__(self, x):
        for layer in reversed(self.layers):
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out
    def parameters(self):
        return [Value(p.data) for layer in self.layers for p in layer.parameters()]
""",
    ),
    (
        "mlp",
        "neurons_called_and_resets",
        "call-resets, parameters-missing",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + list(nouts)
        last = len(nouts) - 1
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != last) for i in range(len(nouts))]
    def __call__(self, x):
        for p in self.parameters():
            p.grad = 0
        for layer in self.layers:
            x = [n(x) for n in layer.neurons]
        return x[0] if len(x) == 1 else x
    def parameters(self):
        return [p for layer in self.layers[1:] for p in layer.parameters()]
""",
    ),
    (
        "mlp",
        "none_returned_and_linear",
        "output-type, nonlin",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + list(nouts)
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=False) for i in range(len(nouts))]
    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
    ),
    (
        "mlp",
        "more_layers_and_each_listed_often",  # so often that the last ones are not looked at any more
        "count, parameters-repeated",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sizes = [nin, nin, *nouts]
        last = len(nouts)
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts) + 1)]
    def __call__(self, x):
        for layer in self.layers:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return out
    def parameters(self):
        params = []
        for layer in self.layers:
            for _ in layer.neurons:
                params.extend(layer.parameters())
        return params
""",
    ),
    (
        "mlp",
        "each_layer_called_seven_times",  # more often than is written down: which way it goes is not known
        "output",
        """
class MLP(Module):
    def __init__(self, nin, nouts):
        sz = [nin] + list(nouts)
        last = len(nouts) - 1
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != last) for i in range(len(nouts))]
    def __call__(self, x):
        for layer in self.layers:
            for _ in range(6):
                layer(x)
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return [2 * y for y in x] if len(x) > 1 else x[0] * 2
    def parameters(self):
        return [p for layer in self.layers for p in layer.parameters()]
""",
    ),
]
