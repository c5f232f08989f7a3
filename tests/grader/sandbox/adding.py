"""A student's add that does something else as well, and programs for it with what they give."""

from textwrap import indent

from grader.autograd.program import Expression, Step
from grader.model import Numbers

SUM = Expression((2.0, 3.0), (Step("+", (0, 1)), Step("backward", (2,))))
SUM_SEEN = Numbers((2.0, 3.0, 5.0, 1.0, 1.0, 1.0))
PRODUCT = Expression((2.0, 3.0), (Step("*", (0, 1)), Step("backward", (2,))))
PRODUCT_SEEN = Numbers((2.0, 3.0, 6.0, 3.0, 2.0, 1.0))
ADD = """
import os, signal, subprocess, sys, threading, time
from exercises.value import Value

def add(self, other):
    out = Value(self.data + other.data, (self, other), "+")
    def _backward():
        self.grad += out.grad
        other.grad += out.grad
    out._backward = _backward
{}
    return out
"""
# Whoever else runs here is none of a test's business.
PARENT = """
zygote = os.getppid()
assert os.getsid(0) == os.getsid(zygote) == zygote
"""
ABORTED = "its process wrote where only the grader's protocol may"


def adding(body):
    """A right add that does something else as well."""
    return ADD.format(indent(body, "    "))


def plus(left, right=3.0):
    return Expression((left, right), (Step("+", (0, 1)),))
