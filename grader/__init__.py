"""Grades the exercises of an automatic-differentiation course against PyTorch."""
