"""What our operations do, in numbers: the result, then the slope towards each operand.

Sent to a worker as text, each only where it is not what is examined.
"""

from __future__ import annotations

RULES = {
    "+": "lambda a, b: (a + b, 1.0, 1.0)",
    "-": "lambda a, b: (a - b, 1.0, -1.0)",
    "*": "lambda a, b: (a * b, b, a)",
    "/": "lambda a, b: (a / b, 1 / b, -a / (b * b))",
    "**": "lambda a, k: (a**k, k * a ** (k - 1) if k else 0.0)",
    "neg": "lambda a: (-a, -1.0)",
    "relu": "lambda a: (a if a > 0 else 0 * a, 1.0 if a > 0 else 0.0)",
}
# What networks may go through besides relu.
ACTIVATIONS = {
    "tanh": "lambda a, f=__import__('math').tanh: (f(a), 1 - f(a) ** 2)",
    "sigmoid": "lambda a, f=__import__('math').exp: (1 / (1 + f(-a)), f(-a) / (1 + f(-a)) ** 2)",
    "exp": "lambda a, f=__import__('math').exp: (f(a), f(a))",
    "log": "lambda a, f=__import__('math').log: (f(a), 1 / a)",
}
# The operation that an exercise is about; the others are about none.
OWN = {"add": "+", "mul": "*", "pow": "**", "relu": "relu"}
# What the course's own "-" and "/" are made of. A right one would give that away: it is made of it here, too.
MADE_OF = {"-": ("+",), "/": ("*", "**")}
# What is built of what: the part of a network that stands in for the code's own, and the module that has it.
STAND_INS = {"layer": ("Neuron", "neuron"), "mlp": ("Layer", "layer")}


def beside(exercise: str) -> dict[str, str]:
    """The rules of everything but the exercise's own operation, and what would give that away."""
    if exercise == "extras":
        return {op: RULES[op] for op in OWN.values()}
    if exercise in STAND_INS or exercise == "neuron":
        return RULES | ACTIVATIONS
    return {op: rule for op, rule in RULES.items() if op != OWN.get(exercise) and op not in made(exercise)}


def made(exercise: str) -> tuple[str, ...]:
    """The operations that are made of the exercise's own."""
    return tuple(op for op, parts in MADE_OF.items() if OWN.get(exercise) in parts)
