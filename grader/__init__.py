"""Grades the exercises of an automatic-differentiation course against PyTorch."""

__version__ = "0.1.0"
