# Mikrograd auf Deutsch. Zahlen bleiben, was sie sind (int bleibt int).
from random import Random

zufall = Random(42)


class Value:
    def __init__(self, data, children=(), op=""):
        self.data = data
        self.grad = 0
        self.children = tuple(children)
        self.op = op
        self.ableitung = lambda: None

    def __add__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        summe = Value(self.data + other.data, (self, other), "+")

        def ableitung():
            self.grad = self.grad + summe.grad
            other.grad = other.grad + summe.grad

        summe.ableitung = ableitung
        return summe

    def __mul__(self, other):
        if not isinstance(other, Value):
            other = Value(other)
        produkt = Value(self.data * other.data, (self, other), "*")

        def ableitung():
            self.grad = self.grad + produkt.grad * other.data
            other.grad = other.grad + produkt.grad * self.data

        produkt.ableitung = ableitung
        return produkt

    def __pow__(self, exponent):
        potenz = Value(self.data ** exponent, (self,), "^")

        def ableitung():
            self.grad = self.grad + potenz.grad * exponent * self.data ** (exponent - 1)

        potenz.ableitung = ableitung
        return potenz

    def relu(self):
        out = Value(max(self.data, 0), (self,), "relu")

        def ableitung():
            self.grad = self.grad + (out.grad if self.data > 0 else 0)

        out.ableitung = ableitung
        return out

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        reihenfolge = []
        besucht = set()

        def besuche(knoten):
            if knoten in besucht:
                return
            besucht.add(knoten)
            for kind in knoten.children:
                besuche(kind)
            reihenfolge.insert(0, knoten)

        besuche(self)
        self.grad = 1
        for knoten in reihenfolge:
            knoten.ableitung()


class Neuron:
    def __init__(self, eingaenge, nonlin=True):
        self.weights = [Value(zufall.uniform(-1, 1)) for _ in range(eingaenge)]
        self.bias = Value(0)
        self.nonlin = nonlin

    def __call__(self, x):
        summe = self.bias
        for gewicht, eingabe in zip(self.weights, x):
            summe = summe + gewicht * eingabe
        return summe.relu() if self.nonlin else summe

    def parameters(self):
        return self.weights + [self.bias]


class Layer:
    def __init__(self, eingaenge, ausgaenge, nonlin=True):
        self.neurons = [Neuron(eingaenge, nonlin) for _ in range(ausgaenge)]

    def __call__(self, x):
        werte = [neuron(x) for neuron in self.neurons]
        if len(werte) == 1:
            return werte[0]
        return werte

    def parameters(self):
        return sum([neuron.parameters() for neuron in self.neurons], [])


class MLP:
    """MLP([2, 4, 1]): zwei Eingänge, vier versteckte Neuronen, ein Ausgang"""

    def __init__(self, groessen):
        self.layers = []
        letzte = len(groessen) - 2
        for i in range(len(groessen) - 1):
            self.layers.append(Layer(groessen[i], groessen[i + 1], nonlin=i < letzte))

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self):
        return sum([layer.parameters() for layer in self.layers], [])

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0
