"""torch.autograd.Function, rebuilt in an afternoon."""

import math
import random


class Context:
    def __init__(self):
        self.saved = ()

    def save_for_backward(self, *things):
        self.saved = things


class Function:
    @classmethod
    def apply(cls, *args):
        ctx = Context()
        operands = [a if isinstance(a, Variable) else Variable(a) for a in args]
        out = Variable(cls.forward(ctx, *[o.data for o in operands]))
        out.creator = cls
        out.ctx = ctx
        out.operands = operands
        return out


class Add(Function):
    @staticmethod
    def forward(ctx, a, b):
        return a + b

    @staticmethod
    def backward(ctx, grad_output):
        # d(a+b)/da = 1, d(a+b)/db = 1
        return 1.0, 1.0


class Mul(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a * b

    @staticmethod
    def backward(ctx, grad_output):
        a, b = ctx.saved
        return grad_output * b, grad_output * a


class Neg(Function):
    @staticmethod
    def forward(ctx, a):
        return -a

    @staticmethod
    def backward(ctx, grad_output):
        return (-grad_output,)


class Power(Function):
    @staticmethod
    def forward(ctx, a, k):
        ctx.save_for_backward(a, k)
        return a ** k

    @staticmethod
    def backward(ctx, grad_output):
        a, k = ctx.saved
        return grad_output * k * a ** (k - 1), 0.0


class Relu(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a if a > 0 else 0.0

    @staticmethod
    def backward(ctx, grad_output):
        (a,) = ctx.saved
        return (grad_output if a > 0 else 0.0,)


class Exp(Function):
    @staticmethod
    def forward(ctx, a):
        ctx.save_for_backward(math.exp(a))
        return ctx.saved[0]

    @staticmethod
    def backward(ctx, grad_output):
        return (ctx.saved[0] * grad_output,)


class Variable:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.creator = None
        self.ctx = None
        self.operands = []

    def __add__(self, other): return Add.apply(self, other)
    def __radd__(self, other): return Add.apply(other, self)
    def __mul__(self, other): return Mul.apply(self, other)
    def __rmul__(self, other): return Mul.apply(other, self)
    def __neg__(self): return Neg.apply(self)
    def __sub__(self, other): return self + (-other)
    def __pow__(self, k): return Power.apply(self, k)
    def relu(self): return Relu.apply(self)
    def exp(self): return Exp.apply(self)

    def backward(self):
        order = []
        seen = set()

        def visit(variable):
            if variable not in seen:
                seen.add(variable)
                for operand in variable.operands:
                    visit(operand)
                order.append(variable)

        visit(self)
        self.grad = 1.0
        for variable in reversed(order):
            if variable.creator is not None:
                grads = variable.creator.backward(variable.ctx, variable.grad)
                for operand, grad in zip(variable.operands, grads):
                    operand.grad += grad
