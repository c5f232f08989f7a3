# 自动微分引擎（学习笔记）
import math
import random


class 标量:
    """一个会求导的数"""

    def __init__(self, data, 子节点=(), 运算=""):
        self.data = data
        self.grad = 0.0
        self.子节点 = set(子节点)
        self.运算 = 运算
        self.反向函数 = lambda: None

    def __add__(self, 另一个):
        另一个 = 另一个 if isinstance(另一个, 标量) else 标量(另一个)
        结果 = 标量(self.data + 另一个.data, (self, 另一个), "+")

        def 反向():
            self.grad += 结果.grad
            另一个.grad += 结果.grad

        结果.反向函数 = 反向
        return 结果

    def __mul__(self, 另一个):
        另一个 = 另一个 if isinstance(另一个, 标量) else 标量(另一个)
        结果 = 标量(self.data * 另一个.data, (self, 另一个), "*")

        def 反向():
            self.grad += 另一个.data * 结果.grad
            另一个.grad += self.data * 结果.grad

        结果.反向函数 = 反向
        return 结果

    def __pow__(self, 指数):
        结果 = 标量(self.data ** 指数, (self,), "**")

        def 反向():
            # 幂函数求导
            self.grad += 指数 * self.data ** 指数 - 1 * 结果.grad

        结果.反向函数 = 反向
        return 结果

    def relu(self):
        结果 = 标量(max(0.0, self.data), (self,), "relu")

        def 反向():
            self.grad += (结果.data > 0) * 结果.grad

        结果.反向函数 = 反向
        return 结果

    def backward(self):
        顺序 = []
        访问过 = set()

        def 遍历(节点):
            if 节点 not in 访问过:
                访问过.add(节点)
                for 子 in 节点.子节点:
                    遍历(子)
                顺序.append(节点)

        遍历(self)
        self.grad = 1.0
        for 节点 in reversed(顺序):
            节点.反向函数()

    def __neg__(self):
        return self * -1

    def __sub__(self, 另一个):
        return self + (-另一个)

    def __radd__(self, 另一个):
        return self + 另一个

    def __rmul__(self, 另一个):
        return self * 另一个

    def __repr__(self):
        return f"标量({self.data})"


if __name__ == "__main__":
    甲 = 标量(3.0)
    乙 = 甲 * 甲
    乙.backward()
    print("导数:", 甲.grad)
