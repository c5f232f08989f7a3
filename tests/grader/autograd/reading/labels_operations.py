"""What is wrong with each catalogued operation, by hand from its code, in findings; and with compound ones.

Groups are parted by commas: each must be found; "|" parts alternatives. What stands after ";" may be said as
well without being false. "@a" is about the first operand, "@b" about the second.
"""

CATALOGUE = {
    "add": {
        "adds_values": "calls-itself",
        "both_into_self": "derivative@a|wrong-number@a, no-share@b",
        "called_when_stored": "rule-called; operand-changed",
        "changes_data": "rule-changes-data, no-share@a, no-share@b",
        "closure_in_grad": "rule-elsewhere; rule-not-stored",
        "closure_never_stored": "rule-not-stored",
        "closure_on_operand": "rule-elsewhere; rule-not-stored",
        "mul_rule": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "mutates_operand": "result, operand-changed",
        "no_parents": "operand-missing",
        "no_upstream": "upstream-missing@a, upstream-missing@b",
        "number_not_wrapped": "plain-number",
        "old_gradient_twice": "old-gradient@a, old-gradient@b",
        "only_int_wrapped": "plain-number",
        "only_other": "no-share@a",
        "only_self": "no-share@b",
        "only_self_as_parent": "operand-missing@b",
        "other_from_self": "other-gradient@b; overwrites@b",
        "out_data": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "overwrites": "overwrites@a, overwrites@b",
        "overwrites_other": "overwrites@b",
        "overwrites_without_upstream": "overwrites@a, overwrites@b, upstream-missing@a, upstream-missing@b",
        "own_data": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "returns_nothing": "result",
        "returns_number": "result",
        "runs_operands_too": "runs-operands",
        "sign_of_data": "derivative@a|sign@a, derivative@b|sign@b",
        "skips_same_object": "same-operand",
        "splits_gradient": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "subtracts_gradient": "sign@a, sign@b",
        "upstream_added": "upstream-misused@a, upstream-misused@b",
        "upstream_read_early": "upstream-early@a, upstream-early@b",
        "value_in_gradient": "gradient-type@a, gradient-type@b",
        "whole_numbers": "data; plain-number",
        "wraps_everything": "wrapped-again; data-type, operand-missing",
    },
    "mul": {
        "add_rule": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "adds_forward": "data",
        "both_into_self": "derivative@a|wrong-number@a, no-share@b",
        "called_when_stored": "rule-called; operand-changed",
        "changes_data": "rule-changes-data, no-share@a, no-share@b",
        "closure_never_stored": "rule-not-stored",
        "closure_on_operand": "rule-elsewhere; rule-not-stored",
        "divides_output": "raises",
        "multiplies_into_grad": "times-gradient@a, times-gradient@b",
        "multiplies_values": "calls-itself",
        "mutates_operand": "result, operand-changed",
        "no_parents": "operand-missing",
        "no_upstream": "upstream-missing@a, upstream-missing@b",
        "number_not_wrapped": "plain-number",
        "only_float_wrapped": "plain-number",
        "only_other": "no-share@a",
        "only_other_as_parent": "operand-missing@a",
        "only_self": "no-share@b",
        "out_data": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "overwrites": "overwrites@a, overwrites@b",
        "overwrites_other": "overwrites@b",
        "overwrites_without_upstream": "overwrites@a, overwrites@b, upstream-missing@a, upstream-missing@b",
        "own_data": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "own_data_without_upstream": (
            "derivative@a|wrong-number@a, derivative@b|wrong-number@b, upstream-missing@a, upstream-missing@b"
        ),
        "own_grad_for_data": "derivative@b|wrong-number@b",
        "parents_as_numbers": "operand-type; operand-missing",
        "partner_grad_as_derivative": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "partner_grad_as_upstream": "derivative@a|wrong-number@a, derivative@b|wrong-number@b",
        "partner_sign_lost": "derivative@a|sign@a, derivative@b|sign@b",
        "repeated_addition": "data; plain-number",
        "returns_nothing": "result",
        "returns_number": "result",
        "skips_same_object": "same-operand",
        "subtracts_gradient": "sign@a, sign@b",
        "upstream_added": "upstream-misused@a, upstream-misused@b",
        "value_as_derivative": "gradient-type@a, gradient-type@b",
        "whole_numbers": "data; plain-number",
        "zero_shortcut": "operand-missing; rule-not-stored",
    },
    "pow": {
        "abs_base": "data; derivative@a",
        "abs_base_in_derivative": "derivative@a|sign@a",
        "always_square_rule": "derivative@a",
        "always_squares": "data, derivative@a",
        "base_and_exponent_swapped": "data; data-type",
        "called_when_stored": "rule-called; operand-changed",
        "caret": "data|raises; raises",
        "closure_never_stored": "rule-not-stored",
        "coefficient_reduced": "derivative@a",
        "derivative_at_out": "derivative@a|wrong-number@a",
        "divides_by_base": "raises",
        "exponent_as_parent": "operand-type",
        "exponent_data": "raises",
        "exponent_gets_gradient": "raises",
        "exponent_not_reduced": "derivative@a",
        "exponential_rule": "derivative@a; raises",
        "grad_for_base": "derivative@a|wrong-number@a",
        "int_exponent": "data; derivative@a",
        "integer_loop": "data|raises; raises",
        "integrates": "derivative@a; raises",
        "loop_ignores_sign": "data",
        "multiplies_forward": "data",
        "negative_exponents_ignored": "no-share@a",
        "no_coefficient": "derivative@a",
        "no_coefficient_no_upstream": "derivative@a, upstream-missing@a",
        "no_parents": "operand-missing",
        "no_power_in_derivative": "derivative@a",
        "no_upstream": "upstream-missing@a",
        "overwrites": "overwrites@a",
        "overwrites_exponent_not_reduced": "overwrites@a, derivative@a",
        "overwrites_without_upstream": "overwrites@a, upstream-missing@a",
        "passes_through": "derivative@a",
        "precedence_slip": "derivative@a",
        "returns_nothing": "result",
        "returns_number": "result",
        "subtracts_gradient": "sign@a",
        "upstream_inside_power": "upstream-misused@a",
        "upstream_subtracted": "upstream-misused@a; derivative@a",
        "value_in_gradient": "gradient-type@a",
    },
    "relu": {
        "abs_forward": "data; share-undue@a",
        "abs_value": "data, share-undue@a",
        "always_through": "share-undue@a",
        "always_through_overwrites": "share-undue@a, overwrites@a",
        "always_through_without_upstream": "share-undue@a, upstream-missing@a",
        "called_when_stored": "rule-called; operand-changed",
        "capped_forward": "data",
        "clamps_and_returns_self": "result, operand-changed",
        "clamps_input": "operand-changed",
        "closure_only_for_positive": "raises",
        "compares_value": "raises",
        "detached": "operand-missing, rule-not-stored",
        "divides_output": "raises",
        "gates_on_both": "no-share@a",
        "gates_on_own_grad": "no-share@a, share-undue@a",
        "gates_on_upstream": "no-share@a, share-undue@a",
        "leaky": "data, share-undue@a",
        "leaky_slope": "share-undue@a",
        "min_forward": "data; no-share@a",
        "negative_part": "data, no-share@a, share-undue@a",
        "no_parents": "operand-missing",
        "no_upstream": "upstream-missing@a",
        "opens_at_one": "no-share@a",
        "out_data_as_slope": "derivative@a|wrong-number@a",
        "overwrites": "overwrites@a",
        "overwrites_when_positive": "overwrites@a",
        "overwrites_without_upstream": "overwrites@a, upstream-missing@a",
        "own_data_as_slope": "derivative@a|wrong-number@a; share-undue@a",
        "returns_nothing": "result",
        "returns_number": "result",
        "returns_self": "result; operand-missing, rule-not-stored",
        "sign_as_slope": "share-undue@a",
        "slope_reversed": "no-share@a, share-undue@a",
        "step_forward": "data",
        "subtracts_gradient": "sign@a",
        "whole_numbers": "data; no-share@a",
        "zeroes_when_negative": "overwrites@a",
    },
}

