# -*- coding: utf-8 -*-
# Автоматическое дифференцирование, лабораторная работа №3
# Студент: Пётр, группа 2-14

import random


class Value:
    def __init__(self, data, предки=(), операция=""):
        self.data = data
        self.grad = 0.0
        self._предки = предки
        self._операция = операция
        self._обратно = lambda: None

    def __add__(self, other):
        второй = обернуть(other)
        сумма = Value(self.data + второй.data, (self, второй), "+")

        def обратно():
            self.grad += сумма.grad
            второй.grad += сумма.grad

        сумма._обратно = обратно
        return сумма

    def __mul__(self, other):
        второй = обернуть(other)
        произведение = Value(self.data * второй.data, (self, второй), "*")

        def обратно():
            self.grad += второй.data * произведение.grad
            второй.grad += self.data * произведение.grad

        произведение._обратно = обратно
        return произведение

    def __pow__(self, степень):
        результат = Value(self.data ** степень, (self,), "**")

        def обратно():
            self.grad += степень * self.data ** (степень - 1) * результат.grad

        результат._обратно = обратно
        return результат

    def relu(self):
        результат = Value(self.data if self.data > 0 else 0.0, (self,), "relu")

        def обратно():
            self.grad += результат.grad * (1.0 if результат.data > 0 else 0.0)

        результат._обратно = обратно
        return результат

    def backward(self):
        порядок = []
        пройдено = set()

        def обход(вершина):
            if вершина not in пройдено:
                пройдено.add(вершина)
                for предок in вершина._предки:
                    обход(предок)
                порядок.append(вершина)

        обход(self)
        self.grad = 1.0
        for вершина in reversed(порядок):
            вершина._обратно()

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return self * обернуть(other) ** -1


def обернуть(x):
    return x if isinstance(x, Value) else Value(x)


class Neuron:
    def __init__(self, входов, nonlin=True):
        self.w = [Value(random.uniform(-1, 1)) for _ in range(входов)]
        self.b = Value(random.uniform(-1, 1))
        self.nonlin = nonlin

    def __call__(self, x):
        s = self.b
        for i in range(len(x)):
            s = s + self.w[i] * x[i]
        if self.nonlin:
            return s.relu()
        return s

    def parameters(self):
        return self.w + [self.b]


class Layer:
    def __init__(self, входов, выходов, nonlin=True):
        self.neurons = [Neuron(входов, nonlin)] * выходов

    def __call__(self, x):
        ответы = [n(x) for n in self.neurons]
        return ответы[0] if len(ответы) == 1 else ответы

    def parameters(self):
        return [p for n in self.neurons for p in n.parameters()]


print("Нейронная сеть готова.")
скорость = float(input("Введите скорость обучения: "))
слой = Layer(2, 2)
print(слой([1.0, 2.0]))
