"""What people call the parts of an engine: where a search begins, and never what decides."""

from __future__ import annotations

DATA = ("data", "value", "val", "v", "x", "num", "scalar", "_data", "_value", "_val", "item", "n")
GRAD = (
    "grad",
    "gradient",
    "_grad",
    "derivative",
    "grad_value",
    "deriv",
    "der",
    "adjoint",
    "bar",
    "g",
    "d",
    "dv",
)
BACKWARD = (
    "backward",
    "backprop",
    "backward_pass",
    "backpropagate",
    "back_prop",
    "back_propagate",
    "backpropagation",
    "run_backward",
    "compute_gradients",
    "compute_grads",
    "compute_grad",
    "calc_grads",
    "get_gradients",
    "gradients",
    "back",
)
# What a class may have besides.
UNARY = (
    *("tanh", "exp", "log", "sigmoid", "sqrt", "sin", "cos", "tan", "abs", "softplus", "gelu"),
    *("silu", "atan", "sinh", "cosh", "square", "reciprocal"),
)
RELU = ("relu", "ReLU", "Relu", "RELU", "relu_")
METHODS = {
    "__add__": ("add", "plus", "sum"),
    "__mul__": ("mul", "times", "multiply", "prod"),
    "__pow__": ("pow", "power"),
    "__sub__": ("sub", "minus", "subtract"),
    "__truediv__": ("div", "divide", "truediv"),
    "__neg__": ("neg", "negate"),
}
TRIED = (2.5, -3.25)  # exact in single precision, too
REFUSALS = (TypeError, AttributeError, AssertionError, NotImplementedError, ValueError)
