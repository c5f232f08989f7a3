"""An explicit stack instead of recursion, in the same order."""


def backward(root):
    root.grad = 1
    todo = [root]
    while todo:
        current = todo.pop()
        current._backward()
        # the first operand comes off the stack first
        todo += current._prev[::-1]