# (exercise, name): what is wrong with it, and the program.
COMPOUNDS = {
    ("add", "not_wrapped_and_overwrites"): (
        "plain-number, overwrites@a, overwrites@b",
        """
from .value import Value

def add(self, other):
    out = Value(self.data + other.data, (self, other), "+")
    def _backward():
        self.grad = out.grad
        other.grad = out.grad
    out._backward = _backward
    return out
""",
    ),
    ("add", "only_self_and_overwrites"): (
        "overwrites@a, no-share@b",
        """
from .value import Value

def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    def _backward():
        self.grad = out.grad
    out._backward = _backward
    return out
""",
    ),
    ("add", "sets_one_for_number_overwrites"): (
        "overwrites@a, upstream-missing@a, overwrites@b, upstream-missing@b, plain-number",
        """
from .value import Value

def add(self, other):
    result = self.data + other.data
    out = Value(result, (self, other), "+")
    def backward():
        self.grad = 1.0
        other.grad = 1.0
    out._backward = backward
    return out
""",
    ),
    ("add", "own_grad_scaled"): (
        (
            "derivative@a|wrong-number@a|upstream-misused@a|upstream-missing@a|times-gradient@a|"
            "old-gradient@a, overwrites@b"
        ),
        """
from .value import Value

def add(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data + other.data, (self, other), "+")
    def _backward():
        self.grad += self.grad * out.grad
        other.grad = out.grad
    out._backward = _backward
    return out
""",
    ),
    ("mul", "swapped_and_overwrites"): (
        "overwrites@a, wrong-number@a|derivative@a, overwrites@b, wrong-number@b|derivative@b",
        """
from .value import Value

def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    def _backward():
        self.grad = self.data * out.grad
        other.grad = other.data * out.grad
    out._backward = _backward
    return out
""",
    ),
    ("mul", "first_right_second_forgets_upstream_and_sets"): (
        "overwrites@b, upstream-missing@b",
        """
from .value import Value

def mul(self, other):
    other = other if isinstance(other, Value) else Value(other)
    out = Value(self.data * other.data, (self, other), "*")
    def _backward():
        self.grad += other.data * out.grad
        other.grad = self.data
    out._backward = _backward
    return out
""",
    ),
    ("mul", "plain_number_loses_graph"): (
        "plain-number, overwrites@a, overwrites@b",
        """
from .value import Value

def mul(self, other):
    if isinstance(other, (int, float)):
        return Value(self.data * other)
    out = Value(self.data * other.data, (self, other), "*")
    def _backward():
        self.grad = other.data * out.grad
        other.grad = self.data * out.grad
    out._backward = _backward
    return out
""",
    ),
    ("mul", "same_object_and_not_wrapped"): (
        "same-operand, plain-number",
        """
from .value import Value

def mul(self, other):
    out = Value(self.data * other.data, [self, other], "*")
    def _backward():
        grads = {self: other.data * out.grad, other: self.data * out.grad}
        for node, g in grads.items():
            node.grad += g
    out._backward = _backward
    return out
""",
    ),
    ("pow", "no_chain_and_set"): (
        "overwrites@a, upstream-missing@a",
        """
from .value import Value

def pow(self, exponent):
    out = Value(self.data ** exponent, (self,), "**")
    def _backward():
        self.grad = exponent * self.data ** (exponent - 1)
    out._backward = _backward
    return out
""",
    ),
    ("pow", "no_coefficient_full_exponent"): (
        "derivative@a; wrong-number",
        """
from .value import Value

def pow(self, exponent):
    out = Value(self.data ** exponent, (self,), "**")
    def _backward():
        self.grad += self.data ** exponent * out.grad
    out._backward = _backward
    return out
""",
    ),
    ("pow", "sign_and_coefficient"): (
        "sign@a|derivative@a; derivative",
        """
from .value import Value

def pow(self, exponent):
    out = Value(self.data ** exponent, (self,), "**")
    def _backward():
        self.grad -= self.data ** (exponent - 1) * out.grad
    out._backward = _backward
    return out
""",
    ),
    ("relu", "leaky_set"): (
        "data, overwrites@a, share-undue@a; overwrites",
        """
from .value import Value

def relu(self):
    out = Value(self.data if self.data > 0 else 0.1 * self.data, (self,), "relu")
    def _backward():
        self.grad = (1 if self.data > 0 else 0.1) * out.grad
    out._backward = _backward
    return out
""",
    ),
    ("relu", "gate_by_grad_no_parent"): (
        "operand-missing, share-undue@a|no-share@a; no-share, share-undue",
        """
from .value import Value

def relu(self):
    out = Value(max(0, self.data))
    def _backward():
        self.grad += out.grad if out.grad > 0 else 0
    out._backward = _backward
    return out
""",
    ),
    ("relu", "clips_and_no_upstream"): (
        "data, upstream-missing@a; no-share",
        """
from .value import Value

def relu(self):
    x = self.data
    x = max(0.0, min(1.0, x))
    out = Value(x, (self,), "relu")
    def _backward():
        if 0 < self.data < 1:
            self.grad += 1
        elif self.data >= 1:
            self.grad += 1
    out._backward = _backward
    return out
""",
    ),
}
