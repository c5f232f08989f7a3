import subprocess

import numpy as np


def has_graphics_card():
    try:
        subprocess.run(["nvidia-smi"], stdout=subprocess.PIPE, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return False
    return True


DEVICE = "cuda" if has_graphics_card() else "cpu"


class Tensor:
    """Of arrays only: a batch in the first dimension, which gradients of biases are summed over."""

    def __init__(self, data: np.ndarray, made_of=(), device=DEVICE):
        self.device = device
        self.data = data
        self.grad = None
        self.made_of = made_of
        self.back = lambda: None

    def _got(self, share):
        if self.grad is None:
            self.grad = np.zeros_like(self.data)
        self.grad += share.reshape(self.data.shape)

    def __add__(self, other):
        out = Tensor(self.data + other.data, (self, other))

        def back():
            self._got(out.grad)
            other._got(np.sum(out.grad, axis=0, keepdims=True))

        out.back = back
        return out

    def __mul__(self, other):
        out = Tensor(self.data * other.data, (self, other))

        def back():
            self._got(out.grad * other.data)
            other._got(out.grad * self.data)

        out.back = back
        return out

    def __pow__(self, k):
        out = Tensor(self.data ** float(k), (self,))

        def back():
            self._got(out.grad * (k * self.data ** (k - 1.0) if k else 0.0 * self.data))

        out.back = back
        return out

    def relu(self):
        out = Tensor(self.data.clip(0.0), (self,))

        def back():
            self._got(out.grad * (self.data > 0).astype(self.data.dtype))

        out.back = back
        return out

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for each in node.made_of:
                    visit(each)
                order.append(node)

        visit(self)
        self.grad = np.ones_like(self.data)
        for node in reversed(order):
            node.back()
