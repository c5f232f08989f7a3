import math

from functions import Add


class Tensor:
    def __init__(self, data):
        self.data = data
        self.grad = math.nan

    def __add__(self, other):
        return Add(self, other)
