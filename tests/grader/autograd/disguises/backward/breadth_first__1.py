"""A list that grows while a for loop runs over it."""


def backward(self):
    line = [self]
    known = {id(self)}
    self.grad = 1.0
    for node in line:
        # its turn, and then its operands queue up behind the others
        node._backward()
        new = [p for p in dict.fromkeys(node._prev) if id(p) not in known]
        known.update(map(id, new))
        line.extend(new)
