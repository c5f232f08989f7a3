"""Differentiation in another way than the course's: a tape of numbers."""


def observed(leaves, steps):
    data = [float(x) for x in leaves]
    parents = [()] * len(data)
    grad = [0.0] * len(data)
    for op, operands in steps:
        if op == "zero":
            grad = [0.0] * len(data)
        elif op == "backward":
            backward(operands[0], data, parents, grad)
        else:
            value, slopes = made(op, operands, data)
            data.append(value)
            parents.append(slopes)
            grad.append(0.0)
    return data + grad


def made(op, operands, data):
    x = [data[o] if type(o) is int else o[0] for o in operands]
    slopes = {
        "+": lambda a, b: (a + b, 1.0, 1.0),
        "-": lambda a, b: (a - b, 1.0, -1.0),
        "*": lambda a, b: (a * b, b, a),
        "/": lambda a, b: (a / b, 1 / b, -a / b**2),
        "**": lambda a, k: (a**k, k * a ** (k - 1) if k else 0.0, 0.0),
        "neg": lambda a: (-a, -1.0),
        "relu": lambda a: (max(a, 0.0), float(a > 0)),
    }
    value, *along = slopes[op](*x)
    return value, [(o, s) for o, s in zip(operands, along) if type(o) is int]


def backward(root, data, parents, grad):
    flow = [0.0] * len(data)
    flow[root] = 1.0
    for node in reversed(range(root + 1)):
        for parent, slope in parents[node]:
            flow[parent] += slope * flow[node]
    for node, share in enumerate(flow):
        grad[node] += share
