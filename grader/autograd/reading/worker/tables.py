"""What stands where in a record: the only module here that both sides read. It runs nothing."""

NODES = 90  # of an expression that fits
TREE = 1 + 2 * NODES  # places of an expression: how many nodes, then an operation and its detail for each
# An operation is known by its place here; its detail is the index of a symbol, or a number's value.
OPERATIONS = (
    "sym", "num", "+", "-", "*", "/", "**", "//", "%", "^", "neg", "abs", "int", "floor", "ceil", "round",
    "log", "exp", "sqrt", "tanh", "sin", "cos", "sinh", "cosh", "log2", "log10", "relu", "sign",
)  # fmt: skip
CODES = {name: code for code, name in enumerate(OPERATIONS)}
ARITY = dict.fromkeys(("+", "-", "*", "/", "**", "//", "%", "^"), 2)
KINDS = (
    "a number", "a Value", "None", "a list", "a tuple", "a generator", "a function", "a string", "a set",
    "a dict", "a bool", "a complex number", "something else",
)  # fmt: skip

# An operation's symbols: its operands' data, their gradients before and (once set) after, what arrives at the
# result, its data, the gradient that a node has while it is made, a plain number as operand.
NAMES = ("a", "b", "A", "B", "A_", "B_", "g", "out", "early", "k")
SIGNS = ("<", "<=", ">", ">=", "==", "!=")
ASKED, ASKED_NODES = 6, 12  # how many comparisons are noted, and of what size
FACTS = (
    *(f"forward changes {n}.{what}" for n in "ab" for what in ("data", "grad", "_prev")),
    *(f"rule stored on {n}" for n in "ab"),
    "rule stored in grad",
    *(f"runs the rule of {n}" for n in "ab"),
    *(f"rule changes {n}.data" for n in "ab"),
    "rule changes out.grad",
    "wraps a Value",
)  # fmt: skip
PLAIN_RECORD = 16
SYMBOLIC_RECORD = PLAIN_RECORD + 3 * TREE + 1 + ASKED * (1 + 2 * (1 + 2 * ASKED_NODES))

# What backward() does to a node, by its place here: it has its turn, something of it is set, or backward()
# is called for it. An event takes EVENT numbers: what, which node (-1 for one of an earlier graph), the new
# gradient or that at its turn, and the line.
EVENTS = ("turn", "grad", "data", "_prev", "call")
EVENT, MOST_EVENTS = 4, 100
MOST_STEPS = 3_000  # until a walk is held to be endless
ENDS = ("returned", "endless", "not tried")
TRACES = ("other operands", "other data", "a mark")  # what one call can leave on a node


def walk_record(nodes: int) -> int:
    """Places of one walk: its end, how many events, each node's gradient and traces, the events."""
    return 2 + 2 * nodes + EVENT * MOST_EVENTS


# A network's symbols: its weights and biases in order, its inputs, and what each call of a neuron or layer
# gave. Of longer lists only so much is looked at.
PARAMETERS, INPUTS, CALLS, OUTS, UNITS, WEIGHTS = 40, 6, 10, 6, 6, 10
NETWORK_NAMES = (
    *(f"p{i}" for i in range(PARAMETERS)),
    *(f"x{i}" for i in range(INPUTS)),
    *(f"c{call}.{i}" for call in range(CALLS) for i in range(OUTS)),
)
OUT_NODES, INPUT_NODES = 70, 10
CHANGES = ("gradients", "weights", "bias")
MADE_RECORD = 2_000
LISTED, LISTED_RECORD = 60, 2 * 60 + 10
PLAIN_CALL_RECORD = 3 + 3 * OUTS + 2 + 2 * (PARAMETERS + INPUTS) + 1 + CALLS * (4 + OUTS)
CALL_RECORD = PLAIN_CALL_RECORD + OUTS * (1 + 2 * OUT_NODES) + CALLS * INPUTS * (1 + 2 * INPUT_NODES)
# What parameters() may list: a number of the network itself, a list, a copy, another Value, a part of the
# network, its plain number, and anything else.
OWN, NESTED, COPY, OTHER, UNIT, PLAIN, STRANGE = range(7)
