"""
Implementación de retropropagación, curso de IA 2023
autora: M.
"""
import random
from typing import Iterable, List


class Valor:
    def __init__(self, dato: float, hijos: Iterable["Valor"] = (), op: str = "") -> None:
        self.data = dato
        self.grad = 0.0
        self.hijos = frozenset(hijos)
        self.op = op
        self._retro = lambda: None

    @property
    def es_hoja(self) -> bool:
        return not self.hijos

    def __add__(self, otro):
        otro = _a_valor(otro)
        suma = Valor(self.data + otro.data, {self, otro}, "+")

        def _retro():
            self.grad += suma.grad
            otro.grad += suma.grad

        suma._retro = _retro
        return suma

    def __mul__(self, otro):
        otro = _a_valor(otro)
        prod = Valor(self.data * otro.data, {self, otro}, "*")

        def _retro():
            self.grad += otro.data * prod.grad
            otro.grad += self.data * prod.grad

        prod._retro = _retro
        return prod

    def __pow__(self, exp):
        pot = Valor(self.data**exp, {self}, "**")

        def _retro():
            self.grad += exp * self.data ** (exp - 1) * pot.grad

        pot._retro = _retro
        return pot

    def relu(self):
        out = Valor(max(0, self.data), {self}, "relu")

        def _retro():
            # la derivada es 1
            self.grad += 1 * out.grad

        out._retro = _retro
        return out

    def backward(self):
        orden: List[Valor] = []
        visto = set()

        def recorrer(nodo):
            if nodo in visto:
                return
            visto.add(nodo)
            for h in nodo.hijos:
                recorrer(h)
            orden.append(nodo)

        recorrer(self)
        self.grad = 1.0
        for nodo in reversed(orden):
            nodo._retro()

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, otro):
        return self + (-otro)

    def __rsub__(self, otro):
        return otro + (-self)


def _a_valor(x):
    return x if isinstance(x, Valor) else Valor(x)


class Neurona:
    def __init__(self, n_entradas: int, nonlin: bool = True) -> None:
        self.w = [Valor(random.uniform(-1, 1)) for _ in range(n_entradas)]
        self.b = Valor(random.uniform(-1, 1))
        self.nonlin = nonlin

    def __call__(self, x):
        z = Valor(0.0)
        for wi, xi in zip(self.w, x):
            z = z + (wi * xi + self.b)
        return z.relu() if self.nonlin else z

    def parameters(self) -> List[Valor]:
        return [*self.w, self.b]


class Capa:
    def __init__(self, n_entradas: int, n_salidas: int, nonlin: bool = True) -> None:
        self.neurons = [Neurona(n_entradas, nonlin) for _ in range(n_salidas)]

    def __call__(self, x):
        salidas = [n(x) for n in self.neurons]
        return salidas[0] if len(salidas) == 1 else salidas

    def parameters(self) -> List[Valor]:
        return [p for n in self.neurons for p in n.parameters()]
