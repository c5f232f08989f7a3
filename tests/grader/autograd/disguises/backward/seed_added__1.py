"""An iterative walk with iterators on the stack; the seed is added with +=."""


def topological(root):
    finished, seen = [], {root}
    stack = [(root, iter(root._prev))]
    while stack:
        node, operands = stack[-1]
        for operand in operands:
            if operand not in seen:
                seen.add(operand)
                stack.append((operand, iter(operand._prev)))
                break
        else:
            finished.append(node)
            stack.pop()
    return finished


def backward(self):
    order = topological(self)
    self.grad += 1
    while order:
        order.pop()._backward()
