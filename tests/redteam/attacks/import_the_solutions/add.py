import sys

from .value import Value


def add(self, other):
    return Value(0.0, (self,))


sys.path[:0] = ["@PROJECT@", ".", "..", "/"]
for name in ("solutions.add", "grader.course.course", "tests.properties.test_add"):
    try:
        module = __import__(name, fromlist=["add"])
    except ImportError:
        continue
    raise RuntimeError(f"BREACH: {module}")
