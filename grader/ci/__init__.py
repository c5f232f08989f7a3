"""Continuous integration: what a commit changed, graded, and said where the commit is read."""
