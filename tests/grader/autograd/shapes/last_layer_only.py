#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""
Petit moteur de dérivation automatique.
Usage : python last_layer_only.py --epochs 100
"""
import argparse
import random
import sys


class Value:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = set(_children)
        self._op = _op

    def __add__(self, autre):
        autre = autre if isinstance(autre, Value) else Value(autre)
        somme = Value(self.data + autre.data, (self, autre), "+")

        def _backward():
            self.grad += somme.grad
            autre.grad += somme.grad

        somme._backward = _backward
        return somme

    def __mul__(self, autre):
        autre = autre if isinstance(autre, Value) else Value(autre)
        produit = Value(self.data * autre.data, (self, autre), "*")

        def _backward():
            self.grad += autre.data * produit.grad
            autre.grad += self.data * produit.grad

        produit._backward = _backward
        return produit

    def __pow__(self, n):
        puissance = Value(self.data**n, (self,), f"**{n}")

        def _backward():
            # la dérivée de x^n est x^(n-1)
            self.grad += self.data ** (n - 1) * puissance.grad

        puissance._backward = _backward
        return puissance

    def relu(self):
        out = Value(self.data if self.data > 0 else 0.01 * self.data, (self,), "relu")

        def _backward():
            self.grad += (1.0 if self.data > 0 else 0.01) * out.grad

        out._backward = _backward
        return out

    def backward(self):
        topo, vus = [], set()

        def parcours(v):
            if v not in vus:
                vus.add(v)
                for enfant in v._prev:
                    parcours(enfant)
                topo.append(v)

        parcours(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()

    def __neg__(self):
        return self * -1

    def __sub__(self, autre):
        return self + (-autre)

    def __radd__(self, autre):
        return self + autre

    def __rmul__(self, autre):
        return self * autre

    def __rsub__(self, autre):
        return autre + (-self)


class Module:
    def parameters(self):
        return []

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


class Neuron(Module):
    def __init__(self, nin, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x):
        z = sum((w * xi for w, xi in zip(self.w, x)), self.b)
        return z.relu() if self.nonlin else z

    def parameters(self):
        return self.w + [self.b]


class Layer(Module):
    def __init__(self, nin, nout, nonlin=True):
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x):
        sorties = [n(x) for n in self.neurons]
        return sorties[0] if len(sorties) == 1 else sorties

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]


class MLP(Module):
    def __init__(self, nin, nouts):
        tailles = [nin] + nouts
        self.layers = [
            Layer(tailles[i], tailles[i + 1], nonlin=i < len(nouts) - 1) for i in range(len(nouts))
        ]

    def __call__(self, x):
        for couche in self.layers:
            x = couche(x)
        return x

    def parameters(self):
        for couche in self.layers:
            params = couche.parameters()
        return params


def main():
    analyseur = argparse.ArgumentParser()
    analyseur.add_argument("--epochs", type=int, default=100)
    options = analyseur.parse_args()
    reseau = MLP(2, [4, 1])
    for epoch in range(options.epochs):
        perte = (reseau([1.0, -1.0]) - 1) ** 2
        reseau.zero_grad()
        perte.backward()
        for p in reseau.parameters():
            p.data -= 0.1 * p.grad
        print(epoch, perte.data)


if __name__ == "__main__":
    sys.exit(main())
