"""Scalars on the GPU."""
import jax.numpy as jnp


class Value:
    def __init__(self, data, _children=()):
        self.data = jnp.asarray(data, dtype=jnp.float32)
        self.grad = jnp.zeros(())
        self._prev = set(_children)
        self._backward = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(jnp.add(self.data, other.data), (self, other))

        def _backward():
            self.grad = self.grad + out.grad
            other.grad = other.grad + out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(jnp.multiply(self.data, other.data), (self, other))

        def _backward():
            self.grad = self.grad + other.data * out.grad
            other.grad = other.grad + self.data * out.grad

        out._backward = _backward
        return out

    def relu(self):
        out = Value(jnp.maximum(self.data, 0), (self,))

        def _backward():
            self.grad = self.grad + jnp.where(self.data > 0, out.grad, 0)

        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for c in v._prev:
                    build(c)
                topo.append(v)

        build(self)
        self.grad = jnp.ones(())
        for v in reversed(topo):
            v._backward()
