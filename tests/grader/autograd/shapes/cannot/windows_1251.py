# Лабораторная работа №4: граф вычислений


class Value:
    def __init__(self, data):
        self.data = data  # значение
        self.grad = 0.0

    def __add__(self, other):
        return Value(self.data + other.data)
